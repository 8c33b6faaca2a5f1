//! Targets and how they are met: what is known as a bar, what was simulated as a mark with its interval, one row a target.
//!
//! Quantities of many units share one scale because each is divided by the middle of what is known. Verdicts differ in colour and shape.

use wearout_core::finding::Calibrate;
use wearout_core::study::calibrate::Score;
use wearout_core::targets::Target;

use crate::calibrate::called;
use crate::number::short;

use super::Caption;
use super::canvas::Canvas;
use super::nearness::{RANGE, colour, key};
use super::ratios::{KEY, Measured, Ratios, SCALE, TICKS, WIDEST};
use super::sheet::{Head, Sheet, compose};
use super::style::{LABEL, NAME, NOTE, PAPER, Rect, as_ink};
use super::words::sentence;

const ROW: f64 = 20.0;
/// Height of a heading.
const HEADING: f64 = 34.0;

type Row<'a> = (&'a Target, &'a Score);

pub(super) fn draw(page: &Calibrate, caption: &Caption) -> Option<Canvas> {
    let rows = |held_out: bool| -> Vec<Row> {
        page.targets.iter().zip(&page.outcome.scores).filter(|(target, _)| target.held_out == held_out).collect()
    };
    let groups: Vec<(&str, Vec<Row>)> = [("Fitted", rows(false)), ("Held out: not fitted, only scored", rows(true))]
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let n_rows: usize = groups.iter().map(|(_, rows)| rows.len()).sum();
    if n_rows == 0 || page.outcome.best.is_none() {
        return None;
    }
    let fitted = page.fitted;
    let head = Head {
        title: format!("{} of {} fitted targets are met within 12 %, {} within 25 %", fitted.within_12_percent, fitted.all, fitted.within_25_percent),
        subtitle: sentence(&format!("{} of {}: simulated figures over what is known, a row a target", called(page), caption.scenario)),
        note: "line across a mark: 95 % interval, the error of a finite number of replicates on luck that the search has not seen; both \
               are divided by the middle of what is known"
            .to_owned(),
    };
    let height = KEY + 2.0 * SCALE + groups.len() as f64 * HEADING + n_rows as f64 * ROW;
    Some(compose(caption, &head, height, |sheet, plot| draw_groups(sheet, plot, &groups)))
}

/// Where a row's parts stand across the sheet.
struct Columns {
    ratios: Ratios,
    known: f64,
}

fn draw_groups(sheet: &Sheet, plot: Rect, groups: &[(&str, Vec<Row>)]) {
    let ratios = Ratios { left: plot.left + 182.0, right: plot.right - 270.0, widest: WIDEST };
    let columns = Columns { ratios, known: plot.right - 150.0 };
    key(sheet, (plot.left, plot.top + 10.0), "what is known");
    let names = plot.top + 38.0;
    sheet.text("target", (plot.left, names), NOTE);
    sheet.text("relative to what is known", (f64::midpoint(ratios.left, ratios.right), names), NOTE.centred());
    sheet.text("known", (columns.known, names), NOTE.ending());
    sheet.text("simulated", (plot.right, names), NOTE.ending());
    let (top, bottom) = (plot.top + KEY + SCALE, plot.bottom - SCALE);
    ratios.draw_ticks(sheet, (top, bottom), &TICKS);
    let mut y = top;
    for (heading, rows) in groups {
        // Paper behind the heading, so that no line of the scale runs through its words.
        sheet.bar(Rect { left: plot.left, top: y + 2.0, right: plot.right, bottom: y + HEADING - 2.0 }, PAPER);
        sheet.text(heading, (plot.left, y + HEADING / 2.0 + 2.0), NAME);
        y += HEADING;
        for row in rows {
            draw_row(sheet, &columns, (plot, y + ROW / 2.0), row);
            y += ROW;
        }
    }
}

fn draw_row(sheet: &Sheet, columns: &Columns, (plot, y): (Rect, f64), (target, score): &Row) {
    let (low, high) = target.reading.range();
    let Columns { ratios, known: column } = *columns;
    let name = LABEL.shorten(&target.name, ratios.left - plot.left - 8.0);
    sheet.text(&name, (plot.left, y), LABEL);
    let middle = if low > 0.0 { (low * high).sqrt() } else { high };
    let (from, to) = (ratios.at(low / middle), ratios.at(high / middle));
    let (centre, half) = (f64::midpoint(from, to), ((to - from) / 2.0).max(1.5));
    sheet.bar(Rect { left: centre - half, right: centre + half, top: y - 7.0, bottom: y + 7.0 }, RANGE);
    let known = if low == high { short(low) } else { format!("{} to {}", short(low), short(high)) };
    sheet.text(&known, (column, y), NOTE.ending());
    let (Some(figure), Some(nearness)) = (score.figure, score.nearness) else {
        return sheet.text("not measured", (plot.right, y), NOTE.ending());
    };
    let colour = colour(nearness);
    let measured = Measured { value: figure.mean, interval: score.interval, middle, nearness, colour };
    ratios.draw_figure(sheet, y, &measured);
    sheet.text(&short(figure.mean), (plot.right, y), LABEL.in_colour(as_ink(colour)).ending());
}
