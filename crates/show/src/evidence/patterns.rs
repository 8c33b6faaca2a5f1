//! Patterns of the field in words: what each says, the figures that show it, and whether they do.

use wearout_core::evidence::{Check, Measure};
use wearout_core::finding::Evidence;
use wearout_core::study::{Checked, PatternScore};
use wearout_core::tally::{Observable, Unit};

use super::claims::{plain, shorten};
use crate::number::{decimals, fixed};
use crate::page::{Cell, Label, Row, Table};

/// Letters of what is measured.
const NAME: usize = 42;

/// How many of the ten patterns are shown, a sentence or two.
pub fn patterns_shown(evidence: &Evidence) -> String {
    let counts = evidence.reproduced.patterns;
    format!(
        "{} of {} shown, {} not shown, {} cannot be expressed. None of the studies is about marketing groups: \
         signs and shapes carry over, levels do not.",
        counts.shown,
        evidence.patterns.len(),
        counts.not_shown,
        counts.cannot_be_expressed
    )
}

/// How much of what no fit has seen is shown, a sentence or two.
pub fn unseen_shown(evidence: &Evidence) -> String {
    let counts = evidence.reproduced.out_of_sample;
    format!(
        "Out of sample, patterns included: {} of {} shown. Only what no fit has seen is validation.",
        counts.shown,
        counts.shown + counts.not_shown
    )
}

/// A pattern: a row for each of its figures.
pub(super) fn table(score: &PatternScore, from: String) -> Table {
    let pattern = score.pattern;
    let row = |checked: &Checked| {
        let figure = |text: String| if text.is_empty() { Cell::Blank } else { Cell::Figure(text) };
        Row {
            label: Label::plain(shorten(&checked.check.name, NAME)),
            is_part: true,
            cells: vec![
                figure(self::figure(checked)),
                figure(band(checked.check)),
                Cell::Words(verdict(checked).to_owned()),
            ],
        }
    };
    Table {
        title: format!("{}  {} ({}): {}", pattern.key, score.shown.words(), pattern.used.words(), pattern.title),
        heads: ["simulated", "band", ""].map(str::to_owned).to_vec(),
        rows: score.checks.iter().map(row).collect(),
        below: (!pattern.lacking.is_empty()).then(|| format!("lacking: {}", pattern.lacking)).into_iter().collect(),
        from,
        ..Table::default()
    }
}

/// Whether a figure lies in its band; blank for what is only shown beside.
pub fn verdict(checked: &Checked) -> &'static str {
    match (checked.is_inside, checked.value) {
        (None, _) => "",
        (Some(_), None) => "no figure",
        (Some(true), _) if checked.is_uncertain => "inside, uncertain",
        (Some(false), _) if checked.is_uncertain => "outside, uncertain",
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
