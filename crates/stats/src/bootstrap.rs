//! The bootstrap: the spread of an estimate over samples drawn again, with replacement, from the sample at hand.
//!
//! Comes in: how many there are to draw from, then the estimates made from each draw. Goes out: draws, and the percentile interval.
//! What is drawn (rows, streams) and what is estimated is the caller's. Source: Efron 1979, Annals of Statistics 7(1), 1-26;
//! percentile interval: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.

use rand::Rng;

use super::interval::Interval;
use super::quantile::quantiles;

/// A whole number from 0 to below `n`, from one word.
///
/// # Precision
/// Each has the probability `1/n`, but for less than one part in 2^64 (Lemire 2019, ACM TOMACS 29(1), without rejection).
pub(super) fn below(n: usize, rng: &mut impl Rng) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

/// `n_drawn` draws out of `n` with replacement: how often each was drawn.
///
/// As many as there are is the plain bootstrap, whose spread of a mean is too small by `(n - 1) / n`; where n is small, one less than
/// there are makes it right (`McCarthy` & Snowden 1985, Vital and Health Statistics 2(95)).
pub(super) fn resample(n: usize, n_drawn: usize, rng: &mut impl Rng) -> Vec<u32> {
    let mut times = vec![0; n];
    for _ in 0..n_drawn {
        times[below(n, rng)] += 1;
    }
    times
}

/// The central `confidence` of the estimates; `None` without any.
pub(super) fn percentile(mut estimates: Vec<f64>, confidence: f64) -> Option<Interval> {
    let tail = (1.0 - confidence) / 2.0;
    let [low, high] = quantiles(&mut estimates, [tail, 1.0 - tail])?;
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn a_draw_has_as_many_as_the_sample_and_each_as_often_as_the_next() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut times = [0_u32; 7];
        for _ in 0..10_000 {
            let draw = resample(7, 7, &mut rng);
            assert_eq!(draw.iter().sum::<u32>(), 7);
            times.iter_mut().zip(draw).for_each(|(all, drawn)| *all += drawn);
        }
        // Binomial(70 000, 1/7) has standard deviation 93.
        assert!(times.iter().all(|&drawn| drawn.abs_diff(10_000) < 400), "{times:?}");
        assert!(resample(0, 0, &mut rng).is_empty());
    }

    #[test]
    fn percentiles_are_those_of_the_estimates() {
        let estimates = (0..=100).rev().map(f64::from).collect();
        let interval = percentile(estimates, 0.9).unwrap();
        assert!((interval.low - 5.0).abs() < 1e-12 && (interval.high - 95.0).abs() < 1e-12);
        assert_eq!(percentile(Vec::new(), 0.9), None);
    }
}
