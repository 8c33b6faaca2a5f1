//! `wearout ab analyze`: what a sender's own test says.

use std::path::{Path, PathBuf};

use clap::Args;
use wearout_core::diagnostic::Source;
use wearout_core::finding::{AnalyzeJob, AnalyzeOptions, Finding, Study};
use wearout_core::job::{self, Job};
use wearout_core::results::{self, Adjust, DateOrder};
use wearout_core::tally::Dealt;
use wearout_show::analyze::explanation;

use crate::Failure;
use crate::common::{Common, whole};
use crate::finish::finish_with;
use crate::inputs::{self, Unread};

/// Arguments of `ab analyze`.
#[derive(Debug, Args)]
pub(crate) struct AnalyzeArgs {
    /// A CSV file with a row for each group and day: arm, group, day, members, and counts of that day
    results: PathBuf,
    /// Which column holds what: arm=variant,group=chat,day=date,members=size,bought=orders; `muted=none` where nobody can
    #[arg(long, value_name = "ROLE=HEADING,...")]
    columns: Option<String>,
    /// First day of the test, a date; earlier rows are behaviour before it
    #[arg(long, value_name = "DATE")]
    starts: Option<String>,
    /// Order of dates such as 03/04/2025: day-first or month-first [default: read from the dates]
    #[arg(long, value_name = "ORDER", value_parser = order)]
    dates: Option<DateOrder>,
    /// What was dealt to the arms: groups, or members of a direct list one by one
    #[arg(long, default_value = "groups", value_parser = dealt)]
    unit: Dealt,
    /// Arm that the others are compared with [default: the first by name]
    #[arg(long, value_name = "ARM")]
    control: Option<String>,
    /// Metric that decides (`wearout list metrics`)
    #[arg(long, default_value = "conversion")]
    metric: String,
    /// Metrics beside it, separated by commas; `none` for none [default: conversion, open and click rate, interactions]
    #[arg(long, value_name = "METRIC,...", value_delimiter = ',')]
    secondary: Vec<String>,
    /// Metric that must not get worse by as much as a margin: loss=0.02 is two points (repeatable); `none` for none [default: loss
    /// and reports, which only reject]
    #[arg(long, value_name = "METRIC[=MARGIN]", value_delimiter = ',')]
    guardrail: Vec<String>,
    /// Adjust for what groups did before the test: where-known, always or never
    #[arg(long, default_value = "where-known", value_parser = adjust)]
    adjust: Adjust,
    /// Differences of a share below this are practically equal: 0.01 is a point [default: a point, or a tenth of shares below 5 %]
    #[arg(long, value_name = "SHARE", value_parser = zone)]
    zone: Option<f64>,
    /// Planned length of the test in days, fixed before anyone looked [default: the days of the file; the page then says that the
    /// verdict holds only if that end was planned]
    #[arg(long, value_name = "DAYS", value_parser = whole::<u32>(1..=3660))]
    planned_days: Option<u32>,
    /// Formulas, assumptions and details below the table
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    common: Common,
}

fn order(word: &str) -> Result<DateOrder, String> {
    match word {
        "day-first" => Ok(DateOrder::DayFirst),
        "month-first" => Ok(DateOrder::MonthFirst),
        _ => Err("day-first or month-first".into()),
    }
}

fn dealt(word: &str) -> Result<Dealt, String> {
    match word {
        "groups" => Ok(Dealt::Groups),
        "members" => Ok(Dealt::Members),
        _ => Err("groups or members".into()),
    }
}

fn adjust(word: &str) -> Result<Adjust, String> {
    match word {
        "where-known" => Ok(Adjust::WhereKnown),
        "always" => Ok(Adjust::Always),
        "never" => Ok(Adjust::Never),
        _ => Err("where-known, always or never".into()),
    }
}

fn zone(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(zone) if (0.0..1.0).contains(&zone) => Ok(zone),
        _ => Err("a share from 0 to below 1, not a percentage: 0.01 is a point".into()),
    }
}

pub(super) fn analyze(args: &AnalyzeArgs) -> Result<(), Failure> {
    let table = read(&args.results)?;
    let name = inputs::stem(&args.results)?;
    let folder = format!("{name}-analysis");
    let options = AnalyzeOptions { read: asked(args), zone: args.zone, planned_days: args.planned_days };
    let job = Job::Analyze(AnalyzeJob { name, table, seed: args.common.seed, options });
    let explained = |finding: &Finding| match &finding.study {
        Study::Analyze(of) if args.explain => Some(explanation(of)),
        _ => None,
    };
    finish_with(|watch| job::run(&job, watch), &folder, &args.common, explained)
}

fn read(path: &Path) -> Result<Source, Failure> {
    let text = inputs::text(path, inputs::MOST_OF_A_TABLE).map_err(|cause| {
        let beside = inputs::beside(&path.to_string_lossy());
        let help = match cause {
            Unread::System(_) if beside.is_some() => beside.as_deref().unwrap_or_default(),
            // Spreadsheets of old write other letters than UTF-8; what they stand for can't be known.
            Unread::NotText(_) => "save it as \"CSV UTF-8\"",
            Unread::TooLong(_) | Unread::System(_) => "a CSV file with a row for each group and day",
        };
        Failure::Unknown(format!("error: cannot read {}: {cause}\n  = help: {help}", path.display()))
    })?;
    Ok(Source { name: path.display().to_string(), text })
}

fn asked(args: &AnalyzeArgs) -> results::TableOptions {
    results::TableOptions {
        columns: args.columns.clone(),
        starts: args.starts.clone(),
        dates: args.dates,
        dealt: args.unit,
        control: args.control.clone(),
        metric: args.metric.clone(),
        secondary: args.secondary.clone(),
        guardrails: args.guardrail.clone(),
        adjust: args.adjust,
    }
}
