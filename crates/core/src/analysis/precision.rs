//! When the headline differences are known well enough to stop: for `--precision`.
//!
//! Comes in: what has been accumulated after each batch of replicates. Goes out: how wide the widest headline difference still is,
//! and which was the last to become narrow enough. Running batches is not here: see `study`.
//!
//! The half-widths are those of a confidence sequence (`stats::sequence`), simultaneous over headline metrics and plans, so that
//! looking after every batch costs nothing. They speak of what more replicates can bring: over several sets of parameters, of the
//! mean of these very sets, chance within them being all that varies. How far the sets lie apart is no error of replicates.

use serde::Serialize;
use wearout_stats::sequence;

use super::verdict::simultaneous;
use super::{Accumulator, Difference, PairedSample};
use crate::tally::Metric;

/// Replicates near which the sequence is tightest (a choice; it must be made before the first look).
const TUNED_FOR: u64 = 1000;

/// How narrow the headline differences should become, and which were not yet so at the last look.
#[derive(Debug, Clone)]
pub struct Precision {
    half_width: f64,
    headline: Vec<&'static Metric>,
    wide_before: Option<Vec<Width>>,
}

/// How wide one headline difference is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Width {
    /// Index of the plan.
    pub plan: usize,
    /// What is compared.
    pub metric: &'static Metric,
    /// Half-width in the metric's own unit; `None` below two replicates.
    pub half_width: Option<f64>,
}

/// What one look found.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Look {
    /// Replicates so far.
    pub replicates: u64,
    /// The widest headline difference; `None` when there is only one plan.
    pub widest: Option<Width>,
    /// Once all are narrow enough, the one that was last.
    pub last: Option<Width>,
    /// Whether all are narrow enough.
    pub reached: bool,
}

impl Precision {
    /// Wants the differences in these metrics to have a half-width below the figure, each in its own unit.
    pub fn new(half_width: f64, headline: &[&'static Metric]) -> Precision {
        Precision { half_width, headline: headline.to_vec(), wide_before: None }
    }

    /// Looks at what is known now.
    pub fn look(&mut self, accumulator: &Accumulator) -> Look {
        let differences: Vec<Difference> = accumulator.differences();
        // What has no base in any replicate (groups lost on a contact list) will never have one: there is nothing to wait for.
        let is_headline = |difference: &&Difference| {
            difference.sample.n() > 0 && self.headline.iter().any(|metric| metric.key == difference.metric.key)
        };
        let headline: Vec<&Difference> = differences.iter().filter(is_headline).collect();
        let alpha = 1.0 - simultaneous(headline.len());
        let widths: Vec<Width> = headline.into_iter().map(|difference| width(difference, alpha)).collect();
        let wide: Vec<Width> = widths.iter().copied().filter(|width| !self.is_narrow(width)).collect();
        let reached = wide.is_empty();
        let late = |width: &&Width| match &self.wide_before {
            Some(before) => before.iter().any(|wide| wide.plan == width.plan && wide.metric.key == width.metric.key),
            None => true,
        };
        let last = if reached { widest(widths.iter().filter(late)) } else { None };
        self.wide_before = Some(wide);
        Look { replicates: accumulator.replicates(), widest: widest(widths.iter()), last, reached }
    }

    fn is_narrow(&self, width: &Width) -> bool {
        width.half_width.is_some_and(|half_width| half_width < self.half_width)
    }
}

/// The widest; unknown is wider than anything.
fn widest<'a>(widths: impl Iterator<Item = &'a Width>) -> Option<Width> {
    let size = |width: &Width| width.half_width.unwrap_or(f64::INFINITY);
    widths.copied().max_by(|a, b| size(a).total_cmp(&size(b)))
}

fn width(difference: &Difference, alpha: f64) -> Width {
    let rho = sequence::tuned_for(TUNED_FOR, alpha);
    let half_width =
        deviation(difference).map(|deviation| sequence::half_width(deviation, difference.sample.n(), alpha, rho));
    Width { plan: difference.plan, metric: difference.metric, half_width }
}

/// Standard deviation of the differences by chance. For chances one more discordant pair is supposed, on the rarer side: without
/// any, the spread observed is 0 and the sequence would stop at the first look at a rare event. That pair is supposed among all
/// replicates, so that what the sets differ by counts as chance: the sequence is then too wide rather than too narrow. Where nothing
/// at all was counted differently, there is no such pair to wait for.
fn deviation(difference: &Difference) -> Option<f64> {
    match (difference.sample, &difference.effects) {
        (PairedSample::Values(_), Some(effects)) => Some(effects.within_mean_square().sqrt()),
        (PairedSample::Values(ref pairs), None) => pairs.difference().deviation(),
        (PairedSample::Chances(table), _) if difference.same_events => table.variance().map(f64::sqrt),
        (PairedSample::Chances(mut table), _) => {
            let observed = table.variance()?;
            let rarer = if table.only_a < table.only_b { &mut table.only_a } else { &mut table.only_b };
            *rarer += 1;
            table.variance().map(|variance| variance.max(observed).sqrt())
        }
    }
}
