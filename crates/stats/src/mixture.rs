//! An interval of one proportion that holds at every look, exactly, from the first trial on.
//!
//! Comes in: successes and trials so far, an error rate, and the number of trials at which the interval should be tightest. Goes out: an
//! interval. Means, differences and large numbers are in `sequence`. Source: Howard, Ramdas, `McAuliffe` & Sekhon 2021, Annals of
//! Statistics 49(2), 1055-1080, proposition 7 (two-sided beta-binomial mixture); the choice of the mixing
//! Beta for a proportion p is that of the authors' library confseq.
//!
//! Our convention: two sides; a proportion is inside unless its likelihood, mixed over a Beta distribution with its mean there, has
//! been beaten by a factor of `1 / alpha`.

use statrs::function::beta::ln_beta;

use super::interval::Interval;
use super::root::bisect;

/// Interval of the probability of success. The chance that it ever leaves the probability out, at any look, is at most `alpha`.
/// `None` without trials.
///
/// # Panics
/// When there are more successes than trials.
pub fn of_proportion(successes: u64, trials: u64, alpha: f64, tightest_at: u64) -> Option<Interval> {
    assert!(successes <= trials, "{successes} successes in {trials} trials");
    if trials == 0 {
        return None;
    }
    let seen = successes as f64 / trials as f64;
    let is_out = |p: f64| log_mixture(successes, trials, p, scale(tightest_at, alpha)) > -libm::log(alpha);
    // Towards 0, and towards 1, what was seen becomes ever less likely; with no success 0 is not unlikely at all.
    let low = if successes == 0 { 0.0 } else { bisect(0.0, seen, is_out) };
    let high = if successes == trials { 1.0 } else { bisect(seen, 1.0, |p| !is_out(p)) };
    Some(Interval { low, high })
}

/// Trials of prior weight, less one, that make the interval tightest at so many.
fn scale(tightest_at: u64, alpha: f64) -> f64 {
    let twice_log = -2.0 * libm::log(alpha);
    // At least a thousandth, so that both shapes of the Beta distribution stay above 0.
    (tightest_at as f64 / (twice_log + libm::log1p(twice_log)) - 1.0).max(1e-3)
}

/// Logarithm of the likelihood of the trials, mixed over the Beta distribution of mean `p` and total weight `scale`, over that of `p`.
fn log_mixture(successes: u64, trials: u64, p: f64, scale: f64) -> f64 {
    let (yes, no) = (successes as f64, (trials - successes) as f64);
    let (a, b) = (scale * p, scale * (1.0 - p));
    ln_beta(a + yes, b + no) - ln_beta(a, b) - yes * libm::log(p) - no * libm::log1p(-p)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::interval;
    use crate::random::uniform;

    #[test]
    fn looked_at_after_every_trial_it_leaves_the_truth_out_less_often_than_alpha() {
        let (alpha, runs) = (0.10, 1000);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(6);
        for truth in [0.02, 0.3] {
            let mut alarms = 0;
            for _ in 0..runs {
                let mut successes = 0;
                let is_out = |trials: u64| {
                    successes += u64::from(uniform(&mut rng) < truth);
                    log_mixture(successes, trials, truth, scale(100, alpha)) > -libm::log(alpha)
                };
                alarms += i32::from((1..=400).any(is_out));
            }
            let share = f64::from(alarms) / f64::from(runs);
            assert!((0.01..alpha).contains(&share), "{truth}: {share}");
        }
    }

    /// Case `cs_bb_log_two` of `tests/data/ab.csv`: 135 successes in 625 trials are 10 above a fifth, with a variance of 100.
    #[test]
    fn the_mixture_against_a_fifth_is_that_of_confseq() {
        let found = log_mixture(135, 625, 0.2, scale(625, 0.05));
        assert!((found - -0.694_101_2).abs() < 1e-5, "{found}");
    }

    #[test]
    fn it_is_wider_than_a_single_interval_and_mirrors_a_swap() {
        for (successes, trials) in [(5, 50), (0, 30), (120, 400)] {
            let single = interval::exact_of_proportion(successes, trials, 0.95).unwrap();
            let always = of_proportion(successes, trials, 0.05, 100).unwrap();
            let mirror = of_proportion(trials - successes, trials, 0.05, 100).unwrap();
            assert!(always.low <= single.low && single.high < always.high, "{always:?} {single:?}");
            assert!((always.low + mirror.high - 1.0).abs() < 1e-9 && (always.high + mirror.low - 1.0).abs() < 1e-9);
        }
        assert_eq!(of_proportion(0, 0, 0.05, 100), None);
    }
}
