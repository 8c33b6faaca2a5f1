//! Named fits: values of the fitted parameters, each set with what it was fitted to. The catalogue's defaults are one of them.
//!
//! Comes in: the embedded files of `fits/`. Goes out: [`Fit`]s by name. How a fit is made is not here: see `study`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Parameters;
use crate::units::Mechanisms;

/// Version of the model's formulas and parameters: sets of values hold for one version only. It changes with any formula or with
/// the list of parameters.
pub const MODEL: &str = "wearout-model/2";

/// The fit whose values are the defaults.
pub const DEFAULT_FIT: &str = "prediction";

/// A set of fitted values and where it comes from.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    /// What it is called.
    pub name: String,
    /// What it is for, a sentence.
    pub title: String,
    /// Version of the model it holds for.
    pub model: String,
    /// What it was fitted to.
    pub fitted_to: String,
    /// How it was found: the method, its seed and the simulations spent.
    pub method: String,
    /// What it was fitted with.
    pub mechanisms: Mechanisms,
    /// Value of each parameter it sets; the others have the catalogue's.
    pub values: BTreeMap<String, f64>,
}

impl Fit {
    /// Every parameter under this fit.
    ///
    /// # Panics
    /// When it sets what is no parameter, which a test excludes.
    pub fn parameters(&self) -> Parameters {
        let values = self.values.iter().map(|(key, value)| (key.as_str(), *value));
        Parameters { mechanisms: self.mechanisms, ..Parameters::best() }.with(values)
    }
}

static FITS: LazyLock<Vec<Fit>> = LazyLock::new(|| {
    [
        include_str!("fits/prediction.toml"),
        include_str!("fits/feasibility.toml"),
        include_str!("fits/reference.toml"),
        include_str!("fits/article-only.toml"),
    ]
    .map(|text| toml::from_str(text).expect("a test parses every embedded fit"))
    .into()
});

/// Every fit, the default first.
pub fn fits() -> &'static [Fit] {
    &FITS
}

/// The fit of that name.
pub fn find_fit(name: &str) -> Option<&'static Fit> {
    fits().iter().find(|fit| fit.name == name)
}

#[cfg(test)]
mod tests {
    use super::super::{Basis, catalogue, find};
    use super::*;
    use crate::units::Switches;

    #[test]
    fn every_fit_sets_every_fitted_parameter_within_what_can_be_computed() {
        for fit in fits() {
            assert_eq!(fit.model, MODEL, "{}", fit.name);
            for (key, value) in &fit.values {
                let (low, high) = find(key).unwrap().domain();
                assert!(low <= *value && *value <= high, "{}: {key} = {value}", fit.name);
            }
            let on = Switches::default().under(fit.mechanisms);
            for parameter in catalogue().iter().filter(|row| row.basis == Basis::Fitted && row.is_read(on)) {
                assert!(fit.values.contains_key(&parameter.key), "{} does not set {}", fit.name, parameter.key);
            }
        }
    }

    #[test]
    fn the_defaults_are_the_default_fit() {
        assert_eq!(fits()[0].name, DEFAULT_FIT);
        assert_eq!(find_fit(DEFAULT_FIT).unwrap().parameters(), Parameters::best());
    }
}
