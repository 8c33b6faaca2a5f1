//! Simulation-based calibration: whether a method's posteriors are those of the prior and the simulator it was given.
//!
//! Comes in: per simulated data set the value of a test quantity at the true parameters and at draws of the method's posterior.
//! Goes out: the rank of the truth among the draws, and a test that ranks are uniform. Not here: the prior, the simulator and
//! the method. Sources: Talts, Betancourt, Simpson, Vehtari & Gelman 2018, arXiv:1804.06788; Modrák et al. 2023, Bayesian
//! Analysis (arXiv:2211.02383).
//!
//! The test quantity is the caller's, and one of them should depend on the data, such as the log likelihood: a method that
//! ignores its data and returns the prior has uniform ranks of every quantity of the parameters alone.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Rank of the truth among the draws, from 0 (below all) to their number (above all). Draws that equal the truth are put below it in
/// a number chosen by `tie`, a uniform number from 0 to below 1, so that ranks of a right method stay uniform.
pub fn rank(truth: f64, draws: &[f64], tie: f64) -> usize {
    let below = draws.iter().filter(|&&draw| draw < truth).count();
    let equal = draws.iter().filter(|&&draw| draw == truth).count();
    below + ((tie * (equal + 1) as f64) as usize).min(equal)
}

/// What ranks say of a method.
#[derive(Debug, Clone, PartialEq)]
pub struct Uniformity {
    /// Ranks per bin; bins hold equally many ranks, or differ by one.
    pub histogram: Vec<u64>,
    /// Mean rank: half the number of draws when the method is right, below when its draws lie too high.
    pub mean: f64,
    /// Pearson's statistic of the histogram against uniform ranks.
    pub chi_square: f64,
    /// The probability of such a statistic or a larger one when the ranks are uniform, by the chi-square distribution with one
    /// degree of freedom less than there are bins.
    pub p_value: f64,
}

/// Compares ranks among `n_draws` draws with uniform ones. `None` without ranks. For the chi-square distribution to hold, five
/// ranks or more should be expected per bin.
///
/// # Panics
/// When a rank is above `n_draws`, and when the bins are fewer than two or more than the possible ranks.
pub fn uniformity(ranks: &[usize], n_draws: usize, n_bins: usize) -> Option<Uniformity> {
    let n_possible = n_draws + 1;
    assert!((2..=n_possible).contains(&n_bins), "{n_bins} bins for {n_possible} possible ranks");
    let bin_of = |rank: usize| rank * n_bins / n_possible;
    let mut possible = vec![0_u64; n_bins];
    (0..n_possible).for_each(|rank| possible[bin_of(rank)] += 1);
    let (mut histogram, mut sum) = (vec![0_u64; n_bins], 0);
    for &rank in ranks {
        assert!(rank <= n_draws, "rank {rank} among {n_draws} draws");
        histogram[bin_of(rank)] += 1;
        sum += rank as u64;
    }
    if ranks.is_empty() {
        return None;
    }
    let n = ranks.len() as f64;
    let chi_square = histogram
        .iter()
        .zip(&possible)
        .map(|(&found, &possible)| {
            let expected = n * possible as f64 / n_possible as f64;
            (found as f64 - expected) * (found as f64 - expected) / expected
        })
        .sum();
    let distribution = ChiSquared::new((n_bins - 1) as f64).ok()?;
    Some(Uniformity { histogram, mean: sum as f64 / n, chi_square, p_value: distribution.sf(chi_square) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random::{normal, uniform};

    const N_DRAWS: usize = 99;

    /// Ranks of a quantity of (theta, y) when theta is standard normal, y is theta plus standard normal luck, and `method` draws
    /// from what it takes for the posterior given y.
    fn ranks(quantity: impl Fn(f64, f64) -> f64, method: impl Fn(f64, &mut Xoshiro256PlusPlus) -> f64) -> Vec<usize> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(9);
        (0..2000)
            .map(|_| {
                let truth = normal(&mut rng);
                let y = truth + normal(&mut rng);
                let draws: Vec<f64> = (0..N_DRAWS).map(|_| quantity(method(y, &mut rng), y)).collect();
                rank(quantity(truth, y), &draws, uniform(&mut rng))
            })
            .collect()
    }

    fn log_likelihood(theta: f64, y: f64) -> f64 {
        -(y - theta) * (y - theta) / 2.0
    }

    fn p_value(ranks: &[usize]) -> f64 {
        uniformity(ranks, N_DRAWS, 20).unwrap().p_value
    }

    #[test]
    fn the_exact_posterior_passes_on_every_quantity() {
        let exact = |y: f64, rng: &mut Xoshiro256PlusPlus| y / 2.0 + 0.5_f64.sqrt() * normal(rng);
        for ranks in [ranks(|theta, _| theta, exact), ranks(log_likelihood, exact), ranks(|theta, y| theta * y, exact)]
        {
            let p = p_value(&ranks);
            assert!((1e-4..1.0 - 1e-4).contains(&p), "{p}");
        }
    }

    #[test]
    fn a_method_that_ignores_its_data_passes_on_the_parameter_and_fails_on_the_likelihood() {
        let prior = |_, rng: &mut Xoshiro256PlusPlus| normal(rng);
        assert!(p_value(&ranks(|theta, _| theta, prior)) > 1e-4);
        assert!(p_value(&ranks(log_likelihood, prior)) < 1e-6);
    }

    #[test]
    fn a_posterior_too_narrow_fails() {
        let narrow = |y: f64, rng: &mut Xoshiro256PlusPlus| y / 2.0 + 0.5 * normal(rng);
        assert!(p_value(&ranks(|theta, _| theta, narrow)) < 1e-6);
    }

    #[test]
    fn a_quantity_with_many_ties_passes() {
        let exact = |y: f64, rng: &mut Xoshiro256PlusPlus| y / 2.0 + 0.5_f64.sqrt() * normal(rng);
        assert!(p_value(&ranks(|theta, _| theta.round(), exact)) > 1e-4);
    }

    #[test]
    fn chi_square_of_a_small_histogram_by_hand() {
        // Four ranks possible, two bins, 6 and 2 found where 4 are expected: (4 + 4) / 4 = 2; sf(2; 1) = erfc(1).
        let found = uniformity(&[0, 0, 0, 1, 1, 1, 2, 3], 3, 2).unwrap();
        assert_eq!((found.histogram, found.mean, found.chi_square), (vec![6, 2], 1.0, 2.0));
        assert!((found.p_value - libm::erfc(1.0)).abs() < 1e-9, "{}", found.p_value);
        assert_eq!(uniformity(&[], 3, 2), None);
    }

    #[test]
    fn bins_of_unequal_width_expect_in_proportion() {
        // Ranks 0 to 4 in two bins: three and two of them. One of each rank is as uniform as can be.
        assert_eq!(uniformity(&[0, 1, 2, 3, 4], 4, 2).unwrap().chi_square, 0.0);
    }

    proptest! {
        #[test]
        fn a_rank_lies_between_the_draws_below_and_those_not_above(
            draws in prop::collection::vec(0_u8..5, 0..30), truth in 0_u8..5, tie in 0.0..1.0_f64,
        ) {
            let draws: Vec<f64> = draws.into_iter().map(f64::from).collect();
            let truth = f64::from(truth);
            let found = rank(truth, &draws, tie);
            prop_assert!(draws.iter().filter(|&&draw| draw < truth).count() <= found);
            prop_assert!(found <= draws.iter().filter(|&&draw| draw <= truth).count());
        }
    }
}
