//! From delivered to bought, per 1,000 delivered: a column for each step with its own scale, a row for each plan.
//!
//! Each column starts at zero and has its own scale: on a common one, buyers could not be seen beside reads.

use wearout_core::analysis::PlanSummary;
use wearout_core::tally::Outcome;

use super::Scene;
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{AXIS, GRID, LABEL, NAME, NOTE, Rect, as_ink, plan_colour};
use super::words::{count, grouped, percent, sentence};

const STEPS: [(Outcome, &str, &str); 3] = [
    (Outcome::Reads, "Read", "of delivered"),
    (Outcome::Clicks, "Clicked", "of reads"),
    (Outcome::Buyers, "Bought", "of clicks"),
];

struct Row<'a> {
    plan: usize,
    name: &'a str,
    delivered: f64,
    /// Per 1,000 delivered.
    steps: [f64; STEPS.len()],
}

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let rows: Vec<Row> =
        scene.comparison.plans.iter().enumerate().filter_map(|(plan, summary)| row(plan, summary)).collect();
    if rows.is_empty() {
        return None;
    }
    let head = Head {
        title: title(&rows),
        subtitle: "What becomes of 1,000 posts delivered; each column has its own scale, starting at zero".to_owned(),
        note: "ratios of totals over all days and replicates (the table has means of each replicate's own ratio); bought: first \
               purchases through a post"
            .to_owned(),
    };
    let tall = rows.len() <= 5;
    let row_height = if tall { 72.0 } else { 30.0 };
    Some(compose(scene.caption, &head, row_height * rows.len() as f64 + 34.0, |sheet, plot| {
        let names =
            rows.iter().map(|row| NAME.width(row.name)).fold(if tall { 135.0 } else { 60.0 }, f64::max).min(235.0);
        let delivered_right = plot.left + names + if tall { 8.0 } else { 88.0 };
        let columns = Rect { left: delivered_right + 26.0, ..plot };
        let table = plot.inset(0.0, 34.0, 0.0, 0.0);
        if !tall {
            sheet.text("Delivered", (delivered_right, plot.top + 12.0), NOTE.ending());
        }
        for (i, row) in rows.iter().enumerate() {
            let band = table.row(i, rows.len());
            let (_, middle) = band.centre();
            sheet.line(&[(plot.left, band.top), (plot.right, band.top)], GRID, 1.0);
            let name = NAME.in_colour(as_ink(plan_colour(scene.comparison, row.plan)));
            let at = if tall { middle - 11.0 } else { middle };
            sheet.text(&name.shorten(row.name, names), (plot.left, at), name);
            if tall {
                let delivered = format!("{} delivered", grouped(row.delivered, 0));
                sheet.text(&delivered, (plot.left, middle + 14.0), NOTE);
            } else {
                sheet.text(&grouped(row.delivered, 0), (delivered_right, middle), NOTE.ending());
            }
        }
        for (step, (_, heading, of)) in STEPS.iter().enumerate() {
            let column = columns.column(step, STEPS.len(), 22.0);
            sheet.text(heading, (column.left, plot.top + 12.0), NAME);
            let share_of = if tall { Some(*of) } else { None };
            draw_step(sheet, scene, &rows, step, Rect { top: table.top, ..column }, share_of);
        }
    }))
}

fn row(plan: usize, summary: &PlanSummary) -> Option<Row<'_>> {
    let total = |outcome: Outcome| summary.days.iter().filter_map(|day| day[outcome as usize].mean).sum::<f64>();
    let delivered = total(Outcome::Delivered);
    let steps = STEPS.map(|(outcome, _, _)| 1000.0 * total(outcome) / delivered);
    (delivered > 0.0).then_some(Row { plan, name: &summary.name, delivered, steps })
}

fn draw_step(sheet: &Sheet, scene: &Scene, rows: &[Row], step: usize, column: Rect, share_of: Option<&str>) {
    let highest = rows.iter().map(|row| row.steps[step]).fold(0.0, f64::max);
    let number = NAME.width("1,000") + 8.0;
    for (i, row) in rows.iter().enumerate() {
        let band = column.row(i, rows.len());
        let (_, middle) = band.centre();
        let (value, before) = (row.steps[step], if step == 0 { 1000.0 } else { row.steps[step - 1] });
        let length = if highest > 0.0 { value / highest * (column.width() - number) } else { 0.0 };
        let (top, half) = if share_of.is_some() { (middle - 11.0, 11.0) } else { (middle, 8.0) };
        let bar = Rect { left: column.left, right: column.left + length.max(1.5), top: top - half, bottom: top + half };
        let colour = if value > 0.0 { plan_colour(scene.comparison, row.plan) } else { AXIS };
        sheet.bar(bar, colour);
        sheet.text(&count(value), (bar.right + 6.0, top), LABEL);
        if let (Some(of), true) = (share_of, before > 0.0) {
            sheet.text(&format!("{} {of}", percent(value / before)), (column.left, middle + 14.0), NOTE);
        }
    }
}

fn title(rows: &[Row]) -> String {
    let bought = |row: &Row| row.steps[STEPS.len() - 1];
    let text = match rows {
        [only] => format!("{} makes {} buyers per 1,000 posts delivered", only.name, count(bought(only))),
        [a, b] => format!(
            "Of 1,000 posts delivered, {} end in a purchase with {}, {} with {}",
            count(bought(b)),
            b.name,
            count(bought(a)),
            a.name
        ),
        _ => {
            let least = rows.iter().min_by(|a, b| bought(a).total_cmp(&bought(b)));
            let most = rows.iter().max_by(|a, b| bought(a).total_cmp(&bought(b)));
            match (least, most) {
                (Some(least), Some(most)) if bought(most) > bought(least) => format!(
                    "Of 1,000 posts delivered, between {} ({}) and {} ({}) end in a purchase",
                    count(bought(least)),
                    least.name,
                    count(bought(most)),
                    most.name
                ),
                _ => "What becomes of 1,000 posts delivered".to_owned(),
            }
        }
    };
    sentence(&text)
}
