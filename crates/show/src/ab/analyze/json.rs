//! An analysis as JSON, for programs: full precision, in each metric's own unit; what is not known is `null`.

use serde_json::{Value, json};
use wearout_core::analysis::trial::{Decision, Effect, Method, MoreDays};
use wearout_core::tally::Dealt;
use wearout_stats::Interval;

use super::Page;
use super::text::guarding;
use super::verdict::{condition, verdict, word};

/// The page as one JSON object.
pub fn value(page: &Page) -> Value {
    let found = page.found;
    json!({
        "test": page.name,
        "metric": page.metric.key,
        "unit": page.metric.unit.key(),
        "dealt": if found.dealt == Dealt::Groups { "groups" } else { "members" },
        "days": found.days,
        "planned_days": page.is_end_said.then_some(found.planned_days),
        "control": page.control(),
        "verdict": {
            "condition": condition(page),
            "decision": decision(page),
            "sentence": verdict(page),
            "more": more(page),
        },
        "arms": found.arms.iter().enumerate().map(|(arm, totals)| json!({
            "arm": totals.name,
            "groups": (found.dealt == Dealt::Groups).then_some(totals.groups),
            "members": totals.members,
            "level": totals.level,
            "p_best": found.chances.as_ref().map(|chances| chances[arm].is_best),
            "expected_loss": found.chances.as_ref().and_then(|chances| chances[arm].expected_loss),
            "says": word(page, arm),
            "stops_on_day": found.stops(arm),
        })).collect::<Vec<_>>(),
        "effects": found.effects.iter().map(|of| effect(page, of)).collect::<Vec<_>>(),
        "secondary": found.secondary.iter().map(|of| effect(page, of)).collect::<Vec<_>>(),
        "guardrails": found.guardrails.iter().map(|guarded| json!({
            "effect": effect(page, &guarded.effect),
            "margin": guarded.margin,
            "binding": guarded.is_binding,
            "at_worst": guarded.at_worst,
            "p_value": guarded.p_value,
            "says": guarding(guarded.guarding),
        })).collect::<Vec<_>>(),
        "looks": found.looks.iter().map(|look| json!({
            "arm": page.arm(look.arm),
            "day": look.day,
            "difference": look.difference,
            "interval": interval(look.interval),
            "leaves_zero_out": look.leaves_zero_out(),
        })).collect::<Vec<_>>(),
        "within_groups": found.alike.map(|alike| json!({
            "correlation": alike.correlation,
            "design_effect": alike.design_effect,
            "members": alike.members,
            "effective_members": alike.effective,
        })),
        "sample_ratio_p": found.sample_ratio,
        "not_measured": page.results.missing.iter().map(|missing| json!({
            "metric": missing.metric.key,
            "columns": missing.columns,
        })).collect::<Vec<_>>(),
        "notes": page.results.notes,
    })
}

fn decision(page: &Page) -> Value {
    match page.found.verdict.decision {
        Decision::Prefer(arm) => json!({ "prefer": page.arm(arm) }),
        Decision::PracticallyEqual => json!("practically equal"),
        Decision::Rejected => json!("rejected"),
        Decision::Unguarded { arm, metric } => json!({ "unguarded": page.arm(arm), "guardrail": metric }),
        Decision::NotDecided(_) => json!("not decided"),
    }
}

fn more(page: &Page) -> Value {
    let Decision::NotDecided(Some(more)) = page.found.verdict.decision else { return Value::Null };
    json!({
        "arm": page.arm(more.arm),
        "effect": more.effect,
        "as_seen": more.is_seen,
        "units_per_arm": more.units,
        "days": if let MoreDays::Days(days) = more.days { Some(days) } else { None },
        "to_planned_day": if let MoreDays::Planned(day) = more.days { Some(day) } else { None },
        "more_days_than": if let MoreDays::Beyond(days) = more.days { Some(days) } else { None },
        "no_number_of_days": more.days == MoreDays::Never,
    })
}

fn interval(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |Interval { low, high }| json!([low, high]))
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Means => "welch",
        Method::Permutation => "permutation",
        Method::Shares => "score",
    }
}

fn effect(page: &Page, effect: &Effect) -> Value {
    let estimate = effect.estimate;
    json!({
        "metric": effect.metric.key,
        "arm": page.arm(effect.arm),
        "level": effect.treated,
        "control_level": effect.control,
        "n": effect.n,
        "difference": effect.difference,
        "interval": interval(effect.interval),
        "interval_holds": page.holds(effect),
        "method": method(effect.method),
        "standard_error": estimate.map(|estimate| estimate.standard_error),
        "degrees": estimate.map(|estimate| estimate.degrees).filter(|degrees| degrees.is_finite()),
        "relative": effect.relative.map(|relative| relative.estimate),
        "relative_interval": interval(effect.relative_interval),
        "p_value": effect.p_value,
        "adjusted_p": effect.adjusted_p,
        "permutation": effect.permutation.map(|permutation| json!({
            "p_value": permutation.p_value(),
            "assignments": permutation.n,
            "exact": permutation.is_exact,
        })),
        "adjustment": effect.adjustment.map(|adjustment| json!({
            "theta": adjustment.theta,
            "variance_removed": adjustment.removed,
            "difference_without": adjustment.plain.map(|plain| plain.estimate),
        })),
        "zone": effect.zone,
    })
}
