//! The manifest of a run: enough to reproduce it to the bit. Everything but `[timing]` is the same on every repetition.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};
use wearout_core::parameter::Parameters;
use wearout_core::plan::Experiment;
use wearout_core::rng;
use wearout_core::scenario::Scenario;
use wearout_core::study::Compared;
use wearout_core::units::Mechanisms;

use super::File;

/// Its file in a run's folder.
pub const NAME: &str = "manifest.toml";

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

/// Under which sets of parameters a run ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sets {
    /// What was asked for: an ensemble's or a fit's name, or the path of a file.
    pub parameters: String,
    /// The fit they stand for: which claims were used and which held out.
    pub fit: String,
    /// How many there are; replicate number n ran under set n modulo this, or, where plans are raced, under one drawn from them.
    pub sets: usize,
    /// Replicates of each; not given where they are not the same number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicates_per_set: Option<u64>,
    /// Hash of their values: see [`Sets::hash`].
    pub sha256: String,
    /// What they were fitted with: in force where the scenario says nothing else.
    pub mechanisms: Mechanisms,
}

impl Sets {
    /// What is said of these sets after so many replicates.
    ///
    /// # Panics
    /// When there is none.
    pub fn of(parameters: &str, fit: &str, sets: &[Parameters], replicates: u64) -> Sets {
        let n_sets = sets.len() as u64;
        Sets {
            parameters: parameters.to_owned(),
            fit: fit.to_owned(),
            sets: sets.len(),
            replicates_per_set: replicates.is_multiple_of(n_sets).then_some(replicates / n_sets),
            sha256: Sets::hash(sets),
            mechanisms: sets[0].mechanisms,
        }
    }

    /// Hash of the values of these sets: for each set in turn every parameter in the order of the catalogue, as a little-endian
    /// number of 64 bits.
    pub fn hash(sets: &[Parameters]) -> String {
        let keys = || Parameters::KEYS.iter();
        let values = sets.iter().flat_map(|set| keys().filter_map(|key| set.get(key)));
        hash(values.flat_map(f64::to_le_bytes))
    }
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
    parameters: &'a Sets,
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
    (scenario, experiments): (&Scenario, &[Experiment]),
    (asked, parameters): (&Asked, &Sets),
    compared: &Compared,
    files: &[File],
    timing: &Timing,
) -> Result<File, toml::ser::Error> {
    let mut sha256: BTreeMap<&str, String> =
        files.iter().map(|file| (file.name.as_str(), hash(file.bytes.iter().copied()))).collect();
    sha256.insert("tables", hash(experiments.iter().flat_map(Experiment::table_bytes)));
    let run = Run {
        scenario: &scenario.name,
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        replicates: compared.comparison.replicates,
        partial: compared.partial,
        member_days: compared.member_days,
        asked,
    };
    let text = toml::to_string(&Manifest { run, parameters, sha256, scenario, timing })?;
    Ok(File { name: NAME.into(), bytes: text.into_bytes() })
}

/// The manifest of a study of no single scenario: what was asked and done, the hashes of its files, and how long it took.
///
/// # Errors
/// What `toml` says of a table that it cannot write.
pub fn of_study(study: &impl Serialize, files: &[File], timing: &impl Serialize) -> Result<File, toml::ser::Error> {
    #[derive(Serialize)]
    struct Page<'a, S, T> {
        study: &'a S,
        sha256: BTreeMap<&'a str, String>,
        timing: &'a T,
    }
    let sha256 = files.iter().map(|file| (file.name.as_str(), hash(file.bytes.iter().copied()))).collect();
    let text = toml::to_string(&Page { study, sha256, timing })?;
    Ok(File { name: NAME.into(), bytes: text.into_bytes() })
}

/// SHA-256 of bytes, in hexadecimal digits.
pub fn hash(bytes: impl Iterator<Item = u8>) -> String {
    let mut whole = Vec::new();
    // Pushed from within: millions of bytes of tables asked for one by one took an eighth of a default run's instructions.
    bytes.for_each(|byte| whole.push(byte));
    let digest = Sha256::digest(whole);
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
