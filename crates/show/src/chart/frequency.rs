//! How often: what plans that differ in posts a week come to, a small panel a metric over posts a week.

use wearout_core::analysis::{PlanSummary, unbeaten};
use wearout_core::tally::METRICS;

use crate::sentence::counted;

use super::Scene;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, Sheet, compose};
use super::style::{AXIS, NAME, NOTE, PAPER, Rect, SIDES, grid, grid_rows};
use super::words::{estimate, mean, percent, row_of};

/// Fewest frequencies that make a curve.
const FEWEST: usize = 4;

/// What the panels show, and in which words.
const PANELS: [(&str, &str); 4] = [
    ("purchases_per_1000", "Purchases per 1,000 members"),
    ("profit", "Profit"),
    ("kept", "Members kept"),
    ("p_limited", "Chance of a limit"),
];

/// Height of a row of panels.
const PANEL: f64 = 222.0;

/// Posts a week on one scale for every panel: the plans that post, rarest first, and what stands beside them without a post.
struct Frequencies<'a> {
    posting: Vec<(usize, &'a PlanSummary)>,
    silent: Option<&'a PlanSummary>,
}

/// A plan by index, where it lies, and the 95 % interval of its mean.
type Placed = (usize, Point, Option<(f64, f64)>);

impl Frequencies<'_> {
    /// Whether the plans are compared with one that sends nothing: then what posts change is known better than what comes in.
    fn is_silence_baseline(&self, scene: &Scene) -> bool {
        let baseline = &scene.comparison.plans[scene.comparison.baseline];
        self.silent.is_some_and(|silent| silent.name == baseline.name)
    }
}

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let comparison = scene.comparison;
    let plans = frequencies(&comparison.plans)?;
    let is_known = |(key, _): &(&str, &str)| plans.posting.iter().any(|(_, plan)| mean(plan, key).is_some());
    let panels: Vec<(&str, &str)> = PANELS.into_iter().filter(is_known).collect();
    if panels.is_empty() {
        return None;
    }
    let days = counted(comparison.plans[0].days.len() as u64, "day");
    let over_sets = if comparison.n_sets > 1 { "; bands: where 95 % of the plausible sets lie" } else { "" };
    let silent = if plans.silent.is_some() { "; broken line: without posts" } else { "" };
    let head = Head {
        title: title(scene, &plans),
        subtitle: format!("What each number of posts a week comes to after {days}, on the same people"),
        note: format!(
            "dots are means with their 95 % intervals{over_sets}; filled: no other plan is known to be better, over all pairs of plans{silent}"
        ),
    };
    Some(compose(scene.caption, &head, PANEL * grid_rows(panels.len()) as f64, |sheet, plot| {
        for (&(key, heading), cell) in panels.iter().zip(grid(plot, panels.len())) {
            panel(sheet, scene, &plans, (key, heading), cell.rect);
        }
    }))
}

/// The plans as a curve over posts a week; `None` where they are none: too few frequencies, two plans that post as often, or other
/// people.
fn frequencies(plans: &[PlanSummary]) -> Option<Frequencies<'_>> {
    let (silent, posting): (Vec<_>, Vec<_>) =
        plans.iter().enumerate().partition(|(_, plan)| plan.posts_per_week == 0.0);
    let mut posting: Vec<(usize, &PlanSummary)> = posting;
    posting.sort_by(|(_, a), (_, b)| a.posts_per_week.total_cmp(&b.posts_per_week));
    let are_apart = posting.windows(2).all(|pair| pair[1].1.posts_per_week > 1.01 * pair[0].1.posts_per_week);
    let are_alike = plans.windows(2).all(|pair| pair[0].members == pair[1].members);
    let is_curve = posting.len() >= FEWEST && silent.len() <= 1 && are_apart && are_alike;
    is_curve.then(|| Frequencies { posting, silent: silent.first().map(|(_, plan)| *plan) })
}

/// Posts a week in words: "0.5", "1.2", "14".
fn words(posts_per_week: f64) -> String {
    let rounded = format!("{posts_per_week:.1}");
    rounded.trim_end_matches(".0").to_owned()
}

fn title(scene: &Scene, plans: &Frequencies) -> String {
    let known = |key: &str| plans.posting.iter().any(|(_, plan)| mean(plan, key).is_some());
    let (key, noun, of_noun) = if known("profit") {
        ("profit", "Profit is", "profit")
    } else {
        ("purchases_per_1000", "Purchases are", "purchases")
    };
    let best = match best(plans, &unbeaten(scene.comparison, &METRICS[row_of(key)])) {
        Some(posts) if posts.contains(" to ") => format!("{noun} highest somewhere from {posts} a week"),
        Some(posts) => format!("{noun} highest at {posts} a week"),
        None => format!("Which frequency brings the highest {of_noun} is not known"),
    };
    let ends = plans.posting.first().zip(plans.posting.last());
    let kept = ends.and_then(|((_, rare), (_, often))| {
        let (few, many) = (mean(rare, "kept")?, mean(often, "kept")?);
        let [rare, often] = [rare, often].map(|plan| words(plan.posts_per_week));
        Some(format!("; of the members {} are kept at {rare}, {} at {often}", percent(few), percent(many)))
    });
    best + &kept.unwrap_or_default()
}

/// The frequencies that may be the best, in words; `None` where they lie apart from each other or nothing is ruled out.
fn best(plans: &Frequencies, unbeaten: &[usize]) -> Option<String> {
    if unbeaten.len() == plans.posting.len() + usize::from(plans.silent.is_some()) {
        return None;
    }
    let places: Vec<usize> = (0..plans.posting.len()).filter(|&i| unbeaten.contains(&plans.posting[i].0)).collect();
    let posts = |place: &usize| words(plans.posting[*place].1.posts_per_week);
    match (&places[..], unbeaten.len() - places.len()) {
        ([], 0) => None,
        ([], _) => Some("no posts".to_owned()),
        ([only], 0) => Some(posts(only)),
        ([first, .., last], 0) if last - first + 1 == places.len() => {
            Some(format!("{} to {}", posts(first), posts(last)))
        }
        ([0, .., last], _) if last + 1 == places.len() => Some(format!("no posts to {}", posts(last))),
        ([0], _) => Some(format!("no posts to {}", posts(&0))),
        _ => None,
    }
}

fn panel(sheet: &Sheet, scene: &Scene, plans: &Frequencies, (key, heading): (&str, &str), cell: Rect) {
    let at = |plan: &PlanSummary| libm::log2(plan.posts_per_week);
    let is_above_silence = key == "profit" && plans.is_silence_baseline(scene);
    let known: Vec<Placed> = plans
        .posting
        .iter()
        .filter_map(|&(index, plan)| {
            let (mean, low, high, decomposition) = if is_above_silence {
                let found = scene.comparison.difference(index, key)?;
                (found.difference?, found.low, found.high, found.decomposition)
            } else {
                let found = estimate(plan, key)?;
                (found.mean?, found.low, found.high, found.decomposition)
            };
            let over_sets = decomposition.and_then(|decomposition| decomposition.over_sets);
            let band = over_sets.map(|interval| (interval.low, interval.high));
            Some((index, Point { x: at(plan), mean, band }, low.zip(high)))
        })
        .collect();
    let silent = if is_above_silence { Some(0.0) } else { plans.silent.and_then(|plan| mean(plan, key)) };
    let heading = if is_above_silence { "Profit above that without posts" } else { heading };
    let reach = |(_, point, interval): &Placed| {
        let ends = [Some((point.mean, point.mean)), point.band, *interval];
        let low = ends.iter().flatten().map(|end| end.0).fold(f64::INFINITY, f64::min);
        (low, ends.iter().flatten().map(|end| end.1).fold(f64::NEG_INFINITY, f64::max))
    };
    let lowest = known.iter().map(|one| reach(one).0).chain(silent).fold(0.0, f64::min);
    let highest = known.iter().map(|one| reach(one).1).chain(silent).fold(0.0, f64::max);
    let is_share = METRICS[row_of(key)].unit.is_percentage();
    let y = if is_share { Axis::shares(highest, 4) } else { Axis::with_zero(lowest, highest, 4) };
    let rect = cell.inset(y.room(), 46.0, 8.0, 46.0);
    sheet.text(heading, (cell.left, cell.top + 8.0), NAME);
    let unbeaten = unbeaten(scene.comparison, &METRICS[row_of(key)]);
    let best = best(plans, &unbeaten).map(|posts| format!("best: {posts} a week").replace("posts a week", "posts"));
    let best = best.unwrap_or_else(|| "best: not known".to_owned());
    sheet.text(&best, (cell.left, cell.top + 26.0), NOTE);
    let mut panel = sheet.panel(rect, &posts_axis(plans, rect.width()), &y);
    sheet.text("posts a week", (rect.centre().0, rect.bottom + 32.0), NOTE.centred());
    if let Some(silent) = silent {
        let (_, level) = panel.place((0.0, silent));
        sheet.dashes((rect.left, level), (rect.right, level), AXIS);
    }
    let [colour, _] = SIDES;
    // Of a share an interval may pass what can be.
    let within = |(low, high): (f64, f64)| (low.max(y.range.start), high.min(y.range.end));
    let points = known.iter().map(|(_, point, _)| Point { band: point.band.map(within), ..*point }).collect();
    sheet.draw_series(&mut panel, &[Series { name: String::new(), value: String::new(), colour, points }]);
    for (index, point, interval) in known {
        if let Some((low, high)) = interval.map(within) {
            panel.line([(point.x, low), (point.x, high)].into_iter(), colour, 1.6);
        }
        let place = panel.place((point.x, point.mean));
        sheet.dot(place, 4.5, colour);
        if !unbeaten.contains(&index) {
            sheet.dot(place, 2.8, PAPER);
        }
    }
}

/// Posts a week on a scale of ratios, with as many of the plans' own at the ticks as there is room for.
fn posts_axis(plans: &Frequencies, pixels: f64) -> Axis {
    let posts: Vec<f64> = plans.posting.iter().map(|(_, plan)| plan.posts_per_week).collect();
    let (low, high) = (libm::log2(posts[0]), libm::log2(posts[posts.len() - 1]));
    let range = low - 0.05 * (high - low)..high + 0.05 * (high - low);
    Axis::at(posts.into_iter().map(|posts| (libm::log2(posts), words(posts))), range, pixels)
}
