//! One coordinate between bounds, seen from the unbounded line on which a search moves freely.
//!
//! Comes in: bounds and a unit. Goes out: the map to between them and back. A margin of a twentieth of the range on both sides of
//! each bound is bent quadratically, so that the bound itself is reached (a minimum on it becomes an ordinary parabola); all
//! further out is mirrored back; between the margins nothing changes but the unit. The idea is that of the boundary
//! transformation in Hansen's reference implementation (C. CMA-ES, `boundary_transformation.c`, 2014).

use serde::{Deserialize, Serialize};

/// Share of the range within which, on both sides of a bound, the line is bent.
const MARGIN: f64 = 0.05;

/// The bounds of a coordinate, and the length that is 1 on its unbounded line (a standard deviation).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
    /// Unit of the unbounded line (> 0).
    pub sd: f64,
}

impl Axis {
    /// # Panics
    /// When a bound is not finite, they are not in order, or `sd` is not positive.
    pub fn new(sd: f64, low: f64, high: f64) -> Self {
        assert!(low.is_finite() && high.is_finite() && low < high, "finite bounds with {low} below {high}");
        assert!(sd.is_finite() && sd > 0.0, "a positive deviation, found {sd}");
        Self { low, high, sd }
    }

    /// From the unbounded line, in units of `sd`, to between the bounds.
    pub fn bend(self, unbounded: f64) -> f64 {
        let margin = MARGIN * (self.high - self.low);
        let reach = self.high - self.low + 2.0 * margin;
        // Folded to 0..reach: the line runs there and back again.
        let folded = (unbounded * self.sd - (self.low - margin)).rem_euclid(2.0 * reach);
        let along = if folded > reach { 2.0 * reach - folded } else { folded };
        let x = if along < 2.0 * margin {
            self.low + along * along / (4.0 * margin)
        } else if reach - along < 2.0 * margin {
            self.high - (reach - along) * (reach - along) / (4.0 * margin)
        } else {
            self.low - margin + along
        };
        x.clamp(self.low, self.high)
    }

    /// The other way.
    ///
    /// # Panics
    /// When `x` lies outside the bounds.
    pub fn unbend(self, x: f64) -> f64 {
        let Self { low, high, sd } = self;
        assert!(low <= x && x <= high, "a start from {low} to {high}, found {x}");
        let margin = MARGIN * (high - low);
        if x < low + margin {
            (low - margin + 2.0 * (margin * (x - low)).sqrt()) / sd
        } else if x > high - margin {
            (high + margin - 2.0 * (margin * (high - x)).sqrt()) / sd
        } else {
            x / sd
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn middle_is_left_alone_and_bounds_are_reached() {
        let axis = Axis::new(2.0, 10.0, 30.0);
        assert_eq!([12.0, 20.0, 28.0].map(|x| axis.bend(x / 2.0)), [12.0, 20.0, 28.0]);
        assert_eq!([10.0, 30.0].map(|x| axis.bend(axis.unbend(x))), [10.0, 30.0]);
        // Beyond the bent margins the line runs back.
        assert_eq!((axis.bend(4.5), axis.bend(15.5)), (10.0, 30.0));
        assert!((axis.bend(3.0) - 12.0).abs() < 1e-12, "{}", axis.bend(3.0));
    }

    proptest! {
        #[test]
        fn every_point_of_the_line_lies_within_bounds_and_bending_is_undone(
            sd in 1e-3..1e3_f64,
            low in -1e3..1e3_f64,
            range in 1e-3..1e3_f64,
            share in 0.0..=1.0_f64,
            far in -1e4..1e4_f64,
        ) {
            let axis = Axis::new(sd, low, low + range);
            let x = (low + share * range).min(low + range);
            prop_assert!((axis.bend(axis.unbend(x)) - x).abs() < 1e-9 * (1.0 + range + low.abs()));
            let bent = axis.bend(far);
            prop_assert!(axis.low <= bent && bent <= axis.high);
        }
    }
}
