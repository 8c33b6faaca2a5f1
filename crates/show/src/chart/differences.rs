//! Differences of a test's arms from its control with their intervals, beside the zone of practical equality or a guardrail's margin: a row
//! for each metric and arm, a panel for each unit.

use plotters::style::RGBAColor;
use wearout_core::analysis::trial::{Effect, TrialAnalysis};
use wearout_core::tally::Better;

use crate::analyze::in_short;
use crate::number::{difference_unit, scale};
use crate::sentence::short_label;

use super::Caption;
use super::axis::Axis;
use super::canvas::{Canvas, Place};
use super::forest::{wish, with_ends};
use super::sheet::{Head, Sheet, compose};
use super::style::{AXIS, GRID, LABEL, NAME, PAPER, QUIET, Rect, as_ink, colour_beside};
use super::words::sentence;

const ROW: f64 = 26.0;
/// Height of a panel's scale with its unit.
const SCALE: f64 = 56.0;

/// A difference and what it is held against.
struct Line<'a> {
    effect: &'a Effect,
    role: Role,
    /// Half-width of what is shaded around 0; of a guardrail only the worse side.
    shaded: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Deciding,
    Secondary,
    Guardrail,
}

/// Rows of one unit.
struct Panel<'a> {
    unit: &'a str,
    /// What a value is multiplied with to be shown.
    factor: f64,
    rows: Vec<Row<'a>>,
}

/// A row: the name of a metric above those of several arms, or a difference.
enum Row<'a> {
    Heading(String),
    Line(Line<'a>),
}

pub(super) fn draw(found: &TrialAnalysis, caption: &Caption) -> Option<Canvas> {
    let panels = panels(found, caption.currency);
    if panels.is_empty() {
        return None;
    }
    let guarded =
        if found.guardrails.is_empty() { "" } else { " and, of guardrails, up to the margin on the worse side" };
    let judged = if found.is_running() { " (secondary metrics: of today alone)" } else { "" };
    let head = Head {
        title: title(found),
        subtitle: format!(
            "Difference from {} with 95 % intervals{judged}; shaded: what is practically equal{guarded}",
            found.arm(found.control)
        ),
        note: format!(
            "filled: the interval leaves zero out; arrow: the direction one would wish for; intervals of several arms hold together{}",
            if found.is_end_said {
                String::new()
            } else {
                format!("; they hold only if day {} was the planned end", found.days)
            }
        ),
    };
    let height: f64 = panels.iter().map(|panel| panel.rows.len() as f64 * ROW + SCALE).sum();
    Some(compose(caption, &head, height, |sheet, plot| {
        let mut top = plot.top;
        for panel in &panels {
            let rows = Rect { top, bottom: top + panel.rows.len() as f64 * ROW, ..plot };
            draw_panel(sheet, found, panel, rows);
            top = rows.bottom + SCALE;
        }
    }))
}

/// The verdict, without what its figures rest on, and with the first of its buts: the rows below show the others, and what is open.
fn title(found: &TrialAnalysis) -> String {
    sentence(&in_short(found).replace(" -", " −").replace("(-", "(−"))
}

fn panels<'a>(found: &'a TrialAnalysis, currency: &'a str) -> Vec<Panel<'a>> {
    let of = |effect: &'a Effect, role: Role, shaded: Option<f64>| Line { effect, role, shaded };
    let lines = found
        .effects
        .iter()
        .map(|effect| of(effect, Role::Deciding, effect.zone))
        .chain(found.secondary.iter().map(|effect| of(effect, Role::Secondary, effect.zone)))
        .chain(found.guardrails.iter().map(|guarded| of(&guarded.effect, Role::Guardrail, guarded.margin)));
    let several = found.arms.len() > 2;
    let mut panels: Vec<Panel> = Vec::new();
    let mut before = None;
    for line in lines.filter(|line| line.effect.difference.is_some()) {
        let unit = line.effect.metric.unit;
        let (unit, factor) = (difference_unit(unit, currency), scale(unit));
        let at = panels.iter().position(|panel| panel.unit == unit).unwrap_or_else(|| {
            panels.push(Panel { unit, factor, rows: Vec::new() });
            panels.len() - 1
        });
        let named = Some((line.role, line.effect.metric.key));
        if several && before != named {
            panels[at].rows.push(Row::Heading(name(&line)));
        }
        before = named;
        panels[at].rows.push(Row::Line(line));
    }
    panels
}

/// What a row shows; its unit stands below the scale.
fn name(line: &Line) -> String {
    let what = if line.role == Role::Guardrail { "guardrail " } else { "" };
    let metric = line.effect.metric;
    let label = short_label(metric).trim_end_matches(" per 1000 members");
    let words = format!("{what}{label} {}", wish(metric.better));
    words.trim_end().to_owned()
}

fn draw_panel(sheet: &Sheet, found: &TrialAnalysis, panel: &Panel, rows: Rect) {
    let n_rows = panel.rows.len();
    let lines = || {
        panel.rows.iter().enumerate().filter_map(|(i, row)| match row {
            Row::Line(line) => Some((rows.row(i, n_rows), line)),
            Row::Heading(_) => None,
        })
    };
    let reach = |line: &Line| {
        let (low, high) = line.effect.interval.map(|interval| (interval.low, interval.high)).unzip();
        let shaded = line.shaded.unwrap_or(0.0);
        [line.effect.difference, low, high, Some(shaded), Some(-shaded)].into_iter().flatten().map(|x| x * panel.factor)
    };
    let low = lines().flat_map(|(_, line)| reach(line)).fold(0.0, f64::min);
    let high = lines().flat_map(|(_, line)| reach(line)).fold(0.0, f64::max);
    let area = rows.inset(226.0, 0.0, 170.0, 0.0);
    let x = Axis::around_zero(low, high, 5);
    let scale = sheet.scale(area, &x, panel.unit);
    let across = |value: f64| scale.place((value * panel.factor, 0.0)).0;
    for (band, line) in lines() {
        let Some(shaded) = line.shaded else { continue };
        let (left, right) = match (line.role, line.effect.metric.better) {
            (Role::Guardrail, Better::Lower) => (0.0, shaded),
            (Role::Guardrail, _) => (-shaded, 0.0),
            _ => (-shaded, shaded),
        };
        let (top, bottom) = (band.top + 3.0, band.bottom - 3.0);
        sheet.bar(Rect { left: across(left), right: across(right), top, bottom }, GRID);
    }
    let zero = across(0.0);
    sheet.line(&[(zero, area.top), (zero, area.bottom)], AXIS, 1.0);
    for (i, row) in panel.rows.iter().enumerate() {
        if let Row::Heading(words) = row {
            sheet.text(&NAME.shorten(words, 214.0), (rows.left, rows.row(i, n_rows).centre().1), NAME);
        }
    }
    for (band, line) in lines() {
        let y = band.centre().1;
        label(sheet, found, line, (rows.left, y));
        let effect = line.effect;
        let hue = hue(found, line);
        if let Some(interval) = effect.interval {
            sheet.line(&[(across(interval.low), y), (across(interval.high), y)], hue, 2.2);
        }
        let value = effect.difference.expect("rows without a difference were left out");
        sheet.dot((across(value), y), 4.5, hue);
        if effect.interval.is_none_or(|interval| interval.contains(0.0)) {
            sheet.dot((across(value), y), 2.7, PAPER);
        }
        let ends = effect.interval.map(|interval| (interval.low * panel.factor, interval.high * panel.factor));
        sheet.text(&with_ends(value * panel.factor, ends, panel.factor), (rows.right, y), LABEL.ending());
    }
}

/// Several arms keep their colours; of one arm only what decides and guards is coloured.
fn hue(found: &TrialAnalysis, line: &Line) -> RGBAColor {
    let is_one = found.arms.len() == 2;
    if is_one && line.role == Role::Secondary { QUIET } else { colour_beside(found.control, line.effect.arm) }
}

/// The arm below its metric's heading, or the metric of the only arm.
fn label(sheet: &Sheet, found: &TrialAnalysis, line: &Line, (left, y): Place) {
    if found.arms.len() > 2 {
        let face = LABEL.in_colour(as_ink(hue(found, line)));
        return sheet.text(&face.shorten(found.arm(line.effect.arm), 202.0), (left + 12.0, y), face);
    }
    let face = if line.role == Role::Deciding { NAME } else { LABEL };
    sheet.text(&face.shorten(&name(line), 214.0), (left, y), face);
}
