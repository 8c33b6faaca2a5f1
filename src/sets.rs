//! `--parameters`, `--sets` and `--replicates`: under which sets of parameters a run runs, and how often under each.

use std::path::Path;

use wearout_core::diagnostic::{Source, nearest};
use wearout_core::finding::{Asked, Sets, USUAL_SETS, is_shipped};
use wearout_core::parameter::{self, DEFAULT_FIT, Ensemble, Parameters, find_fit, fits, parse_ensemble};

use super::Failure;
use super::args::RunArgs;
use super::inputs::{self, Unread};

/// What `--parameters` calls the default fit.
const BEST: &str = "best";

/// The sets a run runs under.
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
    /// What the manifest says of them, after so many replicates.
    pub(super) fn recorded(&self, replicates: u64) -> Sets {
        Sets::of(&self.name, &self.fit, &self.sets, replicates)
    }
}

/// What `--parameters` names: shipped parameters, or an ensemble file.
///
/// # Errors
/// When it is neither.
pub(super) fn asked(name: &str) -> Result<Asked, Failure> {
    if is_shipped(name) {
        return Ok(Asked::Named(name.to_owned()));
    }
    let text = inputs::text(Path::new(name), inputs::MOST_OF_A_TABLE).map_err(|cause| unknown(name, &cause))?;
    Ok(Asked::Text(Source { name: name.to_owned(), text }))
}

/// The sets that were asked for.
///
/// # Errors
/// When there are none of that name, the file is at fault, or the numbers don't fit.
pub(super) fn choose(args: &RunArgs) -> Result<Chosen, Failure> {
    let Ensemble { name, fit, mut sets, .. } = named(&args.parameters)?;
    match (args.sets, sets.len()) {
        (Some(_), 1) => {
            return Err(usage(
                &format!("`{name}` is one set of parameters, and --sets chooses from many"),
                "leave --sets out, or name an ensemble: --parameters joint",
            ));
        }
        (Some(asked), available) if asked < 2 || asked as usize > available => {
            return Err(usage(
                &format!("--sets must be from 2 to the {available} sets of `{name}`, found {asked}"),
                "for one set: --parameters best",
            ));
        }
        (asked, _) => sets.truncate(asked.map_or(USUAL_SETS, |asked| asked as usize)),
    }
    Ok(Chosen { name, fit, sets })
}

/// So many of the shipped plausible sets, for a study over them.
///
/// # Errors
/// When there are not so many.
pub(super) fn plausible(asked: u32) -> Result<Vec<Parameters>, Failure> {
    let Ensemble { name, sets, .. } = parameter::plausible();
    if asked as usize > sets.len() {
        return Err(usage(
            &format!("--sets must be at most the {} sets of `{name}`, found {asked}", sets.len()),
            "leave it out for the usual number",
        ));
    }
    Ok(sets[..asked as usize].to_vec())
}

/// The ensemble of that name, a fit as an ensemble of one set, or an ensemble file.
///
/// # Errors
/// When there is none of that name, or its file is at fault.
pub(super) fn named(name: &str) -> Result<Ensemble, Failure> {
    let plausible = parameter::plausible();
    if name == plausible.name {
        return Ok(plausible.clone());
    }
    if let Some(fit) = find_fit(if name == BEST { DEFAULT_FIT } else { name }) {
        let (name, fit, sets) = (name.to_owned(), fit.name.clone(), vec![fit.parameters()]);
        return Ok(Ensemble { name, fit, keys: Vec::new(), sets });
    }
    let text = inputs::text(Path::new(name), inputs::MOST_OF_A_TABLE).map_err(|cause| unknown(name, &cause))?;
    let ensemble = parse_ensemble(Source { name: name.to_owned(), text }, &Parameters::best())?;
    Ok(Ensemble { name: name.to_owned(), ..ensemble })
}

fn unknown(name: &str, cause: &Unread) -> Failure {
    let names = || {
        let fits = fits().iter().map(|fit| fit.name.as_str());
        [parameter::plausible().name.as_str(), BEST].into_iter().chain(fits)
    };
    let help = inputs::beside(name).unwrap_or_else(|| match nearest(name, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("{}, or the path of an ensemble file (CSV)", names().collect::<Vec<_>>().join(", ")),
    });
    Failure::Unknown(format!("error: no parameters `{name}`: {cause}\n  = help: {help}"))
}

pub(super) fn usage(message: &str, help: &str) -> Failure {
    Failure::Usage(format!("error: {message}\n  = help: {help}"))
}
