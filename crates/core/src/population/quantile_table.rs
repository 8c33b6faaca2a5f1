//! Quantile functions as tables: one uniform word in, one trait out, in a few nanoseconds and without rejection.
//!
//! A folded table: each side of the median has its own knots, spaced by exponent and five mantissa bits of the distance from
//! that side's end, linear in between (1,538 knots, 6 KB). Tails keep their resolution, where an even grid loses the
//! largest frailties. What stands at the knots is worked out in `quantile`, rounded to `f32`.
//!
//! # Precision
//! Beta and normal laws: below 2e-4; gamma laws of mean 1 to 2: below 1e-3. Nearly all of it is the straight lines'.

use std::sync::Arc;

use super::lane::{LANES, Lane, mask};
use super::quantile::{KNOTS, LowerBeta, LowerGamma, LowerNormal, Side, UpperGamma, logistic, quantiles};

/// Where the upper side's knots begin. Both sides stand in one array of a power of two, so that an index can be masked into it: no
/// bounds check, and eight or sixteen members are looked up by one gather (population drawn 3 times as fast).
const UPPER: usize = 1024;

/// A distribution that can be tabulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TraitLaw {
    /// Beta(a, b), both positive.
    Beta {
        /// First shape.
        a: f64,
        /// Second shape.
        b: f64,
    },
    /// `offset` + `scale` x Gamma(shape).
    Gamma {
        /// Shape (> 0).
        shape: f64,
        /// Scale of the gamma part.
        scale: f64,
        /// What is added.
        offset: f64,
    },
    /// The standard normal distribution.
    Normal,
}

/// A quantile function on (0, 1).
#[derive(Debug, Clone, PartialEq)]
pub struct QuantileTable {
    law: TraitLaw,
    knots: Knots,
}

type Knots = Arc<[f32; 2 * UPPER]>;

impl QuantileTable {
    /// The table of a law: one of those known where it is among them, a new one otherwise.
    pub fn of(law: TraitLaw, known: &[&QuantileTable]) -> QuantileTable {
        if let Some(table) = known.iter().find(|table| table.law == law) {
            return (*table).clone();
        }
        let knots = match law {
            TraitLaw::Beta { a, b } => {
                tabulated((&LowerBeta::new(a, b), logistic), (&LowerBeta::new(b, a), |z| logistic(-z)))
            }
            TraitLaw::Gamma { shape, scale, offset } => {
                let (lower, upper) = (LowerGamma::new(shape), UpperGamma::new(shape));
                tabulated((&lower, |z| offset + scale * libm::exp(z)), (&upper, |z| offset + scale * libm::exp(-z)))
            }
            TraitLaw::Normal => tabulated((&LowerNormal, |z| z), (&LowerNormal, |z| -z)),
        };
        QuantileTable { law, knots: Arc::new(knots) }
    }

    /// What it tabulates.
    pub fn law(&self) -> TraitLaw {
        self.law
    }

    /// Whether it is the same table as another, not an equal one.
    #[cfg(test)]
    pub(super) fn is(&self, other: &QuantileTable) -> bool {
        Arc::ptr_eq(&self.knots, &other.knots)
    }

    /// The quantile of a uniform word (its upper 24 bits).
    #[inline(always)]
    pub fn at(&self, word: u32) -> f32 {
        let bits = word >> 8;
        let above = mask(bits >= 1 << 23);
        let from_end = bits ^ (above & 0xff_ffff);
        // The distance from the end, in half units, as a float: its exponent and five bits are the knot, the rest the way.
        let distance = (from_end as i32 as f32 + 0.5).to_bits();
        let knot = (distance >> 18) - (126 << 5) + (above & UPPER as u32);
        let way = (distance & 0x3_ffff) as i32 as f32 * (1.0 / 262_144.0);
        let at = |knot: u32| self.knots[knot as usize & (2 * UPPER - 1)];
        at(knot) + (at(knot + 1) - at(knot)) * way
    }

    /// The quantiles of a column of words.
    #[inline(always)]
    pub fn column(&self, words: &Lane<u32>) -> Lane<f32> {
        let mut column = [0.0; LANES];
        for lane in 0..LANES {
            column[lane] = self.at(words[lane]);
        }
        column
    }

    /// The quantile of a word a share `way` (0..1) from this table towards another.
    #[inline(always)]
    pub fn between(&self, other: &QuantileTable, way: f32, word: u32) -> f32 {
        let (here, there) = (self.at(word), other.at(word));
        here + (there - here) * way
    }

    /// Bytes of the table in a fixed order, for hashing.
    pub fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.knots[..KNOTS].iter().chain(&self.knots[UPPER..UPPER + KNOTS]).flat_map(|value| value.to_le_bytes())
    }
}

/// The quantiles of both sides, each with its way from z to the trait.
fn tabulated(
    (lower, from_lower): (&impl Side, impl Fn(f64) -> f64),
    (upper, from_upper): (&impl Side, impl Fn(f64) -> f64),
) -> [f32; 2 * UPPER] {
    let (lower, upper) = (quantiles(lower).map(from_lower), quantiles(upper).map(from_upper));
    let mut table = [0.0; 2 * UPPER];
    for knot in 0..KNOTS {
        (table[knot], table[UPPER + knot]) = (lower[knot] as f32, upper[knot] as f32);
    }
    // The sides differ at the median by their errors: a step there would let a larger word give a smaller trait.
    let median = f64::midpoint(lower[KNOTS - 1], upper[KNOTS - 1]) as f32;
    (table[KNOTS - 1], table[UPPER + KNOTS - 1]) = (median, median);
    table
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{Beta, ContinuousCDF, Gamma, Normal};

    use super::*;

    /// Words carry 24 bits.
    const SCALE: f64 = 16_777_216.0;

    fn beta(a: f64, b: f64) -> QuantileTable {
        QuantileTable::of(TraitLaw::Beta { a, b }, &[])
    }

    fn gamma(shape: f64, scale: f64, offset: f64) -> QuantileTable {
        QuantileTable::of(TraitLaw::Gamma { shape, scale, offset }, &[])
    }

    /// Largest error over a sweep of words, tails included; beyond the table's own 24 bits nothing is asked.
    fn worst(table: &QuantileTable, truth: impl Fn(f64) -> f64) -> f64 {
        let sweep = (0..4000_u32).map(|i| i * 1_073_741).chain((0..24).flat_map(|k| [255 << k, !(255 << k)]));
        sweep
            .map(|word| {
                let u = (f64::from(word >> 8) + 0.5) / SCALE;
                (f64::from(table.at(word)) - truth(u)).abs()
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn tables_are_within_two_ten_thousandths_of_the_distributions() {
        for (a, b) in [(0.15, 0.85), (0.5, 0.5), (0.8, 0.2), (0.9, 0.1), (2.52, 1.48), (0.05, 0.95)] {
            let exact = Beta::new(a, b).unwrap();
            // statrs' own inverse is bisected to about 1e-9.
            let error = worst(&beta(a, b), |u| exact.inverse_cdf(u));
            assert!(error < 2e-4, "Beta({a}, {b}): {error}");
        }
        for (shape, scale) in [(3.0, 0.6), (1.0 / 1.5, 1.5), (1.0 / 0.8, 0.8)] {
            let exact = Gamma::new(shape, 1.0 / scale).unwrap();
            let error = worst(&gamma(shape, scale, 0.0), |u| exact.inverse_cdf(u));
            assert!(error < 1e-3, "Gamma({shape}): {error}");
        }
        let normal = Normal::standard();
        assert!(worst(&QuantileTable::of(TraitLaw::Normal, &[]), |u| normal.inverse_cdf(u)) < 2e-4);
    }

    /// Laws so narrow that the tail near 0 is nothing at all, and so wide that quantiles fall below every number.
    #[test]
    fn tables_hold_from_all_alike_to_all_or_nothing() {
        for (a, b) in [(80.0, 20.0), (8000.0, 2000.0), (5000.0, 5000.0), (9999.0, 1.0)] {
            let exact = Beta::new(a, b).unwrap();
            let median = f64::from(beta(a, b).at(u32::MAX / 2));
            assert!((exact.cdf(median) - 0.5).abs() < 1e-3, "Beta({a}, {b}): {median}");
        }
        let all_or_nothing = beta(0.0015, 0.0085);
        let ones = (0..1000_u32).filter(|i| all_or_nothing.at(i * 4_294_967) > 0.5).count();
        assert!((145..=155).contains(&ones), "{ones} of 1000");
        for shape in [60.0, 1e3, 1e6] {
            let exact = Gamma::new(shape, shape).unwrap();
            for word in [u32::MAX / 100, u32::MAX / 4, u32::MAX / 2, u32::MAX / 100 * 99] {
                let u = (f64::from(word >> 8) + 0.5) / SCALE;
                let quantile = f64::from(gamma(shape, 1.0 / shape, 0.0).at(word));
                assert!((exact.cdf(quantile) - u).abs() < 1e-3, "Gamma({shape}) at {u}: {quantile}");
            }
        }
    }

    #[test]
    fn a_larger_word_never_gives_a_smaller_trait() {
        for table in [gamma(1.0 / 1.5, 1.5, 0.0), gamma(1e4, 1e-4, 0.0), beta(80.0, 20.0)] {
            let mut last = f32::MIN;
            for word in (0..u32::MAX - 70_000).step_by(65_537) {
                assert!(table.at(word) >= last);
                last = table.at(word);
            }
        }
    }

    #[test]
    fn a_known_law_is_not_tabulated_again() {
        let (known, other) = (beta(0.8, 0.2), beta(0.5, 0.5));
        let again = QuantileTable::of(TraitLaw::Beta { a: 0.8, b: 0.2 }, &[&other, &known]);
        assert!(again.is(&known));
        assert_eq!(again, beta(0.8, 0.2));
    }
}
