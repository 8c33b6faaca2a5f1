//! `wearout ab worth`: whether a test pays, which one, or what to send without it.

use clap::Args;
use wearout_core::finding::{WorthJob, WorthOptions};
use wearout_core::job::Job;
use wearout_core::study::ab::worth::Rest;
use wearout_show::worth::EXPLANATION;

use crate::common::{Common, whole};
use crate::finish::finish;
use crate::{Failure, scenarios};

/// Arguments of `ab worth`.
#[derive(Debug, Args)]
pub(crate) struct WorthArgs {
    /// A scenario file with a `[test.NAME]`, or the name of a shipped scenario
    scenario: String,
    /// The test [default: the scenario's first]
    #[arg(long)]
    test: Option<String>,
    /// Metric that decides (`wearout list metrics`) [default: the test's own]
    #[arg(long)]
    metric: Option<String>,
    /// Groups an arm (members of a direct list) to try, separated by commas [default: 2 to 80, with the test's own]
    #[arg(long, value_delimiter = ',', value_parser = whole::<u32>(2..=u32::MAX))]
    groups: Vec<u32>,
    /// Days to try, separated by commas [default: 3 to 28, with the test's own]
    #[arg(long, value_delimiter = ',', value_parser = whole::<u32>(1..=u32::MAX))]
    days: Vec<u32>,
    /// The horizon is a deadline: groups outside the test get only the days that remain after it
    #[arg(long)]
    deadline: bool,
    /// Cost of a lost member in buyers; 0 counts buyers alone [default: what a member addressed brings in one campaign]
    #[arg(long, value_parser = not_negative)]
    member_worth: Option<f64>,
    /// Uncertainty about the appeal of the arms' contents before the test: a standard deviation of clicks, as a share (0.2 is a fifth
    /// more or fewer)
    #[arg(long, default_value_t = 0.0, value_parser = not_negative)]
    appeal: f64,
    /// Sets of the ensemble joint that say what is not known of the arms before the test
    #[arg(long, default_value_t = 100, value_parser = whole(WorthOptions::SETS))]
    sets: u32,
    /// Under each set: campaigns of each arm, and tests of each kind
    #[arg(long, default_value_t = 4, value_parser = whole(WorthOptions::REPLICATES))]
    replicates: u32,
    /// Change a key of the scenario before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Formulas and assumptions below the table
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    common: Common,
}

fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1000.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 1000, such as 0.2".into()),
    }
}

pub(super) fn worth(args: &WorthArgs) -> Result<(), Failure> {
    let scenario = scenarios::input(&args.scenario, &args.set)?;
    let name = format!("{}-worth", scenario.name);
    let job = Job::Worth(WorthJob {
        scenario,
        seed: args.common.seed,
        options: WorthOptions {
            test: args.test.clone(),
            metric: args.metric.clone(),
            groups: args.groups.clone(),
            days: args.days.clone(),
            rest: if args.deadline { Rest::Deadline } else { Rest::Later },
            member_worth: args.member_worth,
            appeal: args.appeal,
            sets: args.sets,
            replicates: args.replicates,
        },
    });
    finish(&job, &name, &args.common, args.explain.then_some(EXPLANATION))
}
