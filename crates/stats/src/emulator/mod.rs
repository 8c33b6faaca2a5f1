//! Emulators: a fast stand-in for one output of a slow simulator, with its own uncertainty.
//!
//! Comes in: the inputs of some runs, each brought to 0..1, and one output of each. Goes out: mean and variance of that output at
//! inputs not run, and how well it would have predicted its own runs. Which runs to make, and what a good output is, are not
//! here (see `history_matching`).
//!
//! The mean is a regression on linear terms and selected products; what it leaves is either a Gaussian process
//! ([`Residual::Process`]) or a constant variance ([`Residual::Variance`]), which costs about a tenth of a microsecond a
//! prediction and is all that a few hundred runs can tell of dozens of inputs. Sources: Sacks, Welch, Mitchell & Wynn 1989,
//! Statistical Science 4(4), 409-423; Craig, Goldstein, Seheult & Smith 1997, Case Studies in Bayesian Statistics III, 37-93
//! (active terms); Kennedy & O'Hagan 2001, JRSS B 63(3), 425-464; Vernon, Goldstein & Bower 2010, Bayesian Analysis
//! 5(4), 619-669; diagnostics: Bastos & O'Hagan 2009, Technometrics 51(4), 425-438.

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
}

/// Share of `spread` (a sum of squares) that errors leave explained; 1 where there is nothing to explain.
fn explained(errors: &[f64], spread: f64) -> f64 {
    let left: f64 = errors.iter().map(|error| error * error).sum();
    if spread > 0.0 { 1.0 - left / spread } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random::{normal, uniform};

    impl Emulator {
        /// Errors over runs that were held out; `None` without any.
        fn held_out(&self, points: &[Vec<f64>], outputs: &[f64]) -> Option<Diagnostics> {
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

    fn cube(n: usize, n_inputs: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<Vec<f64>> {
        (0..n).map(|_| (0..n_inputs).map(|_| uniform(rng)).collect()).collect()
    }

    fn outputs(points: &[Vec<f64>], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        points.iter().map(|z| f(z)).collect()
    }

    #[test]
    fn a_polynomial_of_degree_two_is_found_among_hundreds_of_terms() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let points = cube(300, 40, &mut rng);
        let f = |z: &[f64]| 1.0 + 2.0 * z[3] - z[17] + 3.0 * z[5] * z[30] - 2.0 * z[8] * z[8];
        let design = Design::new(&points).unwrap();
        let emulator = Emulator::fit(&design, &outputs(&points, f), Noise::Known(0.0), Residual::Variance);
        for z in cube(50, 40, &mut rng) {
            let prediction = emulator.predict(&z);
            assert!((prediction.mean - f(&z)).abs() < 1e-8 && prediction.variance < 1e-12, "{prediction:?}");
        }
        assert!(emulator.diagnostics().explained > 1.0 - 1e-12);
    }

    #[test]
    fn noise_is_not_taken_for_ignorance() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let points = cube(400, 10, &mut rng);
        let f = |z: &[f64]| z[0] - 2.0 * z[1];
        let noisy: Vec<f64> = outputs(&points, f).iter().map(|y| y + 0.3 * normal(&mut rng)).collect();
        let design = Design::new(&points).unwrap();
        let emulator = Emulator::fit(&design, &noisy, Noise::Known(0.09), Residual::Variance);
        let variance = emulator.predict(&points[0]).variance;
        assert!(variance < 0.02, "{variance}");
        let fresh = cube(400, 10, &mut rng);
        let outputs: Vec<f64> = outputs(&fresh, f).iter().map(|y| y + 0.3 * normal(&mut rng)).collect();
        let held_out = emulator.held_out(&fresh, &outputs).unwrap();
        assert!((held_out.mean_square() - 1.0).abs() < 0.25, "{}", held_out.mean_square());
    }

    #[test]
    fn few_runs_of_many_inputs_still_find_the_input_that_matters() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let points = cube(60, 50, &mut rng);
        let f = |z: &[f64]| 4.0 * z[7];
        let noisy: Vec<f64> = outputs(&points, f).iter().map(|y| y + 0.1 * normal(&mut rng)).collect();
        let emulator = Emulator::fit(&Design::new(&points).unwrap(), &noisy, Noise::Known(0.01), Residual::Variance);
        assert!(emulator.diagnostics().explained > 0.95, "{}", emulator.diagnostics().explained);
    }

    #[test]
    fn a_process_passes_through_deterministic_runs_and_knows_where_it_does_not() {
        let points: Vec<Vec<f64>> = (0..9).map(|i| vec![f64::from(i) / 8.0]).collect();
        let f = |z: &[f64]| libm::sin(14.0 * z[0]);
        let design = Design::new(&points).unwrap();
        let emulator = Emulator::fit(&design, &outputs(&points, f), Noise::Known(0.0), Residual::Automatic);
        for z in &points {
            let prediction = emulator.predict(z);
            assert!((prediction.mean - f(z)).abs() < 1e-3 && prediction.variance < 1e-5, "{prediction:?}");
        }
        let between: Vec<Vec<f64>> = (0..200).map(|i| vec![(f64::from(i) + 0.5) / 200.0]).collect();
        let held_out = emulator.held_out(&between, &outputs(&between, f)).unwrap();
        assert!(held_out.explained > 0.98 && held_out.share_beyond(3.0) < 0.05, "{held_out:?}");
        let (near, far) = (emulator.predict(&[0.51]).variance, emulator.predict(&[0.56]).variance);
        assert!(near < far);
    }

    #[test]
    fn leave_one_out_errors_of_a_process_are_those_of_fitting_without_the_run() {
        // With the lengths of the whole fit; so that refitting changes nothing else, the run left out is one of very many.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(4);
        let points = cube(80, 2, &mut rng);
        let f = |z: &[f64]| libm::cos(5.0 * z[0]) + z[1] * z[1] * z[1];
        let noisy: Vec<f64> = outputs(&points, f).iter().map(|y| y + 0.05 * normal(&mut rng)).collect();
        let noise = Noise::AtLeast(0.0);
        let whole = Emulator::fit(&Design::new(&points).unwrap(), &noisy, noise, Residual::Process);
        assert!((whole.diagnostics().mean_square() - 1.0).abs() < 0.4, "{}", whole.diagnostics().mean_square());
        let without = Emulator::fit(&Design::new(&points[1..]).unwrap(), &noisy[1..], noise, Residual::Process);
        let error = without.predict(&points[0]).mean - noisy[0];
        let stated = whole.diagnostics().standardised[0];
        assert!(error * stated < 0.0 && (error.abs() / 0.05 - stated.abs()).abs() < 0.5, "{error} {stated}");
    }

    #[test]
    fn an_emulator_of_a_jump_is_not_trusted() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let points = cube(400, 12, &mut rng);
        let f = |z: &[f64]| if (7.0 * z[0]).fract() > 0.92 { 10.0 } else { 0.01 * z[1] };
        let design = Design::new(&points).unwrap();
        let jump = Emulator::fit(&design, &outputs(&points, f), Noise::Known(0.0), Residual::Variance);
        let smooth =
            Emulator::fit(&design, &outputs(&points, |z| libm::exp(z[0])), Noise::Known(0.0), Residual::Variance);
        assert!(smooth.diagnostics().is_trustworthy() && !jump.diagnostics().is_trustworthy());
    }

    #[test]
    fn a_constant_output_is_emulated_by_itself() {
        let points = cube(30, 3, &mut Xoshiro256PlusPlus::seed_from_u64(6));
        let emulator =
            Emulator::fit(&Design::new(&points).unwrap(), &[2.5; 30], Noise::Known(0.0), Residual::Automatic);
        let prediction = emulator.predict(&[0.2, 0.9, 0.4]);
        assert!((prediction.mean - 2.5).abs() < 1e-12 && prediction.variance < 1e-20, "{prediction:?}");
    }
}
