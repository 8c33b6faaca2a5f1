//! Probability that a choice is the best, and what choosing it is expected to lose, when estimates are normal or t about the truth.
//!
//! Comes in: an estimated difference of two, or the estimates of several independent ones, each with its error and degrees of freedom.
//! Goes out: probabilities and expected losses. Shares with a Beta law of their own are in `beta_arms`.
//! Sources: flat prior for the means, so that the posterior is Student's t about the estimate (Gelman et al. 2013, Bayesian Data
//! Analysis, chapter 3; Jeffreys's prior for the variance) or, with infinite degrees, normal; expected loss: Stucchio 2015,
//! Bayesian A/B Testing at VWO, in its closed form for both laws.
//!
//! Our convention: more is better; a loss is in the unit of the estimate and never negative.

use super::best_of::{self, AtPoint, Chance};
use super::student;
use super::two_sample::Difference;

/// Probability that the difference is above 0: that the treated arm is the better one.
pub fn of_treated(difference: &Difference) -> f64 {
    student::upper_tail(-difference.statistic(), difference.degrees)
}

/// Expected losses of staying with the control and of choosing the treated arm, in this order. `None` with one degree of freedom or
/// less, where the law has no mean.
pub fn expected_losses(difference: &Difference) -> Option<[f64; 2]> {
    let z = difference.statistic();
    let loss = |z: f64| Some(difference.standard_error * shortfall(z, difference.degrees)?);
    Some([loss(-z)?, loss(z)?])
}

/// Expectation of `max(-(z + T), 0)` for a standard t.
///
/// # Precision
/// No worse relative to the result than `z^2` roundings, so that far tails keep their digits.
fn shortfall(z: f64, degrees: f64) -> Option<f64> {
    if degrees <= 1.0 {
        return None;
    }
    let spread = if degrees.is_infinite() { 1.0 } else { (degrees + z * z) / (degrees - 1.0) };
    Some((spread * student::density(z, degrees) - z * student::upper_tail(z, degrees)).max(0.0))
}

/// An estimate of one of several independent choices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate, usually a mean.
    pub mean: f64,
    /// Its standard error, above 0.
    pub standard_error: f64,
    /// Degrees of freedom of the error, above 0; infinite for a normal law.
    pub degrees: f64,
}

/// For each of several independent choices its probability of being the best and its expected loss.
///
/// # Precision
/// Of probabilities 1e-8 with two degrees of freedom or more; 1e-4 with one.
///
/// # Panics
/// Unless all errors and degrees are above 0 and finite means.
pub fn best_of(estimates: &[Estimate]) -> Vec<Chance> {
    let mut breaks = Vec::new();
    for estimate in estimates {
        breaks.push(estimate.mean);
        // A normal law ends at 9 errors or so; the fewer degrees, the farther a t reaches.
        let doublings = if estimate.degrees > 100.0 { 5 } else { 40 };
        for reach in (-2..doublings).map(|doubling| estimate.standard_error * libm::exp2(f64::from(doubling))) {
            breaks.extend([estimate.mean - reach, estimate.mean + reach]);
        }
    }
    breaks.sort_by(f64::total_cmp);
    breaks.dedup();
    let rows = best_of::points(&breaks).into_iter().map(|(weight, x)| {
        let at = |estimate: &Estimate| {
            let z = (x - estimate.mean) / estimate.standard_error;
            AtPoint {
                density: student::density(z, estimate.degrees) / estimate.standard_error,
                below: student::upper_tail(-z, estimate.degrees),
                above: student::upper_tail(z, estimate.degrees),
            }
        };
        (weight, estimates.iter().map(at).collect())
    });
    let mut chances = best_of::chances(estimates.len(), rows);
    if estimates.iter().any(|estimate| estimate.degrees <= 1.0) {
        for chance in &mut chances {
            chance.expected_loss = None;
        }
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    fn estimate(mean: f64, standard_error: f64, degrees: f64) -> Estimate {
        Estimate { mean, standard_error, degrees }
    }

    #[test]
    fn far_tails_keep_their_digits() {
        // E max(-(30 + Z), 0) = phi(30)/900 (1 - 3/900 + 15/900^2 - 105/900^3 ...).
        let phi = libm::exp(-450.0) / (2.0 * std::f64::consts::PI).sqrt();
        let series = phi / 900.0 * (1.0 - 3.0 / 900.0 + 15.0 / 810_000.0 - 105.0 / 729e6);
        close(shortfall(30.0, f64::INFINITY).unwrap() / series, 1.0, 1e-8);
        close(shortfall(-30.0, f64::INFINITY).unwrap(), 30.0, 1e-12);
        assert!(of_treated(&Difference::new(-30.0, 1.0, f64::INFINITY).unwrap()) > 0.0);
    }

    #[test]
    fn both_losses_differ_by_the_estimate_and_one_degree_has_none() {
        for degrees in [1.5, 6.0, 40.0, f64::INFINITY] {
            let difference = Difference::new(0.03, 0.02, degrees).unwrap();
            let [stay, change] = expected_losses(&difference).unwrap();
            close(stay - change, 0.03, 1e-12);
            assert!(change > 0.0);
        }
        assert_eq!(expected_losses(&Difference::new(0.03, 0.02, 1.0).unwrap()), None);
        // At the middle half of E|T|: for six degrees sqrt(6) Gamma(5/2) / (2 sqrt(pi) Gamma(3)), and Gamma(5/2) = 3/4 sqrt(pi).
        close(shortfall(0.0, 6.0).unwrap(), 6.0_f64.sqrt() * 3.0 / 16.0, 1e-9);
    }

    #[test]
    fn two_normal_estimates_are_their_difference() {
        let pair = [estimate(0.12, 0.01, f64::INFINITY), estimate(0.15, 0.02, f64::INFINITY)];
        let difference = Difference::new(0.03, (5e-4_f64).sqrt(), f64::INFINITY).unwrap();
        let chances = best_of(&pair);
        close(chances[1].is_best, of_treated(&difference), 1e-10);
        let losses = expected_losses(&difference).unwrap();
        close(chances[0].expected_loss.unwrap(), losses[0], 1e-10);
        close(chances[1].expected_loss.unwrap(), losses[1], 1e-10);
    }

    #[test]
    fn equal_estimates_share_the_chance_whatever_their_law() {
        for degrees in [1.0, 2.0, 5.5, f64::INFINITY] {
            for n in [2, 3, 7] {
                for chance in best_of(&vec![estimate(0.1, 0.03, degrees); n]) {
                    close(chance.is_best, 1.0 / n as f64, 1e-8);
                    assert_eq!(chance.expected_loss.is_none(), degrees <= 1.0);
                }
            }
        }
    }

    #[test]
    fn an_estimate_without_error_is_a_line_that_the_other_passes_or_not() {
        for degrees in [2.0, 7.0, 300.0] {
            let chances = best_of(&[estimate(0.3, 1e-9, 300.0), estimate(0.1, 0.1, degrees)]);
            close(chances[1].is_best, student::upper_tail(2.0, degrees), 1e-7);
            close(chances[0].expected_loss.unwrap(), 0.1 * shortfall(2.0, degrees).unwrap(), 1e-7);
        }
    }
}
