//! The most that options which satiate can still earn, whatever is chosen.
//!
//! Comes in: options, their satiations, the steps that are left. Goes out: an upper bound. Own derivation: steps may be shared, so
//! that each option is spread over all that are left as well as it can be. Of its uses the pairs m uses apart lie at most
//! q (R - q) / (n - m) steps apart on average, q = min(m, n - m), and retention^gap is convex in the gap (Jensen); what
//! satiation is there already hurts least at the last steps.

use super::Rebounding;

/// What does not depend on satiations: per option, steps left R and number of uses n, what the n-th use adds at least to the
/// satiations met, summed over all uses.
#[derive(Debug)]
pub(super) struct Table {
    /// By option, then R, then n from 1.
    added: Vec<Vec<Vec<f64>>>,
    /// By option: retention to the powers 0, 1, ...
    powers: Vec<Vec<f64>>,
}

impl Table {
    pub(super) fn new(options: &[Rebounding], horizon: usize) -> Table {
        let added = |option: &Rebounding| (0..=horizon).map(|left| added(option.retention, left)).collect();
        let powers = |option: &Rebounding| {
            std::iter::successors(Some(1.0), |power| Some(power * option.retention)).take(horizon + 1).collect()
        };
        Table { added: options.iter().map(added).collect(), powers: options.iter().map(powers).collect() }
    }

    /// No choices in the `left` steps that remain earn more than this; `marginals` is room to work in.
    pub(super) fn most(
        &self,
        options: &[Rebounding],
        satiations: &[f64],
        left: usize,
        marginals: &mut Vec<f64>,
    ) -> f64 {
        marginals.clear();
        for (i, (option, satiation)) in options.iter().zip(satiations).enumerate() {
            // What later uses earn at most is what earlier ones may count as well: then the largest can be picked freely.
            let mut most = f64::NEG_INFINITY;
            for n in (1..=left).rev() {
                let met = self.added[i][left][n - 1] + satiation * self.powers[i][left - n];
                most = most.max(option.base - option.wear * met);
                marginals.push(most);
            }
        }
        if left < marginals.len() {
            marginals.select_nth_unstable_by(left, |a, b| b.total_cmp(a));
        }
        marginals[..left].iter().sum()
    }

    /// What a unit of satiation costs at the most in the `left` steps that remain.
    pub(super) fn dearest(&self, option: usize, left: usize) -> f64 {
        self.powers[option][..left].iter().sum()
    }
}

/// Differences of the least sum over pairs of uses of retention^gap, for 1, 2, ... uses in `left` steps.
fn added(retention: f64, left: usize) -> Vec<f64> {
    let least = |n: usize| -> f64 {
        let lag = |m: usize| {
            let (pairs, q) = ((n - m) as f64, m.min(n - m) as f64);
            pairs * libm::pow(retention, q * (left as f64 - q) / pairs)
        };
        (1..n).map(lag).sum()
    };
    (1..=left).map(|n| least(n) - least(n - 1)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rebounding::State;

    /// The most that can be earned from here, by trying everything.
    fn enumerated(options: &[Rebounding], state: &State, left: usize) -> f64 {
        if left == 0 {
            return 0.0;
        }
        let after = |choice: usize| {
            let mut next = state.clone();
            next.choose(options, choice);
            state.reward(options, choice) + enumerated(options, &next, left - 1)
        };
        (0..options.len()).map(after).fold(f64::NEG_INFINITY, f64::max)
    }

    proptest! {
        #[test]
        fn nothing_earns_more_than_the_bound(
            numbers in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64, 0.0..=1.0_f64, 0.0..3.0_f64), 1..4), left in 0_usize..7,
        ) {
            let options: Vec<Rebounding> =
                numbers.iter().map(|&(base, wear, retention, _)| Rebounding { base, wear, retention }).collect();
            let state = State(numbers.iter().map(|&(_, _, _, satiation)| satiation).collect());
            let bound = Table::new(&options, left).most(&options, &state.0, left, &mut Vec::new());
            prop_assert!(enumerated(&options, &state, left) <= bound + 1e-12, "{bound}");
        }
    }

    #[test]
    fn the_bound_is_met_where_options_do_not_interfere() {
        let options =
            [Rebounding { base: 1.0, wear: 0.5, retention: 0.0 }, Rebounding { base: 0.5, wear: 0.0, retention: 1.0 }];
        let most = Table::new(&options, 5).most(&options, &[0.0, 0.0], 5, &mut Vec::new());
        assert!((most - 5.0).abs() < 1e-12, "{most}");
    }
}
