//! Files that are read: never more of them than is allowed for, and their names as names of folders.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use wearout_core::diagnostic::{is_hidden, plain};

use super::Failure;

const MIB: u64 = 1 << 20;

/// The most bytes of a scenario or a list of targets in TOML: a thousand times the longest that is shipped.
pub(super) const MOST_OF_A_SCENARIO: u64 = 4 * MIB;

/// The most bytes of a table: more than a million rows of a test.
pub(super) const MOST_OF_A_TABLE: u64 = 64 * MIB;

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Unread {
    /// What the system says.
    System(io::Error),
    /// It has more bytes than allowed.
    TooLong(u64),
    /// The number of the first line that is not UTF-8.
    NotText(usize),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unread::System(cause) => write!(f, "{cause}"),
            Unread::TooLong(most) => write!(f, "it is longer than {} MiB, the most that is read", most / MIB),
            Unread::NotText(line) => write!(f, "line {line} is not UTF-8 text"),
        }
    }
}

/// The bytes of a file of at most so many.
pub(super) fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(Unread::System)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(Unread::System)?;
    if bytes.len() as u64 > most {
        return Err(Unread::TooLong(most));
    }
    Ok(bytes)
}

/// The text of a file of at most so many bytes.
pub(super) fn text(path: &Path, most: u64) -> Result<String, Unread> {
    String::from_utf8(bytes(path, most)?).map_err(|cause| {
        let readable = &cause.as_bytes()[..cause.utf8_error().valid_up_to()];
        Unread::NotText(readable.split(|byte| *byte == b'\n').count())
    })
}

/// The file that was perhaps meant: it lies there under the name with an ending.
pub(super) fn beside(named: &str) -> Option<String> {
    let with_ending = [".toml", ".csv"].into_iter().map(|ending| format!("{named}{ending}"));
    let found = with_ending.into_iter().find(|name| Path::new(name).is_file())?;
    Some(format!("did you mean the file `{found}`?"))
}

/// A file's name without its ending, which names the folder of its results.
///
/// # Errors
/// When a folder of that name would lie elsewhere, or could not be told on a terminal.
pub(super) fn stem(path: &Path) -> Result<String, Failure> {
    let stem = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    names_a_folder(&stem, path)?;
    Ok(stem)
}

/// Whether a name that was taken from a file can be that of a folder.
///
/// # Errors
/// As [`stem`].
pub(super) fn names_a_folder(stem: &str, path: &Path) -> Result<(), Failure> {
    let is_place = stem.chars().all(|letter| letter == '.') || stem.contains(['/', '\\']);
    if is_place || stem.chars().any(is_hidden) {
        return Err(Failure::Unknown(format!(
            "error: `{}` can't name the folder of the results: its name without its ending is `{}`\n  = help: rename the file, \
             such as launch.toml",
            plain(&path.to_string_lossy()),
            plain(stem)
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_end_is_read_as_far_as_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.toml");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(text(&path, 5).unwrap(), "12345");
        assert!(matches!(text(&path, 4), Err(Unread::TooLong(4))));
        if cfg!(unix) {
            let said = text(Path::new("/dev/zero"), MOST_OF_A_SCENARIO).unwrap_err().to_string();
            assert_eq!(said, "it is longer than 4 MiB, the most that is read");
        }
    }

    #[test]
    fn no_name_of_a_file_leads_out_of_the_folder_of_results() {
        for name in ["...toml", "..", "", "a\u{1b}[2J.toml", "a\\b.toml"] {
            assert!(stem(Path::new(name)).is_err(), "{name}");
        }
        for (name, expected) in
            [("a/launch.toml", "launch"), (".toml", ".toml"), ("v1.2.csv", "v1.2"), ("spring", "spring")]
        {
            assert_eq!(stem(Path::new(name)).unwrap(), expected);
        }
    }
}
