//! A resolved scenario written back in the format of scenario files: the manifest's record of what was run.
//!
//! Comes in: a [`Scenario`]. Goes out: through serde, a document that reads back as the same scenario, every number to the bit.
//! Places and `like` are resolved away.

use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};

use crate::units::{Channel, Flags, Hours, Weekday};

use super::calendar::{parse_hour, spread_over_day};
use super::{Audience, Calendar, Days, Kinds, Plan, PostLine, Scenario, Topic, Trial};

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("question", &self.question)?;
        map.serialize_entry("days", &self.days)?;
        map.serialize_entry("starts", &self.starts)?;
        map.serialize_entry("platform", &self.platform)?;
        if !self.rules_off.is_empty() {
            map.serialize_entry("rules_off", &self.rules_off)?;
        }
        if let Some(trigger) = self.report_trigger {
            map.serialize_entry("report_trigger", trigger.key())?;
        }
        if !self.plans.is_empty() {
            map.serialize_entry("baseline", &self.baseline)?;
        }
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
        if !self.plans.is_empty() {
            map.serialize_entry("plan", &Table(self.plans.iter().map(|one| (one.name.as_str(), one))))?;
        }
        if !self.trials.is_empty() {
            let in_groups = |trial: &Trial| {
                self.audiences.iter().any(|one| one.name == trial.audience && one.channel == Channel::Group)
            };
            let written = |trial| WrittenTrial { trial, in_groups: in_groups(trial) };
            map.serialize_entry("test", &Table(self.trials.iter().map(|one| (one.name.as_str(), written(one)))))?;
        }
        if let Some(rotation) = &self.rotation {
            map.serialize_entry("rotation", rotation)?;
            map.serialize_entry("content", &Table(rotation.contents.iter().map(|one| (one.name.as_str(), one))))?;
        }
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

/// A test and what its audience is dealt in.
struct WrittenTrial<'a> {
    trial: &'a Trial,
    in_groups: bool,
}

impl Serialize for WrittenTrial<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let WrittenTrial { trial, in_groups } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("arms", &trial.arms)?;
        map.serialize_entry("audience", &trial.audience)?;
        map.serialize_entry(if *in_groups { "groups_per_arm" } else { "members_per_arm" }, &trial.units_per_arm)?;
        map.serialize_entry("days", &trial.days)?;
        map.serialize_entry("metric", &trial.metric)?;
        if let Some(detect) = trial.detect {
            map.serialize_entry("detect", &detect)?;
        }
        map.serialize_entry("guardrails", &Table(trial.guardrails.iter().map(|(key, margin)| (key.as_str(), margin))))?;
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
        map.serialize_entry("reply", &reply(self.reply))?;
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

/// The days of a rule.
pub(super) fn rule_days<M: SerializeMap>(map: &mut M, days: &Days) -> Result<(), M::Error> {
    match days {
        Days::Every(days) => map.serialize_entry("every", &format!("{}h", 24 * u64::from(*days))),
        Days::On(weekdays) => map.serialize_entry::<_, [Weekday]>("on", weekdays),
        Days::Exactly(days) => map.serialize_entry("days", days),
    }
}

/// The hours as times of day where they are whole minutes, else as so many a day.
pub(super) fn hours<M: SerializeMap>(map: &mut M, hours: &[f64]) -> Result<(), M::Error> {
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

/// A mean reply delay, or that there is none.
pub(super) fn reply(hours: Option<Hours>) -> String {
    hours.map_or_else(|| "never".to_owned(), duration)
}

/// A duration that reads back to the bit.
pub(super) fn duration(hours: Hours) -> String {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::{At, Source};
    use crate::scenario::parse;

    fn read(text: &str) -> Scenario {
        let source = Source { name: "a.toml".into(), text: text.into() };
        let draft = parse("a", source, &[]);
        assert_eq!(draft.faults, [], "{text}");
        draft.scenario
    }

    /// Without places and `like`, which the written form resolves away.
    fn resolved(mut scenario: Scenario) -> Scenario {
        for trial in &mut scenario.trials {
            trial.at = At::default();
        }
        for plan in &mut scenario.plans {
            plan.at = At::default();
            plan.like = None;
            if let Calendar::Posts(posts) = &mut plan.calendar {
                for post in posts {
                    post.place = At::default();
                }
            }
        }
        if let Some(rotation) = &mut scenario.rotation {
            rotation.place = At::default();
        }
        scenario
    }

    fn check(text: &str) {
        let scenario = read(text);
        let written = toml::to_string(&scenario).unwrap();
        let again = read(&written);
        assert_eq!(resolved(again.clone()), resolved(scenario), "{written}");
        assert_eq!(toml::to_string(&again).unwrap(), written);
    }

    #[test]
    fn a_written_scenario_reads_back_the_same() {
        check("[audience.club]\n[plan.daily]\n");
        check(
            r#"
            question = "Who should \"hear\" from us,\nand how often?"
            days = 21
            starts = "wed"
            platform = "none"
            baseline = "filtered"
            headline = ["loss", "kept"]
            evidence = ["open-spray"]
            equality = { points = 0.02, relative = 0.1, below = 0.04 }
            money = { currency = "USD", margin = 59.9, cost_per_post = 2.5 }
            behaviour = { block_share = 0.3, trust_at_entry = 0.7 }
            switch = { contagion = true }
            [audience.imported]
            channel = "direct"
            size = 8000
            account_spread = 0.5
            relation = 0
            [audience."caf\u00e9"]
            groups = 5
            theme = "beauty"
            fit = 0.8
            twin = "imported"
            [topic.serum]
            relevance = { beauty = 1.0, "skin care" = 0.1 }
            [plan.everybody]
            to = ["imported"]
            topic = "serum"
            per_day = 7
            contents = 1
            reply = "never"
            cost = 0.1
            [plan.filtered]
            like = "everybody"
            select = { keep = 0.1, signal = -0.3 }
            on = ["sun", "mon"]
            mix = { useful = 0.7, reminder = 0.2, hard = 0.1 }
            offer = 0.5
            gift = true
            reply = "11h18m"
            answered = 0.9
            privacy = "ignored"
            [plan.exact]
            to = ["caf\u00e9"]
            reach = 0.2
            reply = "6.2m"
            posts = [
              { day = 2, at = "18:07", kind = "useful", content = "tip", offer = 1.0 },
              { day = 1, topic = "serum", unlabelled = true, everyone = true, broken_link = true },
            ]
            [plan.silent]
            to = ["imported"]
            posts = []
            [plan.days]
            to = ["imported"]
            days = [1, 20]
            at = ["00:00", "07:31", "23:59"]
            kinds = ["hard", "preview", "testimonial", "hard"]
            unlabelled = true
            [test.list]
            arms = ["everybody", "days"]
            members_per_arm = 300
            days = 14
            metric = "open_rate"
            detect = 0.015
            guardrails = { loss = 0.01, unsubscribe = 0.02 }
            [plan.exact-too]
            like = "exact"
            answered = 0.5
            [test.groups]
            arms = ["exact", "exact-too"]
            audience = "caf\u00e9"
            groups_per_arm = 2
            guardrails = {}
            "#,
        );
    }

    #[test]
    fn written_contents_read_back_the_same() {
        check(
            r#"
            [audience.club]
            theme = "beauty"
            [audience.list]
            [topic.serum]
            relevance = { beauty = 0.9 }
            [rotation]
            audience = "club"
            every = "72h"
            per_day = 7
            reply = "never"
            objective = "buyers-less-losses"
            lost_member_costs = 0.25
            [content.tip]
            kind = "useful"
            medium = "text"
            topic = "serum"
            offer = 0.4
            [content.picture]
            medium = "image"
            appeal = 1.7
            wear = 0.1
            recovery = 0.05
            [content.offer]
            half_life = "11h18m"
            "#,
        );
    }

    #[test]
    fn an_hour_that_no_time_of_day_says_is_refused() {
        let mut scenario = read("[audience.club]\n[plan.daily]\n");
        if let Calendar::Rule { at, .. } = &mut scenario.plans[0].calendar {
            *at = vec![9.001];
        }
        assert!(toml::to_string(&scenario).unwrap_err().to_string().contains("9.001"));
    }

    proptest! {
        #[test]
        fn every_number_reads_back_to_the_bit(
            fit in 1e-12f64..1.0, cost in 0.0f64..1e9, hours in 1e-3f64..87_600.0, n in 1u32..=720, minute in 0u32..1440,
        ) {
            let mut scenario = read("[audience.club]\n[plan.daily]\nposts = [{ day = 1 }]\n[plan.often]\n");
            scenario.audiences[0].fit = fit;
            scenario.plans[0].cost = Some(cost);
            scenario.plans[0].reply = Some(Hours(hours));
            if let Calendar::Rule { at, .. } = &mut scenario.plans[1].calendar {
                *at = spread_over_day(n);
            }
            if let Calendar::Posts(posts) = &mut scenario.plans[0].calendar {
                posts[0].at = parse_hour(&format!("{:02}:{:02}", minute / 60, minute % 60)).unwrap();
            }
            let again = read(&toml::to_string(&scenario).unwrap());
            prop_assert_eq!(resolved(again), resolved(scenario));
        }
    }
}
