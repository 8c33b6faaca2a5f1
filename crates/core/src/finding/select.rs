//! The best of many plans in one metric, selected by a race.

use serde::{Deserialize, Serialize};

use super::notes::{self, Note};
use super::provenance::{Provenance, Sets};
use super::sets::Chosen;
use super::{Finding, ParameterSource, SCHEMA, Study, Unfinished};
use crate::diagnostic::{Faults, nearest};
use crate::scenario::{Input, Scenario};
use crate::study::select::{FIRST_STAGE, Question, Selection, Unfit, select};
use crate::study::{Observer, Stage};
use crate::tally::{Better, Metric, Unit, find, keys};

/// A selection of the best plan that is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelectJob {
    /// The scenario.
    pub scenario: Input,
    /// Sets of parameters, of which each replicate draws one.
    pub parameters: ParameterSource,
    /// Seed of all luck.
    pub seed: u64,
    /// By what plans are selected, and how much is run.
    pub options: SelectOptions,
}

/// By what plans are selected, and how much is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelectOptions {
    /// Key of the metric; `None`: the first of the scenario's headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// How far below the best is as good, in the metric's unit; `None`: what the scenario calls practically equal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<f64>,
    /// Sets of the ensemble, its first ones; `None`: as many as are usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sets: Option<u32>,
    /// Replicates at the most.
    pub max_replicates: u32,
}

/// The best of many plans.
#[derive(Debug, Clone, Serialize)]
pub struct Select {
    /// What was asked for.
    pub asked: SelectOptions,
    /// The scenario with its defaults.
    pub scenario: Scenario,
    /// How the race went.
    pub race: Selection,
    /// What must be known to read it.
    pub notes: Vec<Note>,
}

impl SelectJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        let draft = self.scenario.draft();
        let question = self.question(&draft.scenario)?;
        let chosen = Chosen::of(&self.parameters, self.options.sets)?;
        let experiments = chosen.compiled(&draft, self.seed, observer)?;
        let scenario = draft.scenario;
        let mut notes = notes::notes(&scenario, &experiments[0]);
        let is_silent: Vec<bool> = experiments[0].plans.iter().map(|plan| plan.posts.is_empty()).collect();

        observer.begins(Stage::Simulating { replicates: None });
        let race = select(experiments, &question, observer.engine()).map_err(|unfit| refused(&unfit))?;
        let race = race.ok_or(Unfinished::Stopped)?;

        let is_of_earnings = question.metric.unit == Unit::Money && question.metric.better == Better::Higher;
        if is_of_earnings && race.selected.is_some() && is_silent[race.leader] {
            notes.push(Note::SilenceEarnsMost { plan: race.plans[race.leader].name.clone() });
        }
        // Each replicate drew its set: they do not come to as many of each.
        let parameters = Sets { replicates_per_set: None, ..chosen.recorded(race.replicates) };
        let made = Provenance::of("run --select", &self.scenario.name, self.seed, &self.scenario.set);
        Ok(Finding {
            schema: SCHEMA,
            provenance: Provenance {
                replicates: race.replicates,
                partial: race.partial,
                parameters: Some(parameters),
                ..made
            },
            study: Study::Select(Box::new(Select { asked: self.options.clone(), scenario, race, notes })),
        })
    }

    fn question(&self, scenario: &Scenario) -> Result<Question, Faults> {
        let SelectOptions { metric, zone, max_replicates, .. } = &self.options;
        let metric = self::metric(metric.as_deref(), scenario)?;
        if *max_replicates < FIRST_STAGE {
            return Err(Faults::of_job(
                &format!("--max-replicates must be at least {FIRST_STAGE} with --select, found {max_replicates}"),
                "every plan runs this many replicates before one can be dropped",
            ));
        }
        Ok(Question { metric, zone: *zone, equality: scenario.equality.into(), most: *max_replicates })
    }
}

/// The metric asked for, or the first of the scenario's headline.
fn metric(asked: Option<&str>, scenario: &Scenario) -> Result<&'static Metric, Faults> {
    let first = scenario.headline.first().map(String::as_str);
    let key = asked.or(first).unwrap_or("conversion");
    find(key).ok_or_else(|| {
        let help = match nearest(key, keys()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "wearout list metrics".to_owned(),
        };
        Faults::of_job(&format!("`{key}` is not a metric"), &help)
    })
}

/// What cannot be raced, and what to do about it.
fn refused(unfit: &Unfit) -> Faults {
    let help = match unfit {
        Unfit::OnePlan => "add a second plan",
        Unfit::TooManyPlans(_) => "leave some out, or select among parts of them first",
        Unfit::NoDirection(_) => "name a metric with a better direction: --metric conversion, --metric loss",
        Unfit::NoZone(_) => "say how far below the best is as good: --zone 0.005 is half a point",
        Unfit::Blank { .. } => "name a metric that every campaign has: --metric conversion, --metric loss",
    };
    Faults::of_job(&unfit.to_string(), help)
}
