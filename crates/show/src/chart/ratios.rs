//! A scale of ratios that figures of many kinds share, rows of marks on it, and arrows to what lies beyond.

use plotters::style::RGBAColor;
use wearout_core::study::Nearness;
use wearout_stats::interval::Interval;

use super::nearness::mark;
use super::sheet::Sheet;
use super::style::{AXIS, GRID, NOTE};

/// Height of the scale, which stands above and below the rows.
pub(super) const SCALE: f64 = 26.0;

/// Height of the key and the columns' names.
pub(super) const KEY: f64 = 56.0;

/// Ratio at the ends of the scale of claims and targets, and its ticks.
pub(super) const WIDEST: f64 = 2.6;
pub(super) const TICKS: [f64; 5] = [0.5, 0.75, 1.0, 1.5, 2.0];

/// A figure beside what it is measured by, and how it is marked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) value: f64,
    pub(super) interval: Option<Interval>,
    /// Ratio 1: the middle of what is known.
    pub(super) middle: f64,
    pub(super) nearness: Nearness,
    pub(super) colour: RGBAColor,
}

/// A scale of ratios, 1 in the middle, on a logarithmic scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratios {
    pub(super) left: f64,
    pub(super) right: f64,
    /// Ratio at the right end; one over it at the left.
    pub(super) widest: f64,
}

impl Ratios {
    /// Where a ratio stands, within the scale.
    pub(super) fn at(&self, ratio: f64) -> f64 {
        let along = libm::log(ratio.max(1e-9)) / libm::log(self.widest);
        f64::midpoint(self.left, self.right) + along.clamp(-1.0, 1.0) * (self.right - self.left) / 2.0
    }

    /// Lines from top to bottom at these ratios, their words above and below.
    pub(super) fn draw_ticks(&self, sheet: &Sheet, (top, bottom): (f64, f64), ticks: &[f64]) {
        for &tick in ticks {
            let at = self.at(tick);
            sheet.line(&[(at, top), (at, bottom)], if tick == 1.0 { AXIS } else { GRID }, 1.0);
            for y in [top - 12.0, bottom + 12.0] {
                sheet.text(&format!("{tick} ×"), (at, y), NOTE.centred());
            }
        }
    }

    /// Whether a ratio has a place on the scale.
    pub(super) fn holds(&self, ratio: f64) -> bool {
        (1.0 / self.widest..=self.widest).contains(&ratio)
    }

    /// A figure over its middle as a mark with its interval; beyond the scale an arrow to its side.
    pub(super) fn draw_figure(&self, sheet: &Sheet, y: f64, of: &Measured) {
        let Measured { value, interval, middle, nearness, colour } = *of;
        if let Some(interval) = interval {
            sheet.line(&[interval.low, interval.high].map(|end| (self.at(end / middle), y)), colour, 2.0);
        }
        let ratio = value / middle;
        if self.holds(ratio) {
            mark(sheet, (self.at(ratio), y), nearness, colour);
        } else {
            self.arrow(sheet, y, ratio > 1.0, colour);
        }
    }

    /// An arrow at the right or the left end.
    pub(super) fn arrow(&self, sheet: &Sheet, y: f64, is_above: bool, colour: RGBAColor) {
        let (tip, back) = if is_above { (self.right, -9.0) } else { (self.left, 9.0) };
        sheet.area(&[(tip, y), (tip + back, y - 5.5), (tip + back, y + 5.5)], colour);
    }
}
