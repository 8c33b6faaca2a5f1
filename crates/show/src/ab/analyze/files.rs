//! An analysis as CSV, one function a file.
//!
//! Comes in: a page. Goes out: UTF-8 with a header line, in each metric's own unit; what is not known is a blank cell.

use wearout_core::analysis::trial::{Effect, Guarded};
use wearout_stats::Interval;

use super::Page;
use super::text::guarding;
use super::verdict::word;
use crate::csv::{cell, write};

const ANALYSIS: [&str; 27] = [
    "role",
    "metric",
    "unit",
    "arm",
    "control",
    "n_arm",
    "n_control",
    "level_arm",
    "level_control",
    "difference",
    "low",
    "high",
    "holds",
    "standard_error",
    "degrees",
    "relative",
    "relative_low",
    "relative_high",
    "p_value",
    "adjusted_p",
    "permutation_p",
    "variance_removed",
    "zone",
    "margin",
    "p_best",
    "expected_loss",
    "says",
];

fn ends(interval: Option<Interval>) -> [String; 2] {
    [cell(interval.map(|interval| interval.low)), cell(interval.map(|interval| interval.high))]
}

/// `analysis.csv`: a row per metric and arm.
pub fn analysis(page: &Page) -> Vec<u8> {
    let found = page.found;
    let main = found.effects.iter().map(|effect| {
        let chance = found.chances.as_ref().map(|chances| chances[effect.arm]);
        let chance = [cell(chance.map(|chance| chance.is_best)), cell(chance.and_then(|chance| chance.expected_loss))];
        row(page, "metric", effect, None, chance, word(page, effect.arm))
    });
    let blank = || [String::new(), String::new()];
    let secondary = found.secondary.iter().map(|effect| row(page, "secondary", effect, None, blank(), String::new()));
    let guardrails = found.guardrails.iter().map(|guarded| {
        row(page, "guardrail", &guarded.effect, Some(guarded), blank(), guarding(guarded.guarding).to_owned())
    });
    write(&ANALYSIS, main.chain(secondary).chain(guardrails))
}

fn row(
    page: &Page,
    role: &str,
    effect: &Effect,
    guarded: Option<&Guarded>,
    chance: [String; 2],
    says: String,
) -> Vec<String> {
    let [low, high] = ends(effect.interval);
    let [relative_low, relative_high] = ends(effect.relative_interval);
    let estimate = effect.estimate;
    let [p_best, expected_loss] = chance;
    vec![
        role.to_owned(),
        effect.metric.key.to_owned(),
        effect.metric.unit.key().to_owned(),
        page.arm(effect.arm).to_owned(),
        page.control().to_owned(),
        effect.n[1].to_string(),
        effect.n[0].to_string(),
        cell(effect.treated),
        cell(effect.control),
        cell(effect.difference),
        low,
        high,
        page.holds(effect).unwrap_or_default().to_owned(),
        cell(estimate.map(|estimate| estimate.standard_error)),
        cell(estimate.map(|estimate| estimate.degrees).filter(|degrees| degrees.is_finite())),
        cell(effect.relative.map(|relative| relative.estimate)),
        relative_low,
        relative_high,
        cell(effect.p_value),
        cell(effect.adjusted_p),
        cell(effect.permutation.map(|permutation| permutation.p_value())),
        cell(effect.adjustment.map(|adjustment| adjustment.removed)),
        cell(effect.zone),
        cell(guarded.and_then(|guarded| guarded.margin)),
        p_best,
        expected_loss,
        says,
    ]
}

/// `looks.csv`: a row per arm and day.
pub fn looks(page: &Page) -> Vec<u8> {
    let header =
        ["arm", "control", "day", "difference", "standard_error", "degrees", "low", "high", "level", "leaves_zero_out"];
    let rows = page.found.looks.iter().map(|look| {
        let [low, high] = ends(look.interval);
        vec![
            page.arm(look.arm).to_owned(),
            page.control().to_owned(),
            look.day.to_string(),
            cell(look.difference),
            cell(look.estimate.map(|estimate| estimate.standard_error)),
            cell(look.estimate.map(|estimate| estimate.degrees).filter(|degrees| degrees.is_finite())),
            low,
            high,
            cell(look.level),
            u8::from(look.leaves_zero_out()).to_string(),
        ]
    });
    write(&header, rows)
}
