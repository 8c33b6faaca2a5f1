//! Paired differences from the baseline with their intervals: a row for each, a panel for each unit.

use wearout_core::analysis::{Difference, Verdict};
use wearout_core::tally::{Better, METRICS, Metric, Shown, Unit};

use crate::answer::known;
use crate::number::{difference_unit, scale};

use super::Scene;
use super::axis::{Axis, signed};
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{LABEL, NAME, PAPER, Rect, as_ink, plan_colour};
use super::words::{Side, mean, plausible, sentence, side};

/// Rows that still make one picture.
const MOST_ROWS: usize = 36;

const ROW: f64 = 24.0;
/// Height of a panel's scale with its unit.
const SCALE: f64 = 56.0;

/// Metrics of one scale.
struct Group<'a> {
    unit: String,
    metrics: Vec<Of<'a>>,
}

/// A metric with its differences.
struct Of<'a> {
    metric: &'static Metric,
    /// What a value is multiplied with to be shown.
    factor: f64,
    differences: Vec<&'a Difference>,
}

impl Group<'_> {
    /// Rows, headings of metrics included.
    fn rows(&self, several: bool) -> usize {
        self.metrics.iter().map(|shown| shown.differences.len() + usize::from(several)).sum()
    }
}

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let comparison = scene.comparison;
    let others = comparison.plans.len().saturating_sub(1);
    let groups = groups(scene, others);
    let several = others > 1;
    let shown: Vec<&Difference> =
        groups.iter().flat_map(|group| &group.metrics).flat_map(|shown| shown.differences.iter().copied()).collect();
    if shown.is_empty() {
        return None;
    }
    let base = &comparison.plans[comparison.baseline].name;
    let over_sets = shown.iter().any(|difference| plausible(difference).is_some());
    let head = Head {
        title: title(scene.verdict),
        subtitle: format!(
            "Difference from {base}, replicate by replicate: mean, and 95 % interval {}",
            if over_sets { "of the mean (thick) and over plausible sets of parameters (thin)" } else { "of the mean" }
        ),
        note: format!(
            "{}; filled: the interval{} leaves zero out; arrow: the direction a sender or a recipient would wish for{}",
            if over_sets {
                "thick: the error of a finite number of sets and replicates; thin: where 95 % of the plausible sets lie"
            } else {
                "intervals: the error of a finite number of replicates, not of the parameters nor of the model"
            },
            if over_sets { " over sets" } else { "" },
            if several || scene.verdict.headline.is_empty() { "" } else { "; bold: metrics of the verdict" }
        ),
    };
    let height: f64 = groups.iter().map(|group| group.rows(several) as f64 * ROW + SCALE).sum();
    Some(compose(scene.caption, &head, height, |sheet, plot| {
        let mut top = plot.top;
        for group in &groups {
            let rows = Rect { top, bottom: top + group.rows(several) as f64 * ROW, ..plot };
            draw_group(sheet, scene, group, rows);
            top = rows.bottom + SCALE;
        }
    }))
}

/// How the differences in a metric are shown: the unit, and what a value is multiplied with. Of small shares and chances they are
/// relative, what is most of such a share being next to nothing in points; not so where the level is so small that the differences
/// are only known to within more than itself.
fn shown_in(scene: &Scene, metric: &Metric, differences: &[&Difference]) -> (String, f64) {
    let comparison = scene.comparison;
    let levels = comparison.plans.iter().filter_map(|plan| mean(plan, metric.key));
    let base = &comparison.plans[comparison.baseline];
    let is_small = metric.unit.is_percentage() && levels.fold(0.0, f64::max) < scene.verdict.zone.below;
    let ends = |of: &&&Difference| [of.low.zip(of.high), plausible(of)];
    let widest =
        differences.iter().flat_map(|of| ends(&of)).flatten().map(|(low, high)| high - low).fold(0.0, f64::max);
    match mean(base, metric.key) {
        Some(level) if is_small && level > widest / 2.0 => (format!("% of the level of {}", base.name), 100.0 / level),
        _ => (difference_unit(metric.unit, scene.caption.currency).to_owned(), scale(metric.unit)),
    }
}

fn groups<'a>(scene: &Scene<'a>, others: usize) -> Vec<Group<'a>> {
    let mut metrics: Vec<&'static Metric> = Vec::new();
    // A count says no more than the share beside it.
    let unasked = |shown: Shown| METRICS.iter().filter(move |of| of.shown == shown && of.unit != Unit::Count);
    let then = unasked(Shown::Always).chain(unasked(Shown::InCharts));
    for metric in scene.verdict.headline.iter().copied().chain(then) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    let headings = usize::from(others > 1);
    let mut groups: Vec<Group> = Vec::new();
    let mut rows = 0;
    for metric in metrics {
        let is_known = |d: &&Difference| d.metric.key == metric.key && d.difference.is_some();
        let differences: Vec<&Difference> = scene.comparison.differences.iter().filter(is_known).collect();
        let more = differences.len() + headings;
        let crowded = rows > 0 && rows + more > MOST_ROWS;
        if differences.is_empty() || (crowded && !scene.verdict.headline.iter().any(|h| h.key == metric.key)) {
            continue;
        }
        rows += more;
        let (unit, factor) = shown_in(scene, metric, &differences);
        let shown = Of { metric, factor, differences };
        match groups.iter_mut().find(|group| group.unit == unit) {
            Some(group) => group.metrics.push(shown),
            None => groups.push(Group { unit, metrics: vec![shown] }),
        }
    }
    groups
}

fn draw_group(sheet: &Sheet, scene: &Scene, group: &Group, rows: Rect) {
    let several = scene.comparison.plans.len() > 2;
    let ends = |shown: &Of| {
        let of = |d: &&Difference| {
            let (low, high) = plausible(d).unzip();
            [d.difference, d.low, d.high, low, high].map(|value| value.unwrap_or(0.0) * shown.factor)
        };
        shown.differences.iter().flat_map(of).collect::<Vec<f64>>()
    };
    let low = group.metrics.iter().flat_map(ends).fold(0.0, f64::min);
    let high = group.metrics.iter().flat_map(ends).fold(0.0, f64::max);

    let label = rows.inset(0.0, 0.0, rows.width() - 248.0, 0.0);
    let area = rows.inset(260.0, 0.0, 192.0, 0.0);
    let x = Axis::around_zero(low, high, 5);
    let panel = sheet.scale(area, &x, &group.unit);

    let mut y = rows.top + ROW / 2.0;
    for Of { metric, factor, differences } in &group.metrics {
        let words = format!("{} {}", metric.label, wish(metric.better));
        if several {
            sheet.text(&words, (label.left, y), NAME);
            y += ROW;
        }
        for difference in differences {
            let colour = plan_colour(scene.comparison, difference.plan);
            if several {
                let face = LABEL.in_colour(as_ink(colour));
                let name = face.shorten(&scene.comparison.plans[difference.plan].name, label.width() - 12.0);
                sheet.text(&name, (label.left + 12.0, y), face);
            } else {
                let headline = scene.verdict.headline.iter().any(|h| h.key == metric.key);
                let face = if headline { NAME } else { LABEL };
                sheet.text(&face.shorten(&words, label.width()), (label.left, y), face);
            }
            let at = |value: f64| panel.place((value * factor, 0.0)).0;
            let wide = plausible(difference);
            if let Some((low, high)) = wide {
                sheet.line(&[(at(low), y), (at(high), y)], colour, 1.2);
            }
            if let (Some(low), Some(high)) = (difference.low, difference.high) {
                sheet.line(&[(at(low), y), (at(high), y)], colour, if wide.is_some() { 4.0 } else { 2.2 });
            }
            let point = at(difference.difference.expect("rows without a difference were left out"));
            sheet.dot((point, y), 4.5, colour);
            if side(difference) == Side::Open {
                sheet.dot((point, y), 2.7, PAPER);
            }
            sheet.text(&numbers(difference, *factor), (rows.right, y), LABEL.ending());
            y += ROW;
        }
    }
}

pub(super) fn wish(better: Better) -> &'static str {
    match better {
        Better::Higher => "↑",
        Better::Lower => "↓",
        Better::Neither => "",
    }
}

fn numbers(difference: &Difference, factor: f64) -> String {
    let value = difference.difference.expect("rows without a difference were left out") * factor;
    with_ends(value, difference.low.zip(difference.high).map(|(low, high)| (low * factor, high * factor)), factor)
}

/// A difference with its interval, both as shown, in as many digits as the interval supports.
pub(super) fn with_ends(value: f64, ends: Option<(f64, f64)>, factor: f64) -> String {
    let Some((low, high)) = ends else { return signed(value, 2) };
    let fineness = if high > low { (high - low) / 2.0 } else { value.abs() / 10.0 };
    let decimals = match fineness {
        f if f >= 20.0 => 0,
        f if f >= 0.2 || f == 0.0 => 1,
        f if f >= 0.02 || factor > 1.0 => 2,
        _ => 3,
    };
    format!("{} ({} to {})", signed(value, decimals), signed(low, decimals), signed(high, decimals))
}

/// Letters of a title that still fills three lines.
const LONGEST: usize = 190;

/// The answer of the page and, where there is room, what it leaves open.
fn title(verdict: &Verdict) -> String {
    let (known, open) = known(verdict);
    let known = sentence(&known);
    let whole = open.map(|open| format!("{known}. {open}"));
    whole.filter(|whole| whole.chars().count() <= LONGEST).unwrap_or(known)
}
