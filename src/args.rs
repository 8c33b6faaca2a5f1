//! The command that was typed. Arguments of a command stand with the command.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};
use wearout_core::diagnostic::{is_hidden, nearest};

use super::ab::AbCommand;
use super::check::CheckArgs;
use super::evidence::EvidenceArgs;
use super::lookup::Listed;
use super::merge::MergeArgs;
use super::run::RunArgs;
use super::sensitivity::SensitivityArgs;
use super::targets::CalibrateArgs;
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
    /// Say which parameters and levers a figure depends on, and what would reverse the verdict
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
