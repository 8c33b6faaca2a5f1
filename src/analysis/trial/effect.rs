//! What an arm does to a metric where whole groups were dealt: each group counts once.
//!
//! Comes in: the values of groups. Goes out: an [`Effect`]. The difference of unweighted group means with Welch's error, which for one
//! value a group is the cluster-robust CR2 with Satterthwaite's degrees of freedom; where earlier values are used, less what they explain
//! (CUPED); a permutation test of the plain values beside it, which trusts in nothing but the dealing.

use crate::rng;
use crate::stats::Interval;
use crate::stats::adjustment::{self, Arm};
use crate::stats::permutation::{self, Effort, Permutations};
use crate::stats::two_proportions::TwoArms;
use crate::stats::two_sample::{self, Difference, Summary};
use crate::tally::{METRICS, Metric};

use super::values::{self, Values};
use super::{Judge, Trial};

/// A metric of an arm against the control.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
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
    /// Its interval; those of all arms hold together. Of the metric that decides a running test it is valid at every look.
    pub interval: Option<Interval>,
    /// Half-width of the zone of practical equality; `None` where the control has no level.
    pub zone: Option<f64>,
    /// Over the control's level, with its error.
    pub relative: Option<Difference>,
    /// Its interval; `None` where the control's level is not told from 0, where it says otherwise than that of the difference, and where
    /// that is valid at every look.
    pub relative_interval: Option<Interval>,
    /// p value of no difference, two-sided.
    pub p_value: Option<f64>,
    /// p value together with those of the effects that stand beside it.
    pub adjusted_p: Option<f64>,
    /// The same by permuting groups, unadjusted by earlier values.
    pub permutation: Option<Permutations>,
    /// What earlier values took out.
    pub adjustment: Option<Adjustment>,
    /// What taking members for independent would claim of groups; for contrast, never for use.
    pub as_if_members: Option<Difference>,
}

/// What earlier values took out of a difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjustment {
    /// Change of a group's value that goes with a change of its earlier one by 1.
    pub theta: f64,
    /// Share of the variance that is gone; below 0 where some was added.
    pub removed: f64,
    /// The difference without it.
    pub plain: Option<Difference>,
    /// The adjusted arms: control and treated.
    pub arms: [Summary; 2],
}

/// A difference of groups and what it rests on.
pub(super) struct Estimated {
    pub(super) difference: Option<f64>,
    pub(super) estimate: Option<Difference>,
    pub(super) relative: Option<Difference>,
    pub(super) adjustment: Option<Adjustment>,
}

/// The difference of an arm's group means from the control's.
pub(super) fn estimated(values: &Values, control: usize, arm: usize) -> Estimated {
    let (base, treated) = (Summary::of(&values.now(control)), Summary::of(&values.now(arm)));
    let mean = |arm: usize| values::mean(&values.arms[arm]);
    let plain = base.zip(treated).and_then(|(base, treated)| two_sample::difference(&base, &treated));
    let adjusted = adjusted(values, control, arm).and_then(|adjusted| Some((adjusted.difference()?, adjusted)));
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
        };
    }
    Estimated {
        difference: mean(control).zip(mean(arm)).map(|(base, treated)| treated - base),
        estimate: plain,
        relative: base.zip(treated).and_then(|(base, treated)| two_sample::relative_difference(&base, &treated)),
        adjustment: None,
    }
}

fn adjusted(values: &Values, control: usize, arm: usize) -> Option<adjustment::Adjusted> {
    let of = |arm: usize| Arm::of(&values.pairs(arm)?);
    adjustment::adjust(&of(control)?, &of(arm)?)
}

pub(super) fn of_groups(
    metric: &'static Metric,
    trial: &Trial<'_>,
    arm: usize,
    values: &Values,
    judge: &Judge<'_>,
) -> Effect {
    let Estimated { difference, estimate, relative, adjustment } = estimated(values, trial.control, arm);
    let (base, treated) = (values.now(trial.control), values.now(arm));
    let number = METRICS.iter().position(|known| known.key == metric.key).unwrap_or(METRICS.len());
    let stream = u32::try_from(number * trial.arms.len() + arm).unwrap_or(u32::MAX);
    let mut rng = rng::method(judge.question.seed, 0, FIRST_STREAM + stream);
    let level = values::mean(&values.arms[trial.control]);
    let interval = estimate.map(|estimate| estimate.interval(judge.confidence));
    Effect {
        arm,
        metric,
        zone: judge.zone(metric, level),
        control: level,
        treated: values::mean(&values.arms[arm]),
        n: [base.len() as u64, treated.len() as u64],
        difference,
        estimate,
        interval,
        relative,
        relative_interval: relative_interval(relative, Summary::of(&base), interval, judge.confidence),
        p_value: estimate.map(|estimate| estimate.p_value()),
        adjusted_p: None,
        permutation: permutation::difference(&base, &treated, Effort::USUAL, &mut rng),
        adjustment,
        as_if_members: metric.is_of_members().then(|| pooled(metric, trial, arm)).flatten(),
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

/// The difference of the shares of all members of two arms, as if every member had been dealt on its own.
pub(super) fn pooled(metric: &Metric, trial: &Trial<'_>, arm: usize) -> Option<Difference> {
    two_arms(metric, trial, arm, None)?.wald()
}

/// Members in whom it counts, of the control and of an arm, up to a day or to the end.
pub(super) fn two_arms(metric: &Metric, trial: &Trial<'_>, arm: usize, day: Option<usize>) -> Option<TwoArms> {
    let of = |arm: usize| values::counted(trial, metric, arm, day);
    TwoArms::new(of(trial.control), of(arm))
}
