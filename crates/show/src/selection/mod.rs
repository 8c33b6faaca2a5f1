//! A race of plans shown: text, CSV, JSON, a manifest. Its chart is in `chart`.
//!
//! Comes in: a [`Page`]. Goes out: text and files. Computes no statistic.

mod files;
mod manifest;
mod text;

use wearout_core::study::select::{Raced, Selection, beside};
use wearout_core::tally::{Better, Metric};

pub use files::{race, select, value};
pub use manifest::{Asked, Timing, manifest};
pub use text::text;

use super::number::{decimals, difference_unit, fixed, level_unit, scale, signed};

/// Formulas and assumptions, for `--explain`.
pub const EXPLANATION: &str = "\
How plans are selected (Kim & Nelson 2001, a fully sequential procedure)
  All k plans run the same replicates: same people, same luck, same set of parameters, drawn for each replicate at random. After a first
  stage of n0 = 20, and then after every further replicate, plan i is dropped as soon as for some plan l still racing
    sum of (X_i - X_l) over the r replicates so far < -max(0, h2 x S2_il / (2 zone) - r x zone / 2)
  X is the metric, larger being better; S2_il is the variance of the paired difference in the first stage. Pairs that vary little
  together are told apart soon: that is what the same luck is for.
  A chance has at least the variance that one replicate which differed would bring.
  eta = ((2 x 0.05 / (k - 1))^(-2 / (n0 - 1)) - 1) / 2; h2 = 2 eta (n0 - 1): the constants that make the promise hold.
What is promised
  With a probability of at least 95 % the plan selected is the best, or within the zone of the best, if replicates are nearly normal.
  zone: --zone; without it what the scenario calls practically equal: its points, or its share of the baseline's mean over the first
  stage where the metric is no share or the baseline is low. The mean of a plan dropped is over its own replicates only.
What stands beside it
  Members kept and the chances of being limited and banned, over each plan's own campaigns, 95 % (t, and Wilson for chances). A plan keeps
  more members where the interval of the paired difference, Bonferroni over plans, lies above 0.
What equal allocation takes
  `with as many for every plan`: two-stage selection on the same luck (Clark & Yang 1986) from the same first stage, in which every plan
  gets as many replicates as the pair that varies most needs.
";

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
    pub(crate) fn ranked(&self) -> Vec<usize> {
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

    /// What stands beside the metric raced by, each with its row.
    fn beside(&self) -> impl Iterator<Item = (usize, &'static Metric)> {
        beside().enumerate().filter(|(_, metric)| metric.key != self.metric.key)
    }

    /// A plan by its index.
    pub(crate) fn plan(&self, index: usize) -> &Raced {
        &self.found.plans[index]
    }

    /// The plans whose mean is that of the one selected to the last digit.
    pub(crate) fn equal(&self) -> Vec<usize> {
        let Some(selected) = self.found.selected else { return Vec::new() };
        let others = (0..self.found.plans.len()).filter(|&plan| plan != selected);
        others.filter(|&plan| self.plan(plan).dropped.is_none()).collect()
    }

    /// The plan's mean less that of the leader over the same replicates, at the end of its race; `None` where it was dropped
    /// between two standings.
    pub(crate) fn behind_leader(&self, plan: usize) -> Option<f64> {
        let at = self.plan(plan).replicates;
        let standing = self.found.standings.iter().find(|standing| standing.replicates == at)?;
        Some(standing.means[plan]? - standing.means[self.found.leader]?)
    }

    /// What a figure is multiplied by to be read.
    pub(crate) fn scale(&self) -> f64 {
        scale(self.metric.unit)
    }

    /// The unit of a difference, as it is read.
    pub(crate) fn unit(&self) -> &'static str {
        difference_unit(self.metric.unit)
    }

    /// A level as it is read: with one digit more than the zone needs.
    fn level(&self, value: f64) -> String {
        fixed(self.scale() * value, self.digits() + 1)
    }

    /// A difference as it is read.
    pub(crate) fn difference(&self, value: f64) -> String {
        signed(self.scale() * value, self.digits() + 1)
    }

    /// The zone as it is read: `0.5 percentage points`.
    pub(crate) fn zone(&self) -> String {
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
