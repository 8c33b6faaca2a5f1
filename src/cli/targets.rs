//! Lists of targets: found by path or name, read together with the files they name.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use super::args::CalibrateArgs;
use crate::diagnostic::{Source, nearest};
use crate::scenario::{self, DESIGNS, SHIPPED};
use crate::study::calibrate::Method;
use crate::targets::{self, Missing, OwnFigures, Targets};

/// Targets and every text they were read from.
pub(super) struct Read {
    pub(super) targets: Targets,
    /// Name and text: the list first, then what it names, in order.
    pub(super) inputs: Vec<Source>,
}

/// Reads the list that was asked for.
pub(super) fn read(args: &CalibrateArgs) -> Result<Read, Failure> {
    let path = Path::new(&args.targets);
    let source = Source { name: args.targets.clone(), text: text(&args.targets)? };
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let fetched = RefCell::new(Vec::new());
    let find = |named: &str| {
        let source = find(&folder, named)?;
        fetched.borrow_mut().push(source.clone());
        Ok(source)
    };
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or(&args.targets);
    let tuned = &args.parameters_tuned;
    let mut found = match (&args.columns, &args.scenario) {
        (Some(columns), Some(scenario)) => {
            let (scenario, plan, columns) = (scenario.clone(), args.plan.clone(), columns.clone());
            let own = OwnFigures { scenario, plan, columns, list: args.list };
            targets::parse_figures(name, source.clone(), &own, tuned, &find)
        }
        _ => targets::parse(name, source.clone(), tuned, &find),
    }?;
    if args.fit_held_out {
        found.targets.iter_mut().for_each(|target| target.held_out = false);
    }
    if found.targets.iter().all(|target| target.held_out) {
        let help = "held_out = false for what is to be fitted, or --fit-held-out";
        return Err(Failure::Unknown(format!(
            "error: every target of `{}` is held out\n  = help: {help}",
            args.targets
        )));
    }
    if args.method != Method::Plausible {
        found.without_plausible_only();
    }
    let inputs = std::iter::once(source).chain(fetched.into_inner()).collect();
    Ok(Read { targets: found, inputs })
}

fn text(named: &str) -> Result<String, Failure> {
    let path = Path::new(named);
    if !path.exists()
        && let Some(text) = targets::shipped(named)
    {
        return Ok(text.to_owned());
    }
    let names = || targets::SHIPPED.iter().map(|(name, _)| *name);
    let bytes = fs::read(path).map_err(|cause| {
        let help = match nearest(named, names()) {
            Some(meant) => format!("did you mean the shipped list `{meant}`?"),
            None => format!("a path, or {}", names().collect::<Vec<_>>().join(", ")),
        };
        Failure::Unknown(format!("error: no targets `{named}`: {cause}\n  = help: {help}"))
    })?;
    String::from_utf8(bytes).map_err(|_| {
        let help = "targets are a TOML or CSV file; save it as UTF-8";
        Failure::Unknown(format!("error: `{named}` is not UTF-8 text\n  = help: {help}"))
    })
}

/// A file beside the list, or a shipped scenario.
fn find(folder: &Path, named: &str) -> Result<Source, Missing> {
    let path: PathBuf = folder.join(named);
    if !path.exists()
        && let Some(text) = scenario::shipped(named)
    {
        return Ok(Source { name: named.to_owned(), text: text.to_owned() });
    }
    let name = path.display().to_string();
    let bytes = fs::read(&path).map_err(|cause| {
        let names = SHIPPED.iter().chain(DESIGNS).map(|(name, _)| *name);
        let help = match nearest(named, names) {
            Some(meant) => format!("did you mean the shipped scenario `{meant}`?"),
            None => {
                "a path as seen from the list of targets, or a shipped scenario (`wearout list scenarios`)".to_owned()
            }
        };
        Missing { why: format!("{name}: {cause}"), help }
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Missing { why: "it is not UTF-8 text".to_owned(), help: "save it as UTF-8".to_owned() })?;
    Ok(Source { name, text })
}
