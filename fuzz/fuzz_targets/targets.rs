//! A list of targets: no text brings the reader down; what it accepts can be begun, or its ranges are at fault.
//!
//! A text that begins with `[` or `#`, as lists in TOML do, is read as such, any other as CSV.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wearout_core::diagnostic::Source;
use wearout_core::study::calibrate::Problem;
use wearout_core::targets::{Missing, parse};

const CLUB: &str = "days = 7\n[audience.club]\nsize = 20\n[plan.daily]\n[plan.spaced]\nevery = \"48h\"\n";

fn find(name: &str) -> Result<Source, Missing> {
    let missing = || Missing { why: "there is no such file".to_owned(), help: "club.toml".to_owned() };
    let text = (name == "club.toml").then(|| CLUB.to_owned()).ok_or_else(missing)?;
    Ok(Source { name: name.to_owned(), text })
}

fuzz_target!(|text: &str| {
    let name = if text.starts_with(['[', '#']) { "fuzzed.toml" } else { "fuzzed.csv" };
    match parse("fuzzed", Source { name: name.to_owned(), text: text.to_owned() }, &[], &find) {
        Ok(targets) => {
            let problem = Problem::new(&targets, &targets.begin, 1);
            let _ = problem.map_err(|faults| faults.to_string());
        }
        Err(faults) => drop(faults.to_string()),
    }
});
