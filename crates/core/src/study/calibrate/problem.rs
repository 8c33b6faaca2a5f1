//! What a calibration minimises: how far a point of the tuned quantities misses the targets.
//!
//! Comes in: targets and a point. Goes out: a figure for each target, and its miss. The same replicates, so the same people and the
//! same luck, serve every point (common random numbers). How points are proposed is not here: see the methods in `stats`.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;
use wearout_stats::interval::normal_quantile;

use crate::diagnostic::{Diagnostic, Faults};
use crate::engine::{Engine, simulate};
use crate::parameter::Parameters;
use crate::plan::{Experiment, check_under, compile_under};
use crate::scenario::{Draft, Variation};
use crate::study::Figure;
use crate::study::corners::{self, Corner};
use crate::tally::PairedTally;
use crate::targets::{Lever, Quantity, Reading, Spot, Target, TargetScenario, Targets, Tuned};

/// Least ratio of a figure to what is known; less counts as this.
pub(super) const LEAST_RATIO: f64 = 1e-4;

/// Targets with their scenarios compiled, ready to be measured anywhere.
#[derive(Debug)]
pub struct Problem<'a> {
    /// What is known and what may move.
    pub targets: &'a Targets,
    base: Parameters,
    pub(super) seed: u64,
    compiled: Vec<Experiment>,
}

/// How a simulated figure compares with what is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Miss {
    /// log(simulated / known), with sign; 0 inside a band.
    pub log_ratio: f64,
    /// Standard deviation of what is known, on the log scale; 0 for a band.
    pub known_sd: f64,
}

impl<'a> Problem<'a> {
    /// Compiles every scenario of the targets at these parameters, and checks that it can be compiled at every corner of the ranges.
    ///
    /// # Errors
    /// The faults of the first scenario that has any, or ranges that do not go together.
    pub fn new(targets: &'a Targets, base: &Parameters, seed: u64) -> Result<Problem<'a>, Faults> {
        let mut compiled: Vec<Experiment> = Vec::with_capacity(targets.scenarios.len());
        for scenario in &targets.scenarios {
            let known: Vec<&Experiment> = compiled.iter().collect();
            compiled.push(compile_under(&scenario.draft, seed, base, &known)?);
        }
        let problem = Problem { targets, base: *base, seed, compiled };
        problem.check_corners()?;
        Ok(problem)
    }

    /// Ranges are sound one by one, and may still overlap where one quantity must stay below another.
    fn check_corners(&self) -> Result<(), Faults> {
        let tuned = &self.targets.tuned;
        let ranges: Vec<(f64, f64)> = tuned.iter().map(|tuned| (tuned.low, tuned.high)).collect();
        let start: Vec<f64> = tuned.iter().map(|tuned| tuned.start).collect();
        let check = |point: &[f64]| {
            let parameters = self.parameters(point);
            let mut scenarios = self.targets.scenarios.iter().enumerate();
            scenarios.find_map(|(index, scenario)| {
                let faults = check_under(&self.draft(index, scenario, point), &parameters).err()?;
                Some((scenario.name.clone(), faults.list()[0].message.clone()))
            })
        };
        let Some(Corner { moved, point, fault: (scenario, message) }) = corners::faulty(&ranges, &start, check) else {
            return Ok(());
        };
        let at = |&index: &usize| format!("`{}` = {}", tuned[index].name, point[index]);
        let runs =
            |&index: &usize| format!("`{}` runs from {} to {}", tuned[index].name, ranges[index].0, ranges[index].1);
        let [at, runs] = [moved.iter().map(at).collect(), moved.iter().map(runs).collect()]
            .map(|words: Vec<String>| words.join(" and "));
        let fault = Diagnostic {
            message: format!("{at} cannot be simulated in {scenario}: {message}"),
            at: None,
            help: Some(format!("low and high under [[tune]] that leave this point out: {runs}")),
        };
        Faults::new(Vec::new(), vec![fault]).map_or(Ok(()), Err)
    }

    /// Parameters that do not move, and those that do where they begin.
    pub fn base(&self) -> &Parameters {
        &self.base
    }

    /// All parameters at a point.
    pub fn parameters(&self, point: &[f64]) -> Parameters {
        let parameter = |(tuned, value): (&'a Tuned, &f64)| match &tuned.lever {
            Lever::Parameter(key) => Some((key.as_str(), *value)),
            Lever::Key { .. } => None,
        };
        self.base.with(self.targets.tuned.iter().zip(point).filter_map(parameter))
    }

    /// The figure of every target at a point, over these replicates; `None` where no replicate has a base, or the engine was stopped, and
    /// for every target at a point that cannot be compiled.
    pub fn figures(&self, point: &[f64], replicates: Range<u32>, engine: &Engine) -> Vec<Option<Figure>> {
        if engine.stopped() {
            // Compiling takes its time too.
            return vec![None; self.targets.targets.len()];
        }
        let parameters = self.parameters(point);
        let mut experiments: Vec<Experiment> = Vec::with_capacity(self.compiled.len());
        for (index, scenario) in self.targets.scenarios.iter().enumerate() {
            let mut known = vec![&self.compiled[index]];
            known.extend(experiments.last());
            let draft = self.draft(index, scenario, point);
            match compile_under(&draft, self.seed, &parameters, &known) {
                Ok(experiment) => experiments.push(experiment),
                Err(_) => return vec![None; self.targets.targets.len()],
            }
        }
        let tallies: Vec<Vec<PairedTally>> = experiments
            .par_iter()
            .zip(&self.targets.scenarios)
            .map(|(experiment, TargetScenario { times, .. })| {
                simulate(experiment, times * replicates.start..times * replicates.end, engine)
            })
            .collect();
        let at = |spot: Spot, quantity: &crate::tally::Observable| {
            let of_plan = tallies[spot.scenario].iter().map(|paired| &paired.plans[spot.plan]);
            Figure::of(of_plan, &experiments[spot.scenario].given(spot.plan), quantity)
        };
        let figure = |target: &Target| match target.quantity {
            Quantity::Closed(form) => Some(Figure::exact((form.value)(&parameters))),
            Quantity::Simulated { observable, at: spot, over: None } => at(spot, &observable),
            Quantity::Simulated { observable, at: spot, over: Some(over) } => {
                at(spot, &observable)?.over(at(over, &observable)?)
            }
        };
        self.targets.targets.iter().map(figure).collect()
    }

    /// A scenario with its tuned keys at a point.
    fn draft<'s>(&self, index: usize, scenario: &'s TargetScenario, point: &[f64]) -> Cow<'s, Draft> {
        let tuned = self.targets.tuned.iter().zip(point);
        let varied = tuned.fold(Variation::new(), |varied, (tuned, value)| match &tuned.lever {
            Lever::Key { scenarios, key } if scenarios.contains(&index) => varied.set(key, format_args!("{value:?}")),
            _ => varied,
        });
        if varied.is_empty() { Cow::Borrowed(&scenario.draft) } else { Cow::Owned(varied.draft(&scenario.draft)) }
    }
}

/// What a reading says, as a band of figures, perhaps of no width, whose ends have an error of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Known {
    /// Lower end; 0 where anything up to the upper end will do.
    pub(super) low: f64,
    /// Upper end.
    pub(super) high: f64,
    /// Standard deviation of both ends, on the log scale; 0 for a band.
    pub(super) sd: f64,
}

impl Reading {
    /// What is known. Figures are compared with it as [`figure`](Self::figure) takes them.
    pub(super) fn known(&self) -> Known {
        match *self {
            Reading::Band { low, high } => Known { low, high, sd: 0.0 },
            Reading::Interval { low, high } => {
                let middle = f64::midpoint(low, high);
                Known { low: middle, high: middle, sd: (high - low) / (2.0 * normal_quantile(0.95)) / middle }
            }
            Reading::Count { k, n } => {
                // Half a success and half a failure more (Jeffreys), so that none of n has a logarithm.
                let (k, n) = (k as f64 + 0.5, n as f64 + 1.0);
                let share = k / n;
                Known { low: share, high: share, sd: ((1.0 - share) / k).sqrt() }
            }
        }
    }

    /// A simulated figure as this reading takes it: of a count, its share with the same half a case more as what is known, so that the
    /// observed share itself is met exactly, also where it is 0.
    pub(super) fn figure(&self, figure: f64) -> f64 {
        match *self {
            Reading::Band { .. } | Reading::Interval { .. } => figure,
            Reading::Count { n, .. } => (figure * n as f64 + 0.5) / (n as f64 + 1.0),
        }
    }

    /// How fast [`figure`](Self::figure) rises with what was simulated.
    pub(super) fn slope(&self) -> f64 {
        match *self {
            Reading::Band { .. } | Reading::Interval { .. } => 1.0,
            Reading::Count { n, .. } => n as f64 / (n as f64 + 1.0),
        }
    }
}

impl Target {
    /// How far a figure misses what is known. A figure of 0 or below counts as a ten-thousandth of what is known, and nothing counts as
    /// more than ten thousand times it: an infinite one is as bad as any can be.
    pub fn miss(&self, figure: f64) -> Miss {
        let (known, figure) = (self.reading.known(), self.reading.figure(figure));
        let log_over = |known: f64| libm::log((figure / known).clamp(LEAST_RATIO, 1.0 / LEAST_RATIO));
        let log_ratio = if figure < known.low {
            log_over(known.low)
        } else if figure > known.high {
            log_over(known.high)
        } else {
            0.0
        };
        Miss { log_ratio, known_sd: known.sd }
    }
}

impl Miss {
    /// Standard deviations between figure and target; `discrepancy` is the model's, on the log scale.
    pub fn implausibility(&self, discrepancy: f64) -> f64 {
        self.log_ratio.abs() / libm::hypot(discrepancy, self.known_sd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Observable;

    fn target(reading: Reading) -> Target {
        let observable = Observable::parse("loss_above_half").expect("an observable");
        let quantity = Quantity::Simulated { observable, at: Spot { scenario: 0, plan: 0 }, over: None };
        Target { name: "t".into(), quantity, reading, weight: 1.0, discrepancy: None, held_out: false, claim: None }
    }

    #[test]
    fn the_share_that_was_counted_is_met_exactly_also_where_it_is_none() {
        for (k, n) in [(0, 100), (0, 100_000), (1, 100), (50, 100), (100, 100)] {
            let miss = target(Reading::Count { k, n }).miss(k as f64 / n as f64);
            assert!(miss.log_ratio.abs() < 1e-12, "{k} of {n}: {miss:?}");
        }
        // None where one of many was counted is luck, not a contradiction.
        assert!(target(Reading::Count { k: 1, n: 100_000 }).miss(0.0).implausibility(0.12) < 2.0);
        assert!(target(Reading::Count { k: 50, n: 100 }).miss(0.0).implausibility(0.12) > 3.0);
    }

    #[test]
    fn an_infinite_figure_misses_as_much_as_none_at_all() {
        let target = target(Reading::Band { low: 0.1, high: 0.2 });
        let [none, infinite] = [0.0, f64::INFINITY].map(|figure| target.miss(figure).implausibility(0.12));
        assert!(none > 76.0 && (none - infinite).abs() < 1e-9, "{none} {infinite}");
    }
}
