//! Open rate by day, over long horizons by week: one panel with named lines for a few plans, a panel each for many.

use wearout_core::analysis::{Band, PlanSummary};

use super::Scene;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, Sheet, compose, names_room};
use super::style::{GRID, NAME, Rect, as_ink, grid, grid_rows, plan_colour};
use super::words::{Verbs, compared, mean, percent, spell};

/// With more plans, bands would hide each other.
const IN_ONE_PANEL: usize = 4;

const VERBS: Verbs = Verbs {
    verb: "is opened",
    often: "often",
    more: "is opened more often than",
    less: "is opened less often than",
    several: "are opened",
    several_more: "more often",
    several_less: "less often",
    noun: "open rate",
};

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let comparison = scene.comparison;
    let series: Vec<Series> = comparison
        .plans
        .iter()
        .enumerate()
        .map(|(i, plan)| Series {
            name: plan.name.clone(),
            value: String::new(),
            colour: plan_colour(comparison, i),
            points: points(plan),
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    if series.is_empty() {
        return None;
    }
    let days = comparison.plans.iter().map(|plan| plan.open_by_day.len()).max().unwrap_or(0);
    let (spell, length) = spell(days);
    let title = compared(comparison, "open_rate", &VERBS).unwrap_or_else(|| {
        let only = &comparison.plans[0];
        let rate = mean(only, "open_rate").map_or_else(String::new, |rate| format!(": {} in all", percent(rate)));
        format!("How much of what {} sends is opened{rate}", only.name)
    });
    let banded = series.iter().flat_map(|s| &s.points).any(|point| point.band.is_some());
    let bands = if banded { "; bands hold 90 % of single campaigns (5 % to 95 %)" } else { "" };
    let head = Head {
        title,
        subtitle: format!(
            "Open rate by {spell}: reads among posts delivered that {spell}; {spell}s without posts{} are left out",
            if length == 1 { "" } else { ", and a last one that is not whole," }
        ),
        note: format!("lines are means{bands}"),
    };
    let highest = series.iter().flat_map(|s| &s.points).map(|p| p.band.map_or(p.mean, |band| band.1.max(p.mean)));
    let y = Axis::shares(highest.fold(0.0, f64::max), 5);
    if series.len() <= IN_ONE_PANEL {
        Some(compose(scene.caption, &head, 300.0, |sheet, plot| {
            let rect = plot.inset(y.room(), 4.0, names_room(&series), 24.0);
            let mut panel = sheet.panel(rect, &Axis::days(days, rect.width()), &y);
            sheet.draw_series(&mut panel, &series);
            sheet.name_lines(&panel, &series);
        }))
    } else {
        let rows = grid_rows(series.len());
        Some(compose(scene.caption, &head, 140.0 * rows as f64 + 24.0, |sheet, plot| small(sheet, plot, days, &series)))
    }
}

fn points(plan: &PlanSummary) -> Vec<Point> {
    let days = plan.open_by_day.len();
    let (_, length) = spell(days);
    let bands = if length == 1 { &plan.open_by_day } else { &plan.open_by_week };
    // Of a last week that is not whole, most posts are not yet read when the days are over.
    let whole = days / length;
    let middle = |i: usize| (1 + 2 * i * length + length) as f64 / 2.0;
    let point =
        |(i, band): (usize, &Band)| Some(Point { x: middle(i), mean: band.mean?, band: band.q05.zip(band.q95) });
    bands.iter().take(whole).enumerate().filter_map(point).collect()
}

/// A panel for each plan, with the other plans in grey behind it.
fn small(sheet: &Sheet, plot: Rect, days: usize, series: &[Series]) {
    let highest = series.iter().flat_map(|s| &s.points).map(|p| p.band.map_or(p.mean, |band| band.1.max(p.mean)));
    let y = Axis::shares(highest.fold(0.0, f64::max), 5);
    let x = Axis::days_ends(days);
    let cells = grid(plot.inset(y.room(), 0.0, 8.0, 24.0), series.len());
    for (i, (one, cell)) in series.iter().zip(cells).enumerate() {
        let rect = cell.rect.inset(0.0, 26.0, 0.0, 12.0);
        let name = NAME.in_colour(as_ink(one.colour));
        sheet.text(&name.shorten(&one.name, rect.width()), (rect.left, cell.rect.top + 12.0), name);
        let y_here = if cell.leftmost { y.clone() } else { y.unlabelled() };
        let x_here = if cell.lowest { x.clone() } else { x.unlabelled() };
        let mut panel = sheet.panel(rect, &x_here, &y_here);
        for (_, other) in series.iter().enumerate().filter(|(j, _)| *j != i) {
            panel.line(other.points.iter().map(|p| (p.x, p.mean)), GRID, 1.0);
        }
        sheet.draw_series(&mut panel, std::slice::from_ref(one));
    }
}
