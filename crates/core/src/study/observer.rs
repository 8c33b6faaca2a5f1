//! Who watches a job: told what is begun, and able to stop it.

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
}

/// An engine alone: nobody is told anything.
impl Observer for Engine {
    fn engine(&self) -> &Engine {
        self
    }
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
}
