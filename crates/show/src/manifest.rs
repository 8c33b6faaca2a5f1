//! The manifest of a run: enough to reproduce it to the bit. Everything but `[timing]` is the same on every repetition.

use std::collections::BTreeMap;

use serde::Serialize;
use toml::{Table, Value};
use wearout_core::finding::{Finding, Study, hash};

use super::File;

/// Its file in a run's folder.
pub const NAME: &str = "manifest.toml";

/// How long a job took and on what; the only part that changes on repetition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// Threads.
    pub threads: usize,
    /// Instruction set; results do not depend on it.
    pub instructions: &'static str,
    /// Reading and compiling what was given, seconds.
    pub compile_s: f64,
    /// Simulating and merging, seconds.
    pub simulate_s: f64,
    /// Of that, drawing the people: seconds of all threads added up.
    pub people_s: f64,
    /// Of that, merging replicates into estimates, seconds.
    pub merge_s: f64,
    /// Making tables and drawing charts, seconds.
    pub report_s: f64,
}

/// The manifest of a finding with these other files.
///
/// # Panics
/// Never: what findings are made of can be written.
pub fn manifest(finding: &Finding, files: &[File], timing: &Timing) -> File {
    let mut sha256: BTreeMap<&str, String> =
        files.iter().map(|file| (file.name.as_str(), hash(file.bytes.iter().copied()))).collect();
    let (asked, scenario) = match &finding.study {
        Study::Run(run) => {
            sha256.insert("tables", run.tables.clone());
            (value(&run.asked), Some(value(&run.scenario)))
        }
        Study::Select(select) => (value(&select.asked), Some(value(&select.scenario))),
        Study::Evidence(evidence) => (value(&evidence.asked), None),
        Study::Analyze(of) => (merged(value(&of.asked), value(&of.looked)), None),
        Study::Rotate(rotate) => (value(&rotate.asked), Some(value(&rotate.scenario))),
        Study::Design(design) => (value(&design.asked), Some(value(&design.scenario))),
        Study::Power(power) => (value(&power.asked), Some(value(&power.scenario))),
        Study::Worth(worth) => (value(&worth.asked), Some(value(&worth.scenario))),
        Study::Sensitivity(of) => (value(&of.asked), Some(value(&of.scenario))),
        Study::Calibrate(of) => (merged(value(&of.asked), value(&of.went)), None),
    };
    let mut run = value(&finding.provenance);
    let parameters = run.as_table_mut().and_then(|run| run.remove("parameters"));
    let parts = [
        ("run", Some(merged(run, asked))),
        ("parameters", parameters),
        ("sha256", Some(value(&sha256))),
        ("scenario", scenario),
        ("timing", Some(value(timing))),
    ];
    let page: Table = parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?))).collect();
    File { name: NAME.to_owned(), bytes: page.to_string().into_bytes() }
}

fn merged(mut table: Value, more: Value) -> Value {
    if let (Value::Table(table), Value::Table(more)) = (&mut table, more) {
        table.extend(more);
    }
    table
}

fn value(of: &impl Serialize) -> Value {
    Value::try_from(of).expect("findings hold tables, lists, words and numbers")
}
