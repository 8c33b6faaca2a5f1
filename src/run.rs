//! `wearout run`: the main job, from a scenario to tables, a verdict, files and charts.

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Instant;

use anyhow::Context;
use rayon::{ThreadPool, ThreadPoolBuilder};
use wearout_core::engine::{Engine, Instructions};
use wearout_core::finding::{RunJob, RunOptions};
use wearout_core::job::Job;

use super::args::RunArgs;
use super::finish::finish;
use super::{Failure, interrupt, merge, scenarios, sets};

pub(super) fn run(args: &RunArgs) -> Result<(), Failure> {
    let scenario = scenarios::input(&args.scenario, &args.set)?;
    let name = scenario.name.clone();
    let job = RunJob {
        scenario,
        parameters: sets::asked(&args.parameters)?,
        seed: args.common.seed,
        options: RunOptions {
            sets: args.sets,
            replicates: args.replicates,
            precision: args.precision,
            max_replicates: args.max_replicates,
            all_replicates: args.all_replicates,
        },
    };
    match args.shard {
        Some(part) => merge::shard(&job, part, &args.common),
        None => finish(&Job::Run(job), &name, &args.common, None),
    }
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
