//! How far each policy stays behind the best, post by post: lines of regret with bands of its mean.

use wearout_core::study::ab::rotate::Ran;
use wearout_core::tally::Unit;

use crate::number::scale;
use crate::rotate::{name, objective};
use wearout_core::finding::Rotate;

use super::Caption;
use super::axis::{Axis, Ends};
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, compose, names_room};
use super::style::{BASELINE, NOTE, nth_colour};
use super::words::{grouped, sentence, spell};

const HEIGHT: f64 = 380.0;

pub(super) fn draw(rotate: &Rotate, caption: &Caption) -> Option<Canvas> {
    let found = &rotate.found;
    let factor = scale(rotate.unit());
    let series: Vec<Series> =
        found.policies.iter().enumerate().map(|(index, ran)| series(rotate, index, ran, factor)).collect();
    let points = || series.iter().flat_map(|one| &one.points);
    if found.steps.len() < 2 || points().next().is_none() {
        return None;
    }
    let reach = |point: &Point| point.band.unwrap_or((point.mean, point.mean));
    let low = points().map(|point| reach(point).0).fold(0.0, f64::min);
    let high = points().map(|point| reach(point).1).fold(0.0, f64::max);
    let unit = if rotate.unit() == Unit::Share { "percentage points" } else { "a campaign" };
    let head = Head {
        title: title(rotate),
        subtitle: format!(
            "Regret after each {}: {} so far of {}, less the policy's own, {unit}",
            if spell(rotate.scenario.days as usize).1 > 1 { "week" } else { "post" },
            objective(rotate),
            name(rotate, rotate.best())
        ),
        note: "lines are means over replicates on the same people; bands: 95 % intervals of the mean".to_owned(),
    };
    let y = Axis::around_zero(low, high, 6);
    let last = found.steps[found.steps.len() - 1].posts;
    Some(compose(caption, &head, HEIGHT, |sheet, plot| {
        let rect = plot.inset(y.room(), 4.0, names_room(&series), 40.0);
        let mut panel = sheet.panel(rect, &posts_axis(found.steps[0].posts, last, rect.width()), &y);
        sheet.draw_series(&mut panel, &series);
        sheet.name_lines(&panel, &series);
        sheet.text("posts sent", (rect.centre().0, rect.bottom + 32.0), NOTE.centred());
    }))
}

fn series(rotate: &Rotate, index: usize, ran: &Ran, factor: f64) -> Series {
    let points: Vec<Point> = rotate
        .found
        .steps
        .iter()
        .zip(&ran.regret)
        .enumerate()
        .filter(|&(nth, _)| ends_a_spell(rotate, nth))
        .filter_map(|(_, (step, regret))| {
            let regret = (*regret)?;
            let band = regret.interval.map(|interval| (factor * interval.low, factor * interval.high));
            Some(Point { x: step.posts as f64, mean: factor * regret.mean, band })
        })
        .collect();
    let decimals = |mean: f64| match rotate.unit() {
        Unit::Share => 2,
        _ => usize::from(mean.abs() < 9.95),
    };
    let value = points.last().map_or_else(String::new, |point| grouped(point.mean, decimals(point.mean)));
    let colour = if index == 0 { BASELINE } else { nth_colour(index - 1) };
    Series { name: name(rotate, ran), value, colour, points }
}

fn title(rotate: &Rotate) -> String {
    let best = name(rotate, rotate.best());
    let behind = rotate.found.policies.iter().filter(|ran| {
        let last = ran.regret.last().copied().flatten();
        last.and_then(|regret| regret.interval).is_some_and(|interval| interval.low > 0.0)
    });
    let others = rotate.found.policies.len() - 1;
    match behind.count() {
        0 => format!("{}: no policy is clearly behind {best}", sentence(objective(rotate))),
        n if n == others => format!("Most {} under {}: all others are clearly behind", objective(rotate), best),
        n => format!("Most {} under {}: {n} of {others} others are clearly behind", objective(rotate), best),
    }
}

/// Whether a step is the last of its day, over long horizons of its week.
fn ends_a_spell(rotate: &Rotate, nth: usize) -> bool {
    let steps = &rotate.found.steps;
    let (_, length) = spell(rotate.scenario.days as usize);
    steps.get(nth + 1).is_none_or(|next| next.days.div_ceil(length) > steps[nth].days.div_ceil(length))
}

/// Numbers of posts, whole, from the first to the last.
fn posts_axis(first: usize, last: usize, pixels: f64) -> Axis {
    let range = first as f64..last as f64;
    let apart = 34.0 * (range.end - range.start) / pixels;
    let step = [1, 2, 5, 10, 20, 50, 100].into_iter().find(|&step| f64::from(step) >= apart).unwrap_or(200) as usize;
    let ticks = (first..=last).filter(|posts| posts % step == 0).map(|posts| (posts as f64, posts.to_string()));
    Axis { ticks: ticks.collect(), range, ends: Ends::Centred }
}
