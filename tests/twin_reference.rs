//! The twin against the figures of an independent implementation of the contract (section 7b).
#![expect(clippy::print_stdout, reason = "the table is what a reader of a failure needs")]

mod twin;

use std::collections::BTreeMap;
use std::time::Instant;

use rayon::prelude::*;
use twin::{OwnLuck, Profile, Record, reference, simulate};

const REPLICATES: u32 = 1600;

#[test]
fn the_twin_gives_the_reference_figures() {
    let parameters = reference::parameters();
    let start = Instant::now();
    let runs: BTreeMap<String, Vec<Record>> = reference::designs()
        .iter()
        .map(|(name, design)| {
            let replicate = |i| simulate(design, &parameters, Profile::Reference, &OwnLuck::new(11, i));
            (name.clone(), (0..REPLICATES).into_par_iter().map(replicate).collect())
        })
        .collect();
    let member_days: u64 = runs.values().flatten().flat_map(|record| &record.days).map(|day| day.member_days).sum();
    println!("{:.1} M member-days in {:.1} s", member_days as f64 / 1e6, start.elapsed().as_secs_f64());

    let table = reference::compare(&runs, &parameters);
    for row in &table {
        println!("{row}");
    }
    let misses: Vec<&str> = table.iter().filter(|row| !row.agrees()).map(|row| row.name).collect();
    assert!(misses.is_empty(), "outside 3 standard errors and 2 %: {misses:?}");
}
