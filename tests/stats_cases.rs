//! Published figures that the statistics must return; the rows, with their sources, are in `tests/data/stats_cases.csv`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use wearout_stats::mean::Moments;
use wearout_stats::paired::{PairedTable, Pairs};
use wearout_stats::{interval, sequence};

struct Case {
    inputs: Value,
    expected: Value,
}

fn case(name: &str) -> Case {
    let mut rows = csv::Reader::from_path("tests/data/stats_cases.csv").unwrap();
    let row = rows.records().map(Result::unwrap).find(|row| &row[0] == name).unwrap();
    let read = |text: &str| serde_json::from_str(text).unwrap();
    Case { inputs: read(&row[2]), expected: read(&row[3]) }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[track_caller]
fn check(found: f64, expected: &Value, tolerance: f64) {
    assert!((found - number(expected)).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn wilson_interval_is_that_of_statsmodels() {
    let Case { inputs, expected } = case("sm_propci_wilson");
    let interval = interval::of_proportion(count(&inputs["x"]), count(&inputs["n"]), 0.95).unwrap();
    check(interval.low, &expected[0], 1e-6);
    check(interval.high, &expected[1], 1e-6);
}

#[test]
fn paired_proportions_are_those_of_newcombe_and_fagerland() {
    for name in ["newcombe_36_12_2_0", "cavo_59_6_16_80"] {
        let Case { inputs, expected } = case(name);
        let cell = |key: &str| count(&inputs[key]);
        let table = PairedTable {
            both: cell("both"),
            only_a: cell("only_a"),
            only_b: cell("only_b"),
            neither: cell("neither"),
        };
        let interval = table.interval(0.95).unwrap();
        check(interval.low, &expected[0], 1e-4);
        check(interval.high, &expected[1], 1e-4);
    }
}

#[test]
fn paired_t_interval_and_variance_ratio_are_those_of_scipy() {
    let Case { inputs, expected } = case("crn_paired_t");
    let plan = |key: &str| inputs[key].as_array().unwrap().iter().map(number).collect::<Vec<f64>>();
    let mut pairs = Pairs::default();
    for (b, a) in plan("plan_B").into_iter().zip(plan("plan_A")) {
        pairs.push(b, a);
    }
    let interval = interval::of_mean(pairs.difference(), 0.95).unwrap();
    check(pairs.difference().mean().unwrap(), &expected["mean"], 1e-6);
    check(interval.low, &expected["ci"][0], 1e-6);
    check(interval.high, &expected["ci"][1], 1e-6);
    check(pairs.variance_ratio().unwrap(), &expected["vr_factor"], 1e-6);
}

#[test]
fn inversion_coupling_saves_the_variance_of_its_closed_form() {
    let Case { inputs: _, expected } = case("crn_variance_reduction");
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut table = PairedTable::default();
    for _ in 0..1_000_000 {
        let u: f64 = rng.random();
        table.push(u < 0.15, u < 0.16);
    }
    check(table.variance_ratio().unwrap(), &expected["ratio"], 0.05 * number(&expected["ratio"]));
    check(table.variance().unwrap(), &expected["var_diff_crn"], 0.05 * number(&expected["var_diff_crn"]));
}

#[test]
fn tuning_of_the_sequence_is_that_of_confseq() {
    let Case { inputs, expected } = case("cs_best_rho");
    let rho = sequence::tuned_for(count(&inputs["v_opt"]), number(&inputs["alpha_opt"]));
    check(1.0 / (rho * rho), &expected, 1e-5);
}

#[test]
fn asymptotic_sequence_of_a_relative_difference_is_that_of_growthbook() {
    let Case { inputs, expected } = case("gb_asympcs_prop");
    let alpha = number(&inputs["alpha"]);
    let arm = |key: &str| (number(&inputs[key]["x"]), number(&inputs[key]["n"]));
    let ((x_a, n_a), (x_b, n_b)) = (arm("control"), arm("treatment"));
    let (a, b) = (x_a / n_a, x_b / n_b);
    let error = (b * (1.0 - b) / (n_b * a * a) + a * (1.0 - a) * b * b / (n_a * a.powi(4))).sqrt();
    let rho = sequence::tuned_for(count(&inputs["tuning"]), alpha);
    let half_width = sequence::half_width(error * (n_a + n_b).sqrt(), (n_a + n_b) as u64, alpha, rho);
    check(b / a - 1.0 - half_width, &expected["ci"][0], 1e-5);
    check(b / a - 1.0 + half_width, &expected["ci"][1], 1e-5);
}

#[test]
fn welford_agrees_with_a_sum_over_a_million() {
    let mut moments = Moments::default();
    (0..1_000_000).for_each(|i| moments.push(f64::from(i % 10)));
    assert!((moments.mean().unwrap() - 4.5).abs() < 1e-9);
    assert!((moments.variance().unwrap() - 8.25 * 1e6 / (1e6 - 1.0)).abs() < 1e-9);
}
