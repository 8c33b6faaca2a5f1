//! Emulators: a fast stand-in for one output of a slow simulator, with its own uncertainty.
//!
//! Comes in: the inputs of some runs, each brought to 0..1, and one output of each. Goes out: mean and variance of that output at
//! inputs not run, and how well it would have predicted its own runs. Which runs to make, and what a good output is, are not
//! here (see `history_matching`).
//!
//! The mean is a regression on linear terms and selected products; what it leaves is either a Gaussian process
//! ([`Residual::Process`]) or a constant variance ([`Residual::Variance`]), which costs about a tenth of a microsecond a
//! prediction and is all that a few hundred runs can tell of dozens of inputs. Sources: Sacks, Welch, Mitchell & Wynn 1989,
//! Statistical Science 4(4), 409-423; Craig, Goldstein, Seheult & Smith 1997, Case Studies in Bayesian Statistics III, 37-93,
//! section 4 (active terms); Kennedy & O'Hagan 2001, JRSS B 63(3), 425-464; Vernon, Goldstein & Bower 2010, Bayesian Analysis
//! 5(4), 619-669, section 3; diagnostics: Bastos & O'Hagan 2009, Technometrics 51(4), 425-438.

mod design;
mod linear;
mod process;
mod regression;

use serde::{Deserialize, Serialize};

pub use design::Design;
pub use process::Noise;

use process::Process;
use regression::Polynomial;

/// Most inputs and runs for which [`Residual::Automatic`] takes the process.
const MOST_INPUTS_OF_PROCESS: usize = 10;
const MOST_RUNS_OF_PROCESS: usize = 300;

/// Share of standardised errors beyond three above which an emulator is not to be trusted: Pukelsheim 1994, The American
/// Statistician 48(2), 88-91 (at most 5 % of any unimodal law lies there).
const MOST_BEYOND_THREE: f64 = 0.05;

/// What stands for the difference between the output and its regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Residual {
    /// The process for at most 10 inputs and 300 runs, else the variance.
    Automatic,
    /// A Gaussian process.
    Process,
    /// A constant variance.
    Variance,
}

impl Residual {
    /// Whether this means the process, for so many inputs and runs.
    pub fn is_process(self, n_inputs: usize, n_runs: usize) -> bool {
        match self {
            Residual::Automatic => n_inputs <= MOST_INPUTS_OF_PROCESS && n_runs <= MOST_RUNS_OF_PROCESS,
            Residual::Process => true,
            Residual::Variance => false,
        }
    }
}

/// What an emulator expects of an output, the noise of a single run left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Expected output.
    pub mean: f64,
    /// Variance of the output about it (0 or more).
    pub variance: f64,
}

/// How well an emulator predicts runs it did not see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// Error of each prediction over its standard deviation, noise included.
    pub standardised: Vec<f64>,
    /// Share of the outputs' variance that the predictions explain; below 0 when they are worse than the mean.
    pub explained: f64,
}

impl Diagnostics {
    /// Share of the errors beyond so many standard deviations; about 0.003 beyond 3 for normal errors.
    pub fn share_beyond(&self, deviations: f64) -> f64 {
        let n_beyond = self.standardised.iter().filter(|error| error.abs() > deviations).count();
        n_beyond as f64 / self.standardised.len() as f64
    }

    /// Mean square of the errors; near 1 when the stated variances are right.
    pub fn mean_square(&self) -> f64 {
        self.standardised.iter().map(|error| error * error).sum::<f64>() / self.standardised.len() as f64
    }

    /// Whether so few errors lie beyond three standard deviations (5 %) that the stated variance may be believed.
    pub fn is_trustworthy(&self) -> bool {
        self.share_beyond(3.0) <= MOST_BEYOND_THREE
    }
}

/// A fitted emulator of one output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Emulator {
    mean: Polynomial,
    /// Mean square of the leave-one-out errors of the mean, without the noise.
    residual: f64,
    process: Option<Process>,
    noise: f64,
    diagnostics: Diagnostics,
}

impl Emulator {
    /// Fits one output of the runs of `design`. `noise` is the variance of a single run about the expected output.
    ///
    /// # Panics
    /// When `outputs` are not as many as the runs.
    pub fn fit(design: &Design, outputs: &[f64], noise: Noise, residual: Residual) -> Self {
        assert_eq!(outputs.len(), design.n(), "one output a run");
        let is_process = residual.is_process(design.n_inputs(), design.n());
        let regression = regression::fit(design, outputs, if is_process { design.n_inputs() } else { usize::MAX });
        let n = design.n() as f64;
        let mean_square = regression.left_out.iter().map(|error| error * error).sum::<f64>() / n;
        let mean_output = outputs.iter().sum::<f64>() / n;
        let spread = outputs.iter().map(|y| (y - mean_output) * (y - mean_output)).sum::<f64>();
        if is_process && mean_square > 1e-24 * (mean_output * mean_output).max(f64::MIN_POSITIVE) {
            let (process, left_out) = process::fit(design, &regression.terms, outputs, mean_square, noise);
            let explained = explained(&left_out.errors, spread);
            let diagnostics = Diagnostics { standardised: left_out.standardised, explained };
            return Self {
                mean: regression.polynomial,
                residual: mean_square,
                process: Some(process),
                noise: noise.variance(),
                diagnostics,
            };
        }
        // The coefficients' own error stays even where all that is left is noise.
        let least = mean_square * regression.n_coefficients as f64 / n;
        let variance = (mean_square - noise.variance()).max(least);
        let deviation = (variance + noise.variance()).sqrt().max(f64::MIN_POSITIVE);
        let standardised = regression.left_out.iter().map(|error| error / deviation).collect();
        let diagnostics = Diagnostics { standardised, explained: explained(&regression.left_out, spread) };
        Self { mean: regression.polynomial, residual: variance, process: None, noise: noise.variance(), diagnostics }
    }

    /// The output expected at inputs from 0 to 1.
    #[inline]
    pub fn predict(&self, z: &[f64]) -> Prediction {
        match &self.process {
            Some(process) => process.predict(z),
            None => Prediction { mean: self.mean.at(z), variance: self.residual },
        }
    }

    /// Leave-one-out errors over the runs it was fitted to.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// Errors over runs that were held out; `None` without any.
    pub fn held_out(&self, points: &[Vec<f64>], outputs: &[f64]) -> Option<Diagnostics> {
        let n = points.len().min(outputs.len());
        let mean = outputs.iter().take(n).sum::<f64>() / n as f64;
        let spread = outputs.iter().take(n).map(|y| (y - mean) * (y - mean)).sum();
        let predictions: Vec<Prediction> = points.iter().map(|z| self.predict(z)).collect();
        let errors: Vec<f64> = predictions.iter().zip(outputs).map(|(p, y)| y - p.mean).collect();
        let deviations = predictions.iter().map(|p| (p.variance + self.noise).sqrt().max(f64::MIN_POSITIVE));
        let standardised = errors.iter().zip(deviations).map(|(error, deviation)| error / deviation).collect();
        (n > 0).then(|| Diagnostics { standardised, explained: explained(&errors, spread) })
    }
}

/// Share of `spread` (a sum of squares) that errors leave explained; 1 where there is nothing to explain.
fn explained(errors: &[f64], spread: f64) -> f64 {
    let left: f64 = errors.iter().map(|error| error * error).sum();
    if spread > 0.0 { 1.0 - left / spread } else { 1.0 }
}
