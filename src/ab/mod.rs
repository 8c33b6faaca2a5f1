//! `wearout ab ...`: tests designed, powered, analysed, and judged by whether they pay.

mod analyze;
mod design;
mod power;
mod rotate;
mod worth;

use clap::{Args, Subcommand};
use wearout_core::finding::ParameterSource;
use wearout_core::parameter::{DEFAULT_FIT, Fit};
use wearout_core::scenario::Input;
use wearout_core::study::ab::{Method, Which};

use super::common::fit;
use super::{Failure, scenarios};

/// What there is to know of a test.
#[derive(Debug, Subcommand)]
pub(super) enum AbCommand {
    /// Say what a test can find, how long it should run, and what it can say of guardrails and bans
    Design(design::DesignArgs),
    /// Say what a test of your own tells: which arm is better, how sure that is, and what would make it surer
    Analyze(analyze::AnalyzeArgs),
    /// Say how often a test would tell its arms apart: against groups, effect and duration, and what each mechanism costs
    Power(power::PowerArgs),
    /// Say whether a test pays: what choosing better gains, less what testing costs
    Worth(worth::WorthArgs),
    /// Plan which content goes out when, and compare that calendar with taking turns and with learning on the way
    Rotate(rotate::RotateArgs),
}

/// Carries one out.
pub(super) fn ab(command: &AbCommand) -> Result<(), Failure> {
    match command {
        AbCommand::Design(args) => design::design(args),
        AbCommand::Analyze(args) => analyze::analyze(args),
        AbCommand::Power(args) => power::power(args),
        AbCommand::Worth(args) => worth::worth(args),
        AbCommand::Rotate(args) => rotate::run(args),
    }
}

/// Which test of which scenario, and how it is judged.
#[derive(Debug, Args)]
struct WhichArgs {
    /// A scenario file with a `[test.NAME]`, or the name of a shipped scenario
    scenario: String,
    /// The test [default: the scenario's first]
    #[arg(long)]
    test: Option<String>,
    /// Metric that decides (`wearout list metrics`) [default: the test's own]
    #[arg(long)]
    metric: Option<String>,
    /// The arm that is compared with the control [default: the first other]
    #[arg(long)]
    arm: Option<String>,
    /// How arms of groups are compared: `means` (Welch's t on group means) or `permutation`
    #[arg(long, default_value = "means", value_parser = method)]
    by: Method,
    /// Level of the test, two-sided
    #[arg(long, default_value_t = 0.05, value_parser = level)]
    alpha: f64,
    /// Named set of parameters: a fit
    #[arg(long, value_name = "FIT", default_value = DEFAULT_FIT, value_parser = fit)]
    parameters: &'static Fit,
    /// Change a key of the scenario before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl WhichArgs {
    fn scenario(&self) -> Result<Input, Failure> {
        scenarios::input(&self.scenario, &self.set)
    }

    fn parameters(&self) -> ParameterSource {
        ParameterSource::Named(self.parameters.name.clone())
    }

    fn which(&self) -> Which {
        Which { test: self.test.clone(), metric: self.metric.clone(), arm: self.arm.clone(), method: self.by }
    }
}

fn method(word: &str) -> Result<Method, String> {
    match word {
        "means" => Ok(Method::Means),
        "permutation" => Ok(Method::Permutation),
        _ => Err("means or permutation".into()),
    }
}

fn level(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(level) if (1e-6..=0.5).contains(&level) => Ok(level),
        _ => Err("a share from 0.000001 to 0.5, such as 0.05".into()),
    }
}
