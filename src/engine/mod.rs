//! Runs an experiment: every plan on the same people, replicate after replicate, on as many threads as there are.
//!
//! Comes in: an [`Experiment`] and a range of replicates. Goes out: one [`PairedTally`] each, in order. A replicate depends on
//! nothing but its number, so any split of the range and any number of threads give the same bytes. No file, no clock.

mod replicate;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use crate::plan::Experiment;
use crate::tally::PairedTally;

/// How far a run has come, and whether it should stop; shared with whoever watches.
#[derive(Debug, Default)]
pub struct Progress {
    replicates: AtomicU64,
    stopped: AtomicBool,
}

impl Progress {
    /// Replicates finished so far.
    pub fn replicates(&self) -> u64 {
        self.replicates.load(Ordering::Relaxed)
    }

    /// Lets replicates in flight finish and begins no other.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Simulates these replicates of every plan.
///
/// Returns them in order; when stopped, the complete ones from the start of the range up to the first that is missing.
pub fn simulate(experiment: &Experiment, replicates: Range<u32>, progress: &Progress) -> Vec<PairedTally> {
    let done: Vec<Option<PairedTally>> = replicates
        .into_par_iter()
        .map(|number| {
            if progress.stopped() {
                return None;
            }
            let tally = replicate::replicate(experiment, number);
            progress.replicates.fetch_add(1, Ordering::Relaxed);
            Some(tally)
        })
        .collect();
    done.into_iter().map_while(|tally| tally).collect()
}
