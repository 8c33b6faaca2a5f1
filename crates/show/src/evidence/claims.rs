//! Claims of the article in words: what each use means, figures as they are read, how near the facts come.

use wearout_core::evidence::{Use, claim};
use wearout_core::finding::Evidence;
use wearout_core::study::{Nearness, Scored};
use wearout_core::tally::Unit;

use crate::number::{decimals, fixed};
use crate::page::{Block, Cell, Label, Row, Said, Table};

/// Letters of what a claim says.
const SAYS: usize = 44;

/// What a use means to a reader.
pub fn heading(used: Use) -> &'static str {
    match used {
        Use::Calibrated => "Calibrated: the prediction fit adjusts parameters to these",
        Use::HeldOut => "Held out: the prediction fit has not seen these",
        Use::Input => "Inputs: numbers taken over, or settings of a design",
        Use::Rule => "Rules of the platform article-2025: taken over, no platform confirms them",
        Use::Stated => "Stated intentions and attitudes: behaviour is modelled, not these",
        Use::Case => "Cases of single firms",
        Use::Advice => "Advice to senders",
        Use::Context => "Context",
    }
}

/// The claims of a use: a row for each that is measured, then the names of the others.
pub(super) fn group(evidence: &Evidence, used: Use) -> Vec<Block> {
    let (measured, others): (Vec<&Scored>, Vec<&Scored>) =
        evidence.card.claims().filter(|row| row.replay.used == used).partition(|row| row.figure.is_some());
    let mut blocks = Vec::new();
    if !measured.is_empty() {
        blocks.push(Block::Table(Table {
            corner: "claim".to_owned(),
            heads: ["article", "simulated", ""].map(str::to_owned).to_vec(),
            rows: measured.into_iter().map(row).collect(),
            from: "/study/card/rows".to_owned(),
            ..Table::default()
        }));
    }
    if !others.is_empty() {
        let ids: Vec<&str> = others.iter().map(|row| row.replay.claim.as_str()).collect();
        blocks.push(Block::Small(Said::of(format!("nothing is measured for {}", ids.join(", ")), "/study/card/rows")));
    }
    blocks
}

fn row(row: &Scored) -> Row {
    let id = &row.replay.claim;
    let says = claim(id).map_or(id.as_str(), |claim| &claim.statement);
    let [article, simulated] = figures(row).map(Cell::Figure);
    let verdict = row.nearness.map_or("", Nearness::words);
    Row {
        label: Label::of(shorten(says, SAYS), id),
        is_part: false,
        cells: vec![article, simulated, Cell::Words(verdict.to_owned())],
    }
}

/// Article's range and simulated figure with its interval, in the unit one reads them in.
pub fn figures(row: &Scored) -> [String; 2] {
    let points = row.unit.is_some_and(Unit::is_percentage);
    let (scale, sign) = if points { (100.0, " %") } else { (1.0, "") };
    let article = match row.range {
        Some((low, high)) if low == high => format!("{}{sign}", plain(scale * low)),
        Some((low, high)) => format!("{} to {}{sign}", plain(scale * low), plain(scale * high)),
        None => String::new(),
    };
    let Some(figure) = row.figure else { return [article, String::new()] };
    let simulated = match row.interval {
        Some(interval) if interval.high > interval.low => {
            let most = if points { 2 } else { 3 };
            let digits = decimals(scale * (interval.high - interval.low) / 2.0).min(most);
            let number = |value: f64| fixed(scale * value, digits);
            format!("{} ({} to {}){sign}", number(figure.mean), number(interval.low), number(interval.high))
        }
        _ => format!("{}{sign}", plain(scale * figure.mean)),
    };
    [article, simulated]
}

/// Three significant digits, whole numbers whole.
pub(super) fn plain(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = fixed(value, digits);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The beginning of a text that is longer than so many letters.
pub(super) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 3).collect();
    format!("{}...", start.trim_end())
}

/// Which fit is scored, and how near its facts come: a sentence each.
pub fn totals(evidence: &Evidence) -> [String; 2] {
    let (fit, facts, held_out) = (evidence.fit, evidence.reproduced.facts, evidence.reproduced.held_out);
    let off = evidence.card.facts().filter(|row| row.nearness == Some(Nearness::Off)).map(miss);
    let off: Vec<String> = off.collect();
    let off = if off.is_empty() { "no fact is off".to_owned() } else { format!("off: {}", off.join(", ")) };
    [
        format!("Fit {}: {}; fitted to {}; {} quantities freed.", fit.name, fit.title, fit.fitted_to, fit.values.len()),
        format!(
            "{} of {} facts within 12 %, {} within 25 %, {} inside; of the {} held out of the prediction fit {} within 25 %; {off}.",
            facts.close, facts.all, facts.near, facts.inside, held_out.all, held_out.near
        ),
    ]
}

/// How intervals and verdicts are to be read.
pub(super) fn reading(evidence: &Evidence) -> String {
    format!(
        "intervals of {} replicates: 95 %, the error of a finite number of them, neither the luck of one campaign nor what is not known about \
         people and platforms; verdicts: distance of the mean from the nearest end of the article's range; evidence.csv names the claims, and \
         `wearout explain NAME` says more of one",
        evidence.card.replicates
    )
}

/// A fact and how far off it is.
fn miss(row: &Scored) -> String {
    let name = row.replay.fact.as_deref().unwrap_or(&row.replay.claim);
    format!("{name} by {:+.0} %", 100.0 * row.off_by.unwrap_or_default())
}
