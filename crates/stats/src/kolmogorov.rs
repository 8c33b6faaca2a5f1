//! Whether numbers are uniform from 0 to 1: the one-sample test of Kolmogorov and Smirnov.
//!
//! Comes in: numbers from 0 to 1, such as p values where nothing differs. Goes out: their largest distance from the uniform law and its p
//! value. Sources: Kolmogorov 1933, Giornale dell'Istituto Italiano degli Attuari 4, 83-91 (the limit law); Stephens 1970, Journal of
//! the Royal Statistical Society B 32(1), 115-122 (correction for finite n).
//!
//! Our convention: two-sided. Numbers that can only take a few values are never uniform: randomise them first.

use std::f64::consts::PI;

/// The largest distance of the numbers' distribution function from the uniform one, and how often uniform numbers lie as far off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Largest distance, 0 to 1.
    pub distance: f64,
    /// p value of uniformity.
    pub p_value: f64,
}

/// Tests that `numbers` are uniform; `None` without any.
///
/// # Precision
/// Of a p value of 1e-4 or more, relative: 3 % from 100 numbers on.
pub fn uniform(numbers: &[f64]) -> Option<Fit> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distances = sorted.iter().enumerate().map(|(i, x)| (x - i as f64 / n).max((i + 1) as f64 / n - x));
    let distance = distances.reduce(f64::max)?;
    let root = n.sqrt();
    Some(Fit { distance, p_value: limit_tail(distance * (root + 0.12 + 0.11 / root)) })
}

/// Upper tail of Kolmogorov's limit law.
fn limit_tail(x: f64) -> f64 {
    if x < 1.18 {
        // Both series hold everywhere; near 0 this one, turned by Jacobi's identity, is the fast one.
        let rate = -PI * PI / (8.0 * x * x);
        let sum: f64 = (1..=4).map(|k| libm::exp(rate * f64::from((2 * k - 1) * (2 * k - 1)))).sum();
        return if x > 0.0 { 1.0 - (2.0 * PI).sqrt() / x * sum } else { 1.0 };
    }
    let term = |k: i32| 2.0 * libm::exp(-2.0 * f64::from(k * k) * x * x);
    term(1) - term(2) + term(3) - term(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_law_is_that_of_its_tables_and_its_two_series_meet() {
        for (x, tail) in [
            (0.5, 0.963_945_243_664_875_1),
            (1.0, 0.269_999_671_677_354_56),
            (1.358_1, 0.049_999_630_431_7),
            (2.0, 6.709_252_557_796_953e-4),
        ] {
            assert!((limit_tail(x) / tail - 1.0).abs() < 1e-10, "{x}: {}", limit_tail(x));
        }
        assert!((limit_tail(1.18 - 1e-12) - limit_tail(1.18)).abs() < 1e-10);
        assert_eq!(limit_tail(0.0), 1.0);
    }

    /// The exact tails are scipy's `kstwo`.
    #[test]
    fn tails_at_finite_numbers_are_nearly_the_exact_ones() {
        for (n, distance, tail) in [
            (100, 0.1608, 0.010_005_697_318_161_042),
            (100, 0.2199, 9.990_207_995_079_119e-5),
            (500, 0.0367, 0.499_365_259_240_743_5),
            (500, 0.0991, 9.992_638_558_955_771e-5),
            (2000, 0.0184, 0.501_577_159_626_767_7),
            (2000, 0.0497, 9.857_414_106_379_154e-5),
        ] {
            // All numbers at a step's upper end but that everything from `distance` on is moved down by it.
            let numbers: Vec<f64> = (0..n).map(|i| ((i as f64 + 1.0) / n as f64 - distance).max(0.0)).collect();
            let found = uniform(&numbers).unwrap();
            assert!((found.distance - distance).abs() < 1e-12, "{found:?}");
            assert!((found.p_value / tail - 1.0).abs() < 0.03, "{n}: {found:?} is not {tail}");
        }
    }

    #[test]
    fn even_numbers_fit_and_bunched_ones_do_not() {
        let even: Vec<f64> = (0..500).map(|i| (f64::from(i) + 0.5) / 500.0).collect();
        let bunched: Vec<f64> = even.iter().map(|x| x * x).collect();
        assert!(uniform(&even).unwrap().p_value > 0.999);
        assert!(uniform(&bunched).unwrap().p_value < 1e-9);
        assert_eq!(uniform(&[]), None);
    }
}
