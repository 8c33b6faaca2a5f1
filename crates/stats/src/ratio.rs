//! Ratios of two means of the same units, such as one count over another: their covariance by the delta method.
//!
//! Comes in: means and covariances of the four quantities. Goes out: covariance of the two ratios; of a ratio with itself, its variance.
//! The difference of one mean over another arm's mean is in `two_sample`. Source: Deng, Knoblich & Lu 2018, KDD, 233-242.

/// A quantity over another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Mean of the numerator.
    pub above: f64,
    /// Mean of the denominator, not 0.
    pub below: f64,
}

/// Covariances of the quantities of a first ratio with those of a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covariances {
    /// Both numerators.
    pub above_above: f64,
    /// First numerator, second denominator.
    pub above_below: f64,
    /// First denominator, second numerator.
    pub below_above: f64,
    /// Both denominators.
    pub below_below: f64,
}

impl Ratio {
    /// The ratio.
    pub fn value(&self) -> f64 {
        self.above / self.below
    }

    /// Covariance with another ratio of the same units.
    pub fn covariance(&self, other: &Ratio, covariances: &Covariances) -> f64 {
        let (own, others) = (self.value(), other.value());
        let of_own = covariances.above_above - own * covariances.below_above;
        let of_other = covariances.above_below - own * covariances.below_below;
        (of_own - others * of_other) / (self.below * other.below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_a_fixed_denominator_it_is_the_numerators_covariance() {
        let (first, second) = (Ratio { above: 3.0, below: 4.0 }, Ratio { above: 1.0, below: 2.0 });
        let fixed = Covariances { above_above: 0.8, above_below: 0.0, below_above: 0.0, below_below: 0.0 };
        assert_eq!(first.covariance(&second, &fixed), 0.1);
    }

    #[test]
    fn a_ratio_that_is_the_same_in_every_unit_does_not_vary() {
        // The numerator is half the denominator.
        let ratio = Ratio { above: 2.0, below: 4.0 };
        let covariances = Covariances { above_above: 0.25, above_below: 0.5, below_above: 0.5, below_below: 1.0 };
        assert_eq!(ratio.covariance(&ratio, &covariances), 0.0);
    }
}
