//! A sender's own test as a table: which group had which arm, and what happened in it day by day.
//!
//! Comes in: the text of a CSV file, a row for each group and day (of a direct list: arm and day), and what is said about it on the
//! command line. Goes out: [`Results`], the same tallies as those of a simulated test, or every fault with its place. What they mean is not
//! here: see `analysis`.

mod build;
mod check;
mod columns;
mod day;
mod entry;
mod measured;
mod row;
mod wanted;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{At, Diagnostic, Faults, MANY, Source, plain};
use crate::document::reader::listed;
use crate::document::rows::{Cell, Rows, rows_between, separator};
use crate::tally::{Dealt, Metric, Tally, TrialUnit};

use check::Unit;
use columns::{Column, Columns, Role, fault};
use row::Row;
use wanted::{Choice, Said};

pub use day::DateOrder;
pub use measured::Missing;
pub use wanted::Wanted;

/// Whether earlier behaviour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adjust {
    /// Where it is known.
    WhereKnown,
    /// It must be known.
    Always,
    /// Not even where it is known.
    Never,
}

/// What is said about a table of results on the command line, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableOptions {
    /// Which column holds what: `arm=variant,group=chat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// First day of the test, a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<String>,
    /// What stands first in dates such as 03/04/2025; `None` where the dates show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateOrder>,
    /// What was dealt.
    pub dealt: Dealt,
    /// Arm that the others are compared with; `None` for the first by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// Metric that decides.
    pub metric: String,
    /// Metrics beside it; none for the usual ones.
    pub secondary: Vec<String>,
    /// Metrics that must not get worse, perhaps with a margin: `loss=0.02`; none for the usual ones.
    pub guardrails: Vec<String>,
    /// Whether earlier behaviour is used.
    pub adjust: Adjust,
}

/// Nothing is said.
impl Default for TableOptions {
    fn default() -> TableOptions {
        TableOptions {
            columns: None,
            starts: None,
            dates: None,
            dealt: Dealt::Groups,
            control: None,
            metric: "conversion".to_owned(),
            secondary: Vec::new(),
            guardrails: Vec::new(),
            adjust: Adjust::WhereKnown,
        }
    }
}

/// What a reader of the analysis should know of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// This is counted from percentages of those delivered, to the nearest whole.
    FromPercentages(&'static str),
    /// This has no column: it is 0, as the user says.
    Nobody(&'static str),
    /// Headings of columns that were not read.
    Unread(Vec<String>),
}

/// A test as a table tells it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Results {
    /// What was dealt.
    pub dealt: Dealt,
    /// Names of the arms, in order; units number them so.
    pub arms: Vec<String>,
    /// Index of the arm that the others are compared with.
    pub control: usize,
    /// Names of the groups, by their number in a unit; on a direct list one without a name.
    pub groups: Vec<String>,
    /// Days of the test.
    pub days: u32,
    /// Days before it.
    pub days_before: u32,
    /// The groups arm by arm; on a direct list everyone in an arm together.
    pub units: Vec<TrialUnit>,
    /// The same units before the test; empty where no day before it is known.
    pub before: Vec<Tally>,
    /// Metrics that are known before the test and are adjusted by that.
    pub adjusted: Vec<&'static Metric>,
    /// Metrics that lack a column.
    pub missing: Vec<Missing>,
    /// Which metrics are looked at.
    pub wanted: Wanted,
    /// What a reader of the analysis should know of the table.
    pub notes: Vec<Note>,
}

/// What was said on the command line, in one text into which faults point.
struct CommandLine {
    source: Source,
    metric: Said,
    secondary: Vec<Said>,
    guardrails: Vec<Said>,
    columns: Option<Said>,
    starts: Option<Said>,
    control: Option<Said>,
}

impl CommandLine {
    /// The options that were used; their text is source number 1.
    fn new(asked: &TableOptions) -> CommandLine {
        let mut text = String::new();
        let mut say = |option: &str, value: &String| {
            let start = text.len() + option.len() + 1;
            text.extend([option, " ", value, " "]);
            (value.clone(), At { source: 1, span: start..start + value.len() })
        };
        let metric = say("--metric", &asked.metric);
        let secondary = asked.secondary.iter().map(|value| say("--secondary", value)).collect();
        let guardrails = asked.guardrails.iter().map(|value| say("--guardrail", value)).collect();
        let columns = asked.columns.as_ref().map(|value| say("--columns", value));
        let starts = asked.starts.as_ref().map(|value| say("--starts", value));
        let control = asked.control.as_ref().map(|value| say("--control", value));
        let source = Source { name: "command line".to_owned(), text };
        CommandLine { source, metric, secondary, guardrails, columns, starts, control }
    }
}

fn as_text(said: Option<&Said>) -> Option<(&str, At)> {
    said.map(|(text, at)| (text.as_str(), at.clone()))
}

/// Reads a table of results.
///
/// # Errors
/// Every fault of the table and of what is said about it, each with its place.
///
/// # Panics
/// Never: what is wanted is known where there is no fault.
pub fn read(mut source: Source, asked: &TableOptions) -> Result<Results, Faults> {
    if source.text.starts_with('\u{feff}') {
        source.text.drain(..'\u{feff}'.len_utf8());
    }
    let said = CommandLine::new(asked);
    let mut faults = Vec::new();
    let mut table = rows_between(0, &source.text, separator(&source.text));
    filled(&mut table);
    table.check_headings();
    faults.append(&mut table.faults);
    let columns = columns::columns(&table.header, as_text(said.columns.as_ref()), &mut faults);
    // A slip in the name of a column says already why it is missing.
    if faults.is_empty() {
        needed(&table, &columns, asked.dealt, &mut faults);
    }

    let (measured, missing) = measured::measured(&columns);
    let choice = Choice { measured: &measured, missing: &missing, dealt: asked.dealt };
    let wanted = if measured.is_empty() {
        None
    } else {
        wanted::wanted(&choice, &said.metric, &said.secondary, &said.guardrails, &mut faults)
    };
    let cells: Vec<&Cell> =
        columns.index(Role::Day).map(|day| table.records.iter().map(|row| &row[day]).collect()).unwrap_or_default();
    let mut days = day::days(&cells, as_text(said.starts.as_ref()), asked.dates, &mut faults);
    days.of_rows.resize(table.records.len(), None);
    let rows = row::rows(&table, &columns, &days.of_rows, &mut faults);
    if faults.len() >= MANY {
        // What the rest says, and what is missing in it, was not looked at.
        return Err(Faults::new(vec![source, said.source], faults).expect("there are many"));
    }
    let is_refused = asked.dealt == Dealt::Members && columns.index(Role::Group).is_some();
    let units = if is_refused { Vec::new() } else { check::units(&source, &rows, asked.dealt, &mut faults) };
    if days.of_rows.iter().all(Option::is_some) {
        check::complete(&units, &days, &mut faults);
        check::bounded(&units, &mut faults);
    }
    let known = measured::known_before(&units, &measured);
    if let (Adjust::Always, Some(wanted)) = (asked.adjust, &wanted) {
        needs_baseline(&known, wanted, &table, &columns, &mut faults);
    }
    let arms = arms(&units);
    let control = control(&arms, said.control.as_ref(), &mut faults);
    let notes = notes(&rows, &columns);
    if let Some(faults) = Faults::new(vec![source, said.source], faults) {
        return Err(faults);
    }
    let first = units.iter().flat_map(|unit| unit.days.keys()).min().copied().unwrap_or(1).min(1);
    let last = units.iter().flat_map(|unit| unit.days.keys()).max().copied().unwrap_or(1);
    let tallies = |days: RangeInclusive<i64>| -> Vec<Tally> {
        let tally = |unit: &Unit| build::tally(unit, days.clone(), unit.members().unwrap_or(0));
        if days.is_empty() { Vec::new() } else { units.iter().map(tally).collect() }
    };
    let number = |index: usize| u32::try_from(if asked.dealt == Dealt::Groups { index } else { 0 }).unwrap_or(u32::MAX);
    let of_arm = |unit: &Unit| arms.iter().position(|arm| *arm == unit.arm).unwrap_or(0);
    let dealt = units.iter().zip(tallies(1..=last)).enumerate();
    Ok(Results {
        dealt: asked.dealt,
        control,
        groups: units.iter().map(|unit| unit.group.clone()).collect(),
        days: u32::try_from(last).unwrap_or(u32::MAX),
        days_before: u32::try_from(1 - first).unwrap_or(0),
        units: dealt.map(|(i, (unit, tally))| TrialUnit { arm: of_arm(unit), group: number(i), tally }).collect(),
        before: tallies(first..=0),
        adjusted: if asked.adjust == Adjust::Never { Vec::new() } else { known },
        missing,
        wanted: wanted.expect("what is wanted is known where there is no fault"),
        notes,
        arms,
    })
}

/// There is a row to read; a file without even headings is at fault already.
fn filled(table: &mut Rows) {
    if let (Some(first), true, true) = (table.header.first(), table.records.is_empty(), table.faults.is_empty()) {
        let help = "below the headings a row for each group and day, of a direct list for each arm and day";
        table.faults.push(fault(&first.at, "the table has headings and no row".to_owned(), help.to_owned()));
    }
}

/// Columns without which nothing can be read.
fn needed(table: &Rows, columns: &Columns, dealt: Dealt, faults: &mut Vec<Diagnostic>) {
    let Some(first) = table.header.first() else { return };
    let headings: Vec<&str> = table.header.iter().map(|cell| cell.text.as_str()).collect();
    let wanted = [
        (Role::Arm, "arms", "which arm the row's group was dealt to"),
        (Role::Day, "days", "whole numbers from the first day of the test, or dates"),
        (Role::Members, "members", "how many people the group had when the test began"),
    ];
    for (role, noun, meaning) in wanted {
        if columns.get(role).is_none() {
            let help = format!("--columns {}=HEADING: {meaning}; headings are {}", role.key(), listed(&headings));
            faults.push(fault(&first.at, format!("there is no column of {noun}"), help));
        }
    }
    match (columns.index(Role::Group), dealt) {
        (None, Dealt::Groups) => {
            let help = format!(
                "--columns group=HEADING, headings are {}; or --unit members, where each member of one list was dealt on its own",
                listed(&headings)
            );
            faults.push(fault(&first.at, "there is no column of groups".to_owned(), help));
        }
        (Some(column), Dealt::Members) => {
            let at = &table.header[column].at;
            let help = "what was dealt is the group, and its members are alike: leave --unit out. A list dealt member by member has a row \
                        for each arm and day, and no column of groups";
            faults.push(fault(at, "`--unit members` on groups overstates what is known".to_owned(), help.to_owned()));
        }
        _ => {}
    }
    if Role::COUNTED.iter().all(|role| columns.index(*role).is_none()) {
        let keys: Vec<&str> = Role::COUNTED.iter().map(|role| role.key()).collect();
        let help = format!("one or more of {}, or --columns ROLE=HEADING", listed(&keys));
        faults.push(fault(&first.at, "nothing is counted".to_owned(), help));
    }
}

/// Who asks for an adjustment must have what to adjust by.
fn needs_baseline(
    known: &[&'static Metric],
    wanted: &Wanted,
    table: &Rows,
    columns: &Columns,
    faults: &mut Vec<Diagnostic>,
) {
    let key = wanted.metric.key;
    let at = columns.index(Role::Day).and_then(|day| table.header.get(day)).map(|cell| &cell.at);
    if let (Some(at), true) = (at, known.iter().all(|metric| metric.key != key)) {
        let help = "rows of days 0, -1, ... for every group, or dates before --starts, with the same columns; or leave --adjust out";
        faults.push(fault(at, format!("`{key}` has no baseline: it is not known before the test"), help.to_owned()));
    }
}

/// Arms in the order of their names.
fn arms(units: &[Unit]) -> Vec<String> {
    let mut arms: Vec<String> = units.iter().map(|unit| unit.arm.clone()).collect();
    arms.dedup();
    arms
}

/// The arm that the others are compared with: the one that is named, or the first by name.
fn control(arms: &[String], said: Option<&Said>, faults: &mut Vec<Diagnostic>) -> usize {
    let Some((name, at)) = said else { return 0 };
    let found = arms.iter().position(|arm| arm == name);
    if found.is_none() && !arms.is_empty() {
        let names: Vec<&str> = arms.iter().map(String::as_str).collect();
        faults.push(fault(at, format!("`{}` is not an arm", plain(name)), format!("arms are {}", listed(&names))));
    }
    found.unwrap_or(0)
}

fn notes(rows: &[Row], columns: &Columns) -> Vec<Note> {
    let mut notes = Vec::new();
    for role in Role::COUNTED {
        let mut of_role = rows.iter().flat_map(|row| &row.counts).filter(|counted| counted.role == role);
        if of_role.any(|counted| counted.is_rounded) {
            notes.push(Note::FromPercentages(role.key()));
        }
        if columns.get(role) == Some(Column::Nobody) {
            notes.push(Note::Nobody(role.key()));
        }
    }
    if !columns.unread.is_empty() {
        notes.push(Note::Unread(columns.unread.clone()));
    }
    notes
}
