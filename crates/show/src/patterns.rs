//! Patterns of the field as plain text, as JSON and as CSV: what each says, the figures that show it, and whether they do.
//!
//! Comes in: scores. Goes out: lines of at most 120 columns where words allow it. Shares are shown in per cent. Computes no statistic.

use std::fmt::Write;

use serde_json::{Value, json};
use wearout_core::evidence::{Check, Measure, Used};
use wearout_core::study::{Checked, PatternScore, Shown};
use wearout_core::tally::{Observable, Unit};

use super::csv::{cell, write};
use super::number::{decimals, fixed};
use super::scorecard::{plain, shorten, wrapped};

/// Columns of what is measured.
const NAME: usize = 56;

/// Everything that is said about patterns.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The ten patterns.
    pub patterns: &'a [PatternScore],
    /// Findings beside them, each checked on its own.
    pub further: &'a [PatternScore],
}

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let mut text = String::new();
    for (heading, scores) in [(patterns_heading(page), page.patterns), (further_heading(page), page.further)] {
        let _ = writeln!(text, "{}", wrapped(&heading, ["", ""]));
        for score in scores {
            text += &entry(score);
        }
        text.push('\n');
    }
    text
}

/// How many of the ten patterns are shown, a sentence or two.
pub fn patterns_heading(page: &Page) -> String {
    let count = |shown: Shown| page.patterns.iter().filter(|score| score.shown() == shown).count();
    format!(
        "Patterns of field studies: {} of {} shown, {} not shown, {} cannot be expressed. None of the studies is about marketing groups: \
         signs and shapes carry over, levels do not.",
        count(Shown::Shown),
        page.patterns.len(),
        count(Shown::NotShown),
        count(Shown::CannotBeExpressed)
    )
}

/// How many findings that no fit has seen are shown, a sentence or two.
pub fn further_heading(page: &Page) -> String {
    let unseen = || page.further.iter().chain(page.patterns).filter(|score| score.pattern.used == Used::Unused);
    let judged = unseen().filter(|score| score.shown() != Shown::CannotBeExpressed).count();
    let shown = unseen().filter(|score| score.shown() == Shown::Shown).count();
    format!(
        "Further findings, each checked on its own. Out of sample, patterns included: {shown} of {judged} shown. Only what no fit has seen is \
         validation."
    )
}

fn entry(score: &PatternScore) -> String {
    let pattern = score.pattern;
    let head = format!("{}  {} ({}): {}", pattern.key, score.shown().words(), pattern.used.words(), pattern.title);
    let mut text = wrapped(&head, ["  ", "      "]) + "\n";
    if !pattern.lacking.is_empty() {
        text += &(wrapped(&format!("lacking: {}", pattern.lacking), ["      ", "      "]) + "\n");
    }
    for checked in &score.checks {
        let (name, found, band) = (shorten(&checked.check.name, NAME), figure(checked), band(checked.check));
        let line = format!("      {name:NAME$} {found:>20}  {band:>14}  {}", verdict(checked));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// Whether a figure lies in its band; blank for what is only shown beside.
pub fn verdict(checked: &Checked) -> &'static str {
    let (low, high) = checked.check.band();
    let reaches = |end: f64| checked.interval.is_some_and(|interval| interval.low < end && end < interval.high);
    match (checked.is_inside, checked.value) {
        (None, _) => "",
        (Some(_), None) => "no figure",
        (Some(true), _) if reaches(low) || reaches(high) => "inside, uncertain",
        (Some(false), _) if reaches(low) || reaches(high) => "outside, uncertain",
        (Some(true), _) => "inside",
        (Some(false), _) => "outside",
    }
}

/// The band of a check, as it is read.
pub fn band(check: &Check) -> String {
    let unit = Observable::parse(&check.observable).ok().map(|observable| observable.unit());
    let is_percentage = check.measure == Measure::Level && unit.is_some_and(Unit::is_percentage);
    let (scale, sign) = scale_and_sign(check, is_percentage);
    let number = |value: f64| plain(scale * value);
    match (check.low, check.high) {
        (Some(low), Some(high)) => format!("{} to {}{sign}", number(low), number(high)),
        (Some(low), None) => format!("at least {}{sign}", number(low)),
        (None, Some(high)) => format!("at most {}{sign}", number(high)),
        (None, None) => String::new(),
    }
}

/// A figure with its interval, as it is read; blank where there is none.
pub fn figure(checked: &Checked) -> String {
    let Some(value) = checked.value else { return String::new() };
    let (scale, sign) = scale_and_sign(checked.check, checked.unit.is_some_and(Unit::is_percentage));
    let digits = match (checked.check.measure, checked.interval) {
        (Measure::Best | Measure::LeastStep, _) => return found(checked, plain_to_a_tenth) + sign,
        (_, Some(interval)) => decimals(scale * (interval.high - interval.low) / 2.0),
        (_, None) => return plain(scale * value) + sign,
    };
    found(checked, |value| fixed(scale * value, digits)) + sign
}

/// What a figure is multiplied by to be read, and what follows it: steps are in paired standard errors.
fn scale_and_sign(check: &Check, is_percentage: bool) -> (f64, &'static str) {
    match check.measure {
        Measure::LeastStep => (1.0, " SE"),
        _ if is_percentage => (100.0, " %"),
        _ => (1.0, ""),
    }
}

fn found(checked: &Checked, number: impl Fn(f64) -> String) -> String {
    let value = checked.value.map(&number).unwrap_or_default();
    match checked.interval {
        Some(interval) if interval.high > interval.low => {
            format!("{value} ({} to {})", number(interval.low), number(interval.high))
        }
        _ => value,
    }
}

fn plain_to_a_tenth(value: f64) -> String {
    fixed(value, 1).trim_end_matches(".0").to_owned()
}

/// The scores as JSON, in full precision. What is not measured is `null`.
pub fn json(scores: &[PatternScore]) -> Value {
    let check = |checked: &Checked| {
        json!({
            "name": checked.check.name,
            "observable": checked.check.observable,
            "low": checked.check.low,
            "high": checked.check.high,
            "simulated": checked.value,
            "interval_low": checked.interval.map(|interval| interval.low),
            "interval_high": checked.interval.map(|interval| interval.high),
            "inside": checked.is_inside,
        })
    };
    let score = |score: &PatternScore| {
        json!({
            "key": score.pattern.key,
            "title": score.pattern.title,
            "findings": score.pattern.findings,
            "scenario": score.pattern.scenario,
            "verdict": score.shown().words(),
            "used": score.pattern.used.words(),
            "replicates": score.replicates,
            "checks": score.checks.iter().map(check).collect::<Vec<_>>(),
        })
    };
    scores.iter().map(score).collect()
}

/// `patterns.csv`: a row for each figure of each pattern and further finding; shares as fractions.
pub fn csv(page: &Page) -> Vec<u8> {
    let header = [
        "pattern",
        "verdict",
        "used",
        "scenario",
        "check",
        "observable",
        "low",
        "high",
        "simulated",
        "interval_low",
        "interval_high",
        "inside",
        "replicates",
    ];
    let rows = page.patterns.iter().chain(page.further).flat_map(|score| {
        score.checks.iter().map(move |checked| {
            let pattern = score.pattern;
            vec![
                pattern.key.clone(),
                score.shown().words().to_owned(),
                pattern.used.words().to_owned(),
                pattern.scenario.clone(),
                checked.check.name.clone(),
                checked.check.observable.clone(),
                cell(checked.check.low),
                cell(checked.check.high),
                cell(checked.value),
                cell(checked.interval.map(|interval| interval.low)),
                cell(checked.interval.map(|interval| interval.high)),
                checked.is_inside.map(|inside| inside.to_string()).unwrap_or_default(),
                score.replicates.to_string(),
            ]
        })
    });
    write(&header, rows)
}
