//! Bandits: choices among options whose worth is learnt from what they brought.
//!
//! Each is asked which option comes next and told what became of a choice; none holds a generator. One file a method, each with its
//! source. Not here: what is chosen, and what counts as a success.
//!
//! OUR CONVENTION, the same for all: only options that are awake are chosen; one that was never chosen comes before one that was, the
//! first of them first; of equal options the first is taken.

mod epsilon_greedy;
mod recovering;
mod thompson;
mod ucb1;

pub use epsilon_greedy::EpsilonGreedy;
pub use recovering::{Recovering, recency_penalty};
pub use thompson::Thompson;
pub use ucb1::Ucb1;

/// The option with the largest score among those awake, the first of equals; `None` when all sleep.
fn largest(scores: impl Iterator<Item = f64>, awake: &[bool]) -> Option<usize> {
    let scores = scores.enumerate().filter(|(option, _)| awake[*option]);
    scores.reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(option, _)| option)
}
