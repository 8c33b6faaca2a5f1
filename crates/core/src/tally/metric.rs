//! The reported quantities, one row each: CSV columns, `--json`, axis labels, `explain` and `docs/metrics.md` read this.
//!
//! Definitions: docs/metrics.md. A metric of one replicate is `None` where its base is empty.

use serde::{Serialize, Serializer};

use super::{Outcome, Tally};

/// What a metric's number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 0 to 1, shown as a percentage.
    Share,
    /// 0 or 1 in a replicate, a probability over replicates.
    Chance,
    /// A share of members a week, shown as a percentage: it may pass 1.
    WeeklyRate,
    /// A relative change a week, shown as a percentage: a fall below 0 is a rise.
    WeeklyChange,
    /// A count of members, posts or the like.
    Count,
    /// Per 1000 delivered.
    PerThousand,
    /// Per 1000 members addressed.
    PerThousandMembers,
    /// Per member addressed.
    PerMember,
    /// Per day.
    PerDay,
    /// Per 30 days.
    PerMonth,
    /// Seconds.
    Seconds,
    /// The scenario's currency.
    Money,
    /// A pure number.
    Ratio,
}

impl Unit {
    /// The word in CSV files.
    pub fn key(self) -> &'static str {
        match self {
            Unit::Share => "share",
            Unit::Chance => "probability",
            Unit::WeeklyRate => "rate per week",
            Unit::WeeklyChange => "change per week",
            Unit::Count => "count",
            Unit::PerThousand => "per 1000 delivered",
            Unit::PerThousandMembers => "per 1000 members",
            Unit::PerMember => "per member",
            Unit::PerDay => "per day",
            Unit::PerMonth => "per 30 days",
            Unit::Seconds => "s",
            Unit::Money => "currency",
            Unit::Ratio => "ratio",
        }
    }

    /// Whether it is shown as a percentage, and a difference of two in percentage points.
    pub fn is_percentage(self) -> bool {
        matches!(self, Unit::Share | Unit::Chance | Unit::WeeklyRate | Unit::WeeklyChange)
    }

    /// Whether every figure of it lies between 0 and 1.
    pub fn is_within_one(self) -> bool {
        matches!(self, Unit::Share | Unit::Chance)
    }
}

/// Which direction a sender, or a recipient, would wish for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: it only describes.
    Neither,
}

/// What money a plan puts at stake; from the scenario, not from the people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stakes {
    /// Cost of one delivered send.
    pub cost_per_send: f64,
    /// Cost of one post in one group, whatever its size.
    pub cost_per_post: f64,
    /// Share of revenue spent on compliance or remediation.
    pub compliance_share: f64,
    /// Margin of one purchase; `None` leaves revenue and ROI blank.
    pub margin: Option<f64>,
    /// Members who would have joined for each exit (index only, claim `joiners-lost`).
    pub joiners_per_exit: f64,
}

/// One reported quantity. `key` is the CSV column and CLI value: public, renamed only with a CHANGELOG line.
#[derive(Debug)]
pub struct Metric {
    /// CSV column and CLI value.
    pub key: &'static str,
    /// Words on axes and in tables.
    pub label: &'static str,
    /// What the number counts.
    pub unit: Unit,
    /// Which direction is wished for.
    pub better: Better,
    /// Definition in a sentence.
    pub meaning: &'static str,
    /// Other words users look it up by.
    pub also: &'static [&'static str],
    /// The metric of one replicate.
    pub value: fn(&Tally, &Stakes) -> Option<f64>,
}

impl Metric {
    /// What a share counts, and out of how many; `None` for what is no share of members or of events counted one by one.
    pub fn trials(&self, tally: &Tally) -> Option<(u64, u64)> {
        let of_members = |members: u64| Some((members, tally.horizon.members));
        let of = |outcome, base| Some((tally.total(outcome), tally.total(base)));
        match self.key {
            "open_rate" => of(Outcome::Reads, Outcome::Delivered),
            "click_rate" => of(Outcome::Clicks, Outcome::Delivered),
            "click_per_read" => of(Outcome::Clicks, Outcome::Reads),
            "interaction_rate" => of(Outcome::Interactions, Outcome::Delivered),
            "conversion" => of_members(tally.total(Outcome::Buyers)),
            "inquiry_conversion" => of(Outcome::InquiryPurchases, Outcome::Questions),
            "unsubscribe" => of_members(gone(tally)),
            "loss" => of_members(lost(tally)),
            "kept" => of_members(tally.horizon.active),
            "unreachable" => of_members(tally.horizon.unreachable),
            "muted" => of_members(tally.horizon.muted),
            "blocked" => of_members(tally.horizon.blocked),
            _ => None,
        }
    }
}

/// Two metrics of one key are one.
impl PartialEq for Metric {
    fn eq(&self, other: &Metric) -> bool {
        self.key == other.key
    }
}

/// A metric is written as its key.
impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key)
    }
}

/// The metric of that key.
pub fn find(key: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.key == key)
}

fn ratio(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}

fn share(tally: &Tally, members: u64) -> Option<f64> {
    ratio(members, tally.horizon.members)
}

fn gone(tally: &Tally) -> u64 {
    tally.horizon.left + tally.horizon.blocked
}

fn lost(tally: &Tally) -> u64 {
    gone(tally) + tally.horizon.muted
}

fn purchases(tally: &Tally) -> u64 {
    tally.total(Outcome::Purchases) + tally.total(Outcome::InquiryPurchases) + tally.horizon.repurchases_of_buyers
}

fn revenue(tally: &Tally, stakes: &Stakes) -> Option<f64> {
    stakes.margin.map(|margin| margin * purchases(tally) as f64)
}

/// What so many purchases leave after the share of revenue spent on compliance.
fn earned(purchases: u64, stakes: &Stakes) -> Option<f64> {
    stakes.margin.map(|margin| margin * purchases as f64 * (1.0 - stakes.compliance_share))
}

fn cost_of_posts(tally: &Tally, stakes: &Stakes) -> f64 {
    stakes.cost_per_send * tally.total(Outcome::Delivered) as f64
        + stakes.cost_per_post * tally.total(Outcome::GroupPosts) as f64
}

fn cost(tally: &Tally, stakes: &Stakes) -> f64 {
    let compliance = revenue(tally, stakes).map_or(0.0, |revenue| stakes.compliance_share * revenue);
    cost_of_posts(tally, stakes) + compliance
}

/// Least cost, in the scenario's currency, that anything is divided by: less is none.
const LEAST_COST: f64 = 1e-6;

/// The cost, where there is any to divide by.
fn some_cost(tally: &Tally, stakes: &Stakes) -> Option<f64> {
    Some(cost(tally, stakes)).filter(|cost| *cost >= LEAST_COST)
}

fn activity_drop_weekly(tally: &Tally) -> Option<f64> {
    let days = tally.days.len();
    if days < 4 {
        return None;
    }
    let start = tally.over(Outcome::Activity, 1, 2);
    let end = tally.over(Outcome::Activity, days - 1, days);
    ratio(end, start).map(|kept| 1.0 - libm::pow(kept, 7.0 / (days as f64 - 2.0)))
}

macro_rules! metrics {
    ($($key:ident, $label:literal, $unit:ident, $better:ident, $meaning:literal, [$($also:literal),*], $value:expr;)*) => {
        /// Every reported quantity, in the order of the files.
        pub const METRICS: &[Metric] = &[$(Metric {
            key: stringify!($key),
            label: $label,
            unit: Unit::$unit,
            better: Better::$better,
            meaning: $meaning,
            also: &[$($also),*],
            value: $value,
        }),*];
    };
}

metrics! {
    buyers, "buyers", Count, Higher, "members whose first purchase came through a post", [],
        |t, _| Some(t.total(Outcome::Buyers) as f64);
    purchases, "purchases", Count, Higher, "purchases through posts; a member may buy again when a new need comes", [],
        |t, _| Some(t.total(Outcome::Purchases) as f64);
    purchases_per_1000, "purchases per 1000 members", PerThousandMembers, Higher,
        "1000 x purchases through posts / members addressed", [], |t, _| share(t, 1000 * t.total(Outcome::Purchases));
    members_lost, "members lost", Count, Lower, "members who left, blocked or muted", [],
        |t, _| Some(lost(t) as f64);
    reads_unwanted, "unwanted reads", Count, Lower, "reads of value below `unwanted_below` (threshold: assumption)", [],
        |t, _| Some(t.total(Outcome::UnwantedReads) as f64);
    open_rate, "open rate", Share, Higher, "reads / delivered", ["open", "opens", "reads"],
        |t, _| ratio(t.total(Outcome::Reads), t.total(Outcome::Delivered));
    click_rate, "clicks per delivered", Share, Higher, "clicks / delivered", ["ctr", "clicks"],
        |t, _| ratio(t.total(Outcome::Clicks), t.total(Outcome::Delivered));
    click_per_read, "clicks per read", Share, Higher, "clicks / reads", [],
        |t, _| ratio(t.total(Outcome::Clicks), t.total(Outcome::Reads));
    interaction_rate, "interactions", Share, Higher, "likes and replies / delivered", ["interaction", "likes", "replies"],
        |t, _| ratio(t.total(Outcome::Interactions), t.total(Outcome::Delivered));
    conversion, "conversion", Share, Higher,
        "members whose first purchase came through a post / members addressed; a lost member counts as not converting",
        ["conv"], |t, _| share(t, t.total(Outcome::Buyers));
    inquiry_conversion, "conversion of questions", Share, Higher, "purchases after an answered question / questions asked", [],
        |t, _| ratio(t.total(Outcome::InquiryPurchases), t.total(Outcome::Questions));
    questions_per_day, "questions a day", PerDay, Neither, "questions asked / days", ["questions"],
        |t, _| ratio(t.total(Outcome::Questions), t.days.len() as u64);
    weekly_unsubscribe, "weekly unsubscribe", WeeklyRate, Lower, "7 x exits during visits / member-days", ["unsub"],
        |t, _| ratio(7 * (t.total(Outcome::Leaves) + t.total(Outcome::Blocks)), t.total(Outcome::MemberDays));
    unsubscribe, "left or blocked", Share, Lower, "members who left or blocked / members addressed", ["exits"],
        |t, _| share(t, gone(t));
    loss, "churn (left, blocked or muted)", Share, Lower, "members who left, blocked or muted / members addressed",
        ["churn", "churn_30d", "attrition"], |t, _| share(t, lost(t));
    kept, "members kept (active, reachable)", Share, Higher, "members active and reachable at the horizon / members addressed",
        ["retention"], |t, _| share(t, t.horizon.active);
    unreachable, "unreachable (ban or expulsion)", Share, Lower,
        "members frozen because the sender was banned or expelled / members addressed", [],
        |t, _| share(t, t.horizon.unreachable);
    muted, "muted", Share, Lower, "members muted and reachable at the horizon / members addressed", ["mute"],
        |t, _| share(t, t.horizon.muted);
    blocked, "blocked", Share, Lower, "members who blocked / members addressed", ["block"],
        |t, _| share(t, t.horizon.blocked);
    reports_per_1000, "reports per 1000 delivered", PerThousand, Lower,
        "1000 x reports / delivered; falls by arithmetic where more is sent: compare plans by `reports_per_1000_members`", [],
        |t, _| ratio(1000 * t.total(Outcome::Reports), t.total(Outcome::Delivered));
    reports_per_1000_members, "reports per 1000 members", PerThousandMembers, Lower,
        "1000 x reports / members addressed; unlike reports per delivered it does not fall because more is sent",
        ["reports", "report"],
        |t, _| share(t, 1000 * t.total(Outcome::Reports));
    report_crossings, "crossings of the reports threshold", Count, Lower,
        "how often the platform's threshold of reports was crossed, whether or not it acted", ["crossings"],
        |t, _| Some(t.total(Outcome::ReportCrossings) as f64);
    p_limited, "chance of being limited", Chance, Lower,
        "limited at least once by the closing midnight; the reports threshold is absolute, so it grows with the list",
        ["limited", "limit"], |t, _| t.days.last().map(|day| day.get(Outcome::Limited) as f64);
    p_banned, "chance of being banned", Chance, Lower, "banned by the closing midnight", ["banned", "ban"],
        |t, _| t.days.last().map(|day| day.get(Outcome::Banned) as f64);
    groups_lost, "groups that expelled the sender", Share, Lower, "groups that expelled the sender / groups addressed",
        ["expelled"], |t, _| ratio(t.horizon.groups_lost, t.horizon.groups);
    repurchase_30d, "30-day repurchase", Share, Higher, "members still in who buy again within 30 days (one draw a member)",
        ["repurchase"], |t, _| ratio(t.horizon.repurchases, t.horizon.still_in());
    complaint_rate, "buyers' complaints", Share, Lower, "members still in who complain as buyers (one draw a member)",
        ["complaint", "complaints"], |t, _| ratio(t.horizon.complaints, t.horizon.still_in());
    privacy_complaints_month, "privacy complaints a month", PerMonth, Lower, "privacy complaints about the account x 30 / days",
        [], |t, _| ratio(30 * t.total(Outcome::PrivacyComplaints), t.days.len() as u64);
    recommend, "would recommend", Share, Higher, "members still in who would recommend (stated attitude; one draw a member)",
        [], |t, _| ratio(t.horizon.recommendations, t.horizon.still_in());
    activity_drop_weekly, "weekly fall of activity", WeeklyChange, Lower,
        "1 - (activity of the last two days / of the first two)^(7 / (days - 2)); blank below 4 days", ["activity"],
        |t, _| activity_drop_weekly(t);
    dwell_s, "dwell per read", Seconds, Higher, "mean seconds spent on a read", ["dwell"],
        |t, _| ratio(t.total(Outcome::DwellMs), 1000 * t.total(Outcome::Reads));
    unwanted_reads, "unwanted reads per member", PerMember, Lower, "reads of value below `unwanted_below` / members addressed", [],
        |t, _| share(t, t.total(Outcome::UnwantedReads));
    delivered, "delivered", Count, Neither, "pairs of a member not gone and a post that went out to it", [],
        |t, _| Some(t.total(Outcome::Delivered) as f64);
    cost, "cost", Money, Lower, "cost per send x delivered + cost per post x posts (each counted in every group it goes to) + compliance share x revenue", [],
        |t, s| Some(cost(t, s));
    revenue, "revenue", Money, Higher, "margin x (purchases through posts + purchases after questions + repurchases of buyers within 30 days after the horizon)", [],
        |t, s| revenue(t, s);
    profit, "profit", Money, Higher, "revenue - cost, the sum of `profit_posts`, `profit_answers` and `profit_repurchases`; blank without a margin", [],
        |t, s| revenue(t, s).map(|revenue| revenue - cost(t, s));
    profit_posts, "profit of posts", Money, Higher,
        "margin x purchases through posts, less the compliance share, - cost of sends and posts; 0 for a plan that sends nothing",
        [], |t, s| earned(t.total(Outcome::Purchases), s).map(|earned| earned - cost_of_posts(t, s));
    profit_answers, "profit of answers", Money, Higher,
        "margin x purchases after questions, less the compliance share; answering is not priced", [],
        |t, s| earned(t.total(Outcome::InquiryPurchases), s);
    profit_repurchases, "profit of repurchases", Money, Higher,
        "margin x repurchases of buyers still in, in the 30 days after the horizon, once, less the compliance share", [],
        |t, s| earned(t.horizon.repurchases_of_buyers, s);
    buyers_per_cost, "buyers per 100 of cost", Ratio, Higher, "buyers per 100 units of cost; blank without a cost", [],
        |t, s| some_cost(t, s).map(|cost| 100.0 * t.total(Outcome::Buyers) as f64 / cost);
    purchases_per_cost, "purchases per 100 of cost", Ratio, Higher,
        "purchases through posts per 100 units of cost; blank without a cost", [],
        |t, s| some_cost(t, s).map(|cost| 100.0 * t.total(Outcome::Purchases) as f64 / cost);
    break_even_margin, "break-even margin", Money, Lower, "cost / buyers; blank without buyers", [],
        |t, s| { let buyers = t.total(Outcome::Buyers); (buyers > 0).then(|| cost(t, s) / buyers as f64) };
    roi, "return on cost", Ratio, Higher, "(revenue - cost) / cost; blank without a margin or a cost", [],
        |t, s| some_cost(t, s).and_then(|cost| revenue(t, s).map(|revenue| (revenue - cost) / cost));
    joiners_missed, "joiners missed (index)", Count, Neither,
        "members who would have joined, per the claim of 12 an exit; not fed back into the simulation", ["joiners"],
        |t, s| Some(s.joiners_per_exit * gone(t) as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_its_own_key() {
        for (i, metric) in METRICS.iter().enumerate() {
            assert!(METRICS[..i].iter().all(|other| other.key != metric.key), "{}", metric.key);
        }
    }

    const NOTHING_AT_STAKE: Stakes =
        Stakes { cost_per_send: 0.0, cost_per_post: 0.0, compliance_share: 0.0, margin: None, joiners_per_exit: 12.0 };

    #[test]
    fn a_share_is_what_it_counts_over_how_many() {
        let mut tally = Tally::new(2);
        for (index, (outcome, _)) in Outcome::ALL.iter().enumerate() {
            tally.days[1].add(*outcome, 7 + index as u64);
        }
        tally.close();
        (tally.horizon.members, tally.horizon.left, tally.horizon.blocked) = (1000, 13, 17);
        (tally.horizon.active, tally.horizon.muted, tally.horizon.unreachable) = (900, 31, 39);
        let counted = METRICS.iter().filter_map(|metric| Some((metric, metric.trials(&tally)?)));
        for (metric, (successes, trials)) in counted.clone() {
            assert_eq!(metric.unit, Unit::Share, "{}", metric.key);
            assert_eq!((metric.value)(&tally, &NOTHING_AT_STAKE), ratio(successes, trials), "{}", metric.key);
        }
        assert_eq!(counted.count(), 12);
    }

    #[test]
    fn an_empty_base_is_blank_not_zero() {
        let nothing = Tally::new(30);
        for key in [
            "open_rate",
            "loss",
            "roi",
            "revenue",
            "profit_posts",
            "break_even_margin",
            "purchases_per_cost",
            "activity_drop_weekly",
        ] {
            let metric = find(key).unwrap();
            assert_eq!((metric.value)(&nothing, &NOTHING_AT_STAKE), None, "{key}");
        }
    }
}
