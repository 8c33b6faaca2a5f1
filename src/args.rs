//! What can be typed. Defaults of a scenario live in the scenario's reader, never here.

use std::ffi::OsString;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use wearout_core::diagnostic::{is_hidden, nearest};
use wearout_core::engine::Instructions;
use wearout_core::parameter::{DEFAULT_FIT, Fit, find_fit, fits};
use wearout_core::shard::Part;
use wearout_core::study::calibrate::Method;

use super::ab::AbCommand;
use super::tell;

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
    /// Merge the parts of a run (`run --shard K/N`) and finish like `run`, to the same bytes as one run
    Merge(MergeArgs),
    /// Say which of the article's claims the model reproduces, which it misses, and where they contradict each other
    Evidence(EvidenceArgs),
    /// Find which values of the model's parameters meet targets: a best fit, a posterior, or every plausible set
    Calibrate(CalibrateArgs),
    /// Say which parameters and levers a figure hangs on, and what would turn the verdict over
    Sensitivity(SensitivityArgs),
    /// Model a test of several plans beside each other: its power, its design, its analysis, its worth
    #[command(subcommand)]
    Ab(AbCommand),
    /// Say every fault of a scenario, or what it would run
    Check(CheckArgs),
    /// Write a commented scenario NAME.toml to start from; never overwrites
    New {
        /// Name of the scenario
        name: String,
        /// Copy this shipped scenario (`wearout list scenarios`) instead
        #[arg(long, value_name = "SCENARIO")]
        from: Option<String>,
    },
    /// List what there is
    List {
        /// Of what
        what: Listed,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what a metric, parameter, platform rule, claim, or key or word of a scenario means, its unit, source and default; or what is
    /// known of `needs` and `frequency`
    Explain {
        /// Its name, or a word for it: `explain churn` finds `loss`
        name: String,
    },
}

/// What every study takes.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Seed of all luck: the same seed gives the same bytes
    #[arg(long, default_value_t = 1, value_parser = whole::<u64>(0..=u64::MAX))]
    pub(super) seed: u64,
    /// Threads; the result does not depend on them [default: all]
    #[arg(long, value_parser = whole::<u32>(1..=1024))]
    pub(super) threads: Option<u32>,
    /// Instruction set; the result does not depend on it [default: the fastest of this machine]
    #[arg(long, value_parser = instructions)]
    pub(super) instructions: Option<Instructions>,
    /// Folder for results
    #[arg(long, default_value = "output")]
    pub(super) out: PathBuf,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(super) json: bool,
    /// No progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

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
    #[arg(long, value_parser = whole::<u32>(1..=16_000_000), conflicts_with = "precision")]
    pub(super) replicates: Option<u32>,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    /// Run rounds of replicates until every headline difference, as the mean of these sets, is known to within this half-width
    /// (0.005 is half a point)
    #[arg(long, value_parser = positive, group = "until")]
    pub(super) precision: Option<f64>,
    /// Replicates at the most, of all sets together, with --precision or --select
    #[arg(long, default_value_t = 100_000, value_parser = whole::<u32>(1..=16_000_000), requires = "until")]
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

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// Files that `run --shard` wrote, one for each part
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<String>,
    /// Threads; the result does not depend on them [default: all]
    #[arg(long, value_parser = whole::<u32>(1..=1024))]
    threads: Option<u32>,
    /// Folder for results
    #[arg(long, default_value = "output")]
    out: PathBuf,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

impl MergeArgs {
    /// What every study takes; the seed is the shards' own.
    pub(super) fn common(&self) -> Common {
        let MergeArgs { threads, ref out, json, quiet, .. } = *self;
        Common { seed: 0, threads, instructions: None, out: out.clone(), json, quiet }
    }
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
    /// How far below the best is as good, in the metric's unit (0.005 is half a point) [default: what the scenario calls practically
    /// equal]
    #[arg(long, requires = "select", value_parser = positive)]
    pub(super) zone: Option<f64>,
    /// Formulas and assumptions of the selection below the table
    #[arg(long, requires = "select")]
    pub(super) explain: bool,
}

/// Arguments of `evidence`.
#[derive(Debug, Args)]
pub(super) struct EvidenceArgs {
    /// Replicates of each design
    #[arg(long, default_value_t = 200, value_parser = whole::<u32>(2..=1_000_000))]
    pub(super) replicates: u32,
    /// Named set of parameters: the fit whose claims are scored
    #[arg(long, value_name = "FIT", default_value = DEFAULT_FIT)]
    pub(super) parameters: String,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
pub(super) struct CalibrateArgs {
    /// A list of targets (TOML or CSV), a CSV of your own figures with --columns, or a shipped list: joint
    pub(super) targets: String,
    /// What to look for: the best fit, a posterior of up to eight quantities, or every plausible set
    #[arg(long, default_value = "best", value_parser = method)]
    pub(super) method: Method,
    /// Points to simulate at the most [default: 4,000 best, 40,000 posterior, 8,000 plausible]
    #[arg(long, value_parser = whole::<u64>(1..=1_000_000_000))]
    pub(super) simulations: Option<u64>,
    /// Stop after the generation in which this time is reached: 90s, 5m, 1h30m
    #[arg(long, value_name = "TIME", value_parser = super::calibrate::duration, allow_hyphen_values = true)]
    pub(super) time_limit: Option<Duration>,
    /// Replicates of every plan at each point
    #[arg(long, default_value_t = 4, value_parser = whole::<u32>(1..=100_000))]
    pub(super) replicates: u32,
    /// Points of a generation (best), of the sample (posterior), or plausible sets wanted [default: the method's own]
    #[arg(long, value_parser = particles)]
    pub(super) particles: Option<usize>,
    /// Parameters that move, instead of those that the list names (separated by commas)
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    pub(super) parameters_tuned: Vec<String>,
    /// Fit the targets that are held out, too
    #[arg(long)]
    pub(super) fit_held_out: bool,
    /// Which column of your own figures holds what: period=week,sent=mails,opened=opens
    #[arg(long, value_name = "ROLE=HEADING,...", requires = "scenario")]
    pub(super) columns: Option<String>,
    /// Scenario that replays your own figures, as seen from their file, or a shipped one
    #[arg(long, requires = "columns")]
    pub(super) scenario: Option<String>,
    /// Its plan, where it has several
    #[arg(long, requires = "columns")]
    pub(super) plan: Option<String>,
    /// Members of your list on the first day
    #[arg(long, requires = "columns", value_parser = whole::<u64>(1..=u64::MAX))]
    pub(super) list: Option<u64>,
    /// Start anew, although an earlier run of the same command can be gone on with
    #[arg(long)]
    pub(super) fresh: bool,
    #[command(flatten)]
    pub(super) common: Common,
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
    Claims,
    Findings,
    Patterns,
}

/// The command that was typed; where it is none, what is wrong about it is said and the exit status returned.
pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, u8> {
    let typed: Vec<OsString> = args.into_iter().collect();
    let parsed =
        numbers(Cli::command()).try_get_matches_from(&typed).and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map(|cli| cli.command).map_err(|error| {
        let error = corrected(error);
        if typed.iter().any(|arg| arg.to_string_lossy().contains(is_hidden)) {
            // What was typed is repeated, and a terminal would obey it.
            tell(&error.to_string());
        } else {
            // Help for a reader that has gone away is no failure.
            let _ = error.print();
        }
        error.exit_code() as u8
    })
}

/// Options take numbers below 0, so that it is said which numbers they want.
fn numbers(command: clap::Command) -> clap::Command {
    let options = |arg: Arg| {
        let takes_values = arg.get_long().is_some() && arg.get_action().takes_values();
        if takes_values { arg.allow_negative_numbers(true) } else { arg }
    };
    command.mut_args(options).mut_subcommands(numbers)
}

/// With the verb that was meant: of short words clap finds none.
fn corrected(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidSubcommand).cloned() else { return error };
    let commands = Cli::command();
    let ab = commands.find_subcommand("ab").into_iter().flat_map(clap::Command::get_subcommands);
    let names: Vec<&str> = commands.get_subcommands().chain(ab).map(clap::Command::get_name).collect();
    if let Some(meant) = nearest(&typed, names) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![meant.to_owned()]));
    }
    error
}

/// A whole number of a range.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Display + Copy + Send + Sync + 'static,
{
    move |text| match text.parse::<T>() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!("must be a whole number from {} to {}", range.start(), range.end())),
    }
}

fn instructions(name: &str) -> Result<Instructions, String> {
    Instructions::find(name).ok_or_else(|| {
        let names: Vec<&str> = Instructions::available().into_iter().map(Instructions::name).collect();
        format!("this machine has {}", names.join(", "))
    })
}

pub(super) fn fit(name: &str) -> Result<&'static Fit, String> {
    find_fit(name).ok_or_else(|| {
        let names: Vec<&str> = fits().iter().map(|fit| fit.name.as_str()).collect();
        format!("the fits are {}", names.join(", "))
    })
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (1e-9..=1e9).contains(&number) => Ok(number),
        _ => Err("must be a number above 0 and at most 1000000000, such as 0.005".into()),
    }
}

fn method(word: &str) -> Result<Method, String> {
    match word {
        "best" => Ok(Method::Best),
        "posterior" => Ok(Method::Posterior),
        "plausible" => Ok(Method::Plausible),
        _ => Err("one of best, posterior, plausible".into()),
    }
}

/// Fewer than four points show no direction.
fn particles(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(particles @ 4..=1_000_000) => Ok(particles),
        _ => Err("a whole number from 4 to 1000000".into()),
    }
}
