//! The program as a user types it: what it prints, what it leaves behind, and how it ends.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use wearout_core::engine::Instructions;

const FIVE_LINES: &str = "[audience.club]\nsize = 60\n[plan.daily]\n[plan.spaced]\nevery = \"48h\"\n";

fn wearout(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wearout")).args(args).current_dir(folder).output().unwrap()
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

fn folder_with(name: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    folder
}

/// A finished run's manifest without its timing.
fn manifest(run: &Path) -> String {
    let text = fs::read_to_string(run.join("manifest.toml")).unwrap();
    text.split("[timing]").next().unwrap().to_owned()
}

#[test]
fn a_five_line_plan_runs_and_leaves_every_file() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let output = wearout(folder.path(), &["run", "club.toml"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    assert_eq!(text.lines().last().unwrap(), "output/club/0001");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    assert!(text.contains("daily") && text.contains("spaced") && text.contains("95 % intervals"), "{text}");
    let run = folder.path().join("output/club/0001");
    for file in [
        "summary.csv",
        "differences.csv",
        "uncertainty.csv",
        "daily.csv",
        "replicates.csv",
        "reads_by_repeat.csv",
        "manifest.toml",
    ] {
        assert!(run.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    for chart in wearout_show::chart::CHARTS {
        let drawn = run.join(format!("{}.png", chart.key)).exists();
        assert_eq!(drawn, run.join(format!("{}.svg", chart.key)).exists(), "{}", chart.key);
    }
    assert!(run.join("open_by_day.png").exists());
    assert_eq!(fs::read_to_string(folder.path().join("output/club/latest")).unwrap(), "0001\n");
}

#[test]
fn a_repetition_is_the_same_to_the_byte_whatever_the_threads_and_instructions() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let slowest = Instructions::available()[0].name();
    for on in [["--threads", "1"], ["--threads", "7"], ["--instructions", slowest]] {
        let output = wearout(folder.path(), &[&["run", "club.toml", "--sets", "9", "--quiet"], &on[..]].concat());
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    }
    let runs = folder.path().join("output/club");
    let names: Vec<_> = fs::read_dir(runs.join("0001")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    for other in ["0002", "0003"] {
        for name in names.iter().filter(|name| *name != "manifest.toml") {
            let read = |run: &str| fs::read(runs.join(run).join(name)).unwrap();
            assert!(read("0001") == read(other), "{name:?} of {other}");
        }
        assert_eq!(manifest(&runs.join("0001")), manifest(&runs.join(other)));
    }
}

#[test]
fn a_manifest_is_enough_to_run_again_to_the_byte() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let set = ["--set", "plan.spaced.reply=15m"];
    let first = wearout(
        folder.path(),
        &[&["run", "club.toml", "--sets", "8", "--replicates", "3", "--seed", "7"][..], &set].concat(),
    );
    assert_eq!(status(&first), 0, "{}", stderr(&first));
    let run = folder.path().join("output/club/0001");
    let manifest: toml::Table = fs::read_to_string(run.join("manifest.toml")).unwrap().parse().unwrap();
    let scenario = toml::to_string(&manifest["scenario"]).unwrap();
    fs::write(folder.path().join("again.toml"), scenario).unwrap();
    let seed = manifest["run"]["seed"].to_string();
    let recorded = |key: &str| manifest["parameters"][key].to_string().replace('"', "");
    let asked = ["parameters", "sets", "replicates_per_set"].map(recorded);
    let again = wearout(
        folder.path(),
        &[
            "run",
            "again.toml",
            "--parameters",
            &asked[0],
            "--sets",
            &asked[1],
            "--replicates",
            &asked[2],
            "--seed",
            &seed,
        ],
    );
    assert_eq!(status(&again), 0, "{}", stderr(&again));
    for name in
        ["summary.csv", "differences.csv", "uncertainty.csv", "daily.csv", "replicates.csv", "reads_by_repeat.csv"]
    {
        let read =
            |run: &str| fs::read_to_string(folder.path().join("output").join(run).join("0001").join(name)).unwrap();
        assert_eq!(read("club"), read("again"), "{name}");
    }
}

#[test]
fn what_moved_since_the_last_run_is_said() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let run =
        |args: &[&str]| stdout(&wearout(folder.path(), &[&["run", "club.toml", "--replicates", "20"], args].concat()));
    run(&["--sets", "2"]);
    let same = run(&["--sets", "2"]);
    assert!(!same.contains("Since run"), "{same}");
    let changed = run(&["--sets", "2", "--set", "plan.spaced.reply=never"]);
    assert!(changed.contains("Since run 0002:\n  plan.spaced.reply 2h30m -> never\n  spaced: "), "{changed}");
    let one = run(&["--parameters", "best", "--set", "plan.spaced.reply=never"]);
    assert!(one.contains("Since run 0003:\n  parameters joint -> best\n"), "{one}");
}

#[test]
fn faults_are_told_at_once_and_nothing_is_written() {
    let folder = folder_with("bad.toml", "days = \"x\"\n[audience.club]\nsize = 0\n[plan.daily]\nraech = 2\n");
    let output = wearout(folder.path(), &["run", "bad.toml"]);
    assert_eq!(status(&output), 1);
    assert_eq!(stdout(&output), "");
    let text = stderr(&output);
    for place in ["bad.toml:1:8", "bad.toml:3:8", "bad.toml:5:1", "did you mean", "nothing written"] {
        assert!(text.contains(place), "{place} in {text}");
    }
    assert!(!folder.path().join("output").exists());
}

#[test]
fn a_fault_in_an_override_points_at_the_override() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let output = wearout(folder.path(), &["run", "club.toml", "--set", "plan.spced.reply=15m"]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("--set:1:") && stderr(&output).contains("spaced"), "{}", stderr(&output));
}

#[test]
fn usage_input_and_output_have_their_own_exit_status() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let run = |args: &[&str]| wearout(folder.path(), args);
    assert_eq!(status(&run(&["run"])), 2);
    assert_eq!(status(&run(&["run", "club.toml", "--replicates", "0"])), 2);
    let missing = run(&["run", "targeted-vs-spry"]);
    assert_eq!(status(&missing), 1);
    assert!(
        stderr(&missing).contains("did you mean the shipped scenario `targeted-vs-spray`?"),
        "{}",
        stderr(&missing)
    );
    fs::write(folder.path().join("file"), "in the way").unwrap();
    let blocked = run(&["run", "club.toml", "--out", "file/inside"]);
    assert_eq!(status(&blocked), 3, "{}", stderr(&blocked));
    fs::write(folder.path().join("garbage.toml"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(status(&run(&["check", "garbage.toml"])), 1);
    assert_eq!(status(&run(&["check", "."])), 1);
}

#[test]
fn what_was_computed_is_shown_also_when_it_cannot_be_written() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let full =
        |name: &str| fs::create_dir_all(folder.path().join("output").join(name).join(u64::MAX.to_string())).unwrap();
    ["club", "club-sensitivity", "club-select"].into_iter().for_each(full);
    for args in [
        &["run", "club.toml", "--parameters", "best", "--replicates", "4"][..],
        &["run", "club.toml", "--parameters", "best", "--replicates", "4", "--json"],
        &["run", "club.toml", "--parameters", "best", "--select", "--metric", "loss", "--max-replicates", "40"],
    ] {
        let output = wearout(folder.path(), args);
        assert_eq!(status(&output), 3, "{args:?}: {}", stderr(&output));
        assert!(stdout(&output).contains("spaced"), "{args:?}: {}", stdout(&output));
        assert!(stderr(&output).contains("is the last number a run can have"), "{}", stderr(&output));
    }
}

#[test]
#[cfg(unix)]
fn a_file_without_end_or_with_a_name_that_leads_elsewhere_is_refused() {
    let folder = folder_with("...toml", FIVE_LINES);
    fs::write(folder.path().join("a\u{1b}[31m.toml"), FIVE_LINES).unwrap();
    for (args, says) in [
        (&["run", "...toml", "--out", "o/k"][..], "`...toml` can't name the folder of the results"),
        (&["run", "a\u{1b}[31m.toml"], "`a\\u001b[31m.toml` can't name the folder of the results"),
        (&["check", "/dev/zero"], "it is longer than 4 MiB, the most that is read"),
        (&["calibrate", "/dev/zero"], "it is longer than 64 MiB, the most that is read"),
        (&["ab", "analyze", "/dev/zero"], "it is longer than 64 MiB, the most that is read"),
        (&["run", "targeted-vs-spray", "--parameters", "/dev/zero"], "it is longer than 64 MiB, the most that is read"),
    ] {
        let output = wearout(folder.path(), args);
        assert_eq!(status(&output), 1, "{args:?}");
        assert!(stderr(&output).contains(says), "{args:?}: {}", stderr(&output));
        assert!(!stderr(&output).contains('\u{1b}'));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is written");
}

#[test]
fn numbers_that_do_not_go_together_are_usage_and_say_what_would() {
    let folder = folder_with("club.toml", FIVE_LINES);
    for (args, says) in [
        (&["--sets", "285"][..], "--sets must be from 2 to the 284 sets of `joint`, found 285"),
        (&["--sets", "1"], "for one set: --parameters best"),
        (&["--replicates", "1"], "--replicates must be at least 2 under each of 200 sets, found 1"),
        (&["--parameters", "best", "--sets", "5"], "`best` is one set of parameters"),
        (&["--precision", "0.1", "--max-replicates", "100"], "--max-replicates must be at least 400 for 200 sets"),
        (&["--replicates", "100000"], "at most 16000000"),
    ] {
        let output = wearout(folder.path(), &[&["run", "club.toml"], args].concat());
        assert_eq!(status(&output), 2, "{args:?}");
        assert!(stderr(&output).contains(says) && stderr(&output).contains("= help: "), "{}", stderr(&output));
    }
    assert!(!folder.path().join("output").exists());
}

#[test]
fn parameters_are_an_ensemble_a_fit_or_a_file() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let run = |args: &[&str]| wearout(folder.path(), &[&["run", "club.toml", "--quiet"], args].concat());
    let summary = |run: &str| fs::read(folder.path().join("output/club").join(run).join("summary.csv")).unwrap();
    for name in ["best", "prediction", "reference"] {
        let output = run(&["--parameters", name, "--replicates", "10"]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        assert!(stdout(&output).contains("under one set of parameters, "), "{}", stdout(&output));
    }
    assert!(summary("0001") == summary("0002"), "the best is the prediction's");
    let mine = "# name = mine\n# fit = prediction\n# model = wearout-model/2\nread_base\n-1.2\n-1.0\n-0.8\n";
    fs::write(folder.path().join("mine.csv"), mine).unwrap();
    let output = run(&["--parameters", "mine.csv"]);
    assert!(stdout(&output).contains("mean of 3 sets x 2 replicates"), "{}", stdout(&output));
    let manifest: toml::Table = manifest(&folder.path().join("output/club/0004")).parse().unwrap();
    assert_eq!(manifest["parameters"]["parameters"].as_str(), Some("mine.csv"));
    assert_eq!(manifest["parameters"]["fit"].as_str(), Some("prediction"));

    let unknown = run(&["--parameters", "jiont"]);
    assert_eq!(status(&unknown), 1);
    assert!(stderr(&unknown).contains("did you mean `joint`?"), "{}", stderr(&unknown));
    fs::write(folder.path().join("old.csv"), mine.replace("model/2", "model/0")).unwrap();
    let old = run(&["--parameters", "old.csv"]);
    assert_eq!(status(&old), 1);
    for part in ["of model `wearout-model/0`", "old.csv:3:1", "calibrate again"] {
        assert!(stderr(&old).contains(part), "{}", stderr(&old));
    }
}

#[test]
fn json_is_one_document_on_stdout() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let output = wearout(folder.path(), &["run", "club.toml", "--sets", "5", "--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let value: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(value.is_object());
    assert_eq!(stderr(&output).lines().last().unwrap(), "output/club/0001");
}

#[test]
fn a_precision_is_reached_or_the_reader_is_told_how_far_it_is() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let near = stdout(&wearout(folder.path(), &["run", "club.toml", "--parameters", "best", "--precision", "0.2"]));
    assert!(near.contains("known to within 0.2 after 100 replicates"), "{near}");
    let far = ["run", "club.toml", "--sets", "20", "--precision", "1e-6", "--max-replicates", "150"];
    let far = stdout(&wearout(folder.path(), &far));
    assert!(far.contains("not known to within 0.000001 after 140 replicates"), "{far}");
}

#[test]
fn new_writes_a_scenario_that_runs_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(status(&wearout(folder.path(), &["new", "launch"])), 0);
    let text = fs::read_to_string(folder.path().join("launch.toml")).unwrap();
    let check = wearout(folder.path(), &["check", "launch.toml"]);
    assert_eq!(status(&check), 0, "{}", stderr(&check));
    assert!(stdout(&check).contains("differs from daily only in"), "{}", stdout(&check));
    let again = wearout(folder.path(), &["new", "launch"]);
    assert_eq!(status(&again), 3);
    assert!(
        stderr(&again).contains("launch.toml exists and is not overwritten; choose another name"),
        "{}",
        stderr(&again)
    );
    assert_eq!(fs::read_to_string(folder.path().join("launch.toml")).unwrap(), text);
    assert_eq!(status(&wearout(folder.path(), &["new", "a b!"])), 1);
}

#[test]
fn new_copies_a_shipped_scenario() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(status(&wearout(folder.path(), &["new", "mine", "--from", "spacing"])), 0);
    let text = fs::read_to_string(folder.path().join("mine.toml")).unwrap();
    assert_eq!(text, wearout_core::scenario::shipped("spacing").unwrap());
    assert_eq!(status(&wearout(folder.path(), &["new", "contents", "--from", "spring"])), 0);
    let unknown = wearout(folder.path(), &["new", "other", "--from", "spacng"]);
    assert_eq!(status(&unknown), 1);
    assert!(stderr(&unknown).contains("did you mean the shipped scenario `spacing`?"), "{}", stderr(&unknown));
}

#[test]
fn a_slip_in_what_is_typed_is_told_with_what_was_meant() {
    let folder = folder_with("two.toml", FIVE_LINES);
    for (args, code, says) in [
        (&["run", "two"][..], 1, "did you mean the file `two.toml`?"),
        (&["rnu", "two.toml"], 2, "'run'"),
        (&["run", "two.toml", "--replicates", "-3"], 2, "must be a whole number from 1 to 16000000"),
        (&["calibrate", "joint", "--time-limit", "-5m"], 2, "a time above 0, such as 90s, 5m or 1h30m"),
        (&["run", "two.toml", "--\u{1b}[2J"], 2, "unexpected argument '--"),
        (
            &["run", "two.toml", "--precision", "-3"],
            2,
            "must be a number above 0 and at most 1000000000, such as 0.005",
        ),
        (&["run", "two.toml", "--seed", "-1"], 2, "must be a whole number from 0 to "),
        (&["ab", "power", "two.toml", "--groups", "4,-1"], 2, "must be a whole number from 2 to 100000"),
        (&["sensitivity", "two.toml", "--rows", "-8"], 2, "must be a whole number from 0 to "),
    ] {
        let output = wearout(folder.path(), args);
        assert_eq!(status(&output), code, "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(says), "{args:?}: {}", stderr(&output));
        assert!(!stderr(&output).contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn check_says_what_a_run_takes_and_warns_of_a_long_one() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let check = |args: &[&str]| stdout(&wearout(folder.path(), &[&["check", "club.toml"], args].concat()));
    let short = check(&[]);
    assert!(short.contains("a run of 200 sets x 2 replicates takes roughly a few seconds and below 100 MB"), "{short}");
    assert!(!short.contains("warning"), "{short}");
    let long = check(&["--set", "audience.club.size=9000000", "--set", "days=365"]);
    assert!(long.contains("warning: that is longer than 10 minutes"), "{long}");
}

#[test]
fn words_lead_to_what_they_mean() {
    let folder = tempfile::tempdir().unwrap();
    let explain = |name: &str| stdout(&wearout(folder.path(), &["explain", name]));
    assert!(explain("churn").starts_with("loss (metric)"));
    assert!(explain("spray-loss30").contains("41"));
    assert!(explain("trust_drift").contains("basis: fitted"));
    assert!(explain("cap").contains("article-2025"));
    assert!(explain("plan.yours.reply").contains("mean delay of an answer"));
    assert!(explain("testimonial").contains("what another buyer says"));
    let needs = explain("needs");
    assert!(
        needs.starts_with("needs (topic)")
            && needs.contains("1/day (0.0007 to 0.0029): Needs that arise a day")
            && needs.contains("key of scenarios")
    );
    let frequency = explain("frequency");
    assert!(
        frequency.contains("email-lifetime-optimum (email; read") && frequency.contains("pulling the other way"),
        "{frequency}"
    );
    assert!(explain("C4").contains("compounds to"));
    assert!(explain("need_days").contains("a field study found [email-revenue-saturates]"), "both ledgers");
    assert!(explain("data-breach").contains("what is marked M is not verified"));
    assert!(explain("email-revenue-saturates").contains("cited by: P1, need_rate"));
    assert!(explain("p1").contains("2 a week over 5: 0.66 to 0.99"));
    assert!(explain("spray-loss30").contains("C4 is a contradiction: Spray loses 7 to 9 %"), "where it stands");
    let unknown = wearout(folder.path(), &["explain", "conversin"]);
    assert_eq!(status(&unknown), 1);
    assert!(stderr(&unknown).contains("did you mean `conversion`?"), "{}", stderr(&unknown));
    for what in ["scenarios", "metrics", "parameters", "platforms", "charts", "claims", "findings", "patterns"] {
        assert!(stdout(&wearout(folder.path(), &["list", what])).lines().count() > 2, "{what}");
        let json = stdout(&wearout(folder.path(), &["list", what, "--json"]));
        assert!(serde_json::from_str::<serde_json::Value>(&json).unwrap().is_array(), "{what}");
    }
}

#[test]
#[cfg(unix)]
fn an_interrupt_writes_what_is_complete_and_says_so() {
    let folder = folder_with("club.toml", FIVE_LINES);
    let mut child = Command::new(env!("CARGO_BIN_EXE_wearout"))
        .args(["run", "club.toml", "--sets", "2", "--replicates", "1000000"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The first line of progress comes once replicates are under way.
    let mut progress = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = progress.find(|line| line.as_ref().unwrap().contains(" of 2000000 replicates, "));
    assert!(said.is_some(), "long work shows how far it is");
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let last = progress.last().unwrap().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(status(&output), 130, "{last}");
    assert_eq!(last, "interrupted: what is complete was written, marked as partial");
    assert!(manifest(&folder.path().join("output/club/0001")).contains("partial = true"));
}

/// 200,000 members over ten years: no replicate is complete by the time it is stopped.
#[test]
#[cfg(unix)]
fn an_interrupt_drops_a_long_replicate_and_leaves_no_folder() {
    let folder = folder_with(
        "list.toml",
        "days = 3650\n[audience.list]\nchannel = \"direct\"\nsize = 200000\n[plan.once]\ndays = [1]\n",
    );
    let mut child = Command::new(env!("CARGO_BIN_EXE_wearout"))
        .args(["run", "list.toml", "--parameters", "best", "--replicates", "2"])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap()).lines();
    progress.next().unwrap().unwrap();
    let asked = std::time::Instant::now();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(progress.last().unwrap().unwrap(), "interrupted: nothing was complete, and nothing was written");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed().as_secs() < 10, "{:?}", asked.elapsed());
    assert!(!folder.path().join("output").exists());
}

#[test]
fn evidence_gives_a_row_for_every_claim_and_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for threads in ["1", "3"] {
        let output = wearout(folder.path(), &["evidence", "--replicates", "2", "--threads", threads, "--quiet"]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let text = stdout(&output);
        for words in ["Held out:", "of 46 facts within 12 %", "Fit prediction:", "C1  inconsistent", "K1  consistent"] {
            assert!(text.contains(words), "{words}\n{text}");
        }
    }
    let runs = folder.path().join("output/evidence");
    let read = |run: &str, file: &str| fs::read(runs.join(run).join(file)).unwrap();
    for file in [
        "evidence.csv",
        "facts.csv",
        "contradictions.csv",
        "patterns.csv",
        "evidence.svg",
        "patterns.svg",
        "patterns.png",
    ] {
        assert_eq!(read("0001", file), read("0002", file), "{file}");
    }
    assert_eq!(manifest(&runs.join("0001")), manifest(&runs.join("0002")));
    let table = String::from_utf8(read("0001", "evidence.csv")).unwrap();
    let mut lines = table.lines();
    let header = lines.next().unwrap();
    assert_eq!(header, "id,statement,low,high,simulated,interval_low,interval_high,verdict,role");
    assert_eq!(lines.count(), 179);
}

#[test]
fn evidence_scores_another_fit_when_told_to_and_knows_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["evidence", "--replicates", "2", "--parameters", "reference", "--quiet", "--json"];
    let output = wearout(folder.path(), &args);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let page: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(page["study"]["fit"]["name"], "reference");
    assert_eq!(page["study"]["reproduced"]["facts"]["all"], 46);

    let output = wearout(folder.path(), &["evidence", "--parameters", "best"]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("the fits are prediction, feasibility, reference, article-only"),
        "{}",
        stderr(&output)
    );
}
