//! Power of t tests, with the noncentral t: what few units cost is in it.
//!
//! Comes in: a standardised effect and numbers of units, or a shift and degrees of freedom. Goes out: power, the shift needed.
//! Conventions are in `power`. Source: Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, 2nd edition,
//! chapter 2, with the exact distribution in place of his tables.

use super::{Sides, Wanted};
use crate::noncentral_t;
use crate::root::bisect_from;
use crate::student;

/// Power of a t test whose statistic has this shift and these degrees of freedom (> 0).
///
/// # Panics
/// Without degrees of freedom.
pub fn power(shift: f64, degrees: f64, alpha: f64, sides: Sides) -> f64 {
    beyond(critical(degrees, alpha, sides), shift, degrees, sides)
}

fn critical(degrees: f64, alpha: f64, sides: Sides) -> f64 {
    -student::quantile(sides.tail(alpha), degrees)
}

fn beyond(critical: f64, shift: f64, degrees: f64, sides: Sides) -> f64 {
    let above = || noncentral_t::sf(critical, degrees, shift);
    let below = || noncentral_t::cdf(-critical, degrees, shift);
    match sides {
        Sides::Two => above() + below(),
        Sides::Greater => above(),
        Sides::Less => below(),
    }
}

/// Power of a one-sample or paired t test of a standardised effect with `n` (> 1) units.
///
/// # Panics
/// With one unit or less.
pub fn one_sample(effect: f64, n: f64, alpha: f64, sides: Sides) -> f64 {
    power(effect * n.sqrt(), n - 1.0, alpha, sides)
}

/// Power of a two-sample t test, variances equal, with these units per arm (together more than two).
///
/// # Panics
/// With two units or less.
pub fn two_samples(effect: f64, n: [f64; 2], alpha: f64, sides: Sides) -> f64 {
    let [a, b] = n;
    power(effect / (1.0 / a + 1.0 / b).sqrt(), a + b - 2.0, alpha, sides)
}

/// The size of the shift that a t test with these degrees of freedom finds as often as wanted.
///
/// # Panics
/// Without degrees of freedom, or when a power of 1 is wanted.
pub fn shift_needed(degrees: f64, wanted: &Wanted) -> f64 {
    let critical = critical(degrees, wanted.alpha, wanted.sides);
    let direction = if wanted.sides == Sides::Less { -1.0 } else { 1.0 };
    let is_too_small = |shift: f64| beyond(critical, direction * shift, degrees, wanted.sides) < wanted.power;
    bisect_from(1.0, is_too_small).expect("a power below 1 is reached")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn power_grows_with_the_effect_and_starts_at_alpha(
            shift in 0.0..5.0_f64, degrees in 1.0..200.0_f64, alpha in 0.001..0.3_f64,
        ) {
            for sides in [Sides::Two, Sides::Greater] {
                prop_assert!((power(0.0, degrees, alpha, sides) - alpha).abs() < 1e-7);
                prop_assert!(power(shift, degrees, alpha, sides) < power(shift + 0.1, degrees, alpha, sides));
            }
            prop_assert!((power(shift, degrees, alpha, Sides::Less) - power(-shift, degrees, alpha, Sides::Greater)).abs() < 1e-13);
        }

        #[test]
        fn the_shift_needed_is_found_as_often_as_wanted(degrees in 2.0..200.0_f64, target in 0.3..0.99_f64) {
            for sides in [Sides::Two, Sides::Greater, Sides::Less] {
                let shift = shift_needed(degrees, &Wanted { alpha: 0.05, sides, power: target });
                let signed = if sides == Sides::Less { -shift } else { shift };
                prop_assert!((power(signed, degrees, 0.05, sides) - target).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn with_many_degrees_it_is_the_z_test() {
        for shift in [0.0, 1.0, 2.8] {
            let z = crate::power::normal::power(shift, 0.05, Sides::Two);
            assert!((power(shift, 1e7, 0.05, Sides::Two) - z).abs() < 1e-6, "{shift}");
        }
    }
}
