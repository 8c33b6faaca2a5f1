//! What moved since the last run of the same scenario: changed keys beside changed headline metrics.

use std::collections::BTreeMap;

use wearout_core::finding::{Provenance, Run};
use wearout_core::tally::{Metric, Unit};

use super::number::fixed;

/// A finished run as its files tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// Its number.
    pub name: String,
    keys: BTreeMap<String, String>,
    /// Mean by plan and metric.
    means: BTreeMap<(String, String), f64>,
}

impl Earlier {
    /// What the manifest and `summary.csv` of a run tell of it; `None` where they don't.
    pub fn read(name: &str, manifest: &str, summary: &str) -> Option<Earlier> {
        let manifest: toml::Table = manifest.parse().ok()?;
        let mut rows = ::csv::Reader::from_reader(summary.as_bytes());
        let mean = |row: ::csv::StringRecord| {
            let plan = row.get(0)?.trim_start_matches('\'').to_owned();
            Some(((plan, row.get(1)?.to_owned()), row.get(3)?.parse().ok()?))
        };
        let means = rows.records().filter_map(Result::ok).filter_map(mean).collect();
        let mut keys = BTreeMap::new();
        flatten("", manifest.get("scenario")?, &mut keys);
        flatten("seed", manifest.get("run")?.get("seed")?, &mut keys);
        if let Some(parameters) = manifest.get("parameters").and_then(|sets| sets.get("parameters")) {
            flatten("parameters", parameters, &mut keys);
        }
        Some(Earlier { name: name.to_owned(), keys, means })
    }
}

/// Lines that say what changed and what that did: `plan.yours.reply 17h -> 15m`, `yours: churn 31.0 % -> 19.2 %`.
/// Empty when nothing was changed.
pub fn moved(earlier: &Earlier, made: &Provenance, run: &Run) -> Vec<String> {
    let (comparison, headline) = (&run.comparison, &run.verdict.headline);
    let mut now = BTreeMap::new();
    if let Ok(value) = toml::Value::try_from(&run.scenario) {
        flatten("", &value, &mut now);
    }
    now.insert("seed".into(), made.seed.to_string());
    if let Some(parameters) = &made.parameters {
        now.insert("parameters".into(), parameters.parameters.clone());
    }
    let mut lines = Vec::new();
    for key in earlier.keys.keys().chain(now.keys().filter(|key| !earlier.keys.contains_key(*key))) {
        let (before, after) = (earlier.keys.get(key), now.get(key));
        if before != after && !key.starts_with("question") {
            let show = |value: Option<&String>| value.map_or("(nothing)", String::as_str).to_owned();
            lines.push(format!("{key} {} -> {}", show(before), show(after)));
        }
    }
    if lines.is_empty() {
        return lines;
    }
    for (index, plan) in comparison.plans.iter().enumerate() {
        let change = |metric: &&'static Metric| {
            let before = *earlier.means.get(&(plan.name.clone(), metric.key.to_owned()))?;
            let after = comparison.estimate(index, metric.key)?.mean?;
            (before != after).then(|| format!("{} {} -> {}", metric.label, show(metric, before), show(metric, after)))
        };
        let changes: Vec<String> = headline.iter().filter_map(change).collect();
        if !changes.is_empty() {
            lines.push(format!("{}: {}", plan.name, changes.join(", ")));
        }
    }
    lines
}

fn show(metric: &Metric, value: f64) -> String {
    let is_percentage = metric.unit.is_percentage() && metric.unit != Unit::Chance;
    if is_percentage { format!("{} %", fixed(100.0 * value, 1)) } else { fixed(value, 2) }
}

/// Every leaf of a document by its dotted key.
fn flatten(path: &str, value: &toml::Value, leaves: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let dot = if path.is_empty() { "" } else { "." };
                flatten(&format!("{path}{dot}{key}"), value, leaves);
            }
        }
        toml::Value::String(text) => {
            leaves.insert(path.to_owned(), text.clone());
        }
        other => {
            leaves.insert(path.to_owned(), other.to_string());
        }
    }
}
