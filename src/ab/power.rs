//! `wearout ab power`: how often a test would find what there is to find.

use std::time::Instant;

use anyhow::Context;
use clap::Args;
use wearout_core::study::ab::power::{Request, curves, tests_expected};
use wearout_show::ab::power::{self as pages, Page};
use wearout_show::chart::{self, Subject};
use wearout_show::{File, manifest};

use super::{Which, caption, no_figure, page_of, timing};
use crate::common::{Common, whole};
use crate::{Failure, Shown, ended, folders, machine, progress, sets, show};

/// Groups an arm that are looked at unless told otherwise; those of the test are added.
const USUAL_GROUPS: [u32; 7] = [4, 6, 10, 16, 24, 40, 60];

/// The same for members of a direct list.
const USUAL_MEMBERS: [u32; 6] = [100, 250, 500, 1000, 2000, 4000];

/// Arguments of `ab power`.
#[derive(Debug, Args)]
pub(crate) struct PowerArgs {
    #[command(flatten)]
    which: Which,
    /// Tests played at each point
    #[arg(long, default_value_t = 400, value_parser = whole::<u32>(20..=1_000_000))]
    tests: u32,
    /// Groups an arm (members of a direct list), separated by commas [default: 4 to 60, with the test's own]
    #[arg(long, value_delimiter = ',', value_parser = whole::<u32>(2..=100_000))]
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
    let common = &args.common;
    let pool = machine::pool(common.threads)?;
    let contest = pool.install(|| args.which.contest(common.seed))?;
    let usual: &[u32] = if contest.deals_members() { &USUAL_MEMBERS } else { &USUAL_GROUPS };
    let mut units =
        if args.groups.is_empty() { [usual, &[contest.trial.units_per_arm]].concat() } else { args.groups.clone() };
    units.sort_unstable();
    units.dedup();
    let effects =
        if args.effects.is_empty() { vec![0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0] } else { args.effects.clone() };
    let sets = sets::plausible(args.sets)?;
    let request = Request { tests: args.tests, alpha: args.which.alpha, units, effects, mechanisms: true, sets };
    let folder = folders::folder(&common.out, &format!("{}-power", contest.draft.scenario.name))?;

    let engine = machine::engine(common.instructions)?;
    let started = Instant::now();
    let work = || pool.install(|| curves(&contest, &request, &engine));
    let found = progress::watched(&engine, Some(tests_expected(&contest, &request)), common.quiet, work);
    let timing = timing(pool.current_num_threads(), engine.instructions().name(), started);
    let page = Page { contest: &contest, request: &request, found: &found };
    if found.here.is_none() {
        return Err(no_figure(&contest, &engine));
    }

    let caption = caption(&contest, args.tests, found.partial);
    let mut files = vec![
        File { name: "power.csv".into(), bytes: pages::csv(&page) },
        File { name: "mechanisms.csv".into(), bytes: pages::mechanisms(&page) },
    ];
    files.extend(chart::files(Subject::Power(&page), &caption));
    let study = pages::study(&page, args.which.head("ab power", &contest));
    files.push(manifest::of_study(&study, &files, &timing).context("cannot write the manifest")?);
    let written = folders::write(&folder, &files);

    let explanation = args.explain.then_some(pages::EXPLANATION);
    let shown = if common.json { Shown::Json(pages::value(&page)) } else { page_of(pages::text(&page), explanation) };
    show(&shown, written)?;
    ended(found.partial)
}
