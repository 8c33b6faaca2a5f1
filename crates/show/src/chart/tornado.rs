//! What each factor alone does to a figure: two bars a row, one for each end of its range, from the figure as the scenario has it.

use wearout_core::finding::Sensitivity;
use wearout_core::study::sensitivity::{End, Factor, Kind, Swing};
use wearout_stats::Interval;

use crate::number::{scale, short};
use crate::sensitivity::{at, label, measure, unit};

use super::Caption;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{ALERT, Face, INK, LABEL, NAME, NOTE, Rect, SIDES};
use super::words::sentence;

/// Rows that still make one picture.
const MOST_ROWS: usize = 16;

/// Factors that move it less than this share of what the first does are only counted.
const LEAST: f64 = 0.02;

const ROW: f64 = 36.0;
/// Width of the names.
pub(super) const NAMES: f64 = 290.0;
/// Height of the key above the rows.
const KEY: f64 = 34.0;
/// Height of the scale below them.
const SCALE: f64 = 46.0;

pub(super) fn draw(page: &Sensitivity, caption: &Caption) -> Option<Canvas> {
    let mut swings: Vec<&Swing> = page.found.swings.iter().filter(|swing| swing.width() > 0.0).collect();
    swings.sort_by(|a, b| b.width().total_cmp(&a.width()));
    let n_moving = swings.len();
    let (Some(&first), Some(level)) = (swings.first(), page.found.level) else { return None };
    swings.retain(|swing| swing.width() >= LEAST * first.width());
    swings.truncate(MOST_ROWS);
    let head = Head {
        title: title(page, &swings),
        subtitle: format!(
            "Change in {} from {}, each factor alone at the ends of its range",
            unit(page),
            short(scale(page.measure.metric.unit) * level.mean)
        ),
        note: format!(
            "{} of {n_moving} factors that move it, the others at the best fit; thin lines: 95 % intervals of the change on the same luck, \
             the error of a finite number of replicates, not of the model",
            swings.len()
        ),
    };
    let height = KEY + ROW * swings.len() as f64 + SCALE;
    let caption = Caption { replicates: u64::from(page.replicates), ..caption.clone() };
    Some(compose(&caption, &head, height, |sheet, plot| rows(sheet, page, &swings, plot)))
}

/// The changes that the bars of the first factor show, as far as their intervals leave zero out, and that it is the first where no
/// other factor changes the figure by as much as it surely does.
fn title(page: &Sensitivity, swings: &[&Swing]) -> String {
    let Some((first, others)) = swings.split_first() else { return String::new() };
    let ends = |swing: &Swing| [swing.low, swing.high].into_iter().flatten();
    let surely = |end: End| {
        let Interval { low, high } = interval(end);
        if low > 0.0 { low } else { -high }
    };
    let known = ends(first).map(surely).fold(0.0, f64::max);
    let is_first = others.iter().flat_map(|swing| ends(swing)).all(|end| end.change.mean.abs() < known);
    let factor = label(&page.factors[first.factor]);
    let measure = measure(page);
    let change = |end: Option<End>| {
        let end = end.filter(|&end| !interval(end).contains(0.0))?;
        let value = scale(page.measure.metric.unit) * end.change.mean;
        let sign = if value > 0.0 { "+" } else { "" };
        Some(format!("{sign}{}", short(value)).replace('-', "−"))
    };
    let unit = unit(page);
    let by = match (change(first.low), change(first.high)) {
        (Some(low), Some(high)) => format!(": {low} {unit} at its low end, {high} at its high end"),
        (Some(low), None) => format!(": {low} {unit} at its low end"),
        (None, Some(high)) => format!(": {high} {unit} at its high end"),
        (None, None) => return sentence(&format!("{measure}: no change is clear of zero")),
    };
    let most = if is_first { " most" } else { "" };
    sentence(&format!("{measure} changes{most} with {factor}{by}"))
}

fn rows(sheet: &Sheet, page: &Sensitivity, swings: &[&Swing], plot: Rect) {
    let entries = [("at the low end of its range", SIDES[0]), ("at the high end", SIDES[1])];
    sheet.key((plot.left + NAMES, plot.top + 8.0), &entries);
    sheet.text("range", (plot.right, plot.top + 8.0), NOTE.ending());
    let table = plot.inset(0.0, KEY, 0.0, SCALE);
    let scale = scale(page.measure.metric.unit);
    let reaches = swings.iter().flat_map(|swing| [swing.low, swing.high]).flatten().flat_map(|end| {
        let Interval { low, high } = interval(end);
        [low * scale, high * scale]
    });
    let (low, high) = reaches.fold((0.0, 0.0), |(low, high): (f64, f64), value| (low.min(value), high.max(value)));
    let x = Axis::around_zero(low, high, 5);
    let area = table.inset(NAMES, 0.0, 138.0, 0.0);
    let panel = sheet.scale(area, &x, &format!("change, {}", unit(page)));
    let across = |value: f64| panel.place((value, 0.0)).0;
    for (i, swing) in swings.iter().enumerate() {
        let band = table.row(i, swings.len());
        let (_, middle) = band.centre();
        let factor = &page.factors[swing.factor];
        sheet.text(&NAME.shorten(&label(factor), NAMES - 14.0), (plot.left, middle - 8.0), NAME);
        sheet.text(&basis(factor), (plot.left, middle + 8.0), basis_face(factor.basis()));
        let range = format!("{} to {}", at(factor, factor.low), at(factor, factor.high)).replace('-', "−");
        sheet.text(&range, (plot.right, middle), LABEL.ending());
        for ((end, colour), y) in [swing.low, swing.high].into_iter().zip(SIDES).zip([middle - 5.0, middle + 5.0]) {
            let Some(end) = end else { continue };
            let tip = across(scale * end.change.mean);
            let (left, right) = (tip.min(across(0.0)), tip.max(across(0.0)));
            sheet.bar(Rect { left, right, top: y - 4.0, bottom: y + 4.0 }, colour);
            let Interval { low, high } = interval(end);
            if high > low {
                sheet.line(&[(across(scale * low), y), (across(scale * high), y)], INK, 1.2);
            }
        }
    }
}

/// The factor's key, where its label is in words, and what its range rests on.
pub(super) fn basis(factor: &Factor) -> String {
    match factor.kind {
        Kind::Parameter(_) => format!("{} · {}", factor.key, factor.basis()),
        Kind::Lever(_) => factor.basis().to_owned(),
    }
}

/// What rests on nothing but an assumption is not to be overlooked.
pub(super) fn basis_face(basis: &str) -> Face {
    if basis == "assumption" { NOTE.in_colour(ALERT) } else { NOTE }
}

/// The interval of a change, or the change itself.
fn interval(end: End) -> Interval {
    end.change.interval.unwrap_or(Interval { low: end.change.mean, high: end.change.mean })
}
