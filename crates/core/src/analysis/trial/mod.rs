//! One test: which arm is better, how sure that is, and what would make it surer.
//!
//! Comes in: the tallies of a test's units, simulated or a sender's own, and what is asked. Goes out: [`TrialAnalysis`]. **The unit
//! decides**: where groups were dealt, each group counts once, with its own value of the metric (`effect`); where members were dealt
//! one by one, each member counts once (`direct`). `looks` are intervals that hold on every day, `alike` says how much the members of a
//! group are, `guardrail` and `decision` make a verdict, `more` says what would make it surer, `stake` how many members it makes a
//! difference to. The methods are in `stats`.

mod alike;
mod chance;
mod decision;
mod direct;
mod effect;
pub mod guardrail;
mod looks;
mod more;
mod stake;
mod values;

pub use alike::Alike;
pub use decision::{ArmVerdict, Decision, Harm, TrialVerdict};
pub use effect::{Adjustment, AsIfMembers, Effect, FEW_GROUPS, Holds, Method};
pub use guardrail::{Guarded, Guarding};
pub use looks::TrialLook;
pub use more::{More, MoreDays, POWER};
pub use stake::{AtStake, Framing};

use serde::Serialize;
use wearout_stats::best_of::Chance;
use wearout_stats::{multiplicity, sample_ratio};

use crate::tally::{Dealt, Guardrail, Metric, Tally, TrialUnit};

use super::{CONFIDENCE, Zone, verdict};
use effect::Estimated;
use values::Values;

/// A test to be analysed.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// Names of the arms; units number them so.
    pub arms: &'a [String],
    /// The arm that the others are compared with.
    pub control: usize,
    /// What was dealt.
    pub dealt: Dealt,
    /// Its groups; on a direct list everyone in an arm together.
    pub units: &'a [TrialUnit],
    /// The same units before the test; empty where that is not known.
    pub before: &'a [Tally],
}

/// What is asked of a test.
#[derive(Debug, Clone)]
pub struct Question {
    /// The metric that decides.
    pub metric: &'static Metric,
    /// Metrics beside it.
    pub secondary: Vec<&'static Metric>,
    /// Metrics that must not get worse.
    pub guardrails: Vec<Guardrail>,
    /// Metrics that are adjusted by their own earlier values.
    pub adjusted: Vec<&'static Metric>,
    /// What counts as practically equal.
    pub zone: Zone,
    /// Days after which the test was to end, no fewer than it has; `None` where nobody said: then its last day is taken for it.
    pub planned_days: Option<u32>,
    /// Seed of assignments that are drawn where there are too many to go through.
    pub seed: u64,
}

/// What a test says.
#[derive(Debug, Clone, Serialize)]
pub struct TrialAnalysis {
    /// The metric that decides.
    pub metric: &'static Metric,
    /// What was dealt.
    pub dealt: Dealt,
    /// Days of the test.
    pub days: u32,
    /// Days after which it was to end.
    pub planned_days: u32,
    /// Whether that was said; else its last day is taken for it.
    pub is_end_said: bool,
    /// Index of the arm that the others are compared with.
    pub control: usize,
    /// One per arm.
    pub arms: Vec<ArmTotals>,
    /// The metric that decides, one per arm but the control.
    pub effects: Vec<Effect>,
    /// The secondary metrics, metric by metric and arm by arm; p values and intervals adjusted together.
    pub secondary: Vec<Effect>,
    /// The guardrails, metric by metric and arm by arm.
    pub guardrails: Vec<Guarded>,
    /// Per arm its probability of being the best in the metric that decides, and what choosing it is expected to lose; `None` while the
    /// test is running, where the metric has no better side, where nothing varies, and where permuting few groups decides.
    pub chances: Option<Vec<Chance>>,
    /// The metric that decides, arm by arm and day by day.
    pub looks: Vec<TrialLook>,
    /// How much alike members of a group are in the metric that decides; `None` where it is no share of members.
    pub alike: Option<Alike>,
    /// p value of so many units in each arm, had all arms been dealt alike.
    pub sample_ratio: Option<f64>,
    /// What it comes to.
    pub verdict: TrialVerdict,
    /// How many members it makes a difference to; `None` where that is no share of members, or not known.
    pub at_stake: Option<AtStake>,
}

/// An arm in figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmTotals {
    /// Its name.
    pub name: String,
    /// Its groups; 1 on a direct list.
    pub groups: u64,
    /// Its members.
    pub members: u64,
    /// Its level of the metric that decides: mean over groups, each counting once; of a direct list the share. `None` where no group has a
    /// base.
    pub level: Option<f64>,
}

/// The chance of an error of the whole verdict.
pub const ALPHA: f64 = 1.0 - CONFIDENCE;

/// Analyses a test.
///
/// # Panics
/// When a unit is of no arm, or the test has no day.
pub fn analyse(trial: &Trial<'_>, question: &Question) -> TrialAnalysis {
    let days = trial.units.iter().map(|unit| unit.tally.days.len()).max().unwrap_or(0);
    assert!(days > 0, "a test has a day");
    let others = || (0..trial.arms.len()).filter(|&arm| arm != trial.control);
    let n_others = trial.arms.len() - 1;
    let judge = Judge { trial, question, confidence: verdict::simultaneous(n_others) };
    let mut effects: Vec<Effect> = others().map(|arm| judge.effect(question.metric, arm)).collect();
    for effect in &mut effects {
        effect.adjusted_p = effect.p_value.map(|p| multiplicity::bonferroni(p, n_others));
    }
    let mut secondary = judge.secondary();
    // What rejects an arm shares its chance of an error with all that could reject one.
    let of_guardrails = Judge { confidence: verdict::simultaneous(n_others * question.guardrails.len()), ..judge };
    let guardrails = question.guardrails.iter().flat_map(|guardrail| others().map(move |arm| (guardrail, arm)));
    let mut guardrails: Vec<Guarded> =
        guardrails.map(|(guardrail, arm)| of_guardrails.guarded(guardrail, arm)).collect();
    let looks: Vec<TrialLook> = others().flat_map(|arm| judge.looks(arm)).collect();
    if judge.is_running() {
        for effect in &mut effects {
            effect.interval = looks.iter().rfind(|look| look.arm == effect.arm).and_then(|look| look.interval);
        }
        let guarding = guardrails.iter_mut().map(|guarded| &mut guarded.effect);
        effects.iter_mut().chain(&mut secondary).chain(guarding).for_each(Effect::take_back);
    }
    let [deciding, beside] = judge.holds();
    let guarding = guardrails.iter_mut().map(|guarded| &mut guarded.effect);
    for effect in effects.iter_mut().chain(guarding) {
        effect.holds = effect.interval.map(|_| deciding);
    }
    for effect in &mut secondary {
        effect.holds = effect.interval.map(|_| beside);
        effect.call = Some(effect.side());
    }
    let arms: Vec<ArmTotals> = (0..trial.arms.len()).map(|arm| judge.totals(arm)).collect();
    let verdict = judge.verdict(&effects, &guardrails, &looks);
    TrialAnalysis {
        metric: question.metric,
        dealt: trial.dealt,
        days: u32::try_from(days).unwrap_or(u32::MAX),
        planned_days: judge.planned_days(),
        is_end_said: question.planned_days.is_some(),
        control: trial.control,
        chances: if judge.is_running() { None } else { chance::chances(trial, question.metric, &effects) },
        alike: alike::alike(trial, question.metric),
        sample_ratio: sample_ratio::p_value(
            &arms
                .iter()
                .map(|arm| if trial.dealt == Dealt::Groups { arm.groups } else { arm.members })
                .collect::<Vec<_>>(),
            &vec![1.0; arms.len()],
        ),
        at_stake: stake::at_stake(question.metric, trial.control, &effects, &verdict),
        arms,
        effects,
        secondary,
        guardrails,
        looks,
        verdict,
    }
}

impl TrialAnalysis {
    /// Whether the test has days to come.
    pub fn is_running(&self) -> bool {
        self.days < self.planned_days
    }

    /// Name of an arm.
    pub fn arm(&self, arm: usize) -> &str {
        &self.arms[arm].name
    }

    /// The effect of an arm on the metric that decides; `None` of the control.
    pub fn effect(&self, arm: usize) -> Option<&Effect> {
        self.effects.iter().find(|effect| effect.arm == arm)
    }

    /// The looks of an arm, day by day.
    pub fn looks_of(&self, arm: usize) -> impl Iterator<Item = &TrialLook> {
        self.looks.iter().filter(move |look| look.arm == arm)
    }

    /// The day on which an arm's interval first left 0 out.
    pub fn leaves_zero_out(&self, arm: usize) -> Option<u32> {
        first_that_leaves_zero_out(&self.looks, arm)
    }
}

fn first_that_leaves_zero_out(looks: &[TrialLook], arm: usize) -> Option<u32> {
    looks.iter().find(|look| look.arm == arm && look.leaves_zero_out()).map(|look| look.day)
}

/// What every estimate of one analysis shares.
#[derive(Clone, Copy)]
struct Judge<'a> {
    trial: &'a Trial<'a>,
    question: &'a Question,
    /// Confidence of each interval, by which those of all arms hold together.
    confidence: f64,
}

impl Judge<'_> {
    fn effect(&self, metric: &'static Metric, arm: usize) -> Effect {
        match self.trial.dealt {
            Dealt::Groups => effect::of_groups(metric, arm, self),
            Dealt::Members => direct::of_members(metric, arm, self),
        }
    }

    /// The difference of an arm's groups at the end.
    fn estimated(&self, metric: &'static Metric, arm: usize) -> Estimated {
        let values = Values::of(self.trial, metric, self.is_adjusted(metric));
        effect::estimated(&values, self.trial.control, arm, &mut self.stream(metric, arm))
    }

    /// The secondary metrics, each with an interval that says what its adjusted p value says.
    fn secondary(&self) -> Vec<Effect> {
        let arms = || (0..self.trial.arms.len()).filter(|&arm| arm != self.trial.control);
        let asked = || self.question.secondary.iter().flat_map(|metric| arms().map(move |arm| (*metric, arm)));
        let known: Vec<f64> = asked().filter_map(|(metric, arm)| self.effect(metric, arm).p_value).collect();
        let adjusted = multiplicity::benjamini_hochberg(&known);
        let judge = Judge { confidence: multiplicity::confidence_beside(&adjusted, ALPHA), ..*self };
        let mut adjusted = adjusted.into_iter();
        let effect = |(metric, arm)| {
            let effect = judge.effect(metric, arm);
            Effect { adjusted_p: effect.p_value.and_then(|_| adjusted.next()), ..effect }
        };
        asked().map(effect).collect()
    }

    fn is_adjusted(&self, metric: &Metric) -> bool {
        self.question.adjusted.iter().any(|adjusted| adjusted.key == metric.key)
    }

    /// Days that there are.
    fn days(&self) -> u32 {
        self.trial.units.first().map_or(0, |unit| u32::try_from(unit.tally.days.len()).unwrap_or(u32::MAX))
    }

    /// Days after which the test was to end.
    fn planned_days(&self) -> u32 {
        self.question.planned_days.unwrap_or(self.days())
    }

    fn is_running(&self) -> bool {
        self.days() < self.planned_days()
    }

    /// When intervals hold: of the metric that decides and of guardrails, and of secondary metrics.
    fn holds(&self) -> [Holds; 2] {
        match (self.is_running(), self.question.planned_days) {
            (true, _) => [Holds::AtEveryLook, Holds::TodayAlone],
            (false, Some(_)) => [Holds::AtTheEnd; 2],
            (false, None) => [Holds::IfThisEndWasPlanned; 2],
        }
    }

    fn zone(&self, metric: &Metric, level: Option<f64>) -> Option<f64> {
        level.map(|level| self.question.zone.half_width(metric.unit, level))
    }

    fn totals(&self, arm: usize) -> ArmTotals {
        let trial = self.trial;
        let units = || trial.units.iter().filter(|unit| unit.arm == arm);
        ArmTotals {
            name: trial.arms[arm].clone(),
            groups: units().count() as u64,
            members: units().map(|unit| unit.tally.horizon.members).sum(),
            level: values::mean(&Values::of(trial, self.question.metric, false).arms[arm]),
        }
    }
}
