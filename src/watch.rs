//! Watches a job: shows how far it is, hears interrupts, and knows how long each part took.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use wearout_core::engine::{Engine, Part};
use wearout_core::study::calibrate::Calibration;
use wearout_core::study::{Flow, Observer, Stage, Work};
use wearout_show::manifest::Timing;

use super::common::Common;
use super::folders::{self, FileError};
use super::progress::Shown;
use super::{Failure, estimate, interrupt, machine, tell};

/// A job at work.
pub(super) struct Watch {
    engine: Arc<Engine>,
    is_quiet: bool,
    out: PathBuf,
    /// Name of the folder of the results; `None` where there is none.
    name: Option<String>,
    /// That folder, found fit to be written to before anything is simulated.
    folder: OnceLock<Result<PathBuf, FileError>>,
    started: Instant,
    /// What was begun when, the latest last.
    begun: Mutex<Vec<(Stage, Instant)>>,
    /// Points measured by the latest generation of a calibration, and how far it has come.
    latest: Mutex<Option<(u64, String)>>,
}

impl Observer for Watch {
    fn engine(&self) -> &Engine {
        &self.engine
    }

    fn begins(&self, stage: Stage) {
        if let (Stage::Simulating { .. } | Stage::Searching { .. }, Some(name)) = (stage, &self.name)
            && self.folder.get_or_init(|| folders::folder(&self.out, name)).is_err()
        {
            self.engine.stop();
        }
        locked(&self.begun).push((stage, Instant::now()));
    }

    fn expects(&self, Work { replicates, seconds, experiments }: Work) {
        if !self.is_quiet {
            // So far one experiment was compiled.
            let seconds = seconds + experiments as f64 * self.started.elapsed().as_secs_f64();
            let time = estimate::time(seconds / rayon::current_num_threads() as f64);
            tell(&format!("{replicates} replicates, roughly {time}"));
        }
    }

    fn generation(&self, calibration: &Calibration) -> Flow {
        let said = format!("generation {}: {}", calibration.generations(), calibration.progress());
        *locked(&self.latest) = Some((calibration.simulations(), said));
        Flow::GoOn
    }
}

impl Watch {
    /// Begins to watch a job on the instruction set asked for; from here on an interrupt is heard. Its results go to the folder of
    /// that name, if there is one.
    pub(super) fn new(name: Option<&str>, common: &Common) -> Result<Watch, Failure> {
        Ok(Watch {
            engine: machine::engine(common.instructions)?,
            is_quiet: common.quiet,
            out: common.out.clone(),
            name: name.map(str::to_owned),
            folder: OnceLock::new(),
            started: Instant::now(),
            begun: Mutex::default(),
            latest: Mutex::default(),
        })
    }

    /// The folder of the results; where it cannot be written to, nothing was simulated.
    ///
    /// # Panics
    /// Without one.
    pub(super) fn folder(&mut self) -> Result<PathBuf, FileError> {
        let name = self.name.as_ref().expect("only what has a folder asks for it");
        self.folder.take().unwrap_or_else(|| folders::folder(&self.out, name))
    }

    /// Does the work while showing how far it is.
    pub(super) fn over<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Says that it is done, also where it ends in a panic: the thread that shows it would never end.
        struct Done<'a>(&'a AtomicBool);
        impl Drop for Done<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Release);
            }
        }

        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let _done = Done(&done);
            if !self.is_quiet {
                scope.spawn(|| self.show(&done));
            }
            let result = work();
            interrupt::report();
            result
        })
    }

    /// How long the parts took; what comes after the last stage is reporting.
    pub(super) fn timing(&self, threads: usize, reported: Duration) -> Timing {
        let now = self.started.elapsed().saturating_sub(reported);
        let begun = locked(&self.begun);
        let is_simulating =
            |(stage, _): &&(Stage, Instant)| matches!(stage, Stage::Simulating { .. } | Stage::Searching { .. });
        let compiled = begun.iter().find(is_simulating).map_or(now, |(_, at)| at.duration_since(self.started));
        Timing {
            threads,
            instructions: self.engine.instructions().name(),
            compile_s: compiled.as_secs_f64(),
            simulate_s: now.saturating_sub(compiled).as_secs_f64(),
            people_s: self.engine.spent(Part::Draw).as_secs_f64(),
            merge_s: self.engine.spent(Part::Merge).as_secs_f64(),
            report_s: reported.as_secs_f64(),
        }
    }

    fn show(&self, done: &AtomicBool) {
        let mut shown: Option<(usize, Shown)> = None;
        while !done.load(Ordering::Acquire) {
            thread::sleep(Duration::from_millis(20));
            let begun = locked(&self.begun);
            let Some((n, (stage, at))) = begun.len().checked_sub(1).map(|n| (n, begun[n])) else { continue };
            drop(begun);
            if shown.as_ref().is_none_or(|(of, _)| *of != n) {
                shown = Some((n, Shown::new(stage)));
            }
            if let Some((_, shown)) = &mut shown {
                let latest = locked(&self.latest).clone();
                shown.look(&self.engine, at, latest.as_ref());
            }
        }
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
