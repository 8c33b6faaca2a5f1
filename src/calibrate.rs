//! `wearout calibrate`: which values of the tuned quantities meet the targets, as text, files and charts.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::Context;
use rayon::ThreadPool;
use serde::Serialize;
use wearout_core::analysis;
use wearout_core::engine::Engine;
use wearout_core::finding::hash;
use wearout_core::parameter::MODEL;
use wearout_core::rng;
use wearout_core::study::calibrate::{Calibration, Method, Problem, Settings};
use wearout_show::File;
use wearout_show::calibration::{Ended, Page, files, json, method_word, text};
use wearout_show::chart::{self, Caption};
use wearout_show::manifest::of_study;

use super::args::CalibrateArgs;
use super::checkpoint::Checkpoint;
use super::progress::{self, Generations};
use super::targets::{Read, read};
use super::{Failure, Shown, folders, interrupt, run, show, tell};

/// Replicates of the best point on fresh luck, for each one of the search, and at least.
const FRESH_TIMES: u32 = 10;
const FRESH_LEAST: u32 = 200;

/// What was asked for and done, for the manifest.
#[derive(Serialize)]
struct Asked<'a> {
    kind: &'static str,
    version: &'static str,
    generator: &'static str,
    model: &'static str,
    targets: &'a str,
    method: &'static str,
    seed: u64,
    replicates: u32,
    simulations: u64,
    simulations_allowed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    particles: Option<usize>,
    generations: u64,
    ended: &'static str,
    fit_held_out: bool,
    tuned: Vec<&'a str>,
    inputs: Vec<Input<'a>>,
}

/// A file that was read.
#[derive(Serialize)]
struct Input<'a> {
    name: &'a str,
    sha256: String,
}

/// How long it took and on what; the only part of a manifest that changes on repetition, also when it was gone on with.
#[derive(Serialize)]
struct Timing {
    threads: usize,
    instructions: &'static str,
    simulate_s: f64,
    report_s: f64,
}

pub(super) fn calibrate(args: &CalibrateArgs) -> Result<(), Failure> {
    let pool = run::pool(args.common.threads)?;
    let read = read(args)?;
    let targets = &read.targets;
    let settings = settings(args);
    let engine = run::engine(args.common.instructions)?;
    let compile = |seed: u64| pool.install(|| Problem::new(targets, &targets.begin, seed));
    let compiling = format!("compiling {} scenarios", targets.scenarios.len());
    // The complement of the seed: luck that no search from a small seed has seen.
    let both = || (compile(args.common.seed), compile(!args.common.seed));
    let (problem, fresh) = progress::saying(&compiling, args.common.quiet, both);
    let (problem, fresh) = (problem?, fresh?);
    let begin = || {
        let refused =
            |cause| Failure::Unknown(format!("error: cannot search here: {cause}\n  = help: see docs/calibration.md"));
        Calibration::new(&problem, settings).map_err(refused)
    };
    let begun = begin()?;
    let folder = folders::folder(&args.common.out, &format!("{}-calibration", targets.name))?;
    let checkpoint = Checkpoint::new(&folder, key(&read, &settings, args)?);
    let mut calibration = resumed(&checkpoint, args)?.unwrap_or(begun);

    let simulating = Instant::now();
    let ended = search(&mut calibration, (&problem, &engine), &checkpoint, &pool, args)?;
    let fresh_replicates = (FRESH_TIMES * settings.replicates).max(FRESH_LEAST);
    let measure = || pool.install(|| calibration.outcome(&fresh, fresh_replicates, &engine));
    let outcome = progress::saying("measuring what was found on fresh luck", args.common.quiet, measure);
    if engine.stopped() {
        return Err(interrupted(&calibration));
    }
    interrupt::report();
    let simulate_s = simulating.elapsed().as_secs_f64();

    let reporting = Instant::now();
    let learned = analysis::learned(&outcome.points, &targets.tuned);
    let page = Page {
        problem: &problem,
        calibration: &calibration,
        outcome: &outcome,
        learned: &learned,
        ended,
        fresh_replicates,
    };
    let mut files = written(&page, args)?;
    let timing = Timing {
        threads: pool.current_num_threads(),
        instructions: engine.instructions().name(),
        simulate_s,
        report_s: reporting.elapsed().as_secs_f64(),
    };
    files.push(of_study(&asked(&page, &read, args), &files, &timing).context("cannot write the manifest")?);
    let written = folders::write(&folder, &files);
    if !ended.is_early() && written.is_ok() {
        checkpoint.remove()?;
    }
    show(&shown(&page, args), written)
}

/// An interrupt drops the generation in flight; the checkpoint holds those before it.
fn interrupted(calibration: &Calibration) -> Failure {
    Failure::Interrupted(match calibration.generations() {
        0 => ": the first generation was not complete, nothing was written",
        _ => ": the generation in flight was dropped; the same command goes on from those before it",
    })
}

fn settings(args: &CalibrateArgs) -> Settings {
    // As many as a few minutes on two cores allow for the shipped targets.
    let allowed = match args.method {
        Method::Best => 4_000,
        Method::Posterior => 40_000,
        Method::Plausible => 8_000,
    };
    Settings {
        method: args.method,
        seed: args.common.seed,
        replicates: args.replicates,
        simulations: args.simulations.unwrap_or(allowed),
        points: args.particles,
    }
}

/// Hash of everything that the results follow from.
fn key(read: &Read, settings: &Settings, args: &CalibrateArgs) -> Result<String, Failure> {
    let settings = serde_json::to_string(settings).context("cannot write the settings down")?;
    let options = (&args.parameters_tuned, &args.columns, &args.scenario, &args.plan, &args.list, args.fit_held_out);
    let mut text = format!("{MODEL}\n{}\n{settings}\n{options:?}\n", rng::LAYOUT);
    for input in &read.inputs {
        let length = input.text.len().to_string();
        text.extend([&input.name, " ", &length, "\n", &input.text, "\n"]);
    }
    Ok(hash(text.bytes()))
}

/// The calibration as an earlier run of the same command left it.
fn resumed(checkpoint: &Checkpoint, args: &CalibrateArgs) -> Result<Option<Calibration>, Failure> {
    let others = checkpoint.others();
    if !others.is_empty() && !args.common.quiet {
        tell(&format!("left alone: {} of other targets or settings", others.join(", ")));
    }
    if args.fresh {
        return Ok(None);
    }
    let found = checkpoint.read()?;
    if let Some(calibration) = &found {
        let (generations, simulations) = (calibration.generations(), calibration.simulations());
        tell(&format!("resumes after generation {generations}, {simulations} simulations; --fresh starts anew"));
    }
    Ok(found)
}

/// Goes on generation by generation until there is nothing more to do or the time is up.
fn search(
    calibration: &mut Calibration,
    (problem, engine): (&Problem, &Engine),
    checkpoint: &Checkpoint,
    pool: &ThreadPool,
    args: &CalibrateArgs,
) -> Result<Ended, Failure> {
    let started = Instant::now();
    let is_up = || args.time_limit.is_some_and(|limit| started.elapsed() >= limit);
    let mut progress = Generations::new(calibration, args.common.quiet);
    loop {
        if let Some(reason) = calibration.finished() {
            return Ok(Ended::Finished(reason));
        }
        if calibration.generations() > 0 && is_up() {
            return Ok(Ended::TimeLimit);
        }
        if !pool.install(|| calibration.step(problem, engine)) {
            return Err(interrupted(calibration));
        }
        checkpoint.write(calibration)?;
        progress.show(calibration);
    }
}

fn asked<'a>(page: &Page<'a>, read: &'a Read, args: &CalibrateArgs) -> Asked<'a> {
    let settings = page.calibration.settings();
    let input =
        |source: &'a wearout_core::diagnostic::Source| Input { name: &source.name, sha256: hash(source.text.bytes()) };
    Asked {
        kind: "calibrate",
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        model: MODEL,
        targets: &read.targets.name,
        method: method_word(settings.method),
        seed: settings.seed,
        replicates: settings.replicates,
        simulations: page.calibration.simulations(),
        simulations_allowed: settings.simulations,
        particles: settings.points,
        generations: page.calibration.generations(),
        ended: page.ended.words(),
        fit_held_out: args.fit_held_out,
        tuned: read.targets.tuned.iter().map(|tuned| tuned.name.as_str()).collect(),
        inputs: read.inputs.iter().map(input).collect(),
    }
}

/// Every file but the manifest.
fn written(page: &Page, args: &CalibrateArgs) -> Result<Vec<File>, Failure> {
    let targets = page.problem.targets;
    let question = format!("Which values meet the targets of {}?", targets.name);
    let caption = Caption {
        scenario: &targets.name,
        question: &question,
        seed: args.common.seed,
        replicates: u64::from(page.fresh_replicates),
        partial: false,
    };
    let tables = [
        ("targets.csv", Some(files::targets(page))),
        ("posterior.csv", Some(files::points(page))),
        ("ensemble.csv", files::ensemble(page, &targets.name)),
        ("contraction.csv", Some(files::contraction(page))),
        ("ridges.csv", Some(files::ridges(page))),
    ];
    let mut written: Vec<File> =
        tables.into_iter().filter_map(|(name, bytes)| Some(File { name: name.into(), bytes: bytes? })).collect();
    for (key, drawn) in chart::calibrated(page, &caption).context("cannot draw the charts of a calibration")? {
        written.push(File { name: format!("{key}.svg"), bytes: drawn.svg.into_bytes() });
        written.push(File { name: format!("{key}.png"), bytes: drawn.png });
    }
    Ok(written)
}

fn shown(page: &Page, args: &CalibrateArgs) -> Shown {
    if args.common.json {
        return Shown::Json(json(page));
    }
    let mut text = text(page);
    if page.ended == Ended::TimeLimit {
        let done = page.calibration.simulations();
        let _ = writeln!(
            text,
            "\nThe same command goes on from here; --simulations {done} repeats this result to the bit."
        );
    }
    Shown::Page(text)
}

/// A time limit as typed: `90s`, `5m`, `1h30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a time above 0, such as 90s, 5m or 1h30m".to_owned();
    let mut seconds = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = rest[end..].chars().next().ok_or_else(wrong)?;
        seconds += number
            * match unit {
                's' => 1.0,
                'm' => 60.0,
                'h' => 3600.0,
                'd' => 86_400.0,
                _ => return Err(wrong()),
            };
        rest = &rest[end + unit.len_utf8()..];
    }
    if seconds > 0.0 && seconds < 1e9 { Ok(Duration::from_secs_f64(seconds)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_has_units() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        for wrong in ["", "5", "m", "-5m", "5x", "0s", "1e400s", "5é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
