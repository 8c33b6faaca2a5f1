//! Two ledgers, as data: what the article claims, statement by statement, and what field studies found.
//!
//! Comes in: the embedded `ledger.csv` and `field.csv`. Goes out: [`Claim`]s and [`Finding`]s to look up and to cite. Nothing is scored
//! here, and nothing in it was measured by us. The article's numbers are unsourced claims; docs/model.md, section 11 on its conflicts.

pub mod contradictions;
mod field;
mod pattern;
mod replay;

use std::sync::LazyLock;

use serde::Deserialize;

pub use field::{Against, Finding, Reading, against, finding, findings};
pub use pattern::{Check, Measure, Pattern, Used, further, pattern, patterns};
pub use replay::{Replay, Use, facts, replays};

/// One statement of the article.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Name by which parameters, rules and scenarios cite it.
    pub id: String,
    /// Part of the article it stands in.
    pub section: String,
    /// What it says, in English.
    pub statement: String,
    /// Situation it speaks of; `all` for every sender, `none` for none in particular.
    pub scenario: String,
    /// Quantity it gives.
    pub observable: String,
    /// Lower end of its figure, in `unit`; equal to `high` for a single figure, `None` where it gives no number.
    pub low: Option<f64>,
    /// Upper end of its figure, in `unit`.
    pub high: Option<f64>,
    /// Unit of the figure; empty where the observable says it.
    pub unit: String,
    /// Use made of it: `target` and `case` are compared with, `input` and `rule` are taken over, `advice`, `stated` (an intention)
    /// and `context` are only cited.
    pub role: String,
    /// Reading of it, and conflicts with other claims.
    pub note: String,
}

static LEDGER: LazyLock<Vec<Claim>> = LazyLock::new(|| {
    csv::Reader::from_reader(include_str!("ledger.csv").as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("a test reads the embedded ledger")
});

/// Every claim, in the order of the article.
pub fn ledger() -> &'static [Claim] {
    &LEDGER
}

/// The claim of that id.
pub fn claim(id: &str) -> Option<&'static Claim> {
    ledger().iter().find(|claim| claim.id == id)
}

/// An entry of one of the two ledgers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entry {
    /// Of the article.
    Claim(&'static Claim),
    /// Of the field studies.
    Finding(&'static Finding),
}

/// The entry of that id, in whichever ledger.
pub fn find(id: &str) -> Option<Entry> {
    claim(id).map(Entry::Claim).or_else(|| finding(id).map(Entry::Finding))
}

/// Every id that can be cited, the article's first.
pub fn ids() -> impl Iterator<Item = &'static str> {
    ledger().iter().map(|claim| claim.id.as_str()).chain(findings().iter().map(|finding| finding.id.as_str()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_ledger_holds_179_claims_under_179_names() {
        assert_eq!(ledger().len(), 179);
        let ids: BTreeSet<&str> = ledger().iter().map(|claim| claim.id.as_str()).collect();
        assert_eq!(ids.len(), 179);
    }

    #[test]
    fn every_claim_says_something_in_a_known_role() {
        for claim in ledger() {
            assert!(!claim.statement.is_empty() && !claim.section.is_empty(), "{}", claim.id);
            let roles = ["target", "case", "input", "rule", "advice", "stated", "context"];
            assert!(roles.contains(&claim.role.as_str()), "{}: {}", claim.id, claim.role);
        }
    }

    #[test]
    fn a_missing_figure_is_missing_at_both_ends_and_never_zero() {
        for claim in ledger() {
            assert_eq!(claim.low.is_some(), claim.high.is_some(), "{}", claim.id);
            assert!(claim.low <= claim.high, "{}", claim.id);
        }
        assert_eq!(claim("everyone-harassment").unwrap().low, None);
        assert_eq!(claim("gz-click-out").unwrap().low, Some(0.0));
    }

    #[test]
    fn a_statement_with_commas_and_quotes_reads_whole() {
        assert_eq!(
            claim("hard3-unsub").unwrap().statement,
            "\"80% off everything\" ads 3 days running: 11% unsubscription on day 4"
        );
    }
}
