//! Symmetric positive definite systems that may be close to singular.
//!
//! Comes in: a cross-product or covariance matrix. Goes out: its Cholesky factor and solutions by it. Dense algebra is nalgebra's.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// The Cholesky factor of a matrix, to whose diagonal as little was added as made it positive definite.
#[derive(Debug, Clone)]
pub(super) struct Factor {
    cholesky: Cholesky<f64, Dyn>,
}

impl Factor {
    /// Factors a symmetric matrix without negative diagonal.
    ///
    /// # Panics
    /// When an entry is no number.
    pub(super) fn new(matrix: &DMatrix<f64>) -> Self {
        let n = matrix.nrows();
        let size = (0..n).map(|i| matrix[(i, i)]).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let raised = |jitter: f64| {
            let mut raised = matrix.clone();
            (0..n).for_each(|i| raised[(i, i)] += jitter * size);
            Cholesky::new(raised)
        };
        // A diagonal n times as large as any entry makes any matrix positive definite.
        let mut jitters = std::iter::successors(Some(1e-12), |jitter| Some(jitter * 100.0)).take(12);
        let cholesky = jitters.find_map(raised).expect("entries are numbers");
        Self { cholesky }
    }

    /// The lower triangle.
    pub(super) fn lower(&self) -> DMatrix<f64> {
        self.cholesky.l()
    }

    /// The solutions for these right-hand sides.
    pub(super) fn solve(&self, right: &DMatrix<f64>) -> DMatrix<f64> {
        self.cholesky.solve(right)
    }

    /// The inverse of the matrix.
    pub(super) fn inverse(&self) -> DMatrix<f64> {
        self.cholesky.inverse()
    }

    /// x' M^-1 x.
    pub(super) fn quadratic_form(&self, x: &DVector<f64>) -> f64 {
        self.forward(x).norm_squared()
    }

    /// L^-1 x.
    pub(super) fn forward(&self, x: &DVector<f64>) -> DVector<f64> {
        let mut solved = x.clone();
        self.cholesky.l_dirty().solve_lower_triangular_mut(&mut solved);
        solved
    }

    /// The logarithm of the determinant.
    pub(super) fn log_determinant(&self) -> f64 {
        let lower = self.cholesky.l_dirty();
        2.0 * (0..lower.nrows()).map(|i| libm::log(lower[(i, i)])).sum::<f64>()
    }
}
