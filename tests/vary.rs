//! One way to vary a scenario: what stays of the text, and that both ways to read a variation agree.

use proptest::prelude::*;
use wearout_core::diagnostic::Source;
use wearout_core::scenario::{CONTENTS, DESIGNS, Draft, FINDINGS, PATTERNS, SHIPPED, Scenario, Variation, parse};

const TOUR: &str = "# A tour of ways to write.\n\ndays = 30 # a month\n\n# People.\n[audience.club]   # who\ngroups = 4\n\
                    theme = \"beauty\"\n[audience.\"käse\"]\ntwin = \"club\"\n[topic.\"soap\"]\nrelevance = { beauty = 1.0, \"mother & child\" \
                    = 0.2, }\n[plan.daily]\nto = [\"club\"]\nselect.keep = 0.5\n  on = [ \"mon\", # first\n    \"tue\" ]\n[plan.daily-2]\n\
                    like = \"daily\"\nselect = { keep = 0.25 , signal = 0.1 }\n[plan.exact]\nto = [\"club\"]\n[[plan.exact.posts]]\n\
                    day = 1\n# noon\n[[plan.exact.posts]]\nday = 2\n[plan.last.select]\nkeep = 0.5\n[plan.last]\nto = [\"club\"]\n";

fn source(text: &str) -> Source {
    Source { name: "a.toml".into(), text: text.into() }
}

fn read(text: &str) -> Draft {
    parse("a", source(text), &[])
}

/// The text of a variation, which reads as the variation itself does.
#[track_caller]
fn varied(text: &str, variation: &Variation) -> String {
    let edited = variation.text(&source(text)).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    let (by_text, by_tree) = (read(&edited), variation.draft(&read(text)));
    assert_eq!(said(&by_text.scenario), said(&by_tree.scenario), "{variation:?}\n{edited}");
    // What was found is said of a word without quotes in one way, of one with quotes in another.
    let faults = |draft: &Draft| -> Vec<String> {
        let rule = |message: &str| message.split(", found").next().unwrap_or_default().to_owned();
        let mut all: Vec<_> = draft.faults.iter().map(|fault| rule(&fault.message)).collect();
        all.sort();
        all
    };
    assert_eq!(faults(&by_text), faults(&by_tree), "{variation:?}\n{edited}");
    edited
}

/// Everything a scenario says, without the places where it does.
fn said(scenario: &Scenario) -> String {
    toml::to_string(scenario).expect("a scenario can be written")
}

fn set(key: &str, value: &str) -> Variation {
    Variation::new().set(key, value)
}

fn shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
    [SHIPPED, DESIGNS, PATTERNS, FINDINGS, CONTENTS].into_iter().flatten().copied().chain([("tour", TOUR)])
}

/// Every key with a value that is no table: its path with names in quotes, and its value as written.
fn keys(text: &str) -> Vec<(String, String)> {
    fn walk(table: &toml::Table, path: &str, found: &mut Vec<(String, String)>) {
        for (key, value) in table {
            let key = toml::Value::String(key.clone()).to_string();
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            match value {
                toml::Value::Table(table) => walk(table, &path, found),
                value => found.push((path, value.to_string())),
            }
        }
    }
    let mut found = Vec::new();
    walk(&text.parse().expect("what is shipped is TOML"), "", &mut found);
    found
}

#[test]
fn every_key_of_every_shipped_scenario_changes_in_its_place_and_no_other_byte_does() {
    for (name, text) in shipped() {
        for text in [text.to_owned(), format!("\u{feff}{}", text.replace('\n', "\r\n"))] {
            let as_it_was = said(&read(&text).scenario);
            for (key, value) in keys(text.trim_start_matches('\u{feff}')) {
                let itself = varied(&text, &set(&key, &value));
                assert_eq!(said(&read(&itself).scenario), as_it_was, "{name}: {key} = {value}");
                let marked = set(&key, "987654321").text(&source(&text)).unwrap();
                let written = marked.split_once("\"987654321\"").or(marked.split_once("987654321"));
                let Some((head, tail)) = written else { panic!("{name}: {key}") };
                if key.ends_with("\"posts\"") && text.contains("[[plan") {
                    // A list below headers of its own gives way to a key in its table.
                    continue;
                }
                assert!(text.starts_with(head) && text.ends_with(tail), "{name}: {key}\n{marked}");
                let old = format!("x = {}", &text[head.len()..text.len() - tail.len()]);
                assert_eq!(old.parse::<toml::Table>().unwrap()["x"].to_string(), value, "{name}: {key}");
            }
        }
    }
}

#[test]
fn a_key_taken_out_leaves_the_default_in_text_and_tree() {
    for (name, text) in shipped() {
        for (key, _) in keys(text) {
            let without = varied(text, &Variation::new().unset(&key));
            assert!(without.len() < text.len(), "{name}: {key}");
            let lines: Vec<&str> = text.lines().collect();
            let kept = without.lines().filter(|line| !lines.contains(line)).count();
            assert!(kept <= 1, "{name}: {key}: only a table in braces is written on");
        }
    }
}

#[test]
fn a_new_key_reads_in_the_text_as_in_the_tree() {
    let news = [
        ("starts", "fri"),
        ("behaviour.read_base", "-1"),
        ("switch.contagion", "true"),
        ("money.currency", "2025"),
        ("plan.daily.every", "48h"),
        ("plan.daily.posts", "[{ day = 3 }]"),
        ("plan.daily.select.signal", "0.3"),
        ("plan.daily-2.select.signal", "0.3"),
        ("plan.daily-2.reply", "never"),
        ("plan.exact.posts", "[]"),
        ("plan.exact.on", "[\"mon\"]"),
        ("plan.last.reply", "15m"),
        ("plan.last.select.signal", "0.3"),
        ("audience.club.theme", "beauty"),
        ("audience.käse.size", "7"),
        ("audience.\"käse\".twin", "club"),
        ("topic.soap.relevance.\"a.b = c\"", "0.5"),
        ("topic.soap.relevance.mother's", "0.5"),
        ("question", "Is it \"so\"?"),
    ];
    for text in [TOUR.to_owned(), TOUR.replace('\n', "\r\n"), TOUR.trim_end().to_owned()] {
        for (key, value) in news {
            let new = varied(&text, &set(key, value));
            assert!(!new.replace("\r\n", "").contains('\n') || !text.contains('\r'), "{key}: {new:?}");
        }
    }
}

#[test]
fn a_fault_of_a_variation_stands_in_it_and_one_of_the_text_in_the_text() {
    let draft = set("plan.daily.reach", "25").draft(&read(TOUR));
    let [fault] = draft.faults.as_slice() else { panic!("{:?}", draft.faults) };
    let at = fault.at.clone().unwrap();
    assert_eq!((draft.sources[at.source].name.as_str(), at.span), ("--set", 17..19));
    let twice = set("plan.daily.reply", "1h").draft(&draft);
    assert_eq!(twice.faults, draft.faults, "a fault stays until its key is varied");
    assert_eq!(set("plan.daily.reach", "0.25").draft(&draft).faults, []);
    let broken = TOUR.replace("groups = 4", "groups = four");
    let faults = set("plan.daily.reach", "0.5").text(&source(&broken)).unwrap_err().to_string();
    assert!(faults.contains("a.toml:7:") && faults.contains("`audience.club.groups` is not TOML"), "{faults}");
    for (key, words) in
        [("plan.dayly.reply", "did you mean `daily`?"), ("days.x", "holds no keys"), ("a..b", "is not a key")]
    {
        let faults = set(key, "1").text(&source(TOUR)).unwrap_err().to_string();
        assert!(faults.contains("--set:1:1") && faults.contains(words), "{faults}");
    }
}

#[test]
fn variations_add_up_and_the_last_counts() {
    let both = set("days", "10").set("plan.daily.reply", "1h").set("days", "20");
    let one_by_one = set("plan.daily.reply", "1h").set("days", "20").draft(&set("days", "10").draft(&read(TOUR)));
    assert_eq!(one_by_one.scenario.days, 20);
    let typed = ["days=10", "plan.daily.reply=1h", "days=20"].map(str::to_owned);
    assert_eq!(said(&parse("a", source(TOUR), &typed).scenario), said(&one_by_one.scenario));
    assert_eq!(said(&read(&varied(TOUR, &both)).scenario), said(&one_by_one.scenario));
}

proptest! {
    #[test]
    fn any_variation_reads_in_the_text_as_in_the_tree(
        which in any::<prop::sample::Index>(),
        key in "(plan|audience|topic|behaviour|switch|money|[a-z]{1,3})(\\.(daily|daily-2|exact|last|club|x))?(\\.[a-z]{1,3}){0,2}",
        known in any::<Option<prop::sample::Index>>(),
        value in "[ -~]{0,12}|[0-9]{1,4}|true|\\[\\]|\\{ a = 1 \\}",
        is_unset in any::<bool>(),
    ) {
        let all: Vec<_> = shipped().collect();
        let (_, text) = all[which.index(all.len())];
        let keys = keys(text);
        let key = known.map_or(key, |known| keys[known.index(keys.len())].0.clone());
        let variation = if is_unset { Variation::new().unset(&key) } else { set(&key, &value) };
        if variation.text(&source(text)).is_ok() {
            varied(text, &variation);
        }
    }
}
