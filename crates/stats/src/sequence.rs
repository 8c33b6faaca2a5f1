//! Confidence sequences: intervals of a mean that hold at every look, so that one may stop when they are narrow enough.
//!
//! Comes in: a standard deviation, a number of observations, an error rate; or an estimate with its error at a look. Goes out: a
//! half-width, an interval or a p value that hold at every look. When to stop is decided in `analysis`; exact intervals of one
//! proportion are in `mixture`. Source: the normal mixture of Robbins 1970, Annals of Mathematical Statistics 41(5), 1397-1409, in the asymptotic
//! form of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, Annals of Statistics 52(6), 2613-2640.

use super::interval::Interval;

/// An estimate as it stands at one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The estimate: a mean or a difference, such as that of two proportions, absolute or relative.
    pub estimate: f64,
    /// Its standard error, above 0. Too early a look, before every arm has successes and failures, has none.
    pub standard_error: f64,
    /// Independent units behind it, those of all arms together.
    pub n: u64,
}

impl Look {
    /// Interval of the estimated quantity: the chance that it is ever outside, at any look, is `alpha`. With the arms' units taken as
    /// one sequence (the convention of the library `growthbook`'s sequential engine), `tuned_for` is told the units of all arms.
    pub fn interval(&self, alpha: f64, rho: f64) -> Interval {
        let deviation = self.standard_error * (self.n as f64).sqrt();
        let reach = half_width(deviation, self.n, alpha, rho);
        Interval { low: self.estimate - reach, high: self.estimate + reach }
    }

    /// The always-valid p value of 0: the smallest `alpha`, at most 1, at which this interval leaves 0 out. Its smallest value so far holds too.
    pub fn p_value(&self, rho: f64) -> f64 {
        let (z, n_rho2) = (self.estimate / self.standard_error, self.n as f64 * rho * rho);
        let exponent = -z * z * n_rho2 / (2.0 * (n_rho2 + 1.0));
        ((n_rho2 + 1.0).sqrt() * libm::exp(exponent)).min(1.0)
    }
}

/// Half-width of the sequence after `n` observations of standard deviation `deviation`. The chance that the mean is ever outside,
/// at any look, is `alpha` (asymptotically, from a first look that is not too early).
///
/// `rho` (> 0) says where the sequence is tightest: see [`tuned_for`].
pub fn half_width(deviation: f64, n: u64, alpha: f64, rho: f64) -> f64 {
    let n_rho2 = n as f64 * rho * rho;
    let boundary = 2.0 * (n_rho2 + 1.0) / (n as f64 * n_rho2) * libm::log((n_rho2 + 1.0).sqrt() / alpha);
    deviation * boundary.sqrt()
}

/// The `rho` that makes the sequence tightest near `n_target` observations (closed approximation).
pub fn tuned_for(n_target: u64, alpha: f64) -> f64 {
    let twice_log = -2.0 * libm::log(alpha);
    ((twice_log + libm::log(twice_log + 1.0)) / n_target as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;
    use crate::mean::Moments;

    #[test]
    fn fifty_looks_raise_false_alarm_less_often_than_alpha() {
        let (alpha, n_runs) = (0.10, 2000);
        let rho = tuned_for(1000, alpha);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut n_alarms = 0;
        for _ in 0..n_runs {
            let mut moments = Moments::default();
            let alarm = (0..50).fold(false, |alarm, _| {
                (0..40).for_each(|_| moments.push(StandardNormal.sample(&mut rng)));
                let deviation = moments.deviation().unwrap();
                alarm || moments.mean().unwrap().abs() > half_width(deviation, moments.n(), alpha, rho)
            });
            n_alarms += i32::from(alarm);
        }
        // A t interval looked at as often gives more than 0.25; the sequence must stay below alpha with room for 4 errors.
        let share = f64::from(n_alarms) / f64::from(n_runs);
        assert!(share < alpha - 4.0 * (alpha * (1.0 - alpha) / f64::from(n_runs)).sqrt(), "{share}");
        assert!(share > 0.01, "{share}: so wide that it says nothing");
    }

    #[test]
    fn tuning_makes_the_sequence_tightest_where_it_was_asked_to_be() {
        let rho = tuned_for(1000, 0.05);
        let at = |rho| half_width(1.0, 1000, 0.05, rho);
        for factor in [0.5, 0.8, 1.25, 2.0] {
            assert!(at(rho) <= at(rho * factor), "{factor}");
        }
    }

    #[test]
    fn the_p_value_of_a_look_is_where_its_interval_ends() {
        let rho = tuned_for(1000, 0.05);
        let look = Look { estimate: 0.13, standard_error: 0.03, n: 1500 };
        let p = look.p_value(rho);
        assert!(p < 0.01, "{p}");
        assert!(look.interval(p, rho).low.abs() < 1e-12);
        assert_eq!(Look { estimate: 0.01, ..look }.p_value(rho), 1.0);
    }

    #[test]
    fn a_sequence_is_wider_than_a_single_interval_and_shrinks() {
        let rho = tuned_for(1000, 0.05);
        let mut before = f64::INFINITY;
        for n in [100, 200, 400, 800, 1600, 100_000] {
            let width = half_width(1.0, n, 0.05, rho);
            assert!(1.96 / (n as f64).sqrt() < width && width < before);
            before = width;
        }
    }
}
