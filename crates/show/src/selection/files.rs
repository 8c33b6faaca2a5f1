//! The files of a race: CSV in the metric's own unit, what is not known a blank cell; and JSON, for programs.

use serde_json::{Map, Value, json};
use wearout_core::study::select::beside;

use super::Page;
use super::text::ended;
use crate::csv::{cell, write};

/// `select.csv`: a row per plan, the one ahead first.
pub fn select(page: &Page) -> Vec<u8> {
    let header =
        ["plan", "metric", "unit", "mean", "replicates", "ended", "dropped_at", "dropped_by", "difference", "zone"];
    let header: Vec<&str> = header.into_iter().chain(beside().map(|metric| metric.key)).collect();
    let rows = page.ranked().into_iter().map(|index| {
        let plan = page.plan(index);
        let beside = plan.beside.iter().map(|beside| cell(Some(beside.mean)));
        let cells = [
            plan.name.clone(),
            page.metric.key.to_owned(),
            page.metric.unit.key().to_owned(),
            cell(Some(plan.mean)),
            plan.replicates.to_string(),
            ended(page, index).to_owned(),
            plan.dropped.map_or_else(String::new, |dropped| dropped.at.to_string()),
            plan.dropped.map_or_else(String::new, |dropped| page.plan(dropped.by).name.clone()),
            cell(plan.dropped.map(|dropped| dropped.difference)),
            cell(Some(page.found.zone)),
        ];
        cells.into_iter().chain(beside).collect()
    });
    write(&header, rows)
}

/// `race.csv`: a row per standing and plan not dropped before it.
pub fn race(page: &Page) -> Vec<u8> {
    let rows = page.found.standings.iter().flat_map(|standing| {
        let means = standing.means.iter().enumerate().filter_map(|(plan, mean)| Some((plan, (*mean)?)));
        means.map(|(plan, mean)| vec![standing.replicates.to_string(), page.plan(plan).name.clone(), cell(Some(mean))])
    });
    write(&["replicates", "plan", "mean"], rows)
}

/// The page as one JSON object.
pub fn value(page: &Page) -> Value {
    let found = page.found;
    json!({
        "metric": page.metric.key,
        "unit": page.metric.unit.key(),
        "zone": found.zone,
        "probability": wearout_core::analysis::CONFIDENCE,
        "selected": found.selected.map(|plan| page.plan(plan).name.as_str()),
        "leader": page.plan(found.leader).name,
        "keeps_more": found.keeps_more.map(|more| json!({
            "plan": page.plan(more.plan).name,
            "difference": more.difference,
            "low": more.interval.low,
            "high": more.interval.high,
        })),
        "replicates": found.replicates,
        "campaigns": found.campaigns,
        "campaigns_if_equal": found.campaigns_if_equal,
        "sets": page.n_sets,
        "partial": found.partial,
        "plans": page.ranked().into_iter().map(|index| {
            let plan = page.plan(index);
            json!({
                "plan": plan.name,
                "mean": plan.mean,
                "beside": beside().zip(&plan.beside).map(|(metric, of)| {
                    (metric.key.to_owned(), json!({ "mean": of.mean, "low": of.interval.low, "high": of.interval.high }))
                }).collect::<Map<String, Value>>(),
                "replicates": plan.replicates,
                "ended": ended(page, index),
                "dropped": plan.dropped.map(|dropped| json!({
                    "after": dropped.at,
                    "by": page.plan(dropped.by).name,
                    "difference": dropped.difference,
                })),
            })
        }).collect::<Vec<_>>(),
        "notes": page.notes,
    })
}
