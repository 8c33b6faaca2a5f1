//! The calendar of a plan as written: a rule that repeats, or an exact list of posts.
//!
//! Comes in: the keys of a resolved plan. Goes out: a [`Calendar`]. What a calendar means day by day is not here: see
//! `plan::schedule`.

use std::collections::BTreeSet;

use crate::document::reader::{Range, Reader};
use crate::document::tree::{Node, Table, Value};
use crate::units::{Flags, Kind, Weekday};

use super::sections::MAX_DAYS;
use super::{Calendar, Days, Kinds, PostLine};

const POST_KEYS: &[&str] =
    &["day", "at", "kind", "content", "topic", "offer", "unlabelled", "gift", "everyone", "broken_link"];

/// Keys that answer the same question: one of them replaces the others.
pub(super) const FAMILIES: &[&[&str]] =
    &[&["every", "on", "days", "posts"], &["at", "per_day"], &["kinds", "mix"], &["recovery", "half_life"]];
/// Keys that exact posts say for themselves.
pub(super) const SAID_BY_POSTS: &[&str] =
    &["at", "per_day", "kinds", "mix", "contents", "offer", "unlabelled", "gift", "everyone", "broken_link"];

/// Most posts of one day: one a minute for twelve hours.
const MAX_PER_DAY: u32 = 720;

/// Reads the calendar of a plan; `last_day` is `None` when the horizon itself is at fault.
pub(super) fn read(reader: &mut Reader<'_>, table: &Table, topics: &[&str], last_day: Option<u32>) -> Calendar {
    match table.get("posts") {
        Some(posts) => exact(reader, table, posts, topics, last_day),
        None => rule(reader, table, last_day),
    }
}

fn rule(reader: &mut Reader<'_>, table: &Table, last_day: Option<u32>) -> Calendar {
    Calendar::Rule {
        days: rule_days(reader, table, last_day),
        at: hours(reader, table),
        kinds: kinds(reader, table),
        contents: reader.whole(table.get("contents"), 1, 1_000_000),
        offer: reader.number(table.get("offer"), Range::Share),
        flags: flags(reader, table),
    }
}

fn rule_days(reader: &mut Reader<'_>, table: &Table, last_day: Option<u32>) -> Days {
    let weekdays = Weekday::ALL.map(|day| (day.key(), day));
    let on = some_days(reader, table.get("on"), "weekdays").map(|list| {
        let days: BTreeSet<Weekday> = list.iter().filter_map(|element| reader.word(Some(element), &weekdays)).collect();
        Days::On(days.into_iter().collect())
    });
    let exactly = exact_days(reader, table, last_day);
    let every = every(reader, table);
    every.or(on.filter(|on| *on != Days::On(Vec::new()))).or(exactly).unwrap_or(Days::Every(1))
}

/// Every so many days.
pub(super) fn every(reader: &mut Reader<'_>, table: &Table) -> Option<Days> {
    let node = table.get("every")?;
    let hours = reader.duration(Some(node))?;
    let days = hours.0 / 24.0;
    if days.fract() != 0.0 || days > f64::from(MAX_DAYS) {
        let help = if days < 1.0 {
            "for several posts a day: every = \"24h\" and per_day = 2".to_owned()
        } else {
            format!("such as \"{}h\"", 24.0 * days.ceil().min(f64::from(MAX_DAYS)))
        };
        reader.must_be(node, "a whole number of days", help);
        return None;
    }
    Some(Days::Every(days as u32))
}

/// A list of days that is not empty: who means to send nothing says so by `posts`.
fn some_days<'n>(reader: &mut Reader<'_>, node: Option<&'n Node>, of: &str) -> Option<&'n [Node]> {
    let list = reader.list(node, of, 0)?;
    if let (Some(node), []) = (node, list) {
        let help = "name at least one, or leave the key out; `posts = []` sends nothing";
        reader.fault(&node.at, format!("`{}` is empty", node.path), help);
        return None;
    }
    Some(list)
}

fn exact_days(reader: &mut Reader<'_>, table: &Table, last_day: Option<u32>) -> Option<Days> {
    let list = some_days(reader, table.get("days"), "days")?;
    let mut days: Vec<u32> = Vec::new();
    for node in list {
        let Some(day) = day(reader, node, last_day) else { continue };
        match days.last() {
            Some(&before) if day <= before => {
                let message = format!("`{}` must increase, found {day} after {before}", node.path);
                reader.fault(
                    &node.at,
                    message,
                    "each day once, in order; for several posts a day say `at` or `per_day`",
                );
            }
            _ => days.push(day),
        }
    }
    (!days.is_empty()).then_some(Days::Exactly(days))
}

/// A day from 1 to the last.
fn day(reader: &mut Reader<'_>, node: &Node, last_day: Option<u32>) -> Option<u32> {
    let Value::Whole(day) = node.value else { return reader.whole(Some(node), 1, last_day.unwrap_or(MAX_DAYS)) };
    if day < 1 {
        reader.must_be(node, "a day from 1", "days count from 1");
        return None;
    }
    let last = last_day.unwrap_or(u32::MAX);
    if day > i128::from(last) {
        let message = format!("`{}` is after the last day, {last}, found {}", node.path, reader.found(node));
        reader.fault(&node.at, message, "leave it out, or raise `days` at the top of the file");
        return None;
    }
    u32::try_from(day).ok()
}

/// The hours of a day's posts, in order.
pub(super) fn hours(reader: &mut Reader<'_>, table: &Table) -> Vec<f64> {
    let per_day = reader.whole(table.get("per_day"), 1, MAX_PER_DAY);
    let mut at: Vec<f64> = Vec::new();
    for node in reader.list(table.get("at"), "times of day", 1).unwrap_or_default() {
        let Some(hour) = time_of_day(reader, Some(node)) else { continue };
        match at.last() {
            Some(&before) if hour <= before => {
                let found = reader.found(node);
                let message = format!("`{}` must increase, found {found} after a time that is not earlier", node.path);
                reader.fault(&node.at, message, "each time once, in order");
            }
            _ => at.push(hour),
        }
    }
    if !at.is_empty() {
        return at;
    }
    per_day.map_or_else(|| vec![DEFAULT_HOUR], spread_over_day)
}

/// Hour of a post that names none (docs/scenarios.md).
const DEFAULT_HOUR: f64 = 9.0;

/// Hours of `n` posts a day: from 09:00, evenly over twelve hours.
pub(super) fn spread_over_day(n: u32) -> Vec<f64> {
    (0..n).map(|k| DEFAULT_HOUR + 12.0 * f64::from(k) / f64::from(n)).collect()
}

/// The hour of a text `HH:MM`.
fn time_of_day(reader: &mut Reader<'_>, node: Option<&Node>) -> Option<f64> {
    let node = node?;
    if let Value::Broken = node.value {
        return None;
    }
    let hour = reader.wording(node).and_then(parse_hour);
    if hour.is_none() {
        let help = match node.value {
            Value::Time => format!("in quotes: \"{}\"", reader.found(node)),
            _ => "two digits each, in quotes: \"09:00\"".to_owned(),
        };
        reader.must_be(node, "a time of day from \"00:00\" to \"23:59\"", help);
    }
    hour
}

/// The hour that a text `HH:MM` says.
pub(super) fn parse_hour(text: &str) -> Option<f64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str, end: u32| {
        let is_plain = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<u32>().ok().filter(|&number| is_plain && number < end)
    };
    Some(f64::from(number(hours, 24)?) + f64::from(number(minutes, 60)?) / 60.0)
}

fn kinds(reader: &mut Reader<'_>, table: &Table) -> Kinds {
    let turn = reader.list(table.get("kinds"), "kinds", 1).map(|list| {
        let words = Kind::ALL.map(|kind| (kind.key(), kind));
        list.iter().filter_map(|element| reader.word(Some(element), &words)).collect::<Vec<_>>()
    });
    let mix = mix(reader, table);
    match turn {
        Some(turn) if !turn.is_empty() => Kinds::Turn(turn),
        _ => mix.unwrap_or_else(|| Kinds::Turn(vec![Kind::Hard])),
    }
}

fn mix(reader: &mut Reader<'_>, table: &Table) -> Option<Kinds> {
    let node = table.get("mix")?;
    let shares = reader.table(Some(node), "{ useful = 0.7, hard = 0.3 }")?;
    reader.only_keys(shares, &Kind::ALL.map(Kind::key));
    let mut mix = Vec::new();
    for entry in &shares.entries {
        let share = reader.number(Some(&entry.node), Range::Share)?;
        mix.push((Kind::from_key(&entry.key)?, share));
    }
    let sum: f64 = mix.iter().map(|(_, share)| share).sum();
    if (sum - 1.0).abs() > 1e-9 {
        let shown = (sum * 1e9).round() / 1e9;
        let message = format!("the shares of `{}` must sum to 1, found {shown}", node.path);
        reader.fault(&node.at, message, "shares of all posts, such as { useful = 0.7, reminder = 0.2, hard = 0.1 }");
        return None;
    }
    Some(Kinds::Mix(mix))
}

fn flags(reader: &mut Reader<'_>, table: &Table) -> Flags {
    let mut is_set = |key: &str| reader.switch(table.get(key)).unwrap_or(false);
    Flags {
        unlabelled: is_set("unlabelled"),
        gift: is_set("gift"),
        everyone: is_set("everyone"),
        broken_link: is_set("broken_link"),
    }
}

fn exact(reader: &mut Reader<'_>, table: &Table, posts: &Node, topics: &[&str], last_day: Option<u32>) -> Calendar {
    for node in SAID_BY_POSTS.iter().filter_map(|key| table.get(key)) {
        let message = format!("`{}` means nothing beside the exact `{}`", node.path, posts.path);
        reader.fault(&node.at, message, "say it in each post, or give `every`, `on` or `days` instead of `posts`");
    }
    let list = reader.list(Some(posts), "posts", 0);
    let lines: Vec<PostLine> =
        list.unwrap_or_default().iter().filter_map(|node| post(reader, node, topics, last_day)).collect();
    // An empty list sends nothing; a list of which nothing could be read is at fault.
    let is_silent = list.is_some_and(<[Node]>::is_empty);
    if lines.is_empty() && !is_silent { rule(reader, &Table::default(), last_day) } else { Calendar::Posts(lines) }
}

fn post(reader: &mut Reader<'_>, node: &Node, topics: &[&str], last_day: Option<u32>) -> Option<PostLine> {
    let table = reader.table(Some(node), "{ day = 1, at = \"09:00\", kind = \"hard\" }")?;
    reader.only_keys(table, POST_KEYS);
    if table.get("day").is_none() && !reader.lossy {
        reader.fault(&node.at, format!("`{}.day` is missing", node.path), "days count from 1: day = 1");
    }
    let day = table.get("day").and_then(|node| day(reader, node, last_day));
    let words = Kind::ALL.map(|kind| (kind.key(), kind));
    let line = PostLine {
        day: day.unwrap_or(1),
        at: time_of_day(reader, table.get("at")).unwrap_or(DEFAULT_HOUR),
        kind: reader.word(table.get("kind"), &words).unwrap_or(Kind::Hard),
        content: reader.text(table.get("content")),
        topic: reader.table_name(table.get("topic"), "topic", topics),
        offer: reader.number(table.get("offer"), Range::Share),
        flags: flags(reader, table),
        place: node.at.clone(),
    };
    day.map(|_| line)
}
