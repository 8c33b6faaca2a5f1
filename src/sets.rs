//! `--parameters`, `--sets` and `--replicates`: under which sets of parameters a run runs, and how often under each.

use std::path::Path;

use wearout_core::diagnostic::{Source, nearest};
use wearout_core::parameter::{self, DEFAULT_FIT, Ensemble, Parameters, find_fit, fits, parse_ensemble};
use wearout_core::study::{FEWEST_PER_SET, Target};
use wearout_show::manifest::Sets;

use super::Failure;
use super::args::RunArgs;
use super::inputs::{self, Unread};

/// What `--parameters` calls the default fit.
const BEST: &str = "best";

/// Sets of an ensemble that are used unless told otherwise: with two replicates each, as many campaigns as under one set.
pub(super) const USUAL_SETS: usize = 200;

/// Replicates under one set of parameters unless told otherwise.
const USUAL_REPLICATES: u32 = 400;

/// The most replicates of a run, whose numbers have 24 bits.
const MOST_REPLICATES: u64 = 16_000_000;

/// The sets a run runs under.
#[derive(Debug)]
pub(super) struct Chosen {
    /// What was asked for.
    name: String,
    /// The fit they stand for.
    fit: String,
    /// The sets, in order.
    pub(super) sets: Vec<Parameters>,
    /// When to stop.
    pub(super) target: Target,
}

impl Chosen {
    /// What the manifest says of them, after so many replicates.
    pub(super) fn recorded(&self, replicates: u64) -> Sets {
        Sets::of(&self.name, &self.fit, &self.sets, replicates)
    }
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
    let target = target(args, sets.len() as u32)?;
    Ok(Chosen { name, fit, sets, target })
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

fn target(args: &RunArgs, n_sets: u32) -> Result<Target, Failure> {
    let least = FEWEST_PER_SET * n_sets;
    match (args.precision, args.replicates) {
        (Some(half_width), _) if n_sets == 1 || args.max_replicates >= least => {
            Ok(Target::Precision { half_width, most: args.max_replicates })
        }
        (Some(_), _) => Err(usage(
            &format!("--max-replicates must be at least {least} for {n_sets} sets, found {}", args.max_replicates),
            "it counts those of all sets together, and each set needs two; or ask for fewer --sets",
        )),
        (None, replicates) if n_sets == 1 => Ok(Target::Replicates(replicates.unwrap_or(USUAL_REPLICATES))),
        (None, Some(replicates)) if replicates < FEWEST_PER_SET => Err(usage(
            &format!("--replicates must be at least {FEWEST_PER_SET} under each of {n_sets} sets, found {replicates}"),
            "from one alone chance can't be told from parameters; for one set: --parameters best",
        )),
        (None, replicates) => {
            let all = u64::from(n_sets) * u64::from(replicates.unwrap_or(FEWEST_PER_SET));
            if all > MOST_REPLICATES {
                return Err(usage(
                    &format!(
                        "{n_sets} sets with {} replicates each are {all} replicates, at most {MOST_REPLICATES}",
                        all / u64::from(n_sets)
                    ),
                    "ask for fewer --replicates: they are those under each set",
                ));
            }
            Ok(Target::Replicates(all as u32))
        }
    }
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
