//! History matching: all inputs under which a simulator does not contradict what was observed, found in waves.
//!
//! Comes in: a box of inputs, targets (bands with variances), a budget, then the outputs of the runs that were asked. Goes out: the
//! plausible set, judged by the runs themselves; the share of the box that each wave leaves; and, when nothing is plausible,
//! which targets exclude each other. Running the simulator is the caller's part, and so is the scale: logarithms of outputs and
//! bands make implausibility a matter of ratios.
//!
//! Each wave emulates every output from the runs in the region left so far, samples uniformly what the emulators do not rule
//! out, and asks runs there. A uniform sample of a region is uniform over the plausible part within it, so the plausible runs of
//! a wave spread over the plausible set; they do not gather where the search began. Points asked where runs of a wave are fewer
//! than the sample (few inputs) are spread out within it instead. A wave leaves a point only if all waves before left it.
//! Where emulators stop ruling out before runs are plausible, the next wave is focused on where they expect the best, and says
//! so ([`HistoryMatching::is_exhaustive`]): better a part of the plausible set than none.
//!
//! Every number follows from the setup, the outputs in the order of the asked points, and the generator given to each call. Give
//! each call a generator of its own (keyed by [`HistoryMatching::n_waves`]), and a state that was serialised and read back
//! goes on to the same bits. Sources: Craig, Goldstein, Seheult & Smith 1997, Case Studies in Bayesian Statistics III, 37-93;
//! Vernon, Goldstein & Bower 2010, Bayesian Analysis 5(4), 619-669; space-filling choice: Kennard & Stone
//! 1969, Technometrics 11(1), 137-148; first design: `McKay`, Beckman & Conover 1979, Technometrics 21(2), 239-245.

mod conflict;
mod region;
mod setup;
mod wave;

use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::random::uniform;

pub use conflict::{Conflicts, Exclusion};
pub use setup::{HistoryError, Input, Rule, Setup, Target};
pub use wave::Wave;

use region::Criterion;
use wave::{Falling, Joint};

/// Fewest points that represent a region.
const LEAST_POPULATION: usize = 400;
/// Moves of each point at each level of a descent, per input and at least.
const MOVES_PER_INPUT: usize = 2;
const LEAST_MOVES: usize = 12;
/// After a wave with a smaller share of plausible runs, which over [`USUAL_WAVES`] in all would not come to those wanted, and
/// emulators that leave more than this share of the region, the next wave is focused on the part of it, of this share, where
/// the emulators expect the best runs.
const FEW_PLAUSIBLE: f64 = 0.05;
const LITTLE_RULED_OUT: f64 = 0.1;
const FOCUSED_SHARE: f64 = 0.01;
/// Waves that a search is given to come to what is wanted, whatever its budget: with another budget it must ask the same, so that one
/// stopped early is repeated by allowing as many runs as it made.
const USUAL_WAVES: usize = 22;
/// Points and moves of the search that asks the emulators whether targets exclude each other.
const EXCLUSION_POPULATION: usize = 100;
const EXCLUSION_MOVES: usize = 8;
/// Waves in a row whose emulators find nothing below the cutoff, after which the plausible set is taken to be empty.
const MOST_EMPTY_WAVES: usize = 2;

/// What the simulator gave at one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// One for each target; `None` where the run has no such output.
    pub outputs: Vec<Option<f64>>,
    /// Variance of each output about its expectation (0 or more): the simulation's own noise. Ignored where the output is missing.
    pub variances: Vec<f64>,
}

/// A run at its point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Told {
    /// In units of the box.
    unit: Vec<f64>,
    run: Run,
    is_plausible: bool,
}

/// Why no more runs are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// As many plausible runs as were wanted.
    Enough,
    /// The budget is spent.
    Budget,
    /// Two waves in a row found no point that the emulators do not rule out, and no run was plausible.
    Empty,
}

/// A run that meets the targets by the rule.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Plausible {
    /// Number of the run, in the order of asking.
    pub run: usize,
    /// Its inputs, in the caller's units.
    pub point: Vec<f64>,
    /// Implausibility of each target; `None` without an output.
    pub implausibility: Vec<Option<f64>>,
}

/// The search as an ask/tell state machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryMatching {
    setup: Setup,
    told: Vec<Told>,
    waves: Vec<Wave>,
    /// Uniform over what the waves leave, in units of the box.
    population: Vec<Vec<f64>>,
    asked: Vec<Vec<f64>>,
    n_starts: usize,
    n_empty: usize,
    stop: Option<Stop>,
}

impl HistoryMatching {
    /// Checks the setup and asks a Latin hypercube.
    ///
    /// # Errors
    /// A number of the setup that is out of its range.
    pub fn new(setup: Setup, rng: &mut impl Rng) -> Result<Self, HistoryError> {
        Self::with_starting_points(setup, &[], rng)
    }

    /// The same, with points that are run first. Those that turn out plausible help to find the region (they are among the points
    /// from which its sample descends); they count as plausible runs, but are not a uniform draw: see [`Self::n_starts`].
    ///
    /// # Errors
    /// A number of the setup that is out of its range; a starting point outside the box.
    pub fn with_starting_points(setup: Setup, starts: &[Vec<f64>], rng: &mut impl Rng) -> Result<Self, HistoryError> {
        setup.check()?;
        let unit = |(point, start): (usize, &Vec<f64>)| setup.unit(start).ok_or(HistoryError::Start { point });
        let mut asked: Vec<Vec<f64>> = starts.iter().enumerate().map(unit).collect::<Result<_, _>>()?;
        let n_starts = asked.len().min(setup.budget);
        asked.extend(latin_hypercube(setup.runs_per_wave, setup.inputs.len(), rng));
        asked.truncate(setup.budget);
        let population = latin_hypercube(setup.runs_per_wave.max(LEAST_POPULATION), setup.inputs.len(), rng);
        let stop = asked.is_empty().then_some(Stop::Budget);
        Ok(Self { setup, told: Vec::new(), waves: Vec::new(), population, asked, n_starts, n_empty: 0, stop })
    }

    /// The points to run now, in the caller's units; none when it has stopped.
    pub fn ask(&self) -> Vec<Vec<f64>> {
        self.asked.iter().map(|z| self.setup.natural(z)).collect()
    }

    /// Takes the runs in the order of the points asked, fits the next wave's emulators and decides what to ask next.
    ///
    /// # Errors
    /// Too many or too few runs, outputs or variances, or one that is not finite. The state is then as it was.
    pub fn tell(&mut self, runs: Vec<Run>, rng: &mut impl Rng) -> Result<(), HistoryError> {
        if runs.len() != self.asked.len() {
            return Err(HistoryError::Runs { told: runs.len(), asked: self.asked.len() });
        }
        let n_targets = self.setup.targets.len();
        let is_sound = |run: &Run| {
            run.outputs.len() == n_targets
                && run.variances.len() == n_targets
                && run.outputs.iter().flatten().all(|output| output.is_finite())
                && run.variances.iter().all(|variance| variance.is_finite() && *variance >= 0.0)
        };
        if let Some(run) = runs.iter().position(|run| !is_sound(run)) {
            return Err(HistoryError::Outputs { run });
        }
        for (unit, run) in std::mem::take(&mut self.asked).into_iter().zip(runs) {
            let is_plausible = self.setup.is_plausible(&run.implausibility(&self.setup));
            self.told.push(Told { unit, run, is_plausible });
        }
        let left = self.setup.budget.saturating_sub(self.told.len());
        if self.n_plausible() >= self.setup.wanted {
            self.stop = Some(Stop::Enough);
        } else if self.stop.is_none() {
            // Also after the last run: what the emulators tell of conflicts must not depend on the budget.
            self.next_wave(rng);
            if self.n_empty >= MOST_EMPTY_WAVES && self.n_plausible() == 0 {
                self.stop = Some(Stop::Empty);
            } else if left == 0 {
                self.stop = Some(Stop::Budget);
            } else {
                self.asked = self.choose(self.setup.runs_per_wave.min(left));
            }
        }
        Ok(())
    }

    fn next_wave(&mut self, rng: &mut impl Rng) {
        if self.waves.is_empty() {
            let starts = self.told[..self.n_starts].iter().filter(|told| told.is_plausible);
            self.population.iter_mut().rev().zip(starts).for_each(|(point, start)| point.clone_from(&start.unit));
        }
        let newest = self.waves.last().map_or(0, |wave| wave.n_runs);
        let n_plausible = self.told[newest..].iter().filter(|told| told.is_plausible).count();
        let rate = n_plausible as f64 / (self.told.len() - newest) as f64;
        let left = (USUAL_WAVES * self.setup.runs_per_wave).saturating_sub(self.told.len()) as f64;
        let is_starving = rate < FEW_PLAUSIBLE && self.n_plausible() as f64 + rate * left < self.setup.wanted as f64;
        let mut wave = Wave::fit(&self.setup, &self.told, &self.waves);
        let n_moves = (MOVES_PER_INPUT * self.setup.inputs.len()).max(LEAST_MOVES);
        let falling = Falling { setup: &self.setup, newest: &wave, before: &self.waves };
        let mut descent = region::descend(&self.population, &falling, (wave.cut, 0.0), n_moves, rng);
        wave.is_reached = descent.level <= wave.cut;
        wave.cut = descent.level;
        let (share, error) = self.waves.last().map_or((1.0, 0.0), |wave| (wave.share, wave.share_error));
        self.waves.push(wave);
        let wave = &self.waves[self.waves.len() - 1];
        let (mut share, mut variance) = (share * descent.share, error * error + descent.relative_variance);
        let is_focused = is_starving && wave.is_reached && descent.share > LITTLE_RULED_OUT;
        if is_focused {
            let falling = Falling { setup: &self.setup, newest: wave, before: &self.waves };
            descent = region::descend(&descent.population, &falling, (wave.floor, FOCUSED_SHARE), n_moves, rng);
            share *= descent.share;
            variance += descent.relative_variance;
        }
        self.population = descent.population;
        if let Some(wave) = self.waves.last_mut() {
            (wave.share, wave.share_error, wave.is_focused) = (share, variance.sqrt(), is_focused);
            // A descent that found no level below the cut leaves the cut.
            wave.cut = if is_focused && descent.level.is_finite() { descent.level } else { wave.cut };
            self.n_empty = if wave.is_reached { 0 } else { self.n_empty + 1 };
        }
    }

    /// The next points: evenly from the sample, or, for processes, far from each other and from what was run.
    fn choose(&self, n: usize) -> Vec<Vec<f64>> {
        let population = &self.population;
        if !self.setup.residual.is_process(self.setup.inputs.len(), 0) {
            let n = n.min(population.len());
            return (0..n).map(|i| population[i * population.len() / n].clone()).collect();
        }
        let square = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        let from_told = |z: &Vec<f64>| self.told.iter().map(|told| square(z, &told.unit)).fold(f64::INFINITY, f64::min);
        let mut distance: Vec<f64> = population.iter().map(from_told).collect();
        let mut chosen = Vec::with_capacity(n);
        while chosen.len() < n {
            let farthest = (0..population.len()).reduce(|a, b| if distance[b] > distance[a] { b } else { a });
            let Some(point) = farthest.map(|i| &population[i]) else { break };
            distance.iter_mut().zip(population).for_each(|(d, z)| *d = d.min(square(z, point)));
            chosen.push(point.clone());
        }
        chosen
    }

    /// Why it stopped; `None` while it asks.
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }

    /// What was asked of it.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Waves whose emulators were fitted. It rises by one with every `tell` but one that brings enough.
    pub fn n_waves(&self) -> usize {
        self.waves.len()
    }

    /// The waves, first to last.
    pub fn waves(&self) -> &[Wave] {
        &self.waves
    }

    /// Runs told.
    pub fn n_runs(&self) -> usize {
        self.told.len()
    }

    /// Of the first runs, how many were the caller's starting points.
    pub fn n_starts(&self) -> usize {
        self.n_starts
    }

    /// Runs that meet the targets by the rule.
    pub fn n_plausible(&self) -> usize {
        self.told.iter().filter(|told| told.is_plausible).count()
    }

    /// The plausible set, in the order of the runs.
    pub fn plausible(&self) -> Vec<Plausible> {
        let kept = self.told.iter().enumerate().filter(|(_, told)| told.is_plausible);
        kept.map(|(run, told)| Plausible {
            run,
            point: self.setup.natural(&told.unit),
            implausibility: told.run.implausibility(&self.setup),
        })
        .collect()
    }

    /// Whether no wave rules a point (in the caller's units) out; `None` for one outside the box.
    pub fn is_left(&self, point: &[f64]) -> Option<bool> {
        let z = self.setup.unit(point)?;
        Some(self.waves.iter().rev().all(|wave| wave.keeps(&self.setup, &z)))
    }

    /// Whether no wave was focused: then a plausible point was left only where an emulator misjudged its own error.
    pub fn is_exhaustive(&self) -> bool {
        self.waves.iter().all(|wave| !wave.is_focused)
    }

    /// Which targets exclude each other, as far as the runs and the first wave's emulators tell.
    pub fn conflicts(&self, rng: &mut impl Rng) -> Conflicts {
        let rows: Vec<Vec<Option<f64>>> = self.told.iter().map(|told| told.run.implausibility(&self.setup)).collect();
        let mut found = conflict::conflicts(&rows, self.setup.targets.len(), self.setup.cutoff);
        if let Some(wave) = self.waves.first() {
            let start = latin_hypercube(EXCLUSION_POPULATION, self.setup.inputs.len(), rng);
            for set in &mut found.sets {
                let joint = Joint { setup: &self.setup, wave, targets: &set.targets };
                let descent = region::descend(&start, &joint, (0.0, 0.0), EXCLUSION_MOVES, rng);
                let least = descent.population.iter().map(|z| joint.value(z)).fold(f64::INFINITY, f64::min);
                set.emulated = Some(least);
            }
            found.sets.sort_by(|a, b| b.emulated.unwrap_or(0.0).total_cmp(&a.emulated.unwrap_or(0.0)));
        }
        found
    }
}

/// One point in each of n slices of every input, the slices shuffled.
fn latin_hypercube(n: usize, n_inputs: usize, rng: &mut impl Rng) -> Vec<Vec<f64>> {
    let mut points = vec![vec![0.0; n_inputs]; n];
    for j in 0..n_inputs {
        let mut slices: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            slices.swap(i, ((uniform(rng) * (i + 1) as f64) as usize).min(i));
        }
        for (point, slice) in points.iter_mut().zip(slices) {
            point[j] = (slice as f64 + uniform(rng)) / n as f64;
        }
    }
    points
}
