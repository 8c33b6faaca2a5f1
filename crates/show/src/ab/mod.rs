//! Studies of tests shown: text, CSV, JSON, manifests. Their charts are in `chart`.
//!
//! Comes in: what a study found. Goes out: text and files. Computes no statistic.

pub mod analyze;
pub mod design;
pub mod power;

use serde::Serialize;
use serde_json::{Value, json};
use wearout_core::study::ab::Contest;
use wearout_core::study::ab::power::{Mean, Power, Share};
use wearout_core::tally::{Metric, Unit};
use wearout_stats::Interval;

use super::number::{decimals, fixed, scale};

/// What a manifest says of every study of a scenario's test.
#[derive(Debug, Clone, Serialize)]
pub struct Head<'a> {
    /// The command.
    pub command: &'static str,
    /// Name of the scenario.
    pub scenario: &'a str,
    /// Version of the program.
    pub version: &'static str,
    /// Version of the generator and its layout.
    pub generator: &'static str,
    /// Name of the test.
    pub test: &'a str,
    /// What it decides by.
    pub metric: &'static str,
    /// The control.
    pub control: &'a str,
    /// The arm compared with it.
    pub arm: &'a str,
    /// Level of the test, two-sided.
    pub alpha: f64,
    /// Seed of all luck.
    pub seed: u64,
    /// Name of the set of parameters.
    pub parameters: &'a str,
    /// Overrides of the scenario.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub set: &'a [String],
}

/// How long a study took and on what; the only part of a manifest that changes on repetition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// Threads.
    pub threads: usize,
    /// Instruction set; results do not depend on it.
    pub instructions: &'static str,
    /// Seconds it took.
    pub simulate_s: f64,
}

/// What the units of a test are called.
pub(crate) fn units(contest: &Contest) -> &'static str {
    if contest.deals_members() { "members" } else { "groups" }
}

/// A difference's unit as it is read.
pub(crate) fn points(metric: &Metric) -> &'static str {
    match metric.unit {
        unit if unit.is_percentage() => "points",
        Unit::PerThousand => "per 1,000",
        Unit::PerThousandMembers => "per 1,000 members",
        unit => unit.key(),
    }
}

/// `41.9 % (37.1 to 46.8)`: a share of simulated tests with its Monte Carlo interval.
pub(crate) fn percent(share: Share) -> String {
    let half_width = 50.0 * (share.interval.high - share.interval.low);
    let digits = decimals(half_width).min(1);
    let [at, low, high] = [share.estimate, share.interval.low, share.interval.high].map(|x| fixed(100.0 * x, digits));
    format!("{at} % ({low} to {high})")
}

/// A figure of the metric with as many digits as its Monte Carlo error supports.
pub(crate) fn figure(metric: &Metric, mean: Mean) -> String {
    let scale = scale(metric.unit);
    let digits = mean.mcse.map_or(1, |error| decimals(2.0 * error * scale));
    fixed(scale * mean.estimate, digits)
}

/// `1 day`, `14 days`.
pub(crate) fn days(n: u32) -> String {
    format!("{n} day{}", if n == 1 { "" } else { "s" })
}

/// An intra-group correlation with as many digits as its Monte Carlo error supports.
pub(crate) fn correlation(mean: Mean) -> String {
    fixed(mean.estimate, mean.mcse.map_or(3, |error| decimals(2.0 * error)))
}

/// An interval as JSON.
pub(crate) fn interval(Interval { low, high }: Interval) -> Value {
    json!([low, high])
}

/// A share of simulated tests as JSON.
pub(crate) fn share(of: Share) -> Value {
    json!({ "estimate": of.estimate, "interval": interval(of.interval), "n": of.n, "of": of.of })
}

/// A power and what goes with it as JSON.
pub(crate) fn of_power(power: &Power) -> Value {
    json!({
        "power": share(power.found),
        "effect": power.effect.estimate,
        "effect_mcse": power.effect.mcse,
        "control": power.control.estimate,
        "closed_form": power.closed_form,
        "if_independent": power.if_independent,
        "naive": power.naive.map(share),
        "detectable": power.detectable,
        "wrong_sign": power.wrong_sign.map(share),
        "exaggeration": power.exaggeration,
        "coverage": power.covered.map(share),
        "icc": power.correlation.map(|mean| mean.estimate),
        "design_effect": power.design_effect,
        "deviations": power.deviations,
        "units": power.units,
    })
}
