//! `wearout ab power`: how often a test would find what there is to find.

use clap::Args;
use wearout_core::finding::{PowerJob, PowerOptions};
use wearout_core::job::Job;
use wearout_show::power::EXPLANATION;

use super::WhichArgs;
use crate::Failure;
use crate::common::{Common, whole};
use crate::finish::finish;

/// Arguments of `ab power`.
#[derive(Debug, Args)]
pub(crate) struct PowerArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Tests played at each point
    #[arg(long, default_value_t = 400, value_parser = whole(PowerOptions::TESTS))]
    tests: u32,
    /// Groups an arm (members of a direct list), separated by commas [default: 4 to 60, with the test's own]
    #[arg(long, value_delimiter = ',', value_parser = whole(PowerOptions::UNITS))]
    groups: Vec<u32>,
    /// Effects: the share by which the arm's contents draw more clicks than the control's, separated by commas; for metrics that
    /// follow clicks [default: 0 to 1]
    #[arg(long, value_delimiter = ',', value_parser = effect)]
    effects: Vec<f64>,
    /// Sets of the ensemble joint over which the test is played as it stands; 0 leaves it out
    #[arg(long, default_value_t = 20, value_parser = whole::<u32>(0..=100_000))]
    sets: u32,
    /// Formulas and assumptions below the table
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    common: Common,
}

/// A share; clicks cannot be more than all.
fn effect(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(effect) if (-1.0..=1.0).contains(&effect) => Ok(effect),
        _ => Err("a share from -1 to 1, not a percentage: 0.2 is a fifth more clicks".into()),
    }
}

pub(super) fn power(args: &PowerArgs) -> Result<(), Failure> {
    let (common, of) = (&args.common, &args.which);
    let scenario = of.scenario()?;
    let name = format!("{}-power", scenario.name);
    let options = PowerOptions {
        which: of.which(),
        alpha: of.alpha,
        tests: args.tests,
        groups: args.groups.clone(),
        effects: args.effects.clone(),
        sets: args.sets,
    };
    let job = Job::Power(PowerJob { scenario, parameters: of.parameters(), seed: common.seed, options });
    finish(&job, &name, common, args.explain.then_some(EXPLANATION))
}
