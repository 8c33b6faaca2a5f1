//! Which of the article's claims and which patterns of field studies the model reproduces, and where the article contradicts itself.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::provenance::{Provenance, Sets};
use super::{Finding, SCHEMA, Study, Unfinished, within};
use crate::diagnostic::Faults;
use crate::evidence::contradictions::{self, checks};
use crate::evidence::{Pattern, Use, Used, further, patterns};
use crate::parameter::{Fit, find_fit, fits};
use crate::scenario::DESIGNS;
use crate::study::{self, Counts, Observer, PatternScore, Scorecard, Search, ShownCounts, Stage};

/// A scorecard of the evidence that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceJob {
    /// Name of the fit that is scored.
    pub fit: String,
    /// Seed of all luck.
    pub seed: u64,
    /// How much is run.
    pub options: EvidenceOptions,
}

/// How much is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceOptions {
    /// Replicates of each design, two or more; each pattern has a twenty-fifth of them, and two at the least.
    pub replicates: u32,
}

/// How much of both ledgers a fit reproduces.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// How much was asked for.
    pub asked: EvidenceOptions,
    /// Where the parameters come from.
    pub fit: &'static Fit,
    /// How much is reproduced.
    pub reproduced: Reproduced,
    /// The article's claims. Intervals are the error of a finite number of replicates, neither the luck of one campaign nor what is
    /// not known about people and platforms.
    pub card: Scorecard,
    /// The patterns of field studies.
    pub patterns: Vec<PatternScore>,
    /// Findings of the field beside them, each checked on its own.
    pub further: Vec<PatternScore>,
    /// Seed of the patterns' luck: none that a search from a small seed, or the check of its result, has seen.
    pub patterns_seed: u64,
    /// The article set against itself.
    pub contradictions: Vec<Contradiction>,
}

/// How much of both ledgers is reproduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reproduced {
    /// Of the facts that fits are judged by.
    pub facts: Counts,
    /// Of those that the prediction fit has not seen.
    pub held_out: Counts,
    /// Of the patterns.
    pub patterns: ShownCounts,
    /// Of the patterns and further findings that no fit has seen.
    pub out_of_sample: ShownCounts,
}

/// Statements of the article set against each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// `C1` and so on for what clashes, `K1` and so on for what was checked and holds.
    pub id: &'static str,
    /// What is set against what.
    pub statement: &'static str,
    /// The claims.
    pub claims: Vec<&'static str>,
    /// A line, every figure in it computed.
    pub arithmetic: String,
    /// What that shows.
    pub finding: contradictions::Finding,
    /// How the model treats it.
    pub treatment: &'static str,
}

impl EvidenceOptions {
    /// Replicates that can be asked for.
    pub const REPLICATES: RangeInclusive<u32> = 2..=1_000_000;
}

impl EvidenceJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        within(&[("--replicates", self.options.replicates, EvidenceOptions::REPLICATES)])?;
        let fit = find_fit(&self.fit).ok_or_else(|| {
            let names: Vec<&str> = fits().iter().map(|fit| fit.name.as_str()).collect();
            Faults::of_job(&format!("no fit `{}`", self.fit), &format!("the fits are {}", names.join(", ")))
        })?;
        let (parameters, replicates) = (fit.parameters(), self.options.replicates);
        let sought: Vec<&Pattern> = patterns().iter().chain(further()).collect();
        let seed = self.seed.rotate_left(32);
        let search = Search { patterns: &sought, replicates: study::few(replicates), seed, members: None, set: &[] };
        let total = DESIGNS.len() as u64 * u64::from(replicates) + search.total();
        observer.begins(Stage::Simulating { replicates: Some(total) });
        let engine = observer.engine();
        let card = study::scorecard(&parameters, replicates, self.seed, engine).ok_or(Unfinished::Stopped)?;
        let scores = study::shows(&parameters, &search, engine).ok_or(Unfinished::Stopped)?;

        let replicates = u64::from(replicates);
        let sets = Sets::of(&fit.name, &fit.name, &[parameters], replicates);
        let made = Provenance::of("evidence", "evidence", self.seed, &[]);
        Ok(Finding {
            schema: SCHEMA,
            provenance: Provenance { replicates, parameters: Some(sets), ..made },
            study: Study::Evidence(Box::new(Evidence::of(fit, card, scores, seed))),
        })
    }
}

impl Evidence {
    /// What the scores of a fit come to; those of patterns stand before those of further findings.
    pub fn of(fit: &'static Fit, card: Scorecard, scores: Vec<PatternScore>, patterns_seed: u64) -> Evidence {
        let unseen = scores.iter().filter(|score| score.pattern.used == Used::Unused);
        let out_of_sample = study::count_shown(unseen);
        let (patterns, further): (Vec<_>, Vec<_>) = scores.into_iter().partition(|score| !score.pattern.is_a_finding());
        Evidence {
            asked: EvidenceOptions { replicates: card.replicates },
            fit,
            reproduced: Reproduced {
                facts: study::count(card.facts()),
                held_out: study::count(card.facts().filter(|row| row.replay.used == Use::HeldOut)),
                patterns: study::count_shown(&patterns),
                out_of_sample,
            },
            card,
            patterns,
            further,
            patterns_seed,
            contradictions: contradictions(),
        }
    }
}

/// Every check of the article against itself, worked out.
fn contradictions() -> Vec<Contradiction> {
    let worked = checks().into_iter().map(|check| {
        let contradictions::Worked { arithmetic, finding } = check.worked();
        Contradiction {
            id: check.id,
            statement: check.statement,
            claims: check.claims.iter().chain(check.also).copied().collect(),
            arithmetic,
            finding,
            treatment: check.treatment,
        }
    });
    worked.collect()
}
