//! A test that is modelled, in words: what its design and its power say alike.
//!
//! Comes in: a [`Tested`] and figures of it. Goes out: words. Decides nothing.

use wearout_core::study::ab::Tested;
use wearout_core::study::ab::power::{Mean, Power, Reach, Share, WANTED_POWER};
use wearout_core::tally::{Metric, Unit};

use crate::number::{decimals, fixed, scale};
use crate::page::{Block, Said};
use crate::sentence::days;

/// What its units are called.
pub(crate) fn units(test: &Tested) -> &'static str {
    if test.deals_members { "members" } else { "groups" }
}

/// So many units an arm.
pub(crate) fn an_arm(test: &Tested, n: f64) -> String {
    format!("{} {} an arm", fixed(n, 0), units(test))
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

/// An intra-group correlation with as many digits as its Monte Carlo error supports.
pub(crate) fn correlation(mean: Mean) -> String {
    fixed(mean.estimate, mean.mcse.map_or(3, |error| decimals(2.0 * error)))
}

/// The power that is usually wanted.
pub(crate) fn wanted() -> String {
    format!("{} % power", fixed(100.0 * WANTED_POWER, 0))
}

/// Whether it is large enough for what its arms differ by.
pub(crate) fn headline(test: &Tested, reach: Reach, power: &Power) -> Block {
    let Tested { control, arm, .. } = test;
    let who = format!("{} for {}", an_arm(test, test.units_per_arm.into()), days(test.days));
    let detect = format!("detect the difference between {arm} and {control} in {} of tests", percent(power.found));
    let words = match reach {
        Reach::Nothing => {
            format!("Whether {arm} and {control} differ at all is not known from these tests.")
        }
        Reach::Enough => format!("{who} are enough: they {detect}."),
        Reach::Open => format!("{who} {detect}; whether that is {} is not known.", wanted()),
        Reach::TooSmall => format!("{who} are too few for {}: they {detect}.", wanted()),
    };
    Block::Headline(Said::of(words, "/study/reach"))
}
