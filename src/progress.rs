//! Shows how far a run has come: a bar with rate and time left on a terminal, plain lines when piped. All on stderr.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use wearout_core::engine::Engine;
use wearout_core::study::Stage;

use super::{estimate, tell};

/// Work that is over by then needs no line.
const FIRST_LINE: Duration = Duration::from_millis(700);

/// Between two plain lines.
const LINE: Duration = Duration::from_secs(5);

/// What is shown of a stage.
pub(super) struct Shown {
    stage: Stage,
    bar: Option<ProgressBar>,
    next_line: Duration,
}

impl Shown {
    pub(super) fn new(stage: Stage) -> Shown {
        let is_seen = io::stderr().is_terminal();
        let bar = match stage {
            Stage::Simulating { replicates } if is_seen => Some(bar(replicates)),
            Stage::Searching { measured, allowed } if is_seen => Some(bar_of_points(measured, allowed)),
            _ => None,
        };
        Shown { stage, bar, next_line: FIRST_LINE }
    }

    /// Looks at how far it is; it began at `started`. Of a calibration: the points so far, and how far it has come.
    pub(super) fn look(&mut self, engine: &Engine, started: Instant, generation: Option<&(u64, String)>) {
        let elapsed = started.elapsed();
        match self.stage {
            Stage::Simulating { replicates: total } => self.simulating(engine, total, elapsed),
            Stage::Searching { measured, allowed } => {
                let begun = (measured, format!("{allowed} points at the most"));
                self.searching(generation.unwrap_or(&begun), elapsed);
            }
            Stage::Compiling { sets: 1 } => self.once("compiling the scenario", elapsed),
            Stage::Compiling { sets } => self.once(&format!("compiling {sets} sets of parameters"), elapsed),
            Stage::Measuring => self.once("measuring what was found on fresh luck", elapsed),
        }
    }

    /// Says what is done, once it takes its time.
    fn once(&mut self, doing: &str, elapsed: Duration) {
        if elapsed >= self.next_line {
            self.next_line = Duration::MAX;
            tell(doing);
        }
    }

    fn searching(&mut self, (points, said): &(u64, String), elapsed: Duration) {
        match &self.bar {
            Some(bar) => {
                bar.set_position(*points);
                bar.set_message(said.clone());
            }
            None if elapsed >= self.next_line => {
                self.next_line = elapsed + LINE;
                tell(&format!("{said}, {points} points"));
            }
            None => {}
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

fn bar_of_points(measured: u64, allowed: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} points, {elapsed}, {msg}");
    let bar = ProgressBar::new(allowed).with_position(measured);
    bar.enable_steady_tick(Duration::from_millis(250));
    bar.with_style(style.expect("the template is a constant"))
}
