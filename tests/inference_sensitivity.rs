//! Exact answers that the methods of sensitivity and calibration must return; the rows, with their sources, are in
//! `tests/data/inference.csv`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::f64::consts::PI;

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use serde_json::Value;
use wearout_stats::interval;
use wearout_stats::morris::{self, Effects};
use wearout_stats::random::{normal, uniform};
use wearout_stats::sbc::{self, Uniformity};
use wearout_stats::sobol::{self, Indices, Resampling};

struct Case {
    inputs: Value,
    expected: Value,
}

fn case(name: &str) -> Case {
    let mut rows = csv::Reader::from_path("tests/data/inference.csv").unwrap();
    let row = rows.records().map(Result::unwrap).find(|row| &row[0] == name).unwrap();
    let read = |text: &str| serde_json::from_str(text).unwrap();
    Case { inputs: read(&row[2]), expected: read(&row[3]) }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn count(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

fn rng() -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(1)
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

/// The indices of a function on the unit cube, after they were found within `tolerance` of the case's.
#[track_caller]
fn check_sobol(f: impl Fn(&[f64]) -> f64, n_base: u32, expected: &Value, tolerance: f64) -> Vec<Indices> {
    let (first, total) = (numbers(&expected["S1"]), numbers(&expected["ST"]));
    let rows = sobol::design(n_base, first.len(), 0);
    let values: Vec<Vec<f64>> = rows.iter().map(|x| vec![f(x)]).collect();
    let resampling = Resampling { n_resamples: 100, confidence: 0.95 };
    let found = sobol::indices(&values, first.len(), resampling, &mut rng());
    if let Some(variance) = expected.get("var") {
        close(found.variance / number(variance), 1.0, tolerance);
    }
    let inputs = found.inputs.unwrap();
    for (input, (first, total)) in inputs.iter().zip(first.iter().zip(&total)) {
        close(input.first.estimate, *first, tolerance);
        close(input.total.estimate, *total, tolerance);
    }
    inputs
}

#[test]
fn indices_of_ishigami_are_those_of_its_closed_form() {
    let Case { inputs, expected } = case("ishigami_a7_b0.1");
    let (a, b) = (number(&inputs["a"]), number(&inputs["b"]));
    let f = |x: &[f64]| {
        let [x1, x2, x3] = [0, 1, 2].map(|input| PI * (2.0 * x[input] - 1.0));
        libm::sin(x1) + a * libm::sin(x2).powi(2) + b * x3.powi(4) * libm::sin(x1)
    };
    let found = check_sobol(f, count(&inputs["n_base"]) as u32, &expected, 0.01);
    assert!(found[2].first.interval.unwrap().contains(0.0), "{found:?}");
    let quick = check_sobol(f, 1024, &expected, 0.03);
    assert!(quick[2].first.interval.unwrap().contains(0.0), "{quick:?}");
}

#[test]
fn indices_of_the_g_function_are_those_of_its_closed_form() {
    let Case { inputs, expected } = case("sobol_g_8d");
    let a = numbers(&inputs["a"]);
    let f = |x: &[f64]| x.iter().zip(&a).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product();
    check_sobol(f, 8192, &expected, 0.01);
}

#[test]
fn indices_of_a_sum_are_the_shares_of_its_terms() {
    let Case { inputs, expected } = case("linear_additive");
    let c = numbers(&inputs["c"]);
    let f = |x: &[f64]| x.iter().zip(&c).map(|(x, c)| c * x).sum();
    let found = check_sobol(f, 4096, &expected, 0.005);
    close(found.iter().map(|input| input.first.estimate).sum(), 1.0, 0.01);
}

fn morris_effects(n_trajectories: usize, n_inputs: usize, n_levels: &Value, f: impl Fn(&[f64]) -> f64) -> Vec<Effects> {
    let trajectories = morris::trajectories(n_trajectories, n_inputs, count(n_levels) as u32, &mut rng());
    let values: Vec<Vec<f64>> = trajectories.iter().map(|one| one.rows.iter().map(|x| f(x)).collect()).collect();
    morris::effects(&trajectories, &values, 100, 0.95, &mut rng()).unwrap()
}

#[test]
fn effects_of_a_sum_are_its_coefficients_without_spread() {
    let Case { inputs, expected } = case("morris_linear");
    let c = numbers(&inputs["c"]);
    let f = |x: &[f64]| x.iter().zip(&c).map(|(x, c)| c * x).sum();
    let found = morris_effects(count(&inputs["trajectories"]), c.len(), &inputs["levels"], f);
    for (input, effects) in found.iter().enumerate() {
        close(effects.mu, number(&expected["mu"][input]), 1e-9);
        close(effects.mu_star, number(&expected["mu_star"][input]), 1e-9);
        close(effects.sigma.unwrap(), number(&expected["sigma"][input]), 1e-9);
    }
}

#[test]
fn effects_of_both_signs_cancel_in_mu_and_not_in_mu_star() {
    let Case { inputs, expected } = case("morris_sign_cancel");
    let found = morris_effects(count(&inputs["trajectories"]), 1, &inputs["levels"], |x| (x[0] - 0.5).powi(2))[0];
    close(found.mu, number(&expected["mu"]), 0.07);
    close(found.mu_star, number(&expected["mu_star"]), 1e-9);
    close(found.sigma.unwrap(), number(&expected["sigma"]), 0.01);
}

/// Ranks when theta is standard normal, y is theta plus standard normal luck, and the posterior of theta is taken to be normal
/// around y / 2 + `shift` with variance 1/2.
fn gauss_uniformity(inputs: &Value, n_bins: usize, shift: f64) -> Uniformity {
    let mut rng = rng();
    let n_draws = count(&inputs["L"]);
    let ranks: Vec<usize> = (0..count(&inputs["sims"]))
        .map(|_| {
            let truth = normal(&mut rng);
            let y = truth + normal(&mut rng);
            let draws: Vec<f64> = (0..n_draws).map(|_| y / 2.0 + shift + 0.5_f64.sqrt() * normal(&mut rng)).collect();
            sbc::rank(truth, &draws, uniform(&mut rng))
        })
        .collect();
    sbc::uniformity(&ranks, n_draws, n_bins).unwrap()
}

#[test]
fn ranks_of_an_exact_posterior_are_uniform() {
    let Case { inputs, expected } = case("sbc_gauss_ok");
    let found = gauss_uniformity(&inputs, count(&inputs["bins"]), 0.0);
    assert_eq!(found.histogram.len() - 1, count(&expected["chi2_df"]));
    assert!((1e-4..1.0 - 1e-4).contains(&found.p_value), "{found:?}");
    close(found.mean, number(&expected["rank_mean"]), 2.0);
}

#[test]
fn ranks_of_a_shifted_posterior_slope_and_are_rejected() {
    let Case { inputs, expected } = case("sbc_gauss_biased");
    assert_eq!((&expected["shape"], &expected["verdict"]), (&Value::from("slope"), &Value::from("reject")));
    let found = gauss_uniformity(&inputs, 20, 0.5);
    assert!(found.p_value < 1e-6, "{found:?}");
    let half = |from: usize| found.histogram[from..from + 10].iter().sum::<u64>();
    assert!(half(0) > 2 * half(10), "{found:?}");
}

#[test]
fn so_many_trials_without_an_event_exclude_one_per_cent() {
    let Case { inputs, expected } = case("rule_of_three_ban_lt_1pct");
    // A one-sided bound at 95 % is the high end of a two-sided interval at 90 %.
    let confidence = 2.0 * number(&inputs["conf"]) - 1.0;
    let bound = |n| interval::exact_of_proportion(0, n, confidence).unwrap().high;
    close(bound(300), number(&expected["ub_at_300"]), 1e-10);
    let n_min = (1..1000).find(|&n| bound(n) < number(&inputs["p0"])).unwrap();
    assert_eq!(n_min, expected["n_min"].as_u64().unwrap());
}
