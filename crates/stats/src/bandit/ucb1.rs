//! The upper confidence bound: the option that could still be best.
//!
//! Comes in: rewards from 0 to 1, one a choice. Goes out: the option with the highest bound. Source: Auer, Cesa-Bianchi & Fischer
//! 2002, Machine Learning 47, 235-256, figure 1; the width is scaled by `alpha` (1: as published).

use super::largest;
use crate::mean::Moments;

/// What is known of every option.
#[derive(Debug, Clone, PartialEq)]
pub struct Ucb1 {
    alpha: f64,
    options: Vec<Moments>,
}

impl Ucb1 {
    /// Nothing known of so many options.
    pub fn new(n_options: usize, alpha: f64) -> Ucb1 {
        Ucb1 { alpha, options: vec![Moments::default(); n_options] }
    }

    /// A choice brought this reward, 0..1.
    ///
    /// # Panics
    /// When there is no such option.
    pub fn tell(&mut self, option: usize, reward: f64) {
        self.options[option].push(reward);
    }

    /// Mean + `alpha` sqrt(2 ln N / n) of every option, N choices in all; infinite for one never chosen.
    pub fn bounds(&self) -> Vec<f64> {
        let n_all: u64 = self.options.iter().map(Moments::n).sum();
        let bound = |option: &Moments| {
            let width = |mean: f64| mean + self.alpha * (2.0 * libm::log(n_all as f64) / option.n() as f64).sqrt();
            option.mean().map_or(f64::INFINITY, width)
        };
        self.options.iter().map(bound).collect()
    }

    /// The option to choose next; `None` when all sleep.
    pub fn ask(&self, awake: &[bool]) -> Option<usize> {
        largest(self.bounds().into_iter(), awake)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_tried_before_any_is_repeated() {
        let mut bandit = Ucb1::new(3, 1.0);
        let chosen: Vec<usize> = (0..3)
            .map(|_| {
                let option = bandit.ask(&[true; 3]).unwrap();
                bandit.tell(option, if option == 0 { 1.0 } else { 0.0 });
                option
            })
            .collect();
        assert_eq!(chosen, [0, 1, 2]);
        assert_eq!(bandit.ask(&[true; 3]), Some(0));
        assert_eq!(bandit.ask(&[false, true, true]), Some(1));
    }

    #[test]
    fn an_option_long_neglected_is_tried_again() {
        let mut bandit = Ucb1::new(2, 1.0);
        for _ in 0..400 {
            bandit.tell(0, 0.6);
        }
        bandit.tell(1, 0.5);
        assert_eq!(bandit.ask(&[true; 2]), Some(1));
    }
}
