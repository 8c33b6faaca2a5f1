//! The twin against the figures of an independent implementation of the model.
#![expect(clippy::print_stdout, reason = "the table is what a reader of a failure needs")]

mod twin;

use std::collections::BTreeMap;
use std::time::Instant;

use rayon::prelude::*;
use twin::reference::{Contract, FIRST, SECOND};
use twin::{Law, Luck, OwnLuck, Profile, Record, Traits, reference, reply_race, simulate};

const REPLICATES: u32 = 200;

#[test]
fn the_twin_gives_the_reference_figures() {
    agrees(&FIRST, 11);
}

#[test]
fn the_twin_gives_the_reference_figures_of_needs_and_carried_reports() {
    agrees(&SECOND, 12);
}

fn agrees(contract: &Contract, seed: u64) {
    let parameters = contract.parameters();
    let start = Instant::now();
    let runs: BTreeMap<String, Vec<Record>> = contract
        .designs()
        .iter()
        .map(|(name, design)| {
            let replicate = |i| simulate(design, &parameters, Profile::Reference, &OwnLuck::new(seed, i));
            (name.clone(), (0..REPLICATES).into_par_iter().map(replicate).collect())
        })
        .collect();
    let member_days: u64 = runs.values().flatten().flat_map(|record| &record.days).map(|day| day.member_days).sum();
    println!("{:.1} M member-days in {:.1} s", member_days as f64 / 1e6, start.elapsed().as_secs_f64());

    let table = reference::compare(&runs, contract);
    for row in &table {
        println!("{row}");
    }
    let misses: Vec<&str> = table.iter().filter(|row| !row.agrees()).map(|row| row.name.as_str()).collect();
    assert!(misses.is_empty(), "outside 3 standard errors and 2 %: {misses:?}");
}

#[test]
fn traits_drawn_fast_have_the_means_of_their_quantiles() {
    const DRAWS: usize = 40_000;
    const GRID: usize = 2_000;
    let law = Law::new(&FIRST.parameters(), 0.15, 0.5);
    let mean = |n: usize, trait_of: fn(&Traits) -> f64, traits: &dyn Fn(usize) -> Traits| {
        (0..n).map(|i| trait_of(&traits(i))).sum::<f64>() / n as f64
    };
    let at_quantile = |i| {
        let u = (i as f64 + 0.5) / GRID as f64;
        law.traits(u, u, u, u)
    };
    let luck = OwnLuck::new(3, 0);
    let of: [fn(&Traits) -> f64; 5] = [|t| t.fit, |t| t.expectation, |t| t.frailty, |t| t.patience, |t| t.presence];
    for (i, trait_of) in of.into_iter().enumerate() {
        let (exact, drawn) = (mean(GRID, trait_of, &at_quantile), mean(DRAWS, trait_of, &|i| luck.traits(i, &law)));
        // Four standard errors of the widest of them, frailty (standard deviation 1.23), and what the grid misses of its tail.
        assert!((exact - drawn).abs() < 4.0 * 1.23 / (DRAWS as f64).sqrt() + 0.002, "trait {i}: {exact} and {drawn}");
    }
}

#[test]
fn the_reply_race_gives_the_claimed_conversions() {
    let parameters = FIRST.parameters();
    let converted = |hours| parameters.purchase_given_answer * reply_race(Some(hours), &parameters);
    assert!((converted(6.2 / 60.0) - 0.41).abs() < 0.005, "{}", converted(6.2 / 60.0));
    assert!((converted(11.3) - 0.12).abs() < 0.005, "{}", converted(11.3));
    assert!(reply_race(None, &parameters).abs() < f64::EPSILON);
}
