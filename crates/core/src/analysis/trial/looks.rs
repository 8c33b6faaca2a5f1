//! The difference of an arm day by day, with an interval that holds at every look.
//!
//! Comes in: the units of a test at the end of each day. Goes out: [`Course`]s, and of the metric that decides [`TrialLook`]s. Groups: bounds
//! that spend the chance of an error over the planned days by the calendar, while how much alike looks are is taken from the groups
//! themselves (Lan & `DeMets` 1983 and 1989, of the O'Brien-Fleming type): days may vary as they like, and groups differ lastingly.
//! Members of a direct list: an asymptotic confidence sequence (Waudby-Smith et al. 2024) over the days of members, tightest at the
//! planned end.

use serde::Serialize;
use wearout_stats::Interval;
use wearout_stats::beta_binomial::Trials;
use wearout_stats::looks::{bounds_that_spend, information, nominal_level, spent_late};
use wearout_stats::sequence::{self, tuned_for};
use wearout_stats::two_proportions::TwoArms;
use wearout_stats::two_sample::Difference;

use crate::tally::{Dealt, Metric};

use super::effect::{self, Estimated};
use super::values::{self, Values};
use super::{Judge, Trial};

/// An arm against the control at the end of a day.
#[derive(Debug, Clone, Copy, Serialize)]
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

/// A metric of an arm against the control at the end of each day.
pub(super) enum Course {
    /// Of groups: each day's estimate, and the share of the planned days that is over.
    Groups(Vec<(Estimated, f64)>),
    /// Of members of a direct list.
    Members { days: Vec<DayOfMembers>, rho_target: u64 },
}

/// What is known of a direct list on a day.
pub(super) struct DayOfMembers {
    shares: Option<TwoArms>,
    look: Option<sequence::Look>,
}

/// An interval of a course.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct At {
    pub(super) interval: Option<Interval>,
    pub(super) level: Option<f64>,
}

impl Course {
    /// The interval of every day, all of which hold together at this confidence.
    pub(super) fn intervals(&self, confidence: f64) -> Vec<At> {
        let alpha = 1.0 - confidence;
        match self {
            Course::Groups(days) => {
                // A day on which nothing varies is no look, and leaves what it could have spent to the next.
                let looks: Vec<&(Estimated, f64)> = days.iter().filter(|(of, _)| of.estimate.is_some()).collect();
                let alike: Vec<f64> = looks.windows(2).map(|pair| pair[0].0.correlation(&pair[1].0)).collect();
                let spent: Vec<f64> = looks.iter().map(|(_, share)| spent_late(*share, alpha)).collect();
                let information = if looks.is_empty() { Vec::new() } else { information(&alike) };
                let mut bounds = bounds_that_spend(&information, &spent).into_iter();
                let mut at = |of: &Estimated| {
                    of.estimate?;
                    let bound = bounds.next()?;
                    let interval = of.interval_within(bound).filter(is_finite);
                    Some(At { interval, level: Some(nominal_level(bound)) })
                };
                days.iter().map(|(of, _)| at(of).unwrap_or_default()).collect()
            }
            Course::Members { days, rho_target } => {
                let rho = tuned_for(*rho_target, alpha);
                let at =
                    |day: &DayOfMembers| At { interval: day.look.map(|look| look.interval(alpha, rho)), level: None };
                days.iter().map(at).collect()
            }
        }
    }
}

impl Judge<'_> {
    /// Every day of a metric of an arm; `None` where it is known at the end only.
    pub(super) fn course(&self, metric: &'static Metric, arm: usize) -> Option<Course> {
        if !metric.is_known_early() {
            return None;
        }
        let days = self.days() as usize;
        let planned = (self.planned_days() as usize).max(days);
        Some(match self.trial.dealt {
            Dealt::Groups => {
                let by_day = Values::by_day(self.trial, metric, self.is_adjusted(metric), days);
                let of_day = |(i, values): (usize, &Values)| {
                    let found = effect::estimated(values, self.trial.control, arm, &mut self.stream(metric, arm));
                    (found, (i + 1) as f64 / planned as f64)
                };
                Course::Groups(by_day.iter().enumerate().map(of_day).collect())
            }
            Dealt::Members => {
                let n = |arm: usize| values::counted(self.trial, metric, arm, None).n;
                let members = n(self.trial.control) + n(arm);
                let days = (1..=days).map(|day| self.day_of_members(metric, arm, day, members)).collect();
                Course::Members { days, rho_target: members * planned as u64 }
            }
        })
    }

    /// Every day of an arm in the metric that decides; none where it is known at the end only.
    pub(super) fn looks(&self, arm: usize) -> Vec<TrialLook> {
        let Some(course) = self.course(self.question.metric, arm) else { return Vec::new() };
        let look = |(i, At { interval, level }): (usize, At)| {
            let (difference, estimate) = match &course {
                Course::Groups(days) => (days[i].0.difference, days[i].0.estimate),
                Course::Members { days, .. } => {
                    let DayOfMembers { shares, look } = &days[i];
                    let wald = shares.and_then(|shares| shares.wald()).filter(|_| look.is_some());
                    (shares.map(|shares| shares.difference()), wald)
                }
            };
            TrialLook { arm, day: u32::try_from(i + 1).unwrap_or(u32::MAX), difference, estimate, interval, level }
        };
        course.intervals(self.confidence).into_iter().enumerate().map(look).collect()
    }

    fn day_of_members(&self, metric: &Metric, arm: usize, day: usize, members: u64) -> DayOfMembers {
        let shares = effect::two_arms(metric, self.trial, arm, Some(day));
        let told = shares.and_then(|shares| shares.wald()).filter(|_| tells(self.trial, metric, arm, day));
        let look = told.map(|Difference { estimate, standard_error, .. }| sequence::Look {
            estimate,
            standard_error,
            n: members * day as u64,
        });
        DayOfMembers { shares, look }
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
