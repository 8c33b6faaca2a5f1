//! What a test comes to, in a sentence.

use crate::analysis::trial::{Decision, Effect, Guarding, More, MoreDays};
use crate::report::sentence;
use crate::stats::Interval;
use crate::tally::Dealt;

use super::{Page, counted, difference, points, short_label, size};

/// The verdict without its full stop.
pub(in crate::report) fn verdict(page: &Page) -> String {
    let label = short_label(page.metric);
    match page.found.verdict.decision {
        Decision::Prefer(arm) => match page.effect(arm) {
            Some(effect) => format!("prefer {}: {}{}", page.arm(arm), by(page, effect), perhaps(page, effect)),
            None => match &page.found.effects[..] {
                [only] => format!("keep {}: {}", page.control(), by(page, only)),
                _ => format!("keep {}: no other arm has better {label}", page.control()),
            },
        },
        Decision::PracticallyEqual => {
            let zone = page.found.effects.first().and_then(|effect| effect.zone).unwrap_or(0.0);
            format!("practically equal: {label} differs by less than {}", size(page.metric, zone))
        }
        Decision::Rejected => {
            let broken = page.found.guardrails.iter().filter(|guarded| guarded.guarding == Guarding::Broken);
            let broken = broken.map(|guarded| {
                let more = difference(guarded.metric, guarded.effect.difference, guarded.effect.interval);
                format!("{} ({} {more} {})", page.arm(guarded.arm), short_label(guarded.metric), points(guarded.metric))
            });
            format!("rejected by a guardrail: {}; keep {}", broken.collect::<Vec<_>>().join(", "), page.control())
        }
        Decision::Unguarded { arm, metric } => {
            let guarded =
                page.found.guardrails.iter().find(|guarded| guarded.arm == arm && guarded.metric.key == metric);
            let margin = guarded.and_then(|guarded| Some(size(guarded.metric, guarded.margin?)));
            format!(
                "not decided: {} has better {label}, but a loss of {} in {} is not excluded",
                page.arm(arm),
                margin.unwrap_or_else(|| "any size".to_owned()),
                guarded.map_or(metric, |guarded| short_label(guarded.metric))
            )
        }
        Decision::NotDecided(more) => {
            format!("not decided: {}", more.map_or_else(|| nothing(page), |more| would(page, &more)))
        }
    }
}

/// `conversion of b is higher by 2.8 points (0.9 to 4.7)`, as the interval says that is judged.
fn by(page: &Page, effect: &Effect) -> String {
    let judged = page.found.verdict.arms.iter().find(|arm| arm.arm == effect.arm).and_then(|arm| arm.interval);
    let is_lower = effect.difference.is_some_and(|difference| difference < 0.0);
    let upright = |x: f64| if is_lower { -x } else { x };
    let turned = |interval: Interval| {
        let (a, b) = (upright(interval.low), upright(interval.high));
        Interval { low: a.min(b), high: a.max(b) }
    };
    let text = difference(page.metric, effect.difference.map(upright), judged.map(turned)).replace('+', "");
    let (value, interval) =
        text.split_once(' ').map_or((text.as_str(), String::new()), |(value, rest)| (value, format!(" {rest}")));
    let side = if is_lower { "lower" } else { "higher" };
    let (label, arm, points) = (short_label(page.metric), page.arm(effect.arm), points(page.metric));
    format!("{label} of {arm} is {side} by {value} {points}{interval}")
}

/// Whether it may be too little to matter.
fn perhaps(page: &Page, effect: &Effect) -> String {
    let judged = page.found.verdict.arms.iter().find(|arm| arm.arm == effect.arm).and_then(|arm| arm.interval);
    let least = judged.map(|Interval { low, high }| low.abs().min(high.abs()));
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

/// `9 more groups an arm or 6 more days would`.
fn would(page: &Page, more: &More) -> String {
    let noun = if page.found.dealt == Dealt::Groups { "group" } else { "member" };
    let units = more.units.map(|n| format!("{} an arm", counted(n, &format!("more {noun}"))));
    let (units, days) = match (units, more.days) {
        (Some(units), MoreDays::Days(n)) => (units, format!(" or {} would", counted(u64::from(n), "more day"))),
        (Some(units), MoreDays::Never) => {
            (units, format!(" would, no number of days: {noun}s differ lastingly by too much"))
        }
        (Some(units), MoreDays::Unknown) => (units, " would".to_owned()),
        (None, MoreDays::Days(n)) => (counted(u64::from(n), "more day"), " would".to_owned()),
        (None, _) => return format!("no test of this kind would tell {} apart", size(page.metric, more.effect)),
    };
    let seen = if more.is_seen { "as seen" } else { "the least that matters" };
    format!("{units}{days} (80 % power for {}, {seen})", size(page.metric, more.effect))
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
