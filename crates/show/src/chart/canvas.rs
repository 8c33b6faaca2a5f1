//! What plotters draws on: shapes in logical pixels, kept in order, from which SVG and PNG are made alike.
//!
//! plotters' own SVG and bitmap backends place the same text differently and draw in whole pixels; one list of shapes with
//! fractions of a pixel gives the same picture in both formats, and text whose boxes a test can check.

use std::convert::Infallible;

use plotters::style::RGBAColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};

use super::font::{CAPITAL_EM, DESCENT_EM, Weight, width};

/// plotters counts in whole numbers; this many of them make a logical pixel.
pub(super) const GRAIN: f64 = 16.0;

/// A place on the canvas, logical pixels from the upper left corner.
pub(super) type Place = (f64, f64);

/// One thing drawn.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// A filled polygon.
    Area { ring: Vec<Place>, colour: RGBAColor },
    /// A line through places.
    Line { path: Vec<Place>, colour: RGBAColor, width: f64 },
    /// A filled circle.
    Disc { centre: Place, radius: f64, colour: RGBAColor },
    /// A text.
    Text(Text),
}

impl Shape {
    /// What it is drawn in.
    pub(super) fn colour(&self) -> RGBAColor {
        match self {
            Shape::Area { colour, .. } | Shape::Line { colour, .. } | Shape::Disc { colour, .. } => *colour,
            Shape::Text(text) => text.colour,
        }
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&Text> {
        if let Shape::Text(text) = self { Some(text) } else { None }
    }
}

/// A line of text.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// Its words.
    pub(super) words: String,
    /// Where its first letter stands.
    pub(super) start: Place,
    /// Unit vector in reading direction.
    pub(super) along: Place,
    /// Ems in logical pixels.
    pub(super) size: f64,
    /// Thickness.
    pub(super) weight: Weight,
    /// Colour.
    pub(super) colour: RGBAColor,
}

impl Text {
    /// The place of a point given in reading direction and, at right angles, downwards.
    pub(super) fn place(&self, (along, down): Place) -> Place {
        let (x, y) = self.along;
        (self.start.0 + along * x - down * y, self.start.1 + along * y + down * x)
    }

    /// Upper left and lower right corner of its letters.
    #[cfg(test)]
    pub(super) fn bounds(&self) -> (Place, Place) {
        let (a, b) = (
            self.place((0.0, -CAPITAL_EM * self.size)),
            self.place((width(&self.words, self.size, self.weight), DESCENT_EM * self.size)),
        );
        ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)))
    }
}

/// A white sheet and what is drawn on it.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    /// Logical pixels.
    pub(super) width: u32,
    /// Logical pixels.
    pub(super) height: u32,
    /// In the order in which they were drawn.
    pub(super) shapes: Vec<Shape>,
    /// What stands around the plot; `None` where there is only the plot.
    pub(super) frame: Option<Frame>,
}

/// The words around a plot and where the plot is, for pages that set these words themselves.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// What the chart says.
    pub(super) title: String,
    /// What is measured.
    pub(super) about: String,
    /// What the marks mean.
    pub(super) note: String,
    /// Index of the plot's first shape.
    pub(super) first: usize,
    /// Where the plot begins and ends, downwards.
    pub(super) rows: (f64, f64),
}

/// The backend that plotters draws with.
pub(super) struct Pen<'a>(pub(super) &'a mut Canvas);

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

fn place((x, y): BackendCoord) -> Place {
    (f64::from(x) / GRAIN, f64::from(y) / GRAIN)
}

fn ink(BackendColor { alpha, rgb: (r, g, b) }: BackendColor) -> RGBAColor {
    RGBAColor(r, g, b, alpha)
}

fn weight(style: FontStyle) -> Weight {
    if matches!(style, FontStyle::Bold) { Weight::SemiBold } else { Weight::Regular }
}

impl Pen<'_> {
    fn add(&mut self, shape: Shape) {
        self.0.shapes.push(shape);
    }
}

impl DrawingBackend for Pen<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.0.width * GRAIN as u32, self.0.height * GRAIN as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        let ring = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)].map(place).to_vec();
        self.add(Shape::Area { ring, colour: ink(color) });
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (x0, y0): BackendCoord,
        (x1, y1): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ring = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)];
        if fill { self.fill_polygon(ring, style) } else { self.draw_path(ring.into_iter().chain([ring[0]]), style) }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let path = path.into_iter().map(place).collect();
        self.add(Shape::Line { path, colour: ink(style.color()), width: f64::from(style.stroke_width()) / GRAIN });
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, _fill: bool) -> Drawn {
        self.add(Shape::Disc { centre: place(center), radius: f64::from(radius) / GRAIN, colour: ink(style.color()) });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Drawn {
        self.add(Shape::Area { ring: vert.into_iter().map(place).collect(), colour: ink(style.color()) });
        Ok(())
    }

    /// The anchor is a place on the letters themselves: top of the capitals, their middle, or the line they stand on.
    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, pos: BackendCoord) -> Drawn {
        let size = style.size() / GRAIN;
        let weight = weight(style.style());
        let back = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => 0.5,
            HPos::Right => 1.0,
        };
        let down = match style.anchor().v_pos {
            VPos::Top => 1.0,
            VPos::Center => 0.5,
            VPos::Bottom => 0.0,
        };
        let along = match style.transform() {
            FontTransform::None => (1.0, 0.0),
            FontTransform::Rotate90 => (0.0, 1.0),
            FontTransform::Rotate180 => (-1.0, 0.0),
            FontTransform::Rotate270 => (0.0, -1.0),
        };
        let mut text =
            Text { words: text.to_owned(), start: place(pos), along, size, weight, colour: ink(style.color()) };
        text.start = text.place((-back * width(&text.words, size, weight), down * CAPITAL_EM * size));
        self.add(Shape::Text(text));
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size();
        Ok((width(text, size, weight(style.style())).ceil() as u32, ((CAPITAL_EM + DESCENT_EM) * size).ceil() as u32))
    }
}
