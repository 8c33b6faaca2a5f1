//! Tables of results: every file in `tests/results` with faults must be refused with exactly the text beside it, good ones give the same
//! tallies however they are written, and no text at all may bring the reader down.
//!
//! `WEAROUT_REWRITE=1 cargo test --test ab_results` writes the texts anew and fails, so that the difference is read before it is kept.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use wearout_core::diagnostic::Source;
use wearout_core::results::{Adjust, DateOrder, Note, Results, TableOptions, read};
use wearout_core::tally::{Dealt, Outcome, Stakes, find};

/// The options in the first lines of a file: `#! --option value`.
fn asked(text: &str) -> TableOptions {
    let mut asked = TableOptions::default();
    for line in text.lines().filter_map(|line| line.strip_prefix("#! --")) {
        let (option, value) = line.split_once(' ').expect("an option has a value");
        let value = value.to_owned();
        match option {
            "columns" => asked.columns = Some(value),
            "starts" => asked.starts = Some(value),
            "dates" => asked.dates = Some(DateOrder::DayFirst),
            "unit" => asked.dealt = Dealt::Members,
            "control" => asked.control = Some(value),
            "metric" => asked.metric = value,
            "secondary" => asked.secondary.push(value),
            "guardrail" => asked.guardrails.push(value),
            "adjust" => asked.adjust = Adjust::Always,
            other => panic!("no option {other}"),
        }
    }
    asked
}

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned() }
}

fn good(text: &str) -> Results {
    read(source("results.csv", text), &asked(text)).unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn faulty_tables_are_refused_in_these_words() {
    let rewrite = std::env::var_os("WEAROUT_REWRITE").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/results");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    assert!(files.len() >= 15, "the folder of tables is not found");
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let found = match read(source(&name, &text), &asked(&text)) {
            Ok(_) => "no fault\n".to_owned(),
            Err(faults) => format!("{faults}\n"),
        };
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

const PLAIN: &str = "arm,group,day,members,delivered,read,clicked,bought,left,blocked,muted,reported
a,g1,1,100,100,50,10,2,1,0,0,0
a,g1,2,100,99,40,8,1,0,1,2,1
a,g2,1,80,80,30,6,1,0,0,0,0
a,g2,2,80,80,20,5,0,0,0,0,0
b,g3,1,90,90,45,9,3,2,1,0,0
b,g3,2,90,87,30,7,2,0,0,1,0
b,g4,1,70,70,35,8,2,0,0,0,0
b,g4,2,70,70,21,4,1,0,0,0,0
";

#[test]
fn counts_become_the_tally_of_a_simulated_test() {
    let results = good(PLAIN);
    assert_eq!((results.arms.len(), results.units.len(), results.days, results.days_before), (2, 4, 2, 0));
    let tally = &results.units[0].tally;
    assert_eq!((tally.horizon.left, tally.horizon.blocked, tally.horizon.muted, tally.horizon.active), (1, 1, 2, 96));
    assert_eq!((tally.total(Outcome::MemberDays), tally.days[1].get(Outcome::Muted)), (199, 2));
    let stakes =
        Stakes { cost_per_send: 0.0, cost_per_post: 0.0, compliance_share: 0.0, margin: None, joiners_per_exit: 0.0 };
    let value = |key: &str| find(key).unwrap().value(tally, &stakes).unwrap();
    assert!((value("conversion") - 0.03).abs() < 1e-15);
    assert!((value("open_rate") - 90.0 / 199.0).abs() < 1e-15);
    assert!((value("loss") - 0.04).abs() < 1e-15);
    assert!((value("reports_per_1000") - 1000.0 / 199.0).abs() < 1e-12);
    assert!((value("reports_per_1000_members") - 10.0).abs() < 1e-12);
}

/// The tallies, whatever else was said of them.
fn counted(results: &Results) -> String {
    format!("{:?} {:?} {:?}", results.arms, results.groups, results.units)
}

#[test]
fn what_spreadsheets_do_to_a_table_changes_nothing() {
    let plain = counted(&good(PLAIN));
    let semicolons = PLAIN.replace(',', ";");
    let tabs = PLAIN.replace(',', "\t");
    let marked = format!("\u{feff}{}", PLAIN.replace('\n', "\r\n"));
    let quoted = PLAIN.replace("a,g1,", "\"a\",\"g1\",");
    let decimal = semicolons.replace(";100;100;50;", ";100,0;100,0;50,0;");
    let percent = semicolons.replace(";100;100;50;10;", ";100;100;50,0 %;10%;");
    let headings = PLAIN.replacen("arm,group,day,members,delivered,read", "Variant,Chat,Day,Group size,Sent,Opened", 1);
    let said =
        format!("#! --columns arm=who,bought=sum\n{}", PLAIN.replacen("arm,", "who,", 1).replacen("bought", "sum", 1));
    for (what, text) in [
        ("semicolons", &semicolons),
        ("tabs", &tabs),
        ("a byte order mark and CRLF", &marked),
        ("quotes", &quoted),
        ("decimal commas", &decimal),
        ("percentages", &percent),
        ("other headings", &headings),
        ("--columns", &said),
    ] {
        assert_eq!(counted(&good(text)), plain, "{what}");
    }
    let days = |text: &str| {
        let (first, second) = text.split_once(' ').unwrap();
        (1..=4).fold(PLAIN.to_owned(), |table, g| {
            table
                .replace(&format!("g{g},1,"), &format!("g{g},{first},"))
                .replace(&format!("g{g},2,"), &format!("g{g},{second},"))
        })
    };
    for dates in ["2025-02-28 2025-03-01", "31.01.2025 01.02.2025", "01/31/2025 02/01/2025", "31/1/2025 1/2/2025"] {
        assert_eq!(counted(&good(&days(dates))), plain, "{dates}");
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let mut lines: Vec<&str> = PLAIN.lines().collect();
    lines[1..].reverse();
    lines.swap(2, 5);
    assert_eq!(counted(&good(&lines.join("\n"))), counted(&good(PLAIN)));
}

#[test]
fn days_before_the_test_are_kept_apart() {
    let before = "a,g1,0,100,100,60,9,4,0,0,0,0\na,g2,0,80,80,40,5,2,0,0,0,0\nb,g3,0,90,90,45,9,3,0,0,0,0\nb,g4,0,70,70,30,3,1,0,0,0,0\n";
    let results = good(&format!("{PLAIN}{before}"));
    assert_eq!((results.days, results.days_before, results.before.len()), (2, 1, 4));
    assert_eq!(results.before[0].total(Outcome::Buyers), 4);
    assert_eq!(results.units[0].tally.total(Outcome::Buyers), 3);
    assert!(results.adjusted.iter().any(|metric| metric.key == "conversion"));
    assert!(good(PLAIN).adjusted.is_empty());
}

#[test]
fn only_what_has_its_columns_is_measured() {
    let text: String = PLAIN.lines().map(|line| line.rsplitn(5, ',').last().unwrap().to_owned() + "\n").collect();
    let results = good(&text);
    let missing = results.missing.iter().find(|missing| missing.metric.key == "loss").unwrap();
    assert_eq!(missing.columns, ["left", "blocked", "muted"]);
    assert!(results.wanted.guardrails.is_empty());
    let said = format!("#! --columns blocked=none,muted=none\n{}", PLAIN.replace(",blocked,muted,", ",x,y,"));
    let results = good(&said);
    assert!(results.missing.iter().all(|missing| missing.metric.key != "loss"));
    assert_eq!(results.notes[0], Note::Nobody("blocked"));
    assert_eq!(results.notes[2], Note::Unread(vec!["x".to_owned(), "y".to_owned()]));
}

#[test]
fn a_direct_list_is_read_by_arm_and_day() {
    let text = "#! --unit members\narm,day,members,bought\na,1,1000,20\na,2,1000,15\nb,1,1010,30\nb,2,1010,21\n";
    let results = good(text);
    assert_eq!((results.dealt, results.units.len()), (Dealt::Members, 2));
    assert_eq!(results.units[1].tally.total(Outcome::Buyers), 51);
    assert_eq!(results.units[1].group, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn no_table_brings_the_reader_down(text in "(arm|group|day|members|bought|[a-z0-9,;\t\"%./ \n-]){0,120}") {
        let _ = read(source("x.csv", &text), &TableOptions::default());
        let _ = read(source("x.csv", &format!("arm,group,day,members,bought\n{text}")), &TableOptions::default());
    }

    #[test]
    fn no_option_brings_the_reader_down(said in "\\PC{0,40}", starts in "\\PC{0,12}") {
        let asked = TableOptions {
            columns: Some(said.clone()),
            starts: Some(starts),
            guardrails: vec![said],
            ..TableOptions::default()
        };
        let _ = read(source("x.csv", PLAIN), &asked);
    }
}
