//! A sender's own test: no table brings the reader down, and what it accepts is analysed and shown.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{AnalyzeJob, AnalyzeOptions, Study};
use wearout_core::job::{Job, run};
use wearout_core::results::TableOptions;
use wearout_core::tally::Dealt;
use wearout_show::{analyze, json, page, text};

fuzz_target!(|table: &str| -> Corpus {
    if table.lines().count() > 250 {
        return Corpus::Reject;
    }
    let dealt = if table.len().is_multiple_of(2) { Dealt::Groups } else { Dealt::Members };
    let options = AnalyzeOptions { read: TableOptions { dealt, ..TableOptions::default() }, ..AnalyzeOptions::default() };
    let source = Source { name: "fuzzed.csv".to_owned(), text: table.to_owned() };
    let job = AnalyzeJob { name: "fuzzed".to_owned(), table: source, seed: 1, options };
    let finding = match run(&Job::Analyze(job), &Engine::default()) {
        Ok(finding) => finding,
        Err(faults) => {
            let _ = faults.to_string();
            return Corpus::Keep;
        }
    };
    let Study::Analyze(of) = &finding.study else { unreachable!("what an analysis finds") };
    let page = text::text(&page(&finding), text::USUAL_WIDTH);
    let shown = page + &analyze::explanation(of) + &json(&finding).to_string();
    assert!(!shown.contains("NaN"), "{shown}");
    analyze::tables(of);
    Corpus::Keep
});
