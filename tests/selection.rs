//! Races of plans: who is selected, who is dropped, and that neither threads nor company change a figure.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;
#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use std::fs;
use std::process::{Command, Output};

use experiment::{SEED, experiment};
use wearout_core::analysis::Zone;
use wearout_core::diagnostic::Source;
use wearout_core::engine::{Engine, simulate};
use wearout_core::finding::{ParameterSource, SelectJob, SelectOptions, Study};
use wearout_core::job::{Job, run};
use wearout_core::parameter::{Parameters, plausible};
use wearout_core::plan::{Experiment, compile_under};
use wearout_core::scenario::{Input, parse};
use wearout_core::study::select::{FIRST_STAGE, MOST_PLANS, Question, Selection, Unfit, beside, select};
use wearout_core::study::{Target, compare, under_each};
use wearout_core::tally::find;

/// Plans from once a day to once in ten, one the same as another and one near it.
const CLUB: &str = "days = 10\n[audience.club]\nsize = 600\n[plan.daily]\n[plan.spaced]\nevery = \"48h\"\n\
                    [plan.rare]\nevery = \"240h\"\n[plan.same]\nlike = \"daily\"\n[plan.near]\nlike = \"daily\"\nreach = 0.9\n";

fn under(text: &str, n_sets: usize) -> Vec<Experiment> {
    let draft = parse("test", Source { name: "test.toml".into(), text: text.into() }, &[]);
    under_each(&draft, SEED, &plausible().sets[..n_sets], &experiment(text)).unwrap()
}

fn question(key: &str, zone: Option<f64>) -> Question {
    let equality = Zone { points: 0.01, relative: 0.1, below: 0.05 };
    Question { metric: find(key).unwrap(), zone, equality, most: 20_000 }
}

fn race(sets: Vec<Experiment>, question: &Question) -> Selection {
    select(sets, question, &Engine::default()).unwrap().unwrap()
}

#[test]
fn the_plan_selected_is_the_best_of_a_full_run_or_within_the_zone() {
    let target = Target::Replicates(600);
    for (key, sign) in [("conversion", 1.0), ("loss", -1.0)] {
        let metric = find(key).unwrap();
        let full = compare(&experiment(CLUB), &[metric], &target, false, &Engine::default()).unwrap().comparison;
        let mean = |plan: usize| sign * full.estimate(plan, key).unwrap().mean.unwrap();
        let best = (0..5).map(mean).fold(f64::NEG_INFINITY, f64::max);
        let found = race(vec![experiment(CLUB)], &question(key, Some(0.01)));
        assert!(mean(found.selected.unwrap()) > best - 0.01, "{key}: {found:?}");
        let behind = |plan: usize| sign * (found.plans[plan].mean - found.plans[found.leader].mean);
        assert!((0..5).all(|plan| found.plans[plan].dropped.is_some() || behind(plan) <= 0.0), "{found:?}");
    }
}

#[test]
fn a_clearly_worse_plan_is_dropped_at_the_first_look_and_runs_no_more() {
    // Without needs, so that sales grow with posts and the rarest plan lies far behind.
    let impulse = "[switch]
needs = false
[behaviour]
purchase_given_click = 0.013
[audience";
    let found = race(vec![experiment(&CLUB.replacen("[audience", impulse, 1))], &question("conversion", Some(0.0003)));
    let rare = found.plans.iter().find(|plan| plan.name == "rare").unwrap();
    let dropped = rare.dropped.unwrap();
    assert_eq!((rare.replicates, dropped.at), (u64::from(FIRST_STAGE), u64::from(FIRST_STAGE)));
    assert!(dropped.difference < -0.005 && found.replicates > 30, "{found:?}");
    // All five in the first stage, then at most the four others, to the end of the last batch.
    let (first, last_batch) = (u64::from(FIRST_STAGE), 8.max(found.replicates / 8));
    let after = found.campaigns - 5 * first;
    assert!(
        after <= 4 * (found.replicates - first + last_batch) && after >= 2 * (found.replicates - first),
        "{found:?}"
    );
}

#[test]
fn what_plans_do_to_members_and_the_account_stands_beside_the_metric_raced_by() {
    let found = race(vec![experiment(CLUB)], &question("conversion", Some(0.0005)));
    let full = compare(&experiment(CLUB), &[], &Target::Replicates(600), false, &Engine::default()).unwrap().comparison;
    for (plan, raced) in found.plans.iter().enumerate() {
        for (beside, metric) in raced.beside.iter().zip(beside()) {
            let wide = 2.0 * (beside.interval.high - beside.interval.low);
            let mean = full.estimate(plan, metric.key).unwrap().mean.unwrap();
            assert!(
                beside.interval.contains(beside.mean) && (beside.mean - mean).abs() <= wide,
                "{}: {raced:?}",
                metric.key
            );
        }
    }
    let more = found.keeps_more.unwrap();
    assert_eq!(found.plans[more.plan].name, "rare");
    assert!(more.interval.low > 0.0 && more.interval.contains(more.difference), "{more:?}");
}

#[test]
fn one_and_two_threads_give_the_same_race() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| race(under(CLUB, 7), &question("conversion", Some(0.0002))))
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert!(one.selected.is_some() && one.standings.len() > 1, "{one:?}");
}

#[test]
fn equal_plans_are_never_told_apart_and_the_first_of_them_is_selected() {
    let text = "days = 5\n[audience.club]\nsize = 80\n[plan.a]\n[plan.b]\nlike = \"a\"\n";
    let found = race(vec![experiment(text)], &question("conversion", None));
    assert_eq!((found.selected, found.plans[1].dropped, found.replicates), (Some(0), None, u64::from(FIRST_STAGE)));
    assert_eq!(found.plans[0].mean, found.plans[1].mean);
    // A chance that has not come up yet may: one replicate that differed would leave this much to know.
    let chance = race(vec![experiment(text)], &Question { most: 60, ..question("p_banned", Some(0.01)) });
    assert_eq!((chance.selected, chance.replicates), (None, 60));
}

#[test]
fn plans_that_are_left_come_to_the_same_without_the_others() {
    let whole = experiment(CLUB);
    let mut part = experiment(CLUB);
    part.keep_plans(|plan| plan == 1 || plan == 4);
    assert_eq!((part.plans.len(), part.baseline, part.trials.len()), (2, 0, 0));
    let engine = Engine::default();
    for (all, left) in simulate(&whole, 0..3, &engine).into_iter().zip(simulate(&part, 0..3, &engine)) {
        assert_eq!([&all.plans[1], &all.plans[4]], [&left.plans[0], &left.plans[1]]);
    }
}

#[test]
fn a_race_without_direction_zone_value_or_rivals_is_refused() {
    let refused = |text: &str, key: &str| select(vec![experiment(text)], &question(key, None), &Engine::default());
    let alone = "days = 2\n[audience.club]\nsize = 20\n[plan.a]\n";
    let two = &format!("{alone}[plan.b]\nevery = \"48h\"\n");
    assert_eq!(refused(alone, "conversion"), Err(Unfit::OnePlan));
    assert_eq!(refused(two, "delivered"), Err(Unfit::NoDirection("delivered")));
    assert_eq!(refused(two, "p_banned"), Err(Unfit::NoZone("p_banned")));
    let blank = Unfit::Blank { metric: "roi", plan: "a".into(), replicate: 0 };
    assert_eq!(refused(two, "roi"), Err(blank));
    let many = (0..=MOST_PLANS).map(|i| format!("[plan.p{i}]")).collect::<Vec<_>>().join("\n");
    let many = format!("days = 1\n[audience.club]\nsize = 10\n{many}");
    assert_eq!(refused(&many, "conversion"), Err(Unfit::TooManyPlans(MOST_PLANS + 1)));
}

/// Plans whose churn lies about a zone apart, raced under 200 seeds; the truth is that of 5,000 campaigns each under another.
#[test]
fn the_promise_holds_through_the_simulator() {
    let plans: String = ["1.0", "0.94", "0.88", "0.82"]
        .map(|reach| format!("[plan.p{}]\nevery = \"24h\"\nreach = {reach}\n", &reach[2..]))
        .concat();
    let text = format!("days = 10\n[audience.club]\nsize = 150\n{plans}");
    let draft = parse("test", Source { name: "test.toml".into(), text: text.clone() }, &[]);
    let known = experiment(&text);
    let metric = find("loss").unwrap();
    let full = compare(&known, &[metric], &Target::Replicates(5_000), false, &Engine::default()).unwrap().comparison;
    let truth: Vec<f64> = (0..4).map(|plan| full.estimate(plan, "loss").unwrap().mean.unwrap()).collect();
    let best = truth.iter().copied().fold(f64::INFINITY, f64::min);
    let zone = 0.8 * (truth[2] - truth[3]).abs();
    let right = (0..200).filter(|&seed| {
        let other = compile_under(&draft, seed, &Parameters::best(), &[&known]).unwrap();
        truth[race(vec![other], &question("loss", Some(zone))).selected.unwrap()] <= best + zone
    });
    let (right, slack) = (right.count() as f64 / 200.0, 4.0 * (0.95 * 0.05 / 200.0_f64).sqrt());
    assert!(right > 0.95 - slack, "{right}: {truth:?}, zone {zone}");
}

#[test]
fn a_race_stopped_within_its_first_stage_found_nothing() {
    let engine = Engine::default();
    engine.stop();
    assert_eq!(select(vec![experiment(CLUB)], &question("conversion", None), &engine), Ok(None));
}

fn wearout(text: &str, args: &[&str]) -> (tempfile::TempDir, Output) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("club.toml"), text).unwrap();
    let mut all = vec!["run", "club.toml", "--select", "--parameters", "best", "--quiet"];
    all.extend(args);
    let output = Command::new(env!("CARGO_BIN_EXE_wearout")).args(all).current_dir(folder.path()).output().unwrap();
    (folder, output)
}

#[test]
fn the_command_says_who_was_selected_and_leaves_tables_and_a_chart() {
    let (folder, output) = wearout(CLUB, &["--metric", "loss", "--zone", "0.01"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("Selected: ") && text.contains("campaigns were simulated"), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("members kept") && words.contains("chance of being banned did not decide"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    let run = folder.path().join("output/club-select/0001");
    for file in ["select.csv", "race.csv", "race.svg", "race.png", "manifest.toml"] {
        assert!(run.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    let rows = fs::read_to_string(run.join("select.csv")).unwrap();
    assert_eq!(rows.lines().count(), 6);
    assert!(rows.lines().nth(1).unwrap().contains(",selected,"), "{rows}");
    let (_, json) = wearout(CLUB, &["--metric", "loss", "--zone", "0.01", "--json"]);
    let page: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let race = &page["study"]["race"];
    assert_eq!(race["plans"].as_array().unwrap().len(), 5);
    let selected = &race["plans"][race["selected"].as_u64().unwrap() as usize];
    assert!(selected["end"] == "selected" && rows.contains(selected["name"].as_str().unwrap()), "{selected}");
}

#[test]
fn what_the_page_says_stands_in_the_finding_decided_or_not() {
    for (zone, max_replicates) in [(0.05, 400), (1e-6, 20)] {
        let job = Job::Select(SelectJob {
            scenario: Input {
                name: "club".into(),
                source: Source { name: "club.toml".into(), text: CLUB.into() },
                set: Vec::new(),
            },
            parameters: ParameterSource::Named("joint".into()),
            seed: 1,
            options: SelectOptions { metric: None, zone: Some(zone), sets: Some(3), max_replicates },
        });
        let finding = run(&job, &Engine::default()).unwrap();
        let Study::Select(select) = &finding.study else { panic!("a selection") };
        assert_eq!(select.race.selected.is_some(), max_replicates > 20);
        found::is_in_the_finding(&finding);
    }
}

#[test]
fn the_command_says_where_the_zone_comes_from_who_is_equal_and_promises_nothing_undecided() {
    let text = "days = 5\n[audience.club]\nsize = 80\n[plan.a]\n[plan.b]\nlike = \"a\"\n";
    let said = |args: &[&str]| {
        let (_folder, output) = wearout(text, args);
        String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let equal = said(&["--metric", "conversion", "--explain"]);
    assert!(equal.contains("a and b are equal") && !equal.contains("Selected: "), "{equal}");
    assert!(equal.contains("of the mean of the baseline, a, over its first 20 replicates"), "{equal}");
    assert!(equal.contains("the same guarantee takes") && equal.contains("Kim & Nelson 2001"), "{equal}");
    let open = said(&["--metric", "p_banned", "--zone", "0.01", "--max-replicates", "30"]);
    assert!(open.contains("Not decided") && open.contains("zone: as asked"), "{open}");
    assert!(!open.contains("the same guarantee takes") && !open.contains("Kim & Nelson"), "{open}");
}

#[test]
fn what_cannot_be_raced_is_a_usage_error_with_a_remedy() {
    for (args, said) in [
        (&["--metric", "delivered"][..], "neither more nor less of it is better"),
        (&["--metric", "convertion"], "did you mean `conversion`?"),
        (&["--metric", "p_banned"], "--zone"),
        (&["--replicates", "5"], "--replicates"),
        (&["--precision", "0.01"], "--precision"),
        (&["--max-replicates", "19"], "at least 20"),
    ] {
        let (_folder, output) = wearout(CLUB, args);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && text.contains(said), "{args:?}: {text}");
    }
}
