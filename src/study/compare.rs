//! Compares the plans of an experiment on the same people, and says how far the unknown enforcement moves ban risks.

use crate::analysis::{Accumulator, Comparison, EnforcementRange, KEPT_REPLICATES, Look, PlanInfo, Precision};
use crate::engine::{Engine, Part, simulate};
use crate::parameter;
use crate::plan::Experiment;
use crate::stats::mean::Moments;
use crate::tally::{METRICS, Metric, Outcome};

/// Replicates simulated between two merges: bounds memory, decides nothing.
pub const LARGEST_CHUNK: u32 = 256;

/// Replicates of the first batch towards a precision; each further batch doubles.
const FIRST_BATCH: u32 = 100;

/// When to stop.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// After this many replicates.
    Replicates(u32),
    /// Once every headline difference has a half-width below the figure, or after the most replicates.
    Precision {
        /// Half-width wanted, in each metric's own unit.
        half_width: f64,
        /// Replicates at the most.
        most: u32,
    },
}

/// What a comparison found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Compared {
    /// The estimates.
    pub comparison: Comparison,
    /// Chances at the ends of what is plausible for `enforce_prob`, one per plan; none where no rule acts on reports.
    pub enforcement: Vec<Option<EnforcementRange>>,
    /// The last look towards a precision.
    pub look: Option<Look>,
    /// Members not gone at the start of a day, over all plans, replicates and days (enforcement runs not counted).
    pub member_days: u64,
    /// Whether it was stopped before its target.
    pub partial: bool,
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
    let mut accumulator = accumulator(experiment);
    if keep_all {
        accumulator = accumulator.keeping_all_replicates();
    }
    let mut member_days = 0;
    let mut look = None;
    let mut run_to = |accumulator: &mut Accumulator, to: u32| {
        while accumulator.replicates() < u64::from(to) && !engine.stopped() {
            let from = accumulator.replicates() as u32;
            let chunk = simulate(experiment, from..to.min(from + LARGEST_CHUNK), engine);
            let days = |outcome| chunk.iter().flat_map(|paired| &paired.plans).map(|t| t.total(outcome)).sum::<u64>();
            member_days += days(Outcome::MemberDays) + days(Outcome::LeakExits);
            engine.part(Part::Merge, || accumulator.accumulate(&chunk));
        }
    };
    let wanted = match *target {
        Target::Replicates(replicates) => {
            run_to(&mut accumulator, replicates);
            u64::from(replicates)
        }
        Target::Precision { half_width, most } => {
            let mut precision = Precision::new(half_width, headline);
            let (mut batch, mut to) = (FIRST_BATCH, 0);
            loop {
                to = (to + batch).min(most);
                run_to(&mut accumulator, to);
                let seen = precision.look(&accumulator);
                look = Some(seen);
                if seen.reached || to == most || engine.stopped() {
                    break u64::from(to);
                }
                batch *= 2;
            }
        }
    };
    let replicates = accumulator.replicates();
    if replicates == 0 {
        return None;
    }
    let comparison = engine.part(Part::Merge, || accumulator.finish());
    let enforcement = enforcement(experiment, &comparison, engine);
    let partial = replicates < wanted || engine.stopped();
    Some(Compared { comparison, enforcement, look, member_days, partial })
}

/// Nothing known yet of the experiment's plans.
pub(super) fn accumulator(experiment: &Experiment) -> Accumulator {
    let info =
        |plan: &crate::plan::Plan| PlanInfo { name: plan.name.clone(), members: plan.members, stakes: plan.stakes };
    let plans: Vec<PlanInfo> = experiment.plans.iter().map(info).collect();
    Accumulator::new(&plans, experiment.baseline, experiment.days)
}

/// Replicates that the two ends of enforcement add to a comparison of so many.
pub fn enforcement_replicates(experiment: &Experiment, replicates: u32) -> u32 {
    if experiment.profile.rules.reports.is_some() { 2 * share_for_enforcement(replicates) } else { 0 }
}

/// A quarter of the replicates shows each end of enforcement, as far as their values are kept.
fn share_for_enforcement(replicates: u32) -> u32 {
    replicates.div_ceil(4).min(KEPT_REPLICATES as u32)
}

/// The chances of being limited and banned at both ends of the plausible enforcement, from a quarter of the replicates on the same
/// luck. Where an end changes nothing in that quarter it is the chance over all of them, which always lies in the range.
fn enforcement(experiment: &Experiment, comparison: &Comparison, engine: &Engine) -> Vec<Option<EnforcementRange>> {
    let nothing = vec![None; experiment.plans.len()];
    if experiment.profile.rules.reports.is_none() || engine.stopped() {
        return nothing;
    }
    let replicates = share_for_enforcement(comparison.replicates as u32);
    let parameter = parameter::find("enforce_prob").expect("the catalogue holds every parameter");
    let [low, high] = [parameter.low, parameter.high].map(|probability| {
        let mut accumulator = accumulator(experiment);
        let mut variant = experiment.clone();
        for plan in &mut variant.plans {
            plan.practice.enforce_prob = probability;
        }
        while accumulator.replicates() < u64::from(replicates) && !engine.stopped() {
            let from = accumulator.replicates() as u32;
            let chunk = simulate(&variant, from..replicates.min(from + LARGEST_CHUNK), engine);
            engine.part(Part::Merge, || accumulator.accumulate(&chunk));
        }
        accumulator.finish()
    });
    if engine.stopped() {
        return nothing;
    }
    let range = |plan: usize, key: &str| {
        let row = METRICS.iter().position(|metric| metric.key == key)?;
        let mut quarter = Moments::default();
        comparison.plans[plan].values[row]
            .iter()
            .take(replicates as usize)
            .flatten()
            .for_each(|&value| quarter.push(value));
        let quarter = quarter.mean()?;
        let everywhere = comparison.plans[plan].estimates[row].mean?;
        let at = |end: &Comparison| {
            let there = end.plans[plan].estimates[row].mean?;
            Some(if there == quarter { everywhere } else { there })
        };
        Some([at(&low)?.min(everywhere), at(&high)?.max(everywhere)])
    };
    let of_plan =
        |plan| Some(EnforcementRange { limited: range(plan, "p_limited")?, banned: range(plan, "p_banned")? });
    (0..experiment.plans.len()).map(of_plan).collect()
}
