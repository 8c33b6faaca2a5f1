//! The evidence shown: what a fit reproduces of both ledgers, as a page and as tables. Its charts are in `chart`.
//!
//! Comes in: an [`Evidence`]. Goes out: a page and tables. Decides nothing.

mod claims;
mod patterns;
mod tables;

use wearout_core::evidence::Use;
use wearout_core::evidence::contradictions::Finding as Shows;
use wearout_core::finding::{Contradiction, Evidence};

pub use claims::{figures, heading, totals};
pub use patterns::{band, figure, patterns_shown, unseen_shown, verdict};
pub use tables::tables;

use super::page::{Block, Page, Said};

/// The page of the evidence.
pub fn page(evidence: &Evidence) -> Page {
    let [fit, facts] = totals(evidence);
    let mut blocks = vec![
        Block::Headline(Said::of(headline(evidence), "/study/reproduced")),
        Block::Sentence(Said::of(fit, "/study/fit")),
        Block::Sentence(Said::of(facts, "/study/reproduced/facts")),
        Block::Figure("evidence"),
    ];
    for used in Use::ALL {
        let waits = !matches!(used, Use::Calibrated | Use::HeldOut);
        blocks.push(Block::Section { title: heading(used).to_owned(), waits });
        blocks.extend(claims::group(evidence, used));
    }
    blocks.push(Block::Small(Said::of(claims::reading(evidence), "/study/card/replicates")));
    let section = |title: &str, waits| Block::Section { title: title.to_owned(), waits };
    let table = |place: &str, at, score| Block::Table(patterns::table(score, format!("/study/{place}/{at}")));
    let scores = evidence.patterns.iter().enumerate().map(|(at, score)| table("patterns", at, score));
    blocks.push(section("Patterns of field studies", false));
    blocks.push(Block::Sentence(Said::of(patterns_shown(evidence), "/study/reproduced/patterns")));
    blocks.push(Block::Figure("patterns"));
    blocks.extend(scores);
    let scores = evidence.further.iter().enumerate().map(|(at, score)| table("further", at, score));
    blocks.push(section("Further findings, each checked on its own", false));
    blocks.push(Block::Sentence(Said::of(unseen_shown(evidence), "/study/reproduced/out_of_sample")));
    blocks.extend(scores);
    for (title, agrees) in [("Where the article contradicts itself", false), ("Where its figures agree", true)] {
        blocks.push(section(title, agrees));
        let listed = evidence.contradictions.iter().enumerate();
        let listed = listed.filter(|(_, check)| (check.finding == Shows::Consistent) == agrees);
        blocks.extend(listed.flat_map(|(at, check)| contradiction(check, &format!("/study/contradictions/{at}"))));
    }
    Page {
        title: "Which claims of the article and which patterns of field studies the model reproduces".to_owned(),
        blocks,
    }
}

/// The answer in one sentence.
fn headline(evidence: &Evidence) -> String {
    let (facts, patterns) = (evidence.reproduced.facts, evidence.reproduced.patterns);
    format!(
        "The model comes within 12 % of {} of the article's {} facts, and shows {} of {} patterns of field studies.",
        facts.close,
        facts.all,
        patterns.shown,
        evidence.patterns.len()
    )
}

/// A check of the article against itself: what it shows, its arithmetic, how the model treats it.
fn contradiction(check: &Contradiction, from: &str) -> [Block; 3] {
    let said = |words: String| Said::of(words, from);
    [
        Block::Sentence(said(format!("{}  {}: {}", check.id, check.finding.words(), check.statement))),
        Block::Item(said(check.arithmetic.clone())),
        Block::Item(said(format!("here: {}", check.treatment))),
    ]
}
