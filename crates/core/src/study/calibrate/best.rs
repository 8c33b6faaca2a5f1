//! Best fit: the point that misses the targets least, found by CMA-ES on common random numbers.
//!
//! Comes in: a problem. Goes out, generation by generation, a search that can be written down and gone on with. The seed is never
//! tuned: every point meets the same people and the same luck, and the winner is measured again on fresh luck by the caller.
//!
//! The loss of a target is Huber's (1964, Annals of Mathematical Statistics 35(1), 73-101) of its implausibility, quadratic below 1
//! and linear beyond, so that a target nobody can meet does not bend all others.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use wearout_stats::cma_es::{CmaEs, Stop};

use super::{Problem, Settings};
use crate::engine::Engine;
use crate::rng;
use crate::study::Figure;

/// Spread per coordinate, relative to the first one, below which nothing more is to be found.
const NARROW: f64 = 1e-3;

/// First standard deviation of a coordinate as a share of its range.
const FIRST_SD: f64 = 0.15;

/// Share of its range by which a start keeps away from a bound: on it, the search would see one side only.
const FROM_BOUND: f64 = 0.01;

/// A search between two generations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Best {
    search: CmaEs,
}

impl Best {
    pub(super) fn new(problem: &Problem, settings: &Settings) -> Best {
        let tuned = &problem.targets.tuned;
        let column = |of: fn(&crate::targets::Tuned) -> f64| tuned.iter().map(of).collect::<Vec<f64>>();
        let (low, high) = (column(|tuned| tuned.low), column(|tuned| tuned.high));
        let start = column(|tuned| {
            let margin = FROM_BOUND * (tuned.high - tuned.low);
            tuned.start.clamp(tuned.low + margin, tuned.high - margin)
        });
        let sd = column(|tuned| FIRST_SD * (tuned.high - tuned.low));
        Best { search: CmaEs::new(&start, &sd, &low, &high, settings.points) }
    }

    /// One generation; how many points were measured, or `None` when the engine was told to stop before it was complete.
    pub(super) fn step(&mut self, problem: &Problem, settings: &Settings, engine: &Engine) -> Option<u64> {
        let mut rng = rng::method(settings.seed, self.search.generation() as u32, 0);
        let points = self.search.ask(&mut rng);
        let values: Vec<f64> = points
            .par_iter()
            .map(|point| loss(problem, &problem.figures(point, 0..settings.replicates, engine)))
            .collect();
        if engine.stopped() {
            return None;
        }
        self.search.tell(&values);
        Some(values.len() as u64)
    }

    /// Points of one generation.
    pub(super) fn population(&self) -> u64 {
        self.search.population() as u64
    }

    /// Loss of the best point so far.
    pub fn least(&self) -> Option<f64> {
        self.search.best().map(|(_, loss)| loss)
    }

    /// Why nothing more is to be found; `None` while something may be.
    pub fn stop(&self) -> Option<Stop> {
        self.search.stop(NARROW)
    }

    /// The best point seen and the centre of the search: the first chases luck, the second does not.
    pub(super) fn candidates(&self) -> Vec<Vec<f64>> {
        let best = self.search.best().map(|(point, _)| point.to_vec());
        best.into_iter().chain([self.search.mean()]).collect()
    }
}

/// Weighted loss over the targets that are fitted. No figure is as bad as the worst.
pub(super) fn loss(problem: &Problem, figures: &[Option<Figure>]) -> f64 {
    let targets = &problem.targets;
    let fitted = targets.targets.iter().zip(figures).filter(|(target, _)| !target.held_out);
    let of_target = |(target, figure): (&crate::targets::Target, &Option<Figure>)| {
        let figure = figure.map_or(f64::INFINITY, |figure| figure.mean);
        target.weight * huber(target.miss(figure).implausibility(targets.discrepancy_of(target)))
    };
    fitted.map(of_target).sum()
}

fn huber(z: f64) -> f64 {
    if z <= 1.0 { 0.5 * z * z } else { z - 0.5 }
}
