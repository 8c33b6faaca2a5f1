//! A sensitivity analysis as plain text for a terminal, in lines of at most 120 columns where names allow it.

use std::fmt::Write;

use wearout_core::study::sensitivity::{Factor, Kind, Level, Scale, Tip, Turn};
use wearout_core::tally::Metric;
use wearout_stats::Interval;
use wearout_stats::sobol::Index;

use super::files::sorted;
use super::{Page, decision};
use crate::number::{decimals, fixed, plain_decimals};
use crate::sentence;
use crate::table::{grid, wrapped};

/// Turns of a decision that are listed.
const MOST_TURNS: usize = 8;

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let mut parts = vec![head(page)];
    parts.extend(indices(page));
    parts.push(verdict(page));
    if page.found.partial {
        parts.push("Note: partial: stopped before the end\n".to_owned());
    }
    parts.join("\n")
}

fn head(page: &Page) -> String {
    let Page { question, found } = page;
    let mut text = format!("What it hangs on: {}, in {}\n", page.measure(), page.unit());
    let stands = found.level.map_or_else(|| "no replicate has a base".to_owned(), |level| figure(page, level));
    let _ = writeln!(text, "As the scenario stands, under the best fit: {stands}");
    let n_effects = found.ranking.len();
    let screened = format!(
        "Screening: {} on {} trajectories; {n_effects} with an effect",
        counted(question.factors.len(), "factor"),
        found.trajectories
    );
    text += &wrapped(&screened);
    let none: Vec<&str> = found.without_effect().map(|factor| page.factor(factor).key.as_str()).collect();
    if !none.is_empty() {
        text += &wrapped(&format!("No effect here ({}): {}", none.len(), none.join(", ")));
    }
    if found.left_out > 0 {
        text += &wrapped(&format!(
            "Note: trajectories and base rows left out, because the metric has no base somewhere in them: {}",
            found.left_out
        ));
    }
    text
}

fn indices(page: &Page) -> Option<String> {
    let Page { question, found } = page;
    let effects = found.effects.as_ref()?;
    let indices = found.indices.as_ref()?;
    let mut text = format!(
        "Sobol' indices of {}: {} base rows x {} streams of luck, the other factors as the scenario has them\n",
        counted(found.indexed.len(), "factor"),
        fixed(found.base_rows as f64, 0),
        question.streams
    );
    let Some(inputs) = &indices.inputs else {
        return Some(text + "Nothing to share out: between rows there is no more variance than luck explains\n");
    };
    let labels = found.indexed.iter().map(|&factor| page.factor(factor).key.clone());
    let labels: Vec<String> = std::iter::once(String::new()).chain(labels).chain(["sum".to_owned()]).collect();
    let column = |heading: &str, cell: &dyn Fn(usize, usize) -> String, last: String| -> Vec<String> {
        let cells = found.indexed.iter().enumerate().map(|(input, &factor)| cell(input, factor));
        std::iter::once(heading.to_owned()).chain(cells).chain([last]).collect()
    };
    let sum = |share: &dyn Fn(usize) -> f64| fixed((0..inputs.len()).map(share).sum(), 2);
    let of = |factor: usize| page.factor(factor);
    let columns = [
        column("basis", &|_, factor| of(factor).basis().to_owned(), String::new()),
        column("range", &|_, factor| range(of(factor)), String::new()),
        column("mu*", &|_, factor| significant(page.scale() * effects[factor].mu_star), String::new()),
        column("alone (first order)", &|input, _| index(inputs[input].first), sum(&|i| inputs[i].first.estimate)),
        column("with others (total)", &|input, _| index(inputs[input].total), sum(&|i| inputs[i].total.estimate)),
    ];
    text += &grid(&labels, &columns);
    let alone = found.explained()?;
    text += &wrapped(&format!(
        "Each on its own they explain {} % of what they move; what is not explained, {} %, is what they do together",
        fixed(100.0 * alone, 0),
        fixed((100.0 * (1.0 - alone)).max(0.0), 0)
    ));
    if let Some(noise) = indices.noise_share() {
        text += &wrapped(&format!(
            "Luck is {} % of the variance of a single campaign; the indices are of the mean over luck and corrected for it",
            fixed(100.0 * noise, 0)
        ));
    }
    text += "95 % bootstrap intervals over rows and streams; factors uniform over their ranges and independent of each other\n";
    Some(text)
}

/// `0.42 (0.38 to 0.46)`.
fn index(index: Index) -> String {
    let estimate = fixed(index.estimate, 2);
    match index.interval {
        Some(Interval { low, high }) => format!("{estimate} ({} to {})", fixed(low, 2), fixed(high, 2)),
        None => estimate,
    }
}

fn range(factor: &Factor) -> String {
    format!("{} to {}", at(factor, factor.low), at(factor, factor.high))
}

/// `-24.1 ±0.3 (200 replicates)`.
fn figure(page: &Page, level: Level) -> String {
    let n = sentence::replicates(u64::from(page.question.replicates));
    let scale = page.scale();
    match level.interval {
        Some(Interval { low, high }) if low < high => {
            let half_width = scale * (high - low) / 2.0;
            let decimals = decimals(half_width);
            format!("{} ±{} ({n})", fixed(scale * level.mean, decimals), fixed(half_width, decimals))
        }
        _ => format!("{} ({n})", fixed(scale * level.mean, plain_decimals(page.question.measure.metric.unit))),
    }
}

/// Three significant digits.
pub(crate) fn significant(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { (2 - libm::log10(value.abs()).floor() as i32).clamp(0, 6) as usize };
    fixed(value, digits)
}

fn counted(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", fixed(n as f64, 0), if n == 1 { "" } else { "s" })
}

fn verdict(page: &Page) -> String {
    let Page { question, found } = page;
    let base = question.variants.base();
    if base.plans.len() < 2 {
        return "One plan alone: there is no verdict to turn over\n".to_owned();
    }
    let mut text = wrapped(&format!(
        "What the verdict against {} hangs on: the smallest change of one factor that turns it over, the others as the scenario has \
         them ({} behind each look)",
        base.plans[base.baseline].name,
        sentence::replicates(u64::from(question.replicates))
    ));
    text += &wrapped(
        "(calls hold under one set of parameters, the best fit; those of `wearout run` hold over the plausible sets, and more of them \
         stay open)",
    );
    let tips = sorted(&found.tips);
    for of in tips.chunk_by(|a, b| (a.plan, key(a.metric)) == (b.plan, key(b.metric))) {
        let tip = of[0];
        let n_tried = of.iter().filter(|tip| tip.searched).count();
        let turns: Vec<(&Tip, Turn)> = of.iter().filter_map(|tip| Some((*tip, tip.turn?))).collect();
        match tip.metric {
            None => {
                let opening = format!("{}: {}", page.plan(tip.plan), decision(tip.before));
                text += &wrapped(&format!("{opening}; {}", overall(&turns, n_tried)));
                text += &listed(page, &turns);
            }
            Some(metric) => {
                let nearest = turns.first().map_or_else(
                    || format!("no single factor within its range turns it over ({n_tried} tried)"),
                    |(tip, turn)| format!("nearest {}", turn_line(page, tip, *turn)),
                );
                text += &wrapped(&format!("  {}: {}; {nearest}", metric.label, decision(tip.before)));
            }
        }
    }
    text + &not_searched(page)
}

/// The factors from whose value there is no distance.
fn not_searched(page: &Page) -> String {
    let mut keys: Vec<&str> = Vec::new();
    for tip in page.found.tips.iter().filter(|tip| !tip.searched) {
        let key = page.factor(tip.factor).key.as_str();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return String::new();
    }
    wrapped(&format!("Not searched, because the scenario has no number there to begin from: {}", keys.join(", ")))
}

fn key(metric: Option<&Metric>) -> Option<&str> {
    metric.map(|metric| metric.key)
}

fn overall(turns: &[(&Tip, Turn)], n_tried: usize) -> String {
    match turns.len() {
        0 => format!("no single factor within its range turns it over ({n_tried} tried)"),
        1 => format!("one of {n_tried} factors turns it over within its range"),
        n => format!("{n} of {n_tried} factors turn it over within their range, the nearest first"),
    }
}

fn listed(page: &Page, turns: &[(&Tip, Turn)]) -> String {
    let shown = &turns[..turns.len().min(MOST_TURNS)];
    if shown.is_empty() {
        return String::new();
    }
    let labels = shown.iter().map(|(tip, _)| format!("    {}", page.factor(tip.factor).key));
    let labels: Vec<String> = std::iter::once(String::new()).chain(labels).collect();
    let column = |heading: &str, cell: &dyn Fn(&Tip, Turn) -> String| -> Vec<String> {
        let cells = shown.iter().map(|(tip, turn)| cell(tip, *turn));
        std::iter::once(heading.to_owned()).chain(cells).collect()
    };
    let columns = [
        column("basis", &|tip, _| page.factor(tip.factor).basis().to_owned()),
        column("now", &|tip, _| default(page.factor(tip.factor))),
        column("turns at", &|tip, turn| at(page.factor(tip.factor), turn.value)),
        column("half-ranges away", &|_, turn| fixed(turn.half_ranges, 2)),
        column("becomes", &|_, turn| decision(turn.after).to_owned()),
    ];
    let more = turns.len() - shown.len();
    let rest = if more > 0 { format!("    and {more} more, in tipping.csv\n") } else { String::new() };
    grid(&labels, &columns) + &rest
}

fn turn_line(page: &Page, tip: &Tip, turn: Turn) -> String {
    let factor = page.factor(tip.factor);
    format!(
        "{} ({}) from {} to {}, {} half-ranges away: {}",
        factor.key,
        factor.basis(),
        default(factor),
        at(factor, turn.value),
        fixed(turn.half_ranges, 2),
        decision(turn.after)
    )
}

fn default(factor: &Factor) -> String {
    factor.default.map_or_else(|| "-".to_owned(), |value| at(factor, value))
}

/// A value as one reads it: durations with their unit, numbers to three digits without idle zeros.
pub(crate) fn at(factor: &Factor, value: f64) -> String {
    if factor.kind == Kind::Lever(Scale::Hours) {
        // Of hours nobody reads a part of a minute.
        let steps = if value < 1.0 { 600.0 } else { 60.0 };
        factor.written((value * steps).round() / steps)
    } else {
        let text = significant(value);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }
}
