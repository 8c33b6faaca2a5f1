//! A list of targets as CSV: a row is what a `[[target]]` is in TOML.
//!
//! Comes in: the text. Goes out: the tree that the same list would be as TOML, with the places of the cells. What the values mean is
//! not here: see `read`.

use crate::diagnostic::{At, Diagnostic, MANY, plain};
use crate::document::reader::{listed, quoted, suggestion};
use crate::document::rows::{Cell, Rows, rows};
use crate::document::tree::{Entry, Node, Table, Value};

const COLUMNS: &[&str] = &[
    "target",
    "scenario",
    "plan",
    "observable",
    "over_scenario",
    "over_plan",
    "reading",
    "low",
    "high",
    "k",
    "n",
    "weight",
    "held_out",
    "claim",
];

/// The list as a tree; what is wrong with its form is added to `faults`.
pub(super) fn root(text: &str, faults: &mut Vec<Diagnostic>) -> Table {
    let mut read = rows(0, text);
    read.check_headings();
    for cell in read.header.iter().filter(|cell| !COLUMNS.contains(&cell.text.as_str())) {
        let help = suggestion(&cell.text, COLUMNS).unwrap_or_else(|| format!("columns are {}", listed(COLUMNS)));
        let message = format!("a list of targets has no column `{}`", plain(&cell.text));
        read.faults.push(Diagnostic { message, at: Some(cell.at.clone()), help: Some(help) });
    }
    faults.append(&mut read.faults);
    let mut list: Vec<Node> = Vec::new();
    for (number, row) in (1..).zip(&read.records) {
        if faults.len() < MANY {
            list.push(target(&read, number, row, faults));
        }
    }
    let at = list.first().map(|node| node.at.clone()).unwrap_or_default();
    let mut table = Table::default();
    if !list.is_empty() {
        put(&mut table, "target", Node { path: "target".to_owned(), at, value: Value::List(list), typed: None });
    }
    table
}

/// Puts a value under a key.
pub(super) fn put(table: &mut Table, key: &str, node: Node) {
    table.put(Entry { key: key.to_owned(), at: node.at.clone(), node });
}

fn target(read: &Rows, number: usize, row: &[Cell], faults: &mut Vec<Diagnostic>) -> Node {
    let path = format!("row {number}");
    let cell = |column: &str| read.column(column).map(|index| &row[index]);
    let mut table = Table::default();
    for (key, column) in [
        ("name", "target"),
        ("scenario", "scenario"),
        ("plan", "plan"),
        ("observable", "observable"),
        ("claim", "claim"),
    ] {
        if let Some(node) = cell(column).and_then(|cell| cell.text(column)) {
            put(&mut table, key, node);
        }
    }
    let mut over = Table::default();
    for (key, column) in [("scenario", "over_scenario"), ("plan", "over_plan")] {
        if let Some(node) = cell(column).and_then(|cell| cell.text(column)) {
            put(&mut over, key, node);
        }
    }
    if let Some(at) = over.entries.first().map(|entry| entry.at.clone()) {
        put(&mut table, "over", Node { path: "over".to_owned(), at, value: Value::Table(over), typed: None });
    }
    let mut number = |column: &str| cell(column).and_then(|cell| cell.number(column, faults));
    if let Some(node) = number("weight") {
        put(&mut table, "weight", node);
    }
    let (range, count) = ((number("low"), number("high")), (number("k"), number("n")));
    if let Some((key, node)) = known(&path, cell("reading"), range, count, faults) {
        put(&mut table, key, node);
    }
    if let Some(node) = cell("held_out").and_then(|cell| switch(cell, faults)) {
        put(&mut table, "held_out", node);
    }
    let at = At { source: 0, span: row[0].at.span.start..row.last().map_or(0, |cell| cell.at.span.end) };
    Node { path, at, value: Value::Table(table), typed: None }
}

type Pair = (Option<Node>, Option<Node>);

/// The figures of a row in the reading it declares.
fn known(
    row: &str,
    reading: Option<&Cell>,
    (low, high): Pair,
    (k, n): Pair,
    faults: &mut Vec<Diagnostic>,
) -> Option<(&'static str, Node)> {
    // What is at fault stands broken in the tree, so that its absence is not told as well.
    let mut fault = |at: &At, message: String, help: &str| {
        faults.push(Diagnostic { message, at: Some(at.clone()), help: Some(help.to_owned()) });
        Some(("band", Node { path: "band".to_owned(), at: at.clone(), value: Value::Broken, typed: None }))
    };
    let reading = reading?;
    let (key, pair, columns) = match reading.text.as_str() {
        "band" => ("band", (low, high), "`low` and `high`"),
        "interval" => ("interval", (low, high), "`low` and `high`"),
        "count" => ("count", (k, n), "`k` and `n`"),
        found => {
            let message = format!("`reading` of {row} must be band, interval or count, found {}", quoted(found));
            return fault(
                &reading.at,
                message,
                "band: a range is a range; interval: the 95 % interval of a mean; count: k of n",
            );
        }
    };
    let (Some(first), Some(second)) = pair else {
        return fault(&reading.at, format!("{row} is read as {key}, which needs {columns}"), "fill both cells");
    };
    let at = At { source: 0, span: first.at.span.start..second.at.span.end.max(first.at.span.end) };
    let value = if [&first, &second].iter().any(|node| matches!(node.value, Value::Broken)) {
        Value::Broken
    } else {
        Value::List(vec![first, second])
    };
    Some((key, Node { path: key.to_owned(), at, value, typed: None }))
}

fn switch(cell: &Cell, faults: &mut Vec<Diagnostic>) -> Option<Node> {
    let value = match cell.text.to_lowercase().as_str() {
        "" => return None,
        "true" | "yes" | "1" => Value::Switch(true),
        "false" | "no" | "0" => Value::Switch(false),
        _ => {
            let message = format!("`held_out` must be true or false, found {}", quoted(&cell.text));
            faults.push(Diagnostic { message, at: Some(cell.at.clone()), help: Some("empty means false".to_owned()) });
            return None;
        }
    };
    Some(Node { path: "held_out".to_owned(), at: cell.at.clone(), value, typed: None })
}
