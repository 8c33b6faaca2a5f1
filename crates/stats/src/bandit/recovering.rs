//! The recovering difference softmax: options that wear off when repeated, recover with rest, and sleep now and then.
//!
//! Comes in: rewards and times of choices, and which options were awake. Goes out: an option. Source: Yancey & Settles 2020, A
//! sleeping, recovering bandit algorithm for optimizing recurring notifications, KDD 2020: the score of an option is the
//! relative difference between the mean reward when it was chosen and the mean when it was awake and another was; from that of an
//! option chosen before, `penalty * 0.5^(time since / half-life)` is taken off; the choice is a softmax of the scores.
//!
//! OUR CONVENTION: both means count each choice once (the source weighs logged choices by their chance, which a mean of a few
//! choices would not bear); where either mean is unknown or the second is 0, the difference is 0.

use rand::Rng;

use super::largest;
use crate::mean::Moments;
use crate::random::uniform;

/// What is taken off the score of an option that was chosen `elapsed` ago: it halves every `half_life` (> 0, same unit; infinite:
/// it stays).
pub fn recency_penalty(penalty: f64, elapsed: f64, half_life: f64) -> f64 {
    penalty * libm::exp2(-elapsed / half_life)
}

/// What is known of every option.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovering {
    penalty: f64,
    half_life: f64,
    temperature: f64,
    options: Vec<Known>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Known {
    chosen: Moments,
    passed_over: Moments,
    last: Option<f64>,
}

impl Recovering {
    /// Nothing known of so many options. `penalty` and `temperature` are in units of a relative difference of rewards.
    pub fn new(n_options: usize, penalty: f64, half_life: f64, temperature: f64) -> Recovering {
        Recovering { penalty, half_life, temperature, options: vec![Known::default(); n_options] }
    }

    /// A choice at this time among the options awake brought this reward.
    ///
    /// # Panics
    /// When there is no such option.
    pub fn tell(&mut self, option: usize, reward: f64, time: f64, awake: &[bool]) {
        for (other, known) in self.options.iter_mut().enumerate() {
            if other == option {
                known.chosen.push(reward);
                known.last = Some(time);
            } else if awake[other] {
                known.passed_over.push(reward);
            }
        }
    }

    /// Scores at a time: relative difference less recency penalty.
    pub fn scores(&self, time: f64) -> Vec<f64> {
        let score = |known: &Known| {
            let difference = match (known.chosen.mean(), known.passed_over.mean()) {
                (Some(chosen), Some(passed)) if passed > 0.0 => (chosen - passed) / passed,
                _ => 0.0,
            };
            let tired = known.last.map_or(0.0, |last| recency_penalty(self.penalty, time - last, self.half_life));
            difference - tired
        };
        self.options.iter().map(score).collect()
    }

    /// The option to choose at a time among those awake; `None` when all sleep. One draw.
    pub fn ask(&self, time: f64, awake: &[bool], rng: &mut impl Rng) -> Option<usize> {
        let u = uniform(rng);
        let options = || (0..self.options.len()).filter(|&option| awake[option]);
        if let Some(new) = options().find(|&option| self.options[option].last.is_none()) {
            return Some(new);
        }
        let scores = self.scores(time);
        let likeliest = largest(scores.iter().copied(), awake)?;
        let weight = |option: usize| libm::exp((scores[option] - scores[likeliest]) / self.temperature);
        let all: f64 = options().map(weight).sum();
        let mut below = 0.0;
        let drawn = options().find(|&option| {
            below += weight(option) / all;
            u < below
        });
        // Shares may sum to a little less than 1: what is beyond is the likeliest option's.
        drawn.or(Some(likeliest))
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn a_score_is_a_relative_difference_less_what_is_not_recovered() {
        let mut bandit = Recovering::new(2, 0.1, 15.0, 0.01);
        bandit.tell(0, 0.3, 0.0, &[true, true]);
        bandit.tell(1, 0.2, 15.0, &[true, true]);
        let scores = bandit.scores(30.0);
        assert!((scores[0] - (0.5 - 0.025)).abs() < 1e-12, "{scores:?}");
        assert!((scores[1] - (-1.0 / 3.0 - 0.05)).abs() < 1e-12, "{scores:?}");
    }

    #[test]
    fn a_choice_while_an_option_slept_says_nothing_of_it() {
        let mut bandit = Recovering::new(2, 0.0, 15.0, 0.01);
        bandit.tell(0, 0.3, 0.0, &[true, true]);
        bandit.tell(1, 0.9, 1.0, &[false, true]);
        assert_eq!(bandit.scores(2.0)[0].to_bits(), 0.0_f64.to_bits());
        assert_eq!(bandit.ask(2.0, &[false, false], &mut Xoshiro256PlusPlus::seed_from_u64(1)), None);
        assert_eq!(bandit.ask(2.0, &[true, false], &mut Xoshiro256PlusPlus::seed_from_u64(1)), Some(0));
    }

    #[test]
    fn choices_follow_the_softmax() {
        let mut bandit = Recovering::new(2, 0.0, 15.0, 0.5);
        bandit.tell(0, 0.3, 0.0, &[true, true]);
        bandit.tell(1, 0.2, 1.0, &[true, true]);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let first = (0..40_000).filter(|_| bandit.ask(2.0, &[true, true], &mut rng) == Some(0)).count();
        // Scores 1/2 and -1/3: 1 / (1 + exp(-5/3)) = 0.8411.
        assert!((first as f64 / 40_000.0 - 0.8411).abs() < 4.0 * 0.0019, "{first}");
    }

    #[test]
    fn rest_brings_an_option_back() {
        let mut bandit = Recovering::new(2, 0.5, 2.0, 0.001);
        bandit.tell(1, 0.2, 0.0, &[true, true]);
        bandit.tell(0, 0.22, 10.0, &[true, true]);
        let ask = |time| bandit.ask(time, &[true, true], &mut Xoshiro256PlusPlus::seed_from_u64(1));
        assert_eq!(ask(10.5), Some(1));
        assert_eq!(ask(30.0), Some(0));
    }
}
