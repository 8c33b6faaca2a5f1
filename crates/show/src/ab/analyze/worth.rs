//! What the arm that the verdict takes is worth: how many members it makes a difference to, and what each arm is expected to lose.

use wearout_core::analysis::trial::Decision;
use wearout_core::tally::Better;

use crate::number::{fixed, scale, signed, telling, two_digits};

use super::{Page, points, short_label};

/// The line, without its line break.
pub(super) fn worth(page: &Page) -> String {
    let found = page.found;
    let mut parts: Vec<String> = at_stake(page).into_iter().collect();
    let losses: Vec<String> = found
        .chances
        .iter()
        .flatten()
        .enumerate()
        .filter_map(|(arm, chance)| {
            let loss = loss_figure(scale(page.metric.unit) * chance.expected_loss?);
            Some(format!("{loss} with {}", page.arm(arm)))
        })
        .collect();
    if !losses.is_empty() {
        parts.push(format!("expected loss in {}: {}", points(page.metric), losses.join(", ")));
    }
    if parts.is_empty() { "Worth: not known".to_owned() } else { format!("Worth: {}", parts.join("; ")) }
}

/// An expected loss: two digits that count, none beyond the second after the point.
fn loss_figure(loss: f64) -> String {
    if loss < 0.005 { "< 0.01".to_owned() } else { fixed(loss, two_digits(loss).min(2)) }
}

/// How many members it makes a difference to: the arm that the verdict takes instead of the other; where it takes none, the best of
/// those that are open against the control, without advice.
fn at_stake(page: &Page) -> Option<String> {
    let control = page.control();
    let taken = page.found.verdict.decision;
    let arm = match taken {
        Decision::Prefer(arm) | Decision::Unguarded { arm, .. } if arm != page.found.control => arm,
        Decision::NotDecided(Some(more)) => more.arm,
        _ => most_gaining(page)?,
    };
    let name = page.arm(arm);
    let (words, sign) = match taken {
        Decision::Prefer(taken) if taken == arm => (format!("{name} instead of {control}: "), 1.0),
        Decision::Prefer(_) => (format!("{control} instead of {name}: "), -1.0),
        Decision::Rejected | Decision::Unguarded { .. } => {
            (format!("before guardrails, {name} against {control}: "), 1.0)
        }
        Decision::PracticallyEqual | Decision::NotDecided(_) => (format!("{name} against {control}: "), 1.0),
    };
    let effect = page.effect(arm).filter(|effect| effect.metric.is_of_members())?;
    let of_thousand = |x: f64| 1000.0 * sign * x;
    let ends = effect.interval.map(|interval| [of_thousand(interval.low), of_thousand(interval.high)]);
    let digits = ends.map_or(0, |ends| telling(0, ends));
    let value = signed(of_thousand(effect.difference?), digits);
    let ends = ends
        .map_or_else(String::new, |[a, b]| format!(" ({} to {})", signed(a.min(b), digits), signed(a.max(b), digits)));
    Some(format!("{words}{} {value} per 1,000 members{ends}", short_label(page.metric)))
}

/// The arm beside the control that gains most, of those that no guardrail rejects where there are any.
fn most_gaining(page: &Page) -> Option<usize> {
    let gain = |arm: usize| {
        let difference = page.effect(arm).and_then(|effect| effect.difference).unwrap_or(f64::NEG_INFINITY);
        if page.metric.better == Better::Lower { -difference } else { difference }
    };
    let arms = &page.found.verdict.arms;
    arms.iter()
        .max_by(|a, b| b.broken.is_some().cmp(&a.broken.is_some()).then_with(|| gain(a.arm).total_cmp(&gain(b.arm))))
        .map(|verdict| verdict.arm)
}
