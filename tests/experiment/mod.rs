//! Experiments from short scenario texts, and what they count held against what arithmetic says.

use wearout_core::diagnostic::Source;
use wearout_core::engine::{Engine, simulate};
use wearout_core::plan::{Experiment, compile};
use wearout_core::scenario::parse;
use wearout_core::tally::{Outcome, PairedTally, Tally};

/// Seed of every test: fixed, so that a test holds or fails for good.
pub(crate) const SEED: u64 = 20_251_123;

/// Nobody quits by irritation.
pub(crate) const NO_IRRITATION: &str = "irritation_base = -80.0";
/// Nobody quits by distrust.
pub(crate) const NO_DISTRUST: &str = "distrust_base = -80.0\nprivacy_hazard = 0.0";
/// Nobody quits by repetition.
pub(crate) const NO_REPETITION: &str = "over_patience_hazard = 0.0";
/// Nobody leaves after an incident.
pub(crate) const NO_LEAKS: &str = "leak_exit = 0.0";
/// Everybody stays for good.
pub(crate) const NOBODY_QUITS: &str =
    "irritation_base = -80.0\ndistrust_base = -80.0\nprivacy_hazard = 0.0\nover_patience_hazard = 0.0\nleak_exit = 0.0";
/// Nobody asks.
pub(crate) const NO_QUESTIONS: &str = "question_rate = 0.0";
/// Everybody looks in every day, but one day in ten thousand.
pub(crate) const ALWAYS_HERE: &str = "presence_mean = 0.9999\npresence_concentration = 10000";
/// Everything in sight is read.
pub(crate) const ALWAYS_READ: &str = "read_base = 60\nread_per_fatigue = 0";
/// Everybody fits alike.
pub(crate) const ALIKE: &str = "fit_concentration = 10000";
/// Nobody is frailer than another.
pub(crate) const STURDY: &str = "frailty_variance = 0.0001";

/// The experiment of a scenario text.
pub(crate) fn experiment(text: &str) -> Experiment {
    let source = Source { name: "test.toml".into(), text: text.into() };
    let draft = parse("test", source, &[]);
    match compile(&draft, SEED) {
        Ok(experiment) => experiment,
        Err(faults) => panic!("{faults}\n{text}"),
    }
}

/// A scenario without platform, needs and more than one read of a visit that irritates: one club, some behaviour, and plans written
/// out, perhaps after switches.
pub(crate) fn scenario(days: u32, club: &str, behaviour: &[&str], plans: &str) -> String {
    let behaviour = behaviour.join("\n");
    let plans = plans.strip_prefix("[switch]\n").unwrap_or(plans);
    format!(
        "days = {days}\nplatform = \"none\"\n\n[audience.club]\nfit_spread = 0.0\n{club}\n\n[behaviour]\n{behaviour}\n\n\
         [switch]\nneeds = false\nevery_read = false\n{plans}\n"
    )
}

/// What a scenario's plans came to, replicate by replicate.
pub(crate) struct Run {
    pub(crate) replicates: Vec<PairedTally>,
}

impl Run {
    /// Simulates the first `replicates` of a scenario text.
    pub(crate) fn of(text: &str, replicates: u32) -> Run {
        Run { replicates: simulate(&experiment(text), 0..replicates, &Engine::default()) }
    }

    /// A figure of one plan in every replicate.
    pub(crate) fn each(&self, plan: usize, figure: impl Fn(&Tally) -> f64) -> Vec<f64> {
        self.replicates.iter().map(|paired| figure(&paired.plans[plan])).collect()
    }

    /// A figure of one plan, averaged over replicates.
    pub(crate) fn mean(&self, plan: usize, figure: impl Fn(&Tally) -> f64) -> f64 {
        mean(&self.each(plan, figure))
    }

    /// A flow of one plan over all days and replicates.
    pub(crate) fn sum(&self, plan: usize, outcome: Outcome) -> u64 {
        self.replicates.iter().map(|paired| paired.plans[plan].total(outcome)).sum()
    }

    /// All replicates of one plan together.
    pub(crate) fn pooled(&self, plan: usize) -> Tally {
        let mut tallies = self.replicates.iter().map(|paired| &paired.plans[plan]);
        let mut pooled = tallies.next().expect("a run has a replicate").clone();
        tallies.for_each(|tally| pooled.merge(tally));
        pooled
    }
}

/// A ratio of two flows of one tally.
pub(crate) fn per(numerator: Outcome, denominator: Outcome) -> impl Fn(&Tally) -> f64 {
    move |tally| tally.total(numerator) as f64 / tally.total(denominator) as f64
}

/// A flow of one day, counted from 1, per member addressed.
pub(crate) fn on_day(outcome: Outcome, day: usize) -> impl Fn(&Tally) -> f64 {
    move |tally| tally.days[day - 1].get(outcome) as f64 / tally.horizon.members as f64
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean over replicates lies within 4 Monte Carlo standard errors of `expected`, and those are below `within`: a test
/// that could not fail would say nothing. What happens in nearly every replicate is a share: see [`agrees_share`].
pub(crate) fn agrees(what: &str, values: &[f64], expected: f64, within: f64) {
    let n = values.len() as f64;
    let found = mean(values);
    let variance = values.iter().map(|value| (value - found).powi(2)).sum::<f64>() / (n - 1.0);
    let error = 4.0 * (variance / n).sqrt();
    assert!(error <= within, "{what}: 4 standard errors are {error}, the test promises {within}");
    let off = found - expected;
    assert!(off.abs() <= error, "{what}: {found} is {off:+} off {expected} +- {error}");
}

/// A share of independent trials agrees with a probability within 4 standard errors.
pub(crate) fn agrees_share(what: &str, (hits, trials): (u64, u64), expected: f64, within: f64) {
    let error = 4.0 * (expected * (1.0 - expected) / trials as f64).sqrt();
    assert!(error <= within, "{what}: 4 standard errors of {trials} are {error}, the test promises {within}");
    let off = hits as f64 / trials as f64 - expected;
    assert!(off.abs() <= error, "{what}: {hits} of {trials} is {off:+} off {expected} +- {error}");
}
