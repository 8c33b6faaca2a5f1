//! The scorecard as plain text and as JSON: claims grouped by their use, totals, contradictions with their arithmetic.
//!
//! Comes in: a [`Page`]. Goes out: lines of at most 120 columns where words allow it. Shares are shown in per cent. Computes no statistic.

use std::fmt::Write;

use serde_json::{Value, json};
use wearout_core::evidence::contradictions::{Check, Finding, checks};
use wearout_core::evidence::{Use, claim};
use wearout_core::parameter::Fit;
use wearout_core::study::{Nearness, Scorecard, Scored, count};
use wearout_core::tally::Unit;

use super::number::{decimals, fixed};

/// Columns of a line.
const WIDTH: usize = 120;

/// Columns of what a claim says.
const SAYS: usize = 40;

/// Everything that is said about a scorecard.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The scores.
    pub card: &'a Scorecard,
    /// Where the parameters come from.
    pub fit: &'a Fit,
}

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let mut parts: Vec<String> = Use::ALL.into_iter().map(|used| group(page, used)).collect();
    parts.push(totals(page).iter().map(|line| wrapped(line, ["", ""]) + "\n").collect());
    parts.push(contradictions());
    parts.join("\n")
}

/// The page as JSON: the same content, every row of every claim, in full precision. What is not measured is `null`.
pub fn json(page: &Page) -> Value {
    let facts = count(page.card.facts());
    json!({
        "parameters": page.fit.name,
        "fitted_to": page.fit.fitted_to,
        "quantities_freed": page.fit.values.len(),
        "replicates": page.card.replicates,
        "intervals": "95 %: the error of a finite number of replicates, not of the model",
        "facts": {
            "measured": facts.all, "inside": facts.inside, "within_12_percent": facts.close, "within_25_percent": facts.near,
        },
        "replays": page.card.rows.iter().map(row).collect::<Vec<_>>(),
        "contradictions": checks().into_iter().map(check).collect::<Vec<_>>(),
    })
}

fn row(row: &Scored) -> Value {
    let replay = row.replay;
    json!({
        "claim": replay.claim,
        "fact": replay.fact,
        "use": replay.used.word(),
        "design": replay.design,
        "over": replay.over,
        "observable": replay.observable,
        "definition": replay.definition,
        "low": row.range.map(|(low, _)| low),
        "high": row.range.map(|(_, high)| high),
        "simulated": row.figure.map(|figure| figure.mean),
        "interval_low": row.interval.map(|interval| interval.low),
        "interval_high": row.interval.map(|interval| interval.high),
        "off_by": row.off_by,
        "verdict": row.nearness.map(Nearness::words),
    })
}

fn check(check: &Check) -> Value {
    let worked = check.worked();
    json!({
        "id": check.id,
        "statement": check.statement,
        "claims": check.claims.iter().chain(check.also).collect::<Vec<_>>(),
        "arithmetic": worked.arithmetic,
        "finding": worked.finding.words(),
        "treatment": check.treatment,
    })
}

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

fn group(page: &Page, used: Use) -> String {
    let (measured, others): (Vec<&Scored>, Vec<&Scored>) =
        page.card.claims().filter(|row| row.replay.used == used).partition(|row| row.figure.is_some());
    let mut text = format!("{}\n", heading(used));
    for row in measured {
        let says = claim(&row.replay.claim).map_or("", |claim| &claim.statement);
        let [article, simulated] = figures(row);
        let verdict = row.nearness.map_or("", Nearness::words);
        let (id, says) = (&row.replay.claim, shorten(says, SAYS));
        let _ = writeln!(text, "  {id:23} {says:SAYS$} {article:>15} {simulated:>23}  {verdict}");
    }
    if !others.is_empty() {
        let ids: Vec<&str> = others.iter().map(|row| row.replay.claim.as_str()).collect();
        let _ = writeln!(text, "{}", wrapped(&format!("nothing is measured for {}", ids.join(", ")), ["  ", "  "]));
    }
    text
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

pub(super) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 3).collect();
    format!("{}...", start.trim_end())
}

/// How near the facts come, under which fit, and how to read that: a sentence or two each.
pub fn totals(page: &Page) -> Vec<String> {
    let facts = count(page.card.facts());
    let held_out = count(page.card.facts().filter(|row| row.replay.used == Use::HeldOut));
    let off: Vec<String> = page.card.facts().filter(|row| row.nearness == Some(Nearness::Off)).map(miss).collect();
    let off = if off.is_empty() { "no fact is off".to_owned() } else { format!("off: {}", off.join(", ")) };
    vec![
        format!(
            "Fit {}: {}; fitted to {}; {} quantities freed.",
            page.fit.name,
            page.fit.title,
            page.fit.fitted_to,
            page.fit.values.len()
        ),
        format!(
            "{} of {} facts within 12 %, {} within 25 %, {} inside; of the {} held out of the prediction fit {} within 25 %; {off}.",
            facts.close, facts.all, facts.near, facts.inside, held_out.all, held_out.near
        ),
        format!(
            "Intervals of {} replicates: 95 %, the error of a finite number of them, neither the luck of one campaign nor what is \
             not known about people and platforms. Verdicts: distance of the mean from the nearest end of the article's range.",
            page.card.replicates
        ),
    ]
}

/// A fact and how far off it is.
fn miss(row: &Scored) -> String {
    let name = row.replay.fact.as_deref().unwrap_or(&row.replay.claim);
    format!("{name} by {:+.0} %", 100.0 * row.off_by.unwrap_or_default())
}

fn contradictions() -> String {
    let listed = |wanted: fn(Finding) -> bool| -> String {
        checks().into_iter().filter(|check| wanted(check.worked().finding)).map(entry).collect()
    };
    format!(
        "Where the article contradicts itself\n{}\nWhere its figures agree\n{}",
        listed(|finding| finding != Finding::Consistent),
        listed(|finding| finding == Finding::Consistent)
    )
}

fn entry(check: &Check) -> String {
    let worked = check.worked();
    let lines = [
        (format!("{:4}{}: {}", check.id, worked.finding.words(), check.statement), "  "),
        (worked.arithmetic, "      "),
        (format!("here: {}", check.treatment), "      "),
    ];
    lines.iter().map(|(line, first)| wrapped(line, [first, "      "]) + "\n").collect()
}

/// Lines that fit, the first after its own indent.
pub(super) fn wrapped(text: &str, [first, rest]: [&str; 2]) -> String {
    let mut lines = vec![first.to_owned()];
    let mut indent = first.len();
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        let is_empty = line.len() == indent;
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{rest}{word}"));
            indent = rest.len();
        } else {
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}
