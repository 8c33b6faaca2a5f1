//! What a test comes to, in a sentence.
//!
//! A difference is said of one named arm against another, and only where its interval leaves 0 out; else it is not known.

use wearout_core::analysis::Call;
use wearout_core::analysis::trial::{
    ArmVerdict, Decision, Effect, Guarded, Guarding, Harm, More, MoreDays, TrialAnalysis,
};
use wearout_core::tally::{Better, Dealt, Metric};
use wearout_stats::Interval;

use super::{difference, short_label, size};
use crate::sentence::{counted, list, unit_word};

/// The verdict with what is known against the arm that is taken, as a sentence.
pub(super) fn sentence(found: &TrialAnalysis) -> String {
    verdict(found) + &known_harms(found).collect::<String>()
}

/// The verdict with the first of its buts.
pub(crate) fn in_short(found: &TrialAnalysis) -> String {
    verdict(found) + &known_harms(found).next().unwrap_or_default()
}

fn known_harms(found: &TrialAnalysis) -> impl Iterator<Item = String> {
    let known = found.verdict.harms.iter().filter(|harm| harm.is_known);
    known.map(|&Harm { metric, taken, against, difference, interval, .. }| {
        format!("; but {}", has(found.arm(taken), found.arm(against), metric, difference, interval))
    })
}

/// What is not known of what the arm that is taken does to recipients.
pub(super) fn open(found: &TrialAnalysis, harm: &Harm) -> String {
    let side = if harm.difference < 0.0 { "lower" } else { "higher" };
    format!(
        "whether {} has {side} {} than {} is not known: {}",
        found.arm(harm.taken),
        short_label(harm.metric),
        found.arm(harm.against),
        with_unit(harm.metric, harm.difference, harm.interval)
    )
}

fn verdict(found: &TrialAnalysis) -> String {
    let by = |arm: usize| found.effect(arm).map(|effect| by(found, effect)).unwrap_or_default();
    let control = found.arm(found.control);
    match found.verdict.decision {
        Decision::Prefer(arm) if arm == found.control => format!("keep {control}: {}", all_told(found)),
        Decision::Prefer(arm) => {
            let perhaps = found.effect(arm).map(|effect| perhaps(found, effect)).unwrap_or_default();
            format!("prefer {}: {}{perhaps}{}", found.arm(arm), by(arm), also_better(found, arm))
        }
        Decision::PracticallyEqual => format!("practically equal: {}", all_told(found)),
        Decision::Rejected => {
            let broken = found.guardrails.iter().filter(|guarded| guarded.guarding == Guarding::Broken);
            let broken: Vec<String> =
                broken.map(|guarded| format!("{} ({})", found.arm(guarded.arm), breach(guarded))).collect();
            format!("rejected by a guardrail: {}; keep {control}", broken.join(", "))
        }
        Decision::Unguarded { arm, metric } => {
            let guarded = found.guardrails.iter().find(|guarded| guarded.arm == arm && guarded.metric.key == metric);
            let margin = guarded.and_then(|guarded| Some(size(guarded.metric, guarded.margin?)));
            let is_fall = guarded.is_some_and(|guarded| guarded.metric.better == Better::Higher);
            format!(
                "not decided: {}, but with {} a {} of {} in {} is not excluded",
                by(arm),
                found.arm(arm),
                if is_fall { "fall" } else { "rise" },
                margin.unwrap_or_else(|| "any size".to_owned()),
                guarded.map_or(metric, |guarded| short_label(guarded.metric))
            )
        }
        Decision::NoFigure(arm) => not_decided(found, None, &no_figure(found, arm)),
        Decision::NotDecided(more) => {
            not_decided(found, more.as_ref(), &more.map_or_else(|| nothing(found), |more| would(found, &more)))
        }
    }
}

/// What each arm comes to against the control.
fn all_told(found: &TrialAnalysis) -> String {
    let told: Vec<String> = found.verdict.arms.iter().map(|arm| told(found, arm)).collect();
    told.join("; ")
}

fn told(found: &TrialAnalysis, verdict: &ArmVerdict) -> String {
    let (arm, control) = (found.arm(verdict.arm), found.arm(found.control));
    if verdict.broken.is_some() {
        let broken = found.guardrails.iter().filter(|of| of.arm == verdict.arm && of.guarding == Guarding::Broken);
        let broken: Vec<String> = broken.map(breach).collect();
        return format!("{arm} is rejected by a guardrail ({})", broken.join(", "));
    }
    match (verdict.call, found.effect(verdict.arm)) {
        (Call::PracticallyEqual, Some(Effect { zone: Some(zone), .. })) => {
            let label = short_label(found.metric);
            format!("{arm} and {control} differ in {label} by less than {}", size(found.metric, *zone))
        }
        (Call::Better | Call::Worse | Call::Different, Some(effect)) => by(found, effect),
        _ => format!("{arm} against {control} is not decided"),
    }
}

/// That other arms are better than the control too.
fn also_better(found: &TrialAnalysis, preferred: usize) -> String {
    let others: Vec<&str> = found.verdict.also_better.iter().map(|arm| found.arm(*arm)).collect();
    if others.is_empty() {
        return String::new();
    }
    let (is, was) = if others.len() == 1 { ("is", "was") } else { ("are", "were") };
    let (control, preferred) = (found.arm(found.control), found.arm(preferred));
    format!("; {} {is} better than {control} too, and {was} not tested against {preferred}", list(&others))
}

/// How a guardrail is broken: `churn +3.1 points (+1.2 to +5.0)`.
fn breach(guarded: &Guarded) -> String {
    let more = guarded.effect.difference.map(|value| with_unit(guarded.metric, value, guarded.effect.interval));
    format!("{} {}", short_label(guarded.metric), more.unwrap_or_else(|| "-".to_owned()))
}

/// What more would do, or why that is not known; of several arms, which of them are open, and what the others come to.
fn not_decided(found: &TrialAnalysis, more: Option<&More>, rest: &str) -> String {
    let arms = &found.verdict.arms;
    let (open, known): (Vec<&ArmVerdict>, Vec<&ArmVerdict>) =
        arms.iter().partition(|arm| arm.broken.is_none() && arm.call == Call::Unknown);
    if arms.len() == 1 {
        return format!("not decided: {rest}");
    }
    let names: Vec<&str> = open.iter().map(|arm| found.arm(arm.arm)).collect();
    let of = match more {
        Some(more) if names.len() > 1 => format!("of {}, ", found.arm(more.arm)),
        _ => String::new(),
    };
    let undecided = format!("not decided: {} against {}: {of}{rest}", list(&names), found.arm(found.control));
    std::iter::once(undecided).chain(known.into_iter().map(|arm| told(found, arm))).collect::<Vec<_>>().join("; ")
}

/// `+2.8 points (+0.9 to +4.7)`: a difference with its unit where its metric's label does not name it.
fn with_unit(metric: &Metric, value: f64, interval: Option<Interval>) -> String {
    let text = difference(metric, value, interval);
    let (value, interval) =
        text.split_once(' ').map_or((text.as_str(), String::new()), |(value, rest)| (value, format!(" {rest}")));
    let unit = match unit_word(metric.unit) {
        " points" if value.trim_start_matches(['+', '-']) == "1" => " point",
        unit => unit,
    };
    format!("{value}{unit}{interval}")
}

/// `b has higher conversion than a, by 2.8 points (0.9 to 4.7)`, which is for the interval to say.
fn has(of: &str, than: &str, metric: &Metric, value: f64, interval: Option<Interval>) -> String {
    let (side, value, interval) =
        if value < 0.0 { ("lower", -value, interval.map(Interval::mirrored)) } else { ("higher", value, interval) };
    let amount = with_unit(metric, value, interval).replace('+', "");
    format!("{of} has {side} {} than {than}, by {amount}", short_label(metric))
}

/// How an arm differs from the control in the metric that decides.
fn by(found: &TrialAnalysis, effect: &Effect) -> String {
    has(
        found.arm(effect.arm),
        found.arm(found.control),
        found.metric,
        effect.difference.unwrap_or(0.0),
        effect.interval,
    )
}

/// That it may be too little to matter.
fn perhaps(found: &TrialAnalysis, effect: &Effect) -> String {
    match effect.zone.filter(|_| found.verdict.may_not_matter) {
        Some(zone) => format!(", perhaps too little to matter (below {})", size(found.metric, zone)),
        None => String::new(),
    }
}

fn no_figure(found: &TrialAnalysis, arm: usize) -> String {
    format!("{} of {} or of {} has no value", short_label(found.metric), found.arm(arm), found.arm(found.control))
}

fn nothing(found: &TrialAnalysis) -> String {
    format!("no {} differs from another", if found.dealt == Dealt::Groups { "group" } else { "member" })
}

/// `9 more groups an arm or 6 more days would give 80 % power for 0.9 points (the difference seen)`; of a running test `go on to day 28, as planned`.
fn would(found: &TrialAnalysis, more: &More) -> String {
    let noun = if found.dealt == Dealt::Groups { "group" } else { "member" };
    let seen = if more.is_seen { "the difference seen" } else { "the least that matters" };
    let power = format!("80 % power for {} ({seen})", size(found.metric, more.effect));
    let units = more.units.map(|n| format!("{} an arm", counted(n, &format!("more {noun}"))));
    let days = |n: u32| counted(u64::from(n), "more day");
    let too_many = format!("no number of {noun}s within reach gives {power}");
    match (units, more.days) {
        (Some(_), MoreDays::Planned(day)) if more.units == Some(0) => format!("continue to day {day}, as planned"),
        (Some(units), MoreDays::Planned(day)) => {
            format!("continue to day {day}, as planned; even then {power} takes {units}")
        }
        (None, MoreDays::Planned(day)) => format!("continue to day {day}, as planned; even then {too_many}"),
        (Some(_), _) if more.units == Some(0) => {
            format!("the test already has {power}; a smaller difference takes more {noun}s")
        }
        (Some(units), MoreDays::Days(n)) => format!("{units} or {} would give {power}", days(n)),
        (Some(units), MoreDays::Beyond(n)) if found.dealt == Dealt::Members => {
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
