//! Shows how far a run has come: a bar with rate and time left on a terminal, plain lines when piped. All on stderr.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use wearout_core::engine::Engine;
use wearout_core::study::Stage;
use wearout_core::study::calibrate::Calibration;

use super::{estimate, interrupt, tell};

/// Between two looks at a terminal's bar.
const LOOK: Duration = Duration::from_millis(80);

/// Work that is over by then needs no line.
const FIRST_LINE: Duration = Duration::from_millis(700);

/// Between two plain lines.
const LINE: Duration = Duration::from_secs(5);

/// Runs `work` while showing its progress; `total` replicates, where that is known.
pub(super) fn watched<T>(engine: &Arc<Engine>, total: Option<u64>, quiet: bool, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        if !quiet {
            scope.spawn(|| watch(engine, total, &done));
        }
        let result = work();
        interrupt::report();
        done.store(true, Ordering::Release);
        result
    })
}

/// Does work of which nothing is counted, such as "compiling 200 sets of parameters", and says so once it takes its time.
pub(super) fn saying<T>(doing: &str, quiet: bool, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        if !quiet {
            scope.spawn(|| {
                let started = Instant::now();
                while !done.load(Ordering::Acquire) {
                    if started.elapsed() >= FIRST_LINE {
                        tell(doing);
                        break;
                    }
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
        let result = work();
        done.store(true, Ordering::Release);
        result
    })
}

fn watch(engine: &Engine, total: Option<u64>, done: &AtomicBool) {
    let started = Instant::now();
    let mut shown = Shown::new(Stage::Simulating { replicates: total });
    while !done.load(Ordering::Acquire) {
        thread::sleep(LOOK.min(Duration::from_millis(20) + started.elapsed() / 10));
        shown.look(engine, started);
    }
}

/// What is shown of a stage.
pub(super) struct Shown {
    stage: Stage,
    bar: Option<ProgressBar>,
    next_line: Duration,
}

impl Shown {
    pub(super) fn new(stage: Stage) -> Shown {
        let total = match stage {
            Stage::Simulating { replicates } => Some(replicates),
            Stage::Compiling { .. } => None,
        };
        let bar = total.filter(|_| io::stderr().is_terminal()).map(bar);
        Shown { stage, bar, next_line: FIRST_LINE }
    }

    /// Looks at how far it is; it began at `started`.
    pub(super) fn look(&mut self, engine: &Engine, started: Instant) {
        let elapsed = started.elapsed();
        match self.stage {
            Stage::Compiling { sets } if elapsed >= self.next_line => {
                self.next_line = Duration::MAX;
                tell(&match sets {
                    1 => "compiling the scenario".to_owned(),
                    sets => format!("compiling {sets} sets of parameters"),
                });
            }
            Stage::Compiling { .. } => {}
            Stage::Simulating { replicates: total } => self.simulating(engine, total, elapsed),
        }
    }

    fn simulating(&mut self, engine: &Engine, total: Option<u64>, elapsed: Duration) {
        let replicates = engine.replicates();
        let merging = engine.merging();
        match &self.bar {
            Some(bar) => {
                bar.set_position(replicates);
                bar.set_message(match total {
                    _ if merging => "merging".to_owned(),
                    Some(_) => format!("{:#} left", HumanDuration(bar.eta())),
                    None => String::new(),
                });
            }
            None if elapsed >= self.next_line => {
                self.next_line = elapsed + LINE;
                let rate = replicates as f64 / elapsed.as_secs_f64();
                let of = total.map_or(String::new(), |total| format!(" of {total}"));
                let left = total.filter(|_| rate > 0.0 && !merging).map_or(String::new(), |total| {
                    format!(", {} left", estimate::time(total.saturating_sub(replicates) as f64 / rate))
                });
                let left = if merging { ", merging".to_owned() } else { left };
                tell(&format!("{replicates}{of} replicates, {rate:.0}/s{left}"));
            }
            None => {}
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:40} {pos}/{len} replicates, {per_sec:.0}, {msg}"),
        None => (ProgressBar::new_spinner(), "{spinner} {pos} replicates, {per_sec:.0} {msg}"),
    };
    bar.with_style(ProgressStyle::with_template(template).expect("the template is a constant"))
}

/// Shows a calibration generation by generation.
pub(super) struct Generations {
    bar: Option<ProgressBar>,
    quiet: bool,
    last_line: Instant,
}

impl Generations {
    pub(super) fn new(calibration: &Calibration, quiet: bool) -> Generations {
        let message = format!("generation {}", calibration.generations() + 1);
        if !quiet && !io::stderr().is_terminal() {
            tell(&format!("{message}, {} points at the most", calibration.settings().simulations));
        }
        let bar = (!quiet && io::stderr().is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} points, {elapsed}, {msg}");
            let bar = ProgressBar::new(calibration.settings().simulations);
            bar.set_position(calibration.simulations());
            bar.enable_steady_tick(Duration::from_millis(250));
            bar.with_style(style.expect("the template is a constant")).with_message(message)
        });
        Generations { bar, quiet, last_line: Instant::now() }
    }

    /// After a generation.
    pub(super) fn show(&mut self, calibration: &Calibration) {
        let message = format!("generation {}: {}", calibration.generations(), calibration.progress());
        match &self.bar {
            Some(bar) => {
                bar.set_position(calibration.simulations());
                bar.set_message(message);
            }
            None if !self.quiet && self.last_line.elapsed() >= LINE => {
                self.last_line = Instant::now();
                tell(&format!("{message}, {} points", calibration.simulations()));
            }
            None => {}
        }
    }
}

impl Drop for Generations {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
