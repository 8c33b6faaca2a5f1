//! Permutation test of the difference of two means: how often a random assignment of the units to the arms gives as large a one.
//!
//! Comes in: the units of two arms and, where there are too many assignments to go through, a generator. Goes out: a count of
//! assignments, from which p values follow. Not here: intervals by inversion. Sources: Fisher 1935, The Design of Experiments;
//! Phipson & Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9(1), article 39
//! (sampled assignments: the observed one counts); Lehmann & Romano 2005, Testing Statistical Hypotheses, chapter 15
//! (randomised at ties).
//!
//! Our convention: two-sided by the absolute difference; arms keep their numbers of units; differences that are equal but for
//! rounding are ties.

use rand::Rng;

use super::random;

/// Assignments counted by the difference they give, among them the observed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    if control.is_empty() || treated.is_empty() {
        return None;
    }
    // As all units sum to 0, arms differ by as much as the sum of one of them, here the smaller, lies from 0.
    let (mut units, rest, chosen) = if control.len() < treated.len() {
        (control.to_vec(), treated, control.len())
    } else {
        (treated.to_vec(), control, treated.len())
    };
    units.extend_from_slice(rest);
    let middle = units.iter().sum::<f64>() / units.len() as f64;
    for x in &mut units {
        *x -= middle;
    }
    let observed = units[..chosen].iter().sum::<f64>().abs();
    let tie = 1e-11 * units.iter().map(|x| x.abs()).sum::<f64>();
    let mut counts = Permutations { larger: 0, equal: 0, n: 0, is_exact: true };
    let mut count = |sum: f64| {
        let excess = sum.abs() - observed;
        counts.larger += u64::from(excess > tie);
        counts.equal += u64::from(excess.abs() <= tie);
        counts.n += 1;
    };
    if assignments(control.len(), treated.len()).is_some_and(|n| n <= effort.at_most) {
        every_sum(&units, chosen, 0.0, &mut count);
    } else {
        count(observed);
        for _ in 0..effort.drawn {
            count(random_sum(&mut units, chosen, rng));
        }
        counts.is_exact = false;
    }
    Some(counts)
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
fn every_sum(units: &[f64], chosen: usize, sum: f64, count: &mut impl FnMut(f64)) {
    if chosen == 0 {
        return count(sum);
    }
    for first in 0..=units.len() - chosen {
        every_sum(&units[first + 1..], chosen - 1, sum + units[first], count);
    }
}

/// Sum of a random choice of `chosen` of the units, whose order it changes.
fn random_sum(units: &mut [f64], chosen: usize, rng: &mut impl Rng) -> f64 {
    let mut sum = 0.0;
    for i in 0..chosen {
        let left = (units.len() - i) as f64;
        units.swap(i, i + (random::uniform(rng) * left) as usize);
        sum += units[i];
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
