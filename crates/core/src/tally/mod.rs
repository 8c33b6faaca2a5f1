//! What happened, counted: integers only, so that merging is exact in any order.
//!
//! Comes in: events of one replicate of one plan. Goes out: a [`Tally`] per plan, a [`PairedTally`] per replicate, and
//! [`METRICS`], the one table of reported quantities. No mean and no interval is computed here.

mod facet;
mod metric;
mod observable;
mod record;
mod trial;

pub use facet::{Better, InTests, Known, Shown, Subject, Unit, Whose};
pub use metric::{METRICS, Metric, Stakes, find, key_of, keys};
pub use observable::{Given, OBSERVABLES, Observable, Row, Window, WindowKind};
pub use record::{PostRecord, QuestionRecord};
pub use trial::{Dealt, Guardrail, TrialTally, TrialUnit};

use serde::{Deserialize, Serialize};

/// Something counted each day. Flows add up over days; stocks are a state at the day's end (activity: at its start).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum Outcome {
    /// Pairs of a member not gone and a post that went out to it (muted members count).
    Delivered,
    /// Posts read.
    Reads,
    /// Offer links clicked.
    Clicks,
    /// Likes and replies.
    Interactions,
    /// Members whose first purchase came through a post today.
    Buyers,
    /// Questions asked.
    Questions,
    /// Questions answered before the asker gave up, by the day they were asked.
    Answers,
    /// Purchases after an answered question, by the day they were made.
    InquiryPurchases,
    /// Members who left during a visit.
    Leaves,
    /// Members who blocked the sender during a visit.
    Blocks,
    /// Members who left after a privacy incident.
    LeakExits,
    /// Members who muted the sender.
    Mutes,
    /// Reports to the platform.
    Reports,
    /// Reads of less value than the threshold `unwanted_below`.
    UnwantedReads,
    /// Milliseconds spent on reads.
    DwellMs,
    /// Members neither gone nor frozen after the day's incident.
    MemberDays,
    /// Privacy complaints about the account.
    PrivacyComplaints,
    /// Posts sent.
    Posts,
    /// Reads of the posts sent on this day, on whichever day they were read.
    ReadsOfPosts,
    /// Clicks on the posts sent on this day, on whichever day they were made.
    ClicksOnPosts,
    /// Stock: members active and reachable.
    Active,
    /// Stock: members muted and reachable.
    Muted,
    /// Stock: members who have left.
    Left,
    /// Stock: members who have blocked.
    Blocked,
    /// Stock: members out of reach because the sender was banned or expelled from their group.
    Unreachable,
    /// Stock: expected messages of active members, in 1/1024 of an index unit, at the day's 00:00.
    Activity,
    /// Stock, 0 or 1: the account was limited at least once by the end of this day (its closing midnight included).
    Limited,
    /// Stock, 0 or 1: the account was banned by the end of this day (its closing midnight included).
    Banned,
    /// Stock, 0 or 1: the account was under review today.
    UnderReview,
    /// Purchases through posts.
    Purchases,
    /// Crossings of the platform's threshold of reports, enforced or not, seen at the night's end.
    ReportCrossings,
    /// Posts sent, each counted once in every group it goes to; a contact list is one group.
    GroupPosts,
}

/// Number of outcomes.
pub const OUTCOMES: usize = Outcome::GroupPosts as usize + 1;

impl Outcome {
    /// Every outcome with the name of its series in `daily.csv`.
    pub const ALL: [(Outcome, &'static str); OUTCOMES] = [
        (Outcome::Delivered, "delivered"),
        (Outcome::Reads, "reads"),
        (Outcome::Clicks, "clicks"),
        (Outcome::Interactions, "interactions"),
        (Outcome::Buyers, "buyers"),
        (Outcome::Questions, "questions"),
        (Outcome::Answers, "answers"),
        (Outcome::InquiryPurchases, "inquiry_purchases"),
        (Outcome::Leaves, "leaves"),
        (Outcome::Blocks, "blocks"),
        (Outcome::LeakExits, "leak_exits"),
        (Outcome::Mutes, "mutes"),
        (Outcome::Reports, "reports"),
        (Outcome::UnwantedReads, "unwanted_reads"),
        (Outcome::DwellMs, "dwell_ms"),
        (Outcome::MemberDays, "member_days"),
        (Outcome::PrivacyComplaints, "privacy_complaints"),
        (Outcome::Posts, "posts"),
        (Outcome::ReadsOfPosts, "reads_of_posts"),
        (Outcome::ClicksOnPosts, "clicks_on_posts"),
        (Outcome::Active, "active"),
        (Outcome::Muted, "muted"),
        (Outcome::Left, "left"),
        (Outcome::Blocked, "blocked"),
        (Outcome::Unreachable, "unreachable"),
        (Outcome::Activity, "activity"),
        (Outcome::Limited, "limited"),
        (Outcome::Banned, "banned"),
        (Outcome::UnderReview, "under_review"),
        (Outcome::Purchases, "purchases"),
        (Outcome::ReportCrossings, "report_crossings"),
        (Outcome::GroupPosts, "group_posts"),
    ];
}

/// One count per outcome; written as a list, since serde knows no array of any length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<u64>", try_from = "Vec<u64>")]
pub struct Counts([u64; OUTCOMES]);

impl From<Counts> for Vec<u64> {
    fn from(counts: Counts) -> Vec<u64> {
        counts.0.to_vec()
    }
}

impl TryFrom<Vec<u64>> for Counts {
    type Error = String;

    fn try_from(counts: Vec<u64>) -> Result<Counts, String> {
        let found = counts.len();
        counts.try_into().map(Counts).map_err(|_| format!("{found} counts for {OUTCOMES} outcomes"))
    }
}

impl Default for Counts {
    fn default() -> Counts {
        Counts([0; OUTCOMES])
    }
}

impl Counts {
    /// The count of an outcome.
    pub fn get(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// Adds to the count of an outcome.
    pub fn add(&mut self, outcome: Outcome, count: u64) {
        self.0[outcome as usize] += count;
    }

    /// Sets a stock.
    pub fn set(&mut self, outcome: Outcome, count: u64) {
        self.0[outcome as usize] = count;
    }

    fn merge(&mut self, other: &Counts) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

/// Rows of [`Tally::repeats`]: earlier reads 0, 1, ... and the last for this many or more.
pub const REPEATS: usize = 32;

/// What followed the reads of a content that its reader had already read a number of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Repeat {
    /// Reads with that many earlier reads of the same content.
    pub reads: u64,
    /// Clicks on those reads.
    pub clicks: u64,
    /// Members who left at a visit whose last read was one of those.
    pub left: u64,
    /// Members who blocked at such a visit.
    pub blocked: u64,
    /// Members who muted at such a visit.
    pub muted: u64,
    /// Reports made at such a visit.
    pub reports: u64,
}

impl Repeat {
    /// Adds another, exactly.
    pub fn merge(&mut self, other: &Repeat) {
        self.reads += other.reads;
        self.clicks += other.clicks;
        self.left += other.left;
        self.blocked += other.blocked;
        self.muted += other.muted;
        self.reports += other.reports;
    }
}

/// The state at the horizon, after the closing midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Horizon {
    /// Members addressed (N).
    pub members: u64,
    /// Groups addressed that have admins.
    pub groups: u64,
    /// Groups that expelled the sender.
    pub groups_lost: u64,
    /// Active and reachable.
    pub active: u64,
    /// Muted and reachable.
    pub muted: u64,
    /// Left.
    pub left: u64,
    /// Blocked.
    pub blocked: u64,
    /// Frozen by a ban or an expulsion.
    pub unreachable: u64,
    /// Members still in who buy again within 30 days (one draw each).
    pub repurchases: u64,
    /// Of those, members who bought through a post during the campaign.
    pub repurchases_of_buyers: u64,
    /// Members still in who complain as buyers (one draw each).
    pub complaints: u64,
    /// Members still in who would recommend (one draw each).
    pub recommendations: u64,
    /// What `repurchases` is on average, in units of 1/[`EXPECTED_UNITS`] of a member: the same figure without the luck of a draw.
    pub repurchases_expected: u64,
    /// What `complaints` is on average, in the same units.
    pub complaints_expected: u64,
    /// What `recommendations` is on average, in the same units.
    pub recommendations_expected: u64,
}

/// Units of an expected count in one member: sums of them stay whole numbers.
pub const EXPECTED_UNITS: u64 = 1 << 20;

impl Horizon {
    /// Active or muted, and reachable.
    pub fn still_in(&self) -> u64 {
        self.active + self.muted
    }
}

/// Everything counted in one replicate of one plan, or in several of them merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tally {
    /// One row a day, day 1 first.
    pub days: Vec<Counts>,
    /// Sum of the days: meaningful for flows.
    pub total: Counts,
    /// What further reads of the same content did.
    pub repeats: [Repeat; REPEATS],
    /// The state at the end.
    pub horizon: Horizon,
    /// Whether it ends before the campaign did, so that what only the horizon tells is not known.
    is_early: bool,
}

impl Tally {
    /// A tally of that many days in which nothing has happened.
    pub fn new(days: u32) -> Tally {
        Tally {
            days: vec![Counts::default(); days as usize],
            total: Counts::default(),
            repeats: [Repeat::default(); REPEATS],
            horizon: Horizon::default(),
            is_early: false,
        }
    }

    /// Adds the days up into `total`; called once, when the last day is closed.
    pub fn close(&mut self) {
        self.total = Counts::default();
        for day in &self.days {
            self.total.merge(day);
        }
    }

    /// A flow's total over all days.
    pub fn total(&self, outcome: Outcome) -> u64 {
        self.total.get(outcome)
    }

    /// A flow's sum over days `from..=to`, counted from 1.
    pub fn over(&self, outcome: Outcome, from: usize, to: usize) -> u64 {
        self.days[from - 1..to].iter().map(|day| day.get(outcome)).sum()
    }

    /// The same campaign as it stood at the end of a day, counted from 1: what a look at that time saw. What is known at the horizon
    /// only is blank, and reads of those days' posts on later days are in.
    ///
    /// # Panics
    /// When there is no such day.
    #[must_use]
    pub fn until(&self, day: usize) -> Tally {
        let mut seen = Tally::new(0);
        seen.follow(self, day);
        seen
    }

    /// Brings what was seen of a campaign up to the end of a later day of it: as [`Tally::until`], without the days before.
    ///
    /// # Panics
    /// When there is no such day, or more has been seen already.
    pub fn follow(&mut self, campaign: &Tally, day: usize) {
        for counts in &campaign.days[self.days.len()..day] {
            self.total.merge(counts);
            self.days.push(counts.clone());
        }
        self.is_early = true;
        let end = &campaign.days[day - 1];
        self.horizon = Horizon {
            members: campaign.horizon.members,
            groups: campaign.horizon.groups,
            active: end.get(Outcome::Active),
            muted: end.get(Outcome::Muted),
            left: end.get(Outcome::Left),
            blocked: end.get(Outcome::Blocked),
            unreachable: end.get(Outcome::Unreachable),
            ..Horizon::default()
        };
    }

    /// Adds another tally of as many days, exactly.
    ///
    /// # Panics
    /// When the other has another number of days.
    pub fn merge(&mut self, other: &Tally) {
        assert_eq!(self.days.len(), other.days.len(), "tallies of different horizons");
        for (mine, theirs) in self.days.iter_mut().zip(&other.days) {
            mine.merge(theirs);
        }
        self.is_early |= other.is_early;
        self.total.merge(&other.total);
        for (mine, theirs) in self.repeats.iter_mut().zip(&other.repeats) {
            mine.merge(theirs);
        }
        let (mine, theirs) = (&mut self.horizon, &other.horizon);
        mine.members += theirs.members;
        mine.groups += theirs.groups;
        mine.groups_lost += theirs.groups_lost;
        mine.active += theirs.active;
        mine.muted += theirs.muted;
        mine.left += theirs.left;
        mine.blocked += theirs.blocked;
        mine.unreachable += theirs.unreachable;
        mine.repurchases += theirs.repurchases;
        mine.repurchases_of_buyers += theirs.repurchases_of_buyers;
        mine.complaints += theirs.complaints;
        mine.recommendations += theirs.recommendations;
        mine.repurchases_expected += theirs.repurchases_expected;
        mine.complaints_expected += theirs.complaints_expected;
        mine.recommendations_expected += theirs.recommendations_expected;
    }
}

/// One replicate: the tally of every plan on the same people, in the order of the scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PairedTally {
    /// Which replicate this is.
    pub replicate: u32,
    /// One tally per plan.
    pub plans: Vec<Tally>,
}

impl PairedTally {
    /// The tallies of one replicate.
    pub fn new(replicate: u32, plans: Vec<Tally>) -> PairedTally {
        PairedTally { replicate, plans }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_followed_day_by_day_is_what_it_was_until_each_day() {
        let mut campaign = Tally::new(9);
        for (i, day) in campaign.days.iter_mut().enumerate() {
            for (outcome, _) in Outcome::ALL {
                day.add(outcome, (i * (2 + outcome as usize)) as u64);
            }
        }
        campaign.close();
        (campaign.horizon.members, campaign.horizon.repurchases) = (100, 7);
        let mut seen = Tally::new(0);
        for day in [1, 2, 5, 5, 9] {
            seen.follow(&campaign, day);
            assert_eq!(seen, campaign.until(day), "day {day}");
        }
        assert_eq!(
            (seen.total, seen.horizon.repurchases),
            (campaign.total, 0),
            "what is drawn at the horizon has not been seen"
        );
    }
}
