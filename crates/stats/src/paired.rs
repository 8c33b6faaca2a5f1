//! Differences of two quantities observed together.
//!
//! Comes in: pairs of numbers, or the 2x2 table of pairs of yes and no. Goes out: the mean difference, its interval, and how much
//! variance the pairing saves. Sources: Newcombe 1998, Statistics in Medicine 17(22), 2635-2650, method 10 (paired proportions:
//! score intervals of both margins, joined with a continuity-corrected phi); variance ratio under common random numbers: Law,
//! Simulation Modeling and Analysis, chapter 11.

use super::interval::{self, Interval};
use super::mean::Moments;

/// Pairs (a, b) of numbers: moments of each and of a - b.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pairs {
    a: Moments,
    b: Moments,
    difference: Moments,
}

impl Pairs {
    /// Takes in one pair.
    pub fn push(&mut self, a: f64, b: f64) {
        self.a.push(a);
        self.b.push(b);
        self.difference.push(a - b);
    }

    /// Moments of a - b. Taken directly rather than from a covariance, so that equal pairs differ by exactly 0.
    pub fn difference(&self) -> &Moments {
        &self.difference
    }

    /// Variance that a - b would have without pairing over the one it has; `None` where either is unknown, or 0 up to the
    /// rounding of a - b: shares that differ by a constant leave nothing else.
    pub fn variance_ratio(&self) -> Option<f64> {
        let rounding = 4.0 * f64::EPSILON * (self.a.mean()?.abs() + self.b.mean()?.abs());
        let paired = self.difference.variance()?;
        ratio(self.a.variance()? + self.b.variance()?, if paired > rounding * rounding { paired } else { 0.0 })
    }
}

/// Pairs (a, b) of yes and no, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PairedTable {
    /// Both yes.
    pub both: u64,
    /// Only a yes.
    pub only_a: u64,
    /// Only b yes.
    pub only_b: u64,
    /// Both no.
    pub neither: u64,
}

impl PairedTable {
    /// Takes in one pair.
    pub fn push(&mut self, a: bool, b: bool) {
        let cell = match (a, b) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.only_a,
            (false, true) => &mut self.only_b,
            (false, false) => &mut self.neither,
        };
        *cell += 1;
    }

    /// Pairs taken in.
    pub fn n(&self) -> u64 {
        self.both + self.only_a + self.only_b + self.neither
    }

    /// Pairs in which a and b are not the same.
    pub fn discordant(&self) -> u64 {
        self.only_a + self.only_b
    }

    /// Proportion of a minus proportion of b; `None` without pairs.
    pub fn difference(&self) -> Option<f64> {
        (self.n() > 0).then(|| (self.only_a as f64 - self.only_b as f64) / self.n() as f64)
    }

    /// Variance of a - b over pairs with divisor n - 1; `None` below two pairs.
    pub fn variance(&self) -> Option<f64> {
        let n = self.n() as f64;
        let net = self.only_a as f64 - self.only_b as f64;
        (self.n() > 1).then(|| (self.discordant() as f64 - net * net / n) / (n - 1.0))
    }

    /// Variance that a - b would have without pairing over the one it has; `None` where either is 0 or unknown.
    pub fn variance_ratio(&self) -> Option<f64> {
        let n = self.n() as f64;
        let variance = |yes: u64| yes as f64 * (n - yes as f64) / (n * (n - 1.0));
        ratio(variance(self.both + self.only_a) + variance(self.both + self.only_b), self.variance()?)
    }

    /// Newcombe's paired score interval of the difference; `None` without pairs. It never leaves -1 to 1, and it has a width
    /// even where no pair is discordant: then the pairs do not show a difference, but they do not exclude a small one.
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let difference = self.difference()?;
        let (n, yes_a, yes_b) = (self.n(), self.both + self.only_a, self.both + self.only_b);
        let (a, b) = (interval::of_proportion(yes_a, n, confidence)?, interval::of_proportion(yes_b, n, confidence)?);
        let (share_a, share_b) = (yes_a as f64 / n as f64, yes_b as f64 / n as f64);
        let phi = self.corrected_phi();
        let reach = |x: f64, y: f64| (x * x - 2.0 * phi * x * y + y * y).max(0.0).sqrt();
        Some(Interval {
            low: (difference - reach(share_a - a.low, b.high - share_b)).max(-1.0),
            high: (difference + reach(a.high - share_a, share_b - b.low)).min(1.0),
        })
    }

    /// Correlation of a and b, a positive one moved towards 0 by half a pair; 0 where a margin is empty.
    fn corrected_phi(&self) -> f64 {
        let [both, only_a, only_b, neither] =
            [self.both, self.only_a, self.only_b, self.neither].map(|count| count as f64);
        let margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither);
        let excess = both * neither - only_a * only_b;
        let corrected = if excess > 0.0 { (excess - self.n() as f64 / 2.0).max(0.0) } else { excess };
        if margins == 0.0 { 0.0 } else { corrected / margins.sqrt() }
    }
}

fn ratio(unpaired: f64, paired: f64) -> Option<f64> {
    (unpaired > 0.0 && paired > 0.0).then(|| unpaired / paired)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(both: u64, only_a: u64, only_b: u64, neither: u64) -> PairedTable {
        PairedTable { both, only_a, only_b, neither }
    }

    #[test]
    fn equal_pairs_differ_by_exactly_zero() {
        let mut pairs = Pairs::default();
        for x in [0.1, 0.7, 0.3] {
            pairs.push(x, x);
        }
        let interval = interval::of_mean(pairs.difference(), 0.95);
        assert_eq!(pairs.difference().mean(), Some(0.0));
        assert_eq!(interval, Some(Interval { low: 0.0, high: 0.0 }));
        assert_eq!(pairs.variance_ratio(), None);
    }

    #[test]
    fn a_constant_difference_has_no_variance_ratio() {
        let mut pairs = Pairs::default();
        for lost in [30.0, 33.0, 36.0, 31.0] {
            pairs.push((lost - 8.0) / 100.0, lost / 100.0);
        }
        assert_eq!(pairs.variance_ratio(), None);
    }

    #[test]
    fn no_discordant_pair_gives_zero_within_a_symmetric_interval_that_shrinks() {
        for share in [0, 50, 100] {
            let mut before = 1.0;
            for n in [100, 400, 1600] {
                let yes = n * share / 100;
                let same = table(yes, 0, 0, n - yes);
                let interval = same.interval(0.95).unwrap();
                assert_eq!(same.difference(), Some(0.0));
                assert_eq!(same.variance_ratio(), None);
                assert!((interval.low + interval.high).abs() < 1e-12, "{interval:?}");
                assert!(0.0 < interval.high && interval.high < before / 3.0, "{interval:?} at {n}");
                before = interval.high;
            }
        }
    }

    #[test]
    fn always_against_never_stays_within_one() {
        let interval = table(0, 400, 0, 0).interval(0.95).unwrap();
        assert!(interval.low > 0.98 && interval.high >= 1.0);
        assert_eq!(table(0, 0, 0, 0).interval(0.95), None);
    }

    #[test]
    fn variance_of_a_table_is_that_of_its_differences() {
        let (counts, mut pairs) = (table(5, 4, 2, 3), Pairs::default());
        for (n, a, b) in [(5, 1.0, 1.0), (4, 1.0, 0.0), (2, 0.0, 1.0), (3, 0.0, 0.0)] {
            for _ in 0..n {
                pairs.push(a, b);
            }
        }
        assert!((counts.variance().unwrap() - pairs.difference().variance().unwrap()).abs() < 1e-15);
        assert!((counts.variance_ratio().unwrap() - pairs.variance_ratio().unwrap()).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_paired_interval_holds_the_difference_and_mirrors_a_swap(
            both in 0_u64..300, only_a in 0_u64..300, only_b in 0_u64..300, neither in 1_u64..300,
        ) {
            let counts = table(both, only_a, only_b, neither);
            let interval = counts.interval(0.95).unwrap();
            let swapped = table(both, only_b, only_a, neither).interval(0.95).unwrap();
            prop_assert!(-1.0 <= interval.low && interval.high <= 1.0 && interval.contains(counts.difference().unwrap()));
            prop_assert!((interval.low + swapped.high).abs() < 1e-12);
        }
    }
}
