//! Test and roll: how many units a test should take when all others then get what did better in it.
//!
//! Comes in: what is known beforehand of the difference of two arms, the variance of a unit, how many units there are. Goes out: the
//! expected gain of choosing by a test over sending the better bet untested, and the size of test with the largest. A test that
//! rejects nothing is wanted here, only the better bet: no significance enters. What happens over time is not here.
//! Source: Feit & Berman 2019, Marketing Science 38(6), 1038-1058, for arms that are alike
//! beforehand; with a difference expected beforehand from the same normal integrals (Raiffa & Schlaifer 1961, Applied Statistical
//! Decision Theory). Units in clusters: their variance times the design effect, while a unit costs what it costs.
//!
//! Our convention: treated minus control, per unit; n is the number of each arm, so that a test takes 2 n of the N units; the arm with the
//! higher mean is chosen, whatever was expected beforehand.

use std::f64::consts::PI;

use super::pivot::normal_cdf;

/// What is known of the difference of two arms before the test: a normal law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Expected difference per unit.
    pub mean: f64,
    /// Its standard deviation, above 0.
    pub deviation: f64,
}

impl Prior {
    /// Of two arms that are alike beforehand, each known to within the standard deviation `arm`.
    pub fn of_arms(arm: f64) -> Prior {
        Prior { mean: 0.0, deviation: arm * std::f64::consts::SQRT_2 }
    }

    /// Expected gain per unit of choosing by an estimate with this standard error, over choosing what is expected to be better
    /// beforehand. Below 0 where the estimate is too poor to overrule what was known.
    pub fn gain(&self, standard_error: f64) -> f64 {
        let variance = self.deviation * self.deviation;
        let spread = (variance + standard_error * standard_error).sqrt();
        let z = self.mean / spread;
        let density = libm::exp(-z * z / 2.0) / (2.0 * PI).sqrt();
        // The expectation of the difference where the estimate is above 0, and of nothing elsewhere.
        self.mean * normal_cdf(z) + variance / spread * density - self.mean.max(0.0)
    }
}

/// Units to test on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Units {
    /// All there are, those of the test included.
    pub population: f64,
    /// Variance of one unit about its arm's mean, times the design effect where units come in clusters.
    pub variance: f64,
}

/// Expected gain, over all units, of a test with `n` units an arm. The units of the arm that was not the better bet cost the expected
/// difference.
pub fn net_gain(prior: &Prior, units: &Units, n: f64) -> f64 {
    let standard_error = (2.0 * units.variance / n).sqrt();
    (units.population - 2.0 * n) * prior.gain(standard_error) - n * prior.mean.abs()
}

/// Units an arm with the largest expected gain, for two arms that are alike beforehand and each known to within the standard deviation
/// `arm` (above 0); to be rounded.
pub fn best_size(arm: f64, units: &Units) -> f64 {
    let ratio = units.variance / (arm * arm);
    (units.population / 4.0 * ratio + (0.75 * ratio) * (0.75 * ratio)).sqrt() - 0.75 * ratio
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::mean::Moments;
    use crate::random::normal;
    use crate::root::maximise;

    #[test]
    fn the_best_size_is_where_the_gain_is_largest() {
        for (arm, population, variance) in [(0.03, 1e5, 0.2176), (0.01, 1e4, 0.09), (0.1, 500.0, 0.25)] {
            let units = Units { population, variance };
            let gain = |n: f64| net_gain(&Prior::of_arms(arm), &units, n);
            let found = maximise(1e-3, population / 2.0, gain);
            assert!((found / best_size(arm, &units) - 1.0).abs() < 1e-5, "{arm}: {found}");
        }
    }

    #[test]
    fn the_gain_is_that_of_choosing_by_a_drawn_estimate() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(8);
        for (prior, error) in [
            (Prior { mean: 0.0, deviation: 1.0 }, 0.5),
            (Prior { mean: 0.7, deviation: 1.0 }, 0.8),
            (Prior { mean: -1.5, deviation: 0.6 }, 2.0),
        ] {
            let mut gains = Moments::default();
            for _ in 0..200_000 {
                let truth = prior.mean + prior.deviation * normal(&mut rng);
                let chosen = if truth + error * normal(&mut rng) > 0.0 { truth } else { 0.0 };
                gains.push(chosen - if prior.mean > 0.0 { truth } else { 0.0 });
            }
            let (mean, mcse) = (gains.mean().unwrap(), gains.standard_error().unwrap());
            assert!((mean - prior.gain(error)).abs() < 4.0 * mcse, "{prior:?}: {mean} is not {}", prior.gain(error));
        }
    }

    #[test]
    fn a_poor_test_of_what_is_known_well_loses_and_a_perfect_one_never_does() {
        let known = Prior { mean: 0.05, deviation: 0.01 };
        assert!(known.gain(0.2) < 0.0);
        assert!(known.gain(1e-9) >= 0.0 && known.gain(1e-9) < 1e-6);
        let unknown = Prior::of_arms(0.02);
        assert!((unknown.gain(0.0) - 0.02 / PI.sqrt()).abs() < 1e-12, "half the expected distance of two arms");
    }
}
