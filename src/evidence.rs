//! `wearout evidence`: which of the article's claims and which patterns of the field the model reproduces, as tables, files and charts.

use std::time::Instant;

use anyhow::Context;
use serde::Serialize;
use wearout_core::evidence::{Pattern, further, patterns};
use wearout_core::parameter::Fit;
use wearout_core::rng;
use wearout_core::scenario::DESIGNS;
use wearout_core::study::{self, PatternScore, Scorecard, Search};
use wearout_show::chart::{self, Caption};
use wearout_show::manifest;
use wearout_show::scorecard::{Page, json, text};
use wearout_show::{File, csv, patterns as pages};

use super::args::EvidenceArgs;
use super::{Failure, Shown, folders, progress, run, show};

/// Name of the folder of its results.
const NAME: &str = "evidence";

/// The question that its chart opens with.
const QUESTION: &str = "Which of the article's claims does the model reproduce?";

/// The question of the chart of patterns.
const PATTERNS_QUESTION: &str = "Which patterns of field studies does the model show?";

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
    patterns_seed: u64,
    patterns_replicates: u32,
    patterns: Vec<&'static str>,
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
    let folder = folders::folder(&args.common.out, NAME)?;
    let engine = run::engine(args.common.instructions)?;
    let fit = args.parameters;

    let simulating = Instant::now();
    let sought: Vec<&Pattern> = patterns().iter().chain(further()).collect();
    let search = Search {
        patterns: &sought,
        replicates: study::few(args.replicates),
        seed: pattern_seed(args.common.seed),
        members: None,
        set: &[],
    };
    let total = DESIGNS.len() as u64 * u64::from(args.replicates) + search.total();
    let score = || {
        pool.install(|| {
            let card = study::scorecard(&fit.parameters(), args.replicates, args.common.seed, &engine)?;
            Some((card, study::shows(&fit.parameters(), &search, &engine)?))
        })
    };
    let scored = progress::watched(&engine, Some(total), args.common.quiet, score);
    let (card, scores) = scored.ok_or(Failure::Interrupted(": nothing was written"))?;
    let (of_patterns, of_findings) = scores.split_at(patterns().len());
    let of_field = pages::Page { patterns: of_patterns, further: of_findings };
    let simulate_s = simulating.elapsed().as_secs_f64();

    let reporting = Instant::now();
    let mut files = files(&card, &of_field, fit, [args.common.seed, search.seed])?;
    let asked = Asked {
        kind: NAME,
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        model: &fit.model,
        parameters: &fit.name,
        seed: args.common.seed,
        replicates: args.replicates,
        designs: DESIGNS.iter().map(|(name, _)| *name).collect(),
        patterns_seed: search.seed,
        patterns_replicates: search.replicates,
        patterns: sought.iter().map(|pattern| pattern.key.as_str()).collect(),
    };
    let timing = Timing {
        threads: pool.current_num_threads(),
        instructions: engine.instructions().name(),
        simulate_s,
        report_s: reporting.elapsed().as_secs_f64(),
    };
    files.push(manifest::of_study(&asked, &files, &timing).context("cannot write the manifest")?);
    let written = folders::write(&folder, &files);

    let page = Page { card: &card, fit };
    let shown = if args.common.json {
        let mut value = json(&page);
        value["patterns"] = pages::json(of_patterns);
        value["further_findings"] = pages::json(of_findings);
        Shown::Json(value)
    } else {
        Shown::Page(format!("{}\n{}", text(&page), pages::text(&of_field)))
    };
    show(&shown, written)
}

/// Luck of the patterns: none that a search from a small seed, or the check of its result, has seen.
fn pattern_seed(seed: u64) -> u64 {
    seed.rotate_left(32)
}

/// Every file but the manifest.
fn files(card: &Scorecard, field: &pages::Page, fit: &Fit, seeds: [u64; 2]) -> Result<Vec<File>, Failure> {
    let [seed, of_patterns] = seeds;
    let caption =
        Caption { scenario: NAME, question: QUESTION, seed, replicates: u64::from(card.replicates), partial: false };
    let drawn = chart::scorecard(card, fit, &caption).context("cannot draw the chart of evidence")?;
    let replicates = field.patterns.iter().map(|score: &PatternScore| u64::from(score.replicates)).min().unwrap_or(0);
    let caption =
        Caption { scenario: NAME, question: PATTERNS_QUESTION, seed: of_patterns, replicates, partial: false };
    let of_field = chart::patterns(field, fit, &caption).context("cannot draw the chart of patterns")?;
    let files = [
        ("evidence.csv", csv::evidence(card)),
        ("facts.csv", csv::facts(card)),
        ("contradictions.csv", csv::contradictions()),
        ("patterns.csv", pages::csv(field)),
        ("evidence.svg", drawn.svg.into_bytes()),
        ("evidence.png", drawn.png),
        ("patterns.svg", of_field.svg.into_bytes()),
        ("patterns.png", of_field.png),
    ];
    Ok(files.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect())
}
