//! The plans of a scenario file: what `like` copies, and the calendar as written.
//!
//! Comes in: the `[plan.NAME]` tables. Goes out: resolved [`Plan`]s. What a calendar means day by day is not here: see
//! `plan::schedule`.

use std::collections::BTreeSet;

use crate::diagnostic::At;
use crate::units::{Flags, Kind, Privacy, Weekday};

use super::reader::{Range, Reader, plain, quoted};
use super::schema::{MAX_DAYS, check_theme, people};
use super::tree::{Entry, Node, Table, Value};
use super::{Audience, Calendar, Days, Kinds, Plan, PostLine, Select, Topic};

/// Keys of a plan, in the order of the format.
const PLAN_KEYS: &[&str] = &[
    "like",
    "to",
    "select",
    "topic",
    "every",
    "on",
    "days",
    "posts",
    "at",
    "per_day",
    "kinds",
    "mix",
    "contents",
    "offer",
    "unlabelled",
    "gift",
    "everyone",
    "broken_link",
    "reach",
    "reply",
    "answered",
    "privacy",
    "cost",
];
const SELECT_KEYS: &[&str] = &["keep", "signal"];
const POST_KEYS: &[&str] =
    &["day", "at", "kind", "content", "topic", "offer", "unlabelled", "gift", "everyone", "broken_link"];

/// Keys that answer the same question: one of them replaces the others.
pub(super) const FAMILIES: &[&[&str]] = &[&["every", "on", "days", "posts"], &["at", "per_day"], &["kinds", "mix"]];
/// Keys that exact posts say for themselves.
pub(super) const SAID_BY_POSTS: &[&str] =
    &["at", "per_day", "kinds", "mix", "contents", "offer", "unlabelled", "gift", "everyone", "broken_link"];

/// Most posts of one day: one a minute for twelve hours.
const MAX_PER_DAY: u32 = 720;

/// Mean reply delay where the plan says nothing, hours.
const DEFAULT_REPLY_HOURS: f64 = 2.5;

/// What plans refer to.
pub(super) struct Campaign<'a> {
    pub(super) audiences: &'a [Audience],
    pub(super) topics: &'a [Topic],
    /// `None` when the horizon itself is at fault.
    pub(super) last_day: Option<u32>,
}

/// Reads all plans.
pub(super) fn read(reader: &mut Reader<'_>, tables: &[(Entry, Table)], campaign: &Campaign<'_>) -> Vec<Plan> {
    if tables.is_empty() && !reader.lossy {
        let start = At::default();
        reader.fault(&start, "there is no plan".into(), "add one: [plan.daily], with or without a key below it");
    }
    if campaign.audiences.is_empty() && !reader.lossy {
        let start = At::default();
        reader.fault(&start, "there is no audience".into(), "add one: [audience.club], with or without a key below it");
    }
    for (_, table) in tables {
        reader.only_keys(table, PLAN_KEYS);
        check_families(reader, table);
    }
    let bases: Vec<Base> = (0..tables.len()).map(|index| base(reader, tables, index)).collect();
    let resolved: Vec<Table> = (0..tables.len()).map(|index| resolve(tables, &bases, index)).collect();
    let mut plans: Vec<Plan> = Vec::new();
    for (index, (entry, _)) in tables.iter().enumerate() {
        let is_whole = copied(&bases, index).all(|base| base != Base::Faulty);
        plans.push(plan(reader, entry, &resolved[index], is_whole, campaign));
    }
    for (index, base) in bases.iter().enumerate() {
        if let Base::Plan(other) = *base {
            let keys = differing(&plans[index], &plans[other], &resolved[index]);
            plans[index].like = Some((plans[other].name.clone(), keys));
        }
    }
    plans
}

/// What a plan copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Nothing,
    /// The plan of that index.
    Plan(usize),
    /// Something that is at fault, so that its keys are missing.
    Faulty,
}

fn base(reader: &mut Reader<'_>, tables: &[(Entry, Table)], index: usize) -> Base {
    let Some(node) = tables[index].1.get("like") else { return Base::Nothing };
    let names: Vec<&str> = tables.iter().map(|(entry, _)| entry.key.as_str()).collect();
    let name = if reader.lossy { reader.text(Some(node)) } else { reader.name(Some(node), "plan", &names) };
    let Some(other) = name.and_then(|name| names.iter().position(|known| *known == name)) else { return Base::Faulty };
    match circle(tables, index) {
        Some(circle) => {
            if circle.iter().min() == Some(&index) {
                let way: Vec<&str> = circle.iter().chain([&index]).map(|&i| names[i]).collect();
                let message = format!("`{}` goes in a circle: {}", node.path, way.join(" -> "));
                reader.fault(&node.at, message, "one of these plans must say everything itself, without `like`");
            }
            Base::Faulty
        }
        None => Base::Plan(other),
    }
}

/// The plans from `start` along `like` back to `start`, if they lead there.
fn circle(tables: &[(Entry, Table)], start: usize) -> Option<Vec<usize>> {
    let mut way = vec![start];
    for _ in tables {
        let Value::Text(name) = &tables[*way.last()?].1.get("like")?.value else { return None };
        let next = tables.iter().position(|(entry, _)| entry.key == *name)?;
        if next == start {
            return Some(way);
        }
        way.push(next);
    }
    None
}

/// What a plan copies, directly and through others; ends because circles are faulty.
fn copied(bases: &[Base], index: usize) -> impl Iterator<Item = Base> {
    std::iter::successors(Some(bases[index]), |base| match base {
        Base::Plan(other) => Some(bases[*other]),
        Base::Nothing | Base::Faulty => None,
    })
}

/// A plan's keys over those of the plans it copies. Every key keeps the name and place it was written at.
fn resolve(tables: &[(Entry, Table)], bases: &[Base], index: usize) -> Table {
    let own = &tables[index].1;
    let Base::Plan(other) = bases[index] else { return own.clone() };
    let mut table = resolve(tables, bases, other);
    for entry in &own.entries {
        let key = entry.key.as_str();
        if let Some(family) = FAMILIES.iter().find(|family| family.contains(&key)) {
            table.remove(family);
        }
        if key == "posts" {
            table.remove(SAID_BY_POSTS);
        }
    }
    for entry in &own.entries {
        match (table.get_mut(&entry.key).map(|node| &mut node.value), &entry.node.value) {
            (Some(Value::Table(inherited)), Value::Table(own)) if entry.key == "select" => {
                own.entries.iter().for_each(|entry| inherited.put(entry.clone()));
            }
            _ => table.put(entry.clone()),
        }
    }
    table
}

fn check_families(reader: &mut Reader<'_>, table: &Table) {
    for family in FAMILIES {
        let present: Vec<&Node> = family.iter().filter_map(|key| table.get(key)).collect();
        if let [first, others @ ..] = present.as_slice() {
            for other in others {
                let message = format!("`{}` and `{}` say the same thing twice", other.path, first.path);
                reader.fault(&other.at, message, "keep one of the two");
            }
        }
    }
}

fn plan(reader: &mut Reader<'_>, entry: &Entry, table: &Table, is_whole: bool, campaign: &Campaign<'_>) -> Plan {
    let topics: Vec<&str> = campaign.topics.iter().map(|topic| topic.name.as_str()).collect();
    let topic = topic_name(reader, table.get("topic"), &topics);
    let (to, to_audiences) = recipients(reader, entry, table, is_whole, campaign);
    let calendar = match table.get("posts") {
        Some(posts) => exact(reader, table, posts, &topics, campaign.last_day),
        None => rule(reader, table, campaign.last_day),
    };
    check_topics(reader, table, &calendar, topic.as_deref(), &to_audiences, campaign);
    let (reply_is_never, reply_node) = match table.get("reply") {
        Some(node) if matches!(&node.value, Value::Text(text) if text == "never") => (true, None),
        node => (false, node),
    };
    let reply = reader.duration(reply_node).or(Some(crate::units::Hours(DEFAULT_REPLY_HOURS)));
    let privacy = [("kept", Privacy::Kept), ("ignored", Privacy::Ignored)];
    Plan {
        name: entry.key.clone(),
        at: entry.at.clone(),
        like: None,
        to,
        select: select(reader, table),
        calendar,
        topic,
        reply: reply.filter(|_| !reply_is_never),
        answered: reader.number(table.get("answered"), Range::Share).unwrap_or(1.0),
        privacy: reader.word(table.get("privacy"), &privacy).unwrap_or(Privacy::Kept),
        reach: reader.number(table.get("reach"), Range::SomeShare).unwrap_or(1.0),
        cost: reader.number(table.get("cost"), Range::NotNegative),
    }
}

fn select(reader: &mut Reader<'_>, table: &Table) -> Select {
    let select = reader.table(table.get("select"), "{ keep = 0.25, signal = 0.5 }").cloned().unwrap_or_default();
    reader.only_keys(&select, SELECT_KEYS);
    Select {
        keep: reader.number(select.get("keep"), Range::SomeShare).unwrap_or(1.0),
        signal: reader.number(select.get("signal"), Range::Correlation).unwrap_or(0.0),
    }
}

fn topic_name(reader: &mut Reader<'_>, node: Option<&Node>, topics: &[&str]) -> Option<String> {
    if reader.lossy { reader.text(node) } else { reader.name(node, "topic", topics) }
}

/// The audiences a plan addresses, by name and as they are.
fn recipients<'a>(
    reader: &mut Reader<'_>,
    entry: &Entry,
    table: &Table,
    is_whole: bool,
    campaign: &Campaign<'a>,
) -> (Vec<String>, Vec<&'a Audience>) {
    let names: Vec<&str> = campaign.audiences.iter().map(|audience| audience.name.as_str()).collect();
    let to = match (table.get("to"), names.as_slice()) {
        (Some(node), _) if reader.lossy => {
            let list = reader.list(Some(node), "names", 1).unwrap_or_default();
            list.iter().filter_map(|element| reader.text(Some(element))).collect()
        }
        (Some(node), _) => reader.names(Some(node), "audience", &names, 1).unwrap_or_default(),
        (None, [only]) => vec![(*only).to_owned()],
        (None, []) => Vec::new(),
        (None, [first, ..]) => {
            if is_whole && !reader.lossy {
                let message = format!("`{}.to` is missing: there are {} audiences", entry.node.path, names.len());
                reader.fault(&entry.at, message, format!("say which, such as to = [\"{}\"]", plain(first)));
            }
            Vec::new()
        }
    };
    if let Some(node) = table.get("to") {
        for (i, name) in to.iter().enumerate() {
            let twin =
                to[..i].iter().find(|other| people(campaign.audiences, other) == people(campaign.audiences, name));
            if let Some(twin) = twin {
                let message =
                    format!("`{}` names {} and {}, who are the same people", node.path, quoted(twin), quoted(name));
                reader.fault(&node.at, message, "twins stand for two circumstances: give each its own plan");
            }
        }
    }
    let audiences = campaign.audiences.iter().filter(|audience| to.contains(&audience.name)).collect();
    (to, audiences)
}

fn check_topics(
    reader: &mut Reader<'_>,
    table: &Table,
    calendar: &Calendar,
    plan_topic: Option<&str>,
    to: &[&Audience],
    campaign: &Campaign<'_>,
) {
    let used: BTreeSet<&str> = match calendar {
        Calendar::Rule { .. } => plan_topic.into_iter().collect(),
        Calendar::Posts(posts) => posts.iter().filter_map(|post| post.topic.as_deref().or(plan_topic)).collect(),
    };
    let Some(at) = table.get("topic").or(table.get("posts")).map(|node| node.at.clone()) else { return };
    for topic in campaign.topics.iter().filter(|topic| used.contains(topic.name.as_str())) {
        for audience in to {
            check_theme(reader, &at, topic, audience);
        }
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
    let on = reader.list(table.get("on"), "weekdays", 1).map(|list| {
        let days: BTreeSet<Weekday> = list.iter().filter_map(|element| reader.word(Some(element), &weekdays)).collect();
        Days::On(days.into_iter().collect())
    });
    let exactly = exact_days(reader, table, last_day);
    let every = every(reader, table);
    every.or(on.filter(|on| *on != Days::On(Vec::new()))).or(exactly).unwrap_or(Days::Every(1))
}

fn every(reader: &mut Reader<'_>, table: &Table) -> Option<Days> {
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

fn exact_days(reader: &mut Reader<'_>, table: &Table, last_day: Option<u32>) -> Option<Days> {
    let list = reader.list(table.get("days"), "days", 1)?;
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
    let day = match node.value {
        Value::Whole(day) if day >= 1 => day,
        _ => return reader.whole(Some(node), 1, last_day.unwrap_or(MAX_DAYS)),
    };
    let last = last_day.unwrap_or(u32::MAX);
    if day > i128::from(last) {
        let message = format!("`{}` is after the last day, {last}, found {}", node.path, reader.found(node));
        reader.fault(&node.at, message, "leave it out, or raise `days` at the top of the file");
        return None;
    }
    u32::try_from(day).ok()
}

fn hours(reader: &mut Reader<'_>, table: &Table) -> Vec<f64> {
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

/// Hour of a post that names none (contract, section 3).
const DEFAULT_HOUR: f64 = 9.0;

/// Hours of `n` posts a day: from 09:00, evenly over twelve hours.
pub(super) fn spread_over_day(n: u32) -> Vec<f64> {
    (0..n).map(|k| DEFAULT_HOUR + 12.0 * f64::from(k) / f64::from(n)).collect()
}

/// The hour of a text `HH:MM`.
fn time_of_day(reader: &mut Reader<'_>, node: Option<&Node>) -> Option<f64> {
    let node = node?;
    let hour = match (&node.value, &node.typed) {
        (Value::Text(text), _) | (_, Some(text)) => parse_hour(text),
        (Value::Broken, _) => return None,
        _ => None,
    };
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
    let lines: Vec<PostLine> = reader
        .list(Some(posts), "posts", 1)
        .unwrap_or_default()
        .iter()
        .filter_map(|node| post(reader, node, topics, last_day))
        .collect();
    if lines.is_empty() { rule(reader, &Table::default(), last_day) } else { Calendar::Posts(lines) }
}

fn post(reader: &mut Reader<'_>, node: &Node, topics: &[&str], last_day: Option<u32>) -> Option<PostLine> {
    let table = reader.table(Some(node), "{ day = 1, at = \"09:00\", kind = \"hard\" }")?;
    reader.only_keys(table, POST_KEYS);
    let day = match table.get("day") {
        Some(node) => day(reader, node, last_day),
        None => {
            if !reader.lossy {
                let message = format!("`{}.day` is missing", node.path);
                reader.fault(&node.at, message, "days count from 1: day = 1");
            }
            None
        }
    };
    let words = Kind::ALL.map(|kind| (kind.key(), kind));
    let line = PostLine {
        day: day.unwrap_or(1),
        at: time_of_day(reader, table.get("at")).unwrap_or(DEFAULT_HOUR),
        kind: reader.word(table.get("kind"), &words).unwrap_or(Kind::Hard),
        content: reader.text(table.get("content")),
        topic: topic_name(reader, table.get("topic"), topics),
        offer: reader.number(table.get("offer"), Range::Share),
        flags: flags(reader, table),
        place: node.at.clone(),
    };
    day.map(|_| line)
}

/// The keys in which a plan differs from another, in the order of the format; `table` says which of a family it uses.
fn differing(plan: &Plan, other: &Plan, table: &Table) -> Vec<String> {
    let mut keys = BTreeSet::new();
    let mut differs = |key: &'static str, is_different: bool| {
        if is_different {
            keys.insert(PLAN_KEYS.iter().position(|known| *known == key));
        }
    };
    let used = |family: &'static [&'static str], default: &'static str| {
        family.iter().copied().find(|key| table.get(key).is_some()).unwrap_or(default)
    };
    differs("to", plan.to != other.to);
    differs("select", plan.select != other.select);
    differs("topic", plan.topic != other.topic);
    differs("reach", plan.reach.to_bits() != other.reach.to_bits());
    differs("reply", plan.reply != other.reply);
    differs("answered", plan.answered.to_bits() != other.answered.to_bits());
    differs("privacy", plan.privacy != other.privacy);
    differs("cost", plan.cost != other.cost);
    match (&plan.calendar, &other.calendar) {
        (
            Calendar::Rule { days, at, kinds, contents, offer, flags },
            Calendar::Rule {
                days: other_days,
                at: other_at,
                kinds: other_kinds,
                contents: other_contents,
                offer: other_offer,
                flags: other_flags,
            },
        ) => {
            differs(used(FAMILIES[0], "every"), days != other_days);
            differs(used(FAMILIES[1], "at"), at != other_at);
            differs(used(FAMILIES[2], "kinds"), kinds != other_kinds);
            differs("contents", contents != other_contents);
            differs("offer", offer != other_offer);
            differs("unlabelled", flags.unlabelled != other_flags.unlabelled);
            differs("gift", flags.gift != other_flags.gift);
            differs("everyone", flags.everyone != other_flags.everyone);
            differs("broken_link", flags.broken_link != other_flags.broken_link);
        }
        (Calendar::Posts(own), Calendar::Posts(others)) => {
            let without_place = |posts: &[PostLine]| -> Vec<PostLine> {
                posts.iter().map(|post| PostLine { place: At::default(), ..post.clone() }).collect()
            };
            differs("posts", without_place(own) != without_place(others));
        }
        _ => differs(used(FAMILIES[0], "every"), true),
    }
    keys.into_iter().flatten().map(|index| PLAN_KEYS[index].to_owned()).collect()
}
