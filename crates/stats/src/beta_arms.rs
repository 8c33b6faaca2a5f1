//! Probability that a share is the best, and what choosing it is expected to lose, when each share has a Beta law.
//!
//! Comes in: the shapes of each arm's Beta, or successes, trials and a prior. Goes out: probabilities and expected losses. Estimates
//! with a normal or t law are in `chance_to_win`. Sources: Gelman et al. 2013, Bayesian Data Analysis, chapter 2 (conjugate
//! prior); by quadrature for any shapes and number of arms, whose value for two arms of whole shapes is the sum of Miller 2015,
//! Formulas for Bayesian A/B Testing.
//!
//! Our convention: more is better; the prior is the caller's to state, and the same for every arm: 1 and 1 uniform, 1/2 and 1/2
//! Jeffreys's.

use statrs::distribution::{Beta, Continuous, ContinuousCDF};

use super::best_of::{self, AtPoint, Chance};

/// A Beta law of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Shape that successes add to, at least 1/2.
    pub alpha: f64,
    /// Shape that failures add to, at least 1/2.
    pub beta: f64,
}

impl Share {
    /// What is known of a share after trials, from what was known before.
    ///
    /// # Panics
    /// When there are more successes than trials.
    #[must_use]
    pub fn after(self, successes: u64, trials: u64) -> Share {
        assert!(successes <= trials, "{successes} successes in {trials} trials");
        Share { alpha: self.alpha + successes as f64, beta: self.beta + (trials - successes) as f64 }
    }

    fn mean(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    fn deviation(&self) -> f64 {
        (self.mean() * (1.0 - self.mean()) / (self.alpha + self.beta + 1.0)).sqrt()
    }
}

/// For each of several independent shares its probability of being the best and its expected loss.
///
/// # Precision
/// 1e-10.
///
/// # Panics
/// When a shape is not above 0.
pub fn best_of(shares: &[Share]) -> Vec<Chance> {
    let laws: Vec<Beta> =
        shares.iter().map(|share| Beta::new(share.alpha, share.beta).expect("shapes above 0")).collect();
    // In the angle whose squared sine is the share, a Beta of shapes 1/2 is flat: no end is steep.
    let angle = |share: f64| libm::asin(share.clamp(0.0, 1.0).sqrt());
    let mut breaks = vec![0.0, std::f64::consts::FRAC_PI_4, std::f64::consts::FRAC_PI_2];
    for share in shares {
        breaks.push(angle(share.mean()));
        for deviations in [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0] {
            let reach = deviations * share.deviation();
            breaks.extend([angle(share.mean() - reach), angle(share.mean() + reach)]);
        }
    }
    breaks.sort_by(f64::total_cmp);
    breaks.dedup();
    let rows = best_of::points(&breaks).into_iter().map(|(weight, angle)| {
        let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
        let x = sine * sine;
        let at = |law: &Beta| AtPoint { density: law.pdf(x), below: law.cdf(x), above: law.sf(x) };
        (weight * 2.0 * sine * cosine, laws.iter().map(at).collect())
    });
    best_of::chances(shares.len(), rows)
}

#[cfg(test)]
mod tests {
    use statrs::function::beta::ln_beta;

    use super::*;

    /// P(second > first) as a sum over the second's whole first shape.
    fn sum(first: Share, second: Share) -> f64 {
        (0..second.alpha as u64)
            .map(|i| {
                let i = i as f64;
                let numerator = ln_beta(first.alpha + i, first.beta + second.beta);
                let denominator = ln_beta(1.0 + i, second.beta) + ln_beta(first.alpha, first.beta);
                libm::exp(numerator - libm::log(second.beta + i) - denominator)
            })
            .sum()
    }

    #[test]
    fn two_arms_are_the_exact_sum() {
        for (first, second) in [
            (Share { alpha: 1.0, beta: 1.0 }, Share { alpha: 1.0, beta: 1.0 }),
            (Share { alpha: 0.5, beta: 0.5 }, Share { alpha: 3.0, beta: 40.0 }),
            (Share { alpha: 12.5, beta: 200.5 }, Share { alpha: 20.0, beta: 190.0 }),
            (Share { alpha: 300.0, beta: 2700.0 }, Share { alpha: 360.0, beta: 2640.0 }),
            (Share { alpha: 2.0, beta: 5000.0 }, Share { alpha: 9000.0, beta: 2.0 }),
        ] {
            let found = best_of(&[first, second]);
            assert!((found[1].is_best - sum(first, second)).abs() < 1e-10, "{first:?} {second:?}: {found:?}");
            // Losses differ by the difference of the means.
            let [first_loss, second_loss] = [0, 1].map(|i: usize| found[i].expected_loss.unwrap());
            assert!((first_loss - second_loss - (second.mean() - first.mean())).abs() < 1e-10);
        }
    }

    #[test]
    fn equal_shares_share_the_chance_and_nothing_known_is_jeffreys() {
        let prior = Share { alpha: 0.5, beta: 0.5 };
        for share in [prior, prior.after(0, 40), prior.after(3, 40), prior.after(40, 40)] {
            for n in [1, 2, 3, 10] {
                for chance in best_of(&vec![share; n]) {
                    assert!((chance.is_best - 1.0 / n as f64).abs() < 1e-9, "{share:?} {n}: {chance:?}");
                }
            }
        }
    }
}
