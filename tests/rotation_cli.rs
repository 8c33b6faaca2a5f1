//! `wearout ab rotate` as a user types it.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{ParameterSource, RotateJob, RotateOptions};
use wearout_core::job::{Job, run};
use wearout_core::scenario::Input;

const CONTENTS: &str = "days = 10\n[audience.club]\nsize = 40\n[content.a]\n[content.b]\nappeal = 1.5\nwear = 0.2\n";

fn rotate(folder: &Path, args: &[&str]) -> Output {
    let mut all = vec!["ab", "rotate"];
    all.extend(args);
    Command::new(env!("CARGO_BIN_EXE_wearout")).args(all).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_file_of_contents_leaves_every_file_and_the_same_ones_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("club.toml"), CONTENTS).unwrap();
    for threads in ["1", "2"] {
        let output = rotate(
            folder.path(),
            &["club.toml", "--replicates", "5", "--threads", threads, "--explain", "--set", "content.a.appeal=0.9"],
        );
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let page = text(&output.stdout);
        assert!(page.lines().all(|line| line.chars().count() <= 140), "{page}");
        for line in [
            "For clicks alone, ",
            "mean of 5 replicates",
            "(Every policy on the same people, 5 replicates",
            "Note: ",
            "round-robin",
            "How calendars are compared",
        ] {
            assert!(page.contains(line), "{line}: {page}");
        }
        assert!(page.contains("(file)"), "the wear is the file's word: {page}");
    }
    let runs = ["0001", "0002"].map(|run| folder.path().join("output/club-rotate").join(run));
    let mut names: Vec<String> = fs::read_dir(&runs[0])
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let expected = [
        "calendar.csv",
        "calendar.png",
        "calendar.svg",
        "manifest.toml",
        "planner.csv",
        "policies.csv",
        "regret.csv",
        "regret.png",
        "regret.svg",
        "report.html",
    ];
    assert_eq!(names, expected);
    for name in names {
        let [one, two] = runs.clone().map(|run| fs::read(run.join(&name)).unwrap());
        let fixed = |bytes: Vec<u8>| match name.as_str() {
            "manifest.toml" => text(&bytes).split("[timing]").next().unwrap().as_bytes().to_vec(),
            _ => bytes,
        };
        assert_eq!(fixed(one), fixed(two), "{name}");
    }
}

#[test]
fn json_names_the_best_policy_and_runs_over_sets_of_parameters() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("club.toml"), CONTENTS).unwrap();
    let args = ["club.toml", "--replicates", "6", "--parameters", "joint", "--sets", "3", "--json", "-q"];
    let output = rotate(folder.path(), &args);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let made = &page["provenance"];
    assert_eq!((made["parameters"]["sets"].as_u64(), made["replicates"].as_u64()), (Some(3), Some(6)));
    let found = &page["study"]["found"];
    let policies = found["policies"].as_array().unwrap();
    assert_eq!(policies.len(), 8);
    let best = &policies[found["best"].as_u64().unwrap() as usize];
    let mean = |policy: &serde_json::Value| policy["objective"]["mean"].as_f64().unwrap();
    assert!(policies.iter().all(|policy| mean(policy) <= mean(best)));
}

#[test]
fn faults_unknown_names_and_files_without_contents_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.toml"), "[audience.club]\n[content.a]\nwear = 20\nkind = \"hrd\"\n").unwrap();
    fs::write(folder.path().join("plans.toml"), "[audience.club]\n[plan.a]\n").unwrap();
    fs::write(folder.path().join("club.toml"), CONTENTS).unwrap();
    fs::write(folder.path().join("short.toml"), CONTENTS.replace("days = 10", "days = 2")).unwrap();
    for (file, expected) in [
        ("bad.toml", "3 faults; nothing was simulated"),
        ("plans.toml", "there is no content to choose from"),
        ("short.toml", "the rotation has 1 post in 2 days"),
        ("sprin", "did you mean the shipped scenario `spring`?"),
    ] {
        let output = rotate(folder.path(), &[file]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        assert!(text(&output.stderr).contains(expected), "{file}: {}", text(&output.stderr));
    }
    let run =
        Command::new(env!("CARGO_BIN_EXE_wearout")).args(["run", "club.toml"]).current_dir(folder.path()).output();
    let run = run.unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("contents alone are compared by `wearout ab rotate`"), "{}", text(&run.stderr));
    assert!(!folder.path().join("output").exists());
}

#[test]
fn what_the_page_says_stands_in_the_finding() {
    let job = Job::Rotate(RotateJob {
        contents: Input {
            name: "club".into(),
            source: Source { name: "club.toml".into(), text: CONTENTS.into() },
            set: Vec::new(),
        },
        parameters: ParameterSource::Named("best".into()),
        seed: 1,
        options: RotateOptions { replicates: 4, sets: 1 },
    });
    found::is_in_the_finding(&run(&job, &Engine::default()).unwrap());
}
