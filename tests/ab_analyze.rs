//! Analyses of a sender's own test: what is said of the shipped example, and what must hold of any table.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use wearout_core::analysis::Zone;
use wearout_core::analysis::trial::{Decision, Guarding, Method, MoreDays, Question, Trial, TrialAnalysis, analyse};
use wearout_core::diagnostic::Source;
use wearout_core::engine::{Engine, simulate_trial};
use wearout_core::finding::{Analyze, AnalyzeJob, AnalyzeOptions, Finding, Study};
use wearout_core::job::{Job, run};
use wearout_core::plan::compile;
use wearout_core::results::{Adjust, TableOptions, read};
use wearout_core::scenario;
use wearout_core::tally::{Dealt, Outcome, Tally, TrialUnit, find};
use wearout_show::analyze as pages;
use wearout_show::text::{USUAL_WIDTH, text};
use wearout_show::{json, page};

use found::is_in_the_finding;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file of that path; written anew, and the test failed, where that is asked for and it differs.
fn as_kept(path: &str, found: &str) {
    let place: PathBuf = root().join(path);
    let kept = fs::read_to_string(&place).unwrap_or_default();
    if found != kept && std::env::var_os("WEAROUT_REWRITE").is_some() {
        fs::write(&place, found).unwrap();
    }
    assert!(found == kept, "{path} is now:\n{found}");
}

/// A test of the engine as a sender would export it: dates, and how many are still in at the start of the day.
fn exported(scenario: &str) -> String {
    let source = Source { name: "ab-results.toml".into(), text: scenario.into() };
    let experiment = compile(&scenario::parse("ab-results", source, &[]), 1).unwrap();
    let tests = simulate_trial(&experiment, &experiment.trials[0], 0..1, &Engine::default());
    let mut text = "# Simulated: examples/ab-results.toml, seed 1, replicate 0. Nobody was written to.\n\
                    arm,group,date,members,delivered,read,clicked,bought,left,blocked,muted,reported\n"
        .to_owned();
    for unit in &tests[0].units {
        let mut members = unit.tally.horizon.members;
        for (i, day) in unit.tally.days.iter().enumerate() {
            let counts = [
                Outcome::Delivered,
                Outcome::Reads,
                Outcome::Clicks,
                Outcome::Buyers,
                Outcome::Leaves,
                Outcome::Blocks,
                Outcome::Mutes,
                Outcome::Reports,
            ];
            let cells: Vec<String> = counts.iter().map(|outcome| day.get(*outcome).to_string()).collect();
            let arm = ["daily", "spaced"][unit.arm];
            writeln!(text, "{arm},club-{:02},2025-03-{:02},{members},{}", unit.group + 1, i + 1, cells.join(","))
                .unwrap();
            members -= day.get(Outcome::Leaves) + day.get(Outcome::Blocks);
        }
    }
    text
}

#[test]
fn the_example_is_what_its_scenario_simulates() {
    let scenario = fs::read_to_string(root().join("examples/ab-results.toml")).unwrap();
    as_kept("examples/ab-results.csv", &exported(&scenario));
}

fn of_example() -> TableOptions {
    TableOptions { starts: Some("2025-03-15".to_owned()), ..TableOptions::default() }
}

fn example() -> String {
    fs::read_to_string(root().join("tests/data/ab_results.csv")).unwrap()
}

const ZONE: Zone = Zone { points: 0.01, relative: 0.10, below: 0.05 };

/// What is found in a table.
struct Analysed {
    finding: Finding,
    found: TrialAnalysis,
}

impl Analysed {
    fn of(&self) -> &Analyze {
        let Study::Analyze(of) = &self.finding.study else { panic!("an analysis") };
        of
    }

    fn text(&self) -> String {
        text(&page(&self.finding), USUAL_WIDTH)
    }

    fn explanation(&self) -> String {
        pages::explanation(self.of())
    }

    /// What a program is told.
    fn study(&self) -> serde_json::Value {
        json(&self.finding)["study"].take()
    }

    /// A table as it is written.
    fn rows(&self, name: &str) -> String {
        let file = pages::tables(self.of()).into_iter().find(|file| file.name == name).unwrap();
        String::from_utf8(file.bytes).unwrap()
    }
}

fn analysed(text: &str, read: &TableOptions, planned_days: Option<u32>) -> Analysed {
    let options = AnalyzeOptions { read: read.clone(), zone: None, planned_days };
    let table = Source { name: "results.csv".to_owned(), text: text.to_owned() };
    let job = Job::Analyze(AnalyzeJob { name: "ab-results".to_owned(), table, seed: 1, options });
    let finding = run(&job, &Engine::default()).unwrap_or_else(|faults| panic!("{faults}"));
    is_in_the_finding(&finding);
    let Study::Analyze(of) = &finding.study else { panic!("an analysis") };
    Analysed { found: of.found.clone(), finding }
}

/// A group of a made-up table: its arm, and what happens in it on a day.
struct Group {
    arm: &'static str,
    bought: fn(u64, u64) -> u64,
    left: u64,
}

/// Groups of 1,000 members, `n` an arm: in the g-th `bought(g, day)` buy on each day, and `left` or a little more leave.
fn table(groups: &[Group], n: u64, days: u64) -> String {
    let mut text = "arm,group,day,members,delivered,read,bought,left,blocked,muted\n".to_owned();
    for Group { arm, bought, left } in groups {
        for (g, day) in (0..n).flat_map(|g| (1..=days).map(move |day| (g, day))) {
            let (read, bought, left) = (300 + 7 * g % 40, bought(g, day), left + g * day % 3);
            writeln!(text, "{arm},{arm}-{g},{day},1000,900,{read},{bought},{left},0,0").unwrap();
        }
    }
    text
}

fn close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn the_example_is_analysed_in_these_words() {
    let analysed = analysed(&example(), &of_example(), None);
    let text = analysed.text();
    assert!(text.lines().all(|line| line.chars().count() <= USUAL_WIDTH), "{text}");
    as_kept("tests/data/ab_page.txt", &format!("{text}\n{}", analysed.explanation()));
}

/// Expected values by `scipy` from the same file: `ttest_ind(equal_var=False)`, least squares on arm and covariate, and the analysis of
/// variance written out.
#[test]
fn figures_of_the_example_are_those_of_an_independent_program() {
    let plain = analysed(&example(), &TableOptions { adjust: Adjust::Never, ..of_example() }, None);
    let estimate = plain.found.effects[0].estimate.unwrap();
    close(estimate.estimate, -0.008_158_874_784_379_4, 1e-15);
    close(estimate.p_value(), 0.028_423_579_299_351_14, 1e-9);
    close(estimate.degrees, 21.647_205_280_033_837, 1e-9);
    let interval = plain.found.effects[0].interval.unwrap();
    close(interval.low, -0.015_371_330_872_025_59, 1e-10);
    close(interval.high, -0.000_946_418_696_733_210_3, 1e-10);
    close(plain.found.alike.unwrap().correlation, 0.001_731_902_609_569_519_9, 1e-12);
    let adjusted = analysed(&example(), &of_example(), None);
    let effect = &adjusted.found.effects[0];
    close(effect.adjustment.unwrap().theta, 0.465_797_763_445_823_9, 1e-12);
    close(effect.difference.unwrap(), -0.008_414_554_716_008_152, 1e-14);
    let loss =
        analysed(&example(), &TableOptions { metric: "loss".to_owned(), adjust: Adjust::Never, ..of_example() }, None);
    close(loss.found.effects[0].p_value.unwrap(), 0.043_752_267_872_530_87, 1e-9);
}

#[test]
fn equal_arms_differ_by_exactly_zero() {
    let bought = |g: u64, day: u64| 3 + (5 * g + 3 * day) % 7;
    let groups = [Group { arm: "a", bought, left: 1 }, Group { arm: "b", bought, left: 1 }];
    let text = table(&groups, 8, 6);
    let before = text.lines().filter(|line| line.contains(",3,1000")).map(|line| line.replace(",3,1000", ",0,1000"));
    let before: Vec<String> = before.collect();
    for text in [text.clone(), format!("{text}{}\n", before.join("\n"))] {
        let Analysed { found, .. } = analysed(&text, &TableOptions::default(), None);
        assert_eq!(found.effects[0].difference, Some(0.0));
        assert_eq!(found.effects[0].relative.unwrap().estimate, 0.0);
        assert!(found.secondary.iter().all(|effect| effect.difference == Some(0.0)));
        assert!(found.looks.iter().all(|look| look.difference == Some(0.0) && !look.leaves_zero_out()));
        close(found.chances.as_ref().unwrap()[1].is_best, 0.5, 1e-12);
        assert_eq!(stops(&found), None);
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let text = example();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[2..].reverse();
    let mixed: Vec<&str> = lines[2..].iter().step_by(2).chain(lines[3..].iter().step_by(2)).copied().collect();
    let turned = format!("{}\n{}\n", lines[1], mixed.join("\n"));
    let (once, again) = (analysed(&text, &of_example(), None), analysed(&turned, &of_example(), None));
    assert_eq!(pages::tables(once.of()), pages::tables(again.of()));
    assert_eq!(once.study()["found"], again.study()["found"]);
}

#[test]
fn arms_that_change_names_change_the_sign() {
    let text = example();
    let renamed = text.replace("\ndaily,", "\nX,").replace("\nspaced,", "\ndaily,").replace("\nX,", "\nspaced,");
    let (once, turned) = (analysed(&text, &of_example(), None), analysed(&renamed, &of_example(), None));
    for (a, b) in once
        .found
        .effects
        .iter()
        .chain(&once.found.secondary)
        .zip(turned.found.effects.iter().chain(&turned.found.secondary))
    {
        assert_eq!(a.difference.unwrap(), -b.difference.unwrap(), "{}", a.metric.key);
        assert_eq!(a.p_value, b.p_value);
        let (a, b) = (a.interval.unwrap(), b.interval.unwrap());
        assert_eq!((a.low, a.high), (-b.high, -b.low));
    }
    assert_eq!(once.found.verdict.decision, Decision::Prefer(0));
    assert_eq!(turned.found.verdict.decision, Decision::Prefer(1));
}

#[test]
fn every_look_is_wider_than_the_interval_of_the_end_and_a_running_test_is_judged_by_it() {
    let finished = analysed(&example(), &of_example(), None);
    for look in &finished.found.looks {
        let Some((estimate, interval)) = look.estimate.zip(look.interval) else { continue };
        let fixed = estimate.interval(0.95);
        assert!(interval.low < fixed.low && fixed.high < interval.high, "day {}", look.day);
    }
    let running = analysed(&example(), &of_example(), Some(28));
    assert!(running.found.is_running());
    let judged = running.found.verdict.arms[0].interval.unwrap();
    let last = running.found.looks.last().unwrap().interval.unwrap();
    assert_eq!(judged, last);
    assert!(
        judged.high > finished.found.looks.last().unwrap().interval.unwrap().high,
        "half the way is judged more strictly"
    );
    assert!(matches!(running.found.verdict.decision, Decision::NotDecided(Some(_))));
}

fn flat(g: u64, day: u64) -> u64 {
    3 + (g + day) % 3
}

fn more(g: u64, day: u64) -> u64 {
    6 + (g + day) % 3
}

fn slightly_more(g: u64, day: u64) -> u64 {
    flat(g, day) + u64::from(day == 3 && g.is_multiple_of(3))
}

fn own_level(g: u64, _: u64) -> u64 {
    [1, 9, 4, 12, 2, 7][g as usize % 6]
}

fn own_level_and_one(g: u64, day: u64) -> u64 {
    own_level(g, day) + 1
}

fn restless(g: u64, day: u64) -> u64 {
    [0, 9, 3, 14, 1, 6, 11][(3 * g + 5 * day * day + g * day) as usize % 7]
}

fn restless_and_one(g: u64, day: u64) -> u64 {
    restless(g + 3, day) + 1
}

#[test]
fn verdicts_say_what_the_figures_say() {
    let test = |bought: fn(u64, u64) -> u64, left: u64, guardrails: &[&str]| {
        let groups = [Group { arm: "a", bought: flat, left: 1 }, Group { arm: "b", bought, left }];
        let guardrails = guardrails.iter().map(|text| (*text).to_owned()).collect();
        analysed(&table(&groups, 8, 10), &TableOptions { guardrails, ..TableOptions::default() }, None).found
    };
    assert_eq!(test(more, 1, &[]).verdict.decision, Decision::Prefer(1));
    assert_eq!(test(slightly_more, 1, &[]).verdict.decision, Decision::PracticallyEqual);
    let rejected = test(more, 9, &[]);
    assert_eq!(rejected.verdict.decision, Decision::Rejected);
    assert_eq!(rejected.guardrails[0].guarding, Guarding::Broken);
    assert_eq!(rejected.verdict.arms[0].broken, Some("loss"));
    // A margin of one's own must hold; the usual ones only reject.
    let unguarded = test(more, 1, &["loss=0.0001"]).verdict.decision;
    assert_eq!(unguarded, Decision::Unguarded { arm: 1, metric: "loss" });
    assert_eq!(test(more, 1, &["loss=0.02"]).verdict.decision, Decision::Prefer(1));
    let nothing = analysed(
        &table(&[Group { arm: "a", bought: |_, _| 2, left: 0 }, Group { arm: "b", bought: |_, _| 2, left: 0 }], 4, 2),
        &TableOptions::default(),
        None,
    );
    assert_eq!(nothing.found.verdict.decision, Decision::NotDecided(None));
    assert!(nothing.text().contains("Not decided: no group differs from another."), "{}", nothing.text());

    // Nothing was delivered to b: what share of it was opened has no value, and looks on the way could tell nothing.
    let groups = [Group { arm: "a", bought: flat, left: 1 }, Group { arm: "b", bought: flat, left: 1 }];
    let undelivered = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        match cells[..] {
            ["b", group, day, members, _, _, ref rest @ ..] => {
                format!("b,{group},{day},{members},0,0{}\n", ",0".repeat(rest.len()))
            }
            _ => format!("{line}\n"),
        }
    };
    let text: String = table(&groups, 8, 10).lines().map(undelivered).collect();
    let asked = TableOptions { metric: "open_rate".to_owned(), ..TableOptions::default() };
    let without = analysed(&text, &asked, None);
    assert_eq!(without.found.verdict.decision, Decision::NoFigure(1));
    assert!(!without.text().contains("differs from another") && !without.text().contains("a look every day"));
}

#[test]
fn more_groups_always_help_and_more_days_where_days_are_what_varies() {
    let test = |control: fn(u64, u64) -> u64, treated: fn(u64, u64) -> u64, n: u64| {
        let groups = [Group { arm: "a", bought: control, left: 0 }, Group { arm: "b", bought: treated, left: 0 }];
        analysed(&table(&groups, n, 7), &TableOptions::default(), None).found.verdict.decision
    };
    let Decision::NotDecided(Some(lasting)) = test(own_level, own_level_and_one, 6) else { panic!("decided") };
    assert!(lasting.units.is_some_and(|units| units > 0));
    assert_eq!(lasting.days, MoreDays::Never, "groups keep their levels for good");
    let Decision::NotDecided(Some(daily)) = test(restless, restless_and_one, 16) else { panic!("decided") };
    assert!(matches!(daily.days, MoreDays::Days(1..=21)), "{daily:?}");
    // Few groups would have to wait for more than three times as long.
    let Decision::NotDecided(Some(few)) = test(restless, restless_and_one, 6) else { panic!("decided") };
    assert_eq!(few.days, MoreDays::Beyond(21));
}

/// All purchases on the first of three days: groups differ by days alone, to the last digit but one.
const ONE_DAY: &str = "arm,group,day,members,bought\n\
    a,a1,1,100,1\na,a1,2,100,0\na,a1,3,100,0\na,a2,1,100,4\na,a2,2,100,0\na,a2,3,100,0\na,a3,1,100,1\na,a3,2,100,0\na,a3,3,100,0\n\
    b,b1,1,100,3\nb,b1,2,100,0\nb,b1,3,100,0\nb,b2,1,100,2\nb,b2,2,100,0\nb,b2,3,100,0\nb,b3,1,100,6\nb,b3,2,100,0\nb,b3,3,100,0\n";

/// An analysis of groups; the test fails, instead of hanging, where there is none after a minute.
fn answered(text: String, planned_days: Option<u32>) -> Option<TrialAnalysis> {
    let (tell, hear) = mpsc::channel();
    thread::spawn(move || {
        let source = Source { name: "results.csv".to_owned(), text: text.clone() };
        let is_table = read(source, &TableOptions::default()).is_ok();
        let _ = tell.send(is_table.then(|| analysed(&text, &TableOptions::default(), planned_days).found));
    });
    hear.recv_timeout(Duration::from_secs(60)).expect("an answer within a minute")
}

#[test]
fn days_that_all_but_one_are_alike_foretell_no_other_day() {
    let Decision::NotDecided(Some(more)) = answered(ONE_DAY.to_owned(), None).unwrap().verdict.decision else {
        panic!("decided")
    };
    assert_eq!(more.days, MoreDays::Unknown);
    assert!(more.units.is_some_and(|units| units > 0), "{more:?}");
}

/// What can happen in a group: nothing, everything, the same every day, everything on one day, or something else.
fn degenerate(kind: u64, group: u64, day: u64, members: u64) -> u64 {
    match kind {
        0 => 0,
        1 => {
            if day == 1 {
                members
            } else {
                0
            }
        }
        2 => members / 100,
        3 => {
            if day == 1 {
                group % 4 * members / 100
            } else {
                0
            }
        }
        _ => (3 * group + day * day) % 5 * members / 300,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_degenerate_table_has_an_answer_of_finite_figures(
        arms in prop::collection::vec((1_u64..8, 0_u64..5, 0_u64..5), 2..4), days in 1_u64..5, more_days in 0_u32..3, alike: bool,
    ) {
        let mut text = "arm,group,day,members,delivered,bought,left,reported\n".to_owned();
        for (arm, &(groups, bought, left)) in arms.iter().enumerate() {
            for (group, day) in (0..groups).flat_map(|group| (1..=days).map(move |day| (group, day))) {
                let members = if alike { 300 } else { [100, 300, 700][(group % 3) as usize] };
                let of = |kind| degenerate(kind, group, day, members).min(members / days);
                writeln!(text, "{arm},{arm}-{group},{day},{members},{members},{},{},{}", of(bought), of(left), of(bought)).unwrap();
            }
        }
        let planned = (more_days > 0).then_some(days as u32 + more_days);
        if let Some(found) = answered(text.clone(), planned) {
            for effect in found.effects.iter().chain(found.guardrails.iter().map(|guarded| &guarded.effect)) {
                let interval = effect.interval.map(|interval| [interval.low, interval.high]);
                let figures = [effect.difference, effect.p_value].into_iter().flatten().chain(interval.into_iter().flatten());
                prop_assert!(figures.into_iter().all(f64::is_finite), "{effect:?}\n{text}");
            }
        }
    }
}

#[test]
fn arms_of_several_are_judged_together() {
    let arms = [("a", flat as fn(u64, u64) -> u64), ("b", restless), ("c", restless_and_one)];
    let groups: Vec<Group> = arms.map(|(arm, bought)| Group { arm, bought, left: 0 }).into();
    let Analysed { found, .. } = analysed(&table(&groups, 6, 7), &TableOptions::default(), None);
    assert_eq!(found.effects.len(), 2);
    let chances: f64 = found.chances.as_ref().unwrap().iter().map(|chance| chance.is_best).sum();
    close(chances, 1.0, 1e-6);
    for effect in &found.effects {
        assert!(effect.adjusted_p >= effect.p_value);
        let alone = effect.estimate.unwrap().interval(0.95);
        assert!(effect.interval.unwrap().low < alone.low, "intervals hold together");
    }
}

#[test]
fn a_direct_list_counts_members_and_groups_never_do() {
    let text = "arm,day,members,bought\na,1,1000,20\na,2,1000,15\nb,1,1010,30\nb,2,1010,21\n";
    let Analysed { found, .. } =
        analysed(text, &TableOptions { dealt: Dealt::Members, ..TableOptions::default() }, None);
    // By quadrature of the two Beta laws (`scipy`).
    close(found.chances.as_ref().unwrap()[1].is_best, 0.956_324_249_373_353_8, 1e-9);
    assert_eq!(found.effects[0].n, [1000, 1010]);
    assert!(found.alike.is_none() && found.effects[0].permutation.is_none());
    let look = found.looks.last().unwrap();
    assert!(look.interval.unwrap().high > found.effects[0].interval.unwrap().high);
    let of_groups = analysed(&example(), &of_example(), None);
    let naive = of_groups.found.effects[0].as_if_members.unwrap();
    assert!(naive.p_value < of_groups.found.effects[0].p_value.unwrap(), "members would claim too much");
    assert!(!of_groups.text().contains("~~"));
    assert!(of_groups.explanation().contains("  ~~spaced: "));
}

#[test]
fn an_uneven_deal_is_told() {
    let groups = [Group { arm: "a", bought: flat, left: 0 }];
    let few = table(&[Group { arm: "b", bought: more, left: 0 }], 4, 4);
    let many = table(&groups, 30, 4) + few.split_once('\n').unwrap().1;
    let uneven = analysed(&many, &TableOptions::default(), None);
    assert!(uneven.found.sample_ratio.unwrap() < 0.001);
    let text = uneven.text().replace("\n    ", " ");
    assert!(text.contains("30 to 4 groups were not dealt evenly"), "{text}");
    assert!(text.contains("b against a: with 4 against 30 groups the permutation of groups decides"), "{text}");
    assert!(text.contains("its smallest p is 1/46,376"), "{text}");
    assert_eq!(uneven.found.effects[0].method, Method::Permutation);
    assert!(uneven.found.chances.is_none(), "a permutation knows no law of the difference");
    let three = analysed(
        &table(&[Group { arm: "a", bought: flat, left: 0 }, Group { arm: "b", bought: more, left: 0 }], 3, 4),
        &TableOptions::default(),
        None,
    );
    let text = page_of(&three);
    assert!(text.contains("b against a: with 3 against 3 groups no permutation goes below p 0.10"), "{text}");
    let effect = &three.found.effects[0];
    assert_eq!((effect.p_value, effect.interval), (Some(0.1), None), "what cannot be shown has no interval");
    let Decision::NotDecided(Some(more)) = three.found.verdict.decision else { panic!("decided") };
    assert_eq!(more.units, Some(1), "four against four have p 1/35");
}

#[test]
fn what_decides_gives_both_the_p_value_and_the_interval() {
    let arms = [("a", flat as fn(u64, u64) -> u64), ("b", restless), ("c", restless_and_one), ("d", slightly_more)];
    for (n, dealt) in
        [(2, Dealt::Groups), (4, Dealt::Groups), (6, Dealt::Groups), (12, Dealt::Groups), (1, Dealt::Members)]
    {
        for several in 2..=4 {
            let groups: Vec<Group> =
                arms[..several].iter().map(|&(arm, bought)| Group { arm, bought, left: 1 }).collect();
            let text = match dealt {
                Dealt::Groups => table(&groups, n, 7),
                Dealt::Members => {
                    let text = table(&groups, 1, 7);
                    text.lines()
                        .map(|line| {
                            line.split(',')
                                .enumerate()
                                .filter(|(i, _)| *i != 1)
                                .map(|(_, cell)| cell)
                                .collect::<Vec<_>>()
                                .join(",")
                                + "\n"
                        })
                        .collect()
                }
            };
            let secondary = vec!["loss".to_owned(), "open_rate".to_owned()];
            let found = analysed(&text, &TableOptions { dealt, secondary, ..TableOptions::default() }, None).found;
            for effect in found.effects.iter().chain(&found.secondary) {
                let Some(p) = effect.adjusted_p else { continue };
                let leaves_out = effect.interval.is_some_and(|interval| !interval.contains(0.0));
                assert_eq!(p <= 0.05, leaves_out, "{effect:?}");
            }
        }
    }
}

/// The day on which a test of two arms could have stopped.
fn stops(found: &TrialAnalysis) -> Option<u32> {
    let [arm] = found.verdict.arms[..] else { panic!("two arms") };
    arm.stops
}

#[test]
fn a_test_of_one_day_does_not_stop_early() {
    let groups = [Group { arm: "a", bought: flat, left: 0 }, Group { arm: "b", bought: more, left: 0 }];
    let one = analysed(&table(&groups, 8, 1), &TableOptions::default(), None);
    assert_eq!((one.found.leaves_zero_out(1), stops(&one.found)), (Some(1), None));
    assert!(!page_of(&one).contains("decided early"), "{}", page_of(&one));
    let ten = analysed(&table(&groups, 8, 10), &TableOptions::default(), None).found;
    assert!(stops(&ten).is_some_and(|day| day < 10));
}

#[test]
fn a_running_test_has_no_figure_that_holds_for_today_alone() {
    let secondary = vec!["open_rate".to_owned()];
    let running = analysed(&example(), &TableOptions { secondary, ..of_example() }, Some(28));
    let found = &running.found;
    assert!(found.chances.is_none());
    let guarding = found.guardrails.iter().map(|guarded| &guarded.effect);
    for effect in found.effects.iter().chain(&found.secondary).chain(guarding) {
        assert_eq!((effect.p_value, effect.adjusted_p, effect.as_if_members), (None, None, None));
        assert!(effect.permutation.is_none() && effect.relative_interval.is_none());
    }
    assert!(found.guardrails.iter().all(|guarded| guarded.p_value.is_none()));
    let rows = running.rows("analysis.csv");
    let holds =
        |role: &str, words: &str| rows.lines().filter(|row| row.starts_with(role)).all(|row| row.contains(words));
    assert!(holds("metric,", "at every look") && holds("guardrail,", "at every look"), "{rows}");
    assert!(holds("secondary,", "today alone"), "{rows}");
    let json = running.study();
    assert!(json["found"]["chances"].is_null() && json["found"]["effects"][0]["p_value"].is_null(), "{json}");
    let explained = running.explanation();
    assert!(!explained.split("In figures").nth(1).unwrap().contains(", p "), "{explained}");
}

/// Two arms that do the same to groups which differ among themselves: eight groups of 150 an arm, for ten days.
fn same_to_both(rng: &mut Xoshiro256PlusPlus) -> Vec<TrialUnit> {
    let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut unit = |arm: usize, group: u32| {
        let chance = 0.004 + 0.024 * uniform();
        let mut tally = Tally::new(10);
        tally.horizon.members = 150;
        let mut left = 150;
        for day in &mut tally.days {
            let bought = (0..left).filter(|_| uniform() < chance).count() as u64;
            day.add(Outcome::Buyers, bought);
            left -= bought;
        }
        tally.close();
        TrialUnit { arm, group, tally }
    };
    (0..16).map(|group| unit(usize::from(group >= 8), group)).collect()
}

#[test]
fn arms_that_do_the_same_are_told_apart_no_more_often_than_is_said() {
    const TESTS: u32 = 800;
    let arms = ["a".to_owned(), "b".to_owned()];
    let question = Question {
        metric: find("conversion").unwrap(),
        secondary: Vec::new(),
        guardrails: Vec::new(),
        adjusted: Vec::new(),
        zone: ZONE,
        planned_days: Some(10),
        seed: 1,
    };
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let (mut at_the_end, mut at_any_look, mut by_members) = (0, 0, 0);
    for _ in 0..TESTS {
        let units = same_to_both(&mut rng);
        let trial = Trial { arms: &arms, control: 0, dealt: Dealt::Groups, units: &units, before: &[] };
        let found = analyse(&trial, &question);
        at_the_end += u32::from(found.effects[0].p_value.unwrap() < 0.05);
        at_any_look += u32::from(found.leaves_zero_out(1).is_some());
        by_members += u32::from(found.effects[0].as_if_members.unwrap().p_value < 0.05);
    }
    let share = |n: u32| f64::from(n) / f64::from(TESTS);
    let error = (0.05 * 0.95 / f64::from(TESTS)).sqrt();
    assert!(share(at_the_end) < 0.05 + 3.5 * error, "{at_the_end}");
    assert!(share(at_any_look) < 0.05 + 3.5 * error, "{at_any_look}");
    assert!(share(at_any_look) > 0.01, "{at_any_look}: looks so careful that they say nothing");
    assert!(share(by_members) > 0.15, "{by_members}: members of a group are alike");
}

fn wearout(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wearout")).args(args).current_dir(folder).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_command_leaves_its_files_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ab-results.csv"), example()).unwrap();
    let line = ["ab", "analyze", "ab-results.csv", "--starts", "2025-03-15"];
    let output = wearout(folder.path(), &line);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
    let text = said(&output.stdout);
    assert!(as_page().starts_with(text.split("\noutput/").next().unwrap()), "{text}");
    assert_eq!(text.lines().last(), Some("output/ab-results-analysis/0001"));
    let run = |number: &str| folder.path().join("output/ab-results-analysis").join(number);
    wearout(folder.path(), &[&line[..], &["--threads", "1"]].concat());
    for file in [
        "analysis.csv",
        "looks.csv",
        "differences.svg",
        "differences.png",
        "difference_by_day.svg",
        "difference_by_day.png",
    ] {
        let once = fs::read(run("0001").join(file)).unwrap();
        assert!(!once.is_empty() && once == fs::read(run("0002").join(file)).unwrap(), "{file}");
    }
    let manifest = fs::read_to_string(run("0001").join("manifest.toml")).unwrap();
    assert!(manifest.contains("command = \"ab analyze\"") && manifest.contains("results_sha256"), "{manifest}");
    let json = wearout(folder.path(), &[&line[..], &["--json"]].concat());
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["study"]["found"]["verdict"]["decision"]["prefer"], 0);
    let explained = said(&wearout(folder.path(), &[&line[..], &["--explain"]].concat()).stdout);
    assert!(explained.contains("~~spaced: "), "{explained}");
}

fn as_page() -> String {
    fs::read_to_string(root().join("tests/data/ab_page.txt")).unwrap()
}

#[test]
fn what_does_not_go_together_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("r.csv"), example()).unwrap();
    fs::write(folder.path().join("old.csv"), b"arm,group\nr\xe9sum\xe9,1\n").unwrap();
    for (args, status, words) in [
        (
            vec!["r.csv", "--starts", "2025-03-15", "--planned-days", "7"],
            2,
            "`--planned-days` is 7, and the file has 14 days",
        ),
        (vec!["r.csv", "--starts", "2025-03-15", "--unit", "members"], 1, "leave --unit out"),
        (vec!["r.csv", "--adjust", "always"], 1, "has no baseline"),
        (vec!["none.csv"], 1, "cannot read none.csv"),
        (vec!["old.csv"], 1, "cannot read old.csv: line 2 is not UTF-8"),
        (vec!["r.csv", "--zone", "3"], 2, "not a percentage"),
    ] {
        let output = wearout(folder.path(), &[&["ab", "analyze"], &args[..]].concat());
        let text = said(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {text}");
        assert!(text.contains(words), "{args:?}: {text}");
    }
    assert!(!folder.path().join("output").exists(), "nothing is written where something is wrong");
}

/// The page in one line, as far as it was wrapped.
fn page_of(analysed: &Analysed) -> String {
    analysed.text().replace("\n    ", " ")
}

#[test]
fn the_worth_never_advises_against_the_verdict() {
    let groups = [Group { arm: "a", bought: flat, left: 1 }, Group { arm: "b", bought: more, left: 9 }];
    let text = page_of(&analysed(&table(&groups, 8, 10), &TableOptions::default(), None));
    assert!(text.contains("\nRejected by a guardrail: b"), "{text}");
    assert!(text.contains("before guardrails, b against a: conversion +"), "{text}");
    assert!(!text.contains("b instead of a"), "{text}");
}

#[test]
fn a_running_test_is_to_go_on_and_shows_the_interval_that_is_judged() {
    let running = analysed(&example(), &of_example(), Some(28));
    let Decision::NotDecided(Some(more)) = running.found.verdict.decision else { panic!("decided") };
    assert_eq!(more.days, MoreDays::Planned(28));
    assert_eq!(running.found.effects[0].interval, running.found.verdict.arms[0].interval);
    let text = page_of(&running);
    assert!(text.contains("\nNot decided: continue to day 28, as planned"), "{text}");
    let rows = running.rows("analysis.csv");
    assert!(rows.lines().nth(1).unwrap().contains("at every look"), "{rows}");
}

#[test]
fn a_test_whose_end_was_not_said_names_its_condition_below_its_verdict() {
    let list = "arm,day,members,bought\na,1,1000,20\na,2,1000,15\nb,1,1010,21\nb,2,1010,18\n";
    let of_list = TableOptions { dealt: Dealt::Members, ..TableOptions::default() };
    for (text, asked, days) in [(example(), of_example(), 14), (list.to_owned(), of_list, 2)] {
        let assumed = analysed(&text, &asked, None);
        let words = format!("This holds only if day {days} was the planned end before anyone looked");
        let page = page_of(&assumed);
        let third = page.lines().nth(3).unwrap();
        assert!(third.starts_with(&words) && third.contains("otherwise add `--planned-days N`"), "{page}");
        let value = assumed.study();
        assert_eq!(value["notes"][0]["end-not-said"]["day"], days);
        assert!(value["found"]["is_end_said"] == false && value["found"]["days"] == days);
        let explained = assumed.explanation();
        assert!(explained.contains("--planned-days was not given"), "{explained}");
        let rows = assumed.rows("analysis.csv");
        assert!(rows.lines().nth(1).unwrap().contains("if this end was planned"), "{rows}");

        let said = analysed(&text, &asked, Some(days));
        let page = page_of(&said);
        assert!(page.starts_with("Test ") && page.contains(&format!(", {days} days, as planned\n")), "{page}");
        let value = said.study();
        assert!(value["found"]["is_end_said"] == true && value["found"]["planned_days"] == days, "{value}");
        let running = analysed(&text, &asked, Some(days + 7));
        for told in [said, running] {
            assert!(!page_of(&told).contains("This holds only if"), "who says the end is not asked for it");
        }
    }
}

/// The arm that is taken and what it does to recipients, in these words: both arms named, nothing higher whose interval holds 0.
#[test]
fn an_arm_has_more_only_where_its_interval_leaves_zero_out() {
    let open = page_of(&analysed(&example(), &of_example(), None));
    for words in [
        "Keep daily: spaced has lower conversion than daily, by 0.8 points (0.1 to 1.6).\n",
        "Whether daily has higher churn than spaced is not known: +4 points (-1 to +8).\n",
        "Whether daily has higher reports per 1000 members than spaced is not known: +10 (-4 to +23).\n",
    ] {
        assert!(open.contains(words), "{open}");
    }
    let kept = |left: [u64; 2]| {
        let groups = [Group { arm: "a", bought: more, left: left[0] }, Group { arm: "b", bought: flat, left: left[1] }];
        page_of(&analysed(&table(&groups, 8, 10), &TableOptions::default(), None))
    };
    let known = kept([9, 1]);
    assert!(known.contains("Keep a: b has lower conversion than a, by "), "{known}");
    assert!(known.contains("; but a has higher churn than b, by 8"), "{known}");
    assert!(!kept([1, 1]).contains("churn than"), "no arm is worse");
    for page in [open, known] {
        assert!(!page.contains("there"), "an arm has a name: {page}");
    }
}

#[test]
fn several_arms_are_told_by_name_and_none_is_preferred_to_another_that_it_was_not_tested_against() {
    fn group(arm: &'static str, bought: fn(u64, u64) -> u64, left: u64) -> Group {
        Group { arm, bought, left }
    }
    let page = |groups: [Group; 3]| page_of(&analysed(&table(&groups, 8, 10), &TableOptions::default(), None));
    let much_more = |g: u64, day: u64| more(g, day) + 4;
    let two = page([group("a", flat, 1), group("b", much_more, 1), group("c", more, 1)]);
    assert!(two.contains("Prefer b: b has higher conversion than a, by "), "{two}");
    assert!(two.contains("; c is better than a too, and was not tested against b"), "{two}");
    let none = page([group("a", more, 1), group("b", much_more, 9), group("c", flat, 1)]);
    assert!(none.contains("Keep a: b is rejected by a guardrail (churn +"), "{none}");
    assert!(none.contains("; c has lower conversion than a, by "), "{none}");
    let equal = page([group("a", more, 1), group("b", more, 1), group("c", flat, 1)]);
    assert!(equal.contains("Practically equal: b and a differ in conversion by less than 1 point; "), "{equal}");
    assert!(equal.contains("; c has lower conversion than a, by "), "{equal}");
}

/// p 0.044 by Welch's t and 0.076 by all 19,448 assignments, both worked out apart.
#[test]
fn a_permutation_that_does_not_say_what_the_interval_says_is_told_with_what_decides() {
    let arms: [(&str, &[u64]); 2] =
        [("a", &[15, 7, 16, 17, 17, 14, 16]), ("b", &[21, 17, 26, 32, 12, 13, 40, 5, 50, 51])];
    let mut text = "arm,group,day,members,bought\n".to_owned();
    for (arm, bought) in arms {
        for (g, bought) in bought.iter().enumerate() {
            writeln!(text, "{arm},{arm}-{g},1,1000,{bought}\n{arm},{arm}-{g},2,1000,0").unwrap();
        }
    }
    let mixed = analysed(&text, &TableOptions::default(), Some(2));
    let effect = &mixed.found.effects[0];
    close(effect.p_value.unwrap(), 0.043_645_7, 1e-6);
    close(effect.permutation.unwrap().p_value(), 0.076_100_37, 1e-8);
    let page = page_of(&mixed);
    assert!(page.contains("Prefer b: b has higher conversion than a, by 1.2"), "{page}");
    assert!(
        page.contains("permutation p 0.076 of b is above 0.05, while the interval leaves 0 out: the interval decides"),
        "{page}"
    );
    let agreed = page_of(&analysed(&example(), &of_example(), Some(14)));
    assert!(!agreed.contains("the interval decides"), "{agreed}");
}

#[test]
fn of_several_arms_those_that_are_told_are_named() {
    let arms = [("a", restless as fn(u64, u64) -> u64, 1), ("b", restless_and_one, 9), ("c", restless_and_one, 1)];
    let groups: Vec<Group> = arms.map(|(arm, bought, left)| Group { arm, bought, left }).into();
    let text = page_of(&analysed(&table(&groups, 6, 7), &TableOptions::default(), None));
    assert!(text.contains("\nNot decided: c against a: "), "{text}");
    assert!(text.contains("; b is rejected by a guardrail (churn +"), "{text}");
}

#[test]
fn guardrails_say_on_which_side_they_are_worse_and_what_was_never_seen() {
    let bought = [flat as fn(u64, u64) -> u64, more];
    let groups = [Group { arm: "a", bought: bought[0], left: 1 }, Group { arm: "b", bought: bought[1], left: 1 }];
    let asked = TableOptions { guardrails: vec!["loss=0.0001".to_owned()], ..TableOptions::default() };
    let text = page_of(&analysed(&table(&groups, 8, 10), &asked, None));
    assert!(text.contains("but with b a rise of 0.01 points in churn is not excluded"), "{text}");
    let asked = TableOptions { guardrails: vec!["blocked=0.01".to_owned()], ..TableOptions::default() };
    let unseen = analysed(&table(&groups, 8, 10), &asked, None).found;
    assert_eq!(unseen.guardrails[0].guarding, Guarding::Unseen);
    assert_eq!(unseen.verdict.decision, Decision::Prefer(1));
}

#[test]
fn a_list_that_would_take_far_longer_is_told_so() {
    let text = "arm,day,members,bought\na,1,1000,20\na,2,1000,15\nb,1,1010,21\nb,2,1010,18\n";
    let list = analysed(text, &TableOptions { dealt: Dealt::Members, ..TableOptions::default() }, None);
    let Decision::NotDecided(Some(more)) = list.found.verdict.decision else { panic!("decided") };
    assert_eq!(more.days, MoreDays::Beyond(6));
    assert!(page_of(&list).contains("more members an arm or more than 6 more days would"), "{}", page_of(&list));
}
