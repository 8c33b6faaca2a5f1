//! What a test comes to.
//!
//! Comes in: effects, guardrails and looks. Goes out: [`TrialVerdict`]. An arm is preferred when its interval lies on the better side
//! of 0, unless the interval lies within the zone of practical equality: then the arms are practically equal. A test that is still
//! running is judged by intervals that hold at every look, a finished one by those of its end. A guardrail that is broken rejects
//! the arm, whatever it gains; one with a margin of the user's own must hold before the arm is preferred.

use wearout_stats::Interval;

use crate::analysis::Call;
use crate::tally::{Better, Metric};

use super::{Effect, Guarded, Guarding, Judge, More, more};

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    /// Take the arm of this index, perhaps the control.
    Prefer(usize),
    /// Take whichever is dearest to you: arms differ by too little to matter.
    PracticallyEqual,
    /// Keep the control: every other arm breaks a guardrail.
    Rejected,
    /// An arm is better, but this guardrail is not shown to hold.
    Unguarded {
        /// Index of the arm.
        arm: usize,
        /// The guardrail.
        metric: &'static str,
    },
    /// The test does not tell; what would, if that is known.
    NotDecided(Option<More>),
}

/// The verdict and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialVerdict {
    /// What to do.
    pub decision: Decision,
    /// Arm by arm but for the control.
    pub arms: Vec<ArmVerdict>,
}

/// An arm against the control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArmVerdict {
    /// Index of the arm.
    pub arm: usize,
    /// The interval that is judged: of the last look while the test is running, else of its end.
    pub interval: Option<Interval>,
    /// What it says.
    pub call: Call,
    /// The first guardrail that it breaks.
    pub broken: Option<&'static str>,
}

impl Judge<'_> {
    pub(super) fn verdict(&self, effects: &[Effect], guardrails: &[Guarded]) -> TrialVerdict {
        let metric = self.question.metric;
        let of_arm = |effect: &Effect| {
            let interval = effect.interval;
            let of_guardrail = |guarded: &&Guarded| guarded.arm == effect.arm && guarded.guarding == Guarding::Broken;
            ArmVerdict {
                arm: effect.arm,
                interval,
                call: interval.zip(effect.zone).map_or(Call::Unknown, |(interval, zone)| call(metric, interval, zone)),
                broken: guardrails.iter().find(of_guardrail).map(|guarded| guarded.metric.key),
            }
        };
        let arms: Vec<ArmVerdict> = effects.iter().map(of_arm).collect();
        TrialVerdict { decision: self.decision(&arms, effects, guardrails), arms }
    }

    fn decision(&self, arms: &[ArmVerdict], effects: &[Effect], guardrails: &[Guarded]) -> Decision {
        let gain = |arm: usize| {
            let difference = effects.iter().find(|effect| effect.arm == arm).and_then(|effect| effect.difference);
            let sign = if self.question.metric.better == Better::Lower { -1.0 } else { 1.0 };
            difference.map_or(f64::NEG_INFINITY, |difference| sign * difference)
        };
        let best = |of: &mut dyn Iterator<Item = usize>| of.max_by(|&a, &b| gain(a).total_cmp(&gain(b)));
        let standing = || arms.iter().filter(|arm| arm.broken.is_none());
        let of_call = |call: Call| standing().filter(move |arm| arm.call == call).map(|arm| arm.arm);
        let unheld = |arm: usize| {
            let is_unheld =
                |guarded: &&Guarded| guarded.arm == arm && guarded.is_binding && !guarded.guarding.is_held();
            guardrails.iter().find(is_unheld).map(|guarded| guarded.metric.key)
        };
        if let Some(arm) = best(&mut of_call(Call::Better).filter(|&arm| unheld(arm).is_none())) {
            return Decision::Prefer(arm);
        }
        if let Some(arm) = best(&mut of_call(Call::Better)) {
            let metric = unheld(arm).expect("an arm whose guardrails hold was preferred");
            return Decision::Unguarded { arm, metric };
        }
        if standing().next().is_none() {
            return Decision::Rejected;
        }
        if let Some(arm) = best(&mut of_call(Call::Unknown)) {
            let effect = effects.iter().find(|effect| effect.arm == arm);
            return Decision::NotDecided(effect.and_then(|effect| more::more(self, effect)));
        }
        if of_call(Call::PracticallyEqual).next().is_some() {
            Decision::PracticallyEqual
        } else {
            Decision::Prefer(self.trial.control)
        }
    }
}

fn call(metric: &Metric, interval: Interval, zone: f64) -> Call {
    let is_within = -zone <= interval.low && interval.high <= zone;
    match metric.better {
        _ if is_within => Call::PracticallyEqual,
        _ if interval.contains(0.0) => Call::Unknown,
        Better::Neither => Call::Different,
        Better::Higher if interval.low > 0.0 => Call::Better,
        Better::Lower if interval.high < 0.0 => Call::Better,
        Better::Higher | Better::Lower => Call::Worse,
    }
}
