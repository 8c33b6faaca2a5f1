//! The files of a calibration as CSV, one function a file, each returning its bytes.
//!
//! Comes in: a [`Page`]. Goes out: UTF-8 with a header line; what is not known is a blank cell. `ensemble.csv` can be given to
//! `wearout run --parameters`; its sets all count the same, so a weighted sample is replaced by points that stand for it.

use std::fmt::Write;

use wearout_core::analysis::predictive;
use wearout_core::parameter::{MODEL, Parameters};
use wearout_core::study::calibrate::Method;
use wearout_core::targets::Lever;
use wearout_core::units::Mechanisms;
use wearout_stats::weighted;

use crate::csv::{cell, write};

use super::{Page, method_word};

/// Sets of an ensemble that stand for a weighted sample.
const SETS: usize = 300;

/// `posterior.csv`: a row a point, a column for each tuned quantity, its weight last; weights sum to 1, but are 1 each where all points
/// count the same.
pub fn points(page: &Page) -> Vec<u8> {
    let tuned = &page.problem.targets.tuned;
    let header: Vec<&str> = tuned.iter().map(|tuned| tuned.name.as_str()).chain(["weight"]).collect();
    let is_weighted = page.method() == Method::Posterior;
    let row = |(point, weight): &(Vec<f64>, f64)| {
        let weight = if is_weighted { *weight } else { 1.0 };
        point.iter().copied().chain([weight]).map(|value| cell(Some(value))).collect()
    };
    write(&header, page.outcome.points.iter().map(row))
}

/// `ensemble.csv`; `None` where no parameter was tuned or nothing was found.
///
/// # Panics
/// Never: keys and numbers are text.
pub fn ensemble(page: &Page, name: &str) -> Option<Vec<u8>> {
    let points = &page.outcome.points;
    let chosen: Vec<usize> = if page.method() == Method::Posterior {
        let weights: Vec<f64> = points.iter().map(|(_, weight)| *weight).collect();
        weighted::systematic(&weights, SETS.min(points.len()))
    } else {
        (0..points.len()).collect()
    };
    let sets: Vec<Parameters> = chosen.iter().map(|&i| page.problem.parameters(&points[i].0)).collect();
    // What a file of sets leaves out has the default when it is read.
    let base = Parameters::best();
    let is_tuned =
        |key: &str| page.problem.targets.tuned.iter().any(|tuned| tuned.lever == Lever::Parameter(key.to_owned()));
    let differs = |key: &str| sets.iter().any(|set| set.get(key) != base.get(key));
    let keys: Vec<&str> = Parameters::KEYS.iter().copied().filter(|key| is_tuned(key) || differs(key)).collect();
    if sets.is_empty() || keys.is_empty() {
        return None;
    }
    let settings = page.calibration.settings();
    let targets = &page.problem.targets.targets;
    let held_out = targets.iter().filter(|target| target.held_out).count();
    let patterns: Vec<&str> = page.problem.targets.patterns.iter().map(|pattern| pattern.key.as_str()).collect();
    let showing = if patterns.is_empty() { String::new() } else { format!(", showing {}", patterns.join(" ")) };
    let Mechanisms { needs, every_read, trigger } = page.problem.base().mechanisms;
    let mut text = format!(
        "# name = {name}\n# fit = {} of targets {name} ({} fitted, {held_out} held out{showing}), seed {}, {} simulations\n# model = {MODEL}\n\
         # needs = {needs}\n# every_read = {every_read}\n# trigger = {}\n",
        method_word(settings.method),
        targets.len() - held_out,
        settings.seed,
        page.calibration.simulations(),
        trigger.key()
    );
    let rows = sets.iter().map(|set| keys.iter().map(|key| cell(set.get(key))).collect());
    let table = String::from_utf8(write(&keys, rows)).expect("keys and numbers are text");
    // Writing to a string can't fail.
    let _ = write!(text, "{table}");
    Some(text.into_bytes())
}

/// `targets.csv`: a row a target.
pub fn targets(page: &Page) -> Vec<u8> {
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
    let rows = page.scored().zip(&page.outcome.predicted).map(|((target, score), predicted)| {
        let (low, high) = target.reading.range();
        let interval = score.figure.and_then(|figure| figure.interval(0.95));
        let quantiles = predictive(predicted);
        let quantile = |i: usize| cell(quantiles.map(|quantiles| quantiles[i]));
        vec![
            target.name.clone(),
            target.quantity.name(),
            target.reading.word().to_owned(),
            cell(Some(low)),
            cell(Some(high)),
            cell(Some(target.weight)),
            target.held_out.to_string(),
            cell(score.figure.map(|figure| figure.mean)),
            cell(interval.map(|interval| interval.low)),
            cell(interval.map(|interval| interval.high)),
            quantile(0),
            quantile(1),
            quantile(2),
            cell(score.implausibility),
            cell(score.off),
            score.nearness().map_or_else(String::new, |nearness| nearness.words().to_owned()),
            target.claim.clone().unwrap_or_default(),
        ]
    });
    write(&header, rows)
}

/// `contraction.csv`: a row for each tuned quantity.
pub fn contraction(page: &Page) -> Vec<u8> {
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
    let tuned = page.problem.targets.tuned.iter().enumerate();
    let rows = tuned.zip(&page.learned.quantities).map(|((i, tuned), learned)| {
        let quantile = |i: usize| cell(learned.quantiles.map(|quantiles| quantiles[i]));
        vec![
            tuned.name.clone(),
            cell(Some(tuned.low)),
            cell(Some(tuned.high)),
            cell(Some(learned.prior_sd)),
            cell(page.outcome.best.as_ref().map(|best| best[i])),
            cell(learned.mean),
            quantile(0),
            quantile(1),
            quantile(2),
            cell(learned.sd),
            cell(learned.contraction),
            learned.source().unwrap_or_default().to_owned(),
        ]
    });
    write(&header, rows)
}

/// `ridges.csv`: a row for each pair that only moves together.
pub fn ridges(page: &Page) -> Vec<u8> {
    let name = |i: usize| page.problem.targets.tuned[i].name.clone();
    let rows =
        page.learned.ridges.iter().map(|ridge| vec![name(ridge.one), name(ridge.other), cell(Some(ridge.correlation))]);
    write(&["one", "other", "correlation"], rows)
}
