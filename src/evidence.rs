//! `wearout evidence`: which of the article's claims and which patterns of the field the model reproduces.

use wearout_core::finding::{EvidenceJob, EvidenceOptions};
use wearout_core::job::Job;

use super::Failure;
use super::args::EvidenceArgs;
use super::finish::finish;

pub(super) fn evidence(args: &EvidenceArgs) -> Result<(), Failure> {
    let job = Job::Evidence(EvidenceJob {
        fit: args.parameters.clone(),
        seed: args.common.seed,
        options: EvidenceOptions { replicates: args.replicates },
    });
    finish(&job, "evidence", &args.common, None)
}
