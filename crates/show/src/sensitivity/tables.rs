//! The tables of a sensitivity analysis as CSV, one function a file, in the measure's own unit; what is not known is a blank cell.

use wearout_core::finding::Sensitivity;
use wearout_core::study::sensitivity::{End, Factor, Level, Swing};
use wearout_stats::sobol::Index;

use super::{decision, plan};
use crate::File;
use crate::csv::{cell, ends, write};

/// Every table of a sensitivity analysis.
pub fn tables(of: &Sensitivity) -> Vec<File> {
    let tables = [
        ("morris.csv", morris(of)),
        ("sobol.csv", sobol(of)),
        ("tornado.csv", tornado(of)),
        ("tipping.csv", tipping(of)),
    ];
    tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect()
}

const FACTOR: [&str; 5] = ["factor", "basis", "unit", "low", "high"];

fn factor(factor: &Factor) -> Vec<String> {
    let Factor { key, low, high, .. } = factor;
    vec![key.clone(), factor.basis().into(), factor.unit().into(), cell(Some(*low)), cell(Some(*high))]
}

fn header<'a>(columns: &[&'a str]) -> Vec<&'a str> {
    FACTOR.iter().chain(columns).copied().collect()
}

/// `morris.csv`: a row per factor, in their order.
fn morris(of: &Sensitivity) -> Vec<u8> {
    let header = header(&["mu", "mu_star", "mu_star_low", "mu_star_high", "sigma", "trajectories"]);
    let effects = of.found.effects.iter().flatten().enumerate();
    let rows = effects.map(|(index, effects)| {
        let [low, high] = ends(Some(effects.mu_star_interval));
        let numbers = [cell(Some(effects.mu)), cell(Some(effects.mu_star)), low, high, cell(effects.sigma)];
        let row = factor(&of.factors[index]).into_iter().chain(numbers);
        row.chain([of.found.trajectories.to_string()]).collect()
    });
    write(&header, rows)
}

/// `sobol.csv`: a row per factor with indices, the most influential of the screening first.
fn sobol(of: &Sensitivity) -> Vec<u8> {
    let header = header(&[
        "first",
        "first_low",
        "first_high",
        "total",
        "total_low",
        "total_high",
        "variance",
        "noise_variance",
        "base_rows",
        "streams",
    ]);
    let rows = of.found.indices.iter().flat_map(|indices| {
        let whole = [
            cell(Some(indices.variance)),
            cell(indices.noise_variance),
            of.found.base_rows.to_string(),
            of.asked.streams.to_string(),
        ];
        of.found.indexed.iter().enumerate().map(move |(input, &index)| {
            let input = indices.inputs.as_ref().map(|inputs| inputs[input]);
            let cells = |index: Option<Index>| {
                let [low, high] = ends(index.and_then(|index| index.interval));
                [cell(index.map(|index| index.estimate)), low, high]
            };
            let row = factor(&of.factors[index]).into_iter();
            row.chain(cells(input.map(|input| input.first)))
                .chain(cells(input.map(|input| input.total)))
                .chain(whole.clone())
                .collect()
        })
    });
    write(&header, rows)
}

/// `tornado.csv`: a row per factor, in their order.
fn tornado(of: &Sensitivity) -> Vec<u8> {
    let header = header(&[
        "default",
        "at_default",
        "at_low",
        "at_low_low",
        "at_low_high",
        "at_high",
        "at_high_low",
        "at_high_high",
        "change_low",
        "change_low_low",
        "change_low_high",
        "change_high",
        "change_high_low",
        "change_high_high",
        "replicates",
    ]);
    let rows = of.found.swings.iter().map(|swing| {
        let row = factor(&of.factors[swing.factor]).into_iter();
        let here = [cell(of.factors[swing.factor].default), cell(of.found.level.map(|level| level.mean))];
        row.chain(here).chain(swing_cells(swing)).chain([of.replicates.to_string()]).collect()
    });
    write(&header, rows)
}

fn swing_cells(swing: &Swing) -> impl Iterator<Item = String> {
    let both = [swing.low, swing.high];
    let cells = |end: Option<End>, of: fn(End) -> Level| {
        let level = end.map(of);
        let [low, high] = ends(level.and_then(|level| level.interval));
        [cell(level.map(|level| level.mean)), low, high]
    };
    let levels = both.into_iter().flat_map(move |end| cells(end, |end| end.level));
    levels.chain(both.into_iter().flat_map(move |end| cells(end, |end| end.change)))
}

/// `tipping.csv`: a row per plan, decision and factor, the nearest turn first.
fn tipping(of: &Sensitivity) -> Vec<u8> {
    let columns = [
        "plan",
        "decision",
        "as_it_stands",
        "factor",
        "basis",
        "unit",
        "low",
        "high",
        "default",
        "searched",
        "turns_at",
        "change",
        "half_ranges",
        "becomes",
        "replicates",
    ];
    let rows = of.found.tips.iter().map(|tip| {
        let what = tip.metric.map_or("overall", |metric| metric.key);
        let subject = [plan(of, tip.plan).to_owned(), what.to_owned(), decision(tip.before).to_owned()];
        let default = of.factors[tip.factor].default;
        let turn = tip.turn;
        let change = turn.and_then(|turn| Some(turn.value - default?));
        let numbers = [
            cell(default),
            tip.searched.to_string(),
            cell(turn.map(|turn| turn.value)),
            cell(change),
            cell(turn.map(|turn| turn.half_ranges)),
            turn.map_or_else(String::new, |turn| decision(turn.after).to_owned()),
            of.replicates.to_string(),
        ];
        subject.into_iter().chain(factor(&of.factors[tip.factor])).chain(numbers).collect()
    });
    write(&columns, rows)
}
