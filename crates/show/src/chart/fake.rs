//! Comparisons made up for tests: shapes of results that charts must bear, not results.

use wearout_core::analysis::{
    Band, Between, Comparison, Decomposition, Deviation, Difference, Estimate, PairedSample, PlanSummary,
};
use wearout_core::tally::{METRICS, OUTCOMES, Outcome, REPEATS, Repeat, Unit};
use wearout_stats::Interval;
use wearout_stats::paired::Pairs;
use wearout_stats::random_effects::Share;

/// What a made-up comparison is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Plans differ, bands are there.
    Rich,
    /// Every number is 0.
    Zero,
    /// Plans are the same plan.
    Equal,
    /// Means without bands, quantiles and intervals.
    Bare,
    /// Nothing is known.
    Empty,
}

const NAMES: [&str; 12] = [
    "spray",
    "targeted",
    "rotated every 48 h",
    "considerate",
    "seven-two-one with quick answers",
    "silent",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "slow_reply",
    "five a day",
    "gift & <everyone> mentioned now",
    "club",
    "workshop",
];

/// Posts a week of the plans, one of them silent.
const POSTS_PER_WEEK: [f64; 12] = [0.5, 7.0, 3.0, 2.0, 35.0, 0.0, 14.0, 1.0, 5.0, 70.0, 1.4, 21.0];

/// Plans, days and replicates of that kind.
pub(super) fn comparison(kind: Kind, plans: usize, days: usize, replicates: u64) -> Comparison {
    let plans: Vec<PlanSummary> = (0..plans).map(|i| plan(kind, i, days, replicates)).collect();
    let differences = (1..plans.len())
        .flat_map(|plan| METRICS.iter().enumerate().map(move |(row, metric)| (plan, row, metric)))
        .map(|(plan, row, metric)| {
            let means = plans[plan].estimates[row].mean.zip(plans[0].estimates[row].mean);
            let difference = means.map(|(own, base)| own - base);
            let half = if kind == Kind::Rich {
                difference.map(|d| 0.06 * d.abs() + wobble(plan, row) * 0.1 * d.abs())
            } else {
                Some(0.0)
            };
            let known = difference.zip(half).filter(|_| kind != Kind::Bare && replicates > 1);
            let (low, high) = (known.map(|(d, h)| d - h), known.map(|(d, h)| d + h));
            Difference {
                plan,
                metric,
                difference,
                low,
                high,
                mcse: half.map(|half| half / 2.0),
                variance_ratio: None,
                replicates,
                same_events: kind == Kind::Equal,
                sample: PairedSample::Values(Pairs::default()),
                effects: None,
                decomposition: known.and_then(|(mean, _)| decomposition(kind, wobble(plan, row + 7), mean)),
            }
        })
        .collect();
    let n_sets = if kind == Kind::Bare { 1 } else { 200 };
    Comparison { replicates, n_sets, baseline: 0, first_replicate: 0, plans, differences }
}

/// What might remain uncertain of a figure; `chance` in 0..1 says how much.
fn decomposition(kind: Kind, chance: f64, mean: f64) -> Option<Decomposition> {
    let deviation = |estimate: f64| Deviation { estimate, low: 0.8 * estimate, high: 1.3 * estimate };
    let between = 0.3 * chance * mean.abs();
    let parameters = match kind {
        Kind::Rich if chance > 0.2 => Between::Seen(deviation(between)),
        _ => Between::TooSmall { most: between },
    };
    let over_sets = Some(Interval { low: mean - 2.5 * between, high: mean + 2.5 * between });
    let sign = (mean != 0.0)
        .then_some(Share { estimate: 1.0 - 0.1 * chance, interval: Interval { low: 1.0 - 0.2 * chance, high: 1.0 } });
    let known = matches!(kind, Kind::Rich | Kind::Equal | Kind::Zero);
    known.then_some(Decomposition {
        chance: deviation(0.2 * mean.abs()),
        parameters: Some(parameters),
        over_sets,
        sign,
    })
}

/// A number in 0..1 that looks like chance and is the same every time.
fn wobble(a: usize, b: usize) -> f64 {
    let x = (a as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (b as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    let x = (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((x ^ (x >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn plan(kind: Kind, i: usize, days: usize, replicates: u64) -> PlanSummary {
    let members = 8000;
    let n = members as f64;
    // How bad the plan is, 0..1.
    let harm = if kind == Kind::Equal { 0.5 } else { [0.9, 0.2, 0.35, 0.1][i % 4] * (1.0 - 0.04 * i as f64) };
    let zero = if kind == Kind::Zero { 0.0 } else { 1.0 };
    let gone = |day: f64| zero * 0.75 * harm * (1.0 - libm::exp(-day / 14.0));
    let open = |day: f64| zero * (0.38 - 0.26 * harm) * (0.75 + 0.25 * libm::exp(-day / 9.0));
    let limited = |day: f64| zero * (1.0 - libm::exp(-harm * harm * harm * day / 16.0));
    let band = |mean: f64, spread: f64| Band {
        mean: (kind != Kind::Empty).then_some(mean),
        q05: matches!(kind, Kind::Rich | Kind::Equal).then_some((mean * (1.0 - spread)).max(0.0)),
        q95: matches!(kind, Kind::Rich | Kind::Equal).then_some(mean * (1.0 + spread)),
        over_sets: matches!(kind, Kind::Rich | Kind::Equal)
            .then_some(Interval { low: 0.6 * mean, high: (1.4 * mean).min(1.0) }),
    };
    let posts = |day: usize| i % 3 != 2 || day.is_multiple_of(2);

    let mut rows = Vec::new();
    let mut open_by_day = Vec::new();
    for day in 0..days {
        let d = day as f64 + 1.0;
        let row = if kind == Kind::Equal { 0 } else { i };
        let open = open(d) * (0.96 + 0.08 * wobble(row, day));
        let lost = gone(d) * n;
        let frozen = 0.1 * limited(d) * n;
        let delivered = if posts(day) { zero * (n - lost) } else { 0.0 };
        let mut bands = [band(0.0, 0.0); OUTCOMES];
        let mut set = |outcome: Outcome, value: f64| bands[outcome as usize] = band(value, 0.15);
        set(Outcome::Delivered, delivered);
        set(Outcome::Reads, delivered * open);
        set(Outcome::Clicks, delivered * open * (0.2 - 0.15 * harm));
        set(Outcome::Buyers, delivered * open * (0.2 - 0.15 * harm) * 0.08);
        set(Outcome::Muted, lost * 0.35);
        set(Outcome::Left, lost * 0.45);
        set(Outcome::Blocked, lost * 0.2);
        set(Outcome::Unreachable, frozen);
        set(Outcome::Active, n - lost - frozen);
        set(Outcome::Limited, limited(d));
        set(Outcome::Banned, 0.3 * limited(d));
        rows.push(bands);
        let missing = kind == Kind::Empty || !posts(day);
        open_by_day.push(if missing {
            Band { mean: None, q05: None, q95: None, over_sets: None }
        } else {
            band(open, 0.12 + 0.1 * harm)
        });
    }

    let of_week = |days: &[Band]| {
        let known: Vec<f64> = days.iter().filter_map(|day| day.mean).collect();
        let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        mean.map_or(Band { mean, q05: None, q95: None, over_sets: None }, |mean| band(mean, 0.1))
    };
    let open_by_week = open_by_day.chunks(7).map(of_week).collect();

    let d = days as f64;
    let mean_of = |key: &str, unit: Unit| match key {
        "open_rate" => open(d / 2.0),
        "conversion" => zero * (0.06 - 0.04 * harm),
        "loss" => gone(d),
        "unsubscribe" => gone(d) * 0.65,
        "kept" => 1.0 - gone(d),
        "p_limited" => limited(d),
        "p_banned" => 0.3 * limited(d),
        _ => match unit {
            unit if unit.is_percentage() => zero * 0.1 * (1.2 - harm),
            Unit::Count | Unit::Money => zero * 5000.0 * (0.2 + harm),
            _ => zero * 20.0 * harm,
        },
    };
    let loss = |replicate: usize| {
        let chance = wobble(i + 40, replicate) + wobble(i + 80, replicate) + wobble(i + 120, replicate) - 1.5;
        (gone(d) * (1.0 + if kind == Kind::Equal { 0.0 } else { 0.25 * chance })).clamp(0.0, 1.0)
    };
    let estimates: Vec<Estimate> = METRICS
        .iter()
        .map(|metric| {
            let mean = (kind != Kind::Empty).then(|| mean_of(metric.key, metric.unit));
            let quantiles =
                mean.filter(|_| metric.unit != Unit::Chance && kind != Kind::Bare).map(|m| [0.9 * m, m, 1.1 * m]);
            let decomposition = mean.and_then(|mean| decomposition(kind, wobble(i, metric.key.len()), mean));
            let mcse = decomposition.map(|decomposition| 0.05 * decomposition.chance.estimate);
            Estimate { mean, low: mean, high: mean, mcse, quantiles, replicates, decomposition }
        })
        .collect();
    let kept = |metric: &str| match (kind, metric) {
        (Kind::Empty, _) => vec![None; replicates as usize],
        (_, "loss") => (0..replicates as usize).map(|r| Some(loss(r))).collect(),
        (Kind::Rich, "profit") => {
            (0..replicates as usize).map(|r| Some(5000.0 * (0.2 + harm) + 90.0 * wobble(i, r))).collect()
        }
        _ => Vec::new(),
    };
    PlanSummary {
        name: NAMES[i % NAMES.len()].to_owned(),
        members,
        posts_per_week: POSTS_PER_WEEK[i % POSTS_PER_WEEK.len()],
        estimates,
        days: rows,
        open_by_day,
        open_by_week,
        repeats: repeats(kind, i, days, harm),
        values: METRICS.iter().map(|metric| kept(metric.key)).collect(),
    }
}

fn repeats(kind: Kind, i: usize, days: usize, harm: f64) -> [Repeat; REPEATS] {
    let mut repeats = [Repeat::default(); REPEATS];
    if !matches!(kind, Kind::Zero | Kind::Empty) && i % 3 != 1 {
        let long = if days > 100 { REPEATS } else { 9 };
        for (earlier, row) in repeats.iter_mut().enumerate().take(long) {
            let earlier = earlier as f64;
            let reads = 900_000.0 * libm::exp(-earlier / (3.0 + i as f64));
            let of = |share: f64| (reads * share) as u64;
            *row = Repeat {
                reads: reads as u64,
                clicks: of(0.14 * libm::exp(-earlier / 3.0)),
                left: of(0.01 + 0.05 * earlier.min(4.0) * harm),
                blocked: of(0.005 + 0.04 * earlier.min(4.0) * harm),
                muted: of(0.01),
                reports: 0,
            };
        }
    }
    repeats
}
