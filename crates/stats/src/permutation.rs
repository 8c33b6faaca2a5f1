//! Permutation test of the difference of two means: how often a random assignment of the units to the arms gives as large a one.
//!
//! Comes in: the units of two arms and, where there are too many assignments to go through, a generator. Goes out: a count of
//! assignments, from which p values follow, and intervals by inversion. Sources: Fisher 1935, The Design of Experiments; Edgington &
//! Onghena 2007, Randomization Tests, 4th edition (intervals: the differences that the test does not reject); Phipson & Smyth 2010,
//! Statistical Applications in Genetics and Molecular Biology 9(1), article 39 (sampled assignments: the observed one counts);
//! Lehmann & Romano 2005, Testing Statistical Hypotheses, chapter 15
//! (randomised at ties).
//!
//! Our convention: two-sided by the absolute difference; arms keep their numbers of units; differences that are equal but for
//! rounding are ties.

use rand::Rng;
use serde::Serialize;

use super::interval::Interval;
use super::random;

/// Assignments counted by the difference they give, among them the observed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Permutations {
    /// Assignments with a larger absolute difference than the observed one.
    pub larger: u64,
    /// Assignments with the same, the observed one included.
    pub equal: u64,
    /// All assignments counted.
    pub n: u64,
    /// Whether these are all that there are.
    pub is_exact: bool,
}

impl Permutations {
    /// p value of no difference: never 0, since the observed assignment is one of those counted.
    pub fn p_value(&self) -> f64 {
        (self.larger + self.equal) as f64 / self.n as f64
    }

    /// The p value that is uniform where nothing differs: ties are broken by `uniform`, from 0 to 1. For checks of a method; no verdict
    /// should hang on it.
    pub fn randomised_p_value(&self, uniform: f64) -> f64 {
        (self.larger as f64 + uniform * self.equal as f64) / self.n as f64
    }
}

/// How many assignments are gone through at most, and how many are drawn where there are more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Most assignments for an exact test.
    pub at_most: u64,
    /// Assignments drawn beside the observed one where there are more.
    pub drawn: u64,
}

impl Effort {
    /// Exact up to 200,000 assignments (ten against ten units), else 9,999 drawn.
    pub const USUAL: Effort = Effort { at_most: 200_000, drawn: 9_999 };
}

/// Counts assignments of the units to arms of the same numbers. `None` without a unit in an arm. The generator is not touched where the
/// test is exact.
pub fn difference(control: &[f64], treated: &[f64], effort: Effort, rng: &mut impl Rng) -> Option<Permutations> {
    let mut deal = Deal::of(control, treated)?;
    let mut counts = Permutations { larger: 0, equal: 0, n: 0, is_exact: false };
    let (observed, tie) = (deal.observed, deal.tie);
    counts.is_exact = deal.each(effort, rng, &mut |sum| {
        let excess = sum.x.abs() - observed.abs();
        counts.larger += u64::from(excess > tie);
        counts.equal += u64::from(excess.abs() <= tie);
        counts.n += 1;
    });
    Some(counts)
}

/// The test asked of every difference that there could be, instead of none only: the treated units less `shift`, permuted.
#[derive(Debug, Clone, PartialEq)]
pub struct Inverted {
    /// Of each assignment the smallest shift at which its difference is at least as large as the observed one, rising.
    from: Vec<f64>,
    /// And the largest, rising.
    to: Vec<f64>,
}

/// Inverts the test of [`difference`], with the same assignments if the generator is in the same state.
///
/// Let the observed difference be D, that of an assignment E, and c the difference that it gives to units of which the treated have 1
/// and the others 0. With the treated less `shift`, |E - c shift| >= |D - shift| holds between `(D - E) / (1 - c)` and
/// `(D + E) / (1 + c)`, whichever is the smaller.
pub fn invert(control: &[f64], treated: &[f64], effort: Effort, rng: &mut impl Rng) -> Option<Inverted> {
    let mut deal = Deal::of(control, treated)?;
    let (chosen, rest) = (deal.chosen as f64, (deal.units.len() - deal.chosen) as f64);
    let (observed, tie, is_treated) = (deal.observed, deal.tie, deal.is_treated);
    let (mut from, mut to) = (Vec::new(), Vec::new());
    deal.each(effort, rng, &mut |sum| {
        let own = sum.own as f64;
        let c = own / chosen - (chosen - own) / rest;
        // Units sum to 0: what the chosen have more is their sum over both numbers.
        let difference = |sum: f64| sum / chosen + sum / rest;
        let ends = [(observed - sum.x, 1.0 - c, -1.0), (observed + sum.x, 1.0 + c, 1.0)]
            .map(|(sum, slope, end)| if slope > 1e-12 { difference(sum) / slope } else { f64::INFINITY * end });
        let (mut low, mut high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        if ends.iter().any(|end| end.is_infinite()) {
            (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
        } else if sum.x.abs() - observed.abs() >= -tie {
            // Differences that are equal but for rounding count at 0 here as they do there.
            (low, high) = (low.min(0.0), high.max(0.0));
        }
        // Of the control's units a shift of the treated is its negative.
        let (low, high) = if is_treated { (low, high) } else { (-high, -low) };
        from.push(low);
        to.push(high);
    });
    from.sort_by(f64::total_cmp);
    to.sort_by(f64::total_cmp);
    Some(Inverted { from, to })
}

impl Inverted {
    /// Two-sided p value of a true difference of `shift`.
    pub fn p_value(&self, shift: f64) -> f64 {
        let above = self.from.len() - self.from.partition_point(|from| *from <= shift);
        let below = self.to.partition_point(|to| *to < shift);
        (self.from.len() - above - below) as f64 / self.from.len() as f64
    }

    /// The differences whose p value is above `1 - confidence`; `None` where so few assignments leave no difference out.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        // So many assignments are a share of all that is not above the level, but for rounding.
        let allowed = ((1.0 - confidence) * self.from.len() as f64 + 1e-9) as usize;
        let low = *self.from.get(allowed)?;
        let high = self.to[self.to.len() - 1 - allowed];
        (low.is_finite() && high.is_finite()).then_some(Interval { low, high })
    }
}

/// Units about their mean, the smaller arm's first: as all sum to 0, arms differ by as much as the sum of one of them lies from 0.
struct Deal {
    units: Vec<Unit>,
    /// Units of the smaller arm.
    chosen: usize,
    /// Whether that arm is the treated one.
    is_treated: bool,
    /// The sum that was observed.
    observed: f64,
    /// Sums that differ by no more are equal.
    tie: f64,
}

/// A unit, or the sum of several.
#[derive(Debug, Clone, Copy)]
struct Unit {
    x: f64,
    /// Units that were in the smaller arm.
    own: usize,
}

impl Unit {
    fn plus(self, other: Unit) -> Unit {
        Unit { x: self.x + other.x, own: self.own + other.own }
    }
}

const NOTHING: Unit = Unit { x: 0.0, own: 0 };

impl Deal {
    fn of(control: &[f64], treated: &[f64]) -> Option<Deal> {
        if control.is_empty() || treated.is_empty() {
            return None;
        }
        let is_treated = treated.len() <= control.len();
        let (own, rest) = if is_treated { (treated, control) } else { (control, treated) };
        let all = || own.iter().chain(rest);
        let middle = all().sum::<f64>() / all().count() as f64;
        let unit = |(i, x): (usize, &f64)| Unit { x: x - middle, own: usize::from(i < own.len()) };
        let units: Vec<Unit> = all().enumerate().map(unit).collect();
        let observed = units[..own.len()].iter().map(|unit| unit.x).sum();
        let tie = 1e-11 * units.iter().map(|unit| unit.x.abs()).sum::<f64>();
        Some(Deal { units, chosen: own.len(), is_treated, observed, tie })
    }

    /// Calls `count` with the sum of the smaller arm under every assignment, or under the observed one and as many drawn ones as there is
    /// effort for. Returns whether it was every one.
    fn each(&mut self, effort: Effort, rng: &mut impl Rng, count: &mut impl FnMut(Unit)) -> bool {
        let rest = self.units.len() - self.chosen;
        if assignments(self.chosen, rest).is_some_and(|n| n <= effort.at_most) {
            every_sum(&self.units, self.chosen, NOTHING, count);
            return true;
        }
        count(Unit { x: self.observed, own: self.chosen });
        for _ in 0..effort.drawn {
            count(random_sum(&mut self.units, self.chosen, rng));
        }
        false
    }
}

/// Ways to choose which units are treated; `None` where they are more than can be counted.
pub fn assignments(n_control: usize, n_treated: usize) -> Option<u64> {
    let (n, few) = ((n_control + n_treated) as u128, n_control.min(n_treated) as u128);
    let ways = (0..few).try_fold(1_u128, |ways, i| Some(ways.checked_mul(n - i)? / (i + 1)))?;
    u64::try_from(ways).ok()
}

/// The smallest two-sided p value that an exact test of so many units can give: below it no data can go, however clear. Three against
/// three: 0.10.
pub fn smallest_p_value(n_control: usize, n_treated: usize) -> f64 {
    // With arms of one length the mirror of the most extreme assignment is as extreme.
    let extreme = if n_control == n_treated { 2.0 } else { 1.0 };
    assignments(n_control, n_treated).map_or(0.0, |ways| (extreme / ways as f64).min(1.0))
}

/// Calls `count` with the sum of every choice of `chosen` of the units, added to `sum`.
fn every_sum(units: &[Unit], chosen: usize, sum: Unit, count: &mut impl FnMut(Unit)) {
    if chosen == 0 {
        return count(sum);
    }
    for first in 0..=units.len() - chosen {
        every_sum(&units[first + 1..], chosen - 1, sum.plus(units[first]), count);
    }
}

/// Sum of a random choice of `chosen` of the units, whose order it changes.
fn random_sum(units: &mut [Unit], chosen: usize, rng: &mut impl Rng) -> Unit {
    let mut sum = NOTHING;
    for i in 0..chosen {
        let left = (units.len() - i) as f64;
        units.swap(i, i + (random::uniform(rng) * left) as usize);
        sum = sum.plus(units[i]);
    }
    sum
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;

    const EXACT: Effort = Effort::USUAL;
    const DRAWN: Effort = Effort { at_most: 0, drawn: 20_000 };

    fn rng() -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(5)
    }

    #[test]
    fn two_against_two_by_hand() {
        // Sums of two of 1, 2, 3, 5 about 5.5: 3 and 8 are furthest off, then 4 and 7, then 5 and 6.
        let found = difference(&[1.0, 2.0], &[3.0, 5.0], EXACT, &mut rng()).unwrap();
        assert_eq!(found, Permutations { larger: 0, equal: 2, n: 6, is_exact: true });
        let found = difference(&[1.0, 3.0], &[2.0, 5.0], EXACT, &mut rng()).unwrap();
        assert_eq!(found, Permutations { larger: 2, equal: 2, n: 6, is_exact: true });
        assert_eq!(found.p_value(), 4.0 / 6.0);
        assert_eq!(found.randomised_p_value(0.5), 0.5);
        assert_eq!(difference(&[], &[1.0], EXACT, &mut rng()), None);
    }

    #[test]
    fn three_an_arm_never_go_below_a_tenth() {
        let found = difference(&[0.0, 1.0, 2.0], &[100.0, 101.0, 102.0], EXACT, &mut rng()).unwrap();
        assert_eq!(found.p_value(), smallest_p_value(3, 3));
        assert_eq!(smallest_p_value(3, 3), 0.1);
        assert_eq!(smallest_p_value(2, 3), 0.1);
        assert_eq!(smallest_p_value(1, 1), 1.0);
        assert_eq!(assignments(10, 10), Some(184_756));
        assert_eq!(assignments(400, 400), None);
        assert_eq!(smallest_p_value(400, 400), 0.0);
    }

    #[test]
    fn units_that_are_all_alike_show_nothing() {
        let found = difference(&[0.1, 0.1, 0.1], &[0.1, 0.1], EXACT, &mut rng()).unwrap();
        assert_eq!((found.p_value(), found.equal), (1.0, 10));
    }

    #[test]
    fn drawn_assignments_agree_with_all_of_them() {
        let (control, treated) = ([0.11, 0.14, 0.09, 0.12, 0.17], [0.16, 0.13, 0.19, 0.15, 0.11, 0.18]);
        let all = difference(&control, &treated, EXACT, &mut rng()).unwrap();
        let drawn = difference(&control, &treated, DRAWN, &mut rng()).unwrap();
        assert!(all.is_exact && !drawn.is_exact && all.n == 462 && drawn.n == 20_001);
        let p = all.p_value();
        assert!((drawn.p_value() - p).abs() < 4.0 * (p * (1.0 - p) / 20_000.0).sqrt(), "{drawn:?} {all:?}");
    }

    #[test]
    fn swapped_arms_of_unequal_length_give_the_same() {
        let (few, many) = ([0.3, 0.9], [0.1, 0.2, 0.35, 0.7, 0.4]);
        let there = difference(&few, &many, EXACT, &mut rng()).unwrap();
        assert_eq!(there, difference(&many, &few, EXACT, &mut rng()).unwrap());
        assert_eq!(there.n, 21);
    }

    #[test]
    fn the_inverted_test_is_the_test_of_units_that_were_shifted() {
        for (control, treated) in [
            (&[0.3, 0.9, 0.5][..], &[0.1, 0.2, 0.35, 0.7, 0.4][..]),
            (&[0.1, 0.2, 0.35, 0.7, 0.4], &[0.9, 0.5, 1.3]),
            (&[1.0, 2.0, 4.0, 2.0], &[3.0, 5.0, 4.0, 6.0]),
        ] {
            let inverted = invert(control, treated, EXACT, &mut rng()).unwrap();
            for shift in [-1.7013, -0.3017, 0.0, 0.1131, 0.4019, 1.9027, 3.3011] {
                let shifted: Vec<f64> = treated.iter().map(|x| x - shift).collect();
                let expected = difference(control, &shifted, EXACT, &mut rng()).unwrap().p_value();
                assert_eq!(inverted.p_value(shift), expected, "{shift}");
            }
            let interval = inverted.interval(0.9).unwrap();
            for (end, outwards) in [(interval.low, -1e-9), (interval.high, 1e-9)] {
                assert!(inverted.p_value(end) > 0.1 && inverted.p_value(end + outwards) <= 0.1, "{interval:?}");
            }
        }
    }

    #[test]
    fn few_units_leave_no_difference_out_and_their_interval_says_what_their_p_value_says() {
        let three = invert(&[0.0, 1.0, 2.0], &[100.0, 101.0, 102.0], EXACT, &mut rng()).unwrap();
        assert_eq!((three.interval(0.95), three.p_value(0.0)), (None, 0.1));
        assert!(three.interval(0.9).unwrap().low > 0.0, "a tenth is not above a tenth");
        let mut rng = rng();
        for round in 0..400 {
            let n = [3 + round % 2, 4 + round % 5];
            // Shares of few trials, so that ties abound.
            let mut arm = |n: usize| -> Vec<f64> {
                (0..n).map(|_| (0..6).filter(|_| random::uniform(&mut rng) < 0.4).count() as f64 / 6.0).collect()
            };
            let (control, treated) = (arm(n[0]), arm(n[1]));
            let counted = difference(&control, &treated, EXACT, &mut rng).unwrap().p_value();
            let inverted = invert(&control, &treated, EXACT, &mut rng).unwrap();
            assert_eq!(inverted.p_value(0.0), counted);
            for level in [0.05, 0.1, 0.3] {
                let leaves_out = inverted.interval(1.0 - level).is_some_and(|interval| !interval.contains(0.0));
                assert_eq!(leaves_out, counted <= level + 1e-12, "{control:?} {treated:?}");
            }
        }
    }

    /// Shares of few trials, so that ties abound; without the randomisation the p values would be far from uniform.
    #[test]
    fn p_values_randomised_at_ties_are_uniform() {
        let mut rng = rng();
        let (mut below, runs) = ([0_u32; 4], 4000);
        for _ in 0..runs {
            let mut arm = || -> Vec<f64> {
                (0..4).map(|_| (0..5).filter(|_| random::uniform(&mut rng) < 0.3).count() as f64 / 5.0).collect()
            };
            let (control, treated) = (arm(), arm());
            let found = difference(&control, &treated, EXACT, &mut rng).unwrap();
            let p = found.randomised_p_value(random::uniform(&mut rng));
            for (count, level) in below.iter_mut().zip([0.05, 0.25, 0.5, 0.9]) {
                *count += u32::from(p <= level);
            }
        }
        for (count, level) in below.into_iter().zip([0.05, 0.25, 0.5, 0.9_f64]) {
            let error = (level * (1.0 - level) / f64::from(runs)).sqrt();
            assert!((f64::from(count) / f64::from(runs) - level).abs() < 4.0 * error, "{level}: {count}");
        }
    }
}
