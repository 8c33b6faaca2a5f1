//! What each further read of the same content does: how many come to it, clicks per read, quits per read.

use wearout_core::analysis::PlanSummary;
use wearout_core::tally::{REPEATS, Repeat};

use super::Scene;
use super::axis::{Axis, Ends};
use super::canvas::Canvas;
use super::sheet::{Head, Panel, Point, Series, Sheet, compose, names_room};
use super::style::{ALERT, NAME, NOTE, plan_colour};
use super::words::{percent, sentence, wilson};

/// Rows with fewer reads say too little.
const ENOUGH_READS: u64 = 30;

/// With more plans, bands would hide each other.
const WITH_BANDS: usize = 4;

/// The article's repeat patience in reads of the same content, claim `patience-2-8`.
const PATIENCE_READS: f64 = 2.8;

/// Part and whole of a row, given the row of first reads.
type Measure = fn(&Repeat, &Repeat) -> (u64, u64);

fn quits(row: &Repeat) -> u64 {
    row.left + row.blocked + row.muted
}

/// The rows with enough reads, from the first read on; only those of a plan that repeats something.
fn rows(plan: &PlanSummary) -> Option<&[Repeat]> {
    let enough = plan.repeats.iter().take_while(|row| row.reads >= ENOUGH_READS).count();
    (enough >= 2).then(|| &plan.repeats[..enough])
}

pub(super) fn draw(scene: &Scene) -> Option<Canvas> {
    let comparison = scene.comparison;
    let plans: Vec<(usize, &PlanSummary, &[Repeat])> =
        comparison.plans.iter().enumerate().filter_map(|(i, plan)| Some((i, plan, rows(plan)?))).collect();
    let &(_, loudest, most) = plans.iter().max_by_key(|(_, _, rows)| rows[1].reads)?;
    let longest = plans.iter().map(|(_, _, rows)| rows.len()).max().unwrap_or(2);
    let more =
        if longest == REPEATS { format!("; the last point is for {REPEATS} reads or more") } else { String::new() };
    let banded = plans.len() <= WITH_BANDS;
    let bands = if banded { "; bands are 95 % Wilson intervals" } else { "" };
    let head = Head {
        title: title(&loudest.name, most),
        subtitle: "Quitting is leaving, blocking or muting at the visit of that read".to_owned(),
        note: format!(
            "pooled over replicates, points with at least {ENOUGH_READS} reads{bands}; dashed: 2.8 reads, the patience the source article claims{more}"
        ),
    };
    let measures: [(&str, Measure); 3] = [
        ("Readers get this far", |row, first| (row.reads.min(first.reads), first.reads)),
        ("Clicks per read", |row, _| (row.clicks, row.reads)),
        ("Quits per read", |row, _| (quits(row), row.reads)),
    ];
    let height = (18.0 * plans.len() as f64 + 90.0).max(300.0);
    Some(compose(scene.caption, &head, height, |sheet, plot| {
        let series = |measure: Measure, banded: bool| -> Vec<Series> {
            let line = |&(i, plan, rows): &(usize, &PlanSummary, &[Repeat])| Series {
                name: plan.name.clone(),
                value: String::new(),
                colour: plan_colour(comparison, i),
                points: rows.iter().enumerate().map(|(n, row)| point(n, measure(row, &rows[0]), banded)).collect(),
            };
            plans.iter().map(line).collect()
        };
        let axis_room = Axis::shares(1.0, 4).room();
        let all = plot.inset(0.0, 0.0, names_room(&series(measures[0].1, false)).min(190.0), 0.0);
        let (middle, _) = all.inset(axis_room, 0.0, 0.0, 0.0).centre();
        sheet.text("which read of the same content it is", (middle, plot.bottom - 10.0), NOTE.centred());
        for (column, (heading, measure)) in measures.into_iter().enumerate() {
            let series = series(measure, column > 0 && banded);
            let rect = all.column(column, measures.len(), 12.0).inset(axis_room, 46.0, 0.0, 48.0);
            sheet.text(heading, (rect.left - axis_room + 8.0, plot.top + 10.0), NAME);
            let highest =
                series.iter().flat_map(|s| &s.points).map(|p| p.band.map_or(p.mean, |band| band.1.min(3.0 * p.mean)));
            let y = Axis::shares(highest.fold(0.0, f64::max), 5);
            let x = reads(longest, rect.width());
            let mut panel = sheet.panel(rect, &x, &y);
            mark_patience(sheet, &panel, longest);
            let clipped: Vec<Series> = series.into_iter().map(|s| within(s, y.range.end)).collect();
            sheet.draw_series(&mut panel, &clipped);
            if column + 1 == measures.len() {
                sheet.name_lines(&panel, &clipped);
            }
        }
    }))
}

fn point(earlier_reads: usize, (part, whole): (u64, u64), banded: bool) -> Point {
    let mean = part as f64 / whole as f64;
    Point { x: earlier_reads as f64 + 1.0, mean, band: if banded { wilson(part, whole) } else { None } }
}

/// With no band above the top of the panel.
fn within(series: Series, top: f64) -> Series {
    let cut = |p: Point| Point { band: p.band.map(|(low, high)| (low.min(top), high.min(top))), ..p };
    Series { points: series.points.into_iter().map(cut).collect(), ..series }
}

fn reads(longest: usize, pixels: f64) -> Axis {
    let apart = 30.0 * (longest - 1) as f64 / pixels;
    let step = [1, 2, 5, 10].into_iter().find(|&step| f64::from(step) >= apart).unwrap_or(20);
    let shown = |&n: &usize| (n - 1) % step as usize == 0;
    let words = |n: usize| if n == 1 { "1st".to_owned() } else { n.to_string() };
    Axis {
        range: 1.0..longest as f64,
        ticks: (1..=longest).filter(shown).map(|n| (n as f64, words(n))).collect(),
        ends: Ends::Centred,
    }
}

fn mark_patience(sheet: &Sheet, panel: &Panel, longest: usize) {
    if PATIENCE_READS > longest as f64 {
        return;
    }
    let (x, _) = panel.place((PATIENCE_READS, 0.0));
    sheet.dashes((x, panel.rect.top - 6.0), (x, panel.rect.bottom), ALERT);
    sheet.text("2.8", (x, panel.rect.top - 15.0), NOTE.in_colour(ALERT).centred());
}

fn title(name: &str, rows: &[Repeat]) -> String {
    let last = rows.len().min(4) - 1;
    let nth = ["first", "second", "third", "fourth"][last];
    let (first, later) = (rows[0], rows[last]);
    let apart = |part: fn(&Repeat) -> u64| {
        let share = |row: &Repeat| part(row) as f64 / row.reads as f64;
        let (a, b) = (wilson(part(&first), first.reads)?, wilson(part(&later), later.reads)?);
        (a.1 < b.0 || b.1 < a.0).then(|| (share(&first), share(&later)))
    };
    let quits =
        apart(quits).map(|(a, b)| format!("ends in quitting {} of the time instead of {}", percent(b), percent(a)));
    let clicks = apart(|row| row.clicks)
        .map(|(a, b)| format!("gets a click {} of the time instead of {}", percent(b), percent(a)));
    sentence(&match (quits, clicks) {
        (Some(quits), _) => format!("{name}: a {nth} read of the same content {quits}"),
        (None, Some(clicks)) => format!("{name}: a {nth} read of the same content {clicks}"),
        (None, None) => format!("{name}: no clear effect of reading the same content again"),
    })
}
