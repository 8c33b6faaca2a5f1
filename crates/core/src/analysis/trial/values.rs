//! The value of a metric in each unit of a test: what counts once.
//!
//! Comes in: tallies. Goes out: numbers by arm, each with its earlier one where that is used. A unit whose metric has no base (nothing
//! was delivered there) is left out.

use wearout_stats::beta_binomial::Trials;
use wearout_stats::mean::Moments;

use crate::tally::{Metric, Stakes, Tally};

use super::Trial;

/// What no table of a test's units tells: metrics of money and of people who never joined have no value there.
const NO_STAKES: Stakes =
    Stakes { cost_per_send: 0.0, cost_per_post: 0.0, compliance_share: 0.0, margin: None, joiners_per_exit: 0.0 };

/// One unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Value {
    /// Its metric.
    pub(super) now: f64,
    /// The same before the test; `None` where it is not known or not used.
    pub(super) before: Option<f64>,
}

/// Units by arm.
pub(super) struct Values {
    pub(super) arms: Vec<Vec<Value>>,
}

impl Values {
    /// At the end of the test, with earlier values if they are to be used.
    pub(super) fn of(trial: &Trial<'_>, metric: &Metric, with_before: bool) -> Values {
        Values::seen(trial, metric, with_before, trial.units.iter().map(|unit| &unit.tally))
    }

    /// At the end of each of the first days.
    pub(super) fn by_day(trial: &Trial<'_>, metric: &Metric, with_before: bool, days: usize) -> Vec<Values> {
        let mut seen = vec![Tally::new(0); trial.units.len()];
        let through = |day: usize| {
            for (seen, unit) in seen.iter_mut().zip(trial.units) {
                seen.follow(&unit.tally, day);
            }
            Values::seen(trial, metric, with_before, seen.iter())
        };
        (1..=days).map(through).collect()
    }

    /// Of what was seen of each unit.
    fn seen<'a>(
        trial: &Trial<'_>,
        metric: &Metric,
        with_before: bool,
        seen: impl Iterator<Item = &'a Tally>,
    ) -> Values {
        let mut arms = vec![Vec::new(); trial.arms.len()];
        for (i, (unit, seen)) in trial.units.iter().zip(seen).enumerate() {
            let before = trial.before.get(i).filter(|_| with_before).and_then(|tally| value(tally, metric));
            arms[unit.arm].extend(value(seen, metric).map(|now| Value { now, before }));
        }
        Values { arms }
    }

    /// The values of an arm.
    pub(super) fn now(&self, arm: usize) -> Vec<f64> {
        self.arms[arm].iter().map(|value| value.now).collect()
    }

    /// Earlier and later values of an arm; `None` where an earlier one is not known.
    pub(super) fn pairs(&self, arm: usize) -> Option<Vec<(f64, f64)>> {
        self.arms[arm].iter().map(|value| Some((value.before?, value.now))).collect()
    }
}

pub(super) fn value(tally: &Tally, metric: &Metric) -> Option<f64> {
    metric.value(tally, &NO_STAKES)
}

/// The mean of units, each counting once; `None` without any.
pub(super) fn mean(values: &[Value]) -> Option<f64> {
    let mut moments = Moments::default();
    for value in values {
        moments.push(value.now);
    }
    moments.mean()
}

/// Members of an arm in whom a share of members counts, and all of them; up to a day or to the end.
pub(super) fn counted(trial: &Trial<'_>, metric: &Metric, arm: usize, day: Option<usize>) -> Trials {
    let mut all = Trials { successes: 0, n: 0 };
    for unit in trial.units.iter().filter(|unit| unit.arm == arm) {
        let counted = match day {
            Some(day) => metric.trials(&unit.tally.until(day)),
            None => metric.trials(&unit.tally),
        };
        let (successes, n) = counted.unwrap_or((0, unit.tally.horizon.members));
        all.successes += successes;
        all.n += n;
    }
    all
}
