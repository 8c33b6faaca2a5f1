//! Plausible set: every point that does not contradict the targets, found by history matching over all tuned quantities at once.
//!
//! Comes in: a problem. Goes out, wave by wave, a search that can be written down and gone on with. Outputs are the logarithms of the
//! figures, bands those of the targets, so that implausibility is |log(simulated / known)| over the model's discrepancy and what else
//! is uncertain. A set is plausible when its own simulated figures are, on at least [`MET`] of the targets (docs/calibration.md).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use wearout_stats::emulator::Residual;
use wearout_stats::history_matching::{
    Conflicts, HistoryError, HistoryMatching, Input, Rule, Run, Setup, Stop, Target,
};

use super::problem::LEAST_RATIO;
use super::{Problem, Settings};
use crate::engine::Engine;
use crate::rng;
use crate::study::Figure;
use crate::targets::Reading;

/// Implausibility from which a target is missed.
pub const CUTOFF: f64 = 3.0;

/// Share of the targets that a plausible set meets.
pub const MET: f64 = 0.9;

/// Plausible sets where nothing is asked for.
const WANTED: usize = 300;

/// Runs of a wave for each tuned quantity.
const RUNS_PER_INPUT: usize = 10;

/// Stream of the search for conflicts, beside that of the first design.
const CONFLICTS: u32 = 1;

/// Below this a figure has no useful logarithm.
const LEAST: f64 = 1e-9;

/// A search between two waves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plausible {
    search: HistoryMatching,
}

impl Plausible {
    pub(super) fn new(problem: &Problem, settings: &Settings) -> Result<Plausible, HistoryError> {
        let targets = problem.targets;
        let inputs: Vec<Input> = targets.tuned.iter().map(|tuned| Input { low: tuned.low, high: tuned.high }).collect();
        let setup = Setup {
            runs_per_wave: (RUNS_PER_INPUT * inputs.len()).max(RUNS_PER_INPUT),
            residual: if inputs.len() <= 6 { Residual::Process } else { Residual::Variance },
            inputs,
            targets: targets
                .targets
                .iter()
                .filter(|target| !target.held_out)
                .map(|target| band(target.reading, targets.discrepancy_of(target)))
                .collect(),
            rule: Rule::Share(MET),
            cutoff: CUTOFF,
            budget: settings.simulations as usize,
            // The starting point may be one of them, and is not given out.
            wanted: settings.points.unwrap_or(WANTED) + 1,
        };
        let start: Vec<f64> = targets.tuned.iter().map(|tuned| tuned.start).collect();
        let search = HistoryMatching::with_starting_points(setup, &[start], &mut rng::method(settings.seed, 0, 0))?;
        Ok(Plausible { search })
    }

    /// One wave; how many points were measured, or `None` when the engine was told to stop before it was complete.
    pub(super) fn step(&mut self, problem: &Problem, settings: &Settings, engine: &Engine) -> Option<u64> {
        let points = self.search.ask();
        let runs: Vec<Run> = points
            .par_iter()
            .map(|point| run(problem, &problem.figures(point, 0..settings.replicates, engine)))
            .collect();
        if engine.stopped() {
            return None;
        }
        // The wave's number and, beside it, the runs so far: a wave that finds nothing does not count as one.
        let mut luck =
            rng::method(settings.seed, 1 + self.search.n_waves() as u32, self.search.n_runs() as u32 & 0xff_ffff);
        let measured = runs.len() as u64;
        self.search.tell(runs, &mut luck).expect("as many sound runs as were asked");
        Some(measured)
    }

    /// Why it stopped; `None` while it goes on.
    pub fn stop(&self) -> Option<Stop> {
        self.search.stop()
    }

    /// The search itself: waves, ranges, shares.
    pub fn search(&self) -> &HistoryMatching {
        &self.search
    }

    /// Which of the fitted targets exclude each other; the same for the same state and settings.
    pub fn conflicts(&self, settings: &Settings) -> Conflicts {
        self.search.conflicts(&mut rng::method(settings.seed, 0, CONFLICTS))
    }

    /// As many sets as were wanted, or all there are, in the order of the runs. The starting point is left out: it was not drawn. The
    /// others are a sample, evenly spread over what is plausible; where a wave was focused, over that part of it.
    pub(super) fn sample(&self) -> Vec<(Vec<f64>, f64)> {
        let mut plausible = self.search.plausible();
        plausible.retain(|plausible| plausible.run >= self.search.n_starts());
        plausible.truncate(self.search.setup().wanted - 1);
        let weight = 1.0 / plausible.len().max(1) as f64;
        plausible.into_iter().map(|plausible| (plausible.point, weight)).collect()
    }
}

/// A reading as a band of logarithms, with the variance of its ends.
fn band(reading: Reading, discrepancy: f64) -> Target {
    let known = reading.known();
    let log = |x: f64| libm::log(x.max(floor(reading)));
    Target { low: log(known.low), high: log(known.high), variance: discrepancy * discrepancy + known.sd * known.sd }
}

/// Figures below this count as this. In a band from 0 it is the lower end, a ten-thousandth of the upper one, so that 0 is met and the
/// emulators learn from no logarithm far below all others.
fn floor(reading: Reading) -> f64 {
    match reading {
        Reading::Band { low, high } if low <= 0.0 => LEAST_RATIO * high,
        _ => LEAST,
    }
}

/// The logarithms of the fitted targets' figures, with their Monte Carlo variance.
fn run(problem: &Problem, figures: &[Option<Figure>]) -> Run {
    let fitted = problem.targets.targets.iter().zip(figures).filter(|(target, _)| !target.held_out);
    let (outputs, variances) = fitted
        .map(|(target, figure)| figure.and_then(|figure| output(target.reading, figure)).unzip())
        .map(|(output, variance)| (output, variance.unwrap_or(0.0)))
        .unzip();
    Run { outputs, variances }
}

/// Logarithm of a figure and its variance. `None` without a logarithm, where what is known lies above 0: it is missed either way, and a
/// logarithm of next to nothing would be an outlier that spoils the emulators.
fn output(reading: Reading, figure: Figure) -> Option<(f64, f64)> {
    let value = reading.figure(figure.mean);
    let is_from_zero = reading.known().low <= 0.0;
    if !value.is_finite() || (value <= 0.0 && !is_from_zero) {
        return None;
    }
    if is_from_zero && value <= floor(reading) {
        return Some((libm::log(floor(reading)), 0.0));
    }
    let relative = figure.standard_error.map_or(0.0, |error| reading.slope() * error / value);
    Some((libm::log(value.max(LEAST)), relative * relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_of_0_is_met_inside_a_band_from_0_and_missed_by_one_above_it() {
        let implausibility = |reading: Reading, mean: f64| {
            let (output, variance) = output(reading, Figure::exact(mean))?;
            Some(band(reading, 0.12).implausibility(output, variance))
        };
        let from_zero = Reading::Band { low: 0.0, high: 0.5 };
        for inside in [0.0, 1e-12, 0.2, 0.5] {
            assert_eq!(implausibility(from_zero, inside), Some(0.0), "{inside}");
        }
        assert!(implausibility(from_zero, 0.9).is_some_and(|missed| missed > CUTOFF));
        assert_eq!(implausibility(Reading::Band { low: 0.1, high: 0.5 }, 0.0), None);
        assert!(implausibility(Reading::Count { k: 0, n: 50 }, 0.0).is_some_and(|missed| missed < 1e-9));
    }
}
