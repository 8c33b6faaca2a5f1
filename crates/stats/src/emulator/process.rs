//! A Gaussian process about a regression mean.
//!
//! Comes in: a design, the terms of the mean, the output of each run, the variance of the runs' noise. Goes out: the mean and
//! variance of the output at any inputs, and its leave-one-out errors. Squared-exponential correlation with one length for each
//! input; the coefficients of the mean are integrated out under a flat prior. Sources: Sacks, Welch, Mitchell & Wynn 1989,
//! Statistical Science 4(4), 409-423; Kennedy & O'Hagan 2001, JRSS B 63(3), 425-464 (noise);
//! leave-one-out errors: Dubrule 1983, Mathematical Geology 15(6), 687-699.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::Prediction;
use super::design::{Design, Term};
use super::linear::Factor;

/// Most runs from which lengths and variances are estimated; the prediction uses all runs.
const MOST_RUNS_FOR_SEARCH: usize = 150;
/// Most inputs with a length of their own; more share one.
const MOST_LENGTHS: usize = 10;
/// Centre and standard deviation of the penalty on the logarithm of a length: half the range, within a factor of about 20.
const TYPICAL_LENGTH: f64 = 0.5;
const LOG_LENGTH_DEVIATION: f64 = 1.5;
/// Least noise variance over that of the residuals; only for the algebra's sake.
const LEAST_NUGGET: f64 = 1e-8;

/// Most sweeps of the coordinate search.
const MOST_SWEEPS: usize = 1000;

/// What the variance about the mean of repeated runs at one point is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Noise {
    /// It is known (0 for a deterministic output).
    Known(f64),
    /// It is estimated, and at least this.
    AtLeast(f64),
}

impl Noise {
    /// The stated variance.
    pub fn variance(self) -> f64 {
        match self {
            Noise::Known(variance) | Noise::AtLeast(variance) => variance,
        }
    }
}

/// A fitted process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Process {
    points: Vec<Vec<f64>>,
    basis: Basis,
    signal: f64,
    inverse_lengths: Vec<f64>,
    coefficients: Vec<f64>,
    /// K^-1 (y - H b).
    weights: Vec<f64>,
    /// Rows of the lower triangle of K, one after another.
    lower: Vec<f64>,
    /// L^-1 H, row by row.
    whitened: Vec<f64>,
    /// Inverse of H' K^-1 H, row by row.
    coefficient_covariance: Vec<f64>,
}

/// The terms of the mean, in standardised inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Basis {
    centre: Vec<f64>,
    inverse_scale: Vec<f64>,
    terms: Vec<Term>,
}

impl Basis {
    fn features(&self, z: &[f64]) -> Vec<f64> {
        let standard = |j: usize| (z[j] - self.centre[j]) * self.inverse_scale[j];
        let value = |term: &Term| match *term {
            Term::Linear(j) => standard(j),
            Term::Product(a, b) => standard(a) * standard(b),
        };
        std::iter::once(1.0).chain(self.terms.iter().map(value)).collect()
    }
}

/// Variances in units of the residuals' variance, lengths in units of an input's range; all as logarithms.
#[derive(Debug, Clone)]
struct Hyperparameters {
    signal: f64,
    noise: f64,
    lengths: Vec<f64>,
}

/// Leave-one-out errors over their standard deviations, noise included.
pub(super) struct LeftOut {
    pub(super) standardised: Vec<f64>,
    pub(super) errors: Vec<f64>,
}

/// Fits a process to `outputs`, whose residuals from the regression have mean square `scale` (> 0).
pub(super) fn fit(design: &Design, selected: &[Term], outputs: &[f64], scale: f64, noise: Noise) -> (Process, LeftOut) {
    let mut terms: Vec<Term> =
        if design.has_linear { (0..design.n_inputs()).map(Term::Linear).collect() } else { Vec::new() };
    terms.extend(selected);
    let basis = Basis { centre: design.centre.clone(), inverse_scale: design.inverse_scale.clone(), terms };
    let n = design.n();
    let stride = n.div_ceil(MOST_RUNS_FOR_SEARCH);
    let some: Vec<usize> = (0..n).step_by(stride).collect();
    let found = search(&Sample::new(design, &basis, outputs, &some), scale, noise);
    let all: Vec<usize> = (0..n).collect();
    conclude(&Sample::new(design, &basis, outputs, &all), basis, &found, scale)
}

/// The runs as matrices.
struct Sample<'a> {
    points: Vec<&'a [f64]>,
    features: DMatrix<f64>,
    outputs: DVector<f64>,
}

impl<'a> Sample<'a> {
    fn new(design: &'a Design, basis: &Basis, outputs: &[f64], rows: &[usize]) -> Self {
        let points: Vec<&[f64]> = rows.iter().map(|i| design.points[*i].as_slice()).collect();
        let features: Vec<Vec<f64>> = points.iter().map(|z| basis.features(z)).collect();
        let features = DMatrix::from_fn(rows.len(), features[0].len(), |i, k| features[i][k]);
        Self { points, features, outputs: DVector::from_iterator(rows.len(), rows.iter().map(|i| outputs[*i])) }
    }

    fn n_inputs(&self) -> usize {
        self.points[0].len()
    }

    /// Signal times correlation plus noise, in units of `scale`.
    fn covariance(&self, at: &Hyperparameters) -> DMatrix<f64> {
        let (signal, noise) = (libm::exp(at.signal), libm::exp(at.noise));
        let inverse = inverse_lengths(at, self.n_inputs());
        let n = self.points.len();
        let mut covariance = DMatrix::zeros(n, n);
        for i in 0..n {
            covariance[(i, i)] = signal + noise;
            for j in 0..i {
                let value = signal * correlation(self.points[i], self.points[j], &inverse);
                covariance[(i, j)] = value;
                covariance[(j, i)] = value;
            }
        }
        covariance
    }

    /// Minus the penalised log restricted likelihood.
    fn loss(&self, at: &Hyperparameters, scale: f64) -> f64 {
        let factor = Factor::new(&self.covariance(at));
        let lower = factor.lower();
        let features = lower.solve_lower_triangular(&self.features).expect("the factor's diagonal is positive");
        let outputs = factor.forward(&self.outputs) / scale.sqrt();
        let normal = Factor::new(&features.tr_mul(&features));
        let explained = normal.quadratic_form(&features.tr_mul(&outputs));
        // In many inputs every distance grows as the root of their number.
        let typical = libm::log(TYPICAL_LENGTH * (self.n_inputs() as f64).sqrt());
        let penalty = at.lengths.iter().map(|log_length| {
            let z = (log_length - typical) / LOG_LENGTH_DEVIATION;
            0.5 * z * z
        });
        0.5 * (factor.log_determinant() + normal.log_determinant() + outputs.norm_squared() - explained)
            + penalty.sum::<f64>()
    }
}

fn inverse_lengths(at: &Hyperparameters, n_inputs: usize) -> Vec<f64> {
    (0..n_inputs).map(|j| libm::exp(-at.lengths[j.min(at.lengths.len() - 1)])).collect()
}

fn correlation(a: &[f64], b: &[f64], inverse_lengths: &[f64]) -> f64 {
    let square: f64 = a.iter().zip(b).zip(inverse_lengths).map(|((a, b), l)| (a - b) * l * ((a - b) * l)).sum();
    libm::exp(-0.5 * square)
}

/// A grid over common lengths and noises, then a coordinate search with shrinking steps from the best of the grid.
fn search(sample: &Sample, scale: f64, noise: Noise) -> Hyperparameters {
    let n_inputs = sample.n_inputs();
    let n_lengths = if n_inputs <= MOST_LENGTHS { n_inputs } else { 1 };
    let log_floor = libm::log((noise.variance() / scale).max(LEAST_NUGGET));
    let noises = match noise {
        Noise::Known(_) => vec![log_floor],
        Noise::AtLeast(_) => [LEAST_NUGGET, 1e-2, 1e-1, 0.5].map(|share| libm::log(share).max(log_floor)).to_vec(),
    };
    let mut best: Option<(f64, Hyperparameters)> = None;
    for length in [0.05, 0.1, 0.2, 0.4, 0.8, 1.6] {
        for log_noise in &noises {
            for signal in [1.0, 10.0] {
                let log_length = libm::log(length * (n_inputs as f64).sqrt());
                let at = Hyperparameters {
                    signal: libm::log(signal),
                    noise: *log_noise,
                    lengths: vec![log_length; n_lengths],
                };
                let loss = sample.loss(&at, scale);
                if best.as_ref().is_none_or(|(least, _)| loss < *least) {
                    best = Some((loss, at));
                }
            }
        }
    }
    let (mut least, mut at) = best.expect("the grid is not empty");
    let n_free = 1 + n_lengths + usize::from(matches!(noise, Noise::AtLeast(_)));
    let mut step = 0.6;
    for _ in 0..MOST_SWEEPS {
        if step <= 0.04 {
            break;
        }
        let mut improved = false;
        for k in 0..n_free {
            for sign in [1.0, -1.0] {
                let mut trial = at.clone();
                match k {
                    0 => trial.signal += sign * step,
                    k if k <= n_lengths => trial.lengths[k - 1] += sign * step,
                    _ => trial.noise = (trial.noise + sign * step).max(log_floor),
                }
                let loss = sample.loss(&trial, scale);
                if loss < least - 1e-6 {
                    (least, at) = (loss, trial);
                    improved = true;
                    break;
                }
            }
        }
        if !improved {
            step *= 0.5;
        }
    }
    at
}

fn conclude(sample: &Sample, basis: Basis, at: &Hyperparameters, scale: f64) -> (Process, LeftOut) {
    let factor = Factor::new(&(sample.covariance(at) * scale));
    let lower = factor.lower();
    let whitened = lower.solve_lower_triangular(&sample.features).expect("the factor's diagonal is positive");
    let normal = Factor::new(&whitened.tr_mul(&whitened));
    let outputs = factor.forward(&sample.outputs);
    let coefficients =
        normal.solve(&whitened.tr_mul(&DMatrix::from_column_slice(outputs.len(), 1, outputs.as_slice())));
    let residual =
        DMatrix::from_column_slice(outputs.len(), 1, sample.outputs.as_slice()) - &sample.features * &coefficients;
    let weights = factor.solve(&residual);
    let inverse = factor.inverse();
    let covariance = normal.inverse();
    let crossed = &inverse * &sample.features;
    let n = sample.points.len();
    let mut left_out = LeftOut { standardised: Vec::with_capacity(n), errors: Vec::with_capacity(n) };
    for i in 0..n {
        let row = crossed.row(i);
        let precision = inverse[(i, i)] - (row * &covariance * row.transpose())[(0, 0)];
        let precision = precision.max(f64::MIN_POSITIVE);
        left_out.errors.push(weights[(i, 0)] / precision);
        left_out.standardised.push(weights[(i, 0)] / precision.sqrt());
    }
    let process = Process {
        points: sample.points.iter().map(|z| z.to_vec()).collect(),
        basis,
        signal: libm::exp(at.signal) * scale,
        inverse_lengths: inverse_lengths(at, sample.n_inputs()),
        coefficients: coefficients.iter().copied().collect(),
        weights: weights.iter().copied().collect(),
        lower: (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|at| lower[at]).collect(),
        whitened: whitened.transpose().iter().copied().collect(),
        coefficient_covariance: covariance.iter().copied().collect(),
    };
    (process, left_out)
}

impl Process {
    /// Mean and variance of the output without noise.
    pub(super) fn predict(&self, z: &[f64]) -> Prediction {
        let features = self.basis.features(z);
        let mut whitened: Vec<f64> =
            self.points.iter().map(|point| self.signal * correlation(z, point, &self.inverse_lengths)).collect();
        let trend: f64 = features.iter().zip(&self.coefficients).map(|(h, b)| h * b).sum();
        let mean = trend + whitened.iter().zip(&self.weights).map(|(k, w)| k * w).sum::<f64>();
        let mut unexplained = features;
        let n_features = unexplained.len();
        let mut start = 0;
        for i in 0..whitened.len() {
            let (known, rest) = whitened.split_at_mut(i);
            let row = &self.lower[start..=start + i];
            let sum: f64 = row.iter().zip(&*known).map(|(l, v)| l * v).sum();
            rest[0] = (rest[0] - sum) / row[i];
            let features = &self.whitened[i * n_features..(i + 1) * n_features];
            unexplained.iter_mut().zip(features).for_each(|(u, g)| *u -= rest[0] * g);
            start += i + 1;
        }
        let explained: f64 = whitened.iter().map(|v| v * v).sum();
        let trend_variance: f64 = (0..n_features)
            .map(|a| {
                let row = &self.coefficient_covariance[a * n_features..(a + 1) * n_features];
                unexplained[a] * row.iter().zip(&unexplained).map(|(c, u)| c * u).sum::<f64>()
            })
            .sum();
        Prediction { mean, variance: (self.signal - explained + trend_variance).max(0.0) }
    }
}
