//! Whether a test pays, as a user asks it: what is advised, what is left behind, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{WorthJob, WorthOptions};
use wearout_core::job::{Job, run};
use wearout_core::scenario::Input;
use wearout_core::study::ab::worth::Rest;

/// Two plans that are alike.
const TEXTS: &str = "days = 10\nplatform = \"none\"\n[audience.club]\ngroups = 40\nsize = 60\nfit = 0.9\n[plan.a]\nkinds = [\"preview\"]\n\
    [plan.b]\nlike = \"a\"\n[test.texts]\narms = [\"a\", \"b\"]\ngroups_per_arm = 4\ndays = 5\n";

fn folder_with(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("texts.toml"), text).unwrap();
    folder
}

fn worth(folder: &Path, args: &[&str]) -> Output {
    let of = ["ab", "worth", "texts.toml", "--quiet", "--days", "5"];
    Command::new(env!("CARGO_BIN_EXE_wearout")).args(of).args(args).current_dir(folder).output().unwrap()
}

/// What was found.
fn read(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let finding: Value = serde_json::from_slice(&output.stdout).unwrap();
    finding["study"]["found"].clone()
}

/// Every test by each rule.
fn judged(found: &Value) -> impl Iterator<Item = &Value> {
    found["candidates"].as_array().unwrap().iter().flat_map(|of| of["by"].as_array().unwrap())
}

fn numbers<'a>(found: &'a Value, key: &'a str) -> impl Iterator<Item = f64> + 'a {
    judged(found).map(move |judged| judged["payoff"][key].as_f64().unwrap())
}

/// What the most promising test came to on fresh luck.
fn net_of_best(found: &Value) -> f64 {
    found["best"][2]["net"]["mean"].as_f64().unwrap()
}

#[test]
fn contents_of_unknown_appeal_are_worth_a_test() {
    let folder = folder_with(TEXTS);
    let asked = ["--groups", "8", "--sets", "100", "--appeal", "0.9", "--replicates", "2"];
    let found = read(&worth(folder.path(), &[&asked[..], &["--json"]].concat()));
    assert!(found["advice"]["test"]["candidate"].is_u64(), "{found:#}");
    // No arm is ahead by the draw, and no test is worth more than to know, which each half of the replicates mostly tells here.
    let (lead, knowing) =
        (found["lead"]["mean"].as_f64().unwrap(), found["knowledge"]["interval"]["high"].as_f64().unwrap());
    let best = net_of_best(&found);
    assert!(lead < 1.0 && 0.0 < best && best < knowing, "{found:#}");
    // Beside test and roll: the same order of size.
    let closed = found["closed"]["net"].as_f64().unwrap();
    assert!(closed / 2.5 < best && best < closed * 2.5, "{best} and {closed}");

    let text = worth(folder.path(), &[&asked[..], &["--explain", "--threads", "1"]].concat());
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.starts_with("Is test texts worth it? a or b; decided by ")
            && text.contains(" groups an arm for 5 days, then send the")
            && text.contains("How it is worked out"),
        "{text}"
    );
    let too_long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 140).collect();
    assert!(too_long.is_empty(), "{too_long:?}");
    let run = |number: &str| folder.path().join("output/texts-worth").join(number);
    for file in ["worth.csv", "worth.svg", "worth.png", "manifest.toml"] {
        assert!(run("0001").join(file).metadata().unwrap().len() > 0, "{file}");
    }
    let table = |number: &str| fs::read_to_string(run(number).join("worth.csv")).unwrap();
    assert_eq!(table("0001"), table("0002"), "threads do not matter");
}

#[test]
fn plans_that_are_alike_gain_nothing_by_a_test() {
    let folder = folder_with(TEXTS);
    let asked = ["--groups", "4", "--sets", "10", "--replicates", "2"];
    let found = read(&worth(folder.path(), &[&asked[..], &["--json"]].concat()));
    assert_eq!(found["advice"], "neither");
    assert_eq!((found["lead"]["mean"].as_f64(), found["knowledge"]["mean"].as_f64()), (Some(0.0), Some(0.0)));
    assert!(numbers(&found, "gain").all(|gain| gain == 0.0));
    assert!(found["closed"].is_null(), "the sets agree on the difference: none");
    assert!(judged(&found).all(|judged| judged["payoff"]["apart"] == 0.0), "there is no better arm");
    assert_eq!(found["ahead"], serde_json::json!([0, 0]));

    let text = String::from_utf8(worth(folder.path(), &[&asked[..], &["--days", "1"]].concat()).stdout).unwrap();
    let page = text.replace("\n    ", " ");
    assert!(page.contains("members lost; the arms do not differ under any set"), "{text}");
    assert!(text.contains("No test is shown to pay: the arms do not differ under any set, send either.\n"), "{text}");
    let rows = text.lines().filter(|line| line.starts_with("4 groups an arm, ")).collect::<Vec<_>>();
    assert!(rows[0].starts_with("4 groups an arm, 1 day ") && rows.iter().all(|row| !row.contains('%')), "{text}");
}

#[test]
fn a_test_that_was_the_luckiest_of_many_is_not_luckier_than_others_when_played_again() {
    let folder = folder_with(TEXTS);
    let (mut sum, mut squares, n) = (0.0, 0.0, 24.0);
    let mut lucky = 0.0;
    for seed in 1..=24 {
        let asked = ["--json", "--groups", "2,8,20", "--sets", "4", "--replicates", "2", "--seed", &seed.to_string()];
        let found = read(&worth(folder.path(), &asked));
        let net = |judged: &Value| judged["net"]["mean"].as_f64().unwrap();
        let best = net_of_best(&found);
        sum += best;
        squares += best * best;
        lucky += judged(&found).map(net).fold(f64::MIN, f64::max) / n;
    }
    let mean: f64 = sum / n;
    let error = ((squares / n - mean * mean) / (n - 1.0)).sqrt();
    assert!(lucky > 2.0 * error, "the most promising test looks better than it is: {lucky} +- {error}");
    assert!(mean.abs() < 3.0 * error, "{mean} +- {error} where arms are alike and tests cost nothing");
}

#[test]
fn a_plan_that_is_known_to_be_better_is_sent_untested() {
    let text = TEXTS.replace("like = \"a\"", "like = \"a\"\nevery = \"72h\"");
    let folder = folder_with(&text);
    let asked = ["--json", "--groups", "4", "--sets", "12", "--replicates", "2"];
    let later = read(&worth(folder.path(), &asked));
    assert_eq!(later["advice"]["send"]["arm"], 0, "{later:#}");
    assert!(numbers(&later, "wait_cost").all(|cost| cost == 0.0));
    // Where the horizon is a deadline, who waits loses half of it.
    let deadline = read(&worth(folder.path(), &[&asked[..], &["--deadline"]].concat()));
    let untested = deadline["skipped"]["buyers"]["mean"].as_f64().unwrap();
    assert!(numbers(&deadline, "wait_cost").all(|cost| 0.2 * untested < cost && cost < 0.6 * untested));
    assert_eq!(numbers(&later, "test_cost").collect::<Vec<_>>(), numbers(&deadline, "test_cost").collect::<Vec<_>>());
}

#[test]
fn what_the_audience_or_the_horizon_has_no_room_for_is_refused_at_once() {
    let folder = folder_with(TEXTS);
    let output = worth(folder.path(), &["--groups", "4,21,50", "--days", "11"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    for part in [
        "`--groups` must be at most 20 an arm, found 21,50",
        "`audience.club` has 40 groups for 2 arms",
        "`--days` must be at most 10, found 11",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!folder.path().join("output").exists());
}

#[test]
fn what_the_page_says_stands_in_the_finding() {
    let job = Job::Worth(WorthJob {
        scenario: Input {
            name: "texts".into(),
            source: Source { name: "texts.toml".into(), text: TEXTS.into() },
            set: Vec::new(),
        },
        seed: 1,
        options: WorthOptions {
            test: None,
            metric: None,
            groups: vec![4],
            days: vec![5],
            rest: Rest::Deadline,
            member_worth: None,
            appeal: 0.5,
            sets: 4,
            replicates: 2,
        },
    });
    found::is_in_the_finding(&run(&job, &Engine::default()).unwrap());
}
