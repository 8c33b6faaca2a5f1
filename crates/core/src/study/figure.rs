//! Figures: an observable over replicates, with its Monte Carlo error, and ratios of two of them.
//!
//! Comes in: tallies of one plan. Goes out: mean and standard error, or nothing where no replicate has a base. The error of a ratio
//! is taken to first order (delta method), the two means as independent: on the same luck it is then too wide rather than too narrow
//! where they move together.

use serde::Serialize;
use wearout_stats::interval::{self, Interval};
use wearout_stats::mean::Moments;

use crate::tally::{Given, Observable, Tally};

/// Mean over replicates and its Monte Carlo standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// Mean over the replicates in which the observable has a base.
    pub mean: f64,
    /// Monte Carlo standard error of the mean; `None` from one replicate, 0 for what is not simulated.
    pub standard_error: Option<f64>,
    /// Replicates with a base.
    pub replicates: u64,
}

impl Figure {
    /// The mean of an observable over these replicates of one plan.
    pub fn of<'a>(
        tallies: impl IntoIterator<Item = &'a Tally>,
        given: &Given,
        observable: &Observable,
    ) -> Option<Figure> {
        let mut moments = Moments::default();
        tallies.into_iter().filter_map(|tally| observable.value(tally, given)).for_each(|value| moments.push(value));
        Some(Figure { mean: moments.mean()?, standard_error: moments.standard_error(), replicates: moments.n() })
    }

    /// What is known without simulating.
    pub fn exact(value: f64) -> Figure {
        Figure { mean: value, standard_error: Some(0.0), replicates: 0 }
    }

    /// Ratio of two means; `None` over 0.
    pub fn over(self, other: Figure) -> Option<Figure> {
        if other.mean == 0.0 {
            return None;
        }
        let mean = self.mean / other.mean;
        let error = |figure: Figure| figure.standard_error;
        let standard_error = match (error(self), error(other)) {
            (Some(mine), Some(theirs)) => Some(libm::hypot(mine / other.mean, mean * theirs / other.mean)),
            _ => None,
        };
        // What is not simulated has no replicates, and takes none from the other.
        let replicates = match (self.replicates, other.replicates) {
            (0, n) | (n, 0) => n,
            (mine, theirs) => mine.min(theirs),
        };
        Some(Figure { mean, standard_error, replicates })
    }

    /// Interval of the mean at a confidence by Student's t: Monte Carlo error only. `None` from one replicate; without width for
    /// what is not simulated.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let error = self.standard_error?;
        let half_width = if self.replicates < 2 || error == 0.0 {
            0.0
        } else {
            interval::t_quantile(confidence, self.replicates - 1) * error
        };
        Some(Interval { low: self.mean - half_width, high: self.mean + half_width })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_carries_the_relative_errors_of_both_ends() {
        let figure = |mean, standard_error| Figure { mean, standard_error: Some(standard_error), replicates: 9 };
        let ratio = figure(0.6, 0.03).over(figure(0.3, 0.009)).unwrap();
        assert!((ratio.mean - 2.0).abs() < 1e-12);
        assert!((ratio.standard_error.unwrap() - 2.0 * libm::hypot(0.05, 0.03)).abs() < 1e-12);
        assert_eq!(figure(1.0, 0.1).over(figure(0.0, 0.1)), None);
        assert_eq!(Figure::exact(2.8).interval(0.95), Some(Interval { low: 2.8, high: 2.8 }));
    }

    #[test]
    fn an_interval_is_students_with_the_replicates_there_are() {
        let figure = |mean, standard_error, replicates| Figure { mean, standard_error, replicates };
        // t(0.975; 8) = 2.306004.
        let nine = figure(0.5, Some(0.1), 9);
        for (figure, factor) in [(nine, 1.0), (nine.over(Figure::exact(2.0)).unwrap(), 0.5)] {
            let high = figure.interval(0.95).unwrap().high;
            assert!((high - factor * (0.5 + 0.230_600_4)).abs() < 1e-7, "{high}");
        }
        assert_eq!(figure(0.5, None, 1).interval(0.95), None);
    }
}
