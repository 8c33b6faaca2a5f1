//! The best sequence of choices among options that satiate: exact where few states matter, else a beam with a bound on what it misses.
//!
//! Comes in: options, a horizon, the most states kept after a step. Goes out: a sequence, what it earns, and what no sequence can
//! exceed. Sources: forward dynamic programming over states (Bellman 1957, Dynamic Programming) with dominance and
//! bounds (Morin & Marsten 1976, Operations Research 24(4), 611-627); where states are dropped, a beam search (Lowerre 1976, The
//! Harpy speech recognition system), whose gap is that of the best state dropped. The upper bound is that of `bound`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bound::Table;
use super::{Rebounding, State, greedy, total};

/// Rewards closer than this, relative to the largest base, are equal: pruning must not hang on rounding.
const SLACK: f64 = 1e-12;

/// Better states that a state is held against to be found dominated.
const RIVALS: usize = 64;

/// The best sequence found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Best {
    /// Option chosen at each step.
    pub sequence: Vec<usize>,
    /// What it earns.
    pub total: f64,
    /// What no sequence exceeds; equal to `total` where the search was exact.
    pub bound: f64,
    /// Whether no state was dropped unproven: the sequence is the best there is.
    pub exact: bool,
}

/// A state reached, and how.
#[derive(Debug, Clone)]
struct Node {
    state: State,
    earned: f64,
    /// What it may still come to, at most.
    potential: f64,
    parent: usize,
    choice: usize,
}

/// The best sequence of `horizon` choices, keeping at most `width` states after each step.
///
/// It never earns less than the greedy one. Of sequences that earn the same the first found is returned: a pure function of its
/// arguments.
///
/// # Precision
/// Exact up to one part in 10^12 of the largest base, per step.
///
/// # Panics
/// Without options, or with a width of 0.
pub fn best(options: &[Rebounding], horizon: usize, width: usize) -> Best {
    assert!(width > 0, "a beam without width");
    let classes = classes(options);
    let table = Table::new(options, horizon);
    let slack = SLACK * options.iter().fold(0.0, |most, option| f64::max(most, option.base.abs() + option.wear));
    let mut incumbent = improved(options, greedy(options, horizon));
    let mut earned = total(options, &incumbent);
    let root = Node { state: State::rested(options), earned: 0.0, potential: f64::INFINITY, parent: 0, choice: 0 };
    let mut layers = vec![vec![root]];
    let mut dropped = f64::NEG_INFINITY;
    for step in 0..horizon {
        let left = horizon - step - 1;
        let children = children(options, &classes, &table, (&layers[step], left));
        let mut kept = undominated(&table, &classes, (options, left), (children, earned + slack));
        if kept.len() > width {
            dropped = kept[width..].iter().fold(dropped, |most, node| most.max(node.potential));
            kept.truncate(width);
        }
        layers.push(kept);
    }
    let last = &layers[horizon];
    let winner = (0..last.len()).max_by(|&a, &b| last[a].earned.total_cmp(&last[b].earned).then(b.cmp(&a)));
    if let Some(winner) = winner.filter(|&winner| last[winner].earned > earned) {
        incumbent = path(&layers, winner);
        earned = total(options, &incumbent);
    }
    let exact = dropped <= earned + slack;
    Best { sequence: incumbent, total: earned, bound: if exact { earned } else { dropped }, exact }
}

/// Options that are alike share the number of the first of them: their satiations may be exchanged.
fn classes(options: &[Rebounding]) -> Vec<usize> {
    let first = |option: &Rebounding| options.iter().position(|other| other == option).expect("it is among them");
    options.iter().map(first).collect()
}

/// Satiations with those of alike options in order, the largest first.
fn canonical(classes: &[usize], state: &State) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = classes.iter().copied().zip(state.0.iter().copied()).collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    order.into_iter().map(|(_, satiation)| satiation).collect()
}

/// Every state one choice later, each once and reached in the way that earned most; the most promising first.
fn children(options: &[Rebounding], classes: &[usize], table: &Table, (nodes, left): (&[Node], usize)) -> Vec<Node> {
    let mut reached: BTreeMap<Vec<u64>, Node> = BTreeMap::new();
    let mut room = Vec::new();
    for (parent, node) in nodes.iter().enumerate() {
        for choice in 0..options.len() {
            let alike = |other: usize| classes[other] == classes[choice] && node.state.0[other] == node.state.0[choice];
            if (0..choice).any(alike) {
                continue;
            }
            let earned = node.earned + node.state.reward(options, choice);
            let mut state = node.state.clone();
            state.choose(options, choice);
            let key: Vec<u64> = canonical(classes, &state).iter().map(|satiation| satiation.to_bits()).collect();
            let known = reached.get(&key);
            if known.is_none_or(|known| known.earned < earned) {
                let most = known.map_or_else(
                    || table.most(options, &state.0, left, &mut room),
                    |known| known.potential - known.earned,
                );
                reached.insert(key, Node { state, earned, potential: earned + most, parent, choice });
            }
        }
    }
    let mut nodes: Vec<Node> = reached.into_values().collect();
    nodes.sort_by(|a, b| b.potential.total_cmp(&a.potential));
    nodes
}

/// The states that may lead to more than `enough` and that no better one dominates, in their order.
///
/// The same choices from another state earn less by at most the excess of its satiations times what a unit costs at the most.
fn undominated(
    table: &Table,
    classes: &[usize],
    (options, left): (&[Rebounding], usize),
    (nodes, enough): (Vec<Node>, f64),
) -> Vec<Node> {
    let mut order: Vec<usize> = (0..options.len()).collect();
    order.sort_by_key(|&option| classes[option]);
    let dearest: Vec<f64> = order.iter().map(|&option| options[option].wear * table.dearest(option, left)).collect();
    let mut rivals: Vec<(f64, Vec<f64>)> = Vec::new();
    let mut kept = Vec::new();
    for node in nodes.into_iter().filter(|node| node.potential > enough) {
        let own = canonical(classes, &node.state);
        let excess = |theirs: &[f64]| -> f64 {
            let each = theirs.iter().zip(&own).zip(&dearest);
            each.map(|((theirs, own), dearest)| dearest * (theirs - own).max(0.0)).sum()
        };
        if rivals.iter().any(|(earned, theirs)| earned - excess(theirs) >= node.earned) {
            continue;
        }
        if rivals.len() < RIVALS {
            rivals.push((node.earned, own));
        }
        kept.push(node);
    }
    kept
}

/// The choices that led to a node of the last layer.
fn path(layers: &[Vec<Node>], winner: usize) -> Vec<usize> {
    let mut sequence = Vec::with_capacity(layers.len() - 1);
    let mut at = winner;
    for layer in layers[1..].iter().rev() {
        sequence.push(layer[at].choice);
        at = layer[at].parent;
    }
    sequence.reverse();
    sequence
}

/// Most times that all exchanges are gone through.
const MOST_ROUNDS: usize = 1000;

/// The sequence after exchanging choices, one or two steps at a time, as long as that earns more.
fn improved(options: &[Rebounding], mut sequence: Vec<usize>) -> Vec<usize> {
    let mut earned = total(options, &sequence);
    for _ in 0..MOST_ROUNDS {
        let before = earned;
        for step in 0..sequence.len() {
            for choice in 0..options.len() {
                let old = std::mem::replace(&mut sequence[step], choice);
                let found = total(options, &sequence);
                if found > earned { earned = found } else { sequence[step] = old }
            }
            for other in step + 1..sequence.len() {
                sequence.swap(step, other);
                let found = total(options, &sequence);
                if found > earned { earned = found } else { sequence.swap(step, other) }
            }
        }
        if earned <= before {
            break;
        }
    }
    sequence
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the best of all sequences earns.
    fn enumerated(options: &[Rebounding], horizon: usize) -> f64 {
        let n = options.len().pow(horizon as u32);
        let sequence = |number: usize| {
            let digits = (0..horizon).scan(number, |rest, _| {
                let digit = *rest % options.len();
                *rest /= options.len();
                Some(digit)
            });
            digits.collect::<Vec<usize>>()
        };
        (0..n).map(|number| total(options, &sequence(number))).fold(f64::NEG_INFINITY, f64::max)
    }

    fn options(numbers: &[(f64, f64, f64)]) -> Vec<Rebounding> {
        numbers.iter().map(|&(base, wear, retention)| Rebounding { base, wear, retention }).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

        #[test]
        fn ten_steps_are_the_enumerated_optimum_and_never_below_greedy(
            numbers in prop::collection::vec((0.05..1.0_f64, 0.0..0.5_f64, 0.0..=1.0_f64), 2..=3),
        ) {
            let options = options(&numbers);
            let found = best(&options, 10, 20_000);
            prop_assert!(found.exact);
            prop_assert!((found.total - enumerated(&options, 10)).abs() < 1e-9);
            prop_assert!(found.total >= total(&options, &greedy(&options, 10)));
            prop_assert!((found.total - total(&options, &found.sequence)).abs() < 1e-12);
        }

        #[test]
        fn alike_options_make_greedy_optimal(
            base in 0.05..1.0_f64, wear in 0.0..0.5_f64, retention in 0.0..=1.0_f64, n in 1_usize..4, horizon in 0_usize..9,
        ) {
            let options = options(&vec![(base, wear, retention); n]);
            let greedy = total(&options, &greedy(&options, horizon));
            prop_assert!((greedy - enumerated(&options, horizon)).abs() < 1e-9);
            let found = best(&options, horizon, 1000);
            prop_assert!((found.total - greedy).abs() < 1e-9);
        }

        #[test]
        fn a_narrow_beam_brackets_the_optimum(
            numbers in prop::collection::vec((0.05..1.0_f64, 0.0..0.5_f64, 0.0..=1.0_f64), 3..=3), width in 1_usize..4,
        ) {
            let options = options(&numbers);
            let (narrow, optimum) = (best(&options, 8, width), enumerated(&options, 8));
            prop_assert!(narrow.total <= optimum + 1e-9 && optimum <= narrow.bound + 1e-9, "{narrow:?} {optimum}");
        }
    }

    #[test]
    fn a_long_horizon_of_many_options_has_a_known_gap() {
        let options: Vec<Rebounding> = (0..8)
            .map(f64::from)
            .map(|i| Rebounding { base: 1.0 - 0.06 * i, wear: 0.3 + 0.02 * i, retention: 0.9 - 0.03 * i })
            .collect();
        let found = best(&options, 45, 500);
        assert!(found.bound >= found.total && found.bound - found.total < 0.08 * found.total, "{found:?}");
        assert!(found.total > total(&options, &greedy(&options, 45)));
    }
}
