//! Simulation-based calibration of the ABC that calibrations use, on a toy whose posterior is known, with a quantity that depends on
//! the data; and two methods that are wrong. Cases `sbc_gauss_ok` and `gauss_conjugate_1d` of `tests/data/inference.csv`: a standard normal
//! unknown, measured with a standard normal error.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rayon::prelude::*;
use wearout_stats::abc_likelihood::{self, Trials};
use wearout_stats::abc_smc::{AbcSmc, Settings};
use wearout_stats::prior::Prior;
use wearout_stats::random::{normal, normal_quantile, uniform};
use wearout_stats::sbc::{Uniformity, rank, uniformity};

const DRAWS: usize = 99;
const BINS: usize = 20;

struct StandardNormal;

impl Prior for StandardNormal {
    fn dimension(&self) -> usize {
        1
    }

    fn point(&self, uniforms: &[f64]) -> Vec<f64> {
        vec![normal_quantile(uniforms[0])]
    }

    fn density(&self, point: &[f64]) -> f64 {
        libm::exp(-0.5 * point[0] * point[0]) / 2.506_628_274_631_000_7
    }
}

/// The unknown measured `data.len()` times, so inexactly that all together say what one measurement with a standard normal error says: the
/// posterior is N(mean / 2, 1 / 2), however many there are.
fn log_likelihood(theta: f64, data: &[f64]) -> f64 {
    -0.5 * data.iter().map(|y| (y - theta) * (y - theta)).sum::<f64>() / data.len() as f64
}

fn distance(theta: f64, data: &[f64], errors: &[f64]) -> f64 {
    let sd = (data.len() as f64).sqrt();
    data.iter().zip(errors).map(|(y, error)| (theta + sd * error - y).powi(2)).sum::<f64>().sqrt()
}

fn errors(n: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    (0..n).map(|_| normal(rng)).collect()
}

/// Draws of the posterior by ABC, as `study::calibrate` does it.
fn abc(data: &[f64], rng: &mut Xoshiro256PlusPlus) -> Vec<f64> {
    let mut abc = AbcSmc::new(Settings {
        n_particles: 300,
        kept: 0.5,
        least_acceptance: 0.2,
        most_simulations: 3_000,
        near_enough: None,
    });
    while abc.stop().is_none() {
        let points = abc.ask(&StandardNormal, rng);
        let distances: Vec<f64> = points.iter().map(|x| distance(x[0], data, &errors(data.len(), rng))).collect();
        abc.tell(&distances);
    }
    let threshold = abc.threshold().unwrap();
    let tried: Vec<Vec<f64>> = (0..300).map(|_| errors(data.len(), rng)).collect();
    let trials = |theta: f64| Trials {
        accepted: tried.iter().filter(|errors| distance(theta, data, errors) <= threshold).count(),
        tried: tried.len(),
    };
    let points: Vec<f64> = abc.particles().iter().map(|particle| particle.point[0]).collect();
    let logs: Vec<f64> = points.iter().map(|theta| log_likelihood(*theta, data)).collect();
    let trials: Vec<Trials> = points.iter().map(|theta| trials(*theta)).collect();
    let weights = abc_likelihood::weights(&abc.weights(), &logs, &trials).unwrap();
    let draw = |_| {
        let (at, mut sum) = (uniform(rng), 0.0);
        let reached = weights.iter().position(|weight| {
            sum += weight;
            sum > at
        });
        points[reached.unwrap_or(points.len() - 1)]
    };
    (0..DRAWS).map(draw).collect()
}

/// Ranks of the unknown and of its log likelihood, over data sets of `n_data` measurements.
fn ranks(
    n_sets: u64,
    n_data: usize,
    method: impl Fn(&[f64], &mut Xoshiro256PlusPlus) -> Vec<f64> + Sync,
) -> [Uniformity; 2] {
    let of_set = |set: u64| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1_000 + set);
        let truth = normal(&mut rng);
        let sd = (n_data as f64).sqrt();
        let data: Vec<f64> = (0..n_data).map(|_| truth + sd * normal(&mut rng)).collect();
        let draws = method(&data, &mut rng);
        let likelihoods: Vec<f64> = draws.iter().map(|theta| log_likelihood(*theta, &data)).collect();
        [rank(truth, &draws, uniform(&mut rng)), rank(log_likelihood(truth, &data), &likelihoods, uniform(&mut rng))]
    };
    let ranks: Vec<[usize; 2]> = (0..n_sets).into_par_iter().map(of_set).collect();
    [0, 1].map(|quantity| {
        let ranks: Vec<usize> = ranks.iter().map(|ranks| ranks[quantity]).collect();
        uniformity(&ranks, DRAWS, BINS).unwrap()
    })
}

#[track_caller]
fn check_uniform(found: &Uniformity, n_sets: u64) {
    assert!((1e-4..1.0 - 1e-4).contains(&found.p_value), "{found:?}");
    // Four standard errors: 2.0 or more of the case's 2,000 sets.
    assert!((found.mean - 49.5).abs() < 4.0 * (833.25 / n_sets as f64).sqrt(), "{found:?}");
}

#[test]
fn abc_has_uniform_ranks_of_the_unknown_and_of_its_likelihood() {
    for found in ranks(2_000, 1, abc) {
        check_uniform(&found, 2_000);
    }
}

#[test]
fn abc_has_uniform_ranks_where_many_data_keep_its_threshold_high() {
    for found in ranks(1_000, 8, abc) {
        check_uniform(&found, 1_000);
    }
}

#[test]
fn a_method_that_returns_its_prior_passes_on_the_unknown_and_fails_on_the_likelihood() {
    let [of_unknown, of_likelihood] = ranks(2_000, 1, |_, rng| errors(DRAWS, rng));
    check_uniform(&of_unknown, 2_000);
    assert!(of_likelihood.p_value < 1e-6, "{of_likelihood:?}");
}

#[test]
fn a_posterior_of_half_the_width_fails() {
    let [of_unknown, _] = ranks(500, 1, |data, rng| {
        let draws = abc(data, rng);
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        draws.iter().map(|draw| mean + 0.5 * (draw - mean)).collect()
    });
    assert!(of_unknown.p_value < 1e-6, "{of_unknown:?}");
}
