//! Whether a test pays as CSV: a row per test and rule.

use wearout_core::finding::Worth;
use wearout_core::study::ab::worth::{Candidate, Judged, Rule};

use crate::File;
use crate::csv::{cell, write};

/// The tables of a test's worth.
pub fn tables(worth: &Worth) -> Vec<File> {
    vec![File { name: "worth.csv".into(), bytes: csv(worth) }]
}

/// `worth.csv`: a row per test and rule.
fn csv(worth: &Worth) -> Vec<u8> {
    let header = [
        "units_per_arm",
        "days",
        "decided_by",
        "right",
        "gain",
        "test_cost",
        "wait_cost",
        "ban_cost",
        "buyers",
        "members_lost",
        "banned",
        "net",
        "net_low",
        "net_high",
        "closed_form",
        "icc",
        "luck",
    ];
    let row = |candidate: &Candidate, rule: Rule, judged: &Judged, luck: &str| {
        let (payoff, net) = (&judged.payoff, &judged.net);
        let numbers = [
            payoff.gain,
            payoff.test_cost,
            payoff.wait_cost,
            payoff.ban_cost,
            payoff.buyers,
            payoff.lost,
            payoff.banned,
            net.mean,
        ];
        let mut row = vec![candidate.units.to_string(), candidate.days.to_string(), key(worth, rule).to_owned()];
        row.push(cell(payoff.picks_better()));
        row.extend(numbers.map(|number| cell(Some(number))));
        row.push(cell(net.interval.map(|interval| interval.low)));
        row.push(cell(net.interval.map(|interval| interval.high)));
        row.push(cell(candidate.closed_form.filter(|_| rule == Rule::Metric)));
        row.push(cell(candidate.correlation));
        row.push(luck.to_owned());
        row
    };
    let compared = worth
        .found
        .candidates
        .iter()
        .flat_map(|candidate| Rule::ALL.map(|rule| row(candidate, rule, candidate.judged(rule), "compared")));
    let best = worth.found.best.iter();
    let fresh = best.map(|(index, rule, judged)| row(&worth.found.candidates[*index], *rule, judged, "fresh"));
    write(&header, compared.chain(fresh))
}

fn key(worth: &Worth, rule: Rule) -> &'static str {
    match rule {
        Rule::Metric => worth.metric.key,
        Rule::NetOfLoss => "net_of_loss",
    }
}
