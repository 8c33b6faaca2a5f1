//! A scenario under any values of any factors.
//!
//! Comes in: a draft without faults and a seed. Goes out: experiments. Parameters that the scenario sets itself are its defaults here,
//! so that they can be varied like all others. Tables that a value does not change are those of the scenario as it stands.

use std::borrow::Cow;

use toml::Value;

use super::factor::{Factor, Kind};
use crate::diagnostic::Faults;
use crate::parameter::Parameters;
use crate::plan::{Experiment, check_under, compile_under};
use crate::scenario::{Draft, Scenario, Variation};
use crate::units::Hours;

/// A scenario that factors can be changed in.
#[derive(Debug)]
pub struct Variants {
    draft: Draft,
    /// The same, without parameters of its own.
    bare: Draft,
    seed: u64,
    base: Experiment,
}

impl Variants {
    /// The scenario as it stands.
    ///
    /// # Errors
    /// Every fault of the draft.
    pub fn new(draft: &Draft, seed: u64) -> Result<Variants, Faults> {
        let base = compile_under(draft, seed, &Parameters::best(), &[])?;
        let bare = Variation::new().unset("behaviour").draft(draft);
        Ok(Variants { draft: draft.clone(), bare, seed, base })
    }

    /// What the scenario says.
    pub fn scenario(&self) -> &Scenario {
        &self.draft.scenario
    }

    /// The experiment as it stands.
    pub fn base(&self) -> &Experiment {
        &self.base
    }

    /// Seed of all luck.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The experiment under these values.
    ///
    /// # Errors
    /// What a value makes wrong.
    pub(super) fn under(&self, values: &[(&Factor, f64)]) -> Result<Experiment, Faults> {
        let (draft, parameters) = self.at(values);
        compile_under(&draft, self.seed, &parameters, &[&self.base])
    }

    /// Whether there is an experiment under these values.
    ///
    /// # Errors
    /// What a value makes wrong.
    pub(super) fn check(&self, values: &[(&Factor, f64)]) -> Result<(), Faults> {
        let (draft, parameters) = self.at(values);
        check_under(&draft, &parameters)
    }

    /// The draft and the parameters under these values.
    fn at(&self, values: &[(&Factor, f64)]) -> (Cow<'_, Draft>, Parameters) {
        let is_lever = |(factor, _): &&(&Factor, f64)| matches!(factor.kind, Kind::Lever(_));
        let levers = values.iter().filter(is_lever);
        let levers = levers.fold(Variation::new(), |varied, (factor, value)| factor.vary(varied, *value));
        let draft = if levers.is_empty() { Cow::Borrowed(&self.bare) } else { Cow::Owned(levers.draft(&self.bare)) };
        let varied = values.iter().filter(|value| !is_lever(value));
        let parameters = self.base.parameters.with(varied.map(|(factor, value)| (factor.key.as_str(), *value)));
        (draft, parameters)
    }

    /// What the scenario says under a key, defaults filled in; `None` where it says nothing.
    pub(super) fn said(&self, path: &str) -> Option<Said> {
        let mut value = &Value::try_from(&self.draft.scenario).ok()?;
        for key in path.split('.') {
            value = value.get(key)?;
        }
        Some(match value {
            Value::Integer(whole) => Said::Whole(*whole as f64),
            Value::Float(number) => Said::Number(*number),
            Value::String(text) => Hours::parse(text).map_or(Said::Words, |hours| Said::Hours(hours.0)),
            _ => Said::Words,
        })
    }
}

/// What stands under a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Said {
    Hours(f64),
    Whole(f64),
    Number(f64),
    /// Something else: a word, a list.
    Words,
}
