//! `wearout run --shard` and `wearout merge`: a run in parts, on several machines or one after the other.

use std::path::{Path, PathBuf};

use clap::Args;
use wearout_core::diagnostic::plain;
use wearout_core::finding::RunJob;
use wearout_core::shard::{self, Part};

use super::common::{Common, whole};
use super::finish::{finish_with, unfinished};
use super::watch::Watch;
use super::{Failure, folders, inputs, machine, print};

/// Arguments of `merge`.
#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// Files that `run --shard` wrote, one for each part
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<String>,
    /// Threads; the result does not depend on them [default: all]
    #[arg(long, value_parser = whole::<u32>(1..=1024))]
    threads: Option<u32>,
    /// Folder for results
    #[arg(long, default_value = "output")]
    out: PathBuf,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

impl MergeArgs {
    /// What every study takes; the seed is the shards' own.
    pub(super) fn common(&self) -> Common {
        let MergeArgs { threads, ref out, json, quiet, .. } = *self;
        Common { seed: 0, threads, instructions: None, out: out.clone(), json, quiet }
    }
}

/// The most bytes of a shard.
const MOST_OF_A_SHARD: u64 = 8 << 30;

/// Simulates a part of a run and writes it to `--out`, whole or not at all.
pub(super) fn shard(job: &RunJob, part: Part, common: &Common) -> Result<(), Failure> {
    let path = &common.out;
    folders::writable(path)?;
    let pool = machine::pool(common.threads)?;
    let watch = Watch::new(None, common)?;
    let shard = watch.over(|| pool.install(|| shard::run_part(job, part, &watch))).map_err(unfinished)?;
    folders::replace(path, &shard.bytes())?;
    let range = shard.range();
    let which = match range.end - range.start {
        1 => format!("replicate {}", range.start),
        _ => format!("replicates {} to {}", range.start, range.end - 1),
    };
    print(&format!(
        "{}: {which} of {}\nWhen all parts are there: wearout merge FILE...\n",
        path.display(),
        shard.replicates()
    ))
}

/// Merges shards and finishes like `run`.
pub(super) fn merge(args: &MergeArgs) -> Result<(), Failure> {
    let read = |name: &String| {
        let bytes = inputs::bytes(Path::new(name), MOST_OF_A_SHARD).map_err(|cause| {
            let name = plain(name);
            Failure::Unknown(format!(
                "error: no shard `{name}`: {cause}\n  = help: name files that `run --shard` wrote"
            ))
        })?;
        Ok((name.clone(), bytes))
    };
    let files: Vec<(String, Vec<u8>)> = args.files.iter().map(read).collect::<Result<_, Failure>>()?;
    let shards = shard::read(&files)?;
    drop(files);
    let name = shards[0].run().scenario.name.clone();
    inputs::names_a_folder(&name, Path::new(&args.files[0]))?;
    finish_with(|watch| shard::merge(shards, watch), &name, &args.common(), |_| None)
}
