//! `wearout ab analyze`: what a sender's own test says.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use wearout_core::analysis::Zone;
use wearout_core::analysis::trial::{Question, Trial, analyse};
use wearout_core::diagnostic::Source;
use wearout_core::engine::Instructions;
use wearout_core::finding::hash;
use wearout_core::results::{self, Adjust, DateOrder, Results};
use wearout_core::rng;
use wearout_core::scenario::Equality;
use wearout_core::tally::{Dealt, Metric};
use wearout_show::ab::analyze::{self as pages, Page};
use wearout_show::chart::{self, Caption, Subject};
use wearout_show::{File, manifest};

use super::{page_of, timing};
use crate::common::{Common, whole};
use crate::inputs::{self, Unread};
use crate::{Failure, Shown, folders, machine, show};

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
    /// What stands first in dates such as 03/04/2025: day-first or month-first [default: what the dates show]
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
    /// Take out what groups did before the test: where-known, always or never
    #[arg(long, default_value = "where-known", value_parser = adjust)]
    adjust: Adjust,
    /// Differences of a share below this are practically equal: 0.01 is a point [default: a point, or a tenth of shares below 5 %]
    #[arg(long, value_name = "SHARE", value_parser = zone)]
    zone: Option<f64>,
    /// Days after which the test was to end, as planned before anyone looked [default: the days of the file; the page then says that the
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
    let common = &args.common;
    let pool = machine::pool(common.threads)?;
    let source = read(&args.results)?;
    let hash = hash(source.text.bytes());
    let results = results::read(source, &asked(args))?;
    let question = question(args, &results)?;
    let name = inputs::stem(&args.results)?;
    let folder = folders::folder(&common.out, &format!("{name}-analysis"))?;

    let started = Instant::now();
    let trial = Trial {
        arms: &results.arms,
        control: results.control,
        dealt: results.dealt,
        units: &results.units,
        before: &results.before,
    };
    let found = pool.install(|| analyse(&trial, &question));
    let instructions = common.instructions.unwrap_or_else(Instructions::best);
    let timing = timing(pool.current_num_threads(), instructions.name(), started);
    let page = Page {
        name: &name,
        results: &results,
        metric: question.metric,
        zone: question.zone,
        is_end_said: args.planned_days.is_some(),
        found: &found,
    };

    let mut files = vec![
        File { name: "analysis.csv".into(), bytes: pages::analysis(&page) },
        File { name: "looks.csv".into(), bytes: pages::looks(&page) },
    ];
    let words = format!("Which arm of {name} has better {}, and how sure is that?", question.metric.label);
    let caption =
        Caption { scenario: &name, question: &words, currency: "", seed: common.seed, replicates: 0, partial: false };
    files.extend(chart::files(Subject::Analysis(&page), &caption));
    let study = study(args, &page, &question, hash);
    files.push(manifest::of_study(&study, &files, &timing).context("cannot write the manifest")?);
    let written = folders::write(&folder, &files);

    let explanation = args.explain.then(|| pages::explanation(&page));
    let shown = if common.json {
        Shown::Json(pages::value(&page))
    } else {
        page_of(pages::text(&page), explanation.as_deref())
    };
    show(&shown, written)
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

fn asked(args: &AnalyzeArgs) -> results::Asked {
    results::Asked {
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

fn question(args: &AnalyzeArgs, results: &Results) -> Result<Question, Failure> {
    let planned_days = args.planned_days.unwrap_or(results.days);
    if planned_days < results.days {
        return Err(Failure::Usage(format!(
            "error: `--planned-days` is {planned_days}, and the file has {} days of the test\n  = help: leave out the days after \
             the planned end: what was looked at since then was not planned for",
            results.days
        )));
    }
    let usual = Equality::USUAL;
    let zone = match args.zone {
        Some(points) => Zone { points, relative: usual.relative, below: 0.0 },
        None => Zone { points: usual.points, relative: usual.relative, below: usual.below },
    };
    let wanted = &results.wanted;
    Ok(Question {
        metric: wanted.metric,
        secondary: wanted.secondary.clone(),
        guardrails: wanted.guardrails.clone(),
        adjusted: results.adjusted.clone(),
        zone,
        planned_days,
        seed: args.common.seed,
    })
}

/// What the manifest says.
fn study<'a>(args: &'a AnalyzeArgs, page: &Page<'a>, question: &Question, hash: String) -> pages::Asked<'a> {
    let keys = |metrics: &[&'static Metric]| metrics.iter().map(|metric| metric.key).collect();
    pages::Asked {
        command: "ab analyze",
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        results: args.results.display().to_string(),
        results_sha256: hash,
        unit: page.results.dealt.noun(),
        metric: question.metric.key,
        control: &page.results.arms[page.results.control],
        columns: args.columns.as_deref(),
        starts: args.starts.as_deref(),
        secondary: keys(&question.secondary),
        guardrails: question.guardrails.iter().map(|guardrail| guardrail.metric.key).collect(),
        adjusted: keys(&question.adjusted),
        zone_points: question.zone.points,
        zone_relative: question.zone.relative,
        zone_below: question.zone.below,
        days: page.found.days,
        planned_days: args.planned_days,
        seed: question.seed,
    }
}
