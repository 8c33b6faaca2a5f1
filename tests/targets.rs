//! Targets: the shipped list is the article's facts; a faulty list is refused with exactly the text beside it, in `tests/targets`.
//!
//! `WEAROUT_REWRITE=1 cargo test --test targets` writes the texts anew and fails, so that the difference is read before it is kept.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::fs;
use std::path::Path;

use wearout_core::diagnostic::{Faults, Source};
use wearout_core::scenario::{self, Variation};
use wearout_core::targets::{
    Lever, Missing, OwnFigures, Quantity, Reading, SHIPPED, Target, Targets, parse, parse_figures, shipped,
};

/// Scenarios and figures of `tests/targets`, then those of the program.
fn find(named: &str) -> Result<Source, Missing> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/targets").join(named);
    let text = fs::read_to_string(path).ok().or_else(|| scenario::shipped(named).map(str::to_owned));
    let missing = Missing { why: "there is no such file".into(), help: "a path, or a shipped scenario".into() };
    text.map(|text| Source { name: named.to_owned(), text }).ok_or(missing)
}

fn read(name: &str, text: &str, tuned: &[&str]) -> Result<Targets, Faults> {
    let tuned: Vec<String> = tuned.iter().map(|key| (*key).to_owned()).collect();
    parse("mine", Source { name: name.into(), text: text.into() }, &tuned, &find)
}

fn article() -> Targets {
    read("joint.toml", shipped("joint").unwrap(), &[]).unwrap_or_else(|faults| panic!("{faults}"))
}

fn figure(value: &serde_json::Value) -> (String, f64, f64, f64) {
    let number = |key: &str| value[key].as_f64().unwrap();
    (value["name"].as_str().unwrap().to_owned(), number("low"), number("high"), number("weight"))
}

#[test]
fn the_shipped_targets_begin_with_the_46_facts_of_the_article() {
    let file: serde_json::Value = serde_json::from_str(include_str!("data/calibration_designs.json")).unwrap();
    let facts: Vec<(String, f64, f64, f64)> = file["targets"].as_array().unwrap().iter().map(figure).collect();
    let targets = article();
    let known = |target: &Target| match target.reading {
        Reading::Band { low, high } => (target.name.clone(), low, high, target.weight),
        other => panic!("{}: {other:?}", target.name),
    };
    assert_eq!(targets.targets[..46].iter().map(known).collect::<Vec<_>>(), facts);
    assert!(
        targets.targets[46..].iter().all(|target| target.discrepancy.is_some()),
        "of other channels, so with errors of their own"
    );
    assert_eq!((targets.name.as_str(), targets.discrepancy), ("joint", 0.12));
    assert!(targets.targets.iter().all(|target| target.claim.is_some()));
}

#[test]
fn figures_of_single_companies_are_held_out() {
    let targets = article();
    let held_out: Vec<&str> =
        targets.targets.iter().filter(|target| target.held_out).map(|target| target.name.as_str()).collect();
    let expected = [
        "unsub/day.8000",
        "blockshare.8000",
        "click.in",
        "click.off",
        "unsub1d.off",
        "ctr.wk3",
        "unsub4d.hard3",
        "activity14d.17h",
        "left.17h",
    ];
    assert_eq!(held_out, expected);
}

#[test]
fn without_a_word_on_tuning_every_fitted_parameter_moves_in_every_search() {
    use wearout_core::parameter::{Basis, catalogue};
    let fitted: Vec<&str> = catalogue().iter().filter(|p| p.basis == Basis::Fitted).map(|p| p.key.as_str()).collect();
    let (only_plausible, tuned): (Vec<_>, Vec<_>) = article().tuned.into_iter().partition(|tuned| tuned.plausible_only);
    assert!(only_plausible.iter().all(|tuned| !fitted.contains(&tuned.name.as_str())));
    assert!(only_plausible.iter().any(|tuned| matches!(tuned.lever, Lever::Key { .. })));
    assert_eq!(tuned.iter().map(|tuned| tuned.name.as_str()).collect::<Vec<_>>(), fitted);
    for tuned in tuned {
        assert!(tuned.low < tuned.high && tuned.low <= tuned.start && tuned.start <= tuned.high, "{}", tuned.name);
    }
}

#[test]
fn a_list_as_csv_says_the_same_as_toml() {
    let toml = r#"
[[target]]
name = "opens"
scenario = "designs/spray"
observable = "open_rate@days1-3"
count = [12, 100]
[[target]]
name = "ratio"
scenario = "designs/same5"
over = { scenario = "designs/rot5" }
observable = "loss@day5"
band = [1.35, 1.47]
weight = 0.5
held_out = true
claim = "same5-loss"
[[target]]
name = "third"
observable = "block_by_third_read"
interval = [0.5, 0.6]
"#;
    let csv = "\u{feff}# mine\ntarget,scenario,plan,observable,over_scenario,reading,low,high,k,n,weight,held_out,claim\r\n\
        opens,designs/spray,design,open_rate@days1-3,,count,,,12,100,,,\r\n\
        ratio,designs/same5,,loss@day5,designs/rot5,band,1.35,1.47,,,0.5,true,same5-loss\r\n\
        third,,,block_by_third_read,,interval,0.5,0.6,,,,,\r\n";
    let (toml, csv) = (read("a.toml", toml, &[]).unwrap(), read("a.csv", csv, &[]).unwrap());
    let said = |targets: &Targets| format!("{:?} {:?}", targets.targets, targets.tuned);
    assert_eq!(said(&toml), said(&csv));
    assert_eq!(toml.targets[0].reading, Reading::Count { k: 12, n: 100 });
    let Quantity::Simulated { over: Some(over), .. } = toml.targets[1].quantity else { panic!("a ratio") };
    assert_eq!(toml.scenarios[over.scenario].name, "designs/rot5");
}

const TWO: &str = "[[target]]\nscenario = \"designs/spray\"\nobservable = \"open_rate\"\nband = [0.12, 0.18]\n";

#[test]
fn a_scenario_is_changed_for_a_list_and_a_figure_has_a_discrepancy_of_its_own() {
    let with = |change: &str| {
        format!("patterns = [\"P1\"]\nset = {{ \"designs/spray\" = [\"{change}\"] }}\n{TWO}discrepancy = 0.3\n")
    };
    let targets = read("a.toml", &with("audience.people.size=50"), &[]).unwrap();
    assert_eq!(targets.scenarios[0].draft.scenario.audiences[0].size, 50);
    let varied = Variation::new().set("days", 9).draft(&targets.scenarios[0].draft);
    assert_eq!((varied.scenario.days, varied.scenario.audiences[0].size), (9, 50), "changes add up");
    assert_eq!((targets.discrepancy, targets.discrepancy_of(&targets.targets[0])), (0.12, 0.3));
    assert_eq!(targets.patterns.iter().map(|pattern| pattern.key.as_str()).collect::<Vec<_>>(), ["P1"]);
    let faults = read("a.toml", &with("audience.people.siz=50"), &[]).unwrap_err().to_string();
    assert!(faults.contains("--> a.toml: set:1:1") && faults.contains("did you mean `size`?"), "{faults}");
}

#[test]
fn parameters_named_beside_the_file_replace_what_it_tunes() {
    let text = format!("{TWO}[[tune]]\nparameter = \"read_base\"\nlow = -2\nhigh = 0\n");
    let tuned = read("a.toml", &text, &["block_share", "read_base"]).unwrap().tuned;
    assert_eq!(tuned.iter().map(|tuned| tuned.name.as_str()).collect::<Vec<_>>(), ["block_share", "read_base"]);
    assert_eq!((tuned[1].low, tuned[1].high), (-2.0, 0.0));
}

#[test]
fn a_scenario_of_rare_events_can_have_more_replicates_than_the_others() {
    let times = |name: &str| read("a.toml", &format!("times = {{ \"{name}\" = 20 }}\n{TWO}"), &[]);
    assert_eq!(times("designs/spray").unwrap().scenarios[0].times, 20);
    assert!(times("designs/sprey").unwrap_err().to_string().contains("did you mean `designs/spray`?"));
}

#[test]
fn a_key_of_a_scenario_can_move_within_what_the_scenario_admits() {
    let tune = |low: f64| format!("{TWO}[[tune]]\nkey = \"audience.people.fit\"\nlow = {low:?}\nhigh = 0.5\n");
    let tuned = read("a.toml", &tune(0.1), &[]).unwrap().tuned;
    assert_eq!(tuned[0].lever, Lever::Key { scenarios: vec![0], key: "audience.people.fit".into() });
    assert_eq!(tuned[0].start, 0.3);
    let faults = read("a.toml", &tune(0.0), &[]).unwrap_err().to_string();
    assert!(faults.contains("audience.people.fit=0.0 in designs/spray"), "{faults}");
}

#[test]
fn own_figures_become_counts_of_what_they_are_counted_against() {
    let figures = "week,mails,arrived,opens,gone,bought\n1,1000,990,200,12,3\n2,1000,,180,,1\n3,900,880,,9,\n";
    let own = OwnFigures {
        scenario: "designs/spray".into(),
        plan: None,
        columns: "period=week,sent=mails,delivered=arrived,opened=opens,unsubscribed=gone,converted=bought".into(),
        list: Some(700),
    };
    let source = Source { name: "mine.csv".into(), text: figures.into() };
    let targets = parse_figures("mine", source, &own, &["read_base".into()], &find).unwrap();
    let said = |target: &Target| {
        let Quantity::Simulated { observable, .. } = target.quantity else { panic!("simulated") };
        let Reading::Count { k, n } = target.reading else { panic!("a count") };
        format!("{}: {observable} {k}/{n}", target.name)
    };
    let expected = [
        "days 1-7 opened: open_rate@days1-7 200/990",
        "days 1-7 unsubscribed: visit_exits_per_day@days1-7 12/4900",
        "days 1-7 converted: conversion_per_day@days1-7 3/4900",
        "days 8-14 opened: open_rate@days8-14 180/1000",
        "days 8-14 converted: conversion_per_day@days8-14 1/4900",
        "days 15-21 unsubscribed: visit_exits_per_day@days15-21 9/4900",
    ];
    assert_eq!(targets.targets.iter().map(said).collect::<Vec<_>>(), expected);
}

#[test]
fn faulty_lists_are_refused_in_these_words() {
    let rewrite = std::env::var_os("WEAROUT_REWRITE").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/targets");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // Scenarios and figures that the lists name.
    let named = ["club.toml", "fixed.toml", "broken.toml", "figures.csv"];
    files.retain(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        path.extension().is_some_and(|extension| extension != "txt") && !named.contains(&name)
    });
    files.sort();
    assert!(files.len() >= 10, "the folder of faulty lists is not found");
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let found = read(&name, &text, &[]).map_or_else(|faults| faults.to_string(), |_| "no fault".to_owned()) + "\n";
        let beside = folder.join(format!("{name}.txt"));
        if found != fs::read_to_string(&beside).unwrap_or_default() {
            if rewrite {
                fs::write(&beside, &found).unwrap();
            }
            wrong.push(format!("{name} now says:\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn faults_of_the_command_line_point_into_it() {
    let source = Source { name: "mine.csv".into(), text: "week,opens,gone\n1,20,3\n".into() };
    let own = OwnFigures {
        scenario: "club.toml".into(),
        plan: Some("dayly".into()),
        columns: "period=wek,opened=opens,unsubscribed=gone,x".into(),
        list: None,
    };
    let faults = parse_figures("mine", source, &own, &["read_bas".into()], &find).unwrap_err().to_string();
    for part in [
        "`x` is not ROLE=HEADING",
        "did you mean `daily`?",
        "`--columns period` names no column, found \"wek\"",
        "`unsubscribed` is counted against the list, whose size is not said",
        "`opened` is counted against delivered or sent, and there is neither column",
        "--> mine.csv:1:",
        "--> command line:1:",
        "`read_bas` is not a parameter",
    ] {
        assert!(faults.contains(part), "{part}\n{faults}");
    }
}

#[test]
fn no_text_brings_the_reader_down() {
    let texts = [
        "",
        "\u{feff}",
        "target = 1\ntune = 2\nfigures = 3\n",
        "[[target]]\n[[tune]]\n[figures]\n",
        "[[target]]\nscenario = 1\nobservable = []\nband = {}\nover = 1\n",
        "[figures]\nfile = \"nowhere.csv\"\nscenario = \"club.toml\"\n",
        "[[target]]\nscenario = \"club.toml\"\nobservable = \"@@\"\nband = [nan, inf]\n",
        "target = [[[]], {}, 1]\n",
        "[[target",
    ];
    for text in texts {
        assert!(read("a.toml", text, &[]).is_err(), "{text}");
        assert!(read("a.csv", text, &[]).is_err(), "{text}");
    }
    for text in ["a\n", "\"\n", ",,,\n,,,\n", "target\n\"a\nb\"\n", "é,target\n1,é\n"] {
        assert!(read("a.csv", text, &[]).is_err(), "{text}");
    }
}

/// Each range is sound alone, and a search would come to hours that cross. Of the two, the fault says where.
#[test]
fn ranges_that_overlap_are_a_fault_before_the_first_simulation() {
    use wearout_core::study::calibrate::Problem;
    let tuned = |from: &str, to: &str| {
        let text = format!(
            "{TWO}[[tune]]\nparameter = \"read_base\"\n[[tune]]\nparameter = \"visit_from_hour\"\n{from}\n\
             [[tune]]\nkey = \"behaviour.visit_to_hour\"\n{to}\n"
        );
        read("a.toml", &text, &[]).unwrap_or_else(|faults| panic!("{faults}"))
    };
    let crossing = tuned("low = 0\nhigh = 23.9", "low = 1\nhigh = 24");
    let fault = Problem::new(&crossing, &crossing.begin, 1).unwrap_err().list()[0].clone();
    assert_eq!(
        fault.message,
        "`visit_from_hour` = 23.9 and `behaviour.visit_to_hour` = 1 cannot be simulated in designs/spray: \
         `behaviour.visit_from_hour` must be before `visit_to_hour`, found 23.9 and 1"
    );
    assert_eq!(
        fault.help.unwrap(),
        "low and high under [[tune]] that leave this point out: `visit_from_hour` runs from 0 to 23.9 and \
         `behaviour.visit_to_hour` runs from 1 to 24"
    );
    // The remedy works; and a point that cannot be compiled has no figure, which every method takes as a miss.
    let apart = tuned("low = 5\nhigh = 9", "low = 22\nhigh = 24");
    let problem = Problem::new(&apart, &apart.begin, 1).unwrap();
    let engine = wearout_core::engine::Engine::default();
    assert!(problem.figures(&[-1.0, 7.0, 23.0], 0..2, &engine).iter().all(Option::is_some));
    assert!(problem.figures(&[-1.0, 23.9, 1.0], 0..2, &engine).iter().all(Option::is_none));
}

#[test]
fn every_observable_is_explained() {
    use wearout_core::behaviour::CLOSED_FORMS;
    use wearout_core::tally::OBSERVABLES;
    let text = include_str!("../docs/calibration.md");
    let keys = OBSERVABLES.iter().map(|row| row.key).chain(CLOSED_FORMS.iter().map(|form| form.key));
    for key in keys {
        assert!(text.contains(&format!("`{key}`")), "docs/calibration.md does not speak of `{key}`");
    }
}

#[test]
fn every_list_of_the_folder_is_shipped_as_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/targets");
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), SHIPPED.len());
    for path in files {
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(shipped(name), Some(fs::read_to_string(&path).unwrap().as_str()), "{name}");
    }
}

#[test]
fn what_moves_only_for_plausible_sets_stays_where_the_list_has_it_in_other_searches() {
    let text = format!(
        "begin = \"reference\"\n{TWO}[[tune]]\nparameter = \"read_base\"\n\
         [[tune]]\nparameter = \"fatigue_half_life\"\nlow = 30.0\nhigh = 70.0\nstart = 35.0\nonly = \"plausible\"\n"
    );
    let mut targets = read("a.toml", &text, &[]).unwrap();
    let reference = wearout_core::parameter::find_fit("reference").unwrap().parameters();
    assert_eq!(targets.begin, reference);
    targets.without_plausible_only();
    assert_eq!(targets.tuned.len(), 1);
    assert_eq!(targets.begin, reference.with([("fatigue_half_life", 35.0)]));
}

/// The shipped fits were made so.
#[test]
fn beside_what_it_fits_the_article_begins_at_the_catalogue() {
    let mut article = article();
    article.without_plausible_only();
    let best = wearout_core::parameter::Parameters::best();
    let values = article.tuned.iter().map(|tuned| (tuned.name.as_str(), best.get(&tuned.name).unwrap()));
    assert_eq!(article.begin.with(values), best);
}
