//! What is kept of one metric while replicates pass by: moments of numbers, counts of yes and no.
//!
//! Comes in: a replicate's value, or a pair of them. Goes out: estimates and intervals. Which values those are is decided in
//! `accumulate`.

use wearout_stats::interval::{self, Interval};
use wearout_stats::mean::Moments;
use wearout_stats::paired::{PairedTable, Pairs};
use wearout_stats::quantile::quantiles;
use wearout_stats::random_effects::RandomEffects;

use super::{CONFIDENCE, Decomposition, Estimate, decomposition};
use crate::tally::Unit;

/// Fewest replicates from which an interval is given.
const FEWEST: u64 = 2;

/// One metric of one plan: all replicates together, and each set of parameters.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    all: Values,
    sets: Vec<Moments>,
}

#[derive(Debug, Clone)]
enum Values {
    /// Any numbers.
    Numbers(Moments),
    /// Yes or no in each replicate.
    Chances { yes: u64, n: u64 },
}

impl Sample {
    pub(super) fn new(unit: Unit, n_sets: usize) -> Sample {
        let all = match unit {
            Unit::Chance => Values::Chances { yes: 0, n: 0 },
            _ => Values::Numbers(Moments::default()),
        };
        Sample { all, sets: vec![Moments::default(); n_sets] }
    }

    pub(super) fn push(&mut self, set: usize, value: f64) {
        self.sets[set].push(value);
        match &mut self.all {
            Values::Numbers(moments) => moments.push(value),
            Values::Chances { yes, n } => {
                *yes += u64::from(is_yes(value));
                *n += 1;
            }
        }
    }

    /// The estimate; `kept` are single values, for the quantiles.
    ///
    /// Over several sets the mean counts every set once, and its error is that of a sample of sets. As long as the sets hold a
    /// replicate each at the most, replicates are such a sample themselves.
    pub(super) fn estimate(&self, unit: Unit, kept: &[Option<f64>]) -> Estimate {
        let effects = RandomEffects::of(&self.sets);
        let decomposition = Decomposition::of_level(unit, &self.sets);
        match self.all {
            Values::Numbers(ref moments) => {
                let interval = match effects {
                    Some(effects) => Some(effects.mean_interval(CONFIDENCE)),
                    None => interval::of_mean(moments, CONFIDENCE),
                }
                .map(|interval| decomposition::of_level(unit, interval));
                Estimate {
                    mean: effects.map(|effects| effects.mean()).or(moments.mean()),
                    low: interval.map(|interval| interval.low),
                    high: interval.map(|interval| interval.high),
                    mcse: effects.map(|effects| effects.standard_error()).or(moments.standard_error()),
                    quantiles: quantiles(&mut kept.iter().flatten().copied().collect::<Vec<f64>>(), [0.05, 0.5, 0.95]),
                    replicates: moments.n(),
                    decomposition,
                }
            }
            Values::Chances { yes, n } => {
                let share = (n > 0).then(|| yes as f64 / n as f64);
                let interval = match effects {
                    Some(effects) => interval::of_clustered_proportion(
                        effects.mean(),
                        effects.standard_error(),
                        effects.n_classes(),
                        n,
                        CONFIDENCE,
                    ),
                    None => interval::of_proportion(yes, n, CONFIDENCE).filter(|_| n >= FEWEST),
                };
                let error = share.filter(|_| n >= FEWEST).map(|p| (p * (1.0 - p) / n as f64).sqrt());
                Estimate {
                    mean: effects.map(|effects| effects.mean()).or(share),
                    low: interval.map(|interval| interval.low),
                    high: interval.map(|interval| interval.high),
                    mcse: effects.map(|effects| effects.standard_error()).or(error),
                    quantiles: None,
                    replicates: n,
                    decomposition,
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

    /// Standard error of the mean difference as if replicates were all that varies; `None` below two.
    pub(super) fn standard_error(&self) -> Option<f64> {
        match self {
            PairedSample::Values(pairs) => pairs.difference().standard_error(),
            PairedSample::Chances(table) => table.variance().map(|variance| (variance / table.n() as f64).sqrt()),
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
