//! What to do: test, send one arm untested, or send either.
//!
//! Comes in: what the most promising test came to on luck it had not seen, and by how much the best arm beforehand is ahead. Goes out: an
//! [`Advice`].

use serde::Serialize;

use super::{Estimate, Rule};

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// Run this test of the grid, decide by this rule, send what did better.
    #[expect(missing_docs, reason = "the names say it")]
    Test { candidate: usize, rule: Rule },
    /// No test is shown to pay, and this arm is ahead on what is known beforehand: send it.
    #[expect(missing_docs, reason = "the names say it")]
    Send { arm: usize },
    /// No test is shown to pay, and no arm is shown to be ahead.
    Neither,
    /// The work was stopped before any test was played on luck it was not chosen by.
    Open,
}

/// A test is advised only if the whole of its interval is above nothing, and an arm only if that of its lead is.
pub(super) fn advice(best: Option<(usize, Rule, &Estimate)>, best_before: usize, lead: &Estimate) -> Advice {
    let is_above = |estimate: &Estimate| estimate.interval.is_some_and(|interval| interval.low > 0.0);
    match best {
        Some((candidate, rule, net)) if is_above(net) => Advice::Test { candidate, rule },
        _ if is_above(lead) => Advice::Send { arm: best_before },
        _ => Advice::Neither,
    }
}

/// Indices of figures from the highest down; equals keep their order.
pub(super) fn ranked(figures: impl Iterator<Item = f64>) -> Vec<usize> {
    let figures: Vec<f64> = figures.collect();
    let mut order: Vec<usize> = (0..figures.len()).collect();
    order.sort_by(|&a, &b| figures[b].total_cmp(&figures[a]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use wearout_stats::Interval;

    fn estimate(low: f64, high: f64) -> Estimate {
        Estimate { mean: f64::midpoint(low, high), interval: Some(Interval { low, high }) }
    }

    #[test]
    fn only_what_is_shown_is_advised() {
        let (shown, doubtful) = (estimate(1.0, 5.0), estimate(-1.0, 5.0));
        let advised = |net: &Estimate, lead: &Estimate| advice(Some((3, Rule::NetOfLoss, net)), 1, lead);
        assert_eq!(advised(&shown, &shown), Advice::Test { candidate: 3, rule: Rule::NetOfLoss });
        assert_eq!(advised(&doubtful, &shown), Advice::Send { arm: 1 });
        assert_eq!(advised(&doubtful, &doubtful), Advice::Neither);
        assert_eq!(advice(None, 0, &shown), Advice::Send { arm: 0 });
        assert_eq!(advised(&Estimate { mean: 3.0, interval: None }, &doubtful), Advice::Neither);
    }

    #[test]
    fn equals_keep_their_order() {
        assert_eq!(ranked([1.0, 3.0, 3.0, 2.0].into_iter()), [1, 2, 3, 0]);
    }
}
