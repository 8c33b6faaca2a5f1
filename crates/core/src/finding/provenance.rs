//! How a finding was made: enough to make it again to the bit.

use std::fmt::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::parameter::{MODEL, Parameters};
use crate::rng;
use crate::units::Mechanisms;

/// How a finding was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Provenance {
    /// The study, as it is called on a command line.
    pub command: &'static str,
    /// What it is about: the name of the scenario, or of what else was given.
    pub name: String,
    /// What was given: a file without its folder, or the name of a shipped scenario. Everywhere else its name will do.
    #[serde(skip)]
    pub given: String,
    /// Version of the program.
    pub version: &'static str,
    /// Version of the model.
    pub model: &'static str,
    /// Layout of random numbers.
    pub generator: &'static str,
    /// Seed of all luck.
    pub seed: u64,
    /// Overrides of the scenario, as they were given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// Replicates that were simulated.
    pub replicates: u64,
    /// Whether the work was stopped before its end.
    pub partial: bool,
    /// Sets of parameters it rests on; `None` where nothing was simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Sets>,
}

impl Provenance {
    /// Of a study that simulated nothing yet.
    pub(super) fn of(command: &'static str, name: &str, seed: u64, set: &[String]) -> Provenance {
        Provenance {
            command,
            name: name.to_owned(),
            given: name.to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            model: MODEL,
            generator: rng::LAYOUT,
            seed,
            set: set.to_vec(),
            replicates: 0,
            partial: false,
            parameters: None,
        }
    }
}

/// Under which sets of parameters a job ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sets {
    /// What was asked for: an ensemble's or a fit's name, or that of a file.
    pub parameters: String,
    /// The fit they stand for: which claims were used and which held out.
    pub fit: String,
    /// How many there are; replicate number n ran under set n modulo this, or, where plans are raced, under one drawn from them.
    pub sets: usize,
    /// Replicates of each; not given where they are not the same number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicates_per_set: Option<u64>,
    /// Hash of their values: see [`sets_hash`].
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
            sha256: sets_hash(sets),
            mechanisms: sets[0].mechanisms,
        }
    }
}

/// Hash of the values of these sets: for each set in turn every parameter in the order of the catalogue, as a little-endian
/// number of 64 bits.
pub fn sets_hash(sets: &[Parameters]) -> String {
    let keys = || Parameters::KEYS.iter();
    let values = sets.iter().flat_map(|set| keys().filter_map(|key| set.get(key)));
    hash(values.flat_map(f64::to_le_bytes))
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
