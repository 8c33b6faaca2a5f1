//! Which test of a scenario is modelled, and how its owner will judge it.
//!
//! Comes in: a draft, parameters and [`Which`] as typed. Goes out: a [`Contest`] that can be played, or every fault of both.

use serde::{Deserialize, Serialize};

use super::{Judge, Method};
use crate::diagnostic::{At, Diagnostic, Faults, Source, nearest};
use crate::document::reader::listed;
use crate::parameter::Parameters;
use crate::plan::{Experiment, Trial, compile_under};
use crate::scenario::{self, Draft, Variation};
use crate::tally::{METRICS, Metric, find, keys};
use crate::units::Channel;

/// Which test it is and how it is judged, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Which {
    /// Name of the test; `None`: the scenario's first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// Key of the metric; `None`: the test's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// The arm that is compared with the control; `None`: the first other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// How arms are told apart.
    pub method: Method,
}

/// The test that is modelled, in plain words and numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tested {
    /// Its name.
    pub name: String,
    /// Name of the control.
    pub control: String,
    /// Name of the arm that is compared with it.
    pub arm: String,
    /// What it is decided by.
    pub metric: &'static Metric,
    /// How the arms are told apart.
    pub method: Method,
    /// Whether members of a direct list are dealt one by one.
    pub deals_members: bool,
    /// Groups, or members of a direct list, an arm.
    pub units_per_arm: u32,
    /// Members of a group, or of the whole direct list.
    pub size: u32,
    /// Days that it runs.
    pub days: u32,
}

/// A test that can be played.
#[derive(Debug, Clone)]
pub struct Contest {
    /// The scenario.
    pub draft: Draft,
    /// The test as the scenario says it.
    pub said: scenario::Trial,
    /// The scenario compiled.
    pub experiment: Experiment,
    /// The test compiled.
    pub trial: Trial,
    /// How it is judged.
    pub judge: Judge,
    /// Parameters that stand behind the scenario's own.
    pub parameters: Parameters,
}

impl Contest {
    /// Reads which test is asked for.
    ///
    /// # Errors
    /// Every fault of the draft and of what was typed.
    ///
    /// # Panics
    /// Never: without a fault there is a test.
    pub fn read(draft: &Draft, seed: u64, parameters: &Parameters, which: &Which) -> Result<Contest, Faults> {
        let mut sources = draft.sources.clone();
        let mut list = Vec::new();
        let compiled = compile_under(draft, seed, parameters, &[]);
        if let Err(faults) = &compiled {
            list.extend(faults.list().iter().cloned());
        }
        let mut typed = Typed { sources: &mut sources, list: &mut list };
        let index = typed.test(draft, which);
        let trial = index.map(|index| &draft.scenario.trials[index]);
        let deals_members = trial.is_some_and(|trial| {
            let dealt = draft.scenario.audiences.iter().find(|audience| audience.name == trial.audience);
            dealt.is_some_and(|audience| audience.channel == Channel::Direct)
        });
        let metric = typed.metric(which, trial, deals_members);
        let arm = trial.and_then(|trial| typed.arm(which, trial));
        if let Some(faults) = Faults::new(sources, list) {
            return Err(faults);
        }
        let experiment = compiled.expect("its faults are among those returned");
        let (index, metric, arm) = (index.expect("as above"), metric.expect("as above"), arm.expect("as above"));
        let trial = experiment.trials[index].clone();
        let judge = Judge {
            metric,
            stakes: trial.arms.iter().map(|&plan| experiment.plans[plan].stakes).collect(),
            arm,
            method: which.method,
            seed,
        };
        let (draft, said) = (draft.clone(), draft.scenario.trials[index].clone());
        Ok(Contest { draft, said, experiment, trial, judge, parameters: *parameters })
    }

    /// Whether members are dealt one by one.
    pub fn deals_members(&self) -> bool {
        self.experiment.audiences[self.trial.audience].channel == Channel::Direct
    }

    /// The test in plain words and numbers.
    pub fn tested(&self) -> Tested {
        let arm = |arm: usize| self.said.arms[arm].clone();
        Tested {
            name: self.said.name.clone(),
            control: arm(0),
            arm: arm(self.judge.arm),
            metric: self.judge.metric,
            method: self.judge.method,
            deals_members: self.deals_members(),
            units_per_arm: self.trial.units_per_arm,
            size: self.experiment.audiences[self.trial.audience].size,
            days: self.trial.days,
        }
    }

    /// A fault of the test as a whole.
    ///
    /// # Panics
    /// Never: a fault is given.
    pub fn fault(&self, message: String, help: &str) -> Faults {
        let fault = Diagnostic { message, at: Some(self.said.at.clone()), help: Some(help.to_owned()) };
        Faults::new(self.draft.sources.clone(), vec![fault]).expect("one is given")
    }

    /// The fault of a metric that came out of none of the tests played.
    pub fn no_figure(&self) -> Faults {
        let key = self.judge.metric.key;
        let why = "nothing it counts happened, or there is no margin";
        self.fault(format!("`{key}` has no figure in any of the tests: {why}"), "another --metric")
    }

    /// The scenario varied, under the same luck and parameters.
    pub(super) fn varied(&self, variation: &Variation) -> Experiment {
        let draft = variation.draft(&self.draft);
        compile_under(&draft, self.judge.seed, &self.parameters, &[&self.experiment])
            .expect("keys of the format at values they admit bring no fault into a scenario without")
    }
}

/// What was typed after options, and what is wrong with it.
struct Typed<'a> {
    sources: &'a mut Vec<Source>,
    list: &'a mut Vec<Diagnostic>,
}

impl Typed<'_> {
    fn fault(&mut self, option: &str, text: &str, message: String, help: String) {
        self.sources.push(Source { name: option.to_owned(), text: text.to_owned() });
        let at = At { source: self.sources.len() - 1, span: 0..text.len() };
        self.list.push(Diagnostic { message, at: Some(at), help: Some(help) });
    }

    fn unknown<'n>(&mut self, option: &str, name: &str, what: &str, known: impl Iterator<Item = &'n str> + Clone) {
        let help = match nearest(name, known.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("one of {}", known.collect::<Vec<_>>().join(", ")),
        };
        self.fault(option, name, format!("`{name}` is not {what}"), help);
    }

    fn test(&mut self, draft: &Draft, which: &Which) -> Option<usize> {
        let names = || draft.scenario.trials.iter().map(|trial| trial.name.as_str());
        if names().next().is_none() {
            // A test that could not be read is a fault of its own.
            if draft.faults.is_empty() {
                let message = "the scenario has no test".to_owned();
                let help = "add one: [test.launch] and below it arms = [\"PLAN\", \"PLAN\"]".to_owned();
                self.list.push(Diagnostic { message, at: None, help: Some(help) });
            }
            return None;
        }
        let Some(name) = &which.test else { return Some(0) };
        let found = names().position(|known| known == name);
        if found.is_none() {
            self.unknown("--test", name, "a test of the scenario", names());
        }
        found
    }

    fn metric(
        &mut self,
        which: &Which,
        trial: Option<&scenario::Trial>,
        deals_members: bool,
    ) -> Option<&'static Metric> {
        let key = which.metric.as_ref().or(trial.map(|trial| &trial.metric))?;
        let found = find(key);
        match found {
            Some(metric) if deals_members && !metric.is_of_members() => {
                let message = format!("`{key}` does not count members of a direct list one by one");
                let of_members = METRICS.iter().filter(|metric| metric.is_of_members() && metric.tells_arms_apart());
                let of_members: Vec<&str> = of_members.map(|metric| metric.key).collect();
                let help = format!(
                    "deliveries, reads and money of one member are correlated, so their error is not estimable: decide by one of {}",
                    listed(&of_members)
                );
                self.fault("--metric", key, message, help);
            }
            None => self.unknown("--metric", key, "a metric", keys()),
            Some(metric) if !metric.tells_arms_apart() => {
                let message = format!("`{key}` cannot decide a test");
                let help =
                    "it is the account's, which arms share, or has no better direction: conversion, loss".to_owned();
                self.fault("--metric", key, message, help);
            }
            Some(_) => {}
        }
        found
    }

    fn arm(&mut self, which: &Which, trial: &scenario::Trial) -> Option<usize> {
        let Some(name) = &which.arm else { return Some(1) };
        let found = trial.arms.iter().position(|arm| arm == name);
        match found {
            None => self.unknown("--arm", name, "an arm of the test", trial.arms.iter().map(String::as_str)),
            Some(0) => {
                let message = format!("`{name}` is the control");
                let help = format!("name another arm: {}", trial.arms[1..].join(", "));
                self.fault("--arm", name, message, help);
            }
            Some(_) => {}
        }
        found
    }
}
