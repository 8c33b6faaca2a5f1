//! The engine beside an independent implementation of the model: on the calibration designs in both
//! versions, and on plans that differ in how often they post.
//!
//! |ours - theirs| <= 3 sqrt(se1^2 + se2^2) + 2 % of theirs, on a fixed seed.
#![expect(clippy::print_stdout, reason = "the table is what a reader of a failure needs")]

mod designs;
mod twin;

use std::collections::BTreeMap;

use designs::{circumstances, simulated};
use serde_json::Value;
use twin::reference::{Comparison, FIRST, Figure, SECOND, compare, published};
use wearout_core::diagnostic::Source;
use wearout_core::engine::{Engine, simulate};
use wearout_core::tally::{self, Outcome, Stakes, Tally};
use wearout_core::{plan, platform, scenario};

const REPLICATES: u32 = 200;

/// `enforce_prob` of the independent implementation where reports are pooled.
const ENFORCED: f64 = 0.0235;

/// Of designs of 90 days, each under two platforms and two triggers.
const REPLICATES_OF_FREQUENCIES: u32 = 60;

fn agrees(table: &[Comparison]) {
    for row in table {
        println!("{row}");
    }
    let misses: Vec<&str> = table.iter().filter(|row| !row.agrees()).map(|row| row.name.as_str()).collect();
    assert!(misses.is_empty(), "outside 3 standard errors and 2 %: {misses:?}");
}

#[test]
fn the_engine_gives_the_reference_figures() {
    let profile = platform::find("reference").expect("shipped");
    agrees(&compare(&simulated(&FIRST, profile, REPLICATES), &FIRST));
}

#[test]
fn the_engine_gives_the_reference_figures_of_needs_and_carried_reports() {
    let profile = platform::find("reference").expect("shipped");
    agrees(&compare(&simulated(&SECOND, profile, REPLICATES), &SECOND));
}

/// Under the article's own rules the good sender is punished: more than 15 % of its reads get no reply, which costs it 5 % of its
/// opens (conflict C10). What every rule moves stands in `docs/validation.md`.
#[test]
fn the_articles_rules_cost_the_good_sender_opens() {
    let profile = platform::find("article-2025").expect("shipped");
    let table = compare(&simulated(&FIRST, profile, REPLICATES), &FIRST);
    for row in &table {
        println!("{row}");
    }
    let open = table.iter().find(|row| row.name == "open.target").unwrap();
    assert!((open.ours.mean / open.theirs.mean - 0.95).abs() < 0.01, "{open}");
}

/// A plan of `frequency_designs.json` as a scenario.
fn frequency(design: &Value, platform: &str, trigger: &str) -> String {
    let list = |key: &str| design.get(key).and_then(Value::as_array);
    let when = match (list("weekday_pattern"), design.get("every_h").and_then(Value::as_u64)) {
        (Some(week), _) => {
            let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().zip(week);
            let on: Vec<String> = days.filter(|(_, posts)| **posts == 1).map(|(day, _)| format!("{day:?}")).collect();
            format!("on = [{}]", on.join(", "))
        }
        (None, Some(hours)) => format!("every = \"{hours}h\""),
        (None, None) => String::new(),
    };
    let per_day = design.get("posts_per_day").map_or(String::new(), |n| format!("per_day = {n}\n"));
    let contents = design.get("contents").map_or(String::new(), |n| format!("contents = {n}\n"));
    let kinds = list("kinds").map_or(String::new(), |kinds| format!("kinds = {}\n", Value::from(kinds.clone())));
    format!(
        "days = 90\n{platform}\nreport_trigger = \"{trigger}\"\n{}[money]\nmargin = 100\n[audience.club]\ngroups = 6\nsize = 200\n\
         fit = 0.7\nfit_spread = 0.0\n[plan.design]\nreply = \"150m\"\n{when}\n{per_day}{contents}{kinds}",
        circumstances(&SECOND),
    )
}

/// A figure of one replicate by the name it is published under.
fn value(name: &str, tally: &Tally, stakes: &Stakes, enforce_prob: f64) -> Option<f64> {
    let metric = |key: &str| tally::find(key).unwrap_or_else(|| panic!("no metric `{key}`")).value(tally, stakes);
    match name {
        "open" => metric("open_rate"),
        "counted_posts" | "crossings" => metric("report_crossings"),
        "p_limited_by_formula" => metric("report_crossings").map(|n| 1.0 - libm::pow(1.0 - enforce_prob, n)),
        key => metric(key),
    }
}

/// Every published figure of the frequency designs under a trigger.
fn frequencies(trigger: &str, enforce_prob: f64, published: &BTreeMap<String, Figure>) -> Vec<Comparison> {
    let file: Value = serde_json::from_str(include_str!("data/frequency_designs.json")).expect("the file is JSON");
    let mut table = Vec::new();
    for (name, design) in file["designs"].as_object().expect("designs by name") {
        // Reports are counted without consequence, or every rule of the article acts.
        let counted = "platform = \"reference\"\nrules_off = [\"relevance\", \"slow\"]";
        for (key, platform) in [("none", counted), ("article-2025", "platform = \"article-2025\"")] {
            let text = frequency(design, platform, trigger);
            let overrides = [format!("behaviour.enforce_prob={enforce_prob}")];
            let draft = scenario::parse(name, Source { name: name.clone(), text }, &overrides);
            let experiment = plan::compile(&draft, 1).unwrap_or_else(|faults| panic!("{faults}"));
            let stakes = &experiment.plans[0].stakes;
            let tallies = simulate(&experiment, 0..REPLICATES_OF_FREQUENCIES, &Engine::default());
            let prefix = format!("{name}.{key}.");
            for (full, theirs) in published {
                let Some(figure) = full.strip_prefix(&prefix) else { continue };
                let of = |paired: &tally::PairedTally| value(figure, &paired.plans[0], stakes, enforce_prob);
                let values: Vec<f64> = tallies.iter().filter_map(of).collect();
                table.push(Comparison { name: full.clone(), ours: Figure::of(&values), theirs: *theirs });
            }
        }
    }
    table
}

#[test]
fn plans_that_differ_in_frequency_give_the_reference_figures_where_reports_are_carried() {
    let table = frequencies("carried", SECOND.parameters().enforce_prob, &SECOND.published());
    assert_eq!(table.len(), 230);
    agrees(&table);
}

#[test]
fn plans_that_differ_in_frequency_give_the_reference_figures_where_reports_are_pooled() {
    let table = frequencies("pooled", ENFORCED, &published(include_str!("data/reference_pooled.csv")));
    assert_eq!(table.len(), 110);
    agrees(&table);
}

/// Reports of a week are pooled: who posts more is reported more, and a crossing is never diluted. More replicates: `.ci/frequencies`.
#[test]
fn more_posts_never_make_an_account_safer() {
    let plans = [
        "every = \"336h\"",
        "on = [\"mon\"]",
        "on = [\"mon\", \"thu\"]",
        "on = [\"mon\", \"wed\", \"fri\"]",
        "on = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
        "every = \"24h\"",
        "per_day = 2",
        "per_day = 5",
    ];
    let plans: Vec<String> = plans.iter().enumerate().map(|(i, when)| format!("[plan.p{i}]\n{when}\n")).collect();
    let times: u32 =
        std::env::var("WEAROUT_TIMES").map_or(1, |times| times.parse().expect("WEAROUT_TIMES is a whole number"));
    let mut falls = Vec::new();
    for (members, replicates) in [(100, 50), (150, 50), (200, 50), (500, 25), (1200, 10), (5000, 4)] {
        let text = format!(
            "days = 180\nplatform = \"reference\"\nrules_off = [\"relevance\", \"slow\"]\nreport_trigger = \"pooled\"\n{}\
             [audience.club]\nsize = {members}\nfit = 0.7\nfit_spread = 0.0\n{}",
            circumstances(&SECOND),
            plans.concat()
        );
        let overrides = [format!("behaviour.enforce_prob={ENFORCED}")];
        let draft = scenario::parse("safer", Source { name: "safer.toml".into(), text }, &overrides);
        let experiment = plan::compile(&draft, 1).unwrap_or_else(|faults| panic!("{faults}"));
        let tallies = simulate(&experiment, 0..replicates * times, &Engine::default());
        let chances = |plan: usize| {
            let limited = |tally: &Tally| 1.0 - libm::pow(1.0 - ENFORCED, tally.total(Outcome::ReportCrossings) as f64);
            tallies.iter().map(|paired| limited(&paired.plans[plan])).collect::<Vec<f64>>()
        };
        let chances: Vec<Vec<f64>> = (0..plans.len()).map(chances).collect();
        let means: Vec<String> = chances.iter().map(|chances| format!("{:.4}", Figure::of(chances).mean)).collect();
        println!("{members} members: {}", means.join(" "));
        for (i, pair) in chances.windows(2).enumerate() {
            let risen: Vec<f64> = pair[0].iter().zip(&pair[1]).map(|(rarer, oftener)| oftener - rarer).collect();
            let Figure { mean, standard_error } = Figure::of(&risen);
            if mean < -3.0 * standard_error {
                falls.push(format!("{members} members, from plan {i} to {}: {mean} +- {standard_error}", i + 1));
            }
        }
        assert!(
            Figure::of(&chances[7]).mean > Figure::of(&chances[0]).mean,
            "{members} members: the busiest is less safe"
        );
    }
    assert!(falls.is_empty(), "{falls:#?}");
}
