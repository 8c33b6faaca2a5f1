//! Scenarios with faults: every file in `tests/faults` must be refused with exactly the text beside it, and no text at all may
//! bring the reader down.
//!
//! `WEAROUT_REWRITE=1 cargo test --test faults` writes the texts anew and fails, so that the difference is read before it is
//! kept.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wearout::diagnostic::{Faults, Source};
use wearout::plan::schedule::schedule;
use wearout::scenario::{Draft, parse};

fn read(name: &str, text: &str, overrides: &[String]) -> Draft {
    parse("a", Source { name: name.into(), text: text.into() }, overrides)
}

/// All faults as shown, those of the calendar included; `None` for a scenario without any.
fn shown(draft: Draft) -> Option<String> {
    let Draft { scenario, sources, mut faults, .. } = draft;
    if faults.is_empty() {
        let late = scenario.plans.iter().filter_map(|plan| schedule(plan, scenario.days, scenario.starts).err());
        faults = late.flatten().collect();
    }
    Faults::new(sources, faults).map(|faults| faults.to_string())
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
        let found = shown(read(&name, &text, &overrides(&text))).unwrap_or_else(|| "no fault".to_owned()) + "\n";
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
