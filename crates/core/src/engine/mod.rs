//! Runs an experiment: every plan on the same people, replicate after replicate, on as many threads as there are.
//!
//! Comes in: an [`Experiment`] and a range of replicates. Goes out: one [`PairedTally`] each, in order. A replicate depends on
//! nothing but its number, so any split of the range and any number of threads give the same bytes. No file, no clock.

mod kernel;
mod replay;
mod replicate;
mod world;

use core::time::Duration;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use rayon::prelude::*;

pub use kernel::Instructions;
pub use replay::{Chooser, Replayed};

use crate::plan::rotation::Rotation;
use crate::plan::{Experiment, Trial};
use crate::tally::{PairedTally, TrialTally};

/// An engine at work: what it computes with, how far it has come, where its time goes and whether it should stop; shared with
/// whoever watches.
#[derive(Debug)]
pub struct Engine {
    instructions: Instructions,
    clock: fn() -> Duration,
    spent_ns: [AtomicU64; 2],
    replicates: AtomicU64,
    merging: AtomicBool,
    stopped: AtomicBool,
}

/// Work around the members' days that is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Part {
    /// Drawing the people.
    Draw,
    /// Merging replicates into estimates.
    Merge,
}

impl Default for Engine {
    /// On the fastest instruction set of this machine, without a clock.
    fn default() -> Engine {
        Engine::on(Instructions::best())
    }
}

impl Engine {
    /// On a chosen instruction set; results do not depend on it.
    pub fn on(instructions: Instructions) -> Engine {
        Engine {
            instructions,
            clock: || Duration::ZERO,
            spent_ns: [const { AtomicU64::new(0) }; 2],
            replicates: AtomicU64::new(0),
            merging: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        }
    }

    /// With a clock, which gives the time since any fixed moment: the engine has none of its own.
    #[must_use]
    pub fn timed(self, clock: fn() -> Duration) -> Engine {
        Engine { clock, ..self }
    }

    /// What it computes with.
    pub fn instructions(&self) -> Instructions {
        self.instructions
    }

    /// Does part of the work and counts the time it takes.
    pub fn part<T>(&self, part: Part, work: impl FnOnce() -> T) -> T {
        let started = (self.clock)();
        self.merging.store(part == Part::Merge, Ordering::Relaxed);
        let done = work();
        self.merging.store(false, Ordering::Relaxed);
        let spent = (self.clock)().saturating_sub(started).as_nanos() as u64;
        self.spent_ns[part as usize].fetch_add(spent, Ordering::Relaxed);
        done
    }

    /// Time spent on a part so far, all threads together; zero without a clock.
    pub fn spent(&self, part: Part) -> Duration {
        Duration::from_nanos(self.spent_ns[part as usize].load(Ordering::Relaxed))
    }

    /// Replicates finished so far.
    pub fn replicates(&self) -> u64 {
        self.replicates.load(Ordering::Relaxed)
    }

    /// Whether it is merging replicates into estimates: nothing is simulated meanwhile.
    pub fn merging(&self) -> bool {
        self.merging.load(Ordering::Relaxed)
    }

    /// Begins no other replicate and drops those in flight, whole: each ends before its next simulated day.
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
pub fn simulate(experiment: &Experiment, replicates: Range<u32>, engine: &Engine) -> Vec<PairedTally> {
    simulate_under(|_| experiment, replicates, engine)
}

/// Simulates these replicates, each of the experiment that `of` gives it. Returns them as [`simulate`] does.
pub fn simulate_under<'e>(
    of: impl Fn(u32) -> &'e Experiment + Sync,
    replicates: Range<u32>,
    engine: &Engine,
) -> Vec<PairedTally> {
    each(replicates, engine, |number| replicate::replicate(of(number), number, engine))
}

/// Simulates these replicates of a test: its arms beside each other on one account. Returns them as [`simulate`] does.
///
/// # Panics
/// When a plan of the test does not address its audience, or the audience has too few units: `plan` compiles no such test.
pub fn simulate_trial(
    experiment: &Experiment,
    trial: &Trial,
    replicates: Range<u32>,
    engine: &Engine,
) -> Vec<TrialTally> {
    each(replicates, engine, |number| replicate::trial(experiment, trial, number, engine))
}

/// Replays a rotation in these replicates, once for each chooser that `choosers` gives a replicate, all on the same people. Returns
/// them as [`simulate`] does.
pub fn replay<'c>(
    rotation: &Rotation,
    choosers: impl Fn(u32) -> Vec<Box<Chooser<'c>>> + Sync,
    replicates: Range<u32>,
    engine: &Engine,
) -> Vec<Vec<Replayed>> {
    each(replicates, engine, |number| replay::replay(rotation, choosers(number), number, engine))
}

fn each<T: Send>(replicates: Range<u32>, engine: &Engine, one: impl Fn(u32) -> Option<T> + Sync) -> Vec<T> {
    // Threads take the next number, not a part of the range: what is complete when stopped is then nearly all of what was begun.
    let next = AtomicU32::new(replicates.start);
    let take = |_| {
        if engine.stopped() {
            return None;
        }
        let number = next.fetch_add(1, Ordering::Relaxed);
        let tally = one(number)?;
        engine.replicates.fetch_add(1, Ordering::Relaxed);
        Some((number, tally))
    };
    let mut done: Vec<(u32, T)> = replicates.clone().into_par_iter().filter_map(take).collect();
    done.sort_unstable_by_key(|(number, _)| *number);
    let in_turn = done.into_iter().zip(replicates).take_while(|((number, _), expected)| number == expected);
    in_turn.map(|((_, tally), _)| tally).collect()
}
