//! Power of a test against groups, effect and duration: simulated with its Monte Carlo band, the closed form, and dashed what it would
//! be if members were independent.

use wearout_core::study::ab::power::{Point as At, Power, WANTED_POWER};

use crate::ab::power::Page;
use crate::ab::units;

use super::axis::{Axis, Ends, signed};
use super::canvas::Canvas;
use super::sheet::{Drawn, Head, Point, Series, Sheet, compose};
use super::style::{ALERT, AXIS, NAME, NOTE, QUIET, Rect, SIDES};
use super::words::{percent, sentence};
use super::{Caption, Failure};

/// A curve: what it runs against and how its axis reads.
struct Curve<'a> {
    heading: String,
    points: &'a [At],
    label: fn(f64) -> String,
}

/// Height of the key above the panels.
const KEY: f64 = 34.0;

pub(super) fn draw(page: &Page, caption: &Caption) -> Result<Option<Canvas>, Failure> {
    let Some(here) = &page.found.here else { return Ok(None) };
    let wide = units(page.contest);
    let curves: Vec<Curve> = [
        Curve {
            heading: format!("Against {wide} an arm"),
            points: &page.found.by_units,
            label: |at| format!("{at:.0}"),
        },
        Curve {
            heading: "Against the appeal of the arm's contents".to_owned(),
            points: &page.found.by_effect,
            label: |at| format!("{}\u{a0}%", signed(100.0 * at, 0)),
        },
        Curve {
            heading: "Against the day of the look".to_owned(),
            points: &page.found.by_day,
            label: |at| format!("{at:.0}"),
        },
    ]
    .into_iter()
    .filter(|curve| curve.points.len() > 1)
    .collect();
    if curves.is_empty() {
        return Ok(None);
    }
    let independent = here
        .if_independent
        .map_or_else(String::new, |power| format!("; {} if members were independent", percent(power)));
    let names = (page.contest.treated(), page.contest.control());
    let found = percent(here.found.estimate);
    let title = if here.effect.side() == 0 {
        format!("{} and {} are not told apart on average; {found} of tests detect a difference", names.0, names.1)
    } else {
        let units = page.contest.trial.units_per_arm;
        format!(
            "{units} {wide} an arm detect the difference between {} and {} in {found} of tests{independent}",
            names.0, names.1
        )
    };
    let head = Head {
        title: sentence(&title),
        subtitle: format!(
            "Share of simulated tests that tell the arms apart by {}, alpha {}",
            page.contest.judge.metric.label, page.request.alpha
        ),
        note: "bands: 95 % Monte Carlo intervals; thin line: closed form on group means; dashed: if members were independent".to_owned(),
    };
    let height = KEY + 220.0 * curves.len() as f64;
    compose(caption, &head, height, |sheet, plot| {
        let entries = [("simulated", SIDES[0]), ("closed form", SIDES[1]), ("if members were independent", ALERT)];
        sheet.key((plot.left, plot.top + 8.0), &entries)?;
        let plot = plot.inset(0.0, KEY, 0.0, 0.0);
        for (row, curve) in curves.iter().enumerate() {
            panel(sheet, plot.row(row, curves.len()), curve)?;
        }
        Ok(())
    })
}

fn panel(sheet: &Sheet, row: Rect, curve: &Curve) -> Drawn {
    let y = Axis::shares(1.0, 4);
    let rect = row.inset(y.room(), 34.0, 16.0, 32.0);
    sheet.text(&curve.heading, (row.left, rect.top - 18.0), NAME)?;
    let points = curve.points;
    let range = points[0].at..points[points.len() - 1].at;
    let x = Axis { ticks: ticks(curve, rect.width()), range: range.clone(), ends: Ends::Centred };
    let mut panel = sheet.panel(rect, &x, &y)?;
    let wanted = [range.start, range.end].map(|at| panel.place((at, WANTED_POWER)));
    sheet.dashes(wanted[0], wanted[1], AXIS)?;
    sheet.text("80\u{a0}%", (wanted[1].0, wanted[1].1 - 9.0), NOTE.in_colour(QUIET).ending())?;
    let line = |of: fn(&Power) -> Option<f64>| -> Vec<(f64, f64)> {
        points.iter().filter_map(|point| Some((point.at, of(&point.power)?))).collect()
    };
    let independent = line(|power| power.if_independent);
    for pair in independent.windows(2) {
        sheet.dashes(panel.place(pair[0]), panel.place(pair[1]), ALERT)?;
    }
    panel.line(line(|power| power.closed_form).into_iter(), SIDES[1], 1.2)?;
    let simulated = |point: &At| {
        let found = point.power.found;
        Point { x: point.at, mean: found.estimate, band: Some((found.interval.low, found.interval.high)) }
    };
    let series = Series {
        name: String::new(),
        value: String::new(),
        colour: SIDES[0],
        points: points.iter().map(simulated).collect(),
    };
    sheet.draw_series(&mut panel, &[series])
}

/// A tick at every point that has room for its words.
fn ticks(curve: &Curve, width: f64) -> Vec<(f64, String)> {
    let (first, last) = (curve.points[0].at, curve.points[curve.points.len() - 1].at);
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for point in curve.points {
        let words = (curve.label)(point.at);
        let apart = |earlier: &(f64, String)| {
            (point.at - earlier.0) / (last - first) * width > 8.0 + NOTE.width(&earlier.1).midpoint(NOTE.width(&words))
        };
        if ticks.last().is_none_or(apart) {
            ticks.push((point.at, words));
        }
    }
    ticks
}
