//! The difference of an arm day by day, with an interval that holds at every look.
//!
//! Comes in: the units of a test at the end of each day. Goes out: [`TrialLook`]s. Groups: bounds that spend the chance of an error over
//! the planned days (Lan & `DeMets` 1983, of the O'Brien-Fleming type). Their joint law is taken as if days were independent: what groups
//! differ by lastingly makes looks more alike, and the bounds more careful than they need be. Members of a direct list: an asymptotic
//! confidence sequence (Waudby-Smith et al. 2024) over the days of members, tightest at the planned end.

use crate::stats::Interval;
use crate::stats::beta_binomial::Trials;
use crate::stats::looks::{late_spending_bounds, nominal_level, repeated_interval};
use crate::stats::sequence::{self, tuned_for};
use crate::stats::two_sample::Difference;
use crate::tally::{Dealt, Metric};

use super::values::{self, Values};
use super::{Judge, Trial, effect};

/// An arm against the control at the end of a day.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct TrialLook {
    /// Index of the arm.
    pub arm: usize,
    /// The day, 1 the first.
    pub day: u32,
    /// Arm minus control so far, adjusted where the effect is.
    pub difference: Option<f64>,
    /// The same with its error.
    pub estimate: Option<Difference>,
    /// Interval that holds together with those of all other days and arms; `None` where the look is too early to say anything.
    pub interval: Option<Interval>,
    /// Level below which the look's own p value must lie to leave 0 out; `None` of a confidence sequence.
    pub level: Option<f64>,
}

impl TrialLook {
    /// Whether there is a difference, at whichever look one stops.
    pub fn leaves_zero_out(&self) -> bool {
        self.interval.is_some_and(|interval| !interval.contains(0.0))
    }
}

impl Judge<'_> {
    /// Every day of an arm; none where the metric is known at the end only.
    pub(super) fn looks(&self, arm: usize, days: usize) -> Vec<TrialLook> {
        let question = self.question;
        if !question.metric.is_known_early() {
            return Vec::new();
        }
        match self.trial.dealt {
            Dealt::Groups => {
                let planned = f64::from(question.planned_days).max(days as f64);
                let fractions: Vec<f64> = (1..=days).map(|day| day as f64 / planned).collect();
                let bounds = late_spending_bounds(&fractions, 1.0 - self.confidence);
                (1..=days).zip(bounds).map(|(day, bound)| self.of_groups(arm, day, bound)).collect()
            }
            Dealt::Members => (1..=days).map(|day| self.of_members(arm, day, days)).collect(),
        }
    }

    fn of_groups(&self, arm: usize, day: usize, bound: f64) -> TrialLook {
        let metric = self.question.metric;
        let is_adjusted = self.question.adjusted.iter().any(|adjusted| adjusted.key == metric.key);
        let values = Values::through(self.trial, metric, is_adjusted, day);
        let found = effect::estimated(&values, self.trial.control, arm);
        let interval = found.estimate.filter(|_| bound.is_finite()).map(|estimate| {
            repeated_interval(estimate.estimate, estimate.standard_error, Some(estimate.degrees), bound)
        });
        TrialLook {
            arm,
            day: u32::try_from(day).unwrap_or(u32::MAX),
            difference: found.difference,
            estimate: found.estimate,
            interval: interval.filter(is_finite),
            level: Some(nominal_level(bound)),
        }
    }

    fn of_members(&self, arm: usize, day: usize, days: usize) -> TrialLook {
        let Judge { trial, question, confidence } = self;
        let shares = effect::two_arms(question.metric, trial, arm, Some(day));
        let estimate = shares.and_then(|shares| shares.wald()).filter(|_| tells(trial, question.metric, arm, day));
        let members: u64 =
            [trial.control, arm].iter().map(|&arm| values::counted(trial, question.metric, arm, None).n).sum();
        let planned = u64::from(question.planned_days).max(days as u64);
        let rho = tuned_for(members * planned, 1.0 - confidence);
        let interval = estimate.map(|Difference { estimate, standard_error, .. }| {
            sequence::Look { estimate, standard_error, n: members * day as u64 }.interval(1.0 - confidence, rho)
        });
        TrialLook {
            arm,
            day: u32::try_from(day).unwrap_or(u32::MAX),
            difference: shares.map(|shares| shares.difference()),
            estimate,
            interval,
            level: None,
        }
    }
}

fn is_finite(interval: &Interval) -> bool {
    interval.low.is_finite() && interval.high.is_finite()
}

/// Whether both arms have members in whom it counts, and members in whom it does not.
fn tells(trial: &Trial<'_>, metric: &Metric, arm: usize, day: usize) -> bool {
    [trial.control, arm].iter().all(|&arm| {
        let Trials { successes, n } = values::counted(trial, metric, arm, Some(day));
        0 < successes && successes < n
    })
}
