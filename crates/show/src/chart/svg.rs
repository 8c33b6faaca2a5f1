//! A canvas as SVG: as a file every text is its outlines, labelled with its words, so that no viewer needs the font; on a page it is text.

use std::fmt::Write as _;

use ab_glyph::{OutlineCurve, Point};
use plotters::style::RGBAColor;
use wearout_core::diagnostic::is_hidden;

use super::canvas::{Canvas, Place, Shape, Text};
use super::font::{self, Weight};
use super::style::MARGIN;

/// The picture as an SVG document. Inside it everything is counted in hundredths of a pixel: whole numbers are short.
pub(super) fn svg(canvas: &Canvas, title: &str, description: &str) -> String {
    let (width, height) = (canvas.width, canvas.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n\
         <g transform=\"scale(0.01)\">\n",
        escaped(title),
        escaped(description)
    );
    draw(&mut out, &canvas.shapes, Form::Alone);
    out.push_str("</g>\n</svg>\n");
    out
}

/// The plot alone as part of a page: its texts are text in the page's font, and its colours are the page's (see [`variable`]).
pub(super) fn plot(canvas: &Canvas, key: &str, description: &str) -> String {
    let whole = (0.0, f64::from(canvas.height));
    let (title, first, (top, bottom)) =
        canvas.frame.as_ref().map_or(("", 0, whole), |frame| (frame.title.as_str(), frame.first, frame.rows));
    let (left, width, height) = (MARGIN, f64::from(canvas.width) - 2.0 * MARGIN, bottom - top);
    let mut out = format!(
        "<svg viewBox=\"{left} {top} {width} {height}\" role=\"img\" aria-labelledby=\"{key}-title {key}-words\">\
         <title id=\"{key}-title\">{}</title><desc id=\"{key}-words\">{}</desc><g transform=\"scale(0.01)\">\n",
        escaped(title),
        escaped(description)
    );
    draw(&mut out, &canvas.shapes[first..], Form::OnPage);
    out.push_str("</g></svg>");
    out
}

/// Name of the variable that holds a colour on a page.
pub(super) fn variable(RGBAColor(r, g, b, _): RGBAColor) -> String {
    format!("--c{r:02x}{g:02x}{b:02x}")
}

/// What a picture is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A file of its own.
    Alone,
    /// A page that brings the font and the colours.
    OnPage,
}

fn draw(out: &mut String, shapes: &[Shape], form: Form) {
    let paint = |what: &str, colour: RGBAColor| {
        let RGBAColor(r, g, b, alpha) = colour;
        let opacity = if alpha < 1.0 { format!(" {what}-opacity=\"{alpha:.3}\"") } else { String::new() };
        match form {
            Form::Alone => format!("{what}=\"#{r:02X}{g:02X}{b:02X}\"{opacity}"),
            Form::OnPage => format!("{what}=\"var({})\"{opacity}", variable(colour)),
        }
    };
    for shape in shapes {
        let _ = match shape {
            Shape::Area { ring, colour } => {
                writeln!(out, "<path {} d=\"{}z\"/>", paint("fill", *colour), through(ring))
            }
            Shape::Line { path, colour, width } => {
                let ends = if path.len() > 2 { " stroke-linejoin=\"round\" stroke-linecap=\"round\"" } else { "" };
                let (paint, width, path) = (paint("stroke", *colour), hundredths(*width), through(path));
                writeln!(out, "<path fill=\"none\" {paint} stroke-width=\"{width}\"{ends} d=\"{path}\"/>")
            }
            Shape::Disc { centre, radius, colour } => {
                let ((x, y), r) = (grid(*centre), hundredths(*radius));
                writeln!(out, "<circle {} cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>", paint("fill", *colour))
            }
            Shape::Text(text) => {
                let (words, fill) = (escaped(&text.words), paint("fill", text.colour));
                match form {
                    Form::Alone => {
                        writeln!(out, "<path role=\"img\" aria-label=\"{words}\" {fill} d=\"{}\"/>", lettering(text))
                    }
                    Form::OnPage => writeln!(out, "<text {fill} {}>{words}</text>", set(text)),
                }
            }
        };
    }
}

/// Where a text of a page stands, how large and how heavy.
fn set(text: &Text) -> String {
    let ((x, y), size) = (grid(text.start), hundredths(text.size));
    let heavy = if text.weight == Weight::SemiBold { " font-weight=\"600\"" } else { "" };
    let turned = match text.along {
        (1.0, _) => String::new(),
        (along, down) => format!(" transform=\"rotate({:.0} {x} {y})\"", libm::atan2(down, along).to_degrees()),
    };
    format!("x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{heavy}{turned}")
}

fn hundredths(pixels: f64) -> i64 {
    (100.0 * pixels).round() as i64
}

fn grid((x, y): Place) -> (i64, i64) {
    (hundredths(x), hundredths(y))
}

/// A path through places, each relative to the last.
fn through(path: &[Place]) -> String {
    let places: Vec<(i64, i64)> = path.iter().copied().map(grid).collect();
    let mut out = places.first().map_or_else(String::new, |(x, y)| format!("M{x} {y}"));
    for pair in places.windows(2) {
        let _ = match (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1) {
            (0, 0) => Ok(()),
            (dx, 0) => write!(out, "h{dx}"),
            (0, dy) => write!(out, "v{dy}"),
            (dx, dy) => write!(out, "l{dx} {dy}"),
        };
    }
    out
}

/// The outlines of a text, each point relative to the start of its curve.
fn lettering(text: &Text) -> String {
    let at = |p: Point| grid(text.place((f64::from(p.x), f64::from(p.y))));
    let mut path = String::new();
    let mut end = None;
    for curve in font::outlines(&text.words, text.size, text.weight) {
        let (letter, points) = match curve {
            OutlineCurve::Line(a, b) => ('l', vec![a, b]),
            OutlineCurve::Quad(a, b, c) => ('q', vec![a, b, c]),
            OutlineCurve::Cubic(a, b, c, d) => ('c', vec![a, b, c, d]),
        };
        let (x, y) = at(points[0]);
        if end != Some(points[0]) {
            let _ = write!(path, "M{x} {y}");
        }
        path.push(letter);
        for (i, &point) in points[1..].iter().enumerate() {
            let (to_x, to_y) = at(point);
            let _ = write!(path, "{}{} {}", if i > 0 { " " } else { "" }, to_x - x, to_y - y);
        }
        end = points.last().copied();
    }
    path
}

/// Text as XML holds it: without the characters that it may not hold in any form (XML 1.0, section 2.2), nor others that are not seen.
fn escaped(text: &str) -> String {
    let held: String = text
        .chars()
        .filter(|letter| (!is_hidden(*letter) || *letter == '\n') && !matches!(letter, '\u{fffe}' | '\u{ffff}'))
        .collect();
    held.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_makes_a_picture_that_is_no_xml() {
        assert_eq!(escaped("a\u{1b}[31m\u{0}\u{202e}\u{ffff}\n<b> & \"c\""), "a[31m\n&lt;b&gt; &amp; &quot;c&quot;");
        let text = svg(&Canvas { width: 10, height: 10, shapes: Vec::new(), frame: None }, "\u{0}<", "\u{1}&");
        assert!(text.contains("<title>&lt;</title>\n<desc>&amp;</desc>"), "{text}");
    }
}
