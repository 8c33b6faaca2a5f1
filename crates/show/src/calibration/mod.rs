//! What is said of a calibration: what was found and what it may be called, what the targets taught, how each is met.
//!
//! Comes in: a [`Page`]. Goes out: text, JSON and files. Computes no statistic. Charts of it are in `chart`.

pub mod files;
mod json;
mod text;

use wearout_core::analysis::Learned;
use wearout_core::study::Nearness;
use wearout_core::study::calibrate::{Calibration, Method, Outcome, Problem, Reason, Score};
use wearout_core::targets::Target;
use wearout_stats::{abc_smc, cma_es, history_matching};

pub use json::json;
pub use text::text;

/// Effective sample size below which a weighted sample is not called a posterior.
pub const LEAST_EFFECTIVE: f64 = 200.0;

/// Everything that is said about a calibration.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// What was to be met, and with what.
    pub problem: &'a Problem<'a>,
    /// How it went.
    pub calibration: &'a Calibration,
    /// What it found.
    pub outcome: &'a Outcome,
    /// What that teaches.
    pub learned: &'a Learned,
    /// Why it ended.
    pub ended: Ended,
    /// Replicates of the best point, on fresh luck.
    pub fresh_replicates: u32,
}

/// Why a calibration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// There was nothing more to do.
    Finished(Reason),
    /// The time was up.
    TimeLimit,
}

impl Ended {
    /// Whether more could have been done.
    pub fn is_early(self) -> bool {
        !matches!(self, Ended::Finished(_))
    }

    /// Why, in words.
    pub fn words(self) -> &'static str {
        match self {
            Ended::TimeLimit => "the time limit was reached",
            Ended::Finished(reason) => finished(reason),
        }
    }
}

fn finished(reason: Reason) -> &'static str {
    use abc_smc::Stop as Posterior;
    use cma_es::Stop as Best;
    use history_matching::Stop as Plausible;
    match reason {
        Reason::Simulations | Reason::Posterior(Posterior::Simulations) | Reason::Plausible(Plausible::Budget) => {
            "the simulations allowed are spent"
        }
        Reason::Best(Best::Narrow) => "the search is as narrow as it need be",
        Reason::Best(Best::IllConditioned) => "the search has become a line that floats can't follow",
        Reason::Best(Best::Flat) => "the latest generations are all as good",
        Reason::Best(Best::NoImprovement) => "the latest generations bring nothing better",
        Reason::Posterior(Posterior::NearEnough) => "the threshold asked for is reached",
        Reason::Posterior(Posterior::Acceptance) => "too few of the last generation were accepted",
        Reason::Posterior(Posterior::Degenerate) => "the sample has collapsed, nothing new can be proposed",
        Reason::Plausible(Plausible::Enough) => "as many plausible sets were found as were wanted",
        Reason::Plausible(Plausible::Empty) => "two waves found nothing plausible",
    }
}

/// The word of a method on the command line and in files.
pub fn method_word(method: Method) -> &'static str {
    match method {
        Method::Best => "best",
        Method::Posterior => "posterior",
        Method::Plausible => "plausible",
    }
}

impl Page<'_> {
    fn method(&self) -> Method {
        self.calibration.settings().method
    }

    /// What was found may be called so.
    pub fn called(&self) -> &'static str {
        match self.method() {
            Method::Best => "best fit",
            Method::Plausible => "plausible set",
            Method::Posterior if self.outcome.effective >= LEAST_EFFECTIVE => "posterior",
            Method::Posterior => "weighted sample, too few to be called a posterior",
        }
    }

    fn targets(&self) -> &[Target] {
        &self.problem.targets.targets
    }

    /// Targets with their scores.
    pub(super) fn scored(&self) -> impl Iterator<Item = (&Target, &Score)> {
        self.targets().iter().zip(&self.outcome.scores)
    }

    pub(super) fn counted(&self, held_out: bool) -> Counted {
        let mut counted = Counted::default();
        for (_, score) in self.scored().filter(|(target, _)| target.held_out == held_out) {
            counted.all += 1;
            let Some(nearness) = score.nearness() else { continue };
            counted.inside += usize::from(nearness == Nearness::Inside);
            counted.close += usize::from(nearness <= Nearness::Within12);
            counted.near += usize::from(nearness <= Nearness::Within25);
        }
        counted
    }
}

/// Targets, and how many of them are met how nearly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) inside: usize,
    pub(super) close: usize,
    pub(super) near: usize,
    pub(super) all: usize,
}
