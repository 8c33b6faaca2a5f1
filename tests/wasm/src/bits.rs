//! What a few scenarios come to, as text in which every integer and every bit of a float can be seen.
//!
//! Comes in: nothing. Goes out: the trait tables, the tallies and the comparison of each scenario, a line a value. Rust writes a float
//! as the shortest text that is read back as the same float, so equal lines are equal bits. The text is made by a test as this
//! machine counts and by WebAssembly as a browser does.

use std::fmt::Write;

use wearout_core::diagnostic::Source;
use wearout_core::engine::{Engine, simulate};
use wearout_core::parameter::{Parameters, find_fit};
use wearout_core::plan::{Experiment, compile_under};
use wearout_core::scenario::{parse, shipped};
use wearout_core::study::{Target, compare_over};
use wearout_core::tally;

/// Fixed, so that a difference between two machines is theirs.
const SEED: u64 = 20_251_123;

/// Replicates whose tallies are shown; a comparison takes twice as many under each set.
const REPLICATES: u32 = 3;

/// Three plans that use most mechanisms, and two audiences.
const BUSY: &str = include_str!("../../data/busy.toml");

/// A name, a text and what makes it small.
fn scenarios() -> [(&'static str, &'static str, &'static [&'static str]); 4] {
    let [targeted, answering, imported] =
        ["targeted-vs-spray", "answering", "imported-8000"].map(|name| (name, shipped(name).expect("it is shipped")));
    [
        (targeted.0, targeted.1, &[]),
        (answering.0, answering.1, &["audience.club.size=150"]),
        (imported.0, imported.1, &["audience.imported.size=800"]),
        ("busy", BUSY, &[]),
    ]
}

/// The text: see the top of this file.
///
/// # Panics
/// When a scenario has a fault.
pub(super) fn bits() -> String {
    let mut bits = String::new();
    for (name, text, overrides) in scenarios() {
        let source = Source { name: format!("{name}.toml"), text: text.to_owned() };
        let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
        let draft = parse(name, source, &overrides);
        let article = find_fit("article-only").expect("it is a fit").parameters();
        let experiments = [Parameters::best(), article]
            .map(|set| compile_under(&draft, SEED, &set, &[]).unwrap_or_else(|faults| panic!("{faults}")));
        let engine = Engine::default();
        for paired in simulate(&experiments[0], 0..REPLICATES, &engine) {
            say(&mut bits, &format!("{name} tallies"), &format!("{paired:#?}"));
        }
        let headline = [tally::find("loss").expect("it is a metric")];
        let target = Target::Replicates(4 * REPLICATES);
        let compared = compare_over(&experiments, &headline, &target, false, &engine).expect("nobody stops it");
        say(&mut bits, &format!("{name} estimates"), &format!("{:#?}", compared.comparison));
        let bytes: Vec<u8> = experiments.iter().flat_map(Experiment::table_bytes).collect();
        for table in bytes.chunks(64) {
            say(&mut bits, &format!("{name} tables"), &format!("{table:02x?}"));
        }
    }
    bits
}

/// Each line of the text after what it is about, but addresses of functions, which are a machine's own.
fn say(bits: &mut String, about: &str, text: &str) {
    for line in text.lines().filter(|line| !line.contains(": 0x")) {
        writeln!(bits, "{about}: {}", line.trim_start()).expect("a string takes any text");
    }
}
