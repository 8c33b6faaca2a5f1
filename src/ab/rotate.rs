//! `wearout ab rotate`: which content goes out when, planned and learnt, beside taking turns.

use std::time::Instant;

use anyhow::Context;
use clap::Args;
use wearout_core::finding::Sets;
use wearout_core::parameter::DEFAULT_FIT;
use wearout_core::study::ab::rotate::{Question, replicates_expected, rotate};
use wearout_show::ab::rotate::{self as pages, Page};
use wearout_show::chart::{self, Caption};
use wearout_show::{File, manifest};

use super::{files_of, page_of, timing};
use crate::args::{Common, whole};
use crate::{Failure, Shown, ended, folders, progress, run, scenarios, sets, show};

/// Arguments of `ab rotate`.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// A scenario file with contents, `[content.NAME]`, or the name of a shipped one: spring, five-texts-ten-images
    contents: String,
    /// Replicates of every policy, those of all sets of parameters together
    #[arg(long, default_value_t = 200, value_parser = whole::<u32>(2..=20_000))]
    replicates: u32,
    /// Parameters: a fit, an ensemble (`joint`) or a file of one (CSV); over several sets replicates take turns with them
    #[arg(long, default_value = DEFAULT_FIT, value_name = "NAME|FILE")]
    parameters: String,
    /// How many sets of an ensemble, its first ones
    #[arg(long, default_value_t = 50, value_parser = whole::<u32>(2..=10_000))]
    sets: u32,
    /// Change a key of the file before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Formulas and assumptions below the table
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &RotateArgs) -> Result<(), Failure> {
    let common = &args.common;
    let pool = run::pool(common.threads)?;
    let draft = scenarios::read_contents(&args.contents, &args.set)?;
    let mut ensemble = sets::named(&args.parameters)?;
    ensemble.sets.truncate(args.sets as usize);
    let engine = run::engine(common.instructions)?;
    let read = || pool.install(|| Question::read(&draft, common.seed, &ensemble.sets, args.replicates));
    let question = progress::saying(&run::compiling(ensemble.sets.len()), common.quiet, read)?;
    let folder = folders::folder(&common.out, &format!("{}-rotate", draft.scenario.name))?;

    let started = Instant::now();
    let work = || pool.install(|| rotate(&question, &engine));
    let found = progress::watched(&engine, Some(replicates_expected(&question)), common.quiet, work);
    let found = found.ok_or(Failure::Interrupted(": fewer than two replicates were complete, nothing was written"))?;
    let timing = timing(pool.current_num_threads(), engine.instructions().name(), started);

    let page = Page { question: &question, found: &found };
    let caption = Caption {
        scenario: &draft.scenario.name,
        question: &draft.scenario.question,
        seed: common.seed,
        replicates: u64::from(found.replicates),
        partial: found.partial,
    };
    let tables = [
        ("policies.csv", pages::policies(&page)),
        ("calendar.csv", pages::calendar(&page)),
        ("regret.csv", pages::regret(&page)),
        ("planner.csv", pages::planner(&page)),
    ];
    let mut files: Vec<File> = tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect();
    files.extend(chart::rotated(&page, &caption).context("cannot draw")?.into_iter().flat_map(files_of));
    let recorded = Sets::of(&args.parameters, &ensemble.fit, &ensemble.sets, u64::from(found.replicates));
    let study = pages::study(&page, &recorded, &args.set);
    files.push(manifest::of_study(&study, &files, &timing).context("cannot write the manifest")?);
    let written = folders::write(&folder, &files);

    let explanation = args.explain.then_some(pages::EXPLANATION);
    let shown = if common.json { Shown::Json(pages::value(&page)) } else { page_of(pages::text(&page), explanation) };
    show(&shown, written)?;
    ended(found.partial)
}
