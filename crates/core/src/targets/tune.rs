//! What may move: parameters of the model, or keys of the scenarios.
//!
//! Comes in: the tables `[[tune]]`, or names given on the command line. Goes out: [`Tuned`] quantities with their ranges, in which every
//! scenario is sound. How they are moved is not here: see `study`.

use crate::diagnostic::{At, plain};
use crate::document::reader::{Names, Range, Reader, quoted, suggestion};
use crate::document::tree::{Node, Table};
use crate::parameter::{self, Basis, Parameter, Parameters};
use crate::scenario::Variation;

use super::{Known, Lever, Tuned};

const TUNE_KEYS: &[&str] = &["parameter", "key", "scenarios", "low", "high", "start", "only"];

/// What is given where it is said what may move.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    /// The scenarios of the targets.
    pub(super) known: &'a [Known],
    /// Where quantities begin.
    pub(super) begin: &'a Parameters,
}

/// Everything that may move. Where nothing is said that moves in every search, every fitted parameter does, and, where every plausible
/// set is looked for, every other one with a plausible range too. They begin where `begin` has them. `names` are parameters given beside the file, the first of
/// which is source number `first`: they replace what the file says, but for their ranges.
pub(super) fn tuned(
    reader: &mut Reader<'_>,
    tables: &[(Node, Table)],
    (names, first): (&[String], usize),
    given: Given<'_>,
) -> Vec<Tuned> {
    let Given { known, begin } = given;
    let mut tuned: Vec<Tuned> = Vec::new();
    for (node, table) in tables {
        let Some(one) = one(reader, node, table, given) else { continue };
        if tuned.iter().any(|earlier| earlier.name == one.name) {
            reader.fault(&node.at, format!("`{}` is tuned twice", plain(&one.name)), "keep one of the two");
        } else {
            tuned.push(one);
        }
    }
    if !names.is_empty() {
        return (first..)
            .zip(names)
            .filter_map(|(source, name)| by_name(reader, (source, name), &tuned, given))
            .collect();
    }
    if tuned.iter().all(|tuned| tuned.plausible_only) {
        let is_free = |parameter: &&Parameter| {
            let switches = |known: &Known| known.scenario.draft.scenario.switches.under(begin.mechanisms);
            known.iter().any(|known| parameter.is_free(switches(known)))
        };
        let is_said = |key: &str| tuned.iter().any(|tuned| tuned.name == key);
        let mut whole = Vec::new();
        for parameter in parameter::catalogue().iter().filter(is_free) {
            if is_said(&parameter.key) {
                continue;
            }
            let at = known.first().map(|known| known.at.clone()).unwrap_or_default();
            let is_fitted = parameter.basis == Basis::Fitted;
            if is_fitted {
                check_free(reader, &at, &parameter.key, known);
            }
            whole.push(Tuned { plausible_only: !is_fitted, ..whole_range(parameter, begin) });
        }
        whole.extend(tuned);
        return whole;
    }
    tuned
}

/// A parameter over the range that the catalogue calls plausible.
fn whole_range(parameter: &Parameter, begin: &Parameters) -> Tuned {
    let (low, high) = (parameter.low, parameter.high);
    let start = begin.get(&parameter.key).expect("a row of the catalogue").clamp(low, high);
    let lever = Lever::Parameter(parameter.key.clone());
    Tuned { name: parameter.key.clone(), lever, low, high, start, plausible_only: false }
}

/// A parameter named on the command line, with the range of the file where it has one.
fn by_name(
    reader: &mut Reader<'_>,
    (source, name): (usize, &str),
    said: &[Tuned],
    Given { known, begin }: Given<'_>,
) -> Option<Tuned> {
    let at = At { source, span: 0..name.len() };
    if let Some(tuned) = said.iter().find(|tuned| tuned.name == name) {
        return Some(Tuned { plausible_only: false, ..tuned.clone() });
    }
    let Some(parameter) = parameter::find(name) else {
        let help =
            suggestion(name, Parameters::KEYS).unwrap_or_else(|| "`wearout list parameters` shows all".to_owned());
        reader.fault(&at, format!("`{}` is not a parameter", plain(name)), help);
        return None;
    };
    if parameter.low >= parameter.high {
        let message = format!("`{name}` has no range in which it is plausible");
        reader.fault(&at, message, "give one in the list of targets: [[tune]] with parameter, low and high");
        return None;
    }
    check_free(reader, &at, name, known);
    Some(whole_range(parameter, begin))
}

/// Faults a parameter that a scenario sets itself: it would move in vain there.
fn check_free(reader: &mut Reader<'_>, at: &At, key: &str, known: &[Known]) {
    for known in known {
        if known.scenario.draft.scenario.behaviour.iter().any(|(fixed, _)| fixed == key) {
            let message = format!("`{key}` is tuned, and {} fixes it under [behaviour]", plain(&known.scenario.name));
            reader.fault(at, message, "leave it out of that [behaviour], or name under [[tune]] only what may move");
        }
    }
}

fn one(reader: &mut Reader<'_>, node: &Node, table: &Table, given: Given<'_>) -> Option<Tuned> {
    reader.only_keys(table, TUNE_KEYS);
    let plausible_only = reader.word(table.get("only"), &[("plausible", true)]).unwrap_or(false);
    let tuned = match (table.get("parameter"), table.get("key")) {
        (Some(_), None) => parameter(reader, table, given),
        (None, Some(_)) => key(reader, table, given.known),
        (Some(_), Some(key)) => {
            let help = "a parameter moves everywhere; a key in the scenarios that are named";
            reader.fault(&key.at, format!("`{}` tunes a parameter and a key at once", node.path), help);
            None
        }
        (None, None) => {
            let help = "parameter = \"read_base\", or key = \"audience.people.fit\" with low and high";
            reader.fault(&node.at, format!("`{}` does not say what may move", node.path), help);
            None
        }
    };
    tuned.map(|tuned| Tuned { plausible_only, ..tuned })
}

fn parameter(reader: &mut Reader<'_>, table: &Table, Given { known, begin }: Given<'_>) -> Option<Tuned> {
    let node = table.get("parameter")?;
    let name = reader.name(Some(node), Names::new("parameter", Parameters::KEYS))?;
    if let Some(scenarios) = table.get("scenarios") {
        let message = format!("`{}` is for keys: a parameter is the same in every scenario", scenarios.path);
        reader.fault(&scenarios.at, message, "leave it out");
    }
    check_free(reader, &node.at, &name, known);
    let parameter = parameter::find(&name)?;
    let (least, most) = parameter.domain();
    let allowed = Range::Between(least, most);
    let low = end(reader, table, "low", allowed).unwrap_or(parameter.low);
    let high = end(reader, table, "high", allowed).unwrap_or(parameter.high);
    let lever = Lever::Parameter(name.clone());
    ranged(
        reader,
        (node, table),
        (low, high),
        |low, high| begin.get(&parameter.key).expect("a row of the catalogue").clamp(low, high),
        name,
        lever,
    )
}

fn key(reader: &mut Reader<'_>, table: &Table, known: &[Known]) -> Option<Tuned> {
    let node = table.get("key")?;
    let key = reader.text(Some(node))?;
    let names: Vec<&str> = known.iter().map(|known| known.scenario.name.as_str()).collect();
    let scenarios: Vec<usize> = match table.get("scenarios") {
        None => (0..known.len()).collect(),
        Some(list) => {
            let chosen = reader.names(Some(list), Names::new("scenario of a target", &names), 1)?;
            chosen.iter().filter_map(|name| names.iter().position(|known| known == name)).collect()
        }
    };
    let mut needed = |which: &str| {
        if table.get(which).is_none() {
            reader.fault(
                &node.at,
                format!("`{}` needs {which}", node.path),
                "a key of a scenario has no range of its own",
            );
        }
        end(reader, table, which, Range::Any)
    };
    let (low, high) = (needed("low"), needed("high"));
    let all: Vec<&str> = scenarios.iter().map(|&index| names[index]).collect();
    let name = match all.as_slice() {
        all if all.len() == known.len() => key.clone(),
        [first, _, _, ..] => format!("{first} +{} {key}", all.len() - 1),
        few => format!("{} {key}", few.join("+")),
    };
    let lever = Lever::Key { scenarios: scenarios.clone(), key: key.clone() };
    let tuned = ranged(reader, (node, table), (low?, high?), f64::midpoint, name, lever)?;
    for value in [tuned.low, tuned.start, tuned.high] {
        for &index in &scenarios {
            if !check_key(reader, node, (&key, &format!("{value:?}")), &known[index]) {
                return None;
            }
        }
    }
    Some(tuned)
}

/// Whether a sound scenario stays sound with a key at a value.
fn check_key(reader: &mut Reader<'_>, node: &Node, (key, value): (&str, &str), known: &Known) -> bool {
    let scenario = &known.scenario;
    if !scenario.draft.faults.is_empty() {
        return true;
    }
    let varied = Variation::new().set(key, value).draft(&scenario.draft);
    if let Some(fault) = varied.faults.first() {
        let message = format!("`{}`: {key}={value} in {}: {}", node.path, plain(&scenario.name), fault.message);
        reader.fault(&node.at, message, fault.help.clone().unwrap_or_default());
        return false;
    }
    true
}

fn end(reader: &mut Reader<'_>, table: &Table, key: &str, allowed: Range) -> Option<f64> {
    reader.number(table.get(key), allowed)
}

/// A tuned quantity between two ends; its start is that of the file, or `middle` of the ends.
fn ranged(
    reader: &mut Reader<'_>,
    (node, table): (&Node, &Table),
    (low, high): (f64, f64),
    middle: impl Fn(f64, f64) -> f64,
    name: String,
    lever: Lever,
) -> Option<Tuned> {
    if low >= high {
        let message = format!("{} leaves `{}` no range: from {low} to {high}", quoted(&name), node.path);
        reader.fault(&node.at, message, "low = and high = give it one, the lower end first");
        return None;
    }
    let start = reader.number(table.get("start"), Range::Between(low, high));
    let start = start.unwrap_or_else(|| middle(low, high));
    Some(Tuned { name, lever, low, high, start, plausible_only: false })
}
