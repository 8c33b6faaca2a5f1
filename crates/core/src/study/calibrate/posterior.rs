//! Posterior: what the targets leave of the prior of a few quantities, by ABC; the others are drawn from their prior anew at each
//! point, so that what is not known of them stays not known.
//!
//! Comes in: a problem. Goes out, generation by generation, a sample that can be written down and gone on with. The quantities that are
//! tuned are those with the largest mean absolute elementary effect on the distance (Morris 1991; Campolongo et al. 2007), at most
//! [`MOST_FREED`].
//!
//! The posterior is the one under normal errors on the log scale: those of the model (the discrepancy), of what is known (Wilkinson
//! 2013, Statistical Applications in Genetics and Molecular Biology 12(2), 129-141), and the Monte Carlo error of the simulated mean, as large
//! as its replicates show (a synthetic likelihood; Wood 2010, Nature 466, 1102-1104). The distance of a point is the root of the weighted sum of
//! squared implausibilities after such errors were added to its figures. It stays large when there are many targets, so the sample is
//! weighed by likelihood over chance of acceptance in the end (`abc_likelihood`): then it is that posterior, whatever the threshold.
//! A target's weight counts it so many times. A band is met where figure and error together lie inside.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use wearout_stats::abc_likelihood::{self, Trials};
use wearout_stats::abc_smc::{AbcSmc, Particle, Settings as Sampling, Stop};
use wearout_stats::morris;
use wearout_stats::prior::BoxPrior;
use wearout_stats::random::{normal, uniform};

use super::problem::LEAST_RATIO;
use super::{Problem, Settings};
use crate::engine::Engine;
use crate::rng;
use crate::study::Figure;
use crate::targets::{Reading, Target};

/// Most quantities that are tuned at once: beyond, ABC needs more simulations than anyone has.
pub const MOST_FREED: usize = 8;

/// Trajectories of the screening, and levels of their grid.
const TRAJECTORIES: usize = 10;
const LEVELS: u32 = 4;

/// Share of particles kept, and the acceptance below which a generation teaches too little (Lenormand et al. 2013).
const KEPT: f64 = 0.5;
const LEAST_ACCEPTANCE: f64 = 0.03;

/// Particles in the end where nothing is asked for.
const PARTICLES: usize = 1000;

/// Largest implausibility that a distance tells from larger ones.
const FARTHEST: f64 = 20.0;

/// Standard deviations below which a band has no width.
const NO_WIDTH: f64 = 1e-6;

/// Errors tried at each particle to learn how likely it was accepted.
const N_ERRORS: usize = 1000;

/// Streams of a step: proposals, and from [`FIRST_POINT`] on one for each point; those of step 0: screening, and errors.
const PROPOSALS: u32 = 0;
const FIRST_POINT: u32 = 1;
const ERRORS: u32 = 1;

/// A sample between two generations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Posterior {
    /// Indices of the quantities that are tuned; empty before the screening.
    freed: Vec<usize>,
    /// Points that the screening takes.
    screening: u64,
    sampling: AbcSmc,
    /// What is kept beside each particle, in their order.
    kept: Vec<Simulated>,
}

/// A simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Simulated {
    /// Its whole point: quantities drawn from the prior too.
    point: Vec<f64>,
    /// The figure of each fitted target, without error.
    figures: Vec<Option<Measured>>,
}

impl Posterior {
    pub(super) fn new(problem: &Problem, settings: &Settings) -> Posterior {
        let n_tuned = problem.targets.tuned.len();
        let all = if n_tuned <= MOST_FREED { (0..n_tuned).collect() } else { Vec::new() };
        let screening = if all.is_empty() { (TRAJECTORIES * (n_tuned + 1)) as u64 } else { 0 };
        let n_kept = settings.points.unwrap_or(PARTICLES);
        Posterior {
            freed: all,
            screening,
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
        let known = known(problem);
        let measured: Vec<(Simulated, f64)> = asked
            .par_iter()
            .enumerate()
            .map(|(i, freed)| {
                let mut luck = rng::method(settings.seed, step, FIRST_POINT + i as u32);
                let point = self.whole(problem, freed, &mut luck);
                let figures = problem.figures(&point, 0..settings.replicates, engine);
                let simulated = Simulated { point, figures: of_fitted(problem, &figures) };
                let errors: Vec<f64> = known.iter().map(|_| normal(&mut luck)).collect();
                let distance = distance(&places(&known, &simulated), &errors);
                (simulated, distance)
            })
            .collect();
        if engine.stopped() {
            return None;
        }
        let (simulated, distances): (Vec<Simulated>, Vec<f64>) = measured.into_iter().unzip();
        if !distances.is_empty() {
            sampling.tell(&distances);
        }
        let mut simulated = std::mem::take(&mut self.kept).into_iter().chain(simulated);
        // Particles keep the order in which they were simulated.
        let of_particle = |particle: &Particle| {
            let is_it =
                |simulated: &Simulated| self.freed.iter().zip(&particle.point).all(|(&i, x)| simulated.point[i] == *x);
            simulated.find(is_it).expect("every particle was simulated")
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
        let known = known(problem);
        let at = |unit: &Vec<f64>| {
            let point: Vec<f64> = unit.iter().zip(tuned).map(|(u, t)| t.low + u * (t.high - t.low)).collect();
            let figures = of_fitted(problem, &problem.figures(&point, 0..settings.replicates, engine));
            distance(&places(&known, &Simulated { point, figures }), &vec![0.0; known.len()])
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

    /// Fewest points of the next step.
    pub(super) fn least(&self) -> u64 {
        if self.freed.is_empty() { self.screening } else { 1 }
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

    /// The sample: whole points with their weights, which sum to 1. `settings` are those of the run.
    pub fn sample(&self, problem: &Problem, settings: &Settings) -> Vec<(Vec<f64>, f64)> {
        let known = known(problem);
        let mut luck = rng::method(settings.seed, 0, ERRORS);
        let errors: Vec<Vec<f64>> = (0..N_ERRORS).map(|_| known.iter().map(|_| normal(&mut luck)).collect()).collect();
        let threshold = self.sampling.threshold().unwrap_or(f64::INFINITY);
        let (logs, trials): (Vec<f64>, Vec<Trials>) = self
            .kept
            .par_iter()
            .map(|simulated| {
                let places = places(&known, simulated);
                let accepted = errors.iter().filter(|errors| distance(&places, errors) <= threshold).count();
                (log_likelihood(&places), Trials { accepted, tried: N_ERRORS })
            })
            .unzip();
        let before = self.sampling.weights();
        let weights = abc_likelihood::weights(&before, &logs, &trials).unwrap_or(before);
        self.kept.iter().map(|simulated| simulated.point.clone()).zip(weights).collect()
    }
}

/// A mean over replicates and its relative Monte Carlo error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Measured {
    mean: f64,
    relative_error: f64,
}

/// What is known of a fitted target, on the log scale: a band, perhaps of no width.
struct Known {
    reading: Reading,
    low: f64,
    high: f64,
    /// Standard deviation of the errors of the model and of what is known.
    sd: f64,
    weight: f64,
}

/// Where a figure lies: standard deviations of all errors above the lower and above the upper end of what is known.
struct Place {
    low: f64,
    high: f64,
    /// Logarithm of that standard deviation.
    log_sd: f64,
    weight: f64,
}

fn known(problem: &Problem) -> Vec<Known> {
    let targets = problem.targets;
    let of = |target: &Target| {
        let Target { reading, weight, .. } = *target;
        let known = reading.known();
        let sd = libm::hypot(targets.discrepancy_of(target), known.sd);
        Known { reading, low: libm::log(known.low), high: libm::log(known.high), sd, weight }
    };
    targets.targets.iter().filter(|target| !target.held_out).map(of).collect()
}

fn of_fitted(problem: &Problem, figures: &[Option<Figure>]) -> Vec<Option<Measured>> {
    let fitted = problem.targets.targets.iter().zip(figures).filter(|(target, _)| !target.held_out);
    let measured = |figure: Figure| {
        let relative_error = figure.standard_error.map_or(0.0, |error| error / figure.mean.abs());
        Measured { mean: figure.mean, relative_error: if relative_error.is_finite() { relative_error } else { 0.0 } }
    };
    fitted.map(|(_, figure)| figure.map(measured)).collect()
}

/// Where the figures of a simulation lie; without a figure as far off as any can be, and above, since a band may begin at 0.
fn places(known: &[Known], simulated: &Simulated) -> Vec<Place> {
    let farthest = -libm::log(LEAST_RATIO);
    let of = |(known, measured): (&Known, &Option<Measured>)| {
        let figure =
            measured.map_or(f64::INFINITY, |measured| known.reading.figure(measured.mean).max(f64::MIN_POSITIVE));
        let log = libm::log(figure).clamp(known.low - farthest, known.high + farthest);
        let sd = libm::hypot(known.sd, measured.map_or(0.0, |measured| measured.relative_error));
        let Known { low, high, weight, .. } = *known;
        Place { low: (log - low) / sd, high: (log - high) / sd, log_sd: libm::log(sd), weight }
    };
    known.iter().zip(&simulated.figures).map(of).collect()
}

/// Root of the weighted sum of squared implausibilities after these errors, in standard deviations.
fn distance(places: &[Place], errors: &[f64]) -> f64 {
    let square = |(place, error): (&Place, &f64)| {
        let miss = (place.high + error).max(-(place.low + error)).clamp(0.0, FARTHEST);
        place.weight * miss * miss
    };
    places.iter().zip(errors).map(square).sum::<f64>().sqrt()
}

/// Logarithm of the chance, or of its density, that errors bring every figure to where what is known lies.
fn log_likelihood(places: &[Place]) -> f64 {
    let log = |place: &Place| {
        if place.low - place.high < NO_WIDTH {
            return -0.5 * place.low * place.low - place.log_sd;
        }
        // The chance of errors from -low to -high; on the lower tail, where floats can tell small chances apart.
        let (from, to) = if place.low + place.high > 0.0 { (-place.low, -place.high) } else { (place.high, place.low) };
        let (from, to) = (log_below(from), log_below(to));
        to + libm::log1p(-libm::exp(from - to))
    };
    places.iter().filter(|place| place.weight > 0.0).map(|place| place.weight * log(place)).sum()
}

/// Logarithm of the chance of a normal error below `z`, for `z` far below 0 too: there by its asymptotic series to the second term, right
/// to a millionth (Abramowitz & Stegun 1964, formula 26.2.12).
fn log_below(z: f64) -> f64 {
    if z > -30.0 {
        libm::log(0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2))
    } else {
        let log_density = -0.5 * z * z - 0.5 * libm::log(2.0 * std::f64::consts::PI);
        log_density - libm::log(-z) + libm::log1p(-1.0 / (z * z))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_of_a_small_chance_is_smooth_where_its_series_begins() {
        let [above, at, below] = [-29.999, -30.0, -30.001].map(log_below);
        assert!((above - at - (at - below)).abs() < 1e-5, "{above} {at} {below}");
    }

    #[test]
    fn no_figure_is_never_likelier_or_nearer_than_the_worst_one() {
        let band = |low: f64, high: f64| Reading::Band { low, high };
        let readings =
            [band(0.0, 0.5), band(0.1, 0.5), Reading::Interval { low: 0.1, high: 0.2 }, Reading::Count { k: 0, n: 50 }];
        for reading in readings {
            let known = reading.known();
            let sd = libm::hypot(0.12, known.sd);
            let known = [Known { reading, low: libm::log(known.low), high: libm::log(known.high), sd, weight: 1.0 }];
            let of = |figure: Option<f64>| {
                let measured = figure.map(|mean| Measured { mean, relative_error: 0.0 });
                let places = places(&known, &Simulated { point: vec![], figures: vec![measured] });
                (log_likelihood(&places), distance(&places, &[0.0]))
            };
            let nothing = of(None);
            assert!(nothing.0.is_finite(), "{reading:?}");
            for figure in [0.0, 1e-9, 0.01, 0.3, 1.0] {
                let some = of(Some(figure));
                assert!(
                    nothing.0 <= some.0 + 1e-6 && nothing.1 >= some.1,
                    "{reading:?} at {figure}: {nothing:?} {some:?}"
                );
            }
        }
    }
}
