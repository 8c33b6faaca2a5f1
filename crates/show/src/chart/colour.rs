//! Colours of charts on a page, on light and on dark paper.

use plotters::style::RGBAColor;

use super::style::{ALERT, AXIS, BASELINE, GRID, INK, PAPER, QUIET, as_ink, nth_colour};
use super::svg::variable;

/// The paper of a dark page.
const DARK: Colour = Colour(0x1A, 0x1E, 0x22);

/// Contrast that words need (WCAG 2.2, success criterion 1.4.3).
const LEGIBLE: f64 = 4.5;

/// A colour without transparency: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Colour(u8, u8, u8);

impl Colour {
    pub(super) fn of(RGBAColor(r, g, b, _): RGBAColor) -> Colour {
        Colour(r, g, b)
    }

    /// How CSS writes it.
    pub fn css(self) -> String {
        let Colour(r, g, b) = self;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// Name of the variable that holds it on a page.
    pub fn variable(self) -> String {
        let Colour(r, g, b) = self;
        variable(RGBAColor(r, g, b, 1.0))
    }

    /// What takes its place on dark paper: greys change sides, other colours become as light as words must be.
    #[must_use]
    pub fn in_dark(self) -> Colour {
        let greys = [
            (PAPER, DARK),
            (INK, Colour(0xE6, 0xE9, 0xEC)),
            (QUIET, Colour(0xA4, 0xAC, 0xB4)),
            (GRID, Colour(0x2C, 0x32, 0x37)),
            (AXIS, Colour(0x7D, 0x86, 0x8F)),
            (BASELINE, Colour(0xB3, 0xBA, 0xC1)),
            (ALERT, Colour(0xFF, 0xA0, 0x6E)),
        ];
        if let Some((_, dark)) = greys.into_iter().find(|(light, _)| Colour::of(*light) == self) {
            return dark;
        }
        let lighter = |share: u8| {
            let channel = |c: u8| (u32::from(c) + (255 - u32::from(c)) * u32::from(share) / 100) as u8;
            Colour(channel(self.0), channel(self.1), channel(self.2))
        };
        (0..=100).map(lighter).find(|colour| colour.contrast(DARK) >= LEGIBLE).unwrap_or(self)
    }

    /// How much lighter one of the two is than the other (WCAG 2.2, "contrast ratio").
    fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        a.max(b) / a.min(b)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

/// Colours of the marks and of the name of the n-th plan beside the baseline, which is `None`.
pub fn plan_colours(n: Option<usize>) -> (Colour, Colour) {
    let colour = n.map_or(BASELINE, nth_colour);
    (Colour::of(colour), Colour::of(as_ink(colour)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_legible_on_either_paper() {
        for n in (0..super::super::style::N_COLOURS).map(Some).chain([None]) {
            let (mark, ink) = plan_colours(n);
            assert!(ink.contrast(Colour::of(PAPER)) >= LEGIBLE, "{n:?}");
            assert!(mark.in_dark().contrast(DARK) >= LEGIBLE && ink.in_dark().contrast(DARK) >= LEGIBLE, "{n:?}");
        }
        assert_eq!(Colour::of(INK).in_dark().css(), "#e6e9ec");
    }
}
