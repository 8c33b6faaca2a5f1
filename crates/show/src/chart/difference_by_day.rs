//! The difference of a test's arms from its control day by day, with the interval that holds at every look and the look at which one
//! could have stopped.

use plotters::style::Color;
use wearout_core::analysis::trial::{TrialAnalysis, TrialLook};

use crate::number::{difference_unit, scale};
use crate::sentence::short_label;

use super::Caption;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, Sheet, compose};
use super::style::{AXIS, GRID, NAME, NOTE, Rect, as_ink, colour_beside};
use super::words::{sentence, spell};

const PANEL: f64 = 250.0;

/// How far early intervals are shown, in the half-width of the last one around the differences.
const SHOWN: f64 = 2.5;

pub(super) fn draw(found: &TrialAnalysis, caption: &Caption) -> Option<Canvas> {
    let arms: Vec<usize> = found.effects.iter().map(|effect| effect.arm).collect();
    // One day is no course, and without any interval there is nothing to see.
    let is_shown =
        |&arm: &usize| known(found, arm).count() > 1 && known(found, arm).any(|look| look.interval.is_some());
    let arms: Vec<usize> = arms.into_iter().filter(is_shown).collect();
    if arms.is_empty() {
        return None;
    }
    let unit = difference_unit(found.metric.unit, caption.currency);
    let label = short_label(found.metric);
    let head = Head {
        title: sentence(&title(found, &arms)),
        subtitle: format!("Difference in {label} from {} up to each day, {unit}", found.arm(found.control)),
        note: format!(
            "band: 95 % interval that holds at every look up to day {}{}, cut where it leaves the picture; grey: practically equal; \
             upright: the first look that leaves zero out",
            found.planned_days,
            if found.is_end_said { "" } else { ", if that was the planned end" }
        ),
    };
    Some(compose(caption, &head, PANEL * arms.len() as f64, |sheet, plot| {
        for (row, arm) in arms.iter().enumerate() {
            panel(sheet, plot.row(row, arms.len()), found, *arm);
        }
    }))
}

/// Looks that are shown: of every day, over long horizons of every week and of the day that decides.
fn known(found: &TrialAnalysis, arm: usize) -> impl Iterator<Item = &TrialLook> {
    let (_, length) = spell(found.days as usize);
    let (last, decided) = (found.days, found.leaves_zero_out(arm));
    let is_shown = move |look: &&TrialLook| {
        (look.day as usize).is_multiple_of(length) || look.day == last || Some(look.day) == decided
    };
    found.looks_of(arm).filter(|look| look.difference.is_some()).filter(is_shown)
}

fn title(found: &TrialAnalysis, arms: &[usize]) -> String {
    let label = short_label(found.metric);
    let stopped: Vec<String> = arms
        .iter()
        .filter_map(|&arm| {
            let day = found.leaves_zero_out(arm)?;
            let is_rejected = found.verdict.arms.iter().any(|verdict| verdict.arm == arm && verdict.broken.is_some());
            let rejected = if is_rejected { ", which a guardrail rejects," } else { "" };
            Some(format!("on day {day} the interval of {label} of {}{rejected} first leaves zero out", found.arm(arm)))
        })
        .collect();
    if stopped.is_empty() {
        return format!("{label}: on no day up to day {} did an interval leave zero out", found.days);
    }
    stopped.join(", ")
}

fn panel(sheet: &Sheet, row: Rect, found: &TrialAnalysis, arm: usize) {
    let factor = scale(found.metric.unit);
    let looks: Vec<&TrialLook> = known(found, arm).collect();
    let differences = || looks.iter().filter_map(|look| look.difference).map(|x| x * factor);
    let last =
        looks.iter().rev().find_map(|look| look.interval).map(|interval| (interval.high - interval.low) / 2.0 * factor);
    let reach = SHOWN * last.unwrap_or(0.0);
    let final_difference = differences().next_back().unwrap_or(0.0);
    let zone =
        found.effects.iter().find(|effect| effect.arm == arm).and_then(|effect| effect.zone).unwrap_or(0.0) * factor;
    let low = differences().fold((final_difference - reach).min(-zone), f64::min);
    let high = differences().fold((final_difference + reach).max(zone), f64::max);
    let y = Axis::around_zero(low, high, 6);
    let range = y.range.clone();
    let cut = |x: f64| x.clamp(range.start, range.end);
    let rect = row.inset(y.room(), 34.0, 16.0, 30.0);
    let hue = colour_beside(found.control, arm);
    let name = NAME.in_colour(as_ink(hue));
    let heading = format!("{} against {}", found.arm(arm), found.arm(found.control));
    sheet.text(&name.shorten(&heading, rect.width()), (row.left, row.top + 14.0), name);
    let x = Axis::days(found.planned_days as usize, rect.width());
    let (x_start, x_end) = (x.range.start, x.range.end);
    let mut panel = sheet.panel(rect, &x, &y);
    panel.surface(vec![(x_start, -zone), (x_end, -zone), (x_end, zone), (x_start, zone)], GRID.mix(0.6));
    let points = looks.iter().map(|look| Point {
        x: f64::from(look.day),
        mean: look.difference.expect("looks without a difference were left out") * factor,
        band: Some(
            look.interval
                .map_or((range.start, range.end), |interval| (cut(interval.low * factor), cut(interval.high * factor))),
        ),
    });
    let series = Series { name: String::new(), value: String::new(), colour: hue, points: points.collect() };
    let zero = [(x_start, 0.0), (x_end, 0.0)].map(|at| panel.place(at));
    sheet.line(&zero, AXIS, 1.0);
    sheet.draw_series(&mut panel, &[series]);
    if let Some(day) = found.leaves_zero_out(arm) {
        let (at, _) = panel.place((f64::from(day), 0.0));
        sheet.dashes((at, rect.top), (at, rect.bottom), as_ink(hue));
        let words = format!("day {day}");
        let face = if at > rect.right - 60.0 { NOTE.ending() } else { NOTE };
        let beside = if at > rect.right - 60.0 { at - 6.0 } else { at + 6.0 };
        sheet.text(&words, (beside, rect.top + 8.0), face);
    }
}
