//! Where the uncertainty of the headline metrics comes from: chance, parameters and Monte Carlo error, three bars on one scale.

use plotters::style::Color;
use wearout_core::analysis::{Between, Decomposition, Deviation};
use wearout_core::tally::Metric;

use crate::number::{difference_unit, fixed, scale, two_digits};

use super::Scene;
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{GRID, INK, LABEL, NAME, NOTE, PAPER, QUIET, Rect, as_ink, plan_colour};
use super::words::{row_of, sentence};

/// Rows with which levels still stand beside differences.
const MOST_ROWS: usize = 20;

const ROW: f64 = 24.0;
/// Height of the words over the columns.
const TOP: f64 = 30.0;
/// Space before a metric.
const GAP: f64 = 10.0;
/// Width of the names.
const NAMES: f64 = 200.0;
/// Width of a bar's figure.
const FIGURE: f64 = 52.0;

const SOURCES: [&str; 3] = ["Chance", "Parameters", "Monte Carlo"];

/// One figure: a plan's level, or its difference from the baseline.
struct Row {
    name: String,
    plan: usize,
    /// A standard deviation for each of the sources, in the unit that is shown.
    sources: [Option<Source>; 3],
}

#[derive(Clone, Copy)]
enum Source {
    /// Its size and interval, where there is one.
    Seen(f64, Option<(f64, f64)>),
    /// Too small to see: the most it may be.
    AtMost(f64),
}

impl Source {
    fn end(self) -> f64 {
        match self {
            Source::Seen(size, interval) => interval.map_or(size, |(_, high)| high),
            Source::AtMost(most) => most,
        }
    }

    fn words(self) -> String {
        match self {
            Source::Seen(size, _) | Source::AtMost(size) if size == 0.0 => "0".to_owned(),
            Source::Seen(size, _) => fixed(size, two_digits(size)),
            Source::AtMost(most) => format!("<{}", fixed(most, two_digits(most))),
        }
    }
}

struct Group {
    metric: &'static Metric,
    rows: Vec<Row>,
}

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let groups = groups(scene);
    let first = groups.first()?;
    let base = &scene.comparison.plans[scene.comparison.baseline].name;
    let of = if is_crowded(scene) { format!(" of the differences from {base}") } else { String::new() };
    let head = Head {
        title: title(scene, first),
        subtitle: format!(
            "Standard deviations{of}: from campaign to campaign under one set of parameters, from one plausible set to another, \
             and of the mean"
        ),
        note: "bars of a metric share one scale; thin lines: 95 % intervals; hollow: too small to see, drawn to the most that is \
               plausible; only Monte Carlo error shrinks with more replicates and sets"
            .to_owned(),
    };
    let height = TOP + groups.iter().map(|group| GAP + (group.rows.len() + 1) as f64 * ROW).sum::<f64>();
    Some(compose(scene.caption, &head, height, |sheet, plot| {
        let bars = plot.inset(NAMES, 0.0, 0.0, 0.0);
        for (column, words) in SOURCES.iter().enumerate() {
            sheet.text(words, (bars.column(column, SOURCES.len(), 20.0).left, plot.top + 8.0), NAME);
        }
        let mut top = plot.top + TOP;
        for group in &groups {
            top += GAP;
            draw_group(sheet, scene, group, Rect { top, ..plot });
            top += (group.rows.len() + 1) as f64 * ROW;
        }
    }))
}

/// The headline metrics of which something is known of the parameters.
fn groups(scene: &Scene) -> Vec<Group> {
    let comparison = scene.comparison;
    let plans = comparison.plans.len();
    let is_crowded = is_crowded(scene);
    let group = |metric: &&'static Metric| {
        let factor = scale(metric.unit);
        let levels = comparison.plans.iter().enumerate().filter(|_| !is_crowded).filter_map(|(plan, summary)| {
            let estimate = &summary.estimates[row_of(metric.key)];
            let sources = sources(estimate.decomposition.as_ref()?, estimate.mcse, factor);
            Some(Row { name: summary.name.clone(), plan, sources })
        });
        let differences = comparison.differences.iter().filter(|difference| difference.metric.key == metric.key);
        let differences = differences.filter_map(|difference| {
            let sources = sources(difference.decomposition.as_ref()?, difference.mcse, factor);
            let name = &comparison.plans[difference.plan].name;
            let name = match plans {
                2 => "difference".to_owned(),
                _ if is_crowded => name.clone(),
                _ => format!("{name} − {}", comparison.plans[comparison.baseline].name),
            };
            Some(Row { name, plan: difference.plan, sources })
        });
        let rows: Vec<Row> = levels.chain(differences).collect();
        rows.iter().any(|row| row.sources[1].is_some()).then_some(Group { metric, rows })
    };
    scene.verdict.headline.iter().filter_map(group).collect()
}

/// Whether there are too many plans for their levels to stand beside the differences.
fn is_crowded(scene: &Scene) -> bool {
    let plans = scene.comparison.plans.len();
    plans > 1 && scene.verdict.headline.len() * (2 * plans - 1) > MOST_ROWS
}

fn sources(of: &Decomposition, mcse: Option<f64>, factor: f64) -> [Option<Source>; 3] {
    let seen = |Deviation { estimate, low, high }| {
        Source::Seen(factor * estimate, (low < high).then_some((factor * low, factor * high)))
    };
    let parameters = of.parameters.map(|between| match between {
        Between::Seen(deviation) => seen(deviation),
        Between::TooSmall { most } => Source::AtMost(factor * most),
    });
    [Some(seen(of.chance)), parameters, mcse.map(|error| Source::Seen(factor * error, None))]
}

fn draw_group(sheet: &Sheet, scene: &Scene, group: &Group, area: Rect) {
    let unit = difference_unit(group.metric.unit, scene.caption.currency);
    let mut y = area.top + ROW / 2.0;
    sheet.line(&[(area.left, area.top), (area.right, area.top)], GRID, 1.0);
    sheet.text(group.metric.label, (area.left, y), NAME);
    sheet.text(unit, (area.left + NAME.width(group.metric.label) + 10.0, y), NOTE);
    let ends = group.rows.iter().flat_map(|row| row.sources.iter().flatten()).map(|source| source.end());
    let longest = ends.fold(0.0, f64::max);
    let bars = area.inset(NAMES, 0.0, 0.0, 0.0);
    for row in &group.rows {
        y += ROW;
        let colour = plan_colour(scene.comparison, row.plan);
        let face = LABEL.in_colour(as_ink(colour));
        sheet.text(&face.shorten(&row.name, NAMES - 24.0), (area.left + 12.0, y), face);
        for (column, source) in row.sources.iter().enumerate() {
            let cell = bars.column(column, row.sources.len(), 20.0);
            let Some(source) = source else { continue };
            let room = cell.width() - FIGURE;
            let at = |value: f64| cell.left + if longest > 0.0 { value / longest * room } else { 0.0 };
            let bar =
                |to: f64| Rect { left: cell.left, right: at(to).max(cell.left + 1.0), top: y - 6.0, bottom: y + 6.0 };
            match *source {
                Source::Seen(size, interval) => {
                    sheet.bar(bar(size), colour.mix(0.75));
                    if let Some((low, high)) = interval {
                        sheet.line(&[(at(low), y), (at(high), y)], INK, 1.2);
                    }
                }
                Source::AtMost(most) => {
                    sheet.bar(bar(most), colour.mix(0.45));
                    let inside = bar(most).inset(1.0, 1.0, 1.0, 1.0);
                    if inside.right > inside.left {
                        sheet.bar(inside, PAPER);
                    }
                }
            }
            sheet.text(&source.words(), (at(source.end()).max(cell.left + 1.0) + 6.0, y), NOTE.in_colour(QUIET));
        }
    }
}

/// The sizes of the last figure of the first metric: the difference, where there are two plans.
fn title(scene: &Scene, group: &Group) -> String {
    if scene.comparison.plans.len() > 2 {
        return "How much is chance, how much parameters, how much Monte Carlo error".to_owned();
    }
    let row = group.rows.last().expect("a group has rows");
    let [chance, parameters, error] = row.sources;
    let unit = difference_unit(group.metric.unit, scene.caption.currency);
    let unit = unit.strip_prefix("percentage ").unwrap_or(unit);
    let size = |source: Option<Source>| source.map_or("an unknown amount".to_owned(), Source::words);
    let of = if row.name == "difference" {
        format!("{}, the difference", group.metric.label)
    } else {
        format!("{}, {}", group.metric.label, row.name)
    };
    sentence(&format!(
        "{of}: chance moves a campaign by {} {unit}, parameters by {}; the mean is known to {}",
        size(chance),
        size(parameters).replacen('<', "less than ", 1),
        size(error),
    ))
}
