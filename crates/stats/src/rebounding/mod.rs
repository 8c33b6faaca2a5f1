//! Rewards that fall with use and come back with rest: each option has a satiation, which choosing it raises and time lowers.
//!
//! Comes in: options with base, wear and retention, and sequences of choices. Goes out: what a sequence earns, and the greedy one;
//! the best one is in `search`. Not here: what the options are, and where their numbers come from. Source: Leqi, Kilinc-Karzan,
//! Lipton & Montgomery 2021, Rebounding bandits for modeling satiation effects, Advances in Neural Information Processing
//! Systems 34 (dynamics without noise; greedy is optimal where all options are alike).
//!
//! OUR CONVENTION: every step chooses one option; satiation is 0 at first; a choice earns `base - wear * s` at the satiation s
//! before it, then `s <- retention * (s + 1)` for the option chosen and `s <- retention * s` for all others. Nothing keeps a
//! reward from falling below 0, as in the source.

mod bound;
mod search;

pub use search::{Best, best};

/// An option that satiates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rebounding {
    /// What it earns when new or wholly rested.
    pub base: f64,
    /// What it earns less per unit of satiation, >= 0.
    pub wear: f64,
    /// Share of satiation that is left a step later, 0..1; 1: it never recovers.
    pub retention: f64,
}

/// Satiations of all options between two steps.
#[derive(Debug, Clone, PartialEq)]
struct State(Vec<f64>);

impl State {
    fn rested(options: &[Rebounding]) -> State {
        State(vec![0.0; options.len()])
    }

    fn reward(&self, options: &[Rebounding], choice: usize) -> f64 {
        options[choice].base - options[choice].wear * self.0[choice]
    }

    fn choose(&mut self, options: &[Rebounding], choice: usize) {
        self.0[choice] += 1.0;
        for (satiation, option) in self.0.iter_mut().zip(options) {
            *satiation *= option.retention;
        }
    }
}

/// What each step of a sequence earns.
///
/// # Panics
/// When the sequence names an option that is not there.
pub fn rewards(options: &[Rebounding], sequence: &[usize]) -> Vec<f64> {
    let mut state = State::rested(options);
    let step = |&choice: &usize| {
        let reward = state.reward(options, choice);
        state.choose(options, choice);
        reward
    };
    sequence.iter().map(step).collect()
}

/// What a sequence earns altogether.
///
/// # Panics
/// When the sequence names an option that is not there.
pub fn total(options: &[Rebounding], sequence: &[usize]) -> f64 {
    rewards(options, sequence).iter().sum()
}

/// How often a sequence chooses an option, and how satiated it is then: it earns base x `uses` - wear x `met`, whatever those are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// Times chosen.
    pub uses: f64,
    /// Satiations before those choices, summed.
    pub met: f64,
}

/// The exposure of one option of that retention.
pub fn exposure(sequence: &[usize], option: usize, retention: f64) -> Exposure {
    let mut satiation = 0.0;
    let mut exposure = Exposure { uses: 0.0, met: 0.0 };
    for &choice in sequence {
        if choice == option {
            exposure.uses += 1.0;
            exposure.met += satiation;
            satiation += 1.0;
        }
        satiation *= retention;
    }
    exposure
}

/// The sequence that takes at each step what earns most now; of equals the first.
///
/// # Panics
/// Without options.
pub fn greedy(options: &[Rebounding], horizon: usize) -> Vec<usize> {
    assert!(!options.is_empty(), "nothing to choose from");
    let mut state = State::rested(options);
    let step = |_| {
        let reward = |choice: usize| state.reward(options, choice);
        let choice = (1..options.len()).fold(0, |best, other| if reward(other) > reward(best) { other } else { best });
        state.choose(options, choice);
        choice
    };
    (0..horizon).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn satiation_follows_its_recursion() {
        let options =
            [Rebounding { base: 1.0, wear: 0.5, retention: 0.5 }, Rebounding { base: 2.0, wear: 1.0, retention: 1.0 }];
        // Option 0: s = 0, then 0.5, then (0.5 + 1) / 2 = 0.75, halved by the rest; option 1 keeps its whole satiation.
        let earned = rewards(&options, &[0, 0, 1, 0, 1, 1]);
        let expected = [1.0, 0.75, 2.0, 1.0 - 0.5 * 0.375, 1.0, 0.0];
        assert!(earned.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{earned:?}");
    }

    #[test]
    fn a_total_is_linear_in_base_and_wear() {
        let options = [(0.9, 0.2, 0.7), (0.5, 0.4, 1.0), (0.3, 0.1, 0.0)].map(|(base, wear, retention)| Rebounding {
            base,
            wear,
            retention,
        });
        let sequence = [0, 1, 1, 2, 0, 0, 2, 2, 1, 0];
        let of = |(option, of): (usize, &Rebounding)| {
            let Exposure { uses, met } = exposure(&sequence, option, of.retention);
            of.base * uses - of.wear * met
        };
        let sum: f64 = options.iter().enumerate().map(of).sum();
        assert!((sum - total(&options, &sequence)).abs() < 1e-12);
    }

    #[test]
    fn greedy_takes_equals_in_turn() {
        let alike = [Rebounding { base: 0.12, wear: 0.05, retention: 0.6 }; 3];
        assert_eq!(greedy(&alike, 7), [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn without_wear_the_best_option_is_taken_for_ever() {
        let options = [0.1, 0.3, 0.2].map(|base| Rebounding { base, wear: 0.0, retention: 0.9 });
        assert_eq!(greedy(&options, 4), [1; 4]);
    }
}
