//! A race of plans: above, how each fell behind the leader, replicate by replicate, until it was dropped; below, a row a plan with
//! how far behind it was then.

use wearout_core::study::select::{End, Selection};
use wearout_core::tally::Better;

use crate::number::{difference_unit, fixed, scale};
use crate::select::{difference, zone};

use crate::sentence::counted;

use super::Caption;
use super::axis::{Axis, Ends};
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, Sheet, compose, names_room};
use super::style::{GRID, LABEL, NAME, NOTE, Rect, colour_beside};
use super::words::{grouped, sentence};

const ROW: f64 = 22.0;
/// Height of the lines, where any plan outlived the first stage.
const LINES: f64 = 250.0;
/// Height of the columns' names above the rows.
const NAMES: f64 = 30.0;
/// Height of a scale.
const SCALE: f64 = 50.0;
/// Left and right of the panels.
const LEFT: f64 = 170.0;
const RIGHT: f64 = 190.0;

pub(super) fn draw(race: &Selection, caption: &Caption) -> Option<Canvas> {
    let leader = &race.plans.get(race.leader)?.name;
    let equal = || race.plans.iter().filter(|plan| plan.end == End::Equal).map(|plan| plan.name.as_str());
    let campaigns = counted(race.campaigns, "campaign");
    let title = match race.selected {
        Some(_) if equal().next().is_some() => {
            format!("{leader} and {} are equal", equal().collect::<Vec<_>>().join(" and "))
        }
        Some(_) if race.campaigns < race.campaigns_if_equal => format!(
            "{leader} is best or within {} with 95 % probability: {campaigns} instead of {}",
            zone(race, caption.currency),
            grouped(race.campaigns_if_equal as f64, 0)
        ),
        Some(_) => format!("{leader} is best or within {} with 95 % probability", zone(race, caption.currency)),
        None => format!("{leader} leads, and the race is not decided"),
    };
    let cost = match race.selected {
        Some(_) if race.campaigns < race.campaigns_if_equal => format!(
            "; with as many campaigns for every plan, the same guarantee takes {}",
            grouped(race.campaigns_if_equal as f64, 0)
        ),
        _ => String::new(),
    };
    let unit = difference_unit(race.metric.unit, caption.currency);
    let head = Head {
        title,
        subtitle: sentence(&format!("{}: difference from {leader}, in {unit}", race.metric.label)),
        note: format!(
            "band: worse than {leader} by less than {}; dots: where a plan was dropped, its mean against that of {leader} over the same \
             replicates; same luck for all{cost}",
            zone(race, caption.currency),
        ),
    };
    let lines = if race.standings.len() > 1 { LINES + SCALE } else { 0.0 };
    let height = lines + NAMES + ROW * race.plans.len() as f64 + SCALE;
    Some(compose(caption, &head, height, |sheet, plot| {
        if lines > 0.0 {
            draw_lines(sheet, race, Rect { bottom: plot.top + LINES, ..plot });
        }
        draw_rows(sheet, race, unit, plot.inset(0.0, lines, 0.0, 0.0));
    }))
}

/// The plan's difference from the leader at each standing it was in, as it is read.
fn path(race: &Selection, plan: usize) -> Vec<(f64, f64)> {
    let difference = |means: &[Option<f64>]| Some(scale(race.metric.unit) * (means[plan]? - means[race.leader]?));
    let standings = race.standings.iter();
    standings.filter_map(|now| Some((libm::log(now.replicates as f64), difference(&now.means)?))).collect()
}

fn draw_lines(sheet: &Sheet, race: &Selection, plot: Rect) {
    let paths: Vec<(usize, Vec<(f64, f64)>)> = race.ranked.iter().rev().map(|&plan| (plan, path(race, plan))).collect();
    let zone = scale(race.metric.unit) * race.zone;
    // Who was dropped from the first stage has no line, and is not what the scale is for.
    let drawn = || paths.iter().filter(|(_, path)| path.len() > 1).flat_map(|(_, path)| path.iter().map(|at| at.1));
    let y = Axis::around_zero(drawn().fold(-1.5 * zone, f64::min), drawn().fold(1.5 * zone, f64::max), 6);
    let x = replicates(race.standings.iter().map(|standing| standing.replicates));
    let named = named(race, &paths);
    let area = plot.inset(y.room(), 0.0, names_room(&named), 0.0);
    let band = sheet.panel(area, &Axis::bare(x.range.clone()), &Axis::bare(y.range.clone()));
    let (low, high) = behind(race);
    let (top, bottom) = (band.place((x.range.start, high)).1, band.place((x.range.start, low)).1);
    sheet.bar(Rect { top, bottom, ..area }, GRID);
    let mut panel = sheet.panel(area, &x, &y);
    for (plan, path) in &paths {
        let colour = colour_beside(race.baseline, *plan);
        panel.line(path.iter().copied(), colour, if *plan == race.leader { 2.6 } else { 1.6 });
        let inside = |at: &&(f64, f64)| y.range.contains(&at.1);
        if let Some(&end) = path.last().filter(|_| path.len() > 1).filter(inside) {
            sheet.dot(panel.place(end), 3.6, colour);
        }
    }
    sheet.name_lines(&panel, &named);
    sheet.text("replicates", (area.centre().0, area.bottom + 33.0), NOTE.centred());
}

/// The zone on the side where a plan is worse than the leader, as it is read.
fn behind(race: &Selection) -> (f64, f64) {
    let zone = scale(race.metric.unit) * race.zone;
    if race.metric.better == Better::Lower { (0.0, zone) } else { (-zone, 0.0) }
}

/// The lines that have their names beside them: the leader's and that of the plan dropped last.
fn named(race: &Selection, paths: &[(usize, Vec<(f64, f64)>)]) -> Vec<Series> {
    let last = paths.iter().filter(|(plan, path)| race.plans[*plan].dropped.is_some() && path.len() > 1);
    let last = last.max_by_key(|(plan, _)| race.plans[*plan].replicates);
    let leader = paths.iter().find(|(plan, _)| *plan == race.leader);
    let series = |(plan, path): &(usize, Vec<(f64, f64)>)| Series {
        name: race.plans[*plan].name.clone(),
        value: String::new(),
        colour: colour_beside(race.baseline, *plan),
        points: path.iter().map(|&(x, mean)| Point { x, mean, band: None }).collect(),
    };
    leader.into_iter().chain(last).map(series).collect()
}

/// Numbers of replicates on a logarithmic scale: the first, the last, and round ones where there is room.
fn replicates(at: impl Iterator<Item = u64> + Clone) -> Axis {
    let (first, last) = (at.clone().min().unwrap_or(1), at.max().unwrap_or(1));
    let place = |n: u64| libm::log(n as f64);
    let room = 0.08 * (place(last) - place(first));
    let round = (0..9).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    let between = round.filter(|&n| place(n) > place(first) + room && place(n) < place(last) - room);
    let shown = std::iter::once(first).chain(between).chain([last]);
    Axis {
        ticks: shown.map(|n| (place(n), fixed(n as f64, 0))).collect(),
        range: place(first)..place(last),
        ends: Ends::Inside,
    }
}

fn draw_rows(sheet: &Sheet, race: &Selection, unit: &str, plot: Rect) {
    let ranked = &race.ranked;
    let table = plot.inset(0.0, NAMES, 0.0, SCALE);
    let area = table.inset(LEFT, 0.0, RIGHT, 0.0);
    let zone = scale(race.metric.unit) * race.zone;
    let differences =
        || ranked.iter().filter_map(|&plan| race.behind_leader(plan)).map(|value| scale(race.metric.unit) * value);
    let x = Axis::around_zero(differences().fold(-zone, f64::min), differences().fold(zone, f64::max), 6);
    let words = format!("difference from {}, {unit}", race.plans[race.leader].name);
    let panel = sheet.scale(area, &x, &words);
    let across = |value: f64| panel.place((value, 0.0)).0;
    let (low, high) = behind(race);
    sheet.bar(Rect { left: across(low), right: across(high), ..area }, GRID);
    let names = plot.top + NAMES / 2.0 - 2.0;
    sheet.text("plan", (plot.left, names), NOTE);
    sheet.text("difference", (plot.right - 110.0, names), NOTE.ending());
    sheet.text("replicates", (plot.right, names), NOTE.ending());
    for (i, &plan) in ranked.iter().enumerate() {
        let (_, y) = table.row(i, ranked.len()).centre();
        let (raced, colour) = (&race.plans[plan], colour_beside(race.baseline, plan));
        let face = if race.selected == Some(plan) { NAME } else { LABEL };
        sheet.text(&face.shorten(&raced.name, LEFT - 14.0), (plot.left, y), face);
        if let Some(value) = race.behind_leader(plan) {
            let at = across(scale(race.metric.unit) * value);
            sheet.line(&[(across(0.0), y), (at, y)], colour, 2.0);
            sheet.dot((at, y), 4.5, colour);
            sheet.text(&difference(race, value).replace('-', "−"), (plot.right - 110.0, y), LABEL.ending());
        }
        sheet.text(&fixed(raced.replicates as f64, 0), (plot.right, y), LABEL.ending());
    }
}
