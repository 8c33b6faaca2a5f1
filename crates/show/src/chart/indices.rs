//! Sobol' indices with their intervals: a row a factor, what it explains alone above what it explains with the others.

use plotters::style::RGBAColor;
use wearout_core::finding::Sensitivity;
use wearout_stats::Interval;
use wearout_stats::sobol::{Index, Indices};

use crate::sensitivity::{label, measure};

use super::Caption;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{LABEL, NAME, NOTE, PAPER, Rect, SIDES, as_ink};
use super::tornado::{NAMES, basis, basis_face};
use super::words::{percent, sentence};

/// Rows that still make one picture.
const MOST_ROWS: usize = 24;

const ROW: f64 = 36.0;
/// Height of the key above the rows.
const KEY: f64 = 34.0;
/// Height of the scale below them.
const SCALE: f64 = 46.0;

pub(super) fn draw(page: &Sensitivity, caption: &Caption) -> Option<Canvas> {
    let found = &page.found;
    let mut rows: Vec<(usize, &Indices)> = found.inputs()?.collect();
    rows.sort_by(|(_, a), (_, b)| b.total.estimate.total_cmp(&a.total.estimate));
    rows.truncate(MOST_ROWS);
    let luck = page.luck.map_or_else(String::new, |share| {
        format!("; luck, which the indices leave out, is {} of the variance of a single campaign", percent(share))
    });
    let head = Head {
        title: title(page, &rows),
        subtitle: "Share of the variance over the factors' ranges".to_owned(),
        note: format!(
            "{} base rows × {} streams of luck{}{luck}",
            found.base_rows,
            page.asked.streams,
            if rows.iter().any(|(_, of)| of.first.interval.or(of.total.interval).is_some()) {
                "; lines: 95 % bootstrap intervals, cut at 0 and 100 %"
            } else {
                ": too few for intervals"
            }
        ),
    };
    let height = KEY + ROW * rows.len() as f64 + SCALE;
    Some(compose(caption, &head, height, |sheet, plot| draw_rows(sheet, page, &rows, plot)))
}

/// How much the factor that moves the figure most explains, where it is known which one that is.
fn title(page: &Sensitivity, rows: &[(usize, &Indices)]) -> String {
    let Some((factor, of)) = rows.first() else { return String::new() };
    let (leader, measure) = (label(&page.factors[*factor]), measure(page));
    let share = |value: f64| percent(value.clamp(0.0, 1.0));
    sentence(&match (page.leaders.len(), of.first.interval) {
        (1, Some(Interval { low, high })) => format!(
            "{leader} alone explains {} ({} to {}) of the variance of {measure}",
            share(of.first.estimate),
            share(low),
            share(high)
        ),
        (1, None) => format!("{leader} moves {measure} most"),
        (n, _) => format!("Which of {n} factors moves {measure} most is not known"),
    })
}

fn draw_rows(sheet: &Sheet, page: &Sensitivity, rows: &[(usize, &Indices)], plot: Rect) {
    let [alone, with_others] = SIDES;
    sheet.key(
        (plot.left + NAMES, plot.top + 8.0),
        &[("alone (first order)", alone), ("with the others (total)", with_others)],
    );
    sheet.text("alone", (plot.right - 70.0, plot.top + 8.0), NOTE.ending());
    sheet.text("total", (plot.right, plot.top + 8.0), NOTE.ending());
    let table = plot.inset(0.0, KEY, 0.0, SCALE);
    let reach = |index: Index| index.interval.map_or(index.estimate, |interval| interval.high.max(index.estimate));
    let highest = rows.iter().map(|(_, of)| reach(of.first).max(reach(of.total))).fold(0.0, f64::max);
    let x = Axis::shares(highest, 5);
    let area = table.inset(NAMES, 0.0, 138.0, 0.0);
    let panel = sheet.scale(area, &x, "share of variance");
    let across = |value: f64| panel.place((value.clamp(x.range.start, x.range.end), 0.0)).0;
    for (i, (factor, of)) in rows.iter().enumerate() {
        let band = table.row(i, rows.len());
        let (_, middle) = band.centre();
        let factor = &page.factors[*factor];
        sheet.text(&NAME.shorten(&label(factor), NAMES - 14.0), (plot.left, middle - 8.0), NAME);
        sheet.text(&basis(factor), (plot.left, middle + 8.0), basis_face(factor.basis()));
        let mark = |index: Index, y: f64, colour: RGBAColor| {
            if let Some(interval) = index.interval {
                sheet.line(&[(across(interval.low), y), (across(interval.high), y)], colour, 2.2);
            }
            sheet.dot((across(index.estimate), y), 4.5, colour);
        };
        mark(of.first, middle - 6.0, alone);
        mark(of.total, middle + 6.0, with_others);
        sheet.dot((across(of.total.estimate), middle + 6.0), 2.4, PAPER);
        for (index, colour, right) in [(of.first, alone, plot.right - 70.0), (of.total, with_others, plot.right)] {
            let words = percent(index.estimate.clamp(0.0, 1.0));
            sheet.text(&words, (right, middle), LABEL.in_colour(as_ink(colour)).ending());
        }
    }
}
