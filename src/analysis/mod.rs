//! Tallies in, estimates out: means, intervals, paired differences, the verdict. Pure; knows neither engine nor files.
//!
//! `accumulate` takes replicates in, `sample` holds what is kept of one metric, `verdict` decides what a difference means and
//! `precision` when it is known well enough; `learned` is what a calibration taught. The methods themselves are in `stats`.

mod accumulate;
mod learned;
mod precision;
mod sample;
mod verdict;

pub use accumulate::{Accumulator, PlanInfo};
pub use learned::{Contraction, Learned, RIDGE, Ridge, learned, predictive};
pub use precision::{Look, Precision, Width};
pub use sample::PairedSample;
pub use verdict::{Call, Finding, Overall, PlanVerdict, Verdict, Zone, verdict};

use crate::tally::{METRICS, Metric, OUTCOMES, REPEATS, Repeat};

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
    /// What the interval is computed from; gives it at any other confidence.
    pub sample: PairedSample,
}

/// One day of one series over replicates: mean, 5 % and 95 % quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Band {
    /// Mean over all replicates; `None` where the series has no base that day.
    pub mean: Option<f64>,
    /// 5 % quantile over the first [`KEPT_SERIES`] replicates; `None` for series of 0 and 1.
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
    /// Open rate by day: reads of the posts sent that day / delivered that day; blank on days without posts.
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
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// Replicates done.
    pub replicates: u64,
    /// Index of the baseline among the plans.
    pub baseline: usize,
    /// One summary per plan, in the order of the scenario.
    pub plans: Vec<PlanSummary>,
    /// For every plan but the baseline, every metric.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// A plan's estimate of the metric of that key; `None` when there is no such metric.
    pub fn estimate(&self, plan: usize, key: &str) -> Option<&Estimate> {
        let row = METRICS.iter().position(|metric| metric.key == key)?;
        Some(&self.plans[plan].estimates[row])
    }

    /// A plan's difference from the baseline in the metric of that key; `None` for the baseline itself.
    pub fn difference(&self, plan: usize, key: &str) -> Option<&Difference> {
        self.differences.iter().find(|difference| difference.plan == plan && difference.metric.key == key)
    }
}

/// The chances of one plan at the lowest and the highest enforcement that is plausible: nobody knows which holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnforcementRange {
    /// Of being limited: at the lowest, at the highest enforcement.
    pub limited: [f64; 2],
    /// Of being banned: at the lowest, at the highest enforcement.
    pub banned: [f64; 2],
}
