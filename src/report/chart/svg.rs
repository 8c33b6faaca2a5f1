//! A canvas as SVG: every text is its outlines, labelled with its words, so that no viewer needs the font.

use std::fmt::Write as _;

use ab_glyph::{OutlineCurve, Point};
use plotters::style::RGBAColor;

use super::canvas::{Canvas, Place, Shape, Text};
use super::font;

/// The picture as an SVG document.
pub(super) fn svg(canvas: &Canvas, title: &str, description: &str) -> String {
    let (width, height) = (canvas.width, canvas.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n",
        escaped(title),
        escaped(description)
    );
    for shape in &canvas.shapes {
        match shape {
            Shape::Area { ring, colour } => {
                let _ = writeln!(out, "<path {} d=\"{}Z\"/>", paint("fill", *colour), through(ring));
            }
            Shape::Line { path, colour, width } => {
                let ends = if path.len() > 2 { " stroke-linejoin=\"round\" stroke-linecap=\"round\"" } else { "" };
                let _ = writeln!(
                    out,
                    "<path fill=\"none\" {} stroke-width=\"{}\"{ends} d=\"{}\"/>",
                    paint("stroke", *colour),
                    number(*width),
                    through(path)
                );
            }
            Shape::Disc { centre: (x, y), radius, colour } => {
                let (x, y, r) = (number(*x), number(*y), number(*radius));
                let _ = writeln!(out, "<circle {} cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>", paint("fill", *colour));
            }
            Shape::Text(text) => {
                let (label, fill) = (escaped(&text.words), paint("fill", text.colour));
                let _ = writeln!(out, "<path role=\"img\" aria-label=\"{label}\" {fill} d=\"{}\"/>", lettering(text));
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

fn paint(what: &str, RGBAColor(r, g, b, alpha): RGBAColor) -> String {
    let opacity = if alpha < 1.0 { format!(" {what}-opacity=\"{}\"", number(alpha)) } else { String::new() };
    format!("{what}=\"#{r:02X}{g:02X}{b:02X}\"{opacity}")
}

/// At most two decimals, no trailing zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn pair((x, y): Place) -> String {
    format!("{} {}", number(x), number(y))
}

fn through(path: &[Place]) -> String {
    path.iter().enumerate().map(|(i, &place)| format!("{}{}", if i == 0 { 'M' } else { 'L' }, pair(place))).collect()
}

fn lettering(text: &Text) -> String {
    let at = |p: Point| pair(text.place((f64::from(p.x), f64::from(p.y))));
    let mut path = String::new();
    let mut end = None;
    for curve in font::outlines(&text.words, text.size, text.weight) {
        let (start, stop, step) = match curve {
            OutlineCurve::Line(a, b) => (a, b, format!("L{}", at(b))),
            OutlineCurve::Quad(a, b, c) => (a, c, format!("Q{} {}", at(b), at(c))),
            OutlineCurve::Cubic(a, b, c, d) => (a, d, format!("C{} {} {}", at(b), at(c), at(d))),
        };
        if end != Some(start) {
            let _ = write!(path, "M{}", at(start));
        }
        path.push_str(&step);
        end = Some(stop);
    }
    path
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
