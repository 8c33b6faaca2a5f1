//! Thompson sampling: each option is taken as often as it is likely to be the best.
//!
//! Comes in: successes in trials. Goes out: the option whose success rate, drawn from what is believed of it, is largest. Sources:
//! Thompson 1933, Biometrika 25, 285-294; Chapelle & Li 2011, Advances in Neural Information Processing Systems 24 (Beta-Bernoulli form); gamma variates: Marsaglia & Tsang
//! 2000, ACM TOMS 26(3), 363-372 (own code because the libraries at hand take the system's logarithm, whose last bit differs
//! between systems). OUR CONVENTION: the prior is uniform, Beta(1, 1).

use rand::Rng;

use super::largest;
use crate::random::{normal, uniform};

/// What is known of every option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thompson {
    /// Successes and failures.
    options: Vec<(u64, u64)>,
}

impl Thompson {
    /// Nothing known of so many options.
    pub fn new(n_options: usize) -> Thompson {
        Thompson { options: vec![(0, 0); n_options] }
    }

    /// A choice brought so many successes in so many trials.
    ///
    /// # Panics
    /// When there is no such option, or more successes than trials.
    pub fn tell(&mut self, option: usize, successes: u64, trials: u64) {
        let failures = trials.checked_sub(successes).expect("no more successes than trials");
        self.options[option].0 += successes;
        self.options[option].1 += failures;
    }

    /// The option to choose next; `None` when all sleep.
    pub fn ask(&self, awake: &[bool], rng: &mut impl Rng) -> Option<usize> {
        // Drawn for all, so that the draws of one do not depend on which others are new or asleep.
        let draw = |&(yes, no): &(u64, u64)| match beta(1.0 + yes as f64, 1.0 + no as f64, rng) {
            _ if yes + no == 0 => f64::INFINITY,
            drawn => drawn,
        };
        let draws: Vec<f64> = self.options.iter().map(draw).collect();
        largest(draws.into_iter(), awake)
    }
}

/// A number from Beta(a, b), both >= 1.
fn beta(a: f64, b: f64, rng: &mut impl Rng) -> f64 {
    let (x, y) = (gamma(a, rng), gamma(b, rng));
    x / (x + y)
}

/// A number from Gamma(shape, 1), shape >= 1. More than 19 of 20 proposals are taken.
fn gamma(shape: f64, rng: &mut impl Rng) -> f64 {
    assert!(shape >= 1.0, "a shape of 1 or more, found {shape}");
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let (x, u) = (normal(rng), uniform(rng));
        let root = 1.0 + c * x;
        let v = root * root * root;
        if v > 0.0 && u > 0.0 && libm::log(u) < 0.5 * x * x + d * (1.0 - v + libm::log(v)) {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::mean::Moments;

    #[test]
    fn beta_numbers_have_the_moments_of_their_law() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        for (a, b) in [(1.0, 1.0), (1.0, 5.0), (30.0, 970.0)] {
            let (mut first, mut second) = (Moments::default(), Moments::default());
            let mean = a / (a + b);
            for _ in 0..50_000 {
                let x = beta(a, b, &mut rng);
                first.push(x);
                second.push((x - mean) * (x - mean));
            }
            for (moments, expected) in [(first, mean), (second, a * b / ((a + b) * (a + b) * (a + b + 1.0)))] {
                let off = (moments.mean().unwrap() - expected) / moments.standard_error().unwrap();
                assert!(off.abs() < 4.0, "Beta({a}, {b}): {off} standard errors from {expected}");
            }
        }
    }

    #[test]
    fn an_option_is_taken_as_often_as_it_is_likely_to_be_best() {
        // P(Beta(3, 4) > Beta(1, 2)) = 0.642857 (case br_pbb_1_2_3_4).
        let mut bandit = Thompson::new(2);
        bandit.tell(0, 0, 1);
        bandit.tell(1, 2, 5);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let second = (0..40_000).filter(|_| bandit.ask(&[true; 2], &mut rng) == Some(1)).count();
        assert!((second as f64 / 40_000.0 - 9.0 / 14.0).abs() < 4.0 * 0.0024, "{second}");
    }

    #[test]
    fn new_options_come_first() {
        let mut bandit = Thompson::new(3);
        bandit.tell(0, 90, 100);
        let ask = |awake| bandit.ask(awake, &mut Xoshiro256PlusPlus::seed_from_u64(1));
        assert_eq!(ask(&[true, true, true]), Some(1));
        assert_eq!(ask(&[true, false, true]), Some(2));
        assert_eq!(ask(&[false, false, false]), None);
    }
}
