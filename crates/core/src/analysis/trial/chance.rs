//! How likely each arm is the best, and what choosing it is expected to lose.
//!
//! Comes in: effects of a test that has ended. Goes out: a [`Chance`] per arm; none where groups are so few that permuting them decides,
//! which knows no such law. Groups: Student's t about the estimate, under a flat prior; of several arms that
//! of each arm's own mean. Members of a direct list: the Beta law of each arm's share after a prior of Beta(1, 1), every share as
//! likely as every other.

use wearout_stats::best_of::Chance;
use wearout_stats::beta_arms::{self, Share};
use wearout_stats::beta_binomial::Trials;
use wearout_stats::chance_to_win::{self, Estimate};
use wearout_stats::two_sample::{Difference, Summary};

use crate::tally::{Better, Dealt, Metric};

use super::effect::Method;
use super::values::{self, Values};
use super::{Effect, Trial};

/// Before the test every share is as likely as every other.
const PRIOR: Share = Share { alpha: 1.0, beta: 1.0 };

pub(super) fn chances(trial: &Trial<'_>, metric: &Metric, effects: &[Effect]) -> Option<Vec<Chance>> {
    let sign = match metric.better {
        Better::Higher => 1.0,
        Better::Lower => -1.0,
        Better::Neither => return None,
    };
    if effects.iter().any(|effect| effect.method == Method::Permutation) {
        return None;
    }
    match (trial.dealt, effects) {
        (Dealt::Members, _) if metric.is_of_members() => Some(of_shares(trial, metric)),
        (Dealt::Members, _) => None,
        (Dealt::Groups, [effect]) => of_two(trial, effect, sign),
        (Dealt::Groups, _) => of_several(trial, metric, effects, sign),
    }
}

fn of_shares(trial: &Trial<'_>, metric: &Metric) -> Vec<Chance> {
    let shares = (0..trial.arms.len()).map(|arm| {
        let Trials { successes, n } = values::counted(trial, metric, arm, None);
        // Fewer cases are better where less is: the share of the others is then the one to be highest.
        PRIOR.after(if metric.better == Better::Lower { n - successes } else { successes }, n)
    });
    beta_arms::best_of(&shares.collect::<Vec<_>>())
}

fn of_two(trial: &Trial<'_>, effect: &Effect, sign: f64) -> Option<Vec<Chance>> {
    let estimate = effect.estimate?;
    let towards = Difference::new(sign * estimate.estimate, estimate.standard_error, estimate.degrees)?;
    let losses = chance_to_win::expected_losses(&towards);
    let is_best = chance_to_win::of_treated(&towards);
    let of_control = Chance { is_best: 1.0 - is_best, expected_loss: losses.map(|losses| losses[0]) };
    let of_arm = Chance { is_best, expected_loss: losses.map(|losses| losses[1]) };
    Some(if trial.control == 0 { vec![of_control, of_arm] } else { vec![of_arm, of_control] })
}

fn of_several(trial: &Trial<'_>, metric: &Metric, effects: &[Effect], sign: f64) -> Option<Vec<Chance>> {
    let values = Values::of(trial, metric, false);
    let plain = |arm: usize| Summary::of(&values.now(arm));
    let base = values::mean(&values.arms[trial.control])?;
    let of_arm = |arm: usize| -> Option<Estimate> {
        let effect = effects.iter().find(|effect| effect.arm == arm);
        // An adjusted arm lies as far from the control's level as its adjusted difference says.
        let (mean, summary) = if let Some(effect) = effect {
            match effect.adjustment {
                Some(adjustment) => (base + effect.difference?, adjustment.arms[1]),
                None => (values::mean(&values.arms[arm])?, plain(arm)?),
            }
        } else {
            let adjusted = effects.first().and_then(|effect| effect.adjustment).map(|adjustment| adjustment.arms[0]);
            (base, adjusted.or_else(|| plain(arm))?)
        };
        let standard_error = summary.error_variance().sqrt();
        (standard_error > 0.0).then(|| Estimate { mean: sign * mean, standard_error, degrees: (summary.n - 1) as f64 })
    };
    let estimates: Option<Vec<Estimate>> = (0..trial.arms.len()).map(of_arm).collect();
    Some(chance_to_win::best_of(&estimates?))
}
