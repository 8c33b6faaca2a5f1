//! Factors: what a sensitivity analysis varies. A parameter of the model, or a lever of the scenario, between two values.
//!
//! Comes in: the catalogue and a scenario. Goes out: factors and their value at a share of the way from low to high (linear, also
//! where a range spans decades: the ranges of the catalogue do not say otherwise). How factors are asked for is in `over`, what
//! the scenario becomes under them in `variants`.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::parameter::{self, Basis, Parameter, Parameters};
use crate::scenario::Variation;
use crate::units::{Hours, Switches};

/// One thing that is varied.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Key of the parameter, or path of the lever as after `--set`.
    pub key: String,
    /// What it is.
    pub kind: Kind,
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// What the scenario says, hours for a duration; `None` where it says no number (a reply that never comes).
    pub default: Option<f64>,
}

/// What a factor is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A parameter of the catalogue.
    Parameter(&'static Parameter),
    /// A key of the scenario.
    Lever(Scale),
}

/// How a lever's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// A duration.
    Hours,
    /// A whole number; the nearest is taken.
    Whole,
    /// Any number.
    Number,
}

impl Factor {
    /// A parameter over its plausible range, under these defaults.
    ///
    /// # Panics
    /// When the parameters lack a row of the catalogue, which a test excludes.
    pub fn of_parameter(parameter: &'static Parameter, defaults: &Parameters) -> Factor {
        let default = defaults.get(&parameter.key).expect("parameters hold every row of the catalogue");
        let key = parameter.key.clone();
        Factor {
            key,
            kind: Kind::Parameter(parameter),
            low: parameter.low,
            high: parameter.high,
            default: Some(default),
        }
    }

    /// The value at a share of the way from low to high.
    pub fn at(&self, share: f64) -> f64 {
        self.rounded(self.low + share * (self.high - self.low))
    }

    /// The nearest value that the factor can have.
    pub(super) fn rounded(&self, value: f64) -> f64 {
        if self.kind == Kind::Lever(Scale::Whole) { value.round() } else { value }
    }

    /// Half of the way from low to high: the unit in which changes of different factors are compared.
    pub fn half_range(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// What it is measured in.
    pub fn unit(&self) -> &str {
        match self.kind {
            Kind::Parameter(parameter) => &parameter.unit,
            Kind::Lever(Scale::Hours) => "hours",
            Kind::Lever(Scale::Whole) => "count",
            Kind::Lever(Scale::Number) => "number",
        }
    }

    /// What its default rests on, in a word; a lever is the sender's choice.
    pub fn basis(&self) -> &'static str {
        match self.kind {
            Kind::Lever(_) => "lever",
            Kind::Parameter(parameter) => match parameter.basis {
                Basis::Fitted => "fitted",
                Basis::Claim => "claim",
                Basis::Literature => "literature",
                Basis::Assumption => "assumption",
            },
        }
    }

    /// A value as one reads it: a duration for hours, the shortest number otherwise.
    pub fn written(&self, value: f64) -> String {
        match self.kind {
            Kind::Lever(Scale::Hours) => Hours(value).to_string(),
            _ => value.to_string(),
        }
    }

    /// The variation with the key at a value, to the bit.
    pub(super) fn vary(&self, varied: Variation, value: f64) -> Variation {
        match self.kind {
            Kind::Lever(Scale::Hours) => varied.set(&self.key, format_args!("{value}h")),
            _ => varied.set(&self.key, value),
        }
    }
}

/// With the basis and the unit of a parameter in the place of its row of the catalogue.
impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Factor", 6)?;
        fields.serialize_field("key", &self.key)?;
        fields.serialize_field("basis", self.basis())?;
        fields.serialize_field("unit", self.unit())?;
        fields.serialize_field("low", &self.low)?;
        fields.serialize_field("high", &self.high)?;
        fields.serialize_field("default", &self.default)?;
        fields.end()
    }
}

/// Every parameter that is free in a scenario with these switches.
pub(super) fn candidates(defaults: &Parameters, switches: Switches) -> Vec<Factor> {
    let varied = parameter::catalogue().iter().filter(|row| row.is_free(switches));
    varied.map(|row| Factor::of_parameter(row, defaults)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mechanisms_that_are_off_have_no_candidates() {
        let keys = |switches| -> Vec<String> {
            candidates(&Parameters::best(), switches).into_iter().map(|factor| factor.key).collect()
        };
        let (off, on) = (keys(Switches::default()), keys(Switches { wear_in: true, ..Switches::default() }));
        assert!(!off.contains(&"wear_in".to_owned()) && on.contains(&"wear_in".to_owned()));
        assert_eq!(on.len(), off.len() + 1);
        assert!(!off.contains(&"cost_same".to_owned()), "the source leaves it no range");
    }

    /// With both of reply patience varied, the tie between them would be off in some looks and on in others.
    #[test]
    fn what_follows_another_or_only_defines_a_count_is_no_candidate() {
        let candidates = candidates(&Parameters::best(), Switches::default());
        let is_varied = |key: &str| candidates.iter().any(|factor| factor.key == key);
        assert!(is_varied("reply_patience_shape") && !is_varied("reply_patience_scale"));
        assert!(!is_varied("unwanted_below"), "it changes no behaviour");
    }
}
