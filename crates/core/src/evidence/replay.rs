//! How each claim is used, and which figure of which design it is compared with, as data.
//!
//! Comes in: the embedded `replays.csv`. Goes out: [`Replay`]s, one or more a claim, its principal one first. Observables and designs are
//! names here: what they mean is in `tally`, `behaviour`, `platform` and `scenario`, and a test holds the names to it. Nothing is scored
//! here. See docs/evidence.md.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::claim;

/// What a claim is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum Use {
    /// The prediction fit adjusts parameters to it.
    #[serde(rename = "calibrated")]
    Calibrated,
    /// The prediction fit has not seen it; the feasibility fit has.
    #[serde(rename = "held out")]
    HeldOut,
    /// A number that is taken over, or sets a design.
    #[serde(rename = "input")]
    Input,
    /// A rule of the platform profile `article-2025`.
    #[serde(rename = "rule")]
    Rule,
    /// An intention or attitude; behaviour is modelled.
    #[serde(rename = "stated")]
    Stated,
    /// A story of one firm.
    #[serde(rename = "case")]
    Case,
    /// What senders are told to do.
    #[serde(rename = "advice")]
    Advice,
    /// Background.
    #[serde(rename = "context")]
    Context,
}

impl Use {
    /// Every use, in the order of a scorecard.
    pub const ALL: [Use; 8] =
        [Use::Calibrated, Use::HeldOut, Use::Input, Use::Rule, Use::Stated, Use::Case, Use::Advice, Use::Context];

    /// The word in tables and files.
    pub fn word(self) -> &'static str {
        match self {
            Use::Calibrated => "calibrated",
            Use::HeldOut => "held out",
            Use::Input => "input",
            Use::Rule => "rule",
            Use::Stated => "stated",
            Use::Case => "case",
            Use::Advice => "advice",
            Use::Context => "context",
        }
    }
}

/// How one claim is replayed.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// Id of the claim.
    pub claim: String,
    /// Name of the fact it is, among the 46 that the fits are judged by. Without a weight: another claim about that fact's observable.
    pub fact: Option<String>,
    /// What it is used for.
    #[serde(rename = "use")]
    pub used: Use,
    /// Design that is simulated for it; `None` where nothing is, or where parameters or rules alone give the figure.
    pub design: Option<String>,
    /// Design whose mean divides the first one's.
    pub over: Option<String>,
    /// Figure it is compared with: an observable of `tally`, a closed form of `behaviour`, `parameter:KEY` or `rule:KEY`; `None` where the
    /// claim measures nothing that is simulated.
    pub observable: Option<String>,
    /// Lower end compared with, in the unit of the observable; `None` for the claim's own.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Weight of the fact in a fit, for the 46.
    pub weight: Option<f64>,
    /// Definition used, or why nothing is measured.
    pub definition: String,
}

impl Replay {
    /// The range compared with: this row's own, or the figure of its claim.
    pub fn range(&self) -> Option<(f64, f64)> {
        let claim = || claim(&self.claim).and_then(|claim| claim.low.zip(claim.high));
        self.low.zip(self.high).or_else(claim)
    }

    /// Whether it is one of the 46 facts the fits are judged by.
    pub fn is_fact(&self) -> bool {
        self.weight.is_some()
    }
}

static REPLAYS: LazyLock<Vec<Replay>> = LazyLock::new(|| {
    csv::Reader::from_reader(include_str!("replays.csv").as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("a test reads the embedded replays")
});

/// Every replay, in the order of the ledger; those of one claim follow each other, the principal one first.
pub fn replays() -> &'static [Replay] {
    &REPLAYS
}

/// The 46 facts the fits are judged by.
pub fn facts() -> impl Iterator<Item = &'static Replay> {
    replays().iter().filter(|replay| replay.is_fact())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::ledger;
    use super::*;

    #[test]
    fn every_claim_is_used_for_something_and_every_row_has_a_claim() {
        let mut order: Vec<&str> = replays().iter().map(|replay| replay.claim.as_str()).collect();
        order.dedup();
        let claims: Vec<&str> = ledger().iter().map(|claim| claim.id.as_str()).collect();
        assert_eq!(order, claims, "the rows follow the ledger, those of one claim together");
    }

    #[test]
    fn a_row_either_measures_something_or_says_why_not() {
        for replay in replays() {
            assert!(!replay.definition.is_empty(), "{}", replay.claim);
            assert!(replay.observable.is_some() || replay.design.is_none(), "{}", replay.claim);
            assert!(replay.design.is_some() || replay.over.is_none(), "{}", replay.claim);
            if replay.observable.is_some() {
                let (low, high) = replay.range().unwrap_or_else(|| panic!("{} is compared with nothing", replay.claim));
                assert!(low <= high, "{}", replay.claim);
            }
        }
    }

    #[test]
    fn there_are_46_facts_each_weighed_once_and_held_out_or_calibrated() {
        let names: BTreeSet<&str> = facts().filter_map(|replay| replay.fact.as_deref()).collect();
        assert_eq!((facts().count(), names.len()), (46, 46));
        for fact in facts() {
            assert!(matches!(fact.used, Use::Calibrated | Use::HeldOut), "{:?}", fact.fact);
            assert!(fact.low.is_some() && fact.high.is_some(), "{:?}", fact.fact);
        }
        let held_out = facts().filter(|fact| fact.used == Use::HeldOut).count();
        assert_eq!(held_out, 9, "ten, less the open rate of strangers, which identifies them");
        for other in replays().iter().filter(|replay| !replay.is_fact()) {
            let known = other.fact.as_deref().is_none_or(|fact| names.contains(fact));
            assert!(known, "{} names a fact that nobody weighs", other.claim);
        }
    }

    #[test]
    fn what_only_senders_or_surveys_say_is_never_fitted() {
        for claim in ledger().iter().filter(|claim| ["stated", "advice", "context"].contains(&claim.role.as_str())) {
            for replay in replays().iter().filter(|replay| replay.claim == claim.id) {
                assert!(replay.weight.is_none(), "{} is {} and yet fitted", claim.id, claim.role);
            }
        }
    }
}
