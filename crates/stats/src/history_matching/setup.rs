//! What history matching is asked: inputs, targets, the rule, the budget.
//!
//! Comes in: numbers as the caller has them. Goes out: the checked setup, implausibilities by its rule.

use serde::{Deserialize, Serialize};

use crate::emulator::Residual;

/// An input and its range, in the caller's units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Lower end.
    pub low: f64,
    /// Upper end (> `low`).
    pub high: f64,
}

/// What is known of one output, on the scale on which outputs are told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Lower end of the band.
    pub low: f64,
    /// Upper end of the band (`low` or above; equal for a single value).
    pub high: f64,
    /// Variance of the ends: that of an observation, that of the model's discrepancy, or their sum.
    pub variance: f64,
}

impl Target {
    /// Implausibility of an output: its distance from the band over the standard deviation of all that is uncertain, where
    /// `variance` is that of the output (of emulator or simulation). 0 within the band.
    #[inline]
    pub fn implausibility(&self, output: f64, variance: f64) -> f64 {
        let distance = (self.low - output).max(output - self.high).max(0.0);
        if distance == 0.0 { 0.0 } else { distance / (self.variance + variance).sqrt() }
    }
}

/// How many targets a plausible point meets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Rule {
    /// All of them.
    Every,
    /// At least this share of them (above 0, at most 1).
    Share(f64),
}

impl Rule {
    /// Most targets of `n_targets` that may be missed.
    pub fn most_missed(self, n_targets: usize) -> usize {
        match self {
            Rule::Every => 0,
            // A share such as 0.9 of 10 is meant as 9, whatever its last bit.
            Rule::Share(share) => n_targets - ((share * n_targets as f64 - 1e-9).ceil() as usize).min(n_targets),
        }
    }
}

/// Everything that is decided before the first run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The box.
    pub inputs: Vec<Input>,
    /// One for each output.
    pub targets: Vec<Target>,
    /// Which points are kept.
    pub rule: Rule,
    /// Implausibility from which a target is missed (> 0; 3 by Pukelsheim's rule).
    pub cutoff: f64,
    /// Runs of one wave. Ten an input are usual (Loeppky, Sacks & Welch 2009, Technometrics 51(4), 366-376); the linear terms
    /// of the emulators need three.
    pub runs_per_wave: usize,
    /// Most runs in all.
    pub budget: usize,
    /// Plausible runs that are enough.
    pub wanted: usize,
    /// Kind of emulator.
    pub residual: Residual,
}

/// What is wrong with a setup, or with what was told.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// No inputs or no targets.
    #[error("history matching needs an input and a target, found {n_inputs} and {n_targets}")]
    Nothing {
        /// Inputs given.
        n_inputs: usize,
        /// Targets given.
        n_targets: usize,
    },
    /// An input whose range is empty or infinite.
    #[error("the range of input {input} runs from {low} to {high}; its ends must be finite and rise")]
    Range {
        /// Index of the input.
        input: usize,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A target whose band is inverted or infinite, or whose variance is not above 0.
    #[error(
        "target {target} has band {low} to {high} and variance {variance}; the ends must be finite and not fall, the variance above 0"
    )]
    Band {
        /// Index of the target.
        target: usize,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// Variance.
        variance: f64,
    },
    /// A number out of its range.
    #[error("{what} is {found}, must be {allowed}")]
    Number {
        /// Name of the number.
        what: &'static str,
        /// The number.
        found: f64,
        /// What it may be.
        allowed: &'static str,
    },
    /// A starting point of the wrong length or outside the box.
    #[error("starting point {point} lies outside the box or has not one number for each input")]
    Start {
        /// Index of the point.
        point: usize,
    },
    /// Not as many runs told as were asked.
    #[error("{told} runs told, {asked} asked")]
    Runs {
        /// Runs told.
        told: usize,
        /// Runs asked.
        asked: usize,
    },
    /// A run with the wrong number of outputs or variances, or with one that is not a number.
    #[error("run {run}: one finite output (or none) and one finite variance of 0 or more for each target are needed")]
    Outputs {
        /// Index of the run within its wave.
        run: usize,
    },
}

impl Setup {
    /// # Errors
    /// The first number that is out of its range.
    pub fn check(&self) -> Result<(), HistoryError> {
        let (n_inputs, n_targets) = (self.inputs.len(), self.targets.len());
        if n_inputs == 0 || n_targets == 0 {
            return Err(HistoryError::Nothing { n_inputs, n_targets });
        }
        for (input, Input { low, high }) in self.inputs.iter().copied().enumerate() {
            if !(low.is_finite() && high.is_finite() && low < high) {
                return Err(HistoryError::Range { input, low, high });
            }
        }
        for (target, Target { low, high, variance }) in self.targets.iter().copied().enumerate() {
            if !(low.is_finite() && high.is_finite() && low <= high && variance > 0.0 && variance.is_finite()) {
                return Err(HistoryError::Band { target, low, high, variance });
            }
        }
        if let Rule::Share(found) = self.rule
            && !(0.0 < found && found <= 1.0)
        {
            return Err(HistoryError::Number { what: "the share of targets", found, allowed: "above 0 and at most 1" });
        }
        if !(self.cutoff > 0.0 && self.cutoff.is_finite()) {
            return Err(HistoryError::Number { what: "the cutoff", found: self.cutoff, allowed: "above 0" });
        }
        if self.runs_per_wave < 5 {
            let found = self.runs_per_wave as f64;
            return Err(HistoryError::Number { what: "the number of runs per wave", found, allowed: "5 or more" });
        }
        Ok(())
    }

    /// Whether a run or point with these implausibilities is kept; a missing one is a missed target.
    pub(super) fn is_plausible(&self, implausibility: &[Option<f64>]) -> bool {
        let n_missed = implausibility.iter().filter(|i| i.is_none_or(|i| i >= self.cutoff)).count();
        n_missed <= self.rule.most_missed(self.targets.len())
    }

    /// A point in the caller's units.
    pub(super) fn natural(&self, z: &[f64]) -> Vec<f64> {
        z.iter()
            .zip(&self.inputs)
            .map(|(z, input)| (input.low + z * (input.high - input.low)).min(input.high))
            .collect()
    }

    /// A point in units of the box; `None` outside or of another length.
    pub(super) fn unit(&self, point: &[f64]) -> Option<Vec<f64>> {
        let inside = |(x, input): (&f64, &Input)| input.low <= *x && *x <= input.high;
        let is_inside = point.len() == self.inputs.len() && point.iter().zip(&self.inputs).all(inside);
        let unit = |(x, input): (&f64, &Input)| ((x - input.low) / (input.high - input.low)).clamp(0.0, 1.0);
        is_inside.then(|| point.iter().zip(&self.inputs).map(unit).collect())
    }
}
