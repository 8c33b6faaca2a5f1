//! An effect that wears off exponentially, `first exp(-time / lifetime)`: its average, how long it is best watched, its lifetime.
//!
//! Comes in: lifetimes and lengths in one unit of time, or a series of effects with weights. Goes out: averages, the length at
//! which a test of the average effect has its best power, a fitted lifetime with its interval or that none can be told. Not here:
//! effects of another course. Sources: average and best length follow from the exponential by calculus, below; the interval is
//! the profile of the sum of squares (Bates & Watts 1988, Nonlinear Regression Analysis and Its Applications, chapter 6).

use serde::Serialize;

use super::root::{bisect, maximise};
use super::student;

/// Average effect from time 0 to `length` (> 0).
pub fn mean_effect(first: f64, lifetime: f64, length: f64) -> f64 {
    let x = length / lifetime;
    -first * libm::expm1(-x) / x
}

/// How long a test should run to find the average effect as often as can be, in lifetimes. `lasting` is the variance of the
/// difference that no waiting removes (clusters that differ for good) over the variance that one lifetime leaves of the one that
/// waiting does remove: `lasting variance * lifetime / variance of one unit of time`. Without it, 1.2564; else less.
pub fn best_length(lasting: f64) -> f64 {
    // With x lifetimes the shift is (1 - exp(-x)) / x over (lasting + 1 / x)^(1/2). Its logarithm has the slope
    // 1 / (exp(x) - 1) - 1 / x + 1 / (2 (lasting x^2 + x)), which turns negative once; without `lasting` at exp(x) = 1 + 2 x.
    let rises = |x: f64| 1.0 / libm::expm1(x) - 1.0 / x + 0.5 / (lasting * x * x + x) > 0.0;
    bisect(0.0, 2.0, rises)
}

/// One effect of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// When: the middle of its time.
    pub time: f64,
    /// The effect.
    pub effect: f64,
    /// What it counts, relative to the others: one over its variance.
    pub weight: f64,
}

/// A fitted course.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Decay {
    /// Effect at time 0.
    pub first: f64,
    /// Lifetime; `None` where an effect that stays fits best.
    pub lifetime: Option<f64>,
    /// Shortest lifetime that fits; 0 where one too short to be seen does.
    pub shortest: f64,
    /// Longest lifetime that fits; `None` where an effect that stays does.
    pub longest: Option<f64>,
}

impl Decay {
    /// The effect at a time.
    pub fn at(&self, time: f64) -> f64 {
        self.first * self.lifetime.map_or(1.0, |lifetime| libm::exp(-time / lifetime))
    }
}

/// Steps of the grid on which a lifetime is sought first.
const GRID: usize = 200;

/// Lifetimes down to this part of the series' smallest step are sought: what wears off faster is gone before the second look.
const SHORTEST_PART: f64 = 0.2;

/// Lifetimes up to this many times the series are told from an effect that stays.
const LONGEST_TIMES: f64 = 100.0;

/// The course that fits a series by weighted least squares. `None` where the series tells no lifetime: below four times, without
/// a spread of times, or where an effect that is gone at once fits as well as one that stays. Errors are taken for independent
/// from time to time, their common scale as unknown; only decay is sought, not growth.
///
/// # Panics
/// When a weight is not above 0.
pub fn fit(series: &[Seen], confidence: f64) -> Option<Decay> {
    assert!(series.iter().all(|seen| seen.weight > 0.0), "weights above 0");
    let mut times: Vec<f64> = series.iter().map(|seen| seen.time).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    if times.len() < 4 {
        return None;
    }
    let smallest_step = times.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let fastest = 1.0 / (SHORTEST_PART * smallest_step);
    let slowest = 1.0 / (LONGEST_TIMES * (times[times.len() - 1] - times[0]));

    // The sum of squares can have more than one valley in the rate: a grid in the rate's logarithm finds the deepest.
    let rate_at = |i: f64| slowest * libm::exp(i / GRID as f64 * libm::log(fastest / slowest));
    let squares: Vec<f64> = (0..=GRID).map(|i| at_rate(series, rate_at(i as f64)).squares).collect();
    let best = (0..=GRID).min_by(|&a, &b| squares[a].total_cmp(&squares[b])).expect("the grid is not empty");
    let around = (best.saturating_sub(1) as f64, (best + 1).min(GRID) as f64);
    let place = maximise(around.0, around.1, |i| -at_rate(series, rate_at(i)).squares);
    let (staying, moving) = (at_rate(series, 0.0), at_rate(series, rate_at(place)));
    let stays = staying.squares <= moving.squares;
    let deepest = if stays { staying } else { moving };

    let degrees = series.len() as f64 - 2.0;
    let reach = student::central_quantile(confidence, degrees);
    let allowed = deepest.squares * (1.0 + reach * reach / degrees);
    let fits = |i: f64| at_rate(series, rate_at(i)).squares <= allowed;
    let place = if stays { 0.0 } else { place };
    let (staying_fits, gone_fits) = (staying.squares <= allowed, fits(GRID as f64));
    if staying_fits && gone_fits {
        return None;
    }
    let shortest = if gone_fits { 0.0 } else { 1.0 / rate_at(bisect(place, GRID as f64, fits)) };
    let longest = (!staying_fits).then(|| 1.0 / rate_at(bisect(0.0, place, |i| !fits(i))));
    Some(Decay { first: deepest.first, lifetime: (!stays).then(|| 1.0 / rate_at(place)), shortest, longest })
}

/// The best fit at one rate (1 / lifetime): the effect at time 0 and the weighted sum of squares that is left.
#[derive(Clone, Copy)]
struct AtRate {
    first: f64,
    squares: f64,
}

fn at_rate(series: &[Seen], rate: f64) -> AtRate {
    // Measured from the first time, so that a fast decay does not vanish before the series begins.
    let origin = series.iter().map(|seen| seen.time).fold(f64::INFINITY, f64::min);
    let shape = |seen: &Seen| libm::exp(-rate * (seen.time - origin));
    let products: f64 = series.iter().map(|seen| seen.weight * shape(seen) * seen.effect).sum();
    let norm: f64 = series.iter().map(|seen| seen.weight * shape(seen) * shape(seen)).sum();
    let at_origin = products / norm;
    let left = |seen: &Seen| {
        let residual = seen.effect - at_origin * shape(seen);
        seen.weight * residual * residual
    };
    AtRate { first: at_origin * libm::exp(rate * origin), squares: series.iter().map(left).sum() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random::normal;

    fn series(first: f64, lifetime: f64, noise: f64, days: u32, seed: u64) -> Vec<Seen> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let of_day = |day: u32| {
            let time = f64::from(day) + 0.5;
            let effect = first * libm::exp(-time / lifetime) + noise * normal(&mut rng);
            Seen { time, effect, weight: 1.0 / (noise * noise).max(1e-9) }
        };
        (0..days).map(of_day).collect()
    }

    #[test]
    fn the_best_length_without_lasting_variance_solves_its_equation_and_lasting_variance_shortens_it() {
        let x = best_length(0.0);
        assert!((libm::exp(x) - 1.0 - 2.0 * x).abs() < 1e-10 && (x - 1.2564).abs() < 1e-4, "{x}");
        let lengths = [0.0, 0.1, 0.25, 1.0, 10.0, 1000.0].map(best_length);
        assert!(lengths.windows(2).all(|pair| pair[0] > pair[1]), "{lengths:?}");
    }

    #[test]
    fn the_lifetime_that_made_a_clean_series_is_found() {
        let fit = fit(&series(0.03, 9.0, 0.0, 28, 1), 0.95).unwrap();
        assert!((fit.lifetime.unwrap() - 9.0).abs() < 1e-4 && (fit.first - 0.03).abs() < 1e-6, "{fit:?}");
    }

    #[test]
    fn the_interval_covers_about_as_often_as_it_says() {
        let held = (0..400).filter(|&seed| {
            let fit = fit(&series(0.03, 9.0, 0.002, 28, seed), 0.95).expect("the effect is far above its noise");
            fit.shortest <= 9.0 && fit.longest.is_none_or(|longest| 9.0 <= longest)
        });
        let coverage = held.count() as f64 / 400.0;
        assert!((0.92..0.98).contains(&coverage), "{coverage}");
    }

    #[test]
    fn an_effect_that_stays_has_no_longest_lifetime_and_noise_has_none_at_all() {
        let flat: Vec<Seen> = series(0.03, 1e9, 0.003, 28, 3);
        let stays = fit(&flat, 0.95).unwrap();
        assert!(stays.longest.is_none() && stays.shortest > 28.0, "{stays:?}");
        let told = (0..200).filter(|&seed| fit(&series(0.0, 9.0, 0.01, 28, seed), 0.95).is_some()).count();
        assert!(told <= 20, "{told} of 200 series of noise told a lifetime");
        assert_eq!(fit(&series(0.03, 9.0, 0.0, 3, 1), 0.95), None);
    }

    proptest! {
        #[test]
        fn the_best_length_is_better_than_its_neighbours(lasting in 0.0..20.0_f64) {
            let shift = |x: f64| mean_effect(1.0, 1.0, x) / (lasting + 1.0 / x).sqrt();
            let best = best_length(lasting);
            prop_assert!(shift(best) > shift(0.97 * best) && shift(best) > shift(1.03 * best));
        }

        #[test]
        fn the_average_lies_between_the_first_and_the_last_effect(lifetime in 0.1..100.0_f64, length in 0.1..100.0_f64) {
            let mean = mean_effect(1.0, lifetime, length);
            prop_assert!(libm::exp(-length / lifetime) < mean && mean < 1.0);
        }
    }
}
