//! Where the uncertainty of a figure comes from: chance, parameters and a finite number of replicates, never mixed.
//!
//! Comes in: what each set of parameters came to, as moments of its replicates. Goes out: how far single campaigns lie apart under
//! one set, how far the sets lie apart once that chance is removed, and in which share of the sets a difference has the sign of its
//! mean. The third uncertainty, that of the mean, stands beside it: see [`Estimate`](super::Estimate). The methods are
//! in `stats::random_effects` (one grouping, the sets a sample of all that are plausible) and `stats::beta_binomial`.

use serde::Serialize;
use wearout_stats::beta_binomial::{Trials, beta_moments};
use wearout_stats::interval::{self, Interval};
use wearout_stats::mean::Moments;
use wearout_stats::random_effects::{Component, RandomEffects, Share};

use super::CONFIDENCE;
use crate::tally::Unit;

/// A standard deviation and its 95 % interval, in the unit of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Deviation {
    pub estimate: f64,
    pub low: f64,
    pub high: f64,
}

/// How far the sets of parameters lie apart, chance removed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Between {
    /// So far, as a standard deviation.
    Seen(Deviation),
    /// No further than chance explains: too small to see with so many sets and replicates.
    TooSmall {
        /// The most that the standard deviation may plausibly be.
        most: f64,
    },
}

/// What remains uncertain of a figure however many replicates are run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Decomposition {
    /// Chance: how far single campaigns lie apart under one set of parameters.
    pub chance: Deviation,
    /// Parameters: how far the sets lie apart; `None` under one set, which says nothing of others.
    pub parameters: Option<Between>,
    /// Where 95 % of the plausible sets lie. Of a chance, by a Beta distribution over the sets, and `None` where they lie too close
    /// to see; of anything else with what is not known of the mean and of both variances.
    pub over_sets: Option<Interval>,
    /// Share of the plausible sets in which a difference has the sign of its mean; `None` for levels, under one set, and
    /// where the mean is exactly 0.
    pub sign: Option<Share>,
}

impl Decomposition {
    /// Of a level, from the moments of each set.
    pub(super) fn of_level(unit: Unit, sets: &[Moments]) -> Option<Decomposition> {
        let Some(effects) = RandomEffects::of(sets) else { return under_one_set(sets) };
        let over_sets = match unit {
            Unit::Chance => chance_of_moments(sets),
            unit => Some(of_level(unit, effects.class_interval(CONFIDENCE))),
        };
        Some(Decomposition { over_sets, ..of_effects(&effects) })
    }

    /// Of a difference, from the moments of each set.
    pub(super) fn of_difference(unit: Unit, sets: &[Moments]) -> Option<Decomposition> {
        let Some(effects) = RandomEffects::of(sets) else { return under_one_set(sets) };
        let sign = (effects.mean() != 0.0).then(|| {
            let above = effects.share_above(0.0, CONFIDENCE);
            if effects.mean() > 0.0 { above } else { complement(above) }
        });
        Some(Decomposition { over_sets: Some(over_sets(unit, &effects, CONFIDENCE)), sign, ..of_effects(&effects) })
    }
}

/// The part of a level's interval that can be: shares and chances lie from 0 to 1, and no rate below 0.
pub(super) fn of_level(unit: Unit, interval: Interval) -> Interval {
    match unit {
        Unit::WeeklyRate => Interval { low: interval.low.max(0.0), ..interval },
        unit if unit.is_within_one() => within(0.0, interval),
        _ => interval,
    }
}

/// Where the mean of a difference lies.
pub(super) fn of_mean(unit: Unit, effects: &RandomEffects, confidence: f64) -> Interval {
    cut(unit, effects.mean_interval(confidence))
}

/// Where a difference lies in that share of the plausible sets, the error of the mean included.
pub(super) fn over_sets(unit: Unit, effects: &RandomEffects, confidence: f64) -> Interval {
    cut(unit, effects.class_interval(confidence))
}

/// The part of a difference's interval that can be: shares and chances differ by 1 at the most.
pub(super) fn cut(unit: Unit, interval: Interval) -> Interval {
    if unit.is_within_one() { within(-1.0, interval) } else { interval }
}

/// The part of an interval that lies between `least` and 1.
fn within(least: f64, Interval { low, high }: Interval) -> Interval {
    Interval { low: low.max(least), high: high.min(1.0) }
}

fn of_effects(effects: &RandomEffects) -> Decomposition {
    let chance = effects.within(CONFIDENCE);
    let parameters = match effects.between(CONFIDENCE) {
        Component::Seen { estimate, low, high } => Between::Seen(deviation(estimate, Interval { low, high })),
        Component::TooSmall { upper } => Between::TooSmall { most: upper.sqrt() },
    };
    Decomposition {
        chance: deviation(chance.estimate, chance.interval),
        parameters: Some(parameters),
        over_sets: None,
        sign: None,
    }
}

/// Only chance can be seen under one set; nothing where several sets have too few replicates.
fn under_one_set(sets: &[Moments]) -> Option<Decomposition> {
    let [moments] = sets else { return None };
    let chance = deviation(moments.variance()?, interval::of_variance(moments, CONFIDENCE)?);
    Some(Decomposition { chance, parameters: None, over_sets: None, sign: None })
}

fn deviation(variance: f64, interval: Interval) -> Deviation {
    Deviation { estimate: variance.sqrt(), low: interval.low.sqrt(), high: interval.high.sqrt() }
}

pub(super) fn complement(share: Share) -> Share {
    let Interval { low, high } = share.interval;
    Share { estimate: 1.0 - share.estimate, interval: Interval { low: 1.0 - high, high: 1.0 - low } }
}

fn chance_of_moments(sets: &[Moments]) -> Option<Interval> {
    let trials = |set: &Moments| Trials {
        // A mean of zeros and ones times their number is whole up to rounding.
        successes: (set.mean().unwrap_or(0.0) * set.n() as f64).round() as u64,
        n: set.n(),
    };
    chance_over_sets(&sets.iter().map(trials).collect::<Vec<_>>())
}

/// Where a chance lies in 95 % of the plausible sets; `None` under one set, or where they lie too close to see.
pub(super) fn chance_over_sets(sets: &[Trials]) -> Option<Interval> {
    let probabilities = beta_moments(sets)?;
    let tail = (1.0 - CONFIDENCE) / 2.0;
    Some(Interval { low: probabilities.quantile(tail)?, high: probabilities.quantile(1.0 - tail)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(numbers: &[[f64; 2]]) -> Vec<Moments> {
        let of = |numbers: &[f64; 2]| {
            let mut moments = Moments::default();
            for &x in numbers {
                moments.push(x);
            }
            moments
        };
        numbers.iter().map(of).collect()
    }

    #[test]
    fn equal_sets_are_too_small_to_see_and_hold_the_sign_everywhere_or_nowhere() {
        let alike = Decomposition::of_difference(Unit::Share, &sets(&[[-0.2, -0.2]; 5])).unwrap();
        assert_eq!(alike.parameters, Some(Between::TooSmall { most: 0.0 }));
        assert_eq!(alike.sign.unwrap().estimate, 1.0);
        let nothing = Decomposition::of_difference(Unit::Share, &sets(&[[0.0, 0.0]; 5])).unwrap();
        assert_eq!((nothing.sign, nothing.chance.estimate), (None, 0.0));
    }

    #[test]
    fn a_difference_of_shares_never_leaves_minus_one_to_one() {
        let wild = sets(&[[-1.0, -0.9], [0.9, 1.0], [-0.9, -1.0], [0.8, 1.0]]);
        let over = Decomposition::of_difference(Unit::Share, &wild).unwrap().over_sets.unwrap();
        assert_eq!((over.low, over.high), (-1.0, 1.0));
    }

    #[test]
    fn one_set_shows_chance_and_is_silent_of_the_rest() {
        let one = Decomposition::of_level(Unit::Share, &sets(&[[0.1, 0.3]])).unwrap();
        assert!((one.chance.estimate - 0.02_f64.sqrt()).abs() < 1e-15);
        assert!(one.chance.low < one.chance.estimate && one.chance.estimate < one.chance.high);
        assert_eq!((one.parameters, one.over_sets, one.sign), (None, None, None));
        assert_eq!(Decomposition::of_level(Unit::Share, &sets(&[])), None);
    }

    #[test]
    fn a_rate_is_never_below_0_and_a_change_may_be() {
        let rate = sets(&[[0.0, 0.01], [1.2, 1.3], [0.0, 0.0]]);
        let low = |unit| Decomposition::of_level(unit, &rate).unwrap().over_sets.unwrap().low;
        assert!(low(Unit::WeeklyRate) == 0.0 && low(Unit::WeeklyChange) < 0.0);
    }

    #[test]
    fn a_chance_over_sets_is_a_beta_distribution_or_too_close_to_see() {
        let apart = Decomposition::of_level(Unit::Chance, &sets(&[[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]));
        let over = apart.unwrap().over_sets.unwrap();
        assert!(0.0 <= over.low && over.low < 0.375 && 0.375 < over.high && over.high <= 1.0, "{over:?}");
        let alike = Decomposition::of_level(Unit::Chance, &sets(&[[0.0, 1.0]; 6])).unwrap();
        assert_eq!(alike.over_sets, None);
    }
}
