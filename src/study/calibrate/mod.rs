//! Calibration: which values of the tuned quantities meet the targets.
//!
//! Comes in: a [`Problem`], and settings. Goes out: a [`Calibration`], a state that takes one generation a step, can be written down
//! and gone on with to the same bits, and always has a result. The methods themselves are in `stats` and know nothing of messages; files
//! and clocks are at the rim.

mod best;
mod problem;

use serde::{Deserialize, Serialize};

pub use best::Best;
pub use best::loss;
pub use problem::{Miss, Problem};

/// How a calibration is run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Seed of the simulated luck and of the method's proposals.
    pub seed: u64,
    /// Replicates at each point.
    pub replicates: u32,
    /// Points measured at the most.
    pub simulations: u64,
    /// Points of a generation; `None`: the method's own.
    pub points: Option<usize>,
}
