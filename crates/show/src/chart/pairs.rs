//! The strongest ridges: pairs of tuned quantities that the targets do not tell apart, each as a cloud of equally likely points.

use plotters::style::RGBAColor;
use wearout_core::analysis::Ridge;
use wearout_core::finding::Calibrate;
use wearout_core::targets::Tuned;
use wearout_stats::weighted;

use crate::calibrate::called;
use crate::number::{short, signed};

use crate::sentence::counted;

use super::Caption;
use super::axis::{Axis, Ends};
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{LABEL, NOTE, Rect, grid, grid_rows};
use super::words::sentence;

/// Pairs that make one picture.
const MOST: usize = 6;

/// Points of a cloud.
const POINTS: usize = 300;

const ROW: f64 = 250.0;

/// Points are seen through, so that many in one place are darker.
const POINT: RGBAColor = RGBAColor(0x00, 0x72, 0xB2, 0.45);

pub(super) fn draw(page: &Calibrate, caption: &Caption) -> Option<Canvas> {
    let ridges = &page.learned.ridges[..page.learned.ridges.len().min(MOST)];
    if ridges.is_empty() {
        return None;
    }
    let weights: Vec<f64> = page.outcome.points.iter().map(|(_, weight)| *weight).collect();
    let chosen = weighted::systematic(&weights, POINTS.min(weights.len()));
    let n = page.learned.ridges.len() as u64;
    let head = Head {
        title: format!("{} of quantities only {} together", counted(n, "pair"), if n == 1 { "moves" } else { "move" }),
        subtitle: sentence(&format!("{} of {}: the strongest pairs over their ranges", called(page), caption.scenario)),
        note: format!(
            "a dot is a point, drawn as often as its weight says; r: correlation of the whole sample; {n} beyond 0.6, {} shown",
            ridges.len()
        ),
    };
    let tuned = &page.tuned;
    Some(compose(caption, &head, grid_rows(ridges.len()) as f64 * ROW, |sheet, plot| {
        for (cell, ridge) in grid(plot, ridges.len()).into_iter().zip(ridges) {
            let points =
                chosen.iter().map(|&i| &page.outcome.points[i].0).map(|point| (point[ridge.one], point[ridge.other]));
            draw_pair(sheet, cell.rect.inset(54.0, 30.0, 12.0, 44.0), tuned, (ridge, points));
        }
    }))
}

fn scale(tuned: &Tuned) -> Axis {
    let ticks = [tuned.low, tuned.high].map(|value| (value, short(value))).to_vec();
    Axis { range: tuned.low..tuned.high, ticks, ends: Ends::Inside }
}

fn draw_pair(sheet: &Sheet, area: Rect, tuned: &[Tuned], (ridge, points): (&Ridge, impl Iterator<Item = (f64, f64)>)) {
    let (x, y) = (&tuned[ridge.one], &tuned[ridge.other]);
    let panel = sheet.panel(area, &scale(x), &scale(y));
    for point in points {
        sheet.dot(panel.place(point), 2.6, POINT);
    }
    let head = format!("{} ↑   r {}", y.name, signed(ridge.correlation, 2));
    sheet.text(&LABEL.shorten(&head, area.width() + 50.0), (area.left - 46.0, area.top - 14.0), LABEL);
    let foot = LABEL.shorten(&format!("{} →", x.name), area.width());
    sheet.text(&foot, (area.centre().0, area.bottom + 32.0), NOTE.centred());
}
