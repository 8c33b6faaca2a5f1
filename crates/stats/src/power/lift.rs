//! Power for an effect relative to the control's mean (a lift), large samples.
//!
//! Comes in: mean, variance and units of an arm. Goes out: the standard error of the lift, and the smallest lift found as often as
//! wanted. The lift is `treated / control - 1`. Conventions are in `power`. Source: the delta method for a ratio of independent
//! means (Casella & Berger 2002, Statistical Inference, 2nd edition, chapter 5).

use super::Wanted;

/// What is known of one arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    /// Mean of its units; that of the control is not 0.
    pub mean: f64,
    /// Variance of one unit.
    pub variance: f64,
    /// Units.
    pub n: f64,
}

/// Standard error of the lift of `treated` over `control`.
pub fn standard_error(control: &Arm, treated: &Arm) -> f64 {
    let square = control.mean * control.mean;
    let ratio = treated.mean / control.mean;
    ((treated.variance / treated.n + ratio * ratio * control.variance / control.n) / square).sqrt()
}

/// The smallest lift above 0 that is found as often as wanted with `n_treated` units of the control's variance; `None` where the
/// control's mean is known so badly that none is.
pub fn detectable(control: &Arm, n_treated: f64, wanted: &Wanted) -> Option<f64> {
    // The lift r is `shift` standard errors: r^2 = c (1 / n_treated + (1 + r)^2 / n).
    let shift = wanted.shift();
    let c = shift * shift * control.variance / (control.mean * control.mean);
    let (of_control, of_treated) = (c / control.n, c / n_treated);
    let square = 1.0 - of_control;
    let root = (of_control * of_control + square * (of_control + of_treated)).sqrt();
    (square > 0.0).then(|| (of_control + root) / square)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power::{Sides, normal};

    #[test]
    fn the_detectable_lift_is_found_as_often_as_wanted_and_none_from_a_control_that_is_unknown() {
        let wanted = Wanted { alpha: 0.05, sides: Sides::Two, power: 0.8 };
        let control = Arm { mean: 0.1, variance: 0.5, n: 3000.0 };
        let lift = detectable(&control, 5000.0, &wanted).unwrap();
        let treated = Arm { mean: 0.1 * (1.0 + lift), n: 5000.0, ..control };
        let found = normal::power(lift / standard_error(&control, &treated), 0.05, Sides::Two);
        assert!((found - 0.8).abs() < 1e-5, "{found}");
        assert_eq!(detectable(&Arm { n: 300.0, ..control }, 5000.0, &wanted), None);
    }
}
