//! `wearout sensitivity`: what a scenario's figures and its verdict depend on.

use clap::Args;
use wearout_core::finding::SensitivityJob;
use wearout_core::job::Job;
use wearout_core::study::sensitivity::{Measured, Request, Size};

use super::common::{Common, whole};
use super::finish::finish;
use super::{Failure, scenarios};

/// Arguments of `sensitivity`.
#[derive(Debug, Args)]
pub(super) struct SensitivityArgs {
    /// A scenario file, or the name of a shipped scenario (`wearout list scenarios`)
    pub(super) scenario: String,
    /// Metric to analyse (`wearout list metrics`) [default: the first of the scenario's headline]
    #[arg(long)]
    pub(super) metric: Option<String>,
    /// Plan to analyse [default: the first that is not the baseline]
    #[arg(long)]
    pub(super) plan: Option<String>,
    /// The plan's own figure instead of its difference from the baseline
    #[arg(long)]
    pub(super) level: bool,
    /// What is varied: parameters, and levers with a range such as plan.late.reply=1h..24h, joined by commas (repeatable)
    /// [default: every parameter with a plausible range, but for thresholds of definitions and for what another determines]
    #[arg(long, value_name = "FACTORS")]
    pub(super) over: Vec<String>,
    /// Sobol' indices for so many factors, the most influential of a screening [default: 12, or 6 with --quick]
    #[arg(long, value_parser = whole::<u32>(0..=u32::MAX))]
    pub(super) factors: Option<u32>,
    /// Base rows of the Sobol' design, a power of two; each is run FACTORS + 2 times [default: 1024, or 128 with --quick]
    #[arg(long, value_parser = whole::<u32>(0..=u32::MAX))]
    pub(super) rows: Option<u32>,
    /// Streams of luck that every row meets, the same for all; four at least, or the intervals would not hold luck
    #[arg(long, default_value_t = 4, value_parser = whole::<u32>(0..=u32::MAX))]
    pub(super) streams: u32,
    /// Replicates behind each end of the tornado and each look at the verdict [default: 200, or 50 with --quick]
    #[arg(long, value_parser = whole::<u32>(0..=u32::MAX))]
    pub(super) replicates: Option<u32>,
    /// A first look in a tenth of the time, with wider intervals
    #[arg(long)]
    pub(super) quick: bool,
    /// Change a key of the scenario before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    #[command(flatten)]
    pub(super) common: Common,
}

pub(super) fn run(args: &SensitivityArgs) -> Result<(), Failure> {
    let scenario = scenarios::input(&args.scenario, &args.set)?;
    let name = format!("{}-sensitivity", scenario.name);
    let options = Request {
        metric: args.metric.clone(),
        plan: args.plan.clone(),
        figure: if args.level { Measured::Level } else { Measured::Difference },
        over: args.over.clone(),
        size: if args.quick { Size::Quick } else { Size::Usual },
        factors: args.factors,
        rows: args.rows,
        streams: args.streams,
        replicates: args.replicates,
    };
    finish(&Job::Sensitivity(SensitivityJob { scenario, seed: args.common.seed, options }), &name, &args.common, None)
}
