//! Compares the plans of an experiment on the same people, under one set of parameters or nested in many.
//!
//! Nested: every replicate has luck of its own and runs under the set whose turn it is (`analysis::set_of`); all plans meet the same
//! luck under the same set. So chance, which differs between replicates of a set, can be told from what the sets differ by
//! (Sun, Apley & Staum 2011, Operations Research 59(4), 998-1007: two-level simulation). Results are a pure function of
//! seed, sets and the number of replicates.

use std::ops::Range;

use rayon::prelude::*;

use crate::analysis::{Accumulator, Comparison, Look, PlanInfo, Precision, set_of};
use crate::diagnostic::Faults;
use crate::engine::{Engine, Part, simulate_under};
use crate::parameter::Parameters;
use crate::plan::{self, Experiment};
use crate::scenario::Draft;
use crate::tally::{Counts, Metric, Outcome, PairedTally, Stakes, Tally};

/// Replicates simulated between two merges: bounds memory, decides nothing.
pub const LARGEST_CHUNK: u32 = 256;

/// Bytes of tallies simulated between two merges, roughly, unless those of the fewest replicates have more.
const CHUNK_BYTES: usize = 24 << 20;

/// Fewest replicates between two merges: threads should not wait for each other often.
const FEWEST_CHUNK: u32 = 32;

/// Replicates of the first batch towards a precision, or two of each set where that is more; each further batch doubles.
const FIRST_BATCH: u32 = 100;

/// Replicates of each set from which chance can be told from parameters.
pub const FEWEST_PER_SET: u32 = 2;

/// When to stop.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// After this many replicates, those of all sets of parameters together.
    Replicates(u32),
    /// Once every headline difference has a half-width below the figure, or after the most replicates.
    Precision {
        /// Half-width wanted, in each metric's own unit.
        half_width: f64,
        /// Replicates at the most, those of all sets together; only whole rounds of the sets are run.
        most: u32,
    },
}

/// What a comparison found.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The estimates.
    pub comparison: Comparison,
    /// The last look towards a precision.
    pub look: Option<Look>,
    /// Members not gone at the start of a day, over all plans, replicates and days.
    pub member_days: u64,
    /// Whether it was stopped before its target.
    pub partial: bool,
}

/// The scenario under each of these sets of parameters, for [`compare_over`]. Tables that a set shares with the `known` experiment
/// are taken over.
///
/// # Errors
/// Every fault of the scenario under the first set that has one.
pub fn under_each(
    draft: &Draft,
    seed: u64,
    sets: &[Parameters],
    known: &Experiment,
) -> Result<Vec<Experiment>, Faults> {
    let compiled: Vec<Result<Experiment, Faults>> =
        sets.par_iter().map(|set| plan::compile_under(draft, seed, set, &[known])).collect();
    compiled.into_iter().collect()
}

/// Runs every plan of the experiment until the target is met or `engine` is told to stop; `None` when no replicate is complete.
///
/// `keep_all` keeps every replicate's values instead of the first of them.
pub fn compare(
    experiment: &Experiment,
    headline: &[&'static Metric],
    target: &Target,
    keep_all: bool,
    engine: &Engine,
) -> Option<Compared> {
    compare_over(std::slice::from_ref(experiment), headline, target, keep_all, engine)
}

/// The same over several sets of parameters: one scenario, compiled under each of them.
///
/// # Panics
/// Without an experiment, or when they are not of one scenario.
pub fn compare_over(
    sets: &[Experiment],
    headline: &[&'static Metric],
    target: &Target,
    keep_all: bool,
    engine: &Engine,
) -> Option<Compared> {
    let mut taken = Taken::new(sets, keep_all);
    let mut look = None;
    let run_to = |taken: &mut Taken, to: u32| {
        let from = taken.accumulator.replicates() as u32;
        in_chunks(sets, from..to, engine, |simulated| taken.take(simulated, engine));
    };
    let wanted = match *target {
        Target::Replicates(replicates) => {
            run_to(&mut taken, replicates);
            u64::from(replicates)
        }
        Target::Precision { half_width, most } => {
            let mut precision = Precision::new(half_width, headline);
            let round = sets.len() as u32;
            let most = if most >= round { most - most % round } else { most };
            let (mut batch, mut to) = (FIRST_BATCH.div_ceil(round).max(FEWEST_PER_SET) * round, 0);
            loop {
                to = (to + batch).min(most);
                run_to(&mut taken, to);
                let seen = precision.look(&taken.accumulator);
                look = Some(seen);
                if seen.reached || to == most || engine.stopped() {
                    break u64::from(if seen.reached { to } else { most });
                }
                batch *= 2;
            }
        }
    };
    let replicates = taken.accumulator.replicates();
    if replicates == 0 {
        return None;
    }
    // Who stops it after the last replicate takes nothing away; of a precision nobody knows how many were still to come.
    let is_open = look.as_ref().is_some_and(|look| !look.reached) && engine.stopped();
    let partial = replicates < wanted || is_open;
    Some(Compared { look, partial, ..taken.compared(engine) })
}

/// Replicates of an experiment taken in so far, in the order of their numbers, the first of them 0.
#[derive(Debug)]
pub struct Taken {
    accumulator: Accumulator,
    member_days: u64,
}

impl Taken {
    /// None yet of the experiment under these sets of parameters; `keep_all` as in [`compare`].
    ///
    /// # Panics
    /// Without an experiment.
    pub fn new(sets: &[Experiment], keep_all: bool) -> Taken {
        let accumulator = accumulator(sets);
        let accumulator = if keep_all { accumulator.keeping_all_replicates() } else { accumulator };
        Taken { accumulator, member_days: 0 }
    }

    /// Takes in the next ones.
    ///
    /// # Panics
    /// When they are not those that follow, or not of this experiment.
    pub fn take(&mut self, simulated: &[PairedTally], engine: &Engine) {
        let days = |outcome| simulated.iter().flat_map(|paired| &paired.plans).map(|t| t.total(outcome)).sum::<u64>();
        self.member_days += days(Outcome::MemberDays) + days(Outcome::LeakExits);
        engine.part(Part::Merge, || self.accumulator.accumulate(simulated));
    }

    /// What they came to.
    pub fn compared(&self, engine: &Engine) -> Compared {
        let comparison = engine.part(Part::Merge, || self.accumulator.finish());
        Compared { comparison, look: None, member_days: self.member_days, partial: false }
    }
}

/// Simulates these replicates, each under the set whose turn it is, and hands them on in order, some at a time; when stopped, the
/// complete ones up to the first that is missing.
pub fn in_chunks(sets: &[Experiment], replicates: Range<u32>, engine: &Engine, mut take: impl FnMut(&[PairedTally])) {
    let (chunk, mut from) = (chunk(&sets[0]), replicates.start);
    while from < replicates.end && !engine.stopped() {
        let to = replicates.end.min(from + chunk);
        let simulated = simulate_over(sets, |number| set_of(number, sets.len()), from..to, engine);
        from += simulated.len() as u32;
        take(&simulated);
    }
}

/// Replicates between two merges: fewer of long horizons and of many plans, whose tallies are large.
pub(super) fn chunk(experiment: &Experiment) -> u32 {
    let bytes = tally_bytes(experiment) as usize;
    u32::try_from(CHUNK_BYTES / bytes.max(1)).unwrap_or(LARGEST_CHUNK).clamp(FEWEST_CHUNK, LARGEST_CHUNK)
}

/// Bytes of the tallies of one replicate.
pub(super) fn tally_bytes(experiment: &Experiment) -> u64 {
    (experiment.plans.len() * (size_of::<Tally>() + experiment.days as usize * size_of::<Counts>())) as u64
}

/// These replicates in order, each under the set that `set_of` gives it; when stopped, the complete ones up to the first that is
/// missing.
pub(super) fn simulate_over(
    sets: &[Experiment],
    set_of: impl Fn(u32) -> usize + Sync,
    replicates: Range<u32>,
    engine: &Engine,
) -> Vec<PairedTally> {
    simulate_under(|number| &sets[set_of(number)], replicates, engine)
}

/// Nothing known yet of the plans under these sets.
pub(super) fn accumulator(sets: &[Experiment]) -> Accumulator {
    let first = &sets[0];
    let info = |plan: &plan::Plan| PlanInfo {
        name: plan.name.clone(),
        members: plan.members,
        posts_per_week: first.posts_per_week(plan) * plan.reach,
        stakes: plan.stakes,
    };
    let plans: Vec<PlanInfo> = first.plans.iter().map(info).collect();
    let stakes = |set: &Experiment| set.plans.iter().map(|plan| plan.stakes).collect::<Vec<Stakes>>();
    let stakes: Vec<Vec<Stakes>> = sets.iter().map(stakes).collect();
    Accumulator::new(&plans, first.baseline, first.days).over_sets(&stakes)
}
