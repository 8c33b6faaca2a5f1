//! The noncentral t distribution: a normal number of mean `shift` and variance 1 over the root of an independent chi-square over
//! its degrees. It is what a t statistic follows where there is an effect, and so what power is computed from.
//!
//! Comes in: a point, real degrees of freedom (> 0), the shift. Goes out: the probability of either tail, each computed by itself.
//! Not here: power (`power`). Source: the mixture over the chi density is the definition (Johnson, Kotz & Balakrishnan 1995,
//! Continuous Univariate Distributions 2, chapter 31). It is summed over the chi's logarithm or, where the shift is so large that the
//! chi decides alone, over the normal number, by the trapezoid rule, which there converges faster than any power of the step
//! (Trefethen & Weideman 2014, SIAM Review 56(3), 385-458). Neither sum has more than 20,000 terms, whatever the shift.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::pivot::normal_cdf;

/// Most terms of a sum; 6,000 are needed from half a degree of freedom on.
const MOST_NODES: i32 = 20_000;

/// With so many degrees of freedom T is normal to the last digit that is promised.
const AS_GOOD_AS_NORMAL: f64 = 1e12;

/// P(T <= t).
///
/// # Precision
/// Absolute error below 1e-12 (against 30-digit quadrature, from half a degree of freedom to a million); below 1e-6 where there are more
/// than 100,000 degrees and the shift is more than 40 times the root of twice as many.
///
/// # Panics
/// Without degrees of freedom.
pub fn cdf(t: f64, degrees: f64, shift: f64) -> f64 {
    assert!(degrees > 0.0, "degrees of freedom above 0, found {degrees}");
    if degrees >= AS_GOOD_AS_NORMAL {
        normal_cdf(t - shift)
    } else if shift.abs() > 40.0 * (2.0 * degrees).sqrt() && t != 0.0 {
        over_normal(t, degrees, shift)
    } else {
        over_chi(degrees, shift, |scale| normal_cdf(t * scale - shift))
    }
}

/// P(T > t): not `1 - cdf`, so that a small one keeps its digits.
///
/// # Panics
/// Without degrees of freedom.
pub fn sf(t: f64, degrees: f64, shift: f64) -> f64 {
    cdf(-t, degrees, -shift)
}

/// P(Z + shift <= t S) as the mean over Z of the probability that S leaves: smooth in Z where the shift is many deviations of S.
fn over_normal(t: f64, degrees: f64, shift: f64) -> f64 {
    const STEP: f64 = 0.25;
    let (mut sum, mut total) = (0.0, 0.0);
    for node in -36..=36 {
        let z = f64::from(node) * STEP;
        let (weight, edge) = (libm::exp(-z * z / 2.0), (z + shift) / t);
        let tails = tails_of_scale(edge, degrees);
        sum += weight * if t > 0.0 { tails.above } else { tails.below };
        total += weight;
    }
    sum / total
}

/// Probabilities that S lies below and above `edge`.
struct Tails {
    below: f64,
    above: f64,
}

/// With many degrees by the cube root of a chi-square, which is nearly normal (Wilson & Hilferty 1931, PNAS 17(12), 684-688): there the
/// sum of the incomplete gamma function grows long.
fn tails_of_scale(edge: f64, degrees: f64) -> Tails {
    const MANY: f64 = 1e5;
    let square = edge.max(0.0) * edge.max(0.0);
    if degrees > MANY {
        let spread = 2.0 / (9.0 * degrees);
        let z = (libm::cbrt(square) - 1.0 + spread) / spread.sqrt();
        return Tails { below: normal_cdf(z), above: normal_cdf(-z) };
    }
    let chi_square = ChiSquared::new(degrees).expect("degrees of freedom above 0");
    Tails { below: chi_square.cdf(degrees * square), above: chi_square.sf(degrees * square) }
}

/// Mean of a function of S, where `degrees S^2` is a chi-square of that many degrees. The logarithm u of S has the density
/// `exp(degrees (u - exp(2 u) / 2))` up to a constant, which is divided out.
fn over_chi(degrees: f64, shift: f64, of_scale: impl Fn(f64) -> f64) -> f64 {
    // Half of the narrowest feature: the density, or the normal step in `t exp(u) - shift`, whose slope where it matters is about
    // `shift`.
    let step = 0.5 / (2.0 * degrees).sqrt().max(shift.abs() + 4.0);
    let (mut sum, mut total) = (0.0, 0.0);
    let mut add = |u: f64| {
        let weight = libm::exp(degrees * (u - libm::expm1(2.0 * u) / 2.0));
        sum += weight * of_scale(libm::exp(u));
        total += weight;
        weight > 1e-18
    };
    for direction in [1, -1] {
        let nodes = i32::from(direction < 0)..MOST_NODES / 2;
        let _ = nodes.map(|node| f64::from(direction * node) * step).all(&mut add);
    }
    sum / total
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    use super::*;

    #[test]
    fn tails_are_those_of_thirty_digit_quadrature() {
        for (t, degrees, shift, expected) in CASES {
            let (below, above) = (cdf(t, degrees, shift), sf(t, degrees, shift));
            assert!((below - expected).abs() < 1e-12, "{t} {degrees} {shift}: {below} is not {expected}");
            assert!((above - (1.0 - expected)).abs() < 1e-12, "{t} {degrees} {shift}: {above}");
        }
    }

    #[test]
    fn any_shift_takes_a_bounded_number_of_terms() {
        let most = std::cell::Cell::new(0);
        for degrees in [0.5, 1.0, 3.7, 1e3, 1e6, 1e11] {
            let n = std::cell::Cell::new(0);
            over_chi(degrees, 40.0 * f64::sqrt(2.0 * degrees), |_| {
                n.set(n.get() + 1);
                0.0
            });
            most.set(most.get().max(n.get()));
            for shift in [1e3, 1e8, 1e16, 1e300, f64::INFINITY] {
                assert_eq!(cdf(2.0, degrees, shift.max(1e3 * degrees)), 0.0, "{degrees} {shift}");
                assert_eq!(sf(2.0, degrees, shift.max(1e3 * degrees)), 1.0, "{degrees} {shift}");
            }
        }
        assert!(most.get() < MOST_NODES, "{most:?}");
        assert_eq!(cdf(1.5, f64::INFINITY, 0.5), normal_cdf(1.0));
    }

    #[test]
    fn both_sums_agree_where_they_meet() {
        for degrees in [0.5, 2.3, 40.0, 1000.0] {
            let deviation = 1.0 / f64::sqrt(2.0 * degrees);
            let shift = 40.1 / deviation;
            for t in [-2.0, 0.0, 2.0].map(|deviations| shift * libm::exp(deviations * deviation)) {
                let found = cdf(t, degrees, shift);
                let other = over_chi(degrees, shift, |scale| normal_cdf(t * scale - shift));
                assert!((found - other).abs() < 1e-12 && 0.0 < found && found < 1.0, "{degrees} {t}: {found} {other}");
                assert!((cdf(-t, degrees, -shift) - sf(t, degrees, shift)).abs() < 1e-15);
            }
        }
    }

    /// t, degrees, shift, P(T <= t): the chi mixture by tanh-sinh quadrature with 30 digits in mpmath.
    const CASES: [(f64, f64, f64, f64); 10] = [
        (2.1, 38.0, 2.84, 0.231_762_181_164_971),
        (-2.1, 38.0, 1.0, 0.001_336_933_224_100_408),
        (2.45, 6.0, 3.5, 0.171_951_454_910_971_7),
        (12.7, 1.0, 2.0, 0.874_716_194_355_813_3),
        (1.96, 1_000_000.0, 2.8, 0.200_454_282_055_179_6),
        (3.18, 3.0, 0.5, 0.944_291_753_077_006_1),
        (0.5, 2.5, -1.0, 0.922_644_047_576_448_5),
        (30.0, 4.0, 20.0, 0.775_557_801_779_110_7),
        (0.0, 7.0, 1.2, 0.115_069_670_221_708_3),
        (1.5, 0.5, 0.3, 0.663_580_732_533_472),
    ];

    proptest! {
        #[test]
        fn without_a_shift_it_is_students_t(t in -8.0..8.0_f64, degrees in 1.0..300.0_f64) {
            let expected = StudentsT::new(0.0, 1.0, degrees).unwrap().cdf(t);
            prop_assert!((cdf(t, degrees, 0.0) - expected).abs() < 1e-10);
        }

        #[test]
        fn a_larger_shift_leaves_less_below_and_both_tails_are_all(
            t in -3.0..3.0_f64, degrees in 0.5..300.0_f64, shift in -2.0..2.0_f64,
        ) {
            prop_assert!(cdf(t, degrees, shift + 0.1) < cdf(t, degrees, shift));
            prop_assert!((cdf(t, degrees, shift) + sf(t, degrees, shift) - 1.0).abs() < 1e-13);
            prop_assert!((cdf(t, degrees, shift) - sf(-t, degrees, -shift)).abs() < 1e-13);
        }
    }
}
