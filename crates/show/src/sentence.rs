//! The verdict in sentences: size first, then what it means.
//!
//! Comes in: a verdict. Goes out: lines of text. What is better is decided in `analysis`; only the wording is here.

use wearout_core::analysis::{Call, Doubt, MetricVerdict, Overall, PlanVerdict, Verdict};
use wearout_core::tally::{Metric, Unit};
use wearout_stats::Interval;
use wearout_stats::random_effects::Share;

use super::number::{decimals, fixed, plain_decimals, scale, signed, telling};
use super::page::{Block, Said};

/// A metric in a word or two: its label without what stands in brackets, and without the deliveries that a unit names.
pub(crate) fn short_label(metric: &Metric) -> &'static str {
    let label = metric.label.split(" (").next().unwrap_or(metric.label);
    label.strip_suffix(" delivered").filter(|_| metric.unit == Unit::PerThousand).unwrap_or(label)
}

/// What a metric is called: amounts of money say in which currency.
pub(super) fn label(metric: &Metric, currency: &str) -> String {
    if metric.unit == Unit::Money { format!("{}, {currency}", metric.label) } else { metric.label.to_owned() }
}

/// The verdict, sentence by sentence.
pub(super) fn verdict(verdict: &Verdict, currency: &str) -> Vec<Block> {
    let from = "/study/verdict";
    let names: Vec<&str> = verdict.headline.iter().map(|metric| metric.label).collect();
    let zone = verdict.zone;
    let opening = format!("Against {}: {}", verdict.baseline, list(&names));
    let mut blocks = vec![Block::Sentence(Said::of(opening, from))];
    let together = if verdict.n_sets > 1 {
        "95 % for all together, parameters and Monte Carlo error included: a call holds over the plausible sets"
    } else {
        "95 % for all together"
    };
    blocks.push(Block::Small(Said::of(
        format!(
            "{together}; practically equal: within {} {}, or {} % of a baseline that is below {} % or not a share",
            shortest(100.0 * zone.points),
            if (zone.points - 0.01).abs() < 1e-12 { "point" } else { "points" },
            shortest(100.0 * zone.relative),
            shortest(100.0 * zone.below),
        ),
        format!("{from}/zone"),
    )));
    for (i, plan) in verdict.plans.iter().enumerate() {
        let from = format!("{from}/plans/{i}");
        blocks.push(Block::Sentence(Said::of(conclusion(plan, verdict), &from)));
        blocks.extend(plan.metrics.iter().enumerate().map(|(j, metric)| {
            let line = metric_line(metric, currency, verdict.replicates);
            Block::Item(Said::of(line, format!("{from}/metrics/{j}")))
        }));
    }
    blocks
}

/// A verdict on a plan in a word or two, as in CSV.
pub(super) fn overall(overall: Overall) -> &'static str {
    match overall {
        Overall::Dominates => "dominates",
        Overall::Dominated => "dominated",
        Overall::Price => "price",
        Overall::Equal => "practically equal",
        Overall::Open => "open",
    }
}

/// A call in a word or two, as in CSV.
pub(super) fn call(call: Call) -> &'static str {
    match call {
        Call::Better => "better",
        Call::Worse => "worse",
        Call::Different => "different",
        Call::PracticallyEqual => "practically equal",
        Call::Unknown => "not known",
    }
}

/// What follows for one plan, in one sentence.
pub(super) fn conclusion(plan: &PlanVerdict, verdict: &Verdict) -> String {
    let phrases = |call: Call| -> Vec<String> {
        plan.metrics.iter().filter(|finding| finding.call == call).filter_map(phrase).collect()
    };
    let (name, baseline) = (&plan.name, &verdict.baseline);
    let (better, worse) = (phrases(Call::Better), phrases(Call::Worse));
    let mut unknown: Vec<(String, Vec<&str>)> = Vec::new();
    for (doubt, label) in plan.metrics.iter().filter_map(|finding| Some((finding.doubt?, finding.metric.label))) {
        let words = in_short(doubt, verdict.replicates);
        match unknown.iter_mut().find(|(known, _)| *known == words) {
            Some((_, labels)) => labels.push(label),
            None => unknown.push((words, vec![label])),
        }
    }
    let not_known: Vec<String> = unknown.iter().map(|(words, labels)| format!("{words} {}", list(labels))).collect();
    let not_known = not_known.join("; ");
    match plan.overall {
        Overall::Dominates => {
            format!("{name} dominates {baseline}: {}, and is worse in none of these", better.join(", "))
        }
        Overall::Dominated => {
            format!("{name} is dominated by {baseline}: {}, and is better in none of these", worse.join(", "))
        }
        Overall::Price if unknown.is_empty() => {
            format!("{name} has a price: {}, {}", better.join(", "), worse.join(", "))
        }
        Overall::Price => format!("{name} has a price: {}, {}; {not_known}", better.join(", "), worse.join(", ")),
        Overall::Equal => format!("{name} is practically equal to {baseline} in all of them"),
        Overall::Open => {
            let known: Vec<String> = [better, worse, phrases(Call::Different)].concat();
            match (known.is_empty(), unknown.is_empty()) {
                (true, _) => format!("{name}: {not_known}"),
                (false, true) => format!("{name}: {}, which is neither better nor worse", known.join(", ")),
                (false, false) => format!("{name}: {}; {not_known}", known.join(", ")),
            }
        }
    }
}

/// What is not known, before the labels of the metrics it is not known of.
pub(super) fn in_short(doubt: Doubt, n: u64) -> String {
    match doubt {
        Doubt::Difference => format!("not known after {}:", replicates(n)),
        Doubt::Size => format!("whether by enough to matter is not known after {}:", replicates(n)),
        Doubt::SizeBySet => "the plausible sets differ on whether by enough to matter:".into(),
        Doubt::ApartOnAverage | Doubt::EqualOnAverage => "known only on average over the plausible sets:".into(),
        Doubt::Disagreement { .. } => "the plausible sets disagree on".into(),
    }
}

fn metric_line(finding: &MetricVerdict, currency: &str, n: u64) -> String {
    let metric = finding.metric;
    let label = label(metric, currency);
    let Some(difference) = finding.difference else {
        return format!("{label}: no replicate has a base for both");
    };
    let size = size(metric, difference, finding.interval);
    let side = if difference > 0.0 { "higher" } else { "lower" };
    let said = match finding.doubt {
        None => call(finding.call).to_owned(),
        Some(Doubt::Difference) => format!("not known after {}", replicates(n)),
        Some(Doubt::Size) => format!("{side}, but whether by enough to matter is not known after {}", replicates(n)),
        Some(Doubt::SizeBySet) => format!("{side}, but whether by enough to matter differs between the plausible sets"),
        Some(Doubt::ApartOnAverage) => {
            format!("{side} on average over the plausible sets, but not surely in each of them")
        }
        Some(Doubt::EqualOnAverage) => {
            "practically equal on average over the plausible sets, but not surely in each of them".into()
        }
        Some(Doubt::Disagreement { higher, lower }) => format!(
            "not known: the plausible sets disagree; higher by enough to matter in {}, lower in {}",
            share_of_sets(higher),
            share_of_sets(lower)
        ),
    };
    let sign = finding.sign.map_or(String::new(), |sign| format!("; {side} in {}", share_of_sets(sign)));
    format!("{label}: {size}, {said}{sign}")
}

/// `97 % of the plausible sets (93 to 99 %)`.
fn share_of_sets(Share { estimate, interval: Interval { low, high } }: Share) -> String {
    if low > 0.999 {
        return "over 99.9 % of the plausible sets".into();
    }
    // An estimate never says "all": sets that are not in the sample may differ.
    let is_nearly_all = estimate >= 0.9995;
    let percent = |share: f64| {
        let is_nearly = |end: f64| share != end && (share - end).abs() < 0.01;
        fixed(100.0 * share, usize::from(is_nearly(0.0) || is_nearly(1.0)))
    };
    let most = if is_nearly_all { "over 99.9".into() } else { percent(estimate) };
    format!("{most} % of the plausible sets ({} to {} %)", percent(low), percent(high))
}

/// `+1.6 points (+1.4 to +1.8)`.
pub(super) fn size(metric: &Metric, difference: f64, interval: Option<Interval>) -> String {
    let factor = scale(metric.unit);
    let decimals = digits(metric, interval);
    let amount = format!("{}{}", signed(factor * difference, decimals), unit_word(metric.unit));
    match interval {
        Some(Interval { low, high }) => {
            format!("{amount} ({} to {})", signed(factor * low, decimals), signed(factor * high, decimals))
        }
        None => amount,
    }
}

fn digits(metric: &Metric, interval: Option<Interval>) -> usize {
    match interval {
        Some(Interval { low, high }) if low < high => {
            let factor = scale(metric.unit);
            telling(decimals(factor * (high - low) / 2.0), [factor * low, factor * high])
        }
        _ => plain_decimals(metric.unit),
    }
}

/// A finding as a verb: "sells 1.6 points less".
pub(super) fn phrase(finding: &MetricVerdict) -> Option<String> {
    let (metric, difference) = (finding.metric, finding.difference?);
    let is_more = difference > 0.0;
    let x = fixed(scale(metric.unit) * difference.abs(), digits(metric, finding.interval));
    let Some(verb) = metric.verb else {
        let side = if is_more { "higher" } else { "lower" };
        return Some(format!("is {x}{} {side} in {}", unit_word(metric.unit), metric.label));
    };
    let verb = if is_more { verb.replace("less", "more").replace("fewer", "more") } else { verb.to_owned() };
    Some(verb.replace('#', &x))
}

pub(super) fn unit_word(unit: Unit) -> &'static str {
    match unit {
        unit if unit.is_percentage() => " points",
        Unit::Seconds => " s",
        _ => "",
    }
}

/// `1 set`, `200 sets`.
pub(super) fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", fixed(n as f64, 0), if n == 1 { "" } else { "s" })
}

/// `1 day`, `14 days`.
pub(super) fn days(n: u32) -> String {
    counted(n.into(), "day")
}

/// `400 replicates`, `1 replicate`.
pub(super) fn replicates(n: u64) -> String {
    counted(n, "replicate")
}

/// With its first letter as a capital.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `a, b and c`.
pub(super) fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).into(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn shortest(percent: f64) -> String {
    ((percent * 1e6).round() / 1e6).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_rounds_to_all_sets_reads_over_99_9() {
        let share = |estimate, low, high| share_of_sets(Share { estimate, interval: Interval { low, high } });
        assert_eq!(share(0.97, 0.93, 0.985), "97 % of the plausible sets (93 to 99 %)");
        assert_eq!(share(0.9997, 0.9988, 1.0), "over 99.9 % of the plausible sets (99.9 to 100 %)");
        assert_eq!(share(1.0, 0.6, 1.0), "over 99.9 % of the plausible sets (60 to 100 %)");
        assert_eq!(share(1.0, 0.9995, 1.0), "over 99.9 % of the plausible sets");
    }
}
