//! What a calibration found, measured again on luck it has not seen.
//!
//! Comes in: a calibration, its problem, and the same problem under another seed. Goes out: points with weights, the best of them, and
//! for each target what the points predict. What to call it, and how to show it, is not here: see `report`.

use rayon::prelude::*;
use serde::Serialize;
use wearout_stats::interval::Interval;
use wearout_stats::weighted;

use super::best::loss;
use super::{Calibration, Problem, State};
use crate::analysis::{CONFIDENCE, predictive};
use crate::engine::Engine;
use crate::study::patterns::{self, Search, Shown};
use crate::study::scorecard::nearness;
use crate::study::{Figure, Nearness};

/// Points whose predictions are shown at the most: those of the largest weights.
const MOST_PREDICTED: usize = 300;

/// Members of the lists on which patterns are looked for: enough to tell their bands apart, and few enough for hundreds of points.
const PATTERN_MEMBERS: u32 = 2000;

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Points in the order of the tuned quantities, with weights that sum to 1; one point for a best fit, none where none is plausible.
    /// Written to tables, not to JSON.
    #[serde(skip)]
    pub points: Vec<(Vec<f64>, f64)>,
    /// Points before those were left out that do not show the patterns asked for.
    pub found: usize,
    /// How many equally weighted points say as much (Kish).
    pub effective: f64,
    /// Figure of each target at the best point, on fresh luck.
    pub scores: Vec<Score>,
    /// The point that misses the fitted targets least, on fresh luck; `None` without points.
    pub best: Option<Vec<f64>>,
    /// Its loss.
    pub loss: Option<f64>,
    /// For each target 5 %, 50 % and 95 % of the figures of the points with the largest weights, on fresh luck.
    pub predicted: Vec<Option<[f64; 3]>>,
}

/// One target at one point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// What was simulated; `None` where nothing could be measured.
    pub figure: Option<Figure>,
    /// Its 95 % interval: Monte Carlo error only.
    pub interval: Option<Interval>,
    /// Standard deviations between figure and target, the model's discrepancy among them.
    pub implausibility: Option<f64>,
    /// Distance of the figure from the nearest end of what is known, relative to it; 0 inside.
    pub off: Option<f64>,
    /// How near that is.
    pub nearness: Option<Nearness>,
}

impl Calibration {
    /// Measures what was found on `fresh`: the same problem under another seed, so that no luck is seen twice. `replicates` serve the
    /// best point; the others get as many as in the search.
    pub fn outcome(&self, fresh: &Problem, replicates: u32, engine: &Engine) -> Outcome {
        let several = self.settings.replicates;
        // Replicates on which nothing was chosen yet: the best point is not scored on the luck that made it the best.
        let unseen = if let State::Best(_) = &self.state { replicates } else { 0 };
        let sample = match &self.state {
            State::Best(best) => {
                let candidates = best.candidates();
                let least = |point: &Vec<f64>| loss(fresh, &fresh.figures(point, 0..replicates, engine));
                let losses: Vec<f64> = candidates.iter().map(least).collect();
                let better = (0..candidates.len()).min_by(|&a, &b| losses[a].total_cmp(&losses[b]));
                better.map(|i| (candidates[i].clone(), 1.0)).into_iter().collect()
            }
            State::Posterior(posterior) => posterior.sample(fresh, &self.settings),
            State::Plausible(plausible) => plausible.sample(),
        };
        let found = sample.len();
        let sample = if let State::Plausible(_) = &self.state { fresh.showing(sample, engine) } else { sample };
        let mut heaviest: Vec<usize> = (0..sample.len()).collect();
        heaviest.sort_by(|&a, &b| sample[b].1.total_cmp(&sample[a].1).then(a.cmp(&b)));
        heaviest.truncate(MOST_PREDICTED);
        let measured: Vec<Vec<Option<Figure>>> =
            heaviest.par_iter().map(|&i| fresh.figures(&sample[i].0, unseen..unseen + several, engine)).collect();
        let by_loss = |a: &usize, b: &usize| loss(fresh, &measured[*a]).total_cmp(&loss(fresh, &measured[*b]));
        let best = (0..measured.len()).min_by(by_loss).map(|i| sample[heaviest[i]].0.clone());
        let scored = if unseen == 0 { several..several + replicates } else { unseen..unseen + replicates };
        let at_best = best.as_ref().map(|point| fresh.figures(point, scored, engine));
        let n_targets = fresh.targets.targets.len();
        let figures = at_best.clone().unwrap_or_else(|| vec![None; n_targets]);
        let predicted = |target: usize| {
            let values =
                measured.iter().zip(&heaviest).filter_map(|(figures, &i)| Some((figures[target]?.mean, sample[i].1)));
            predictive(&values.collect::<Vec<_>>())
        };
        let weights: Vec<f64> = sample.iter().map(|(_, weight)| *weight).collect();
        Outcome {
            found,
            effective: weighted::effective(&weights),
            scores: (0..n_targets).map(|target| fresh.score(target, figures[target])).collect(),
            loss: at_best.map(|figures| loss(fresh, &figures)),
            best,
            predicted: (0..n_targets).map(predicted).collect(),
            points: sample,
        }
    }
}

impl Problem<'_> {
    /// The points that show the patterns asked for too, all of the same weight; all points where none is asked for.
    fn showing(&self, mut sample: Vec<(Vec<f64>, f64)>, engine: &Engine) -> Vec<(Vec<f64>, f64)> {
        let patterns = &self.targets.patterns;
        if patterns.is_empty() {
            return sample;
        }
        let is_shown = |(point, _): &(Vec<f64>, f64)| {
            let parameters = self.parameters(point);
            // One after another: most points that fail do so on the first.
            patterns.chunks(1).all(|patterns| {
                let members = Some(PATTERN_MEMBERS);
                let search = Search { patterns, replicates: 2, seed: self.seed, members, set: &[] };
                let scores = patterns::shows(&parameters, &search, engine);
                scores.is_some_and(|scores| scores[0].shown == Shown::Shown)
            })
        };
        let shown: Vec<bool> = sample.par_iter().map(is_shown).collect();
        let mut shown = shown.into_iter();
        sample.retain(|_| shown.next() == Some(true));
        let weight = 1.0 / sample.len().max(1) as f64;
        for (_, own) in &mut sample {
            *own = weight;
        }
        sample
    }

    /// How a figure of a target compares with what is known.
    pub fn score(&self, target: usize, figure: Option<Figure>) -> Score {
        let known = &self.targets.targets[target];
        let off = |figure: Figure| {
            let (low, high) = known.reading.range();
            if figure.mean < low {
                1.0 - figure.mean / low
            } else if figure.mean > high {
                figure.mean / high - 1.0
            } else {
                0.0
            }
        };
        let off = figure.map(off).filter(|off| off.is_finite());
        Score {
            figure,
            interval: figure.and_then(|figure| figure.interval(CONFIDENCE)),
            implausibility: figure
                .map(|figure| known.miss(figure.mean).implausibility(self.targets.discrepancy_of(known))),
            off,
            nearness: off.map(|off| nearness(off, 0.0)),
        }
    }
}
