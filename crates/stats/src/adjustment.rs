//! A difference adjusted by what units did before (CUPED): the luck of the assignment is taken out, the effect is not.
//!
//! Comes in: for every unit of two arms a value and an earlier one. Goes out: the adjusted arms, the share of the error's variance that
//! went, and the adjusted difference. Not here: units within clusters of unequal sizes (`cluster_robust` takes a covariate).
//! Source: Deng, Xu, Kohavi & Walker 2013, WSDM, 123-132.
//!
//! Our convention: theta is pooled from the deviations within the arms, so that an effect does not enter it; earlier values are taken
//! from their mean over both arms, so that the adjusted means stay at the height of the plain ones; theta costs one degree of freedom,
//! and its own error counts as far as the arms' earlier means differ (analysis of covariance: Fleiss 1986, The Design and Analysis of
//! Clinical Experiments, chapter 7; here with a variance for each arm); a relative difference is over the control's plain mean, the base that a table shows.

use super::mean::Moments;
use super::two_sample::{self, Difference, ROUNDING, Summary};

/// Sums of pairs of an earlier and a later value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    /// The earlier values.
    pub before: Summary,
    /// The values in question.
    pub after: Summary,
    /// Covariance of the two, divisor n - 1.
    pub covariance: f64,
}

impl Arm {
    /// Of pairs (before, after); `None` below two.
    pub fn of(pairs: &[(f64, f64)]) -> Option<Arm> {
        let (mut before, mut after) = (Moments::default(), Moments::default());
        for &(x, y) in pairs {
            before.push(x);
            after.push(y);
        }
        let (before, after) = (Summary::of_moments(&before)?, Summary::of_moments(&after)?);
        let products: f64 = pairs.iter().map(|(x, y)| (x - before.mean) * (y - after.mean)).sum();
        Some(Arm { before, after, covariance: products / (before.n - 1) as f64 })
    }

    fn degrees(&self) -> f64 {
        (self.after.n - 1) as f64
    }

    fn adjusted(&self, theta: f64, middle: f64) -> Summary {
        let variance = self.after.variance + theta * (theta * self.before.variance - 2.0 * self.covariance);
        Summary {
            mean: self.after.mean - theta * (self.before.mean - middle),
            variance: variance.max(0.0),
            ..self.after
        }
    }
}

/// Two arms less what their earlier values explain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// The control's adjusted values.
    pub control: Summary,
    /// The other arm's.
    pub treated: Summary,
    /// Both arms as they came, the control first.
    pub plain: [Arm; 2],
    /// Change of a value that goes with a change of the earlier one by 1.
    pub theta: f64,
    /// Variance of the adjusted difference that comes from theta's own error.
    pub of_theta: f64,
    /// Share of the variance of the plain difference that the adjustment takes out; below 0 where it adds some.
    pub removed: f64,
}

/// Takes out what the earlier values explain. `None` where they do not vary within the arms by more than rounding, where the plain
/// difference has no error, and below five units in all.
pub fn adjust(control: &Arm, treated: &Arm) -> Option<Adjusted> {
    let pooled = |of: fn(&Arm) -> f64| control.degrees() * of(control) + treated.degrees() * of(treated);
    let (products, squares) = (pooled(|arm| arm.covariance), pooled(|arm| arm.before.variance));
    let degrees = control.degrees() + treated.degrees();
    let rounding = |arm: &Arm| ROUNDING * arm.before.mean;
    if squares <= degrees * rounding(control).powi(2).max(rounding(treated).powi(2)) || degrees < 3.0 {
        return None;
    }
    let theta = products / squares;
    let (n_c, n_t) = (control.before.n as f64, treated.before.n as f64);
    let middle = (n_c * control.before.mean + n_t * treated.before.mean) / (n_c + n_t);
    let lost = lost(&[*control, *treated]);
    let adjusted = |arm: &Arm| {
        let plain = arm.adjusted(theta, middle);
        Summary { variance: lost * plain.variance, ..plain }
    };
    let (adjusted_control, adjusted_treated) = (adjusted(control), adjusted(treated));
    let plain = control.after.error_variance() + treated.after.error_variance();
    let apart = treated.before.mean - control.before.mean;
    let weighed = |arm: &Arm, left: &Summary| arm.degrees() * arm.before.variance * left.variance;
    let of_theta = apart * apart * (weighed(control, &adjusted_control) + weighed(treated, &adjusted_treated))
        / (squares * squares);
    let left = adjusted_control.error_variance() + adjusted_treated.error_variance() + of_theta;
    (plain > 0.0).then_some(Adjusted {
        control: adjusted_control,
        treated: adjusted_treated,
        plain: [*control, *treated],
        theta,
        of_theta,
        removed: 1.0 - left / plain,
    })
}

impl Adjusted {
    /// Welch's difference of the adjusted arms; `None` where nothing is left to judge by.
    pub fn difference(&self) -> Option<Difference> {
        let Difference { estimate, standard_error, degrees } = two_sample::difference(&self.control, &self.treated)?;
        Difference::new(estimate, (standard_error * standard_error + self.of_theta).sqrt(), degrees - 1.0)
    }

    /// The same over the control's plain mean, by the delta method at the plain means; `None` also where that is not above 0.
    pub fn relative_difference(&self) -> Option<Difference> {
        let difference = self.difference()?;
        let [control, treated] = &self.plain;
        let base = control.after.mean;
        if base <= 0.0 {
            return None;
        }
        // The control's later mean is in the difference and under it: its slope is the ratio of the means.
        let slope = treated.after.mean / base;
        let (ys, xs) = (slope * slope * control.after.variance, self.theta * self.theta * control.before.variance);
        let of_control = lost(&self.plain) * (ys + xs - 2.0 * slope * self.theta * control.covariance);
        let variance = self.treated.error_variance() + of_control / control.after.n as f64 + self.of_theta;
        Difference::new(difference.estimate / base, variance.sqrt() / base, difference.degrees)
    }
}

/// Theta was fitted to the same units, so that what is left is too small by its degree of freedom.
fn lost(arms: &[Arm; 2]) -> f64 {
    let degrees = arms[0].degrees() + arms[1].degrees();
    degrees / (degrees - 1.0)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random::normal;

    fn arm(n: usize, effect: f64, correlation: f64, rng: &mut Xoshiro256PlusPlus) -> Arm {
        let pairs: Vec<(f64, f64)> = (0..n)
            .map(|_| {
                let before = normal(rng);
                (before, effect + correlation * before + (1.0 - correlation * correlation).sqrt() * normal(rng))
            })
            .collect();
        Arm::of(&pairs).unwrap()
    }

    #[test]
    fn what_removes_nothing_changes_nothing_and_what_explains_all_leaves_the_effect() {
        let flat = |ys: &[f64]| Arm::of(&ys.iter().map(|&y| (0.3, y)).collect::<Vec<_>>()).unwrap();
        assert_eq!(adjust(&flat(&[1.0, 2.0, 3.0]), &flat(&[2.0, 5.0])), None);
        // Twice the earlier value, and 0.5 more for the treated.
        let control = Arm::of(&[(1.0, 2.0), (2.0, 4.0), (4.0, 8.0)]).unwrap();
        let treated = Arm::of(&[(1.5, 3.5), (3.0, 6.5), (2.0, 4.5)]).unwrap();
        let adjusted = adjust(&control, &treated).unwrap();
        assert!((adjusted.theta - 2.0).abs() < 1e-12 && (adjusted.removed - 1.0).abs() < 1e-12);
        assert!((adjusted.treated.mean - adjusted.control.mean - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_share_removed_is_the_squared_correlation() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let (control, treated) = (arm(40_000, 0.0, 0.6, &mut rng), arm(40_000, 0.7, 0.6, &mut rng));
        let adjusted = adjust(&control, &treated).unwrap();
        assert!((adjusted.removed - 0.36).abs() < 0.01, "{adjusted:?}");
        assert!((adjusted.theta - 0.6).abs() < 0.01, "a large effect does not enter theta: {adjusted:?}");
    }

    #[test]
    fn few_units_are_covered_as_often_as_it_says() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let runs = 20_000;
        // Without theta's own error 94.1 to 94.5 %.
        for n in [[5, 6], [6, 6], [5, 20], [10, 10]] {
            let held = (0..runs).filter(|_| {
                let (control, treated) = (arm(n[0], 0.0, 0.6, &mut rng), arm(n[1], 0.5, 0.6, &mut rng));
                adjust(&control, &treated).unwrap().difference().unwrap().interval(0.95).contains(0.5)
            });
            let coverage = held.count() as f64 / f64::from(runs);
            assert!((0.945..=0.965).contains(&coverage), "{n:?}: {coverage}");
        }
    }
}
