//! Patterns of the field, each with the checks that a model passes which shows it, as data; and findings checked on their own.
//!
//! Comes in: the embedded `patterns.toml` and `further.toml`. Goes out: [`Pattern`]s. Observables, scenarios and plans are names here: a test of `study` holds
//! them to what there is. Nothing is scored here. Source: pattern-oriented modelling, Grimm et al. 2005, Science 310, 987-991.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Something that several studies found and a model is to show.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// `P1` to `P10`; of a finding on its own, its id.
    pub key: String,
    /// What it says, a sentence without its full stop.
    pub title: String,
    /// Ids of the findings it rests on.
    pub findings: Vec<String>,
    /// Shipped scenario that is simulated for it.
    pub scenario: String,
    /// How many times the replicates of the others it needs, 1 or more.
    #[serde(default = "once")]
    pub times: u32,
    /// Whether fits have seen it.
    #[serde(default)]
    pub used: Used,
    /// What the model lacks to say it; blank where it can be expressed.
    #[serde(default)]
    pub lacking: String,
    /// What is measured.
    pub checks: Vec<Check>,
}

impl Pattern {
    /// Whether it is a finding that is checked on its own.
    pub fn is_a_finding(&self) -> bool {
        self.findings.len() == 1 && self.findings[0] == self.key
    }
}

fn once() -> u32 {
    1
}

/// Whether fits have seen a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Used {
    /// Targets of the joint fit come from its findings.
    Fitted,
    /// A set of parameters that does not show it is no plausible one; the best fit has not seen it.
    Selects,
    /// No fit has seen it: out of sample.
    #[default]
    Unused,
}

impl Used {
    /// The words in tables and files.
    pub fn words(self) -> &'static str {
        match self {
            Used::Fitted => "fitted",
            Used::Selects => "selects plausible sets",
            Used::Unused => "out of sample",
        }
    }
}

/// One figure of a pattern's scenario, with the band it is to lie in.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What is measured.
    pub name: String,
    /// How the figure comes from the means of the plans.
    pub measure: Measure,
    /// Observable of `tally`.
    pub observable: String,
    /// Plan it is measured under; blank where a measure looks at several.
    #[serde(default)]
    pub plan: String,
    /// Plan it is divided by.
    #[serde(default)]
    pub over: String,
    /// Observable it is divided by; `None`: the same.
    pub base: Option<String>,
    /// Plan that is taken off both.
    pub less: Option<String>,
    /// Plans that are looked at; none: all of them.
    #[serde(default)]
    pub among: Vec<String>,
    /// Plans whose best number of posts the best of `among` is divided by.
    #[serde(default)]
    pub against: Vec<String>,
    /// Least that shows the pattern; `None`: no lower end.
    pub low: Option<f64>,
    /// Most that shows it; `None`: no upper end.
    pub high: Option<f64>,
}

impl Check {
    /// Whether the pattern hangs on it; other checks are shown beside.
    pub fn is_banded(&self) -> bool {
        self.low.is_some() || self.high.is_some()
    }

    /// The band, without end where it has none.
    pub fn band(&self) -> (f64, f64) {
        (self.low.unwrap_or(f64::NEG_INFINITY), self.high.unwrap_or(f64::INFINITY))
    }
}

/// How a figure comes from the means of the plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The mean under a plan.
    Level,
    /// The mean under a plan over that under another.
    Ratio,
    /// Posts a week of the plan with the largest mean.
    Best,
    /// The mean under a plan over the largest of all.
    OverBest,
    /// Smallest change from a plan to the next, in paired standard errors.
    LeastStep,
}

#[derive(Deserialize)]
struct File {
    pattern: Vec<Pattern>,
}

fn read(text: &str) -> Vec<Pattern> {
    toml::from_str::<File>(text).expect("a test parses the embedded patterns").pattern
}

static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| read(include_str!("patterns.toml")));

static FURTHER: LazyLock<Vec<Pattern>> = LazyLock::new(|| read(include_str!("further.toml")));

/// The ten patterns, in order.
pub fn patterns() -> &'static [Pattern] {
    &PATTERNS
}

/// Findings that no fit has seen, each checked on its own.
pub fn further() -> &'static [Pattern] {
    &FURTHER
}

/// The pattern of that key, such as `P1`.
pub fn pattern(key: &str) -> Option<&'static Pattern> {
    patterns().iter().find(|pattern| pattern.key.eq_ignore_ascii_case(key))
}

#[cfg(test)]
mod tests {
    use super::super::finding;
    use super::*;

    #[test]
    fn the_ten_patterns_rest_on_findings_and_can_be_told_from_their_opposite() {
        let keys: Vec<&str> = patterns().iter().map(|pattern| pattern.key.as_str()).collect();
        assert_eq!(keys, ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10"]);
        for pattern in patterns().iter().chain(further()) {
            assert!(!pattern.findings.is_empty() && pattern.times > 0, "{}", pattern.key);
            for id in &pattern.findings {
                assert!(finding(id).is_some(), "{} rests on `{id}`, which is no finding", pattern.key);
            }
            let banded = pattern.checks.iter().filter(|check| check.is_banded()).count();
            assert_eq!(banded == 0, !pattern.lacking.is_empty(), "{}", pattern.key);
            for check in &pattern.checks {
                let (low, high) = check.band();
                assert!(low < high, "{} {}", pattern.key, check.name);
            }
        }
    }

    #[test]
    fn a_finding_checked_on_its_own_was_seen_by_no_fit() {
        let fitted: Vec<&String> =
            patterns().iter().filter(|pattern| pattern.used == Used::Fitted).flat_map(|it| &it.findings[..1]).collect();
        for pattern in further() {
            assert_eq!(
                (pattern.used, &pattern.findings),
                (Used::Unused, &vec![pattern.key.clone()]),
                "{}",
                pattern.key
            );
            assert!(!fitted.contains(&&pattern.key), "{} gave a target", pattern.key);
        }
    }
}
