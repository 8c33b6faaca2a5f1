//! Words that every floor shares: what a post is, when it goes out, and how a duration is written.
//!
//! Comes in: text from scenarios. Goes out: small checked values. No formula and no default lives here.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// Kind of a post; decides how much of it is worth reading for someone it does not fit (docs/model.md, section 7.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An advertisement and nothing else.
    Hard,
    /// A reminder of an offer.
    Reminder,
    /// A preview of something to come.
    Preview,
    /// What another buyer says.
    Testimonial,
    /// A message worth reading without buying.
    Useful,
}

impl Kind {
    /// All kinds, in the order of docs/model.md.
    pub const ALL: [Kind; 5] = [Kind::Hard, Kind::Reminder, Kind::Preview, Kind::Testimonial, Kind::Useful];

    /// The word used in scenarios.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Hard => "hard",
            Kind::Reminder => "reminder",
            Kind::Preview => "preview",
            Kind::Testimonial => "testimonial",
            Kind::Useful => "useful",
        }
    }

    /// The kind of that word, if there is one.
    pub fn from_key(key: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// Share of the post that carries an offer link where the scenario says nothing (assumption).
    pub fn default_offer(self) -> f64 {
        match self {
            Kind::Hard | Kind::Reminder => 1.0,
            Kind::Preview => 0.5,
            Kind::Testimonial => 0.3,
            Kind::Useful => 0.0,
        }
    }
}

/// Marks of a post that change how people and the platform react.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "four independent marks, each named in the file")]
pub struct Flags {
    /// An advertisement not labelled as one.
    pub unlabelled: bool,
    /// Wording of a free gift.
    pub gift: bool,
    /// Mentions everyone.
    pub everyone: bool,
    /// The link does not work: nobody can buy through it.
    pub broken_link: bool,
}

/// What the reporters are counted for, of whom too many may limit the account. A member reports at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// The account: all reporters of a window of days, counted anew after each crossing.
    #[default]
    Pooled,
    /// A post: a report counts against each of the last posts delivered to the reporter.
    Carried,
    /// A post: a report counts against the last post that the reporter read.
    LastRead,
}

impl Trigger {
    /// Every trigger with its word in scenarios.
    pub const ALL: [(&'static str, Trigger); 3] =
        [("pooled", Trigger::Pooled), ("carried", Trigger::Carried), ("last-read", Trigger::LastRead)];

    /// Its word in scenarios.
    pub fn key(self) -> &'static str {
        Trigger::ALL[self as usize].0
    }
}

/// Mechanisms that a set of parameters was fitted with, and that go with it unless a scenario says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mechanisms {
    /// As [`Switches::needs`].
    pub needs: bool,
    /// As [`Switches::every_read`].
    pub every_read: bool,
    /// What reporters are counted for.
    pub trigger: Trigger,
}

/// Optional mechanisms. The first two are as the parameters were fitted unless something is said; the others are off by default,
/// because no claim of the article identifies them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "six independent switches, each named in the file")]
pub struct Switches {
    /// Purchases serve needs, which come and go by themselves (`need_rate`, `need_days`); without it a click may sell to anyone, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<bool>,
    /// Every read of a visit irritates; without it the worst one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_read: Option<bool>,
    /// Reads of a content are forgotten with half-life `repeat_memory_days`.
    pub repeat_memory: bool,
    /// Exits in a group raise the others' hazard (`contagion_factor`, `contagion_days`).
    pub contagion: bool,
    /// The first read counts less (`wear_in`).
    pub wear_in: bool,
    /// Members learn what to expect (`expectation_learning`).
    pub expectation_learning: bool,
}

impl Switches {
    /// These switches under parameters that were fitted with such mechanisms: nothing is left unsaid.
    #[must_use]
    pub fn under(self, fitted: Mechanisms) -> Switches {
        Switches {
            needs: self.needs.or(Some(fitted.needs)),
            every_read: self.every_read.or(Some(fitted.every_read)),
            ..self
        }
    }
}

/// Day of the week; day 1 of a campaign is a Monday unless the scenario says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// Monday to Sunday.
    pub const ALL: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

    /// Three letters, as in scenarios.
    pub fn key(self) -> &'static str {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][self as usize]
    }

    /// The weekday of those three letters, if there is one.
    pub fn from_key(key: &str) -> Option<Weekday> {
        Weekday::ALL.into_iter().find(|day| day.key() == key)
    }

    /// The weekday `days` later.
    #[must_use]
    pub fn after(self, days: u32) -> Weekday {
        Weekday::ALL[(self as usize + days as usize) % 7]
    }
}

/// What happens to members' data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Privacy {
    /// Compliant: leaks and complaints are rare.
    Kept,
    /// No basic measures: leaks, complaints, less trust.
    Ignored,
}

/// What members see of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A group with admins; members see each other's absence.
    Group,
    /// A contact list; no admins, one "group".
    Direct,
}

/// A duration in hours, written `48h`, `2h30m`, `6.2m`, `2d` or `15m`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Hours(pub f64);

impl Hours {
    /// Reads a duration: numbers followed by `d`, `h` or `m`, largest unit first or not, at least one.
    pub fn parse(text: &str) -> Option<Hours> {
        let mut total = 0.0;
        let mut number = String::new();
        for letter in text.chars() {
            if letter.is_ascii_digit() || letter == '.' {
                number.push(letter);
                continue;
            }
            let hours = match letter {
                'd' => 24.0,
                'h' => 1.0,
                'm' => 1.0 / 60.0,
                _ => return None,
            };
            total += number.parse::<f64>().ok()? * hours;
            number.clear();
        }
        (number.is_empty() && !text.is_empty()).then_some(Hours(total))
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to_a_millionth = |minutes: f64| (minutes * 1e6).round() / 1e6;
        let minutes = to_a_millionth(self.0 * 60.0);
        let hours = (minutes / 60.0).floor();
        let rest = to_a_millionth(minutes - 60.0 * hours);
        if hours == 0.0 {
            write!(f, "{minutes}m")
        } else if rest == 0.0 {
            write!(f, "{hours}h")
        } else {
            write!(f, "{hours}h{rest}m")
        }
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_back_as_written() {
        for text in ["48h", "2h30m", "6.2m", "15m", "17h", "11h18m", "23h9.6m"] {
            assert_eq!(Hours::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Hours(1.999_999_999_99).to_string(), "2h");
        assert_eq!(Hours::parse("2d"), Some(Hours(48.0)));
        for wrong in ["", "15", "h", "1.2.3h", "2 h", "-3h", "never"] {
            assert_eq!(Hours::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_week_later_is_the_same_weekday() {
        for day in Weekday::ALL {
            assert_eq!(day.after(7), day);
            assert_eq!(Weekday::from_key(day.key()), Some(day));
        }
    }
}
