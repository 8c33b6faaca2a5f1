//! What a test comes to against its size: net gain over sending what is best beforehand to everyone, one line a duration.

use wearout_core::finding::Worth;
use wearout_core::study::ab::worth::{Candidate, Rule};

use crate::sentence::days;
use crate::worth::{advice, rule, units};

use super::axis::{Axis, Ends};
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, compose, names_room};
use super::style::{AXIS, NOTE, nth_colour};
use super::words::sentence;
use super::{Caption, Failure};

/// With more durations, bands would hide each other.
const WITH_BANDS: usize = 2;

/// Height of the words under the scale.
const UNDER: f64 = 46.0;

pub(super) fn draw(worth: &Worth, caption: &Caption) -> Result<Option<Canvas>, Failure> {
    let candidates = &worth.found.candidates;
    let days = days_of(candidates);
    let is_banded = days.len() <= WITH_BANDS;
    let mut sizes: Vec<u32> = candidates.iter().map(|of| of.units).collect();
    sizes.dedup();
    let [first, .., last] = sizes.as_slice() else { return Ok(None) };
    let series: Vec<Series> =
        days.iter().enumerate().map(|(i, &days)| line(candidates, worth.rule, (i, days), is_banded)).collect();
    let reach = series.iter().flat_map(|line| &line.points);
    let (low, high) = reach.fold((0.0, 0.0), |(low, high): (f64, f64), point| {
        let (from, to) = point.band.unwrap_or((point.mean, point.mean));
        (low.min(from), high.max(to))
    });
    let y = Axis::around_zero(low, high, 6);
    let banded = if is_banded { "; bands: 95 % Monte Carlo intervals" } else { "" };
    let wide = units(worth);
    let head = Head {
        title: sentence(&advice(worth)),
        subtitle: format!(
            "Net gain of a test in buyers, decided by {}, over sending {} to everyone untested",
            rule(worth, worth.rule),
            worth.arms[worth.found.best_before]
        ),
        note: format!(
            "gain of choosing better less what testing costs, over {} sets of parameters{banded}",
            worth.asked.sets
        ),
    };
    compose(caption, &head, 320.0 + UNDER, |sheet, plot| {
        let rect = plot.inset(y.room(), 8.0, names_room(&series), UNDER);
        let ticks = ticks(&sizes, rect.width());
        let x = Axis { ticks, range: f64::from(*first)..f64::from(*last), ends: Ends::Centred };
        let mut panel = sheet.panel(rect, &x, &y)?;
        let nothing = [x.range.start, x.range.end].map(|at| panel.place((at, 0.0)));
        sheet.line(&nothing, AXIS, 1.4)?;
        sheet.text(&format!("{wide} an arm"), (rect.centre().0, rect.bottom + 33.0), NOTE.centred())?;
        sheet.draw_series(&mut panel, &series)?;
        sheet.name_lines(&panel, &series)
    })
}

fn days_of(candidates: &[Candidate]) -> Vec<u32> {
    let mut days: Vec<u32> = candidates.iter().map(|of| of.days).collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn line(candidates: &[Candidate], rule: Rule, (index, days): (usize, u32), is_banded: bool) -> Series {
    let point = |of: &Candidate| {
        let net = &of.judged(rule).net;
        let band = net.interval.filter(|_| is_banded).map(|interval| (interval.low, interval.high));
        Point { x: f64::from(of.units), mean: net.mean, band }
    };
    Series {
        name: self::days(days),
        value: String::new(),
        colour: nth_colour(index),
        points: candidates.iter().filter(|of| of.days == days).map(point).collect(),
    }
}

/// A tick at every size that has room for its words.
fn ticks(sizes: &[u32], width: f64) -> Vec<(f64, String)> {
    let span = f64::from(sizes[sizes.len() - 1] - sizes[0]);
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for &size in sizes {
        let (at, words) = (f64::from(size), size.to_string());
        let has_room = |earlier: &(f64, String)| (at - earlier.0) / span * width > 10.0 + NOTE.width(&words);
        if ticks.last().is_none_or(has_room) {
            ticks.push((at, words));
        }
    }
    ticks
}
