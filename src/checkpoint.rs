//! Where a calibration was when it was last looked at, kept in the folder of its results until it is finished.
//!
//! Comes in: a calibration and a key, the hash of everything its results follow from. Goes out: the same calibration, to the bit. A
//! checkpoint is replaced whole or not at all; those of other keys are left alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use wearout_core::study::calibrate::Calibration;

use super::Failure;
use super::folders::{self, FileError};
use super::inputs::{self, Unread};

/// The most bytes of a checkpoint: those of a million points of twenty quantities.
const MOST: u64 = 512 << 20;

/// Letters of the key in the file's name.
const SHOWN: usize = 16;

#[derive(Serialize)]
struct Writing<'a> {
    key: &'a str,
    calibration: &'a Calibration,
}

#[derive(Deserialize)]
struct Written {
    key: String,
    calibration: Calibration,
}

/// The checkpoint of one key.
#[derive(Debug)]
pub(super) struct Checkpoint {
    key: String,
    path: PathBuf,
}

impl Checkpoint {
    pub(super) fn new(folder: &Path, key: String) -> Checkpoint {
        let path = folder.join(format!("checkpoint-{}.json", &key[..SHOWN]));
        Checkpoint { key, path }
    }

    /// The calibration as it was; `None` without a checkpoint of this key.
    pub(super) fn read(&self) -> Result<Option<Calibration>, Failure> {
        let unreadable = |why: String| {
            let help = "--fresh starts anew and replaces it";
            Failure::Unknown(format!("error: {} cannot be resumed: {why}\n  = help: {help}", self.path.display()))
        };
        let text = match inputs::text(&self.path, MOST) {
            Ok(text) => text,
            Err(Unread::System(cause)) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(Unread::System(cause)) => return Err(self.failed("read")(cause).into()),
            Err(cause) => return Err(unreadable(cause.to_string())),
        };
        let written: Written = serde_json::from_str(&text).map_err(|cause| unreadable(cause.to_string()))?;
        if written.key != self.key {
            return Err(unreadable("it is of another calibration".to_owned()));
        }
        Ok(Some(written.calibration))
    }

    /// Replaces it.
    pub(super) fn write(&self, calibration: &Calibration) -> Result<(), Failure> {
        let text = serde_json::to_vec(&Writing { key: &self.key, calibration });
        Ok(folders::replace(&self.path, &text.map_err(|cause| self.failed("write")(cause.into()))?)?)
    }

    /// Whether there is one.
    pub(super) fn is_there(&self) -> bool {
        self.path.exists()
    }

    /// Takes it away, if there is one.
    pub(super) fn remove(&self) -> Result<(), Failure> {
        match fs::remove_file(&self.path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(self.failed("remove")(cause).into()),
            _ => Ok(()),
        }
    }

    /// Names of the checkpoints of other keys in the same folder, in order.
    pub(super) fn others(&self) -> Vec<String> {
        let Some(entries) = self.path.parent().and_then(|folder| fs::read_dir(folder).ok()) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mine = self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let is_other = |name: &String| name.starts_with("checkpoint-") && *name != mine;
        let mut others: Vec<String> = names.filter(is_other).collect();
        others.sort();
        others
    }

    fn failed(&self, verb: &'static str) -> impl Fn(io::Error) -> FileError {
        let path = self.path.clone();
        move |cause| FileError { verb, path: path.clone(), cause }
    }
}
