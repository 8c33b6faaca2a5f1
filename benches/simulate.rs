//! Member-days a second on one core: the engine, and beside it the scalar twin of the tests, which draws with `rand` and computes
//! in `f64` with the platform's library. Both sides live the same design under the same profile in one run.
//!
//! `cargo bench`; a row a case, items are nominal member-days (members x days, whether a member has left or not).

#[path = "../tests/twin/mod.rs"]
mod twin;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use wearout::diagnostic::Source;
use wearout::engine::{Engine, simulate};
use wearout::plan::Experiment;
use wearout::{plan, scenario};

const REPLICATES: u32 = 20;
const MEMBERS: u32 = 1000;
const DAYS: u32 = 30;

/// Name and calendar of each case.
const CASES: [&str; 4] = ["no posts to speak of", "one post a day", "five posts a day", "the same post a day"];

fn main() {
    divan::main();
}

fn design(case: &str) -> twin::Design {
    let name = match case {
        "five posts a day" => "silent",
        "the same post a day" => "hz",
        _ => "avg",
    };
    let mut design = twin::reference::designs().remove(name).expect("a calibration design");
    design.days = DAYS;
    design.members = MEMBERS as usize;
    if case == "no posts to speak of" {
        design.posts.truncate(1);
    }
    design
}

fn experiment(case: &str) -> Experiment {
    let calendar = match case {
        "no posts to speak of" => "days = [1]",
        "one post a day" => "kinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]",
        "five posts a day" => {
            "per_day = 5\nreply = \"never\"\nkinds = [\"hard\", \"reminder\", \"useful\", \"hard\", \"preview\"]"
        }
        "the same post a day" => "contents = 1",
        other => unreachable!("{other}"),
    };
    let audience = format!("[audience.people]\nchannel = \"direct\"\nsize = {MEMBERS}\nfit = 0.8");
    let text = format!("days = {DAYS}\nplatform = \"reference\"\n{audience}\n[plan.plan]\n{calendar}\n");
    let source = Source { name: case.into(), text };
    plan::compile(&scenario::parse("bench", source, &[]), 1).unwrap_or_else(|faults| panic!("{faults}"))
}

fn nominal() -> ItemsCount {
    ItemsCount::new(REPLICATES * MEMBERS * DAYS)
}

#[divan::bench(args = CASES)]
fn engine(bencher: Bencher<'_, '_>, case: &str) {
    let experiment = experiment(case);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    bencher.counter(nominal()).bench(|| pool.install(|| simulate(&experiment, 0..REPLICATES, &Engine::default())));
}

#[divan::bench(args = CASES)]
fn scalar_twin(bencher: Bencher<'_, '_>, case: &str) {
    let (design, parameters) = (design(case), twin::reference::parameters());
    bencher.counter(nominal()).bench(|| {
        for replicate in 0..REPLICATES {
            let luck = twin::OwnLuck::new(1, replicate);
            black_box(twin::simulate(&design, &parameters, twin::Profile::Reference, &luck));
        }
    });
}
