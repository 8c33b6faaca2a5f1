//! An analysis as CSV, one function a file: in each metric's own unit; what is not known is a blank cell.

use wearout_core::analysis::trial::{Effect, Guarded, Holds, TrialAnalysis};
use wearout_core::finding::Analyze;

use super::{guarding, says};
use crate::File;
use crate::csv::{cell, ends, write};

/// The tables of an analysis.
pub fn tables(of: &Analyze) -> Vec<File> {
    let tables = [("analysis.csv", analysis(&of.found)), ("looks.csv", looks(&of.found))];
    tables.into_iter().map(|(name, bytes)| File { name: name.into(), bytes }).collect()
}

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

/// `analysis.csv`: a row per metric and arm.
fn analysis(found: &TrialAnalysis) -> Vec<u8> {
    let main = found.effects.iter().map(|effect| {
        let chance = found.chances.as_ref().map(|chances| chances[effect.arm]);
        let chance = [cell(chance.map(|chance| chance.is_best)), cell(chance.and_then(|chance| chance.expected_loss))];
        row(found, "metric", effect, None, chance, says(found, effect.arm))
    });
    let blank = || [String::new(), String::new()];
    let secondary = found.secondary.iter().map(|effect| row(found, "secondary", effect, None, blank(), ""));
    let guardrails = found
        .guardrails
        .iter()
        .map(|guarded| row(found, "guardrail", &guarded.effect, Some(guarded), blank(), guarding(guarded.guarding)));
    write(&ANALYSIS, main.chain(secondary).chain(guardrails))
}

fn row(
    found: &TrialAnalysis,
    role: &str,
    effect: &Effect,
    guarded: Option<&Guarded>,
    chance: [String; 2],
    says: &str,
) -> Vec<String> {
    let [low, high] = ends(effect.interval);
    let [relative_low, relative_high] = ends(effect.relative_interval);
    let estimate = effect.estimate;
    let [p_best, expected_loss] = chance;
    vec![
        role.to_owned(),
        effect.metric.key.to_owned(),
        effect.metric.unit.key().to_owned(),
        found.arm(effect.arm).to_owned(),
        found.arm(found.control).to_owned(),
        effect.n[1].to_string(),
        effect.n[0].to_string(),
        cell(effect.treated),
        cell(effect.control),
        cell(effect.difference),
        low,
        high,
        effect.holds.map_or("", holds).to_owned(),
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
        says.to_owned(),
    ]
}

fn holds(holds: Holds) -> &'static str {
    match holds {
        Holds::AtTheEnd => "at the end",
        Holds::IfThisEndWasPlanned => "if this end was planned",
        Holds::AtEveryLook => "at every look",
        Holds::TodayAlone => "today alone",
    }
}

/// `looks.csv`: a row per arm and day.
fn looks(found: &TrialAnalysis) -> Vec<u8> {
    let header =
        ["arm", "control", "day", "difference", "standard_error", "degrees", "low", "high", "level", "leaves_zero_out"];
    let rows = found.looks.iter().map(|look| {
        let [low, high] = ends(look.interval);
        vec![
            found.arm(look.arm).to_owned(),
            found.arm(found.control).to_owned(),
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
