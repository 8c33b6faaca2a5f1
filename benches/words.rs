//! The keyed generator under its battery of tests at 10^9 words: a row an order and test, and failure where a p-value is below
//! the threshold. About a minute on two cores. Sources of the tests: see `tests/words`.
#![expect(clippy::print_stdout, reason = "the table is what this is for")]

#[path = "../tests/words/mod.rs"]
mod words;

use std::process::ExitCode;
use std::time::Instant;

use words::{FALSE_ALARM, ORDERS, examine, faults, threshold};

/// Words read in all orders together.
const WORDS: u64 = 1_000_000_000;

fn main() -> ExitCode {
    let start = Instant::now();
    let findings = examine(ORDERS, WORDS / ORDERS.len() as u64);
    println!("{:<16} {:<20} {:>14} {:>10}", "order", "test", "statistic", "p");
    for finding in &findings {
        println!("{:<16} {:<20} {:>14.3} {:>10.2e}", finding.order, finding.test, finding.statistic, finding.p);
    }
    let (faults, below) = (faults(&findings), threshold(findings.len()));
    println!(
        "{WORDS} words, {} tests, {:.1} s; {} below p = {below:.1e}, which a sound generator meets once in {:.0} runs",
        findings.len(),
        start.elapsed().as_secs_f64(),
        faults.len(),
        1.0 / FALSE_ALARM,
    );
    for fault in &faults {
        println!("FAILS {} {}: p = {:.1e}", fault.order, fault.test, fault.p);
    }
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
