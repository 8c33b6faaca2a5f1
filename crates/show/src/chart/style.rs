//! How charts look: colours, sizes of text, places on the sheet. No drawing here.
//!
//! Colours of plans: Okabe and Ito (2008) without their yellow, then Tol's "muted" set (2021), both told apart by people who
//! see fewer colours; the baseline is dark grey. A plan has the same colour on every chart.

use plotters::style::RGBAColor;
use plotters::style::text_anchor::{HPos, VPos};
use wearout_core::analysis::Comparison;

use super::canvas::Place;
use super::font::Weight;

/// Width of every chart, logical pixels.
pub(super) const WIDTH: f64 = 800.0;

/// Free space at the edges.
pub(super) const MARGIN: f64 = 24.0;

/// Size of the smallest text: still legible when the chart is shown at half size.
pub(super) const SMALL: f64 = 13.0;

/// Words.
pub(super) const INK: RGBAColor = RGBAColor(0x22, 0x26, 0x2B, 1.0);
/// Words that are less important.
pub(super) const QUIET: RGBAColor = RGBAColor(0x5C, 0x63, 0x6B, 1.0);
/// Lines of the grid.
pub(super) const GRID: RGBAColor = RGBAColor(0xE4, 0xE7, 0xEA, 1.0);
/// Zero lines, axes, marks.
pub(super) const AXIS: RGBAColor = RGBAColor(0x8A, 0x91, 0x99, 1.0);
/// What must not be overlooked.
pub(super) const ALERT: RGBAColor = RGBAColor(0xB0, 0x3A, 0x00, 1.0);
/// The paper.
pub(super) const PAPER: RGBAColor = RGBAColor(0xFF, 0xFF, 0xFF, 1.0);

/// What others are compared with.
pub(super) const BASELINE: RGBAColor = RGBAColor(0x4A, 0x4F, 0x55, 1.0);

const PLANS: [RGBAColor; 11] = [
    RGBAColor(0x00, 0x72, 0xB2, 1.0), // blue
    RGBAColor(0xD5, 0x5E, 0x00, 1.0), // vermillion
    RGBAColor(0x00, 0x9E, 0x73, 1.0), // bluish green
    RGBAColor(0xCC, 0x79, 0xA7, 1.0), // reddish purple
    RGBAColor(0xE6, 0x9F, 0x00, 1.0), // orange
    RGBAColor(0x56, 0xB4, 0xE9, 1.0), // sky blue
    RGBAColor(0x88, 0x22, 0x55, 1.0), // wine
    RGBAColor(0x33, 0x22, 0x88, 1.0), // indigo
    RGBAColor(0x99, 0x99, 0x33, 1.0), // olive
    RGBAColor(0x44, 0xAA, 0x99, 1.0), // teal
    RGBAColor(0x8C, 0x51, 0x0A, 1.0), // brown
];

/// Two sides of one thing that is no plan: blue and orange of Okabe and Ito.
pub(super) const SIDES: [RGBAColor; 2] = [PLANS[0], PLANS[4]];

/// How many colours there are before they start again.
pub(super) const N_COLOURS: usize = PLANS.len();

/// Colour of the n-th of several lines that are no plans.
pub(super) fn nth_colour(n: usize) -> RGBAColor {
    PLANS[n % PLANS.len()]
}

/// Colour of a plan's lines and bars.
pub(super) fn plan_colour(comparison: &Comparison, plan: usize) -> RGBAColor {
    colour_beside(comparison.baseline, plan)
}

/// Colour of the choice of that index, where the others are compared with the one of index `base`.
pub(super) fn colour_beside(base: usize, index: usize) -> RGBAColor {
    match index.cmp(&base) {
        std::cmp::Ordering::Equal => BASELINE,
        std::cmp::Ordering::Less => PLANS[index % PLANS.len()],
        std::cmp::Ordering::Greater => PLANS[(index - 1) % PLANS.len()],
    }
}

/// The colour, dark enough for words on white.
pub(super) fn as_ink(RGBAColor(r, g, b, alpha): RGBAColor) -> RGBAColor {
    let light = 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b);
    let keep = (90.0 / light).min(1.0);
    let darker = |channel: u8| (f64::from(channel) * keep) as u8;
    RGBAColor(darker(r), darker(g), darker(b), alpha)
}

/// How a text is set and which of its points stands at the given place.
#[derive(Clone, Copy)]
pub(super) struct Face {
    pub(super) size: f64,
    pub(super) weight: Weight,
    pub(super) colour: RGBAColor,
    pub(super) across: HPos,
    pub(super) down: VPos,
}

/// The sentence at the top.
pub(super) const TITLE: Face = Face { size: 21.0, weight: Weight::SemiBold, ..LABEL };
/// What is measured.
pub(super) const SUBTITLE: Face = Face { size: 14.0, colour: QUIET, ..LABEL };
/// Ordinary words.
pub(super) const LABEL: Face =
    Face { size: SMALL, weight: Weight::Regular, colour: INK, across: HPos::Left, down: VPos::Center };
/// Ticks, captions.
pub(super) const NOTE: Face = Face { colour: QUIET, ..LABEL };
/// Names.
pub(super) const NAME: Face = Face { weight: Weight::SemiBold, ..LABEL };

impl Face {
    /// In another colour.
    pub(super) fn in_colour(self, colour: RGBAColor) -> Face {
        Face { colour, ..self }
    }

    /// Ending at the given place.
    pub(super) fn ending(self) -> Face {
        Face { across: HPos::Right, ..self }
    }

    /// Centred on the given place.
    pub(super) fn centred(self) -> Face {
        Face { across: HPos::Center, ..self }
    }

    /// Width of a text.
    pub(super) fn width(self, text: &str) -> f64 {
        super::font::width(text, self.size, self.weight)
    }

    /// As much of the text as fits.
    pub(super) fn shorten(self, text: &str, room: f64) -> String {
        super::font::shorten(text, self.size, self.weight, room)
    }

    /// The text in lines that fit.
    pub(super) fn wrap(self, text: &str, room: f64, lines: usize) -> Vec<String> {
        super::font::wrap(text, self.size, self.weight, room, lines)
    }
}

/// A part of the sheet, logical pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn centre(self) -> Place {
        (f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    /// The part that remains when so much is cut off at each side.
    pub(super) fn inset(self, left: f64, top: f64, right: f64, bottom: f64) -> Rect {
        Rect { left: self.left + left, top: self.top + top, right: self.right - right, bottom: self.bottom - bottom }
    }

    /// The row of that index when the part is cut into `rows` equal rows.
    pub(super) fn row(self, index: usize, rows: usize) -> Rect {
        let height = self.height() / rows as f64;
        let top = self.top + index as f64 * height;
        Rect { top, bottom: top + height, ..self }
    }

    /// The column of that index when the part is cut into `columns` equal columns with a gap between them.
    pub(super) fn column(self, index: usize, columns: usize, gap: f64) -> Rect {
        let width = (self.width() - gap * (columns as f64 - 1.0)) / columns as f64;
        let left = self.left + index as f64 * (width + gap);
        Rect { left, right: left + width, ..self }
    }
}

/// One panel of several.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) rect: Rect,
    /// In the first column.
    pub(super) leftmost: bool,
    /// With no cell below it.
    pub(super) lowest: bool,
}

/// How many rows of panels that many plans need.
pub(super) fn grid_rows(n: usize) -> usize {
    n.div_ceil(grid_columns(n))
}

fn grid_columns(n: usize) -> usize {
    if n == 4 { 2 } else { n.clamp(1, 3) }
}

/// The part cut into panels, row by row.
pub(super) fn grid(rect: Rect, n: usize) -> Vec<Cell> {
    let (columns, rows) = (grid_columns(n), grid_rows(n));
    (0..n)
        .map(|i| Cell {
            rect: rect.row(i / columns, rows).column(i % columns, columns, 22.0),
            leftmost: i % columns == 0,
            lowest: i + columns >= n,
        })
        .collect()
}
