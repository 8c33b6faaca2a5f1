//! How every command ends: the job is done, its files are written, what it found is printed, and the folder is named.

use std::env;
use std::time::Instant;

use wearout_core::finding::{Finding, Study, Unfinished};
use wearout_core::job::{self, Job};
use wearout_show::manifest::manifest;
use wearout_show::{self as show, since, text};

use super::common::Common;
use super::watch::Watch;
use super::{Failure, ended, folders, machine, print, tell};

/// Does a job, writes what it found below the folder of that name, and prints it; the explanation, if one was asked for, below the page.
pub(super) fn finish(job: &Job, name: &str, common: &Common, explanation: Option<&str>) -> Result<(), Failure> {
    finish_with(|watch| job::run(job, watch), name, common, |_| explanation.map(str::to_owned))
}

/// The same of what finds something while it is watched, and of an explanation that is made of the finding.
pub(super) fn finish_with(
    find: impl FnOnce(&Watch) -> Result<Finding, Unfinished> + Send,
    name: &str,
    common: &Common,
    explained: impl Fn(&Finding) -> Option<String>,
) -> Result<(), Failure> {
    let pool = machine::pool(common.threads)?;
    let mut watch = Watch::new(Some(name), common)?;
    let found = watch.over(|| pool.install(|| find(&watch)));
    if matches!(found, Err(Unfinished::Stopped)) {
        watch.folder()?;
    }
    let finding = found.map_err(unfinished)?;
    let folder = watch.folder()?;
    let reporting = Instant::now();
    let mut files = pool.install(|| show::files(&finding));
    files.push(manifest(&finding, &files, &watch.timing(pool.current_num_threads(), reporting.elapsed())));
    let earlier = folders::latest(&folder);
    let written = folders::write(&folder, &files);
    // What could not be written is shown all the same: the work is done.
    if common.json {
        print(&format!("{:#}\n", show::json(&finding)))?;
        tell(&written?.display().to_string());
    } else {
        print(&text::text(&show::page(&finding), columns()))?;
        if let Some(explanation) = explained(&finding) {
            print(&format!("\n{explanation}"))?;
        }
        if let Some(moved) = earlier.and_then(|earlier| since_then(&earlier, &finding)) {
            print(&moved)?;
        }
        print(&format!("\n{}\n", written?.display()))?;
    }
    ended(finding.provenance.partial)
}

/// Why nothing is written.
pub(super) fn unfinished(why: Unfinished) -> Failure {
    match why {
        Unfinished::Faults(faults) if faults.are_of_job() => Failure::Usage(faults.to_string().trim_end().to_owned()),
        Unfinished::Faults(faults) => Failure::Input(faults),
        Unfinished::Stopped => Failure::Interrupted(": nothing was complete, and nothing was written"),
    }
}

/// What moved since the last run of the same scenario.
fn since_then(earlier: &since::Earlier, finding: &Finding) -> Option<String> {
    let Study::Run(run) = &finding.study else { return None };
    let moved = since::moved(earlier, &finding.provenance, run);
    (!moved.is_empty()).then(|| format!("\nSince run {}:\n  {}\n", earlier.name, moved.join("\n  ")))
}

/// Columns of a line: what `COLUMNS` says, then those of the terminal.
fn columns() -> usize {
    let said = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let of_terminal = || terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0));
    said.or_else(of_terminal).unwrap_or(text::USUAL_WIDTH)
}
