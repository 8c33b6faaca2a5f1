//! The plans of a scenario file: whom they address, how they answer, and what `like` copies.
//!
//! Comes in: the `[plan.NAME]` tables. Goes out: resolved [`Plan`]s. Their calendars are not here: see
//! `calendar`.

use std::collections::BTreeSet;

use crate::diagnostic::{At, plain};
use crate::document::reader::{Names, Range, Reader, quoted};
use crate::document::tree::{Entry, Node, Table, Value};
use crate::units::{Hours, Privacy};

use super::calendar::{self, FAMILIES, SAID_BY_POSTS};
use super::sections::{check_theme, people};
use super::{Audience, Calendar, Plan, PostLine, Select, Topic};

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

/// Mean reply delay where the plan says nothing, hours.
const DEFAULT_REPLY_HOURS: f64 = 2.5;

/// What plans refer to.
pub(super) struct Campaign<'a> {
    pub(super) audiences: &'a [Audience],
    pub(super) topics: &'a [Topic],
    /// `None` when the horizon itself is at fault.
    pub(super) last_day: Option<u32>,
    /// Whether contents stand in the file: it may then do without a plan.
    pub(super) has_contents: bool,
}

/// Reads all plans.
pub(super) fn read(reader: &mut Reader<'_>, tables: &[(Entry, Table)], campaign: &Campaign<'_>) -> Vec<Plan> {
    if tables.is_empty() && !campaign.has_contents && !reader.lossy {
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
    let name = reader.table_name(Some(node), "plan", &names);
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

/// Faults keys that answer the same question.
pub(super) fn check_families(reader: &mut Reader<'_>, table: &Table) {
    for family in FAMILIES {
        let present: Vec<&Node> = family.iter().filter_map(|key| table.get(key)).collect();
        if let [first, others @ ..] = present.as_slice() {
            for other in others {
                let message = format!("`{}` cannot stand beside `{}`", other.path, first.path);
                reader.fault(&other.at, message, "keep one of the two");
            }
        }
    }
}

fn plan(reader: &mut Reader<'_>, entry: &Entry, table: &Table, is_whole: bool, campaign: &Campaign<'_>) -> Plan {
    let topics: Vec<&str> = campaign.topics.iter().map(|topic| topic.name.as_str()).collect();
    let topic = reader.table_name(table.get("topic"), "topic", &topics);
    let (to, to_audiences) = recipients(reader, entry, table, is_whole, campaign);
    let calendar = calendar::read(reader, table, &topics, campaign.last_day);
    check_topics(reader, table, &calendar, topic.as_deref(), &to_audiences, campaign);
    let reply = reply(reader, table);
    let privacy = [("kept", Privacy::Kept), ("ignored", Privacy::Ignored)];
    Plan {
        name: entry.key.clone(),
        at: entry.at.clone(),
        like: None,
        to,
        select: select(reader, table),
        calendar,
        topic,
        reply,
        answered: reader.number(table.get("answered"), Range::Share).unwrap_or(1.0),
        privacy: reader.word(table.get("privacy"), &privacy).unwrap_or(Privacy::Kept),
        reach: reader.number(table.get("reach"), Range::SomeShare).unwrap_or(1.0),
        cost: reader.number(table.get("cost"), Range::Amount),
    }
}

/// Mean reply delay; `None`: never.
pub(super) fn reply(reader: &mut Reader<'_>, table: &Table) -> Option<Hours> {
    match table.get("reply") {
        Some(node) if matches!(&node.value, Value::Text(text) if text == "never") => None,
        node => reader.duration(node).or(Some(Hours(DEFAULT_REPLY_HOURS))),
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
        // Without any audience, or where some may have been lost, there is nothing to compare names with.
        (Some(node), known) if reader.lossy || known.is_empty() => {
            let list = reader.list(Some(node), "names", 1).unwrap_or_default();
            list.iter().filter_map(|element| reader.text(Some(element))).collect()
        }
        (Some(node), _) => reader.names(Some(node), Names::new("audience", &names), 1).unwrap_or_default(),
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

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;
    use crate::scenario::{Calendar, Days, Draft, Kinds, parse};
    use crate::units::Hours;

    fn read(text: &str, overrides: &[&str]) -> Draft {
        let source = Source { name: "a.toml".into(), text: text.into() };
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        parse("a", source, &overrides)
    }

    fn differences(text: &str, overrides: &[&str]) -> Vec<String> {
        let draft = read(text, overrides);
        assert_eq!(draft.faults, []);
        draft.scenario.plans.last().unwrap().like.clone().unwrap().1
    }

    #[test]
    fn five_lines_are_a_scenario() {
        let draft = read("[audience.club]\n[plan.daily]\n[plan.spaced]\nlike = \"daily\"\nevery = \"48h\"\n", &[]);
        assert_eq!(draft.faults, []);
        assert_eq!(draft.scenario.baseline, "daily");
        assert_eq!(draft.scenario.plans[0].to, ["club"]);
        assert_eq!(draft.scenario.plans[0].reply, Some(Hours(2.5)));
        assert_eq!(draft.scenario.plans[1].like, Some(("daily".into(), vec!["every".into()])));
    }

    #[test]
    fn a_copy_says_in_which_keys_it_differs() {
        let base =
            "[audience.club]\n[plan.a]\ncontents = 1\nselect = { keep = 0.5, signal = 0.2 }\nmix = { hard = 1.0 }\n";
        let copy = |keys: &str| format!("{base}[plan.b]\nlike = \"a\"\n{keys}");
        assert_eq!(differences(&copy(""), &[]), [""; 0]);
        assert_eq!(differences(&copy("contents = 1\nevery = \"24h\"\n"), &[]), [""; 0], "said again is not different");
        assert_eq!(
            differences(&copy("per_day = 2\non = [\"mon\"]\nkinds = [\"useful\"]\nselect.keep = 0.25\n"), &[]),
            ["select", "on", "per_day", "kinds"]
        );
        assert_eq!(differences(&copy("posts = [{ day = 1 }]\nreply = \"never\""), &[]), ["posts", "reply"]);
    }

    #[test]
    fn a_copy_of_a_copy_may_stand_before_its_original() {
        let text = "[audience.club]\n[plan.c]\nlike = \"b\"\n[plan.b]\nlike = \"a\"\nreach = 0.5\n[plan.a]\ncost = 2\n";
        let draft = read(text, &[]);
        assert_eq!(draft.faults, []);
        assert_eq!(draft.scenario.plans[0].cost, Some(2.0));
        assert_eq!(draft.scenario.plans[0].reach.to_bits(), 0.5f64.to_bits());
        assert_eq!(draft.scenario.plans[0].like, Some(("b".into(), Vec::new())));
    }

    #[test]
    fn an_own_key_of_a_family_replaces_the_copied_ones() {
        let text =
            "[audience.club]\n[plan.a]\nposts = [{ day = 1 }, { day = 1 }]\n[plan.b]\nlike = \"a\"\ndays = [2]\n";
        let draft = read(text, &[]);
        assert_eq!(draft.faults, []);
        let Calendar::Rule { days, .. } = &draft.scenario.plans[1].calendar else { panic!("a rule") };
        assert_eq!(*days, Days::Exactly(vec![2]));
    }

    #[test]
    fn part_of_a_copied_selection_keeps_the_rest() {
        let text = "[audience.club]\n[plan.a]\nselect = { keep = 0.5, signal = 0.9 }\n[plan.b]\nlike = \"a\"\n";
        let draft = read(text, &["plan.b.select.keep=0.25"]);
        assert_eq!(draft.faults, []);
        let select = draft.scenario.plans[1].select;
        assert_eq!((select.keep.to_bits(), select.signal.to_bits()), (0.25f64.to_bits(), 0.9f64.to_bits()));
        let before = draft.scenario.plans[0].select.keep;
        assert_eq!(before.to_bits(), 0.5f64.to_bits(), "the original stays as it is");
    }

    #[test]
    fn an_override_reads_as_if_it_stood_in_the_file() {
        let text =
            "[audience.club]\ntheme = \"beauty\"\n[audience.list]\n[plan.a]\nto = [\"club\"]\nmix = { hard = 1 }\n";
        let overrides = [
            "plan.a.reply=15m",
            "days=14",
            "plan.a.to=[\"list\"]",
            "plan.a.kinds = [\"useful\"]",
            "plan.a.every=48h",
            "audience.club.theme=2025",
            "behaviour.block_share=0.5",
            "switch.contagion=true",
            "money.margin=60",
            "plan.a.gift=true",
        ];
        let draft = read(text, &overrides);
        assert_eq!(draft.faults, []);
        let scenario = draft.scenario;
        assert_eq!(scenario.days, 14);
        assert_eq!(scenario.audiences[0].theme.as_deref(), Some("2025"));
        assert_eq!(scenario.behaviour, [("block_share".to_owned(), 0.5)]);
        assert!(scenario.switches.contagion);
        assert_eq!(scenario.money.margin, Some(60.0));
        let plan = &scenario.plans[0];
        assert_eq!((plan.reply, plan.to.as_slice()), (Some(Hours(0.25)), ["list".to_owned()].as_slice()));
        let Calendar::Rule { days, kinds, flags, .. } = &plan.calendar else { panic!("a rule") };
        assert_eq!(*days, Days::Every(2));
        assert!(matches!(kinds, Kinds::Turn(_)) && flags.gift);
    }

    #[test]
    fn never_can_be_copied_and_overridden() {
        let text = "[audience.club]\n[plan.a]\nreply = \"never\"\n[plan.b]\nlike = \"a\"\n";
        assert_eq!(read(text, &[]).scenario.plans[1].reply, None);
        assert_eq!(read(text, &["plan.b.reply=6.2m"]).scenario.plans[1].reply, Hours::parse("6.2m"));
        assert_eq!(read(text, &["plan.b.reply=never"]).scenario.plans[1].reply, None);
    }
}
