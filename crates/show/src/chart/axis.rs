//! Scales in words: days, shares, numbers around zero.

use std::ops::Range;

use super::style::NOTE;
use super::words::{grouped, spell};

/// Where the words of an axis' outermost ticks stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Under their ticks.
    Centred,
    /// Not beyond the panel.
    Inside,
}

/// A scale with its ticks in words.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<(f64, String)>,
    pub(super) ends: Ends,
}

impl Axis {
    /// Days 1 to `days` on that many pixels.
    pub(super) fn days(days: usize, pixels: f64) -> Axis {
        let range = if days < 2 { 0.5..1.5 } else { 1.0..days as f64 };
        let apart = 44.0 * (range.end - range.start) / pixels;
        let steps = if spell(days).1 == 1 { [1, 2, 5, 10, 15, 30] } else { [7, 14, 28, 56, 84, 168] };
        let step = steps.into_iter().find(|&step| f64::from(step) >= apart).unwrap_or(364);
        let later = (2..=days).filter(|&day| day % step as usize == 0 && (day - 1) as f64 >= apart);
        let ticks = std::iter::once((1.0, "Day 1".to_owned())).chain(later.map(|day| (day as f64, day.to_string())));
        Axis { ticks: ticks.collect(), range, ends: Ends::Centred }
    }

    /// The first and the last day only.
    pub(super) fn days_ends(days: usize) -> Axis {
        let range = if days < 2 { 0.5..1.5 } else { 1.0..days as f64 };
        let last = (days > 1).then(|| (days as f64, days.to_string()));
        Axis { ticks: std::iter::once((1.0, "Day 1".to_owned())).chain(last).collect(), range, ends: Ends::Inside }
    }

    /// Shares from 0 to at least `highest`.
    pub(super) fn shares(highest: f64, ticks: usize) -> Axis {
        let highest = if highest > 0.0 { highest.min(1.0) } else { 0.1 };
        let step = nice_step(highest, ticks);
        let steps = (highest / step - 1e-9).ceil();
        let decimals = if step < 0.001 { 2 } else { usize::from(step < 0.01) };
        let ticks = (0..=steps as u32).map(|i| {
            let share = f64::from(i) * step;
            (share, format!("{:.decimals$}\u{a0}%", 100.0 * share))
        });
        Axis { ticks: ticks.collect(), range: 0.0..steps * step, ends: Ends::Centred }
    }

    /// Numbers around 0 that hold `low` and `high`; plus and minus are written.
    pub(super) fn around_zero(low: f64, high: f64, ticks: usize) -> Axis {
        Axis::holding_zero(low, high, ticks, signed)
    }

    /// Amounts from 0, or from below it where `low` is, to at least `high`.
    pub(super) fn with_zero(low: f64, high: f64, ticks: usize) -> Axis {
        Axis::holding_zero(low, high, ticks, grouped)
    }

    fn holding_zero(low: f64, high: f64, ticks: usize, words: fn(f64, usize) -> String) -> Axis {
        let (low, high) = (low.min(0.0), high.max(0.0));
        let (low, high) = if high > low { (low, high) } else { (-1.0, 1.0) };
        let step = nice_step(high - low, ticks);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let mut decimals = 0;
        let mut unit = step;
        while decimals < 4 && (unit - unit.round()).abs() > 1e-6 * unit.max(1e-3) {
            unit *= 10.0;
            decimals += 1;
        }
        let ticks = (first as i64..=last as i64).map(|i| {
            let value = i as f64 * step;
            (value, words(value, decimals))
        });
        Axis { ticks: ticks.collect(), range: first * step..last * step, ends: Ends::Centred }
    }

    /// These values with their words, as far as there is room for them on that many pixels.
    pub(super) fn at(values: impl Iterator<Item = (f64, String)>, range: Range<f64>, pixels: f64) -> Axis {
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for (value, words) in values {
            let has_room = |(before, other): &(f64, String)| {
                let apart = (value - before) / (range.end - range.start) * pixels;
                apart > 8.0 + f64::midpoint(NOTE.width(other), NOTE.width(&words))
            };
            if ticks.last().is_none_or(has_room) {
                ticks.push((value, words));
            }
        }
        Axis { ticks, range, ends: Ends::Centred }
    }

    /// Without words and lines.
    pub(super) fn bare(range: Range<f64>) -> Axis {
        Axis { range, ticks: Vec::new(), ends: Ends::Centred }
    }

    /// The same scale with no words at its ticks.
    pub(super) fn unlabelled(&self) -> Axis {
        let ticks = self.ticks.iter().map(|(value, _)| (*value, String::new())).collect();
        Axis { ticks, ..self.clone() }
    }

    /// Room that the words take to the left of a panel.
    pub(super) fn room(&self) -> f64 {
        self.ticks.iter().map(|(_, words)| NOTE.width(words)).fold(0.0, f64::max) + 8.0
    }
}

/// A number with its sign.
pub(super) fn signed(value: f64, decimals: usize) -> String {
    let text = grouped(value, decimals);
    let nothing = !text.bytes().any(|b| matches!(b, b'1'..=b'9'));
    if nothing || value < 0.0 { text } else { format!("+{text}") }
}

/// The smallest of 1, 2, 5, 10, ... (and their tenths) that needs at most so many steps.
fn nice_step(span: f64, steps: usize) -> f64 {
    const POWERS: [f64; 16] = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11];
    let enough = span / steps as f64 * (1.0 - 1e-9);
    let candidates = POWERS.iter().flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * power));
    candidates.into_iter().find(|&step| step >= enough).unwrap_or(enough)
}
