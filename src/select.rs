//! `wearout run --select`: from many plans to the best of them.

use wearout_core::finding::{SelectJob, SelectOptions};
use wearout_core::job::Job;
use wearout_show::select::EXPLANATION;

use super::finish::finish;
use super::run::RunArgs;
use super::{Failure, scenarios, sets};

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let scenario = scenarios::input(&args.scenario, &args.set)?;
    let name = format!("{}-select", scenario.name);
    let job = Job::Select(SelectJob {
        scenario,
        parameters: sets::asked(&args.parameters)?,
        seed: args.common.seed,
        options: SelectOptions {
            metric: args.selection.metric.clone(),
            zone: args.selection.zone,
            sets: args.sets,
            max_replicates: args.max_replicates,
        },
    });
    finish(&job, &name, &args.common, args.selection.explain.then_some(EXPLANATION))
}
