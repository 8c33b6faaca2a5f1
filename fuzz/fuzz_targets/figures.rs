//! A sender's own figures: no table and no `--columns` brings the reader down.
//!
//! The first line is what `--columns` says, the others are the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wearout_core::diagnostic::Source;
use wearout_core::targets::{Missing, OwnFigures, parse_figures};

const CLUB: &str = "days = 28\n[audience.club]\nsize = 20\n[plan.daily]\n";

fn find(name: &str) -> Result<Source, Missing> {
    let missing = || Missing { why: "there is no such file".to_owned(), help: "club.toml".to_owned() };
    let text = (name == "club.toml").then(|| CLUB.to_owned()).ok_or_else(missing)?;
    Ok(Source { name: name.to_owned(), text })
}

fuzz_target!(|text: &str| {
    let (columns, table) = text.split_once('\n').unwrap_or((text, ""));
    let own =
        OwnFigures { scenario: "club.toml".to_owned(), plan: None, columns: columns.to_owned(), list: Some(5000) };
    let source = Source { name: "fuzzed.csv".to_owned(), text: table.to_owned() };
    if let Err(faults) = parse_figures("fuzzed", source, &own, &[], &find) {
        let _ = faults.to_string();
    }
});
