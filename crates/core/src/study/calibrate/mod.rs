//! Calibration: which values of the tuned quantities meet the targets.
//!
//! Comes in: a [`Problem`], and [`Settings`]. Goes out: a [`Calibration`], a state that takes one generation a step, can be written
//! down and gone on with to the same bits, for any number of threads, and always has an outcome. The methods themselves are in `stats` and
//! know nothing of messages; files and clocks are at the rim.

mod best;
mod outcome;
mod plausible;
mod posterior;
mod problem;

use serde::{Deserialize, Serialize};
use wearout_stats::history_matching::HistoryError;
use wearout_stats::{abc_smc, cma_es, history_matching};

pub use best::Best;
pub use outcome::{Outcome, Score};
pub use plausible::{CUTOFF, MET, Plausible};
pub use posterior::{MOST_FREED, Posterior};
pub use problem::{Miss, Problem};

use crate::engine::Engine;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The point that misses the targets least (CMA-ES).
    Best,
    /// A weighted sample of what the targets leave of the prior, for a few quantities (ABC).
    Posterior,
    /// Every point that does not contradict the targets, over all quantities (history matching).
    Plausible,
}

/// How a calibration is run; its results follow from this, the problem and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What is looked for.
    pub method: Method,
    /// Seed of the method's proposals; the simulated luck is the problem's.
    pub seed: u64,
    /// Replicates at each point.
    pub replicates: u32,
    /// Points measured at the most.
    pub simulations: u64,
    /// Best: points of a generation. Posterior: particles in the end. Plausible: sets wanted. `None`: the method's own.
    pub points: Option<usize>,
}

/// A calibration between two generations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    settings: Settings,
    generations: u64,
    simulations: u64,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum State {
    Best(Box<Best>),
    Posterior(Box<Posterior>),
    Plausible(Box<Plausible>),
}

/// Why there is nothing more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The points allowed are spent; another generation would not fit.
    Simulations,
    /// What CMA-ES says.
    Best(cma_es::Stop),
    /// What ABC says.
    Posterior(abc_smc::Stop),
    /// What history matching says.
    Plausible(history_matching::Stop),
}

impl Calibration {
    /// A calibration that has measured nothing yet.
    ///
    /// # Errors
    /// When history matching cannot begin with these targets and quantities.
    pub fn new(problem: &Problem, settings: Settings) -> Result<Calibration, HistoryError> {
        let state = match settings.method {
            Method::Best => State::Best(Box::new(Best::new(problem, &settings))),
            Method::Posterior => State::Posterior(Box::new(Posterior::new(problem, &settings))),
            Method::Plausible => State::Plausible(Box::new(Plausible::new(problem, &settings)?)),
        };
        Ok(Calibration { settings, generations: 0, simulations: 0, state })
    }

    /// Measures one generation; false when it is [`finished`](Self::finished), or the engine was told to stop before the generation was
    /// complete: then nothing has changed.
    pub fn step(&mut self, problem: &Problem, engine: &Engine) -> bool {
        if self.finished().is_some() {
            return false;
        }
        let settings = &self.settings;
        let measured = match &mut self.state {
            State::Best(best) => best.step(problem, settings, engine),
            State::Posterior(posterior) => posterior.step(problem, settings, engine),
            State::Plausible(plausible) => plausible.step(problem, settings, engine),
        };
        let Some(measured) = measured else { return false };
        self.generations += 1;
        self.simulations += measured;
        true
    }

    /// How it is run.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Generations measured.
    pub fn generations(&self) -> u64 {
        self.generations
    }

    /// Points measured.
    pub fn simulations(&self) -> u64 {
        self.simulations
    }

    /// Why nothing more is to be done; `None` while something is.
    pub fn finished(&self) -> Option<Reason> {
        let is_spent = |least: u64| self.simulations + least > self.settings.simulations;
        match &self.state {
            State::Best(best) => {
                best.stop().map(Reason::Best).or(is_spent(best.population()).then_some(Reason::Simulations))
            }
            State::Posterior(posterior) => {
                posterior.stop().map(Reason::Posterior).or(is_spent(posterior.least()).then_some(Reason::Simulations))
            }
            State::Plausible(plausible) => plausible.stop().map(Reason::Plausible),
        }
    }

    /// How far it has come, in a few words: the least loss, the threshold and effective sample, or the plausible sets so far.
    pub fn progress(&self) -> String {
        match &self.state {
            State::Best(best) => best.least().map_or_else(String::new, |loss| format!("least loss {loss:.3}")),
            State::Posterior(posterior) => {
                let sampling = posterior.sampling();
                match (sampling.threshold(), sampling.history().last()) {
                    (Some(threshold), Some(last)) => format!(
                        "threshold {threshold:.2}, acceptance {:.2}, effective sample {:.0}",
                        last.acceptance, last.effective
                    ),
                    _ if posterior.freed().is_empty() => "screening".to_owned(),
                    _ => "drawing from the prior".to_owned(),
                }
            }
            State::Plausible(plausible) => format!("{} plausible sets", plausible.search().n_plausible()),
        }
    }

    /// The sample of a posterior, while that is what is looked for.
    pub fn posterior(&self) -> Option<&Posterior> {
        if let State::Posterior(posterior) = &self.state { Some(posterior) } else { None }
    }

    /// The search of a plausible set, while that is what is looked for.
    pub fn plausible(&self) -> Option<&Plausible> {
        if let State::Plausible(plausible) = &self.state { Some(plausible) } else { None }
    }
}
