//! `wearout ab rotate`: which content goes out when, planned and learnt, beside taking turns.

use clap::Args;
use wearout_core::finding::{RotateJob, RotateOptions};
use wearout_core::job::Job;
use wearout_core::parameter::DEFAULT_FIT;
use wearout_show::rotate::EXPLANATION;

use crate::common::{Common, whole};
use crate::finish::finish;
use crate::{Failure, scenarios, sets};

/// Arguments of `ab rotate`.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// A scenario file with contents, `[content.NAME]`, or the name of a shipped one: spring, five-texts-ten-images
    contents: String,
    /// Replicates of every policy, those of all sets of parameters together
    #[arg(long, default_value_t = 200, value_parser = whole(RotateOptions::REPLICATES))]
    replicates: u32,
    /// Parameters: a fit, an ensemble (`joint`) or a file of one (CSV); over several sets replicates take turns with them
    #[arg(long, default_value = DEFAULT_FIT, value_name = "NAME|FILE")]
    parameters: String,
    /// How many sets of an ensemble, its first ones
    #[arg(long, default_value_t = 50, value_parser = whole(RotateOptions::SETS))]
    sets: u32,
    /// Change a key of the file before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Formulas and assumptions below the table
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &RotateArgs) -> Result<(), Failure> {
    let contents = scenarios::contents(&args.contents, &args.set)?;
    let name = format!("{}-rotate", contents.name);
    let job = Job::Rotate(RotateJob {
        contents,
        parameters: sets::asked(&args.parameters)?,
        seed: args.common.seed,
        options: RotateOptions { replicates: args.replicates, sets: args.sets },
    });
    finish(&job, &name, &args.common, args.explain.then_some(EXPLANATION))
}
