//! What a reader must know beside the figures: decided here, worded where findings are shown.

use serde::Serialize;

use crate::analysis::{Caution, Width};
use crate::plan::Experiment;
use crate::scenario::Scenario;
use crate::units::Trigger;

/// The article gives no figure beyond this many posts a week (`interval-48h`).
const KNOWN_POSTS_PER_WEEK: f64 = 3.5;

/// From so many days on, members who forget no read wear out faster than field studies found (pattern P9).
const DAYS_TO_FORGET: u32 = 60;

/// Something to know beside the figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// A plan copies another and differs from it in these keys; in none: it is the same.
    Copy {
        /// The plan.
        plan: String,
        /// The one it copies.
        of: String,
        /// Dotted keys.
        keys: Vec<String>,
    },
    /// Plans send more often than the article has a figure for.
    Often {
        /// Posts a week that it has figures for.
        known: f64,
        /// The plans; every plan where there are no others.
        plans: Vec<String>,
        /// Whether these are all.
        is_every_plan: bool,
    },
    /// Plans address other people than the baseline.
    DifferentPeople {
        /// The plans.
        plans: Vec<String>,
    },
    /// Contents are repeated for so long that forgetting would matter, and nobody forgets.
    NothingForgotten {
        /// Days of the scenario.
        days: u32,
        /// The plans that repeat.
        plans: Vec<String>,
        /// Days in which half would be forgotten.
        half_life_days: f64,
    },
    /// Without a margin there is no money.
    NoMargin,
    /// Needs are off under parameters that were fitted with them: nobody buys.
    NothingBought,
    /// Reports are counted in another way than the chance of enforcement was fitted to.
    OtherTrigger {
        /// How they are counted.
        trigger: Trigger,
        /// How they were when it was fitted.
        fitted: Trigger,
    },
    /// A plan that sends nothing earns most.
    SilenceEarnsMost {
        /// The plan.
        plan: String,
    },
    /// How a figure is to be read.
    Caution(Caution),
    /// Whether the precision asked for was reached.
    Precision {
        /// Half-width asked for.
        wanted: f64,
        /// Whether every headline difference has it.
        reached: bool,
        /// The difference that was last, or is still the widest; `None` where there is no difference to know.
        of: Option<Width>,
        /// After so many replicates.
        replicates: u64,
    },
}

/// The plan that a plan copies and the keys in which it differs from it.
pub fn differs(scenario: &Scenario, plan: &str) -> Option<Note> {
    let (of, keys) = scenario.plans.iter().find(|known| known.name == plan)?.like.clone()?;
    Some(Note::Copy { plan: plan.to_owned(), of, keys })
}

/// Names of the plans of an experiment that are so.
fn plans_that(experiment: &Experiment, is: impl Fn(&crate::plan::Plan) -> bool) -> Vec<String> {
    experiment.plans.iter().filter(|plan| is(plan)).map(|plan| plan.name.clone()).collect()
}

/// What a scenario alone makes necessary to know.
pub fn notes(scenario: &Scenario, experiment: &Experiment) -> Vec<Note> {
    let mut notes = Vec::new();
    let plans = plans_that(experiment, |plan| experiment.posts_per_week(plan) * plan.reach > KNOWN_POSTS_PER_WEEK);
    if !plans.is_empty() {
        let is_every_plan = plans.len() == experiment.plans.len();
        notes.push(Note::Often { known: KNOWN_POSTS_PER_WEEK, plans, is_every_plan });
    }
    let plans = different_people(experiment);
    if !plans.is_empty() {
        notes.push(Note::DifferentPeople { plans });
    }
    let plans = plans_that(experiment, |plan| plan.repeated_contents > 0);
    if scenario.days >= DAYS_TO_FORGET && !scenario.switches.repeat_memory && !plans.is_empty() {
        let half_life_days = experiment.parameters.repeat_memory_days;
        notes.push(Note::NothingForgotten { days: scenario.days, plans, half_life_days });
    }
    if scenario.money.margin.is_none() {
        notes.push(Note::NoMargin);
    }
    notes.extend(unlike_the_fit(scenario, experiment));
    notes
}

/// Names of the plans that address other audiences than the baseline.
pub(super) fn different_people(experiment: &Experiment) -> Vec<String> {
    let baseline = &experiment.plans[experiment.baseline];
    plans_that(experiment, |plan| plan.audiences != baseline.audiences)
}

/// Where a scenario goes another way than its parameters were fitted, and a parameter says nothing there.
fn unlike_the_fit(scenario: &Scenario, experiment: &Experiment) -> Vec<Note> {
    let parameters = &experiment.parameters;
    let mut notes = Vec::new();
    if scenario.switches.needs == Some(false) && parameters.purchase_given_click <= 0.0 {
        notes.push(Note::NothingBought);
    }
    let fitted = parameters.mechanisms.trigger;
    let is_said = scenario.behaviour.iter().any(|(key, _)| key == "enforce_prob");
    let otherwise = scenario.report_trigger.filter(|trigger| *trigger != fitted && !is_said);
    if let Some(trigger) = otherwise.filter(|_| experiment.profile.rules.reports.is_some()) {
        notes.push(Note::OtherTrigger { trigger, fitted });
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::{plan, scenario};

    /// Notes of the scenario with these overrides.
    fn noted(text: &str, overrides: &[&str]) -> Vec<Note> {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let draft = scenario::parse("x", Source { name: "x.toml".into(), text: text.to_owned() }, &overrides);
        let experiment = plan::compile(&draft, 1).unwrap_or_else(|faults| panic!("{faults}"));
        notes(&draft.scenario, &experiment)
    }

    #[test]
    fn a_way_that_the_parameters_were_not_fitted_to_is_warned_of_where_they_say_nothing() {
        let text = "[audience.club]\n[plan.a]\n";
        let sells = |overrides: &[&str]| !noted(text, overrides).contains(&Note::NothingBought);
        assert!(sells(&[]) && sells(&["switch.needs=true"]));
        assert!(!sells(&["switch.needs=false"]));
        assert!(sells(&["switch.needs=false", "behaviour.purchase_given_click=0.01"]));
        let is_of_trigger = |note: &Note| matches!(note, Note::OtherTrigger { trigger: Trigger::LastRead, .. });
        let limits = |overrides: &[&str]| !noted(text, overrides).iter().any(is_of_trigger);
        assert!(!limits(&["report_trigger=\"last-read\""]));
        assert!(limits(&[]) && limits(&["report_trigger=\"last-read\"", "behaviour.enforce_prob=0.25"]));
        assert!(limits(&["report_trigger=\"last-read\"", "platform=\"none\""]), "no rule counts reports");
    }

    #[test]
    fn repeats_over_two_months_are_warned_of_unless_reads_are_forgotten() {
        let text = "days = 60\n[audience.club]\n[plan.same]\ncontents = 1\n[plan.new]\n";
        let is_of_same =
            |note: &Note| matches!(note, Note::NothingForgotten { days: 60, plans, .. } if plans == &["same"]);
        let warns = |overrides: &[&str]| noted(text, overrides).iter().any(is_of_same);
        assert!(warns(&[]));
        assert!(!warns(&["days=59"]));
        assert!(!warns(&["switch.repeat_memory=true"]));
        assert!(!warns(&["plan.same.contents=1000"]), "a content that goes out once is not repeated");
    }
}
