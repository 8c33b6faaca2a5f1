//! Paired differences from the baseline with their intervals: a row for each, a panel for each unit.

use wearout_core::analysis::Difference;
use wearout_core::tally::{Better, METRICS, Metric, Unit};

use super::axis::{Axis, signed};
use super::canvas::Canvas;
use super::sheet::{Drawn, Head, Sheet, compose};
use super::style::{AXIS, LABEL, NAME, NOTE, PAPER, Rect, as_ink, plan_colour};
use super::words::{Side, plausible, row_of, sentence, side};
use super::{Failure, Scene};

/// What is shown after the headline metrics, as far as there is room.
const THEN: &[&str] = &[
    "conversion",
    "loss",
    "p_limited",
    "open_rate",
    "click_rate",
    "weekly_unsubscribe",
    "kept",
    "p_banned",
    "unreachable",
    "unsubscribe",
    "reports_per_1000_members",
    "unwanted_reads",
    "repurchase_30d",
    "recommend",
];

/// Rows that still make one picture.
const MOST_ROWS: usize = 36;

const ROW: f64 = 24.0;
/// Height of a panel's scale with its unit.
const SCALE: f64 = 56.0;

struct Group<'a> {
    unit: &'static str,
    /// What a value is multiplied with to be shown.
    factor: f64,
    metrics: Vec<(&'static Metric, Vec<&'a Difference>)>,
}

impl Group<'_> {
    /// Rows, headings of metrics included.
    fn rows(&self, several: bool) -> usize {
        self.metrics.iter().map(|(_, differences)| differences.len() + usize::from(several)).sum()
    }
}

pub(super) fn draw(scene: &Scene) -> Result<Option<Canvas>, Failure> {
    let comparison = scene.comparison;
    let others = comparison.plans.len().saturating_sub(1);
    let groups = groups(scene, others);
    let several = others > 1;
    let shown: Vec<&Difference> =
        groups.iter().flat_map(|group| &group.metrics).flat_map(|(_, rows)| rows.iter().copied()).collect();
    if shown.is_empty() {
        return Ok(None);
    }
    let base = &comparison.plans[comparison.baseline].name;
    let over_sets = shown.iter().any(|difference| plausible(difference).is_some());
    let head = Head {
        title: title(scene, &shown),
        subtitle: format!(
            "Difference from {base}, replicate by replicate: mean, and 95 % interval {}",
            if over_sets { "of the mean (thick) and over plausible sets of parameters (thin)" } else { "of the mean" }
        ),
        note: format!(
            "{}; filled: the interval{} leaves zero out; arrow: the direction a sender or a recipient would wish for{}",
            if over_sets {
                "thick: the error of a finite number of sets and replicates; thin: where 95 % of the plausible sets lie"
            } else {
                "intervals: the error of a finite number of replicates, not of the parameters nor of the model"
            },
            if over_sets { " over sets" } else { "" },
            if several || scene.headline.is_empty() { "" } else { "; bold: what the verdict speaks of" }
        ),
    };
    let height: f64 = groups.iter().map(|group| group.rows(several) as f64 * ROW + SCALE).sum();
    compose(scene.caption, &head, height, |sheet, plot| {
        let mut top = plot.top;
        for group in &groups {
            let rows = Rect { top, bottom: top + group.rows(several) as f64 * ROW, ..plot };
            draw_group(sheet, scene, group, rows)?;
            top = rows.bottom + SCALE;
        }
        Ok(())
    })
}

/// A unit in words, and what a value is multiplied with to be shown in it.
pub(super) fn unit(unit: Unit) -> (&'static str, f64) {
    match unit {
        Unit::Share | Unit::Chance | Unit::WeeklyRate | Unit::WeeklyChange => ("percentage points", 100.0),
        Unit::Count => ("count", 1.0),
        Unit::PerThousand => ("per 1,000 delivered", 1.0),
        Unit::PerThousandMembers => ("per 1,000 members", 1.0),
        Unit::PerMember => ("per member addressed", 1.0),
        Unit::PerDay => ("per day", 1.0),
        Unit::PerMonth => ("per 30 days", 1.0),
        Unit::Seconds => ("seconds", 1.0),
        Unit::Money => ("in the scenario's currency", 1.0),
        Unit::Ratio => ("ratio", 1.0),
    }
}

fn groups<'a>(scene: &Scene<'a>, others: usize) -> Vec<Group<'a>> {
    let mut metrics: Vec<&'static Metric> = Vec::new();
    let then = THEN.iter().map(|key| &METRICS[row_of(key)]);
    for metric in scene.headline.iter().copied().chain(then) {
        if metrics.iter().all(|known| known.key != metric.key) {
            metrics.push(metric);
        }
    }
    let headings = usize::from(others > 1);
    let mut groups: Vec<Group> = Vec::new();
    let mut rows = 0;
    for metric in metrics {
        let known = |d: &&Difference| d.metric.key == metric.key && d.difference.is_some();
        let differences: Vec<&Difference> = scene.comparison.differences.iter().filter(known).collect();
        let more = differences.len() + headings;
        let crowded = rows > 0 && rows + more > MOST_ROWS;
        if differences.is_empty() || (crowded && !scene.headline.iter().any(|h| h.key == metric.key)) {
            continue;
        }
        rows += more;
        let (unit, factor) = unit(metric.unit);
        match groups.iter_mut().find(|group| group.unit == unit) {
            Some(group) => group.metrics.push((metric, differences)),
            None => groups.push(Group { unit, factor, metrics: vec![(metric, differences)] }),
        }
    }
    groups
}

fn draw_group(sheet: &Sheet, scene: &Scene, group: &Group, rows: Rect) -> Drawn {
    let several = scene.comparison.plans.len() > 2;
    let differences = || group.metrics.iter().flat_map(|(_, differences)| differences.iter().copied());
    let ends = |d: &Difference| {
        let (low, high) = plausible(d).unzip();
        [d.difference, d.low, d.high, low, high].into_iter().flatten().map(|v| v * group.factor)
    };
    let low = differences().flat_map(ends).fold(0.0, f64::min);
    let high = differences().flat_map(ends).fold(0.0, f64::max);

    let label = rows.inset(0.0, 0.0, rows.width() - 248.0, 0.0);
    let area = rows.inset(260.0, 0.0, 192.0, 0.0);
    let x = Axis::around_zero(low, high, 5);
    let panel = sheet.panel(area, &Axis { ticks: Vec::new(), ..x.clone() }, &Axis::bare(0.0..1.0))?;
    for (value, words) in &x.ticks {
        let (at, _) = panel.place((*value, 0.0));
        let (colour, width) = if *value == 0.0 { (AXIS, 1.0) } else { (super::style::GRID, 1.0) };
        sheet.line(&[(at, area.top), (at, area.bottom)], colour, width)?;
        sheet.text(words, (at, area.bottom + 12.0), NOTE.centred())?;
    }
    sheet.text(group.unit, (area.centre().0, area.bottom + 31.0), NOTE.centred())?;

    let mut y = rows.top + ROW / 2.0;
    for (metric, differences) in &group.metrics {
        let words = format!("{} {}", metric.label, wish(metric.better));
        if several {
            sheet.text(&words, (label.left, y), NAME)?;
            y += ROW;
        }
        for difference in differences {
            let colour = plan_colour(scene.comparison, difference.plan);
            if several {
                let face = LABEL.in_colour(as_ink(colour));
                let name = face.shorten(&scene.comparison.plans[difference.plan].name, label.width() - 12.0);
                sheet.text(&name, (label.left + 12.0, y), face)?;
            } else {
                let headline = scene.headline.iter().any(|h| h.key == metric.key);
                let face = if headline { NAME } else { LABEL };
                sheet.text(&face.shorten(&words, label.width()), (label.left, y), face)?;
            }
            let at = |value: f64| panel.place((value * group.factor, 0.0)).0;
            let wide = plausible(difference);
            if let Some((low, high)) = wide {
                sheet.line(&[(at(low), y), (at(high), y)], colour, 1.2)?;
            }
            if let (Some(low), Some(high)) = (difference.low, difference.high) {
                sheet.line(&[(at(low), y), (at(high), y)], colour, if wide.is_some() { 4.0 } else { 2.2 })?;
            }
            let point = at(difference.difference.expect("rows without a difference were left out"));
            sheet.dot((point, y), 4.5, colour)?;
            if side(difference) == Side::Open {
                sheet.dot((point, y), 2.7, PAPER)?;
            }
            sheet.text(&numbers(difference, group.factor), (rows.right, y), LABEL.ending())?;
            y += ROW;
        }
    }
    Ok(())
}

pub(super) fn wish(better: Better) -> &'static str {
    match better {
        Better::Higher => "↑",
        Better::Lower => "↓",
        Better::Neither => "",
    }
}

fn numbers(difference: &Difference, factor: f64) -> String {
    let value = difference.difference.expect("rows without a difference were left out") * factor;
    with_ends(value, difference.low.zip(difference.high).map(|(low, high)| (low * factor, high * factor)), factor)
}

/// A difference with its interval, both as shown, in as many digits as the interval supports.
pub(super) fn with_ends(value: f64, ends: Option<(f64, f64)>, factor: f64) -> String {
    let Some((low, high)) = ends else { return signed(value, 2) };
    let fineness = if high > low { (high - low) / 2.0 } else { value.abs() / 10.0 };
    let decimals = match fineness {
        f if f >= 20.0 => 0,
        f if f >= 0.2 || f == 0.0 => 1,
        f if f >= 0.02 || factor > 1.0 => 2,
        _ => 3,
    };
    format!("{} ({} to {})", signed(value, decimals), signed(low, decimals), signed(high, decimals))
}

fn title(scene: &Scene, shown: &[&Difference]) -> String {
    let comparison = scene.comparison;
    let base = &comparison.plans[comparison.baseline].name;
    let clear = shown.iter().filter(|difference| side(difference) != Side::Open).count();
    let n = shown.len();
    if shown.iter().all(|difference| difference.low.is_none()) {
        return format!("Differences from {base}: too few replicates for an interval");
    }
    if comparison.plans.len() > 2 {
        return format!("{clear} of {n} differences from {base} are clear of zero");
    }
    let other = &comparison.plans[shown[0].plan].name;
    let on = |wanted: Side, opposite: Side| {
        let count = shown.iter().filter(|difference| match difference.metric.better {
            Better::Higher => side(difference) == wanted,
            Better::Lower => side(difference) == opposite,
            Better::Neither => false,
        });
        count.count()
    };
    let (better, worse) = (on(Side::More, Side::Less), on(Side::Less, Side::More));
    sentence(&match (better, worse) {
        (0, 0) => format!("{other} and {base}: no clear difference in any of {n} measures"),
        (better, 0) => format!("{other} is clearly better than {base} in {better} of {n} measures, worse in none"),
        (0, worse) => format!("{other} is clearly worse than {base} in {worse} of {n} measures, better in none"),
        (better, worse) => {
            format!("{other} is clearly better than {base} in {better} of {n} measures, worse in {worse}")
        }
    })
}
