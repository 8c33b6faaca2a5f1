//! Shows what a run found: tables, CSV files, charts and a manifest, written whole or not at all.
//!
//! Comes in: a finished comparison or scorecard. Goes out: text for the terminal and a numbered folder. Computes no statistic.

pub mod ab;
pub mod calibration;
pub mod caution;
pub mod chart;
pub mod csv;
pub mod json;
pub mod manifest;
mod number;
pub mod patterns;
pub mod scorecard;
pub mod selection;
pub mod sensitivity;
mod sentence;
pub mod since;
pub mod table;

/// A file of a run: its name and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Name within the run's folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}
