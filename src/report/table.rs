//! The table and the verdict as plain text for a terminal.
//!
//! Comes in: a [`Page`]. Goes out: lines of at most 120 columns where words allow it. Each figure carries the error of a
//! finite number of replicates; digits follow its width. Colour and cursor are not here.

use std::fmt::Write;

use super::number::{decimals, fixed, plain_decimals, scale, signed};
use super::sentence;
use crate::analysis::{Comparison, Difference, EnforcementRange, Estimate, PlanSummary, Verdict};
use crate::tally::{Metric, Unit, find};

/// Columns of a line.
const WIDTH: usize = 120;

/// Metrics of the table, in its order; the chances follow on lines of their own.
const ROWS: [&str; 12] = [
    "buyers",
    "members_lost",
    "open_rate",
    "click_rate",
    "conversion",
    "buyers_per_cost",
    "weekly_unsubscribe",
    "loss",
    "reports_per_1000",
    "kept",
    "unreachable",
    "unwanted_reads",
];

/// Chances that rest on what nobody knows: how often the platform enforces its rules.
const CHANCES: [&str; 2] = ["p_limited", "p_banned"];

/// Everything that is said about a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The figures.
    pub comparison: &'a Comparison,
    /// What they mean.
    pub verdict: &'a Verdict,
    /// Per plan, its chances over what nobody knows; `None` where no rule depends on enforcement, or it was not run.
    pub enforcement: &'a [Option<EnforcementRange>],
    /// Names of the plans that meet other people than the baseline does.
    pub different_people: &'a [String],
    /// What else must be known to read the figures, a sentence each.
    pub notes: &'a [String],
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
    parts.push(sentence::lines(page.verdict).iter().map(|line| wrapped(line)).collect());
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

/// Headline metrics that have no row yet follow the usual ones.
fn rows(page: &Page) -> Vec<&'static Metric> {
    let usual = ROWS.iter().filter_map(|key| find(key));
    let is_extra = |metric: &&&Metric| !ROWS.contains(&metric.key) && !CHANCES.contains(&metric.key);
    usual.chain(page.verdict.headline.iter().filter(is_extra).copied()).collect()
}

fn levels(page: &Page) -> String {
    let comparison = page.comparison;
    let rows = rows(page);
    let corner = format!("mean of {}", sentence::replicates(comparison.replicates));
    let mut labels = vec![corner, "members addressed".into()];
    labels.extend(rows.iter().map(|metric| metric.label.to_owned()));
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

/// `13.1 ±0.2 %`: half-width of the t interval.
fn level_cell(unit: Unit, estimate: &Estimate) -> String {
    let Some(mean) = estimate.mean else { return "-".into() };
    let factor = scale(unit);
    let percent = if factor > 1.0 { " %" } else { "" };
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) if low < high => {
            let half_width = factor * (high - low) / 2.0;
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
            let range = page.enforcement.get(plan).copied().flatten();
            let range = range.map(|range| if metric.key == "p_limited" { range.limited } else { range.banned });
            let cell = chance_cell(estimate(page, plan, metric), range);
            let _ = writeln!(text, "  {}  {cell}", left(&summary.name, width));
        }
        let _ = writeln!(text, "  ({})", metric.meaning);
    }
    text
}

/// `0.21 (0.02 to 0.48 over what nobody knows), 0.17 to 0.25 from 400 replicates`.
fn chance_cell(estimate: &Estimate, range: Option<[f64; 2]>) -> String {
    let Some(mean) = estimate.mean else { return "-".into() };
    let interval = estimate.low.zip(estimate.high);
    let decimals = interval.map_or(2, |(low, high)| decimals((high - low) / 2.0).max(2));
    let mut text = fixed(mean, decimals);
    if let Some([low, high]) = range {
        let _ = write!(text, " ({} to {} over what nobody knows)", fixed(low, decimals), fixed(high, decimals));
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
    labels.extend(rows.iter().map(|metric| metric.label.to_owned()));
    let others = comparison.plans.iter().enumerate().filter(|(plan, _)| *plan != comparison.baseline);
    let column = |(plan, summary): (usize, &PlanSummary)| -> Vec<String> {
        let cells = rows.iter().filter_map(|metric| comparison.difference(plan, metric.key)).map(difference_cell);
        [summary.name.clone()].into_iter().chain(cells).collect()
    };
    format!(
        "Difference from {}, replicate by replicate (shares and chances in points)\n{}{}\n",
        comparison.plans[comparison.baseline].name,
        grid(&labels, &others.map(column).collect::<Vec<_>>()),
        "95 % intervals, as above: the error of a finite number of replicates, not of the model",
    )
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
            text + &left(label, label_width) + &cells.collect::<String>() + "\n"
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
