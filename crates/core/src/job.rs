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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::engine::Engine;
    use crate::finding::{ParameterSource, RotateOptions, RunOptions, WorthOptions};
    use crate::scenario::{Input, shipped};
    use crate::study::ab::worth::Rest;

    #[test]
    fn numbers_out_of_range_are_faults_of_the_job_whoever_built_it() {
        let of = |name: &str| {
            let source = Source { name: name.to_owned(), text: shipped(name).unwrap().to_owned() };
            Input { name: "x".to_owned(), source, set: Vec::new() }
        };
        let (parameters, seed) = (ParameterSource::Named("best".to_owned()), 1);
        let run =
            RunOptions { sets: None, replicates: Some(0), precision: None, max_replicates: 1, all_replicates: false };
        let worth = WorthOptions {
            test: None,
            metric: None,
            groups: Vec::new(),
            days: Vec::new(),
            rest: Rest::Later,
            member_worth: None,
            appeal: 0.0,
            sets: 1,
            replicates: 1,
        };
        let rotate = RotateOptions { replicates: 1, sets: 0 };
        let jobs = [
            Job::Run(RunJob { scenario: of("spacing"), parameters: parameters.clone(), seed, options: run }),
            Job::Worth(WorthJob { scenario: of("launch-test"), seed, options: worth }),
            Job::Rotate(RotateJob { contents: of("contents/spring"), parameters, seed, options: rotate }),
        ];
        for (job, said) in jobs.iter().zip(["--replicates", "--sets", "--replicates"]) {
            let Err(Unfinished::Faults(faults)) = super::run(job, &Engine::default()) else { panic!("{job:?}") };
            assert!(faults.are_of_job() && faults.to_string().contains(said), "{faults}");
        }
    }
}
