//! What a test comes to, in a sentence, and on which condition.
//!
//! A difference is said of one named arm against another, and only where its interval leaves 0 out; else it is not known.

use wearout_core::analysis::Call;
use wearout_core::analysis::trial::{ArmVerdict, Decision, Effect, Guarded, Guarding, More, MoreDays};
use wearout_core::tally::{Better, Dealt, Metric};
use wearout_stats::Interval;

use crate::sentence::{self, unit_word};

use super::{Page, counted, difference, short_label, size};

/// On what the verdict rests that the file cannot show; `None` where the planned end was said.
pub(super) fn condition(page: &Page) -> Option<String> {
    (!page.is_end_said).then(|| {
        format!(
            "the verdict holds only if day {} was the planned end before anyone looked; otherwise add `--planned-days N`, the last \
             day on which the test may end",
            page.found.days
        )
    })
}

/// The verdict without its full stop.
pub(crate) fn verdict(page: &Page) -> String {
    match page.found.verdict.decision {
        Decision::Prefer(arm) if arm == page.found.control => {
            format!("keep {}: {}{}", page.control(), all_told(page), harm(page, arm))
        }
        Decision::Prefer(arm) => {
            let better = page.effect(arm).map(|effect| by(page, effect) + &perhaps(page, effect)).unwrap_or_default();
            format!("prefer {}: {better}{}{}", page.arm(arm), also_better(page, arm), harm(page, arm))
        }
        Decision::PracticallyEqual => format!("practically equal: {}", all_told(page)),
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
                "not decided: {}, but with {} a {} of {} in {} is not excluded",
                page.effect(arm).map(|effect| by(page, effect)).unwrap_or_default(),
                page.arm(arm),
                if is_fall { "fall" } else { "rise" },
                margin.unwrap_or_else(|| "any size".to_owned()),
                guarded.map_or(metric, |guarded| short_label(guarded.metric))
            )
        }
        Decision::NotDecided(more) => not_decided(page, more.as_ref()),
    }
}

/// What each arm comes to against the control.
fn all_told(page: &Page) -> String {
    let told: Vec<String> = page.found.verdict.arms.iter().map(|arm| told(page, arm)).collect();
    told.join("; ")
}

fn told(page: &Page, verdict: &ArmVerdict) -> String {
    let (arm, control) = (page.arm(verdict.arm), page.control());
    if verdict.broken.is_some() {
        let broken = page.found.guardrails.iter().filter(|of| of.arm == verdict.arm && of.guarding == Guarding::Broken);
        let broken: Vec<String> = broken.map(breach).collect();
        return format!("{arm} is rejected by a guardrail ({})", broken.join(", "));
    }
    match (verdict.call, page.effect(verdict.arm)) {
        (Call::PracticallyEqual, Some(Effect { zone: Some(zone), .. })) => {
            let label = short_label(page.metric);
            format!("{arm} and {control} differ in {label} by less than {}", size(page.metric, *zone))
        }
        (Call::Better | Call::Worse | Call::Different, Some(effect)) => by(page, effect),
        _ => format!("{arm} against {control} is not decided"),
    }
}

/// That other arms are better than the control too: none of them was tested against the one preferred.
fn also_better(page: &Page, preferred: usize) -> String {
    let is_better = |of: &&ArmVerdict| of.arm != preferred && of.broken.is_none() && of.call == Call::Better;
    let others = page.found.verdict.arms.iter().filter(is_better).map(|verdict| page.arm(verdict.arm));
    let others: Vec<&str> = others.collect();
    if others.is_empty() {
        return String::new();
    }
    let (is, was) = if others.len() == 1 { ("is", "was") } else { ("are", "were") };
    let (others, preferred) = (others.join(" and "), page.arm(preferred));
    format!("; {others} {is} better than {} too, and {was} not tested against {preferred}", page.control())
}

/// How a guardrail is broken: `churn +3.1 points (+1.2 to +5.0)`.
fn breach(guarded: &Guarded) -> String {
    let more = guarded.effect.difference.map(|value| with_unit(guarded.metric, value, guarded.effect.interval));
    format!("{} {}", short_label(guarded.metric), more.unwrap_or_else(|| "-".to_owned()))
}

/// What more would do; of several arms what each comes to, and which of them are open.
fn not_decided(page: &Page, more: Option<&More>) -> String {
    let rest = more.map_or_else(|| nothing(page), |more| would(page, more));
    let arms = &page.found.verdict.arms;
    let (open, known): (Vec<&ArmVerdict>, Vec<&ArmVerdict>) =
        arms.iter().partition(|arm| arm.broken.is_none() && arm.call == Call::Unknown);
    if arms.len() == 1 {
        return format!("not decided: {rest}");
    }
    let mut parts: Vec<String> = known.into_iter().map(|arm| told(page, arm)).collect();
    let names: Vec<&str> = open.iter().map(|arm| page.arm(arm.arm)).collect();
    let (verb, of) = match more {
        Some(more) if names.len() > 1 => ("are", format!("of {}, ", page.arm(more.arm))),
        _ => (if names.len() > 1 { "are" } else { "is" }, String::new()),
    };
    parts.push(format!("{} against {} {verb} not decided: {of}{rest}", names.join(", "), page.control()));
    parts.join("; ")
}

/// `+2.8 points (+0.9 to +4.7)`: a difference with its unit where its metric's label does not name it.
fn with_unit(metric: &Metric, value: f64, interval: Option<Interval>) -> String {
    let text = difference(metric, Some(value), interval);
    let (value, interval) =
        text.split_once(' ').map_or((text.as_str(), String::new()), |(value, rest)| (value, format!(" {rest}")));
    let unit = match unit_word(metric.unit) {
        " points" if value.trim_start_matches(['+', '-']) == "1" => " point",
        unit => unit,
    };
    format!("{value}{unit}{interval}")
}

fn mirrored(interval: Interval) -> Interval {
    Interval { low: -interval.high, high: -interval.low }
}

/// `b has higher conversion than a, by 2.8 points (0.9 to 4.7)`, which is for the interval to say.
fn has(of: &str, than: &str, metric: &Metric, value: f64, interval: Option<Interval>) -> String {
    let (side, value, interval) =
        if value < 0.0 { ("lower", -value, interval.map(mirrored)) } else { ("higher", value, interval) };
    let amount = with_unit(metric, value, interval).replace('+', "");
    format!("{of} has {side} {} than {than}, by {amount}", short_label(metric))
}

/// How an arm differs from the control in the metric that decides.
fn by(page: &Page, effect: &Effect) -> String {
    has(page.arm(effect.arm), page.control(), page.metric, effect.difference.unwrap_or(0.0), effect.interval)
}

/// What the arm that is taken does to recipients, where by its estimate it is worse by more than a guardrail's margin: first what is
/// known, then what is not.
fn harm(page: &Page, taken: usize) -> String {
    let is_kept = taken == page.found.control;
    let (mut known, mut open) = (Vec::new(), Vec::new());
    for guarded in page.found.guardrails.iter().filter(|guarded| is_kept || guarded.arm == taken) {
        let (metric, effect) = (guarded.metric, &guarded.effect);
        let Some((difference, margin)) = effect.difference.zip(guarded.margin) else { continue };
        let (value, interval, other) = if is_kept {
            (-difference, effect.interval.map(mirrored), page.arm(guarded.arm))
        } else {
            (difference, effect.interval, page.control())
        };
        let worse = if metric.better == Better::Lower { value } else { -value };
        if worse <= margin {
            continue;
        }
        let taken = page.arm(taken);
        if interval.is_some_and(|interval| !interval.contains(0.0)) {
            known.push(format!("; but {}", has(taken, other, metric, value, interval)));
        } else {
            let side = if value < 0.0 { "lower" } else { "higher" };
            let (label, amount) = (short_label(metric), with_unit(metric, value, interval));
            open.push(format!("; whether {taken} has {side} {label} than {other} is not known: {amount}"));
        }
    }
    [known, open].concat().concat()
}

/// Whether it may be too little to matter.
fn perhaps(page: &Page, effect: &Effect) -> String {
    let least = effect.interval.map(|Interval { low, high }| low.abs().min(high.abs()));
    match least.zip(effect.zone) {
        Some((least, zone)) if least < zone => {
            format!(", perhaps too little to matter (below {})", size(page.metric, zone))
        }
        _ => String::new(),
    }
}

fn nothing(page: &Page) -> String {
    format!("no {} differs from another", if page.found.dealt == Dealt::Groups { "group" } else { "member" })
}

/// `9 more groups an arm or 6 more days would give 80 % power for 0.9 points (the difference seen)`; of a running test `go on to day 28, as planned`.
fn would(page: &Page, more: &More) -> String {
    let noun = if page.found.dealt == Dealt::Groups { "group" } else { "member" };
    let seen = if more.is_seen { "the difference seen" } else { "the least that matters" };
    let power = format!("80 % power for {} ({seen})", size(page.metric, more.effect));
    let units = more.units.map(|n| format!("{} an arm", counted(n, &format!("more {noun}"))));
    let days = |n: u32| counted(u64::from(n), "more day");
    let too_many = format!("no number of {noun}s within reach gives {power}");
    match (units, more.days) {
        (Some(_), MoreDays::Planned(day)) if more.units == Some(0) => format!("go on to day {day}, as planned"),
        (Some(units), MoreDays::Planned(day)) => {
            format!("go on to day {day}, as planned; even then {power} takes {units}")
        }
        (None, MoreDays::Planned(day)) => format!("go on to day {day}, as planned; even then {too_many}"),
        (Some(_), _) if more.units == Some(0) => {
            format!("the test already has {power}; a smaller difference takes more {noun}s")
        }
        (Some(units), MoreDays::Days(n)) => format!("{units} or {} would give {power}", days(n)),
        (Some(units), MoreDays::Beyond(n)) if page.found.dealt == Dealt::Members => {
            format!("{units} or more than {} would give {power}", days(n))
        }
        (Some(units), MoreDays::Beyond(_)) => format!("{units} would give {power}; more days alone would not"),
        (Some(units), MoreDays::Never) => {
            format!("{units} would give {power}; no number of days would, because {noun}s differ lastingly")
        }
        (Some(units), MoreDays::Unknown) => format!("{units} would give {power}"),
        (None, MoreDays::Days(n)) => format!("{} would give {power}", days(n)),
        (None, _) => too_many,
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
