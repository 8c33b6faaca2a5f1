//! What a test comes to, in a sentence.

use crate::analysis::Call;
use crate::analysis::trial::{ArmVerdict, Decision, Effect, Guarded, Guarding, More, MoreDays};
use crate::report::sentence;
use crate::stats::Interval;
use crate::tally::{Better, Dealt, Metric};

use super::{Page, counted, difference, points, short_label, size};

/// The verdict without its full stop.
pub(in crate::report) fn verdict(page: &Page) -> String {
    let label = short_label(page.metric);
    match page.found.verdict.decision {
        Decision::Prefer(arm) => {
            let taken = match page.effect(arm) {
                Some(effect) => format!("prefer {}: {}{}", page.arm(arm), by(page, effect), perhaps(page, effect)),
                None => match &page.found.effects[..] {
                    [only] => format!("keep {}: {}", page.control(), by(page, only)),
                    _ => format!("keep {}: no other arm has better {label}", page.control()),
                },
            };
            taken + &harm(page, arm)
        }
        Decision::PracticallyEqual => {
            let zone = page.found.effects.first().and_then(|effect| effect.zone).unwrap_or(0.0);
            format!("practically equal: {label} differs by less than {}", size(page.metric, zone))
        }
        Decision::Rejected => {
            let broken = page.found.guardrails.iter().filter(|guarded| guarded.guarding == Guarding::Broken);
            let broken: Vec<String> =
                broken.map(|guarded| format!("{} ({})", page.arm(guarded.arm), breach(guarded))).collect();
            let harm = harm(page, page.found.control);
            format!("rejected by a guardrail: {}; keep {}{harm}", broken.join(", "), page.control())
        }
        Decision::Unguarded { arm, metric } => {
            let guarded =
                page.found.guardrails.iter().find(|guarded| guarded.arm == arm && guarded.metric.key == metric);
            let margin = guarded.and_then(|guarded| Some(size(guarded.metric, guarded.margin?)));
            let is_fall = guarded.is_some_and(|guarded| guarded.metric.better == Better::Higher);
            format!(
                "not decided: {} has better {label}, but a {} of {} in {} is not excluded",
                page.arm(arm),
                if is_fall { "fall" } else { "rise" },
                margin.unwrap_or_else(|| "any size".to_owned()),
                guarded.map_or(metric, |guarded| short_label(guarded.metric))
            )
        }
        Decision::NotDecided(more) => not_decided(page, more.as_ref()),
    }
}

/// How a guardrail is broken: `churn +3.1 (+1.2 to +5.0) points`.
fn breach(guarded: &Guarded) -> String {
    let more = difference(guarded.metric, guarded.effect.difference, guarded.effect.interval);
    format!("{} {more} {}", short_label(guarded.metric), points(guarded.metric))
}

/// What more would do; of several arms what each comes to, and which of them are open.
fn not_decided(page: &Page, more: Option<&More>) -> String {
    let rest = more.map_or_else(|| nothing(page), |more| would(page, more));
    let arms = &page.found.verdict.arms;
    let (open, told): (Vec<&ArmVerdict>, Vec<&ArmVerdict>) =
        arms.iter().partition(|arm| arm.broken.is_none() && arm.call == Call::Unknown);
    if arms.len() == 1 {
        return format!("not decided: {rest}");
    }
    let of_guardrail = |arm: usize| {
        let broken = page.found.guardrails.iter().filter(|of| of.arm == arm && of.guarding == Guarding::Broken);
        broken.map(breach).collect::<Vec<_>>().join(", ")
    };
    let mut parts: Vec<String> = told
        .iter()
        .map(|arm| match arm.broken {
            Some(_) => format!("{} is rejected by a guardrail ({})", page.arm(arm.arm), of_guardrail(arm.arm)),
            None => format!("{} is {}", page.arm(arm.arm), sentence::call(arm.call)),
        })
        .collect();
    let names: Vec<&str> = open.iter().map(|arm| page.arm(arm.arm)).collect();
    let (verb, of) = match more {
        Some(more) if names.len() > 1 => ("are", format!("of {}, ", page.arm(more.arm))),
        _ => (if names.len() > 1 { "are" } else { "is" }, String::new()),
    };
    parts.push(format!("{} against {} {verb} not decided: {of}{rest}", names.join(", "), page.control()));
    parts.join("; ")
}

/// A difference without its sign, as what is higher or lower.
struct Upright {
    side: &'static str,
    value: String,
    /// In brackets after a space; empty where it is not known.
    interval: String,
}

fn upright(metric: &Metric, value: Option<f64>, interval: Option<Interval>) -> Upright {
    let is_lower = value.is_some_and(|value| value < 0.0);
    let turned = |interval: Interval| if is_lower { mirrored(interval) } else { interval };
    let text = difference(metric, value.map(f64::abs), interval.map(turned)).replace('+', "");
    let (value, interval) =
        text.split_once(' ').map_or((text.as_str(), String::new()), |(value, rest)| (value, format!(" {rest}")));
    Upright { side: if is_lower { "lower" } else { "higher" }, value: value.to_owned(), interval }
}

fn mirrored(interval: Interval) -> Interval {
    Interval { low: -interval.high, high: -interval.low }
}

/// `conversion of b is higher by 2.8 points (0.9 to 4.7)`, as the interval says that is judged.
fn by(page: &Page, effect: &Effect) -> String {
    let Upright { side, value, interval } = upright(page.metric, effect.difference, effect.interval);
    let (label, arm, points) = (short_label(page.metric), page.arm(effect.arm), points(page.metric));
    format!("{label} of {arm} is {side} by {value} {points}{interval}")
}

/// What the arm that is taken does to recipients, where it looks worse by more than a guardrail's margin: a clause for each metric.
fn harm(page: &Page, taken: usize) -> String {
    let is_kept = taken == page.found.control;
    let several = page.found.effects.len() > 1;
    let of_guardrail = |guarded: &Guarded| {
        let metric = guarded.metric;
        let (value, interval) = match (guarded.effect.difference?, guarded.effect.interval) {
            (value, interval) if is_kept => (-value, interval.map(mirrored)),
            of_arm => of_arm,
        };
        let worse = if metric.better == Better::Lower { value } else { -value };
        let Upright { side, value, interval } = upright(metric, Some(value), interval);
        let than = if is_kept && several { format!(" than of {}", page.arm(guarded.arm)) } else { String::new() };
        let unit = points(metric);
        (worse > guarded.margin?)
            .then(|| format!("; but {} is {side} there by {value} {unit}{interval}{than}", short_label(metric)))
    };
    let compared = page.found.guardrails.iter().filter(|guarded| is_kept || guarded.arm == taken);
    compared.filter_map(of_guardrail).collect()
}

/// Whether it may be too little to matter.
fn perhaps(page: &Page, effect: &Effect) -> String {
    let least = effect.interval.map(|Interval { low, high }| low.abs().min(high.abs()));
    match least.zip(effect.zone) {
        Some((least, zone)) if least < zone => {
            format!(", perhaps by too little to matter (below {})", size(page.metric, zone))
        }
        _ => String::new(),
    }
}

fn nothing(page: &Page) -> String {
    format!("no {} differs from another", if page.found.dealt == Dealt::Groups { "group" } else { "member" })
}

/// `9 more groups an arm or 6 more days would`; of a running test `go on to day 28, as planned`.
fn would(page: &Page, more: &More) -> String {
    let noun = if page.found.dealt == Dealt::Groups { "group" } else { "member" };
    let seen = if more.is_seen { "as seen" } else { "the least that matters" };
    let size = size(page.metric, more.effect);
    let power = format!("80 % power for {size}, {seen}");
    let units = more.units.map(|n| format!("{} an arm", counted(n, &format!("more {noun}"))));
    let days = |n: u32| counted(u64::from(n), "more day");
    match (units, more.days) {
        (Some(_), MoreDays::Planned(day)) if more.units == Some(0) => format!("go on to day {day}, as planned"),
        (Some(units), MoreDays::Planned(day)) => {
            format!("go on to day {day}, as planned; even then {power}, takes {units}")
        }
        (None, MoreDays::Planned(day)) => {
            format!("go on to day {day}, as planned; even then no test of this kind would tell {size} apart")
        }
        (Some(_), _) if more.units == Some(0) => format!("there is {power} already: what is left to tell is less"),
        (Some(units), MoreDays::Days(n)) => format!("{units} or {} would ({power})", days(n)),
        (Some(units), MoreDays::Beyond(n)) if page.found.dealt == Dealt::Members => {
            format!("{units} or more than {} would ({power})", days(n))
        }
        (Some(units), MoreDays::Beyond(_)) => format!("{units} would, waiting alone would not do ({power})"),
        (Some(units), MoreDays::Never) => {
            format!("{units} would, no number of days: {noun}s differ lastingly by too much ({power})")
        }
        (Some(units), MoreDays::Unknown) => format!("{units} would ({power})"),
        (None, MoreDays::Days(n)) => format!("{} would ({power})", days(n)),
        (None, _) => format!("no test of this kind would tell {size} apart"),
    }
}

/// What an arm's effect says, in a word or two.
pub(super) fn word(page: &Page, arm: usize) -> String {
    let Some(verdict) = page.found.verdict.arms.iter().find(|verdict| verdict.arm == arm) else {
        return "control".to_owned();
    };
    match verdict.broken {
        Some(_) => "rejected".to_owned(),
        None => sentence::call(verdict.call).to_owned(),
    }
}
