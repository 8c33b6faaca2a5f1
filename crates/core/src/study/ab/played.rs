//! A test played many times on simulated people, each time analysed as its owner would.
//!
//! Comes in: an experiment, one of its tests and a [`Judge`]. Goes out: per replicate what the judge saw at each look ([`Seen`]). Nothing is
//! kept of a replicate but that. What it adds up to is in `power`.

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use wearout_stats::clustered::{self, Cluster};
use wearout_stats::mean::Moments;
use wearout_stats::permutation::{self, Effort};
use wearout_stats::two_sample::{self, Difference, Summary};

use crate::engine::{Engine, simulate_trial};
use crate::plan::{Experiment, Trial};
use crate::rng;
use crate::study::LARGEST_CHUNK;
use crate::tally::{Metric, Outcome, REPEATS, Repeat, Stakes, Tally, TrialTally, TrialUnit};

/// Index of the streams that order permutations.
const PERMUTING: u32 = 201;

/// How arms of groups are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Welch's t on group means, degrees of freedom by Satterthwaite.
    Means,
    /// Permutation of group means: exact where the assignments can be counted out, else sampled.
    Permutation,
}

/// How a test is analysed: which metric, which arm against the first, by what.
#[derive(Debug, Clone)]
pub struct Judge {
    /// What it decides by.
    pub metric: &'static Metric,
    /// Money at stake in the arms.
    pub stakes: Vec<Stakes>,
    /// The arm that is compared with arm 0.
    pub arm: usize,
    /// By what.
    pub method: Method,
    /// Seed of sampled permutations.
    pub seed: u64,
}

/// What a judge saw of one test at one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// The arm less the control: of group means, or of shares of members on a direct list; `None` with fewer than two groups that
    /// have a figure.
    pub difference: Option<Difference>,
    /// Its p value, two-sided.
    pub p_value: Option<f64>,
    /// Mean of each of the two arms over its groups.
    pub means: [Option<f64>; 2],
    /// Variance between the group means of each of the two arms (n - 1).
    pub variances: [Option<f64>; 2],
    /// p value of the member-level test that takes members for independent, where the metric counts one by one.
    pub naive_p_value: Option<f64>,
    /// What the metric counts over how many, in each of the two arms, where it counts one by one.
    pub trials: Option<[(u64, u64); 2]>,
    /// Intra-group correlation of what is counted, by analysis of variance; the members' or the deliveries', as the metric counts.
    pub correlation: Option<f64>,
}

/// A test played.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Played {
    /// Replicate by replicate, look by look.
    pub tests: Vec<Vec<Seen>>,
    /// Tests in which the account was limited.
    pub limited: u64,
    /// Tests in which it was banned.
    pub banned: u64,
    /// What followed reads of contents read before, for each of the two arms, all tests together.
    pub repeats: [Vec<Repeat>; 2],
}

/// Plays these replicates of a test, seen at the end of each of these days (counted from 1); fewer when the engine is told to stop.
pub fn play(
    (experiment, trial): (&Experiment, &Trial),
    judge: &Judge,
    looks: &[u32],
    replicates: Range<u32>,
    engine: &Engine,
) -> Played {
    let mut played = Played { repeats: [0, 1].map(|_| vec![Repeat::default(); REPEATS]), ..Played::default() };
    let mut from = replicates.start;
    while from < replicates.end && !engine.stopped() {
        let to = replicates.end.min(from + LARGEST_CHUNK);
        let tallies = simulate_trial(experiment, trial, from..to, engine);
        let seen = |tally: &TrialTally| looks.iter().map(|&day| judge.see(tally, day)).collect::<Vec<Seen>>();
        played.tests.par_extend(tallies.par_iter().map(seen));
        let of_account = |outcome| {
            let last = |tally: &&TrialTally| tally.units[0].tally.days.last().is_some_and(|day| day.get(outcome) > 0);
            tallies.iter().filter(last).count() as u64
        };
        played.limited += of_account(Outcome::Limited);
        played.banned += of_account(Outcome::Banned);
        for (sums, arm) in played.repeats.iter_mut().zip([0, judge.arm]) {
            for unit in tallies.iter().flat_map(|tally| tally.arm(arm)) {
                sums.iter_mut().zip(&unit.repeats).for_each(|(sum, repeat)| sum.merge(repeat));
            }
        }
        from = to;
    }
    played
}

impl Judge {
    /// What a test looks like at the end of a day, counted from 1.
    pub fn see(&self, test: &TrialTally, day: u32) -> Seen {
        let arms = [self.units(test, 0, day), self.units(test, self.arm, day)];
        let are_members = arms.iter().all(|arm| arm.len() == 1);
        let values: Vec<Vec<f64>> = arms.iter().map(|arm| arm.iter().filter_map(|unit| unit.value).collect()).collect();
        let clusters: Vec<Vec<Cluster>> =
            arms.iter().map(|arm| arm.iter().filter_map(UnitValue::cluster).collect()).collect();
        let pooled: Vec<(u64, u64)> = arms.iter().map(|arm| pool(arm)).collect();
        let counts = pooled.iter().all(|(_, trials)| *trials > 0);
        let naive = if counts { of_members(&pooled) } else { None };
        let difference = if are_members { naive } else { two_sample::welch(&values[0], &values[1]) };
        let summary = |arm: usize| Summary::of(&values[arm]);
        Seen {
            difference,
            p_value: match self.method {
                Method::Permutation if !are_members => self.permuted(&values, test.replicate),
                _ => difference.map(|difference| difference.p_value()),
            },
            means: [0, 1].map(|arm| mean(&values[arm])),
            variances: [0, 1].map(|arm| summary(arm).map(|summary| summary.variance)),
            naive_p_value: naive.map(|difference| difference.p_value()),
            trials: counts.then(|| [pooled[0], pooled[1]]),
            correlation: clustered::correlation(&[&clusters[0], &clusters[1]]).map(|correlation| correlation.estimate),
        }
    }

    fn permuted(&self, values: &[Vec<f64>], replicate: u32) -> Option<f64> {
        let mut rng = rng::method(self.seed, replicate, PERMUTING);
        let found = permutation::difference(&values[0], &values[1], Effort::USUAL, &mut rng)?;
        Some(found.p_value())
    }

    /// Whether a look at the end of that day of so many sees the metric.
    pub(super) fn sees(&self, day: u32, days: u32) -> bool {
        day == days || self.metric.is_known_early()
    }

    fn units(&self, test: &TrialTally, arm: usize, day: u32) -> Vec<UnitValue> {
        let figure = |tally: &Tally| UnitValue {
            value: self.metric.value(tally, &self.stakes[arm]),
            trials: self.metric.trials(tally),
        };
        let of = |unit: &TrialUnit| {
            let tally = &unit.tally;
            if day as usize == tally.days.len() { figure(tally) } else { figure(&tally.until(day as usize)) }
        };
        test.units.iter().filter(|unit| unit.arm == arm).map(of).collect()
    }
}

/// A metric of one unit.
struct UnitValue {
    value: Option<f64>,
    /// Where it counts one by one: what, and out of how many.
    trials: Option<(u64, u64)>,
}

impl UnitValue {
    fn cluster(&self) -> Option<Cluster> {
        self.trials.map(|(successes, n)| Cluster::of_trials(successes, n))
    }
}

fn pool(arm: &[UnitValue]) -> (u64, u64) {
    arm.iter().filter_map(|unit| unit.trials).fold((0, 0), |sum, unit| (sum.0 + unit.0, sum.1 + unit.1))
}

fn mean(values: &[f64]) -> Option<f64> {
    let mut moments = Moments::default();
    for &value in values {
        moments.push(value);
    }
    moments.mean()
}

/// Difference of two shares of members that were dealt one by one.
fn of_members(arms: &[(u64, u64)]) -> Option<Difference> {
    let summary = |&(successes, n): &(u64, u64)| Summary::of_sums(n, successes as f64, successes as f64);
    two_sample::difference(&summary(&arms[0])?, &summary(&arms[1])?)
}
