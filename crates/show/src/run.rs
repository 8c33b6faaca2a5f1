//! A comparison of plans as a page: the verdict, then the figures behind it.
//!
//! Comes in: a [`Run`]. Goes out: a [`Page`]. Each figure carries its Monte Carlo error; digits follow its width. How much is chance and
//! how much parameters stands in a table of its own.

use std::fmt::Write;

use wearout_core::analysis::{Between, Comparison, Decomposition, Deviation, Difference, Estimate, PlanSummary};
use wearout_core::finding::{Enforcement, Note, Run};
use wearout_core::tally::{METRICS, Metric, Shown, Unit};
use wearout_stats::Interval;

use super::notes::{self, About};
use super::number::{decimals, fixed, plain_decimals, scale, signed, two_digits};
use super::page::{Block, Cell, Label, Page, Row, Said, Table};
use super::{File, answer, csv, sentence};

/// Days from which purchases are told beside buyers: within them few members have a second need.
const SHORT: usize = 30;

/// Chances, which rest on what nobody knows: how often the platform enforces its rules. They have a table of their own.
fn chances() -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().filter(|metric| metric.unit == Unit::Chance)
}

/// The tables of a comparison.
pub fn tables(run: &Run) -> Vec<File> {
    let comparison = &run.comparison;
    let tables = [
        ("summary.csv", csv::summary(comparison)),
        ("differences.csv", csv::differences(comparison)),
        ("uncertainty.csv", csv::uncertainty(comparison)),
        ("daily.csv", csv::daily(comparison)),
        ("replicates.csv", csv::replicates(comparison)),
        ("reads_by_repeat.csv", csv::reads_by_repeat(comparison)),
    ];
    tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect()
}

/// The page of a comparison.
pub fn page(run: &Run) -> Page {
    let comparison = &run.comparison;
    let currency = &run.scenario.money.currency;
    let about = About { comparison: Some(comparison), currency };
    // Who reads a difference of different people must know so before.
    let is_first = |note: &Note| matches!(note, Note::DifferentPeople { .. });
    let notes = |first: bool| {
        let notes = run.notes.iter().enumerate().filter(move |(_, note)| is_first(note) == first);
        notes.map(|(at, note)| Block::Note(Said::of(notes::sentence(note, about), format!("/study/notes/{at}"))))
    };
    let section = |title: &str, waits: bool| Block::Section { title: title.to_owned(), waits };

    let mut blocks: Vec<Block> = notes(true).collect();
    blocks.extend(answer::answer(run));
    blocks.push(answer::keys(run));
    blocks.push(section("What happens", false));
    blocks.extend(["frequency", "people_by_day"].map(Block::Figure));
    blocks.push(section("What differs", false));
    blocks.push(Block::Figure("forest"));
    let (borne, gained): (Vec<_>, Vec<_>) = rows(run).into_iter().partition(|metric| metric.is_borne_by_recipients());
    blocks.push(section("What the sender gets", false));
    let mut of_sender = levels(run, &gained);
    let addressed = comparison.plans.iter().map(|plan| Some(fixed(plan.members as f64, 0)));
    of_sender.rows.insert(0, row(Label::plain("members addressed"), addressed));
    blocks.push(Block::Table(of_sender));
    blocks.push(section("What recipients bear", false));
    blocks.push(Block::Table(levels(run, &borne)));
    blocks.push(section("What the platform may do", false));
    blocks.push(Block::Table(chances_table(run)));
    if let Some(Enforcement { here, low, high }) = run.enforcement {
        let [here, low, high] = [here, low, high].map(|probability| fixed(probability, 2));
        blocks.push(Block::Small(Said::of(
            format!("enforcement is {here} here and could be {low} to {high}: only the platform knows how often it acts on reports"),
            "/study/enforcement",
        )));
    }
    if !comparison.differences.is_empty() {
        let baseline = &comparison.plans[comparison.baseline].name;
        blocks.push(section(&format!("Differences from {baseline}"), true));
        blocks.push(Block::Table(differences(run)));
    }
    if comparison.n_sets > 1 {
        blocks.push(section("Where the uncertainty comes from", true));
        blocks.push(Block::Table(decompositions(run)));
        blocks.push(Block::Figure("uncertainty"));
    }
    if !run.verdict.plans.is_empty() {
        blocks.push(section("Verdict", false));
        blocks.extend(sentence::verdict(&run.verdict, currency));
    }
    blocks.push(section("What to know beside the figures", false));
    blocks.extend(notes(false));
    blocks.push(section("What it cannot tell", false));
    blocks.extend(unknown(run));
    Page { title: run.scenario.question.clone(), blocks }
}

/// What no number of replicates would tell.
fn unknown(run: &Run) -> [Block; 3] {
    let days = run.scenario.days;
    [
        (
            "What the platform will do: it does not publish how often it acts on reports.".to_owned(),
            "/study/scenario/platform",
        ),
        (format!("What happens after day {days}, or with other people and another offer."), "/study/scenario"),
        ("Whether the model is right: every range holds only if it is.".to_owned(), "/provenance/model"),
    ]
    .map(|(words, from)| Block::Item(Said::of(words, from)))
}

/// The metrics that are shown unasked as far as they say something here, and those of the headline.
fn rows(run: &Run) -> Vec<&'static Metric> {
    let plans = &run.comparison.plans;
    let is_priced =
        (0..plans.len()).any(|plan| run.comparison.estimate(plan, "profit").is_some_and(|of| of.mean.is_some()));
    let is_long = plans.iter().any(|plan| plan.days.len() > SHORT);
    let is_told = |metric: &&Metric| {
        let unasked = match metric.shown {
            Shown::Asked | Shown::InCharts => false,
            Shown::Always => true,
            Shown::Priced => is_priced,
            Shown::Long => is_long,
            Shown::PricedOrLong => is_priced || is_long,
        };
        (unasked || run.verdict.headline.contains(metric)) && metric.unit != Unit::Chance
    };
    METRICS.iter().filter(is_told).collect()
}

/// A metric as the label of a row.
fn label(metric: &Metric, currency: &str) -> Label {
    Label::of(sentence::label(metric, currency), metric.key)
}

fn row(label: Label, cells: impl Iterator<Item = Option<String>>) -> Row {
    Row { label, is_part: false, cells: cells.map(|cell| cell.map_or(Cell::Blank, Cell::Figure)).collect() }
}

/// The level of these metrics under every plan.
fn levels(run: &Run, metrics: &[&'static Metric]) -> Table {
    let comparison = &run.comparison;
    let plans = &comparison.plans;
    let head = |(plan, summary): (usize, &PlanSummary)| {
        let is_marked = plan == comparison.baseline && plans.len() > 1;
        summary.name.clone() + if is_marked { " (baseline)" } else { "" }
    };
    let of_metric = |metric: &&'static Metric| {
        let cells = (0..plans.len()).map(|plan| level_cell(metric.unit, estimate(comparison, plan, metric)));
        row(label(metric, &run.scenario.money.currency), cells)
    };
    let some_bases = |metric: &&'static Metric| {
        let bases = plans.iter().enumerate().filter_map(|(plan, summary)| {
            let n = estimate(comparison, plan, metric).replicates;
            (0 < n && n < comparison.replicates).then(|| {
                let (label, name) = (metric.label, &summary.name);
                format!("{label}, {name}: {n} of {} replicates have a base", comparison.replicates)
            })
        });
        bases.collect::<Vec<_>>()
    };
    Table {
        title: String::new(),
        corner: format!("mean of {}", design(comparison)),
        heads: plans.iter().enumerate().map(head).collect(),
        rows: metrics.iter().map(of_metric).collect(),
        below: metrics.iter().flat_map(some_bases).collect(),
        from: "/study/comparison/plans".to_owned(),
    }
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
fn level_cell(unit: Unit, estimate: &Estimate) -> Option<String> {
    let mean = estimate.mean?;
    let factor = scale(unit);
    let percent = if factor > 1.0 { " %" } else { "" };
    Some(match (estimate.low, estimate.high) {
        (Some(low), Some(high)) if low < high => {
            // The interval of a share ends where shares do, and its wider side says how much is not known.
            let half_width = factor * (high - mean).max(mean - low);
            let decimals = decimals(half_width);
            format!("{} ±{}{percent}", fixed(factor * mean, decimals), fixed(half_width, decimals))
        }
        (Some(_), Some(_)) => format!("{} ±0{percent}", fixed(factor * mean, plain_decimals(unit))),
        _ => format!("{}{percent}", fixed(factor * mean, plain_decimals(unit))),
    })
}

fn chances_table(run: &Run) -> Table {
    let comparison = &run.comparison;
    let of_plan = |(plan, summary): (usize, &PlanSummary)| {
        let cell = |metric| chance_cell(estimate(comparison, plan, metric), comparison.n_sets);
        let cells = chances().map(|metric| cell(metric).map_or(Cell::Blank, Cell::Words)).collect();
        Row { label: Label::plain(&summary.name), is_part: false, cells }
    };
    Table {
        title: String::new(),
        corner: String::new(),
        heads: chances().map(|metric| metric.label.to_owned()).collect(),
        rows: comparison.plans.iter().enumerate().map(of_plan).collect(),
        below: chances().map(|metric| format!("{}: {}", metric.label, metric.meaning)).collect(),
        from: "/study/comparison/plans".to_owned(),
    }
}

/// `0.21 (0.02 to 0.48 over the plausible sets), 0.17 to 0.25 from 400 replicates`: never a bare number.
fn chance_cell(estimate: &Estimate, n_sets: usize) -> Option<String> {
    let mean = estimate.mean?;
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
    Some(text)
}

fn differences(run: &Run) -> Table {
    let comparison = &run.comparison;
    let metrics = rows(run).into_iter().chain(chances());
    let of_metric = |metric: &'static Metric| {
        let cells = others(comparison).filter_map(|(plan, _)| comparison.difference(plan, metric.key));
        row(label(metric, &run.scenario.money.currency), cells.map(difference_cell))
    };
    let errors = if comparison.n_sets > 1 {
        "95 % intervals, as above: Monte Carlo error only, the sets being a sample of the plausible ones; not of the model"
    } else {
        "95 % intervals, as above: the error of a finite number of replicates, not of the parameters nor of the model"
    };
    Table {
        title: "replicate by replicate, shares and chances in points".to_owned(),
        corner: String::new(),
        heads: others(comparison).map(|(_, summary)| summary.name.clone()).collect(),
        rows: metrics.map(of_metric).collect(),
        below: vec![errors.to_owned()],
        from: "/study/comparison/differences".to_owned(),
    }
}

/// The plans but the baseline.
fn others(comparison: &Comparison) -> impl Iterator<Item = (usize, &PlanSummary)> {
    comparison.plans.iter().enumerate().filter(|(plan, _)| *plan != comparison.baseline)
}

/// Plans up to which the uncertainty of levels stands beside that of differences.
const LEVELS_SHOWN: usize = 3;

/// Chance, parameters and Monte Carlo error of the headline metrics, each plan's and each difference's; of many plans only the
/// differences'.
fn decompositions(run: &Run) -> Table {
    let comparison = &run.comparison;
    let is_crowded = comparison.plans.len() > LEVELS_SHOWN;
    let levels = || comparison.plans.iter().enumerate().filter(|_| !is_crowded);
    let difference_head = |(_, summary): (usize, &PlanSummary)| {
        if comparison.plans.len() == 2 { "difference".to_owned() } else { format!("{}, difference", summary.name) }
    };
    let of_metric = |metric: &&'static Metric| {
        let level = |(plan, _): (usize, &PlanSummary)| {
            let of = estimate(comparison, plan, metric);
            source_cells(metric.unit, of.decomposition.as_ref(), of.mcse)
        };
        let difference = |(plan, _): (usize, &PlanSummary)| {
            let of = comparison.difference(plan, metric.key).expect("every metric of every other plan");
            source_cells(metric.unit, of.decomposition.as_ref(), of.mcse)
        };
        let columns: Vec<[Option<String>; 3]> = levels().map(level).chain(others(comparison).map(difference)).collect();
        let name = Row {
            label: label(metric, &run.scenario.money.currency),
            is_part: false,
            cells: vec![Cell::Words(String::new()); columns.len()],
        };
        let parts = ["chance: campaign to campaign", "parameters: set to set", "Monte Carlo: of the mean"];
        let parts = parts.into_iter().enumerate().map(|(i, part)| Row {
            is_part: true,
            ..row(Label::plain(part), columns.iter().map(|cells| cells[i].clone()))
        });
        std::iter::once(name).chain(parts).collect::<Vec<_>>()
    };
    Table {
        title: format!(
            "standard deviations with 95 % intervals, shares and chances in points{}",
            if is_crowded { "; of the differences, and of each plan in uncertainty.csv" } else { "" }
        ),
        corner: String::new(),
        heads: levels()
            .map(|(_, summary)| summary.name.clone())
            .chain(others(comparison).map(difference_head))
            .collect(),
        rows: run.verdict.headline.iter().flat_map(of_metric).collect(),
        below: Vec::new(),
        from: "/study/comparison".to_owned(),
    }
}

/// `1.9 (1.8 to 2.1)`, `too small to see (<0.4)`, `0.12`; `0` where nothing varied.
fn source_cells(unit: Unit, decomposition: Option<&Decomposition>, mcse: Option<f64>) -> [Option<String>; 3] {
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
    [chance, parameters, mcse.map(|error| figure(error, error))]
}

/// `-24.1 [-24.5, -23.7]`.
fn difference_cell(difference: &Difference) -> Option<String> {
    let mean = difference.difference?;
    let unit = difference.metric.unit;
    let factor = scale(unit);
    let Some((low, high)) = difference.low.zip(difference.high) else {
        return Some(signed(factor * mean, plain_decimals(unit)));
    };
    let decimals = if low < high { decimals(factor * (high - low) / 2.0) } else { plain_decimals(unit) };
    let [mean, low, high] = [mean, low, high].map(|value| signed(factor * value, decimals));
    Some(format!("{mean} [{low}, {high}]"))
}

fn estimate<'a>(comparison: &'a Comparison, plan: usize, metric: &Metric) -> &'a Estimate {
    comparison.estimate(plan, metric.key).expect("every metric of the table is a row of METRICS")
}
