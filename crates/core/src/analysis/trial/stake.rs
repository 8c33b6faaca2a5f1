//! How many members a test makes a difference to.
//!
//! Comes in: effects and the verdict. Goes out: [`AtStake`]: the arm that the verdict takes instead of the other; where it takes none, the
//! best of those that are open against the control, without advice.

use serde::Serialize;
use wearout_stats::Interval;

use crate::tally::Metric;

use super::decision::gain;
use super::{Decision, Effect, TrialVerdict};

/// A difference in members, and how it is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtStake {
    /// Index of the arm that is set against the control.
    pub arm: usize,
    /// How.
    pub framing: Framing,
    /// By which share of members more the metric that decides counts in the one that is named first.
    pub difference: f64,
    /// Its interval.
    pub interval: Option<Interval>,
}

/// How a difference in members is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// The arm instead of the control.
    ArmInstead,
    /// The control instead of the arm.
    ControlInstead,
    /// The arm against the control, as it would be without guardrails.
    BeforeGuardrails,
    /// The arm against the control: neither is advised.
    Against,
}

pub(super) fn at_stake(metric: &Metric, control: usize, effects: &[Effect], verdict: &TrialVerdict) -> Option<AtStake> {
    let arm = match verdict.decision {
        Decision::Prefer(arm) | Decision::Unguarded { arm, .. } if arm != control => arm,
        Decision::NotDecided(Some(more)) => more.arm,
        _ => most_gaining(effects, verdict)?,
    };
    let framing = match verdict.decision {
        Decision::Prefer(taken) if taken == arm => Framing::ArmInstead,
        Decision::Prefer(_) => Framing::ControlInstead,
        Decision::Rejected | Decision::Unguarded { .. } => Framing::BeforeGuardrails,
        Decision::PracticallyEqual | Decision::NoFigure(_) | Decision::NotDecided(_) => Framing::Against,
    };
    let effect = effects.iter().find(|effect| effect.arm == arm && metric.is_of_members())?;
    let (difference, interval) = match framing {
        Framing::ControlInstead => (-effect.difference?, effect.interval.map(Interval::mirrored)),
        _ => (effect.difference?, effect.interval),
    };
    Some(AtStake { arm, framing, difference, interval })
}

/// The arm beside the control that gains most, of those that no guardrail rejects where there are any.
fn most_gaining(effects: &[Effect], verdict: &TrialVerdict) -> Option<usize> {
    let most = verdict.arms.iter().max_by(|a, b| {
        let is_rejected = b.broken.is_some().cmp(&a.broken.is_some());
        is_rejected.then_with(|| gain(effects, a.arm).total_cmp(&gain(effects, b.arm)))
    });
    most.map(|verdict| verdict.arm)
}
