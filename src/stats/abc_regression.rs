//! Local-linear regression adjustment of an ABC sample: what the points would have been, had their simulations met the data exactly.
//!
//! Comes in: points with weights, what each one's simulation misses of every summary of the data, the distance and its threshold. Goes
//! out: points moved to a miss of 0, with weights that fall with the distance. A distance over many summaries stays large however many
//! simulations are spent; without this the sample is as wide as its threshold. Deliberately not here: how the points came about.
//!
//! Source: Beaumont, Zhang & Balding 2002, Genetics 162(4), 2025-2035, "Local linear regression" (weights by an Epanechnikov kernel on the
//! distance, whose width is the threshold). Coordinates are moved as logits of their place between their bounds, so that none leaves
//! the box (the transformation that Hamilton, Currat, Ray, Heckel, Beaumont & Excoffier 2005, Genetics 170(1), 409-417, use).
//!
//! Decided here: residuals are widened by sqrt(n / (n - p)), n effective points and p coefficients, as in the unbiased estimate of a
//! regression's variance, because a fit makes the points it was made from look too close. Summaries that do not vary are left out;
//! a thousandth of a millionth of each variance is added, so that equal summaries share a coefficient. Below
//! [`POINTS_PER_COEFFICIENT`] effective points a coefficient nothing is adjusted.

use nalgebra::{DMatrix, DVector};

use crate::stats::Interval;

/// Effective points below which a coefficient is not worth estimating.
pub const POINTS_PER_COEFFICIENT: f64 = 5.0;

/// Share of its range by which a point keeps away from a bound, where its logit would be infinite.
const FROM_BOUND: f64 = 1e-9;

/// Part of its variance that is added to each summary's.
const RIDGE: f64 = 1e-9;

/// A sample as it came out of ABC.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// The points, all of one dimension, none outside its bounds.
    pub points: &'a [Vec<f64>],
    /// Their weights, not all 0.
    pub weights: &'a [f64],
    /// For each point what its simulation misses of every summary; 0 is what was observed.
    pub misses: &'a [Vec<f64>],
    /// Distance of each simulation from the data.
    pub distances: &'a [f64],
    /// Largest distance allowed.
    pub threshold: f64,
}

/// A sample after adjustment.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjusted {
    /// The points in their order, moved.
    pub points: Vec<Vec<f64>>,
    /// Their weights, which sum to 1; 0 at the threshold.
    pub weights: Vec<f64>,
}

/// Moves every point along the regression of points on misses to a miss of 0. `bounds` holds those of each coordinate, `None` where
/// it has none.
///
/// `None` when there are too few effective points for the summaries ([`POINTS_PER_COEFFICIENT`]), or no summary varies.
///
/// # Panics
/// When the parts of the sample differ in length.
pub fn adjust(sample: &Sample, bounds: &[Option<Interval>]) -> Option<Adjusted> {
    let n = sample.points.len();
    assert!(
        [sample.weights.len(), sample.misses.len(), sample.distances.len()] == [n; 3],
        "as many weights, misses and distances as the {n} points"
    );
    let near = |distance: f64| (1.0 - (distance / sample.threshold) * (distance / sample.threshold)).max(0.0);
    let raw: Vec<f64> = sample.weights.iter().zip(sample.distances).map(|(w, distance)| w * near(*distance)).collect();
    let sum: f64 = raw.iter().sum();
    if sum.is_nan() || sum <= 0.0 {
        return None;
    }
    let weights: Vec<f64> = raw.iter().map(|weight| weight / sum).collect();
    let effective = 1.0 / weights.iter().map(|weight| weight * weight).sum::<f64>();

    let summaries = standardised(sample.misses, &weights);
    let n_coefficients = summaries.len() as f64 + 1.0;
    if summaries.is_empty() || effective < POINTS_PER_COEFFICIENT * n_coefficients {
        return None;
    }
    let n_summaries = summaries.len();
    let normal = DMatrix::from_fn(n_summaries, n_summaries, |a, b| {
        let products = summaries[a].centred.iter().zip(&summaries[b].centred).zip(&weights);
        products.map(|((x, y), weight)| weight * x * y).sum::<f64>() + if a == b { RIDGE } else { 0.0 }
    });
    let normal = normal.cholesky()?;
    let wider = (effective / (effective - n_coefficients)).sqrt();
    let mut points = vec![vec![0.0; bounds.len()]; n];
    for (coordinate, bounds) in bounds.iter().enumerate() {
        let free: Vec<f64> = sample.points.iter().map(|point| free(point[coordinate], *bounds)).collect();
        let mean: f64 = free.iter().zip(&weights).map(|(x, weight)| weight * x).sum();
        let with = |summary: &Standardised| -> f64 {
            let products = summary.centred.iter().zip(&free).zip(&weights);
            products.map(|((miss, x), weight)| weight * miss * (x - mean)).sum()
        };
        let slopes = normal.solve(&DVector::from_iterator(n_summaries, summaries.iter().map(with)));
        let fitted = |of: &dyn Fn(&Standardised) -> f64| -> f64 {
            mean + summaries.iter().zip(slopes.iter()).map(|(summary, slope)| slope * of(summary)).sum::<f64>()
        };
        let observed = fitted(&|summary| summary.observed);
        for (i, point) in points.iter_mut().enumerate() {
            let moved = observed + wider * (free[i] - fitted(&|summary| summary.centred[i]));
            point[coordinate] = bound(moved, *bounds);
        }
    }
    Some(Adjusted { points, weights })
}

/// A coordinate without bounds: the logit of its place between them, or itself.
fn free(x: f64, bounds: Option<Interval>) -> f64 {
    bounds.map_or(x, |Interval { low, high }| {
        let place = ((x - low) / (high - low)).clamp(FROM_BOUND, 1.0 - FROM_BOUND);
        libm::log(place) - libm::log1p(-place)
    })
}

/// The way back.
fn bound(free: f64, bounds: Option<Interval>) -> f64 {
    bounds.map_or(free, |Interval { low, high }| low + (high - low) / (1.0 + libm::exp(-free)))
}

/// A summary in units of its standard deviation about its mean, both weighted.
struct Standardised {
    centred: Vec<f64>,
    /// Where a miss of 0 lies.
    observed: f64,
}

fn standardised(misses: &[Vec<f64>], weights: &[f64]) -> Vec<Standardised> {
    let n_summaries = misses.first().map_or(0, Vec::len);
    let of = |summary: usize| {
        let column = || misses.iter().map(|misses| misses[summary]).zip(weights);
        let mean: f64 = column().map(|(miss, weight)| weight * miss).sum();
        let variance: f64 = column().map(|(miss, weight)| weight * (miss - mean) * (miss - mean)).sum();
        let sd = variance.sqrt();
        (sd > 1e-12 * mean.abs().max(1e-3)).then(|| Standardised {
            centred: misses.iter().map(|misses| (misses[summary] - mean) / sd).collect(),
            observed: -mean / sd,
        })
    };
    (0..n_summaries).filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::stats::random::{normal, uniform};

    fn logit(share: f64) -> f64 {
        libm::log(share / (1.0 - share))
    }

    /// Two coordinates in a box and two summaries, linear in their logits, with noise of this standard deviation in the coordinates; all
    /// within a distance of 3.
    fn linear(noise: f64, n: usize) -> ([Option<Interval>; 2], Vec<Vec<f64>>, Vec<Vec<f64>>, Vec<f64>) {
        let bounds = [Some(Interval { low: -1.0, high: 1.0 }), Some(Interval { low: 10.0, high: 14.0 })];
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let (mut points, mut misses, mut distances) = (Vec::new(), Vec::new(), Vec::new());
        while points.len() < n {
            let miss = vec![6.0 * uniform(&mut rng) - 3.0, 6.0 * uniform(&mut rng) - 3.0];
            let distance = miss[0].hypot(miss[1]);
            if distance < 3.0 {
                let shifted = [0.5 + 0.4 * miss[0], -0.3 + 0.2 * miss[0] - 0.3 * miss[1]];
                let place = shifted.map(|logit| 1.0 / (1.0 + libm::exp(-logit - noise * normal(&mut rng))));
                points.push(vec![-1.0 + 2.0 * place[0], 10.0 + 4.0 * place[1]]);
                misses.push(miss);
                distances.push(distance);
            }
        }
        (bounds, points, misses, distances)
    }

    fn adjusted(noise: f64, n: usize) -> Option<Adjusted> {
        let (bounds, points, misses, distances) = linear(noise, n);
        let weights = vec![1.0 / n as f64; n];
        let sample =
            Sample { points: &points, weights: &weights, misses: &misses, distances: &distances, threshold: 3.0 };
        adjust(&sample, &bounds)
    }

    #[test]
    fn without_noise_every_point_moves_to_where_the_data_are_met() {
        for point in adjusted(0.0, 200).unwrap().points {
            let found = [logit((point[0] + 1.0) / 2.0), logit((point[1] - 10.0) / 4.0)];
            assert!((found[0] - 0.5).abs() < 1e-6 && (found[1] + 0.3).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn noise_is_what_is_left() {
        let Adjusted { points, weights } = adjusted(0.5, 5000).unwrap();
        let logits: Vec<f64> = points.iter().map(|point| logit((point[0] + 1.0) / 2.0)).collect();
        let mean: f64 = logits.iter().zip(&weights).map(|(x, weight)| weight * x).sum();
        let variance: f64 = logits.iter().zip(&weights).map(|(x, weight)| weight * (x - mean) * (x - mean)).sum();
        // Four standard errors of a mean and of a standard deviation of 4,000 points.
        assert!((mean - 0.5).abs() < 0.032, "{mean}");
        assert!((variance.sqrt() - 0.5).abs() < 0.023, "{variance}");
    }

    #[test]
    fn no_point_leaves_the_box_and_the_farthest_count_nothing() {
        let (bounds, mut points, misses, mut distances) = linear(2.0, 300);
        points[0] = vec![-1.0, 10.0];
        points[1] = vec![1.0, 14.0];
        distances[2] = 3.0;
        let weights = vec![1.0; 300];
        let sample =
            Sample { points: &points, weights: &weights, misses: &misses, distances: &distances, threshold: 3.0 };
        let Adjusted { points, weights } = adjust(&sample, &bounds).unwrap();
        for point in &points {
            assert!((0..2).all(|i| bounds[i].unwrap().contains(point[i])), "{point:?}");
        }
        assert_eq!(weights[2], 0.0);
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_summary_twice_or_one_that_never_moves_changes_nothing() {
        let (bounds, points, misses, distances) = linear(0.5, 400);
        let weights = vec![1.0; 400];
        let with = |misses: &[Vec<f64>]| {
            let sample = Sample { points: &points, weights: &weights, misses, distances: &distances, threshold: 3.0 };
            adjust(&sample, &bounds).unwrap()
        };
        let more: Vec<Vec<f64>> = misses.iter().map(|miss| vec![miss[0], miss[1], 0.0, 7.0]).collect();
        assert_eq!(with(&misses), with(&more));
        let twice: Vec<Vec<f64>> = misses.iter().map(|miss| vec![miss[0], miss[1], miss[0]]).collect();
        for (once, twice) in with(&misses).points.iter().zip(with(&twice).points) {
            // One coefficient more widens the residuals by a tenth of a per cent.
            assert!((once[0] - twice[0]).abs() < 0.005 && (once[1] - twice[1]).abs() < 0.01, "{once:?} {twice:?}");
        }
    }

    #[test]
    fn too_few_points_are_left_as_they_are() {
        assert_eq!(adjusted(0.5, 14), None);
        assert!(adjusted(0.5, 40).is_some());
    }
}
