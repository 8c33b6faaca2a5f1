//! In how many of the plausible sets each pattern of the field is shown, and where their best number of posts lies, as the tables of
//! `docs/evidence.md`: the first 100 sets, lists of 2,000, two replicates, on luck that no search has seen.
//! `cargo run --release --example patterns` takes minutes.

#![expect(clippy::print_stdout, reason = "an example prints")]

use rayon::prelude::*;
use wearout_core::engine::Engine;
use wearout_core::evidence::{Measure, patterns};
use wearout_core::parameter::plausible;
use wearout_core::study::{Search, Shown, shows};

const SETS: usize = 100;
const SEED: u64 = 20_251_130;

fn main() {
    let patterns: Vec<_> = patterns().iter().collect();
    let search = Search { patterns: &patterns, replicates: 2, seed: SEED, members: Some(2000), set: &[] };
    let scores: Vec<_> = plausible().sets[..SETS]
        .par_iter()
        .filter_map(|parameters| shows(parameters, &search, &Engine::default()))
        .collect();
    println!("| pattern | shown in, of {} sets |\n|---|---|", scores.len());
    for (i, pattern) in patterns.iter().enumerate() {
        let shown = scores.iter().filter(|score| score[i].shown == Shown::Shown).count();
        let said =
            if pattern.lacking.is_empty() { shown.to_string() } else { Shown::CannotBeExpressed.words().to_owned() };
        println!("| {} {} | {said} |", pattern.key, pattern.title);
    }
    let p2 = patterns.iter().position(|pattern| pattern.key == "P2").expect("a pattern");
    println!("\n| {} | posts a week: sets |\n|---|---|", patterns[p2].title);
    for (i, check) in patterns[p2].checks.iter().enumerate().filter(|(_, check)| check.measure == Measure::Best) {
        let mut best: Vec<f64> = scores.iter().filter_map(|score| score[p2].checks[i].value).collect();
        best.sort_by(f64::total_cmp);
        let counts = best.chunk_by(|a, b| a == b).map(|same| format!("{:.1}: {}", same[0], same.len()));
        println!("| {} | {} |", check.name, counts.collect::<Vec<_>>().join(", "));
    }
}
