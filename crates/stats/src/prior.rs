//! What is believed before the data: a distribution that can be drawn from and whose density is known.
//!
//! Comes in: uniform numbers, or a point. Goes out: a point, or the density there. What the data then say is for `abc_smc` and
//! others.

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::random::uniform;

/// What is believed before the data.
pub trait Prior {
    /// Number of coordinates.
    fn dimension(&self) -> usize;

    /// The point that independent uniform numbers, one per coordinate and each strictly between 0 and 1, stand for (by inversion
    /// of the distribution function, for instance).
    fn point(&self, uniforms: &[f64]) -> Vec<f64>;

    /// A random point: one uniform number per coordinate.
    fn draw(&self, rng: &mut impl Rng) -> Vec<f64> {
        // Half of the smallest number above 0 stands for 0, where a quantile may be infinite.
        let open = |_| uniform(rng).max(f64::EPSILON / 4.0);
        self.point(&(0..self.dimension()).map(open).collect::<Vec<_>>())
    }

    /// Density at any point, zero outside. It must integrate to 1, as it is mixed with the densities of proposals.
    fn density(&self, point: &[f64]) -> f64;
}

/// Every coordinate uniform between its bounds, independent of the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoxPrior {
    /// Lower bounds.
    pub low: Vec<f64>,
    /// Upper bounds, each above its lower one.
    pub high: Vec<f64>,
}

impl Prior for BoxPrior {
    fn dimension(&self) -> usize {
        self.low.len()
    }

    fn point(&self, uniforms: &[f64]) -> Vec<f64> {
        uniforms.iter().zip(self.low.iter().zip(&self.high)).map(|(u, (low, high))| low + u * (high - low)).collect()
    }

    fn density(&self, point: &[f64]) -> f64 {
        point
            .iter()
            .zip(self.low.iter().zip(&self.high))
            .fold(1.0, |density, (x, (low, high))| if low <= x && x <= high { density / (high - low) } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn box_is_as_dense_as_its_volume_says_and_empty_outside() {
        let prior = BoxPrior { low: vec![-1.0, 10.0], high: vec![3.0, 10.5] };
        assert_eq!(prior.point(&[0.25, 0.5]), [0.0, 10.25]);
        assert_eq!(
            [[0.0, 10.2], [3.0, 10.0], [3.1, 10.2], [0.0, f64::NAN]].map(|point| prior.density(&point)),
            [0.5, 0.5, 0.0, 0.0]
        );
    }
}
