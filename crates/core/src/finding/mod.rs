//! What a job found, all decided: plain data that every surface shows.
//!
//! Comes in: what a study returns. Goes out: a [`Finding`]. Verdicts, advice and notes are codes with values; words are chosen where
//! findings are shown. As JSON it is serde of what stands here; long tables, such as a row a day, are left to CSV.

mod analyze;
mod calibrate;
mod design;
mod evidence;
mod notes;
mod power;
mod provenance;
mod rotate;
mod run;
mod select;
mod sensitivity;
mod sets;
mod worth;

use std::ops::RangeInclusive;

use serde::Serialize;

use crate::diagnostic::Faults;
use crate::study::Observer;

pub use analyze::{Analyze, AnalyzeJob, AnalyzeNote, AnalyzeOptions, Looked};
pub use calibrate::{
    Calibrate, CalibrateJob, CalibrateNote, CalibrateOptions, Called, Counted, Ended, LEAST_EFFECTIVE, Read, Sample,
    Search, Went,
};
pub use design::{Design, DesignJob, DesignNote, DesignOptions};
pub use evidence::{Contradiction, Evidence, EvidenceJob, EvidenceOptions, Reproduced};
pub use notes::{Note, differs, notes};
pub use power::{Power, PowerJob, PowerNote, PowerOptions, Takes};
pub use provenance::{Provenance, Sets, hash, sets_hash};
pub use rotate::{Advice, Advised, Gain, GainCall, Gentler, Item, Rotate, RotateJob, RotateNote, RotateOptions, When};
pub use run::{Enforcement, Run, RunJob, RunOptions};
pub use select::{Select, SelectJob, SelectOptions};
pub use sensitivity::{Sensitivity, SensitivityJob, SensitivityNote};
pub use sets::{ParameterSource, REPLICATES, USUAL_SETS, is_shipped, shipped};
pub use worth::{Worth, WorthJob, WorthNote, WorthOptions};

/// Version of the form that findings have as JSON; a name that changes or goes makes a new one.
pub const SCHEMA: u32 = 1;

/// Why a job found nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unfinished {
    /// What it was given is at fault.
    #[error("{0}")]
    Faults(#[from] Faults),
    /// It was stopped before anything was complete.
    #[error("nothing was complete")]
    Stopped,
}

impl Unfinished {
    /// Why nothing came out: this fault, unless it was stopped before.
    fn without(fault: Faults, observer: &dyn Observer) -> Unfinished {
        if observer.engine().stopped() { Unfinished::Stopped } else { Unfinished::Faults(fault) }
    }
}

/// What a job found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// See [`SCHEMA`].
    pub schema: u32,
    /// How it was made.
    pub provenance: Provenance,
    /// What was found.
    pub study: Study,
}

/// A finding of each study.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Study {
    /// Plans compared.
    Run(Box<Run>),
    /// The best plan selected.
    Select(Box<Select>),
    /// The evidence scored.
    Evidence(Box<Evidence>),
    /// A test of a sender's own analysed.
    Analyze(Box<Analyze>),
    /// A rotation planned.
    Rotate(Box<Rotate>),
    /// A test designed.
    Design(Box<Design>),
    /// How often a test detects what its arms differ by.
    Power(Box<Power>),
    /// What a test is worth.
    Worth(Box<Worth>),
    /// What a figure depends on.
    Sensitivity(Box<Sensitivity>),
    /// Targets met.
    Calibrate(Box<Calibrate>),
}

/// Nothing, where these numbers of a job's options lie within what they may be; they are named as on a command line.
///
/// # Errors
/// Every one that does not.
fn within(options: &[(&str, u32, RangeInclusive<u32>)]) -> Result<(), Faults> {
    let faults = options.iter().filter(|(_, found, range)| !range.contains(found)).map(|(option, found, range)| {
        let (least, most) = (range.start(), range.end());
        (format!("{option} must be a whole number from {least} to {most}, found {found}"), format!("such as {least}"))
    });
    Faults::all_of_job(faults).map_or(Ok(()), Err)
}
