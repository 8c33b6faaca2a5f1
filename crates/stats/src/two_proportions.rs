//! Two proportions of independent trials: the textbook tests and intervals.
//!
//! Comes in: successes and trials of two arms, every trial independent of every other. Goes out: p values and intervals of the
//! difference. For trials in clusters all of them promise too much: see `cluster_robust`. One proportion is in `interval`.
//! Sources: Pearson 1900, Philosophical Magazine 50(302), 157-175 (pooled z, whose square is chi-square); Miettinen & Nurminen
//! 1985, Statistics in Medicine 4(2), 213-226 (score interval); Wilks 1935, Annals of Mathematical Statistics
//! 6(4), 190-196 (likelihood ratio G).
//!
//! Our convention: treated minus control, two-sided, no continuity correction; Wald's variances have the divisor n.

use statrs::distribution::ContinuousCDF;

use super::beta_binomial::Trials;
use super::interval::{Interval, normal_quantile};
use super::pivot::{chi_square, normal_cdf};
use super::two_sample::Difference;

/// Successes and trials of two arms, each with a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoArms {
    control: Trials,
    treated: Trials,
}

impl TwoArms {
    /// `None` where an arm has no trials.
    ///
    /// # Panics
    /// When an arm has more successes than trials.
    pub fn new(control: Trials, treated: Trials) -> Option<TwoArms> {
        for Trials { successes, n } in [control, treated] {
            assert!(successes <= n, "{successes} successes in {n} trials");
        }
        (control.n > 0 && treated.n > 0).then_some(TwoArms { control, treated })
    }

    /// Proportion of the treated minus that of the control.
    pub fn difference(&self) -> f64 {
        share(self.treated) - share(self.control)
    }

    /// p value of equal proportions by the pooled z test; 1 where all trials agree.
    pub fn z_p_value(&self) -> f64 {
        let pooled = (self.control.successes + self.treated.successes) as f64 / self.n();
        let variance = pooled * (1.0 - pooled) * (1.0 / self.control.n as f64 + 1.0 / self.treated.n as f64);
        if variance > 0.0 { 2.0 * normal_cdf(-(self.difference() / variance.sqrt()).abs()) } else { 1.0 }
    }

    /// p value of equal proportions by the likelihood ratio G.
    pub fn g_p_value(&self) -> f64 {
        let successes = (self.control.successes + self.treated.successes) as f64;
        let mut g = 0.0;
        for arm in [self.control, self.treated] {
            for (seen, column) in [(arm.successes, successes), (arm.n - arm.successes, self.n() - successes)] {
                // An empty cell adds nothing.
                if seen > 0 {
                    g += 2.0 * seen as f64 * libm::log(seen as f64 * self.n() / (arm.n as f64 * column));
                }
            }
        }
        chi_square(1).sf(g.max(0.0))
    }

    /// The difference with Wald's error, normal; `None` where each arm's trials agree.
    pub fn wald(&self) -> Option<Difference> {
        let variance = |arm: Trials| share(arm) * (1.0 - share(arm)) / arm.n as f64;
        let error = (variance(self.control) + variance(self.treated)).sqrt();
        Difference::new(self.difference(), error, f64::INFINITY)
    }

    /// Miettinen and Nurminen's score interval of the difference: good also near 0 and 1, where Wald's is too narrow.
    pub fn score_interval(&self, confidence: f64) -> Interval {
        let z = normal_quantile(confidence);
        let is_out = |difference: f64| self.score(difference).abs() > z;
        Interval { low: edge(self.difference(), -1.0, is_out), high: edge(self.difference(), 1.0, is_out) }
    }

    /// p value of equal proportions that says what the score interval says: 1 where all trials agree.
    pub fn score_p_value(&self) -> f64 {
        2.0 * normal_cdf(-self.score(0.0).abs())
    }

    /// How many standard errors, at this true difference, the seen one is off.
    fn score(&self, difference: f64) -> f64 {
        let control = self.likeliest_control(difference);
        let treated = control + difference;
        let variance = |p: f64, n: u64| (p * (1.0 - p)).max(0.0) / n as f64;
        let inflated = self.n() / (self.n() - 1.0);
        let variance = inflated * (variance(control, self.control.n) + variance(treated, self.treated.n));
        // At a difference of 1 or -1 nothing varies: only the seen difference itself is compatible.
        let off = self.difference() - difference;
        if off == 0.0 { 0.0 } else { off / variance.sqrt() }
    }

    /// The likeliest proportion of the control where the true difference is `difference`, from 0 to 1.
    fn likeliest_control(&self, difference: f64) -> f64 {
        let (mut low, mut high) = ((-difference).max(0.0), (1.0 - difference).min(1.0));
        // The likelihood is concave: its slope falls.
        let slope = |arm: Trials, p: f64| {
            let term = |count: u64, p: f64| if count == 0 { 0.0 } else { count as f64 / p };
            term(arm.successes, p) - term(arm.n - arm.successes, 1.0 - p)
        };
        for _ in 0..60 {
            let p = f64::midpoint(low, high);
            let is_rising = slope(self.control, p) + slope(self.treated, p + difference) > 0.0;
            *(if is_rising { &mut low } else { &mut high }) = p;
        }
        f64::midpoint(low, high)
    }

    fn n(&self) -> f64 {
        (self.control.n + self.treated.n) as f64
    }
}

fn share(arm: Trials) -> f64 {
    arm.successes as f64 / arm.n as f64
}

/// Where, from `inside` towards `outside`, differences begin to be out; `outside` if none is.
fn edge(mut inside: f64, mut outside: f64, is_out: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..50 {
        let middle = f64::midpoint(inside, outside);
        *(if is_out(middle) { &mut outside } else { &mut inside }) = middle;
    }
    outside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arms(x_c: u64, n_c: u64, x_t: u64, n_t: u64) -> TwoArms {
        TwoArms::new(Trials { successes: x_c, n: n_c }, Trials { successes: x_t, n: n_t }).unwrap()
    }

    #[test]
    fn what_does_not_differ_is_not_rejected() {
        for arms in [arms(0, 10, 0, 20), arms(10, 10, 20, 20), arms(3, 30, 2, 20)] {
            assert!((arms.z_p_value() - 1.0).abs() < 1e-12 && (arms.g_p_value() - 1.0).abs() < 1e-6, "{arms:?}");
            assert!(arms.score_interval(0.95).contains(0.0));
        }
        assert_eq!(arms(0, 10, 0, 20).wald(), None);
        assert_eq!(TwoArms::new(Trials { successes: 0, n: 0 }, Trials { successes: 1, n: 2 }), None);
    }

    #[test]
    fn z_by_hand() {
        // 1/4 against 1/2 of 40 each: pooled 3/8, error sqrt(15/64/20).
        let z = 0.25 / (15.0 / 64.0 / 20.0_f64).sqrt();
        assert!((arms(10, 40, 20, 40).z_p_value() - 2.0 * normal_cdf(-z)).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn the_score_interval_holds_the_difference_stays_within_one_and_mirrors_a_swap(
            n_c in 1_u64..200, n_t in 1_u64..200, a in 0.0..=1.0_f64, b in 0.0..=1.0_f64,
        ) {
            let (x_c, x_t) = ((a * n_c as f64) as u64, (b * n_t as f64) as u64);
            let (there, back) = (arms(x_c, n_c, x_t, n_t), arms(x_t, n_t, x_c, n_c));
            let (interval, mirror) = (there.score_interval(0.95), back.score_interval(0.95));
            prop_assert!(-1.0 <= interval.low && interval.high <= 1.0 && interval.contains(there.difference()), "{:?}", interval);
            prop_assert!((interval.low + mirror.high).abs() < 1e-9, "{:?} {:?}", interval, mirror);
            prop_assert!((there.z_p_value() - back.z_p_value()).abs() < 1e-12);
        }
    }
}
