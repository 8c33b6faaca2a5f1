//! What the arms of a test differ by on each day alone, with the lifetime fitted to it and how long to run; and what clicks by read.

use wearout_core::finding::Design;
use wearout_core::study::ab::design::Daily;
use wearout_core::study::ab::power::CONFIDENCE;
use wearout_core::tally::Repeat;
use wearout_stats::decaying_effect::Decay;
use wearout_stats::interval::normal_quantile;

use crate::number::{fixed, scale};
use crate::sentence::days as days_of;
use crate::tested::points;

use super::Caption;
use super::axis::Axis;
use super::canvas::Canvas;
use super::sheet::{Head, Point, Series, Sheet, compose};
use super::style::{ALERT, INK, NAME, NOTE, Rect, SIDES};
use super::words::{sentence, spell, wilson};

/// Reads of a rank below which its clicks are left out.
const FEWEST_READS: u64 = 100;

/// Height of a panel with its heading and axis.
const PANEL: f64 = 250.0;

pub(super) fn draw(design: &Design, caption: &Caption) -> Option<Canvas> {
    let found = &design.found;
    if found.daily.len() < 2 {
        return None;
    }
    let by_read = found.by_read.iter().any(|reads| ranks(reads).len() > 1);
    let test = &design.test;
    let (spell, length) = spell(found.daily.len());
    let head = Head {
        title: title(design),
        subtitle: format!(
            "{}, {} minus {}, on each {spell} alone, {} a day",
            sentence(test.metric.label),
            test.arm,
            test.control,
            points(test.metric)
        ),
        note: format!(
            "means over simulated tests; bands: 95 % intervals of a finite number of tests{}{}",
            if found.decay.is_some() { "; thin line: fitted decay" } else { "" },
            if length > 1 { "; a week is the mean of its days, its band at most that of a day" } else { "" },
        ),
    };
    Some(compose(caption, &head, PANEL * if by_read { 2.0 } else { 1.0 }, |sheet, plot| {
        let rows = if by_read { 2 } else { 1 };
        days(sheet, plot.row(0, rows), design);
        if by_read {
            reads(sheet, plot.row(1, rows), design);
        }
    }))
}

fn title(design: &Design) -> String {
    let found = &design.found;
    let days = design.test.days;
    let worn = match found.decay {
        Some(Decay { lifetime: Some(lifetime), longest: Some(_), .. }) => {
            format!("The difference wears off with a lifetime of {} days", fixed(lifetime, 1))
        }
        // A difference that stays fits too, or best.
        Some(_) => "Whether the difference wears off is not known".to_owned(),
        None => format!("Whether the difference wears off is not estimable from {}", days_of(days)),
    };
    match (design.idle_after, found.enough_days) {
        (Some(day), _) => format!("{worn}; days after day {day} of {days} add no power"),
        (None, Some(_)) => format!("{worn}; every one of the {days} days adds power"),
        (None, None) => worn,
    }
}

fn days(sheet: &Sheet, row: Rect, design: &Design) {
    let found = &design.found;
    let scale = scale(design.test.metric.unit);
    let reach = normal_quantile(CONFIDENCE);
    let band = |daily: &Daily| {
        let half = daily.effect.mcse.map_or(0.0, |error| reach * error);
        (scale * (daily.effect.estimate - half), scale * (daily.effect.estimate + half))
    };
    let fitted = |daily: &Daily| {
        let day = f64::from(daily.day);
        Some((day, scale * found.decay?.at(day - 0.5)))
    };
    let ends = found.daily.iter().map(band).fold((0.0_f64, 0.0_f64), |(low, high), (a, b)| (low.min(a), high.max(b)));
    let y = Axis::around_zero(ends.0, ends.1, 4);
    let rect = row.inset(y.room(), 34.0, 16.0, 32.0);
    let (name, length) = spell(found.daily.len());
    sheet.text(&format!("By {name}"), (row.left, rect.top - 18.0), NAME);
    let mut panel = sheet.panel(rect, &Axis::days(found.daily.len(), rect.width()), &y);
    // The error of a mean is at most the mean of the errors, however they go together.
    let points = found.daily.chunks(length).enumerate().map(|(nth, days)| {
        let mean = |of: &dyn Fn(&Daily) -> f64| days.iter().map(of).sum::<f64>() / days.len() as f64;
        Point {
            x: (nth * length) as f64 + f64::midpoint(1.0, days.len() as f64),
            mean: mean(&|daily| scale * daily.effect.estimate),
            band: Some((mean(&|daily| band(daily).0), mean(&|daily| band(daily).1))),
        }
    });
    let series = Series { name: String::new(), value: String::new(), colour: SIDES[0], points: points.collect() };
    sheet.draw_series(&mut panel, &[series]);
    panel.line(found.daily.iter().filter_map(fitted), INK, 1.2);
    let marks = [
        (found.enough_days.map(f64::from), "power levels off"),
        (found.decay.and_then(|decay| decay.lifetime), "lifetime"),
    ];
    for (level, (at, words)) in marks.into_iter().enumerate() {
        let last = found.daily.len() as f64;
        let Some(at) = at.filter(|at| (1.0..=last).contains(at)) else { continue };
        let (x, top) = panel.place((at, y.range.end));
        sheet.dashes((x, top), (x, rect.bottom), ALERT);
        let face = NOTE.in_colour(ALERT);
        let wide = face.width(words) + 6.0;
        let (place, face) = if x + wide < rect.right { (x + 5.0, face) } else { (x - 5.0, face.ending()) };
        sheet.text(words, (place, top + 10.0 + 16.0 * level as f64), face);
    }
}

/// Ranks of reads that are common enough: earlier reads, and clicks out of reads.
fn ranks(reads: &[Repeat]) -> Vec<(usize, u64, u64)> {
    let common = reads.iter().enumerate().take_while(|(_, repeat)| repeat.reads >= FEWEST_READS);
    common.map(|(earlier, repeat)| (earlier, repeat.clicks, repeat.reads)).collect()
}

fn reads(sheet: &Sheet, row: Rect, design: &Design) {
    let of_arm = |arm: usize| -> Vec<Point> {
        let ranks = ranks(&design.found.by_read[arm]).into_iter().map(|(earlier, clicks, reads)| Point {
            x: earlier as f64 + 1.0,
            mean: clicks as f64 / reads as f64,
            band: wilson(clicks, reads),
        });
        ranks.collect()
    };
    let names = [&design.test.control, &design.test.arm];
    let series: Vec<Series> = [0, 1]
        .into_iter()
        .map(|arm| Series { name: names[arm].clone(), value: String::new(), colour: SIDES[arm], points: of_arm(arm) })
        .filter(|series| !series.points.is_empty())
        .collect();
    let last = series.iter().map(|series| series.points.len()).max().unwrap_or(1);
    let highest =
        series.iter().flat_map(|series| &series.points).map(|point| point.band.map_or(point.mean, |band| band.1));
    let y = Axis::shares(highest.fold(0.0, f64::max), 4);
    let rect = row.inset(y.room(), 34.0, super::sheet::names_room(&series), 32.0);
    sheet.text("By read of the same content: clicks per read", (row.left, rect.top - 18.0), NAME);
    let ticks = (1..=last).map(|rank| (rank as f64, rank.to_string())).collect();
    let x = Axis { ticks, ..Axis::bare(1.0..(last as f64).max(2.0)) };
    let mut panel = sheet.panel(rect, &x, &y);
    sheet.draw_series(&mut panel, &series);
    sheet.name_lines(&panel, &series);
}
