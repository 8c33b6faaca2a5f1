//! Lists of targets: found by path or name, read together with the files they name.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use wearout_core::diagnostic::{Source, nearest, plain};
use wearout_core::scenario::{self, DESIGNS, PATTERNS, SHIPPED};
use wearout_core::study::calibrate::Method;
use wearout_core::targets::{self, Missing, OwnFigures, Targets};

use super::Failure;
use super::args::CalibrateArgs;
use super::inputs::{self, Unread};

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
    let name = &inputs::stem(path)?;
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
    inputs::text(path, inputs::MOST_OF_A_TABLE).map_err(|cause| {
        let help = match (&cause, nearest(named, names())) {
            (Unread::NotText(_) | Unread::TooLong(_), _) => "targets are a TOML or CSV file in UTF-8".to_owned(),
            (Unread::System(_), _) if inputs::beside(named).is_some() => inputs::beside(named).unwrap_or_default(),
            (Unread::System(_), Some(meant)) => format!("did you mean the shipped list `{meant}`?"),
            (Unread::System(_), None) => format!("a path, or {}", names().collect::<Vec<_>>().join(", ")),
        };
        Failure::Unknown(format!("error: no targets `{named}`: {cause}\n  = help: {help}"))
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
    // A sender's own figures are found here too.
    let text = inputs::text(&path, inputs::MOST_OF_A_TABLE).map_err(|cause| {
        let names = SHIPPED.iter().chain(DESIGNS).chain(PATTERNS).map(|(name, _)| *name);
        let help = match (&cause, nearest(named, names)) {
            (Unread::NotText(_), _) => "save it as UTF-8".to_owned(),
            (_, Some(meant)) => format!("did you mean the shipped scenario `{meant}`?"),
            (_, None) => {
                "a path as seen from the list of targets, or a shipped scenario (`wearout list scenarios`)".to_owned()
            }
        };
        Missing { why: format!("{}: {cause}", plain(&name)), help }
    })?;
    Ok(Source { name, text })
}
