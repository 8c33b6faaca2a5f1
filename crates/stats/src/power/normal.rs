//! Power of the z test: variances known, or samples so large that they are.
//!
//! Comes in: a shift, or an effect and the spread of a difference without and with it. Goes out: power and sample sizes.
//! Conventions are in `power`. Sources: Chow, Shao & Wang 2008, Sample Size Calculations in Clinical Research, chapters 3 and
//! 4 (means, proportions); Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, chapter 4 (pooled
//! variance without an effect).

use super::{Sides, Wanted};
use crate::pivot::normal_cdf;
use crate::random::normal_quantile;

/// Power of a z test whose statistic has mean `shift` and variance 1.
pub fn power(shift: f64, alpha: f64, sides: Sides) -> f64 {
    beyond(-normal_quantile(sides.tail(alpha)), shift, sides)
}

fn beyond(critical: f64, shift: f64, sides: Sides) -> f64 {
    match sides {
        Sides::Two => normal_cdf(shift - critical) + normal_cdf(-shift - critical),
        Sides::Greater => normal_cdf(shift - critical),
        Sides::Less => normal_cdf(-shift - critical),
    }
}

/// Standard deviation of the difference of two units, one from each arm: over the root of the units per arm it is the standard
/// error of the difference of means. Where the variance hangs on the mean it is another with the effect than without.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// What the critical value is computed with.
    pub without_effect: f64,
    /// What the estimate has.
    pub with_effect: f64,
}

impl Spread {
    /// Of means with the same variance in both arms.
    pub fn of_means(variance: f64) -> Spread {
        let deviation = (2.0 * variance).sqrt();
        Spread { without_effect: deviation, with_effect: deviation }
    }

    /// Of two proportions, that of the test from their average (pooled).
    pub fn pooled(a: f64, b: f64) -> Spread {
        Spread { without_effect: proportions(f64::midpoint(a, b), f64::midpoint(a, b)), with_effect: proportions(a, b) }
    }

    /// Of two proportions, that of the test as if both were the control's.
    pub fn as_in_control(control: f64, other: f64) -> Spread {
        Spread { without_effect: proportions(control, control), with_effect: proportions(control, other) }
    }

    /// Power for an effect with `n` units per arm.
    pub fn power(&self, effect: f64, n: f64, alpha: f64, sides: Sides) -> f64 {
        let critical = -normal_quantile(sides.tail(alpha)) * self.without_effect / self.with_effect;
        beyond(critical, effect * n.sqrt() / self.with_effect, sides)
    }

    /// Units per arm with which an effect is found as often as wanted; `None` without an effect.
    pub fn size(&self, effect: f64, wanted: &Wanted) -> Option<f64> {
        let reach = wanted.critical() * self.without_effect + normal_quantile(wanted.power) * self.with_effect;
        (effect != 0.0).then(|| (reach / effect) * (reach / effect))
    }
}

fn proportions(a: f64, b: f64) -> f64 {
    (a * (1.0 - a) + b * (1.0 - b)).sqrt()
}

/// How many times the sample is needed at which an effect has this standard error, for it to be found as often as wanted; `None`
/// without an effect.
pub fn times_the_sample(effect: f64, standard_error: f64, wanted: &Wanted) -> Option<f64> {
    let shift = wanted.shift() * standard_error / effect;
    (effect != 0.0).then_some(shift * shift)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn power_grows_with_the_effect_and_starts_at_alpha(shift in 0.0..6.0_f64, alpha in 0.001..0.3_f64) {
            for sides in [Sides::Two, Sides::Greater] {
                prop_assert!((power(0.0, alpha, sides) - alpha).abs() < 1e-12);
                prop_assert!(power(shift, alpha, sides) < power(shift + 0.1, alpha, sides));
            }
            prop_assert!((power(shift, alpha, Sides::Less) - power(-shift, alpha, Sides::Greater)).abs() < 1e-15);
        }

        #[test]
        fn a_computed_size_has_the_power_it_was_computed_for(
            a in 0.05..0.95_f64, b in 0.05..0.95_f64, target in 0.6..0.99_f64,
        ) {
            prop_assume!((a - b).abs() > 0.01);
            let wanted = Wanted { alpha: 0.05, sides: Sides::Two, power: target };
            for spread in [Spread::pooled(a, b), Spread::as_in_control(a, b), Spread::of_means(a)] {
                let n = spread.size(b - a, &wanted).unwrap();
                prop_assert!((spread.power((b - a).abs(), n, 0.025, Sides::Greater) - target).abs() < 1e-10);
            }
        }
    }

    #[test]
    fn no_effect_is_found_with_no_sample() {
        let wanted = Wanted { alpha: 0.05, sides: Sides::Two, power: 0.8 };
        assert_eq!(Spread::of_means(1.0).size(0.0, &wanted), None);
        assert_eq!(times_the_sample(0.0, 1.0, &wanted), None);
    }
}
