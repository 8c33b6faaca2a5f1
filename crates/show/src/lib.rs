//! Shows what a job found: a page in words, tables, charts, a manifest.
//!
//! Comes in: a [`Finding`]. Goes out: a [`page::Page`] for `text` and other renderers, and the [`files`] of its folder. Decides nothing and
//! computes no statistic.

pub mod ab;
mod answer;
pub mod calibrate;
pub mod chart;
pub mod csv;
pub mod evidence;
pub mod explain;
pub mod html;
pub mod manifest;
pub mod notes;
mod number;
pub mod page;
pub mod rotate;
pub mod run;
pub mod select;
pub mod sensitivity;
mod sentence;
pub mod since;
mod table;
pub mod text;
pub mod worth;

use chart::Caption;
use rayon::prelude::*;
use serde_json::Value;
use wearout_core::finding::{Finding, Study};

/// What a finding says, in words.
pub fn page(finding: &Finding) -> page::Page {
    match &finding.study {
        Study::Run(run) => run::page(run),
        Study::Select(select) => select::page(select, &finding.provenance),
        Study::Evidence(evidence) => evidence::page(evidence),
        Study::Rotate(rotate) => rotate::page(rotate, &finding.provenance),
        Study::Worth(worth) => worth::page(worth, &finding.provenance),
        Study::Sensitivity(of) => sensitivity::page(of),
        Study::Calibrate(of) => calibrate::page(of, &finding.provenance),
    }
}

/// A finding for programs.
///
/// # Panics
/// Never: what findings are made of can be written.
pub fn json(finding: &Finding) -> Value {
    serde_json::to_value(finding).expect("findings hold tables, lists, words and numbers")
}

/// Every file of a finding but the manifest; charts are drawn in parallel.
///
/// # Errors
/// When a chart cannot be drawn.
pub fn files(finding: &Finding) -> Result<Vec<File>, chart::Failure> {
    let mut files = match &finding.study {
        Study::Run(run) => run::tables(run),
        Study::Select(select) => select::tables(select),
        Study::Evidence(evidence) => evidence::tables(evidence),
        Study::Rotate(rotate) => rotate::tables(rotate),
        Study::Worth(worth) => worth::tables(worth),
        Study::Sensitivity(of) => sensitivity::tables(of),
        Study::Calibrate(of) => calibrate::tables(of, &finding.provenance),
    };
    let all = |drawn: Result<Vec<(&'static str, chart::Rendered)>, chart::Failure>| {
        drawn.map(|drawn| drawn.into_iter().map(|(key, rendered)| (key, Some(rendered))).collect())
    };
    let drawn: Result<Vec<_>, _> = match &finding.study {
        Study::Run(run) => chart::CHARTS
            .par_iter()
            .map(|chart| run::drawn(run, &finding.provenance, chart).map(|drawn| (chart.key, drawn)))
            .collect(),
        Study::Select(select) => {
            all(chart::raced(&select.race, &Caption::of(&finding.provenance, &select.scenario.question)))
        }
        Study::Evidence(evidence) => all(evidence::drawn(evidence, &finding.provenance)),
        Study::Rotate(rotate) => {
            all(chart::rotated(rotate, &Caption::of(&finding.provenance, &rotate.scenario.question)))
        }
        Study::Worth(worth) => all(chart::weighed(worth, &Caption::of(&finding.provenance, &worth.scenario.question))),
        Study::Calibrate(of) => {
            let question = format!("Which values meet the targets of {}?", finding.provenance.name);
            all(chart::calibrated(of, &Caption::of(&finding.provenance, &question)))
        }
        Study::Sensitivity(of) => all(chart::varied(of, &Caption::of(&finding.provenance, &of.scenario.question))),
    };
    let mut figures = Vec::new();
    for (key, rendered) in drawn? {
        if let Some(rendered) = rendered {
            files.push(File { name: format!("{key}.svg"), bytes: rendered.svg.into_bytes() });
            files.push(File { name: format!("{key}.png"), bytes: rendered.png });
            figures.push(rendered.figure);
        }
    }
    let report = html::html(&page(finding), &figures, &finding.provenance);
    files.push(File { name: "report.html".into(), bytes: report.into_bytes() });
    Ok(files)
}

/// A file of a run: its name and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Name within the run's folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}
