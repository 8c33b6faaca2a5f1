//! `wearout sensitivity`: from a scenario to what its figures and its verdict hang on.

use std::time::Instant;

use anyhow::Context;
use wearout_core::study::Cost;
use wearout_core::study::sensitivity::{
    Asked, Question, Request, experiments_expected, replicates_expected, sensitivity,
};
use wearout_show::File;
use wearout_show::chart::{Caption, SENSITIVITY_CHARTS, render_sensitivity};
use wearout_show::sensitivity::{self as pages, Page};

use super::args::SensitivityArgs;
use super::{Failure, Shown, ended, estimate, folders, progress, run, scenarios, show, tell};

/// Factors with Sobol' indices, base rows and replicates of a look, unless told otherwise.
const USUAL: (u32, u32, u32) = (12, 1024, 200);

/// The same for a first look.
const QUICK: (u32, u32, u32) = (6, 128, 50);

pub(super) fn run(args: &SensitivityArgs) -> Result<(), Failure> {
    let pool = run::pool(args.common.threads)?;
    let draft = scenarios::read(&args.scenario, &args.set)?;
    let engine = run::engine(args.common.instructions)?;
    let compiling = Instant::now();
    let question = pool.install(|| Question::read(&draft, args.common.seed, &request(args)))?;
    let compile_s = compiling.elapsed().as_secs_f64();
    let name = format!("{}-sensitivity", draft.scenario.name);
    let folder = folders::folder(&args.common.out, &name)?;

    if !args.common.quiet {
        let cost = Cost::of(question.variants.base());
        let replicates = replicates_expected(&question);
        let seconds = replicates as f64 * cost.seconds + experiments_expected(&question) as f64 * compile_s;
        let shorter = if args.quick { "" } else { "; --quick takes a tenth" };
        let time = estimate::time(seconds / pool.current_num_threads() as f64);
        tell(&format!("{replicates} replicates, roughly {time}{shorter}"));
    }
    let simulating = Instant::now();
    let answer = || pool.install(|| sensitivity(&question, &engine));
    let found = progress::watched(&engine, Some(replicates_expected(&question)), args.common.quiet, answer)?;
    let found = found.ok_or(Failure::Interrupted(": the screening was not complete, nothing was written"))?;
    let simulate_s = simulating.elapsed().as_secs_f64();

    let page = Page { question: &question, found: &found };
    let mut files = files(&page, args)?;
    let asked = pages::Asked {
        seed: args.common.seed,
        over: args.over.clone(),
        factors: question.n_indexed as u32,
        rows: question.rows,
        streams: args.streams,
        replicates: question.replicates,
        set: args.set.clone(),
    };
    let timing = pages::Timing {
        threads: pool.current_num_threads(),
        instructions: engine.instructions().name(),
        simulate_s,
        replicates_per_s: found.replicates as f64 / simulate_s,
    };
    files.push(pages::manifest(&page, &asked, &files, &timing).context("cannot write the manifest")?);
    let written = folders::write(&folder, &files);

    let shown = if args.common.json { Shown::Json(pages::value(&page)) } else { Shown::Page(pages::text(&page)) };
    show(&shown, written)?;
    ended(found.partial)
}

fn request(args: &SensitivityArgs) -> Request {
    let (factors, rows, replicates) = if args.quick { QUICK } else { USUAL };
    Request {
        metric: args.metric.clone(),
        plan: args.plan.clone(),
        figure: if args.level { Asked::Level } else { Asked::Difference },
        over: args.over.clone(),
        factors: args.factors.unwrap_or(factors),
        rows: args.rows.unwrap_or(rows),
        streams: args.streams,
        replicates: args.replicates.unwrap_or(replicates),
    }
}

/// Every file but the manifest.
fn files(page: &Page, args: &SensitivityArgs) -> Result<Vec<File>, Failure> {
    let tables = [
        ("morris.csv", pages::morris(page)),
        ("sobol.csv", pages::sobol(page)),
        ("tornado.csv", pages::tornado(page)),
        ("tipping.csv", pages::tipping(page)),
    ];
    let mut files: Vec<File> = tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect();
    let scenario = page.question.variants.scenario();
    let caption = Caption {
        scenario: &scenario.name,
        question: &scenario.question,
        seed: args.common.seed,
        replicates: u64::from(page.question.replicates),
        partial: page.found.partial,
    };
    for chart in SENSITIVITY_CHARTS {
        let rendered =
            render_sensitivity(chart, page, &caption).with_context(|| format!("cannot draw {}", chart.key))?;
        if let Some(rendered) = rendered {
            files.push(File { name: format!("{}.svg", chart.key), bytes: rendered.svg.into_bytes() });
            files.push(File { name: format!("{}.png", chart.key), bytes: rendered.png });
        }
    }
    Ok(files)
}
