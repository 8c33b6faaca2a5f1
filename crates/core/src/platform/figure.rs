//! The numbers of a profile's rules by name, so that a claim can be compared with what the program uses.
//!
//! Comes in: rules. Goes out: one number, `None` where the profile lacks the rule or the name is unknown. What a rule does is not here.

use super::Rules;

/// Names of all figures: the rule, and its number as in the catalog's files. Where a rule holds a range, its middle is meant.
const FIGURES: &[(&str, Figure)] = &[
    ("cap.posts", |rules| rules.cap.as_ref().map(|rule| f64::from(rule.posts))),
    ("reports.reporters", |rules| rules.reports.as_ref().map(|rule| f64::from(rule.reporters))),
    ("relevance.below", |rules| rules.relevance.as_ref().map(|rule| rule.below)),
    ("relevance.delivery", |rules| rules.relevance.as_ref().map(|rule| rule.delivery)),
    ("read_no_reply.above", |rules| rules.read_no_reply.as_ref().map(|rule| rule.above)),
    ("similarity.share", |rules| rules.similarity.as_ref().map(|rule| rule.share)),
    ("similarity.delay_min", |rules| rules.similarity.as_ref().map(|rule| middle(rule.delay_min))),
    ("slow.above_hours", |rules| rules.slow.as_ref().map(|rule| rule.above_hours)),
    ("slow.delivery", |rules| rules.slow.as_ref().map(|rule| rule.delivery)),
    ("no_reply.after_hours", |rules| rules.no_reply.as_ref().map(|rule| rule.after_hours)),
    ("no_reply.delay_min", |rules| rules.no_reply.as_ref().map(|rule| middle(rule.delay_min))),
    ("review.complaints", |rules| rules.review.as_ref().map(|rule| f64::from(rule.complaints))),
    ("review.days", |rules| rules.review.as_ref().map(|rule| middle(rule.days))),
];

/// Reads one number of the rules.
type Figure = fn(&Rules) -> Option<f64>;

fn middle([low, high]: [f64; 2]) -> f64 {
    f64::midpoint(low, high)
}

impl Rules {
    /// The figure of that name.
    pub fn figure(&self, key: &str) -> Option<f64> {
        FIGURES.iter().find(|(known, _)| *known == key).and_then(|(_, figure)| figure(self))
    }
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    #[test]
    fn every_figure_is_found_in_the_rules_of_the_article_and_none_where_there_are_no_rules() {
        for (key, _) in FIGURES {
            assert!(find("article-2025").unwrap().rules.figure(key).is_some(), "{key}");
            assert_eq!(find("none").unwrap().rules.figure(key), None, "{key}");
        }
    }
}
