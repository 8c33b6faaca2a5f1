//! The difference of two means from independent units, absolute or relative to the control's mean.
//!
//! Comes in: the units of two arms, or their sums. Goes out: a [`Difference`], which knows its p value and intervals. Not here:
//! units within clusters (`clustered`, `cluster_robust`), pairs (`paired`), looks along the way (`sequence`).
//! Sources: Welch 1947, Biometrika 34(1-2), 28-35; Satterthwaite 1946, Biometrics Bulletin 2(6), 110-114 (degrees of freedom);
//! relative differences by the delta method: Deng, Knoblich & Lu 2018, KDD, 233-242.
//!
//! Our convention: treated minus control; variances with divisor n - 1, never pooled; a relative difference is over the control's
//! mean, with the degrees of freedom of the absolute one; two sides unless a name says one.

use serde::Serialize;

use super::interval::Interval;
use super::mean::Moments;
use super::student;

/// Number, mean and variance of the units of an arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Units, at least 2.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their variance, divisor n - 1.
    pub variance: f64,
}

impl Summary {
    /// Of numbers; `None` below two.
    pub fn of(numbers: &[f64]) -> Option<Summary> {
        let mut moments = Moments::default();
        for &x in numbers {
            moments.push(x);
        }
        Summary::of_moments(&moments)
    }

    /// Of moments; `None` below two numbers.
    pub fn of_moments(moments: &Moments) -> Option<Summary> {
        Some(Summary { n: moments.n(), mean: moments.mean()?, variance: moments.variance()? })
    }

    /// From the sum of `n` numbers and the sum of their squares, for data that come so; `None` below two.
    ///
    /// # Precision
    /// The variance loses the digits that both terms share where the mean is large beside the deviation.
    pub fn of_sums(n: u64, sum: f64, sum_squares: f64) -> Option<Summary> {
        let count = n as f64;
        let squares = sum_squares - sum * sum / count;
        (n > 1).then(|| Summary { n, mean: sum / count, variance: (squares / (count - 1.0)).max(0.0) })
    }

    /// Variance of the mean.
    pub fn error_variance(&self) -> f64 {
        self.variance / self.n as f64
    }
}

/// An estimated difference of two means, with its error. The error is above 0: where no unit differs from another of its arm there is
/// nothing to judge a difference by, and no `Difference`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Treated minus control; over the control's mean if relative.
    pub estimate: f64,
    /// Standard error of the estimate, above 0.
    pub standard_error: f64,
    /// Degrees of freedom of the error, above 0; infinite for a normal law.
    pub degrees: f64,
}

impl Difference {
    /// With an error above 0 and degrees of freedom above 0; else `None`.
    pub fn new(estimate: f64, standard_error: f64, degrees: f64) -> Option<Difference> {
        let is_usable = estimate.is_finite() && standard_error > 0.0 && standard_error.is_finite() && degrees > 0.0;
        is_usable.then_some(Difference { estimate, standard_error, degrees })
    }

    /// The estimate in standard errors.
    pub fn statistic(&self) -> f64 {
        self.estimate / self.standard_error
    }

    /// p value of no difference, two-sided.
    pub fn p_value(&self) -> f64 {
        (2.0 * student::upper_tail(self.statistic().abs(), self.degrees)).min(1.0)
    }

    /// One-sided p value of a difference that is at most `bound`, against a larger one. With the negative of a margin, the p value of
    /// inferiority.
    pub fn p_above(&self, bound: f64) -> f64 {
        student::upper_tail((self.estimate - bound) / self.standard_error, self.degrees)
    }

    /// One-sided p value of a difference that is at least `bound`, against a smaller one.
    pub fn p_below(&self, bound: f64) -> f64 {
        student::upper_tail((bound - self.estimate) / self.standard_error, self.degrees)
    }

    /// Central interval at this confidence. Its low end at confidence `2 c - 1` is the one-sided bound at `c`.
    pub fn interval(&self, confidence: f64) -> Interval {
        let half_width = student::central_quantile(confidence, self.degrees) * self.standard_error;
        Interval { low: self.estimate - half_width, high: self.estimate + half_width }
    }
}

/// A spread is none where it is this small beside the numbers themselves: it is what rounding leaves of numbers that all agree.
pub const ROUNDING: f64 = 1e-12;

/// Welch's difference of means with Satterthwaite's degrees of freedom; `None` where neither arm varies by more than rounding.
pub fn difference(control: &Summary, treated: &Summary) -> Option<Difference> {
    let error = (control.error_variance() + treated.error_variance()).sqrt();
    if error <= ROUNDING * control.mean.abs().max(treated.mean.abs()) {
        return None;
    }
    Difference::new(treated.mean - control.mean, error, degrees(control, treated))
}

/// The difference over the control's mean; `None` where there is no [`difference`] or the control's mean is not above 0.
pub fn relative_difference(control: &Summary, treated: &Summary) -> Option<Difference> {
    if control.mean <= 0.0 {
        return None;
    }
    difference(control, treated)?;
    let ratio = treated.mean / control.mean;
    let error = (treated.error_variance() + ratio * ratio * control.error_variance()).sqrt() / control.mean;
    Difference::new(ratio - 1.0, error, degrees(control, treated))
}

/// Welch's difference of the means of two lists of units; `None` below two units in an arm and where neither arm varies.
///
/// ```
/// use wearout_stats::two_sample::welch;
/// let difference = welch(&[0.10, 0.13, 0.11], &[0.14, 0.18, 0.15, 0.17]).unwrap();
/// assert!((difference.estimate - 0.0467).abs() < 1e-4 && difference.p_value() < 0.05);
/// assert_eq!(welch(&[0.10, 0.13], &[0.14]), None);
/// ```
pub fn welch(control: &[f64], treated: &[f64]) -> Option<Difference> {
    difference(&Summary::of(control)?, &Summary::of(treated)?)
}

fn degrees(control: &Summary, treated: &Summary) -> f64 {
    satterthwaite([control, treated].map(Summary::error_variance), [control, treated].map(|arm| (arm.n - 1) as f64))
}

/// Satterthwaite's degrees of freedom of a sum of two variances, from those of each; not a number where both are 0. By their shares of
/// the sum, whose squares are not lost where variances are tiny.
pub(super) fn satterthwaite(variances: [f64; 2], degrees: [f64; 2]) -> f64 {
    let shares = variances.map(|variance| variance / (variances[0] + variances[1]));
    1.0 / (shares[0] * shares[0] / degrees[0] + shares[1] * shares[1] / degrees[1])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    #[test]
    fn two_against_three_by_hand() {
        // Means 2 and 6, variances 2 and 4, error variances 1 and 4/3; degrees (7/3)^2 / (1 + (16/9)/2).
        let difference = welch(&[1.0, 3.0], &[4.0, 6.0, 8.0]).unwrap();
        assert_eq!(difference.estimate, 4.0);
        close(difference.standard_error, (7.0_f64 / 3.0).sqrt(), 1e-15);
        close(difference.degrees, (49.0 / 9.0) / (1.0 + 8.0 / 9.0), 1e-14);
        close(difference.p_value(), 0.082_440_658_464, 1e-9);
        close(difference.p_above(0.0) * 2.0, difference.p_value(), 1e-15);
        close(difference.p_above(0.0) + difference.p_below(0.0), 1.0, 1e-12);
    }

    #[test]
    fn what_cannot_be_judged_has_no_difference() {
        assert_eq!(welch(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(welch(&[0.1, 0.1, 0.1], &[0.3, 0.3]), None);
        assert!(welch(&[0.1, 0.1, 0.1], &[0.3, 0.4]).is_some(), "one arm that varies is enough");
        assert_eq!(welch(&[0.3, 0.1 + 0.2], &[0.4, 0.1 + 0.3]), None, "rounding is no spread");
        let tiny = welch(&[1e-120, 2e-120], &[3e-120, 5e-120]).unwrap();
        assert!((1.0..=2.0).contains(&tiny.degrees), "{tiny:?}");
        let nothing = Summary::of(&[0.0, 0.0]).unwrap();
        assert_eq!(relative_difference(&nothing, &Summary::of(&[1.0, 2.0]).unwrap()), None);
        assert_eq!(Summary::of_sums(1, 3.0, 9.0), None);
    }

    #[test]
    fn a_bound_is_passed_where_the_interval_ends() {
        let difference = welch(&[1.0, 3.0, 2.5], &[4.0, 6.0, 8.0]).unwrap();
        let interval = difference.interval(0.90);
        close(difference.p_above(interval.low), 0.05, 1e-9);
        close(difference.p_below(interval.high), 0.05, 1e-9);
    }

    proptest! {
        #[test]
        fn sums_and_numbers_give_the_same_and_a_swap_its_negative(
            a in prop::collection::vec(0.0..1.0_f64, 2..30), b in prop::collection::vec(0.0..1.0_f64, 2..30),
        ) {
            let sums = |x: &[f64]| Summary::of_sums(x.len() as u64, x.iter().sum(), x.iter().map(|x| x * x).sum()).unwrap();
            let (there, back) = (welch(&a, &b).unwrap(), welch(&b, &a).unwrap());
            let from_sums = difference(&sums(&a), &sums(&b)).unwrap();
            prop_assert!((there.standard_error - from_sums.standard_error).abs() < 1e-9);
            prop_assert_eq!((there.estimate, there.standard_error, there.degrees), (-back.estimate, back.standard_error, back.degrees));
            let (few, all) = ((a.len().min(b.len()) - 1) as f64, (a.len() + b.len() - 2) as f64);
            prop_assert!(few * (1.0 - 1e-9) <= there.degrees && there.degrees <= all * (1.0 + 1e-9));
        }
    }
}
