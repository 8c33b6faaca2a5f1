//! `wearout run --select`: from many plans to the best of them.

use std::time::Instant;

use anyhow::Context;
use wearout_core::diagnostic::nearest;
use wearout_core::finding::{Note, Sets};
use wearout_core::scenario::Scenario;
use wearout_core::study::select::{FIRST_STAGE, Question, Unfit, select};
use wearout_core::tally::{Better, Metric, Unit, find, keys};
use wearout_show::File;
use wearout_show::chart::{Caption, raced};
use wearout_show::notes::{About, sentence};
use wearout_show::selection::{self as pages, Page};

use super::args::RunArgs;
use super::sets::usage;
use super::{Failure, Shown, ended, folders, progress, run, scenarios, sets, show};

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let pool = run::pool(args.common.threads)?;
    let draft = scenarios::read(&args.scenario, &args.set)?;
    let scenario = &draft.scenario;
    let question = Question {
        metric: metric(args, scenario)?,
        zone: args.selection.zone,
        equality: scenario.equality.into(),
        most: args.max_replicates,
    };
    if args.max_replicates < FIRST_STAGE {
        return Err(usage(
            &format!("--max-replicates must be at least {FIRST_STAGE} with --select, found {}", args.max_replicates),
            "every plan runs so often before one can be dropped",
        ));
    }
    let chosen = sets::choose(args)?;
    let engine = run::engine(args.common.instructions)?;
    let experiments = run::compiled(&draft, &chosen.sets, &pool, &args.common)?;
    let (n_sets, mut notes) = (experiments.len(), scenarios::notes(scenario, &experiments[0]));
    let is_silent: Vec<bool> = experiments[0].plans.iter().map(|plan| plan.posts.is_empty()).collect();
    let folder = folders::folder(&args.common.out, &format!("{}-select", scenario.name))?;

    let simulating = Instant::now();
    let race = || pool.install(|| select(experiments, &question, &engine));
    let found = progress::watched(&engine, None, args.common.quiet, race).map_err(|unfit| refused(&unfit))?;
    let found = found.ok_or(Failure::Interrupted(": the first stage was not complete, nothing was written"))?;
    let simulate_s = simulating.elapsed().as_secs_f64();

    let is_of_earnings = question.metric.unit == Unit::Money && question.metric.better == Better::Higher;
    if is_of_earnings && is_silent[found.leader] {
        let note = Note::SilenceEarnsMost { plan: scenario.plans[found.leader].name.clone() };
        let about = About { comparison: None, currency: &scenario.money.currency };
        notes.push(sentence(&note, about));
    }
    let page = Page { metric: question.metric, found: &found, n_sets, notes: &notes };
    let mut files = files(&page, scenario, args.common.seed)?;
    let asked = pages::Asked {
        seed: args.common.seed,
        zone: args.selection.zone,
        max_replicates: args.max_replicates,
        set: args.set.clone(),
    };
    let timing =
        pages::Timing { threads: pool.current_num_threads(), instructions: engine.instructions().name(), simulate_s };
    // Each replicate drew its set: they do not come to as many of each.
    let recorded = Sets { replicates_per_set: None, ..chosen.recorded(found.replicates) };
    files.push(
        pages::manifest(&page, scenario, (&asked, &recorded), &files, &timing).context("cannot write the manifest")?,
    );
    let written = folders::write(&folder, &files);

    let shown = if args.common.json {
        Shown::Json(pages::value(&page))
    } else {
        let explanation = if args.selection.explain { format!("\n{}", pages::EXPLANATION) } else { String::new() };
        Shown::Page(pages::text(&page) + &explanation)
    };
    show(&shown, written)?;
    ended(found.partial)
}

/// The metric asked for, or the first of the scenario's headline.
fn metric(args: &RunArgs, scenario: &Scenario) -> Result<&'static Metric, Failure> {
    let first = scenario.headline.first().map(String::as_str);
    let key = args.selection.metric.as_deref().or(first).unwrap_or("conversion");
    find(key).ok_or_else(|| {
        let help = match nearest(key, keys()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "wearout list metrics".to_owned(),
        };
        usage(&format!("`{key}` is no metric"), &help)
    })
}

/// What cannot be raced, and what to do about it.
fn refused(unfit: &Unfit) -> Failure {
    let help = match unfit {
        Unfit::OnePlan => "add a second plan",
        Unfit::TooManyPlans(_) => "leave some out, or select among parts of them first",
        Unfit::NoDirection(_) => "name a metric with a better direction: --metric conversion, --metric loss",
        Unfit::NoZone(_) => "say how far below the best is as good: --zone 0.005 is half a point",
        Unfit::Blank { .. } => "name a metric that every campaign has: --metric conversion, --metric loss",
    };
    usage(&unfit.to_string(), help)
}

/// Every file but the manifest.
fn files(page: &Page, scenario: &Scenario, seed: u64) -> Result<Vec<File>, Failure> {
    let tables = [("select.csv", pages::select(page)), ("race.csv", pages::race(page))];
    let mut files: Vec<File> = tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect();
    let caption = Caption {
        scenario: &scenario.name,
        question: &scenario.question,
        seed,
        replicates: page.found.replicates,
        partial: page.found.partial,
    };
    if let Some(rendered) = raced(page, &caption).context("cannot draw race")? {
        files.push(File { name: "race.svg".to_owned(), bytes: rendered.svg.into_bytes() });
        files.push(File { name: "race.png".to_owned(), bytes: rendered.png });
    }
    Ok(files)
}
