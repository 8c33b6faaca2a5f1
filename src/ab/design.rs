//! `wearout ab design`: what a test can find, how long it should run, what it can say of guardrails and bans.

use std::time::Instant;

use anyhow::Context;
use clap::Args;
use wearout_core::study::ab::design::{design as design_of, refusal, tests_expected};
use wearout_show::ab::design::{self as pages, Page};
use wearout_show::chart::{self, Subject};
use wearout_show::{File, manifest};

use super::{Which, caption, no_figure, page_of, timing};
use crate::common::{Common, whole};
use crate::{Failure, Shown, ended, folders, machine, progress, show};

/// Arguments of `ab design`.
#[derive(Debug, Args)]
pub(crate) struct DesignArgs {
    #[command(flatten)]
    which: Which,
    /// Tests played for each look
    #[arg(long, default_value_t = 1000, value_parser = whole::<u32>(20..=1_000_000))]
    tests: u32,
    /// Formulas and assumptions below the table
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn design(args: &DesignArgs) -> Result<(), Failure> {
    let (common, alpha) = (&args.common, args.which.alpha);
    let pool = machine::pool(common.threads)?;
    let contest = pool.install(|| args.which.contest(common.seed))?;
    if let Some(why) = refusal(&contest, alpha) {
        return Err(Failure::Unknown(format!("error: {why}\n  = help: deal more groups to each arm")));
    }
    let folder = folders::folder(&common.out, &format!("{}-design", contest.draft.scenario.name))?;

    let engine = machine::engine(common.instructions)?;
    let started = Instant::now();
    let work = || pool.install(|| design_of(&contest, args.tests, alpha, &engine));
    let found = progress::watched(&engine, Some(tests_expected(&contest, args.tests)), common.quiet, work);
    let timing = timing(pool.current_num_threads(), engine.instructions().name(), started);
    let Some(found) = found else { return Err(no_figure(&contest, &engine)) };
    let page = Page { contest: &contest, found: &found, tests: args.tests, alpha };

    let caption = caption(&contest, args.tests, found.partial);
    let mut files = vec![
        File { name: "design.csv".into(), bytes: pages::csv(&page) },
        File { name: "days.csv".into(), bytes: pages::days(&page) },
    ];
    files.extend(chart::files(Subject::Design(&page), &caption));
    let study = pages::study(&page, args.which.head("ab design", &contest));
    files.push(manifest::of_study(&study, &files, &timing).context("cannot write the manifest")?);
    let written = folders::write(&folder, &files);

    let explanation = args.explain.then_some(pages::EXPLANATION);
    let shown = if common.json { Shown::Json(pages::value(&page)) } else { page_of(pages::text(&page), explanation) };
    show(&shown, written)?;
    ended(found.partial)
}
