//! Posterior: what the targets leave of the prior of a few quantities, by ABC; the others are drawn from their prior anew at each
//! point, so that what is not known of them stays not known.
//!
//! Comes in: a problem. Goes out, generation by generation, a sample that can be written down and gone on with. The quantities that are
//! tuned are those with the largest mean absolute elementary effect on the distance (Morris 1991; Campolongo et al. 2007), at most
//! [`MOST_FREED`]. The distance of a point is the root of the weighted sum of squared implausibilities after errors of the model and of
//! the observation were added to its figures (Wilkinson 2013, Statistical Applications in Genetics and Molecular Biology 12(2), 129-141):
//! then a threshold that falls to 0 leaves the posterior under those errors. It never falls so far with many targets, so the sample is
//! adjusted by regression on what the targets are missed by (`abc_regression`).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Problem, Settings};
use crate::engine::Engine;
use crate::rng;
use crate::stats::Interval;
use crate::stats::abc_regression::{self, Adjusted, Sample};
use crate::stats::abc_smc::{AbcSmc, Particle, Settings as Sampling, Stop};
use crate::stats::morris;
use crate::stats::prior::BoxPrior;
use crate::stats::random::{normal, uniform};
use crate::study::Figure;
use crate::targets::Reading;

/// Most quantities that are tuned at once: beyond, ABC needs more simulations than anyone has.
pub const MOST_FREED: usize = 8;

/// Trajectories of the screening, and levels of their grid.
const TRAJECTORIES: usize = 10;
const LEVELS: u32 = 4;

/// Share of particles kept, and the acceptance below which a generation teaches too little (Lenormand et al. 2013, section 3).
const KEPT: f64 = 0.5;
const LEAST_ACCEPTANCE: f64 = 0.03;

/// Particles in the end where nothing is asked for.
const PARTICLES: usize = 1000;

/// Implausibility of a target without a figure, and the largest one of any.
const NOTHING: f64 = 20.0;

/// Streams of a step: proposals, and from [`FIRST_POINT`] on one for each point.
const PROPOSALS: u32 = 0;
const FIRST_POINT: u32 = 1;

/// A sample between two generations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Posterior {
    /// Indices of the quantities that are tuned; empty before the screening.
    freed: Vec<usize>,
    sampling: AbcSmc,
    /// What is kept beside each particle, in their order.
    kept: Vec<Simulated>,
}

/// A simulation.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Simulated {
    /// Its whole point: quantities drawn from the prior too.
    point: Vec<f64>,
    /// For each fitted target how far its figure, with an error of its own, misses it: standard deviations times the root of the
    /// target's weight.
    misses: Vec<f64>,
}

impl Simulated {
    fn distance(&self) -> f64 {
        self.misses.iter().map(|miss| miss * miss).sum::<f64>().sqrt()
    }
}

impl Posterior {
    pub(super) fn new(problem: &Problem, settings: &Settings) -> Posterior {
        let n_tuned = problem.targets.tuned.len();
        let all = if n_tuned <= MOST_FREED { (0..n_tuned).collect() } else { Vec::new() };
        let screening = if all.is_empty() { (TRAJECTORIES * (n_tuned + 1)) as u64 } else { 0 };
        let n_kept = settings.points.unwrap_or(PARTICLES);
        Posterior {
            freed: all,
            sampling: AbcSmc::new(Sampling {
                n_particles: (n_kept as f64 / KEPT) as usize,
                kept: KEPT,
                least_acceptance: LEAST_ACCEPTANCE,
                most_simulations: settings.simulations.saturating_sub(screening).max(1),
                near_enough: None,
            }),
            kept: Vec::new(),
        }
    }

    /// The screening, or one generation; how many points were measured, or `None` when the engine was told to stop before it was
    /// complete.
    pub(super) fn step(&mut self, problem: &Problem, settings: &Settings, engine: &Engine) -> Option<u64> {
        if self.freed.is_empty() {
            return self.screen(problem, settings, engine);
        }
        let prior = self.prior(problem);
        let step = 1 + self.sampling.generation() as u32;
        let mut sampling = self.sampling.clone();
        let asked = sampling.ask(&prior, &mut rng::method(settings.seed, step, PROPOSALS));
        let measured: Vec<Simulated> = asked
            .par_iter()
            .enumerate()
            .map(|(i, freed)| {
                let mut luck = rng::method(settings.seed, step, FIRST_POINT + i as u32);
                let point = self.whole(problem, freed, &mut luck);
                let figures = problem.figures(&point, 0..settings.replicates, engine);
                let misses = misses(problem, &figures, |sd| sd * normal(&mut luck));
                Simulated { point, misses }
            })
            .collect();
        if engine.stopped() {
            return None;
        }
        let distances: Vec<f64> = measured.iter().map(Simulated::distance).collect();
        if !distances.is_empty() {
            sampling.tell(&distances);
        }
        let mut known = std::mem::take(&mut self.kept).into_iter().chain(measured);
        // Particles keep the order in which they were simulated.
        let of_particle = |particle: &Particle| {
            let is_it =
                |simulated: &Simulated| self.freed.iter().zip(&particle.point).all(|(&i, x)| simulated.point[i] == *x);
            known.find(is_it).expect("every particle was simulated")
        };
        self.kept = sampling.particles().iter().map(of_particle).collect();
        self.sampling = sampling;
        Some(distances.len() as u64)
    }

    /// Chooses the quantities to tune: those that move the distance most over the whole box.
    fn screen(&mut self, problem: &Problem, settings: &Settings, engine: &Engine) -> Option<u64> {
        let tuned = &problem.targets.tuned;
        let mut luck = rng::method(settings.seed, 0, PROPOSALS);
        let trajectories = morris::trajectories(TRAJECTORIES, tuned.len(), LEVELS, &mut luck);
        let at = |unit: &Vec<f64>| {
            let point: Vec<f64> = unit.iter().zip(tuned).map(|(u, t)| t.low + u * (t.high - t.low)).collect();
            let misses = misses(problem, &problem.figures(&point, 0..settings.replicates, engine), |_| 0.0);
            Simulated { point, misses }.distance()
        };
        let values: Vec<Vec<f64>> =
            trajectories.par_iter().map(|trajectory| trajectory.rows.par_iter().map(at).collect()).collect();
        if engine.stopped() {
            return None;
        }
        let effects = morris::effects(&trajectories, &values, 1, 0.95, &mut luck).expect("trajectories were drawn");
        let mut order: Vec<usize> = (0..tuned.len()).collect();
        order.sort_by(|&a, &b| effects[b].mu_star.total_cmp(&effects[a].mu_star).then(a.cmp(&b)));
        order.truncate(MOST_FREED);
        order.sort_unstable();
        self.freed = order;
        Some(values.iter().map(Vec::len).sum::<usize>() as u64)
    }

    fn prior(&self, problem: &Problem) -> BoxPrior {
        let tuned = &problem.targets.tuned;
        BoxPrior {
            low: self.freed.iter().map(|&i| tuned[i].low).collect(),
            high: self.freed.iter().map(|&i| tuned[i].high).collect(),
        }
    }

    /// A whole point: the tuned quantities as given, the others from their prior.
    fn whole(&self, problem: &Problem, freed: &[f64], luck: &mut impl rand::Rng) -> Vec<f64> {
        let mut point: Vec<f64> =
            problem.targets.tuned.iter().map(|tuned| tuned.low + uniform(luck) * (tuned.high - tuned.low)).collect();
        for (&i, &value) in self.freed.iter().zip(freed) {
            point[i] = value;
        }
        point
    }

    /// Indices of the quantities that are tuned; the others are drawn from their prior.
    pub fn freed(&self) -> &[usize] {
        &self.freed
    }

    /// Why the run is over; `None` while it goes on.
    pub fn stop(&self) -> Option<Stop> {
        self.sampling.stop()
    }

    /// Threshold, acceptance and effective sample size of each generation.
    pub fn sampling(&self) -> &AbcSmc {
        &self.sampling
    }

    /// The sample: whole points with their weights, which sum to 1. Adjusted by regression on the misses, all tuned quantities alike,
    /// where there are particles enough for it; else as it is.
    pub fn sample(&self, problem: &Problem) -> Vec<(Vec<f64>, f64)> {
        match self.adjusted(problem) {
            Some(Adjusted { points, weights }) => points.into_iter().zip(weights).collect(),
            None => self.kept.iter().map(|simulated| simulated.point.clone()).zip(self.sampling.weights()).collect(),
        }
    }

    /// Whether the sample is adjusted: whether it has five effective particles or more for each fitted target.
    pub fn is_adjusted(&self, problem: &Problem) -> bool {
        self.adjusted(problem).is_some()
    }

    fn adjusted(&self, problem: &Problem) -> Option<Adjusted> {
        let tuned = &problem.targets.tuned;
        let bounds: Vec<Option<Interval>> = tuned.iter().map(|t| Some(Interval { low: t.low, high: t.high })).collect();
        let (points, misses): (Vec<_>, Vec<_>) =
            self.kept.iter().map(|simulated| (simulated.point.clone(), simulated.misses.clone())).unzip();
        let sample = Sample {
            points: &points,
            weights: &self.sampling.weights(),
            misses: &misses,
            distances: &self.sampling.particles().iter().map(|particle| particle.distance).collect::<Vec<f64>>(),
            threshold: self.sampling.threshold()?,
        };
        abc_regression::adjust(&sample, &bounds)
    }
}

/// What each fitted target is missed by, in its standard deviations times the root of its weight, after `error` has been added to the
/// logarithm of the figure; [`NOTHING`] at the most, and without a figure.
fn misses(problem: &Problem, figures: &[Option<Figure>], mut error: impl FnMut(f64) -> f64) -> Vec<f64> {
    let targets = problem.targets;
    let fitted = targets.targets.iter().zip(figures).filter(|(target, _)| !target.held_out);
    fitted
        .map(|(target, figure)| {
            let known_sd = match target.reading {
                Reading::Band { .. } => 0.0,
                Reading::Interval { .. } | Reading::Count { .. } => target.miss(1.0).known_sd,
            };
            let off = error(targets.discrepancy.hypot(known_sd));
            let miss = figure.map_or(NOTHING, |figure| {
                let miss = target.miss(figure.mean * libm::exp(off));
                miss.implausibility(targets.discrepancy).min(NOTHING).copysign(miss.log_ratio)
            });
            target.weight.sqrt() * miss
        })
        .collect()
}
