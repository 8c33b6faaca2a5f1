//! `wearout calibrate`: which values of the tuned quantities meet the targets; resumes from a checkpoint.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use wearout_core::engine::Engine;
use wearout_core::finding::{CalibrateJob, hash};
use wearout_core::job::{self, Job};
use wearout_core::parameter::MODEL;
use wearout_core::rng;
use wearout_core::study::calibrate::Calibration;
use wearout_core::study::{Flow, Observer, Stage};

use super::checkpoint::Checkpoint;
use super::finish::finish_with;
use super::targets::{self, CalibrateArgs};
use super::watch::Watch;
use super::{Failure, folders, tell};

pub(super) fn calibrate(args: &CalibrateArgs) -> Result<(), Failure> {
    let mut job = targets::job(args)?;
    let name = format!("{}-calibration", job.name);
    let checkpoint = Checkpoint::new(&folders::folder(&args.common.out, &name)?, key(&job)?);
    job.from = resumed(&checkpoint, args)?;

    let (limit, started) = (args.time_limit, Instant::now());
    let (is_early, unwritten) = (AtomicBool::new(false), Mutex::new(None));
    let find = |watch: &Watch| {
        let kept = Kept { watch, checkpoint: &checkpoint, limit, started, is_early: &is_early, unwritten: &unwritten };
        job::run(&Job::Calibrate(job), &kept)
    };
    finish_with(find, &name, &args.common, |_| None).map_err(|failure| match failure {
        Failure::Interrupted(_) if checkpoint.is_there() => Failure::Interrupted(if args.fresh {
            ": what followed the last checkpoint was dropped; the same command without --fresh resumes from there"
        } else {
            ": what followed the last checkpoint was dropped; the same command resumes from there"
        }),
        failure => failure,
    })?;
    match unwritten.into_inner() {
        Ok(Some(failure)) => Err(failure),
        _ if is_early.load(Ordering::Acquire) => {
            let how = if args.fresh { " without --fresh" } else { "" };
            tell(&format!("the same command{how} resumes from here"));
            Ok(())
        }
        _ => checkpoint.remove(),
    }
}

/// Writes every generation down, and ends the calibration where the time is up or it could not be written.
struct Kept<'a> {
    watch: &'a Watch,
    checkpoint: &'a Checkpoint,
    limit: Option<Duration>,
    started: Instant,
    is_early: &'a AtomicBool,
    unwritten: &'a Mutex<Option<Failure>>,
}

impl Observer for Kept<'_> {
    fn engine(&self) -> &Engine {
        self.watch.engine()
    }

    fn begins(&self, stage: Stage) {
        self.watch.begins(stage);
    }

    fn generation(&self, calibration: &Calibration) -> Flow {
        self.watch.generation(calibration);
        let mut stops =
            calibration.finished().is_none() && self.limit.is_some_and(|limit| self.started.elapsed() >= limit);
        if let Err(failure) = self.checkpoint.write(calibration) {
            stops = true;
            *self.unwritten.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        }
        self.is_early.store(stops, Ordering::Release);
        if stops { Flow::Stop } else { Flow::GoOn }
    }
}

/// Hash of everything that the results follow from.
fn key(job: &CalibrateJob) -> Result<String, Failure> {
    let job = serde_json::to_string(job).context("cannot write the job down")?;
    Ok(hash(format!("{MODEL}\n{}\n{job}\n", rng::LAYOUT).into_bytes().into_iter()))
}

/// The calibration as an earlier run of the same command left it.
fn resumed(checkpoint: &Checkpoint, args: &CalibrateArgs) -> Result<Option<Calibration>, Failure> {
    let others = checkpoint.others();
    if !others.is_empty() && !args.common.quiet {
        tell(&format!("left alone: {} of other targets or settings", others.join(", ")));
    }
    if args.fresh {
        return Ok(None);
    }
    let found = checkpoint.read()?;
    if let Some(calibration) = &found {
        let (generations, simulations) = (calibration.generations(), calibration.simulations());
        tell(&format!("resumes after generation {generations}, {simulations} simulations; --fresh starts anew"));
    }
    Ok(found)
}
