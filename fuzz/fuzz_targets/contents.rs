//! Contents and the calendar that chooses among them: no file brings the reader down, and what it accepts can be compiled.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use wearout_core::diagnostic::Source;
use wearout_core::parameter::Parameters;
use wearout_core::plan::rotation::compile;
use wearout_core::scenario::parse;

fuzz_target!(|text: &str| -> Corpus {
    let draft = parse("fuzzed", Source { name: "fuzzed.toml".to_owned(), text: text.to_owned() }, &[]);
    let spreads = draft.scenario.audiences.iter().map(|audience| audience.fit_spread + audience.account_spread);
    if spreads.sum::<f64>() > 2.0 {
        return Corpus::Reject;
    }
    if let Err(faults) = compile(&draft, 1, &Parameters::best(), &[]) {
        let _ = faults.to_string();
    }
    Corpus::Keep
});
