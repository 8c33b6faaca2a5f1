//! The tables of a calibration as CSV, one function a file; what is not known is a blank cell. `ensemble.csv` can be given to
//! `wearout run --parameters`; its sets all count the same, so a weighted sample is replaced by points that stand for it.

use std::fmt::Write;

use wearout_core::finding::{Calibrate, Provenance, Sample};
use wearout_core::parameter::MODEL;
use wearout_core::study::calibrate::Method;
use wearout_core::units::Mechanisms;

use super::method;
use crate::File;
use crate::csv::{cell, write};

/// Every table of a calibration.
pub fn tables(of: &Calibrate, made: &Provenance) -> Vec<File> {
    let tables = [
        ("targets.csv", Some(targets(of))),
        ("posterior.csv", Some(points(of))),
        ("ensemble.csv", of.ensemble.as_ref().map(|sample| ensemble(of, made, sample))),
        ("contraction.csv", Some(contraction(of))),
        ("ridges.csv", Some(ridges(of))),
    ];
    tables.into_iter().filter_map(|(name, bytes)| Some(File { name: name.into(), bytes: bytes? })).collect()
}

/// `posterior.csv`: a row a point, a column for each tuned quantity, its weight last; weights sum to 1, but are 1 each where all points
/// count the same.
fn points(of: &Calibrate) -> Vec<u8> {
    let tuned = &of.tuned;
    let header: Vec<&str> = tuned.iter().map(|tuned| tuned.name.as_str()).chain(["weight"]).collect();
    let is_weighted = of.asked.method == Method::Posterior;
    let row = |(point, weight): &(Vec<f64>, f64)| {
        let weight = if is_weighted { *weight } else { 1.0 };
        point.iter().copied().chain([weight]).map(|value| cell(Some(value))).collect()
    };
    write(&header, of.outcome.points.iter().map(row))
}

/// `ensemble.csv`: a row a set, below what the sets are.
fn ensemble(of: &Calibrate, made: &Provenance, Sample { keys, sets }: &Sample) -> Vec<u8> {
    let name = &made.name;
    let showing = if of.patterns.is_empty() { String::new() } else { format!(", showing {}", of.patterns.join(" ")) };
    let Mechanisms { needs, every_read, trigger } = sets[0].mechanisms;
    let mut text = format!(
        "# name = {name}\n# fit = {} of targets {name} ({} fitted, {} held out{showing}), seed {}, {} simulations\n# model = {MODEL}\n\
         # needs = {needs}\n# every_read = {every_read}\n# trigger = {}\n",
        method(of),
        of.fitted.all,
        of.held_out.all,
        made.seed,
        of.went.measured,
        trigger.key()
    );
    let rows = sets.iter().map(|set| keys.iter().map(|key| cell(set.get(key))).collect());
    let table = String::from_utf8(write(keys, rows)).expect("keys and numbers are text");
    // Writing to a string can't fail.
    let _ = write!(text, "{table}");
    text.into_bytes()
}

/// `targets.csv`: a row a target.
fn targets(of: &Calibrate) -> Vec<u8> {
    let header = [
        "target",
        "observable",
        "reading",
        "low",
        "high",
        "weight",
        "held_out",
        "simulated",
        "interval_low",
        "interval_high",
        "q05",
        "q50",
        "q95",
        "implausibility",
        "off_by",
        "verdict",
        "claim",
    ];
    let rows =
        of.targets.iter().zip(&of.outcome.scores).zip(&of.outcome.predicted).map(|((target, score), predicted)| {
            let (low, high) = target.reading.range();
            let quantile = |i: usize| cell(predicted.map(|quantiles| quantiles[i]));
            vec![
                target.name.clone(),
                target.quantity.name(),
                target.reading.word().to_owned(),
                cell(Some(low)),
                cell(Some(high)),
                cell(Some(target.weight)),
                target.held_out.to_string(),
                cell(score.figure.map(|figure| figure.mean)),
                cell(score.interval.map(|interval| interval.low)),
                cell(score.interval.map(|interval| interval.high)),
                quantile(0),
                quantile(1),
                quantile(2),
                cell(score.implausibility),
                cell(score.off),
                score.nearness.map_or_else(String::new, |nearness| nearness.words().to_owned()),
                target.claim.clone().unwrap_or_default(),
            ]
        });
    write(&header, rows)
}

/// `contraction.csv`: a row for each tuned quantity.
fn contraction(of: &Calibrate) -> Vec<u8> {
    let header = [
        "parameter",
        "prior_low",
        "prior_high",
        "prior_sd",
        "best",
        "mean",
        "q05",
        "q50",
        "q95",
        "sd",
        "contraction",
        "source",
    ];
    let tuned = of.tuned.iter().enumerate();
    let rows = tuned.zip(&of.learned.quantities).map(|((i, tuned), learned)| {
        let quantile = |i: usize| cell(learned.quantiles.map(|quantiles| quantiles[i]));
        vec![
            tuned.name.clone(),
            cell(Some(tuned.low)),
            cell(Some(tuned.high)),
            cell(Some(learned.prior_sd)),
            cell(of.outcome.best.as_ref().map(|best| best[i])),
            cell(learned.mean),
            quantile(0),
            quantile(1),
            quantile(2),
            cell(learned.sd),
            cell(learned.contraction),
            learned.source.unwrap_or_default().to_owned(),
        ]
    });
    write(&header, rows)
}

/// `ridges.csv`: a row for each pair that only moves together.
fn ridges(of: &Calibrate) -> Vec<u8> {
    let name = |i: usize| of.tuned[i].name.clone();
    let rows =
        of.learned.ridges.iter().map(|ridge| vec![name(ridge.one), name(ridge.other), cell(Some(ridge.correlation))]);
    write(&["one", "other", "correlation"], rows)
}
