//! The case of `tests/data/inference.csv` that concerns common random numbers.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use serde_json::Value;
use wearout_stats::paired::PairedTable;
use wearout_stats::random::uniform;

/// Expected values of a case.
fn expected(name: &str) -> Value {
    let mut reader = csv::Reader::from_reader(include_str!("data/inference.csv").as_bytes());
    let row = reader.records().map_while(Result::ok).find(|row| &row[0] == name).expect("a case of the file");
    serde_json::from_str(&row[3]).expect("expected values are JSON")
}

/// The same uniform decides both: |A - B| is Bernoulli(0.01).
#[test]
fn common_uniforms_save_the_variance_that_arithmetic_says() {
    let expected = expected("crn_variance_reduction");
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut table = PairedTable::default();
    for _ in 0..1_000_000 {
        let u = uniform(&mut rng);
        table.push(u < 0.16, u < 0.15);
    }
    let within = |found: f64, key: &str| {
        let expected = expected[key].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 0.05, "{key}: {found}, expected {expected}");
    };
    within(table.variance().unwrap(), "var_diff_crn");
    within(table.variance_ratio().unwrap(), "ratio");
}
