//! Intervals of one mean, one variance and one proportion.
//!
//! Comes in: moments of a sample, or successes and trials, and a confidence. Goes out: an [`Interval`]. Differences of pairs
//! are in `paired`, intervals that may be looked at many times in `sequence`.
//! Sources: Student 1908, Biometrika 6(1), 1-25; Wilson 1927, JASA 22(158), 209-212 (score interval); Clopper & Pearson 1934,
//! Biometrika 26(4), 404-413 (exact interval).

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::beta::beta_reg;

use super::mean::Moments;
use super::pivot::chi_square_quantile;
use super::root::bisect;

/// From `low` to `high`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Whether a number lies in it.
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    /// The interval of the same with its sign turned.
    #[must_use]
    pub fn mirrored(self) -> Interval {
        Interval { low: -self.high, high: -self.low }
    }
}

/// Student's t interval of a mean; `None` below two numbers.
pub fn of_mean(moments: &Moments, confidence: f64) -> Option<Interval> {
    let (mean, error) = (moments.mean()?, moments.standard_error()?);
    let half_width = if error == 0.0 { 0.0 } else { t_quantile(confidence, moments.n() - 1) * error };
    Some(Interval { low: mean - half_width, high: mean + half_width })
}

/// Chi-square interval of the variance of normal numbers; `None` below two.
pub fn of_variance(moments: &Moments, confidence: f64) -> Option<Interval> {
    let degrees = moments.n().checked_sub(1)?;
    let squares = moments.variance()? * degrees as f64;
    let end = |p| squares / chi_square_quantile(degrees, p);
    let tail = (1.0 - confidence) / 2.0;
    Some(Interval { low: end(1.0 - tail), high: end(tail) })
}

/// Wilson's score interval of a proportion; `None` without trials. Its low end is exactly 0 without successes, its high end
/// exactly 1 without failures.
///
/// # Panics
/// When there are more successes than trials.
pub fn of_proportion(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    assert!(successes <= trials, "{successes} successes in {trials} trials");
    if trials == 0 {
        return None;
    }
    Some(wilson(successes as f64, trials as f64, normal_quantile(confidence)))
}

/// The textbook's normal interval of a proportion; `None` without trials. Near 0 and 1 it covers too rarely and may leave 0 to 1: it is
/// here to be shown beside better ones.
///
/// # Panics
/// When there are more successes than trials.
pub fn normal_of_proportion(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    assert!(successes <= trials, "{successes} successes in {trials} trials");
    let (share, n) = (successes as f64 / trials as f64, trials as f64);
    let reach = normal_quantile(confidence) * (share * (1.0 - share) / n).sqrt();
    (trials > 0).then_some(Interval { low: share - reach, high: share + reach })
}

/// Wilson's score interval of a proportion of trials that are not independent: as from the number of independent ones that would
/// give its standard error, at most all (Kish 1965, Survey Sampling; Dean & Pagano 2015, Journal of Survey
/// Statistics and Methodology 3(4), 484-503), with Student's t of the clusters but one in place of the normal quantile, as the error
/// is known from so few (Korn & Graubard 1998, Survey Methodology 24(2), 193-201). `None` without trials or below two clusters.
pub fn of_clustered_proportion(
    mean: f64,
    standard_error: f64,
    clusters: u64,
    trials: u64,
    confidence: f64,
) -> Option<Interval> {
    let independent = mean * (1.0 - mean) / (standard_error * standard_error);
    // Where all trials agree the error is 0 and says nothing of their dependence.
    let n = if independent > 0.0 { independent.min(trials as f64) } else { trials as f64 };
    (trials > 0 && clusters > 1).then(|| wilson(mean * n, n, t_quantile(confidence, clusters - 1)))
}

/// From `k` successes in `n` trials; `z` is where the distribution of the score ends.
fn wilson(k: f64, n: f64, z: f64) -> Interval {
    let centre = k + z * z / 2.0;
    let reach = z * (k * (n - k) / n + z * z / 4.0).sqrt();
    let low = if k == 0.0 { 0.0 } else { (centre - reach) / (n + z * z) };
    let high = if k == n { 1.0 } else { (centre + reach) / (n + z * z) };
    Interval { low, high }
}

/// The exact (Clopper-Pearson) interval of a proportion; `None` without trials. It covers at least as often as it says, whatever the
/// proportion, and is wider than Wilson's for it. Its low end is exactly 0 without successes, its high end exactly 1 without
/// failures. A one-sided bound at level c is an end at confidence `2 c - 1`.
///
/// # Panics
/// When there are more successes than trials.
pub fn exact_of_proportion(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    assert!(successes <= trials, "{successes} successes in {trials} trials");
    if trials == 0 {
        return None;
    }
    let (k, n) = (successes as f64, trials as f64);
    let tail = (1.0 - confidence) / 2.0;
    // With probability p, k or more successes have the probability I_p(k, n - k + 1), and at most k that of 1 - I_p(k + 1, n - k).
    let low = if successes == 0 { 0.0 } else { beta_quantile(k, n - k + 1.0, tail) };
    let high = if successes == trials { 1.0 } else { 1.0 - beta_quantile(n - k, k + 1.0, tail) };
    Some(Interval { low, high })
}

/// Where the regularised incomplete beta function with shapes of 1 or more reaches `p`: it rises everywhere.
fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_reg(a, b, x) < p)
}

/// Where the central `confidence` of the standard normal distribution ends.
pub fn normal_quantile(confidence: f64) -> f64 {
    Normal::standard().inverse_cdf(f64::midpoint(1.0, confidence))
}

/// Where the central `confidence` of Student's t with these degrees of freedom ends.
///
/// # Precision
/// Relative error below 1e-7 in the tail probability. statrs loses digits with many degrees of freedom (7 % of the tail at
/// ten million), where the expansion around the normal quantile (Abramowitz & Stegun 1964, 26.7.5) is as good as exact.
///
/// # Panics
/// Without a degree of freedom.
pub fn t_quantile(confidence: f64, degrees: u64) -> f64 {
    let nu = degrees as f64;
    if degrees < 1000 {
        let t = StudentsT::new(0.0, 1.0, nu).expect("at least one degree of freedom");
        return t.inverse_cdf(f64::midpoint(1.0, confidence));
    }
    let z = normal_quantile(confidence);
    let zz = z * z;
    let first = (zz + 1.0) / 4.0;
    let second = ((5.0 * zz + 16.0) * zz + 3.0) / 96.0;
    let third = (((3.0 * zz + 19.0) * zz + 17.0) * zz - 15.0) / 384.0;
    z * (1.0 + (first + (second + third / nu) / nu) / nu)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    #[test]
    fn t_interval_of_two_four_and_nine_by_hand() {
        let mut moments = Moments::default();
        for x in [2.0, 4.0, 9.0] {
            moments.push(x);
        }
        let interval = of_mean(&moments, 0.95).unwrap();
        let half_width = 4.302_652_729_911_275 * (13.0_f64 / 3.0).sqrt();
        close(interval.low, 5.0 - half_width, 1e-9);
        close(interval.high, 5.0 + half_width, 1e-9);
    }

    #[test]
    fn variance_of_two_four_and_nine_by_hand() {
        let mut moments = Moments::default();
        for x in [2.0, 4.0, 9.0] {
            moments.push(x);
        }
        // Squares 26 on 2 degrees; chi-square(p; 2) = -2 ln(1 - p).
        let interval = of_variance(&moments, 0.95).unwrap();
        close(interval.low, 26.0 / (-2.0 * libm::log(0.025)), 1e-6);
        close(interval.high, 26.0 / (-2.0 * libm::log(0.975)), 1e-4);
        assert_eq!(of_variance(&Moments::default(), 0.95), None);
    }

    #[test]
    fn trials_that_repeat_each_other_count_once() {
        // 30 of 100, each told twice: the error is that of 100 trials. So many clusters that t is the normal quantile.
        let error = (0.3 * 0.7 / 100.0_f64).sqrt();
        for ((mean, error, trials), independent) in [
            ((0.3, error, 200), of_proportion(30, 100, 0.95)),
            ((0.0, 0.0, 200), of_proportion(0, 200, 0.95)),
            ((0.3, 1e-9, 10), of_proportion(3, 10, 0.95)),
        ] {
            let (clustered, independent) =
                (of_clustered_proportion(mean, error, 100_000_000, trials, 0.95).unwrap(), independent.unwrap());
            close(clustered.low, independent.low, 1e-7);
            close(clustered.high, independent.high, 1e-7);
        }
        assert_eq!(of_clustered_proportion(0.3, 0.1, 1, 20, 0.95), None);
    }

    #[test]
    fn a_proportion_of_few_clusters_is_covered_as_often_as_it_says() {
        const RUNS: u32 = 2000;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(21);
        let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        for clusters in [2, 5, 10, 50] {
            let mut held = 0;
            for _ in 0..RUNS {
                // The clusters' own chances lie evenly between 0.1 and 0.5: 0.3 on average.
                let mut means = Moments::default();
                for _ in 0..clusters {
                    let chance = 0.1 + 0.4 * uniform();
                    let successes = (0..20).filter(|_| uniform() < chance).count();
                    means.push(successes as f64 / 20.0);
                }
                let (mean, error) = (means.mean().unwrap(), means.standard_error().unwrap());
                let interval = of_clustered_proportion(mean, error, clusters, 20 * clusters, 0.95).unwrap();
                held += u32::from(interval.contains(0.3));
            }
            let coverage = f64::from(held) / f64::from(RUNS);
            assert!(coverage >= 0.93, "{clusters}: {coverage}");
        }
    }

    #[test]
    fn t_quantiles_are_those_of_the_tables_on_both_sides_of_the_expansion() {
        for (degrees, confidence, expected) in [
            (1, 0.95, 12.706_204_736),
            (10, 0.99, 3.169_272_673),
            (120, 0.95, 1.979_930_405),
            (999, 0.95, 1.962_341_461),
            (1000, 0.95, 1.962_339_081),
            (10_000_000, 0.95, 1.959_964_222),
        ] {
            close(t_quantile(confidence, degrees), expected, 1e-8);
        }
    }

    #[test]
    fn one_number_has_no_interval_and_equal_numbers_an_empty_one() {
        let mut moments = Moments::default();
        moments.push(0.3);
        assert_eq!(of_mean(&moments, 0.95), None);
        moments.push(0.3);
        assert_eq!(of_mean(&moments, 0.95), Some(Interval { low: 0.3, high: 0.3 }));
    }

    #[test]
    fn wilson_ends_exactly_at_zero_and_at_one() {
        let z = normal_quantile(0.95);
        for n in [1, 7, 400, 1_000_000] {
            let end = z * z / (n as f64 + z * z);
            let never = of_proportion(0, n, 0.95).unwrap();
            let always = of_proportion(n, n, 0.95).unwrap();
            assert_eq!((never.low, always.high), (0.0, 1.0));
            close(never.high, end, 1e-15);
            close(always.low, 1.0 - end, 1e-15);
        }
        assert_eq!(of_proportion(0, 0, 0.95), None);
    }

    #[test]
    fn exact_ends_without_successes_or_failures_are_those_of_the_closed_form() {
        for n in [1, 7, 300, 10_000] {
            for confidence in [0.9, 0.99] {
                let end = 1.0 - libm::pow((1.0 - confidence) / 2.0, 1.0 / n as f64);
                let never = exact_of_proportion(0, n, confidence).unwrap();
                let always = exact_of_proportion(n, n, confidence).unwrap();
                assert_eq!((never.low, always.high), (0.0, 1.0));
                close(never.high, end, 1e-9);
                close(always.low, 1.0 - end, 1e-9);
            }
        }
        assert_eq!(exact_of_proportion(0, 0, 0.95), None);
    }

    #[test]
    fn exact_ends_are_where_the_binomial_tails_reach_their_level() {
        // 3 of 10: P(X >= 3 | low) = P(X <= 3 | high) = 2.5 %.
        let interval = exact_of_proportion(3, 10, 0.95).unwrap();
        let at_most = |k: i32, p: f64| -> f64 {
            let choose = [1.0, 10.0, 45.0, 120.0];
            (0..=k).map(|j| choose[j as usize] * p.powi(j) * (1.0 - p).powi(10 - j)).sum()
        };
        close(1.0 - at_most(2, interval.low), 0.025, 1e-9);
        close(at_most(3, interval.high), 0.025, 1e-9);
    }

    proptest! {
        #[test]
        fn wilson_holds_the_proportion_and_mirrors_failures(n in 1_u64..5000, part in 0.0..=1.0_f64, confidence in 0.5..0.999_f64) {
            let k = (part * n as f64) as u64;
            let interval = of_proportion(k, n, confidence).unwrap();
            let mirrored = of_proportion(n - k, n, confidence).unwrap();
            prop_assert!(0.0 <= interval.low && interval.high <= 1.0 && interval.contains(k as f64 / n as f64));
            prop_assert!((interval.low - (1.0 - mirrored.high)).abs() < 1e-12);
        }

        #[test]
        fn exact_holds_the_proportion_and_mirrors_failures(n in 1_u64..2000, part in 0.0..=1.0_f64, confidence in 0.5..0.999_f64) {
            let k = (part * n as f64) as u64;
            let interval = exact_of_proportion(k, n, confidence).unwrap();
            let mirrored = exact_of_proportion(n - k, n, confidence).unwrap();
            prop_assert!(0.0 <= interval.low && interval.high <= 1.0 && interval.contains(k as f64 / n as f64));
            prop_assert!((interval.low - (1.0 - mirrored.high)).abs() < 1e-12);
        }
    }
}
