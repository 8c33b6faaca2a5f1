//! The analysis of a sender's own test shown: text, CSV, JSON, a manifest. Its charts are in `chart`.
//!
//! Comes in: a [`Page`]. Goes out: text and files. `verdict` says it in a sentence, `text` in a table and three lines, `explain` how it was
//! worked out. Computes no statistic.

mod explain;
mod files;
mod json;
mod manifest;
mod text;
mod verdict;
mod worth;

use wearout_core::analysis::Zone;
use wearout_core::analysis::trial::{Effect, TrialAnalysis};
use wearout_core::results::Results;
use wearout_core::tally::{Metric, Unit};
use wearout_stats::Interval;

use crate::number::{decimals, fixed, plain_decimals, scale, short, signed, telling};

pub use explain::explanation;
pub use files::{analysis, looks};
pub use json::value;
pub use manifest::Asked;
pub use text::text;
pub(crate) use verdict::verdict;

use super::points;

/// A test and what its analysis found.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Name of the file, without its ending.
    pub name: &'a str,
    /// The table as it was read.
    pub results: &'a Results,
    /// The metric that decides.
    pub metric: &'static Metric,
    /// What counts as practically equal.
    pub zone: Zone,
    /// Whether it was said after how many days the test was to end; else its last day is taken for the planned end.
    pub is_end_said: bool,
    /// What was found.
    pub found: &'a TrialAnalysis,
}

impl Page<'_> {
    /// Name of an arm.
    pub(crate) fn arm(&self, arm: usize) -> &str {
        &self.found.arms[arm].name
    }

    /// Name of the control.
    pub(crate) fn control(&self) -> &str {
        self.arm(self.found.control)
    }

    /// When the interval of an effect holds, where it has one. Of a running test those that decide hold at every look, and those of
    /// secondary metrics for today alone.
    fn holds(&self, effect: &Effect) -> Option<&'static str> {
        let is_secondary = self.found.secondary.iter().any(|secondary| std::ptr::eq(secondary, effect));
        effect.interval.map(|_| match (self.found.is_running(), is_secondary) {
            (false, _) if self.is_end_said => "at the end",
            (false, _) => "if this end was planned",
            (true, false) => "at every look",
            (true, true) => "today alone",
        })
    }

    /// The effect of an arm on the metric that decides.
    fn effect(&self, arm: usize) -> Option<&Effect> {
        self.found.effects.iter().find(|effect| effect.arm == arm)
    }
}

/// A metric in a word or two: its label without what stands in brackets, and without the deliveries that a unit names.
pub(crate) fn short_label(metric: &Metric) -> &'static str {
    let label = metric.label.split(" (").next().unwrap_or(metric.label);
    label.strip_suffix(" delivered").filter(|_| metric.unit == Unit::PerThousand).unwrap_or(label)
}

/// `12.3 %`: a level of a metric.
fn level(metric: &Metric, value: Option<f64>) -> String {
    let Some(value) = value else { return "-".to_owned() };
    let text = fixed(scale(metric.unit) * value, plain_decimals(metric.unit));
    if is_share(metric) { format!("{text} %") } else { text }
}

/// `+2.8 (+0.9 to +4.7)`: a difference in the unit that it is read in, with as many digits as its interval supports.
pub(crate) fn difference(metric: &Metric, value: Option<f64>, interval: Option<Interval>) -> String {
    let Some(value) = value else { return "-".to_owned() };
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

fn is_share(metric: &Metric) -> bool {
    metric.unit.is_percentage()
}

/// `9 more groups`.
fn counted(n: u64, one: &str) -> String {
    format!("{} {one}{}", fixed(n as f64, 0), if n == 1 { "" } else { "s" })
}
