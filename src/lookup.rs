//! `list`: what there is.

use std::fmt::Write;

use clap::ValueEnum;
use serde_json::{Value, json};
use wearout_core::evidence::{Finding, findings, ledger, patterns};
use wearout_core::parameter;
use wearout_core::platform;
use wearout_core::scenario::SHIPPED;
use wearout_core::tally::METRICS;
use wearout_show::chart::CHARTS;
use wearout_show::explain::about;

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    Scenarios,
    Metrics,
    Parameters,
    Platforms,
    Charts,
    Claims,
    Findings,
    Patterns,
}

/// The rows of a list: name, what it is.
fn rows(what: Listed) -> Vec<(String, String)> {
    match what {
        Listed::Scenarios => SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), question(text))).collect(),
        Listed::Metrics => METRICS
            .iter()
            .map(|m| (m.key.to_owned(), format!("{} [{}]: {}", m.label, m.unit.key(), m.meaning)))
            .collect(),
        Listed::Parameters => parameter::catalogue().iter().map(|p| (p.key.clone(), about(p))).collect(),
        Listed::Platforms => platform::catalog().iter().map(|p| (p.key.clone(), p.title.clone())).collect(),
        Listed::Charts => CHARTS
            .iter()
            .map(|chart| (chart.key.to_owned(), format!("{} ({})", chart.title, chart.command())))
            .collect(),
        Listed::Claims => ledger().iter().map(|claim| (claim.id.clone(), claim.statement.clone())).collect(),
        Listed::Findings => {
            let about = |f: &Finding| format!("{}: {} [{}]", f.channel, f.says(), f.sureness());
            findings().iter().map(|f| (f.id.clone(), about(f))).collect()
        }
        Listed::Patterns => patterns().iter().map(|p| (p.key.clone(), p.title.clone())).collect(),
    }
}

/// The question a scenario opens with.
fn question(text: &str) -> String {
    let table: Option<toml::Table> = text.parse().ok();
    table.and_then(|table| Some(table.get("question")?.as_str()?.to_owned())).unwrap_or_default()
}

/// A list as text, or as JSON.
pub(super) fn list(what: Listed, as_json: bool) -> String {
    let rows = rows(what);
    if as_json {
        let items: Vec<Value> = rows.into_iter().map(|(name, about)| json!({ "name": name, "about": about })).collect();
        return format!("{:#}\n", Value::Array(items));
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.into_iter().fold(String::new(), |mut text, (name, about)| {
        let _ = writeln!(text, "{name:width$}  {about}");
        text
    })
}
