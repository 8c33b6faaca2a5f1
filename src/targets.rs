//! Lists of targets: found by path or name, read together with the files they name.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use wearout_core::diagnostic::{Source, nearest, plain};
use wearout_core::finding::{CalibrateJob, CalibrateOptions};
use wearout_core::scenario::{self, DESIGNS, PATTERNS, SHIPPED};
use wearout_core::study::calibrate::Method;
use wearout_core::targets::{self, Missing, OwnFigures};

use super::Failure;
use super::common::{Common, whole};
use super::inputs::{self, Unread};

/// Arguments of `calibrate`.
#[derive(Debug, Args)]
pub(super) struct CalibrateArgs {
    /// A list of targets (TOML or CSV), a CSV of your own figures with --columns, or a shipped list: joint
    pub(super) targets: String,
    /// What to look for: the best fit, a posterior of up to eight quantities, or every plausible set
    #[arg(long, default_value = "best", value_parser = method)]
    pub(super) method: Method,
    /// Points to simulate at the most [default: 4,000 best, 40,000 posterior, 8,000 plausible]
    #[arg(long, value_parser = whole::<u64>(1..=1_000_000_000))]
    pub(super) simulations: Option<u64>,
    /// Stop after the generation in which this time is reached: 90s, 5m, 1h30m
    #[arg(long, value_name = "TIME", value_parser = duration, allow_hyphen_values = true)]
    pub(super) time_limit: Option<Duration>,
    /// Replicates of every plan at each point
    #[arg(long, default_value_t = 4, value_parser = whole::<u32>(1..=100_000))]
    pub(super) replicates: u32,
    /// Points of a generation (best), of the sample (posterior), or plausible sets wanted [default: the method's own]
    #[arg(long, value_parser = particles)]
    pub(super) particles: Option<usize>,
    /// Parameters that move, instead of those that the list names (separated by commas)
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    pub(super) parameters_tuned: Vec<String>,
    /// Fit the targets that are held out, too
    #[arg(long)]
    pub(super) fit_held_out: bool,
    /// Which column of your own figures holds what: period=week,sent=mails,opened=opens
    #[arg(long, value_name = "ROLE=HEADING,...", requires = "scenario")]
    pub(super) columns: Option<String>,
    /// Scenario that replays your own figures, as seen from their file, or a shipped one
    #[arg(long, requires = "columns")]
    pub(super) scenario: Option<String>,
    /// Its plan, where it has several
    #[arg(long, requires = "columns")]
    pub(super) plan: Option<String>,
    /// Members of your list on the first day
    #[arg(long, requires = "columns", value_parser = whole::<u64>(1..=u64::MAX))]
    pub(super) list: Option<u64>,
    /// Start anew instead of resuming an earlier run of the same command
    #[arg(long)]
    pub(super) fresh: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

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

fn method(word: &str) -> Result<Method, String> {
    match word {
        "best" => Ok(Method::Best),
        "posterior" => Ok(Method::Posterior),
        "plausible" => Ok(Method::Plausible),
        _ => Err("one of best, posterior, plausible".into()),
    }
}

/// Fewer than four points show no direction.
fn particles(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(particles @ 4..=1_000_000) => Ok(particles),
        _ => Err("a whole number from 4 to 1000000".into()),
    }
}

/// A time limit as typed: `90s`, `5m`, `1h30m`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "a time above 0, such as 90s, 5m or 1h30m".to_owned();
    let mut seconds = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = rest[end..].chars().next().ok_or_else(wrong)?;
        seconds += number
            * match unit {
                's' => 1.0,
                'm' => 60.0,
                'h' => 3600.0,
                'd' => 86_400.0,
                _ => return Err(wrong()),
            };
        rest = &rest[end + unit.len_utf8()..];
    }
    if seconds > 0.0 && seconds < 1e9 { Ok(Duration::from_secs_f64(seconds)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_has_units() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        for wrong in ["", "5", "m", "-5m", "5x", "0s", "1e400s", "5é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
