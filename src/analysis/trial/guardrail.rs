//! Metrics that must not get worse: a one-sided test of non-inferiority each.
//!
//! Comes in: an effect and a margin. Goes out: [`Guarded`]. An arm holds a guardrail when being worse by as much as the margin is
//! excluded at the level of 5 % on one side, and breaks it when being worse by more is shown at that level. Every guardrail must
//! hold for itself, so that levels are not shared out (Schultzberg, Ankargren & Frånberg 2024, arXiv:2402.11609, section 4).

use crate::stats::two_sample::Difference;
use crate::tally::{Better, Guardrail, Metric};

use super::{ALPHA, Effect};

/// What is known of a guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarding {
    /// Not worse by as much as the margin.
    Held,
    /// Worse by more than the margin.
    Broken,
    /// Neither is shown.
    Open,
    /// It counts nowhere, in no arm: nothing is known against it.
    Unseen,
}

impl Guarding {
    /// Whether nothing stands in the way of preferring the arm.
    pub fn is_held(self) -> bool {
        matches!(self, Guarding::Held | Guarding::Unseen)
    }
}

/// A guardrail of an arm.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Guarded {
    /// Index of the arm.
    pub arm: usize,
    /// The metric.
    pub metric: &'static Metric,
    /// How much worse is too much, in the metric's own unit; `None` where the control has no level to take it from.
    pub margin: Option<f64>,
    /// Whether the user set the margin: then the guardrail must hold before the arm is preferred.
    pub is_binding: bool,
    /// What it does to the metric.
    pub effect: Effect,
    /// The most by which it is worse, at 95 % on one side; below 0 where it is better.
    pub at_worst: Option<f64>,
    /// One-sided p value of being worse by as much as the margin.
    pub p_value: Option<f64>,
    /// What follows.
    pub guarding: Guarding,
}

/// Whether being worse by as much as `margin` is excluded. Where no unit differs from another there is no error, and arms that are the
/// same to the last digit (`is_same`) are no worse.
pub fn is_held(metric: &Metric, margin: f64, difference: Option<&Difference>, is_same: bool) -> bool {
    match difference {
        Some(difference) => p_held(metric, margin, difference) <= ALPHA,
        None => is_same,
    }
}

/// One-sided p value of being worse by as much as the margin.
fn p_held(metric: &Metric, margin: f64, difference: &Difference) -> f64 {
    if metric.better == Better::Lower { difference.p_below(margin) } else { difference.p_above(-margin) }
}

pub(super) fn guarded(effect: &Effect, guardrail: &Guardrail) -> Guarded {
    let metric = guardrail.metric;
    let margin = guardrail.margin.or(effect.zone);
    let tested = effect.estimate.zip(margin).map(|(estimate, margin)| {
        // One side at 95 % is a central interval at 90 %.
        let interval = estimate.interval(1.0 - 2.0 * ALPHA);
        let holds = p_held(metric, margin, &estimate);
        if metric.better == Better::Lower {
            Tested { holds, breaks: estimate.p_above(margin), at_worst: interval.high }
        } else {
            Tested { holds, breaks: estimate.p_below(-margin), at_worst: -interval.low }
        }
    });
    let is_same = effect.estimate.is_none() && effect.difference == Some(0.0);
    let guarding = match &tested {
        Some(tested) if tested.holds <= ALPHA => Guarding::Held,
        Some(tested) if tested.breaks <= ALPHA => Guarding::Broken,
        None if is_same && effect.control == Some(0.0) => Guarding::Unseen,
        None if is_same => Guarding::Held,
        _ => Guarding::Open,
    };
    Guarded {
        arm: effect.arm,
        metric,
        margin,
        is_binding: guardrail.margin.is_some(),
        effect: *effect,
        at_worst: tested.as_ref().map(|tested| tested.at_worst),
        p_value: tested.as_ref().map(|tested| tested.holds),
        guarding,
    }
}

struct Tested {
    /// One-sided p value of being worse by as much as the margin.
    holds: f64,
    /// One-sided p value of being worse by no more than the margin.
    breaks: f64,
    at_worst: f64,
}
