//! The manifest of a sensitivity analysis: enough to repeat it to the bit. Everything but `[timing]` is the same on every repetition.

use std::collections::BTreeMap;

use serde::Serialize;
use wearout_core::rng;
use wearout_core::scenario::Scenario;

use super::Page;
use crate::File;
use crate::manifest;
use wearout_core::finding::hash;

/// What was asked for, as typed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// Seed of all luck.
    pub seed: u64,
    /// Factors named with `--over`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub over: Vec<String>,
    /// Factors whose Sobol' indices were wanted.
    pub factors: u32,
    /// Base rows wanted.
    pub rows: u32,
    /// Streams of luck each row met.
    pub streams: u32,
    /// Replicates behind each end of the tornado and each verdict.
    pub replicates: u32,
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
    /// Replicates a second, over all threads.
    pub replicates_per_s: f64,
}

#[derive(Serialize)]
struct Manifest<'a> {
    sensitivity: Head<'a>,
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
    plan: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    minus: Option<&'a str>,
    partial: bool,
    simulated: u64,
    base_rows: usize,
    left_out: u32,
    #[serde(flatten)]
    asked: &'a Asked,
}

/// The manifest of an analysis with these other files.
///
/// # Errors
/// Never for a scenario that was read; what `toml` says otherwise.
pub fn manifest(page: &Page, asked: &Asked, files: &[File], timing: &Timing) -> Result<File, toml::ser::Error> {
    let scenario = page.question.variants.scenario();
    let measure = page.question.measure;
    let sha256 = files.iter().map(|file| (file.name.as_str(), hash(file.bytes.iter().copied()))).collect();
    let sensitivity = Head {
        scenario: &scenario.name,
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        metric: measure.metric.key,
        plan: page.plan(measure.plan),
        minus: measure.minus.map(|plan| page.plan(plan)),
        partial: page.found.partial,
        simulated: page.found.replicates,
        base_rows: page.found.base_rows,
        left_out: page.found.left_out,
        asked,
    };
    let text = toml::to_string(&Manifest { sensitivity, sha256, scenario, timing })?;
    Ok(File { name: manifest::NAME.into(), bytes: text.into_bytes() })
}
