//! `wearout evidence`: which of the article's claims the model reproduces, as table, files and chart.

use std::time::Instant;

use anyhow::Context;
use serde::Serialize;

use super::args::EvidenceArgs;
use super::{Failure, Shown, progress, run, show};
use crate::parameter::Fit;
use crate::report::chart::{self, Caption};
use crate::report::manifest;
use crate::report::scorecard::{Page, json, text};
use crate::report::{self, File, csv};
use crate::rng;
use crate::scenario::DESIGNS;
use crate::study::{self, Scorecard};

/// Name of the folder of its results.
const NAME: &str = "evidence";

/// The question that its chart opens with.
const QUESTION: &str = "Which of the article's claims does the model reproduce?";

/// What was asked for and done, for the manifest.
#[derive(Debug, Serialize)]
struct Asked<'a> {
    kind: &'static str,
    version: &'static str,
    generator: &'static str,
    model: &'a str,
    parameters: &'a str,
    seed: u64,
    replicates: u32,
    designs: Vec<&'static str>,
}

/// How long it took and on what; the only part of a manifest that changes on repetition.
#[derive(Debug, Serialize)]
struct Timing {
    threads: usize,
    instructions: &'static str,
    simulate_s: f64,
    report_s: f64,
}

pub(super) fn evidence(args: &EvidenceArgs) -> Result<(), Failure> {
    let pool = run::pool(args.common.threads)?;
    let folder = report::folder(&args.common.out, NAME)?;
    let engine = run::engine(args.common.instructions)?;
    let fit = args.parameters;

    let simulating = Instant::now();
    let total = DESIGNS.len() as u64 * u64::from(args.replicates);
    let score = || pool.install(|| study::scorecard(&fit.parameters(), args.replicates, args.common.seed, &engine));
    let card = progress::watched(&engine, Some(total), args.common.quiet, score);
    let card = card.ok_or(Failure::Interrupted(": nothing was written"))?;
    let simulate_s = simulating.elapsed().as_secs_f64();

    let reporting = Instant::now();
    let mut files = files(&card, fit, args.common.seed)?;
    let asked = Asked {
        kind: NAME,
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        model: &fit.model,
        parameters: &fit.name,
        seed: args.common.seed,
        replicates: args.replicates,
        designs: DESIGNS.iter().map(|(name, _)| *name).collect(),
    };
    let timing = Timing {
        threads: pool.current_num_threads(),
        instructions: engine.instructions().name(),
        simulate_s,
        report_s: reporting.elapsed().as_secs_f64(),
    };
    files.push(manifest::of_study(&asked, &files, &timing).context("cannot write the manifest")?);
    let written = report::write(&folder, &files);

    let page = Page { card: &card, fit };
    let shown = if args.common.json { Shown::Json(json(&page)) } else { Shown::Page(text(&page)) };
    show(&shown, written)
}

/// Every file but the manifest.
fn files(card: &Scorecard, fit: &Fit, seed: u64) -> Result<Vec<File>, Failure> {
    let caption =
        Caption { scenario: NAME, question: QUESTION, seed, replicates: u64::from(card.replicates), partial: false };
    let drawn = chart::scorecard(card, fit, &caption).context("cannot draw the chart of evidence")?;
    let files = [
        ("evidence.csv", csv::evidence(card)),
        ("facts.csv", csv::facts(card)),
        ("contradictions.csv", csv::contradictions()),
        ("evidence.svg", drawn.svg.into_bytes()),
        ("evidence.png", drawn.png),
    ];
    Ok(files.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect())
}
