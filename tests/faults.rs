//! Scenarios with faults: every file in `tests/faults` must be refused with exactly the text beside it, and no text at all may
//! bring the reader down.
//!
//! `WEAROUT_REWRITE=1 cargo test --test faults` writes the texts anew and fails, so that the difference is read before it is
//! kept.

#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wearout_core::analysis::{Comparison, Estimate, verdict};
use wearout_core::diagnostic::{Diagnostic, Faults, Source};
use wearout_core::engine::Engine;
use wearout_core::parameter::{Parameters, catalogue, plausible};
use wearout_core::plan::{self, schedule::schedule};
use wearout_core::scenario::{Draft, parse};
use wearout_core::study::{Target, compare_over};
use wearout_core::tally::{METRICS, find};
use wearout_show::csv;

fn read(name: &str, text: &str, overrides: &[String]) -> Draft {
    parse("a", Source { name: name.into(), text: text.into() }, overrides)
}

/// Faults as shown, those of the calendar included; `None` for a scenario without any.
fn shown(draft: Draft) -> Option<String> {
    found(draft).map(|(_, faults)| faults.to_string())
}

/// Every fault as shown, a few at a time, because of many the last are not shown; then the line that closes them all.
fn shown_one_by_one(draft: Draft) -> Option<String> {
    let (sources, faults) = found(draft)?;
    let told = |few: &[Diagnostic]| Faults::new(sources.clone(), few.to_vec()).expect("a few are some").to_string();
    let parts = faults
        .list()
        .chunks(3)
        .map(told)
        .map(|text| text[..=text.rfind('\n').expect("a fault ends its line")].to_owned());
    let all = faults.to_string();
    Some(parts.collect::<String>() + all.lines().last().expect("a line"))
}

fn found(draft: Draft) -> Option<(Vec<Source>, Faults)> {
    let Draft { scenario, sources, mut faults, .. } = draft;
    if faults.is_empty() {
        let late = scenario.plans.iter().filter_map(|plan| schedule(plan, scenario.days, scenario.starts).err());
        faults = late.flatten().collect();
    }
    let found = Faults::new(sources.clone(), faults)?;
    Some((sources, found))
}

/// The options in the first lines of a file: `#! KEY=VALUE`.
fn overrides(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix("#! ")).map(str::to_owned).collect()
}

#[test]
fn faulty_scenarios_are_refused_in_these_words() {
    let rewrite = std::env::var_os("WEAROUT_REWRITE").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 10, "the folder of faults is not found");
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let found =
            shown_one_by_one(read(&name, &text, &overrides(&text))).unwrap_or_else(|| "no fault".to_owned()) + "\n";
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
        if found != expected {
            if rewrite {
                fs::write(path.with_extension("txt"), &found).unwrap();
            }
            wrong.push(format!("{name} now says:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const GOOD: &str = r#"question = "Send to everybody, or to those who fit?"
days = 30
starts = "mon"
headline = ["conversion", "loss"]
evidence = ["open-spray"]
[equality]
points = 0.01
[audience.imported]
channel = "direct"
size = 8000
[audience.club]
groups = 3
theme = "beauty"
fit_spread = 0.3
twin = "imported"
[topic.serum]
relevance = { beauty = 1.0, parenting = 0.2 }
[money]
margin = 60
[behaviour]
block_share = 0.3
[switch]
contagion = true
[plan.everybody]
to = ["imported"]
topic = "serum"
contents = 1
reply = "never"
[plan.filtered]
like = "everybody"
select = { keep = 0.25, signal = 0.5 }
mix = { useful = 0.7, hard = 0.3 }
on = ["mon", "thu"]
per_day = 2
[plan.exact]
to = ["club"]
posts = [ { day = 1, content = "a" }, { day = 2, at = "10:30", gift = true } ]
reply = "2h30m"
"#;

#[test]
fn the_scenario_that_the_others_are_mutated_from_is_sound() {
    assert_eq!(shown(read("a.toml", GOOD, &[])), None);
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    assert_eq!(shown(read("a.toml", &GOOD.replace('\n', "\r\n"), &[])), None);
    let marked = format!("\u{feff}{GOOD}").replace("question", "qestion").replace('\n', "\r\n");
    let text = shown(read("a.toml", &marked, &[])).unwrap();
    assert!(text.starts_with("error: unknown key `qestion`\n --> a.toml:1:1\n"), "{text}");
    assert!(!text.contains(['\u{feff}', '\r']));
}

#[test]
fn hostile_texts_are_refused_without_a_crash() {
    let deep_lists = format!("days = {}{}", "[".repeat(5000), "]".repeat(5000));
    let deep_tables = format!("[{}a]\nb = 1\n", "a.".repeat(5000));
    let long_key = format!("{} = 1\n", "x".repeat(100_000));
    let open_to_the_end = GOOD.replace("signal = 0.5 }", "signal = 0.5é \u{feff} A\t").trim_end().to_owned() + "A!0A";
    let texts = [
        &open_to_the_end,
        "",
        "\u{feff}",
        "\r\n\r\n",
        "\0\u{1}\u{2}\u{7f}PNG\r\n\u{1a}\n",
        "\u{fffd}\u{fffd}\u{202e}",
        &deep_lists,
        &deep_tables,
        &long_key,
        "plan = 1\naudience = []\ntopic = \"\"\nequality = true\nmoney = 1\nbehaviour = 2\nswitch = 3\n",
        "[[plan]]\n[[audience]]\n[[topic]]\n",
        "[plan.\"\"]\n[audience.\"a b\"]\n[topic.\"\\u0000\"]\n",
        "days = 99999999999999999999999999999999999999999999999999\n",
        "days = -9223372036854775809\n[audience.a]\nfit = 1e999\nsize = 0x7fffffffffffffffffff\n[plan.a]\ncost = nan\nreach = -inf\n",
        "[audience.a]\n[plan.a]\nposts = [[[]], {}, 1, { day = { day = 1 } }]\nmix = []\n",
        "[audience.a]\n[plan.a]\nevery = \"0.0000000000000000000000000000000000001d\"\nreply = \"1e9h\"\n",
        "[audience.é]\n",
        "[audience.a]\n[plan.a]\nto = [",
        "days = {",
        "evidence = [[",
        "question = \"",
        "question = '''",
        "[plan",
        "[[plan",
        "plan.a = { to = ",
    ];
    for text in texts {
        let found = shown(read("a.toml", text, &[]));
        assert!(found.is_some(), "{text:.100}");
    }
}

#[test]
fn very_many_faults_are_told_in_few_lines() {
    let unknown = |n: usize| (0..n).map(|i| format!("k{i} = 1\n")).collect::<Vec<_>>().concat();
    let told = shown(read("a.toml", &unknown(9000), &[])).unwrap();
    assert!(told.contains("unknown key `k0`") && told.contains(" more of this kind: lines 2, 3, 4, "), "{told}");
    assert!(told.lines().count() < 100 && told.len() < 10_000, "{} bytes", told.len());
    let told = shown(read("a.toml", &unknown(40_000), &[])).unwrap();
    assert!(told.ends_with("10000 faults or more; nothing was simulated and nothing written"), "{told}");
    let no_toml = (0..40_000).map(|i| format!("k{i} = x{i}\n")).collect::<Vec<_>>().concat();
    let told = shown(read("a.toml", &no_toml, &[])).unwrap();
    assert!(told.lines().count() < 200 && told.len() < 20_000, "{} bytes", told.len());
    let one_line = format!("days = [{}]\n", "x, ".repeat(40_000));
    let told = shown(read("a.toml", &one_line, &[])).unwrap();
    assert!(told.len() < 20_000, "{} bytes", told.len());
}

#[test]
fn columns_count_characters() {
    let text = "[audience.club]\n[plan.a]\nselect = { \"größe\" = 1, keep = 25 }\n";
    let found = shown(read("a.toml", text, &[])).unwrap();
    assert!(found.contains(" --> a.toml:3:32\n"), "{found}");
}

#[test]
fn hostile_options_are_refused_without_a_crash() {
    let options = [
        "",
        "=",
        "==",
        "a",
        ".=1",
        "plan=1",
        "plan.=1",
        "plan.everybody=1",
        "plan.everybody.to.x=1",
        "question.a.b=1",
        "plan.exact.posts.0.day=1",
        "plan.everybody.reply=",
        "é=é",
        "days = \u{0}",
        "plan.everybody.to=[",
        "plan.é.reply=15m",
    ];
    for option in options {
        let found = shown(read("a.toml", GOOD, &[option.to_owned()]));
        assert!(found.is_some(), "{option}");
    }
    let all: Vec<String> = options.map(str::to_owned).to_vec();
    assert!(shown(read("a.toml", GOOD, &all)).is_some());
}

fn mutated(mut text: Vec<char>, edits: &[(usize, usize, String)]) -> String {
    for (start, length, new) in edits {
        let start = start % (text.len() + 1);
        let end = (start + length).min(text.len());
        text.splice(start..end, new.chars());
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mutation_of_a_sound_scenario_brings_the_reader_down(
        edits in prop::collection::vec((any::<usize>(), 0usize..12, "[ -~é\n\r\t\u{feff}]{0,6}"), 1..6),
    ) {
        let text = mutated(GOOD.chars().collect(), &edits);
        shown(read("a.toml", &text, &[]));
    }

    #[test]
    fn no_exchange_of_lines_brings_the_reader_down(lines in prop::collection::vec(0usize..40, 0..60)) {
        let good: Vec<&str> = GOOD.lines().collect();
        let text: Vec<&str> = lines.iter().map(|i| good[i % good.len()]).collect();
        shown(read("a.toml", &text.join("\n"), &[]));
    }

    #[test]
    fn no_option_brings_the_reader_down(
        option in "(plan|audience|days|topic|money)(\\.(everybody|club|to|select|keep|posts)){0,3}=[ -~é]{0,10}",
    ) {
        shown(read("a.toml", GOOD, &[option]));
    }
}

// --- What the reader lets through: no figure of it is no number ---

/// The ends of what a key admits, what lies just above its lower end, and anything between.
fn extreme(least: f64, most: f64) -> impl Strategy<Value = f64> {
    let small = [5e-324, 1e-300, 1e-40, 1e-9].map(|more| (least + more).min(most));
    prop_oneof![3 => Just(least), 3 => Just(most), 1 => prop::sample::select(small.to_vec()), 1 => least..=most]
}

/// Parameters at their extremes, as the table `[behaviour]`. Hours of visits must not cross.
fn behaviour() -> impl Strategy<Value = String> {
    let free: Vec<_> = catalogue().iter().filter(|parameter| !parameter.key.starts_with("visit_")).collect();
    prop_oneof![prop::sample::subsequence(free.clone(), 0..6), Just(free)].prop_flat_map(|chosen| {
        let line = |parameter: &&wearout_core::parameter::Parameter| {
            let (key, (least, most)) = (parameter.key.clone(), parameter.domain());
            extreme(least, most).prop_map(move |value| format!("{key} = {value:?}\n"))
        };
        chosen.iter().map(line).collect::<Vec<_>>().prop_map(|lines| format!("[behaviour]\n{}", lines.concat()))
    })
}

/// A plan at the extremes of its keys.
fn extreme_plan(name: &'static str) -> impl Strategy<Value = String> {
    let reply = prop::sample::select(vec!["never", "0.001m", "3650d", "2h30m"]);
    let flags =
        prop::sample::select(vec!["", "gift = true", "broken_link = true", "unlabelled = true\neveryone = true"]);
    let per_day = prop::sample::select(vec![1, 12]);
    let numbers = (extreme(0.0, 1e9), extreme(1e-300, 1.0), extreme(0.0, 1.0), extreme(0.0, 1.0), extreme(-1.0, 1.0));
    (numbers, reply, flags, per_day, any::<bool>()).prop_map(
        move |((cost, reach, answered, offer, signal), reply, flags, per_day, ignored)| {
            let privacy = if ignored { "ignored" } else { "kept" };
            format!(
                "[plan.{name}]\ncost = {cost:?}\nreach = {reach:?}\nanswered = {answered:?}\noffer = {offer:?}\n\
                 select = {{ keep = 0.5, signal = {signal:?} }}\nreply = \"{reply}\"\n{flags}\nper_day = {per_day}\n\
                 contents = 1\nprivacy = \"{privacy}\"\n"
            )
        },
    )
}

/// Scenarios that the reader accepts, at the extremes of what it accepts.
fn accepted() -> impl Strategy<Value = String> {
    let audience = (prop::sample::select(vec![2, 3, 40]), extreme(0.0, 5.0), extreme(0.0, 5.0), extreme(0.0, 1.0))
        .prop_flat_map(|(size, fit_spread, account_spread, relation)| {
            prop::sample::select(vec![5e-324, 1e-9, 0.5, 1.0 - 1e-9]).prop_map(move |fit| {
                format!(
                    "[audience.club]\ngroups = 2\nsize = {size}\nfit = {fit:?}\nfit_spread = {fit_spread:?}\n\
                     account_spread = {account_spread:?}\nrelation = {relation:?}\n"
                )
            })
        });
    let switches = any::<[bool; 4]>().prop_map(|[memory, contagion, wear_in, learning]| {
        format!(
            "[switch]\nrepeat_memory = {memory}\ncontagion = {contagion}\nwear_in = {wear_in}\n\
             expectation_learning = {learning}\n"
        )
    });
    let margin = extreme(0.0, 1e9).prop_map(|margin| format!("[money]\nmargin = {margin:?}\n"));
    let days = prop::sample::select(vec![1, 5]).prop_map(|days| format!("days = {days}\n"));
    (days, audience, margin, switches, behaviour(), extreme_plan("a"), extreme_plan("b")).prop_map(
        |(days, audience, margin, switches, behaviour, a, b)| {
            [days, audience, margin, switches, behaviour, a, b].concat()
        },
    )
}

/// Every number of an estimate.
fn numbers(estimate: &Estimate) -> impl Iterator<Item = f64> {
    let over_sets = estimate.decomposition.and_then(|known| known.over_sets);
    let ends = over_sets.map(|interval| [interval.low, interval.high]);
    let single = [estimate.mean, estimate.low, estimate.high].into_iter().flatten();
    single.chain(estimate.quantiles.into_iter().flatten()).chain(ends.into_iter().flatten())
}

fn check_numbers(comparison: &Comparison) {
    for (metric, estimate) in comparison.plans.iter().flat_map(|plan| METRICS.iter().zip(&plan.estimates)) {
        for number in numbers(estimate) {
            assert!(number.is_finite(), "{}: {estimate:?}", metric.key);
            assert!(!metric.unit.is_within_one() || (0.0..=1.0).contains(&number), "{}: {estimate:?}", metric.key);
        }
    }
    for found in &comparison.differences {
        for number in [found.difference, found.low, found.high].into_iter().flatten() {
            assert!(number.is_finite(), "{}: {number}", found.metric.key);
            assert!(!found.metric.unit.is_within_one() || number.abs() <= 1.0, "{}: {number}", found.metric.key);
        }
    }
}

/// Runs a scenario under one set of parameters or two, and writes all its tables: they admit no number that is none.
fn check_figures(scenario: &str, sets: &[Parameters]) {
    let draft = read("a.toml", scenario, &[]);
    let compiled: Result<Vec<_>, _> = sets.iter().map(|set| plan::compile_under(&draft, 1, set, &[])).collect();
    let compiled = compiled.unwrap_or_else(|faults| panic!("{faults}"));
    let headline = ["conversion", "roi", "p_limited"].map(|key| find(key).expect("a metric"));
    let target = Target::Replicates(2 * sets.len() as u32);
    let comparison =
        compare_over(&compiled, &headline, &target, false, &Engine::default()).expect("nobody stopped it").comparison;
    check_numbers(&comparison);
    let verdict = verdict(&comparison, &headline, draft.scenario.equality.into());
    let shown = found::shown(&found::found(comparison.clone(), verdict, None, Vec::new()));
    assert!(!shown.contains("NaN") && !shown.contains("inf "), "{shown}");
    for table in [csv::summary, csv::differences, csv::uncertainty, csv::daily, csv::replicates] {
        table(&comparison);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_accepted_scenario_has_a_figure_that_is_no_number(scenario in accepted(), over_sets in any::<bool>()) {
        let plausible = &plausible().sets;
        let one = [Parameters::best()];
        check_figures(&scenario, if over_sets { &plausible[..2] } else { &one });
    }
}

/// A cost next to nothing is none, and its return on cost blank: divided by it, the square of a return is infinite.
#[test]
fn nothing_is_divided_by_a_cost_next_to_nothing() {
    let scenario = "days = 3\n[audience.club]\n[money]\nmargin = 1e9\n[behaviour]\ncompliance_kept = 0\n\
                    [plan.a]\ncost = 1e-300\n[plan.b]\ncost = 1e-300\nevery = \"48h\"\n";
    check_figures(scenario, &[Parameters::best()]);
}
