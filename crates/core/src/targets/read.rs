//! What a single target may say.
//!
//! Comes in: its table, and the scenarios that are known. Goes out: a [`Target`] with its place. Whether the model can meet it is not
//! here; what no model could meet is a fault.

use crate::behaviour::{self, CLOSED_FORMS};
use crate::diagnostic::{At, plain};
use crate::document::reader::{Names, Range, Reader, listed, suggestion};
use crate::document::tree::{Node, Table};
use crate::evidence;
use crate::tally::{self, Observable};

use super::{Known, Quantity, Reading, Spot, Target};

const TARGET_KEYS: &[&str] = &[
    "name",
    "scenario",
    "plan",
    "observable",
    "over",
    "band",
    "interval",
    "count",
    "discrepancy",
    "weight",
    "held_out",
    "claim",
];
const OVER_KEYS: &[&str] = &["scenario", "plan"];

/// Largest count that is read; more could not be told from it.
const MOST: u32 = u32::MAX;

/// A target and where it stands.
pub(super) struct Placed {
    pub(super) target: Target,
    pub(super) at: At,
}

/// Every target of the list that says enough.
pub(super) fn targets(reader: &mut Reader<'_>, tables: &[(Node, Table)], known: &[Known]) -> Vec<Placed> {
    tables.iter().filter_map(|(node, table)| target(reader, node, table, known)).collect()
}

fn target(reader: &mut Reader<'_>, node: &Node, table: &Table, known: &[Known]) -> Option<Placed> {
    reader.only_keys(table, TARGET_KEYS);
    let claims: Vec<&str> = evidence::ids().collect();
    let name = reader.text(table.get("name"));
    let weight = weight(reader, table.get("weight"));
    let discrepancy = discrepancy(reader, table.get("discrepancy"));
    let held_out = reader.switch(table.get("held_out")).unwrap_or(false);
    let claim = reader.name(table.get("claim"), Names::new("claim or finding", &claims));
    let quantity = quantity(reader, node, table, known);
    let reading = reading(reader, node, table, quantity.as_ref());
    let (quantity, reading) = (quantity?, reading?);
    let name = name.unwrap_or_else(|| described(&quantity, known));
    let at = table.get("name").map_or(&node.at, |name| &name.at).clone();
    Some(Placed { target: Target { name, quantity, reading, weight, discrepancy, held_out, claim }, at })
}

/// What the model may leave out of a figure, on the log scale.
pub(super) fn discrepancy(reader: &mut Reader<'_>, node: Option<&Node>) -> Option<f64> {
    reader.number(node, Range::Between(0.01, 2.0))
}

/// How much a target counts.
pub(super) fn weight(reader: &mut Reader<'_>, node: Option<&Node>) -> f64 {
    let weight = reader.number(node, Range::Amount);
    if let (Some(node), Some(0.0)) = (node, weight) {
        reader.must_be(node, "above 0", "held_out = true scores a target without fitting it");
    }
    weight.unwrap_or(1.0)
}

/// A name for a target that has none.
fn described(quantity: &Quantity, known: &[Known]) -> String {
    match quantity {
        Quantity::Closed(form) => form.key.to_owned(),
        Quantity::Simulated { observable, at, .. } => {
            let Known { scenario, .. } = &known[at.scenario];
            let plans = &scenario.draft.scenario.plans;
            let plan = if plans.len() > 1 { format!(" {}", plans[at.plan].name) } else { String::new() };
            format!("{}{plan} {observable}", scenario.name)
        }
    }
}

/// Faults names that two targets have.
pub(super) fn check_names(reader: &mut Reader<'_>, targets: &[Placed]) {
    for (i, placed) in targets.iter().enumerate() {
        if targets[..i].iter().any(|earlier| earlier.target.name == placed.target.name) {
            let message = format!("two targets are called \"{}\"", plain(&placed.target.name));
            reader.fault(&placed.at, message, "give each a name of its own");
        }
    }
}

fn quantity(reader: &mut Reader<'_>, node: &Node, table: &Table, known: &[Known]) -> Option<Quantity> {
    let Some(observable) = table.get("observable") else {
        reader.fault(&node.at, format!("`{}` names no observable", node.path), "such as observable = \"open_rate\"");
        return None;
    };
    let text = reader.text(Some(observable))?;
    if let Some(form) = behaviour::closed_form(&text) {
        for key in ["scenario", "plan", "over"] {
            if let Some(extra) = table.get(key) {
                let message = format!(
                    "`{}` says where `{text}` is measured, which follows from the parameters alone",
                    extra.path
                );
                reader.fault(&extra.at, message, "leave it out");
            }
        }
        return Some(Quantity::Closed(form));
    }
    let at = spot(reader, node, table, known);
    let observable = self::observable(reader, observable, &text, at, known);
    let over = match table.get("over") {
        None => None,
        Some(node) => {
            let over = reader.table(Some(node), "{ scenario = \"...\" }")?.clone();
            reader.only_keys(&over, OVER_KEYS);
            let over = spot(reader, node, &over, known);
            if let (Some(observable), Some(over)) = (observable, over) {
                check_window(reader, node, &observable, over, known);
            }
            Some(over?)
        }
    };
    Some(Quantity::Simulated { observable: observable?, at: at?, over })
}

/// The observable a text names, if the plan lives that long.
pub(super) fn observable(
    reader: &mut Reader<'_>,
    node: &Node,
    text: &str,
    at: Option<Spot>,
    known: &[Known],
) -> Option<Observable> {
    let observable = match Observable::parse(text) {
        Ok(observable) => observable,
        Err(wrong) => {
            let (key, window) = text.split_once('@').map_or((text, ""), |(key, _)| (key, &text[key.len()..]));
            let keys: Vec<&str> = Observable::keys().chain(CLOSED_FORMS.iter().map(|form| form.key)).collect();
            let help = if keys.contains(&key) {
                "leave the window out, or take one it has".to_owned()
            } else if let Some(known) = tally::key_of(key) {
                format!("its key is `{known}`")
            } else if let Some(near) = suggestion(key, &keys) {
                near.replace("`?", &format!("{}`?", plain(window)))
            } else {
                "any key of `wearout list metrics`, or one of docs/calibration.md".to_owned()
            };
            reader.fault(&node.at, format!("`{}`: {}", node.path, plain(&wrong)), help);
            return None;
        }
    };
    if let Some(at) = at {
        check_window(reader, node, &observable, at, known);
    }
    Some(observable)
}

fn check_window(reader: &mut Reader<'_>, node: &Node, observable: &Observable, at: Spot, known: &[Known]) {
    let scenario = &known[at.scenario].scenario;
    let (name, days) = (&scenario.name, scenario.draft.scenario.days);
    if let Some(last) = observable.last_day().filter(|last| *last > days) {
        let message = format!("`{}`: {observable} looks beyond the {days} days of {}", node.path, plain(name));
        reader.fault(&node.at, message, format!("days = {last} in the scenario, or a window that ends by day {days}"));
    }
}

/// The plan that a target is measured on; where nothing is said, the fault points at `node`.
pub(super) fn spot(reader: &mut Reader<'_>, node: &Node, table: &Table, known: &[Known]) -> Option<Spot> {
    let Some(scenario) = table.get("scenario") else {
        let help = "such as scenario = \"designs/spray\": a shipped scenario, or a file beside this one";
        reader.fault(&node.at, format!("`{}` names no scenario", node.path), help);
        return None;
    };
    let name = reader.text(Some(scenario))?;
    // A scenario that cannot be found has its fault already.
    let index = known.iter().position(|known| known.scenario.name == name)?;
    let plans: Vec<&str> = known[index].scenario.draft.scenario.plans.iter().map(|plan| plan.name.as_str()).collect();
    let plan = match (table.get("plan"), plans.len()) {
        (Some(plan), _) => {
            let name = reader.name(Some(plan), Names::new("plan", &plans))?;
            plans.iter().position(|plan| *plan == name)?
        }
        (None, 1) => 0,
        // A scenario that has no plan has its fault already.
        (None, 0) => return None,
        (None, _) => {
            let message = format!("`{}` does not say on which plan of {}", node.path, plain(&name));
            reader.fault(&scenario.at, message, format!("plan = one of {}", listed(&plans)));
            return None;
        }
    };
    Some(Spot { scenario: index, plan })
}

/// What is known, in exactly one reading.
fn reading(reader: &mut Reader<'_>, node: &Node, table: &Table, quantity: Option<&Quantity>) -> Option<Reading> {
    let said: Vec<&str> = ["band", "interval", "count"].into_iter().filter(|key| table.get(key).is_some()).collect();
    match said[..] {
        ["count"] => count(reader, table.get("count")?, quantity),
        [key] => {
            let (low, high) = range(reader, table.get(key)?, quantity)?;
            Some(if key == "band" { Reading::Band { low, high } } else { Reading::Interval { low, high } })
        }
        [] => {
            let help = "one of band = [low, high], interval = [low, high], count = [k, n]";
            reader.fault(&node.at, format!("`{}` does not say what is known", node.path), help);
            None
        }
        [..] => {
            let message = format!("`{}` is read in {} ways at once: {}", node.path, said.len(), listed(&said));
            reader.fault(&table.get(said[1])?.at, message, "keep the one that is meant");
            None
        }
    }
}

/// The largest value a quantity can have.
fn most(quantity: Option<&Quantity>) -> f64 {
    match quantity {
        Some(Quantity::Simulated { observable, over: None, .. }) if observable.unit().is_within_one() => 1.0,
        _ => f64::INFINITY,
    }
}

fn range(reader: &mut Reader<'_>, node: &Node, quantity: Option<&Quantity>) -> Option<(f64, f64)> {
    let ends = reader.list(Some(node), "two numbers", 1)?;
    let [low_node, high_node] = ends else {
        reader.must_be(node, "two numbers", "its two ends: [low, high]; twice the same for a single figure");
        return None;
    };
    let (low, high) = (level(reader, low_node, most(quantity)), level(reader, high_node, most(quantity)));
    let (low, high) = (low?, high?);
    if low > high {
        let message = format!("`{}` runs from {low} down to {high}", node.path);
        reader.fault(&node.at, message, format!("the lower end first: [{high}, {low}]"));
        return None;
    }
    if high == 0.0 {
        let message = format!("`{}` is 0 at both ends, and figures are compared on a log scale", node.path);
        let help = "a lower end of 0 means anything up to the upper end: [0, 0.001]; or count = [0, n]";
        reader.fault(&node.at, message, help);
        return None;
    }
    Some((low, high))
}

/// Least and largest figure above 0: the first is what a calibration tells from 0, the second more than any figure comes to.
const FIGURES: [f64; 2] = [1e-9, 1e18];

/// A figure that can be reached, and has a logarithm unless it is 0.
fn level(reader: &mut Reader<'_>, node: &Node, most: f64) -> Option<f64> {
    let level = reader.number(Some(node), Range::Any)?;
    if level < 0.0 {
        reader.must_be(node, "0 or more", "figures are compared on a log scale");
        return None;
    }
    if 0.0 < level && level < FIGURES[0] {
        reader.must_be(node, &format!("0, or {} or more", FIGURES[0]), "0 for anything up to the upper end");
        return None;
    }
    reader.number(Some(node), if most == 1.0 { Range::Share } else { Range::Between(0.0, FIGURES[1]) })
}

fn count(reader: &mut Reader<'_>, node: &Node, quantity: Option<&Quantity>) -> Option<Reading> {
    if let Some(quantity @ Quantity::Simulated { observable, .. }) = quantity
        && most(Some(quantity)).is_infinite()
    {
        let what = format!("`{}` is a count of cases, and {observable} is no share of them", node.path);
        reader.fault(&node.at, what, "band = [low, high] or interval = [low, high]");
        return None;
    }
    let ends = reader.list(Some(node), "two numbers", 1)?;
    let [k_node, n_node] = ends else {
        reader.must_be(node, "two whole numbers", "so many of so many: [k, n]");
        return None;
    };
    let (k, n) = (reader.whole(Some(k_node), 0, MOST), reader.whole(Some(n_node), 0, MOST));
    let (k, n) = (k?, n?);
    counted(reader, node, k, n)
}

/// `k` of `n`, where that can be.
fn counted(reader: &mut Reader<'_>, node: &Node, k: u32, n: u32) -> Option<Reading> {
    if n == 0 {
        reader.fault(
            &node.at,
            format!("`{}` counts {k} of 0", node.path),
            "of none nothing is known: leave the target out",
        );
        return None;
    }
    if k > n {
        reader.fault(
            &node.at,
            format!("`{}` counts {k} of only {n}", node.path),
            "those that did, then all of them: [k, n]",
        );
        return None;
    }
    Some(Reading::Count { k: u64::from(k), n: u64::from(n) })
}
