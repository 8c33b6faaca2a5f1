//! The constant of two-stage selection of the best from independent normal samples of unknown, unequal variances.
//!
//! Comes in: the number of options, the size of the first sample, the probability of correct selection. Goes out: `h`, with which
//! option i needs `max(n0 + 1, ceil((h S_i / zone)^2))` numbers. Not here: common random numbers, under which it does not hold
//! (`selection`). Source: Dudewicz & Dalal 1975, Sankhya B 37(1), 28-78; tables in Law 2015, Simulation Modeling and Analysis,
//! chapter 10.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::quadrature;
use super::root::bisect_from;

/// `h` for `options` (two or more), `n0` numbers of each in the first stage (two or more), and a probability of correct selection.
/// It is where t of n0 - 1 degrees, moved by h, exceeds as many independent ones as there are other options with that
/// probability.
///
/// # Precision
/// About 1e-6.
///
/// # Panics
/// Below two options or two numbers, or when certainty is wanted.
pub fn h(options: u32, n0: u32, probability: f64) -> f64 {
    assert!(options > 1 && n0 > 1, "two options of two numbers or more, found {options} of {n0}");
    let t = StudentsT::new(0.0, 1.0, f64::from(n0 - 1)).expect("a degree of freedom or more");
    // Over the distribution's own probability, whose ends no density can cut off: t runs over its quantiles.
    let points: Vec<quadrature::Point> = quadrature::points(200, -1.0, 1.0)
        .into_iter()
        .map(|point| {
            // A sine bends the points to the ends, where the quantile is steep.
            let angle = std::f64::consts::FRAC_PI_2 * point.x;
            let p = f64::midpoint(1.0, libm::sin(angle));
            let slope = std::f64::consts::FRAC_PI_4 * libm::cos(angle);
            quadrature::Point { x: t.inverse_cdf(p), weight: point.weight * slope }
        })
        .collect();
    let correct = |h: f64| -> f64 { points.iter().map(|p| p.weight * t.cdf(p.x + h).powi(options as i32 - 1)).sum() };
    bisect_from(1.0, |h| correct(h) < probability).expect("a probability below 1 is reached")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_options_from_large_samples_it_is_the_normal_quantile_of_a_difference() {
        let expected = 2.0_f64.sqrt() * 1.281_551_566;
        assert!((h(2, 100_000, 0.9) - expected).abs() < 1e-3, "{}", h(2, 100_000, 0.9));
    }

    #[test]
    fn more_options_more_certainty_and_smaller_first_samples_cost_more() {
        assert!(h(5, 20, 0.9) < h(6, 20, 0.9) && h(5, 20, 0.9) < h(5, 20, 0.95) && h(5, 20, 0.9) < h(5, 10, 0.9));
    }
}
