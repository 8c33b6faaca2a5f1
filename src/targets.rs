//! Lists of targets: found by path or name, read together with the files they name.

use std::path::{Path, PathBuf};

use wearout_core::diagnostic::{Source, nearest, plain};
use wearout_core::finding::{CalibrateJob, CalibrateOptions};
use wearout_core::scenario::{self, DESIGNS, PATTERNS, SHIPPED};
use wearout_core::targets::{self, Missing, OwnFigures};

use super::Failure;
use super::args::CalibrateArgs;
use super::inputs::{self, Unread};

/// The calibration that was asked for, with its list of targets and every file that the list names.
pub(super) fn job(args: &CalibrateArgs) -> Result<CalibrateJob, Failure> {
    let path = Path::new(&args.targets);
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let own = args.columns.clone().zip(args.scenario.clone()).map(|(columns, scenario)| {
        let (plan, list) = (args.plan.clone(), args.list);
        OwnFigures { scenario, plan, columns, list }
    });
    let job = CalibrateJob {
        list: Source { name: args.targets.clone(), text: text(&args.targets)? },
        name: inputs::stem(path)?,
        files: Vec::new(),
        seed: args.common.seed,
        options: CalibrateOptions {
            method: args.method,
            replicates: args.replicates,
            simulations: args.simulations,
            points: args.particles,
            tuned: args.parameters_tuned.clone(),
            fits_held_out: args.fit_held_out,
            own,
        },
        from: None,
    };
    Ok(job.with_files(&|named| find(&folder, named))?)
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
