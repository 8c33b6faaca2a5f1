//! The manifest of a run: enough to reproduce it to the bit. Everything but `[timing]` is the same on every repetition.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::File;
use crate::plan::Experiment;
use crate::rng;
use crate::scenario::Scenario;
use crate::study::Compared;

/// What was asked for beside the scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// Seed of all luck.
    pub seed: u64,
    /// Half-width asked for with `--precision`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
    /// Overrides of the scenario, as typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
}

/// How long a run took and on what; the only part that changes on repetition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// Threads.
    pub threads: usize,
    /// Instruction set; results do not depend on it.
    pub instructions: &'static str,
    /// Reading the scenario and building its tables, seconds.
    pub compile_s: f64,
    /// Simulating and merging, seconds.
    pub simulate_s: f64,
    /// Of that, drawing the people: seconds of all threads added up.
    pub people_s: f64,
    /// Of that, merging replicates into estimates, seconds.
    pub merge_s: f64,
    /// Making tables and drawing charts, seconds.
    pub report_s: f64,
    /// Member-days a second, over all threads.
    pub member_days_per_s: f64,
}

#[derive(Serialize)]
struct Manifest<'a> {
    run: Run<'a>,
    sha256: BTreeMap<&'a str, String>,
    scenario: &'a Scenario,
    timing: &'a Timing,
}

#[derive(Serialize)]
struct Run<'a> {
    scenario: &'a str,
    version: &'static str,
    generator: &'static str,
    replicates: u64,
    partial: bool,
    member_days: u64,
    #[serde(flatten)]
    asked: &'a Asked,
}

/// The manifest of a run with these other files.
///
/// # Errors
/// Never for a scenario that was read; what `toml` says otherwise.
pub fn manifest(
    (scenario, experiment): (&Scenario, &Experiment),
    asked: &Asked,
    compared: &Compared,
    files: &[File],
    timing: &Timing,
) -> Result<File, toml::ser::Error> {
    let mut sha256: BTreeMap<&str, String> =
        files.iter().map(|file| (file.name.as_str(), hash(file.bytes.iter().copied()))).collect();
    sha256.insert("tables", hash(experiment.table_bytes()));
    let run = Run {
        scenario: &scenario.name,
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        replicates: compared.comparison.replicates,
        partial: compared.partial,
        member_days: compared.member_days,
        asked,
    };
    let text = toml::to_string(&Manifest { run, sha256, scenario, timing })?;
    Ok(File { name: "manifest.toml".into(), bytes: text.into_bytes() })
}

pub(super) fn hash(bytes: impl Iterator<Item = u8>) -> String {
    let digest = Sha256::digest(bytes.collect::<Vec<u8>>());
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
