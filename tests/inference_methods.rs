//! The inference methods find what exact theory says they must; the rows, with their sources, are in `tests/data/inference.csv`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use serde_json::Value;
use wearout::stats::cma_es::CmaEs;

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

fn generator(seed: u64, generation: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed * 1_000_000 + generation)
}

/// On how many of ten seeds the case's target is reached within `most` evaluations, in ten coordinates.
fn n_seeds_reaching(name: &str, most: u64, f: impl Fn(&[f64]) -> f64) -> usize {
    let Case { inputs, expected } = case(name);
    let (start, sd) = (number(&inputs["x0"]), number(&inputs["sigma0"]));
    let reaches = |seed: &u64| {
        let mut search = CmaEs::new(&[start; 10], &[sd; 10], &[-10.0; 10], &[10.0; 10], None);
        while search.evaluations() + search.population() as u64 <= most {
            let mut rng = generator(*seed, search.generation());
            let values: Vec<f64> = search.ask(&mut rng).iter().map(|x| f(x)).collect();
            search.tell(&values);
        }
        search.best().unwrap().1 < number(&expected["f_best_lt"])
    };
    (1..=10).filter(reaches).count()
}

#[test]
fn cma_es_reaches_the_bottom_of_a_sphere() {
    let n_seeds = n_seeds_reaching("cmaes_sphere_10d", 3000, |x| x.iter().map(|x| x * x).sum());
    assert!(n_seeds >= 9, "{n_seeds} of 10");
}

#[test]
fn cma_es_reaches_the_bottom_of_an_ellipsoid_of_condition_a_million() {
    let n_seeds = n_seeds_reaching("cmaes_ellipsoid_cond1e6_10d", 7000, |x| {
        x.iter().enumerate().map(|(i, x)| libm::pow(10.0, 6.0 * i as f64 / 9.0) * x * x).sum()
    });
    assert!(n_seeds >= 9, "{n_seeds} of 10");
}
