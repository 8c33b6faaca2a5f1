//! What many plays of a test add up to: power, and what goes with it.
//!
//! Comes in: what the judge saw, test by test. Goes out: a [`Power`]. Sources: Gelman & Carlin 2014, Perspectives on Psychological
//! Science 9(6), 641-651 (errors of sign and of size).

use serde::Serialize;
use wearout_stats::interval::{self, Interval};
use wearout_stats::mean::Moments;
use wearout_stats::{clustered_power, two_sample};

pub use crate::analysis::CONFIDENCE;
use crate::study::ab::{Played, Seen};

/// Power that a test is usually asked for.
pub const WANTED_POWER: f64 = 0.80;

/// A share of simulated tests; its interval is Monte Carlo error (Wilson).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub n: u64,
    /// Out of how many.
    pub of: u64,
    /// The share.
    pub estimate: f64,
    /// Where it lies if played for ever, 95 %.
    pub interval: Interval,
}

impl Share {
    /// `None` out of none.
    pub fn new(n: u64, of: u64) -> Option<Share> {
        let interval = interval::of_proportion(n, of, CONFIDENCE)?;
        Some(Share { n, of, estimate: n as f64 / of as f64, interval })
    }
}

/// A mean over simulated tests with its Monte Carlo standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub estimate: f64,
    /// Its standard error; `None` from one test.
    pub mcse: Option<f64>,
}

impl Mean {
    /// Of what there is; `None` of nothing.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Mean> {
        let mut moments = Moments::default();
        for value in values {
            moments.push(value);
        }
        Some(Mean { estimate: moments.mean()?, mcse: moments.standard_error() })
    }

    /// Which side of 0 it is on, where its Monte Carlo error leaves no doubt (95 %): 1, -1, else 0.
    pub fn side(self) -> i8 {
        let reach = self.mcse.map_or(f64::INFINITY, |error| interval::normal_quantile(CONFIDENCE) * error);
        match self.estimate {
            estimate if estimate > reach => 1,
            estimate if estimate < -reach => -1,
            _ => 0,
        }
    }
}

/// Whether a test is large enough for what its arms differ by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// The arms are not told from each other on average over all tests: there is nothing to detect.
    Nothing,
    /// It has the power that is usually wanted.
    Enough,
    /// Whether it has that power is within Monte Carlo error.
    Open,
    /// It has less.
    TooSmall,
}

/// How well a test tells its arms apart, all tests at one look together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Power {
    /// Share of tests with a p value below alpha, whichever arm it prefers.
    pub found: Share,
    /// The true effect: what the arms differ by on average over all tests.
    pub effect: Mean,
    /// Mean of the control.
    pub control: Mean,
    /// Of the tests that found a difference, those that found it with the wrong sign; `None` where none did.
    pub wrong_sign: Option<Share>,
    /// How many times too large the effect is on average in the tests that found one; `None` where none did or there is no effect to
    /// speak of.
    pub exaggeration: Option<f64>,
    /// Share of tests whose 95 % interval holds the true effect.
    pub covered: Option<Share>,
    /// Power by the closed form: a noncentral t on group means with the deviations that the simulated groups had.
    pub closed_form: Option<f64>,
    /// Smallest effect that would be found with a power of 80 %, by the closed form.
    pub detectable: Option<f64>,
    /// Power if members were independent, as calculators that count them have it.
    pub if_independent: Option<f64>,
    /// Share of tests that an analysis of members, taken for independent, calls different.
    pub naive: Option<Share>,
    /// Intra-group correlation of the simulated people.
    pub correlation: Option<Mean>,
    /// Standard deviation of a group's mean in each arm.
    pub deviations: Option<[f64; 2]>,
    /// How many times the variance of a mean grows because members come in groups.
    pub design_effect: Option<f64>,
    /// What a group counts one by one on average: its members addressed, or their deliveries, as the metric counts.
    pub size: Option<f64>,
    /// Groups, or members of a direct list, an arm.
    pub units: f64,
}

impl Power {
    /// Whether the test is large enough.
    pub fn reach(&self) -> Reach {
        let Interval { low, high } = self.found.interval;
        match self.effect.side() {
            0 => Reach::Nothing,
            _ if low >= WANTED_POWER => Reach::Enough,
            _ if high < WANTED_POWER => Reach::TooSmall,
            _ => Reach::Open,
        }
    }

    /// What the judge saw at one look, over all tests; `units` an arm were dealt. `None` where no test has a figure in both arms.
    pub fn of(played: &Played, look: usize, units: u32, alpha: f64) -> Option<Power> {
        let seen: Vec<&Seen> = played.tests.iter().map(|test| &test[look]).collect();
        let estimates = || seen.iter().filter_map(|seen| Some(seen.means[1]? - seen.means[0]?));
        let effect = Mean::of(estimates())?;
        let control = Mean::of(seen.iter().filter_map(|seen| seen.means[0]))?;
        let is_found = |seen: &&&Seen| seen.p_value.is_some_and(|p| p < alpha);
        let found: Vec<f64> =
            seen.iter().filter(is_found).filter_map(|seen| Some(seen.means[1]? - seen.means[0]?)).collect();
        let is_wrong = |estimate: &&f64| **estimate * effect.estimate < 0.0;
        let judged: Vec<two_sample::Difference> = seen.iter().filter_map(|seen| seen.difference).collect();
        let holds = |d: &&two_sample::Difference| d.interval(CONFIDENCE).contains(effect.estimate);
        let naive: Vec<f64> = seen.iter().filter_map(|seen| seen.naive_p_value).collect();
        let is_known = effect.mcse.is_some_and(|error| effect.estimate.abs() > 3.0 * error);
        let members = seen.iter().all(|seen| seen.variances == [None, None]);
        let trials = Trials::of(&seen);
        let deviations = if members {
            trials.filter(|trials| trials.variance() > 0.0).map(Trials::deviation)
        } else {
            deviations(&seen)
        };
        let units = if members { trials?.per_arm } else { f64::from(units) };
        let correlation = Mean::of(seen.iter().filter_map(|seen| seen.correlation));
        let size = trials.map(|trials| trials.per_arm / units);
        Some(Power {
            found: Share::new(found.len() as u64, seen.len() as u64)?,
            effect,
            control,
            wrong_sign: Share::new(found.iter().filter(is_wrong).count() as u64, found.len() as u64)
                .filter(|_| is_known),
            exaggeration: Mean::of(found.iter().map(|estimate| estimate.abs() / effect.estimate.abs()))
                .filter(|_| is_known)
                .map(|mean| mean.estimate),
            covered: Share::new(judged.iter().filter(holds).count() as u64, judged.len() as u64),
            closed_form: deviations.map(|d| clustered_power::power_of_means(effect.estimate, d, [units; 2], alpha)),
            detectable: deviations.map(|d| clustered_power::detectable(d, [units; 2], alpha, WANTED_POWER)),
            if_independent: trials.filter(|trials| trials.variance() > 0.0).map(|trials| {
                let variance = trials.variance();
                clustered_power::power_as_if_independent(effect.estimate, [variance; 2], [trials.per_arm; 2], alpha)
            }),
            naive: Share::new(naive.iter().filter(|p| **p < alpha).count() as u64, naive.len() as u64),
            correlation,
            deviations,
            design_effect: correlation
                .zip(size)
                .map(|(correlation, size)| clustered_power::design_effect(size, correlation.estimate.max(0.0), 0.0)),
            size,
            units,
        })
    }
}

/// What a metric counts one by one, over all tests.
#[derive(Debug, Clone, Copy)]
struct Trials {
    /// Of an arm in a test.
    per_arm: f64,
    share: f64,
}

impl Trials {
    fn of(seen: &[&Seen]) -> Option<Trials> {
        let counted: Vec<(u64, u64)> = seen.iter().filter_map(|seen| seen.trials).flatten().collect();
        let (successes, trials) = counted.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        (trials > 0)
            .then(|| Trials { per_arm: trials as f64 / counted.len() as f64, share: successes as f64 / trials as f64 })
    }

    fn variance(self) -> f64 {
        self.share * (1.0 - self.share)
    }

    fn deviation(self) -> [f64; 2] {
        [self.variance().sqrt(); 2]
    }
}

/// Root of the mean variance between group means, arm by arm; `None` where no group ever differed from another.
fn deviations(seen: &[&Seen]) -> Option<[f64; 2]> {
    let of = |arm: usize| Mean::of(seen.iter().filter_map(|seen| seen.variances[arm]));
    Some([of(0)?.estimate.sqrt(), of(1)?.estimate.sqrt()]).filter(|deviations| *deviations != [0.0; 2])
}
