//! What is kept of one metric while replicates pass by: moments of numbers, counts of yes and no.
//!
//! Comes in: a replicate's value, or a pair of them. Goes out: estimates and intervals. Which values those are is decided in
//! `accumulate`.

use super::{CONFIDENCE, Estimate};
use crate::stats::interval::{self, Interval};
use crate::stats::mean::Moments;
use crate::stats::paired::{PairedTable, Pairs};
use crate::stats::quantile::quantiles;
use crate::tally::Unit;

/// Fewest replicates from which an interval is given.
const FEWEST: u64 = 2;

/// One metric of one plan.
#[derive(Debug, Clone)]
pub(super) enum Sample {
    /// Any numbers.
    Values(Moments),
    /// Yes or no in each replicate.
    Chances { yes: u64, n: u64 },
}

impl Sample {
    pub(super) fn new(unit: Unit) -> Sample {
        match unit {
            Unit::Chance => Sample::Chances { yes: 0, n: 0 },
            _ => Sample::Values(Moments::default()),
        }
    }

    pub(super) fn push(&mut self, value: f64) {
        match self {
            Sample::Values(moments) => moments.push(value),
            Sample::Chances { yes, n } => {
                *yes += u64::from(is_yes(value));
                *n += 1;
            }
        }
    }

    /// The estimate; `kept` are single values, for the quantiles.
    pub(super) fn estimate(&self, kept: &[Option<f64>]) -> Estimate {
        match *self {
            Sample::Values(ref moments) => {
                let interval = interval::of_mean(moments, CONFIDENCE);
                Estimate {
                    mean: moments.mean(),
                    low: interval.map(|interval| interval.low),
                    high: interval.map(|interval| interval.high),
                    mcse: moments.standard_error(),
                    quantiles: quantiles(&mut kept.iter().flatten().copied().collect::<Vec<f64>>(), [0.05, 0.5, 0.95]),
                    replicates: moments.n(),
                }
            }
            Sample::Chances { yes, n } => {
                let mean = (n > 0).then(|| yes as f64 / n as f64);
                let interval = interval::of_proportion(yes, n, CONFIDENCE).filter(|_| n >= FEWEST);
                Estimate {
                    mean,
                    low: interval.map(|interval| interval.low),
                    high: interval.map(|interval| interval.high),
                    mcse: mean.filter(|_| n >= FEWEST).map(|p| (p * (1.0 - p) / n as f64).sqrt()),
                    quantiles: None,
                    replicates: n,
                }
            }
        }
    }
}

/// One metric of a plan and of the baseline on the same people.
#[derive(Debug, Clone, Copy)]
pub enum PairedSample {
    /// Any numbers: t interval of the mean difference.
    Values(Pairs),
    /// Yes or no in each replicate: Newcombe's paired interval.
    Chances(PairedTable),
}

impl PairedSample {
    pub(super) fn new(unit: Unit) -> PairedSample {
        match unit {
            Unit::Chance => PairedSample::Chances(PairedTable::default()),
            _ => PairedSample::Values(Pairs::default()),
        }
    }

    pub(super) fn push(&mut self, plan: f64, baseline: f64) {
        match self {
            PairedSample::Values(pairs) => pairs.push(plan, baseline),
            PairedSample::Chances(table) => table.push(is_yes(plan), is_yes(baseline)),
        }
    }

    /// Replicates in which both have a base.
    pub fn n(&self) -> u64 {
        match self {
            PairedSample::Values(pairs) => pairs.difference().n(),
            PairedSample::Chances(table) => table.n(),
        }
    }

    /// Mean difference, plan minus baseline.
    pub fn difference(&self) -> Option<f64> {
        match self {
            PairedSample::Values(pairs) => pairs.difference().mean(),
            PairedSample::Chances(table) => table.difference(),
        }
    }

    /// Interval of the mean difference; `None` below two replicates.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        match self {
            PairedSample::Values(pairs) => interval::of_mean(pairs.difference(), confidence),
            PairedSample::Chances(table) => table.interval(confidence).filter(|_| table.n() >= FEWEST),
        }
    }

    /// Variance unpaired over paired; `None` where either is 0.
    pub fn variance_ratio(&self) -> Option<f64> {
        match self {
            PairedSample::Values(pairs) => pairs.variance_ratio(),
            PairedSample::Chances(table) => table.variance_ratio(),
        }
    }
}

#[expect(clippy::float_cmp, reason = "0 and 1 are exact")]
fn is_yes(value: f64) -> bool {
    assert!(value == 0.0 || value == 1.0, "a chance is 0 or 1 in a replicate, found {value}");
    value == 1.0
}
