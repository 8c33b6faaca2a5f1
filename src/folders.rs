//! The numbered folders of a scenario's runs: written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{Builder, TempDir};
use thiserror::Error;
use wearout_show::since::Earlier;
use wearout_show::{File, manifest};

/// Something could not be written or read.
#[derive(Debug, Error)]
#[error("cannot {verb} {}: {cause}", path.display())]
pub(crate) struct FileError {
    /// What was tried.
    pub(crate) verb: &'static str,
    /// On which path.
    pub(crate) path: PathBuf,
    /// What the system says.
    pub(crate) cause: io::Error,
}

fn failed(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |cause| FileError { verb, path, cause }
}

/// What the name of a file or folder begins with while it is written.
const DRAFT: &str = ".writing-";

/// After this a draft is what a killed run left, and no longer somebody's work.
const DRAFT_LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// The folder of a scenario's runs, found fit to be written to. What had to be made for that is taken away again, so that a study
/// that ends without a result leaves no trace; drafts that killed runs left a day ago go too.
///
/// # Errors
/// When it can't be made or written to.
pub(crate) fn folder(out: &Path, scenario: &str) -> Result<PathBuf, FileError> {
    let folder = out.join(scenario);
    let missing: Vec<&Path> = folder.ancestors().take_while(|above| !above.exists()).collect();
    fs::create_dir_all(&folder).map_err(failed("make", &folder))?;
    let probe = Builder::new().prefix(DRAFT).tempfile_in(&folder).map_err(failed("write to", &folder))?;
    clear_drafts(&folder, probe.as_file());
    drop(probe);
    for made in missing {
        // Takes away only what is empty: another run may have written there since.
        let _ = fs::remove_dir(made);
    }
    Ok(folder)
}

/// Takes old drafts away. Their age is told by the file system that holds them, whose clock need not be this machine's.
fn clear_drafts(folder: &Path, new: &fs::File) {
    let (Ok(now), Ok(entries)) = (new.metadata().and_then(|new| new.modified()), fs::read_dir(folder)) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(DRAFT)) {
        let Ok(about) = entry.metadata() else { continue };
        let age = about.modified().ok().and_then(|written| now.duration_since(written).ok());
        if age.is_some_and(|age| age > DRAFT_LASTS) {
            // One that can't be removed is in nobody's way.
            let _ = if about.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        }
    }
}

/// Writes a run into the next numbered folder and lets `latest` name the newest run; nothing is left behind when a file
/// cannot be written.
///
/// # Errors
/// When a file can't be written; also when only `latest` can't be.
pub(crate) fn write(folder: &Path, files: &[File]) -> Result<PathBuf, FileError> {
    let place = filled(folder, files);
    if place.is_err() {
        // Takes away only what is empty.
        let _ = fs::remove_dir(folder);
    }
    let place = place?;
    name_newest(folder)?;
    Ok(place)
}

fn filled(folder: &Path, files: &[File]) -> Result<PathBuf, FileError> {
    let draft = drafted(folder, || Builder::new().prefix(DRAFT).tempdir_in(folder))?;
    for file in files {
        let path = draft.path().join(&file.name);
        fs::write(&path, &file.bytes).map_err(failed("write", &path))?;
    }
    settle(folder, draft)
}

/// Replaces a file whole or not at all, in a folder that is made if need be.
///
/// # Errors
/// When it can't be written.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = around(path);
    // Made as any other file is: a temporary one would be for this user's eyes alone.
    let mut draft =
        drafted(folder, || Builder::new().prefix(DRAFT).make_in(folder, |path| fs::File::create_new(path)))?;
    draft.write_all(bytes).map_err(failed("write", path))?;
    draft.persist(path).map_err(|failure| failed("write", path)(failure.error))?;
    Ok(())
}

/// Finds out whether a file can be written, before the work that it is to hold: as [`folder`] does.
///
/// # Errors
/// When it can't, or is a folder.
pub(crate) fn writable(path: &Path) -> Result<(), FileError> {
    if path.is_dir() {
        return Err(failed("write", path)(io::ErrorKind::IsADirectory.into()));
    }
    folder(around(path), "").map(drop)
}

/// The folder that a file lies in.
fn around(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Begins a draft in a folder that is made if need be: a run that found no result may take it away at the same time.
fn drafted<T>(folder: &Path, begin: impl Fn() -> io::Result<T>) -> Result<T, FileError> {
    const TRIES: u32 = 10;
    let mut tried = 0;
    loop {
        tried += 1;
        match begin() {
            Ok(draft) => return Ok(draft),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && tried < TRIES => {
                fs::create_dir_all(folder).map_err(failed("make", folder))?;
            }
            Err(cause) => return Err(failed("write to", folder)(cause)),
        }
    }
}

/// Gives the draft the first number that is free. To rename a folder onto a run fails, so two runs never take the same number.
fn settle(folder: &Path, draft: TempDir) -> Result<PathBuf, FileError> {
    let taken = numbered(folder)?.into_iter().map(|(number, _)| number).max().unwrap_or(0);
    for number in (taken..u64::MAX).map(|number| number + 1) {
        let place = folder.join(format!("{number:04}"));
        match fs::rename(draft.path(), &place) {
            Ok(()) => {
                // What had this name is no draft any more.
                let _ = draft.keep();
                return Ok(place);
            }
            Err(_) if place.symlink_metadata().is_ok() => {}
            Err(cause) => return Err(failed("write", &place)(cause)),
        }
    }
    let cause = format!("{} is the last number a run can have; move that folder away", u64::MAX);
    Err(failed("number a run in", folder)(io::Error::other(cause)))
}

/// Writes the name of the newest whole run into `latest`, and looks again: another run may have been finished meanwhile.
fn name_newest(folder: &Path) -> Result<(), FileError> {
    // One run at a time, where the file system has locks.
    let _lock = fs::File::open(folder).and_then(|folder| folder.lock().map(|()| folder));
    let mut named = None;
    loop {
        let is_whole = |(_, name): &(u64, String)| folder.join(name).join(manifest::NAME).exists();
        let newest = numbered(folder)?.into_iter().filter(is_whole).max();
        if newest == named {
            return Ok(());
        }
        if let Some((_, name)) = &newest {
            replace(&folder.join("latest"), format!("{name}\n").as_bytes())?;
        }
        named = newest;
    }
}

/// The newest run in a scenario's folder; `None` where there is none or its files don't tell.
pub(crate) fn latest(folder: &Path) -> Option<Earlier> {
    let name = fs::read_to_string(folder.join("latest")).ok()?.trim().to_owned();
    let file = |file: &str| fs::read_to_string(folder.join(&name).join(file)).ok();
    Earlier::read(&name, &file(manifest::NAME)?, &file("summary.csv")?)
}

/// What is named by a number there: the number and the name.
fn numbered(folder: &Path) -> Result<Vec<(u64, String)>, FileError> {
    let entries = fs::read_dir(folder).map_err(failed("read", folder))?;
    let numbered = |name: String| Some((name.parse().ok().filter(|_| !name.starts_with('+'))?, name));
    Ok(entries.filter_map(|entry| numbered(entry.ok()?.file_name().into_string().ok()?)).collect())
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::SystemTime;

    use wearout_core::finding::hash;

    use super::*;

    fn file(name: &str, text: &str) -> File {
        File { name: name.into(), bytes: text.into() }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn latest(folder: &Path) -> String {
        fs::read_to_string(folder.join("latest")).unwrap()
    }

    #[test]
    fn runs_are_numbered_and_latest_names_the_newest() {
        let out = tempfile::tempdir().unwrap();
        let folder = folder(out.path(), "launch").unwrap();
        assert!(write(&folder, &[file(manifest::NAME, "")]).unwrap().ends_with("launch/0001"));
        assert!(write(&folder, &[file(manifest::NAME, "")]).unwrap().ends_with("launch/0002"));
        assert_eq!(latest(&folder), "0002\n");
    }

    #[test]
    fn runs_written_at_the_same_time_keep_their_files_apart() {
        const WRITERS: usize = 8;
        const RUNS: usize = 6;
        let out = tempfile::tempdir().unwrap();
        let folder = folder(out.path(), "launch").unwrap();
        let writes = |writer: usize| {
            for run in 0..RUNS {
                let text = format!("writer {writer}, run {run}");
                let files = ["a.csv", "b.csv"].map(|name| file(name, &text));
                let sum = hash(text.bytes());
                let place = write(&folder, &[&files[..], &[file(manifest::NAME, &sum)]].concat()).unwrap();
                let number: usize = place.file_name().unwrap().to_str().unwrap().parse().unwrap();
                let named: usize = latest(&folder).trim().parse().unwrap();
                assert!(named >= number, "latest names {named} when {number} is whole");
            }
        };
        thread::scope(|scope| (0..WRITERS).for_each(|writer| drop(scope.spawn(move || writes(writer)))));
        let mut expected: Vec<String> = (1..=WRITERS * RUNS).map(|number| format!("{number:04}")).collect();
        for run in &expected {
            let sum = fs::read_to_string(folder.join(run).join(manifest::NAME)).unwrap();
            for name in ["a.csv", "b.csv"] {
                assert_eq!(hash(fs::read(folder.join(run).join(name)).unwrap().into_iter()), sum, "{run}/{name}");
            }
        }
        assert_eq!(latest(&folder), format!("{}\n", expected.last().unwrap()));
        expected.push("latest".to_owned());
        assert_eq!(names(&folder), expected, "no draft and no empty folder is left");
    }

    #[test]
    fn a_draft_of_a_killed_run_is_never_taken_over_and_goes_after_a_day() {
        let out = tempfile::tempdir().unwrap();
        let place = out.path().join("launch");
        let [killed, at_work] = [".writing-1", ".writing-2"].map(|name| place.join(name));
        for draft in [&killed, &at_work] {
            fs::create_dir_all(draft).unwrap();
            fs::write(draft.join("half.csv"), b"x").unwrap();
        }
        let two_days_ago = SystemTime::now() - 2 * DRAFT_LASTS;
        fs::File::open(&killed).unwrap().set_modified(two_days_ago).unwrap();
        let folder = folder(out.path(), "launch").unwrap();
        assert_eq!(names(&folder), [".writing-2"]);
        let run = write(&folder, &[file(manifest::NAME, "")]).unwrap();
        assert_eq!(names(&run), [manifest::NAME]);
        assert_eq!(names(&folder), [".writing-2", "0001", "latest"]);
    }

    #[test]
    fn a_failed_write_leaves_nothing_behind() {
        let out = tempfile::tempdir().unwrap();
        let folder = folder(out.path(), "launch").unwrap();
        assert!(!folder.exists(), "a study without a result leaves no empty folder");
        let error = write(&folder, &[file("a.csv", "x"), file("no/such/folder.csv", "x")]).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
        assert!(!folder.exists());
    }

    #[test]
    fn numbers_of_runs_never_begin_again() {
        let out = tempfile::tempdir().unwrap();
        let folder = folder(out.path(), "launch").unwrap();
        fs::create_dir_all(folder.join("4294967295")).unwrap();
        assert!(write(&folder, &[file(manifest::NAME, "")]).unwrap().ends_with("4294967296"));
        fs::create_dir(folder.join(u64::MAX.to_string())).unwrap();
        let error = write(&folder, &[file(manifest::NAME, "")]).unwrap_err().to_string();
        assert!(error.contains("18446744073709551615 is the last number a run can have"), "{error}");
        assert_eq!(latest(&folder), "4294967296\n", "a folder without a manifest is no run");
    }
}
