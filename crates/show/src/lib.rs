//! Shows what a job found: a page in words, tables, charts, a manifest.
//!
//! Comes in: a [`Finding`]. Goes out: a [`page::Page`] for `text` and other renderers, and the [`files`] of its folder. Decides nothing and
//! computes no statistic.

pub mod analyze;
mod answer;
pub mod calibrate;
pub mod chart;
pub mod csv;
pub mod design;
pub mod evidence;
pub mod explain;
pub mod html;
pub mod manifest;
pub mod notes;
mod number;
pub mod page;
pub mod power;
pub mod rotate;
pub mod run;
pub mod select;
pub mod sensitivity;
mod sentence;
pub mod since;
mod tested;
pub mod text;
pub mod worth;

use serde_json::Value;
use wearout_core::finding::{Finding, Study};

use chart::{Caption, Subject};

/// What a finding says, in words.
pub fn page(finding: &Finding) -> page::Page {
    let mut page = match &finding.study {
        Study::Run(run) => run::page(run),
        Study::Select(select) => select::page(select, &finding.provenance),
        Study::Evidence(evidence) => evidence::page(evidence),
        Study::Analyze(of) => analyze::page(of, &finding.provenance),
        Study::Rotate(rotate) => rotate::page(rotate, &finding.provenance),
        Study::Design(design) => design::page(design),
        Study::Power(power) => power::page(power),
        Study::Worth(worth) => worth::page(worth, &finding.provenance),
        Study::Sensitivity(of) => sensitivity::page(of),
        Study::Calibrate(of) => calibrate::page(of, &finding.provenance),
    };
    if finding.provenance.partial {
        let words = "partial: it was stopped, and only what was complete by then is shown";
        page.blocks.insert(0, page::Block::Note(page::Said::of(words, "/provenance/partial")));
    }
    page
}

/// A finding for programs.
///
/// # Panics
/// Never: what findings are made of can be written.
pub fn json(finding: &Finding) -> Value {
    serde_json::to_value(finding).expect("findings hold tables, lists, words and numbers")
}

/// Every file of a finding but the manifest.
pub fn files(finding: &Finding) -> Vec<File> {
    let made = &finding.provenance;
    let (mut files, subject) = match &finding.study {
        Study::Run(run) => (run::tables(run), Subject::Run(&run.comparison, &run.verdict)),
        Study::Select(select) => (select::tables(select), Subject::Select(&select.race)),
        Study::Evidence(evidence) => (evidence::tables(evidence), Subject::Evidence(evidence)),
        Study::Calibrate(of) => (calibrate::tables(of, made), Subject::Calibrate(of)),
        Study::Sensitivity(of) => (sensitivity::tables(of), Subject::Sensitivity(of)),
        Study::Analyze(of) => (analyze::tables(of), Subject::Analyze(&of.found)),
        Study::Design(of) => (design::tables(of), Subject::Design(of)),
        Study::Power(of) => (power::tables(of), Subject::Power(of)),
        Study::Worth(worth) => (worth::tables(worth), Subject::Worth(worth)),
        Study::Rotate(rotate) => (rotate::tables(rotate), Subject::Rotate(rotate)),
    };
    let (charts, figures): (Vec<_>, Vec<_>) =
        chart::drawn(subject, &Caption::of(finding)).into_iter().map(chart::Rendered::into_parts).unzip();
    files.extend(charts.into_iter().flatten());
    let report = html::html(&page(finding), &figures, made);
    files.push(File { name: "report.html".into(), bytes: report.into_bytes() });
    files
}

/// A file of a run: its name and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Name within the run's folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}
