//! What a test comes to.
//!
//! Comes in: effects, guardrails and looks. Goes out: [`TrialVerdict`]. An arm is preferred when its interval lies on the better side
//! of 0, unless the interval lies within the zone of practical equality: then the arms are practically equal. A test that is still
//! running is judged by intervals that hold at every look, a finished one by those of its end. A guardrail that is broken rejects
//! the arm, whatever it gains; one with a margin of the user's own must hold before the arm is preferred.

use serde::Serialize;
use wearout_stats::Interval;

use crate::analysis::Call;
use crate::tally::{Better, Metric};

use super::{Effect, Guarded, Guarding, Judge, More, TrialLook, first_that_leaves_zero_out, more};

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
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
    /// The test does not tell, because this arm, or the control, has no figure: nothing was delivered to it, say.
    NoFigure(usize),
    /// The test does not tell; what would. `None`: nothing varies to plan with.
    NotDecided(Option<More>),
}

/// The verdict and what it rests on.
#[derive(Debug, Clone, Serialize)]
pub struct TrialVerdict {
    /// What to do.
    pub decision: Decision,
    /// Arm by arm but for the control.
    pub arms: Vec<ArmVerdict>,
    /// Whether the arm that is preferred to the control may be better by too little to matter: its interval begins within the zone.
    pub may_not_matter: bool,
    /// Other arms that are better than the control too; none of them was tested against the one preferred.
    pub also_better: Vec<usize>,
    /// What the arm that is taken does to recipients, where by its estimate it is worse by more than a guardrail's margin.
    pub harms: Vec<Harm>,
}

/// What an arm that is taken does to recipients, against another.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Harm {
    /// The guardrail.
    pub metric: &'static Metric,
    /// Index of the arm that is taken.
    pub taken: usize,
    /// Index of the other.
    pub against: usize,
    /// The one taken minus the other.
    pub difference: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Whether the interval leaves 0 out.
    pub is_known: bool,
}

/// An arm against the control.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ArmVerdict {
    /// Index of the arm.
    pub arm: usize,
    /// The interval that is judged: of the last look while the test is running, else of its end.
    pub interval: Option<Interval>,
    /// What it says.
    pub call: Call,
    /// The first guardrail that it breaks.
    pub broken: Option<&'static str>,
    /// The day before the planned end on which its interval first left 0 out, so that the test could have stopped there.
    pub stops: Option<u32>,
}

/// How much better than the control an arm is by its estimate, in the metric's unit.
pub(super) fn gain(effects: &[Effect], arm: usize) -> f64 {
    let effect = effects.iter().find(|effect| effect.arm == arm);
    let Some((effect, difference)) = effect.and_then(|effect| Some((effect, effect.difference?))) else {
        return f64::NEG_INFINITY;
    };
    if effect.metric.better == Better::Lower { -difference } else { difference }
}

impl Judge<'_> {
    pub(super) fn verdict(&self, effects: &[Effect], guardrails: &[Guarded], looks: &[TrialLook]) -> TrialVerdict {
        let metric = self.question.metric;
        let of_arm = |effect: &Effect| {
            let interval = effect.interval;
            let of_guardrail = |guarded: &&Guarded| guarded.arm == effect.arm && guarded.guarding == Guarding::Broken;
            ArmVerdict {
                arm: effect.arm,
                interval,
                call: interval.zip(effect.zone).map_or(Call::Unknown, |(interval, zone)| call(metric, interval, zone)),
                broken: guardrails.iter().find(of_guardrail).map(|guarded| guarded.metric.key),
                stops: first_that_leaves_zero_out(looks, effect.arm).filter(|day| *day < self.planned_days()),
            }
        };
        let arms: Vec<ArmVerdict> = effects.iter().map(of_arm).collect();
        let decision = self.decision(&arms, effects, guardrails);
        let preferred = match decision {
            Decision::Prefer(arm) => effects.iter().find(|effect| effect.arm == arm),
            _ => None,
        };
        let also_better = preferred.map_or_else(Vec::new, |preferred| {
            let is_better = |of: &&ArmVerdict| of.broken.is_none() && of.call == Call::Better;
            let others = arms.iter().filter(is_better).map(|of| of.arm);
            others.filter(|arm| *arm != preferred.arm).collect()
        });
        let taken = match decision {
            Decision::Prefer(arm) => Some(arm),
            Decision::Rejected => Some(self.trial.control),
            _ => None,
        };
        TrialVerdict {
            may_not_matter: preferred.is_some_and(|effect| {
                let least = effect.interval.map(|Interval { low, high }| low.abs().min(high.abs()));
                least.zip(effect.zone).is_some_and(|(least, zone)| least < zone)
            }),
            also_better,
            harms: taken.map_or_else(Vec::new, |taken| self.harms(taken, guardrails)),
            decision,
            arms,
        }
    }

    fn harms(&self, taken: usize, guardrails: &[Guarded]) -> Vec<Harm> {
        let control = self.trial.control;
        let harm = |guarded: &Guarded| {
            let (metric, effect) = (guarded.metric, &guarded.effect);
            let (difference, interval, against) = if taken == control {
                (-effect.difference?, effect.interval.map(Interval::mirrored), guarded.arm)
            } else {
                (effect.difference?, effect.interval, control)
            };
            let worse = if metric.better == Better::Lower { difference } else { -difference };
            let is_known = effect.leaves_zero_out();
            (worse > guarded.margin?).then_some(Harm { metric, taken, against, difference, interval, is_known })
        };
        let of_taken = guardrails.iter().filter(|guarded| taken == control || guarded.arm == taken);
        of_taken.filter_map(harm).collect()
    }

    fn decision(&self, arms: &[ArmVerdict], effects: &[Effect], guardrails: &[Guarded]) -> Decision {
        let best =
            |of: &mut dyn Iterator<Item = usize>| of.max_by(|&a, &b| gain(effects, a).total_cmp(&gain(effects, b)));
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
            let known = effects.iter().find(|effect| effect.arm == arm && effect.difference.is_some());
            return known.map_or(Decision::NoFigure(arm), |effect| Decision::NotDecided(more::more(self, effect)));
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
