//! A resolved scenario written back in the format of scenario files: the manifest's record of what was run.
//!
//! Comes in: a [`Scenario`]. Goes out: through serde, a document that reads back as the same scenario, every number to the bit.
//! Places and `like` are resolved away.

use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};

use crate::units::{Channel, Flags, Hours, Weekday};

use super::plans::{parse_hour, spread_over_day};
use super::{Audience, Calendar, Days, Kinds, Plan, PostLine, Scenario, Topic};

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("question", &self.question)?;
        map.serialize_entry("days", &self.days)?;
        map.serialize_entry("starts", &self.starts)?;
        map.serialize_entry("platform", &self.platform)?;
        map.serialize_entry("baseline", &self.baseline)?;
        map.serialize_entry("headline", &self.headline)?;
        map.serialize_entry("evidence", &self.evidence)?;
        map.serialize_entry("equality", &self.equality)?;
        map.serialize_entry("money", &self.money)?;
        map.serialize_entry("switch", &self.switches)?;
        if !self.behaviour.is_empty() {
            map.serialize_entry("behaviour", &Table(self.behaviour.iter().map(|(key, value)| (key.as_str(), value))))?;
        }
        map.serialize_entry("audience", &Table(self.audiences.iter().map(|one| (one.name.as_str(), one))))?;
        if !self.topics.is_empty() {
            map.serialize_entry("topic", &Table(self.topics.iter().map(|one| (one.name.as_str(), one))))?;
        }
        map.serialize_entry("plan", &Table(self.plans.iter().map(|one| (one.name.as_str(), one))))?;
        map.end()
    }
}

/// Named entries as a table, in their order.
struct Table<I>(I);

impl<'a, T: Serialize + 'a, I: Iterator<Item = (&'a str, T)> + Clone> Serialize for Table<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.clone())
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("channel", &self.channel)?;
        if self.channel == Channel::Group {
            map.serialize_entry("groups", &self.groups)?;
        }
        map.serialize_entry("size", &self.size)?;
        if let Some(theme) = &self.theme {
            map.serialize_entry("theme", theme)?;
        }
        map.serialize_entry("fit", &self.fit)?;
        if self.channel == Channel::Group {
            map.serialize_entry("fit_spread", &self.fit_spread)?;
        }
        map.serialize_entry("account_spread", &self.account_spread)?;
        map.serialize_entry("relation", &self.relation)?;
        if let Some(twin) = &self.twin {
            map.serialize_entry("twin", twin)?;
        }
        map.end()
    }
}

impl Serialize for Topic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("relevance", &Table(self.relevance.iter().map(|(theme, share)| (theme.as_str(), share))))?;
        map.end()
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("to", &self.to)?;
        if let Some(topic) = &self.topic {
            map.serialize_entry("topic", topic)?;
        }
        if let Calendar::Rule { days, at, kinds, contents, offer, flags } = &self.calendar {
            rule_days(&mut map, days)?;
            hours(&mut map, at)?;
            if let Kinds::Turn(kinds) = kinds {
                map.serialize_entry("kinds", kinds)?;
            }
            if let Some(contents) = contents {
                map.serialize_entry("contents", contents)?;
            }
            if let Some(offer) = offer {
                map.serialize_entry("offer", offer)?;
            }
            entries_of_flags(&mut map, *flags)?;
        }
        map.serialize_entry("reach", &self.reach)?;
        map.serialize_entry("reply", &self.reply.map_or_else(|| "never".to_owned(), duration))?;
        map.serialize_entry("answered", &self.answered)?;
        map.serialize_entry("privacy", &self.privacy)?;
        if let Some(cost) = self.cost {
            map.serialize_entry("cost", &cost)?;
        }
        map.serialize_entry("select", &self.select)?;
        match &self.calendar {
            Calendar::Rule { kinds: Kinds::Mix(mix), .. } => {
                map.serialize_entry("mix", &Table(mix.iter().map(|(kind, share)| (kind.key(), share))))?;
            }
            Calendar::Rule { .. } => {}
            Calendar::Posts(posts) => map.serialize_entry("posts", posts)?,
        }
        map.end()
    }
}

impl Serialize for PostLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("day", &self.day)?;
        let at = time_of_day(self.at).ok_or_else(|| S::Error::custom(not_a_minute(self.at)))?;
        map.serialize_entry("at", &at)?;
        map.serialize_entry("kind", &self.kind)?;
        if let Some(content) = &self.content {
            map.serialize_entry("content", content)?;
        }
        if let Some(topic) = &self.topic {
            map.serialize_entry("topic", topic)?;
        }
        if let Some(offer) = &self.offer {
            map.serialize_entry("offer", offer)?;
        }
        entries_of_flags(&mut map, self.flags)?;
        map.end()
    }
}

fn rule_days<M: SerializeMap>(map: &mut M, days: &Days) -> Result<(), M::Error> {
    match days {
        Days::Every(days) => map.serialize_entry("every", &format!("{}h", 24 * u64::from(*days))),
        Days::On(weekdays) => map.serialize_entry::<_, [Weekday]>("on", weekdays),
        Days::Exactly(days) => map.serialize_entry("days", days),
    }
}

/// The hours as times of day where they are whole minutes, else as so many a day.
fn hours<M: SerializeMap>(map: &mut M, hours: &[f64]) -> Result<(), M::Error> {
    let times: Option<Vec<String>> = hours.iter().map(|&hour| time_of_day(hour)).collect();
    if let Some(times) = times {
        return map.serialize_entry("at", &times);
    }
    if *hours == spread_over_day(hours.len() as u32) {
        return map.serialize_entry("per_day", &hours.len());
    }
    let odd = hours.iter().find(|&&hour| time_of_day(hour).is_none()).copied();
    Err(M::Error::custom(not_a_minute(odd.unwrap_or_default())))
}

fn not_a_minute(hour: f64) -> String {
    format!("hour {hour} of the day is not a whole minute and cannot be written as HH:MM")
}

/// `HH:MM`, if that says the hour to the bit.
fn time_of_day(hour: f64) -> Option<String> {
    let minutes = (hour * 60.0).round() as u32;
    let text = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    (parse_hour(&text).map(f64::to_bits) == Some(hour.to_bits())).then_some(text)
}

/// A duration that reads back to the bit.
fn duration(hours: Hours) -> String {
    let short = hours.to_string();
    if Hours::parse(&short) == Some(hours) { short } else { format!("{}h", hours.0) }
}

fn entries_of_flags<M: SerializeMap>(map: &mut M, flags: Flags) -> Result<(), M::Error> {
    let Flags { unlabelled, gift, everyone, broken_link } = flags;
    for (key, is_set) in
        [("unlabelled", unlabelled), ("gift", gift), ("everyone", everyone), ("broken_link", broken_link)]
    {
        if is_set {
            map.serialize_entry(key, &true)?;
        }
    }
    Ok(())
}
