//! Observables: figures of one replicate that a claim or a target can be about, over the whole horizon or over some of its days.
//!
//! Comes in: a tally and what it cannot know ([`Given`]). Goes out: one number, or `None` where its base is empty. Every metric is an
//! observable; the others are windows of days, and figures without the luck of a last draw, which calibration compares more
//! sharply. Means over replicates and ratios of two designs are not here. Definitions: docs/calibration.md.

use super::{EXPECTED_UNITS, METRICS, Metric, Outcome, Repeat, Stakes, Tally, Unit};
use crate::units::Trigger;

/// What an observable takes from the plan and its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given {
    /// What money is at stake.
    pub stakes: Stakes,
    /// What the platform counts reporters for; `None` where it does not.
    pub trigger: Option<Trigger>,
    /// Parameter `enforce_prob`.
    pub enforce_prob: f64,
    /// Parameter `purchase_given_answer`.
    pub purchase_given_answer: f64,
}

/// Days an observable speaks of, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// All of them.
    Whole,
    /// Up to the end of one: `@day4`.
    By(u32),
    /// From one to another, both included: `@days1-3`.
    Over(u32, u32),
}

/// Which windows an observable can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    /// The whole horizon only.
    Whole,
    /// `KEY` or `KEY@dayN`.
    By,
    /// `KEY` or `KEY@daysA-B`.
    Over,
}

/// A row of [`OBSERVABLES`].
#[derive(Debug)]
pub struct Row {
    /// What it is called.
    pub key: &'static str,
    /// Unit of its figure.
    pub unit: Unit,
    /// Which windows it can have.
    pub window: WindowKind,
    /// Definition in a sentence.
    pub meaning: &'static str,
    value: fn(&Tally, (usize, usize), &Given) -> Option<f64>,
}

/// One quantity of one replicate, over its days.
#[derive(Debug, Clone, Copy)]
pub struct Observable {
    source: Source,
    window: Window,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Metric(&'static Metric),
    Row(&'static Row),
}

impl PartialEq for Observable {
    fn eq(&self, other: &Observable) -> bool {
        self.key() == other.key() && self.window == other.window
    }
}

impl Observable {
    /// Reads `KEY`, `KEY@dayN` or `KEY@daysA-B`.
    ///
    /// # Errors
    /// What is wrong with it, a sentence without a name of the place.
    pub fn parse(text: &str) -> Result<Observable, String> {
        let (key, window) = match text.split_once('@') {
            None => (text, Window::Whole),
            Some((key, window)) => (key, parse_window(window)?),
        };
        let row = OBSERVABLES.iter().find(|row| row.key == key);
        if window == Window::Whole
            && let Some(metric) = super::find(key)
        {
            return Ok(Observable { source: Source::Metric(metric), window });
        }
        let Some(row) = row else {
            let known = super::find(key).is_some();
            return Err(if known { format!("`{key}` is known for the whole horizon only") } else { unknown(key) });
        };
        match (row.window, window) {
            (_, Window::Whole) | (WindowKind::By, Window::By(_)) | (WindowKind::Over, Window::Over(..)) => {
                Ok(Observable { source: Source::Row(row), window })
            }
            (WindowKind::Whole, _) => Err(format!("`{key}` is known for the whole horizon only")),
            (WindowKind::By, _) => Err(format!("`{key}` is known by the end of a day: {key}@day4")),
            (WindowKind::Over, _) => Err(format!("`{key}` is known over days: {key}@days1-3")),
        }
    }

    /// Every key that can be parsed: metrics, then the others.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        let others = OBSERVABLES.iter().map(|row| row.key).filter(|key| super::find(key).is_none());
        METRICS.iter().map(|metric| metric.key).chain(others)
    }

    /// Its key, without a window.
    pub fn key(&self) -> &'static str {
        match self.source {
            Source::Metric(metric) => metric.key,
            Source::Row(row) => row.key,
        }
    }

    /// Unit of its figure.
    pub fn unit(&self) -> Unit {
        match self.source {
            Source::Metric(metric) => metric.unit,
            Source::Row(row) => row.unit,
        }
    }

    /// The last day it needs; `None` where any horizon will do.
    pub fn last_day(&self) -> Option<u32> {
        match self.window {
            Window::Whole => None,
            Window::By(day) | Window::Over(_, day) => Some(day),
        }
    }

    /// Its value in one replicate of one plan; `None` where its base is empty or its days lie beyond the horizon.
    pub fn value(&self, tally: &Tally, given: &Given) -> Option<f64> {
        let days = tally.days.len();
        let (from, to) = match self.window {
            Window::Whole => (1, days),
            Window::By(day) => (1, day as usize),
            Window::Over(from, to) => (from as usize, to as usize),
        };
        if to > days {
            return None;
        }
        match self.source {
            Source::Metric(metric) => metric.value(tally, &given.stakes),
            Source::Row(row) => (row.value)(tally, (from, to), given),
        }
    }
}

impl std::fmt::Display for Observable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())?;
        match self.window {
            Window::Whole => Ok(()),
            Window::By(day) => write!(f, "@day{day}"),
            Window::Over(from, to) => write!(f, "@days{from}-{to}"),
        }
    }
}

fn unknown(key: &str) -> String {
    format!("`{key}` is not an observable")
}

fn parse_window(text: &str) -> Result<Window, String> {
    let wrong = || format!("`@{text}` is not a window: @day4 or @days1-3, counted from 1");
    let day = |text: &str| text.parse::<u32>().ok().filter(|day| *day >= 1);
    if let Some(days) = text.strip_prefix("days") {
        let (from, to) = days.split_once('-').and_then(|(from, to)| Some((day(from)?, day(to)?))).ok_or_else(wrong)?;
        return if from <= to { Ok(Window::Over(from, to)) } else { Err(wrong()) };
    }
    text.strip_prefix("day").and_then(day).map(Window::By).ok_or_else(wrong)
}

fn ratio(numerator: f64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator / denominator as f64)
}

fn share(tally: &Tally, members: u64) -> Option<f64> {
    ratio(members as f64, tally.horizon.members)
}

fn visit_exits(tally: &Tally, (from, to): (usize, usize)) -> u64 {
    tally.over(Outcome::Leaves, from, to) + tally.over(Outcome::Blocks, from, to)
}

fn expected(tally: &Tally, units: u64) -> Option<f64> {
    ratio(units as f64 / EXPECTED_UNITS as f64, tally.horizon.still_in())
}

/// Activity of the last two days of the window over that of its first two.
fn activity_kept(tally: &Tally, (from, to): (usize, usize)) -> Option<f64> {
    if to < from + 3 {
        return None;
    }
    ratio(tally.over(Outcome::Activity, to - 1, to) as f64, tally.over(Outcome::Activity, from, from + 1))
}

fn exits_per_member_day(tally: &Tally, (from, to): (usize, usize)) -> Option<f64> {
    ratio(visit_exits(tally, (from, to)) as f64, tally.over(Outcome::MemberDays, from, to))
}

/// Clicks per read of the n-th read of a content over those of the first.
fn click_wear(tally: &Tally, n: usize) -> Option<f64> {
    let per_read = |repeat: &Repeat| ratio(repeat.clicks as f64, repeat.reads);
    let (first, later) = (per_read(&tally.repeats[0])?, per_read(&tally.repeats[n - 1])?);
    (first > 0.0).then(|| later / first)
}

/// Open rate of the last fortnight of the window over that of its first.
fn open_rate_kept(tally: &Tally, (from, to): (usize, usize)) -> Option<f64> {
    if to < from + 27 {
        return None;
    }
    let open =
        |from, to| ratio(tally.over(Outcome::ReadsOfPosts, from, to) as f64, tally.over(Outcome::Delivered, from, to));
    let (first, last) = (open(from, from + 13)?, open(to - 13, to)?);
    (first > 0.0).then(|| last / first)
}

/// Reports in a day beyond which it counts as one on which the account may be limited (claim `report-limit-rule`).
const REPORTS_BORNE: u64 = 5;

macro_rules! observables {
    ($($key:ident, $unit:ident, $window:ident, $meaning:literal, $value:expr;)*) => {
        /// Every observable that is not simply a metric over the whole horizon.
        pub const OBSERVABLES: &[Row] = &[$(Row {
            key: stringify!($key),
            unit: Unit::$unit,
            window: WindowKind::$window,
            meaning: $meaning,
            value: $value,
        }),*];
    };
}

observables! {
    open_rate, Share, Over, "reads of the posts sent in these days / delivered in them", |t, (from, to), _|
        ratio(t.over(Outcome::ReadsOfPosts, from, to) as f64, t.over(Outcome::Delivered, from, to));
    click_rate, Share, Over, "clicks on the posts sent in these days / delivered in them", |t, (from, to), _|
        ratio(t.over(Outcome::ClicksOnPosts, from, to) as f64, t.over(Outcome::Delivered, from, to));
    report_rate, Share, Over, "reports in these days / delivered in them", |t, (from, to), _|
        ratio(t.over(Outcome::Reports, from, to) as f64, t.over(Outcome::Delivered, from, to));
    conversion_per_day, Share, Over,
        "members whose first purchase came through a post in these days / days / members addressed", |t, (from, to), _|
        share(t, t.over(Outcome::Buyers, from, to)).map(|buyers| buyers / (to - from + 1) as f64);
    visit_exits, Share, By, "members who left or blocked during a visit by the end of the day / members addressed",
        |t, days, _| share(t, visit_exits(t, days));
    visit_exits_per_day, Share, Over, "members who left or blocked during a visit / days / members addressed",
        |t, (from, to), _| share(t, visit_exits(t, (from, to))).map(|exits| exits / (to - from + 1) as f64);
    loss, Share, By, "members who have left, blocked or muted by the end of the day / members addressed", |t, (_, to), _| {
        let end = &t.days[to - 1];
        share(t, end.get(Outcome::Left) + end.get(Outcome::Blocked) + end.get(Outcome::Muted))
    };
    unsubscribe, Share, By, "members who have left or blocked by the end of the day / members addressed", |t, (_, to), _| {
        let end = &t.days[to - 1];
        share(t, end.get(Outcome::Left) + end.get(Outcome::Blocked))
    };
    loss_above_half, Chance, Whole, "1 where more than half of the members addressed left, blocked or muted, else 0", |t, _, _|
        share(t, t.horizon.left + t.horizon.blocked + t.horizon.muted).map(|loss| f64::from(u8::from(loss > 0.5)));
    purchases_per_1000, PerThousandMembers, By, "purchases through posts sent by the end of the day / members addressed, times 1000",
        |t, (from, to), _| share(t, t.over(Outcome::Purchases, from, to)).map(|purchases| 1000.0 * purchases);
    purchases_per_day, Share, Over, "purchases through posts in these days / days / members addressed", |t, (from, to), _|
        share(t, t.over(Outcome::Purchases, from, to)).map(|purchases| purchases / (to - from + 1) as f64);
    clicks_per_member, PerMember, Whole, "clicks / members addressed", |t, _, _| share(t, t.total(Outcome::Clicks));
    exits_per_delivered, Share, Over, "members who left or blocked during a visit in these days / delivered in them",
        |t, days, _| ratio(visit_exits(t, days) as f64, t.over(Outcome::Delivered, days.0, days.1));
    exits_per_member_day, Share, Over, "members who left or blocked during a visit / days of members still in",
        |t, days, _| exits_per_member_day(t, days);
    open_rate_kept, Ratio, Over, "open rate of the last fortnight of these days / of the first; blank below 28 days",
        |t, days, _| open_rate_kept(t, days);
    block_share, Share, By, "members who blocked / members who left or blocked, during visits", |t, days, _|
        ratio(t.over(Outcome::Blocks, days.0, days.1) as f64, visit_exits(t, days));
    activity_kept, Ratio, Over, "activity of the last two of these days / of the first two; blank below 4 days",
        |t, days, _| activity_kept(t, days);
    limited_expected, Chance, Whole,
        "1 - (1 - enforce_prob)^k, k = crossings of the rule on reports, days with more than 5 reports under trigger last-read: the chance of a limit without its last draw",
        |t, _, given| {
            let crossings = match given.trigger {
                Some(Trigger::LastRead) => t.days.iter().filter(|day| day.get(Outcome::Reports) > REPORTS_BORNE).count() as u64,
                _ => t.total(Outcome::ReportCrossings),
            };
            Some(1.0 - libm::pow(1.0 - given.enforce_prob, crossings as f64))
        };
    inquiry_conversion_expected, Share, Whole, "purchase_given_answer x questions answered in time / questions asked",
        |t, _, given| ratio(given.purchase_given_answer * t.total(Outcome::Answers) as f64, t.total(Outcome::Questions));
    repurchase_expected, Share, Whole, "mean chance that a member still in buys again within 30 days",
        |t, _, _| expected(t, t.horizon.repurchases_expected);
    complaint_expected, Share, Whole, "mean chance that a member still in complains as a buyer",
        |t, _, _| expected(t, t.horizon.complaints_expected);
    recommend_expected, Share, Whole, "mean chance that a member still in would recommend (stated attitude)",
        |t, _, _| expected(t, t.horizon.recommendations_expected);
    reports_per_1000_members, PerThousandMembers, By, "1000 x reports by the end of the day / members addressed",
        |t, (from, to), _| share(t, 1000 * t.over(Outcome::Reports, from, to));
    click_wear_4, Ratio, Whole, "clicks per read of the 4th read of a content / of the 1st", |t, _, _| click_wear(t, 4);
    click_wear_10, Ratio, Whole, "clicks per read of the 10th read of a content / of the 1st", |t, _, _| click_wear(t, 10);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> Given {
        let stakes = Stakes {
            cost_per_send: 0.2,
            cost_per_post: 0.0,
            compliance_share: 0.0,
            margin: None,
            joiners_per_exit: 12.0,
        };
        Given { stakes, trigger: Some(Trigger::LastRead), enforce_prob: 0.25, purchase_given_answer: 0.4 }
    }

    fn tally() -> Tally {
        let mut tally = Tally::new(4);
        tally.horizon.members = 100;
        for (day, counts) in tally.days.iter_mut().enumerate() {
            counts.add(Outcome::Delivered, 50);
            counts.add(Outcome::ReadsOfPosts, 10 * (day as u64 + 1));
            counts.add(Outcome::Leaves, 2);
            counts.add(Outcome::Blocks, 1);
            counts.add(Outcome::Reports, 4 * day as u64);
            counts.set(Outcome::Activity, 1000 >> day);
        }
        tally.close();
        tally
    }

    fn value(text: &str) -> Option<f64> {
        Observable::parse(text).unwrap().value(&tally(), &given())
    }

    #[test]
    fn windows_count_their_own_days_and_both_ends() {
        assert_eq!(value("open_rate@days2-3"), Some(0.5));
        assert_eq!(value("visit_exits@day2"), Some(0.06));
        assert_eq!(value("visit_exits"), Some(0.12));
        assert_eq!(value("visit_exits_per_day@days2-4"), Some(0.03));
        assert_eq!(value("block_share"), Some(1.0 / 3.0));
        assert_eq!(value("activity_kept"), Some(375.0 / 1500.0));
        assert_eq!(value("limited_expected"), Some(1.0 - 0.75 * 0.75));
    }

    #[test]
    fn days_beyond_the_horizon_are_blank() {
        assert_eq!(value("open_rate@days2-5"), None);
        assert_eq!(value("inquiry_conversion_expected"), None);
    }

    #[test]
    fn an_observable_reads_back_as_it_was_written() {
        for text in ["open_rate@days1-3", "visit_exits@day4", "loss", "recommend_expected"] {
            assert_eq!(Observable::parse(text).unwrap().to_string(), text);
        }
        for key in Observable::keys() {
            assert_eq!(Observable::parse(key).unwrap().key(), key);
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        let says = |text: &str| Observable::parse(text).unwrap_err();
        assert_eq!(says("opens"), "`opens` is not an observable");
        assert_eq!(says("open_rate@day3"), "`open_rate` is known over days: open_rate@days1-3");
        assert_eq!(says("visit_exits@days1-3"), "`visit_exits` is known by the end of a day: visit_exits@day4");
        assert_eq!(says("conversion@day3"), "`conversion` is known for the whole horizon only");
        assert!(says("open_rate@days3-1").starts_with("`@days3-1` is not a window"));
    }
}
