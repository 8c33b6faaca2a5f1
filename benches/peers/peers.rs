//! wearout beside what a user would write instead: the two sides that are Rust, and the compiled plan for all sides.
//!
//! Comes in: a sub-command. `plan` prints the compiled plan of every case, `instructions` the instruction sets of this machine,
//! fastest first. `wearout INSTRUCTIONS PLAN`, `straight PLAN` and `tuned PLAN` serve: a line of standard input names replicates,
//! seed and case, and one line of JSON answers it with the seconds it took and the totals of each replicate. Without a sub-command
//! nothing happens, so that `cargo bench` and `cargo test --benches` pass over it. `benches/peers/run` builds and drives all sides.

#![expect(clippy::disallowed_methods, reason = "what a user would write")]

mod campaign;
mod plan;
mod straight;
mod tuned;

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::ops::Range;
use std::time::Instant;

use serde::Serialize;
use wearout_core::engine::{Engine, Instructions, simulate};
use wearout_core::tally::{Outcome, PairedTally};

use campaign::{Campaign, Parameters, Record};
use tuned::Tuned;

/// What a side answers.
#[derive(Debug, Serialize)]
struct Answer {
    seconds: f64,
    /// Each quantity in each replicate.
    totals: BTreeMap<&'static str, Vec<f64>>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["plan"] => say(&plan::file()),
        ["instructions"] => say(&Instructions::available().iter().rev().map(|set| set.name()).collect::<Vec<_>>()),
        ["wearout", name, _] => {
            let instructions = Instructions::find(name).expect("the driver asks for what this machine has");
            serve(|case, replicates, seed| wearout(instructions, case, replicates, seed));
        }
        ["straight", file] => {
            serve_plain(file, |campaign, seeds| seeds.map(|seed| straight::replicate(campaign, seed)).collect());
        }
        ["tuned", file] => serve_plain(file, |campaign, seeds| {
            let tuned = Tuned::new(campaign);
            seeds.map(|seed| tuned.replicate(seed)).collect()
        }),
        _ => {}
    }
}

fn say(message: &impl Serialize) {
    let text = serde_json::to_string(message).expect("plain data");
    writeln!(io::stdout(), "{text}").expect("the driver listens");
}

/// Answers `REPLICATES SEED CASE`, line by line.
fn serve(mut side: impl FnMut(&str, u32, u32) -> Answer) {
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().expect("three words a line");
        let mut number = || word().parse().expect("a number");
        let (replicates, seed) = (number(), number());
        say(&side(word(), replicates, seed));
    }
}

/// The engine on one thread.
fn wearout(instructions: Instructions, case: &str, replicates: u32, seed: u32) -> Answer {
    let (experiment, _) = plan::experiment(case, u64::from(seed));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let started = Instant::now();
    let tallies = pool.install(|| simulate(&experiment, 0..replicates, &Engine::on(instructions)));
    let seconds = started.elapsed().as_secs_f64();
    let total = |outcome| move |t: &PairedTally| t.plans[0].total(outcome) as f64;
    let mut totals = BTreeMap::new();
    let mut add = |name: &'static str, value: &dyn Fn(&PairedTally) -> f64| {
        totals.insert(name, tallies.iter().map(value).collect());
    };
    for (outcome, name) in Outcome::ALL {
        if SHARED.contains(&name) {
            add(name, &total(outcome));
        }
    }
    add("dwell_seconds", &|t| t.plans[0].total(Outcome::DwellMs) as f64 / 1000.0);
    add("activity", &|t| t.plans[0].total(Outcome::Activity) as f64 / 1024.0);
    add("active", &|t| t.plans[0].horizon.active as f64);
    add("muted", &|t| t.plans[0].horizon.muted as f64);
    add("repurchases", &|t| t.plans[0].horizon.repurchases as f64);
    add("complaints", &|t| t.plans[0].horizon.complaints as f64);
    add("recommendations", &|t| t.plans[0].horizon.recommendations as f64);
    Answer { seconds, totals }
}

/// Flows that have the same name and unit on every side.
const SHARED: [&str; 16] = [
    "delivered",
    "reads",
    "clicks",
    "interactions",
    "purchases",
    "questions",
    "answers",
    "inquiry_purchases",
    "leaves",
    "blocks",
    "leak_exits",
    "mutes",
    "reports",
    "unwanted_reads",
    "member_days",
    "privacy_complaints",
];

/// Serves a row of plain Rust: from a campaign and the seeds of replicates, their records.
fn serve_plain(file: &str, simulate: impl Fn(&Campaign, Range<u64>) -> Vec<Record>) {
    let text = std::fs::read_to_string(file).expect("the driver wrote the plan");
    let file: plan::File = serde_json::from_str(&text).expect("`peers plan` wrote it");
    let parameters: Parameters =
        serde_json::to_value(&file.parameters).and_then(serde_json::from_value).expect("it names them all");
    serve(|case, replicates, seed| {
        let case = file.cases.iter().find(|known| known.name == case).expect("the driver names cases of the file");
        let first = u64::from(seed) << 32;
        let started = Instant::now();
        let records = simulate(&Campaign::new(case, &parameters), first..first + u64::from(replicates));
        let seconds = started.elapsed().as_secs_f64();
        let mut totals: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
        for (name, value) in records.iter().flat_map(Record::totals) {
            totals.entry(name).or_default().push(value);
        }
        Answer { seconds, totals }
    });
}
