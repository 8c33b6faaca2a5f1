//! How churn differs from campaign to campaign: a histogram of replicates for each plan, one above the other.

use plotters::style::Color;
use wearout_core::analysis::PlanSummary;

use super::Scene;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{AXIS, GRID, INK, NAME, NOTE, Rect, as_ink, plan_colour};
use super::words::{estimate, percent, row_of, sentence};

/// Columns of a histogram over the whole scale.
const COLUMNS: usize = 60;

struct Row<'a> {
    plan: usize,
    name: &'a str,
    values: Vec<f64>,
    median: Option<f64>,
}

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let rows: Vec<Row> = scene.comparison.plans.iter().enumerate().filter_map(|(i, plan)| row(i, plan)).collect();
    if rows.is_empty() {
        return None;
    }
    let head = Head {
        title: title(&rows),
        subtitle: "Churn by the end: members who left, blocked or muted, among members addressed; how many campaigns ended there"
            .to_owned(),
        note: "a campaign is a replicate; vertical marks are medians; heights are scaled within each plan".to_owned(),
    };
    let row_height = match rows.len() {
        1 | 2 => 118.0,
        3 | 4 => 78.0,
        5..=8 => 48.0,
        _ => 38.0,
    };
    Some(compose(scene.caption, &head, row_height * rows.len() as f64 + 44.0, |sheet, plot| {
        let names = rows.iter().map(|row| NAME.width(row.name)).fold(60.0, f64::max).min(235.0);
        let area = plot.inset(names + 20.0, 16.0, 20.0, 28.0);
        let highest = rows.iter().flat_map(|row| &row.values).copied().fold(0.0, f64::max);
        let x = Axis::shares(highest, 8);
        let panel = sheet.panel(area, &x, &Axis::bare(0.0..1.0));
        for (value, _) in &x.ticks {
            let (at, _) = panel.place((*value, 0.0));
            sheet.line(&[(at, area.top), (at, area.bottom)], GRID, 1.0);
        }
        for (i, row) in rows.iter().enumerate() {
            let band = area.row(i, rows.len());
            let name = NAME.in_colour(as_ink(plan_colour(scene.comparison, row.plan)));
            sheet.text(&name.shorten(row.name, names), (plot.left, band.bottom - 9.0), name);
            histogram(sheet, scene, row, band, x.range.end);
        }
    }))
}

fn row(plan: usize, summary: &PlanSummary) -> Option<Row<'_>> {
    let values: Vec<f64> = summary.values.get(row_of("loss"))?.iter().copied().flatten().collect();
    let median = estimate(summary, "loss").and_then(|loss| loss.quantiles).map(|[_, median, _]| median);
    (!values.is_empty()).then_some(Row { plan, name: &summary.name, values, median })
}

fn histogram(sheet: &Sheet, scene: &Scene, row: &Row, band: Rect, highest: f64) {
    let mut columns = [0_u32; COLUMNS];
    for value in &row.values {
        columns[((value / highest * COLUMNS as f64) as usize).min(COLUMNS - 1)] += 1;
    }
    let most = columns.iter().copied().max().unwrap_or(1).max(1);
    let room = band.height() - 20.0;
    for (i, &count) in columns.iter().enumerate().filter(|(_, count)| **count > 0) {
        let column = band.column(i, COLUMNS, 0.0);
        let height = (f64::from(count) / f64::from(most) * room).max(1.0);
        let bar =
            Rect { left: column.left + 0.5, right: column.right - 0.5, top: band.bottom - height, bottom: band.bottom };
        sheet.bar(bar, plan_colour(scene.comparison, row.plan).mix(0.75));
    }
    sheet.line(&[(band.left, band.bottom), (band.right, band.bottom)], AXIS, 1.0);
    if let Some(median) = row.median {
        let at = band.left + median / highest * band.width();
        sheet.line(&[(at, band.bottom - room - 2.0), (at, band.bottom)], INK, 1.6);
        let words = percent(median);
        let half = NOTE.width(&words) / 2.0;
        let middle = at.clamp(band.left + half, band.right - half);
        sheet.text(&words, (middle, band.bottom - room - 10.0), NOTE.in_colour(INK).centred());
    }
}

fn title(rows: &[Row]) -> String {
    let known: Vec<(&str, f64)> = rows.iter().filter_map(|row| Some((row.name, row.median?))).collect();
    let text = match known[..] {
        [] => "How much churn differs from campaign to campaign".to_owned(),
        [(name, median)] => format!("The median campaign of {name} loses {} of its members", percent(median)),
        [(_, x), (_, y)] if percent(x) == percent(y) => {
            format!("The median campaign loses {} of members with either plan", percent(x))
        }
        [(a, x), (b, y)] => {
            format!("The median campaign loses {} of members with {a}, {} with {b}", percent(x), percent(y))
        }
        _ => {
            let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1)).expect("there are several");
            let most = known.iter().max_by(|a, b| a.1.total_cmp(&b.1)).expect("there are several");
            if percent(least.1) == percent(most.1) {
                format!("The median campaign loses {} of members, whichever the plan", percent(least.1))
            } else {
                format!(
                    "The median campaign loses between {} ({}) and {} ({}) of members",
                    percent(least.1),
                    least.0,
                    percent(most.1),
                    most.0
                )
            }
        }
    };
    sentence(&text)
}
