//! Which test of a scenario is modelled, and how its owner will judge it.
//!
//! Comes in: a draft, parameters and an [`Asked`] as typed. Goes out: a [`Contest`] that can be played, or every fault of both.

use super::{Judge, Method};
use crate::diagnostic::{At, Diagnostic, Faults, Source, nearest};
use crate::document::reader::listed;
use crate::parameter::Parameters;
use crate::plan::{Experiment, Trial, compile_under};
use crate::scenario::{self, Draft, Variation};
use crate::tally::{METRICS, Metric, find, keys};
use crate::units::Channel;

/// What is asked for, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Name of the test; `None`: the scenario's first.
    pub test: Option<String>,
    /// Key of the metric; `None`: the test's own.
    pub metric: Option<String>,
    /// The arm that is compared with the control; `None`: the first other.
    pub arm: Option<String>,
    /// How arms are told apart.
    pub method: Method,
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
    /// Reads what is asked for.
    ///
    /// # Errors
    /// Every fault of the draft and of what was typed.
    ///
    /// # Panics
    /// Never: without a fault there is a test.
    pub fn read(draft: &Draft, seed: u64, parameters: &Parameters, asked: &Asked) -> Result<Contest, Faults> {
        let mut sources = draft.sources.clone();
        let mut list = Vec::new();
        let compiled = compile_under(draft, seed, parameters, &[]);
        if let Err(faults) = &compiled {
            list.extend(faults.list().iter().cloned());
        }
        let mut typed = Typed { sources: &mut sources, list: &mut list };
        let index = typed.test(draft, asked);
        let trial = index.map(|index| &draft.scenario.trials[index]);
        let deals_members = trial.is_some_and(|trial| {
            let dealt = draft.scenario.audiences.iter().find(|audience| audience.name == trial.audience);
            dealt.is_some_and(|audience| audience.channel == Channel::Direct)
        });
        let metric = typed.metric(asked, trial, deals_members);
        let arm = trial.and_then(|trial| typed.arm(asked, trial));
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
            method: asked.method,
            seed,
        };
        let (draft, said) = (draft.clone(), draft.scenario.trials[index].clone());
        Ok(Contest { draft, said, experiment, trial, judge, parameters: *parameters })
    }

    /// Whether members are dealt one by one.
    pub fn deals_members(&self) -> bool {
        self.experiment.audiences[self.trial.audience].channel == Channel::Direct
    }

    /// Name of the control.
    pub fn control(&self) -> &str {
        &self.said.arms[0]
    }

    /// Name of the arm that is compared with it.
    pub fn treated(&self) -> &str {
        &self.said.arms[self.judge.arm]
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
        self.fault(option, name, format!("`{name}` is no {what}"), help);
    }

    fn test(&mut self, draft: &Draft, asked: &Asked) -> Option<usize> {
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
        let Some(name) = &asked.test else { return Some(0) };
        let found = names().position(|known| known == name);
        if found.is_none() {
            self.unknown("--test", name, "test of the scenario", names());
        }
        found
    }

    fn metric(
        &mut self,
        asked: &Asked,
        trial: Option<&scenario::Trial>,
        deals_members: bool,
    ) -> Option<&'static Metric> {
        let key = asked.metric.as_ref().or(trial.map(|trial| &trial.metric))?;
        let found = find(key);
        match found {
            Some(metric) if deals_members && !metric.is_of_members() => {
                let message = format!("`{key}` does not count members of a direct list one by one");
                let of_members = METRICS.iter().filter(|metric| metric.is_of_members() && metric.tells_arms_apart());
                let of_members: Vec<&str> = of_members.map(|metric| metric.key).collect();
                let help = format!(
                    "deliveries, reads and money of one member hang together, so nothing tells their error: decide by one of {}",
                    listed(&of_members)
                );
                self.fault("--metric", key, message, help);
            }
            None => self.unknown("--metric", key, "metric", keys()),
            Some(metric) if !metric.tells_arms_apart() => {
                let message = format!("arms cannot be told apart by `{key}`");
                let help =
                    "it is the account's, which arms share, or has no better direction: conversion, loss".to_owned();
                self.fault("--metric", key, message, help);
            }
            Some(_) => {}
        }
        found
    }

    fn arm(&mut self, asked: &Asked, trial: &scenario::Trial) -> Option<usize> {
        let Some(name) = &asked.arm else { return Some(1) };
        let found = trial.arms.iter().position(|arm| arm == name);
        match found {
            None => self.unknown("--arm", name, "arm of the test", trial.arms.iter().map(String::as_str)),
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
