//! A part of a run's replicates, counted on another machine or at another time, and the run that such parts make together.
//!
//! Comes in: a job and which part of it, or shards as they were written. Goes out: a [`Shard`], or the finding of the whole run, to the
//! same bytes as if one machine had run it. A shard carries its job, so that nothing else is needed to merge.
//!
//! As bytes a shard is a line that names the format, a line of JSON, the [`Header`], and the tallies of its replicates in order, each in
//! the format of postcard (<https://postcard.jamesmunns.com>): whole numbers take as many bytes as they need.

use std::ops::Range;
use std::str::FromStr;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analysis::set_of;
use crate::diagnostic::{Diagnostic, Faults, Source};
use crate::finding::{Finding, RunJob, Unfinished, hash};
use crate::parameter::MODEL;
use crate::plan::Experiment;
use crate::rng::LAYOUT;
use crate::study::{Observer, Stage, Taken, Target, in_chunks};
use crate::tally::PairedTally;

/// The first line of a shard.
const FORMAT: &str = "wearout shard 1";

/// One of several equal parts of a run; as text `3/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Part {
    /// Which one, from 1.
    number: u32,
    /// How many there are.
    of: u32,
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Part, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Part { number, of }),
            _ => Err("must be a part and the number of parts, such as 3/16".to_owned()),
        }
    }
}

impl TryFrom<String> for Part {
    type Error = String;

    fn try_from(text: String) -> Result<Part, String> {
        text.parse()
    }
}

impl From<Part> for String {
    fn from(Part { number, of }: Part) -> String {
        format!("{number}/{of}")
    }
}

impl Part {
    /// Its numbers among so many replicates.
    fn range(self, replicates: u32) -> Range<u32> {
        let cut = |part: u32| (u64::from(replicates) * u64::from(part) / u64::from(self.of)) as u32;
        cut(self.number - 1)..cut(self.number)
    }
}

/// What a shard is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the program, of the model, and the layout of random numbers.
    made_by: [String; 3],
    /// SHA-256 of the sets of parameters.
    sets: String,
    /// Which part it is.
    part: Part,
    /// Replicates of the whole run.
    replicates: u32,
    /// SHA-256 of its tallies.
    sha256: String,
    /// The run.
    run: RunJob,
}

/// A part of a run's replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Shard {
    /// What faults call it: its file, say.
    name: String,
    header: Header,
    /// Its tallies, as they are written.
    tallies: Vec<u8>,
}

impl Shard {
    /// The run that it is a part of.
    pub fn run(&self) -> &RunJob {
        &self.header.run
    }

    /// Numbers of its replicates.
    pub fn range(&self) -> Range<u32> {
        self.header.part.range(self.header.replicates)
    }

    /// Replicates of the whole run.
    pub fn replicates(&self) -> u32 {
        self.header.replicates
    }

    /// As it is kept.
    ///
    /// # Panics
    /// Never: a header is made of words and numbers.
    pub fn bytes(&self) -> Vec<u8> {
        let header = serde_json::to_string(&self.header).expect("words and numbers");
        [format!("{FORMAT}\n{header}\n").as_bytes(), &self.tallies].concat()
    }

    /// A shard that was kept under this name.
    fn of(name: &str, bytes: &[u8]) -> Result<Shard, Diagnostic> {
        let is_none = |why: &str, help: &str| fault(format!("`{name}` {why}"), help);
        let is_foreign = || {
            is_none(&format!("is not a shard: its first line is not `{FORMAT}`"), "name files that `run --shard` wrote")
        };
        let again = "write it, or copy it, again";
        let rest =
            bytes.strip_prefix(FORMAT.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n")).ok_or_else(is_foreign)?;
        let end =
            rest.iter().position(|byte| *byte == b'\n').ok_or_else(|| is_none("ends before its tallies", again))?;
        let header: Header = serde_json::from_slice(&rest[..end])
            .map_err(|cause| is_none(&format!("has a header that cannot be read: {cause}"), again))?;
        let tallies = rest[end + 1..].to_vec();
        if hash(tallies.iter().copied()) != header.sha256 {
            return Err(is_none("is damaged: its tallies are not those that were written", again));
        }
        if header.made_by != this() {
            let [made, here] = [&header.made_by, &this()].map(|versions| versions.join(", "));
            let help = "run it again with this version, or merge with that one";
            return Err(is_none(&format!("was written by another version: {made}; this is {here}"), help));
        }
        Ok(Shard { name: name.to_owned(), header, tallies })
    }
}

/// Versions on which tallies hang.
fn this() -> [String; 3] {
    [env!("CARGO_PKG_VERSION"), MODEL, LAYOUT].map(str::to_owned)
}

fn fault(message: String, help: &str) -> Diagnostic {
    Diagnostic { message, at: None, help: Some(help.to_owned()) }
}

/// Shards that were kept, by the names of their files.
///
/// # Errors
/// Every file that is no shard, or none of this version.
pub fn read(files: &[(String, Vec<u8>)]) -> Result<Vec<Shard>, Faults> {
    let (mut shards, mut faults) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        match Shard::of(name, bytes) {
            Ok(shard) => shards.push(shard),
            Err(fault) => faults.push(fault),
        }
    }
    let sources = files.iter().map(|(name, _)| Source { name: name.clone(), text: String::new() }).collect();
    Faults::new(sources, faults).map_or(Ok(shards), Err)
}

/// Tallies as they are written, one after the other; what cannot be read is the last.
pub fn tallies(mut bytes: &[u8]) -> impl Iterator<Item = Result<PairedTally, postcard::Error>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let taken = postcard::take_from_bytes(bytes);
        bytes = taken.as_ref().map_or(&[][..], |(_, rest)| rest);
        Some(taken.map(|(tally, _)| tally))
    })
}

/// Simulates a part of a run.
///
/// # Errors
/// Every fault of the job, or of parts that it does not have; or that it was stopped, when nothing is kept.
///
/// # Panics
/// Never: tallies are whole numbers.
pub fn run_part(run: &RunJob, part: Part, observer: &dyn Observer) -> Result<Shard, Unfinished> {
    let ready = run.ready(observer)?;
    let Target::Replicates(replicates) = ready.target else {
        let message = "a run to a precision cannot be cut into parts: its length is not known beforehand";
        return Err(Faults::of_job(message, "leave --precision out, and say how many --replicates").into());
    };
    if part.of > replicates {
        let message = format!("{replicates} replicates cannot be cut into {} parts", part.of);
        return Err(Faults::of_job(&message, "ask for fewer parts, or for more --replicates").into());
    }
    let range = part.range(replicates);
    observer.begins(Stage::Simulating { replicates: Some(range.len() as u64) });
    let (mut tallies, mut n_complete) = (Vec::new(), 0);
    in_chunks(&ready.experiments, range.clone(), observer.engine(), |simulated| {
        for paired in simulated {
            tallies.extend(postcard::to_allocvec(paired).expect("whole numbers"));
        }
        n_complete += simulated.len();
    });
    if n_complete < range.len() {
        return Err(Unfinished::Stopped);
    }
    let sha256 = hash(tallies.iter().copied());
    let (made_by, sets, run) = (this(), ready.sets_hash(), run.clone());
    let header = Header { made_by, sets, part, replicates, sha256, run };
    Ok(Shard { name: part.into(), header, tallies })
}

/// The finding of the run that these shards make together: that of [`crate::job::run`], to the same bytes.
///
/// # Errors
/// Shards of different runs, replicates that are missing or there twice; or that it was stopped.
pub fn merge(mut shards: Vec<Shard>, observer: &dyn Observer) -> Result<Finding, Unfinished> {
    if shards.is_empty() {
        return Err(Faults::of_job("there is no shard to merge", "name the files that `run --shard` wrote").into());
    }
    faults(&shards, differing(&shards))?;
    shards.sort_by_key(|shard| shard.range().start);
    faults(&shards, gaps(&shards))?;

    let Header { run, sets, replicates, .. } = &shards[0].header;
    let ready = run.ready(observer)?;
    if ready.sets_hash() != *sets || ready.target != Target::Replicates(*replicates) {
        let message = format!("`{}` is not of the run that its header names", shards[0].name);
        faults(&shards, vec![fault(message, "write it again")])?;
    }
    let engine = observer.engine();
    let mut taken = Taken::new(&ready.experiments, run.options.all_replicates);
    for shard in &shards {
        let mut numbers = shard.range();
        for tally in tallies(&shard.tallies) {
            if engine.stopped() {
                return Err(Unfinished::Stopped);
            }
            match tally {
                Ok(tally) if is_of(&tally, &ready.experiments[0]) && numbers.next() == Some(tally.replicate) => {
                    taken.take(&[tally], engine);
                }
                _ => faults(&shards, vec![unlike(shard)])?,
            }
        }
        if !numbers.is_empty() {
            faults(&shards, vec![unlike(shard)])?;
        }
    }
    // The hash of the tables is over those that were drawn from.
    let experiments = &ready.experiments;
    (0..*replicates).into_par_iter().for_each(|number| experiments[set_of(number, experiments.len())].tabulate(number));
    Ok(run.found(ready, taken.compared(engine)))
}

/// Nothing, unless there is a fault.
fn faults(shards: &[Shard], list: Vec<Diagnostic>) -> Result<(), Faults> {
    let sources = shards.iter().map(|shard| Source { name: shard.name.clone(), text: String::new() }).collect();
    Faults::new(sources, list).map_or(Ok(()), Err)
}

/// Whether a tally has the plans and days of an experiment.
fn is_of(tally: &PairedTally, experiment: &Experiment) -> bool {
    let days = experiment.days as usize;
    tally.plans.len() == experiment.plans.len() && tally.plans.iter().all(|plan| plan.days.len() == days)
}

fn unlike(shard: &Shard) -> Diagnostic {
    let message = format!("`{}` does not hold the tallies that its header names", shard.name);
    fault(message, "write it again")
}

/// Whether two shards have something in common.
type Shared = fn(&Header, &Header) -> bool;

/// What the shards of one run have in common, and what it is called.
const COMMON: [(&str, Shared); 5] = [
    ("scenario", |a, b| {
        let text = |header: &Header| (header.run.scenario.source.text.clone(), header.run.scenario.set.clone());
        a.run.scenario.name == b.run.scenario.name && text(a) == text(b)
    }),
    ("seed", |a, b| a.run.seed == b.run.seed),
    ("parameters", |a, b| a.sets == b.sets),
    ("number of replicates", |a, b| a.replicates == b.replicates),
    // Where sets and replicates already differ, nothing is said twice.
    ("choice of options", |a, b| a.sets != b.sets || a.replicates != b.replicates || a.run.options == b.run.options),
];

/// Shards that are not of the run of the first.
fn differing(shards: &[Shard]) -> Vec<Diagnostic> {
    let first = &shards[0];
    let fault = |(what, same): &(&str, Shared)| {
        let others = shards.iter().filter(|shard| !same(&first.header, &shard.header));
        let names = listed(others.map(|shard| &shard.name))?;
        let help =
            "merge the shards of one run: all of one scenario, seed, number of replicates and choice of parameters";
        Some(fault(format!("another {what} than in `{}`: {names}", first.name), help))
    };
    COMMON.iter().filter_map(fault).collect()
}

/// Parts that are named where many are missing.
const MOST_NAMED: usize = 20;

/// Replicates that are missing or there twice, of shards in order.
fn gaps(shards: &[Shard]) -> Vec<Diagnostic> {
    let Header { part, replicates, .. } = shards[0].header;
    let (mut found, mut missing, mut done) = (Vec::new(), Vec::new(), (0, &shards[0]));
    for shard in shards {
        let Range { start, end } = shard.range();
        if start < done.0 {
            let said =
                format!("`{}` and `{}` both hold replicates {}", done.1.name, shard.name, said(start..end.min(done.0)));
            found.push(fault(said, "leave one of them out"));
        }
        missing.push(done.0..start);
        if end > done.0 {
            done = (end, shard);
        }
    }
    missing.push(done.0..replicates);
    missing.retain(|range| !range.is_empty());
    if !missing.is_empty() {
        let is_missing = |number: &u32| {
            let range = Part { number: *number, ..part }.range(replicates);
            missing.iter().any(|gap| gap.start < range.end && range.start < gap.end)
        };
        let named = |number| format!("--shard {number}/{}", part.of);
        let n_missing = (1..=part.of).filter(is_missing).count();
        let mut parts: Vec<String> = (1..=part.of).filter(is_missing).take(MOST_NAMED).map(named).collect();
        if n_missing > MOST_NAMED {
            parts.push(format!("and {} more", n_missing - MOST_NAMED));
        }
        let numbers: Vec<String> = missing.iter().cloned().map(said).collect();
        let said = format!("replicates {} of {replicates} are in no file", numbers.join(", "));
        found.push(fault(said, &format!("name their files too, or run {}", parts.join(", "))));
    }
    found
}

/// Numbers as they are told, the last included.
fn said(range: Range<u32>) -> String {
    if range.len() == 1 { range.start.to_string() } else { format!("{} to {}", range.start, range.end - 1) }
}

/// Names in quotes; `None` where there is none.
fn listed<'a>(names: impl Iterator<Item = &'a String>) -> Option<String> {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
