//! What a platform does to senders: profiles of rules, one data file each in `catalog/`.
//!
//! Comes in: the embedded files. Goes out: checked values for the engine and sentences for people. When a rule fires in a
//! simulated campaign is not here. Source: docs/model.md, section 9; each rule names its claims and how far to trust it.

mod figure;
mod limits;

pub use limits::{Account, Events, Group, Judgement, Practice, Relevance as TopicRelevance, Treatment};

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::units::Trigger;

/// A platform, or one view of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name in scenarios.
    pub key: String,
    /// Name for people.
    pub title: String,
    /// Where the rules come from.
    pub source: String,
    /// Day on which the values were last compared with the claims they rest on, `YYYY-MM-DD`.
    pub checked: String,
    /// What it does; written `[rule.NAME]`.
    #[serde(rename = "rule")]
    pub rules: Rules,
}

/// The rules of a profile; one that is absent does not exist there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What being limited means.
    pub limit: Limit,
    /// Too many posts in a day.
    pub cap: Option<Cap>,
    /// Too many people reporting one post.
    pub reports: Option<Reports>,
    /// Posts off the theme of those who receive them.
    pub relevance: Option<Relevance>,
    /// Posts read and left without reaction.
    pub read_no_reply: Option<ReadNoReply>,
    /// The same content again and again.
    pub similarity: Option<Similarity>,
    /// Slow replies.
    pub slow: Option<Slow>,
    /// A question left open.
    pub no_reply: Option<NoReply>,
    /// Complaints about privacy.
    pub review: Option<Review>,
    /// Group admins who expel.
    pub admin: Option<Admin>,
}

/// Declares a rule: its own fields and the three that every rule carries.
macro_rules! rule {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$doc])* pub $field: $type,)*
            /// Ids of the claims behind it.
            pub evidence: Vec<String>,
            /// How far to trust it, and which of its numbers are assumptions.
            pub confidence: String,
            /// What a reader should know besides.
            pub note: String,
        }
    };
}

rule! {
    /// A limitation: some posts do not go out, and too many limitations end in a ban.
    Limit {
        /// Length, days.
        days: u32,
        /// Share of posts that still go out, 0..1.
        kept: f64,
        /// Limitations that make a ban, count.
        to_ban: u32,
        /// Days within which they must fall.
        within_days: u32,
    }
}

rule! {
    /// Daily cap on distinct posts.
    Cap {
        /// Posts a day that are still allowed, count.
        posts: u32,
        /// Hazard of a ban at each midnight after a day above it, per day.
        hazard: f64,
    }
}

rule! {
    /// Reports; the chance that the platform acts on a crossing of the threshold is the parameter `enforce_prob`.
    Reports {
        /// What reporters are counted for; of an experiment, as the scenario or the parameters say, of which `enforce_prob` depends on it.
        #[serde(skip)]
        trigger: Trigger,
        /// Distinct reporters that have no consequence yet, count.
        reporters: u32,
        /// Days looked back on, where reports are pooled.
        window_days: u32,
        /// Posts that a report counts against, where it is carried.
        carries: u32,
        /// Whether a limit is imposed or only counted.
        applied: bool,
    }
}

rule! {
    /// Mean relevance of recent posts to those addressed.
    Relevance {
        /// Mean relevance below which it acts, 0..1.
        below: f64,
        /// Days looked back on.
        window_days: u32,
        /// Days on which posts must have gone out since the start before it acts, count.
        post_days: u32,
        /// Factor on delivery, 0..1.
        delivery: f64,
    }
}

rule! {
    /// Reads without interaction.
    ReadNoReply {
        /// Such reads per delivered post above which it acts, 0..1.
        above: f64,
        /// Days looked back on.
        window_days: u32,
        /// Age from which a post is judged, hours.
        older_than_hours: f64,
        /// Factor on delivery, 0..1.
        delivery: f64,
    }
}

rule! {
    /// An account of low value: too much of what it posts is one content.
    Similarity {
        /// Share of posts with the same content above which it acts, 0..1.
        share: f64,
        /// Days looked back on.
        window_days: u32,
        /// Posts in that window before anything is judged, count.
        at_least_posts: u32,
        /// Shortest and longest delay of posts, minutes.
        delay_min: [f64; 2],
        /// Midnights in a row of low value that end in a limit, count.
        midnights: u32,
    }
}

rule! {
    /// Mean response above a threshold.
    Slow {
        /// Mean response above which it acts, hours.
        above_hours: f64,
        /// Days of questions looked back on.
        window_days: u32,
        /// Factor on delivery, 0..1.
        delivery: f64,
        /// What counts as the response.
        judged: Judged,
        /// First day on which it can act, counted from 1.
        from_day: u32,
    }
}

/// What the platform takes for the sender's response time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judged {
    /// Mean over the questions of the window; an unanswered one counts at its age.
    Measured,
    /// The plan's own mean reply; never replying is above any threshold.
    Policy,
}

rule! {
    /// A question nobody answers.
    NoReply {
        /// Age of the question from which it acts, hours.
        after_hours: f64,
        /// Age at which it stops acting, days.
        until_days: u32,
        /// Shortest and longest delay of posts, minutes.
        delay_min: [f64; 2],
    }
}

rule! {
    /// A manual review, during which nothing is sent.
    Review {
        /// Privacy complaints that have no consequence yet, count.
        complaints: u32,
        /// Days looked back on.
        window_days: u32,
        /// Shortest and longest length, days.
        days: [f64; 2],
    }
}

rule! {
    /// A group's admin, who may expel the sender.
    Admin {
        /// Relevance of a post below which it counts, 0..1.
        below: f64,
        /// Days with such a post that make it act, count.
        post_days: u32,
        /// Days looked back on.
        window_days: u32,
        /// Hazard of expulsion at each midnight, per group and day.
        hazard: f64,
    }
}

/// A rule in words.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RuleText {
    /// Its name, as in the profile's file.
    pub key: &'static str,
    /// What triggers it and what it does, a sentence.
    pub text: String,
    /// Ids of the claims behind it.
    pub evidence: Vec<String>,
    /// How far to trust it.
    pub confidence: String,
    /// What a reader should know besides.
    pub note: String,
}

/// Names of the rules, in the order of docs/model.md.
pub const RULES: &[&str] =
    &["cap", "reports", "relevance", "read_no_reply", "similarity", "slow", "no_reply", "review", "admin"];

impl Rules {
    /// Takes a rule away, if it is there; false when there is none of that name.
    pub fn switch_off(&mut self, rule: &str) -> bool {
        match rule {
            "cap" => self.cap = None,
            "reports" => self.reports = None,
            "relevance" => self.relevance = None,
            "read_no_reply" => self.read_no_reply = None,
            "similarity" => self.similarity = None,
            "slow" => self.slow = None,
            "no_reply" => self.no_reply = None,
            "review" => self.review = None,
            "admin" => self.admin = None,
            _ => return false,
        }
        true
    }

    /// Whether the platform leaves everyone alone.
    pub fn is_empty(&self) -> bool {
        self.describe().is_empty()
    }

    /// Every rule in words, in the order of docs/model.md, then what a limit means where a rule can impose one.
    pub fn describe(&self) -> Vec<RuleText> {
        macro_rules! text {
            ($key:ident, $rule:expr, $text:expr) => {
                $rule.as_ref().map(|rule| RuleText {
                    key: stringify!($key),
                    text: $text(rule),
                    evidence: rule.evidence.clone(),
                    confidence: rule.confidence.clone(),
                    note: rule.note.clone(),
                })
            };
        }
        let limits = self.similarity.is_some() || self.reports.as_ref().is_some_and(|reports| reports.applied);
        let limit = limits.then_some(&self.limit);
        [
            text!(cap, self.cap, Cap::text),
            text!(reports, self.reports, Reports::text),
            text!(relevance, self.relevance, Relevance::text),
            text!(read_no_reply, self.read_no_reply, ReadNoReply::text),
            text!(similarity, self.similarity, Similarity::text),
            text!(slow, self.slow, Slow::text),
            text!(no_reply, self.no_reply, NoReply::text),
            text!(review, self.review, Review::text),
            text!(admin, self.admin, Admin::text),
            text!(limit, limit, |limit: &&Limit| limit.text()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Limit {
    fn text(&self) -> String {
        format!(
            "while limited, for {} days, each post goes out with chance {}; {} limits within {} days make a ban",
            self.days, self.kept, self.to_ban, self.within_days
        )
    }
}

impl Cap {
    fn text(&self) -> String {
        format!(
            "a day with more than {} distinct posts is followed by a ban with chance {:.4}",
            self.posts,
            1.0 - libm::exp(-self.hazard)
        )
    }
}

impl Reports {
    fn text(&self) -> String {
        let consequence = if self.applied { "limits the account" } else { "counts as a limit that is never applied," };
        let n = self.reporters;
        let reported = match self.trigger {
            Trigger::Pooled => format!("more than {n} reporters within {} days", self.window_days),
            Trigger::Carried => {
                format!("a post among the last {} delivered to each of more than {n} reporters", self.carries)
            }
            Trigger::LastRead => format!("a post reported by more than {n} people"),
        };
        format!("{reported} {consequence} with chance `enforce_prob`")
    }
}

impl Relevance {
    fn text(&self) -> String {
        format!(
            "mean relevance below {} over {} days, once posts went out on {} days: delivery x {}",
            self.below, self.window_days, self.post_days, self.delivery
        )
    }
}

impl ReadNoReply {
    fn text(&self) -> String {
        format!(
            "reads without interaction above {} of deliveries, over the posts of {} days older than {} h: delivery x {}",
            self.above, self.window_days, self.older_than_hours, self.delivery
        )
    }
}

impl Similarity {
    fn text(&self) -> String {
        let [shortest, longest] = self.delay_min;
        format!(
            "one content in more than {} of the posts of {} days (at least {} posts): posts {shortest} to {longest} min \
             late, and limited after {} midnights in a row",
            self.share, self.window_days, self.at_least_posts, self.midnights
        )
    }
}

impl Slow {
    fn text(&self) -> String {
        let judged = match self.judged {
            Judged::Measured => format!("mean response to the questions of {} days", self.window_days),
            Judged::Policy => "mean reply of the plan, or no reply at all,".to_owned(),
        };
        let from = if self.from_day > 1 { format!(" from day {}", self.from_day) } else { String::new() };
        format!("{judged} above {} h: delivery x {}{from}", self.above_hours, self.delivery)
    }
}

impl NoReply {
    fn text(&self) -> String {
        let [shortest, longest] = self.delay_min;
        format!(
            "a question unanswered for {} h: posts {shortest} to {longest} min late until it is answered or {} days old",
            self.after_hours, self.until_days
        )
    }
}

impl Review {
    fn text(&self) -> String {
        let [shortest, longest] = self.days;
        format!(
            "more than {} privacy complaints in {} days: nothing is sent for {shortest} to {longest} days",
            self.complaints, self.window_days
        )
    }
}

impl Admin {
    fn text(&self) -> String {
        format!(
            "posts of relevance below {} on {} of {} days: the group expels the sender with chance {:.4} a day",
            self.below,
            self.post_days,
            self.window_days,
            1.0 - libm::exp(-self.hazard)
        )
    }
}

static CATALOG: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    [
        include_str!("catalog/article-2025.toml"),
        include_str!("catalog/reference.toml"),
        include_str!("catalog/none.toml"),
    ]
    .map(|text| toml::from_str(text).expect("a test parses every embedded profile"))
    .into()
});

/// Every profile, the default first.
pub fn catalog() -> &'static [Profile] {
    &CATALOG
}

/// The profile of that key.
pub fn find(key: &str) -> Option<&'static Profile> {
    catalog().iter().find(|profile| profile.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(profile: &str) -> Vec<&'static str> {
        find(profile).unwrap().rules.describe().into_iter().map(|rule| rule.key).collect()
    }

    #[test]
    fn every_profile_names_its_source_and_the_day_it_was_checked() {
        for profile in catalog() {
            assert!(!profile.title.is_empty() && !profile.source.is_empty(), "{}", profile.key);
            let shape: String = profile.checked.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
            assert_eq!(shape, "0000-00-00", "{}", profile.key);
            assert_eq!(find(&profile.key), Some(profile), "two profiles of one key");
        }
    }

    #[test]
    fn the_article_has_nine_rules_each_with_a_claim_and_a_confidence() {
        let nine = "cap reports relevance read_no_reply similarity slow no_reply review admin";
        assert_eq!(keys("article-2025").join(" "), format!("{nine} limit"));
        for rule in find("article-2025").unwrap().rules.describe() {
            assert!(!rule.evidence.is_empty() && !rule.confidence.is_empty(), "{}", rule.key);
        }
    }

    #[test]
    fn every_rule_can_be_switched_off_by_its_name() {
        let mut rules = find("article-2025").unwrap().rules.clone();
        for rule in RULES {
            assert!(rules.switch_off(rule), "{rule}");
            assert!(rules.describe().iter().all(|text| text.key != *rule));
        }
        assert!(rules.is_empty() && !rules.switch_off("limit"));
    }

    #[test]
    fn the_reference_counts_reports_and_limits_nobody() {
        assert_eq!(keys("reference"), ["reports", "relevance", "slow"]);
        assert!(find("reference").unwrap().rules.reports.as_ref().is_some_and(|reports| !reports.applied));
    }

    #[test]
    fn none_leaves_everyone_alone() {
        assert!(find("none").unwrap().rules.is_empty());
        assert!(!find("reference").unwrap().rules.is_empty());
    }

    #[test]
    fn a_month_above_the_cap_ends_in_a_ban_seven_times_in_ten() {
        let cap = find("article-2025").unwrap().rules.cap.as_ref().unwrap();
        assert!((1.0 - libm::exp(-30.0 * cap.hazard) - 0.70).abs() < 0.001);
    }

    #[test]
    fn a_month_off_theme_costs_two_groups_of_twelve() {
        let admin = find("article-2025").unwrap().rules.admin.as_ref().unwrap();
        assert!((12.0 * (1.0 - libm::exp(-30.0 * admin.hazard)) - 2.0).abs() < 0.05);
    }

    #[test]
    fn shares_are_shares_and_ranges_rise() {
        for Profile { key, rules, .. } in catalog() {
            let relevance = rules.relevance.iter().flat_map(|rule| [rule.below, rule.delivery]);
            let unread = rules.read_no_reply.iter().flat_map(|rule| [rule.above, rule.delivery]);
            let similarity = rules.similarity.iter().map(|rule| rule.share);
            let slow = rules.slow.iter().map(|rule| rule.delivery);
            let admin = rules.admin.iter().map(|rule| rule.below);
            for share in relevance.chain(unread).chain(similarity).chain(slow).chain(admin).chain([rules.limit.kept]) {
                assert!(0.0 < share && share <= 1.0, "{key}: {share}");
            }
            let delays = rules.similarity.iter().map(|rule| rule.delay_min);
            let delays = delays.chain(rules.no_reply.iter().map(|rule| rule.delay_min));
            for [low, high] in delays.chain(rules.review.iter().map(|rule| rule.days)) {
                assert!(0.0 < low && low <= high, "{key}: {low} to {high}");
            }
        }
    }

    #[test]
    fn a_rule_speaks_its_own_numbers() {
        let mut rules = find("article-2025").unwrap().rules.clone();
        rules.slow.as_mut().unwrap().above_hours = 7.5;
        let slow = rules.describe().into_iter().find(|rule| rule.key == "slow").unwrap();
        assert_eq!(slow.text, "mean response to the questions of 7 days above 7.5 h: delivery x 0.7");
    }

    #[test]
    fn an_unknown_key_in_a_profile_is_refused() {
        let text = include_str!("catalog/none.toml").replace("kept", "keeps");
        assert!(toml::from_str::<Profile>(&text).is_err());
    }
}
