//! Patterns of the field as a picture: bands as bars, simulated figures with their intervals as marks, grouped by pattern.
//!
//! Figures of many kinds share one scale because each is divided by the middle of its band, or by its end where it has one only. What is
//! measured in standard errors, or lies beyond the scale, is an arrow to its side. Figures shown beside are left out.

use wearout_core::evidence::Measure;
use wearout_core::parameter::Fit;
use wearout_core::study::{Checked, Nearness, PatternScore, Shown, count_shown};

use crate::evidence::{band, figure};

use super::Caption;
use super::canvas::Canvas;
use super::nearness::{RANGE, colour, mark};
use super::ratios::{KEY, Measured, Ratios, SCALE};
use super::sheet::{Head, Sheet, compose};
use super::style::{LABEL, NAME, NOTE, PAPER, Rect, SMALL, as_ink};

/// Height of a row: a line of words above the line of marks.
const ROW: f64 = 40.0;
/// Height of the line of words.
const WORDS: f64 = 20.0;
/// Height of the patterns that fit a screen.
const SCREEN: f64 = 540.0;
/// Height of a pattern's heading.
const HEADING: f64 = 34.0;
/// Ratio at the ends of the scale.
const WIDEST: f64 = 4.0;
const TICKS: [f64; 5] = [0.5, 0.75, 1.0, 2.0, 3.0];

pub(super) fn draw(scores: &[PatternScore], fit: &Fit, caption: &Caption) -> Option<Canvas> {
    if scores.is_empty() {
        return None;
    }
    let drawn = fitting(scores);
    let head = Head {
        title: format!("The model shows {} of {} patterns of field studies", count_shown(scores).shown, scores.len()),
        subtitle: format!("Fit {}: simulated figures beside the bands that show a pattern, a row a figure", fit.name),
        note: format!(
            "{} of {} patterns, those not shown first (all: patterns.csv); line across a mark: 95 % interval, the error of a finite number of \
             replicates; both are divided by the middle of the band, or by its end where it has one only; arrow: beyond the scale, or in \
             standard errors; none of the studies is about marketing groups",
            drawn.len(),
            scores.len()
        ),
    };
    let height = KEY + 2.0 * SCALE + drawn.iter().map(|score| height_of(score)).sum::<f64>();
    Some(compose(caption, &head, height, |sheet, plot| rows(sheet, plot, &drawn)))
}

/// Patterns that fit a screen: those that are not shown first, at least one.
fn fitting(scores: &[PatternScore]) -> Vec<&PatternScore> {
    let mut first: Vec<&PatternScore> = scores.iter().collect();
    first.sort_by_key(|score| score.shown == Shown::Shown);
    let mut room = SCREEN;
    let fits = |score: &&PatternScore| {
        room -= height_of(score);
        room >= 0.0
    };
    let n = first.iter().copied().take_while(fits).count().max(1);
    first.truncate(n);
    first
}

fn height_of(score: &PatternScore) -> f64 {
    HEADING + banded(score).count() as f64 * ROW
}

fn banded(score: &PatternScore) -> impl Iterator<Item = &Checked> {
    score.checks.iter().filter(|checked| checked.check.is_banded() && score.pattern.lacking.is_empty())
}

fn rows(sheet: &Sheet, plot: Rect, scores: &[&PatternScore]) {
    let (ratios, band) = (Ratios { left: plot.left, right: plot.right, widest: WIDEST }, plot.right - 185.0);
    let mut x = plot.left;
    let y = plot.top + 10.0;
    sheet.bar(Rect { left: x, top: y - 7.0, right: x + 22.0, bottom: y + 7.0 }, RANGE);
    sheet.text("band", (x + 30.0, y), LABEL);
    x += 30.0 + LABEL.width("band") + 26.0;
    for (nearness, words) in [(Nearness::Inside, "inside"), (Nearness::Off, "outside")] {
        mark(sheet, (x + 6.0, y), nearness, colour(nearness));
        sheet.text(words, (x + SMALL + 4.0, y), LABEL);
        x += SMALL + 4.0 + LABEL.width(words) + 26.0;
    }
    let names = plot.top + 38.0;
    sheet.text("figure", (plot.left, names), NOTE);
    sheet.text("relative to the band", (f64::midpoint(ratios.left, ratios.right), names), NOTE.centred());
    sheet.text("band", (band, names), NOTE.ending());
    sheet.text("simulated", (plot.right, names), NOTE.ending());

    let (top, bottom) = (plot.top + KEY + SCALE, plot.bottom - SCALE);
    ratios.draw_ticks(sheet, (top, bottom), &TICKS);
    let mut y = top;
    for score in scores {
        // Paper behind the heading, so that no line of the scale runs through its words.
        let behind = Rect { left: plot.left, top: y + 2.0, right: plot.right, bottom: y + HEADING - 2.0 };
        sheet.bar(behind, PAPER);
        let words = format!("{} {}: {}", score.pattern.key, score.shown.words(), score.pattern.title);
        sheet.text(&NAME.shorten(&words, plot.right - plot.left), (plot.left, y + HEADING / 2.0 + 2.0), NAME);
        y += HEADING;
        for checked in banded(score) {
            draw_row(sheet, (&ratios, band), y, checked);
            y += ROW;
        }
    }
}

fn draw_row(sheet: &Sheet, (ratios, column): (&Ratios, f64), top: f64, checked: &Checked) {
    let (check, Ratios { left, right, .. }) = (checked.check, *ratios);
    let (words, y) = (top + WORDS / 2.0, top + WORDS + 8.0);
    let band_words = band(check);
    let room = column - NOTE.width(&band_words) - left - 12.0;
    sheet.bar(Rect { left, top: top + 1.0, right, bottom: top + WORDS - 1.0 }, PAPER);
    sheet.text(&LABEL.shorten(&check.name, room), (left, words), LABEL);
    sheet.text(&band_words, (column, words), NOTE.ending());
    let (low, high) = (check.low, check.high);
    let middle = low.zip(high).map(|(low, high)| (low * high).sqrt()).or(low).or(high).unwrap_or(1.0);
    let end = |end: Option<f64>, open: f64| end.map_or(open, |end| ratios.at(end / middle));
    let bar = Rect { left: end(low, left), right: end(high, right), top: y - 7.0, bottom: y + 7.0 };
    sheet.bar(bar, RANGE);
    let (Some(value), Some(is_inside)) = (checked.value, checked.is_inside) else {
        return sheet.text("no figure", (right, words), NOTE.ending());
    };
    let nearness = if is_inside { Nearness::Inside } else { Nearness::Off };
    let colour = colour(nearness);
    if check.measure == Measure::LeastStep {
        ratios.arrow(sheet, y, value > middle, colour);
    } else {
        let interval = checked.interval.filter(|_| ratios.holds(value / middle));
        ratios.draw_figure(sheet, y, &Measured { value, interval, middle, nearness, colour });
    }
    sheet.text(&figure(checked), (right, words), LABEL.in_colour(as_ink(colour)).ending());
}
