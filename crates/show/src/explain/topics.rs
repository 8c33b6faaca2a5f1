//! Topics of `explain`: questions that no single metric, parameter or key answers, each on a screen.
//!
//! Sentences stand here. Values of parameters and what studies found are looked up where they are shown: see `lookup`.

/// A question with its answer, and where the answer comes from.
pub(super) struct Topic {
    /// Words it is looked up by, its name first.
    pub(super) names: &'static [&'static str],
    /// What it is, in lines of a screen.
    pub(super) says: &'static str,
    /// Keys of the parameters behind it.
    pub(super) parameters: &'static [&'static str],
    /// Findings of field studies by id, under what they say together.
    pub(super) findings: &'static [(&'static str, &'static [&'static str])],
    /// Where to go on.
    pub(super) next: &'static str,
}

/// Every topic.
pub(super) const TOPICS: &[Topic] = &[
    Topic {
        names: &["needs", "need"],
        says: "\
needs (topic): why more posts do not sell in proportion
  A need is a spell during which a member would buy what the plan sells. It begins by itself, more often in members who fit, and
  ends by itself (met elsewhere, given up) or when a purchase serves it; then the wait for the next begins. A post makes no need:
  it meets one. So the first posts meet a stock of open needs, and in the long run nobody buys more often than needs arise.
  A content suits a need or not, once and for all: the same ad again gets the same answer, a new ad gets a new one.
  A switch of scenarios, `needs`; without it a click is a purchase with one chance, whatever was sent before.
",
        parameters: &["need_rate", "need_days", "click_given_need", "purchase_given_need", "purchase_given_click"],
        findings: &[
            (
                "rests on the shape of sales against messages in other channels; levels come from the article's conversions",
                &["email-revenue-saturates", "second-message-adds-30-percent", "own-mailings-cannibalise"],
            ),
            (
                "not identified: the length of a need and the chance that a content suits it trade off; pulling the other way",
                &["reminders-recurrent"],
            ),
        ],
        next: "formulas: docs/model.md, section 7.14",
    },
    Topic {
        names: &["frequency", "how often", "how-often", "posts a week"],
        says: "\
frequency (topic): how often to post
  No experiment on marketing groups is known. What is known comes from email, push, text messages and mail, and its shapes are
  taken over, not its levels.
  The model: every post meets the needs that are open (`explain needs`), every read irritates, and each report counts for the whole
  account. So sales level off, losses and the chance of a limit do not, and the best number of posts depends on the horizon
  and on what a post costs: where only 30 days count, the busiest plan sells most. Over a year posts alone earn most at three to
  seven a week; with answers and repurchases, which fall as members leave, it is fewer.
  How unsure: the plausible sets of parameters differ in the best frequency; the chart `frequency` shows their range.
",
        parameters: &["irritation_per_fatigue", "read_per_fatigue"],
        findings: &[
            (
                "sales level off, and too many cost more than they sell",
                &[
                    "email-revenue-saturates",
                    "email-lifetime-optimum",
                    "reach-tolerance-5-a-week",
                    "smartnews-push-reversal",
                    "second-message-adds-30-percent",
                    "call-mail-ideal-point",
                ],
            ),
            (
                "pulling the other way",
                &["ads-linear-to-50", "reminders-recurrent", "irritation-without-effect", "hubspot-more-is-better"],
            ),
        ],
        next: "try: wearout run how-often, and the same with --set days=30 and --set days=365; docs/evidence.md has all findings",
    },
];

/// The topic of that name.
pub(super) fn find(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wearout_core::{evidence, parameter};

    #[test]
    fn a_topic_names_what_there_is_and_fits_a_screen() {
        for topic in TOPICS {
            assert!(topic.parameters.iter().all(|key| parameter::find(key).is_some()), "{:?}", topic.names);
            for id in topic.findings.iter().flat_map(|(_, ids)| *ids) {
                assert!(evidence::finding(id).is_some(), "{id}");
            }
            let findings: usize = topic.findings.iter().map(|(_, ids)| 1 + ids.len()).sum();
            assert!(topic.says.lines().count() + topic.parameters.len() + findings < 25, "{:?}", topic.names);
            assert!(topic.says.lines().all(|line| line.len() <= 132), "{:?}", topic.names);
        }
        assert_eq!(find("how often").map(|topic| topic.names[0]), Some("frequency"));
        assert!(find("spring").is_none());
    }
}
