//! Shows what a run found: tables, CSV files, charts and a manifest, written whole or not at all.
//!
//! Comes in: a finished comparison or scorecard. Goes out: text for the terminal and a numbered folder. Computes no statistic.

pub mod ab;
pub mod calibration;
pub mod caution;
pub mod chart;
pub mod csv;
pub mod json;
pub mod manifest;
mod number;
pub mod scorecard;
pub mod selection;
pub mod sensitivity;
mod sentence;
pub mod since;
pub mod table;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file of a run: its name and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Name within the run's folder.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Something could not be written or read.
#[derive(Debug, Error)]
#[error("cannot {verb} {}: {cause}", path.display())]
pub struct FileError {
    /// What was tried.
    pub verb: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// What the system says.
    pub cause: io::Error,
}

fn failed(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |cause| FileError { verb, path, cause }
}

/// The folder of a scenario's runs, made if need be.
///
/// # Errors
/// When it can't be made or written to.
pub fn folder(out: &Path, scenario: &str) -> Result<PathBuf, FileError> {
    let folder = out.join(scenario);
    fs::create_dir_all(&folder).map_err(failed("make", &folder))?;
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    fs::write(&probe, b"").map_err(failed("write to", &folder))?;
    fs::remove_file(&probe).map_err(failed("write to", &folder))?;
    Ok(folder)
}

/// Writes a run into the next numbered folder and points `latest` at it; nothing is left behind when that fails.
///
/// # Errors
/// When a file can't be written.
///
/// # Panics
/// Never: a run's folder is named by its number.
pub fn write(folder: &Path, files: &[File]) -> Result<PathBuf, FileError> {
    let draft = folder.join(format!(".writing-{}", std::process::id()));
    let place = fill(&draft, files).and_then(|()| settle(folder, &draft));
    if place.is_err() {
        // The first failure is the one to tell; a draft that can't be removed either adds nothing.
        let _ = fs::remove_dir_all(&draft);
    }
    let place = place?;
    let name = place.file_name().expect("a run's folder has a number").to_string_lossy().into_owned();
    let pointer = folder.join(format!(".latest-{}", std::process::id()));
    fs::write(&pointer, format!("{name}\n")).map_err(failed("write", &pointer))?;
    fs::rename(&pointer, folder.join("latest")).map_err(failed("write", &folder.join("latest")))?;
    Ok(place)
}

fn fill(draft: &Path, files: &[File]) -> Result<(), FileError> {
    fs::create_dir_all(draft).map_err(failed("make", draft))?;
    for file in files {
        let path = draft.join(&file.name);
        fs::write(&path, &file.bytes).map_err(failed("write", &path))?;
    }
    Ok(())
}

/// Gives the draft the first number that is free, also when another run takes one at the same time.
fn settle(folder: &Path, draft: &Path) -> Result<PathBuf, FileError> {
    let mut number = numbers(folder)?.into_iter().max().unwrap_or(0) + 1;
    loop {
        let place = folder.join(format!("{number:04}"));
        // Making the empty folder claims the number; renaming onto an empty folder is atomic.
        match fs::create_dir(&place) {
            Ok(()) => {
                fs::rename(draft, &place).map_err(failed("write", &place))?;
                return Ok(place);
            }
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(cause) => return Err(failed("make", &place)(cause)),
        }
    }
}

fn numbers(folder: &Path) -> Result<Vec<u32>, FileError> {
    let entries = fs::read_dir(folder).map_err(failed("read", folder))?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> File {
        File { name: name.into(), bytes: b"x".to_vec() }
    }

    #[test]
    fn runs_are_numbered_and_latest_names_the_newest() {
        let out = tempfile::tempdir().unwrap();
        let folder = folder(out.path(), "launch").unwrap();
        assert!(write(&folder, &[file("a.csv")]).unwrap().ends_with("launch/0001"));
        assert!(write(&folder, &[file("a.csv")]).unwrap().ends_with("launch/0002"));
        assert_eq!(fs::read_to_string(folder.join("latest")).unwrap(), "0002\n");
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let out = tempfile::tempdir().unwrap();
        let folder = folder(out.path(), "launch").unwrap();
        let error = write(&folder, &[file("a.csv"), file("no/such/folder.csv")]).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}
