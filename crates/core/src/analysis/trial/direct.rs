//! What an arm does to a metric where members of a direct list were dealt one by one: each member counts once.
//!
//! Comes in: how many members of each arm it counts in. Goes out: an [`Effect`] with the score interval of two proportions. A metric
//! in which a member can count several times has a difference but, without a row a member, no error.

use wearout_stats::beta_binomial::Trials;
use wearout_stats::two_sample::{self, Difference, Summary};

use crate::tally::Metric;

use super::effect::{Method, relative_interval, two_arms};
use super::values::{self, Values};
use super::{Effect, Judge, Trial};

pub(super) fn of_members(metric: &'static Metric, arm: usize, judge: &Judge<'_>) -> Effect {
    let trial = judge.trial;
    let values = Values::of(trial, metric, false);
    let level = |arm: usize| values::mean(&values.arms[arm]);
    let members = |arm: usize| values::counted(trial, metric, arm, None).n;
    let shares = if metric.is_of_members() { two_arms(metric, trial, arm, None) } else { None };
    let (control, treated) = (level(trial.control), level(arm));
    let estimate = shares.and_then(|shares| shares.wald());
    let interval = shares.map(|shares| shares.score_interval(judge.confidence));
    let relative = estimate.and_then(|_| relative(metric, trial, arm));
    let base = summary(metric, trial, trial.control);
    Effect {
        arm,
        metric,
        zone: judge.zone(metric, control),
        control,
        treated,
        n: [members(trial.control), members(arm)],
        difference: control.zip(treated).map(|(control, treated)| treated - control),
        estimate,
        method: Method::Shares,
        interval,
        holds: None,
        relative,
        relative_interval: relative_interval(relative, base, interval, judge.confidence),
        p_value: shares.map(|shares| shares.score_p_value()),
        adjusted_p: None,
        call: None,
        permutation: None,
        adjustment: None,
        as_if_members: None,
    }
}

/// The difference over the control's share, by the delta method.
fn relative(metric: &Metric, trial: &Trial<'_>, arm: usize) -> Option<Difference> {
    two_sample::relative_difference(&summary(metric, trial, trial.control)?, &summary(metric, trial, arm)?)
}

fn summary(metric: &Metric, trial: &Trial<'_>, arm: usize) -> Option<Summary> {
    let Trials { successes, n } = values::counted(trial, metric, arm, None);
    Summary::of_sums(n, successes as f64, successes as f64)
}
