//! What a figure depends on: how much of it each parameter and each lever of a plan moves, and which of them turns a verdict over.
//!
//! Comes in: a [`Question`]. Goes out: a [`Sensitivity`]. Three looks, each on luck that all its runs share: elementary effects over all
//! factors (screening, `stats::morris`), Sobol' indices of the most influential (`stats::sobol`), and one factor at a time (`ends`).
//! Factors are taken as independent and uniform over their ranges, also those that a fit ties to each other: the indices say what
//! could move the figure before any data are looked at. Not here: the methods, and how results are shown.

mod asked;
mod ends;
mod factor;
mod faulty;
mod over;
mod rows;
mod variants;

use std::cmp::Reverse;

use rand::Rng;
use serde::Serialize;

pub use asked::{Measure, Measured, Question, Request, Size};
pub use ends::{Decision, End, HALVINGS, Level, STEPS, Swing, Tip, Turn};
pub use factor::{Factor, Kind, Scale};
pub use variants::Variants;

use crate::analysis::CONFIDENCE;
use crate::diagnostic::Faults;
use crate::engine::Engine;
use crate::rng::{self, Stream};
use rows::Blocks;
use wearout_stats::{morris, sobol};

/// Trajectories of the screening.
pub const TRAJECTORIES: usize = 20;

/// Levels of the screening's grid.
const LEVELS: u32 = 4;

/// Resamples behind each bootstrap interval.
pub const RESAMPLES: u32 = 1000;

/// Fewest base rows from which indices are worked out when a run is stopped.
const FEWEST_BASE_ROWS: usize = 8;

/// What the analysis found.
#[derive(Debug, Clone, Serialize)]
pub struct Sensitivity {
    /// Elementary effects, one per factor; `None` where the metric has no base on any trajectory.
    pub effects: Option<Vec<morris::Effects>>,
    /// Trajectories they rest on.
    pub trajectories: usize,
    /// Indices of the factors that move the figure on some trajectory, the most influential first.
    pub ranking: Vec<usize>,
    /// Indices of the factors whose Sobol' indices follow, in the order of the ranking.
    pub indexed: Vec<usize>,
    /// The Sobol' indices, an input per factor of `indexed`; `None` with too few base rows.
    pub indices: Option<sobol::Sensitivity>,
    /// Base rows they rest on.
    pub base_rows: usize,
    /// Trajectories and base rows left out because the metric has no base somewhere in them.
    pub left_out: u32,
    /// Whether the scenario was looked at as it stands; not when stopped before.
    pub looked: bool,
    /// The figure as the scenario stands; `None` where no replicate has a base, or where it was not looked at.
    pub level: Option<Level>,
    /// One factor at a time, in the order of the factors.
    pub swings: Vec<Swing>,
    /// What reverses each decision of the verdict: decision by decision, the nearest turn first and factors that turn nothing over
    /// last; equals stay in the order of the factors.
    pub tips: Vec<Tip>,
    /// Replicates simulated, all looks together.
    pub replicates: u64,
    /// Whether it was stopped before the end.
    pub partial: bool,
}

impl Sensitivity {
    /// Factors that move the figure on no trajectory: in this scenario, on this luck, they have no effect on it.
    pub fn without_effect(&self) -> impl Iterator<Item = usize> {
        let effects = self.effects.as_deref().unwrap_or_default();
        effects.iter().enumerate().filter(|(_, effects)| effects.mu_star == 0.0).map(|(factor, _)| factor)
    }

    /// The indices of the factors of `indexed`, in their order; `None` where there are none.
    pub fn inputs(&self) -> Option<impl Iterator<Item = (usize, &sobol::Indices)>> {
        Some(self.indexed.iter().copied().zip(self.indices.as_ref()?.inputs.as_ref()?))
    }

    /// The part of luck in the variance of a single campaign, 0 to 1.
    pub fn luck(&self) -> Option<f64> {
        self.indices.as_ref()?.noise_share()
    }

    /// Sum of the first-order indices: what is explained by factors each on its own. The rest is interactions.
    pub fn explained(&self) -> Option<f64> {
        Some(self.inputs()?.map(|(_, input)| input.first.estimate).sum())
    }
}

/// Experiments that an analysis compiles, as far as it is known before.
pub fn experiments_expected(question: &Question) -> u64 {
    let n = question.factors.len() as u64;
    let indexed = n.min(question.n_indexed as u64);
    TRAJECTORIES as u64 * (n + 1) + u64::from(question.rows) * (indexed + 2) + looks_expected(question)
}

fn looks_expected(question: &Question) -> u64 {
    let per_factor = if question.variants.base().plans.len() > 1 { u64::from(STEPS) } else { 1 };
    1 + question.factors.len() as u64 * 2 * per_factor
}

/// Replicates that an analysis simulates, but for the halvings of its last look and what it need not search.
pub fn replicates_expected(question: &Question) -> u64 {
    let n = question.factors.len() as u64;
    let screening = TRAJECTORIES as u64 * (n + 1) * u64::from(question.streams);
    let indexed = n.min(question.n_indexed as u64);
    let indices = u64::from(question.rows) * (indexed + 2) * u64::from(question.streams);
    screening + indices + looks_expected(question) * u64::from(question.replicates)
}

/// Answers a question; `None` when the engine is told to stop before the first look is complete.
///
/// # Errors
/// What a combination of levers makes wrong, which their ranges alone do not show.
pub fn sensitivity(question: &Question, engine: &Engine) -> Result<Option<Sensitivity>, Faults> {
    let all: Vec<&Factor> = question.factors.iter().collect();
    let started_at = engine.replicates();
    let trajectories = morris::trajectories(TRAJECTORIES, all.len(), LEVELS, &mut random(question, Draw::Trajectories));
    let points: Vec<Vec<f64>> = trajectories.iter().flat_map(|trajectory| trajectory.rows.iter().cloned()).collect();
    let screened = rows::run(question, &all, &points, all.len() + 1, engine)?;
    if screened.partial {
        return Ok(None);
    }
    let effects = effects(question, &trajectories, &screened);
    let mut found = Sensitivity {
        ranking: effects.as_deref().map(ranking).unwrap_or_default(),
        effects,
        trajectories: screened.kept.len(),
        indexed: Vec::new(),
        indices: None,
        base_rows: 0,
        left_out: screened.left_out,
        looked: false,
        level: None,
        swings: Vec::new(),
        tips: Vec::new(),
        replicates: 0,
        partial: false,
    };
    found.indexed = found.ranking.iter().copied().take(question.n_indexed).collect();
    share_out(question, &mut found, engine)?;
    let ends = ends::run(question, engine)?;
    found.partial |= ends.partial;
    (found.looked, found.level, found.swings, found.tips) = (ends.looked, ends.level, ends.swings, ends.tips);
    found.replicates = engine.replicates() - started_at;
    Ok(Some(found))
}

fn effects(
    question: &Question,
    trajectories: &[morris::Trajectory],
    screened: &Blocks,
) -> Option<Vec<morris::Effects>> {
    let kept: Vec<morris::Trajectory> = screened.kept.iter().map(|&block| trajectories[block].clone()).collect();
    let per_trajectory = question.factors.len() + 1;
    let means: Vec<Vec<f64>> =
        screened.values.chunks(per_trajectory).map(|rows| rows.iter().map(|row| mean(row)).collect()).collect();
    morris::effects(&kept, &means, RESAMPLES, CONFIDENCE, &mut random(question, Draw::EffectResamples))
}

/// The mean over streams.
fn mean(streams: &[f64]) -> f64 {
    streams.iter().sum::<f64>() / streams.len() as f64
}

/// The factors that have an effect, largest first; equals stay in their order.
fn ranking(effects: &[morris::Effects]) -> Vec<usize> {
    let mut ranking: Vec<usize> = (0..effects.len()).filter(|&factor| effects[factor].mu_star > 0.0).collect();
    // Sizes are never negative, and the bits of such numbers are in their order.
    ranking.sort_by_key(|&factor| Reverse(effects[factor].mu_star.to_bits()));
    ranking
}

/// Sobol' indices of the factors chosen; the others stay as the scenario has them.
fn share_out(question: &Question, found: &mut Sensitivity, engine: &Engine) -> Result<(), Faults> {
    if found.indexed.is_empty() {
        return Ok(());
    }
    let factors: Vec<&Factor> = found.indexed.iter().map(|&factor| &question.factors[factor]).collect();
    let seed = random(question, Draw::Scrambling).next_u32();
    let points = sobol::design(question.rows, factors.len(), seed);
    let blocks = rows::run(question, &factors, &points, factors.len() + 2, engine)?;
    found.partial |= blocks.partial;
    found.left_out += blocks.left_out;
    found.base_rows = blocks.kept.len();
    if found.base_rows >= FEWEST_BASE_ROWS {
        let resampling = sobol::Resampling { n_resamples: RESAMPLES, confidence: CONFIDENCE };
        let mut random = random(question, Draw::IndexResamples);
        found.indices = Some(sobol::indices(&blocks.values, factors.len(), resampling, &mut random));
    }
    Ok(())
}

/// What random numbers of the method are for: the index of their stream. Never renumber.
#[derive(Clone, Copy)]
enum Draw {
    Trajectories = 101,
    EffectResamples = 102,
    Scrambling = 103,
    IndexResamples = 104,
}

fn random(question: &Question, draw: Draw) -> Stream {
    rng::method(question.variants.seed(), 0, draw as u32)
}
