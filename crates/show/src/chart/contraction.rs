//! What the targets taught: for each tuned quantity its range before as a bar and its interval after as a line, one row a quantity.

use plotters::style::RGBAColor;
use wearout_core::analysis::Contraction;
use wearout_core::finding::Calibrate;
use wearout_core::targets::Tuned;

use crate::calibrate::called;
use crate::number::{fixed, short};

use super::Caption;
use super::canvas::Canvas;
use super::nearness::RANGE;
use super::sheet::{Head, Sheet, compose};
use super::style::{LABEL, NOTE, QUIET, Rect, as_ink};
use super::words::sentence;

const ROW: f64 = 22.0;
/// Height of the columns' names.
const NAMES: f64 = 26.0;

/// What came after.
const AFTER: RGBAColor = RGBAColor(0x00, 0x72, 0xB2, 1.0);

pub(super) fn draw(page: &Calibrate, caption: &Caption) -> Option<Canvas> {
    let tuned = &page.tuned;
    let learned = &page.learned.quantities;
    let Some(best) = &page.outcome.best else { return None };
    let from_data = learned.iter().filter(|learned| learned.source == Some("data")).count();
    let is_sample = learned.iter().any(|learned| learned.contraction.is_some());
    let title = if is_sample {
        format!("The targets take more than half the variance of {from_data} of {} quantities", learned.len())
    } else {
        "Where the best fit lies within the ranges searched".to_owned()
    };
    let head = Head {
        title,
        subtitle: sentence(&format!(
            "{} of {}: range before as a bar, after as a line",
            called(page),
            caption.scenario
        )),
        note: if is_sample {
            "line: 5 % to 95 %, dot: median; contraction: 1 - variance after / variance before, 0 where nothing was learned".to_owned()
        } else {
            "dot: the best fit; one point says nothing of its uncertainty".to_owned()
        },
    };
    let height = NAMES + tuned.len() as f64 * ROW;
    Some(compose(caption, &head, height, |sheet, plot| {
        let names = plot.top + NAMES / 2.0;
        for (words, x) in [("quantity", plot.left), ("from", plot.left + 250.0), ("to", plot.right - 210.0)] {
            sheet.text(words, (x, names), if words == "from" { NOTE.ending() } else { NOTE });
        }
        sheet.text(if is_sample { "contraction" } else { "best" }, (plot.right, names), NOTE.ending());
        for (i, (tuned, learned)) in tuned.iter().zip(learned).enumerate() {
            row(sheet, plot, plot.top + NAMES + (i as f64 + 0.5) * ROW, (tuned, learned, best[i]));
        }
    }))
}

fn row(sheet: &Sheet, plot: Rect, y: f64, (tuned, learned, best): (&Tuned, &Contraction, f64)) {
    let (left, right) = (plot.left + 258.0, plot.right - 218.0);
    let at = |value: f64| left + ((value - tuned.low) / (tuned.high - tuned.low)).clamp(0.0, 1.0) * (right - left);
    sheet.text(&LABEL.shorten(&tuned.name, 196.0), (plot.left, y), LABEL);
    sheet.text(&short(tuned.low), (left - 8.0, y), NOTE.ending());
    sheet.text(&short(tuned.high), (right + 8.0, y), NOTE);
    sheet.bar(Rect { left, right, top: y - 6.0, bottom: y + 6.0 }, RANGE);
    let Some(([low, median, high], contraction)) = learned.quantiles.zip(learned.contraction) else {
        sheet.dot((at(best), y), 4.5, AFTER);
        return sheet.text(&short(best), (plot.right, y), LABEL.in_colour(as_ink(AFTER)).ending());
    };
    sheet.line(&[(at(low), y), (at(high), y)], AFTER, 3.0);
    sheet.dot((at(median), y), 4.5, AFTER);
    let colour = if learned.source == Some("prior") { QUIET } else { as_ink(AFTER) };
    sheet.text(&fixed(contraction, 2), (plot.right, y), LABEL.in_colour(colour).ending());
    sheet.text(learned.source.unwrap_or_default(), (plot.right - 56.0, y), NOTE.ending());
}
