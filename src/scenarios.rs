//! Scenario files: found by path or name, checked, begun.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::folders::FileError;
use wearout_core::diagnostic::{Source, nearest};
use wearout_core::plan::{self, Experiment};
use wearout_core::scenario::{self, CONTENTS, Draft, SHIPPED, Scenario};
use wearout_core::study::{Cost, FEWEST_PER_SET};

use super::args::CheckArgs;
use super::inputs::{self, Unread};
use super::sets::USUAL_SETS;
use super::{Failure, estimate, print, run};

/// What `wearout new` writes.
const TEMPLATE: &str = include_str!("new.toml");

/// The article gives no figure beyond this many posts a week (`interval-48h`).
const KNOWN_POSTS_PER_WEEK: f64 = 3.5;

/// From so many days on, members who forget no read wear out faster than field studies found (pattern P9).
const DAYS_TO_FORGET: u32 = 60;

/// Reads a scenario by path or shipped name.
pub(super) fn read(named: &str, overrides: &[String]) -> Result<Draft, Failure> {
    let path = Path::new(named);
    let shipped = if path.exists() { None } else { scenario::shipped(named) };
    let text = match shipped {
        Some(text) => text.to_owned(),
        None => {
            inputs::text(path, inputs::MOST_OF_A_SCENARIO).map_err(|cause| Failure::Unknown(unread(named, &cause)))?
        }
    };
    let source = Source { name: named.to_owned(), text };
    Ok(scenario::parse(&inputs::stem(path)?, source, overrides))
}

/// Reads a scenario with contents by path or shipped name, with or without `contents/` before it.
pub(super) fn read_contents(named: &str, overrides: &[String]) -> Result<Draft, Failure> {
    let shipped = format!("contents/{named}");
    let is_shipped = !Path::new(named).exists() && scenario::shipped(&shipped).is_some();
    read(if is_shipped { &shipped } else { named }, overrides)
}

fn unread(named: &str, cause: &Unread) -> String {
    if !matches!(cause, Unread::System(_)) {
        return format!(
            "error: `{named}` is no scenario: {cause}\n  = help: a scenario is a TOML file; see `wearout new NAME`"
        );
    }
    let help = inputs::beside(named).or_else(|| meant(named)).unwrap_or_else(|| {
        let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        format!("a path, or one of {}", names.join(", "))
    });
    format!("error: no scenario `{named}`: {cause}\n  = help: {help}")
}

/// The shipped scenario that was perhaps meant.
fn meant(named: &str) -> Option<String> {
    let contents = CONTENTS.iter().flat_map(|(name, _)| [*name, name.trim_start_matches("contents/")]);
    let meant = nearest(named, SHIPPED.iter().map(|(name, _)| *name).chain(contents))?;
    Some(format!("did you mean the shipped scenario `{meant}`?"))
}

/// The text of a shipped scenario, of one with contents also without `contents/` before its name.
fn shipped(named: &str) -> Option<String> {
    let text = scenario::shipped(named).or_else(|| scenario::shipped(&format!("contents/{named}")))?;
    Some(text.to_owned())
}

/// `wearout check`.
pub(super) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let draft = read(&args.scenario, &args.set)?;
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
    text += &takes(Cost::of(&experiment), run::machine_threads());
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
    let like = scenario.plans.iter().find(|known| known.name == plan).and_then(|plan| plan.like.as_ref());
    match like {
        Some((other, keys)) if keys.is_empty() => format!(", the same as {other}"),
        Some((other, keys)) => format!(", differs from {other} only in: {}", keys.join(", ")),
        None => String::new(),
    }
}

/// Which plans copy which, a line each.
pub(super) fn likenesses(scenario: &Scenario) -> Vec<String> {
    let line = |plan: &scenario::Plan| {
        let says = differs(scenario, &plan.name);
        let verb = if says.starts_with(", the same") { " is" } else { "" };
        (!says.is_empty()).then(|| format!("{}{verb}{}", plan.name, says.replacen(',', "", 1)))
    };
    scenario.plans.iter().filter_map(line).collect()
}

/// Names of the plans that address other audiences than the baseline.
pub(super) fn different_people(experiment: &Experiment) -> Vec<String> {
    let baseline = &experiment.plans[experiment.baseline];
    let others = experiment.plans.iter().filter(|plan| plan.audiences != baseline.audiences);
    others.map(|plan| plan.name.clone()).collect()
}

/// What a reader of the verdict must know besides.
pub(super) fn notes(scenario: &Scenario, experiment: &Experiment) -> Vec<String> {
    let mut notes = Vec::new();
    let often: Vec<&str> = experiment
        .plans
        .iter()
        .filter(|plan| experiment.posts_per_week(plan) * plan.reach > KNOWN_POSTS_PER_WEEK)
        .map(|plan| plan.name.as_str())
        .collect();
    if !often.is_empty() {
        let plans = if often.len() == experiment.plans.len() { "every plan".to_owned() } else { often.join(", ") };
        notes.push(format!(
            "more than {KNOWN_POSTS_PER_WEEK} posts a week ({plans}): the article has no figure there, and no study of messaging groups is \
             known. In email sales level off after about three a week (Hillstrom 2018, finding `email-revenue-saturates`). Over a year the \
             model's posts alone earn most at three to seven a week, at small costs; with answers and repurchases, which fall as members \
             leave, it is fewer. In 30 days the busiest plan still sells most, in 90 no longer surely"
        ));
    }
    let others = different_people(experiment);
    if !others.is_empty() {
        notes.push(format!(
            "different people ({}): some of the difference is whom you write to, not how",
            others.join(", ")
        ));
    }
    let repeating = experiment.plans.iter().filter(|plan| plan.repeated_contents > 0);
    let repeating: Vec<&str> = repeating.map(|plan| plan.name.as_str()).collect();
    if scenario.days >= DAYS_TO_FORGET && !scenario.switches.repeat_memory && !repeating.is_empty() {
        notes.push(format!(
            "contents are repeated over {} days ({}), and here nobody ever forgets a read; field studies found wear that levels off (finding \
             `rotation-13-percent`). With --set switch.repeat_memory=true half of the reads are forgotten in {} days",
            scenario.days,
            repeating.join(", "),
            experiment.parameters.repeat_memory_days
        ));
    }
    if scenario.money.margin.is_none() {
        notes.push("margin not given: revenue, profit and return on cost stay blank".to_owned());
    }
    notes.extend(unlike_the_fit(scenario, experiment));
    notes
}

/// Where a scenario goes another way than its parameters were fitted, and a parameter says nothing there.
fn unlike_the_fit(scenario: &Scenario, experiment: &Experiment) -> Vec<String> {
    let parameters = &experiment.parameters;
    let mut notes = Vec::new();
    if scenario.switches.needs == Some(false) && parameters.purchase_given_click <= 0.0 {
        notes.push(
            "`needs` is off and `purchase_given_click` is 0, so nobody buys through a post. --parameters article-only was fitted without needs"
                .to_owned(),
        );
    }
    let fitted = parameters.mechanisms.trigger;
    let is_said = scenario.behaviour.iter().any(|(key, _)| key == "enforce_prob");
    let otherwise = scenario.report_trigger.filter(|trigger| *trigger != fitted && !is_said);
    if let Some(trigger) = otherwise.filter(|_| experiment.profile.rules.reports.is_some()) {
        notes.push(format!(
            "reports are counted as \"{}\", and `enforce_prob` was fitted where they are counted as \"{}\": so chances of a limit are those of no fit. \
             Say behaviour.enforce_prob too, or leave `report_trigger` out",
            trigger.key(),
            fitted.key()
        ));
    }
    notes
}

/// `wearout new`, from the template or from a shipped scenario.
pub(super) fn new(name: &str, from: Option<&str>) -> Result<(), Failure> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let stem = Path::new(name).file_name().and_then(|stem| stem.to_str()).unwrap_or_default();
    let plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    if stem.is_empty() || !stem.chars().all(plain) {
        let help = "letters, digits, - and _";
        return Err(Failure::Unknown(format!("error: `{name}` can't name a scenario\n  = help: {help}")));
    }
    let text = match from {
        Some(from) => shipped(from).ok_or_else(|| {
            let help = meant(from).unwrap_or_else(|| "see `wearout list scenarios`".to_owned());
            Failure::Unknown(format!("error: no shipped scenario is called `{from}`\n  = help: {help}"))
        })?,
        None => TEMPLATE.replace("NAME", stem),
    };
    let path = PathBuf::from(format!("{name}.toml"));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => print(&format!("{}\nnext: wearout run {}\n", path.display(), path.display())),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
            Err(anyhow::anyhow!("{} exists and is not overwritten; choose another name", path.display()).into())
        }
        Err(cause) => Err(FileError { verb: "write", path, cause }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_changes_nothing_is_said_in_a_sentence() {
        let text = "[audience.club]\n[plan.a]\n[plan.b]\nlike = \"a\"\n[plan.c]\nlike = \"a\"\nreply = \"1h\"\n";
        let draft = scenario::parse("x", Source { name: "x.toml".into(), text: text.into() }, &[]);
        assert_eq!(likenesses(&draft.scenario), ["b is the same as a", "c differs from a only in: reply"]);
    }

    /// Whether a note that starts so is made of the scenario with these overrides.
    fn is_noted(start: &str, text: &str, overrides: &[&str]) -> bool {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let draft = scenario::parse("x", Source { name: "x.toml".into(), text: text.to_owned() }, &overrides);
        let experiment = plan::compile(&draft, 1).unwrap_or_else(|faults| panic!("{faults}"));
        notes(&draft.scenario, &experiment).iter().any(|note| note.starts_with(start))
    }

    #[test]
    fn a_way_that_the_parameters_were_not_fitted_to_is_warned_of_where_they_say_nothing() {
        let text = "[audience.club]\n[plan.a]\n";
        let sells = |overrides: &[&str]| !is_noted("`needs` is off and `purchase_given_click` is 0", text, overrides);
        assert!(sells(&[]) && sells(&["switch.needs=true"]));
        assert!(!sells(&["switch.needs=false"]));
        assert!(sells(&["switch.needs=false", "behaviour.purchase_given_click=0.01"]));
        let limits = |overrides: &[&str]| !is_noted("reports are counted as \"last-read\"", text, overrides);
        assert!(!limits(&["report_trigger=\"last-read\""]));
        assert!(limits(&[]) && limits(&["report_trigger=\"last-read\"", "behaviour.enforce_prob=0.25"]));
        assert!(limits(&["report_trigger=\"last-read\"", "platform=\"none\""]), "no rule counts reports");
    }

    #[test]
    fn repeats_over_two_months_are_warned_of_unless_reads_are_forgotten() {
        let text = "days = 60\n[audience.club]\n[plan.same]\ncontents = 1\n[plan.new]\n";
        let warns = |overrides: &[&str]| {
            is_noted("contents are repeated over 60 days (same), and here nobody", text, overrides)
        };
        assert!(warns(&[]));
        assert!(!warns(&["days=59"]));
        assert!(!warns(&["switch.repeat_memory=true"]));
        assert!(!warns(&["plan.same.contents=1000"]), "a content that goes out once is not repeated");
    }

    #[test]
    fn the_template_is_a_scenario_without_faults() {
        let source = Source { name: "x.toml".into(), text: TEMPLATE.replace("NAME", "x") };
        let draft = scenario::parse("x", source, &[]);
        assert!(plan::compile(&draft, 1).is_ok(), "{:?}", draft.faults);
    }
}
