//! Where to look next: a mixture of normal kernels around weighted points, cut to where the prior has density.
//!
//! Comes in: points and weights. Goes out: new points, and the density with which any point was proposed. What the points are
//! weighted by is for `abc_smc`. Source: Beaumont, Cornuet, Marin & Robert 2009, Biometrika 96(4), 983-990 (twice the
//! covariance).

use nalgebra::{DMatrix, DVector};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::as_numbers;
use crate::prior::Prior;
use crate::random::{normal, uniform};

/// Draws for each point wanted, after which a kernel that hardly meets the prior is given up.
const MOST_DRAWS: usize = 1000;

/// Distance from zero, in standard deviations of the kernel, beyond which rounding spoils the differences of points.
const MOST_DEVIATIONS: f64 = 1e10;

/// A normal kernel around every particle, mixed by their weights, as far as it lies inside the prior. Its covariance is twice the
/// weighted empirical one of all particles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Lower Cholesky factor of the covariance.
    #[serde(with = "as_numbers::square")]
    factor: DMatrix<f64>,
    /// The particles, one after the other, in coordinates in which the kernel is standard normal.
    centres: Vec<f64>,
    weights: Vec<f64>,
    /// Share of the mixture that lies inside the prior, as estimated from its draws.
    inside: f64,
    /// Simulations of points that it proposed; set when they are told.
    pub n_simulations: u64,
}

impl Proposal {
    /// Around these points, with weights that add to 1. `None` when the points do not span all coordinates.
    pub fn around<'a>(points: impl Iterator<Item = &'a [f64]>, weights: Vec<f64>) -> Option<Self> {
        let points: Vec<DVector<f64>> = points.map(DVector::from_column_slice).collect();
        let n = points.first()?.len();
        let mean = points.iter().zip(&weights).fold(DVector::zeros(n), |sum, (point, weight)| sum + *weight * point);
        let mut covariance = DMatrix::zeros(n, n);
        for (point, weight) in points.iter().zip(&weights) {
            let deviation = point - &mean;
            covariance.ger(*weight, &deviation, &deviation, 1.0);
        }
        // Without bias for weights that say how often a particle counts relative to the others.
        let lost = weights.iter().map(|weight| weight * weight).sum::<f64>();
        let factor = (covariance * (2.0 / (1.0 - lost))).cholesky()?.unpack();
        let white = points.iter().map(|point| factor.solve_lower_triangular(point)).collect::<Option<Vec<_>>>()?;
        let centres: Vec<f64> = white.iter().flat_map(|point| point.iter().copied()).collect();
        // A spread that floats cannot tell from none has no density.
        let is_sound = centres.iter().all(|x| x.abs() < MOST_DEVIATIONS);
        is_sound.then_some(Self { factor, centres, weights, inside: 1.0, n_simulations: 0 })
    }

    /// `wanted` points inside the prior, with its density there; fewer when the prior is hardly ever met. Notes the share of
    /// draws that met it.
    pub fn draw(&mut self, wanted: usize, prior: &impl Prior, rng: &mut impl Rng) -> Vec<(Vec<f64>, f64)> {
        let n = self.factor.nrows();
        let running = self.weights.iter().scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        let cumulative: Vec<f64> = running.collect();
        let mut drawn = Vec::with_capacity(wanted);
        let mut n_draws = 0;
        while drawn.len() < wanted && n_draws < MOST_DRAWS * wanted {
            n_draws += 1;
            let at = uniform(rng) * cumulative[cumulative.len() - 1];
            let picked = cumulative.partition_point(|sum| *sum <= at).min(cumulative.len() - 1);
            let white = DVector::from_fn(n, |i, _| self.centres[picked * n + i] + normal(rng));
            let point = (&self.factor * white).as_slice().to_vec();
            let density = prior.density(&point);
            if density > 0.0 {
                drawn.push((point, density));
            }
        }
        self.inside = drawn.len() as f64 / n_draws as f64;
        drawn
    }

    /// Density with which it proposed the point, times its number of simulations.
    pub fn proposed(&self, point: &[f64]) -> f64 {
        let n = point.len();
        let mut white = DVector::from_column_slice(point);
        self.factor.solve_lower_triangular_mut(&mut white);
        let root_two_pi = (2.0 * std::f64::consts::PI).sqrt();
        let peak = (0..n).fold(1.0, |peak, i| peak / (root_two_pi * self.factor[(i, i)]));
        let mixture = self.centres.chunks_exact(n).zip(&self.weights).map(|(centre, weight)| {
            let square: f64 = centre.iter().zip(white.iter()).map(|(centre, x)| (centre - x) * (centre - x)).sum();
            weight * libm::exp(-0.5 * square)
        });
        self.n_simulations as f64 / self.inside * peak * mixture.sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::prior::BoxPrior;

    #[test]
    fn covariance_is_twice_that_of_the_points() {
        let points = [[0.0, 0.0], [2.0, 0.0], [0.0, 4.0], [2.0, 4.0]];
        let proposal = Proposal::around(points.iter().map(<[f64; 2]>::as_slice), vec![0.25; 4]).unwrap();
        let covariance = &proposal.factor * proposal.factor.transpose();
        // Of the points, with divisor n - 1: 4/3 and 16/3.
        let expected = DMatrix::from_row_slice(2, 2, &[8.0 / 3.0, 0.0, 0.0, 32.0 / 3.0]);
        assert!((covariance - expected).norm() < 1e-12);
    }

    #[test]
    fn density_inside_the_prior_integrates_to_one() {
        let prior = BoxPrior { low: vec![0.0], high: vec![1.0] };
        let points = [[0.02], [0.1], [0.9]];
        let mut proposal = Proposal::around(points.iter().map(<[f64; 1]>::as_slice), vec![0.5, 0.3, 0.2]).unwrap();
        proposal.n_simulations = 1;
        let drawn = proposal.draw(100_000, &prior, &mut Xoshiro256PlusPlus::seed_from_u64(1));
        assert!(drawn.len() == 100_000 && proposal.inside < 0.9, "{}", proposal.inside);
        let integral: f64 = (0..1000).map(|i| proposal.proposed(&[(f64::from(i) + 0.5) / 1000.0]) / 1000.0).sum();
        assert!((integral - 1.0).abs() < 0.02, "{integral}");
    }

    #[test]
    fn points_on_a_line_propose_nothing() {
        let points = [[0.0, 1.0], [0.5, 2.0], [1.0, 3.0]];
        assert_eq!(Proposal::around(points.iter().map(<[f64; 2]>::as_slice), vec![0.5, 0.25, 0.25]), None);
    }
}
