//! How near a figure is to what is known, as a mark that is told apart without colour.

use plotters::style::RGBAColor;
use wearout_core::study::Nearness;

use super::canvas::Place;
use super::sheet::Sheet;
use super::style::{LABEL, PAPER, Rect, SMALL};

/// What is known: a bar.
pub(super) const RANGE: RGBAColor = RGBAColor(0xCD, 0xD3, 0xD9, 1.0);

/// The colour of marks.
pub(super) fn colour(nearness: Nearness) -> RGBAColor {
    match nearness {
        Nearness::Inside => RGBAColor(0x00, 0x9E, 0x73, 1.0),
        Nearness::Within12 => RGBAColor(0x00, 0x72, 0xB2, 1.0),
        Nearness::Within25 => RGBAColor(0xE6, 0x9F, 0x00, 1.0),
        Nearness::Off => RGBAColor(0xD5, 0x5E, 0x00, 1.0),
    }
}

/// A filled disc, a ring, a diamond or a square: told apart without colour.
pub(super) fn mark(sheet: &Sheet, (x, y): Place, nearness: Nearness, colour: RGBAColor) {
    match nearness {
        Nearness::Inside => sheet.dot((x, y), 4.6, colour),
        Nearness::Within12 => {
            sheet.dot((x, y), 5.0, colour);
            sheet.dot((x, y), 2.8, PAPER);
        }
        Nearness::Within25 => sheet.area(&[(x, y - 6.5), (x + 6.5, y), (x, y + 6.5), (x - 6.5, y)], colour),
        Nearness::Off => sheet.bar(Rect { left: x - 5.0, top: y - 5.0, right: x + 5.0, bottom: y + 5.0 }, colour),
    }
}

/// What bar and marks mean; where it ends, across the sheet.
pub(super) fn key(sheet: &Sheet, (mut x, y): Place, range: &str) -> f64 {
    sheet.bar(Rect { left: x, top: y - 7.0, right: x + 22.0, bottom: y + 7.0 }, RANGE);
    sheet.text(range, (x + 30.0, y), LABEL);
    x += 30.0 + LABEL.width(range) + 26.0;
    for nearness in [Nearness::Inside, Nearness::Within12, Nearness::Within25, Nearness::Off] {
        mark(sheet, (x + 6.0, y), nearness, colour(nearness));
        sheet.text(nearness.words(), (x + SMALL + 4.0, y), LABEL);
        x += SMALL + 4.0 + LABEL.width(nearness.words()) + 26.0;
    }
    x
}
