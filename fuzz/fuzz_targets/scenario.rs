//! A scenario and its `--set` options: no text brings the reader or the editor down, and every fault can be shown.
//!
//! Lines that begin with `#! ` are options: `#! plan.a.reply=15m`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wearout_core::diagnostic::{Faults, Source};
use wearout_core::parameter::Parameters;
use wearout_core::plan::check_under;
use wearout_core::scenario::{Variation, parse};

fuzz_target!(|text: &str| {
    let options: Vec<String> = text.lines().filter_map(|line| line.strip_prefix("#! ")).map(str::to_owned).collect();
    let source = Source { name: "fuzzed.toml".to_owned(), text: text.to_owned() };
    let _ = Variation::typed(&options).text(&source);
    let draft = parse("fuzzed", source, &options);
    if let Some(faults) = Faults::new(draft.sources.clone(), draft.faults.clone()) {
        let _ = faults.to_string();
    } else if let Err(faults) = check_under(&draft, &Parameters::best()) {
        let _ = faults.to_string();
    }
});
