//! The table and the verdict as plain text for a terminal.
//!
//! Comes in: a [`Page`]. Goes out: lines of at most 120 columns where words allow it. Each figure carries its Monte Carlo
//! error; digits follow its width. How much is chance and how much parameters stands in a block of its own. Colour and cursor
//! are not here.

use std::fmt::Write;

use wearout_core::analysis::{
    Between, Comparison, Decomposition, Deviation, Difference, Estimate, PlanSummary, Verdict,
};
use wearout_core::tally::{Metric, Unit, find};
use wearout_stats::Interval;

use super::number::{decimals, fixed, plain_decimals, scale, signed, two_digits};
use super::sentence;

/// Columns of a line.
const WIDTH: usize = 120;

/// Metrics of the table, in its order; the chances follow on lines of their own.
const ROWS: [&str; 18] = [
    "buyers",
    "purchases",
    "members_lost",
    "open_rate",
    "click_rate",
    "conversion",
    "profit",
    "profit_posts",
    "profit_answers",
    "profit_repurchases",
    "buyers_per_cost",
    "purchases_per_cost",
    "weekly_unsubscribe",
    "loss",
    "reports_per_1000_members",
    "kept",
    "unreachable",
    "unwanted_reads",
];

/// Days from which purchases are told beside buyers: within them few members have a second need.
const SHORT: usize = 30;

/// Chances that rest on what nobody knows: how often the platform enforces its rules.
const CHANCES: [&str; 2] = ["p_limited", "p_banned"];

/// Everything that is said about a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The figures.
    pub comparison: &'a Comparison,
    /// What they mean.
    pub verdict: &'a Verdict,
    /// What chances under one set of parameters rest on; `None` over several sets, or where no rule acts on reports.
    pub enforcement: Option<Enforcement>,
    /// Names of the plans that meet other people than the baseline does.
    pub different_people: &'a [String],
    /// What amounts of money are in.
    pub currency: &'a str,
    /// What else must be known to read the figures, a sentence each.
    pub notes: &'a [String],
}

/// How often the platform acts on reports, which nobody outside it knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Enforcement {
    /// Probability in this run.
    pub here: f64,
    /// Least that is plausible.
    pub low: f64,
    /// Most that is plausible.
    pub high: f64,
}

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let mut parts = Vec::new();
    if let Some(warning) = different_people(page) {
        parts.push(warning);
    }
    parts.push(levels(page));
    parts.push(chances(page));
    if !page.comparison.differences.is_empty() {
        parts.push(differences(page));
    }
    if page.comparison.n_sets > 1 {
        parts.push(decompositions(page));
    }
    parts.push(sentence::lines(page.verdict, page.currency).iter().map(|line| wrapped(line)).collect());
    if !page.notes.is_empty() {
        parts.push(page.notes.iter().map(|note| wrapped(&format!("Note: {note}"))).collect());
    }
    parts.join("\n")
}

/// The warning that a difference is not one of plans alone; `None` when everybody meets the same people.
pub(super) fn different_people(page: &Page) -> Option<String> {
    (!page.different_people.is_empty()).then(|| {
        let names = page.different_people.join(", ");
        format!("different people: this difference mixes whom you write to with how you write ({names})\n")
    })
}

/// The usual metrics as far as they say something here; headline metrics that have no row yet follow them.
fn rows(page: &Page) -> Vec<&'static Metric> {
    let plans = &page.comparison.plans;
    let is_priced =
        (0..plans.len()).any(|plan| page.comparison.estimate(plan, "profit").is_some_and(|of| of.mean.is_some()));
    let is_long = plans.iter().any(|plan| plan.days.len() > SHORT);
    let is_told = |key: &&&str| match **key {
        "purchases" => is_priced || is_long,
        "purchases_per_cost" => is_long,
        key => is_priced || !key.starts_with("profit"),
    };
    let usual = ROWS.iter().filter(is_told).filter_map(|key| find(key));
    let mut rows: Vec<&'static Metric> = usual.collect();
    let headline = page.verdict.headline.iter().filter(|metric| !CHANCES.contains(&metric.key));
    for metric in headline {
        if rows.iter().all(|row| row.key != metric.key) {
            rows.push(metric);
        }
    }
    rows
}

fn levels(page: &Page) -> String {
    let comparison = page.comparison;
    let rows = rows(page);
    let corner = format!("mean of {}", design(comparison));
    let mut labels = vec![corner, "members addressed".into()];
    labels.extend(rows.iter().map(|metric| sentence::label(metric, page.currency)));
    let column = |(plan, summary): (usize, &PlanSummary)| -> Vec<String> {
        let is_marked = plan == comparison.baseline && comparison.plans.len() > 1;
        let heading = summary.name.clone() + if is_marked { " (baseline)" } else { "" };
        let cells = rows.iter().map(|metric| level_cell(metric.unit, estimate(page, plan, metric)));
        [heading, fixed(summary.members as f64, 0)].into_iter().chain(cells).collect()
    };
    let mut text = grid(&labels, &comparison.plans.iter().enumerate().map(column).collect::<Vec<_>>());
    for metric in rows {
        for (plan, summary) in comparison.plans.iter().enumerate() {
            let n = estimate(page, plan, metric).replicates;
            if 0 < n && n < comparison.replicates {
                let _ = writeln!(
                    text,
                    "{}, {}: {n} of {} replicates have a base",
                    metric.label, summary.name, comparison.replicates
                );
            }
        }
    }
    text
}

/// `200 sets x 2 replicates`, `400 replicates`.
fn design(comparison: &Comparison) -> String {
    let (sets, n) = (comparison.n_sets as u64, comparison.replicates);
    match sets {
        1 => sentence::replicates(n),
        _ if n.is_multiple_of(sets) => format!("{sets} sets x {}", sentence::replicates(n / sets)),
        _ => format!("{sets} sets, {}", sentence::replicates(n)),
    }
}

/// `13.1 ±0.2 %`: half-width of the t interval.
fn level_cell(unit: Unit, estimate: &Estimate) -> String {
    let Some(mean) = estimate.mean else { return "-".into() };
    let factor = scale(unit);
    let percent = if factor > 1.0 { " %" } else { "" };
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) if low < high => {
            // The interval of a share ends where shares do, and its wider side says how much is not known.
            let half_width = factor * (high - mean).max(mean - low);
            let decimals = decimals(half_width);
            format!("{} ±{}{percent}", fixed(factor * mean, decimals), fixed(half_width, decimals))
        }
        (Some(_), Some(_)) => format!("{} ±0{percent}", fixed(factor * mean, plain_decimals(unit))),
        _ => format!("{}{percent}", fixed(factor * mean, plain_decimals(unit))),
    }
}

fn chances(page: &Page) -> String {
    let plans = &page.comparison.plans;
    let width = plans.iter().map(|plan| width(&plan.name)).max().unwrap_or(0);
    let mut text = String::new();
    for metric in CHANCES.iter().filter_map(|key| find(key)) {
        let _ = writeln!(text, "{}", metric.label);
        for (plan, summary) in plans.iter().enumerate() {
            let cell = chance_cell(estimate(page, plan, metric), page.comparison.n_sets);
            let _ = writeln!(text, "  {}  {cell}", left(&summary.name, width));
        }
        let _ = writeln!(text, "  ({})", metric.meaning);
    }
    if let Some(Enforcement { here, low, high }) = page.enforcement {
        let [here, low, high] = [here, low, high].map(|probability| fixed(probability, 2));
        let _ = writeln!(
            text,
            "enforcement is {here} here and could be {low} to {high}: only the platform knows how often it acts on reports"
        );
    }
    text
}

/// `0.21 (0.02 to 0.48 over the plausible sets), 0.17 to 0.25 from 400 replicates`: never a bare number.
fn chance_cell(estimate: &Estimate, n_sets: usize) -> String {
    let Some(mean) = estimate.mean else { return "-".into() };
    let interval = estimate.low.zip(estimate.high);
    let decimals = interval.map_or(2, |(low, high)| decimals((high - low) / 2.0).max(2));
    let mut text = fixed(mean, decimals);
    match estimate.decomposition.map(|decomposition| decomposition.over_sets) {
        _ if n_sets == 1 => text += " under one set of parameters",
        Some(Some(Interval { low, high })) => {
            let _ = write!(text, " ({} to {} over the plausible sets)", fixed(low, decimals), fixed(high, decimals));
        }
        Some(None) => text += " (the plausible sets differ too little to see)",
        None => {}
    }
    if let Some((low, high)) = interval {
        let n = fixed(estimate.replicates as f64, 0);
        let _ = write!(text, ", {} to {} from {n} replicates", fixed(low, decimals), fixed(high, decimals));
    }
    text
}

fn differences(page: &Page) -> String {
    let comparison = page.comparison;
    let rows: Vec<&'static Metric> = rows(page).into_iter().chain(CHANCES.iter().filter_map(|key| find(key))).collect();
    let mut labels = vec![String::new()];
    labels.extend(rows.iter().map(|metric| sentence::label(metric, page.currency)));
    let others = comparison.plans.iter().enumerate().filter(|(plan, _)| *plan != comparison.baseline);
    let column = |(plan, summary): (usize, &PlanSummary)| -> Vec<String> {
        let cells = rows.iter().filter_map(|metric| comparison.difference(plan, metric.key)).map(difference_cell);
        [summary.name.clone()].into_iter().chain(cells).collect()
    };
    format!(
        "Difference from {}, replicate by replicate (shares and chances in points)\n{}{}\n",
        comparison.plans[comparison.baseline].name,
        grid(&labels, &others.map(column).collect::<Vec<_>>()),
        if comparison.n_sets > 1 {
            "95 % intervals, as above: Monte Carlo error only, the sets being a sample of the plausible ones; not of the model"
        } else {
            "95 % intervals, as above: the error of a finite number of replicates, not of the parameters nor of the model"
        },
    )
}

/// Plans up to which the uncertainty of levels stands beside that of differences.
const LEVELS_SHOWN: usize = 3;

/// Chance, parameters and Monte Carlo error of the headline metrics, each plan's and each difference's; of many plans only the
/// differences'.
fn decompositions(page: &Page) -> String {
    let comparison = page.comparison;
    let headline = &page.verdict.headline;
    let mut labels = vec![String::new()];
    for metric in headline {
        labels.push(sentence::label(metric, page.currency));
        labels.extend(
            ["  chance: campaign to campaign", "  parameters: set to set", "  Monte Carlo: of the mean"]
                .map(str::to_owned),
        );
    }
    let column = |heading: String, cells: &dyn Fn(&Metric) -> [String; 3]| -> Vec<String> {
        let cells = headline.iter().flat_map(|metric| std::iter::once(String::new()).chain(cells(metric)));
        std::iter::once(heading).chain(cells).collect()
    };
    let level = |(plan, summary): (usize, &PlanSummary)| {
        column(summary.name.clone(), &|metric| {
            let estimate = estimate(page, plan, metric);
            source_cells(metric.unit, estimate.decomposition.as_ref(), estimate.mcse)
        })
    };
    let others = comparison.plans.iter().enumerate().filter(|(plan, _)| *plan != comparison.baseline);
    let difference = |(plan, summary): (usize, &PlanSummary)| {
        let heading =
            if comparison.plans.len() == 2 { String::new() } else { summary.name.clone() + ", " } + "difference";
        column(heading, &|metric| {
            let difference = comparison.difference(plan, metric.key).expect("every metric of every other plan");
            source_cells(metric.unit, difference.decomposition.as_ref(), difference.mcse)
        })
    };
    let is_crowded = comparison.plans.len() > LEVELS_SHOWN;
    let levels = comparison.plans.iter().enumerate().filter(|_| !is_crowded).map(level);
    format!(
        "Where the uncertainty comes from: standard deviations (shares and chances in points), 95 % intervals{}\n{}",
        if is_crowded { "\n(of the differences; of each plan: uncertainty.csv)" } else { "" },
        grid(&labels, &levels.chain(others.map(difference)).collect::<Vec<_>>()),
    )
}

/// `1.9 (1.8 to 2.1)`, `too small to see (<0.4)`, `0.12`; `0` where nothing varied.
fn source_cells(unit: Unit, decomposition: Option<&Decomposition>, mcse: Option<f64>) -> [String; 3] {
    let figure = |value: f64, like: f64| {
        let text = fixed(scale(unit) * value, two_digits(scale(unit) * like));
        // What is left of rounding when nothing varied.
        if text.bytes().any(|b| b.is_ascii_digit() && b != b'0') { text } else { "0".into() }
    };
    let deviation = |Deviation { estimate, low, high }: Deviation| {
        let [low, size, high] = [low, estimate, high].map(|value| figure(value, estimate));
        if low == high { size } else { format!("{size} ({low} to {high})") }
    };
    let chance = decomposition.map(|decomposition| deviation(decomposition.chance));
    let parameters = match decomposition.and_then(|decomposition| decomposition.parameters) {
        Some(Between::Seen(between)) => Some(deviation(between)),
        Some(Between::TooSmall { most }) if most > 0.0 => Some(format!("too small to see (<{})", figure(most, most))),
        Some(Between::TooSmall { .. }) => Some("too small to see".into()),
        None => None,
    };
    [chance, parameters, mcse.map(|error| figure(error, error))].map(|cell| cell.unwrap_or("-".into()))
}

/// `-24.1 [-24.5, -23.7]`.
fn difference_cell(difference: &Difference) -> String {
    let Some(mean) = difference.difference else { return "-".into() };
    let unit = difference.metric.unit;
    let factor = scale(unit);
    let Some((low, high)) = difference.low.zip(difference.high) else {
        return signed(factor * mean, plain_decimals(unit));
    };
    let decimals = if low < high { decimals(factor * (high - low) / 2.0) } else { plain_decimals(unit) };
    let [mean, low, high] = [mean, low, high].map(|value| signed(factor * value, decimals));
    format!("{mean} [{low}, {high}]")
}

fn estimate<'a>(page: &Page<'a>, plan: usize, metric: &Metric) -> &'a Estimate {
    page.comparison.estimate(plan, metric.key).expect("every metric of the table is a row of METRICS")
}

/// Labels on the left, columns to the right of them; as many blocks below each other as the width asks for.
pub(super) fn grid(labels: &[String], columns: &[Vec<String>]) -> String {
    let label_width = widest(labels);
    let mut blocks = Vec::new();
    let mut rest = columns;
    while !rest.is_empty() {
        let ends = rest.iter().scan(label_width, |end, column| {
            *end += 2 + widest(column);
            Some(*end)
        });
        let n_fitting = ends.take_while(|end| *end <= WIDTH).count().max(1);
        let (block, after) = rest.split_at(n_fitting);
        blocks.push(labels.iter().enumerate().fold(String::new(), |text, (row, label)| {
            let cells = block.iter().map(|column| format!("  {}", right(&column[row], widest(column))));
            text + (left(label, label_width) + &cells.collect::<String>()).trim_end() + "\n"
        }));
        rest = after;
    }
    blocks.join("\n")
}

fn widest(cells: &[String]) -> usize {
    cells.iter().map(|cell| width(cell)).max().unwrap_or(0)
}

/// The line broken between words, so that it fits; all but its first part are indented.
pub(super) fn wrapped(line: &str) -> String {
    let mut text = String::new();
    let mut used = 0;
    for (i, word) in line.split(' ').enumerate() {
        if i > 0 && used + 1 + width(word) > WIDTH {
            text += "\n    ";
            used = 4;
        } else if i > 0 {
            text.push(' ');
            used += 1;
        }
        text += word;
        used += width(word);
    }
    text + "\n"
}

pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

pub(super) fn left(text: &str, columns: usize) -> String {
    text.to_owned() + &" ".repeat(columns.saturating_sub(width(text)))
}

pub(super) fn right(text: &str, columns: usize) -> String {
    " ".repeat(columns.saturating_sub(width(text))) + text
}
