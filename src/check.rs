//! `wearout check`: every fault of a scenario, or what it would run and how long that takes.

use std::fmt::Write as _;

use clap::Args;
use wearout_core::finding::{self, Note, USUAL_SETS};
use wearout_core::plan::{self, Experiment};
use wearout_core::scenario::Scenario;
use wearout_core::study::{Cost, FEWEST_PER_SET};
use wearout_show::notes::{About, sentence};

use super::{Failure, estimate, machine, print, scenarios};

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// A scenario file, or the name of a shipped scenario
    pub(super) scenario: String,
    /// Change a key of the scenario before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
}

/// `wearout check`.
pub(super) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let draft = scenarios::read(&args.scenario, &args.set)?;
    let experiment = plan::compile(&draft, 1)?;
    let scenario = &draft.scenario;
    let mut text = format!("{}: no fault\n", scenario.name);
    if !scenario.question.is_empty() {
        let _ = writeln!(text, "{}", scenario.question);
    }
    let _ = writeln!(text, "{} days, platform {}, baseline {}", scenario.days, scenario.platform, scenario.baseline);
    for plan in &experiment.plans {
        let posts = plan.posts.len();
        let _ = writeln!(
            text,
            "  {}: {} members, {posts} posts ({:.1} a week){}",
            plan.name,
            plan.members,
            experiment.posts_per_week(plan),
            differs(scenario, &plan.name)
        );
    }
    for note in notes(scenario, &experiment) {
        let _ = writeln!(text, "note: {note}");
    }
    text += &takes(Cost::of(&experiment), machine::threads());
    print(&text)
}

/// A run longer than this, seconds, or with more memory than this, bytes, is warned of.
const LONG: f64 = 600.0;
const LARGE: u64 = 4_000_000_000;

/// What `wearout run` would take with its defaults.
fn takes(cost: Cost, threads: usize) -> String {
    let replicates = USUAL_SETS as u64 * u64::from(FEWEST_PER_SET);
    let seconds = replicates as f64 * cost.seconds / threads as f64;
    let bytes = cost.bytes_of(replicates, threads as u64);
    let mut text = format!(
        "a run of {USUAL_SETS} sets x {FEWEST_PER_SET} replicates takes roughly {} and {} of memory on {threads} thread{}\n",
        estimate::time(seconds),
        estimate::memory(bytes),
        if threads == 1 { "" } else { "s" }
    );
    if seconds > LONG {
        text += "warning: that is longer than 10 minutes; fewer --sets, or smaller audiences, take less\n";
    }
    if bytes > LARGE {
        text += "warning: that is more than 4 GB; fewer --threads, or smaller audiences, need less\n";
    }
    text
}

/// In what a plan differs from the one it copies.
fn differs(scenario: &Scenario, plan: &str) -> String {
    match finding::differs(scenario, plan) {
        Some(Note::Copy { of, keys, .. }) if keys.is_empty() => format!(", the same as {of}"),
        Some(Note::Copy { of, keys, .. }) => format!(", differs from {of} only in: {}", keys.join(", ")),
        _ => String::new(),
    }
}

/// What a reader of the verdict must know besides.
fn notes(scenario: &Scenario, experiment: &Experiment) -> Vec<String> {
    let about = About { comparison: None, currency: &scenario.money.currency };
    finding::notes(scenario, experiment).iter().map(|note| sentence(note, about)).collect()
}
