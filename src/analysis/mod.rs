//! Tallies in, estimates out: means, intervals, paired differences. Pure; knows neither engine nor files.

use crate::tally::{Metric, OUTCOMES, REPEATS, Repeat};

/// Confidence of every interval that is shown.
pub const CONFIDENCE: f64 = 0.95;

/// Replicates whose single values are kept for quantiles, `replicates.csv` and the distribution chart.
pub const KEPT_REPLICATES: usize = 10_000;

/// Replicates whose daily series are kept for the bands of `daily.csv`.
pub const KEPT_SERIES: usize = 1_000;

/// The mean of a metric over replicates, with its Monte Carlo error and the spread of single campaigns (chance).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// Mean over the replicates in which the metric has a base; `None` without any.
    pub mean: Option<f64>,
    /// Lower end of the 95 % interval of the mean (Monte Carlo error only).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Monte Carlo standard error of the mean.
    pub mcse: Option<f64>,
    /// 5 %, 50 % and 95 % quantiles of single replicates; `None` for 0/1 metrics.
    pub quantiles: Option<[f64; 3]>,
    /// Replicates in which the metric has a base.
    pub replicates: u64,
}

/// A paired difference, plan minus baseline, on the same people.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Difference {
    /// Index of the plan.
    pub plan: usize,
    /// What is compared.
    pub metric: &'static Metric,
    /// Mean difference; `None` where no replicate has both.
    pub difference: Option<f64>,
    /// Lower end of the 95 % interval (Monte Carlo error only).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Variance unpaired over paired: what the shared luck saves; `None` where either is 0.
    pub variance_ratio: Option<f64>,
    /// Replicates in which both have a base.
    pub replicates: u64,
}

/// One day of one series over replicates: mean, 5 % and 95 % quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Band {
    /// Mean over all replicates; `None` where the series has no base that day.
    pub mean: Option<f64>,
    /// 5 % quantile over the first [`KEPT_SERIES`] replicates.
    pub q05: Option<f64>,
    /// 95 % quantile.
    pub q95: Option<f64>,
}

/// What is known of one plan.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PlanSummary {
    /// Its name.
    pub name: String,
    /// Members addressed, the same in every replicate.
    pub members: u64,
    /// One estimate per row of `METRICS`.
    pub estimates: Vec<Estimate>,
    /// One row a day, a band per `Outcome::ALL`.
    pub days: Vec<[Band; OUTCOMES]>,
    /// Open rate by day (reads that day / delivered that day; blank on days without posts).
    pub open_by_day: Vec<Band>,
    /// Pooled over all replicates.
    pub repeats: [Repeat; REPEATS],
    /// Per row of `METRICS`, the values of the first [`KEPT_REPLICATES`] replicates.
    pub values: Vec<Vec<Option<f64>>>,
}

/// All plans of an experiment and their differences from the baseline.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Comparison {
    /// Replicates done.
    pub replicates: u64,
    /// Index of the baseline among the plans.
    pub baseline: usize,
    /// One summary per plan, in the order of the scenario.
    pub plans: Vec<PlanSummary>,
    /// For every plan but the baseline, every metric.
    pub differences: Vec<Difference>,
}
