//! `wearout ab design`: what a test can find, how long it should run, what it can say of guardrails and bans.

use clap::Args;
use wearout_core::finding::{DesignJob, DesignOptions};
use wearout_core::job::Job;
use wearout_show::design::EXPLANATION;

use super::WhichArgs;
use crate::Failure;
use crate::common::{Common, whole};
use crate::finish::finish;

/// Arguments of `ab design`.
#[derive(Debug, Args)]
pub(crate) struct DesignArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Tests played for each look
    #[arg(long, default_value_t = 1000, value_parser = whole(DesignOptions::TESTS))]
    tests: u32,
    /// Formulas and assumptions below the table
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn design(args: &DesignArgs) -> Result<(), Failure> {
    let (common, of) = (&args.common, &args.which);
    let scenario = of.scenario()?;
    let name = format!("{}-design", scenario.name);
    let options = DesignOptions { which: of.which(), alpha: of.alpha, tests: args.tests };
    let job = Job::Design(DesignJob { scenario, parameters: of.parameters(), seed: common.seed, options });
    finish(&job, &name, common, args.explain.then_some(EXPLANATION))
}
