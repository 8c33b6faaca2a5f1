//! The page as JSON, for programs: the same content as the table, every metric, in full precision.
//!
//! Comes in: a [`Page`]. Goes out: a JSON value. What has no base is `null`. Where it is printed is decided elsewhere.

use serde_json::{Map, Value, json};

use super::sentence;
use super::table::{Page, different_people};
use crate::analysis::{Difference, Estimate, Finding, PlanVerdict};
use crate::tally::METRICS;

/// The page as one JSON object.
pub fn value(page: &Page) -> Value {
    let comparison = page.comparison;
    let name = |plan: usize| comparison.plans[plan].name.as_str();
    json!({
        "replicates": comparison.replicates,
        "first_replicate": comparison.first_replicate,
        "baseline": name(comparison.baseline),
        "intervals": "95 %: the error of a finite number of replicates, not of the model",
        "plans": (0..comparison.plans.len()).map(|plan| self::plan(page, plan)).collect::<Vec<_>>(),
        "differences": comparison.differences.iter().map(|of| difference(name(of.plan), of)).collect::<Vec<_>>(),
        "verdict": page.verdict.plans.iter().map(|plan| plan_verdict(page, plan)).collect::<Vec<_>>(),
        "different_people": different_people(page).map(|line| line.trim_end().to_owned()),
        "notes": page.notes,
    })
}

fn plan(page: &Page, plan: usize) -> Value {
    let summary = &page.comparison.plans[plan];
    let metrics: Map<String, Value> = METRICS
        .iter()
        .zip(&summary.estimates)
        .map(|(metric, of)| (metric.key.to_owned(), estimate(metric.unit.key(), of)))
        .collect();
    let range = page.enforcement.get(plan).copied().flatten();
    json!({
        "plan": summary.name,
        "members": summary.members,
        "metrics": metrics,
        "over_what_nobody_knows": range.map(|range| json!({ "p_limited": range.limited, "p_banned": range.banned })),
    })
}

fn estimate(unit: &str, estimate: &Estimate) -> Value {
    json!({
        "unit": unit,
        "mean": estimate.mean,
        "low": estimate.low,
        "high": estimate.high,
        "mcse": estimate.mcse,
        "q05": estimate.quantiles.map(|[q05, _, _]| q05),
        "q50": estimate.quantiles.map(|[_, q50, _]| q50),
        "q95": estimate.quantiles.map(|[_, _, q95]| q95),
        "replicates": estimate.replicates,
    })
}

fn difference(plan: &str, difference: &Difference) -> Value {
    json!({
        "plan": plan,
        "metric": difference.metric.key,
        "unit": difference.metric.unit.key(),
        "difference": difference.difference,
        "low": difference.low,
        "high": difference.high,
        "variance_ratio": difference.variance_ratio,
        "replicates": difference.replicates,
    })
}

fn plan_verdict(page: &Page, plan: &PlanVerdict) -> Value {
    json!({
        "plan": plan.name,
        "overall": sentence::overall(plan.overall),
        "sentence": sentence::conclusion(plan, page.verdict),
        "findings": plan.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    json!({
        "metric": finding.metric.key,
        "difference": finding.difference,
        "simultaneous_low": finding.interval.map(|interval| interval.low),
        "simultaneous_high": finding.interval.map(|interval| interval.high),
        "zone": finding.zone,
        "call": sentence::call(finding.call),
    })
}
