//! What a test comes to against its size: net gain over sending what is best beforehand to everyone, one line a duration.

use plotters::style::Color;
use wearout_core::finding::Worth;
use wearout_core::study::ab::worth::{Candidate, Rule};

use crate::sentence::days;
use crate::worth::{advice, rule, units};

use super::Caption;
use super::axis::Axis;
use super::canvas::{Canvas, Place};
use super::sheet::{Head, Point, Series, compose, names_room};
use super::style::{AXIS, NOTE, nth_colour};
use super::words::sentence;

/// How far the intervals of neighbouring durations stand apart, pixels: on one place they would hide each other.
const APART: f64 = 5.0;

/// Height of the words under the scale.
const UNDER: f64 = 46.0;

pub(super) fn draw(worth: &Worth, caption: &Caption) -> Option<Canvas> {
    let candidates = &worth.found.candidates;
    let days = days_of(candidates);
    let mut sizes: Vec<u32> = candidates.iter().map(|of| of.units).collect();
    sizes.dedup();
    let [first, .., last] = sizes.as_slice() else { return None };
    let series: Vec<Series> =
        days.iter().enumerate().map(|(i, &days)| line(candidates, worth.rule, (i, days))).collect();
    let reach = series.iter().flat_map(|line| &line.points);
    let (low, high) = reach.fold((0.0, 0.0), |(low, high): (f64, f64), point| {
        let (from, to) = point.band.unwrap_or((point.mean, point.mean));
        (low.min(from), high.max(to))
    });
    let y = Axis::around_zero(low, high, 6);
    let wide = units(worth);
    let head = Head {
        title: sentence(&advice(worth)),
        subtitle: format!(
            "Net gain of a test in buyers, decided by {}, over sending {} to everyone untested",
            rule(worth, worth.rule),
            worth.arms[worth.found.best_before]
        ),
        note: format!(
            "gain of choosing better less what testing costs, over {} sets of parameters; upright lines: 95 % Monte Carlo intervals",
            worth.asked.sets
        ),
    };
    Some(compose(caption, &head, 320.0 + UNDER, |sheet, plot| {
        let rect = plot.inset(y.room(), 8.0, names_room(&series), UNDER);
        let sizes = sizes.iter().map(|&size| (f64::from(size), size.to_string()));
        let margin = f64::from(last - first) * (APART * series.len() as f64 / rect.width());
        let x = Axis::at(sizes, f64::from(*first) - margin..f64::from(*last) + margin, rect.width());
        let panel = sheet.panel(rect, &x, &y);
        let nothing = [x.range.start, x.range.end].map(|at| panel.place((at, 0.0)));
        sheet.line(&nothing, AXIS, 1.4);
        sheet.text(&format!("{wide} an arm"), (rect.centre().0, rect.bottom + 33.0), NOTE.centred());
        let middle = (series.len() as f64 - 1.0) / 2.0;
        for (nth, one) in series.iter().enumerate() {
            let aside = APART * (nth as f64 - middle);
            let at = |x: f64, value: f64| {
                let (x, y) = panel.place((x, value));
                (x + aside, y)
            };
            let means: Vec<Place> = one.points.iter().map(|point| at(point.x, point.mean)).collect();
            sheet.line(&means, one.colour.mix(0.6), 1.4);
            for (point, mean) in one.points.iter().zip(means) {
                if let Some((low, high)) = point.band {
                    sheet.line(&[at(point.x, low), at(point.x, high)], one.colour, 1.4);
                }
                sheet.dot(mean, 3.0, one.colour);
            }
        }
        sheet.name_lines(&panel, &series);
    }))
}

fn days_of(candidates: &[Candidate]) -> Vec<u32> {
    let mut days: Vec<u32> = candidates.iter().map(|of| of.days).collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn line(candidates: &[Candidate], rule: Rule, (index, days): (usize, u32)) -> Series {
    let point = |of: &Candidate| {
        let net = &of.judged(rule).net;
        let band = net.interval.map(|interval| (interval.low, interval.high));
        Point { x: f64::from(of.units), mean: net.mean, band }
    };
    Series {
        name: self::days(days),
        value: String::new(),
        colour: nth_colour(index),
        points: candidates.iter().filter(|of| of.days == days).map(point).collect(),
    }
}
