//! Tallies in, estimates out: means, intervals, paired differences, the verdict. Pure; knows neither engine nor files.
//!
//! `accumulate` takes replicates in, `sample` holds what is kept of one metric, `decomposition` tells chance from what differs
//! between sets of parameters, `headline` says what a verdict speaks of, `verdict` decides what a difference means, `caution` what
//! else must be known to read it, `precision` when it is known well enough, `unbeaten` which plans may be the best; `learned` is what a
//! calibration taught. The methods themselves are in `stats`.

mod accumulate;
mod caution;
mod decomposition;
mod headline;
mod learned;
mod precision;
mod sample;
pub mod trial;
mod unbeaten;
mod verdict;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use wearout_stats::Interval;
use wearout_stats::mean::Moments;
use wearout_stats::random_effects::RandomEffects;

pub use accumulate::{Accumulator, PlanInfo};
pub use caution::{Caution, cautions};
pub use decomposition::{Between, Decomposition, Deviation};
pub use headline::headline;
pub use learned::{Contraction, Learned, RIDGE, Ridge, learned, predictive};
pub use precision::{Look, Precision, Width};
pub use sample::PairedSample;
pub use unbeaten::unbeaten;
pub use verdict::{Call, Doubt, MetricVerdict, Overall, PlanVerdict, Verdict, Zone, verdict};

use crate::tally::{Counts, METRICS, Metric, OUTCOMES, REPEATS, Repeat, Unit};

/// Confidence of every interval that is shown.
pub const CONFIDENCE: f64 = 0.95;

/// Replicates whose single values are kept for quantiles, `replicates.csv` and the distribution chart.
pub const KEPT_REPLICATES: usize = 10_000;

/// Replicates whose daily series are kept for the bands of `daily.csv`, at the most.
pub const KEPT_SERIES: usize = 1_000;

/// Fewest replicates of which they are kept, however long and many the series are.
const FEWEST_SERIES: usize = 100;

/// Bytes that kept series may take beyond those of the fewest: a year of several plans would take gigabytes.
const SERIES_BYTES: usize = 48 << 20;

/// Replicates whose daily series are kept, of so many plans over so many days.
pub fn kept_series(plans: usize, days: u32) -> usize {
    let bytes = plans * days as usize * size_of::<Counts>();
    (SERIES_BYTES / bytes.max(1)).clamp(FEWEST_SERIES, KEPT_SERIES)
}

/// The set of parameters under which a replicate of that number runs, of so many: they take turns. So the first replicates
/// of a run are those of a shorter one, and however many there are, no set has more than one more than another.
pub fn set_of(replicate: u32, n_sets: usize) -> usize {
    replicate as usize % n_sets
}

/// The mean of a metric over replicates, with its Monte Carlo error and the spread of single campaigns: chance under one set of
/// parameters, chance and parameters together over several.
///
/// Over several sets of parameters the mean counts each set once, and the Monte Carlo error is that of a finite number of
/// sets and replicates, the sets being a sample of all that are plausible.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Mean over the replicates in which the metric has a base; `None` without any.
    pub mean: Option<f64>,
    /// Lower end of the 95 % interval of the mean (Monte Carlo error only).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Monte Carlo standard error of the mean.
    pub mcse: Option<f64>,
    /// 5 %, 50 % and 95 % quantiles of single replicates, of all sets together; `None` for 0/1 metrics.
    pub quantiles: Option<[f64; 3]>,
    /// Replicates in which the metric has a base.
    pub replicates: u64,
    /// What remains uncertain however many replicates are run; `None` where too few replicates have a base.
    pub decomposition: Option<Decomposition>,
}

/// A paired difference, plan minus baseline, on the same people.
#[derive(Debug, Clone, Copy, Serialize)]
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
    /// Monte Carlo standard error of the mean difference.
    pub mcse: Option<f64>,
    /// Variance unpaired over paired: what the shared luck saves; `None` where either is 0.
    pub variance_ratio: Option<f64>,
    /// Replicates in which both have a base.
    pub replicates: u64,
    /// Whether everything counted was the same under both, in every replicate: then a chance differs by exactly 0.
    pub same_events: bool,
    /// What the interval under one set of parameters is computed from; gives it at any other confidence.
    #[serde(skip)]
    pub sample: PairedSample,
    /// What the interval over several sets is computed from; `None` under one set, or while sets hold one replicate at the most.
    #[serde(skip)]
    pub effects: Option<RandomEffects>,
    /// What remains uncertain however many replicates are run; `None` where too few replicates have both.
    pub decomposition: Option<Decomposition>,
}

impl Difference {
    /// What paired replicates say, and the means of sets where there are several: an interval of Monte Carlo error, and not yet what
    /// remains uncertain.
    fn of(
        plan: usize,
        metric: &'static Metric,
        (sample, sets): (PairedSample, &[Moments]),
        same_events: bool,
    ) -> Difference {
        let effects = RandomEffects::of(sets);
        let difference = Difference {
            plan,
            metric,
            difference: effects.map(|effects| effects.mean()).or(sample.difference()),
            low: None,
            high: None,
            mcse: effects.map(|effects| effects.standard_error()).or(sample.standard_error()),
            variance_ratio: sample.variance_ratio(),
            replicates: sample.n(),
            same_events,
            sample,
            effects,
            decomposition: None,
        };
        let interval = difference.interval(CONFIDENCE);
        Difference {
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            ..difference
        }
    }

    /// Interval of the mean difference (Monte Carlo error only); `None` below two replicates. Of a chance over several sets, the
    /// hull of that on the means of the sets and of that of the replicates: few discordant replicates make the sets look more alike
    /// than is known.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        match self.varying_effects() {
            Some(effects) => {
                Some(self.guarded(decomposition::of_mean(self.metric.unit, effects, confidence), confidence))
            }
            None => self.of_replicates(confidence),
        }
    }

    /// Interval in which the difference lies under so many of the plausible sets of parameters, the Monte Carlo error
    /// included; under one set, that of the mean. Of a chance no narrower than the interval of the replicates.
    pub fn over_sets(&self, confidence: f64) -> Option<Interval> {
        match self.varying_effects() {
            Some(effects) => {
                Some(self.guarded(decomposition::over_sets(self.metric.unit, effects, confidence), confidence))
            }
            None => self.of_replicates(confidence),
        }
    }

    /// The interval of the replicates. Pairs of yes and no that all agree leave a small difference open, unless nothing at all
    /// was counted differently.
    fn of_replicates(&self, confidence: f64) -> Option<Interval> {
        let interval = decomposition::cut(self.metric.unit, self.sample.interval(confidence)?);
        let is_zero = self.same_events && self.metric.unit == Unit::Chance;
        Some(if is_zero { Interval { low: 0.0, high: 0.0 } } else { interval })
    }

    /// An interval over sets; of a chance widened to hold that of the replicates, which knows how little rare events tell.
    fn guarded(&self, over_sets: Interval, confidence: f64) -> Interval {
        match (self.metric.unit, self.of_replicates(confidence)) {
            (Unit::Chance, Some(Interval { low, high })) => {
                Interval { low: over_sets.low.min(low), high: over_sets.high.max(high) }
            }
            _ => over_sets,
        }
    }

    /// The effects of sets, unless all sets have the same mean: then a difference of chances, seen in too few replicates to
    /// vary, still has the interval of its replicates.
    fn varying_effects(&self) -> Option<&RandomEffects> {
        self.effects.as_ref().filter(|effects| effects.standard_error() > 0.0)
    }
}

/// One day of one series over replicates: mean, 5 % and 95 % quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Mean over all replicates; `None` where the series has no base that day.
    pub mean: Option<f64>,
    /// 5 % quantile over the first replicates, as many as [`kept_series`] says; `None` for series of 0 and 1.
    pub q05: Option<f64>,
    /// 95 % quantile.
    pub q95: Option<f64>,
    /// Of a series of 0 and 1: where 95 % of the plausible sets lie, by a Beta distribution; `None` under one set, or where they lie
    /// too close to see.
    pub over_sets: Option<Interval>,
}

/// What is known of one plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanSummary {
    /// Its name.
    pub name: String,
    /// Members addressed, the same in every replicate.
    pub members: u64,
    /// Posts scheduled a week for each member; 0 is silence.
    pub posts_per_week: f64,
    /// One estimate per row of `METRICS`.
    #[serde(rename = "metrics", serialize_with = "by_metric")]
    pub estimates: Vec<Estimate>,
    /// One row a day, a band per `Outcome::ALL`. Written to tables, like all that follows, not to JSON.
    #[serde(skip)]
    pub days: Vec<[Band; OUTCOMES]>,
    /// Open rate by day: reads of the posts sent that day / delivered that day; blank on days without posts.
    #[serde(skip)]
    pub open_by_day: Vec<Band>,
    /// The same by week: days 1 to 7, 8 to 14 and so on, the last week as long as the horizon leaves it.
    #[serde(skip)]
    pub open_by_week: Vec<Band>,
    /// Pooled over all replicates.
    #[serde(skip)]
    pub repeats: [Repeat; REPEATS],
    /// Per row of `METRICS`, the values of the first [`KEPT_REPLICATES`] replicates.
    #[serde(skip)]
    pub values: Vec<Vec<Option<f64>>>,
}

/// All plans of an experiment and their differences from the baseline.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Number of the first replicate.
    pub first_replicate: u32,
    /// Replicates done.
    pub replicates: u64,
    /// Sets of parameters they ran under, in turn.
    pub n_sets: usize,
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

/// Estimates by the keys of their metrics.
fn by_metric<S: Serializer>(estimates: &[Estimate], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(estimates.len()))?;
    for (metric, estimate) in METRICS.iter().zip(estimates) {
        map.serialize_entry(metric.key, estimate)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_usual_runs_are_kept_whole_and_those_of_a_year_within_bounds() {
        assert_eq!(kept_series(2, 30), KEPT_SERIES);
        assert_eq!(kept_series(12, 3650), FEWEST_SERIES);
        let year = kept_series(4, 365);
        assert!((FEWEST_SERIES..KEPT_SERIES).contains(&year), "{year}");
    }

    #[test]
    fn one_discordant_pair_of_four_hundred_leaves_a_chance_open_over_sets_too() {
        let metric = METRICS.iter().find(|metric| metric.key == "p_banned").unwrap();
        let (mut sample, mut sets) = (PairedSample::new(metric.unit), vec![Moments::default(); 200]);
        for replicate in 0..400 {
            let plan = f64::from(u8::from(replicate == 7));
            sample.push(plan, 0.0);
            sets[set_of(replicate, 200)].push(plan);
        }
        let difference = Difference::of(1, metric, (sample, &sets), false);
        let replicates = sample.interval(0.95).unwrap();
        assert!(
            difference.effects.unwrap().mean_interval(0.95).high < 0.01 && replicates.high > 0.01,
            "{replicates:?}"
        );
        for interval in [difference.interval(0.95), difference.over_sets(0.95)] {
            let interval = interval.unwrap();
            assert!(interval.high >= replicates.high && interval.low <= replicates.low, "{interval:?}");
        }
    }
}
