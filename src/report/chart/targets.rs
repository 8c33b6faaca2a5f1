//! Targets and how they are met: what is known as a bar, what was simulated as a mark with its interval, one row a target.
//!
//! Quantities of many units share one scale because each is divided by the middle of what is known. Verdicts differ in colour and shape.

use crate::report::calibration::Page;
use crate::report::number::short;
use crate::study::calibrate::Score;
use crate::targets::Target;

use super::canvas::Canvas;
use super::evidence::{RANGE, colour, key, mark};
use super::sheet::{Drawn, Head, Sheet, compose};
use super::style::{AXIS, GRID, LABEL, NAME, NOTE, PAPER, Rect, as_ink};
use super::words::sentence;
use super::{Caption, Failure};

const ROW: f64 = 20.0;
/// Height of a heading.
const HEADING: f64 = 34.0;
/// Height of the scale above and below the rows.
const SCALE: f64 = 26.0;
/// Height of the key and the columns' names.
const KEY: f64 = 56.0;
/// Ratio at the ends of the scale.
const WIDEST: f64 = 2.6;
const TICKS: [f64; 5] = [0.5, 0.75, 1.0, 1.5, 2.0];

type Row<'a> = (&'a Target, &'a Score);

pub(super) fn draw(page: &Page, caption: &Caption) -> Result<Option<Canvas>, Failure> {
    let rows =
        |held_out: bool| -> Vec<Row> { page.scored().filter(|(target, _)| target.held_out == held_out).collect() };
    let groups: Vec<(&str, Vec<Row>)> = [("Fitted", rows(false)), ("Held out: not fitted, only scored", rows(true))]
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let n_rows: usize = groups.iter().map(|(_, rows)| rows.len()).sum();
    if n_rows == 0 || page.outcome.best.is_none() {
        return Ok(None);
    }
    let fitted = page.counted(false);
    let head = Head {
        title: format!("{} of {} fitted targets are met within 12 %, {} within 25 %", fitted.close, fitted.all, fitted.near),
        subtitle: sentence(&format!("{} of {}: simulated figures over what is known, a row a target", page.called(), page.problem.targets.name)),
        note: "line across a mark: 95 % interval, the error of a finite number of replicates on luck that the search has not seen; both \
               are divided by the middle of what is known"
            .to_owned(),
    };
    let height = KEY + 2.0 * SCALE + groups.len() as f64 * HEADING + n_rows as f64 * ROW;
    compose(caption, &head, height, |sheet, plot| draw_groups(sheet, plot, &groups))
}

/// Where a row's parts stand across the sheet.
struct Columns {
    left: f64,
    right: f64,
    known: f64,
}

impl Columns {
    fn at(&self, ratio: f64) -> f64 {
        let along = libm::log(ratio.max(1e-9)) / libm::log(WIDEST);
        f64::midpoint(self.left, self.right) + along.clamp(-1.0, 1.0) * (self.right - self.left) / 2.0
    }
}

fn draw_groups(sheet: &Sheet, plot: Rect, groups: &[(&str, Vec<Row>)]) -> Drawn {
    let columns = Columns { left: plot.left + 182.0, right: plot.right - 270.0, known: plot.right - 150.0 };
    key(sheet, (plot.left, plot.top + 10.0), "what is known")?;
    let names = plot.top + 38.0;
    sheet.text("target", (plot.left, names), NOTE)?;
    sheet.text("relative to what is known", (f64::midpoint(columns.left, columns.right), names), NOTE.centred())?;
    sheet.text("known", (columns.known, names), NOTE.ending())?;
    sheet.text("simulated", (plot.right, names), NOTE.ending())?;
    let (top, bottom) = (plot.top + KEY + SCALE, plot.bottom - SCALE);
    for tick in TICKS {
        let at = columns.at(tick);
        sheet.line(&[(at, top), (at, bottom)], if tick == 1.0 { AXIS } else { GRID }, 1.0)?;
        for y in [top - 12.0, bottom + 12.0] {
            sheet.text(&format!("{tick} ×"), (at, y), NOTE.centred())?;
        }
    }
    let mut y = top;
    for (heading, rows) in groups {
        // Paper behind the heading, so that no line of the scale runs through its words.
        sheet.bar(Rect { left: plot.left, top: y + 2.0, right: plot.right, bottom: y + HEADING - 2.0 }, PAPER)?;
        sheet.text(heading, (plot.left, y + HEADING / 2.0 + 2.0), NAME)?;
        y += HEADING;
        for row in rows {
            draw_row(sheet, &columns, (plot, y + ROW / 2.0), row)?;
            y += ROW;
        }
    }
    Ok(())
}

fn draw_row(sheet: &Sheet, columns: &Columns, (plot, y): (Rect, f64), (target, score): &Row) -> Drawn {
    let (low, high) = target.reading.range();
    let name = LABEL.shorten(&target.name, columns.left - plot.left - 8.0);
    sheet.text(&name, (plot.left, y), LABEL)?;
    let middle = if low > 0.0 { (low * high).sqrt() } else { high };
    let (from, to) = (columns.at(low / middle), columns.at(high / middle));
    let (centre, half) = (f64::midpoint(from, to), ((to - from) / 2.0).max(1.5));
    sheet.bar(Rect { left: centre - half, right: centre + half, top: y - 7.0, bottom: y + 7.0 }, RANGE)?;
    let known = if low == high { short(low) } else { format!("{} to {}", short(low), short(high)) };
    sheet.text(&known, (columns.known, y), NOTE.ending())?;
    let (Some(figure), Some(nearness)) = (score.figure, score.nearness()) else {
        return sheet.text("not measured", (plot.right, y), NOTE.ending());
    };
    let colour = colour(nearness);
    if let Some(interval) = figure.interval(0.95) {
        sheet.line(&[interval.low, interval.high].map(|end| (columns.at(end / middle), y)), colour, 2.0)?;
    }
    let ratio = figure.mean / middle;
    if (1.0 / WIDEST..=WIDEST).contains(&ratio) {
        mark(sheet, (columns.at(ratio), y), nearness, colour)?;
    } else {
        let (tip, back) = (columns.at(ratio), if ratio > 1.0 { -9.0 } else { 9.0 });
        sheet.area(&[(tip, y), (tip + back, y - 5.5), (tip + back, y + 5.5)], colour)?;
    }
    sheet.text(&short(figure.mean), (plot.right, y), LABEL.in_colour(as_ink(colour)).ending())
}
