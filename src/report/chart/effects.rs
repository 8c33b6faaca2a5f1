//! Differences of a test's arms from its control with their intervals, beside the zone of practical equality or a guardrail's margin: a row
//! for each metric and arm, a panel for each unit.

use crate::analysis::trial::Effect;
use crate::report::ab::analyze::{Page, short_label, verdict};
use crate::tally::Better;

use super::axis::Axis;
use super::canvas::Canvas;
use super::forest::{unit, wish, with_ends};
use super::sheet::{Drawn, Head, Sheet, compose};
use super::style::{AXIS, GRID, LABEL, NAME, NOTE, PAPER, QUIET, Rect, as_ink, colour_beside};
use super::words::sentence;
use super::{Caption, Failure};

const ROW: f64 = 30.0;
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
    unit: &'static str,
    /// What a value is multiplied with to be shown.
    factor: f64,
    lines: Vec<Line<'a>>,
}

pub(super) fn draw(page: &Page, caption: &Caption) -> Result<Option<Canvas>, Failure> {
    let panels = panels(page);
    if panels.is_empty() {
        return Ok(None);
    }
    let guarded =
        if page.found.guardrails.is_empty() { "" } else { " and, of guardrails, up to the margin on the worse side" };
    let head = Head {
        title: sentence(&verdict(page)),
        subtitle: format!(
            "Difference from {} with 95 % intervals; shaded: what is practically equal{guarded}",
            page.control()
        ),
        note: "filled: the interval leaves zero out; arrow: the direction one would wish for; intervals of several arms hold together"
            .to_owned(),
    };
    let height: f64 = panels.iter().map(|panel| panel.lines.len() as f64 * ROW + SCALE).sum();
    compose(caption, &head, height, |sheet, plot| {
        let mut top = plot.top;
        for panel in &panels {
            let rows = Rect { top, bottom: top + panel.lines.len() as f64 * ROW, ..plot };
            draw_panel(sheet, page, panel, rows)?;
            top = rows.bottom + SCALE;
        }
        Ok(())
    })
}

fn panels<'a>(page: &Page<'a>) -> Vec<Panel<'a>> {
    let found = page.found;
    let of = |effect: &'a Effect, role: Role, shaded: Option<f64>| Line { effect, role, shaded };
    let lines = found
        .effects
        .iter()
        .map(|effect| of(effect, Role::Deciding, effect.zone))
        .chain(found.secondary.iter().map(|effect| of(effect, Role::Secondary, effect.zone)))
        .chain(found.guardrails.iter().map(|guarded| of(&guarded.effect, Role::Guardrail, guarded.margin)));
    let mut panels: Vec<Panel> = Vec::new();
    for line in lines.filter(|line| line.effect.difference.is_some()) {
        let (unit, factor) = unit(line.effect.metric.unit);
        match panels.iter_mut().find(|panel| panel.unit == unit) {
            Some(panel) => panel.lines.push(line),
            None => panels.push(Panel { unit, factor, lines: vec![line] }),
        }
    }
    panels
}

fn draw_panel(sheet: &Sheet, page: &Page, panel: &Panel, rows: Rect) -> Drawn {
    let reach = |line: &Line| {
        let (low, high) = line.effect.interval.map(|interval| (interval.low, interval.high)).unzip();
        let shaded = line.shaded.unwrap_or(0.0);
        [line.effect.difference, low, high, Some(shaded), Some(-shaded)].into_iter().flatten().map(|x| x * panel.factor)
    };
    let low = panel.lines.iter().flat_map(reach).fold(0.0, f64::min);
    let high = panel.lines.iter().flat_map(reach).fold(0.0, f64::max);
    let several = page.found.arms.len() > 2;
    let label = rows.inset(0.0, 0.0, rows.width() - 214.0, 0.0);
    let area = rows.inset(226.0, 0.0, 170.0, 0.0);
    let x = Axis::around_zero(low, high, 5);
    let scale = sheet.panel(area, &Axis { ticks: Vec::new(), ..x.clone() }, &Axis::bare(0.0..1.0))?;
    let across = |value: f64| scale.place((value * panel.factor, 0.0)).0;
    for (i, line) in panel.lines.iter().enumerate() {
        let band = rows.row(i, panel.lines.len());
        if let Some(shaded) = line.shaded {
            let (left, right) = match (line.role, line.effect.metric.better) {
                (Role::Guardrail, Better::Lower) => (0.0, shaded),
                (Role::Guardrail, _) => (-shaded, 0.0),
                _ => (-shaded, shaded),
            };
            let rect =
                Rect { left: across(left), right: across(right), top: band.top + 3.0, bottom: band.bottom - 3.0 };
            sheet.bar(rect, GRID)?;
        }
    }
    for (value, words) in &x.ticks {
        let (at, _) = scale.place((*value, 0.0));
        sheet.line(&[(at, area.top), (at, area.bottom)], if *value == 0.0 { AXIS } else { GRID }, 1.0)?;
        sheet.text(words, (at, area.bottom + 12.0), NOTE.centred())?;
    }
    sheet.text(panel.unit, (area.centre().0, area.bottom + 31.0), NOTE.centred())?;
    for (i, line) in panel.lines.iter().enumerate() {
        let y = rows.row(i, panel.lines.len()).centre().1;
        let effect = line.effect;
        let hue = if line.role == Role::Secondary { QUIET } else { colour_beside(page.found.control, effect.arm) };
        let face = if line.role == Role::Deciding { NAME } else { LABEL };
        let what = if line.role == Role::Guardrail { "guardrail " } else { "" };
        let mut words = format!("{what}{} {}", short_label(effect.metric), wish(effect.metric.better));
        if several {
            words = format!("{}: {words}", page.arm(effect.arm));
        }
        let face = if several { face.in_colour(as_ink(colour_beside(page.found.control, effect.arm))) } else { face };
        sheet.text(&face.shorten(words.trim_end(), label.width()), (label.left, y), face)?;
        if let Some(interval) = effect.interval {
            sheet.line(&[(across(interval.low), y), (across(interval.high), y)], hue, 2.2)?;
        }
        let value = effect.difference.expect("rows without a difference were left out");
        sheet.dot((across(value), y), 4.5, hue)?;
        if effect.interval.is_none_or(|interval| interval.contains(0.0)) {
            sheet.dot((across(value), y), 2.7, PAPER)?;
        }
        let ends = effect.interval.map(|interval| (interval.low * panel.factor, interval.high * panel.factor));
        sheet.text(&with_ends(value * panel.factor, ends, panel.factor), (rows.right, y), LABEL.ending())?;
    }
    Ok(())
}
