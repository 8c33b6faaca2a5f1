//! Metrics that must not get worse: a one-sided test of non-inferiority each.
//!
//! Comes in: a metric, an arm and a margin. Goes out: [`Guarded`]. An arm holds a guardrail when being worse by as much as the margin is
//! excluded at the level of 5 % on one side. Every guardrail must hold for itself, so that this level is not shared out (Schultzberg,
//! Ankargren & Frånberg 2024, arXiv:2402.11609, section 4). An arm breaks it when its interval lies beyond the margin. Any guardrail of any
//! arm can reject, so that these intervals hold together at 95 %, those of all arms and guardrails. While the test is running both hold
//! at every look, by spending as the metric that decides does (`looks`).

use serde::Serialize;
use wearout_stats::Interval;
use wearout_stats::two_sample::Difference;

use crate::tally::{Better, Dealt, Guardrail, Metric};

use super::{ALPHA, Effect, Judge, effect};

/// What is known of a guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guarding {
    /// Not worse by as much as the margin.
    Held,
    /// Worse by more than the margin: so says the interval that holds together with those of all arms and guardrails.
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
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Guarded {
    /// Index of the arm.
    pub arm: usize,
    /// The metric.
    pub metric: &'static Metric,
    /// How much worse is too much, in the metric's own unit; `None` where the control has no level to take it from.
    pub margin: Option<f64>,
    /// Whether the user set the margin: then the guardrail must hold before the arm is preferred.
    pub is_binding: bool,
    /// What it does to the metric. The arm is rejected where its interval lies beyond the margin.
    pub effect: Effect,
    /// The most by which it is worse, at 95 % on one side, while the test is running at every look; below 0 where it is better.
    pub at_worst: Option<f64>,
    /// One-sided p value of being worse by as much as the margin; none while the test is running, and of members of a direct list, whose
    /// interval decides.
    pub p_value: Option<f64>,
    /// What follows.
    pub guarding: Guarding,
}

/// Whether being worse by as much as `margin` is excluded, by Welch's t. Where no unit differs from another there is no error, and arms that are the
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

/// What is known of how much an arm differs in a guardrail.
struct Tested {
    /// Interval by which the arm is rejected: that of all arms and guardrails together.
    rejecting: Option<Interval>,
    /// Interval whose worse end the metric does not pass, at 95 % on one side.
    one_sided: Option<Interval>,
    /// One-sided p value of being worse by as much as the margin; none while the test is running.
    p_value: Option<f64>,
}

impl Judge<'_> {
    /// A guardrail of an arm, where this judge's confidence is that of all arms and guardrails together.
    pub(super) fn guarded(&self, guardrail: &Guardrail, arm: usize) -> Guarded {
        let metric = guardrail.metric;
        let mut effect = self.effect(metric, arm);
        let margin = guardrail.margin.or(effect.zone);
        let tested = if self.is_running() { self.tested_so_far(metric, arm) } else { self.tested(&effect, margin) };
        effect.interval = tested.rejecting;
        let is_lower = metric.better == Better::Lower;
        let worse = |interval: Interval| if is_lower { interval } else { interval.mirrored() };
        let at_worst = tested.one_sided.map(|interval| worse(interval).high);
        let at_least = tested.rejecting.map(|interval| worse(interval).low);
        let is_known = !self.is_running() || metric.is_known_early();
        let is_same = is_known && effect.estimate.is_none() && effect.difference == Some(0.0);
        let is_held = |margin: f64| match tested.p_value {
            Some(p_value) => p_value <= ALPHA,
            None => at_worst.is_some_and(|at_worst| at_worst < margin),
        };
        let guarding = match margin {
            Some(margin) if is_held(margin) => Guarding::Held,
            Some(margin) if at_least.is_some_and(|at_least| at_least > margin) => Guarding::Broken,
            _ if is_same && effect.control == Some(0.0) => Guarding::Unseen,
            _ if is_same => Guarding::Held,
            _ => Guarding::Open,
        };
        Guarded {
            arm,
            metric,
            margin,
            is_binding: guardrail.margin.is_some(),
            effect,
            at_worst,
            p_value: tested.p_value,
            guarding,
        }
    }

    /// At the end of a test.
    fn tested(&self, effect: &Effect, margin: Option<f64>) -> Tested {
        let metric = effect.metric;
        match self.trial.dealt {
            Dealt::Groups => {
                let found = self.estimated(metric, effect.arm);
                Tested {
                    rejecting: effect.interval,
                    one_sided: found.one_sided_interval(ALPHA),
                    p_value: margin.and_then(|margin| {
                        if metric.better == Better::Lower { found.p_below(margin) } else { found.p_above(-margin) }
                    }),
                }
            }
            Dealt::Members => Tested {
                rejecting: effect.interval,
                // Wald's interval is too narrow where few do it; one side at 95 % is a central interval at 90 %.
                one_sided: effect::two_arms(metric, self.trial, effect.arm, None)
                    .map(|arms| arms.score_interval(1.0 - 2.0 * ALPHA)),
                p_value: None,
            },
        }
    }

    /// While a test is running: at every look so far; nothing of a metric that is known at the end only.
    fn tested_so_far(&self, metric: &'static Metric, arm: usize) -> Tested {
        let course = self.course(metric, arm);
        let last = |confidence: f64| course.as_ref()?.intervals(confidence).last()?.interval;
        let sides = if self.trial.dealt == Dealt::Groups { self.estimated(metric, arm).sides() } else { 2.0 };
        Tested { rejecting: last(self.confidence), one_sided: last(1.0 - sides * ALPHA), p_value: None }
    }
}
