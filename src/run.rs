//! `wearout run`: the main job, from a scenario to tables, a verdict, files and charts.

use clap::Args;
use wearout_core::finding::{REPLICATES, RunJob, RunOptions};
use wearout_core::job::Job;
use wearout_core::shard::Part;

use super::common::{Common, positive, whole};
use super::finish::finish;
use super::{Failure, merge, scenarios, sets};

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// A scenario file, or the name of a shipped scenario (`wearout list scenarios`)
    pub(super) scenario: String,
    /// Sets of parameters: the ensemble `joint`; a fit for one set (`best`, `prediction`, `feasibility`, `reference`, `article-only`); or
    /// an ensemble file (CSV)
    #[arg(long, default_value = "joint", value_name = "NAME|FILE")]
    pub(super) parameters: String,
    /// How many sets of the ensemble, its first ones [default: 200, or all where there are fewer]
    #[arg(long, value_parser = whole::<u32>(0..=u32::MAX))]
    pub(super) sets: Option<u32>,
    /// Replicates, campaigns simulated per plan, under each set [default: 2; with one set 400]
    #[arg(long, value_parser = whole(REPLICATES), conflicts_with = "precision")]
    pub(super) replicates: Option<u32>,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    /// Run rounds of replicates until every headline difference, as the mean of these sets, is known to within this half-width
    /// (0.005 is half a point)
    #[arg(long, value_parser = positive, group = "until")]
    pub(super) precision: Option<f64>,
    /// Replicates at the most, of all sets together, with --precision or --select
    #[arg(long, default_value_t = 100_000, value_parser = whole(REPLICATES), requires = "until")]
    pub(super) max_replicates: u32,
    /// Change a key of the scenario before it is read: --set plan.filtered.reply=15m (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Write a row per replicate beyond the first 10,000 too
    #[arg(long)]
    pub(super) all_replicates: bool,
    /// Run only this part of the replicates, such as 3/16, and write its tallies to the file --out, for `wearout merge`
    #[arg(long, value_name = "K/N", requires = "out", conflicts_with_all = ["until", "json"])]
    pub(super) shard: Option<Part>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// How `run` selects the best of many plans.
#[derive(Debug, Args)]
pub(super) struct SelectionArgs {
    /// Select the best plan in one metric: plans race on the same luck until the best of them, or one within the zone, is known with a
    /// probability of 95 %
    #[arg(long, group = "until", conflicts_with_all = ["replicates", "all_replicates"])]
    pub(super) select: bool,
    /// The metric it is selected by (`wearout list metrics`) [default: the first of the scenario's headline]
    #[arg(long, requires = "select")]
    pub(super) metric: Option<String>,
    /// Indifference zone: a plan within this distance of the best counts as best, in the metric's unit (0.005 is half a point) [default: what the scenario calls practically
    /// equal]
    #[arg(long, requires = "select", value_parser = positive)]
    pub(super) zone: Option<f64>,
    /// Formulas and assumptions of the selection below the table
    #[arg(long, requires = "select")]
    pub(super) explain: bool,
}

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let scenario = scenarios::input(&args.scenario, &args.set)?;
    let name = scenario.name.clone();
    let job = RunJob {
        scenario,
        parameters: sets::asked(&args.parameters)?,
        seed: args.common.seed,
        options: RunOptions {
            sets: args.sets,
            replicates: args.replicates,
            precision: args.precision,
            max_replicates: args.max_replicates,
            all_replicates: args.all_replicates,
        },
    };
    match args.shard {
        Some(part) => merge::shard(&job, part, &args.common),
        None => finish(&Job::Run(job), &name, &args.common, None),
    }
}
