//! Chance of having been limited, and of having been banned, by day.

use crate::analysis::PlanSummary;
use crate::tally::Outcome;

use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, compose, names_room};
use super::style::{NAME, plan_colour};
use super::words::{Verbs, compared, mean, percent, wilson};
use super::{Failure, Scene};

/// With more plans, bands would hide each other.
const WITH_BANDS: usize = 4;

const VERBS: Verbs = Verbs {
    verb: "is limited",
    often: "often",
    more: "is limited more often than",
    less: "is limited less often than",
    several: "are limited",
    several_more: "more often",
    several_less: "less often",
    noun: "chance of being limited",
};

pub(super) fn draw(scene: &Scene) -> Result<Option<Canvas>, Failure> {
    let comparison = scene.comparison;
    let panels =
        [(Outcome::Limited, "Limited at least once"), (Outcome::Banned, "Banned")].map(|(outcome, heading)| {
            let series: Vec<Series> = (0..comparison.plans.len())
                .map(|i| chances(scene, i, outcome))
                .filter(|series| !series.points.is_empty())
                .collect();
            (heading, series)
        });
    if panels.iter().all(|(_, series)| series.is_empty()) {
        return Ok(None);
    }
    let plans = comparison.plans.len();
    let days = comparison.plans.iter().map(|plan| plan.days.len()).max().unwrap_or(0);
    let bands = if plans <= WITH_BANDS {
        "; bands are 95 % Wilson intervals (error of a finite number of replicates)"
    } else {
        ""
    };
    let head = Head {
        title: title(scene, &panels.each_ref().map(|(_, series)| series.as_slice())),
        subtitle:
            "Share of replicates in which the platform had acted by the end of the day. The threshold of reports is \
                   absolute: the chance grows with the list"
                .to_owned(),
        note: format!("lines are shares of replicates{bands}"),
    };
    let panel_height = (18.0 * plans as f64 + 62.0).max(180.0);
    compose(scene.caption, &head, 2.0 * panel_height, |sheet, plot| {
        let room = panels.iter().map(|(_, series)| names_room(series)).fold(0.0, f64::max);
        for (row, (heading, series)) in panels.iter().enumerate() {
            let highest =
                series.iter().flat_map(|s| &s.points).map(|p| p.band.map_or(p.mean, |band| band.1.max(p.mean)));
            let y = Axis::shares(highest.fold(0.0, f64::max), 4);
            let rect = plot.row(row, 2).inset(Axis::shares(1.0, 4).room(), 30.0, room, 28.0);
            sheet.text(heading, (plot.left, rect.top - 19.0), NAME)?;
            let mut panel = sheet.panel(rect, &Axis::days(days, rect.width()), &y)?;
            sheet.draw_series(&mut panel, series)?;
            sheet.name_lines(&panel, series)?;
        }
        Ok(())
    })
}

fn title(scene: &Scene, panels: &[&[Series]; 2]) -> String {
    let comparison = scene.comparison;
    let never = |series: &[Series]| series.iter().flat_map(|s| &s.points).all(|point| point.mean == 0.0);
    if panels.iter().all(|series| never(series)) {
        let who = if comparison.plans.len() == 1 { "The sender is" } else { "No plan is" };
        let not = if comparison.plans.len() == 1 { "never" } else { "ever" };
        return format!("{who} {not} limited or banned in these replicates");
    }
    compared(comparison, "p_limited", &VERBS).unwrap_or_else(|| {
        let only: &PlanSummary = &comparison.plans[0];
        match (mean(only, "p_limited"), mean(only, "p_banned")) {
            (Some(limited), Some(banned)) => {
                format!(
                    "{} is limited in {} and banned in {} of campaigns",
                    only.name,
                    percent(limited),
                    percent(banned)
                )
            }
            _ => format!("How often the platform acts against {}", only.name),
        }
    })
}

fn chances(scene: &Scene, plan: usize, outcome: Outcome) -> Series {
    let comparison = scene.comparison;
    let summary = &comparison.plans[plan];
    let banded = comparison.plans.len() <= WITH_BANDS;
    let points: Vec<Point> = summary
        .days
        .iter()
        .enumerate()
        .filter_map(|(i, day)| {
            let mean = day[outcome as usize].mean?;
            let replicates = comparison.replicates;
            let struck = (mean * replicates as f64).round() as u64;
            let band = if banded { wilson(struck.min(replicates), replicates) } else { None };
            Some(Point { x: i as f64 + 1.0, mean, band })
        })
        .collect();
    Series {
        name: summary.name.clone(),
        value: points.last().map_or_else(String::new, |last| percent(last.mean)),
        colour: plan_colour(comparison, plan),
        points,
    }
}
