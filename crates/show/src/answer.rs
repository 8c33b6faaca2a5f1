//! The answer of a comparison: a sentence, what it leaves open, and the figures that carry it.

use wearout_core::analysis::{Call, Estimate, MetricVerdict, Overall, PlanVerdict, Verdict};
use wearout_core::finding::Run;
use wearout_core::tally::Metric;
use wearout_stats::Interval;

use super::number::{decimals, fixed, plain_decimals, scale};
use super::page::{Against, Block, Key, Label, Said};
use super::sentence::{call, in_short, label, list, phrase, short_label, size};

/// Metrics of the answer that are shown as large figures.
const MOST_KEYS: usize = 3;

/// Plans that a sentence names before it counts them.
const MOST_NAMES: usize = 3;

/// The sentence, what it leaves open, the figures.
pub(super) fn answer(run: &Run) -> Vec<Block> {
    let (known, open) = known(&run.verdict);
    let said = |words: String| Said::of(words + ".", "/study/verdict/plans");
    let mut blocks = vec![Block::Headline(said(known))];
    blocks.extend(open.map(|open| Block::Open(said(open))));
    blocks
}

/// The sentence without its stop, and what it leaves open.
pub(super) fn known(verdict: &Verdict) -> (String, Option<String>) {
    match &verdict.plans[..] {
        [] => ("One plan alone: a second one would say whether it is better".to_owned(), None),
        [plan] => of_one(plan, verdict),
        plans => of_several(plans, verdict),
    }
}

/// `Targeted loses 34 points fewer members and wins 12.6 more buyers than Spray`, and what is not known.
fn of_one(plan: &PlanVerdict, verdict: &Verdict) -> (String, Option<String>) {
    let (name, baseline) = (&plan.name, &verdict.baseline);
    let phrases = |wanted: Call| -> Vec<String> {
        plan.metrics.iter().filter(|metric| metric.call == wanted).filter_map(phrase).collect()
    };
    let joined = |phrases: &[String]| list(&phrases.iter().map(String::as_str).collect::<Vec<_>>());
    let gained = [phrases(Call::Better), phrases(Call::Different)].concat();
    let lost = phrases(Call::Worse);
    let equal = labels(plan.metrics.iter().filter(|metric| metric.call == Call::PracticallyEqual));
    let open = open(plan, verdict);
    let known = match (gained.is_empty(), lost.is_empty()) {
        (false, false) => format!("{name} {} than {baseline}, but {}", joined(&gained), joined(&lost)),
        (false, true) => format!("{name} {} than {baseline}", joined(&gained)),
        (true, false) => format!("{name} {} than {baseline}", joined(&lost)),
        (true, true) if !equal.is_empty() => format!("{name} and {baseline} are practically equal in {}", list(&equal)),
        (true, true) => return (format!("Whether {name} is better than {baseline} is not known"), open),
    };
    (known, open)
}

/// `Not known: the plausible sets disagree on chance of a limit`.
fn open(plan: &PlanVerdict, verdict: &Verdict) -> Option<String> {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for (doubt, label) in plan.metrics.iter().filter_map(|metric| Some((metric.doubt?, short_label(metric.metric)))) {
        let reason = in_short(doubt, verdict.replicates);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, labels)) => labels.push(label),
            None => reasons.push((reason, vec![label])),
        }
    }
    let reasons: Vec<String> = reasons.iter().map(|(reason, labels)| format!("{reason} {}", list(labels))).collect();
    let words = reasons.join("; ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect())
}

/// What the plans are, by what follows for them, and which of them nothing follows for.
fn of_several(plans: &[PlanVerdict], verdict: &Verdict) -> (String, Option<String>) {
    let named = |overall: Overall| -> Vec<&str> {
        plans.iter().filter(|plan| plan.overall == overall).map(|plan| plan.name.as_str()).collect()
    };
    let kinds = [
        (Overall::Dominates, "better in at least one and worse in none"),
        (Overall::Price, "better in some and worse in others"),
        (Overall::Equal, "practically equal"),
        (Overall::Dominated, "worse in at least one and better in none"),
    ];
    let clauses = kinds.into_iter().filter_map(|(overall, words)| {
        let names = named(overall);
        let verb = if names.len() == 1 { "is" } else { "are" };
        (!names.is_empty()).then(|| format!("{} {verb} {words}", some(&names)))
    });
    let clauses: Vec<String> = clauses.collect();
    let open = named(Overall::Open);
    let baseline = &verdict.baseline;
    if clauses.is_empty() {
        return by_metric(plans, verdict);
    }
    let measures: Vec<&str> = verdict.headline.iter().map(|metric| short_label(metric)).collect();
    let not_known = (!open.is_empty()).then(|| format!("Not enough is known of {}", some(&open)));
    (format!("In {}, against {baseline}: {}", list(&measures), clauses.join("; ")), not_known)
}

/// Where nothing follows for any plan: in which metric how many of them are better or worse.
fn by_metric(plans: &[PlanVerdict], verdict: &Verdict) -> (String, Option<String>) {
    let n = plans.len();
    let calls = [
        (Call::Better, "better"),
        (Call::Worse, "worse"),
        (Call::Different, "different"),
        (Call::PracticallyEqual, "practically equal"),
    ];
    // What is said of how many plans, and the metrics it is said of.
    let (mut known, mut open): (Vec<(String, Vec<&str>)>, _) = (Vec::new(), Vec::new());
    for metric in &verdict.headline {
        let count = |wanted: Call| {
            plans.iter().flat_map(|plan| &plan.metrics).filter(|of| of.metric == *metric && of.call == wanted).count()
        };
        for (wanted, word) in calls {
            let clause = match count(wanted) {
                0 => continue,
                2 if n == 2 => format!("both plans are {word} in"),
                all if all == n => format!("all {n} plans are {word} in"),
                1 => format!("1 of {n} plans is {word} in"),
                some => format!("{some} of {n} plans are {word} in"),
            };
            match known.iter_mut().find(|(said, _)| *said == clause) {
                Some((_, labels)) => labels.push(short_label(metric)),
                None => known.push((clause, vec![short_label(metric)])),
            }
        }
        if count(Call::Unknown) > 0 {
            open.push(short_label(metric));
        }
    }
    let baseline = &verdict.baseline;
    let not_known = format!("Which plan is better than {baseline} in {} is not known", list(&open));
    if known.is_empty() {
        return (not_known, None);
    }
    let known: Vec<String> = known.iter().map(|(said, labels)| format!("{said} {}", list(labels))).collect();
    let of_others = format!("Not known of every plan: {}", list(&open));
    (format!("Compared with {baseline}, {}", known.join("; ")), (!open.is_empty()).then_some(of_others))
}

/// `a, b and c`, or `a, b, c and 4 others`.
fn some(names: &[&str]) -> String {
    if names.len() <= MOST_NAMES + 1 {
        return list(names);
    }
    let others = format!("{} others", names.len() - MOST_NAMES);
    list(&[&names[..MOST_NAMES], &[others.as_str()]].concat())
}

fn labels<'a>(metrics: impl Iterator<Item = &'a MetricVerdict>) -> Vec<&'static str> {
    metrics.map(|metric| short_label(metric.metric)).collect()
}

/// The first headline metrics of every plan, each with its range and what the difference means; the baseline's come last.
pub(super) fn keys(run: &Run) -> Block {
    let comparison = &run.comparison;
    let (baseline, n) = (comparison.baseline, comparison.plans.len());
    let order = || (0..n).filter(|plan| *plan != baseline).chain([baseline]);
    let of_metric = |metric: &&'static Metric| {
        let levels: Vec<(usize, Level)> =
            order().filter_map(|plan| Some((plan, Level::of(comparison.estimate(plan, metric.key)?)?))).collect();
        let ends = || levels.iter().flat_map(|(_, level)| [level.mean, level.range.low, level.range.high]);
        let (least, most) = (ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
        let key = |(plan, level): &(usize, Level)| {
            let of = |value: f64| (value - least) / (most - least);
            let verdict = run.verdict.plans.iter().find(|verdict| verdict.plan == *plan);
            let judged = verdict.and_then(|verdict| verdict.metrics.iter().find(|judged| judged.metric == *metric));
            Key {
                label: Label::of(label(metric, &run.scenario.money.currency), metric.key),
                of: comparison.plans[*plan].name.clone(),
                mark: (*plan != baseline).then(|| if *plan > baseline { plan - 1 } else { *plan }),
                value: level.value(metric),
                range: level.is_known.then(|| level.range(metric)),
                kind: level.kind.to_owned(),
                places: (most > least).then(|| [of(level.range.low), of(level.mean), of(level.range.high)]),
                against: judged.and_then(against),
                from: format!("/study/comparison/plans/{plan}/metrics/{}", metric.key),
            }
        };
        levels.iter().map(key).collect::<Vec<_>>()
    };
    Block::Keys(run.verdict.headline.iter().take(MOST_KEYS).flat_map(of_metric).collect())
}

fn against(judged: &MetricVerdict) -> Option<Against> {
    Some(Against { size: size(judged.metric, judged.difference?, judged.interval), call: call(judged.call) })
}

/// A level with the widest range that is known of it.
struct Level {
    mean: f64,
    range: Interval,
    is_known: bool,
    kind: &'static str,
}

impl Level {
    fn of(estimate: &Estimate) -> Option<Level> {
        let mean = estimate.mean?;
        let over_sets = estimate.decomposition.and_then(|of| of.over_sets);
        let of_mean = estimate.low.zip(estimate.high).map(|(low, high)| Interval { low, high });
        let (range, kind) = match (over_sets, of_mean) {
            (Some(over_sets), _) => (Some(over_sets), "95 % of the plausible sets"),
            (None, of_mean) => (of_mean, "95 %, simulation error only"),
        };
        let is_known = range.is_some();
        Some(Level { mean, range: range.unwrap_or(Interval { low: mean, high: mean }), is_known, kind })
    }

    fn decimals(&self, metric: &Metric) -> usize {
        let Interval { low, high } = self.range;
        if low < high { decimals(scale(metric.unit) * (high - low) / 2.0) } else { plain_decimals(metric.unit) }
    }

    fn value(&self, metric: &Metric) -> String {
        let unit = if metric.unit.is_percentage() { " %" } else { "" };
        format!("{}{unit}", fixed(scale(metric.unit) * self.mean, self.decimals(metric)))
    }

    fn range(&self, metric: &Metric) -> String {
        let [low, high] =
            [self.range.low, self.range.high].map(|end| fixed(scale(metric.unit) * end, self.decimals(metric)));
        format!("{low} to {high}")
    }
}
