//! Power of a test against groups, effect and duration: simulated with its Monte Carlo band, the closed form, and dashed what it would
//! be if members were independent.

use wearout_core::finding::Power as Found;
use wearout_core::study::ab::power::{Point as At, Power, Reach, WANTED_POWER};

use crate::tested::units;

use super::Caption;
use super::axis::{Axis, signed};
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, Sheet, compose};
use super::style::{ALERT, AXIS, NAME, NOTE, QUIET, Rect, SIDES};
use super::words::{percent, sentence};

/// A curve: what it runs against and how its axis reads.
struct Curve<'a> {
    heading: String,
    points: &'a [At],
    label: fn(f64) -> String,
}

/// Height of the key above the panels.
const KEY: f64 = 34.0;

pub(super) fn draw(found: &Found, caption: &Caption) -> Option<Canvas> {
    let (test, here) = (&found.test, &found.found.here);
    let wide = units(test);
    let curves: Vec<Curve> = [
        Curve {
            heading: format!("Against {wide} an arm"),
            points: &found.found.by_units,
            label: |at| format!("{at:.0}"),
        },
        Curve {
            heading: "Against the appeal of the arm's contents".to_owned(),
            points: &found.found.by_effect,
            label: |at| format!("{}\u{a0}%", signed(100.0 * at, 0)),
        },
        Curve {
            heading: "Against the day of the look".to_owned(),
            points: &found.found.by_day,
            label: |at| format!("{at:.0}"),
        },
    ]
    .into_iter()
    .filter(|curve| curve.points.len() > 1)
    .collect();
    if curves.is_empty() {
        return None;
    }
    let independent = here
        .if_independent
        .map_or_else(String::new, |power| format!("; {} if members were independent", percent(power)));
    let (arm, control, units) = (&test.arm, &test.control, test.units_per_arm);
    let share = here.found;
    let power =
        format!("{} ({} to {})", percent(share.estimate), percent(share.interval.low), percent(share.interval.high));
    let title = if found.reach == Reach::Nothing {
        format!("{arm} and {control} are not told apart on average; {power} of tests detect a difference")
    } else {
        format!(
            "{units} {wide} an arm detect the difference between {arm} and {control} in {power} of tests{independent}"
        )
    };
    let is_drawn =
        |of: fn(&Power) -> Option<f64>| curves.iter().flat_map(|curve| curve.points).any(|at| of(&at.power).is_some());
    let has_form = is_drawn(|power| power.closed_form);
    let has_independent = is_drawn(|power| power.if_independent);
    let closed = if has_form { "; thin line: closed form on group means" } else { "" };
    let independent_line = if has_independent { "; dashed: power if members were independent" } else { "" };
    let head = Head {
        title: sentence(&title),
        subtitle: format!(
            "Share of simulated tests that tell the arms apart by {}, alpha {}",
            test.metric.label, found.asked.alpha
        ),
        note: format!(
            "bands: 95 % Monte Carlo intervals; dashes at 80\u{a0}%: the power wanted{closed}{independent_line}"
        ),
    };
    let height = KEY + 220.0 * curves.len() as f64;
    Some(compose(caption, &head, height, |sheet, plot| {
        let entries = [
            (true, ("simulated", SIDES[0])),
            (has_form, ("closed form", SIDES[1])),
            (has_independent, ("if members were independent", ALERT)),
        ];
        let entries: Vec<_> = entries.into_iter().filter(|(is_drawn, _)| *is_drawn).map(|(_, entry)| entry).collect();
        sheet.key((plot.left, plot.top + 8.0), &entries);
        let plot = plot.inset(0.0, KEY, 0.0, 0.0);
        for (row, curve) in curves.iter().enumerate() {
            panel(sheet, plot.row(row, curves.len()), curve);
        }
    }))
}

fn panel(sheet: &Sheet, row: Rect, curve: &Curve) {
    let y = Axis::shares(1.0, 4);
    let rect = row.inset(y.room(), 34.0, 16.0, 32.0);
    sheet.text(&curve.heading, (row.left, rect.top - 18.0), NAME);
    let points = curve.points;
    let range = points[0].at..points[points.len() - 1].at;
    let x = Axis::at(points.iter().map(|point| (point.at, (curve.label)(point.at))), range.clone(), rect.width());
    let mut panel = sheet.panel(rect, &x, &y);
    let wanted = [range.start, range.end].map(|at| panel.place((at, WANTED_POWER)));
    sheet.dashes(wanted[0], wanted[1], AXIS);
    sheet.text("80\u{a0}%", (wanted[1].0, wanted[1].1 - 9.0), NOTE.in_colour(QUIET).ending());
    let line = |of: fn(&Power) -> Option<f64>| -> Vec<(f64, f64)> {
        points.iter().filter_map(|point| Some((point.at, of(&point.power)?))).collect()
    };
    let independent = line(|power| power.if_independent);
    for pair in independent.windows(2) {
        sheet.dashes(panel.place(pair[0]), panel.place(pair[1]), ALERT);
    }
    panel.line(line(|power| power.closed_form).into_iter(), SIDES[1], 1.2);
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
    sheet.draw_series(&mut panel, &[series]);
}
