//! Calibration: which values of the tuned quantities meet the targets.

mod problem;

pub use problem::{Miss, Problem};
