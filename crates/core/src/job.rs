//! One way in: a [`Job`] names a study and all it needs, [`run`] gives what it found.
//!
//! Comes in: plain data, which a command line, a page or another language builds. Goes out: a [`Finding`], or every fault.

use serde::{Deserialize, Serialize};

use crate::finding::{
    AnalyzeJob, CalibrateJob, DesignJob, EvidenceJob, Finding, PowerJob, RotateJob, RunJob, SelectJob, SensitivityJob,
    Unfinished, WorthJob,
};
use crate::study::Observer;

/// A study and all it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study", rename_all = "kebab-case")]
pub enum Job {
    /// Compare the plans of a scenario.
    Run(RunJob),
    /// Select the best of the plans of a scenario.
    Select(SelectJob),
    /// Say what of the evidence a fit reproduces.
    Evidence(EvidenceJob),
    /// Say what a test of a sender's own tells.
    Analyze(AnalyzeJob),
    /// Plan which content goes out when.
    Rotate(RotateJob),
    /// Design a test.
    Design(DesignJob),
    /// Say how often a test detects what its arms differ by.
    Power(PowerJob),
    /// Say whether a test pays.
    Worth(WorthJob),
    /// Say what a figure depends on.
    Sensitivity(SensitivityJob),
    /// Look for values of the tuned quantities that meet targets.
    Calibrate(CalibrateJob),
}

/// Does the job, on the threads of the caller.
///
/// # Errors
/// Every fault of what the job is given; or that it was stopped before anything was complete.
pub fn run(job: &Job, observer: &dyn Observer) -> Result<Finding, Unfinished> {
    match job {
        Job::Run(job) => job.find(observer),
        Job::Select(job) => job.find(observer),
        Job::Evidence(job) => job.find(observer),
        Job::Analyze(job) => job.find(observer),
        Job::Rotate(job) => job.find(observer),
        Job::Design(job) => job.find(observer),
        Job::Power(job) => job.find(observer),
        Job::Worth(job) => job.find(observer),
        Job::Sensitivity(job) => job.find(observer),
        Job::Calibrate(job) => job.find(observer),
    }
}
