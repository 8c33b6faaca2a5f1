//! Epsilon-greedy: mostly the option with the best mean so far, now and then any.
//!
//! Comes in: rewards, one a choice. Goes out: an option. Source: Sutton & Barto 2018, Reinforcement Learning, 2nd edition,
//! chapter 2 (sample averages), after Watkins 1989.

use rand::Rng;

use super::largest;
use crate::bootstrap::below;
use crate::mean::Moments;
use crate::random::uniform;

/// What is known of every option.
#[derive(Debug, Clone, PartialEq)]
pub struct EpsilonGreedy {
    epsilon: f64,
    options: Vec<Moments>,
}

impl EpsilonGreedy {
    /// Nothing known of so many options; with chance `epsilon`, 0..1, any of them is taken.
    pub fn new(n_options: usize, epsilon: f64) -> EpsilonGreedy {
        EpsilonGreedy { epsilon, options: vec![Moments::default(); n_options] }
    }

    /// A choice brought this reward.
    ///
    /// # Panics
    /// When there is no such option.
    pub fn tell(&mut self, option: usize, reward: f64) {
        self.options[option].push(reward);
    }

    /// The option to choose next; `None` when all sleep. Two draws, whatever comes of them.
    pub fn ask(&self, awake: &[bool], rng: &mut impl Rng) -> Option<usize> {
        let options: Vec<usize> = (0..self.options.len()).filter(|&option| awake[option]).collect();
        let (u, any) = (uniform(rng), below(options.len().max(1), rng));
        let greedy = largest(self.options.iter().map(|option| option.mean().unwrap_or(f64::INFINITY)), awake)?;
        let is_new = self.options[greedy].n() == 0;
        Some(if u < self.epsilon && !is_new { options[any] } else { greedy })
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn any_option_is_taken_as_often_as_epsilon_says() {
        let mut bandit = EpsilonGreedy::new(4, 0.2);
        (0..4).for_each(|option| bandit.tell(option, option as f64));
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let best = (0..20_000).filter(|_| bandit.ask(&[true; 4], &mut rng) == Some(3)).count();
        // 0.8 + 0.2 / 4 = 0.85; the standard deviation of the count is 50.
        assert!(best.abs_diff(17_000) < 200, "{best}");
    }

    #[test]
    fn without_epsilon_the_best_mean_is_taken_after_a_try_of_each() {
        let mut bandit = EpsilonGreedy::new(3, 0.0);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        for expected in [0, 1, 2, 1, 1] {
            let option = bandit.ask(&[true; 3], &mut rng).unwrap();
            assert_eq!(option, expected);
            bandit.tell(option, [0.1, 0.4, 0.3][option]);
        }
    }
}
