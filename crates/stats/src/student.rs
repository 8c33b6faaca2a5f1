//! Student's t with any number of degrees of freedom, whole or not, up to infinitely many.
//!
//! Comes in: a value or a probability, and degrees of freedom above 0. Goes out: density, upper tail, quantile. The whole degrees of
//! a mean are in `interval`. Source of what is done with many degrees: Wallace 1959, Annals of Mathematical Statistics 30(4),
//! 1124-1130 (a normal deviate with the same tail); Abramowitz & Stegun 1964, 26.7.5 (start of the quantile).

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

use super::pivot::normal_cdf;
use super::random::normal_quantile;
use super::root::doubled;

/// From here on Wallace's deviate is the better one: the incomplete beta function loses digits as the degrees grow.
const MANY: f64 = 1e5;

/// Probability of a value above `t`.
///
/// # Precision
/// Relative error below 1e-9 down to tails of 1e-9, and below 1e-8 with more than 100,000 degrees.
///
/// # Panics
/// Unless `degrees` is above 0.
pub fn upper_tail(t: f64, degrees: f64) -> f64 {
    if degrees < MANY { distribution(degrees).sf(t) } else { normal_cdf(-deviate(t, degrees)) }
}

/// Density at `t`.
///
/// # Panics
/// Unless `degrees` is above 0.
pub fn density(t: f64, degrees: f64) -> f64 {
    distribution(degrees).pdf(t)
}

/// The value that is passed with the probability `1 - p`; minus or plus infinity at 0 and 1, and where so few degrees of freedom put it
/// beyond a million million times what a normal law would say.
///
/// # Precision
/// Relative error below 1e-9.
///
/// # Panics
/// Unless `degrees` is above 0.
pub fn quantile(p: f64, degrees: f64) -> f64 {
    let z = normal_quantile(p);
    if p == 0.5 || z.is_infinite() || degrees.is_infinite() {
        return z;
    }
    // The upper half only; the lower one is its mirror.
    let (tail, z) = (p.min(1.0 - p), z.abs());
    let start = z + (z * z * z + z) / (4.0 * degrees) + 1.0;
    let Some(mut high) = doubled(start, |t| upper_tail(t, degrees) > tail) else {
        return f64::INFINITY.copysign(p - 0.5);
    };
    let mut low = if high > start { high / 2.0 } else { 0.0 };
    let mut t = f64::midpoint(low, high);
    // Newton's step where it stays inside the bracket, else half of it.
    for _ in 0..100 {
        let excess = upper_tail(t, degrees) - tail;
        *(if excess > 0.0 { &mut low } else { &mut high }) = t;
        let step = excess / density(t, degrees);
        let next = if (low..high).contains(&(t + step)) { t + step } else { f64::midpoint(low, high) };
        if (next - t).abs() <= 1e-12 * t {
            break;
        }
        t = next;
    }
    t.copysign(p - 0.5)
}

/// Where the central `confidence` ends.
///
/// # Panics
/// Unless `degrees` is above 0.
pub fn central_quantile(confidence: f64, degrees: f64) -> f64 {
    quantile(f64::midpoint(1.0, confidence), degrees)
}

/// The normal deviate with nearly the tail of `t`; `t` itself for infinitely many degrees.
fn deviate(t: f64, degrees: f64) -> f64 {
    if degrees.is_infinite() {
        return t;
    }
    let shrink = (8.0 * degrees + 1.0) / (8.0 * degrees + 3.0);
    (shrink * (degrees * libm::log1p(t * t / degrees)).sqrt()).copysign(t)
}

fn distribution(degrees: f64) -> StudentsT {
    StudentsT::new(0.0, 1.0, degrees).expect("degrees of freedom above 0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() <= relative, "{found} is not {expected}");
    }

    #[test]
    fn tails_and_quantiles_are_those_of_scipy_on_both_sides_of_the_normal_deviate() {
        for (degrees, t, tail) in [
            (0.7, 3.0, 0.141_685_669_650_512_9),
            (2.3, 1.5, 0.128_277_623_946_431_5),
            (5.5, 6.0, 6.603_913_667_668_134e-4),
            (99_000.0, 1.5, 0.066_808_795_705_752_57),
            (1.2e5, 3.0, 1.350_175_037_274_855_8e-3),
            (f64::INFINITY, 3.0, 1.349_898_031_630_094_6e-3),
        ] {
            close(upper_tail(t, degrees), tail, 1e-9);
            close(upper_tail(-t, degrees), 1.0 - tail, 1e-9);
            close(quantile(1.0 - tail, degrees), t, 1e-8);
            close(quantile(tail, degrees), -t, 1e-8);
        }
    }

    #[test]
    fn one_degree_is_cauchys_and_the_middle_is_zero() {
        close(quantile(0.75, 1.0), 1.0, 1e-12);
        close(density(1.0, 1.0), 1.0 / (2.0 * std::f64::consts::PI), 1e-12);
        assert_eq!(quantile(0.5, 3.3), 0.0);
        assert_eq!(quantile(1.0, 3.3), f64::INFINITY);
        assert_eq!(quantile(0.025, 1e-6), f64::NEG_INFINITY);
    }
}
