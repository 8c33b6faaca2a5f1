//! `wearout ab worth`: whether a test pays, which one, or what to send without it.

use std::time::Instant;

use anyhow::Context;
use clap::Args;
use wearout_core::parameter::{self, Parameters};
use wearout_core::study::ab::worth::{self as study, Request, Rest};
use wearout_core::study::ab::{Asked, Contest, Method};
use wearout_core::units::Channel;
use wearout_show::ab::worth::{self as pages, Page};
use wearout_show::chart::{self, Caption};
use wearout_show::{File, manifest};

use super::{files_of, page_of, timing};
use crate::args::{Common, whole};
use crate::{Failure, Shown, ended, folders, progress, run, scenarios, sets, show};

/// Groups an arm that are tried unless told otherwise, as far as the audience has them; those of the test are added.
const USUAL_GROUPS: [u32; 7] = [2, 4, 8, 12, 20, 40, 80];

/// The same for members of a direct list.
const USUAL_MEMBERS: [u32; 7] = [50, 100, 250, 500, 1000, 2500, 10_000];

/// Days that are tried unless told otherwise, as far as the horizon goes; those of the test are added.
const USUAL_DAYS: [u32; 4] = [3, 7, 14, 28];

/// Arguments of `ab worth`.
#[derive(Debug, Args)]
pub(crate) struct WorthArgs {
    /// A scenario file with a `[test.NAME]`, or the name of a shipped scenario
    scenario: String,
    /// The test [default: the scenario's first]
    #[arg(long)]
    test: Option<String>,
    /// What it is decided by (`wearout list metrics`) [default: the test's own]
    #[arg(long)]
    metric: Option<String>,
    /// Groups an arm (members of a direct list) that are tried, separated by commas [default: 2 to 80, with the test's own]
    #[arg(long, value_delimiter = ',', value_parser = whole::<u32>(2..=u32::MAX))]
    groups: Vec<u32>,
    /// Days that are tried, separated by commas [default: 3 to 28, with the test's own]
    #[arg(long, value_delimiter = ',', value_parser = whole::<u32>(1..=u32::MAX))]
    days: Vec<u32>,
    /// The horizon is a deadline: who waits for the test's end gets only what is left of it
    #[arg(long)]
    deadline: bool,
    /// Buyers that a member lost costs; 0 counts buyers alone [default: what a member addressed brings in one campaign]
    #[arg(long, value_parser = not_negative)]
    member_worth: Option<f64>,
    /// What nobody knows beforehand of the arms' contents: by which share, give or take, they draw more clicks or fewer than the
    /// scenario has it (a standard deviation: 0.2 is a fifth)
    #[arg(long, default_value_t = 0.0, value_parser = not_negative)]
    appeal: f64,
    /// Sets of the ensemble joint over which it is not known which arm is better
    #[arg(long, default_value_t = 100, value_parser = whole::<u32>(2..=100_000))]
    sets: u32,
    /// Under each set: campaigns of each arm, and tests of each kind
    #[arg(long, default_value_t = 4, value_parser = whole::<u32>(2..=10_000))]
    replicates: u32,
    /// Change a key of the scenario before it is read (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Formulas and assumptions below the table
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    common: Common,
}

fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1000.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 1000, such as 0.2".into()),
    }
}

pub(super) fn worth(args: &WorthArgs) -> Result<(), Failure> {
    let common = &args.common;
    let pool = run::pool(common.threads)?;
    let draft = scenarios::read(&args.scenario, &args.set)?;
    let asked = Asked { test: args.test.clone(), metric: args.metric.clone(), arm: None, method: Method::Means };
    let contest = pool.install(|| Contest::read(&draft, common.seed, &Parameters::best(), &asked))?;
    let request = request(args, &contest)?;
    let folder = folders::folder(&common.out, &format!("{}-worth", contest.draft.scenario.name))?;

    let engine = run::engine(common.instructions)?;
    let started = Instant::now();
    let work = || pool.install(|| study::worth(&contest, &request, &engine));
    let found = progress::watched(&engine, Some(study::replicates_expected(&contest, &request)), common.quiet, work);
    let found = found.ok_or(Failure::Interrupted(": the arms were not known yet, nothing was written"))?;
    let timing = timing(pool.current_num_threads(), engine.instructions().name(), started);

    let page = Page { contest: &contest, request: &request, found: &found };
    let scenario = &contest.draft.scenario;
    let caption = Caption {
        scenario: &scenario.name,
        question: &scenario.question,
        seed: common.seed,
        replicates: found.tests,
        partial: found.partial,
    };
    let mut files = vec![File { name: "worth.csv".into(), bytes: pages::csv(&page) }];
    files.extend(chart::weighed(&page, &caption).context("cannot draw")?.into_iter().flat_map(files_of));
    let said = pages::study(&page, &parameter::plausible().name, &args.set);
    files.push(manifest::of_study(&said, &files, &timing).context("cannot write the manifest")?);
    let written = folders::write(&folder, &files);

    let explanation = args.explain.then_some(pages::EXPLANATION);
    let shown = if common.json { Shown::Json(pages::value(&page)) } else { page_of(pages::text(&page), explanation) };
    show(&shown, written)?;
    ended(found.partial)
}

/// What is tried; everything that the audience or the horizon has no room for at once.
fn request(args: &WorthArgs, contest: &Contest) -> Result<Request, Failure> {
    let audience = &contest.experiment.audiences[contest.trial.audience];
    let (usual, there_are, unit) = match audience.channel {
        Channel::Group => (USUAL_GROUPS, audience.groups, "groups"),
        Channel::Direct => (USUAL_MEMBERS, audience.size, "members"),
    };
    let (most, horizon) = (there_are / contest.trial.arms.len() as u32, contest.experiment.days);
    let beyond = |asked: &[u32], most: u32| asked.iter().filter(|&&n| n > most).map(u32::to_string).collect::<Vec<_>>();
    let mut faults = Vec::new();
    let (too_many, too_long) = (beyond(&args.groups, most), beyond(&args.days, horizon));
    if !too_many.is_empty() {
        faults.push(format!(
            "error: `--groups` must be at most {most} an arm, found {}\n  = help: `audience.{}` has {there_are} {unit} for {} arms",
            too_many.join(","),
            contest.said.audience,
            contest.trial.arms.len()
        ));
    }
    if !too_long.is_empty() {
        faults.push(format!(
            "error: `--days` must be at most {horizon}, found {}\n  = help: or give the scenario a longer horizon: days = ...",
            too_long.join(",")
        ));
    }
    if !faults.is_empty() {
        return Err(Failure::Usage(faults.join("\n")));
    }
    let within = |usual: &[u32], most: u32| usual.iter().copied().filter(|&n| n <= most).collect::<Vec<u32>>();
    Ok(Request {
        sets: sets::plausible(args.sets)?,
        replicates: args.replicates,
        units: if args.groups.is_empty() { within(&usual, most) } else { args.groups.clone() },
        days: if args.days.is_empty() { within(&USUAL_DAYS, horizon) } else { args.days.clone() },
        member_worth: args.member_worth,
        appeal: args.appeal,
        rest: if args.deadline { Rest::Deadline } else { Rest::Later },
    })
}
