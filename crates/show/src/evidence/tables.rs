//! The evidence as CSV: claims, facts, contradictions, and figures of patterns.

use wearout_core::evidence;
use wearout_core::finding::Evidence;
use wearout_core::study::{Nearness, Scored};

use crate::File;
use crate::csv::{cell, write};

/// The tables of the evidence.
pub fn tables(evidence: &Evidence) -> Vec<File> {
    let tables = [
        ("evidence.csv", claims(evidence)),
        ("facts.csv", facts(evidence)),
        ("contradictions.csv", contradictions(evidence)),
        ("patterns.csv", patterns(evidence)),
    ];
    tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect()
}

/// `evidence.csv`: a row a claim, its principal replay; shares as fractions, blank where nothing is measured.
fn claims(of: &Evidence) -> Vec<u8> {
    let header = ["id", "statement", "low", "high", "simulated", "interval_low", "interval_high", "verdict", "role"];
    let rows = of.card.claims().map(|row| {
        let statement = evidence::claim(&row.replay.claim).map_or("", |claim| &claim.statement);
        let start = [row.replay.claim.clone(), statement.to_owned()].into_iter();
        start.chain(scores(row)).chain([row.replay.used.word().to_owned()]).collect()
    });
    write(&header, rows)
}

/// `facts.csv`: a row for each fact the fits are judged by.
fn facts(of: &Evidence) -> Vec<u8> {
    let header = [
        "fact",
        "claim",
        "design",
        "over",
        "observable",
        "low",
        "high",
        "simulated",
        "interval_low",
        "interval_high",
        "verdict",
        "off_by",
        "weight",
        "role",
    ];
    let rows = of.card.facts().map(|row| {
        let replay = row.replay;
        let named = [&replay.fact, &Some(replay.claim.clone()), &replay.design, &replay.over, &replay.observable];
        let end = [cell(row.off_by), cell(replay.weight), replay.used.word().to_owned()];
        named.map(|name| name.clone().unwrap_or_default()).into_iter().chain(scores(row)).chain(end).collect()
    });
    write(&header, rows)
}

/// Range, mean, interval and verdict of a row.
fn scores(row: &Scored) -> [String; 6] {
    let verdict = row.nearness.map_or("", Nearness::words);
    [
        cell(row.range.map(|(low, _)| low)),
        cell(row.range.map(|(_, high)| high)),
        cell(row.figure.map(|figure| figure.mean)),
        cell(row.interval.map(|interval| interval.low)),
        cell(row.interval.map(|interval| interval.high)),
        verdict.to_owned(),
    ]
}

/// `contradictions.csv`: a row for each check of the article against itself.
fn contradictions(of: &Evidence) -> Vec<u8> {
    let header = ["id", "statement", "claims", "arithmetic", "finding", "treatment"];
    let rows = of.contradictions.iter().map(|check| {
        let text = [check.id, check.statement, &check.claims.join(" "), &check.arithmetic, check.finding.words()];
        text.into_iter().chain([check.treatment]).map(str::to_owned).collect()
    });
    write(&header, rows)
}

/// `patterns.csv`: a row for each figure of each pattern and further finding; shares as fractions.
fn patterns(of: &Evidence) -> Vec<u8> {
    let header = [
        "pattern",
        "verdict",
        "used",
        "scenario",
        "check",
        "observable",
        "low",
        "high",
        "simulated",
        "interval_low",
        "interval_high",
        "inside",
        "replicates",
    ];
    let rows = of.patterns.iter().chain(&of.further).flat_map(|score| {
        score.checks.iter().map(move |checked| {
            let pattern = score.pattern;
            vec![
                pattern.key.clone(),
                score.shown.words().to_owned(),
                pattern.used.words().to_owned(),
                pattern.scenario.clone(),
                checked.check.name.clone(),
                checked.check.observable.clone(),
                cell(checked.check.low),
                cell(checked.check.high),
                cell(checked.value),
                cell(checked.interval.map(|interval| interval.low)),
                cell(checked.interval.map(|interval| interval.high)),
                checked.is_inside.map(|inside| inside.to_string()).unwrap_or_default(),
                score.replicates.to_string(),
            ]
        })
    });
    write(&header, rows)
}
