//! Which content each policy sends when: a row a policy, a cell a post, coloured by the content that most campaigns sent there.

use std::ops::Range;

use plotters::style::{Color, RGBAColor};
use wearout_core::finding::{Advised, Rotate, When};
use wearout_core::study::ab::rotate::{Origin, Policy, Ran};

use crate::rotate::{level, name, objective};

use crate::sentence::counted;

use super::Caption;
use super::canvas::Canvas;
use super::sheet::{Head, Sheet, compose};
use super::style::{AXIS, GRID, INK, LABEL, N_COLOURS, NAME, NOTE, PAPER, Rect, as_ink, nth_colour};
use super::words::{grouped, sentence, spell};

const ROW: f64 = 34.0;
/// Height of a line of the key.
const KEY_LINE: f64 = 20.0;
/// Columns of the key.
const KEY_COLUMNS: usize = 3;
/// Height of the scale of days below the rows.
const SCALE: f64 = 34.0;
/// Room for names at the left and for the objective at the right.
const NAMES: f64 = 134.0;
const OBJECTIVE: f64 = 96.0;
/// A cell narrower than this has no number in it.
const NUMBERED: f64 = 16.0;

pub(super) fn draw(rotate: &Rotate, caption: &Caption) -> Option<Canvas> {
    let found = &rotate.found;
    let mut rows: Vec<&Ran> = found.policies.iter().collect();
    if rows.is_empty() || rotate.posts.is_empty() {
        return None;
    }
    let mean = |ran: &Ran| ran.objective.map_or(f64::NEG_INFINITY, |level| level.mean);
    rows.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
    let is_weekly = spell(rotate.scenario.days as usize).1 > 1;
    let n_contents = rotate.menu.len();
    let head = Head {
        title: title(rotate),
        subtitle: format!(
            "{} in {} days: {} the content that went out most often over all campaigns",
            counted(rotate.posts.len() as u64, "post"),
            rotate.scenario.days,
            if is_weekly { "in each week" } else { "at each post" }
        ),
        note: format!(
            "a cell is no single campaign; pale: campaigns differ there, or some sent nothing; right: {}, mean \
             and 95 % interval",
            objective(rotate)
        ),
    };
    let key = 12.0 + KEY_LINE * n_contents.div_ceil(KEY_COLUMNS) as f64;
    let height = ROW * rows.len() as f64 + SCALE + key;
    Some(compose(caption, &head, height, |sheet, plot| {
        let table = Rect { bottom: plot.top + ROW * rows.len() as f64, ..plot };
        cells(sheet, rotate, &rows, table);
        self::key(sheet, rotate, Rect { top: table.bottom + SCALE + 12.0, ..plot });
    }))
}

fn title(rotate: &Rotate) -> String {
    let (planned, first) = (rotate.found.of(Policy::Planned), rotate.found.of(Policy::RoundRobin));
    let figures = planned.gain.zip(first.objective);
    let Some((gain, first)) = figures else { return "What goes out when".to_owned() };
    if rotate.advice.of_objective == Advised::SendFewer {
        return sentence(&format!("{}: every policy loses more than it wins", objective(rotate)));
    }
    let (planned, bring, turns) = match rotate.found.planned.origin {
        Origin::Turns(1) => ("the strongest content alone".to_owned(), "brings", "taking turns"),
        Origin::Turns(n) if n < rotate.menu.len() => {
            (format!("the {n} strongest contents in turn"), "bring", "all in turn")
        }
        Origin::Turns(_) => ("all in turn, the strongest first,".to_owned(), "bring", "all in the file's order"),
        Origin::Believed => ("a planned calendar".to_owned(), "brings", "taking turns"),
    };
    let share = 100.0 * gain.mean / first.mean;
    let more = |than: &str| {
        let by = if first.mean > 0.0 { format!("{}\u{a0}% ", grouped(share.abs(), 1)) } else { String::new() };
        sentence(&format!("{planned} {bring} {by}{than} {} than {turns}", objective(rotate)))
    };
    match gain.interval {
        Some(interval) if interval.low > 0.0 => more("more"),
        Some(interval) if interval.high < 0.0 => more(if objective(rotate) == "clicks" { "fewer" } else { "less" }),
        _ => sentence(&format!(
            "{} and {turns} are not told apart in {}",
            planned.trim_end_matches(','),
            objective(rotate)
        )),
    }
}

fn cells(sheet: &Sheet, rotate: &Rotate, rows: &[&Ran], table: Rect) {
    let area = table.inset(NAMES, 0.0, OBJECTIVE, 0.0);
    let columns = columns(rotate);
    let width = area.width() / columns.len() as f64;
    let edge = if width < 6.0 { 0.0 } else { 1.0 };
    for (row, ran) in rows.iter().enumerate() {
        let band = table.row(row, rows.len());
        let (_, middle) = band.centre();
        sheet.text(&NAME.shorten(&name(rotate, ran), NAMES - 10.0), (table.left, middle), NAME);
        let objective = level(rotate.unit(), ran.objective).unwrap_or_default().replace('-', "−");
        sheet.text(&NOTE.shorten(&objective, OBJECTIVE - 8.0), (table.right, middle), NOTE.ending());
        for (nth, posts) in columns.iter().enumerate() {
            let left = area.left + width * nth as f64;
            let cell = Rect { left, top: band.top + 3.0, right: left + width - edge, bottom: band.bottom - 3.0 };
            let Some((content, share)) = usual(rotate, ran, posts) else {
                sheet.bar(cell, GRID);
                continue;
            };
            sheet.bar(cell, colour(content).mix(0.25 + 0.75 * share));
            if width >= NUMBERED {
                let dark = is_dark(colour(content)) && share > 0.6;
                let face = LABEL.centred().in_colour(if dark { PAPER } else { INK });
                sheet.text(&(content + 1).to_string(), (left + (width - edge) / 2.0, middle), face);
            }
        }
    }
    days(sheet, rotate, &columns, area);
}

/// The posts of each cell: one, over long horizons those of a week.
fn columns(rotate: &Rotate) -> Vec<Range<usize>> {
    let (_, length) = spell(rotate.scenario.days as usize);
    let week = |post: &When| (post.day as usize - 1) / length;
    let mut start = 0;
    let range = |cell: &[When]| {
        let range = start..start + cell.len();
        start = range.end;
        range
    };
    rotate.posts.chunk_by(|a, b| length > 1 && week(a) == week(b)).map(range).collect()
}

/// The content that went out most often in these posts, the first of equals, and its share of all that could have gone out.
fn usual(rotate: &Rotate, ran: &Ran, posts: &Range<usize>) -> Option<(usize, f64)> {
    let times = |content: usize| ran.sent[posts.clone()].iter().map(|sent| f64::from(sent[content])).sum::<f64>();
    let of_content = (0..rotate.menu.len()).map(|content| (content, times(content)));
    let (content, most) = of_content.reduce(|best, other| if other.1 > best.1 { other } else { best })?;
    (most > 0.0).then(|| (content, most / (f64::from(rotate.found.replicates) * posts.len() as f64)))
}

/// The day of every n-th cell, n as small as words allow.
fn days(sheet: &Sheet, rotate: &Rotate, columns: &[Range<usize>], area: Rect) {
    let width = area.width() / columns.len() as f64;
    let apart = NOTE.width("Day 1") + 10.0;
    let step = (apart / width).ceil().max(1.0) as usize;
    for (nth, cell) in columns.iter().enumerate().step_by(step) {
        let day = rotate.posts[cell.start].day;
        let words = if nth == 0 { format!("Day {day}") } else { day.to_string() };
        let middle = area.left + width * (nth as f64 + 0.5);
        sheet.line(&[(middle, area.bottom), (middle, area.bottom + 4.0)], AXIS, 1.0);
        sheet.text(&words, (middle, area.bottom + 15.0), NOTE.centred());
    }
}

/// The number and name of every content, down the columns.
fn key(sheet: &Sheet, rotate: &Rotate, rect: Rect) {
    let menu = &rotate.menu;
    let lines = menu.len().div_ceil(KEY_COLUMNS);
    for (content, known) in menu.iter().enumerate() {
        let column = rect.column(content / lines, KEY_COLUMNS, 16.0);
        let y = rect.top + KEY_LINE * (content % lines) as f64;
        let square = Rect { left: column.left, top: y - 7.0, right: column.left + 14.0, bottom: y + 7.0 };
        sheet.bar(square, colour(content));
        let number = (content + 1).to_string();
        sheet.text(&number, (column.left + 38.0, y), NAME.in_colour(as_ink(colour(content))).ending());
        sheet.text(&LABEL.shorten(&known.name, column.width() - 46.0), (column.left + 44.0, y), LABEL);
    }
}

/// With more contents than colours the second round of them is darker and the third lighter; numbers tell the rest apart.
fn colour(content: usize) -> RGBAColor {
    let plain = nth_colour(content);
    match content / N_COLOURS % 3 {
        0 => plain,
        1 => between(plain, INK, 0.45),
        _ => between(plain, PAPER, 0.5),
    }
}

/// So far from one colour to another.
fn between(from: RGBAColor, to: RGBAColor, share: f64) -> RGBAColor {
    let mixed = |from: u8, to: u8| (f64::from(from) + share * (f64::from(to) - f64::from(from))) as u8;
    RGBAColor(mixed(from.0, to.0), mixed(from.1, to.1), mixed(from.2, to.2), 1.0)
}

fn is_dark(RGBAColor(r, g, b, _): RGBAColor) -> bool {
    0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b) < 140.0
}
