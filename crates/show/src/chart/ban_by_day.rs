//! Chance of having been limited, and of having been banned, by day.

use wearout_core::analysis::{Band, PlanSummary};
use wearout_core::tally::Outcome;
use wearout_stats::Interval;

use super::Scene;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, compose, names_room};
use super::style::{NAME, plan_colour};
use super::words::{Verbs, compared, mean, percent, spell, wilson};

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

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let comparison = scene.comparison;
    let plans = comparison.plans.len();
    let of = |(outcome, heading)| (heading, (0..plans).map(|plan| chances(scene, plan, outcome)).collect());
    let happened = |(_, series): &(&str, Vec<Series>)| series.iter().flat_map(|s| &s.points).any(|p| p.mean > 0.0);
    let both: [(&str, Vec<Series>); 2] =
        [(Outcome::Limited, "Limited at least once"), (Outcome::Banned, "Banned")].map(of);
    let (panels, never): (Vec<_>, Vec<_>) = both.into_iter().partition(happened);
    if panels.is_empty() {
        return None;
    }
    let days = comparison.plans.iter().map(|plan| plan.days.len()).max().unwrap_or(0);
    let bands = match (plans <= WITH_BANDS, comparison.n_sets > 1) {
        (false, _) => "",
        (true, true) => {
            "; bands: where 95 % of the plausible sets lie, or, where these differ too little to see, the error of a finite \
             number of replicates"
        }
        (true, false) => "; bands: the error of a finite number of replicates (95 %, Wilson)",
    };
    let never: Vec<String> = never.iter().map(|(heading, _)| heading.to_lowercase()).collect();
    let never = if never.is_empty() { String::new() } else { format!("; in no replicate: {}", never.join(", ")) };
    let head = Head {
        title: title(scene),
        subtitle: format!(
            "Share of replicates in which the platform had acted by the end of the {}. The threshold of reports is \
                 absolute: the chance grows with the list",
            spell(days).0
        ),
        note: format!("lines are shares of replicates{bands}{never}"),
    };
    let panel_height = (18.0 * plans as f64 + 62.0).max(180.0);
    Some(compose(scene.caption, &head, panels.len() as f64 * panel_height, |sheet, plot| {
        let room = panels.iter().map(|(_, series)| names_room(series)).fold(0.0, f64::max);
        for (row, (heading, series)) in panels.iter().enumerate() {
            let highest =
                series.iter().flat_map(|s| &s.points).map(|p| p.band.map_or(p.mean, |band| band.1.max(p.mean)));
            let y = Axis::shares(highest.fold(0.0, f64::max), 4);
            let rect = plot.row(row, panels.len()).inset(Axis::shares(1.0, 4).room(), 30.0, room, 28.0);
            sheet.text(heading, (plot.left, rect.top - 19.0), NAME);
            let mut panel = sheet.panel(rect, &Axis::days(days, rect.width()), &y);
            sheet.draw_series(&mut panel, series);
            sheet.name_lines(&panel, series);
        }
    }))
}

fn title(scene: &Scene) -> String {
    let comparison = scene.comparison;
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
    let (n_days, (_, length)) = (summary.days.len(), spell(summary.days.len()));
    let points: Vec<Point> = summary
        .days
        .iter()
        .enumerate()
        .filter(|(i, _)| (i + 1).is_multiple_of(length) || i + 1 == n_days)
        .filter_map(|(i, day)| {
            let Band { mean: Some(mean), over_sets, .. } = day[outcome as usize] else { return None };
            let replicates = comparison.replicates;
            let struck = (mean * replicates as f64).round() as u64;
            let of_replicates = || wilson(struck.min(replicates), replicates);
            let band = over_sets.map(|Interval { low, high }| (low, high)).or_else(of_replicates);
            // Before anything has happened there is nothing to draw.
            let band = band.filter(|_| banded && mean > 0.0);
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
