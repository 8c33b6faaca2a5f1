//! WebAssembly counts as this machine does, to the bit: `.ci/wasm` says how to run it.
//!
//! `WEAROUT_BITS` names the file that `run.mjs` wrote.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

#[path = "src/bits.rs"]
mod bits;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::{env, fs};

/// The lines of both texts by what they are about.
type Lines = BTreeMap<String, [Vec<String>; 2]>;

static LINES: LazyLock<Lines> = LazyLock::new(|| {
    let path = env::var("WEAROUT_BITS").expect("WEAROUT_BITS names what WebAssembly wrote: see .ci/wasm");
    let texts = [bits::bits(), fs::read_to_string(path).unwrap()];
    let mut lines = Lines::new();
    for (machine, text) in texts.iter().enumerate() {
        for line in text.lines() {
            let (about, value) = line.split_once(": ").unwrap();
            lines.entry(about.to_owned()).or_default()[machine].push(value.to_owned());
        }
    }
    lines
});

/// Ends of an interval that `statrs` works out by the system's logarithms, relative: as far from WebAssembly's as rounding takes them.
const ENDS: f64 = 1e-12;

fn agree(kind: &str, at_least: usize, is_alike: impl Fn(&str, &str) -> bool) {
    let mut compared = 0;
    for (about, [here, there]) in LINES.iter().filter(|(about, _)| about.ends_with(kind)) {
        assert_eq!(here.len(), there.len(), "lines of {about}");
        for (line, (here, there)) in here.iter().zip(there).enumerate() {
            assert!(is_alike(here, there), "{about}, line {line}: {here} here, {there} under WebAssembly");
        }
        compared += here.len();
    }
    assert!(compared >= at_least, "{compared} lines of {kind}");
}

fn is_same(here: &str, there: &str) -> bool {
    here == there
}

/// Equal, or the same end of an interval within [`ENDS`].
fn is_same_or_end(here: &str, there: &str) -> bool {
    let end = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        let value: f64 = value.trim_end_matches(',').parse().ok()?;
        ["low", "high"].into_iter().position(|end| end == name).map(|end| (end, value))
    };
    match (end(here), end(there)) {
        (Some((an_end, here)), Some((other, there))) => an_end == other && (here - there).abs() <= ENDS * here.abs(),
        _ => here == there,
    }
}

#[test]
fn a_browser_draws_the_same_people() {
    agree("tables", 10_000, is_same);
}

#[test]
fn a_browser_counts_every_event_alike() {
    agree("tallies", 40_000, is_same);
}

#[test]
fn a_browser_estimates_alike_to_the_bit_but_for_ends_of_intervals() {
    agree("estimates", 180_000, is_same_or_end);
}
