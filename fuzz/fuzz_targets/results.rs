//! A sender's own test: no table brings the reader down, and what it accepts is analysed and shown.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use wearout_core::analysis::trial::{Question, Trial, analyse};
use wearout_core::diagnostic::Source;
use wearout_core::results::{Adjust, Asked, read};
use wearout_core::scenario::Equality;
use wearout_core::tally::Dealt;
use wearout_show::ab::analyze::{Page, analysis, explanation, looks, text, value};

fuzz_target!(|table: &str| -> Corpus {
    let asked = Asked {
        columns: None,
        starts: None,
        dates: None,
        dealt: if table.len().is_multiple_of(2) { Dealt::Groups } else { Dealt::Members },
        control: None,
        metric: "conversion".to_owned(),
        secondary: Vec::new(),
        guardrails: Vec::new(),
        adjust: Adjust::WhereKnown,
    };
    let results = match read(Source { name: "fuzzed.csv".to_owned(), text: table.to_owned() }, &asked) {
        Ok(results) => results,
        Err(faults) => {
            let _ = faults.to_string();
            return Corpus::Keep;
        }
    };
    if results.days > 60 || results.units.len() > 60 {
        return Corpus::Reject;
    }
    let question = Question {
        metric: results.wanted.metric,
        secondary: results.wanted.secondary.clone(),
        guardrails: results.wanted.guardrails.clone(),
        adjusted: results.adjusted.clone(),
        zone: Equality::USUAL.into(),
        planned_days: results.days,
        seed: 1,
    };
    let trial = Trial {
        arms: &results.arms,
        control: results.control,
        dealt: results.dealt,
        units: &results.units,
        before: &results.before,
    };
    let found = analyse(&trial, &question);
    let page = Page {
        name: "fuzzed",
        results: &results,
        metric: question.metric,
        zone: question.zone,
        found: &found,
        is_end_said: true,
    };
    let shown = text(&page) + &explanation(&page) + &value(&page).to_string();
    assert!(!shown.contains("NaN"), "{shown}");
    analysis(&page);
    looks(&page);
    Corpus::Keep
});
