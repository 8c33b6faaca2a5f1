//! Under which sets of parameters a job runs, and how often under each.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{Sets, within};
use crate::diagnostic::{Faults, Source, nearest};
use crate::parameter::{self, DEFAULT_FIT, Ensemble, Parameters, find_fit, fits, parse_ensemble};
use crate::plan::{self, Experiment};
use crate::scenario::Draft;
use crate::study::{FEWEST_PER_SET, Observer, Stage, Target, under_each};

/// What the default fit is called beside its name.
const BEST: &str = "best";

/// Sets of an ensemble that are used unless told otherwise: with two replicates each, as many campaigns as under one set.
pub const USUAL_SETS: usize = 200;

/// Replicates under one set of parameters unless told otherwise.
const USUAL_REPLICATES: u32 = 400;

/// The most replicates of a run, whose numbers have 24 bits.
const MOST_REPLICATES: u64 = 16_000_000;

/// Replicates that can be asked for.
pub const REPLICATES: RangeInclusive<u32> = 1..=MOST_REPLICATES as u32;

/// Where sets of parameters come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterSource {
    /// The shipped ensemble, or a fit, by name.
    Named(String),
    /// An ensemble in a text, such as that of a file.
    Text(Source),
}

/// Whether there are shipped parameters of that name.
pub fn is_shipped(name: &str) -> bool {
    name == parameter::plausible().name || name == BEST || find_fit(name).is_some()
}

/// Names of all shipped parameters: the ensemble and the fits.
pub fn shipped() -> Vec<&'static str> {
    let fits = fits().iter().map(|fit| fit.name.as_str());
    [parameter::plausible().name.as_str(), BEST].into_iter().chain(fits).collect()
}

impl ParameterSource {
    /// The ensemble asked for; a fit as one of a single set.
    ///
    /// # Errors
    /// When there is none of that name, or its text is at fault.
    pub(super) fn ensemble(&self) -> Result<Ensemble, Faults> {
        let plausible = parameter::plausible();
        match self {
            ParameterSource::Named(name) if *name == plausible.name => Ok(plausible.clone()),
            ParameterSource::Named(name) => {
                let fit = find_fit(if name == BEST { DEFAULT_FIT } else { name }).ok_or_else(|| {
                    let help = match nearest(name, shipped()) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => shipped().join(", "),
                    };
                    Faults::of_job(&format!("no parameters `{name}`"), &help)
                })?;
                let (name, fit, sets) = (name.clone(), fit.name.clone(), vec![fit.parameters()]);
                Ok(Ensemble { name, fit, keys: Vec::new(), sets })
            }
            ParameterSource::Text(source) => {
                let ensemble = parse_ensemble(source.clone(), &Parameters::best())?;
                Ok(Ensemble { name: source.name.clone(), ..ensemble })
            }
        }
    }
}

/// What is wrong with the number of plausible sets asked for, and what to do; `None` where there are so many.
pub(super) fn too_many_sets(n_sets: u32) -> Option<(String, String)> {
    let Ensemble { name, sets, .. } = parameter::plausible();
    (n_sets as usize > sets.len()).then(|| {
        let message = format!("--sets must be at most the {} sets of `{name}`, found {n_sets}", sets.len());
        (message, "leave it out for the usual number".to_owned())
    })
}

/// The sets a job runs under.
#[derive(Debug)]
pub(super) struct Chosen {
    /// What was asked for.
    name: String,
    /// The fit they stand for.
    fit: String,
    /// The sets, in order.
    pub(super) sets: Vec<Parameters>,
}

impl Chosen {
    /// So many of these sets, or as many as are usual.
    ///
    /// # Errors
    /// When there are none, or not so many.
    pub(super) fn of(asked: &ParameterSource, n_sets: Option<u32>) -> Result<Chosen, Faults> {
        let Ensemble { name, fit, mut sets, .. } = asked.ensemble()?;
        match (n_sets, sets.len()) {
            (Some(_), 1) => {
                return Err(Faults::of_job(
                    &format!("`{name}` is one set of parameters, and --sets chooses from many"),
                    "leave --sets out, or name an ensemble: --parameters joint",
                ));
            }
            (Some(n), available) if n < 2 || n as usize > available => {
                return Err(Faults::of_job(
                    &format!("--sets must be from 2 to the {available} sets of `{name}`, found {n}"),
                    "for one set: --parameters best",
                ));
            }
            (n, _) => sets.truncate(n.map_or(USUAL_SETS, |n| n as usize)),
        }
        Ok(Chosen { name, fit, sets })
    }

    /// What is recorded of them, after so many replicates.
    pub(super) fn recorded(&self, replicates: u64) -> Sets {
        Sets::of(&self.name, &self.fit, &self.sets, replicates)
    }

    /// The scenario under each set, the first compiled alone: its tables serve the others.
    ///
    /// # Errors
    /// Every fault of the scenario.
    pub(super) fn compiled(
        &self,
        draft: &Draft,
        seed: u64,
        observer: &dyn Observer,
    ) -> Result<Vec<Experiment>, Faults> {
        observer.begins(Stage::Compiling { sets: self.sets.len() });
        let (first, others) = self.sets.split_first().expect("an ensemble holds a set");
        let first = plan::compile_under(draft, seed, first, &[])?;
        let others = under_each(draft, seed, others, &first)?;
        Ok(std::iter::once(first).chain(others).collect())
    }
}

/// When to stop, of so many replicates under each of so many sets, or of a precision.
///
/// # Errors
/// When the numbers do not go together.
pub(super) fn target(
    n_sets: u32,
    replicates: Option<u32>,
    (precision, max_replicates): (Option<f64>, u32),
) -> Result<Target, Faults> {
    within(&[
        ("--replicates", replicates.unwrap_or(USUAL_REPLICATES), REPLICATES),
        ("--max-replicates", max_replicates, REPLICATES),
    ])?;
    let least = FEWEST_PER_SET * n_sets;
    match (precision, replicates) {
        (Some(half_width), _) if n_sets == 1 || max_replicates >= least => {
            Ok(Target::Precision { half_width, most: max_replicates })
        }
        (Some(_), _) => Err(Faults::of_job(
            &format!("--max-replicates must be at least {least} for {n_sets} sets, found {max_replicates}"),
            "it counts those of all sets together, and each set needs two; or ask for fewer --sets",
        )),
        (None, replicates) if n_sets == 1 => Ok(Target::Replicates(replicates.unwrap_or(USUAL_REPLICATES))),
        (None, Some(replicates)) if replicates < FEWEST_PER_SET => Err(Faults::of_job(
            &format!("--replicates must be at least {FEWEST_PER_SET} under each of {n_sets} sets, found {replicates}"),
            "one replicate cannot separate chance from parameters; for one set: --parameters best",
        )),
        (None, replicates) => {
            let each = replicates.unwrap_or(FEWEST_PER_SET);
            let all = u64::from(n_sets) * u64::from(each);
            if all > MOST_REPLICATES {
                return Err(Faults::of_job(
                    &format!(
                        "{n_sets} sets with {each} replicates each are {all} replicates, at most {MOST_REPLICATES}"
                    ),
                    "ask for fewer --replicates: they are those under each set",
                ));
            }
            Ok(Target::Replicates(all as u32))
        }
    }
}
