//! The embedded font: how wide a text is, what its outlines are, where it breaks.
//!
//! Nothing is asked of the machine, so a chart measures and looks the same everywhere. Source of the files: `font/README.md`.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, OutlineCurve, Point, point};

/// Height of a capital, in ems.
pub(super) const CAPITAL_EM: f64 = 0.727;

/// How far letters reach below the line they stand on, in ems.
pub(super) const DESCENT_EM: f64 = 0.21;

/// The font's files by their weight, as CSS counts it.
pub const FONTS: [(u16, &[u8]); 2] =
    [(400, include_bytes!("font/Inter-Regular.ttf")), (600, include_bytes!("font/Inter-SemiBold.ttf"))];

static REGULAR: LazyLock<FontRef<'static>> = LazyLock::new(|| embedded(FONTS[0].1));
static SEMIBOLD: LazyLock<FontRef<'static>> = LazyLock::new(|| embedded(FONTS[1].1));

fn embedded(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the embedded font is a font")
}

/// Thickness of the strokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// For reading.
    Regular,
    /// For titles and names.
    SemiBold,
}

impl Weight {
    fn font(self) -> &'static FontRef<'static> {
        match self {
            Weight::Regular => &REGULAR,
            Weight::SemiBold => &SEMIBOLD,
        }
    }
}

/// Ems per unit of the font's own grid.
fn em(font: &FontRef<'static>) -> f32 {
    1.0 / font.units_per_em().expect("the embedded font states its grid")
}

/// Calls `place` with each glyph and its distance from the start, in font units; returns the whole width.
fn set(font: &FontRef<'static>, text: &str, mut place: impl FnMut(ab_glyph::GlyphId, f32)) -> f32 {
    let mut pen = 0.0;
    let mut previous = None;
    for letter in text.chars() {
        let glyph = font.glyph_id(letter);
        if let Some(previous) = previous {
            pen += font.kern_unscaled(previous, glyph);
        }
        place(glyph, pen);
        pen += font.h_advance_unscaled(glyph);
        previous = Some(glyph);
    }
    pen
}

/// Width of a text set at `size`, in the unit of `size`.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let font = weight.font();
    f64::from(set(font, text, |_, _| ()) * em(font)) * size
}

/// The outlines of a text set at `size`: the origin is the start of the line it stands on, y points down.
pub(super) fn outlines(text: &str, size: f64, weight: Weight) -> Vec<OutlineCurve> {
    let font = weight.font();
    let scale = em(font) * size as f32;
    let mut curves = Vec::new();
    set(font, text, |glyph, start| {
        let at = |p: Point| point((p.x + start) * scale, -p.y * scale);
        for curve in font.outline(glyph).into_iter().flat_map(|outline| outline.curves) {
            curves.push(match curve {
                OutlineCurve::Line(a, b) => OutlineCurve::Line(at(a), at(b)),
                OutlineCurve::Quad(a, b, c) => OutlineCurve::Quad(at(a), at(b), at(c)),
                OutlineCurve::Cubic(a, b, c, d) => OutlineCurve::Cubic(at(a), at(b), at(c), at(d)),
            });
        }
    });
    curves
}

/// The text itself, or as much of it as fits with an ellipsis.
pub(super) fn shorten(text: &str, size: f64, weight: Weight, room: f64) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    (0..letters.len())
        .rev()
        .map(|n| letters[..n].iter().collect::<String>().trim_end().to_owned() + "…")
        .find(|shorter| width(shorter, size, weight) <= room)
        .unwrap_or_default()
}

/// The text in lines no wider than `room`, broken at spaces; what does not fit into `lines` lines is cut with an ellipsis.
pub(super) fn wrap(text: &str, size: f64, weight: Weight, room: f64, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = wrapped.last().map(|line| format!("{line} {word}"));
        match longer {
            Some(longer) if wrapped.len() == lines || width(&longer, size, weight) <= room => {
                *wrapped.last_mut().expect("a longer line has a line it continues") = longer;
            }
            _ => wrapped.push(word.to_owned()),
        }
    }
    wrapped.iter().map(|line| shorten(line, size, weight, room)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_equally_wide() {
        let widths: Vec<f64> = ('0'..='9').map(|d| width(&d.to_string(), 13.0, Weight::Regular)).collect();
        assert!(widths.iter().all(|&w| (w - widths[0]).abs() < 1e-9), "{widths:?}");
    }

    #[test]
    fn every_sign_that_charts_use_is_in_the_font() {
        for weight in [Weight::Regular, Weight::SemiBold] {
            for sign in "–—×±≤≥≈→↑↓¥€%·…−“”’\u{a0}".chars() {
                assert_ne!(weight.font().glyph_id(sign).0, 0, "{sign}");
            }
        }
    }

    #[test]
    fn a_wrapped_text_keeps_every_word_or_shows_that_it_was_cut() {
        let text = "a plan with a rather long name is opened twice as often as another one";
        let whole = wrap(text, 13.0, Weight::Regular, 200.0, 9);
        assert_eq!(whole.join(" "), text);
        let cut = wrap(text, 13.0, Weight::Regular, 200.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…'));
        assert!(cut.iter().all(|line| width(line, 13.0, Weight::Regular) <= 200.0));
    }
}
