//! This machine: its threads, its instructions, its clock.

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Instant;

use anyhow::Context;
use rayon::{ThreadPool, ThreadPoolBuilder};
use wearout_core::engine::{Engine, Instructions};

use super::{Failure, interrupt};

/// As many threads as asked for, or as the machine has.
pub(super) fn pool(asked: Option<u32>) -> Result<ThreadPool, Failure> {
    let threads = asked.map_or_else(threads, |threads| threads as usize);
    Ok(ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start threads")?)
}

/// As many threads as the machine has.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// The engine asked for, with this process's clock; an interrupt stops it.
pub(super) fn engine(instructions: Option<Instructions>) -> Result<Arc<Engine>, Failure> {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let engine = Arc::new(Engine::on(instructions.unwrap_or_else(Instructions::best)).timed(|| START.elapsed()));
    interrupt::stops(&engine)?;
    Ok(engine)
}
