//! Replicates in, a [`Comparison`] out, in memory that does not grow with their number.
//!
//! Comes in: paired tallies in the order of their replicates. Goes out: estimates per plan and metric, paired differences from the
//! baseline, daily bands, pooled repeats. A mean is the mean over replicates of the replicate's own figure (a campaign is the unit);
//! replicates without a base are left out and counted. The same replicates give the same bits, however they are cut into chunks.
//! Replicates may run under several sets of parameters in turn: memory grows with the number of sets.

use rayon::prelude::*;
use wearout_stats::Interval;
use wearout_stats::beta_binomial::Trials;
use wearout_stats::mean::Moments;
use wearout_stats::quantile::quantiles;

use super::sample::{PairedSample, Sample};
use super::{
    Band, Comparison, Decomposition, Difference, KEPT_REPLICATES, PlanSummary, decomposition, kept_series, set_of,
};
use crate::tally::{Counts, METRICS, Outcome, PairedTally, Stakes, Tally};

/// What must be known of a plan beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanInfo {
    /// Its name.
    pub name: String,
    /// Members addressed, the same in every replicate.
    pub members: u64,
    /// Posts scheduled a week for each member.
    pub posts_per_week: f64,
    /// What money it puts at stake.
    pub stakes: Stakes,
}

/// What is known of an experiment's plans after the replicates taken in so far.
#[derive(Debug, Clone)]
pub struct Accumulator {
    plans: Vec<PlanRecord>,
    n_sets: usize,
    baseline: usize,
    first_replicate: Option<u32>,
    replicates: u64,
    kept_replicates: usize,
}

#[derive(Debug, Clone)]
struct PlanRecord {
    info: PlanInfo,
    /// What money it puts at stake under each set of parameters.
    stakes: Vec<Stakes>,
    samples: Vec<Sample>,
    against_baseline: Vec<Differences>,
    /// Whether its tally was the baseline's in every replicate.
    is_baseline_throughout: bool,
    values: Vec<Vec<Option<f64>>>,
    pooled: Tally,
    open_by_day: Vec<Moments>,
    open_by_week: Vec<Moments>,
    series: Vec<Vec<Counts>>,
    /// How many of them are kept.
    kept_series: usize,
    /// What the platform had done by each day, set by set.
    acted: Vec<Acted>,
}

/// Days in a week.
const WEEK: usize = 7;

/// Series of 0 and 1: what the platform has done.
const CHANCES: [Outcome; 3] = [Outcome::Limited, Outcome::Banned, Outcome::UnderReview];

/// Replicates under one set of parameters, and in how many of them each of [`CHANCES`] stood at the end of each day.
#[derive(Debug, Clone)]
struct Acted {
    replicates: u64,
    days: Vec<[u64; CHANCES.len()]>,
}

/// One metric of a plan minus the baseline's: all replicates together, and each set of parameters.
#[derive(Debug, Clone)]
struct Differences {
    all: PairedSample,
    sets: Vec<Moments>,
}

impl Accumulator {
    /// Nothing known yet about these plans over that many days.
    ///
    /// # Panics
    /// When the baseline is not one of the plans.
    pub fn new(plans: &[PlanInfo], baseline: usize, days: u32) -> Accumulator {
        assert!(baseline < plans.len(), "baseline {baseline} of {} plans", plans.len());
        let record = |info: &PlanInfo| PlanRecord {
            info: info.clone(),
            stakes: Vec::new(),
            samples: Vec::new(),
            against_baseline: Vec::new(),
            is_baseline_throughout: true,
            values: vec![Vec::new(); METRICS.len()],
            pooled: Tally::new(days),
            open_by_day: vec![Moments::default(); days as usize],
            open_by_week: vec![Moments::default(); days.div_ceil(WEEK as u32) as usize],
            series: Vec::new(),
            kept_series: kept_series(plans.len(), days),
            acted: Vec::new(),
        };
        let stakes = plans.iter().map(|plan| plan.stakes).collect();
        let nothing = Accumulator {
            plans: plans.iter().map(record).collect(),
            n_sets: 1,
            baseline,
            first_replicate: None,
            replicates: 0,
            kept_replicates: KEPT_REPLICATES,
        };
        nothing.over_sets(&[stakes])
    }

    /// With replicates that run under several sets of parameters in turn (see [`set_of`]): what each plan puts at stake
    /// under each set.
    ///
    /// # Panics
    /// Without a set, when a set has not the stakes of every plan, or after the first replicate.
    #[must_use]
    pub fn over_sets(mut self, stakes: &[Vec<Stakes>]) -> Accumulator {
        assert!(!stakes.is_empty() && stakes.iter().all(|set| set.len() == self.plans.len()), "stakes of every plan");
        assert_eq!(self.replicates, 0, "replicates have been taken in already");
        self.n_sets = stakes.len();
        for (plan, record) in self.plans.iter_mut().enumerate() {
            let nothing =
                |unit| Differences { all: PairedSample::new(unit), sets: vec![Moments::default(); stakes.len()] };
            record.stakes = stakes.iter().map(|set| set[plan]).collect();
            record.acted =
                vec![Acted { replicates: 0, days: vec![[0; CHANCES.len()]; record.open_by_day.len()] }; stakes.len()];
            record.samples = METRICS.iter().map(|metric| Sample::new(metric.unit, stakes.len())).collect();
            record.against_baseline = METRICS.iter().map(|metric| nothing(metric.unit)).collect();
        }
        self
    }

    /// Keeps the values of every replicate instead of the first [`KEPT_REPLICATES`]; memory then grows with their number.
    #[must_use]
    pub fn keeping_all_replicates(self) -> Accumulator {
        Accumulator { kept_replicates: usize::MAX, ..self }
    }

    /// Replicates taken in.
    pub fn replicates(&self) -> u64 {
        self.replicates
    }

    /// Takes in the next replicates.
    ///
    /// # Panics
    /// When a replicate is not the one that follows the last, or has not one tally per plan.
    pub fn accumulate(&mut self, chunk: &[PairedTally]) {
        for paired in chunk {
            let first = *self.first_replicate.get_or_insert(paired.replicate);
            assert_eq!(u64::from(paired.replicate), u64::from(first) + self.replicates, "replicates out of order");
            assert_eq!(paired.plans.len(), self.plans.len(), "one tally per plan");
            let set = set_of(paired.replicate, self.n_sets);
            let values: Vec<Vec<Option<f64>>> = self
                .plans
                .iter()
                .zip(&paired.plans)
                .map(|(record, tally)| metrics_of(tally, &record.stakes[set]))
                .collect();
            for ((record, tally), plan) in self.plans.iter_mut().zip(&paired.plans).zip(&values) {
                record.take_metrics(set, plan, &values[self.baseline], self.kept_replicates);
                record.is_baseline_throughout &= *tally == paired.plans[self.baseline];
                record.take_days(set, tally);
            }
            self.replicates += 1;
        }
    }

    /// Differences from the baseline after the replicates taken in: every metric of every other plan, not yet decomposed.
    pub fn differences(&self) -> Vec<Difference> {
        let others = self.plans.iter().enumerate().filter(|(plan, _)| *plan != self.baseline);
        others.flat_map(|(plan, record)| record.differences(plan)).collect()
    }

    /// What is known after the replicates taken in.
    pub fn finish(&self) -> Comparison {
        Comparison {
            first_replicate: self.first_replicate.unwrap_or(0),
            replicates: self.replicates,
            n_sets: self.n_sets,
            baseline: self.baseline,
            plans: self.plans.par_iter().map(|record| record.summary(self.replicates)).collect(),
            differences: self.decomposed(),
        }
    }

    /// The differences, each with what remains uncertain of it.
    fn decomposed(&self) -> Vec<Difference> {
        let others = self.plans.iter().enumerate().filter(|(plan, _)| *plan != self.baseline);
        let samples = others.flat_map(|(_, record)| &record.against_baseline);
        // Shares of sets take a while each; they are worked out beside each other, in the order of the differences.
        let of = |(difference, sample): (Difference, &Differences)| Difference {
            decomposition: Decomposition::of_difference(difference.metric.unit, &sample.sets),
            ..difference
        };
        self.differences().into_iter().zip(samples).collect::<Vec<_>>().into_par_iter().map(of).collect()
    }
}

impl PlanRecord {
    fn take_metrics(&mut self, set: usize, values: &[Option<f64>], baseline: &[Option<f64>], kept_replicates: usize) {
        for (row, value) in values.iter().enumerate() {
            if let Some(value) = *value {
                self.samples[row].push(set, value);
            }
            if let (Some(value), Some(baseline)) = (*value, baseline[row]) {
                self.against_baseline[row].all.push(value, baseline);
                self.against_baseline[row].sets[set].push(value - baseline);
            }
            if self.values[row].len() < kept_replicates {
                self.values[row].push(*value);
            }
        }
    }

    fn take_days(&mut self, set: usize, tally: &Tally) {
        let acted = &mut self.acted[set];
        acted.replicates += 1;
        for (sums, day) in acted.days.iter_mut().zip(&tally.days) {
            for (sum, chance) in sums.iter_mut().zip(CHANCES) {
                *sum += day.get(chance);
            }
        }
        let by_day = self.open_by_day.iter_mut().zip(tally.days.chunks(1));
        let by_week = self.open_by_week.iter_mut().zip(tally.days.chunks(WEEK));
        for (moments, days) in by_day.chain(by_week) {
            if let Some(rate) = open_rate(days) {
                moments.push(rate);
            }
        }
        if self.series.len() < self.kept_series {
            self.series.push(tally.days.clone());
        }
        self.pooled.merge(tally);
    }

    fn differences(&self, plan: usize) -> impl Iterator<Item = Difference> {
        METRICS.iter().zip(&self.against_baseline).map(move |(metric, Differences { all, sets })| {
            Difference::of(plan, metric, (*all, sets), self.is_baseline_throughout)
        })
    }

    fn summary(&self, replicates: u64) -> PlanSummary {
        let n_days = self.pooled.days.len();
        let chances: Vec<Vec<Option<Interval>>> =
            (0..CHANCES.len()).map(|chance| self.chance_over_sets(chance)).collect();
        let band = |day: usize, outcome: Outcome| {
            let chance = CHANCES.iter().position(|chance| *chance == outcome);
            Band { over_sets: chance.and_then(|chance| chances[chance][day]), ..self.band(outcome, day, replicates) }
        };
        PlanSummary {
            name: self.info.name.clone(),
            members: self.info.members,
            posts_per_week: self.info.posts_per_week,
            estimates: METRICS
                .iter()
                .zip(self.samples.iter().zip(&self.values))
                .map(|(metric, (sample, values))| sample.estimate(metric.unit, values))
                .collect(),
            days: (0..n_days).map(|day| Outcome::ALL.map(|(outcome, _)| band(day, outcome))).collect(),
            open_by_day: self.open_bands(&self.open_by_day, 1),
            open_by_week: self.open_bands(&self.open_by_week, WEEK),
            repeats: self.pooled.repeats,
            values: self.values.clone(),
        }
    }

    fn band(&self, outcome: Outcome, day: usize, replicates: u64) -> Band {
        let mean = (replicates > 0).then(|| self.pooled.days[day].get(outcome) as f64 / replicates as f64);
        if CHANCES.contains(&outcome) {
            return Band { mean, q05: None, q95: None, over_sets: None };
        }
        band(mean, self.series.iter().map(|days| days[day].get(outcome) as f64).collect())
    }

    /// Where one of [`CHANCES`] lies over the sets, by day. Days on which nothing more happened under any set are not worked out anew.
    fn chance_over_sets(&self, chance: usize) -> Vec<Option<Interval>> {
        let mut known: Option<(Vec<Trials>, Option<Interval>)> = None;
        let on = |day: usize| {
            let trials = |set: &Acted| Trials { successes: set.days[day][chance], n: set.replicates };
            let trials: Vec<Trials> = self.acted.iter().map(trials).collect();
            let interval = match &known {
                Some((before, interval)) if *before == trials => *interval,
                _ => decomposition::chance_over_sets(&trials),
            };
            known = Some((trials, interval));
            interval
        };
        (0..self.open_by_day.len()).map(on).collect()
    }

    /// Open rates of spells of so many days.
    fn open_bands(&self, spells: &[Moments], length: usize) -> Vec<Band> {
        let kept = |spell: usize| {
            let of_spell = |days: &Vec<Counts>| open_rate(&days[length * spell..days.len().min(length * (spell + 1))]);
            self.series.iter().filter_map(of_spell).collect()
        };
        spells.iter().enumerate().map(|(spell, moments)| band(moments.mean(), kept(spell))).collect()
    }
}

fn metrics_of(tally: &Tally, stakes: &Stakes) -> Vec<Option<f64>> {
    METRICS.iter().map(|metric| metric.value(tally, stakes)).collect()
}

fn open_rate(days: &[Counts]) -> Option<f64> {
    let sum = |outcome| days.iter().map(|day| day.get(outcome)).sum::<u64>();
    let delivered = sum(Outcome::Delivered);
    (delivered > 0).then(|| sum(Outcome::ReadsOfPosts) as f64 / delivered as f64)
}

fn band(mean: Option<f64>, mut kept: Vec<f64>) -> Band {
    let ends = quantiles(&mut kept, [0.05, 0.95]);
    Band { mean, q05: ends.map(|[low, _]| low), q95: ends.map(|[_, high]| high), over_sets: None }
}
