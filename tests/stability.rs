//! The numbers stay what they are: what every plan of every shipped scenario came to, as integers, on a fixed seed.
//!
//! `data/goldens.csv` holds a row a plan: a few counts for the reader, a hash of everything counted, and the three sums of chances
//! at the horizon that calibration reads, in units of 1/`EXPECTED_UNITS` of a member. When they move without intent, a change has
//! touched luck, laws or bookkeeping. When they move by intent:
//!
//! 1. `WEAROUT_REGENERATE=1 cargo test --test stability` writes the file anew and still fails, so that nobody does so unawares;
//! 2. read its diff, and say in CHANGELOG under "Results" which numbers moved and why;
//! 3. commit code, file and CHANGELOG together.

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;

use std::fmt::Write;
use std::fs;

use wearout_core::engine::{Engine, simulate};
use wearout_core::rng;
use wearout_core::scenario::SHIPPED;
use wearout_core::tally::{Horizon, Outcome, Tally};

const GOLDENS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/goldens.csv");

/// Enough for every mechanism to have happened, few enough to wait for.
const REPLICATES: u32 = 3;

/// FNV-1a over every integer of a tally (Fowler, Noll & Vo).
fn hash(tally: &Tally) -> u64 {
    // Outcomes that came later have columns of their own.
    let first = Outcome::ALL.iter().take_while(|(outcome, _)| *outcome != Outcome::Purchases);
    let days = tally.days.iter().flat_map(|day| first.clone().map(|(outcome, _)| day.get(*outcome)));
    let repeats = tally.repeats.iter().flat_map(|r| [r.reads, r.clicks, r.left, r.blocked, r.muted, r.reports]);
    // Taken apart by name, so that a figure added to the horizon cannot stay out unnoticed; the sums of chances have columns.
    let Horizon {
        members,
        groups,
        groups_lost,
        active,
        muted,
        left,
        blocked,
        unreachable,
        repurchases,
        repurchases_of_buyers,
        complaints,
        recommendations,
        repurchases_expected: _,
        complaints_expected: _,
        recommendations_expected: _,
    } = tally.horizon;
    let stocks = [members, groups, groups_lost, active, muted, left, blocked, unreachable];
    let horizon = stocks.into_iter().chain([repurchases, repurchases_of_buyers, complaints, recommendations]);
    let bytes = days.chain(repeats).chain(horizon).flat_map(u64::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn goldens() -> String {
    let mut rows =
        format!("# generator {}, seed {}, {REPLICATES} replicates together\n", rng::LAYOUT, experiment::SEED);
    rows.push_str("scenario,plan,delivered,reads,buyers,questions,lost,unreachable,hash,");
    rows.push_str("repurchases_expected,complaints_expected,recommendations_expected\n");
    for (name, text) in SHIPPED {
        let experiment = experiment::experiment(text);
        let replicates = simulate(&experiment, 0..REPLICATES, &Engine::default());
        for (index, plan) in experiment.plans.iter().enumerate() {
            let mut pooled = replicates[0].plans[index].clone();
            replicates[1..].iter().for_each(|paired| pooled.merge(&paired.plans[index]));
            let flows = [Outcome::Delivered, Outcome::Reads, Outcome::Buyers, Outcome::Questions];
            let [delivered, reads, buyers, questions] = flows.map(|flow| pooled.total(flow));
            let horizon = &pooled.horizon;
            let (lost, unreachable) = (horizon.left + horizon.blocked + horizon.muted, horizon.unreachable);
            let (plan, hash) = (&plan.name, hash(&pooled));
            let Horizon { repurchases_expected, complaints_expected, recommendations_expected, .. } = horizon;
            writeln!(
                rows,
                "{name},{plan},{delivered},{reads},{buyers},{questions},{lost},{unreachable},{hash:016x},\
                 {repurchases_expected},{complaints_expected},{recommendations_expected}"
            )
            .expect("a string can be written to");
        }
    }
    rows
}

#[test]
fn every_shipped_plan_comes_to_what_it_did() {
    let found = goldens();
    if std::env::var_os("WEAROUT_REGENERATE").is_some() {
        fs::write(GOLDENS, &found).unwrap();
        panic!("{GOLDENS} is written anew: read its diff, and say in CHANGELOG under \"Results\" what moved and why");
    }
    let golden = fs::read_to_string(GOLDENS).unwrap_or_default();
    let moved: Vec<String> = {
        let was = |row: &str| {
            let key = |row: &str| row.split(',').take(2).collect::<Vec<_>>().join(",");
            golden.lines().find(|golden| key(golden) == key(row)).unwrap_or("(no such row)").to_owned()
        };
        let differing = found.lines().filter(|row| !golden.lines().any(|golden| golden == *row));
        differing.map(|row| format!("  was {}\n  is  {row}", was(row))).collect()
    };
    let gone = golden.lines().filter(|row| !found.lines().any(|found| found == *row)).count();
    assert!(
        moved.is_empty() && gone == 0,
        "\n{}\nresults moved ({gone} rows of {GOLDENS}). Without intent: find out why. With intent: \
         `WEAROUT_REGENERATE=1 cargo test --test stability` writes them anew; then say in CHANGELOG under \"Results\" what moved \
         and why.",
        moved.join("\n")
    );
}
