//! A sender's own figures as targets: a row for each period of a campaign that a scenario replays.
//!
//! Comes in: a CSV file and which of its columns holds what. Goes out: counts, k of n, for each cell that is not empty:
//!
//! | column | of | observable |
//! |---|---|---|
//! | `opened` | `delivered` | `open_rate` of the period's days |
//! | `clicked` | `delivered` | `click_rate` |
//! | `complained` | `delivered` | `report_rate` |
//! | `unsubscribed` | the list, on each day | `visit_exits_per_day` |
//! | `converted` | the list, on each day | `conversion_per_day` |
//!
//! `sent` stands in where `delivered` is empty. A cell that is empty is not known and gives no target. A period is a day (`3`), a range of
//! days (`1-7`) or a week (`W2`); a plain number is a week where the heading of its column says so. Counts of different periods are read
//! as independent.

use std::ops::Range as Span;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{At, Diagnostic, Source, plain};
use crate::document::reader::{Reader, listed, quoted, suggestion};
use crate::document::rows::{Cell, Rows, rows};
use crate::document::tree::{Entry, Node, Table, Value};
use crate::tally::Observable;

use super::read::{Placed, spot, weight};
use super::table::put;
use super::{Known, Quantity, Reading, Target};

const FIGURES_KEYS: &[&str] = &["file", "scenario", "plan", "columns", "list", "weight", "held_out"];

/// A sender's own figures given beside the list rather than in it: as the table `[figures]` would say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnFigures {
    /// Scenario that replays the campaign.
    pub scenario: String,
    /// Its plan; `None` where it has only one.
    pub plan: Option<String>,
    /// Which column holds what: `period=week,sent=mails`.
    pub columns: String,
    /// Size of the list.
    pub list: Option<u64>,
}

/// What a column can hold.
const ROLES: &[&str] = &["period", "sent", "delivered", "opened", "clicked", "unsubscribed", "complained", "converted"];

/// Counts of cases among those delivered, and the observable that measures each.
const OF_DELIVERED: &[(&str, &str)] =
    &[("opened", "open_rate"), ("clicked", "click_rate"), ("complained", "report_rate")];

/// Counts of members of the list.
const OF_LIST: &[(&str, &str)] = &[("unsubscribed", "visit_exits_per_day"), ("converted", "conversion_per_day")];

/// Headings under which a plain number is a week.
const WEEKS: &[&str] = &["week", "weeks", "semaine", "semaines", "woche"];

/// Longest list.
const MOST: u32 = u32::MAX;

/// The table of a campaign's figures.
pub(super) struct Figures {
    rows: Rows,
    /// Index of its text among the sources.
    source: usize,
}

impl Figures {
    /// Reads the text that is source number `source`; what is wrong with its form is added to `faults`.
    pub(super) fn read(text: &str, source: usize, faults: &mut Vec<Diagnostic>) -> Figures {
        let mut rows = rows(source, text);
        rows.check_headings();
        faults.append(&mut rows.faults);
        Figures { rows, source }
    }
}

/// What was said on the command line as the table `[figures]` would say it, and the text that its faults point into.
pub(super) fn options(file: &str, own: &OwnFigures, faults: &mut Vec<Diagnostic>) -> (Source, Table) {
    let mut source = Source { name: "command line".to_owned(), text: String::new() };
    let mut table = Table::default();
    let say = |text: &mut String, option: &str, value: &str| {
        let start = text.len() + option.len() + 1;
        text.extend([option, " ", value, " "]);
        At { source: 0, span: start..start + value.len() }
    };
    let texts = [("scenario", Some(&own.scenario)), ("plan", own.plan.as_ref())];
    let node = |path: &str, at: At, value: Value| Node { path: path.to_owned(), at, value, typed: None };
    for (key, value) in texts {
        let Some(value) = value else { continue };
        let at = say(&mut source.text, &format!("--{key}"), value);
        put(&mut table, key, node(&format!("--{key}"), at, Value::Text(value.clone())));
    }
    put(&mut table, "file", node("file", At::default(), Value::Text(file.to_owned())));
    if let Some(list) = own.list {
        let at = say(&mut source.text, "--list", &list.to_string());
        put(&mut table, "list", node("--list", at, Value::Whole(i128::from(list))));
    }
    let at = say(&mut source.text, "--columns", &own.columns);
    let mut columns = Table::default();
    let mut start = at.span.start;
    for pair in own.columns.split(',').filter(|pair| !pair.is_empty()) {
        let place = At { source: 0, span: start..start + pair.len() };
        start += pair.len() + 1;
        if let Some((role, heading)) = pair.split_once('=') {
            let value = Value::Text(heading.trim().to_owned());
            let key = role.trim().to_owned();
            let node = node(&format!("--columns {key}"), place.clone(), value);
            columns.put(Entry { key, at: place, node });
        } else {
            let message = format!("`{}` is not ROLE=HEADING", plain(pair));
            let help = Some("such as period=week,opened=opens".to_owned());
            faults.push(Diagnostic { message, at: Some(place), help });
        }
    }
    put(&mut table, "columns", node("--columns", at, Value::Table(columns)));
    let mut root = Table::default();
    put(&mut root, "figures", node("figures", At::default(), Value::Table(table)));
    (source, root)
}

/// Which column holds what, and of how many people.
struct Campaign<'a> {
    figures: &'a Figures,
    columns: Vec<(&'static str, usize)>,
    /// Members of the list.
    list: Option<u32>,
}

impl Campaign<'_> {
    fn column(&self, role: &str) -> Option<usize> {
        self.columns.iter().find(|(known, _)| *known == role).map(|(_, column)| *column)
    }

    /// A count of a row; `None` where it is not known.
    fn count(&self, reader: &mut Reader<'_>, row: &[Cell], role: &str) -> Option<(u32, At)> {
        let cell = &row[self.column(role)?];
        let node = cell.number(role, &mut reader.faults)?;
        Some((reader.whole(Some(&node), 0, MOST)?, node.at))
    }
}

/// Every target that the figures give.
pub(super) fn targets(reader: &mut Reader<'_>, table: &Table, figures: &Figures, known: &[Known]) -> Vec<Placed> {
    reader.only_keys(table, FIGURES_KEYS);
    let Some(file) = table.get("file") else { return Vec::new() };
    let at = spot(reader, file, table, known);
    let weight = weight(reader, table.get("weight"));
    let held_out = reader.switch(table.get("held_out")).unwrap_or(false);
    let list = reader.whole(table.get("list"), 1, MOST);
    let columns = columns(reader, table.get("columns"), figures);
    let campaign = Campaign { figures, columns, list };
    let Some(period) = needed(reader, &campaign) else { return Vec::new() };
    let Some(at) = at else { return Vec::new() };
    let horizon = known[at.scenario].scenario.draft.scenario.days;
    let by_week = WEEKS.contains(&figures.rows.header[period].text.to_lowercase().as_str());
    let mut periods: Vec<Span<u32>> = Vec::new();
    let mut found = Vec::new();
    for row in &figures.rows.records {
        let Some(days) = days(reader, &row[period], by_week, horizon, &periods) else { continue };
        periods.push(days.clone());
        for (name, of, observable, place) in counts(reader, row, &campaign, &days) {
            let window = format!("{observable}@days{}-{}", days.start, days.end - 1);
            let observable = Observable::parse(&window).expect("observables of figures have windows of days");
            let quantity = Quantity::Simulated { observable, at, over: None };
            let name = format!("days {}-{} {name}", days.start, days.end - 1);
            let target = Target { name, quantity, reading: of, weight, discrepancy: None, held_out, claim: None };
            found.push(Placed { target, at: place });
        }
    }
    if found.is_empty() && reader.faults.is_empty() {
        let at = At { source: figures.source, span: 0..0 };
        let help = format!("a row needs a period, delivered or sent, and one of {}", listed(&ROLES[3..]));
        reader.fault(&at, "the figures give no target".to_owned(), help);
    }
    found
}

/// The column of each role: the one that is named for it, or the one of its name.
fn columns(reader: &mut Reader<'_>, named: Option<&Node>, figures: &Figures) -> Vec<(&'static str, usize)> {
    let named = reader.table(named, "{ period = \"week\", sent = \"mails\" }").cloned().unwrap_or_default();
    reader.only_keys(&named, ROLES);
    let headings: Vec<&str> = figures.rows.header.iter().map(|cell| cell.text.as_str()).collect();
    let mut columns = Vec::new();
    for role in ROLES {
        let heading = reader.text(named.get(role));
        let column = figures.rows.column(heading.as_deref().unwrap_or(role));
        if let (Some(node), Some(heading), None) = (named.get(role), &heading, column) {
            // Without headings there is a fault already.
            if !headings.is_empty() {
                let help =
                    suggestion(heading, &headings).unwrap_or_else(|| format!("columns are {}", listed(&headings)));
                reader.fault(&node.at, format!("`{}` names no column, found {}", node.path, quoted(heading)), help);
            }
        }
        columns.extend(column.map(|column| (*role, column)));
    }
    columns
}

/// The column of periods, if all that the other columns need is there.
fn needed(reader: &mut Reader<'_>, campaign: &Campaign<'_>) -> Option<usize> {
    let header = &campaign.figures.rows.header;
    let first = header.first()?.at.clone();
    if campaign.list.is_none()
        && let Some((role, column)) = OF_LIST.iter().find_map(|(role, _)| Some((*role, campaign.column(role)?)))
    {
        let message = format!("`{role}` is counted against the list, whose size is not said");
        reader.fault(&header[column].at, message, "list = 5000 under [figures], or --list 5000: its members on day 1");
    }
    let of_delivered = OF_DELIVERED.iter().find_map(|(role, _)| Some((*role, campaign.column(role)?)));
    if let Some((role, column)) = of_delivered
        && campaign.column("delivered").is_none()
        && campaign.column("sent").is_none()
    {
        let message = format!("`{role}` is counted against delivered or sent, and there is neither column");
        reader.fault(
            &header[column].at,
            message,
            "columns = { delivered = \"HEADING\" }, or --columns delivered=HEADING",
        );
    }
    let period = campaign.column("period");
    if period.is_none() {
        let help =
            "columns = { period = \"HEADING\" }, or --columns period=HEADING: days, ranges such as 1-7, or weeks";
        reader.fault(&first, "there is no column of periods".to_owned(), help);
    }
    period
}

/// The days of a period, from 1, the last one excluded.
fn days(reader: &mut Reader<'_>, cell: &Cell, by_week: bool, horizon: u32, earlier: &[Span<u32>]) -> Option<Span<u32>> {
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| (1..100_000).contains(number));
    let week = |number: u32| 7 * (number - 1) + 1..7 * number + 1;
    let text = cell.text.trim();
    let days = match text.strip_prefix(['W', 'w']) {
        Some(rest) => number(rest).map(week),
        None => match text.split_once('-') {
            Some((from, to)) => {
                number(from).zip(number(to)).filter(|(from, to)| from <= to).map(|(from, to)| from..to + 1)
            }
            None => number(text).map(|number| if by_week { week(number) } else { number..number + 1 }),
        },
    };
    let Some(days) = days else {
        let message = format!("`period` must be a day, a range of days or a week, found {}", quoted(text));
        reader.fault(&cell.at, message, "counted from the first day of the campaign: 3, 1-7 or W2");
        return None;
    };
    if days.end - 1 > horizon {
        let message =
            format!("period {} ends on day {}, beyond the {horizon} days of the scenario", plain(text), days.end - 1);
        reader.fault(&cell.at, message, format!("days = {} in the scenario, or leave the row out", days.end - 1));
        return None;
    }
    if earlier.iter().any(|other| other.start < days.end && days.start < other.end) {
        let help = "each day in one row: figures of overlapping periods would count twice";
        reader.fault(&cell.at, format!("period {} has days of an earlier row", plain(text)), help);
        return None;
    }
    Some(days)
}

/// What a row says: name, count, observable and place.
fn counts(
    reader: &mut Reader<'_>,
    row: &[Cell],
    campaign: &Campaign<'_>,
    days: &Span<u32>,
) -> Vec<(&'static str, Reading, &'static str, At)> {
    let sent = campaign.count(reader, row, "sent");
    let delivered = campaign.count(reader, row, "delivered");
    if let (Some((sent, _)), Some((delivered, at))) = (&sent, &delivered) {
        at_most(reader, ("delivered", *delivered, at), (*sent, "sent"));
    }
    let (base, base_name) = match (delivered, sent) {
        (Some((delivered, _)), _) => (Some(delivered), "delivered"),
        (None, sent) => (sent.map(|(sent, _)| sent), "sent"),
    };
    let mut found = Vec::new();
    for (role, observable) in OF_DELIVERED {
        let Some((k, at)) = campaign.count(reader, row, role) else { continue };
        let Some(n) = base else { continue };
        // Of nothing sent, nothing is known.
        if at_most(reader, (role, k, &at), (n, base_name)) && n > 0 {
            found.push((*role, Reading::Count { k: k.into(), n: n.into() }, *observable, at));
        }
    }
    for (role, observable) in OF_LIST {
        let Some((k, at)) = campaign.count(reader, row, role) else { continue };
        let Some(list) = campaign.list else { continue };
        if at_most(reader, (role, k, &at), (list, "on the list")) {
            let member_days = u64::from(list) * u64::from(days.end - days.start);
            found.push((*role, Reading::Count { k: k.into(), n: member_days }, *observable, at));
        }
    }
    found
}

fn at_most(reader: &mut Reader<'_>, (role, k, at): (&str, u32, &At), (n, whole): (u32, &str)) -> bool {
    if k > n {
        let help = "cases are counted once each; leave the cell empty where the count is not known";
        reader.fault(at, format!("`{role}` is {k}, of only {n} {whole}"), help);
    }
    k <= n
}
