//! `wearout ab` as a user types it: what it prints, what it leaves behind, how it refuses.
//!
//! `WEAROUT_REGENERATE=1 cargo test --test ab_cli` writes the pages in `tests/data` anew and fails, so that the difference is read before
//! it is kept.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{DesignJob, DesignOptions, ParameterSource, PowerJob, PowerOptions, Study, Takes};
use wearout_core::job::{Job, run};
use wearout_core::scenario::{self, Input};
use wearout_core::study::ab::{Method, Which};
use wearout_show::json;

fn wearout(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wearout")).args(args).current_dir(folder).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code().unwrap(), 0, "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output, status: i32) -> String {
    assert_eq!(output.status.code().unwrap(), status, "{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The page must be the one that is kept, and fit a terminal.
#[track_caller]
fn reads(text: &str, kept: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(kept);
    if std::env::var_os("WEAROUT_REGENERATE").is_some() {
        fs::write(&path, text).unwrap();
        panic!("{kept} is written anew");
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap(), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
}

const POWER: [&str; 12] =
    ["ab", "power", "launch-test", "--quiet", "--tests", "60", "--groups", "6,24", "--effects", "0,0.5", "--sets", "4"];
const DESIGN: [&str; 6] = ["ab", "design", "launch-test", "--quiet", "--tests", "80"];

#[test]
fn power_reads_as_follows_and_leaves_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&wearout(folder.path(), &[&POWER[..], &["--explain"]].concat()));
    reads(&text, "ab_power.txt");
    let run = folder.path().join("output/launch-test-power/0001");
    for file in ["power.csv", "mechanisms.csv", "power.png", "power.svg", "manifest.toml"] {
        assert!(run.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    let table = fs::read_to_string(run.join("power.csv")).unwrap();
    assert_eq!(
        table.lines().count(),
        1 + 2 + 2 + 2 + 14,
        "a row a point: as planned, the same plan, groups, effects, days"
    );
    assert!(!table.contains("NaN") && !table.contains("inf"), "{table}");
}

#[test]
fn design_reads_as_follows_and_leaves_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&wearout(folder.path(), &[&DESIGN[..], &["--explain"]].concat()));
    reads(&text, "ab_design.txt");
    let run = folder.path().join("output/launch-test-design/0001");
    for file in ["design.csv", "days.csv", "effect.png", "tradeoff.svg", "manifest.toml"] {
        assert!(run.join(file).metadata().unwrap().len() > 0, "{file}");
    }
}

#[test]
fn a_repetition_is_the_same_to_the_byte_on_any_threads() {
    let folder = tempfile::tempdir().unwrap();
    for (command, name) in [(&POWER[..], "launch-test-power"), (&DESIGN[..], "launch-test-design")] {
        let once = stdout(&wearout(folder.path(), &[command, &["--threads", "1", "--json"]].concat()));
        let again = stdout(&wearout(folder.path(), &[command, &["--threads", "5", "--json"]].concat()));
        assert_eq!(once, again);
        let json: serde_json::Value = serde_json::from_str(&once).unwrap();
        assert_eq!(json["study"]["test"]["arm"], "cycle");
        let runs = folder.path().join("output").join(name);
        for entry in fs::read_dir(runs.join("0001")).unwrap() {
            let file = entry.unwrap().file_name();
            let [a, b] = ["0001", "0002"].map(|run| fs::read(runs.join(run).join(&file)).unwrap());
            let untimed = |bytes: &[u8]| String::from_utf8_lossy(bytes).split("[timing]").next().unwrap().to_owned();
            assert_eq!(untimed(&a), untimed(&b), "{file:?}");
        }
    }
}

#[test]
fn members_of_a_list_are_dealt_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let text = "days = 6\n[audience.list]\nchannel = \"direct\"\nsize = 1000\n[plan.a]\n[plan.b]\nevery = \"48h\"\n\
                [test.t]\narms = [\"a\", \"b\"]\nmetric = \"loss\"\n";
    fs::write(folder.path().join("list.toml"), text).unwrap();
    let args = ["ab", "power", "list.toml", "--quiet", "--tests", "40", "--sets", "0", "--groups", "100,500"];
    let text = stdout(&wearout(folder.path(), &args));
    assert!(text.contains("500 members an arm") && text.contains("difference of shares of members"), "{text}");
    assert!(!text.contains("members were independent"), "nothing to warn of: {text}");
}

#[test]
fn what_cannot_work_is_refused_with_a_sentence_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let three = ["ab", "design", "launch-test", "--by", "permutation", "--set", "test.launch.groups_per_arm=3"];
    let said = refused(&wearout(folder.path(), &three), 1);
    assert!(
        said.contains("3 groups an arm can never go below p = 0.100 by permutation") && said.contains("help"),
        "{said}"
    );
    let said = refused(&wearout(folder.path(), &["ab", "power", "spacing"]), 1);
    assert!(said.contains("the scenario has no test") && said.contains("[test.launch]"), "{said}");
    // Some plausible set has members who begin to visit only after that hour.
    for study in ["power", "worth"] {
        let early = ["ab", study, "launch-test", "--sets", "60", "--set", "behaviour.visit_to_hour=7.5"];
        let said = refused(&wearout(folder.path(), &early), 1);
        assert!(said.contains("must be before `visit_to_hour`"), "{said}");
    }
    let wrong = ["ab", "power", "launch-test", "--test", "lunch", "--metric", "p_banned", "--arm", "ads"];
    let said = refused(&wearout(folder.path(), &wrong), 1);
    assert!(said.contains("did you mean `launch`") && said.contains("`p_banned` cannot decide a test"), "{said}");
    let direct = ["--set", "audience.club={channel='direct',size=500}", "--set", "test.launch={arms=['ads','cycle']}"];
    let said = refused(
        &wearout(folder.path(), &[&["ab", "power", "launch-test", "--metric", "open_rate"], &direct[..]].concat()),
        1,
    );
    assert!(said.contains("`open_rate` does not count members of a direct list one by one"), "{said}");
    let said = refused(&wearout(folder.path(), &["ab", "power", "launch-test", "--effects", "20"]), 2);
    assert!(said.contains("not a percentage"), "{said}");
    let said =
        refused(&wearout(folder.path(), &["ab", "power", "launch-test", "--metric", "roi", "--set", "money={}"]), 1);
    assert!(said.contains("`roi` has no figure"), "{said}");
    assert!(!folder.path().join("output/launch-test-power/0001").exists());
}

#[test]
fn what_the_pages_say_stands_in_the_findings_and_a_test_is_called_what_it_is() {
    let text = scenario::shipped("launch-test").unwrap();
    let cases = [
        ("loss", None, "enough", vec![4, 12], Takes::Between(4.0, 12.0)),
        ("loss", Some("test.launch.groups_per_arm=6"), "open", vec![12], Takes::AtMost(12.0)),
        ("conversion", Some("test.launch.groups_per_arm=3"), "too-small", vec![4], Takes::More),
        ("open_rate", Some("plan.cycle.kinds=['hard']"), "nothing", vec![4], Takes::More),
    ];
    for (metric, set, reach, groups, takes) in cases {
        let scenario = Input {
            name: "launch-test".into(),
            source: Source { name: "launch-test.toml".into(), text: text.into() },
            set: set.map(str::to_owned).into_iter().collect(),
        };
        let which = Which { test: None, metric: Some(metric.into()), arm: None, method: Method::Means };
        let parameters = ParameterSource::Named("best".into());
        let options = DesignOptions { which: which.clone(), alpha: 0.05, tests: 20 };
        let design = DesignJob { scenario: scenario.clone(), parameters: parameters.clone(), seed: 1, options };
        let options = PowerOptions { which, alpha: 0.05, tests: 20, groups, effects: vec![0.5], sets: 2 };
        let power = PowerJob { scenario, parameters, seed: 1, options };
        for job in [Job::Design(design), Job::Power(power)] {
            let finding = run(&job, &Engine::default()).unwrap();
            found::is_in_the_finding(&finding);
            assert_eq!(json(&finding)["study"]["reach"], reach, "{metric} {set:?}");
            if let Study::Power(power) = finding.study {
                assert_eq!(power.takes, Some(takes), "{metric} {set:?}");
            }
        }
    }
}
