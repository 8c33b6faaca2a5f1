//! The analysis of a sender's own test shown: text, CSV, JSON, a manifest. Its charts are in `chart`.
//!
//! Comes in: what was found. Goes out: text and files. Computes no statistic.

pub mod analyze;

use serde::Serialize;

pub(crate) use crate::tested::points;

/// How long a study took and on what; the only part of a manifest that changes on repetition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// Threads.
    pub threads: usize,
    /// Instruction set; results do not depend on it.
    pub instructions: &'static str,
    /// Seconds it took.
    pub simulate_s: f64,
}
