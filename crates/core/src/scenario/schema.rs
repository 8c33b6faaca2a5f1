//! The keys of a scenario file and their defaults, each once: everything but the plans, which are in `plans`.
//!
//! Comes in: the tree. Goes out: a [`Scenario`]; where a fault stood, the default stands. What a single value may look like is
//! not here: see `document`.

use crate::diagnostic::plain;
use crate::document::reader::{Names, Range, Reader};
use crate::document::tree::{Entry, Node, Table};
use crate::evidence;
use crate::parameter::{self, Parameters};
use crate::platform;
use crate::tally;
use crate::units::{Channel, Switches, Trigger, Weekday};

use super::sections::{MAX_DAYS, named_tables, section};
use super::{Audience, Equality, Money, Scenario, Topic, contents, plans, trials};

/// Spread of logit fit: at 5, groups fit either nobody or everybody.
const MOST_SPREAD: Range = Range::Between(0.0, 5.0);

pub(super) const TOP_KEYS: &[&str] = &[
    "question",
    "days",
    "starts",
    "platform",
    "rules_off",
    "report_trigger",
    "baseline",
    "headline",
    "evidence",
    "equality",
    "audience",
    "topic",
    "money",
    "behaviour",
    "switch",
    "plan",
    "test",
    "content",
    "rotation",
];
const EQUALITY_KEYS: &[&str] = &["points", "relative", "below"];
const AUDIENCE_KEYS: &[&str] =
    &["channel", "groups", "size", "theme", "fit", "fit_spread", "account_spread", "relation", "twin"];
const TOPIC_KEYS: &[&str] = &["relevance"];
const MONEY_KEYS: &[&str] = &["currency", "margin", "cost_per_post"];
const SWITCH_KEYS: &[&str] = &["needs", "every_read", "repeat_memory", "contagion", "wear_in", "expectation_learning"];

/// Most people one audience may have; their traits are held in memory.
const MAX_PEOPLE: u32 = 10_000_000;

/// Reads the whole tree.
pub(super) fn read(reader: &mut Reader<'_>, root: &Table, name: &str) -> Scenario {
    let platforms: Vec<&str> = platform::catalog().iter().map(|profile| profile.key.as_str()).collect();
    let claims: Vec<&str> = evidence::ids().collect();
    reader.only_keys(root, TOP_KEYS);
    let horizon = reader.whole(root.get("days"), 1, MAX_DAYS);
    let weekdays = Weekday::ALL.map(|day| (day.key(), day));
    let audiences = audiences(reader, root);
    let topics = topics(reader, root);
    let entries = named_tables(reader, root, "plan", "[plan.NAME]");
    let campaign = plans::Campaign {
        audiences: &audiences,
        topics: &topics,
        last_day: if root.get("days").is_none() { Some(DEFAULT_DAYS) } else { horizon },
        has_contents: root.get("content").is_some() || root.get("rotation").is_some(),
    };
    let plans = plans::read(reader, &entries, &campaign);
    let rotation = contents::read(reader, root, &campaign);
    let plan_names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
    let headline = headline(reader, root);
    let days = horizon.unwrap_or(DEFAULT_DAYS);
    let entries = named_tables(reader, root, "test", "[test.NAME] arms = [\"a\", \"b\"]");
    let campaign = trials::Campaign { audiences: &audiences, plans: &plans, days, headline: &headline };
    let trials = trials::read(reader, &entries, &campaign);
    Scenario {
        name: name.to_owned(),
        question: reader.text(root.get("question")).unwrap_or_default(),
        days,
        starts: reader.word(root.get("starts"), &weekdays).unwrap_or(Weekday::Mon),
        platform: reader
            .name(root.get("platform"), Names::new("platform", &platforms))
            .unwrap_or_else(|| "article-2025".to_owned()),
        rules_off: reader.names(root.get("rules_off"), Names::new("rule", platform::RULES), 0).unwrap_or_default(),
        report_trigger: reader.word(root.get("report_trigger"), &Trigger::ALL),
        baseline: baseline(reader, root, &plan_names),
        headline,
        evidence: reader.names(root.get("evidence"), Names::new("claim or finding", &claims), 0).unwrap_or_default(),
        equality: equality(reader, root),
        money: money(reader, root),
        behaviour: behaviour(reader, root),
        switches: switches(reader, root),
        audiences,
        topics,
        plans,
        trials,
        rotation,
    }
}

/// Horizon where the scenario says nothing, days: the article's figures are mostly for 30.
const DEFAULT_DAYS: u32 = 30;

fn baseline(reader: &mut Reader<'_>, root: &Table, plans: &[&str]) -> String {
    let first = plans.first().copied().unwrap_or_default().to_owned();
    reader.table_name(root.get("baseline"), "plan", plans).unwrap_or(first)
}

fn headline(reader: &mut Reader<'_>, root: &Table) -> Vec<String> {
    let known: Vec<&str> = tally::keys().collect();
    let headline = reader.names(root.get("headline"), Names { what: "metric", known: &known, also: tally::key_of }, 1);
    headline.unwrap_or_else(|| ["conversion", "kept", "p_limited"].map(str::to_owned).to_vec())
}

fn equality(reader: &mut Reader<'_>, root: &Table) -> Equality {
    let table = section(reader, root, "equality", EQUALITY_KEYS, "[equality] points = 0.01");
    Equality {
        points: reader.number(table.get("points"), Range::Share).unwrap_or(Equality::USUAL.points),
        relative: reader.number(table.get("relative"), Range::Share).unwrap_or(Equality::USUAL.relative),
        below: reader.number(table.get("below"), Range::Share).unwrap_or(Equality::USUAL.below),
    }
}

fn money(reader: &mut Reader<'_>, root: &Table) -> Money {
    let table = section(reader, root, "money", MONEY_KEYS, "[money] margin = 60");
    Money {
        currency: reader.text(table.get("currency")).unwrap_or_else(|| "CNY".to_owned()),
        margin: reader.number(table.get("margin"), Range::Amount),
        cost_per_post: reader.number(table.get("cost_per_post"), Range::Amount).unwrap_or(0.0),
    }
}

fn behaviour(reader: &mut Reader<'_>, root: &Table) -> Vec<(String, f64)> {
    let table = section(reader, root, "behaviour", Parameters::KEYS, "[behaviour] block_share = 0.5");
    let mut values = Vec::new();
    for entry in &table.entries {
        let Some(parameter) = parameter::find(&entry.key) else { continue };
        let range = match parameter.domain() {
            (0.0, 1.0) => Range::Share,
            (low, high) => Range::Between(low, high),
        };
        if let Some(value) = reader.number(Some(&entry.node), range) {
            values.push((entry.key.clone(), value));
        }
    }
    values
}

fn switches(reader: &mut Reader<'_>, root: &Table) -> Switches {
    let table = section(reader, root, "switch", SWITCH_KEYS, "[switch] contagion = true");
    let mut said = |key: &str| reader.switch(table.get(key));
    Switches {
        needs: said("needs"),
        every_read: said("every_read"),
        repeat_memory: said("repeat_memory").unwrap_or(false),
        contagion: said("contagion").unwrap_or(false),
        wear_in: said("wear_in").unwrap_or(false),
        expectation_learning: said("expectation_learning").unwrap_or(false),
    }
}

fn audiences(reader: &mut Reader<'_>, root: &Table) -> Vec<Audience> {
    let entries = named_tables(reader, root, "audience", "[audience.NAME]");
    let audiences: Vec<Audience> = entries.iter().map(|(entry, table)| audience(reader, entry, table)).collect();
    let names: Vec<&str> = audiences.iter().map(|audience| audience.name.as_str()).collect();
    let twins =
        entries.iter().map(|(_, table)| reader.table_name(table.get("twin"), "audience", &names)).collect::<Vec<_>>();
    let mut twinned = audiences.clone();
    for (audience, twin) in twinned.iter_mut().zip(twins) {
        audience.twin = twin;
    }
    for (index, (_, table)) in entries.iter().enumerate() {
        let circle = twin_circle(&twinned, index);
        // Told once, at the first of its members.
        if let (Some(circle), Some(node)) = (circle, table.get("twin")) {
            let message = format!("`{}` goes in a circle: {}", plain(&node.path), circle.join(" -> "));
            reader.fault(&node.at, message, "leave `twin` out of the audience whose people are described first");
        }
    }
    twinned
}

fn audience(reader: &mut Reader<'_>, entry: &Entry, table: &Table) -> Audience {
    reader.only_keys(table, AUDIENCE_KEYS);
    let channels = [("group", Channel::Group), ("direct", Channel::Direct)];
    let channel = reader.word(table.get("channel"), &channels).unwrap_or(Channel::Group);
    let is_direct = channel == Channel::Direct;
    let groups = reader.whole(table.get("groups"), 1, 100_000);
    let fit_spread = reader.number(table.get("fit_spread"), MOST_SPREAD);
    if is_direct {
        if let Some(node) = table.get("groups") {
            only_for_groups(reader, entry, node);
        }
        if let (Some(node), Some(1..)) = (table.get("fit_spread"), fit_spread.map(|spread| u8::from(spread > 0.0))) {
            only_for_groups(reader, entry, node);
        }
    }
    let size = reader.whole(table.get("size"), 1, MAX_PEOPLE).unwrap_or(if is_direct { 1000 } else { 256 });
    let groups = groups.filter(|_| !is_direct).unwrap_or(1);
    if u64::from(groups) * u64::from(size) > u64::from(MAX_PEOPLE) {
        let people = u64::from(groups) * u64::from(size);
        let message = format!("`{}` has {people} people, at most {MAX_PEOPLE} are possible", entry.node.path);
        reader.fault(&entry.at, message, "fewer `groups` or a smaller `size`; rates hardly depend on either");
    }
    Audience {
        name: entry.key.clone(),
        channel,
        groups,
        size,
        theme: reader.text(table.get("theme")),
        fit: reader.number(table.get("fit"), Range::InnerShare).unwrap_or(0.5),
        fit_spread: if is_direct { 0.0 } else { fit_spread.unwrap_or(0.3) },
        account_spread: reader.number(table.get("account_spread"), MOST_SPREAD).unwrap_or(0.0),
        relation: reader.number(table.get("relation"), Range::Share).unwrap_or(1.0),
        twin: None,
    }
}

fn only_for_groups(reader: &mut Reader<'_>, audience: &Entry, node: &Node) {
    let message = format!("`{}` is for groups only, and `{}` is a direct list", node.path, audience.node.path);
    reader.fault(&node.at, message, "leave it out, or say channel = \"group\"");
}

/// The names along a circle of twins, when `start` is the first audience of one.
fn twin_circle(audiences: &[Audience], start: usize) -> Option<Vec<&str>> {
    let mut circle = vec![audiences[start].name.as_str()];
    let mut at = start;
    for _ in 0..audiences.len() {
        let twin = audiences[at].twin.as_ref()?;
        at = audiences.iter().position(|audience| audience.name == *twin)?;
        circle.push(&audiences[at].name);
        if at == start {
            return Some(circle);
        }
        if at < start {
            return None;
        }
    }
    None
}

fn topics(reader: &mut Reader<'_>, root: &Table) -> Vec<Topic> {
    let entries = named_tables(reader, root, "topic", "[topic.NAME] relevance = { beauty = 1.0 }");
    let topic = |(entry, table): &(Entry, Table)| {
        reader.only_keys(table, TOPIC_KEYS);
        let mut relevance = Vec::new();
        if let Some(themes) = reader.table(table.get("relevance"), "{ beauty = 1.0, parenting = 0.2 }") {
            for theme in &themes.entries {
                // A faulty share still says that the theme is known.
                let share = reader.number(Some(&theme.node), Range::Share).unwrap_or(1.0);
                relevance.push((theme.key.clone(), share));
            }
        }
        Topic { name: entry.key.clone(), relevance }
    };
    entries.iter().map(topic).collect()
}
