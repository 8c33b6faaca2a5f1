//! The reported quantities, one row each with all that is known of it: CSV columns, `--json`, axis labels, sentences, `explain` and
//! `docs/metrics.md` read this.
//!
//! Definitions: docs/metrics.md. A metric of one replicate is `None` where its base is empty. What a row's words mean is in `facet`.

use std::fmt;

use serde::{Serialize, Serializer};

use super::facet::{Better, InTests, Known, Shown, Subject, Unit, Whose};
use super::{Outcome, Tally};

use Formula::{Members, Of, Total, Trials};
use InTests::Guardrail;
use Known::AtTheEnd;
use Shown::{Always, PricedOrLong};
use Subject::{Exits, Sales};
use Whose::Account;

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
    formula: Formula,
    /// What moves it.
    pub subject: Subject,
    /// Whose it is.
    pub whose: Whose,
    /// When it is known.
    pub known: Known,
    /// What a table of results must count for it, beside the members; empty for what no such table tells.
    pub columns: &'static [Outcome],
    /// What it is in the analysis of a test, unasked.
    pub in_tests: InTests,
    /// Where it is shown unasked.
    pub shown: Shown,
    /// What a plan does that has less of it: `#` stands for how much, `less` and `fewer` turn to `more`. `None`: it has less of it.
    pub verb: Option<&'static str>,
}

/// How a metric of one replicate is worked out.
enum Formula {
    /// A count of all days.
    Total(Outcome),
    /// A share of the members addressed, each counted once at the most.
    Members(fn(&Tally) -> u64),
    /// A share of events that are counted one by one: which, of which.
    Trials(Outcome, Outcome),
    /// Anything else.
    Of(fn(&Tally, &Stakes) -> Option<f64>),
}

/// What a row says unless it says otherwise.
const COMMON: Metric = Metric {
    key: "",
    label: "",
    unit: Unit::Count,
    better: Better::Neither,
    meaning: "",
    also: &[],
    formula: Of(|_, _| None),
    subject: Subject::Other,
    whose: Whose::Members,
    known: Known::Daily,
    columns: &[],
    in_tests: InTests::Unasked,
    shown: Shown::Asked,
    verb: None,
};

impl Metric {
    /// The metric of one replicate; `None` where its base is empty, and where the tally ends before the metric is known.
    pub fn value(&self, tally: &Tally, stakes: &Stakes) -> Option<f64> {
        if tally.is_early && !self.is_known_early() {
            return None;
        }
        match self.formula {
            Total(outcome) => Some(tally.total(outcome) as f64),
            Members(_) | Trials(..) => self.trials(tally).and_then(|(successes, n)| ratio(successes, n)),
            Of(formula) => formula(tally, stakes),
        }
    }

    /// What a share counts, and out of how many; `None` for what is no share of members or of events counted one by one.
    pub fn trials(&self, tally: &Tally) -> Option<(u64, u64)> {
        match self.formula {
            Members(counted) => Some((counted(tally), tally.horizon.members)),
            Trials(event, base) => Some((tally.total(event), tally.total(base))),
            Total(_) | Of(_) => None,
        }
    }

    /// Whether it is a share of the members addressed, each counted once at the most: then, and only then, the number of members is a
    /// number of trials.
    pub fn is_of_members(&self) -> bool {
        matches!(self.formula, Members(_))
    }

    /// Whether the first days of a campaign have it too.
    pub fn is_known_early(&self) -> bool {
        self.known == Known::Daily
    }

    /// Whether it follows the appeal of contents.
    pub fn follows_clicks(&self) -> bool {
        matches!(self.subject, Subject::Clicks | Subject::Sales)
    }

    /// Whether it says what recipients bear, not what the sender gets or spends.
    pub fn is_borne_by_recipients(&self) -> bool {
        let is_of_exits = matches!(self.subject, Subject::Exits | Subject::Kept);
        is_of_exits || self.better == Better::Lower && self.unit != Unit::Money
    }

    /// Whether a test can decide by it: arms have a figure each, and one direction of it is better.
    pub fn tells_arms_apart(&self) -> bool {
        self.whose == Whose::Members && self.better != Better::Neither
    }
}

/// A metric is told by its key.
impl fmt::Debug for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)
    }
}

/// Two metrics of one key are one.
impl PartialEq for Metric {
    fn eq(&self, other: &Metric) -> bool {
        self.key == other.key
    }
}

/// A unit is written as its key.
impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
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

/// The key of the metric that users look up by another word.
pub fn key_of(word: &str) -> Option<&'static str> {
    METRICS.iter().find(|metric| metric.also.contains(&word)).map(|metric| metric.key)
}

/// Every key, in the order of the files.
pub fn keys() -> impl Iterator<Item = &'static str> + Clone {
    METRICS.iter().map(|metric| metric.key)
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

fn break_even_margin(tally: &Tally, stakes: &Stakes) -> Option<f64> {
    let buyers = tally.total(Outcome::Buyers);
    (buyers > 0).then(|| cost(tally, stakes) / buyers as f64)
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

const GONE: &[Outcome] = &[Outcome::Leaves, Outcome::Blocks];

const GONE_OR_MUTED: &[Outcome] = &[Outcome::Leaves, Outcome::Blocks, Outcome::Mutes];

macro_rules! metrics {
    ($($key:ident, $label:literal, $unit:ident, $better:ident, $meaning:literal, [$($also:literal),*], $formula:expr
        $(, $facet:ident: $is:expr)*;)*) => {
        /// Every reported quantity, in the order of the files.
        pub const METRICS: &[Metric] = &[$(Metric {
            key: stringify!($key),
            label: $label,
            unit: Unit::$unit,
            better: Better::$better,
            meaning: $meaning,
            also: &[$($also),*],
            formula: $formula,
            $($facet: $is,)*
            ..COMMON
        }),*];
    };
}

metrics! {
    buyers, "buyers", Count, Higher, "members whose first purchase came through a post", [],
        Total(Outcome::Buyers),
        subject: Sales, columns: &[Outcome::Buyers], shown: Always, verb: Some("wins # fewer buyers");
    purchases, "purchases", Count, Higher, "purchases through posts; a member may buy again when a new need comes", [],
        Total(Outcome::Purchases), subject: Sales, shown: PricedOrLong, verb: Some("wins # fewer purchases");
    purchases_per_1000, "purchases per 1000 members", PerThousandMembers, Higher,
        "1000 x purchases through posts / members addressed", [],
        Of(|t, _| share(t, 1000 * t.total(Outcome::Purchases))), subject: Sales;
    members_lost, "members lost", Count, Lower, "members who left, blocked or muted", [],
        Of(|t, _| Some(lost(t) as f64)),
        subject: Exits, columns: GONE_OR_MUTED, shown: Always, verb: Some("loses # fewer members");
    reads_unwanted, "unwanted reads", Count, Lower, "reads of value below `unwanted_below` (threshold: assumption)", [],
        Total(Outcome::UnwantedReads);
    open_rate, "open rate", Share, Higher, "reads / delivered", ["open", "opens", "reads"],
        Trials(Outcome::Reads, Outcome::Delivered),
        columns: &[Outcome::Delivered, Outcome::Reads], in_tests: InTests::Secondary, shown: Always;
    click_rate, "clicks per delivered", Share, Higher, "clicks / delivered", ["ctr", "clicks"],
        Trials(Outcome::Clicks, Outcome::Delivered),
        subject: Subject::Clicks, columns: &[Outcome::Delivered, Outcome::Clicks], in_tests: InTests::Secondary, shown: Always;
    click_per_read, "clicks per read", Share, Higher, "clicks / reads", [],
        Trials(Outcome::Clicks, Outcome::Reads),
        subject: Subject::Clicks, columns: &[Outcome::Reads, Outcome::Clicks];
    interaction_rate, "interactions", Share, Higher, "likes and replies / delivered", ["interaction", "likes", "replies"],
        Trials(Outcome::Interactions, Outcome::Delivered),
        columns: &[Outcome::Delivered, Outcome::Interactions], in_tests: InTests::Secondary;
    conversion, "conversion", Share, Higher,
        "members whose first purchase came through a post / members addressed; a lost member counts as not converting", ["conv"],
        Members(|t| t.total(Outcome::Buyers)),
        subject: Sales, columns: &[Outcome::Buyers], in_tests: InTests::Secondary, shown: Always, verb: Some("sells # points less");
    inquiry_conversion, "conversion of questions", Share, Higher, "purchases after an answered question / questions asked", [],
        Trials(Outcome::InquiryPurchases, Outcome::Questions);
    questions_per_day, "questions a day", PerDay, Neither, "questions asked / days", ["questions"],
        Of(|t, _| ratio(t.total(Outcome::Questions), t.days.len() as u64));
    weekly_unsubscribe, "weekly unsubscribe", WeeklyRate, Lower, "7 x exits during visits / member-days", ["unsub"],
        Of(|t, _| ratio(7 * (t.total(Outcome::Leaves) + t.total(Outcome::Blocks)), t.total(Outcome::MemberDays))),
        columns: GONE, shown: Always;
    unsubscribe, "left or blocked", Share, Lower, "members who left or blocked / members addressed", ["exits"],
        Members(gone),
        subject: Exits, columns: GONE, in_tests: Guardrail, shown: Shown::InCharts, verb: Some("drives # points fewer members out");
    loss, "churn (left, blocked or muted)", Share, Lower,
        "members who left, blocked or muted / members addressed", ["churn", "churn_30d", "attrition"],
        Members(lost),
        subject: Exits, columns: GONE_OR_MUTED, in_tests: Guardrail, shown: Always, verb: Some("loses # points fewer members");
    kept, "members kept (active, reachable)", Share, Higher,
        "members active and reachable at the horizon / members addressed", ["retention"],
        Members(|t| t.horizon.active),
        subject: Subject::Kept, columns: GONE_OR_MUTED, shown: Always, verb: Some("keeps # points fewer members");
    unreachable, "unreachable (ban or expulsion)", Share, Lower,
        "members frozen because the sender was banned or expelled / members addressed", [],
        Members(|t| t.horizon.unreachable), shown: Always;
    muted, "muted", Share, Lower, "members muted and reachable at the horizon / members addressed", ["mute"],
        Members(|t| t.horizon.muted), subject: Exits, columns: &[Outcome::Mutes];
    blocked, "blocked", Share, Lower, "members who blocked / members addressed", ["block"],
        Members(|t| t.horizon.blocked), subject: Exits, columns: &[Outcome::Blocks];
    reports_per_1000, "reports per 1000 delivered", PerThousand, Lower,
        "1000 x reports / delivered; falls by arithmetic where more is sent: compare plans by `reports_per_1000_members`", [],
        Of(|t, _| ratio(1000 * t.total(Outcome::Reports), t.total(Outcome::Delivered))),
        columns: &[Outcome::Delivered, Outcome::Reports];
    reports_per_1000_members, "reports per 1000 members", PerThousandMembers, Lower,
        "1000 x reports / members addressed; unlike reports per delivered it does not fall because more is sent", ["reports", "report"],
        Of(|t, _| share(t, 1000 * t.total(Outcome::Reports))),
        columns: &[Outcome::Reports], in_tests: Guardrail, shown: Always;
    report_crossings, "crossings of the reports threshold", Count, Lower,
        "how often the platform's threshold of reports was crossed, whether or not it acted", ["crossings"],
        Total(Outcome::ReportCrossings), whose: Account;
    p_limited, "chance of being limited", Chance, Lower,
        "limited at least once by the closing midnight; the reports threshold is absolute, so it grows with the list", ["limited", "limit"],
        Of(|t, _| t.days.last().map(|day| day.get(Outcome::Limited) as f64)),
        whose: Account, shown: Always, verb: Some("is limited # points less often");
    p_banned, "chance of being banned", Chance, Lower, "banned by the closing midnight", ["banned", "ban"],
        Of(|t, _| t.days.last().map(|day| day.get(Outcome::Banned) as f64)),
        whose: Account, shown: Always, verb: Some("is banned # points less often");
    groups_lost, "groups that expelled the sender", Share, Lower,
        "groups that expelled the sender / groups addressed", ["expelled"],
        Of(|t, _| ratio(t.horizon.groups_lost, t.horizon.groups)), known: AtTheEnd;
    repurchase_30d, "30-day repurchase", Share, Higher,
        "members still in who buy again within 30 days (one draw a member)", ["repurchase"],
        Of(|t, _| ratio(t.horizon.repurchases, t.horizon.still_in())), known: AtTheEnd, shown: Shown::InCharts;
    complaint_rate, "buyers' complaints", Share, Lower,
        "members still in who complain as buyers (one draw a member)", ["complaint", "complaints"],
        Of(|t, _| ratio(t.horizon.complaints, t.horizon.still_in())), known: AtTheEnd;
    privacy_complaints_month, "privacy complaints a month", PerMonth, Lower,
        "privacy complaints about the account x 30 / days", [],
        Of(|t, _| ratio(30 * t.total(Outcome::PrivacyComplaints), t.days.len() as u64)), whose: Account;
    recommend, "would recommend", Share, Higher,
        "members still in who would recommend (stated attitude; one draw a member)", [],
        Of(|t, _| ratio(t.horizon.recommendations, t.horizon.still_in())), known: AtTheEnd, shown: Shown::InCharts;
    activity_drop_weekly, "weekly fall of activity", WeeklyChange, Lower,
        "1 - (activity of the last two days / of the first two)^(7 / (days - 2)); blank below 4 days", ["activity"],
        Of(|t, _| activity_drop_weekly(t));
    dwell_s, "dwell per read", Seconds, Higher, "mean seconds spent on a read", ["dwell"],
        Of(|t, _| ratio(t.total(Outcome::DwellMs), 1000 * t.total(Outcome::Reads)));
    unwanted_reads, "unwanted reads per member", PerMember, Lower,
        "reads of value below `unwanted_below` / members addressed", [],
        Of(|t, _| share(t, t.total(Outcome::UnwantedReads))), shown: Always;
    delivered, "delivered", Count, Neither, "pairs of a member not gone and a post that went out to it", [],
        Total(Outcome::Delivered), columns: &[Outcome::Delivered];
    cost, "cost", Money, Lower,
        "cost per send x delivered + cost per post x posts (each counted in every group it goes to) + compliance share x revenue", [],
        Of(|t, s| Some(cost(t, s))), known: AtTheEnd;
    revenue, "revenue", Money, Higher,
        "margin x (purchases through posts + purchases after questions + repurchases of buyers within 30 days after the horizon)", [],
        Of(revenue), subject: Sales, known: AtTheEnd;
    profit, "profit", Money, Higher,
        "revenue - cost, the sum of `profit_posts`, `profit_answers` and `profit_repurchases`; blank without a margin", [],
        Of(|t, s| revenue(t, s).map(|revenue| revenue - cost(t, s))),
        subject: Sales, known: AtTheEnd, shown: Shown::Priced, verb: Some("makes # less profit");
    profit_posts, "profit of posts", Money, Higher,
        "margin x purchases through posts, less the compliance share, - cost of sends and posts; 0 for a plan that sends nothing", [],
        Of(|t, s| earned(t.total(Outcome::Purchases), s).map(|earned| earned - cost_of_posts(t, s))),
        subject: Sales, shown: Shown::Priced;
    profit_answers, "profit of answers", Money, Higher,
        "margin x purchases after questions, less the compliance share; answering is not priced", [],
        Of(|t, s| earned(t.total(Outcome::InquiryPurchases), s)), shown: Shown::Priced;
    profit_repurchases, "profit of repurchases", Money, Higher,
        "margin x repurchases of buyers still in, in the 30 days after the horizon, once, less the compliance share", [],
        Of(|t, s| earned(t.horizon.repurchases_of_buyers, s)), subject: Sales, known: AtTheEnd, shown: Shown::Priced;
    buyers_per_cost, "buyers per 100 of cost", Ratio, Higher, "buyers per 100 units of cost; blank without a cost", [],
        Of(|t, s| some_cost(t, s).map(|cost| 100.0 * t.total(Outcome::Buyers) as f64 / cost)),
        subject: Sales, known: AtTheEnd, shown: Always;
    purchases_per_cost, "purchases per 100 of cost", Ratio, Higher,
        "purchases through posts per 100 units of cost; blank without a cost", [],
        Of(|t, s| some_cost(t, s).map(|cost| 100.0 * t.total(Outcome::Purchases) as f64 / cost)),
        subject: Sales, known: AtTheEnd, shown: Shown::Long;
    break_even_margin, "break-even margin", Money, Lower, "cost / buyers; blank without buyers", [],
        Of(break_even_margin), subject: Sales, whose: Whose::Buyers, known: AtTheEnd;
    roi, "return on cost", Ratio, Higher, "(revenue - cost) / cost; blank without a margin or a cost", [],
        Of(|t, s| some_cost(t, s).and_then(|cost| revenue(t, s).map(|revenue| (revenue - cost) / cost))),
        subject: Sales, known: AtTheEnd;
    joiners_missed, "joiners missed (index)", Count, Neither,
        "members who would have joined, per the claim of 12 an exit; not fed back into the simulation", ["joiners"],
        Of(|t, s| Some(s.joiners_per_exit * gone(t) as f64)), subject: Exits;
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
            assert_eq!(metric.value(&nothing, &NOTHING_AT_STAKE), None, "{key}");
        }
    }
}
