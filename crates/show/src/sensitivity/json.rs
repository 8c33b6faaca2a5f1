//! A sensitivity analysis as JSON, for programs: full precision, in the measure's own unit; what is not known is `null`.

use serde_json::{Value, json};
use wearout_core::study::sensitivity::{End, Level, Swing, Tip};
use wearout_stats::Interval;
use wearout_stats::sobol::Index;

use super::files::sorted;
use super::{Page, decision};

/// The page as one JSON object.
pub fn value(page: &Page) -> Value {
    let Page { question, found } = page;
    let indices = found.indices.as_ref();
    json!({
        "metric": question.measure.metric.key,
        "unit": question.measure.metric.unit.key(),
        "plan": page.plan(question.measure.plan),
        "minus": question.measure.minus.map(|plan| page.plan(plan)),
        "basis": "one set of parameters, the best fit",
        "partial": found.partial,
        "replicates": found.replicates,
        "level": found.level.map(level),
        "left_out": found.left_out,
        "screening": found.effects.iter().flatten().enumerate().map(|(factor, effects)| json!({
            "factor": page.factor(factor).key,
            "basis": page.factor(factor).basis(),
            "mu": effects.mu,
            "mu_star": effects.mu_star,
            "mu_star_interval": interval(Some(effects.mu_star_interval)),
            "sigma": effects.sigma,
        })).collect::<Vec<_>>(),
        "no_effect": found.without_effect().map(|factor| page.factor(factor).key.as_str()).collect::<Vec<_>>(),
        "indices": indices.map(|indices| json!({
            "base_rows": found.base_rows,
            "streams": question.streams,
            "mean": indices.mean,
            "variance": indices.variance,
            "noise_variance": indices.noise_variance,
            "noise_share": indices.noise_share(),
            "explained_alone": found.explained(),
            "factors": indices.inputs.iter().flatten().zip(&found.indexed).map(|(input, &factor)| json!({
                "factor": page.factor(factor).key,
                "first": index(input.first),
                "total": index(input.total),
            })).collect::<Vec<_>>(),
        })),
        "tornado": found.swings.iter().map(|of| swing(page, of)).collect::<Vec<_>>(),
        "tipping": sorted(&found.tips).into_iter().map(|of| tip(page, of)).collect::<Vec<_>>(),
    })
}

fn interval(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |Interval { low, high }| json!([low, high]))
}

fn index(index: Index) -> Value {
    json!({ "estimate": index.estimate, "interval": interval(index.interval) })
}

fn level(level: Level) -> Value {
    json!({ "mean": level.mean, "interval": interval(level.interval) })
}

fn swing(page: &Page, swing: &Swing) -> Value {
    let factor = page.factor(swing.factor);
    let end = |value: f64, end: Option<End>| json!({ "value": value, "level": end.map(|end| level(end.level)), "change": end.map(|end| level(end.change)) });
    json!({
        "factor": factor.key,
        "default": factor.default,
        "low": end(factor.low, swing.low),
        "high": end(factor.high, swing.high),
    })
}

fn tip(page: &Page, tip: &Tip) -> Value {
    json!({
        "plan": page.plan(tip.plan),
        "decision": tip.metric.map_or("overall", |metric| metric.key),
        "as_it_stands": decision(tip.before),
        "factor": page.factor(tip.factor).key,
        "searched": tip.searched,
        "turns_at": tip.turn.map(|turn| turn.value),
        "half_ranges": tip.turn.map(|turn| turn.half_ranges),
        "becomes": tip.turn.map(|turn| decision(turn.after)),
    })
}
