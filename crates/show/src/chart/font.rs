//! The embedded font: how wide a text is, what its outlines are, where it breaks.
//!
//! Nothing is asked of the machine for letters that the font has, so a chart measures and looks the same everywhere. Letters that it lacks
//! (Chinese, Arabic, emoji) are borrowed from fonts that the program finds; what no font has is a box. Letters are not joined as Arabic joins
//! them, and emoji have no colours. Source of the files: `font/README.md`.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, OnceLock};

use ab_glyph::{Font, FontArc, FontRef, GlyphId, OutlineCurve, Point, point};
use wearout_core::diagnostic::is_hidden;

/// Height of a capital, in ems.
pub(super) const CAPITAL_EM: f64 = 0.727;

/// How far letters reach below the line they stand on, in ems.
pub(super) const DESCENT_EM: f64 = 0.21;

/// The font's files by their weight, as CSS counts it.
pub const FONTS: [(u16, &[u8]); 2] =
    [(400, include_bytes!("font/Inter-Regular.ttf")), (600, include_bytes!("font/Inter-SemiBold.ttf"))];

static REGULAR: LazyLock<FontArc> = LazyLock::new(|| embedded(FONTS[0].1));
static SEMIBOLD: LazyLock<FontArc> = LazyLock::new(|| embedded(FONTS[1].1));

fn embedded(bytes: &'static [u8]) -> FontArc {
    FontArc::try_from_slice(bytes).expect("the embedded font is a font")
}

/// Finds a font that has a letter, always the same one: its file, and its number in it.
pub type Finder = fn(char) -> Option<(&'static [u8], u32)>;

static FINDER: OnceLock<Finder> = OnceLock::new();

/// The font of each letter that was ever borrowed; `None`: no font has it.
static BORROWED: Mutex<BTreeMap<char, Option<FontArc>>> = Mutex::new(BTreeMap::new());

/// Says where letters that the embedded font lacks are to be found. The first call counts; `find` is asked once for a letter.
pub fn borrow_letters(find: Finder) {
    let _ = FINDER.set(find);
}

/// Whether the font of that number in a file has a letter, with an outline.
pub fn has_letter(file: &[u8], number: u32, letter: char) -> bool {
    FontRef::try_from_slice_and_index(file, number).is_ok_and(|font| draws(&font, letter))
}

fn draws(font: &impl Font, letter: char) -> bool {
    let glyph = font.glyph_id(letter);
    glyph.0 != 0 && (letter.is_whitespace() || font.outline(glyph).is_some())
}

/// The font that a letter is set in; the embedded one, with a box, where none has it.
fn font_of(weight: Weight, letter: char) -> FontArc {
    let own = weight.font();
    if own.glyph_id(letter).0 != 0 {
        return own.clone();
    }
    let mut borrowed = BORROWED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let lent = borrowed.entry(letter).or_insert_with(|| {
        let (file, number) = FINDER.get()?(letter)?;
        FontRef::try_from_slice_and_index(file, number).ok().map(FontArc::new)
    });
    lent.clone().unwrap_or_else(|| own.clone())
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
    fn font(self) -> &'static FontArc {
        match self {
            Weight::Regular => &REGULAR,
            Weight::SemiBold => &SEMIBOLD,
        }
    }
}

/// Letters that choose among forms of the one before or join it to the next: they have no form of their own.
fn is_selector(letter: char) -> bool {
    matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') || is_hidden(letter)
}

/// Whether a letter is of a script written from the right: Hebrew, Arabic and their neighbours.
fn is_from_the_right(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

/// The letters that are seen, from left to right: runs of those written from the right are turned round, with the spaces and signs
/// inside them.
fn seen(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().filter(|letter| !is_selector(*letter)).collect();
    let mut from = 0;
    while let Some(start) = (from..letters.len()).find(|&i| is_from_the_right(letters[i])) {
        let belongs = |letter: &&char| is_from_the_right(**letter) || !letter.is_alphanumeric();
        let long = letters[start..].iter().take_while(belongs).count();
        let end = (start..start + long).rfind(|&i| is_from_the_right(letters[i])).map_or(start, |last| last + 1);
        letters[start..end].reverse();
        from = end;
    }
    letters
}

/// Calls `place` with each glyph, its font, ems per unit of that font's grid, and the distance from the start in ems; returns the whole
/// width in ems.
fn set(weight: Weight, text: &str, mut place: impl FnMut(GlyphId, &FontArc, f32, f32)) -> f32 {
    let mut pen = 0.0;
    let mut previous = None;
    for letter in seen(text) {
        let font = font_of(weight, letter);
        let em = font.units_per_em().map_or(1e-3, |units| 1.0 / units);
        let glyph = font.glyph_id(letter);
        // Pairs are closer in the embedded font only; a borrowed letter stands alone.
        let is_own = weight.font().glyph_id(letter).0 != 0;
        if let Some(previous) = previous.filter(|_| is_own) {
            pen += font.kern_unscaled(previous, glyph) * em;
        }
        place(glyph, &font, em, pen);
        pen += font.h_advance_unscaled(glyph) * em;
        previous = is_own.then_some(glyph);
    }
    pen
}

/// Width of a text set at `size`, in the unit of `size`.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    f64::from(set(weight, text, |_, _, _, _| ())) * size
}

/// The outlines of a text set at `size`: the origin is the start of the line it stands on, y points down.
pub(super) fn outlines(text: &str, size: f64, weight: Weight) -> Vec<OutlineCurve> {
    let size = size as f32;
    let mut curves = Vec::new();
    set(weight, text, |glyph, font, em, start| {
        let at = |p: Point| point((p.x * em + start) * size, -p.y * em * size);
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
    fn scripts_written_from_the_right_are_turned_round_and_what_has_no_form_is_left_out() {
        let seen = |text: &str| seen(text).into_iter().collect::<String>();
        assert_eq!(seen("plan \u{5d0}\u{5d1} \u{5d2} 7"), "plan \u{5d2} \u{5d1}\u{5d0} 7");
        assert_eq!(seen("\u{5d0}-\u{5d1}, b"), "\u{5d1}-\u{5d0}, b");
        assert_eq!(seen("a\u{fe0f}\u{200d}b"), "ab");
    }

    #[test]
    fn a_letter_that_no_font_has_is_seen_as_a_box() {
        assert!(width("\u{6d4b}", 13.0, Weight::Regular) > 5.0);
        assert!(!outlines("\u{6d4b}", 13.0, Weight::Regular).is_empty());
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
