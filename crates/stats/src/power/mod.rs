//! How often a test will find an effect that is there, before a single number has been seen.
//!
//! Comes in: an effect, its standard error or what that follows from, and the error rates. Goes out: power, sample sizes, the
//! smallest effect found as often as wanted. `normal` is for known variances and large samples, `student` for t tests, `lift` for
//! effects relative to the control's mean. Not here: units that come in clusters (`clustered_power`), looks before the end
//! (`looks`).
//!
//! # Conventions
//! * `alpha` is the whole false alarm rate: with two sides, half of it lies on each.
//! * Power with two sides counts rejections on the wrong side too, as statsmodels does and R's `power.t.test` by default does
//!   not. Sample sizes by formula leave them out: with equal variances and a power of one half or more they are below 5 in
//!   100,000.
//! * A sample size is per arm, is not rounded, and the arms are equal unless said otherwise.
//! * A standardised effect is in standard deviations of one unit, with divisor n - 1 where it is estimated.
//! * The shift is the effect over the standard error of its estimate.
//!
//! Source of the conventions' terms: Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, 2nd edition, chapter 2.

use super::random::normal_quantile;

pub mod lift;
pub mod normal;
pub mod student;

/// On which side of no effect the test rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// On both.
    Two,
    /// Where the estimate is large.
    Greater,
    /// Where the estimate is small.
    Less,
}

impl Sides {
    /// The part of `alpha` that lies beyond one critical value.
    pub fn tail(self, alpha: f64) -> f64 {
        if self == Sides::Two { alpha / 2.0 } else { alpha }
    }
}

/// The error rates that a test is to keep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// False alarm rate, 0 to 1 (both excluded).
    pub alpha: f64,
    /// On which side.
    pub sides: Sides,
    /// Power, above `alpha` and below 1.
    pub power: f64,
}

impl Wanted {
    /// The critical value of a normal statistic, above 0 for rates below one half.
    pub fn critical(&self) -> f64 {
        -normal_quantile(self.sides.tail(self.alpha))
    }

    /// The shift that a normal statistic needs, rejections on the wrong side left out.
    pub fn shift(&self) -> f64 {
        self.critical() + normal_quantile(self.power)
    }
}
