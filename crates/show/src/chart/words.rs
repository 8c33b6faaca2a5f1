//! Numbers as words, and the sentences that titles are made of.
//!
//! A title claims a direction only where the interval of the paired difference leaves zero out: over several sets of parameters,
//! the interval in which the plausible sets lie.

pub(super) use crate::sentence::capitalised as sentence;

use wearout_core::analysis::{CONFIDENCE, Comparison, Difference, Estimate, PlanSummary};
use wearout_core::tally::METRICS;
use wearout_stats::interval::of_proportion;

use crate::number::fixed;

/// Keeps a number and its sign on one line.
const TIED: char = '\u{a0}';

/// The longest horizon, days, of which charts show every day; of a longer one they show weeks.
const DAYS_SHOWN_SINGLY: usize = 90;

/// What a chart of so many days shows one of, in a word and in days.
pub(super) fn spell(days: usize) -> (&'static str, usize) {
    if days > DAYS_SHOWN_SINGLY { ("week", 7) } else { ("day", 1) }
}

/// Row of a metric in the table of metrics.
pub(super) fn row_of(key: &str) -> usize {
    METRICS.iter().position(|metric| metric.key == key).expect("charts name metrics of the table")
}

/// A plan's estimate of a metric.
pub(super) fn estimate<'a>(plan: &'a PlanSummary, key: &str) -> Option<&'a Estimate> {
    plan.estimates.get(row_of(key))
}

/// A plan's mean of a metric.
pub(super) fn mean(plan: &PlanSummary, key: &str) -> Option<f64> {
    estimate(plan, key).and_then(|estimate| estimate.mean)
}

/// A share as a percentage: a decimal below 10 %, none above.
pub(super) fn percent(share: f64) -> String {
    let points = 100.0 * share;
    if points == 0.0 {
        format!("0{TIED}%")
    } else if points.abs() < 0.05 {
        format!("<{TIED}0.1{TIED}%")
    } else if points.abs() < 9.95 {
        format!("{}{TIED}%", fixed(points, 1))
    } else if (99.5..100.0).contains(&points) {
        format!("{}{TIED}%", fixed(points.min(99.9), 1))
    } else {
        format!("{}{TIED}%", fixed(points, 0))
    }
}

/// A number with commas between its thousands and a typographic minus.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
    fixed(value, decimals).replace('-', "−")
}

/// A count to three digits.
pub(super) fn count(value: f64) -> String {
    match value.abs() {
        v if v == 0.0 || v >= 100.0 => grouped(value, 0),
        v if v >= 10.0 => grouped(value, 1),
        _ => grouped(value, 2),
    }
}

/// Whether the interval of a difference leaves zero out, and on which side it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// More than the baseline.
    More,
    /// Less than the baseline.
    Less,
    /// Not known.
    Open,
}

/// On which side of zero a difference lies: its mean and, over several sets of parameters, 95 % of the plausible sets.
pub(super) fn side(difference: &Difference) -> Side {
    let mean = difference.low.zip(difference.high);
    let over_sets = plausible(difference).or(mean);
    match (mean, over_sets) {
        (Some((a, _)), Some((b, _))) if a > 0.0 && b > 0.0 => Side::More,
        (Some((_, a)), Some((_, b))) if a < 0.0 && b < 0.0 => Side::Less,
        _ => Side::Open,
    }
}

/// Where 95 % of the plausible sets lie; `None` under one set.
pub(super) fn plausible(difference: &Difference) -> Option<(f64, f64)> {
    let over_sets = difference.decomposition?.over_sets?;
    Some((over_sets.low, over_sets.high))
}

/// What is said of one metric.
pub(super) struct Verbs {
    /// "is opened", before "2.8 times as ...".
    pub(super) verb: &'static str,
    /// "often", after "times as".
    pub(super) often: &'static str,
    /// "is opened more often than".
    pub(super) more: &'static str,
    /// "is opened less often than".
    pub(super) less: &'static str,
    /// "are opened", of several plans.
    pub(super) several: &'static str,
    /// "more often", after `several`.
    pub(super) several_more: &'static str,
    /// "less often", after `several`.
    pub(super) several_less: &'static str,
    /// "open rate".
    pub(super) noun: &'static str,
}

/// The sentence about a metric of several plans; `None` for a single plan.
pub(super) fn compared(comparison: &Comparison, key: &str, verbs: &Verbs) -> Option<String> {
    let base = comparison.plans.get(comparison.baseline)?;
    let others: Vec<&Difference> = comparison.differences.iter().filter(|d| d.metric.key == key).collect();
    match others[..] {
        [] => None,
        [only] => Some(sentence(&of_two(base, comparison.plans.get(only.plan)?, only, key, verbs))),
        _ => {
            let n = others.len();
            if mean(base, key).is_none() {
                return Some(format!(
                    "{} has no {} that others could be compared with",
                    sentence(&base.name),
                    verbs.noun
                ));
            }
            let on = |wanted| others.iter().filter(|difference| side(difference) == wanted).count();
            let opening = format!("Compared with {}, ", base.name);
            let of = |k: usize| match n {
                2 if k == 2 => "both other plans".to_owned(),
                n if k == n => format!("all {n} other plans"),
                n => format!("{k} of {n} other plans"),
            };
            let do_so = |k: usize| if k == 1 { verbs.verb } else { verbs.several };
            Some(match (on(Side::More), on(Side::Less)) {
                (0, 0) => format!("No plan's {} is clearly different from that of {}", verbs.noun, base.name),
                (more, 0) => format!("{opening}{} {} {}", of(more), do_so(more), verbs.several_more),
                (0, less) => format!("{opening}{} {} {}", of(less), do_so(less), verbs.several_less),
                (more, less) => {
                    let Verbs { several_more, several_less, .. } = verbs;
                    format!("{opening}{more} of {n} plans {} {several_more}, {less} {several_less}", do_so(more))
                }
            })
        }
    }
}

fn of_two(base: &PlanSummary, other: &PlanSummary, difference: &Difference, key: &str, verbs: &Verbs) -> String {
    let Verbs { verb, often, more, less, noun, .. } = verbs;
    let (Some(b), Some(o)) = (mean(base, key), mean(other, key)) else {
        return format!("{noun} of {} and {}", base.name, other.name);
    };
    let (base, other) = (&base.name, &other.name);
    let against = format!("{} against {}", percent(o), percent(b));
    match side(difference) {
        Side::Open => format!("No clear difference in {noun} between {other} and {base}"),
        Side::More => match times(o, b, difference) {
            Some(times) => format!("{other} {verb} {times} times as {often} as {base}"),
            None => format!("{other} {more} {base}: {against}"),
        },
        Side::Less => match times(b, o, difference) {
            Some(times) => format!("{base} {verb} {times} times as {often} as {other}"),
            None => format!("{other} {less} {base}: {against}"),
        },
    }
}

/// How many times the smaller number fits into the larger, where that is half as much again or more and well known.
fn times(larger: f64, smaller: f64, difference: &Difference) -> Option<String> {
    let width = difference.high? - difference.low?;
    let ratio = larger / smaller;
    let known = smaller > 0.0 && width < 0.2 * (larger - smaller) && width < smaller;
    (known && (1.5..100.0).contains(&ratio)).then(|| fixed(ratio, usize::from(ratio < 9.95)))
}

/// A proportion's 95 % interval (Wilson), for bands; `None` without trials.
pub(super) fn wilson(successes: u64, trials: u64) -> Option<(f64, f64)> {
    of_proportion(successes, trials, CONFIDENCE).map(|interval| (interval.low, interval.high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_never_rounds_something_to_nothing_or_to_everything() {
        let shown: Vec<String> = [0.0, 0.0001, 0.024, 0.316, 0.885, 0.9999, 1.0].iter().map(|&s| percent(s)).collect();
        assert_eq!(shown.join(", ").replace(TIED, " "), "0 %, < 0.1 %, 2.4 %, 32 %, 89 %, 99.9 %, 100 %");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(1_234_567.0, 0), "1,234,567");
        assert_eq!(grouped(-1234.56, 1), "−1,234.6");
        assert_eq!(grouped(-0.01, 1), "0.0");
        assert_eq!(grouped(12.0, 0), "12");
    }
}
