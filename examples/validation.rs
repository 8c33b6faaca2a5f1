//! The tables of `docs/validation.md`: the reference figures beside the engine's, under profile `reference`, under `article-2025`,
//! and with each of the article's rules alone. `cargo run --release --example validation`
#![expect(clippy::print_stdout, reason = "an example prints")]

#[path = "../tests/designs/mod.rs"]
mod designs;
#[path = "../tests/twin/mod.rs"]
mod twin;

use std::collections::BTreeMap;

use designs::simulated;
use twin::reference::FIRST;
use twin::{Record, reference};
use wearout_core::platform::{self, Profile, Rules};

const REPLICATES: u32 = 200;

/// The article's profile with one rule only.
fn alone(name: &str, keep: fn(&Rules) -> Rules) -> (String, &'static Profile) {
    let article = platform::find("article-2025").expect("a shipped profile");
    let none = platform::find("none").expect("a shipped profile");
    let mut rules = keep(&article.rules);
    rules.limit = article.rules.limit.clone();
    let profile = Profile { rules, ..none.clone() };
    (name.to_owned(), Box::leak(Box::new(profile)))
}

fn nothing() -> Rules {
    platform::find("none").expect("a shipped profile").rules.clone()
}

fn figures(profile: &'static Profile) -> BTreeMap<&'static str, f64> {
    let runs: BTreeMap<String, Vec<Record>> = simulated(&FIRST, profile, REPLICATES);
    reference::observables(&runs, &FIRST).into_iter().map(|(name, figure)| (name, figure.mean)).collect()
}

fn main() {
    let find = |key: &str| platform::find(key).expect("a shipped profile");
    println!("| figure | independent implementation (se) | engine, `reference` (se) | off | |\n|---|---|---|---|---|");
    let table = reference::compare(&simulated(&FIRST, find("reference"), REPLICATES), &FIRST);
    for row in &table {
        println!(
            "| {} | {:.4} ({:.4}) | {:.4} ({:.4}) | {:+.1} % | {} |",
            row.name,
            row.theirs.mean,
            row.theirs.standard_error,
            row.ours.mean,
            row.ours.standard_error,
            100.0 * (row.ours.mean / row.theirs.mean - 1.0),
            if row.agrees() { "agrees" } else { "misses" },
        );
    }
    let none = figures(find("none"));
    let all = figures(find("article-2025"));
    let rules = [
        alone("cap", |rules| Rules { cap: rules.cap.clone(), ..nothing() }),
        alone("reports", |rules| Rules { reports: rules.reports.clone(), ..nothing() }),
        alone("relevance", |rules| Rules { relevance: rules.relevance.clone(), ..nothing() }),
        alone("read_no_reply", |rules| Rules { read_no_reply: rules.read_no_reply.clone(), ..nothing() }),
        alone("similarity", |rules| Rules { similarity: rules.similarity.clone(), ..nothing() }),
        alone("slow", |rules| Rules { slow: rules.slow.clone(), ..nothing() }),
        alone("no_reply", |rules| Rules { no_reply: rules.no_reply.clone(), ..nothing() }),
        alone("review", |rules| Rules { review: rules.review.clone(), ..nothing() }),
        alone("admin", |rules| Rules { admin: rules.admin.clone(), ..nothing() }),
    ];
    let each: Vec<(String, BTreeMap<&'static str, f64>)> =
        rules.into_iter().map(|(name, profile)| (name, figures(profile))).collect();
    println!(
        "\n| figure | no rules | all rules | change | rules that move it by 2 % or more, each alone |\n|---|---|---|---|---|"
    );
    for row in &table {
        let (before, after) = (none[row.name.as_str()], all[row.name.as_str()]);
        let moved = |value: f64| 100.0 * (value / before - 1.0);
        let movers: Vec<String> = each
            .iter()
            .map(|(name, figures)| (name, moved(figures[row.name.as_str()])))
            .filter(|(_, change)| change.abs() >= 2.0)
            .map(|(name, change)| format!("{name} {change:+.0} %"))
            .collect();
        let show = |value: f64| if value.is_finite() { format!("{value:.4}") } else { String::new() };
        let change = if after.is_finite() { format!("{:+.1} %", moved(after)) } else { "no base left".to_owned() };
        println!("| {} | {} | {} | {change} | {} |", row.name, show(before), show(after), movers.join(", "));
    }
}
