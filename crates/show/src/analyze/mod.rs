//! The analysis of a sender's own test shown: its page, its tables, its words. Its charts are in `chart`.
//!
//! Comes in: an [`Analyze`](wearout_core::finding::Analyze). Goes out: a page, tables, and how it was worked out. `verdict` says it in a
//! sentence. Decides nothing and computes no statistic.

mod explain;
mod page;
mod tables;
mod verdict;

use wearout_core::analysis::trial::{Guarding, TrialAnalysis};
use wearout_core::tally::{Metric, Unit};
use wearout_stats::Interval;

use crate::number::{decimals, fixed, plain_decimals, scale, short, signed, telling};
use crate::sentence::{self, short_label};
use crate::tested::points;

pub use explain::explanation;
pub use page::page;
pub use tables::tables;
pub(crate) use verdict::in_short;

/// What is known of an arm, in a word or two.
fn says(found: &TrialAnalysis, arm: usize) -> &'static str {
    match found.verdict.arms.iter().find(|verdict| verdict.arm == arm) {
        None => "control",
        Some(verdict) if verdict.broken.is_some() => "rejected",
        Some(verdict) => sentence::call(verdict.call),
    }
}

/// What is known of a guardrail, in a word.
fn guarding(guarding: Guarding) -> &'static str {
    match guarding {
        Guarding::Held => "holds",
        Guarding::Broken => "broken",
        Guarding::Open => "open",
        Guarding::Unseen => "none seen",
    }
}

/// `12.3 %`: a level of a metric, where there is one.
fn level(metric: &Metric, value: Option<f64>) -> Option<String> {
    let text = fixed(scale(metric.unit) * value?, plain_decimals(metric.unit));
    Some(if metric.unit.is_percentage() { format!("{text} %") } else { text })
}

/// `+2.8 (+0.9 to +4.7)`: a difference in the unit that it is read in, with as many digits as its interval supports.
fn difference(metric: &Metric, value: f64, interval: Option<Interval>) -> String {
    let factor = scale(metric.unit);
    match interval {
        Some(Interval { low, high }) if high > low => {
            let digits = telling(decimals(factor * (high - low) / 2.0), [factor * low, factor * high]);
            let [value, low, high] = [value, low, high].map(|x| signed(factor * x, digits));
            format!("{value} ({low} to {high})")
        }
        _ => signed(factor * value, plain_decimals(metric.unit)),
    }
}

/// `2.8 points`: how much, without a sign; of what is counted per 1,000 the label says so.
fn size(metric: &Metric, value: f64) -> String {
    let text = short(scale(metric.unit) * value.abs());
    match metric.unit {
        unit if unit.is_percentage() && text == "1" => "1 point".to_owned(),
        Unit::PerThousand | Unit::PerThousandMembers => text,
        _ => format!("{text} {}", points(metric)),
    }
}

/// A probability in per cent that never rounds to certainty.
fn chance(probability: f64) -> String {
    let percent = 100.0 * probability;
    match percent {
        p if p > 99.95 => "> 99.9 %".to_owned(),
        p if p < 0.05 => "< 0.1 %".to_owned(),
        p if !(1.0..=99.0).contains(&p) => format!("{} %", fixed(p, 1)),
        p => format!("{} %", fixed(p, 0)),
    }
}

/// A p value in two digits.
fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { fixed(p, if p < 0.095 { 3 } else { 2 }) }
}
