//! The manifest of a race: enough to repeat it to the bit. Everything but `[timing]` is the same on every repetition.

use std::collections::BTreeMap;

use serde::Serialize;
use wearout_core::rng;
use wearout_core::scenario::Scenario;

use super::Page;
use crate::File;
use crate::manifest;
use wearout_core::finding::{Sets, hash};

/// What was asked for, as typed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// Seed of all luck.
    pub seed: u64,
    /// The zone asked for; blank: what the scenario calls practically equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<f64>,
    /// Replicates at the most.
    pub max_replicates: u32,
    /// Overrides of the scenario.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
}

/// How long it took and on what; the only part that changes on repetition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// Threads.
    pub threads: usize,
    /// Instruction set; results do not depend on it.
    pub instructions: &'static str,
    /// Seconds from the first replicate to the last.
    pub simulate_s: f64,
}

#[derive(Serialize)]
struct Manifest<'a> {
    selection: Head<'a>,
    parameters: &'a Sets,
    sha256: BTreeMap<&'a str, String>,
    scenario: &'a Scenario,
    timing: &'a Timing,
}

#[derive(Serialize)]
struct Head<'a> {
    scenario: &'a str,
    version: &'static str,
    generator: &'static str,
    metric: &'static str,
    within: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected: Option<&'a str>,
    replicates: u64,
    campaigns: u64,
    partial: bool,
    #[serde(flatten)]
    asked: &'a Asked,
}

/// The manifest of a race with these other files.
///
/// # Errors
/// Never for a scenario that was read; what `toml` says otherwise.
pub fn manifest(
    page: &Page,
    scenario: &Scenario,
    (asked, parameters): (&Asked, &Sets),
    files: &[File],
    timing: &Timing,
) -> Result<File, toml::ser::Error> {
    let sha256 = files.iter().map(|file| (file.name.as_str(), hash(file.bytes.iter().copied()))).collect();
    let selection = Head {
        scenario: &scenario.name,
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        metric: page.metric.key,
        within: page.found.zone,
        selected: page.found.selected.map(|plan| page.plan(plan).name.as_str()),
        replicates: page.found.replicates,
        campaigns: page.found.campaigns,
        partial: page.found.partial,
        asked,
    };
    let text = toml::to_string(&Manifest { selection, parameters, sha256, scenario, timing })?;
    Ok(File { name: manifest::NAME.into(), bytes: text.into_bytes() })
}
