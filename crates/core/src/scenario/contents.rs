//! The contents of a scenario file, and the calendar whose posts choose among them.
//!
//! Comes in: the `[content.NAME]` tables and `[rotation]`. Goes out: a [`Rotation`], or nothing where the file has neither. Which
//! content goes out when is not here: see `study`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::diagnostic::At;
use crate::document::reader::{Names, Range, Reader};
use crate::document::tree::{Entry, Table};
use crate::units::{Hours, Kind};

use super::calendar::{every, hours};
use super::plans::{Campaign, check_families, reply};
use super::sections::{check_theme, named_tables, section};
use super::{Audience, Days, render};

const CONTENT_KEYS: &[&str] = &["kind", "medium", "topic", "offer", "appeal", "wear", "recovery", "half_life"];
const ROTATION_KEYS: &[&str] = &["audience", "every", "at", "per_day", "reply", "objective", "lost_member_costs"];

/// Days between posts where the file says nothing: the article's rule, claim `interval-48h`.
const DEFAULT_EVERY: u32 = 2;

/// Buyers that one lost member costs where the file says nothing (assumption).
const DEFAULT_LOST_MEMBER_COSTS: f64 = 0.1;

/// Appeals: beyond ten times the usual a click would follow every read.
const APPEAL: Range = Range::Between(0.001, 10.0);

/// Most contents: each is a column of every member.
const MOST_CONTENTS: usize = 50;

/// Contents and the calendar whose posts choose among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotation {
    /// What can go out, in the order of the file; two or more.
    pub contents: Vec<Content>,
    /// Name of the audience addressed.
    pub audience: String,
    /// Days between days with posts.
    pub every: u32,
    /// Hours of such a day at which posts go out, in order, 0..24.
    pub at: Vec<f64>,
    /// Mean reply delay; `None`: never.
    pub reply: Option<Hours>,
    /// What is to be as large as can be.
    pub objective: Objective,
    /// Buyers that a member who is not kept (active and reachable) costs, under [`Objective::BuyersLessLosses`].
    pub lost_member_costs: f64,
    /// Where it stands.
    pub place: At,
}

/// What can go out in a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// Its name in the file.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Words or a picture: only the article's rule asks.
    pub medium: Option<Medium>,
    /// Its topic; `None`: relevance 1.
    pub topic: Option<String>,
    /// Share that carries an offer link; `None`: by kind.
    pub offer: Option<f64>,
    /// Factor on clicks, and through them on purchases (> 0; default 1).
    pub appeal: f64,
    /// Share of its first clicks that it loses with each sending, as the planner is to believe; `None`: as the simulator has it.
    pub wear: Option<f64>,
    /// How it recovers, as the planner is to believe; `None`: as the simulator has it.
    pub recovery: Option<Recovery>,
}

/// How a content that has worn off recovers while others are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Recovery {
    /// Share of its wear that is gone a post later, 0..1.
    PerPost(f64),
    /// Time in which half of its wear is gone.
    HalfLife(Hours),
}

/// What a content is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Words.
    Text,
    /// A picture.
    Image,
}

impl Medium {
    /// Each with its word in files.
    pub const ALL: [(&'static str, Medium); 2] = [("text", Medium::Text), ("image", Medium::Image)];
}

/// What a rotation is to make as large as can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// Clicks over the horizon.
    Clicks,
    /// Members whose first purchase came through a post, as a share of members addressed.
    Conversion,
    /// Buyers, less what lost members cost, in buyers.
    BuyersLessLosses,
}

/// Every objective with its word in files.
pub const OBJECTIVES: [(&str, Objective); 3] = [
    ("clicks", Objective::Clicks),
    ("conversion", Objective::Conversion),
    ("buyers-less-losses", Objective::BuyersLessLosses),
];

impl Objective {
    /// Its word in files.
    ///
    /// # Panics
    /// Never: every objective has one.
    pub fn key(self) -> &'static str {
        OBJECTIVES.iter().find(|(_, objective)| *objective == self).expect("every objective has a word").0
    }
}

/// Reads the contents and their calendar; `None` where the file has neither.
pub(super) fn read(reader: &mut Reader<'_>, root: &Table, campaign: &Campaign<'_>) -> Option<Rotation> {
    if !campaign.has_contents {
        return None;
    }
    let entries = named_tables(reader, root, "content", "[content.NAME] kind = \"hard\"");
    let place = root.entries.iter().find(|entry| entry.key == "rotation").map(|entry| entry.at.clone());
    let place = place.or(entries.first().map(|(entry, _)| entry.at.clone())).unwrap_or_default();
    let table = section(reader, root, "rotation", ROTATION_KEYS, "[rotation] every = \"48h\"");
    check_families(reader, &table);
    let audience = audience(reader, &table, &place, campaign);
    let contents: Vec<Content> =
        entries.iter().map(|(entry, table)| content(reader, entry, table, audience, campaign)).collect();
    if !reader.lossy && contents.len() < 2 {
        let message = match contents.len() {
            0 => "there is no content to choose from".to_owned(),
            _ => format!("`content.{}` is the only content: there is nothing to rotate", contents[0].name),
        };
        reader.fault(&place, message, "add two or more, each [content.NAME], with or without a key below it");
    }
    if contents.len() > MOST_CONTENTS {
        let message = format!("there are {} contents, at most {MOST_CONTENTS} can be rotated", contents.len());
        reader.fault(&place, message, "leave out those that differ little from others");
    }
    let days = every(reader, &table);
    Some(Rotation {
        contents,
        audience: audience.map(|audience| audience.name.clone()).unwrap_or_default(),
        every: if let Some(Days::Every(days)) = days { days } else { DEFAULT_EVERY },
        at: hours(reader, &table),
        reply: reply(reader, &table),
        objective: reader.word(table.get("objective"), &OBJECTIVES).unwrap_or(Objective::Clicks),
        lost_member_costs: reader
            .number(table.get("lost_member_costs"), Range::Amount)
            .unwrap_or(DEFAULT_LOST_MEMBER_COSTS),
        place,
    })
}

fn audience<'a>(reader: &mut Reader<'_>, table: &Table, place: &At, campaign: &Campaign<'a>) -> Option<&'a Audience> {
    let names: Vec<&str> = campaign.audiences.iter().map(|audience| audience.name.as_str()).collect();
    let name = match (table.get("audience"), names.as_slice()) {
        (Some(node), _) if reader.lossy => reader.text(Some(node)),
        (Some(node), _) => reader.name(Some(node), Names::new("audience", &names)),
        (None, [only]) => Some((*only).to_owned()),
        (None, [first, ..]) if !reader.lossy => {
            let message = format!("`rotation.audience` is missing: there are {} audiences", names.len());
            reader.fault(place, message, format!("say which, such as audience = \"{first}\""));
            None
        }
        (None, _) => None,
    };
    campaign.audiences.iter().find(|audience| Some(&audience.name) == name.as_ref())
}

fn content(
    reader: &mut Reader<'_>,
    entry: &Entry,
    table: &Table,
    audience: Option<&Audience>,
    campaign: &Campaign<'_>,
) -> Content {
    reader.only_keys(table, CONTENT_KEYS);
    check_families(reader, table);
    let topics: Vec<&str> = campaign.topics.iter().map(|topic| topic.name.as_str()).collect();
    let topic = reader.table_name(table.get("topic"), "topic", &topics);
    let known = campaign.topics.iter().find(|known| Some(&known.name) == topic.as_ref());
    if let (Some(topic), Some(audience), Some(node)) = (known, audience, table.get("topic")) {
        check_theme(reader, &node.at, topic, audience);
    }
    let recovery = reader.number(table.get("recovery"), Range::Share).map(Recovery::PerPost);
    Content {
        name: entry.key.clone(),
        kind: reader.word(table.get("kind"), &Kind::ALL.map(|kind| (kind.key(), kind))).unwrap_or(Kind::Hard),
        medium: reader.word(table.get("medium"), &Medium::ALL),
        topic,
        offer: reader.number(table.get("offer"), Range::Share),
        appeal: reader.number(table.get("appeal"), APPEAL).unwrap_or(1.0),
        wear: reader.number(table.get("wear"), Range::Share),
        recovery: recovery.or(reader.duration(table.get("half_life")).map(Recovery::HalfLife)),
    }
}

impl Serialize for Rotation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("audience", &self.audience)?;
        render::rule_days(&mut map, &Days::Every(self.every))?;
        render::hours(&mut map, &self.at)?;
        map.serialize_entry("reply", &render::reply(self.reply))?;
        map.serialize_entry("objective", self.objective.key())?;
        map.serialize_entry("lost_member_costs", &self.lost_member_costs)?;
        map.end()
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("kind", &self.kind)?;
        if let Some(medium) = self.medium {
            let word = Medium::ALL.iter().find(|(_, known)| *known == medium).map(|(word, _)| word);
            map.serialize_entry("medium", &word)?;
        }
        if let Some(topic) = &self.topic {
            map.serialize_entry("topic", topic)?;
        }
        if let Some(offer) = self.offer {
            map.serialize_entry("offer", &offer)?;
        }
        map.serialize_entry("appeal", &self.appeal)?;
        if let Some(wear) = self.wear {
            map.serialize_entry("wear", &wear)?;
        }
        match self.recovery {
            Some(Recovery::PerPost(share)) => map.serialize_entry("recovery", &share)?,
            Some(Recovery::HalfLife(hours)) => map.serialize_entry("half_life", &render::duration(hours))?,
            None => {}
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::scenario::{Draft, parse};

    fn read(text: &str) -> Draft {
        parse("a", Source { name: "a.toml".into(), text: text.into() }, &[])
    }

    #[test]
    fn two_names_are_a_rotation_without_a_plan() {
        let draft = read("[audience.club]\n[content.a]\n[content.b]\nappeal = 1.5\nhalf_life = \"14d\"\n");
        assert_eq!(draft.faults, []);
        let rotation = draft.scenario.rotation.unwrap();
        assert_eq!((rotation.audience.as_str(), rotation.every, rotation.at.as_slice()), ("club", 2, [9.0].as_slice()));
        assert_eq!(rotation.objective, Objective::Clicks);
        assert_eq!(rotation.contents[1].recovery, Some(Recovery::HalfLife(Hours(336.0))));
        assert!(draft.scenario.plans.is_empty());
    }

    #[test]
    fn a_file_without_contents_has_no_rotation_and_needs_a_plan() {
        let draft = read("[audience.club]\n[plan.daily]\n");
        assert_eq!((draft.faults.len(), draft.scenario.rotation), (0, None));
        assert_eq!(read("[audience.club]\n").faults[0].message, "there is no plan");
    }

    #[test]
    fn one_content_is_nothing_to_rotate() {
        let faults = read("[audience.club]\n[content.a]\n").faults;
        assert_eq!(faults[0].message, "`content.a` is the only content: there is nothing to rotate");
        assert_eq!(read("[audience.club]\n[rotation]\n").faults[0].message, "there is no content to choose from");
    }
}
