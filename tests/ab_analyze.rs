//! Analyses of a sender's own test: what is said of the shipped example, and what must hold of any table.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use wearout::diagnostic::Source;
use wearout::engine::{Engine, simulate_trial};
use wearout::plan::compile;
use wearout::scenario;
use wearout::tally::Outcome;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file of that path; written anew, and the test failed, where that is asked for and it differs.
fn as_kept(path: &str, found: &str) {
    let place: PathBuf = root().join(path);
    let kept = fs::read_to_string(&place).unwrap_or_default();
    if found != kept && std::env::var_os("WEAROUT_REWRITE").is_some() {
        fs::write(&place, found).unwrap();
    }
    assert!(found == kept, "{path} is now:\n{found}");
}

/// A test of the engine as a sender would export it: dates, and how many are still in at the start of the day.
fn exported(scenario: &str) -> String {
    let source = Source { name: "ab-results.toml".into(), text: scenario.into() };
    let experiment = compile(&scenario::parse("ab-results", source, &[]), 1).unwrap();
    let tests = simulate_trial(&experiment, &experiment.trials[0], 0..1, &Engine::default());
    let mut text = "# Simulated: examples/ab-results.toml, seed 1, replicate 0. Nobody was written to.\n\
                    arm,group,date,members,delivered,read,clicked,bought,left,blocked,muted,reported\n"
        .to_owned();
    for unit in &tests[0].units {
        let mut members = unit.tally.horizon.members;
        for (i, day) in unit.tally.days.iter().enumerate() {
            let counts = [
                Outcome::Delivered,
                Outcome::Reads,
                Outcome::Clicks,
                Outcome::Purchases,
                Outcome::Leaves,
                Outcome::Blocks,
                Outcome::Mutes,
                Outcome::Reports,
            ];
            let cells: Vec<String> = counts.iter().map(|outcome| day.get(*outcome).to_string()).collect();
            let arm = ["daily", "spaced"][unit.arm];
            writeln!(text, "{arm},club-{:02},2025-03-{:02},{members},{}", unit.group + 1, i + 1, cells.join(","))
                .unwrap();
            members -= day.get(Outcome::Leaves) + day.get(Outcome::Blocks);
        }
    }
    text
}

#[test]
fn the_example_is_what_its_scenario_simulates() {
    let scenario = fs::read_to_string(root().join("examples/ab-results.toml")).unwrap();
    as_kept("examples/ab-results.csv", &exported(&scenario));
}
