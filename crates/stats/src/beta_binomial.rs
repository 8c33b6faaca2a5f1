//! Probabilities that differ between classes, seen through a few yes-or-no trials in each.
//!
//! Comes in: successes and trials per class. Goes out: the distribution of the probability over classes, as a Beta distribution, or
//! the word that the classes differ no more than chance explains. Not here: an interval of that distribution's own parameters.
//! Source: Kleinman 1973, JASA 68(341), 46-54 (moments, every class weighted alike); the variance over classes is the
//! unbiased one of the analysis of variance in `random_effects`, whose two mean squares need no normal numbers.

use statrs::function::beta::inv_beta_reg;

use super::interval::normal_quantile;
use super::mean::Moments;

/// Variance over classes, relative to the largest there can be, that is a remainder of rounding.
const ROUNDING: f64 = 1e-9;

/// Shapes beyond which a Beta distribution is as good as normal, to a hundredth of its deviation, and its inverse is not found.
const NORMAL: f64 = 1e4;

/// The trials of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trials {
    /// Trials that came out as yes.
    pub successes: u64,
    /// All trials.
    pub n: u64,
}

/// How the probability differs between classes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// As a Beta distribution with these shapes.
    #[expect(missing_docs, reason = "the names say it")]
    Beta { alpha: f64, beta: f64 },
    /// No more than chance within the classes explains: the unbiased estimate of the variance is 0, but for rounding, or below.
    TooSmall,
    /// As far as it can: in every class nearly all trials agree, so that the probability is 0 in some classes and 1 in the others.
    AllOrNone,
}

/// What trials in classes say of the probability over classes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probabilities {
    /// Mean probability over classes, each counted once.
    pub mean: f64,
    /// Unbiased estimate of the variance of the probability over classes; may be below 0.
    pub raw_variance: f64,
    /// The distribution with this mean and variance.
    pub spread: Spread,
}

/// The distribution of the probability over classes, by moments; classes without trials are left out. `None` below two classes, or
/// when no class has two trials.
///
/// # Panics
/// When a class has more successes than trials.
pub fn beta_moments(classes: &[Trials]) -> Option<Probabilities> {
    let (mut shares, mut inverse_sizes) = (Moments::default(), 0.0);
    let (mut squares_within, mut degrees_within) = (0.0, 0);
    for &Trials { successes, n } in classes.iter().filter(|class| class.n > 0) {
        assert!(successes <= n, "{successes} successes in {n} trials");
        shares.push(successes as f64 / n as f64);
        inverse_sizes += 1.0 / n as f64;
        squares_within += successes as f64 * (n - successes) as f64 / n as f64;
        degrees_within += n - 1;
    }
    if degrees_within == 0 {
        return None;
    }
    let (mean, variance_of_shares) = (shares.mean()?, shares.variance()?);
    let chance = squares_within / degrees_within as f64 * inverse_sizes / shares.n() as f64;
    let raw_variance = variance_of_shares - chance;
    let most = mean * (1.0 - mean);
    let spread = if raw_variance <= ROUNDING * most {
        Spread::TooSmall
    } else if raw_variance >= most {
        Spread::AllOrNone
    } else {
        let concentration = most / raw_variance - 1.0;
        Spread::Beta { alpha: mean * concentration, beta: (1.0 - mean) * concentration }
    };
    Some(Probabilities { mean, raw_variance, spread })
}

impl Probabilities {
    /// The probability that the share `p` of classes stays below; `None` where the differences are too small to see.
    pub fn quantile(&self, p: f64) -> Option<f64> {
        match self.spread {
            Spread::TooSmall => None,
            Spread::AllOrNone => Some(f64::from(u8::from(p > 1.0 - self.mean))),
            Spread::Beta { alpha, beta } if alpha.min(beta) > NORMAL => {
                // Of a two-sided confidence 2 p - 1.
                let z = if p < 0.5 { -normal_quantile(1.0 - 2.0 * p) } else { normal_quantile(2.0 * p - 1.0) };
                Some((self.mean + z * self.raw_variance.sqrt()).clamp(0.0, 1.0))
            }
            Spread::Beta { alpha, beta } => Some(inv_beta_reg(alpha, beta, p)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random::uniform;

    fn of(counts: &[[u64; 2]]) -> Vec<Trials> {
        counts.iter().map(|&[successes, n]| Trials { successes, n }).collect()
    }

    /// With shapes of 1e15 the search of the inverse never ended.
    #[test]
    fn classes_that_differ_next_to_nothing_have_quantiles_in_order_near_the_mean() {
        let alike = of(&[[7, 10], [7, 10]]);
        assert_eq!(beta_moments(&alike).unwrap().spread, Spread::TooSmall);
        for mean in [0.01, 0.3, 0.7, 0.99] {
            for concentration in [1e3, 1e4, 1e6, 1e8, 9e8] {
                let raw_variance = mean * (1.0 - mean) / (concentration + 1.0);
                let spread = Spread::Beta { alpha: mean * concentration, beta: (1.0 - mean) * concentration };
                let found = Probabilities { mean, raw_variance, spread };
                let [low, middle, high] = [0.025, 0.5, 0.975].map(|p| found.quantile(p).unwrap());
                assert!(0.0 <= low && low <= middle && middle <= high && high <= 1.0, "{mean} {concentration}");
                assert!((middle - mean).abs() <= 3.0 * raw_variance.sqrt(), "{mean} {concentration}: {middle}");
            }
        }
    }

    #[test]
    fn shapes_are_those_worked_by_hand() {
        // Shares 0, 1/4, 1/2, 1: mean 7/16, variance 35/192; within (0 + 3/4 + 1 + 0) on 12 degrees, over 4 trials: 7/192.
        let found = beta_moments(&of(&[[0, 4], [1, 4], [2, 4], [4, 4]])).unwrap();
        assert!((found.mean - 7.0 / 16.0).abs() < 1e-15);
        assert!((found.raw_variance - 28.0 / 192.0).abs() < 1e-15);
        let Spread::Beta { alpha, beta } = found.spread else { panic!("{found:?}") };
        // 63/256 over 28/192, less one: 0.6875.
        assert!((alpha - 0.6875 * 7.0 / 16.0).abs() < 1e-14 && (beta - 0.6875 * 9.0 / 16.0).abs() < 1e-14);
    }

    #[test]
    fn classes_all_alike_are_too_small_to_see() {
        for counts in [[[0, 2], [0, 2], [0, 3]], [[2, 2], [2, 2], [1, 1]], [[1, 2], [1, 2], [1, 2]]] {
            let found = beta_moments(&of(&counts)).unwrap();
            assert_eq!((found.spread, found.quantile(0.95)), (Spread::TooSmall, None), "{counts:?}");
            assert!(found.raw_variance <= 0.0);
        }
    }

    #[test]
    fn classes_of_one_mind_each_are_all_or_none() {
        let found = beta_moments(&of(&[[0, 2], [0, 2], [0, 2], [2, 2]])).unwrap();
        assert_eq!(found.spread, Spread::AllOrNone);
        assert_eq!((found.quantile(0.74), found.quantile(0.76)), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn too_few_classes_or_trials_give_nothing() {
        assert_eq!(beta_moments(&of(&[[1, 2], [0, 0]])), None);
        assert_eq!(beta_moments(&of(&[[1, 1], [0, 1]])), None);
    }

    #[test]
    fn two_trials_in_each_of_many_classes_give_the_distribution_back() {
        // Beta(2, 1) by inversion: mean 2/3, variance 1/18, 5 % point sqrt(0.05).
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let classes: Vec<Trials> = (0..20_000)
            .map(|_| {
                let probability = uniform(&mut rng).sqrt();
                Trials { successes: (0..2).map(|_| u64::from(uniform(&mut rng) < probability)).sum(), n: 2 }
            })
            .collect();
        let found = beta_moments(&classes).unwrap();
        assert!((found.mean - 2.0 / 3.0).abs() < 0.01, "{found:?}");
        assert!((found.raw_variance - 1.0 / 18.0).abs() < 0.006, "{found:?}");
        assert!((found.quantile(0.05).unwrap() - 0.05_f64.sqrt()).abs() < 0.03, "{:?}", found.quantile(0.05));
    }

    proptest! {
        #[test]
        fn quantiles_are_probabilities_in_order(counts in prop::collection::vec((0_u64..6, 0_u64..6), 2..40)) {
            let classes: Vec<Trials> = counts.iter().map(|&(a, b)| Trials { successes: a, n: a + b }).collect();
            if let Some(found) = beta_moments(&classes) {
                prop_assert!(found.raw_variance.is_finite());
                if let (Some(low), Some(high)) = (found.quantile(0.05), found.quantile(0.95)) {
                    prop_assert!(0.0 <= low && low <= high && high <= 1.0, "{low} {high}");
                }
            }
        }
    }
}
