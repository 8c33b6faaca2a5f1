//! Who watches a job: told what is begun, and able to stop it.

use super::calibrate::Calibration;
use crate::engine::Engine;

/// Who watches a job.
pub trait Observer: Sync {
    /// The engine that the job runs on: it counts complete replicates, knows its own time, and can be told to stop.
    fn engine(&self) -> &Engine;

    /// Something is begun.
    fn begins(&self, stage: Stage) {
        let _ = stage;
    }

    /// So much work is ahead; told of studies that take long.
    fn expects(&self, work: Work) {
        let _ = work;
    }

    /// A generation of a calibration is measured: it can be written down here, and goes on or ends.
    fn generation(&self, calibration: &Calibration) -> Flow {
        let _ = calibration;
        Flow::GoOn
    }
}

/// An engine alone: nobody is told anything.
impl Observer for Engine {
    fn engine(&self) -> &Engine {
        self
    }
}

/// Whether more is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Flow {
    GoOn,
    Stop,
}

/// Work that is ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Work {
    /// Replicates that are simulated.
    pub replicates: u64,
    /// Seconds that they take on one thread, roughly.
    pub seconds: f64,
    /// Experiments that are compiled besides.
    pub experiments: u64,
}

/// What is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A scenario is compiled under so many sets of parameters.
    Compiling {
        /// The sets.
        sets: usize,
    },
    /// Replicates are simulated.
    Simulating {
        /// How many in all, where that is known.
        replicates: Option<u64>,
    },
    /// A calibration measures points, generation by generation.
    Searching {
        /// Points measured before.
        measured: u64,
        /// Points that are measured at the most.
        allowed: u64,
    },
    /// What a calibration found is measured on fresh luck.
    Measuring,
}
