//! Ctrl-C: the work stops, what is complete is kept, and the answer comes within two seconds whatever was running.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use wearout_core::engine::Engine;

use super::{Failure, tell};

/// What an interrupted command exits with.
pub(super) const STATUS: u8 = 130;

/// Work that does not stop by then is left where it is: a chart of what was complete still takes some of the two seconds.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Whether there is something to write by now, which is waited for.
static REPORTING: AtomicBool = AtomicBool::new(false);

/// The engine at work, the latest that began; the handler is one for the whole process.
static AT_WORK: Mutex<Option<Arc<Engine>>> = Mutex::new(None);
static HEARD: OnceLock<()> = OnceLock::new();

/// From now on what was found is written.
pub(super) fn report() {
    REPORTING.store(true, Ordering::Release);
}

/// From now on the first interrupt stops the engine, and ends the program where it is in the middle of something that the engine
/// has no part in; the second ends it at once.
pub(super) fn stops(engine: &Arc<Engine>) -> Result<(), Failure> {
    REPORTING.store(false, Ordering::Release);
    *AT_WORK.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(engine));
    if HEARD.set(()).is_err() {
        return Ok(());
    }
    let handler = || {
        let at_work = AT_WORK.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(engine) = at_work else { return };
        if engine.stopped() {
            process::exit(STATUS.into());
        }
        engine.stop();
        thread::spawn(|| {
            thread::sleep(PATIENCE);
            if !REPORTING.load(Ordering::Acquire) {
                tell("interrupted in the middle of the work: nothing was written");
                process::exit(STATUS.into());
            }
        });
    };
    Ok(ctrlc::set_handler(handler).context("cannot listen for interrupts")?)
}
