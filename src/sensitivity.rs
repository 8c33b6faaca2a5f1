//! `wearout sensitivity`: what a scenario's figures and its verdict hang on.

use wearout_core::finding::SensitivityJob;
use wearout_core::job::Job;
use wearout_core::study::sensitivity::{Measured, Request, Size};

use super::args::SensitivityArgs;
use super::finish::finish;
use super::{Failure, scenarios};

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
