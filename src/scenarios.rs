//! Scenario files: found by path or name, begun.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::folders::FileError;
use wearout_core::diagnostic::{Source, nearest};
use wearout_core::scenario::{self, CONTENTS, Draft, Input, SHIPPED};

use super::inputs::{self, Unread};
use super::{Failure, print};

/// What `wearout new` writes.
const TEMPLATE: &str = include_str!("new.toml");

/// Reads a scenario by path or shipped name.
pub(super) fn read(named: &str, overrides: &[String]) -> Result<Draft, Failure> {
    Ok(input(named, overrides)?.draft())
}

/// Finds a scenario by path or shipped name.
pub(super) fn input(named: &str, overrides: &[String]) -> Result<Input, Failure> {
    let path = Path::new(named);
    let shipped = if path.exists() { None } else { scenario::shipped(named) };
    let text = match shipped {
        Some(text) => text.to_owned(),
        None => {
            inputs::text(path, inputs::MOST_OF_A_SCENARIO).map_err(|cause| Failure::Unknown(unread(named, &cause)))?
        }
    };
    let source = Source { name: named.to_owned(), text };
    Ok(Input { name: inputs::stem(path)?, source, set: overrides.to_vec() })
}

/// Finds a scenario with contents by path or shipped name, with or without `contents/` before it.
pub(super) fn contents(named: &str, overrides: &[String]) -> Result<Input, Failure> {
    let shipped = format!("contents/{named}");
    let is_shipped = !Path::new(named).exists() && scenario::shipped(&shipped).is_some();
    input(if is_shipped { &shipped } else { named }, overrides)
}

fn unread(named: &str, cause: &Unread) -> String {
    if !matches!(cause, Unread::System(_)) {
        return format!(
            "error: `{named}` is not a scenario: {cause}\n  = help: a scenario is a TOML file; see `wearout new NAME`"
        );
    }
    let help = inputs::beside(named).or_else(|| meant(named)).unwrap_or_else(|| {
        let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        format!("a path, or one of {}", names.join(", "))
    });
    format!("error: no scenario `{named}`: {cause}\n  = help: {help}")
}

/// The shipped scenario that was perhaps meant.
fn meant(named: &str) -> Option<String> {
    let contents = CONTENTS.iter().flat_map(|(name, _)| [*name, name.trim_start_matches("contents/")]);
    let meant = nearest(named, SHIPPED.iter().map(|(name, _)| *name).chain(contents))?;
    Some(format!("did you mean the shipped scenario `{meant}`?"))
}

/// The text of a shipped scenario, of one with contents also without `contents/` before its name.
fn shipped(named: &str) -> Option<String> {
    let text = scenario::shipped(named).or_else(|| scenario::shipped(&format!("contents/{named}")))?;
    Some(text.to_owned())
}

/// `wearout new`, from the template or from a shipped scenario.
pub(super) fn new(name: &str, from: Option<&str>) -> Result<(), Failure> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let stem = Path::new(name).file_name().and_then(|stem| stem.to_str()).unwrap_or_default();
    let plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    if stem.is_empty() || !stem.chars().all(plain) {
        let help = "letters, digits, - and _";
        return Err(Failure::Unknown(format!("error: `{name}` can't name a scenario\n  = help: {help}")));
    }
    let text = match from {
        Some(from) => shipped(from).ok_or_else(|| {
            let help = meant(from).unwrap_or_else(|| "see `wearout list scenarios`".to_owned());
            Failure::Unknown(format!("error: no shipped scenario is called `{from}`\n  = help: {help}"))
        })?,
        None => TEMPLATE.replace("NAME", stem),
    };
    let path = PathBuf::from(format!("{name}.toml"));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => print(&format!("{}\nnext: wearout run {}\n", path.display(), path.display())),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
            Err(anyhow::anyhow!("{} exists and is not overwritten; choose another name", path.display()).into())
        }
        Err(cause) => Err(FileError { verb: "write", path, cause }.into()),
    }
}

#[cfg(test)]
mod tests {
    use wearout_core::plan;

    use super::*;

    #[test]
    fn the_template_is_a_scenario_without_faults() {
        let source = Source { name: "x.toml".into(), text: TEMPLATE.replace("NAME", "x") };
        let draft = scenario::parse("x", source, &[]);
        assert!(plan::compile(&draft, 1).is_ok(), "{:?}", draft.faults);
    }
}
