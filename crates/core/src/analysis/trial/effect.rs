//! What an arm does to a metric where whole groups were dealt: each group counts once.
//!
//! Comes in: the values of groups. Goes out: an [`Effect`]. The difference of unweighted group means with Welch's error, which for one
//! value a group is the cluster-robust CR2 with Satterthwaite's degrees of freedom; where earlier values are used, less what they explain
//! (CUPED); a permutation test of the plain values beside it, which trusts in nothing but the dealing. Below [`FEW_GROUPS`] in either arm
//! that test decides: its p value stands, its inversion is the interval, and nothing is adjusted.

use serde::Serialize;
use wearout_stats::Interval;
use wearout_stats::adjustment::{self, Arm};
use wearout_stats::chance_to_win;
use wearout_stats::looks::{nominal_level, repeated_interval};
use wearout_stats::permutation::{self, Effort, Inverted, Permutations};
use wearout_stats::two_proportions::TwoArms;
use wearout_stats::two_sample::{self, Difference, Summary};

use crate::analysis::{CONFIDENCE, Call};
use crate::rng::{self, Stream};
use crate::tally::{Better, METRICS, Metric};

use super::values::{self, Value, Values};
use super::{ALPHA, Judge, Trial};

/// Groups of the smaller arm below which a t test errs by more than it says (docs/testing.md), so that the permutation test decides.
pub const FEW_GROUPS: u64 = 5;

/// What an effect's p value and interval come from; both from the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Welch's t test of group means.
    Means,
    /// Permutation of groups.
    Permutation,
    /// The score test of two shares of members.
    Shares,
}

/// When an interval holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// At the end of the test, which was planned.
    AtTheEnd,
    /// If the last day of the test was its planned end, which nobody said.
    IfThisEndWasPlanned,
    /// At every look while the test is running.
    AtEveryLook,
    /// Today alone, of a running test.
    TodayAlone,
}

/// A metric of an arm against the control.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Effect {
    /// Index of the arm.
    pub arm: usize,
    /// What is compared.
    pub metric: &'static Metric,
    /// The control's level as it came: mean over groups; of a direct list the share.
    pub control: Option<f64>,
    /// The arm's.
    pub treated: Option<f64>,
    /// Units with a base: groups of the control and of the arm; of a direct list members.
    pub n: [u64; 2],
    /// Arm minus control, adjusted where there is an adjustment.
    pub difference: Option<f64>,
    /// The same with its error; `None` where nothing varies, and where the error is not known.
    pub estimate: Option<Difference>,
    /// What the interval and the p value come from.
    pub method: Method,
    /// Its interval; those of all arms hold together. Of the metric that decides a running test, and of its guardrails, it is valid at every
    /// look. `None` also where so few groups leave no difference out.
    pub interval: Option<Interval>,
    /// When its interval holds; `None` without one.
    pub holds: Option<Holds>,
    /// Half-width of the zone of practical equality; `None` where the control has no level.
    pub zone: Option<f64>,
    /// Over the control's level, with its error.
    pub relative: Option<Difference>,
    /// Its interval; `None` where the control's level is not told from 0, where it says otherwise than that of the difference, and where
    /// that is valid at every look.
    pub relative_interval: Option<Interval>,
    /// p value of no difference, two-sided; none while the test is running: it would hold for a single look, planned beforehand.
    pub p_value: Option<f64>,
    /// p value together with those of the effects that stand beside it: at most 5 % where the interval leaves 0 out.
    pub adjusted_p: Option<f64>,
    /// Of a secondary metric, on which side of 0 it lies; `None` of the others, of which verdict and guardrails say more.
    pub call: Option<Call>,
    /// The same by permuting groups, unadjusted by earlier values; none while the test is running.
    pub permutation: Option<Permutations>,
    /// What earlier values took out.
    pub adjustment: Option<Adjustment>,
    /// What taking members for independent would claim of groups; for contrast, never for use. None while the test is running.
    pub as_if_members: Option<AsIfMembers>,
}

impl Effect {
    /// Takes back what a single look may say, planned beforehand, and a running test may not.
    pub(super) fn take_back(&mut self) {
        (self.p_value, self.adjusted_p, self.permutation) = (None, None, None);
        (self.relative_interval, self.as_if_members) = (None, None);
    }

    /// Whether its interval leaves 0 out.
    pub fn leaves_zero_out(&self) -> bool {
        self.interval.is_some_and(|interval| !interval.contains(0.0))
    }

    /// On which side of 0 it lies, where its interval and its adjusted p value both say so.
    pub(super) fn side(&self) -> Call {
        match (self.adjusted_p, self.difference) {
            (Some(q), Some(difference)) if q <= ALPHA && self.leaves_zero_out() => {
                match (self.metric.better, difference > 0.0) {
                    (Better::Neither, _) => Call::Different,
                    (Better::Higher, true) | (Better::Lower, false) => Call::Better,
                    _ => Call::Worse,
                }
            }
            _ => Call::Unknown,
        }
    }
}

/// What taking members for independent would claim of groups.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AsIfMembers {
    /// The difference of the shares of all members.
    pub difference: f64,
    /// Its interval.
    pub interval: Interval,
    /// p value of no difference, two-sided.
    pub p_value: f64,
    /// Probability that the arm is the better one.
    pub is_best: f64,
    /// How many times as large the error of groups is.
    pub error_times: Option<f64>,
}

/// What earlier values took out of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Adjustment {
    /// Change of a group's value that goes with a change of its earlier one by 1.
    pub theta: f64,
    /// Share of the variance that is gone; below 0 where some was added.
    pub removed: f64,
    /// The difference without it.
    pub plain: Option<Difference>,
    /// The adjusted arms: control and treated.
    #[serde(skip)]
    pub arms: [Summary; 2],
}

/// A difference of groups and what it rests on.
pub(super) struct Estimated {
    pub(super) difference: Option<f64>,
    pub(super) estimate: Option<Difference>,
    pub(super) relative: Option<Difference>,
    pub(super) adjustment: Option<Adjustment>,
    /// Where groups are few: what permuting them leaves open.
    inverted: Option<Inverted>,
    /// What is left of the groups' values, the control's and the arm's, about their mean.
    left: [Vec<f64>; 2],
}

impl Estimated {
    pub(super) fn method(&self) -> Method {
        if self.inverted.is_some() { Method::Permutation } else { Method::Means }
    }

    /// Interval at this confidence, of a look that is the only one.
    pub(super) fn interval(&self, confidence: f64) -> Option<Interval> {
        let estimate = self.estimate?;
        self.inverted.as_ref().map_or(Some(estimate.interval(confidence)), |inverted| inverted.interval(confidence))
    }

    /// Interval of a look with this bound.
    pub(super) fn interval_within(&self, bound: f64) -> Option<Interval> {
        let Difference { estimate, standard_error, degrees } = self.estimate.filter(|_| bound.is_finite())?;
        match &self.inverted {
            Some(inverted) => inverted.interval(1.0 - nominal_level(bound)),
            None => Some(repeated_interval(estimate, standard_error, Some(degrees), bound)),
        }
    }

    /// p value of no difference, two-sided.
    pub(super) fn p_value(&self) -> Option<f64> {
        let estimate = self.estimate?;
        Some(self.inverted.as_ref().map_or_else(|| estimate.p_value(), |inverted| inverted.p_value(0.0)))
    }

    /// Interval each of whose ends holds with this chance of an error. Where arms are unequal a permutation knows no sides: its interval is
    /// the two-sided one.
    pub(super) fn one_sided_interval(&self, alpha: f64) -> Option<Interval> {
        self.interval(1.0 - self.sides() * alpha)
    }

    /// Sides among which the error of an interval is shared out evenly.
    pub(super) fn sides(&self) -> f64 {
        if self.inverted.is_some() { 1.0 } else { 2.0 }
    }

    /// One-sided p value of a difference that is at most `bound`, against a larger one; of a permutation its two-sided p value.
    pub(super) fn p_above(&self, bound: f64) -> Option<f64> {
        let estimate = self.estimate?;
        let Some(inverted) = &self.inverted else { return Some(estimate.p_above(bound)) };
        Some(if estimate.estimate > bound { inverted.p_value(bound) } else { 1.0 })
    }

    /// One-sided p value of a difference that is at least `bound`, against a smaller one.
    pub(super) fn p_below(&self, bound: f64) -> Option<f64> {
        let estimate = self.estimate?;
        let Some(inverted) = &self.inverted else { return Some(estimate.p_below(bound)) };
        Some(if estimate.estimate < bound { inverted.p_value(bound) } else { 1.0 })
    }

    /// Correlation with the estimate of a later look, from what the same groups have at both; 0 where they are not the same.
    pub(super) fn correlation(&self, later: &Estimated) -> f64 {
        let is_same = |arm: usize| self.left[arm].len() == later.left[arm].len();
        if !(is_same(0) && is_same(1)) {
            return 0.0;
        }
        let product = |a: &Estimated, b: &Estimated| -> f64 {
            let of_arm = |arm: usize| {
                let (a, b) = (&a.left[arm], &b.left[arm]);
                a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (a.len() as f64 * (a.len() as f64 - 1.0))
            };
            of_arm(0) + of_arm(1)
        };
        product(self, later) / (product(self, self) * product(later, later)).sqrt()
    }
}

/// The difference of an arm's group means from the control's. The generator is touched where groups are few in one arm and very many in
/// the other.
pub(super) fn estimated(values: &Values, control: usize, arm: usize, rng: &mut Stream) -> Estimated {
    let (base, treated) = (Summary::of(&values.now(control)), Summary::of(&values.now(arm)));
    let mean = |arm: usize| values::mean(&values.arms[arm]);
    let plain = base.zip(treated).and_then(|(base, treated)| two_sample::difference(&base, &treated));
    let are_few = [control, arm].iter().any(|&arm| (values.arms[arm].len() as u64) < FEW_GROUPS);
    let adjusted = adjusted(values, control, arm)
        .filter(|_| !are_few)
        .and_then(|adjusted| Some((adjusted.difference()?, adjusted)));
    let left = |theta: f64| [control, arm].map(|arm| left(&values.arms[arm], theta));
    if let Some((estimate, adjusted)) = adjusted {
        return Estimated {
            difference: Some(estimate.estimate),
            estimate: Some(estimate),
            relative: adjusted.relative_difference(),
            adjustment: Some(Adjustment {
                theta: adjusted.theta,
                removed: adjusted.removed,
                plain,
                arms: [adjusted.control, adjusted.treated],
            }),
            inverted: None,
            left: left(adjusted.theta),
        };
    }
    let inverted = plain
        .filter(|_| are_few)
        .and_then(|_| permutation::invert(&values.now(control), &values.now(arm), Effort::USUAL, rng));
    Estimated {
        difference: mean(control).zip(mean(arm)).map(|(base, treated)| treated - base),
        estimate: plain,
        relative: base.zip(treated).and_then(|(base, treated)| two_sample::relative_difference(&base, &treated)),
        adjustment: None,
        inverted,
        left: left(0.0),
    }
}

/// Values less `theta` times the earlier ones, about their mean.
fn left(values: &[Value], theta: f64) -> Vec<f64> {
    let of = |value: &Value| value.now - theta * value.before.unwrap_or(0.0);
    let middle = values.iter().map(of).sum::<f64>() / values.len() as f64;
    values.iter().map(|value| of(value) - middle).collect()
}

fn adjusted(values: &Values, control: usize, arm: usize) -> Option<adjustment::Adjusted> {
    let of = |arm: usize| Arm::of(&values.pairs(arm)?);
    adjustment::adjust(&of(control)?, &of(arm)?)
}

pub(super) fn of_groups(metric: &'static Metric, arm: usize, judge: &Judge<'_>) -> Effect {
    let trial = judge.trial;
    let (values, found) = (Values::of(trial, metric, false), judge.estimated(metric, arm));
    let (base, treated) = (values.now(trial.control), values.now(arm));
    let level = values::mean(&values.arms[trial.control]);
    let interval = found.interval(judge.confidence);
    let Estimated { difference, estimate, relative, adjustment, .. } = found;
    Effect {
        arm,
        metric,
        zone: judge.zone(metric, level),
        control: level,
        treated: values::mean(&values.arms[arm]),
        n: [base.len() as u64, treated.len() as u64],
        difference,
        estimate,
        method: found.method(),
        interval,
        holds: None,
        relative,
        relative_interval: relative_interval(relative, Summary::of(&base), interval, judge.confidence),
        p_value: found.p_value(),
        adjusted_p: None,
        call: None,
        permutation: permutation::difference(&base, &treated, Effort::USUAL, &mut judge.stream(metric, arm)),
        adjustment,
        as_if_members: as_if_members(metric, trial, arm, adjustment.map_or(estimate, |of| of.plain)),
    }
}

/// The interval of a relative difference, where the delta method may be believed: the level divided by is told from 0, and the interval
/// of the difference says the same of 0.
pub(super) fn relative_interval(
    relative: Option<Difference>,
    base: Option<Summary>,
    absolute: Option<Interval>,
    confidence: f64,
) -> Option<Interval> {
    let base = base?;
    let level = Difference::new(base.mean, base.error_variance().sqrt(), (base.n - 1) as f64);
    let is_told = level.is_none_or(|level| !level.interval(confidence).contains(0.0));
    let found = relative?.interval(confidence);
    (is_told && found.contains(0.0) == absolute?.contains(0.0)).then_some(found)
}

/// First index of the streams of assignments.
const FIRST_STREAM: u32 = 20_000;

impl Judge<'_> {
    /// The generator of assignments of a metric and an arm, at its beginning.
    pub(super) fn stream(&self, metric: &Metric, arm: usize) -> Stream {
        let number = METRICS.iter().position(|known| known.key == metric.key).unwrap_or(METRICS.len());
        let stream = u32::try_from(number * self.trial.arms.len() + arm).unwrap_or(u32::MAX);
        rng::method(self.question.seed, 0, FIRST_STREAM + stream)
    }
}

/// The difference of the shares of all members of two arms, as if every member had been dealt on its own, beside that of groups.
fn as_if_members(metric: &Metric, trial: &Trial<'_>, arm: usize, of_groups: Option<Difference>) -> Option<AsIfMembers> {
    let naive = metric.is_of_members().then(|| two_arms(metric, trial, arm, None)).flatten()?.wald()?;
    let above = chance_to_win::of_treated(&naive);
    Some(AsIfMembers {
        difference: naive.estimate,
        interval: naive.interval(CONFIDENCE),
        p_value: naive.p_value(),
        is_best: if metric.better == Better::Lower { 1.0 - above } else { above },
        error_times: of_groups.map(|of_groups| of_groups.standard_error / naive.standard_error),
    })
}

/// Members in whom it counts, of the control and of an arm, up to a day or to the end.
pub(super) fn two_arms(metric: &Metric, trial: &Trial<'_>, arm: usize, day: Option<usize>) -> Option<TwoArms> {
    let of = |arm: usize| values::counted(trial, metric, arm, day);
    TwoArms::new(of(trial.control), of(arm))
}
