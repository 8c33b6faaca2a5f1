//! A run in parts: merged, any parts that make the whole give the bytes of one run; parts that do not are faults.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{Finding, ParameterSource, RunJob, RunOptions, Unfinished};
use wearout_core::job::{Job, run};
use wearout_core::scenario::Input;
use wearout_core::shard::{Shard, merge, read, run_part, tallies};
use wearout_core::study::Stage;
use wearout_show::File;
use wearout_show::manifest::{Timing, manifest};

/// Groups that fit differently, so that tables are made as people need them, and three plans.
const CLUBS: &str = "days = 6\n[audience.clubs]\ngroups = 4\nsize = 20\nfit_spread = 0.8\n[audience.unwritten]\nfit_spread = 0.5\n\
                     [plan.daily]\nto = [\"clubs\"]\n[plan.spaced]\nlike = \"daily\"\nevery = \"48h\"\n[plan.same]\nlike = \"daily\"\ncontents = 1\n";

/// 20 replicates under five sets.
fn job() -> RunJob {
    let source = Source { name: "clubs.toml".into(), text: CLUBS.into() };
    RunJob {
        scenario: Input { name: "clubs".into(), source, set: vec!["audience.clubs.fit=0.4".into()] },
        parameters: ParameterSource::Named("joint".into()),
        seed: 7,
        options: RunOptions {
            sets: Some(5),
            replicates: Some(4),
            precision: None,
            max_replicates: 100_000,
            all_replicates: false,
        },
    }
}

/// Parts of a run, each as it is kept in a file.
fn files(of: &RunJob, parts: &[&str]) -> Vec<(String, Vec<u8>)> {
    let file = |part: &&str| {
        let shard = run_part(of, part.parse().unwrap(), &Engine::default()).unwrap();
        (format!("{}.shard", part.replace('/', "-")), shard.bytes())
    };
    parts.iter().map(file).collect()
}

fn shards(of: &RunJob, parts: &[&str]) -> Vec<Shard> {
    read(&files(of, parts)).unwrap()
}

/// Every file that is written of a finding.
fn written(finding: &Finding) -> Vec<File> {
    let timing = Timing {
        threads: 1,
        instructions: "",
        compile_s: 0.0,
        simulate_s: 0.0,
        people_s: 0.0,
        merge_s: 0.0,
        report_s: 0.0,
    };
    let mut files = wearout_show::files(finding);
    files.push(manifest(finding, &files, &timing));
    files
}

#[test]
fn parts_that_make_the_whole_merge_to_the_bytes_of_one_run() {
    let whole = written(&run(&Job::Run(job()), &Engine::default()).unwrap());
    assert!(whole.len() > 10);
    for parts in [&["1/1"][..], &["2/3", "3/3", "1/3"], &["4/4", "1/2", "5/8", "6/8"]] {
        let merged = written(&merge(shards(&job(), parts), &Engine::default()).unwrap());
        for (merged, whole) in merged.iter().zip(&whole) {
            assert!(merged.name == whole.name && merged.bytes == whole.bytes, "{} of {parts:?}", whole.name);
        }
        assert_eq!(merged.len(), whole.len());
    }
}

#[test]
fn parts_are_even_and_their_tallies_small() {
    let shards: Vec<Shard> = (1..=16).flat_map(|number| shards(&job(), &[&format!("{number}/16")])).collect();
    let lengths: Vec<usize> = shards.iter().map(|shard| shard.range().len()).collect();
    assert!(lengths.iter().all(|length| (1..=2).contains(length)), "{lengths:?}");
    assert_eq!(lengths.iter().sum::<usize>(), 20);
    // Days of three plans, each of 32 counts; most take a byte or two.
    let bytes = files(&job(), &["1/1"])[0].1.len();
    assert!(bytes < 20 * 3 * (6 * 32 * 3 / 2 + 300), "{bytes}");
}

/// Makes another job of one.
type Change = fn(&mut RunJob);

/// What is said of files.
fn said(files: &[(String, Vec<u8>)]) -> String {
    match read(files).map_err(Unfinished::from).and_then(|shards| merge(shards, &Engine::default())) {
        Ok(_) => "no fault".to_owned(),
        Err(unfinished) => unfinished.to_string(),
    }
}

/// Two halves, the second of another job.
fn mixed(other: impl FnOnce(&mut RunJob)) -> String {
    let mut changed = job();
    other(&mut changed);
    said(&[files(&job(), &["1/2"]), files(&changed, &["2/2"])].concat())
}

#[test]
fn parts_of_other_runs_are_faults_that_name_the_file_and_what_to_do() {
    let faults: [(&str, Change); 6] = [
        ("scenario", |job| job.scenario.source.text.push('\n')),
        ("scenario", |job| job.scenario.set.clear()),
        ("seed", |job| job.seed = 8),
        ("parameters", |job| job.options = RunOptions { sets: Some(4), replicates: Some(5), ..job.options.clone() }),
        ("number of replicates", |job| job.options.replicates = Some(3)),
        ("choice of options", |job| job.options.all_replicates = true),
    ];
    for (what, change) in faults {
        let expected = format!(
            "error: another {what} than in `1-2.shard`: `2-2.shard`\n  = help: merge the shards of one run: all of one \
             scenario, seed, number of replicates and choice of parameters\n\n1 fault; nothing was simulated and nothing written"
        );
        assert_eq!(mixed(change), expected);
    }
    let place = |job: &mut RunJob| job.scenario.source.name = "elsewhere/clubs.toml".into();
    assert_eq!(mixed(place), "no fault", "where the scenario lay does not matter");
}

#[test]
fn missing_and_overlapping_parts_are_faults() {
    let told = said(&files(&job(), &["4/4", "2/4"]));
    let missing = "error: replicates 0 to 4, 10 to 14 of 20 are in no file\n  = help: name their files too, or run --shard 1/4, \
                   --shard 3/4\n";
    assert!(told.starts_with(missing), "{told}");
    let told = said(&files(&job(), &["1/2", "2/4", "2/2"]));
    let twice = "error: `1-2.shard` and `2-4.shard` both hold replicates 5 to 9\n  = help: leave one of them out\n";
    assert!(told.starts_with(twice), "{told}");
    let one = files(&job(), &["1/1"]);
    assert!(said(&[one.clone(), one].concat()).contains("both hold replicates 0 to 19"));
}

#[test]
fn foreign_damaged_and_older_files_are_faults_that_are_told_together() {
    let whole = files(&job(), &["1/1"]).remove(0).1;
    let tallies_at = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
    let header = String::from_utf8(whole[..tallies_at].to_vec()).unwrap();
    let of_header = |header: String| [header.as_bytes(), &whole[tallies_at..]].concat();
    let (mut flipped, mut cut) = (whole.clone(), whole.clone());
    flipped[tallies_at + 100] ^= 1;
    cut.pop();
    let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
    let files = [
        ("empty", Vec::new(), "is not a shard: its first line is not `wearout shard 1`"),
        ("next", of_header(header.replace("shard 1\n", "shard 2\n")), "is not a shard"),
        ("begun", whole[..tallies_at - 1].to_vec(), "ends before its tallies"),
        ("header", of_header(header.replace("\"seed\":7", "\"seed\":-7")), "has a header that cannot be read"),
        ("part", of_header(header.replace("\"1/1\"", "\"2/1\"")), "has a header that cannot be read"),
        ("flipped", flipped, "is damaged"),
        ("cut", cut, "is damaged"),
        ("old", of_header(header.replace(&version, "\"0.0.9\"")), "was written by another version: 0.0.9, "),
    ];
    let read_all: Vec<_> = files.iter().map(|(name, bytes, _)| ((*name).to_owned(), bytes.clone())).collect();
    let faults = read(&read_all).unwrap_err();
    assert_eq!(faults.list().len(), files.len());
    for ((name, _, why), fault) in files.iter().zip(faults.list()) {
        assert!(fault.message.starts_with(&format!("`{name}` {why}")), "{}", fault.message);
        assert!(fault.help.is_some());
    }
    for end in (0..whole.len()).step_by(61) {
        assert!(read(&[("cut".into(), whole[..end].to_vec())]).is_err(), "{end}");
        assert!(tallies(&whole[end..]).count() <= whole.len());
    }
}

/// A header that promises what its tallies are not.
#[test]
fn tallies_that_are_not_those_of_the_header_are_a_fault() {
    let file = files(&job(), &["1/1"]).remove(0).1;
    let end = file.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0;
    let header = String::from_utf8(file[..end].to_vec()).unwrap();
    for (was, is) in [("days = 6", "days = 7"), ("[plan.same]", "[plan.others]\\nlike = \\\"daily\\\"\\n[plan.same]")] {
        let other = [header.replace(was, is).as_bytes(), &file[end..]].concat();
        let told = said(&[("other".into(), other)]);
        assert!(told.starts_with("error: `other` does not hold the tallies that its header names\n"), "{told}");
    }
    let other = [header.replace("\"replicates\":20", "\"replicates\":40").as_bytes(), &file[end..]].concat();
    assert!(said(&[("other".into(), other)]).starts_with("error: `other` is not of the run that its header names\n"));
}

#[test]
fn a_run_without_parts_is_a_fault_of_the_job() {
    let of = |change: Change, part: &str| {
        let mut changed = job();
        change(&mut changed);
        run_part(&changed, part.parse().unwrap(), &Engine::default()).unwrap_err().to_string()
    };
    let precise = of(|job| job.options.precision = Some(0.1), "1/2");
    assert!(precise.starts_with("error: a run to a precision cannot be cut into parts"), "{precise}");
    let many = of(|_| (), "1/21");
    assert!(many.starts_with("error: 20 replicates cannot be cut into 21 parts"), "{many}");
}

/// Stops when simulating begins.
struct Stopping(Engine);

impl wearout_core::study::Observer for Stopping {
    fn engine(&self) -> &Engine {
        &self.0
    }

    fn begins(&self, stage: Stage) {
        if matches!(stage, Stage::Simulating { .. }) {
            self.0.stop();
        }
    }
}

#[test]
fn an_interrupted_part_keeps_nothing() {
    let stopped = run_part(&job(), "1/2".parse().unwrap(), &Stopping(Engine::default()));
    assert_eq!(stopped, Err(Unfinished::Stopped));
    let stopped = Engine::default();
    stopped.stop();
    assert!(matches!(merge(shards(&job(), &["1/1"]), &stopped), Err(Unfinished::Stopped)));
}

/// An engine that is told to stop once the 20 replicates of the job are complete, while they are merged.
static LATE: OnceLock<Engine> = OnceLock::new();

fn stop_late() -> Duration {
    if let Some(engine) = LATE.get().filter(|engine| engine.replicates() == 20) {
        engine.stop();
    }
    Duration::ZERO
}

#[test]
fn a_run_that_is_stopped_after_its_last_replicate_is_whole() {
    let engine = LATE.get_or_init(|| Engine::default().timed(stop_late));
    let finding = run(&Job::Run(job()), engine).unwrap();
    assert!(engine.stopped());
    assert_eq!((finding.provenance.replicates, finding.provenance.partial), (20, false));
}

fn wearout(folder: &Path, args: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wearout")).args(args.split(' ')).current_dir(folder).output().unwrap()
}

#[test]
fn the_program_writes_parts_and_merges_them_to_the_files_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("clubs.toml"), CLUBS).unwrap();
    let asked = "clubs.toml --sets 3 --replicates 3 --seed 5 --set days=4 --quiet";
    let runs = |args: &str| {
        let output = wearout(folder.path(), args);
        assert!(output.status.success(), "{args}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    runs(&format!("run {asked}"));
    let told = runs(&format!("run {asked} --shard 1/2 --out a.shard"));
    assert!(told.starts_with("a.shard: replicates 0 to 3 of 9\n"), "{told}");
    runs(&format!("run {asked} --shard 2/2 --out parts/b.shard"));
    fs::remove_file(folder.path().join("clubs.toml")).unwrap();
    let told = runs("merge parts/b.shard a.shard --quiet");
    assert!(told.ends_with("output/clubs/0002\n"), "{told}");
    let [whole, merged] = ["0001", "0002"].map(|run| folder.path().join("output/clubs").join(run));
    let mut compared = 0;
    for entry in fs::read_dir(&whole).unwrap() {
        let name = entry.unwrap().file_name();
        let [whole, merged] = [&whole, &merged].map(|folder| fs::read(folder.join(&name)).unwrap());
        if name == "manifest.toml" {
            let [whole, merged] = [whole, merged].map(|bytes| {
                let text = String::from_utf8(bytes).unwrap();
                text.split("[timing]").next().unwrap().to_owned()
            });
            assert_eq!(merged, whole);
        } else {
            assert!(merged == whole, "{name:?}");
        }
        compared += 1;
    }
    assert_eq!(fs::read_dir(&merged).unwrap().count(), compared);

    let status = |args: &str| wearout(folder.path(), args).status.code().unwrap();
    assert_eq!(status("merge a.shard --quiet"), 1, "half is missing");
    assert_eq!(status("merge no.shard"), 1);
    for usage in
        ["--shard 1/2", "--shard 3/2 --out c", "--shard 1/2 --out c --json", "--shard 1/2 --out c --precision 0.1"]
    {
        assert_eq!(status(&format!("run targeted-vs-spray {usage}")), 2, "{usage}");
    }
    assert_eq!(status("run targeted-vs-spray --shard 1/2 --out parts"), 3, "a folder is no file");
    assert_eq!(status("run targeted-vs-spray --parameters best --replicates 1 --shard 1/2 --out new/c"), 2);
    assert!(!folder.path().join("new").exists(), "a part that does not exist leaves no folder");
}
