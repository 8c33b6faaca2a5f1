//! What a figure depends on: known shares are found, luck is told from factors, and a verdict names what reverses it.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use std::fs;
use std::process::{Command, Output};

use rayon::ThreadPoolBuilder;
use wearout_core::analysis::{Call, Overall};
use wearout_core::diagnostic::{Faults, Source};
use wearout_core::engine::{Engine, simulate};
use wearout_core::finding::{Finding, SensitivityJob, Study};
use wearout_core::job::{self, Job};
use wearout_core::scenario::{Draft, Input, parse};
use wearout_core::study::sensitivity::{
    Decision, Measured, Question, Request, Sensitivity, Size, replicates_expected, sensitivity,
};
use wearout_core::tally::Outcome;
use wearout_show::text::text;
use wearout_show::{files, json, page};

/// Nothing happens but reading and buying, and everybody is alike: conversion is a share of the clicks.
const ONLY_BUYING: &str = "
days = 10
platform = \"none\"
headline = [\"conversion\"]

[audience.club]
size = MEMBERS
fit = 0.8
relation = 1.0
fit_spread = 0.0

[behaviour]
irritation_base = -80.0
distrust_base = -80.0
privacy_hazard = 0.0
over_patience_hazard = 0.0
leak_exit = 0.0
question_rate = 0.0

[equality]
points = 0.03
below = 0.0

[plan.seldom]
every = \"120h\"
[plan.often]
";

fn draft(text: &str, set: &[&str]) -> Draft {
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    parse("test", Source { name: "test.toml".into(), text: text.into() }, &set)
}

fn only_buying(members: u32) -> Draft {
    draft(&ONLY_BUYING.replace("MEMBERS", &members.to_string()), &[])
}

fn request(over: &[&str]) -> Request {
    Request {
        metric: Some("conversion".into()),
        plan: None,
        figure: Measured::Difference,
        over: over.iter().map(|text| (*text).to_owned()).collect(),
        size: Size::Usual,
        factors: None,
        rows: Some(64),
        streams: 4,
        replicates: Some(30),
    }
}

fn answer(draft: &Draft, request: &Request) -> (Question, Sensitivity) {
    let question = match Question::read(draft, 11, request) {
        Ok(question) => question,
        Err(faults) => panic!("{faults}"),
    };
    let found = sensitivity(&question, &Engine::default()).unwrap().unwrap();
    (question, found)
}

fn finding(text: &str, set: &[&str], options: Request) -> Finding {
    let source = Source { name: "test.toml".into(), text: text.into() };
    let scenario = Input { name: "test".into(), source, set: set.iter().map(|&text| text.to_owned()).collect() };
    let job = Job::Sensitivity(SensitivityJob { scenario, seed: 11, options });
    job::run(&job, &Engine::default()).unwrap()
}

#[test]
fn factors_that_are_not_told_apart_lead_together_and_json_says_what_the_page_says() {
    let text = ONLY_BUYING.replace("MEMBERS", "300");
    let options = Request { rows: Some(32), ..request(&["purchase_given_click=0.05..0.4,read_base,mute_share"]) };
    let finding = finding(&text, &[], options);
    let Study::Sensitivity(of) = &finding.study else { panic!("a sensitivity analysis was wanted") };
    assert_eq!(of.leaders, [0], "{:?}", of.found.indices);
    assert_eq!(of.no_effect, [2]);
    found::is_in_the_finding(&finding);
    let value = &json(&finding)["study"];
    assert_eq!(value["measure"]["metric"], "conversion");
    assert_eq!(
        (&value["factors"][0]["basis"], &value["factors"][0]["unit"]),
        (&"assumption".into(), &"probability".into())
    );
    let said = shown(&finding);
    assert!(said.contains("Conversion, often minus seldom depends most on purchase_given_click: "), "{said}");
}

fn shown(finding: &Finding) -> String {
    text(&page(finding), 100)
}

fn faults(draft: &Draft, request: &Request) -> String {
    Question::read(draft, 11, request).err().as_ref().map_or_else(String::new, Faults::to_string)
}

#[test]
fn the_only_parameter_that_matters_explains_everything() {
    let request = Request {
        figure: Measured::Level,
        plan: Some("often".into()),
        ..request(&["purchase_given_click=0.05..0.4,mute_share,wear_in,complaint_base"])
    };
    let (question, found) = answer(&only_buying(400), &request);
    let key = |factor: usize| question.factors[factor].key.as_str();
    assert_eq!(found.ranking.iter().map(|&factor| key(factor)).collect::<Vec<_>>(), ["purchase_given_click"]);
    let idle: Vec<&str> = found.without_effect().map(key).collect();
    assert_eq!(idle, ["mute_share", "wear_in", "complaint_base"]);
    let inputs = found.indices.as_ref().unwrap().inputs.as_ref().unwrap();
    assert_eq!(inputs.len(), 1);
    assert!((inputs[0].total.estimate - 1.0).abs() < 0.05, "{inputs:?}");
    let interval = inputs[0].first.interval.unwrap();
    assert!(interval.contains(inputs[0].first.estimate) && interval.high - interval.low < 0.6, "{interval:?}");
    assert!(!found.partial);
    let swing = found.swings[0];
    let (low, high) = (swing.low.unwrap(), swing.high.unwrap());
    assert!(low.level.mean < found.level.unwrap().mean * 5.0 && high.change.mean > low.change.mean);
    assert_eq!(found.swings[1].width(), 0.0);
}

#[test]
fn two_factors_share_what_moves_and_a_third_has_nothing() {
    let request =
        Request { rows: Some(256), ..request(&["purchase_given_click=0.05..0.4", "click_given_read", "mute_share"]) };
    let (question, found) = answer(&only_buying(400), &request);
    let inputs = found.indices.as_ref().unwrap().inputs.as_ref().unwrap();
    let total = |key: &str| {
        let input = found.indexed.iter().position(|&factor| question.factors[factor].key == key).unwrap();
        inputs[input].total.estimate
    };
    assert!(total("purchase_given_click") > 0.8 && total("click_given_read") > 0.02, "{inputs:?}");
    assert!(total("purchase_given_click") + total("click_given_read") > 0.95, "{inputs:?}");
    assert_eq!(found.without_effect().count(), 1);
}

#[test]
fn luck_has_a_larger_part_in_few_members_than_in_many() {
    let noise = |members| {
        let (_, found) = answer(&only_buying(members), &request(&["purchase_given_click=0.1..0.3"]));
        found.indices.unwrap().noise_share().unwrap()
    };
    let (few, many) = (noise(20), noise(2000));
    assert!(few > 0.3 && many < 0.1, "{few} and {many}");
}

#[test]
fn any_number_of_threads_finds_the_same() {
    let request = Request {
        rows: Some(16),
        ..request(&["purchase_given_click=0.05..0.4", "read_base", "plan.often.reach=0.2..1"])
    };
    let with = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| format!("{:?}", answer(&only_buying(100), &request).1))
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(7));
}

/// Each member buys at most once, so the chance of buying at p is nearly p times the clicks: the verdict turns where the lower end of the
/// difference's interval meets the zone.
#[test]
fn a_verdict_that_hangs_on_one_parameter_names_it_and_where_it_turns() {
    let draft = draft(&ONLY_BUYING.replace("MEMBERS", "1000"), &["behaviour.purchase_given_click=0.1"]);
    let request = request(&["purchase_given_click=0.0..0.2", "mute_share", "complaint_base"]);
    let (question, found) = answer(&draft, &request);
    for metric in [None, Some("conversion")] {
        let of: Vec<_> = found.tips.iter().filter(|tip| tip.metric.map(|metric| metric.key) == metric).collect();
        assert_eq!(of.len(), 3);
        assert!(of[1].turn.is_none() && of[2].turn.is_none(), "{of:?}");
        let turn = of[0].turn.unwrap();
        let (before, after) = match metric {
            None => (Decision::Overall(Overall::Dominates), Decision::Overall(Overall::Open)),
            Some(_) => (Decision::Call(Call::Better), Decision::Call(Call::Unknown)),
        };
        assert_eq!((of[0].before, turn.after), (before, after));
        assert!((turn.half_ranges - (0.1 - turn.value) / 0.1).abs() < 1e-9);

        // What the difference is worth per unit of the parameter, at the turn itself.
        let base = question.variants.base();
        let mut there = base.clone();
        there.law = wearout_core::behaviour::Law::new(
            &wearout_core::parameter::Parameters { purchase_given_click: turn.value, ..base.parameters },
            question.variants.scenario().switches,
        );
        let differences: Vec<f64> = simulate(&there, 0..30, &Engine::default())
            .iter()
            .map(|paired| {
                let buyers = |plan: usize| paired.plans[plan].total(Outcome::Buyers) as f64 / 1000.0;
                buyers(1) - buyers(0)
            })
            .collect();
        let mean = differences.iter().sum::<f64>() / 30.0;
        let deviation = (differences.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 29.0).sqrt();
        let low = mean - 2.045 * deviation / 30.0_f64.sqrt();
        // One search step is 0.1 / (4 x 32), and the difference rises by about 0.6 a unit.
        assert!(low <= 0.03 && low > 0.03 - 0.0025, "{low} at {}", turn.value);
    }
}

#[test]
fn a_lever_is_varied_in_hours_and_the_scenario_itself_is_the_default() {
    let request = Request { rows: Some(8), replicates: Some(4), ..request(&["plan.often.reply=30m..24h"]) };
    let (question, found) = answer(&only_buying(40), &Request { metric: Some("loss".into()), ..request.clone() });
    let factor = &question.factors[0];
    assert_eq!((factor.low, factor.high, factor.unit()), (0.5, 24.0, "hours"));
    assert_eq!(factor.written(factor.low), "30m");
    assert!(factor.default.is_some());
    assert!(found.ranking.is_empty() && found.indices.is_none(), "nobody asks, so no reply matters");
}

#[test]
fn from_a_reply_that_never_comes_no_turn_is_searched_and_that_is_said() {
    let draft = draft(&ONLY_BUYING.replace("MEMBERS", "40"), &["plan.often.reply=never"]);
    let request =
        Request { rows: Some(8), replicates: Some(4), ..request(&["plan.often.reply=30m..24h", "mute_share"]) };
    let (question, found) = answer(&draft, &request);
    assert_eq!(question.factors[0].default, None);
    assert!(found.tips.iter().all(|tip| tip.searched == (tip.factor == 1)), "{:?}", found.tips);
    let finding = finding(&ONLY_BUYING.replace("MEMBERS", "40"), &["plan.often.reply=never"], request);
    let text = shown(&finding).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("(1 tried)") && !text.contains("(2 tried)"), "{text}");
    assert!(text.contains("not searched, because the scenario has no number there to begin from: plan.often.reply"));
    let files = files(&finding);
    let tipping = files.into_iter().find(|file| file.name == "tipping.csv").unwrap();
    let table = String::from_utf8(tipping.bytes).unwrap();
    assert!(table.contains("plan.often.reply,lever,hours,0.5,24,,false,,,,,4"), "{table}");
}

/// Nobody buys as the scenario stands, so that the call reverses somewhere below or at the low end of the range.
#[test]
fn from_outside_the_range_the_search_begins_at_its_nearest_end() {
    let draft =
        draft(&ONLY_BUYING.replace("MEMBERS", "1000"), &["switch.needs=false", "behaviour.purchase_given_click=0"]);
    let (_, found) = answer(&draft, &Request { rows: Some(8), ..request(&["purchase_given_click=0.1..0.2"]) });
    let turns: Vec<_> = found.tips.iter().filter_map(|tip| tip.turn).collect();
    assert!(
        !turns.is_empty() && turns.iter().all(|turn| turn.value == 0.1 && (turn.half_ranges - 2.0).abs() < 1e-9),
        "{turns:?}"
    );
}

#[test]
fn every_fault_of_a_request_is_said_at_once() {
    let asked = Request {
        metric: Some("converzion".into()),
        plan: Some("oftn".into()),
        rows: Some(100),
        streams: 3,
        factors: Some(0),
        replicates: Some(1),
        ..request(&[
            "read_bas,read_base=2..1,mute_share=0.3..0.3,block_share=0..2",
            "plan.often.reply,plan.nobody.reply=1h..2h,plan.often.repyl=1h..2h,plan.often.reply=1h..2,wear_in,wear_in,=1..2,cost_same",
        ])
    };
    let text = faults(&only_buying(40), &asked);
    for said in [
        "did you mean `conversion`?",
        "did you mean `often`?",
        "`--rows` must be a power of two from 8 to 65536, found 100",
        "`--streams` must be from 4 to 1024, found 3",
        "`--factors` must be from 1 to 128, found 0",
        "`--replicates` must be from 2 to 100000, found 1",
        "did you mean `read_base`?",
        "the range of `read_base` runs from 2 down to 1",
        "the range of `mute_share` is one value",
        "`block_share` can be computed with from 0 to 1",
        "`plan.often.reply` is a lever",
        "`plan.nobody` names an unknown plan",
        "did you mean `reply`?",
        "`wear_in` is varied twice",
        "a factor has no name",
        "the range of `cost_same` is one value, 0.2: nothing varies",
        "nothing was simulated and nothing written",
    ] {
        assert!(text.contains(said), "{said}\n\n{text}");
    }
}

#[test]
fn ranges_that_do_not_go_together_are_a_fault_before_the_first_simulation() {
    let request = request(&["mute_share", "visit_from_hour=5..23", "visit_to_hour=6..24"]);
    let said = faults(&only_buying(10), &request);
    assert!(said.contains("cannot be simulated with `visit_from_hour` = 23 and `visit_to_hour` = 6: "), "{said}");
}

#[test]
fn faults_of_the_scenario_stand_beside_those_of_the_request() {
    let draft = draft(&ONLY_BUYING.replace("MEMBERS", "40"), &["plan.often.reach=2"]);
    let text = faults(&draft, &Request { rows: Some(3), ..request(&["read_bas"]) });
    assert!(text.contains("plan.often.reach") && text.contains("--rows") && text.contains("read_bas"), "{text}");
    let baseline = faults(&only_buying(40), &Request { plan: Some("seldom".into()), ..request(&[]) });
    assert!(baseline.contains("its difference from itself is 0"), "{baseline}");
}

#[test]
fn a_metric_without_a_base_is_left_out_and_said() {
    let request =
        Request { metric: Some("revenue".into()), rows: Some(8), replicates: Some(4), ..request(&["mute_share"]) };
    let (_, found) = answer(&only_buying(20), &request);
    assert!(found.effects.is_none() && found.indices.is_none() && found.looked && found.level.is_none());
    assert_eq!(found.left_out, 20);
}

#[test]
fn a_stop_before_the_screening_is_complete_leaves_nothing() {
    let question = Question::read(&only_buying(20), 1, &request(&["mute_share"])).unwrap();
    let engine = Engine::default();
    engine.stop();
    assert!(sensitivity(&question, &engine).unwrap().is_none());
    assert!(replicates_expected(&question) > 0);
}

fn wearout(folder: &std::path::Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wearout")).args(args).current_dir(folder).output().unwrap()
}

#[test]
fn the_command_prints_a_table_and_leaves_every_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("club.toml"), ONLY_BUYING.replace("MEMBERS", "300")).unwrap();
    let tiny = [
        "sensitivity",
        "club.toml",
        "--rows",
        "16",
        "--replicates",
        "10",
        "--over",
        "purchase_given_click=0.05..0.4,read_base,plan.often.reach=0.5..1",
    ];
    let output = wearout(folder.path(), &tiny);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    for said in
        ["conversion, often minus seldom", "alone (first order)", "What the verdict against seldom depends on", "lever"]
    {
        assert!(text.contains(said), "{said}\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let run = folder.path().join("output/club-sensitivity/0001");
    for file in ["morris.csv", "sobol.csv", "tornado.csv", "tipping.csv", "manifest.toml"] {
        assert!(run.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    for chart in ["tornado", "indices"] {
        assert!(run.join(format!("{chart}.svg")).exists() && run.join(format!("{chart}.png")).exists(), "{chart}");
    }
    let again = wearout(folder.path(), &[&tiny[..], &["--threads", "7", "--json"]].concat());
    let value: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(value["study"]["measure"]["metric"], "conversion");
    let second = folder.path().join("output/club-sensitivity/0002");
    for file in ["morris.csv", "sobol.csv", "tornado.csv", "tipping.csv", "tornado.png", "indices.svg"] {
        assert_eq!(fs::read(run.join(file)).unwrap(), fs::read(second.join(file)).unwrap(), "{file}");
    }
}

#[test]
fn a_fault_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = wearout(folder.path(), &["sensitivity", "answering", "--rows", "7", "--metric", "los"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 faults; nothing was simulated and nothing written"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
