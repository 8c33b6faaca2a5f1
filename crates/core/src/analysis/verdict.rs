//! What the differences in the headline metrics mean for a choice between plans.
//!
//! Comes in: a comparison, the headline metrics and a zone of practical equality. Goes out: per plan a size and a call for each
//! headline metric, and what follows from them together. Sentences are not here: see `report`.
//!
//! All intervals of a verdict hold together (Bonferroni over headline metrics and plans; Dunn 1961, JASA 56(293), 52-64). The call
//! is read off the whole interval (two one-sided tests; Schuirmann 1987, J. Pharmacokinetics and Biopharmaceutics 15(6), 657-680):
//! beyond the zone is better or worse, inside it is practically equal, and anything that straddles an edge is not known, even where
//! it excludes 0: then there is a difference, perhaps one too small to matter.
//!
//! Over several sets of parameters the interval holds what they differ by together with the Monte Carlo error, so that a call
//! stands for the plausible sets, not only for their mean.

use serde::Serialize;
use wearout_stats::Interval;
use wearout_stats::random_effects::Share;

use super::decomposition::complement;
use super::{CONFIDENCE, Comparison, Difference, PairedSample};
use crate::scenario::Equality;
use crate::tally::{Better, Metric, Unit};

/// What counts as practically equal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Zone {
    /// Half-width for shares and chances.
    pub points: f64,
    /// Half-width relative to the baseline, for shares and chances below `below` and for everything else.
    pub relative: f64,
    /// Shares and chances of the baseline below this use `relative`.
    pub below: f64,
}

impl From<Equality> for Zone {
    fn from(Equality { points, relative, below }: Equality) -> Zone {
        Zone { points, relative, below }
    }
}

impl Zone {
    /// Half-width of the zone around 0, in the metric's own unit.
    pub fn half_width(&self, unit: Unit, baseline: f64) -> f64 {
        if self.is_relative(unit, baseline) { self.relative * baseline.abs() } else { self.points }
    }

    /// Whether the half-width is relative to the baseline.
    pub fn is_relative(&self, unit: Unit, baseline: f64) -> bool {
        !unit.is_percentage() || baseline < self.below
    }
}

/// What one difference says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// The whole interval lies beyond the zone, on the side one wishes for.
    Better,
    /// The whole interval lies beyond the zone, on the other side.
    Worse,
    /// The whole interval lies beyond the zone, and neither side is better.
    Different,
    /// The whole interval lies within the zone.
    PracticallyEqual,
    /// The interval straddles an edge of the zone, or there is none.
    Unknown,
}

/// What the calls of a plan say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overall {
    /// Better in at least one headline metric, practically equal in the others.
    Dominates,
    /// Worse in at least one, practically equal in the others.
    Dominated,
    /// Better in some and worse in others: one pays for the other.
    Price,
    /// Practically equal in all.
    Equal,
    /// Something is not known, and what is known does not decide.
    Open,
}

/// One headline metric of one plan against the baseline.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct MetricVerdict {
    /// What is compared.
    pub metric: &'static Metric,
    /// Mean difference, plan minus baseline; `None` where no replicate has both.
    pub difference: Option<f64>,
    /// Its simultaneous interval, over the plausible sets where there are several; `None` below two replicates.
    pub interval: Option<Interval>,
    /// Half-width of the zone; `None` where the baseline has no mean.
    pub zone: Option<f64>,
    /// What it says.
    pub call: Call,
    /// What is not known where there is no call.
    pub doubt: Option<Doubt>,
    /// Share of the plausible sets in which the difference has the sign of its mean; `None` where that says nothing beside the call.
    pub sign: Option<Share>,
}

/// What is not known where no call can be made, and what would tell.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// Whether there is a difference: more replicates could tell.
    Difference,
    /// By how much: there is a difference, and more replicates could tell whether it lies beyond the zone.
    Size,
    /// By how much: there is a difference over the plausible sets, and whether it lies beyond the zone depends on the set.
    SizeBySet,
    /// Whether in each plausible set: on average over them there is a difference.
    ApartOnAverage,
    /// Whether in each plausible set: on average over them the plans are practically equal.
    EqualOnAverage,
    /// Which side: plausible sets lie beyond the zone on both.
    Disagreement {
        /// Share of the sets with more than the zone.
        higher: Share,
        /// Share of the sets with less than the zone.
        lower: Share,
    },
}

/// One plan against the baseline.
#[derive(Debug, Clone, Serialize)]
pub struct PlanVerdict {
    /// Index of the plan.
    pub plan: usize,
    /// Its name.
    pub name: String,
    /// One per headline metric.
    pub metrics: Vec<MetricVerdict>,
    /// What they say together.
    pub overall: Overall,
}

/// Every plan against the baseline.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// Name of the baseline.
    pub baseline: String,
    /// What it speaks of.
    pub headline: Vec<&'static Metric>,
    /// What counts as practically equal.
    pub zone: Zone,
    /// Replicates it rests on.
    pub replicates: u64,
    /// Sets of parameters it rests on.
    pub n_sets: usize,
    /// One per plan but the baseline.
    pub plans: Vec<PlanVerdict>,
}

/// The verdict on every plan in these metrics.
pub fn verdict(comparison: &Comparison, headline: &[&'static Metric], zone: Zone) -> Verdict {
    let others: Vec<usize> = (0..comparison.plans.len()).filter(|&plan| plan != comparison.baseline).collect();
    let confidence = simultaneous(headline.len() * others.len());
    let plan_verdict = |&plan: &usize| {
        let differences = headline.iter().filter_map(|metric| comparison.difference(plan, metric.key));
        let metrics: Vec<MetricVerdict> =
            differences.map(|difference| judged(comparison, difference, zone, confidence)).collect();
        PlanVerdict { plan, name: comparison.plans[plan].name.clone(), overall: overall(&metrics), metrics }
    };
    Verdict {
        baseline: comparison.plans[comparison.baseline].name.clone(),
        headline: headline.to_vec(),
        zone,
        replicates: comparison.replicates,
        n_sets: comparison.n_sets,
        plans: others.iter().map(plan_verdict).collect(),
    }
}

/// Confidence of each of `n` intervals that together hold with [`CONFIDENCE`].
pub(super) fn simultaneous(n: usize) -> f64 {
    1.0 - (1.0 - CONFIDENCE) / n.max(1) as f64
}

fn judged(comparison: &Comparison, difference: &Difference, zone: Zone, confidence: f64) -> MetricVerdict {
    let metric = difference.metric;
    let baseline = comparison.estimate(comparison.baseline, metric.key).and_then(|estimate| estimate.mean);
    let half_width = baseline.map(|mean| zone.half_width(metric.unit, mean));
    let interval = difference.over_sets(confidence);
    let read_off = |interval: Option<Interval>| match (interval, half_width) {
        _ if is_the_same_throughout(&difference.sample, zone) => Call::PracticallyEqual,
        _ if is_too_short_to_vary(difference) => Call::Unknown,
        (Some(interval), Some(half_width)) => call(metric.better, interval, half_width),
        _ => Call::Unknown,
    };
    let call = read_off(interval);
    let doubt = (call == Call::Unknown).then(|| {
        let mean = difference.interval(confidence);
        half_width
            .and_then(|zone| disagreement(difference, zone))
            .unwrap_or_else(|| doubt(interval, mean, read_off(mean)))
    });
    let is_of_one_side = matches!(
        (call, doubt),
        (Call::Better | Call::Worse | Call::Different, _)
            | (_, Some(Doubt::Size | Doubt::SizeBySet | Doubt::ApartOnAverage))
    );
    let sign = difference.decomposition.and_then(|of| of.sign).filter(|sign| is_of_one_side && says_something(sign));
    MetricVerdict { metric, difference: difference.difference, interval, zone: half_width, call, doubt, sign }
}

/// Replicates below which differences that are all the same say nothing about those that would follow (a rule of thumb).
const TOO_FEW: u64 = 30;

/// Whether all differences are the same because there are too few of them: their interval has no width, but is not known.
fn is_too_short_to_vary(difference: &Difference) -> bool {
    difference.sample.n() < TOO_FEW
        && match &difference.sample {
            PairedSample::Values(pairs) => pairs.difference().deviation() == Some(0.0),
            PairedSample::Chances(_) => difference.same_events,
        }
}

/// What is not known of a difference that lies in `interval` over the plausible sets and whose mean over them lies in `mean`, which
/// alone would give the call `on_average`.
fn doubt(interval: Option<Interval>, mean: Option<Interval>, on_average: Call) -> Doubt {
    let is_apart = |of: Option<Interval>| of.is_some_and(|of| of.low < of.high && !of.contains(0.0));
    match (is_apart(interval), on_average) {
        (true, Call::Unknown) => Doubt::Size,
        (true, _) => Doubt::SizeBySet,
        (false, Call::PracticallyEqual) => Doubt::EqualOnAverage,
        (false, _) if is_apart(mean) => Doubt::ApartOnAverage,
        (false, _) => Doubt::Difference,
    }
}

/// Share of the plausible sets that lies, at 95 % confidence, on either side before they are said to disagree: a set in twenty, as
/// many as a 95 % interval leaves out (a choice).
const ON_EITHER_SIDE: f64 = 0.05;

/// The sets beyond the zone on both sides, where there are enough of them.
fn disagreement(difference: &Difference, zone: f64) -> Option<Doubt> {
    let effects = difference.effects.as_ref()?;
    let higher = effects.share_above(zone, CONFIDENCE);
    let lower = complement(effects.share_above(-zone, CONFIDENCE));
    let is_known = higher.interval.low > ON_EITHER_SIDE && lower.interval.low > ON_EITHER_SIDE;
    is_known.then_some(Doubt::Disagreement { higher, lower })
}

/// Widest interval of a share of sets that is still shown (a choice).
const WIDEST_SHARE: f64 = 0.25;

/// Whether a share of sets is known well enough to be told: most sets lie on that side, and how many is known to a quarter.
fn says_something(Share { interval: Interval { low, high }, .. }: &Share) -> bool {
    *low > 0.5 && high - low <= WIDEST_SHARE
}

/// Whether a chance came out alike in so many replicates that exceptions are rarer than the points of the zone, by the rule of three
/// (none in n leaves at most 3 / n; Hanley & Lippman-Hand 1983, JAMA 249(13), 1743-1745). Without this rule two plans that cannot be banned would stay "not known": the paired interval keeps a width, and the
/// relative zone of a baseline of 0 has none.
fn is_the_same_throughout(sample: &PairedSample, zone: Zone) -> bool {
    match sample {
        PairedSample::Chances(table) => table.discordant() == 0 && table.n() as f64 * zone.points >= 3.0,
        PairedSample::Values(_) => false,
    }
}

fn call(better: Better, interval: Interval, zone: f64) -> Call {
    let above = interval.low > zone;
    let below = interval.high < -zone;
    match better {
        _ if -zone <= interval.low && interval.high <= zone => Call::PracticallyEqual,
        _ if !above && !below => Call::Unknown,
        Better::Neither => Call::Different,
        Better::Higher if above => Call::Better,
        Better::Lower if below => Call::Better,
        Better::Higher | Better::Lower => Call::Worse,
    }
}

fn overall(metrics: &[MetricVerdict]) -> Overall {
    let any = |call: Call| metrics.iter().any(|metric| metric.call == call);
    match (any(Call::Better), any(Call::Worse), any(Call::Unknown)) {
        (true, true, _) => Overall::Price,
        (_, _, true) => Overall::Open,
        (true, false, false) => Overall::Dominates,
        (false, true, false) => Overall::Dominated,
        (false, false, false) if any(Call::Different) => Overall::Open,
        (false, false, false) => Overall::Equal,
    }
}
