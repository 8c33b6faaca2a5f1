//! How many more groups, or how many more days, would decide a test that does not.
//!
//! Comes in: an effect that is not decided. Goes out: [`More`]: what a test with 80 % power for it needs beyond what there is, if the
//! effect is as large as it looks, or, where it looks smaller, as large as matters. More days average out what changes from day to day, and
//! nothing of what groups differ by lastingly; the effect is taken to stay as it is: no wear-out.

use crate::stats::clustered_power::{MOST_CLUSTERS, clusters_needed, power_of_means};
use crate::stats::power::{Sides, Wanted, normal};
use crate::stats::two_sample::Summary;
use crate::tally::{Dealt, Metric};

use super::values::Values;
use super::{Effect, Judge};

/// Power that a decision is planned with.
pub const POWER: f64 = 0.8;

/// Most days that are counted.
const MOST_DAYS: u32 = 3650;

/// What would decide.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct More {
    /// The difference that would be found, in the metric's own unit, without its sign.
    pub effect: f64,
    /// Whether it is the one seen; else the edge of the zone of practical equality, which is larger.
    pub is_seen: bool,
    /// More units an arm: groups, or members of a direct list; `None` beyond a million.
    pub units: Option<u64>,
    /// More days.
    pub days: MoreDays,
}

/// How many more days would decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoreDays {
    /// So many.
    Days(u32),
    /// No number does: groups differ lastingly by too much.
    Never,
    /// Days do not tell: there is one only, or the metric is known at the end only.
    Unknown,
}

pub(super) fn more(judge: &Judge<'_>, effect: &Effect) -> Option<More> {
    let (seen, zone) = (effect.difference?.abs(), effect.zone?);
    let is_seen = seen > zone;
    let wanted = if is_seen { seen } else { zone };
    // Where nothing varies there is nothing to plan with.
    effect.estimate?;
    if wanted == 0.0 {
        return None;
    }
    let alpha = 1.0 - judge.confidence;
    let (units, days) = match judge.trial.dealt {
        Dealt::Groups => of_groups(judge, effect, wanted, alpha)?,
        Dealt::Members => of_members(judge, effect, wanted, alpha)?,
    };
    Some(More { effect: wanted, is_seen, units, days })
}

fn of_groups(judge: &Judge<'_>, effect: &Effect, wanted: f64, alpha: f64) -> Option<(Option<u64>, MoreDays)> {
    let values = Values::of(judge.trial, effect.metric, false);
    let arms = match effect.adjustment {
        Some(adjustment) => adjustment.arms,
        None => [Summary::of(&values.now(judge.trial.control))?, Summary::of(&values.now(effect.arm))?],
    };
    let deviations = arms.map(|arm| arm.variance.sqrt());
    let fewest = effect.n[0].min(effect.n[1]);
    let needed = clusters_needed(wanted, deviations, alpha, POWER).filter(|needed| *needed < MOST_CLUSTERS);
    let units = needed.map(|needed| (needed.ceil() as u64).saturating_sub(fewest).max(1));
    let clusters = effect.n.map(|n| n as f64);
    let days = match lasting(judge, effect.metric) {
        None => MoreDays::Unknown,
        Some(lasting) => {
            let begun = judge.trial.units[0].tally.days.len() as u32;
            let is_enough = |days: f64| {
                let factor = lasting.deviation(days) / lasting.deviation(f64::from(begun));
                power_of_means(wanted, deviations.map(|deviation| factor * deviation), clusters, alpha) >= POWER
            };
            let found = if is_enough(f64::from(MOST_DAYS)) {
                (begun + 1..=MOST_DAYS).find(|&days| is_enough(f64::from(days)))
            } else {
                None
            };
            found.map_or(MoreDays::Never, |days| MoreDays::Days(days - begun))
        }
    };
    Some((units, days))
}

/// What the mean of a group over its days varies by.
struct Lasting {
    /// Variance that stays however many days are averaged.
    lasting: f64,
    /// Variance of a single day beside it.
    daily: f64,
}

impl Lasting {
    fn deviation(&self, days: f64) -> f64 {
        (self.lasting + self.daily / days).sqrt()
    }
}

/// The parts of the variance between groups, by analysis of variance of days within groups within arms; `None` below two days, and where
/// nothing varies.
fn lasting(judge: &Judge<'_>, metric: &'static Metric) -> Option<Lasting> {
    let trial = judge.trial;
    let n_days = trial.units.first()?.tally.days.len();
    if n_days < 2 || !metric.is_known_early() {
        return None;
    }
    let cumulative: Vec<Values> = (1..=n_days).map(|day| Values::through(trial, metric, false, day)).collect();
    let (mut squares_between, mut squares_within, mut degrees) = (0.0, 0.0, 0.0);
    for arm in 0..trial.arms.len() {
        let through: Vec<Vec<f64>> = cumulative.iter().map(|values| values.now(arm)).collect();
        let n = through[0].len();
        if through.iter().any(|day| day.len() != n) {
            return None;
        }
        let daily = |group: usize, day: usize| {
            let before = if day == 0 { 0.0 } else { through[day - 1][group] };
            if metric.is_of_members() {
                through[day][group] - before
            } else {
                // The mean of the days so far: its gain, weighed by days, is the day's own.
                (day + 1) as f64 * through[day][group] - day as f64 * before
            }
        };
        let of_group = |group: usize| (0..n_days).map(|day| daily(group, day)).sum::<f64>() / n_days as f64;
        let of_day = |day: usize| (0..n).map(|group| daily(group, day)).sum::<f64>() / n as f64;
        let middle = (0..n).map(of_group).sum::<f64>() / n as f64;
        let days: Vec<f64> = (0..n_days).map(of_day).collect();
        for group in 0..n {
            let own = of_group(group);
            squares_between += (own - middle) * (own - middle);
            squares_within += (0..n_days)
                .map(|day| daily(group, day) - own - days[day] + middle)
                .map(|rest| rest * rest)
                .sum::<f64>();
        }
        degrees += n as f64 - 1.0;
    }
    let daily = squares_within / (degrees * (n_days as f64 - 1.0));
    let lasting = (squares_between / degrees - daily / n_days as f64).max(0.0);
    (daily + lasting > 0.0).then_some(Lasting { lasting, daily })
}

/// Of independent members precision grows with their number; of a share that gathers over the days, as with days.
fn of_members(judge: &Judge<'_>, effect: &Effect, wanted: f64, alpha: f64) -> Option<(Option<u64>, MoreDays)> {
    let estimate = effect.estimate?;
    let goal = Wanted { alpha, sides: Sides::Two, power: POWER };
    let times = normal::times_the_sample(wanted, estimate.standard_error, &goal)?;
    let fewest = effect.n[0].min(effect.n[1]) as f64;
    let begun = judge.trial.units.first()?.tally.days.len() as f64;
    let units = ((times - 1.0) * fewest).ceil().max(1.0) as u64;
    let days = ((times - 1.0) * begun).ceil().max(1.0);
    let days = if begun + days <= f64::from(MOST_DAYS) { MoreDays::Days(days as u32) } else { MoreDays::Never };
    Some((Some(units), days))
}
