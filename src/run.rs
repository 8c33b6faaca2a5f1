//! `wearout run`: the main job, from a scenario to tables, a verdict, files and charts.

use std::fmt::Write;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Instant;

use anyhow::Context;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use wearout_core::analysis;
use wearout_core::diagnostic::Faults;
use wearout_core::engine::{Engine, Instructions, Part};
use wearout_core::parameter::{self, Parameters};
use wearout_core::plan::{self, Experiment};
use wearout_core::scenario::{Draft, Scenario};
use wearout_core::study::{self, Compared, Target};
use wearout_core::tally::{self, Metric};
use wearout_show::chart::{CHARTS, Caption, render};
use wearout_show::manifest::{Asked, Timing, manifest};
use wearout_show::table::{Enforcement, Page};
use wearout_show::{File, caution, csv, json, since, table};

use super::args::{Common, RunArgs};
use super::{Failure, Shown, ended, folders, interrupt, progress, scenarios, sets, show};

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let pool = pool(args.common.threads)?;
    let started = Instant::now();
    let draft = scenarios::read(&args.scenario, &args.set)?;
    let chosen = sets::choose(args)?;
    // From here on an interrupt is heard: compiling hundreds of sets takes its time too.
    let engine = engine(args.common.instructions)?;
    let experiments = compiled(&draft, &chosen.sets, &pool, &args.common)?;
    let experiment = &experiments[0];
    let scenario = &draft.scenario;
    let chosen_metrics: Vec<&'static Metric> = scenario.headline.iter().filter_map(|key| tally::find(key)).collect();
    let headline = analysis::headline(experiment, &chosen_metrics);
    let folder = folders::folder(&args.common.out, &scenario.name)?;
    let compile_s = started.elapsed().as_secs_f64();

    let total = match chosen.target {
        Target::Replicates(replicates) => Some(u64::from(replicates)),
        Target::Precision { .. } => None,
    };
    let simulating = Instant::now();
    let compare = || {
        let all = args.all_replicates;
        pool.install(|| study::compare_over(&experiments, &chosen_metrics, &chosen.target, all, &engine))
    };
    let compared = progress::watched(&engine, total, args.common.quiet, compare);
    let compared = compared.ok_or(Failure::Interrupted(": no replicate was complete, nothing was written"))?;
    let simulate_s = simulating.elapsed().as_secs_f64();

    let verdict = analysis::verdict(&compared.comparison, &headline, scenario.equality.into());
    let notes = notes((scenario, experiment), &headline, &compared, args);
    let different_people = scenarios::different_people(experiment);
    let page = Page {
        comparison: &compared.comparison,
        verdict: &verdict,
        enforcement: enforcement(&experiments),
        different_people: &different_people,
        currency: &scenario.money.currency,
        notes: &notes,
    };

    let reporting = Instant::now();
    let mut files = pool.install(|| files(scenario, &compared, &headline, args.common.seed))?;
    let timing = Timing {
        threads: pool.current_num_threads(),
        instructions: engine.instructions().name(),
        compile_s,
        simulate_s,
        people_s: engine.spent(Part::Draw).as_secs_f64(),
        merge_s: engine.spent(Part::Merge).as_secs_f64(),
        report_s: reporting.elapsed().as_secs_f64(),
        member_days_per_s: compared.member_days as f64 / simulate_s,
    };
    let asked = Asked { seed: args.common.seed, precision: args.precision, set: args.set.clone() };
    let sets = chosen.recorded(compared.comparison.replicates);
    files.push(
        manifest((scenario, &experiments), (&asked, &sets), &compared, &files, &timing)
            .context("cannot write the manifest")?,
    );
    let earlier = folders::latest(&folder);
    let written = folders::write(&folder, &files);

    let shown = if args.common.json {
        Shown::Json(json::value(&page))
    } else {
        let mut text = table::text(&page);
        if let Some(earlier) = earlier {
            let asked = (scenario, args.common.seed, args.parameters.as_str());
            let moved = since::moved(&earlier, asked, &compared.comparison, &headline);
            if !moved.is_empty() {
                let _ = writeln!(text, "\nSince run {}:\n  {}", earlier.name, moved.join("\n  "));
            }
        }
        Shown::Page(text)
    };
    show(&shown, written)?;
    ended(compared.partial)
}

/// As many threads as asked for, or as the machine has.
pub(super) fn pool(threads: Option<u32>) -> Result<ThreadPool, Failure> {
    let threads = threads.map_or_else(machine_threads, |threads| threads as usize);
    Ok(ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start threads")?)
}

/// As many threads as the machine has.
pub(super) fn machine_threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// The engine asked for, with this process's clock; an interrupt stops it.
pub(super) fn engine(instructions: Option<Instructions>) -> Result<Arc<Engine>, Failure> {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let engine = Arc::new(Engine::on(instructions.unwrap_or_else(Instructions::best)).timed(|| START.elapsed()));
    interrupt::stops(&engine)?;
    Ok(engine)
}

/// What is said while a scenario is compiled under so many sets.
pub(super) fn compiling(n_sets: usize) -> String {
    if n_sets == 1 { "compiling the scenario".to_owned() } else { format!("compiling {n_sets} sets of parameters") }
}

/// The scenario under each set, the first compiled alone: its tables serve the others.
pub(super) fn compiled(
    draft: &Draft,
    sets: &[Parameters],
    pool: &ThreadPool,
    common: &Common,
) -> Result<Vec<Experiment>, Faults> {
    let compile = || {
        let (first, others) = sets.split_first().expect("an ensemble holds a set");
        let first = plan::compile_under(draft, common.seed, first, &[])?;
        let mut experiments = study::under_each(draft, common.seed, others, &first)?;
        experiments.insert(0, first);
        Ok(experiments)
    };
    progress::saying(&compiling(sets.len()), common.quiet, || pool.install(compile))
}

/// What chances rest on under one set of parameters, where the platform acts on reports.
fn enforcement(experiments: &[Experiment]) -> Option<Enforcement> {
    let [experiment] = experiments else { return None };
    experiment.profile.rules.reports.as_ref()?;
    let plausible = parameter::find("enforce_prob").expect("the catalogue holds every parameter");
    Some(Enforcement { here: experiment.parameters.enforce_prob, low: plausible.low, high: plausible.high })
}

fn notes(
    (scenario, experiment): (&Scenario, &Experiment),
    headline: &[&'static Metric],
    compared: &Compared,
    args: &RunArgs,
) -> Vec<String> {
    let mut notes = scenarios::likenesses(scenario);
    notes.extend(scenarios::notes(scenario, experiment));
    let cautions = analysis::cautions(&compared.comparison, experiment, headline, scenario.equality.into());
    notes.extend(caution::sentences(&cautions, &compared.comparison, &scenario.money.currency));
    if let Some(look) = &compared.look {
        notes.push(precision_note(look, compared, args.precision.unwrap_or_default()));
    }
    if compared.partial {
        notes.push(format!("partial: stopped after {} replicates", compared.comparison.replicates));
    }
    notes
}

fn precision_note(look: &analysis::Look, compared: &Compared, wanted: f64) -> String {
    let name =
        |width: &analysis::Width| format!("{} of {}", width.metric.label, compared.comparison.plans[width.plan].name);
    match (&look.last, &look.widest) {
        (Some(last), _) => format!(
            "every headline difference is known to within {wanted} after {} replicates; {} was last",
            look.replicates,
            name(last)
        ),
        (None, Some(widest)) => {
            let width = widest.half_width.map_or("unknown".to_owned(), |width| format!("{width:.4}"));
            format!(
                "not known to within {wanted} after {} replicates: {} still has half-width {width}",
                look.replicates,
                name(widest)
            )
        }
        (None, None) => "one plan: no difference to know".to_owned(),
    }
}

/// Every file of a run but the manifest; charts are drawn in parallel.
fn files(
    scenario: &Scenario,
    compared: &Compared,
    headline: &[&'static Metric],
    seed: u64,
) -> Result<Vec<File>, Failure> {
    let comparison = &compared.comparison;
    let tables = [
        ("summary.csv", csv::summary(comparison)),
        ("differences.csv", csv::differences(comparison)),
        ("uncertainty.csv", csv::uncertainty(comparison)),
        ("daily.csv", csv::daily(comparison)),
        ("replicates.csv", csv::replicates(comparison)),
        ("reads_by_repeat.csv", csv::reads_by_repeat(comparison)),
    ];
    let mut files: Vec<File> = tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect();
    let caption = Caption {
        scenario: &scenario.name,
        question: &scenario.question,
        seed,
        replicates: comparison.replicates,
        partial: compared.partial,
    };
    let drawn: Result<Vec<_>, _> = CHARTS
        .par_iter()
        .map(|chart| {
            render(chart, comparison, headline, &caption).with_context(|| format!("cannot draw {}", chart.key))
        })
        .collect();
    for (chart, rendered) in CHARTS.iter().zip(drawn?) {
        if let Some(rendered) = rendered {
            files.push(File { name: format!("{}.svg", chart.key), bytes: rendered.svg.into_bytes() });
            files.push(File { name: format!("{}.png", chart.key), bytes: rendered.png });
        }
    }
    Ok(files)
}
