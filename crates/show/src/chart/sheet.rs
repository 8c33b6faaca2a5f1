//! The sheet every chart is drawn on: question, title, subtitle, plot, caption; and the panels inside the plot.

use std::convert::Infallible;

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon};
use plotters::series::LineSeries;
use plotters::style::text_anchor::Pos;
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, ShapeStyle, TextStyle};

use crate::sentence::counted;

use super::Caption;
use super::axis::{Axis, Ends};
use super::canvas::{Canvas, Frame, GRAIN, Pen, Place};
use super::font::Weight;
use super::style::{ALERT, AXIS, Face, GRID, LABEL, MARGIN, NAME, NOTE, PAPER, Rect, SUBTITLE, TITLE, WIDTH, as_ink};

/// What plotters drew. It draws into memory, where nothing can fail: said here, once for all charts.
fn drawn<T>(result: Result<T, DrawingAreaErrorKind<Infallible>>) -> T {
    result.expect("drawing into memory cannot fail")
}

/// What stands above and below the plot.
#[derive(Clone)]
pub(super) struct Head {
    /// What the chart says.
    pub(super) title: String,
    /// What is measured.
    pub(super) subtitle: String,
    /// What the marks mean; ends the caption.
    pub(super) note: String,
}

/// The sheet while it is drawn on.
pub(super) struct Sheet<'a> {
    root: DrawingArea<Pen<'a>, Shift>,
}

/// A drawn canvas whose plot is `plot_height` high, with `head` around it.
pub(super) fn compose(run: &Caption, head: &Head, plot_height: f64, draw: impl FnOnce(&Sheet, Rect)) -> Canvas {
    let room = WIDTH - 2.0 * MARGIN;
    let question = NOTE.shorten(&run.question, room);
    let title = balanced(TITLE, &head.title, room, 4);
    let subtitle = balanced(SUBTITLE, &head.subtitle, room, 2);
    let caption = balanced(NOTE, &caption(run, &head.note), room, 4);
    let partial = if run.partial { "Partial run: stopped before the last replicate." } else { "" };

    let lines = [
        (vec![question], 20.0, NOTE),
        (title, 27.0, TITLE),
        (subtitle, 19.0, SUBTITLE),
        (vec![partial.to_owned()], 18.0, NAME.in_colour(ALERT)),
        (caption, 18.0, NOTE),
    ];
    let mut y = 18.0;
    let mut placed = Vec::new();
    let mut plot_top = 0.0;
    for (block, (texts, height, face)) in lines.into_iter().enumerate() {
        if block == 3 {
            plot_top = y + 14.0;
            y = plot_top + plot_height + 24.0;
        }
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            placed.push((text, y + height / 2.0, face));
            y += height;
        }
        if block < 2 {
            y += 3.0;
        }
    }

    let (width, height) = (WIDTH as u32, (y + 14.0).ceil() as u32);
    let mut canvas = Canvas { width, height, shapes: Vec::new(), frame: None };
    let sheet = Sheet { root: Pen(&mut canvas).into_drawing_area() };
    for (text, y, face) in placed {
        sheet.text(&text, (MARGIN, y), face);
    }
    let rule = plot_top + plot_height + 14.0;
    sheet.line(&[(MARGIN, rule), (WIDTH - MARGIN, rule)], GRID, 1.0);
    drop(sheet);
    let (first, rows) = (canvas.shapes.len(), (plot_top, plot_top + plot_height));
    let Head { title, subtitle, note } = head.clone();
    canvas.frame = Some(Frame { title, about: subtitle, note, first, rows });
    let sheet = Sheet { root: Pen(&mut canvas).into_drawing_area() };
    draw(&sheet, Rect { left: MARGIN, top: rows.0, right: WIDTH - MARGIN, bottom: rows.1 });
    drop(sheet);
    canvas
}

/// As few lines as will do, about equally long.
fn balanced(face: Face, text: &str, room: f64, most: usize) -> Vec<String> {
    let text = text.replace(" %", "\u{a0}%");
    let narrower = (10..20).map(|twentieths| face.wrap(&text, room * f64::from(twentieths) / 20.0, most));
    let whole = face.wrap(&text, room, most);
    let as_good = |lines: &Vec<String>| lines.len() == whole.len() && lines.join(" ") == text;
    { narrower }.find(as_good).unwrap_or(whole)
}

fn caption(caption: &Caption, note: &str) -> String {
    if caption.replicates == 0 {
        return format!("{} · {note}", caption.scenario);
    }
    let replicates = counted(caption.replicates, "replicate");
    format!("{} · seed {} · {replicates} · {note}", caption.scenario, caption.seed)
}

fn grains(pixels: f64) -> i32 {
    (pixels * GRAIN).round() as i32
}

fn stroke(colour: RGBAColor, width: f64) -> ShapeStyle {
    colour.stroke_width(grains(width) as u32)
}

/// The middle of a pixel, where a thin line is sharp.
fn sharp(pixels: f64) -> f64 {
    pixels.floor() + 0.5
}

impl<'a> Sheet<'a> {
    /// Sets a text.
    pub(super) fn text(&self, text: &str, (x, y): Place, face: Face) {
        let style = if face.weight == Weight::SemiBold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name("Inter"), face.size * GRAIN, style);
        let style = TextStyle::from(font).color(&face.colour).pos(Pos::new(face.across, face.down));
        drawn(self.root.draw_text(text, &style, (grains(x), grains(y))));
    }

    /// Draws a line; one that runs level or upright is put where it is sharp.
    pub(super) fn line(&self, path: &[Place], colour: RGBAColor, width: f64) {
        let level = path.windows(2).all(|pair| (pair[1].1 - pair[0].1).abs() < 1.0 / GRAIN);
        let upright = path.windows(2).all(|pair| (pair[1].0 - pair[0].0).abs() < 1.0 / GRAIN);
        let place = |&(x, y): &Place| (if upright { sharp(x) } else { x }, if level { sharp(y) } else { y });
        let path: Vec<(i32, i32)> = path.iter().map(place).map(|(x, y)| (grains(x), grains(y))).collect();
        drawn(self.root.draw(&PathElement::new(path, stroke(colour, width))));
    }

    /// Draws a broken line, level or upright.
    pub(super) fn dashes(&self, from: Place, to: Place, colour: RGBAColor) {
        const DASH: f64 = 4.0;
        let length = (to.0 - from.0).abs() + (to.1 - from.1).abs();
        let at = |along: f64| {
            let share = (along / length).min(1.0);
            (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1))
        };
        let mut along = 0.0;
        while along < length {
            self.line(&[at(along), at(along + DASH)], colour, 1.0);
            along += 2.0 * DASH;
        }
    }

    /// Fills a rectangle.
    pub(super) fn bar(&self, rect: Rect, colour: RGBAColor) {
        let Rect { left, top, right, bottom } = rect;
        let ring = [(left, top), (right, top), (right, bottom), (left, bottom)].map(|(x, y)| (grains(x), grains(y)));
        drawn(self.root.draw(&Polygon::new(ring.to_vec(), colour.filled())));
    }

    /// Fills a polygon.
    pub(super) fn area(&self, ring: &[Place], colour: RGBAColor) {
        let ring: Vec<(i32, i32)> = ring.iter().map(|(x, y)| (grains(*x), grains(*y))).collect();
        drawn(self.root.draw(&Polygon::new(ring, colour.filled())));
    }

    /// Fills a circle.
    pub(super) fn dot(&self, (x, y): Place, radius: f64, colour: RGBAColor) {
        drawn(self.root.draw(&Circle::new((grains(x), grains(y)), grains(radius), colour.filled())));
    }

    /// A panel with axes: thin level lines at the ticks of `y`, words at the ticks of both axes.
    pub(super) fn panel(&self, rect: Rect, x: &Axis, y: &Axis) -> Panel<'a> {
        let area = self
            .root
            .clone()
            .shrink((grains(rect.left), grains(rect.top)), (grains(rect.width()), grains(rect.height())));
        let chart = drawn(ChartBuilder::on(&area).build_cartesian_2d(x.range.clone(), y.range.clone()));
        let panel = Panel { rect, chart };
        for (value, words) in &y.ticks {
            let (_, at) = panel.place((x.range.start, *value));
            let colour = if *value == 0.0 { AXIS } else { GRID };
            self.line(&[(rect.left, at), (rect.right, at)], colour, 1.0);
            self.text(words, (rect.left - 8.0, at), NOTE.ending());
        }
        for (i, (value, words)) in x.ticks.iter().enumerate() {
            let (at, _) = panel.place((*value, y.range.start));
            self.line(&[(at, rect.bottom), (at, rect.bottom + 4.0)], AXIS, 1.0);
            let face = match x.ends {
                Ends::Inside if i == 0 && x.ticks.len() > 1 => NOTE,
                Ends::Inside if i > 0 && i + 1 == x.ticks.len() => NOTE.ending(),
                Ends::Inside | Ends::Centred => NOTE.centred(),
            };
            self.text(words, (at, rect.bottom + 14.0), face);
        }
        panel
    }

    /// A panel for rows: thin upright lines at the ticks of `x`, their words below them and the unit below these.
    pub(super) fn scale(&self, rect: Rect, x: &Axis, unit: &str) -> Panel<'a> {
        let panel = self.panel(rect, &Axis::bare(x.range.clone()), &Axis::bare(0.0..1.0));
        for (value, words) in &x.ticks {
            let (at, _) = panel.place((*value, 0.0));
            self.line(&[(at, rect.top), (at, rect.bottom)], if *value == 0.0 { AXIS } else { GRID }, 1.0);
            self.text(words, (at, rect.bottom + 12.0), NOTE.centred());
        }
        let (middle, _) = rect.centre();
        self.text(&NOTE.shorten(unit, rect.width()), (middle, rect.bottom + 31.0), NOTE.centred());
        panel
    }

    /// Bands first, then lines, so that no band hides a line.
    pub(super) fn draw_series(&self, panel: &mut Panel, series: &[Series]) {
        for one in series {
            panel.band(one);
        }
        for one in series {
            panel.line(one.points.iter().map(|p| (p.x, p.mean)), one.colour, 2.2);
            let crowded = one.points.len() > 40 || (one.points.len() > 12 && one.unbroken());
            for (i, point) in one.points.iter().enumerate() {
                if !crowded || i + 1 == one.points.len() {
                    self.dot(panel.place((point.x, point.mean)), 3.0, one.colour);
                }
            }
        }
    }

    /// Names each line at its end, to the right of the panel, none on top of another.
    pub(super) fn name_lines(&self, panel: &Panel, series: &[Series]) {
        let ends: Vec<Place> = series
            .iter()
            .map(|one| one.points.last().map_or((panel.rect.right, panel.rect.bottom), |p| panel.place((p.x, p.mean))))
            .collect();
        let wanted: Vec<f64> = ends.iter().map(|end| end.1).collect();
        for ((one, end), y) in series.iter().zip(&ends).zip(apart(&wanted, 18.0, panel.rect.top, panel.rect.bottom)) {
            let start = panel.rect.right + 8.0;
            let hook = [(end.0 + 5.0, end.1), (start.max(end.0 + 6.0), end.1), (start + 10.0, y), (start + 14.0, y)];
            self.line(&hook, one.colour.mix(0.55), 1.0);
            let (name, value) = (NAME.in_colour(as_ink(one.colour)), NOTE);
            let room =
                WIDTH - MARGIN - start - 18.0 - if one.value.is_empty() { 0.0 } else { value.width(&one.value) + 7.0 };
            let words = name.shorten(&one.name, room);
            self.text(&words, (start + 18.0, y), name);
            if !one.value.is_empty() {
                self.text(&one.value, (start + 18.0 + name.width(&words) + 7.0, y), value);
            }
        }
    }

    /// Small squares with words, from left to right.
    pub(super) fn key(&self, (x, y): Place, entries: &[(&str, RGBAColor)]) {
        let mut x = x;
        for (words, colour) in entries {
            self.bar(Rect { left: x, top: y - 6.0, right: x + 12.0, bottom: y + 6.0 }, *colour);
            self.text(words, (x + 18.0, y), LABEL);
            x += 18.0 + LABEL.width(words) + 22.0;
        }
    }
}

/// Room that the names of lines take at the right of a panel.
pub(super) fn names_room(series: &[Series]) -> f64 {
    let width = |one: &Series| {
        let value = if one.value.is_empty() { 0.0 } else { NOTE.width(&one.value) + 7.0 };
        NAME.width(&one.name).min(235.0) + value
    };
    series.iter().map(width).fold(0.0, f64::max) + 27.0
}

/// The wanted places moved as little as possible (least squares, pooling neighbours) to be at least `gap` apart between
/// `low` and `high`; order is kept.
pub(super) fn apart(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    struct Pool {
        sum: f64,
        members: Vec<usize>,
    }
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut pools: Vec<Pool> = Vec::new();
    for (rank, &i) in order.iter().enumerate() {
        pools.push(Pool { sum: wanted[i] - rank as f64 * gap, members: vec![i] });
        while let [.., before, last] = &pools[..] {
            if before.sum / before.members.len() as f64 <= last.sum / last.members.len() as f64 {
                break;
            }
            let last = pools.pop().expect("two pools were seen");
            let before = pools.last_mut().expect("two pools were seen");
            before.sum += last.sum;
            before.members.extend(last.members);
        }
    }
    let mut places = vec![0.0; wanted.len()];
    let highest = (high - gap * (wanted.len() as f64 - 1.0)).max(low);
    let mut rank = 0.0;
    for pool in pools {
        let start = (pool.sum / pool.members.len() as f64).clamp(low, highest);
        for i in pool.members {
            places[i] = start + rank * gap;
            rank += 1.0;
        }
    }
    places
}

/// A line with its band and its name.
pub(super) struct Series {
    pub(super) name: String,
    /// A number said beside the name; may be empty.
    pub(super) value: String,
    pub(super) colour: RGBAColor,
    pub(super) points: Vec<Point>,
}

impl Series {
    /// Whether no place on the way is missing.
    fn unbroken(&self) -> bool {
        self.points.windows(2).all(|pair| pair[1].x - pair[0].x < 1.5)
    }
}

/// One place of a series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) mean: f64,
    /// Lower and upper end of the band.
    pub(super) band: Option<(f64, f64)>,
}

/// A part of the sheet with a scale in each direction.
pub(super) struct Panel<'a> {
    pub(super) rect: Rect,
    chart: ChartContext<'a, Pen<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
}

impl Panel<'_> {
    /// Where a pair of values is on the sheet.
    pub(super) fn place(&self, (x, y): (f64, f64)) -> Place {
        let (across, down) = (self.chart.x_range(), self.chart.y_range());
        let (right, up) =
            ((x - across.start) / (across.end - across.start), (y - down.start) / (down.end - down.start));
        (self.rect.left + right * self.rect.width(), self.rect.bottom - up * self.rect.height())
    }

    /// A line through values.
    pub(super) fn line(&mut self, points: impl Iterator<Item = (f64, f64)>, colour: RGBAColor, width: f64) {
        drawn(self.chart.draw_series(LineSeries::new(points, stroke(colour, width))));
    }

    /// The surface between values.
    pub(super) fn surface(&mut self, ring: Vec<(f64, f64)>, colour: RGBAColor) {
        drawn(self.chart.draw_series(std::iter::once(Polygon::new(ring, colour.filled()))));
    }

    fn band(&mut self, series: &Series) {
        let banded: Vec<(f64, (f64, f64))> = series.points.iter().filter_map(|p| Some((p.x, p.band?))).collect();
        if let [(x, (low, high))] = banded[..] {
            return self.line([(x, low), (x, high)].into_iter(), series.colour.mix(0.35), 6.0);
        }
        let upper = banded.iter().map(|(x, (_, high))| (*x, *high));
        let lower = banded.iter().rev().map(|(x, (low, _))| (*x, *low));
        let ring: Vec<(f64, f64)> = upper.chain(lower).collect();
        if !ring.is_empty() {
            self.surface(ring, series.colour.mix(0.16));
        }
    }
}

/// A white outline, so that words stay legible on a filled ground.
pub(super) const GAP: RGBAColor = PAPER;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_apart_and_stay_inside() {
        let places = apart(&[100.0, 100.0, 101.0, 300.0, 299.0], 18.0, 0.0, 300.0);
        let mut sorted = places.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] > 17.99), "{places:?}");
        assert!(sorted[0] >= 0.0 && sorted[4] <= 300.001, "{places:?}");
        assert!(places[4] < places[3], "order is kept");
    }

    #[test]
    fn ticks_hold_every_value() {
        for highest in [0.0, 0.0004, 0.013, 0.3, 0.62, 1.0] {
            let axis = Axis::shares(highest, 5);
            assert!(axis.range.end >= highest && axis.ticks.len() >= 2 && axis.ticks.len() <= 6, "{highest}: {axis:?}");
        }
        let axis = Axis::around_zero(-31.0, 1.6, 6);
        assert!(
            axis.range.start <= -31.0 && axis.range.end >= 1.6 && axis.ticks.iter().any(|t| t.1 == "0"),
            "{axis:?}"
        );
    }
}
