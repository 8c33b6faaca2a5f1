//! `--parameters` and `--sets`: under which sets of parameters a study runs.

use std::path::Path;

use wearout_core::diagnostic::{Source, nearest};
use wearout_core::finding::{Asked, is_shipped, shipped};
use wearout_core::parameter::{self, Ensemble, Parameters};

use super::Failure;
use super::inputs::{self, Unread};

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

fn unknown(name: &str, cause: &Unread) -> Failure {
    let help = inputs::beside(name).unwrap_or_else(|| match nearest(name, shipped()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("{}, or the path of an ensemble file (CSV)", shipped().join(", ")),
    });
    Failure::Unknown(format!("error: no parameters `{name}`: {cause}\n  = help: {help}"))
}

fn usage(message: &str, help: &str) -> Failure {
    Failure::Usage(format!("error: {message}\n  = help: {help}"))
}
