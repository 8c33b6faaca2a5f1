//! A canvas as PNG, two pixels to each logical one, with exact coverage at the edges of every shape.

use ab_glyph::OutlineCurve;
use ab_glyph_rasterizer::{Point, Rasterizer, point};
use plotters::style::RGBAColor;

use super::canvas::{Canvas, Place, Shape};
use super::font;

/// Pixels per logical pixel.
const SCALE: f64 = 2.0;

/// Distance of a cubic Bézier curve's handles that makes a quarter circle of radius 1.
const QUARTER_CIRCLE: f64 = 0.552_284_749_8;

/// The picture as a PNG file's bytes.
pub(super) fn png(canvas: &Canvas) -> Vec<u8> {
    let mut picture =
        Picture::white((f64::from(canvas.width) * SCALE) as usize, (f64::from(canvas.height) * SCALE) as usize);
    for shape in &canvas.shapes {
        match shape {
            Shape::Area { ring, colour } => picture.fill(&polygon(ring), *colour),
            Shape::Line { path, colour, width } => picture.fill(&stroke(path, *width), *colour),
            Shape::Disc { centre, radius, colour } => picture.fill(&disc(*centre, *radius), *colour),
            Shape::Text(text) => {
                let at = |p: Point| pixel(text.place((f64::from(p.x), f64::from(p.y))));
                let outlines =
                    font::outlines(&text.words, text.size, text.weight).into_iter().map(|curve| match curve {
                        OutlineCurve::Line(a, b) => OutlineCurve::Line(at(a), at(b)),
                        OutlineCurve::Quad(a, b, c) => OutlineCurve::Quad(at(a), at(b), at(c)),
                        OutlineCurve::Cubic(a, b, c, d) => OutlineCurve::Cubic(at(a), at(b), at(c), at(d)),
                    });
                picture.fill(&outlines.collect::<Vec<_>>(), text.colour);
            }
        }
    }
    picture.encoded()
}

fn pixel((x, y): Place) -> Point {
    point((x * SCALE) as f32, (y * SCALE) as f32)
}

fn polygon(ring: &[Place]) -> Vec<OutlineCurve> {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(&a, &b)| OutlineCurve::Line(pixel(a), pixel(b))).collect()
}

/// A box along each piece of the line and, where there are several, a disc at every place. All run round the same way, so
/// that where they overlap nothing cancels.
fn stroke(path: &[Place], width: f64) -> Vec<OutlineCurve> {
    let mut curves = Vec::new();
    for (&a, &b) in path.iter().zip(path.iter().skip(1)) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = (dx * dx + dy * dy).sqrt();
        if length > 0.0 {
            let (nx, ny) = (-dy / length * width / 2.0, dx / length * width / 2.0);
            curves.extend(polygon(&[
                (a.0 + nx, a.1 + ny),
                (b.0 + nx, b.1 + ny),
                (b.0 - nx, b.1 - ny),
                (a.0 - nx, a.1 - ny),
            ]));
        }
    }
    if path.len() > 2 {
        curves.extend(path.iter().flat_map(|&place| disc(place, width / 2.0)));
    }
    curves
}

fn disc((x, y): Place, r: f64) -> Vec<OutlineCurve> {
    let k = r * QUARTER_CIRCLE;
    let at = |dx: f64, dy: f64| pixel((x + dx, y + dy));
    vec![
        OutlineCurve::Cubic(at(r, 0.0), at(r, -k), at(k, -r), at(0.0, -r)),
        OutlineCurve::Cubic(at(0.0, -r), at(-k, -r), at(-r, -k), at(-r, 0.0)),
        OutlineCurve::Cubic(at(-r, 0.0), at(-r, k), at(-k, r), at(0.0, r)),
        OutlineCurve::Cubic(at(0.0, r), at(k, r), at(r, k), at(r, 0.0)),
    ]
}

fn points(curve: &OutlineCurve) -> impl Iterator<Item = Point> {
    let corners = match *curve {
        OutlineCurve::Line(a, b) => [a, b, b, b],
        OutlineCurve::Quad(a, b, c) => [a, b, c, c],
        OutlineCurve::Cubic(a, b, c, d) => [a, b, c, d],
    };
    corners.into_iter()
}

struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    fn white(width: usize, height: usize) -> Picture {
        Picture { width, height, rgb: vec![255; width * height * 3] }
    }

    /// Paints what the curves enclose; what lies outside the picture is cut off.
    fn fill(&mut self, curves: &[OutlineCurve], colour: RGBAColor) {
        let (limit_x, limit_y) = (self.width as f32, self.height as f32);
        let inside = |p: Point| point(p.x.clamp(0.0, limit_x), p.y.clamp(0.0, limit_y));
        let (mut low, mut high) = (point(limit_x, limit_y), point(0.0, 0.0));
        for p in curves.iter().flat_map(points).map(inside) {
            low = point(low.x.min(p.x), low.y.min(p.y));
            high = point(high.x.max(p.x), high.y.max(p.y));
        }
        if low.x >= high.x || low.y >= high.y {
            return;
        }
        let (left, top) = (low.x.floor() as usize, low.y.floor() as usize);
        let columns = high.x.ceil() as usize - left;
        let mut rasterizer = Rasterizer::new(columns, high.y.ceil() as usize - top);
        let at = |p: Point| inside(p) - point(left as f32, top as f32);
        for curve in curves {
            match *curve {
                OutlineCurve::Line(a, b) => rasterizer.draw_line(at(a), at(b)),
                OutlineCurve::Quad(a, b, c) => rasterizer.draw_quad(at(a), at(b), at(c)),
                OutlineCurve::Cubic(a, b, c, d) => rasterizer.draw_cubic(at(a), at(b), at(c), at(d)),
            }
        }
        let RGBAColor(r, g, b, alpha) = colour;
        rasterizer.for_each_pixel(|i, coverage| {
            let cover = coverage.min(1.0) * alpha as f32;
            if cover > 1.0 / 512.0 {
                let start = 3 * ((top + i / columns) * self.width + left + i % columns);
                for (channel, ink) in self.rgb[start..start + 3].iter_mut().zip([r, g, b]) {
                    let paper = f32::from(*channel);
                    *channel = (paper + (f32::from(ink) - paper) * cover + 0.5) as u8;
                }
            }
        });
    }

    fn encoded(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.set_filter(png::Filter::Paeth);
        let mut writer = encoder.write_header().expect("a vector takes every byte");
        writer.write_image_data(&self.rgb).expect("a vector takes every byte and the buffer has the stated size");
        writer.finish().expect("a vector takes every byte");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn darkness(shape: Shape) -> f64 {
        let canvas = Canvas { width: 40, height: 40, shapes: vec![shape], frame: None };
        let bytes = png(&canvas);
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut buffer).unwrap();
        buffer.iter().map(|&channel| 1.0 - f64::from(channel) / 255.0).sum::<f64>() / 3.0 / (SCALE * SCALE)
    }

    const BLACK: RGBAColor = RGBAColor(0, 0, 0, 1.0);

    #[test]
    fn a_shape_covers_its_area() {
        let square = Shape::Area { ring: vec![(5.3, 5.0), (15.3, 5.0), (15.3, 15.0), (5.3, 15.0)], colour: BLACK };
        assert!((darkness(square) - 100.0).abs() < 0.5);
        let disc = Shape::Disc { centre: (20.0, 20.0), radius: 10.0, colour: BLACK };
        assert!((darkness(disc) - 314.16).abs() < 3.0);
        let corner = vec![(5.0, 5.0), (25.0, 5.0), (25.0, 25.0)];
        let line = Shape::Line { path: corner, colour: BLACK, width: 2.0 };
        assert!((darkness(line) - 84.0).abs() < 2.0, "two strokes of 20 by 2, round ends, the corner once");
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let square =
            Shape::Area { ring: vec![(-10.0, -10.0), (10.0, -10.0), (10.0, 10.0), (-10.0, 10.0)], colour: BLACK };
        assert!((darkness(square) - 100.0).abs() < 0.5);
    }
}
