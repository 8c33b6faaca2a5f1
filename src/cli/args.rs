//! What can be typed. Defaults of a scenario live in the scenario's reader, never here.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::engine::Instructions;

/// What a sending plan does to the people who receive it: a Monte Carlo simulator for messaging groups.
#[derive(Debug, Parser)]
#[command(name = "wearout", version, max_term_width = 100)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Simulate every plan of a scenario on the same people; print the table and the verdict, write files and charts
    Run(RunArgs),
    /// Say which parameters and levers a figure hangs on, and what would turn the verdict over
    Sensitivity(SensitivityArgs),
    /// Say every fault of a scenario, or what it would run
    Check(CheckArgs),
    /// Write a commented scenario NAME.toml to start from; never overwrites
    New {
        /// Name of the scenario
        name: String,
    },
    /// List what there is
    List {
        /// Of what
        what: Listed,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what a metric, parameter, platform rule or claim means, its unit, source and default
    Explain {
        /// Its name, or a word for it: `explain churn` finds `loss`
        name: String,
    },
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// A scenario file, or the name of a shipped scenario (`wearout list scenarios`)
    pub(super) scenario: String,
    /// Replicates: campaigns simulated per plan
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=16_000_000), conflicts_with = "precision")]
    pub(super) replicates: u32,
    /// Run until every headline difference is known to within this half-width (0.005 is half a point)
    #[arg(long, value_parser = positive)]
    pub(super) precision: Option<f64>,
    /// Replicates at the most, with --precision
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=16_000_000), requires = "precision")]
    pub(super) max_replicates: u32,
    /// Seed of all luck: the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Threads; the result does not depend on them [default: all]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(super) threads: Option<u32>,
    /// Instruction set; the result does not depend on it [default: the fastest of this machine]
    #[arg(long, value_parser = instructions)]
    pub(super) instructions: Option<Instructions>,
    /// Folder for results
    #[arg(long, default_value = "output")]
    pub(super) out: PathBuf,
    /// Change a key of the scenario before it is read: --set plan.filtered.reply=15m (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Write a row per replicate beyond the first 10,000 too
    #[arg(long)]
    pub(super) all_replicates: bool,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(super) json: bool,
    /// No progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// Arguments of `sensitivity`.
#[derive(Debug, Args)]
pub(super) struct SensitivityArgs {
    /// A scenario file, or the name of a shipped scenario (`wearout list scenarios`)
    pub(super) scenario: String,
    /// The metric that is looked at (`wearout list metrics`) [default: the first of the scenario's headline]
    #[arg(long)]
    pub(super) metric: Option<String>,
    /// The plan that is looked at [default: the first that is not the baseline]
    #[arg(long)]
    pub(super) plan: Option<String>,
    /// The plan's own figure instead of its difference from the baseline
    #[arg(long)]
    pub(super) level: bool,
    /// What is varied: parameters, and levers with a range such as plan.late.reply=1h..24h, joined by commas (repeatable)
    /// [default: every parameter with a plausible range]
    #[arg(long, value_name = "FACTORS")]
    pub(super) over: Vec<String>,
    /// Sobol' indices for so many factors, the most influential of a screening
    #[arg(long, default_value_t = 12)]
    pub(super) factors: u32,
    /// Base rows of the Sobol' design, a power of two; each is run FACTORS + 2 times
    #[arg(long, default_value_t = 1024)]
    pub(super) rows: u32,
    /// Streams of luck that every row meets, the same for all
    #[arg(long, default_value_t = 4)]
    pub(super) streams: u32,
    /// Replicates behind each end of the tornado and each look at the verdict
    #[arg(long, default_value_t = 200)]
    pub(super) replicates: u32,
    /// Seed of all luck: the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Threads; the result does not depend on them [default: all]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(super) threads: Option<u32>,
    /// Instruction set; the result does not depend on it [default: the fastest of this machine]
    #[arg(long, value_parser = instructions)]
    pub(super) instructions: Option<Instructions>,
    /// Folder for results
    #[arg(long, default_value = "output")]
    pub(super) out: PathBuf,
    /// Change a key of the scenario before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(super) json: bool,
    /// No progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// A scenario file, or the name of a shipped scenario
    pub(super) scenario: String,
    /// Change a key of the scenario before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(super) set: Vec<String>,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Listed {
    Scenarios,
    Metrics,
    Parameters,
    Platforms,
    Charts,
}

fn instructions(name: &str) -> Result<Instructions, String> {
    Instructions::find(name).ok_or_else(|| {
        let names: Vec<&str> = Instructions::available().into_iter().map(Instructions::name).collect();
        format!("this machine has {}", names.join(", "))
    })
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err("must be a number above 0, such as 0.005".into()),
    }
}
