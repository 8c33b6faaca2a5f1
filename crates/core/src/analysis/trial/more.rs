//! How many more groups, or how many more days, would decide a test that does not.
//!
//! Comes in: an effect that is not decided. Goes out: [`More`]: what a test with 80 % power for it needs beyond what there is, if the
//! effect is as large as it looks, or, where it looks smaller, as large as matters. A running test is to reach its planned end first: it
//! lacks groups only where they are too few even then. More days average out what changes from day to day, and nothing of what groups
//! differ by lastingly; the effect is taken to stay as it is: no wear-out.

use serde::Serialize;
use wearout_stats::clustered_power::{MOST_CLUSTERS, power_of_means};
use wearout_stats::permutation;
use wearout_stats::power::{Sides, Wanted, normal};
use wearout_stats::two_sample::{ROUNDING, Summary};

use crate::tally::{Dealt, Metric};

use super::values::Values;
use super::{Effect, FEW_GROUPS, Judge};

/// Power that a decision is planned with.
pub const POWER: f64 = 0.8;

/// Waiting is advised up to so many times the days there are.
const MOST_TIMES: u32 = 3;

/// Most members an arm that are asked for.
const MOST_MEMBERS: u64 = 1_000_000_000;

/// What would decide.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct More {
    /// Index of the arm that is not decided.
    pub arm: usize,
    /// The difference that would be found, in the metric's own unit, without its sign.
    pub effect: f64,
    /// Whether it is the one seen; else the edge of the zone of practical equality, which is larger.
    pub is_seen: bool,
    /// More units an arm: groups, or members of a direct list; 0 where there are enough already, by the planned end of a running test;
    /// `None` beyond a million groups.
    pub units: Option<u64>,
    /// More days.
    pub days: MoreDays,
}

/// How many more days would decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoreDays {
    /// The test is running: go on to this day, which was planned.
    Planned(u32),
    /// So many.
    Days(u32),
    /// More than so many, which is three times those there are.
    Beyond(u32),
    /// No number does: groups differ lastingly by too much.
    Never,
    /// Days do not tell: groups differ on no more than one of them, the metric is known at the end only, or groups are so few that
    /// permuting them leaves no difference out.
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
    let (units, days) = match judge.trial.dealt {
        Dealt::Groups => of_groups(judge, effect, wanted)?,
        Dealt::Members => of_members(judge, effect, wanted)?,
    };
    let days = if judge.is_running() { MoreDays::Planned(judge.planned_days()) } else { days };
    Some(More { arm: effect.arm, effect: wanted, is_seen, units, days })
}

/// The least number that is enough, if it is no more than `most`.
fn least(most: u64, is_enough: impl Fn(u64) -> bool) -> Option<u64> {
    if is_enough(0) {
        return Some(0);
    }
    let (mut too_few, mut enough) = (0, most);
    if !is_enough(most) {
        return None;
    }
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if is_enough(middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    Some(enough)
}

/// Days beyond those there are, as far as waiting is advised.
fn waiting(begun: u32, is_enough: impl Fn(f64) -> bool) -> MoreDays {
    let most = MOST_TIMES * begun;
    let found = (0..=most).find(|&days| is_enough(f64::from(begun + days)));
    found.map_or(MoreDays::Beyond(most), MoreDays::Days)
}

fn of_groups(judge: &Judge<'_>, effect: &Effect, wanted: f64) -> Option<(Option<u64>, MoreDays)> {
    let alpha = 1.0 - judge.confidence;
    let values = Values::of(judge.trial, effect.metric, false);
    let arms = match effect.adjustment {
        Some(adjustment) => adjustment.arms,
        None => [Summary::of(&values.now(judge.trial.control))?, Summary::of(&values.now(effect.arm))?],
    };
    let lasting = lasting(judge, effect.metric);
    let begun = judge.days();
    // How much smaller deviations are after so many days.
    let factor = |days: f64| {
        lasting.as_ref().map_or(1.0, |lasting| lasting.deviation(days) / lasting.deviation(f64::from(begun)))
    };
    // Few groups are judged by permuting them, which may leave no difference out however clear it is.
    let is_reached = |n: [u64; 2]| {
        n.iter().all(|n| *n >= FEW_GROUPS) || permutation::smallest_p_value(n[0] as usize, n[1] as usize) <= alpha
    };
    let is_enough = |days: f64, more: u64| {
        let deviations = arms.map(|arm| factor(days) * arm.variance.sqrt());
        let n = effect.n.map(|n| n + more);
        is_reached(n) && power_of_means(wanted, deviations, n.map(|n| n as f64), alpha) >= POWER
    };
    let end = f64::from(begun.max(judge.planned_days()));
    let units = least(MOST_CLUSTERS as u64, |more| is_enough(end, more));
    let days = match &lasting {
        None => MoreDays::Unknown,
        Some(_) if !is_reached(effect.n) => MoreDays::Unknown,
        Some(_) if !is_enough(f64::INFINITY, 0) => MoreDays::Never,
        Some(_) => waiting(begun, |days| is_enough(days, 0)),
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

/// The parts of the variance between groups, by analysis of variance of days within groups within arms; `None` where groups differ on
/// fewer than two days, from which no other day can be foretold.
fn lasting(judge: &Judge<'_>, metric: &'static Metric) -> Option<Lasting> {
    let trial = judge.trial;
    let n_days = trial.units.first()?.tally.days.len();
    if n_days < 2 || !metric.is_known_early() {
        return None;
    }
    let cumulative = Values::by_day(trial, metric, false, n_days);
    let (mut squares_between, mut squares_within, mut degrees) = (0.0, 0.0, 0.0);
    let mut varies = vec![false; n_days];
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
            for (day, varies) in varies.iter_mut().enumerate() {
                *varies |= (daily(group, day) - days[day]).abs() > ROUNDING * through[day][group].abs();
            }
            let own = of_group(group);
            squares_between += (own - middle) * (own - middle);
            squares_within += (0..n_days)
                .map(|day| daily(group, day) - own - days[day] + middle)
                .map(|rest| rest * rest)
                .sum::<f64>();
        }
        degrees += n as f64 - 1.0;
    }
    if varies.iter().filter(|varies| **varies).count() < 2 {
        return None;
    }
    let daily = squares_within / (degrees * (n_days as f64 - 1.0));
    let of_days = daily / n_days as f64;
    let excess = squares_between / degrees - of_days;
    Some(Lasting { lasting: if excess > ROUNDING * of_days { excess } else { 0.0 }, daily })
}

/// Of independent members precision grows with their number; of a share that gathers over the days, as with days.
fn of_members(judge: &Judge<'_>, effect: &Effect, wanted: f64) -> Option<(Option<u64>, MoreDays)> {
    let error = effect.estimate?.standard_error;
    let goal = Wanted { alpha: 1.0 - judge.confidence, sides: Sides::Two, power: POWER };
    let times = normal::times_the_sample(wanted, error, &goal)?;
    let shares = [effect.control?, effect.treated?];
    let begun = judge.days();
    let end = f64::from(begun.max(judge.planned_days())) / f64::from(begun);
    let is_enough = |more: u64| {
        let parts = shares.iter().zip(effect.n).map(|(share, n)| share * (1.0 - share) / (n + more) as f64);
        parts.sum::<f64>() * times <= error * error * end
    };
    Some((least(MOST_MEMBERS, is_enough), waiting(begun, |days| days >= times * f64::from(begun))))
}
