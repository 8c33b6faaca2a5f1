//! The page as JSON, for programs: the same content as the table, every metric, in full precision.
//!
//! Comes in: a [`Page`]. Goes out: a JSON value. What has no base is `null`. Where it is printed is decided elsewhere.

use serde_json::{Map, Value, json};
use wearout_core::analysis::{Between, Decomposition, Deviation, Difference, Doubt, Estimate, Finding, PlanVerdict};
use wearout_core::tally::METRICS;
use wearout_stats::random_effects::Share;

use super::sentence;
use super::table::{Page, different_people};

/// The page as one JSON object.
pub fn value(page: &Page) -> Value {
    let comparison = page.comparison;
    let name = |plan: usize| comparison.plans[plan].name.as_str();
    json!({
        "replicates": comparison.replicates,
        "first_replicate": comparison.first_replicate,
        "baseline": name(comparison.baseline),
        "sets": comparison.n_sets,
        "intervals": "95 %: Monte Carlo error, not of the model; of a verdict, what the sets of parameters differ by included",
        "plans": (0..comparison.plans.len()).map(|plan| self::plan(page, plan)).collect::<Vec<_>>(),
        "differences": comparison.differences.iter().map(|of| difference(name(of.plan), of)).collect::<Vec<_>>(),
        "verdict": page.verdict.plans.iter().map(|plan| plan_verdict(page, plan)).collect::<Vec<_>>(),
        "enforcement": page.enforcement.map(|of| json!({ "here": of.here, "low": of.low, "high": of.high })),
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
    json!({ "plan": summary.name, "members": summary.members, "metrics": metrics })
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
        "uncertainty": estimate.decomposition.as_ref().map(uncertainty),
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
        "mcse": difference.mcse,
        "variance_ratio": difference.variance_ratio,
        "replicates": difference.replicates,
        "uncertainty": difference.decomposition.as_ref().map(uncertainty),
    })
}

/// Standard deviations, each with its interval; `sign` is the share of the plausible sets in which that of the mean holds.
fn uncertainty(of: &Decomposition) -> Value {
    let deviation = |of: Deviation| json!({ "sd": of.estimate, "low": of.low, "high": of.high });
    json!({
        "chance": deviation(of.chance),
        "parameters": of.parameters.map(|between| match between {
            Between::Seen(of) => deviation(of),
            Between::TooSmall { most } => json!({ "sd": null, "low": 0.0, "high": most, "too_small_to_see": true }),
        }),
        "over_sets": of.over_sets.map(|interval| [interval.low, interval.high]),
        "sign": of.sign.map(share),
    })
}

fn share(of: Share) -> Value {
    json!({ "share": of.estimate, "low": of.interval.low, "high": of.interval.high })
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
        "not_known_for": finding.doubt.map(|doubt| match doubt {
            Doubt::Difference => "too few replicates",
            Doubt::Size => "too few replicates to say by how much",
            Doubt::SizeBySet => "the plausible sets differ on whether by enough to matter",
            Doubt::ApartOnAverage => "different on average over the plausible sets, not surely in each",
            Doubt::EqualOnAverage => "practically equal on average over the plausible sets, not surely in each",
            Doubt::Disagreement { .. } => "the plausible sets disagree",
        }),
        "sign": finding.sign.map(share),
    })
}
