//! `wearout evidence`: which of the article's claims and which patterns of the field the model reproduces.

use clap::Args;
use wearout_core::finding::{EvidenceJob, EvidenceOptions};
use wearout_core::job::Job;
use wearout_core::parameter::DEFAULT_FIT;

use super::Failure;
use super::common::{Common, whole};
use super::finish::finish;

/// Arguments of `evidence`.
#[derive(Debug, Args)]
pub(super) struct EvidenceArgs {
    /// Replicates of each design
    #[arg(long, default_value_t = 200, value_parser = whole(EvidenceOptions::REPLICATES))]
    pub(super) replicates: u32,
    /// Named set of parameters: the fit whose claims are scored
    #[arg(long, value_name = "FIT", default_value = DEFAULT_FIT)]
    pub(super) parameters: String,
    #[command(flatten)]
    pub(super) common: Common,
}

pub(super) fn evidence(args: &EvidenceArgs) -> Result<(), Failure> {
    let job = Job::Evidence(EvidenceJob {
        fit: args.parameters.clone(),
        seed: args.common.seed,
        options: EvidenceOptions { replicates: args.replicates },
    });
    finish(&job, "evidence", &args.common, None)
}
