//! The runs an emulator learns from, prepared once for all outputs of those runs.
//!
//! Comes in: the inputs of the runs, each from 0 to 1. Goes out: the forced terms of the regression (the constant and, where the
//! runs suffice, every linear term), the candidate terms made orthogonal to them, and the leverage of each run.
//! Source of the partial regression: Frisch & Waugh 1933, Econometrica 1(4), 387-401.

use nalgebra::{DMatrix, DVector};

use super::linear::Factor;

/// Most linear terms per run that are forced into the regression without selection.
const FORCED_PER_RUN: f64 = 0.5;

/// One term of the regression, as the indices of its inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Term {
    /// One input.
    Linear(usize),
    /// The product of two inputs, or the square of one.
    Product(usize, usize),
}

/// The inputs of a set of runs, shared by the emulators of their outputs.
#[derive(Debug, Clone)]
pub struct Design {
    /// Inputs of each run, 0 to 1.
    pub(super) points: Vec<Vec<f64>>,
    /// Mean of each input.
    pub(super) centre: Vec<f64>,
    /// One over the standard deviation of each input; 0 for an input that never moves.
    pub(super) inverse_scale: Vec<f64>,
    /// Whether every linear term is forced.
    pub(super) has_linear: bool,
    /// Columns of the forced terms, the constant first.
    pub(super) forced: DMatrix<f64>,
    /// Factor of their cross products.
    pub(super) factor: Factor,
    /// Leverage of each run under the forced terms.
    pub(super) leverage: Vec<f64>,
    /// The candidates and their columns, orthogonal to the forced terms and of unit length.
    pub(super) candidates: Vec<Term>,
    pub(super) columns: DMatrix<f64>,
    /// Length of each candidate's column before it was brought to 1; 0 for one that says nothing new.
    pub(super) lengths: Vec<f64>,
    /// What was taken from each candidate: coefficients of the forced terms.
    pub(super) taken: DMatrix<f64>,
}

impl Design {
    /// Prepares runs at these inputs (each 0 to 1, all of one length); `None` for fewer than five runs or without inputs.
    pub fn new(points: &[Vec<f64>]) -> Option<Self> {
        let n = points.len();
        let n_inputs = points.first().map(Vec::len).filter(|n_inputs| *n_inputs > 0 && n >= 5)?;
        let column_mean = |value: &dyn Fn(&Vec<f64>) -> f64| points.iter().map(value).sum::<f64>() / n as f64;
        let centre: Vec<f64> = (0..n_inputs).map(|j| column_mean(&|z| z[j])).collect();
        let inverse_scale: Vec<f64> = (0..n_inputs)
            .map(|j| column_mean(&|z| (z[j] - centre[j]) * (z[j] - centre[j])).sqrt())
            .map(|deviation| if deviation > 1e-12 { 1.0 / deviation } else { 0.0 })
            .collect();
        let has_linear = (n_inputs + 1) as f64 <= FORCED_PER_RUN * n as f64;
        let standard = |i: usize, j: usize| (points[i][j] - centre[j]) * inverse_scale[j];
        let n_forced = if has_linear { n_inputs + 1 } else { 1 };
        let forced = DMatrix::from_fn(n, n_forced, |i, k| if k == 0 { 1.0 } else { standard(i, k - 1) });
        let factor = Factor::new(&forced.tr_mul(&forced));
        let leverage = (0..n).map(|i| factor.quadratic_form(&forced.row(i).transpose())).collect();
        let mut candidates = Vec::new();
        if !has_linear {
            candidates.extend((0..n_inputs).map(Term::Linear));
        }
        candidates.extend((0..n_inputs).flat_map(|i| (i..n_inputs).map(move |j| Term::Product(i, j))));
        let raw = DMatrix::from_fn(n, candidates.len(), |i, k| match candidates[k] {
            Term::Linear(j) => standard(i, j),
            Term::Product(a, b) => standard(i, a) * standard(i, b),
        });
        let taken = factor.solve(&forced.tr_mul(&raw));
        let mut columns = &raw - &forced * &taken;
        let mut lengths = Vec::with_capacity(candidates.len());
        for (k, mut column) in columns.column_iter_mut().enumerate() {
            let length = column.norm();
            // Below this share of the column only rounding is left.
            let says_nothing = length <= 1e-6 * raw.column(k).norm() || length == 0.0;
            lengths.push(if says_nothing { 0.0 } else { length });
            column.scale_mut(if says_nothing { 0.0 } else { 1.0 / length });
        }
        Some(Self {
            points: points.to_vec(),
            centre,
            inverse_scale,
            has_linear,
            forced,
            factor,
            leverage,
            candidates,
            columns,
            lengths,
            taken,
        })
    }

    /// Runs.
    pub fn n(&self) -> usize {
        self.points.len()
    }

    /// Inputs of a run.
    pub fn n_inputs(&self) -> usize {
        self.centre.len()
    }

    /// Least-squares coefficients of the forced terms.
    pub(super) fn project(&self, outputs: &DVector<f64>) -> DVector<f64> {
        let cross = self.forced.tr_mul(outputs);
        self.factor.solve(&DMatrix::from_column_slice(cross.len(), 1, cross.as_slice())).column(0).into_owned()
    }
}
