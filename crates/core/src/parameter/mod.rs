//! The model's numbers as data: `parameters.toml` beside this file holds each one's value, unit, range, meaning and source.
//!
//! Comes in: the embedded catalogue. Goes out: [`CATALOGUE`](catalogue) rows for reading and a [`Parameters`] struct for
//! computing. What a number does is not here: see `population`, `behaviour` and `platform`. Values that were fitted stand in the
//! files of `fits/`, plausible sets in those of `ensembles/`.

mod ensemble;
mod fit;

use std::sync::LazyLock;

use serde::Deserialize;

pub use ensemble::{Ensemble, parse as parse_ensemble, plausible};
pub use fit::{DEFAULT_FIT, Fit, MODEL, find_fit, fits};

use crate::units::{Mechanisms, Switches};

/// Where a default comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Fitted jointly to figures of the article and of field studies.
    Fitted,
    /// A figure of the article, taken over.
    Claim,
    /// Published by others, named in `meaning`.
    Literature,
    /// Ours, without a source.
    Assumption,
}

/// One row of the catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Name in code, scenarios and files.
    pub key: String,
    /// Default; of a fitted parameter, the value of the default fit.
    #[serde(default)]
    pub value: f64,
    /// Unit; `probability` and `share` admit 0 to 1, those that begin with `logit` or `log` -1000 to 1000, everything else 0 to a million.
    pub unit: String,
    /// Lower end of what is plausible.
    pub low: f64,
    /// Upper end of what is plausible.
    pub high: f64,
    /// Smallest and largest value that can be computed with, where the unit does not say it.
    pub domain: Option<[f64; 2]>,
    /// What it is and does.
    pub meaning: String,
    /// Ids of the claims and findings it rests on.
    pub evidence: Vec<String>,
    /// Where the default comes from.
    pub basis: Basis,
}

/// Largest logit or logarithm: far beyond where e^x is as good as 0 or without end.
const STEEPEST: f64 = 1000.0;

/// Largest number of any other unit: no figure computed with it comes near the largest single-precision number.
const MOST: f64 = 1e6;

/// A threshold of a definition: to move it would move what is counted, not what happens.
const DEFINITION: &str = "unwanted_below";

/// The scale of reply patience follows its shape, so that the share who give up within 2 h stays (claim `giveup-2h`; see
/// [`Parameters::with`]).
const TIED: &str = "reply_patience_scale";

impl Parameter {
    /// Whether it moves where nobody names what moves: it has a plausible range, a scenario with these switches reads it, it is no
    /// threshold of a definition, and no other parameter determines it.
    pub fn is_free(&self, switches: Switches) -> bool {
        self.low < self.high && self.is_read(switches) && self.key != DEFINITION && self.key != TIED
    }

    /// Whether a scenario with these switches reads it: parameters of optional mechanisms are read only where those are on. What the
    /// switches leave unsaid is off: see [`Switches::under`].
    pub fn is_read(&self, switches: Switches) -> bool {
        match self.key.as_str() {
            "need_rate" | "need_days" | "click_given_need" | "purchase_given_need" => switches.needs == Some(true),
            "repeat_memory_days" => switches.repeat_memory,
            "contagion_factor" | "contagion_days" => switches.contagion,
            "wear_in" => switches.wear_in,
            "expectation_learning" => switches.expectation_learning,
            _ => true,
        }
    }

    /// The values that make sense at all, as opposed to plausible ones.
    pub fn domain(&self) -> (f64, f64) {
        if let Some([least, most]) = self.domain {
            (least, most)
        } else if self.unit.starts_with("logit") || self.unit.starts_with("log") {
            (-STEEPEST, STEEPEST)
        } else if self.unit == "probability" || self.unit == "share" {
            (0.0, 1.0)
        } else {
            (0.0, MOST)
        }
    }
}

#[derive(Deserialize)]
struct File {
    parameter: Vec<Parameter>,
}

static CATALOGUE: LazyLock<Vec<Parameter>> = LazyLock::new(|| {
    let mut file: File = toml::from_str(include_str!("parameters.toml")).expect("a test parses the embedded catalogue");
    let fit = find_fit(DEFAULT_FIT).expect("the default fit is embedded");
    for parameter in file.parameter.iter_mut().filter(|parameter| parameter.basis == Basis::Fitted) {
        parameter.value = *fit.values.get(&parameter.key).expect("a fit sets every fitted parameter");
    }
    file.parameter
});

/// Every parameter, in the order of the file.
pub fn catalogue() -> &'static [Parameter] {
    &CATALOGUE
}

/// The row of that key.
pub fn find(key: &str) -> Option<&'static Parameter> {
    catalogue().iter().find(|parameter| parameter.key == key)
}

impl Parameters {
    /// These parameters with other values for some. Where the shape of reply patience is among them and its scale is not, the scale
    /// follows, so that as many askers as before have given up after 2 h (claim `giveup-2h`).
    ///
    /// # Panics
    /// When a key names no parameter.
    #[must_use]
    pub fn with<'a>(&self, values: impl IntoIterator<Item = (&'a str, f64)>) -> Parameters {
        let mut changed = *self;
        let (mut shape, mut scale) = (false, false);
        for (key, value) in values {
            assert!(changed.set(key, value), "`{key}` is not a parameter");
            shape |= key == "reply_patience_shape";
            scale |= key == "reply_patience_scale";
        }
        if shape && !scale {
            // -ln P(W > 2 h).
            let hazard = libm::pow(2.0 / self.reply_patience_scale, self.reply_patience_shape);
            changed.reply_patience_scale = 2.0 / libm::pow(hazard, 1.0 / changed.reply_patience_shape);
        }
        changed
    }
}

macro_rules! parameters {
    ($($field:ident)*) => {
        /// One value for every parameter; meaning, unit and source of each are in the catalogue under the same name.
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[expect(missing_docs, reason = "documented in parameters.toml, one row a field")]
        pub struct Parameters {
            $(pub $field: f64,)*
            /// What they were fitted with.
            pub mechanisms: Mechanisms,
        }

        impl Parameters {
            /// Names of all fields.
            pub const KEYS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// The defaults: the best fit and the fixed inputs of the catalogue.
            ///
            /// # Panics
            /// When the catalogue lacks a field, which a test excludes.
            pub fn best() -> Parameters {
                let value = |key: &str| find(key).unwrap_or_else(|| panic!("`{key}` is not in parameters.toml")).value;
                let mechanisms = find_fit(DEFAULT_FIT).expect("the default fit is embedded").mechanisms;
                Parameters { $($field: value(stringify!($field)),)* mechanisms }
            }

            /// The value of a parameter by name.
            pub fn get(&self, key: &str) -> Option<f64> {
                match key { $(stringify!($field) => Some(self.$field),)* _ => None }
            }

            /// Sets a parameter by name; false when there is none of that name.
            pub fn set(&mut self, key: &str, value: f64) -> bool {
                match key { $(stringify!($field) => self.$field = value,)* _ => return false }
                true
            }
        }
    };
}

parameters! {
    presence_mean presence_concentration mute_visit fit_concentration patience_mean patience_shape frailty_variance
    cold_expectation visit_from_hour visit_to_hour
    read_base read_per_expectation read_per_fatigue fatigue_half_life
    value_reminder value_preview value_testimonial useful_value attention_wear wear_elasticity
    dwell_base dwell_per_value dwell_wear unwanted_below
    need_rate need_days click_given_need purchase_given_need
    click_given_read purchase_given_click interaction_base interaction_slope
    irritation_base irritation_slope irritation_per_fatigue distrust_base trust_protection over_patience_hazard
    mute_share block_share block_when_over_patience report_given_block
    broken_link_factor unlabelled_factor everyone_factor gift_factor
    question_rate question_fit_scale voice_per_trust reply_patience_shape reply_patience_scale own_reply_weight
    service_step purchase_given_answer
    trust_at_entry trust_drift privacy_trust_cut privacy_hazard
    leaks_ignored leaks_kept leak_exit privacy_complaints_ignored privacy_complaints_kept
    repurchase_base outcome_per_trust complaint_base recommend_base recommend_per_trust
    enforce_prob
    cost_same cost_rotated compliance_ignored compliance_kept joiners_per_exit
    repeat_memory_days contagion_factor contagion_days wear_in expectation_learning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_holds_every_parameter_once() {
        let best = Parameters::best();
        assert_eq!(catalogue().len(), Parameters::KEYS.len());
        for key in Parameters::KEYS {
            assert_eq!(best.get(key), find(key).map(|parameter| parameter.value), "{key}");
        }
    }

    /// Reads are counted to 4,000 seconds.
    #[test]
    fn no_read_takes_longer_than_is_counted() {
        let longest = |key| find(key).unwrap().domain().1;
        assert!(longest("dwell_wear") <= 1.0);
        assert!(longest("dwell_base") + longest("dwell_per_value") <= 4000.0);
    }

    /// With an end that is infinite, a figure could be no number.
    #[test]
    fn every_parameter_has_a_least_and_a_largest_value() {
        for parameter in catalogue() {
            let (least, most) = parameter.domain();
            assert!(least.is_finite() && most.is_finite(), "{}: {least} to {most}", parameter.key);
        }
    }

    #[test]
    fn the_share_who_give_up_within_two_hours_stays_whatever_the_shape() {
        let best = Parameters::best();
        let gone = |p: Parameters| 1.0 - libm::exp(-libm::pow(2.0 / p.reply_patience_scale, p.reply_patience_shape));
        let steeper = best.with([("reply_patience_shape", 1.0)]);
        assert!((gone(steeper) - gone(best)).abs() < 1e-12);
        let both = best.with([("reply_patience_scale", 3.5), ("reply_patience_shape", 1.0)]);
        assert_eq!((both.reply_patience_scale, both.reply_patience_shape), (3.5, 1.0));
    }

    #[test]
    fn what_is_tied_defines_a_count_or_has_no_range_is_not_free() {
        let is_free = |key: &str, switches| find(key).unwrap().is_free(switches);
        let off = Switches::default();
        for key in ["reply_patience_scale", "unwanted_below", "cost_same", "wear_in"] {
            assert!(!is_free(key, off), "{key}");
        }
        assert!(is_free("reply_patience_shape", off) && is_free("wear_in", Switches { wear_in: true, ..off }));
    }

    #[test]
    fn only_fitted_values_stand_elsewhere() {
        let file: toml::Table = include_str!("parameters.toml").parse().unwrap();
        for row in file["parameter"].as_array().unwrap() {
            assert_eq!(row.get("value").is_none(), row["basis"].as_str() == Some("fitted"), "{}", row["key"]);
        }
    }

    #[test]
    fn every_default_lies_in_its_range_and_names_its_basis() {
        for parameter in catalogue() {
            let (low, high) = parameter.domain();
            assert!(parameter.low <= parameter.value && parameter.value <= parameter.high, "{}", parameter.key);
            assert!(low <= parameter.low && parameter.high <= high, "{}", parameter.key);
            assert!(!parameter.meaning.is_empty(), "{}", parameter.key);
            let sourced =
                !parameter.evidence.is_empty() || matches!(parameter.basis, Basis::Assumption | Basis::Literature);
            assert!(sourced, "{} names no claim and is not called an assumption", parameter.key);
        }
    }
}
