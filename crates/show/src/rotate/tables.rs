//! A rotation as CSV, one function a file: full precision, shares from 0 to 1, what is not known blank.

use wearout_core::finding::Rotate;
use wearout_core::study::ab::rotate::{Level, MEASURES};

use crate::File;
use crate::csv::{cell, write};

/// Every table of a rotation.
pub fn tables(rotate: &Rotate) -> Vec<File> {
    let tables = [
        ("policies.csv", policies(rotate)),
        ("calendar.csv", calendar(rotate)),
        ("regret.csv", regret(rotate)),
        ("planner.csv", planner(rotate)),
    ];
    tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect()
}

fn cells(level: Option<Level>) -> [String; 3] {
    let interval = level.and_then(|level| level.interval);
    [
        cell(level.map(|level| level.mean)),
        cell(interval.map(|interval| interval.low)),
        cell(interval.map(|interval| interval.high)),
    ]
}

/// `policies.csv`: a row per policy and figure, the objective first.
fn policies(rotate: &Rotate) -> Vec<u8> {
    let header =
        ["policy", "figure", "unit", "mean", "low", "high", "change", "change_low", "change_high", "replicates"];
    let rows = rotate.found.policies.iter().flat_map(|ran| {
        let objective = ("objective", rotate.unit(), ran.objective, ran.gain);
        let figures = MEASURES.iter().zip(ran.figures.iter().zip(&ran.changes));
        let figures = figures.map(|(figure, (level, change))| (figure.key, figure.unit, *level, *change));
        std::iter::once(objective).chain(figures).map(move |(key, unit, level, change)| {
            let row = [ran.name, key, unit.key()].map(str::to_owned).into_iter();
            row.chain(cells(level)).chain(cells(change)).chain([rotate.found.replicates.to_string()]).collect()
        })
    });
    write(&header, rows)
}

/// `regret.csv`: a row per policy and step.
fn regret(rotate: &Rotate) -> Vec<u8> {
    let header = ["policy", "posts", "days", "regret", "low", "high"];
    let rows = rotate.found.policies.iter().flat_map(|ran| {
        rotate.found.steps.iter().zip(&ran.regret).map(|(step, regret)| {
            let row = [ran.name.to_owned(), step.posts.to_string(), step.days.to_string()];
            row.into_iter().chain(cells(*regret)).collect()
        })
    });
    write(&header, rows)
}

/// `calendar.csv`: a row per policy, post and content that went out.
fn calendar(rotate: &Rotate) -> Vec<u8> {
    let header = ["policy", "post", "day", "hour", "content", "kind", "share_of_replicates"];
    let rows = rotate.found.policies.iter().flat_map(|ran| {
        ran.sent.iter().enumerate().flat_map(move |(post, times)| {
            let sent = times.iter().enumerate().filter(|(_, times)| **times > 0);
            sent.map(move |(content, times)| {
                let when = rotate.posts[post];
                vec![
                    ran.name.to_owned(),
                    (post + 1).to_string(),
                    when.day.to_string(),
                    cell(Some(when.hour)),
                    rotate.menu[content].name.clone(),
                    rotate.menu[content].kind.key().to_owned(),
                    cell(Some(f64::from(*times) / f64::from(rotate.found.replicates))),
                ]
            })
        })
    });
    write(&header, rows)
}

/// `planner.csv`: a row per content.
fn planner(rotate: &Rotate) -> Vec<u8> {
    let header = ["content", "base", "cost", "cost_from", "retention", "recovery_from", "planned_posts"];
    let surrogate = &rotate.found.surrogate;
    let rows = surrogate.beliefs.iter().enumerate().map(|(content, belief)| {
        let from = |is_given: bool| if is_given { "file" } else { "fit" }.to_owned();
        let planned = rotate.found.planned.calendar.iter().filter(|&&other| other == content).count();
        vec![
            rotate.menu[content].name.clone(),
            cell(Some(belief.base)),
            cell(Some(belief.cost)),
            from(belief.wear_is_given),
            cell(Some(belief.retention)),
            from(belief.recovery_is_given),
            planned.to_string(),
        ]
    });
    write(&header, rows)
}
