//! `--parameters`: under which sets of parameters a study runs.

use std::path::Path;

use wearout_core::diagnostic::{Source, nearest};
use wearout_core::finding::{ParameterSource, is_shipped, shipped};

use super::Failure;
use super::inputs::{self, Unread};

/// What `--parameters` names: shipped parameters, or an ensemble file.
///
/// # Errors
/// When it is neither.
pub(super) fn asked(name: &str) -> Result<ParameterSource, Failure> {
    if is_shipped(name) {
        return Ok(ParameterSource::Named(name.to_owned()));
    }
    let text = inputs::text(Path::new(name), inputs::MOST_OF_A_TABLE).map_err(|cause| unknown(name, &cause))?;
    Ok(ParameterSource::Text(Source { name: name.to_owned(), text }))
}

fn unknown(name: &str, cause: &Unread) -> Failure {
    let help = inputs::beside(name).unwrap_or_else(|| match nearest(name, shipped()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("{}, or the path of an ensemble file (CSV)", shipped().join(", ")),
    });
    Failure::Unknown(format!("error: no parameters `{name}`: {cause}\n  = help: {help}"))
}
