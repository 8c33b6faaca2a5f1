//! A race of plans shown: text, CSV, JSON, a manifest. Its chart is in `chart`.
//!
//! Comes in: a [`Page`]. Goes out: text and files. Computes no statistic.

mod files;
mod manifest;
mod text;

use crate::study::select::{Raced, Selection};
use crate::tally::{Better, Metric};

pub use files::{race, select, value};
pub use manifest::{Asked, Timing, manifest};
pub use text::text;

use super::number::{decimals, difference_unit, fixed, level_unit, scale, signed};

/// A race and what was asked of it.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// By what plans are selected.
    pub metric: &'static Metric,
    /// How it went.
    pub found: &'a Selection,
    /// Sets of parameters, of which each replicate drew one.
    pub n_sets: usize,
    /// What a reader must know besides.
    pub notes: &'a [String],
}

impl Page<'_> {
    /// The plans from the one ahead to the first dropped; of those dropped together the nearer first.
    pub(in crate::report) fn ranked(&self) -> Vec<usize> {
        let plans = &self.found.plans;
        let sign = if self.metric.better == Better::Lower { 1.0 } else { -1.0 };
        let mut ranked: Vec<usize> = (0..plans.len()).collect();
        ranked.sort_by(|&a, &b| {
            let leads = |plan: usize| plan == self.found.leader;
            let by_mean = || (sign * plans[a].mean).total_cmp(&(sign * plans[b].mean));
            leads(b).cmp(&leads(a)).then(plans[b].replicates.cmp(&plans[a].replicates)).then_with(by_mean)
        });
        ranked
    }

    /// A plan by its index.
    pub(in crate::report) fn plan(&self, index: usize) -> &Raced {
        &self.found.plans[index]
    }

    /// The plan's mean less that of the leader over the same replicates, at the end of its race; `None` where it was dropped
    /// between two standings.
    pub(in crate::report) fn behind_leader(&self, plan: usize) -> Option<f64> {
        let at = self.plan(plan).replicates;
        let standing = self.found.standings.iter().find(|standing| standing.replicates == at)?;
        Some(standing.means[plan]? - standing.means[self.found.leader]?)
    }

    /// What a figure is multiplied by to be read.
    pub(in crate::report) fn scale(&self) -> f64 {
        scale(self.metric.unit)
    }

    /// The unit of a difference, as it is read.
    pub(in crate::report) fn unit(&self) -> &'static str {
        difference_unit(self.metric.unit)
    }

    /// A level as it is read: with one digit more than the zone needs.
    fn level(&self, value: f64) -> String {
        fixed(self.scale() * value, self.digits() + 1)
    }

    /// A difference as it is read.
    pub(in crate::report) fn difference(&self, value: f64) -> String {
        signed(self.scale() * value, self.digits() + 1)
    }

    /// The zone as it is read: `0.5 percentage points`.
    pub(in crate::report) fn zone(&self) -> String {
        let text = fixed(self.scale() * self.found.zone, self.digits() + 1);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        let unit = if text == "1" { self.unit().replace("points", "point") } else { self.unit().to_owned() };
        format!("{text} {unit}")
    }

    fn digits(&self) -> usize {
        decimals(self.scale() * self.found.zone).min(3)
    }

    fn level_unit(&self) -> &'static str {
        level_unit(self.metric.unit)
    }
}
