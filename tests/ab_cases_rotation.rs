//! Rotation: published and derived figures that satiating options and bandits must return; rows of `tests/data/ab.csv`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use serde_json::Value;
use wearout_stats::bandit::{Ucb1, recency_penalty};
use wearout_stats::rebounding::{Rebounding, best, greedy, total};

struct Case {
    inputs: Value,
    expected: Value,
    tolerance: f64,
}

fn case(name: &str) -> Case {
    let mut rows = csv::Reader::from_path("tests/data/ab.csv").unwrap();
    let row = rows.records().map(Result::unwrap).find(|row| &row[0] == name).unwrap();
    let read = |text: &str| serde_json::from_str(text).unwrap();
    Case { inputs: read(&row[2]), expected: read(&row[3]), tolerance: row[4].parse().unwrap() }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[track_caller]
fn check(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance), "{found:?} is not {expected:?}");
}

#[test]
fn alike_options_earn_what_enumeration_says_and_greedy_earns_it_too() {
    let Case { inputs, expected, tolerance } = case("rotation_identical");
    let column = |key: &str| numbers(&inputs[key]);
    let options: Vec<Rebounding> = column("base")
        .into_iter()
        .zip(column("lambda").into_iter().zip(column("gamma")))
        .map(|(base, (wear, retention))| Rebounding { base, wear, retention })
        .collect();
    let horizon = inputs["H"].as_u64().unwrap() as usize;
    let found = best(&options, horizon, 20_000);
    assert!(found.exact);
    check(&[found.total], &[expected["optimal"].as_f64().unwrap()], tolerance);
    check(&[total(&options, &greedy(&options, horizon))], &[expected["greedy"].as_f64().unwrap()], tolerance);
}

#[test]
fn upper_confidence_bounds_are_those_of_mabwiser() {
    let Case { inputs, expected, tolerance } = case("mw_ucb1");
    let mut bandit = Ucb1::new(3, inputs["alpha"].as_f64().unwrap());
    for (decision, reward) in numbers(&inputs["decisions"]).into_iter().zip(numbers(&inputs["rewards"])) {
        bandit.tell(decision as usize - 1, reward);
    }
    check(&bandit.bounds(), &numbers(&expected), tolerance);
}

#[test]
fn the_recency_penalty_halves_with_its_half_life() {
    let Case { inputs, expected, tolerance } = case("duo_recency");
    let [penalty, half_life] = ["gamma", "h"].map(|key| inputs[key].as_f64().unwrap());
    let found: Vec<f64> =
        numbers(&inputs["d"]).into_iter().map(|elapsed| recency_penalty(penalty, elapsed, half_life)).collect();
    check(&found, &numbers(&expected), tolerance);
}
