//! What a calibration taught: how far each tuned quantity is narrower than before, and which pairs only move together.
//!
//! Comes in: points with weights, and the ranges they were drawn from. Goes out: [`Learned`]. The prior of a quantity is uniform over its
//! range. How points are found is not here: see `study`. Contraction after Betancourt 2018, Calibrating Model-Based Inferences and
//! Decisions, arXiv:1803.08393: 1 - variance after / variance before.

use serde::Serialize;
use wearout_stats::weighted;

use crate::targets::Tuned;

/// Absolute correlation beyond which a pair is called a ridge (assumption).
pub const RIDGE: f64 = 0.6;

/// Contraction from which what is known of a quantity comes from the data, and below which it is still the prior (assumption).
const FROM_DATA: f64 = 0.5;
const FROM_PRIOR: f64 = 0.1;

/// Effective points below which neither spread nor correlation of a sample means anything.
const FEWEST: f64 = 20.0;

/// What was learned of the tuned quantities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Learned {
    /// One for each tuned quantity, in their order.
    pub quantities: Vec<Contraction>,
    /// Pairs that only move together, the strongest first; none from few points.
    pub ridges: Vec<Ridge>,
}

/// One tuned quantity before and after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Contraction {
    /// Standard deviation before: uniform over the range.
    pub prior_sd: f64,
    /// Weighted mean after; `None` without points.
    pub mean: Option<f64>,
    /// Standard deviation after; `None` from few points.
    pub sd: Option<f64>,
    /// 5 %, 50 % and 95 % after; `None` from few points.
    pub quantiles: Option<[f64; 3]>,
    /// 1 - variance after / variance before; below 0 where the sample is wider than the prior, `None` from few points.
    pub contraction: Option<f64>,
    /// Where what is known of it comes from: `data`, `prior` or `both`; `None` from few points.
    pub source: Option<&'static str>,
}

/// A pair whose members the data cannot tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ridge {
    /// Index of the one.
    pub one: usize,
    /// Index of the other, the larger.
    pub other: usize,
    /// Weighted correlation.
    pub correlation: f64,
}

/// What points with these weights say of the tuned quantities.
pub fn learned(points: &[(Vec<f64>, f64)], tuned: &[Tuned]) -> Learned {
    let weights: Vec<f64> = points.iter().map(|(_, weight)| *weight).collect();
    let enough = weighted::effective(&weights) >= FEWEST;
    let column = |i: usize| points.iter().map(move |(point, _)| point[i]);
    let quantity = |(i, tuned): (usize, &Tuned)| {
        let mut sample: Vec<(f64, f64)> = column(i).zip(weights.iter().copied()).collect();
        let prior_sd = (tuned.high - tuned.low) / 12.0_f64.sqrt();
        let variance = weighted::variance(&sample).filter(|_| enough);
        let contraction = variance.map(|variance| 1.0 - variance / (prior_sd * prior_sd));
        Contraction {
            prior_sd,
            mean: weighted::mean(&sample),
            sd: variance.map(f64::sqrt),
            contraction,
            source: contraction.map(source),
            quantiles: weighted::quantiles(&mut sample, [0.05, 0.5, 0.95]).filter(|_| enough),
        }
    };
    let columns: Vec<Vec<f64>> = (0..tuned.len()).map(|i| column(i).collect()).collect();
    let mut ridges = Vec::new();
    for other in (0..tuned.len()).filter(|_| enough) {
        for one in 0..other {
            if let Some(correlation) = weighted::correlation(&columns[one], &columns[other], &weights)
                && correlation.abs() > RIDGE
            {
                ridges.push(Ridge { one, other, correlation });
            }
        }
    }
    ridges.sort_by(|a, b| {
        b.correlation.abs().total_cmp(&a.correlation.abs()).then((a.one, a.other).cmp(&(b.one, b.other)))
    });
    Learned { quantities: tuned.iter().enumerate().map(quantity).collect(), ridges }
}

fn source(contraction: f64) -> &'static str {
    match contraction {
        c if c >= FROM_DATA => "data",
        c if c < FROM_PRIOR => "prior",
        _ => "both",
    }
}

/// 5 %, 50 % and 95 % of values with weights; `None` without any.
pub fn predictive(values: &[(f64, f64)]) -> Option<[f64; 3]> {
    weighted::quantiles(&mut values.to_vec(), [0.05, 0.5, 0.95])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::Lever;

    fn tuned(name: &str) -> Tuned {
        Tuned {
            name: name.into(),
            lever: Lever::Parameter(name.into()),
            low: 0.0,
            high: 1.0,
            start: 0.5,
            plausible_only: false,
        }
    }

    #[test]
    fn what_fills_its_range_taught_nothing_and_what_does_not_move_everything() {
        let points: Vec<(Vec<f64>, f64)> =
            (0..400).map(|i| (vec![f64::from(i) / 399.0, 0.25, f64::from(i) / 399.0], 0.1)).collect();
        let found = learned(&points, &[tuned("wide"), tuned("narrow"), tuned("tied")]);
        assert_eq!(found.quantities[0].source, Some("prior"));
        assert_eq!((found.quantities[1].contraction, found.quantities[1].source), (Some(1.0), Some("data")));
        let [ridge] = found.ridges[..] else { panic!("one ridge, found {:?}", found.ridges) };
        assert_eq!((ridge.one, ridge.other), (0, 2));
        assert!((ridge.correlation - 1.0).abs() < 1e-9);
    }

    #[test]
    fn few_points_say_where_and_not_how_narrow() {
        let found = learned(&[(vec![0.5], 1.0)], &[tuned("best")]);
        assert_eq!(
            (found.quantities[0].mean, found.quantities[0].sd, found.quantities[0].source),
            (Some(0.5), None, None)
        );
        assert_eq!(learned(&[], &[tuned("none")]).quantities[0].mean, None);
    }
}
