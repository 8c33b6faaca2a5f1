//! `wearout calibrate` as a user types it: what it leaves behind, how it ends, and that it resumes where it was.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;

use tempfile::TempDir;
use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{CalibrateJob, CalibrateNote, CalibrateOptions, Ended, Finding, Study};
use wearout_core::job::{self, Job};
use wearout_core::study::calibrate::{Calibration, Method};
use wearout_core::study::{Flow, Observer};

const CLUB: &str = "days = 10\n[audience.club]\nsize = 200\n[plan.daily]\n";

const TARGETS: &str = r#"
[[target]]
name = "opens"
scenario = "club.toml"
observable = "open_rate"
interval = [0.33, 0.37]
[[target]]
name = "gone"
scenario = "club.toml"
observable = "loss"
band = [0.05, 0.2]
[[target]]
name = "interactions"
scenario = "club.toml"
observable = "interaction_rate"
count = [30, 1000]
held_out = true
[[tune]]
parameter = "read_base"
[[tune]]
parameter = "irritation_base"
"#;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("club.toml"), CLUB).unwrap();
    fs::write(folder.path().join("mine.toml"), TARGETS).unwrap();
    folder
}

/// Stops a calibration after its first generation, and keeps it.
#[derive(Default)]
struct Stopping {
    engine: Engine,
    kept: Mutex<Option<Calibration>>,
}

impl Observer for Stopping {
    fn engine(&self) -> &Engine {
        &self.engine
    }

    fn generation(&self, calibration: &Calibration) -> Flow {
        *self.kept.lock().unwrap() = Some(calibration.clone());
        Flow::Stop
    }
}

fn job(method: Method, from: Option<Calibration>) -> CalibrateJob {
    let text = |name: &str, text: &str| Source { name: name.to_owned(), text: text.to_owned() };
    let options = CalibrateOptions {
        method,
        replicates: 2,
        simulations: Some(240),
        points: Some(40),
        tuned: Vec::new(),
        fits_held_out: false,
        own: None,
    };
    let list = text("mine.toml", TARGETS);
    let job = CalibrateJob { name: "mine".to_owned(), list, files: Vec::new(), seed: 1, options, from };
    job.with_files(&|named| Ok(text(named, CLUB))).unwrap()
}

fn found(job: CalibrateJob, observer: &dyn Observer) -> Finding {
    job::run(&Job::Calibrate(job), observer).unwrap()
}

#[test]
fn json_says_what_the_page_says() {
    for method in [Method::Best, Method::Posterior, Method::Plausible] {
        found::is_in_the_finding(&found(job(method, None), &Engine::default()));
    }
}

#[test]
fn who_watches_may_stop_it_and_a_focused_search_is_said_to_be_one() {
    let observer = Stopping::default();
    let stopped = found(job(Method::Plausible, None), &observer);
    found::is_in_the_finding(&stopped);
    let Study::Calibrate(of) = &stopped.study else { panic!("a calibration was wanted") };
    assert_eq!((of.went.ended, of.went.generations), (Ended::Early, 1));
    assert_eq!(of.notes, [CalibrateNote::Early { measured: of.went.measured }]);

    let state = serde_json::to_string(&observer.kept.lock().unwrap().clone()).unwrap();
    let focused = state.replacen("\"is_focused\":false", "\"is_focused\":true", 1);
    let finding = found(job(Method::Plausible, serde_json::from_str(&focused).unwrap()), &Engine::default());
    let said = found::shown(&finding);
    assert!(said.contains("sets elsewhere may be missing"), "{said}");
}

fn calibrate(folder: &Path, args: &[&str]) -> Output {
    let common = ["--quiet", "--replicates", "2"];
    Command::new(env!("CARGO_BIN_EXE_wearout"))
        .arg("calibrate")
        .args(args)
        .args(common)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// The files of a run by name, but for its manifest.
fn files(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(run).unwrap().map(|entry| entry.unwrap().path());
    let file =
        |path: std::path::PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
    entries.map(file).filter(|(name, _)| name != "manifest.toml").collect()
}

fn checkpoints(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join("output/mine-calibration")) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("checkpoint-")).collect()
}

fn manifest(run: &Path) -> toml::Table {
    fs::read_to_string(run.join("manifest.toml")).unwrap().parse().unwrap()
}

#[test]
fn a_best_fit_leaves_every_file_and_says_how_each_target_is_met() {
    let folder = folder();
    let output = calibrate(folder.path(), &["mine.toml", "--simulations", "60"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    for part in [
        "mine: best fit (CMA-ES); targets: 2 fitted, 1 held out; quantities tuned: 2",
        "* held out",
        "Fitted: ",
        "output/mine-calibration/0001",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let run = folder.path().join("output/mine-calibration/0001");
    let names: Vec<String> = files(&run).into_keys().collect();
    let expected = [
        "contraction.csv",
        "contraction.png",
        "contraction.svg",
        "ensemble.csv",
        "posterior.csv",
        "report.html",
        "ridges.csv",
        "targets.csv",
        "targets.png",
        "targets.svg",
    ];
    assert_eq!(names, expected);
    assert!(checkpoints(folder.path()).is_empty());
    let made = manifest(&run)["run"].clone();
    assert!(made["measured"].as_integer().unwrap() <= 60);
    assert_eq!(made["inputs"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_found_can_be_run() {
    let folder = folder();
    calibrate(folder.path(), &["mine.toml", "--simulations", "30"]);
    let sets = fs::read_to_string(folder.path().join("output/mine-calibration/0001/ensemble.csv")).unwrap();
    let source = wearout_core::diagnostic::Source { name: "ensemble.csv".into(), text: sets };
    let ensemble =
        wearout_core::parameter::parse_ensemble(source, &wearout_core::parameter::Parameters::best()).unwrap();
    assert_eq!((ensemble.sets.len(), ensemble.keys), (1, vec!["read_base".to_owned(), "irritation_base".to_owned()]));
}

/// A time limit stops after the first generation; what it leaves is resumed, generation by generation.
#[test]
fn a_calibration_that_was_stopped_goes_on_to_the_same_bytes() {
    for method in [["--method", "best"], ["--method", "posterior"], ["--method", "plausible"]] {
        let whole = folder();
        let budget = [&method[..], &["--simulations", "240", "--particles", "40"]].concat();
        let args = [&["mine.toml"], &budget[..]].concat();
        let output = calibrate(whole.path(), &args);
        assert_eq!(status(&output), 0, "{}", stderr(&output));

        let parts = folder();
        let stopped = calibrate(parts.path(), &[&args[..], &["--time-limit", "0.000001s"]].concat());
        assert_eq!(status(&stopped), 0, "{}", stderr(&stopped));
        let first = manifest(&parts.path().join("output/mine-calibration/0001"));
        assert_eq!(first["run"]["ended"].as_str(), Some("early"));
        assert!(stderr(&stopped).contains("the same command resumes from here"), "{}", stderr(&stopped));
        assert_eq!(checkpoints(parts.path()).len(), 1);
        let resumed = calibrate(parts.path(), &[&args[..], &["--threads", "1"]].concat());
        assert!(stderr(&resumed).contains("resumes after generation 1, "), "{}", stderr(&resumed));
        assert!(checkpoints(parts.path()).is_empty());
        let bytes = |folder: &TempDir, run: &str| files(&folder.path().join("output/mine-calibration").join(run));
        assert!(bytes(&whole, "0001") == bytes(&parts, "0002"), "{method:?}");

        let done = first["run"]["measured"].to_string();
        let repeated = [&["mine.toml"], &method[..], &["--simulations", &done, "--particles", "40"]].concat();
        assert_eq!(status(&calibrate(parts.path(), &repeated)), 0);
        // The page says why it ended, and that differs.
        let figures = |run| {
            let mut files = bytes(&parts, run);
            files.remove("report.html");
            files
        };
        assert!(figures("0001") == figures("0003"), "{method:?} of {done} simulations");
    }
}

#[test]
fn a_checkpoint_of_another_calibration_is_left_alone_and_said() {
    let folder = folder();
    calibrate(folder.path(), &["mine.toml", "--simulations", "40", "--time-limit", "0.000001s"]);
    let left = checkpoints(folder.path());
    let output = Command::new(env!("CARGO_BIN_EXE_wearout"))
        .args(["calibrate", "mine.toml", "--simulations", "40", "--seed", "2", "--replicates", "2"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).contains(&format!("left alone: {}", left[0])), "{}", stderr(&output));
    assert_eq!(checkpoints(folder.path()), left);
    let fresh = calibrate(folder.path(), &["mine.toml", "--simulations", "40", "--fresh"]);
    assert!(!stderr(&fresh).contains("resumes"), "{}", stderr(&fresh));
    assert!(checkpoints(folder.path()).is_empty());
}

#[test]
fn a_checkpoint_that_cannot_be_read_is_refused_with_a_remedy() {
    let folder = folder();
    let args = ["mine.toml", "--simulations", "40"];
    calibrate(folder.path(), &[&args[..], &["--time-limit", "0.000001s"]].concat());
    let path = folder.path().join("output/mine-calibration").join(&checkpoints(folder.path())[0]);
    fs::write(&path, "{}").unwrap();
    let output = calibrate(folder.path(), &args);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("--fresh starts anew"), "{}", stderr(&output));
    assert_eq!(status(&calibrate(folder.path(), &[&args[..], &["--fresh"]].concat())), 0);
}

#[test]
fn nothing_is_written_on_a_fault_and_unknown_things_are_faults() {
    let folder = folder();
    fs::write(folder.path().join("bad.toml"), TARGETS.replace("open_rate", "opn_rate")).unwrap();
    let bad = calibrate(folder.path(), &["bad.toml"]);
    assert_eq!((status(&bad), stdout(&bad)), (1, String::new()));
    assert!(
        stderr(&bad).contains("bad.toml:5:14") && stderr(&bad).contains("did you mean `open_rate`?"),
        "{}",
        stderr(&bad)
    );
    let missing = calibrate(folder.path(), &["jiont"]);
    assert_eq!(status(&missing), 1);
    assert!(stderr(&missing).contains("did you mean the shipped list `joint`?"), "{}", stderr(&missing));
    let unknown = calibrate(folder.path(), &["mine.toml", "--parameters-tuned", "read_bas"]);
    assert_eq!(status(&unknown), 1);
    assert!(stderr(&unknown).contains("--parameters-tuned:1:1"), "{}", stderr(&unknown));
    fs::write(
        folder.path().join("held.toml"),
        TARGETS.replace("band =", "held_out = true\nband =").replace("interval =", "held_out = true\ninterval ="),
    )
    .unwrap();
    let held = calibrate(folder.path(), &["held.toml"]);
    assert_eq!(status(&held), 1);
    assert!(stderr(&held).contains("every target of `held.toml` is held out"), "{}", stderr(&held));
    assert_eq!(status(&calibrate(folder.path(), &["mine.toml", "--method", "magic"])), 2);
    assert_eq!(status(&calibrate(folder.path(), &["mine.toml", "--time-limit", "5"])), 2);
    assert!(!folder.path().join("output").exists());
}

#[test]
fn own_figures_need_only_a_scenario_and_the_names_of_the_columns() {
    let folder = folder();
    fs::write(folder.path().join("2025.csv"), "\u{feff}jours,envois,ouverts\n1-5,1000,340\n6-10,1000,\n").unwrap();
    let args = ["2025.csv", "--scenario", "club.toml", "--columns", "period=jours,sent=envois,opened=ouverts"];
    let output = calibrate(
        folder.path(),
        &[&args[..], &["--parameters-tuned", "read_base", "--simulations", "20", "--json"]].concat(),
    );
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let value: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(value["study"]["outcome"]["scores"].as_array().unwrap().len(), 1);
    assert_eq!(value["study"]["targets"][0]["name"], "days 1-5 opened");
    assert_eq!(value["study"]["tuned"][0]["name"], "read_base");
}

#[test]
#[cfg(unix)]
fn an_interrupt_drops_the_generation_in_flight_and_leaves_no_folder() {
    let folder = folder();
    let args =
        ["calibrate", "mine.toml", "--method", "posterior", "--simulations", "100000000", "--particles", "100000"];
    let child = Command::new(env!("CARGO_BIN_EXE_wearout"))
        .args(args)
        .args(["--quiet", "--replicates", "1"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(status(&output), 130, "{}", stderr(&output));
    assert!(stderr(&output).starts_with("interrupted: "), "{}", stderr(&output));
    assert!(stderr(&output).ends_with("nothing was written\n"), "{}", stderr(&output));
    assert!(!folder.path().join("output").exists());
}
