//! A sensitivity analysis shown: its page, its tables, its words. Its charts are in `chart`.
//!
//! Comes in: a [`Sensitivity`]. Goes out: a page and tables. Decides nothing.

mod page;
mod tables;

use wearout_core::finding::Sensitivity;
use wearout_core::study::sensitivity::{Decision, Factor, Kind, Measure, Scale};

pub use page::page;
pub use tables::tables;

use super::number::{difference_unit, level_unit, short};
use super::sentence;

/// The figure in words: `churn, targeted minus spray`.
pub(crate) fn measure(of: &Sensitivity) -> String {
    let Measure { metric, plan, minus } = of.measure;
    let plan = self::plan(of, plan);
    match minus {
        Some(minus) => format!("{}, {plan} minus {}", metric.label, self::plan(of, minus)),
        None => format!("{} under {plan}", metric.label),
    }
}

/// The unit of the figure as it is read.
pub(crate) fn unit(of: &Sensitivity) -> &str {
    let unit = if of.measure.minus.is_some() { difference_unit } else { level_unit };
    unit(of.measure.metric.unit, &of.scenario.money.currency)
}

/// A factor in words: what a parameter is, as far as the first stop in its meaning; of a key of the scenario the key.
pub(crate) fn label(factor: &Factor) -> String {
    let Kind::Parameter(parameter) = factor.kind else { return factor.key.clone() };
    let what = parameter.meaning.split([':', ';', '.', ',']).next().unwrap_or(&factor.key);
    let mut letters = what.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// A value as one reads it: durations with their unit, numbers to three digits without idle zeros.
pub(crate) fn at(factor: &Factor, value: f64) -> String {
    if factor.kind == Kind::Lever(Scale::Hours) {
        // Of hours nobody reads a part of a minute.
        let steps = if value < 1.0 { 600.0 } else { 60.0 };
        factor.written((value * steps).round() / steps)
    } else {
        short(value)
    }
}

fn plan(of: &Sensitivity, index: usize) -> &str {
    &of.scenario.plans[index].name
}

fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Overall(overall) => sentence::overall(overall),
        Decision::Call(call) => sentence::call(call),
    }
}
