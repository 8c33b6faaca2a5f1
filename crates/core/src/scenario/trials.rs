//! The tests of a scenario file: which plans run beside each other, on whom, for how long, and what is to be told from them.
//!
//! Comes in: the `[test.NAME]` tables. Goes out: [`Trial`]s (a test of the program's own is a test in Rust, hence the name in code).
//! How units are dealt to arms is not here: see `engine`.

use crate::diagnostic::At;
use crate::document::reader::{Names, Range, Reader, listed};
use crate::document::tree::{Entry, Table};
use crate::tally::{self, Metric, Subject};
use crate::units::Channel;

use super::{Audience, Plan, Trial};

const TRIAL_KEYS: &[&str] =
    &["arms", "audience", "groups_per_arm", "members_per_arm", "days", "metric", "detect", "guardrails"];

/// What tests refer to.
pub(super) struct Campaign<'a> {
    pub(super) audiences: &'a [Audience],
    pub(super) plans: &'a [Plan],
    pub(super) days: u32,
    /// What the scenario's verdict speaks of.
    pub(super) headline: &'a [String],
}

/// Reads all tests.
pub(super) fn read(reader: &mut Reader<'_>, tables: &[(Entry, Table)], campaign: &Campaign<'_>) -> Vec<Trial> {
    tables.iter().filter_map(|(entry, table)| trial(reader, entry, table, campaign)).collect()
}

/// One test; `None` where it does not say who takes part.
fn trial(reader: &mut Reader<'_>, entry: &Entry, table: &Table, campaign: &Campaign<'_>) -> Option<Trial> {
    reader.only_keys(table, TRIAL_KEYS);
    let path = &entry.node.path;
    if table.get("arms").is_none() {
        reader.fault(
            &entry.at,
            format!("`{path}` has no arms"),
            "arms = [\"PLAN\", \"PLAN\"]: the first is the control",
        );
    }
    let known: Vec<&str> = campaign.plans.iter().map(|plan| plan.name.as_str()).collect();
    let names = if reader.lossy { None } else { reader.names(table.get("arms"), Names::new("plan", &known), 1) };
    if let (Some([only]), Some(node)) = (names.as_deref(), table.get("arms"))
        && !reader.faults.iter().any(|fault| fault.at.as_ref().is_some_and(|at| at == &node.at))
    {
        let help = format!("an arm beside \"{only}\", whose plan may be like it: a test compares");
        reader.fault(&node.at, format!("`{}` must name two plans or more, found \"{only}\" alone", node.path), help);
    }
    let days = reader.whole(table.get("days"), 1, campaign.days).unwrap_or(campaign.days);
    let metric = metric(reader, table, campaign);
    let detect = reader.number(table.get("detect"), Range::Amount);
    let guardrails = guardrails(reader, table, campaign);
    let arms = names.filter(|names| names.len() >= 2)?;
    let audience = audience(reader, entry, table, &arms, campaign)?;
    let units_per_arm = units_per_arm(reader, entry, table, (audience, arms.len()))?;
    Some(Trial {
        name: entry.key.clone(),
        at: entry.at.clone(),
        arms,
        audience: audience.name.clone(),
        units_per_arm,
        days,
        metric,
        detect,
        guardrails,
    })
}

/// The audience of the test: the one that is named, or the only one to which every arm is sent.
fn audience<'a>(
    reader: &mut Reader<'_>,
    entry: &Entry,
    table: &Table,
    arms: &[String],
    campaign: &Campaign<'a>,
) -> Option<&'a Audience> {
    let plans: Vec<&Plan> = campaign.plans.iter().filter(|plan| arms.contains(&plan.name)).collect();
    let shared: Vec<&Audience> = campaign
        .audiences
        .iter()
        .filter(|audience| plans.iter().all(|plan| plan.to.contains(&audience.name)))
        .collect();
    let names: Vec<&str> = shared.iter().map(|audience| audience.name.as_str()).collect();
    let path = &entry.node.path;
    if let Some(node) = table.get("audience") {
        let known: Vec<&str> = campaign.audiences.iter().map(|audience| audience.name.as_str()).collect();
        let name = reader.table_name(Some(node), "audience", &known)?;
        let found = shared.iter().find(|audience| audience.name == name);
        if found.is_none() && !reader.lossy {
            let elsewhere = plans.iter().find(|plan| !plan.to.contains(&name)).map_or("", |plan| plan.name.as_str());
            let message = format!("`{path}` tests on \"{name}\", to which `plan.{elsewhere}` is not sent");
            reader.fault(
                &node.at,
                message,
                format!("add it to `plan.{elsewhere}.to`, or test where every arm is sent"),
            );
        }
        return found.copied();
    }
    match shared.as_slice() {
        [only] => Some(*only),
        [] => {
            let message = format!("the arms of `{path}` are not sent to the same audience");
            reader.fault(&entry.at, message, "arms share their people: give their plans the same `to`");
            None
        }
        _ => {
            let help = format!("audience = \"...\": one of {}", listed(&names));
            reader.fault(&entry.at, format!("`{path}` does not say on which audience"), help);
            None
        }
    }
}

/// Groups, or members of a direct list, that each arm gets; all there are where nothing is said.
fn units_per_arm(
    reader: &mut Reader<'_>,
    entry: &Entry,
    table: &Table,
    (audience, arms): (&Audience, usize),
) -> Option<u32> {
    let (key, other, there_are, unit) = match audience.channel {
        Channel::Group => ("groups_per_arm", "members_per_arm", audience.groups, "groups"),
        Channel::Direct => ("members_per_arm", "groups_per_arm", audience.size, "members"),
    };
    let path = &entry.node.path;
    if let Some(node) = table.get(other) {
        let message = format!("`{}` does not fit `audience.{}`, which is dealt in {unit}", node.path, audience.name);
        reader.fault(&node.at, message, format!("say {key}"));
    }
    let most = there_are / arms as u32;
    let at: &At = table.get(key).map_or(&entry.at, |node| &node.at);
    let asked = match table.get(key) {
        Some(node) => reader.whole(Some(node), 1, u32::MAX)?,
        None => most,
    };
    if let (1, Some(node)) = (asked, table.get(key)) {
        reader.must_be(
            node,
            "2 or more",
            "with one unit an arm, the effect of an arm cannot be separated from the difference between units",
        );
        return None;
    }
    if asked <= most && most >= 2 {
        return Some(asked);
    }
    let needed = asked.max(2) as usize * arms;
    let message = format!(
        "`{path}` needs {needed} {unit} for {arms} arms of {}, and `audience.{}` has {there_are}",
        asked.max(2),
        audience.name
    );
    let help = match audience.channel {
        Channel::Group => format!("more `groups` there, or fewer arms; at most {most} an arm"),
        Channel::Direct => format!("a larger `size` there, or at most {most} members an arm"),
    };
    reader.fault(at, message, help);
    None
}

/// What the test decides by; the first of the headline that each group has a figure of its own for.
fn metric(reader: &mut Reader<'_>, table: &Table, campaign: &Campaign<'_>) -> String {
    let known: Vec<&str> = tally::keys().collect();
    let named = reader.name(table.get("metric"), Names { what: "metric", known: &known, also: tally::key_of });
    if let (Some(name), Some(node)) = (&named, table.get("metric"))
        && !is_of_units(name)
    {
        reader.must_be(
            node,
            "a metric of members",
            "a chance or a sum of the whole account cannot differ between arms that share it",
        );
    }
    let first = campaign.headline.iter().find(|key| is_of_units(key));
    named.or_else(|| first.cloned()).unwrap_or_else(|| "conversion".to_owned())
}

fn is_of_units(key: &str) -> bool {
    tally::find(key).is_some_and(Metric::tells_arms_apart)
}

/// By how much a metric may be worse before the arm is rejected, in the metric's own unit.
fn guardrails(reader: &mut Reader<'_>, table: &Table, campaign: &Campaign<'_>) -> Vec<(String, f64)> {
    let known: Vec<&str> = tally::keys().collect();
    let Some(margins) = reader.table(table.get("guardrails"), "{ loss = 0.02 }") else {
        let is_of_people = |metric: &Metric| matches!(metric.subject, Subject::Exits | Subject::Kept);
        let people_are_looked_at = campaign.headline.iter().filter_map(|key| tally::find(key)).any(is_of_people);
        return if people_are_looked_at { vec![("loss".to_owned(), DEFAULT_MARGIN)] } else { Vec::new() };
    };
    let margins = margins.clone();
    reader.only_keys(&margins, &known);
    let margin = |entry: &Entry, reader: &mut Reader<'_>| {
        let margin = reader.number(Some(&entry.node), Range::Amount)?;
        if known.contains(&entry.key.as_str()) && !is_of_units(&entry.key) {
            let message = format!(
                "`{}` cannot guard a test: {} is the account's, which all arms share",
                entry.node.path, entry.key
            );
            reader.fault(
                &entry.at,
                message,
                "leave it out; `wearout ab design` says what ban risk a test can rule out",
            );
        }
        is_of_units(&entry.key).then(|| (entry.key.clone(), margin))
    };
    margins.entries.iter().filter_map(|entry| margin(entry, reader)).collect()
}

/// By how much loss may be worse where nothing is said: two points (assumption).
const DEFAULT_MARGIN: f64 = 0.02;
