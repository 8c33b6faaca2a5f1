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
    match &finding.study {
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
    }
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
    let question;
    let (mut files, subject, caption) = match &finding.study {
        Study::Run(run) => {
            (run::tables(run), Subject::Run(&run.comparison, &run.verdict), Caption::of(made, &run.scenario))
        }
        Study::Select(select) => {
            (select::tables(select), Subject::Select(&select.race), Caption::of(made, &select.scenario))
        }
        Study::Evidence(evidence) => (evidence::tables(evidence), Subject::Evidence(evidence), evidence::caption(made)),
        Study::Rotate(rotate) => (rotate::tables(rotate), Subject::Rotate(rotate), Caption::of(made, &rotate.scenario)),
        Study::Worth(worth) => (worth::tables(worth), Subject::Worth(worth), Caption::of(made, &worth.scenario)),
        Study::Sensitivity(of) => (sensitivity::tables(of), Subject::Sensitivity(of), Caption::of(made, &of.scenario)),
        Study::Calibrate(of) => (calibrate::tables(of, made), Subject::Calibrate(of), calibrate::caption(made)),
        Study::Design(of) => (design::tables(of), Subject::Design(of), Caption::of(made, &of.scenario)),
        Study::Power(of) => (power::tables(of), Subject::Power(of), Caption::of(made, &of.scenario)),
        Study::Analyze(of) => {
            question = analyze::question(of, made);
            (analyze::tables(of), Subject::Analyze(&of.found), Caption::about(made, &question))
        }
    };
    let (charts, figures): (Vec<_>, Vec<_>) =
        chart::drawn(subject, &caption).into_iter().map(chart::Rendered::into_parts).unzip();
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
