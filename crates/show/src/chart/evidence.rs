//! The scorecard as a picture: the article's range as a bar, the simulated mean with its interval as a mark, one row a claim.
//!
//! Quantities of many units share one scale because each is divided by the middle of the article's range. Verdicts differ in colour and in
//! shape. The farthest come first; those that do not fit a screen, and those
//! that measure nothing, are counted in the caption.

use wearout_core::parameter::Fit;
use wearout_core::study::{Nearness, Scorecard, Scored, count};

use crate::evidence::figures;

use super::Caption;
use super::canvas::Canvas;
use super::nearness::{RANGE, colour, key, mark};
use super::ratios::{KEY, Measured, Ratios, SCALE, TICKS, WIDEST};
use super::sheet::{Head, Sheet, compose};
use super::style::{AXIS, LABEL, NOTE, Rect, SMALL, as_ink};
use super::words::percent;

const ROW: f64 = 20.0;
/// Rows that fit a screen.
const MOST_ROWS: usize = 22;

pub(super) fn draw(card: &Scorecard, fit: &Fit, caption: &Caption) -> Option<Canvas> {
    let mut rows: Vec<&Scored> = card.claims().filter(|row| row.figure.is_some() && row.nearness.is_some()).collect();
    let measured = rows.len();
    let distance = |row: &Scored| {
        let ratio =
            row.figure.zip(row.range).map_or(1.0, |(figure, (low, high))| figure.mean / f64::midpoint(low, high));
        libm::log(ratio.max(1e-9)).abs()
    };
    rows.sort_by(|a, b| b.nearness.cmp(&a.nearness).then(distance(b).total_cmp(&distance(a))));
    rows.truncate(MOST_ROWS);
    if rows.is_empty() {
        return None;
    }
    let facts = count(card.facts());
    let head = Head {
        title: format!(
            "{} of {} facts lie within {} of what the article says, {} within {}",
            facts.close,
            facts.all,
            percent(wearout_core::study::CLOSE),
            facts.near,
            percent(wearout_core::study::FAR)
        ),
        subtitle: format!(
            "Fit {}, fitted to {}: simulated figures over the article's, a row a claim, the farthest first",
            fit.name, fit.fitted_to
        ),
        note: format!(
            "{} of {measured} claims measured, the others are nearer (evidence.csv); line across a mark: 95 % interval, the error of a finite \
             number of replicates; both are divided by the middle of the article's range; {} claims measure nothing",
            rows.len(),
            card.claims().count() - measured
        ),
    };
    let height = KEY + 2.0 * SCALE + rows.len() as f64 * ROW;
    Some(compose(caption, &head, height, |sheet, plot| draw_rows(sheet, plot, &rows)))
}

/// Where a row's parts stand across the sheet.
struct Columns {
    claim: f64,
    ratios: Ratios,
    article: f64,
    simulated: f64,
}

fn draw_rows(sheet: &Sheet, plot: Rect, rows: &[&Scored]) {
    let columns = Columns {
        claim: plot.left,
        ratios: Ratios { left: plot.left + 170.0, right: plot.right - 284.0, widest: WIDEST },
        article: plot.right - 178.0,
        simulated: plot.right,
    };
    let x = key(sheet, (plot.left, plot.top + 10.0), "the article's range");
    mark(sheet, (x + 6.0, plot.top + 10.0), Nearness::Inside, AXIS);
    sheet.text("taken over", (x + SMALL + 4.0, plot.top + 10.0), LABEL);
    let names = plot.top + 38.0;
    sheet.text("claim", (columns.claim, names), NOTE);
    sheet.text(
        "relative to the article",
        (f64::midpoint(columns.ratios.left, columns.ratios.right), names),
        NOTE.centred(),
    );
    sheet.text("article", (columns.article, names), NOTE.ending());
    sheet.text("simulated", (columns.simulated, names), NOTE.ending());

    let (top, bottom) = (plot.top + KEY + SCALE, plot.bottom - SCALE);
    columns.ratios.draw_ticks(sheet, (top, bottom), &TICKS);
    for (i, row) in rows.iter().enumerate() {
        draw_row(sheet, &columns, top + (i as f64 + 0.5) * ROW, row);
    }
}

fn draw_row(sheet: &Sheet, columns: &Columns, y: f64, row: &Scored) {
    let (Some((low, high)), Some(figure), Some(nearness)) = (row.range, row.figure, row.nearness) else {
        return;
    };
    let claim = LABEL.shorten(&row.replay.claim, columns.ratios.left - columns.claim - 8.0);
    sheet.text(&claim, (columns.claim, y), LABEL);
    let middle = f64::midpoint(low, high);
    let (from, to) = (columns.ratios.at(low / middle), columns.ratios.at(high / middle));
    let half = ((to - from) / 2.0).max(1.5);
    let centre = f64::midpoint(from, to);
    sheet.bar(Rect { left: centre - half, right: centre + half, top: y - 7.0, bottom: y + 7.0 }, RANGE);

    let colour = if row.is_taken_over() { AXIS } else { colour(nearness) };
    let measured = Measured { value: figure.mean, interval: row.interval, middle, nearness, colour };
    columns.ratios.draw_figure(sheet, y, &measured);
    let [article, simulated] = figures(row);
    sheet.text(&article, (columns.article, y), NOTE.ending());
    let face = if row.is_taken_over() { NOTE } else { LABEL.in_colour(as_ink(colour)) };
    sheet.text(&simulated, (columns.simulated, y), face.ending());
}
