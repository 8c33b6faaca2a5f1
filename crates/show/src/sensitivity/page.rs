//! The page of a sensitivity analysis: what the figure depends on, what reverses the verdict, how the variance splits.

use wearout_core::finding::{Sensitivity, SensitivityNote};
use wearout_core::study::sensitivity::{End, Factor, Kind, Level, Tip, Turn};
use wearout_stats::Interval;
use wearout_stats::sobol::{self, Index};

use super::{at, decision, measure, plan, unit};
use crate::number::{decimals, fixed, plain_decimals, scale, short};
use crate::page::{Block, Cell, Label, Page, Row, Said, Table};
use crate::sentence::{capitalised, counted, list, replicates};

/// Turns of a decision that are listed.
const MOST_TURNS: usize = 8;

/// Factors that the headline names.
const MOST_NAMED: usize = 3;

/// The page of a sensitivity analysis.
pub fn page(of: &Sensitivity) -> Page {
    let mut blocks = vec![
        Block::Headline(Said::of(headline(of), "/study/leaders")),
        Block::Sentence(Said::of(as_it_stands(of), "/study/found/level")),
        Block::Figure("tornado"),
    ];
    blocks.extend(verdict(of));
    blocks.extend(indices(of));
    blocks.extend(screening(of));
    let note = |(at, note)| Block::Note(Said::of(self::note(of, note), format!("/study/notes/{at}")));
    blocks.extend(of.notes.iter().enumerate().map(note));
    Page { title: format!("What it depends on: {}, in {}", measure(of), unit(of)), blocks }
}

fn headline(of: &Sensitivity) -> String {
    let figure_at = |value: f64, end: Option<End>, factor: &Factor| {
        Some(format!("{} at {}", figure(of, end?.level), at(factor, value)))
    };
    let text = match &of.leaders[..] {
        [] if of.found.effects.is_none() => format!("{} has no base, so nothing is known of it.", measure(of)),
        [] => format!("{} depends on none of the {} here.", measure(of), counted(of.factors.len() as u64, "factor")),
        [alone] => {
            let factor = &of.factors[*alone];
            let swing = of.found.swings.iter().find(|swing| swing.factor == *alone);
            let ends = swing.and_then(|swing| {
                Some(
                    [figure_at(factor.low, swing.low, factor)?, figure_at(factor.high, swing.high, factor)?].join(", "),
                )
            });
            let ends = ends.map_or_else(String::new, |ends| format!(": {ends}"));
            format!("{} depends most on {}{ends}.", measure(of), factor.key)
        }
        several => {
            let keys: Vec<&str> = several.iter().map(|&factor| of.factors[factor].key.as_str()).collect();
            let named = match keys.split_at_checked(MOST_NAMED) {
                Some((named, more @ [_, ..])) => format!("{} and {} more", named.join(", "), more.len()),
                _ => list(&keys),
            };
            format!("{} depends most on {named}; which of them matters most is not known.", measure(of))
        }
    };
    capitalised(&text)
}

fn as_it_stands(of: &Sensitivity) -> String {
    let stands = match of.found.level {
        Some(level) => format!("{} ({})", figure(of, level), replicates(u64::from(of.replicates))),
        None if of.found.looked => "no replicate has a base".to_owned(),
        None => "not known, stopped before this look".to_owned(),
    };
    format!("As the scenario stands, under the best fit: {stands}.")
}

/// `-24.1 ±0.3`.
fn figure(of: &Sensitivity, level: Level) -> String {
    let unit = of.measure.metric.unit;
    let scale = scale(unit);
    match level.interval {
        Some(Interval { low, high }) if low < high => {
            let half_width = scale * (high - low) / 2.0;
            let decimals = decimals(half_width);
            format!("{} ±{}", fixed(scale * level.mean, decimals), fixed(half_width, decimals))
        }
        _ => fixed(scale * level.mean, plain_decimals(unit)),
    }
}

fn verdict(of: &Sensitivity) -> Vec<Block> {
    let from = "/study/found/tips";
    let tips = of.found.tips.chunk_by(|a, b| (a.plan, a.metric.map(|m| m.key)) == (b.plan, b.metric.map(|m| m.key)));
    let mut blocks = Vec::new();
    for of_decision in tips {
        let tip = of_decision[0];
        let turns: Vec<(&Tip, Turn)> = of_decision.iter().filter_map(|tip| Some((tip, tip.turn?))).collect();
        let n_tried = of_decision.iter().filter(|tip| tip.searched).count();
        let none = || format!("no single factor within its range reverses it ({n_tried} tried)");
        match (tip.metric, turns.first()) {
            (None, nearest) => {
                let turned = match turns.len() {
                    0 => none(),
                    1 => format!("one of {n_tried} factors reverses it within its range"),
                    n => format!("{n} of {n_tried} factors reverse it within their range, the nearest first"),
                };
                let opening = format!("{}: {}; {turned}", plan(of, tip.plan), decision(tip.before));
                blocks.push(Block::Sentence(Said::of(opening, from)));
                blocks.extend(nearest.map(|_| Block::Table(turned_over(of, &turns))));
            }
            (Some(metric), nearest) => {
                let nearest = nearest.map_or_else(none, |(tip, turn)| turn_line(&of.factors[tip.factor], *turn));
                let line = format!("{}: {}; {nearest}", metric.label, decision(tip.before));
                blocks.push(Block::Item(Said::of(line, from)));
            }
        }
    }
    if blocks.is_empty() {
        let is_alone = of.scenario.plans.len() < 2;
        return is_alone
            .then(|| {
                Block::Sentence(Said::of("One plan alone: there is no verdict to reverse.", "/study/scenario/plans"))
            })
            .into_iter()
            .collect();
    }
    let how = format!(
        "the smallest change of one factor that reverses it, the others as the scenario has them; {} behind each look; calls hold \
         under one set of parameters, the best fit; those of `wearout run` hold over the plausible sets, and more of them stay open",
        replicates(u64::from(of.replicates))
    );
    let title = format!("What the verdict against {} depends on", of.scenario.baseline);
    blocks.insert(0, Block::Section { title, waits: false });
    blocks.push(Block::Small(Said::of(how, "/study/replicates")));
    blocks
}

/// A row a factor that turns a decision over, the nearest first.
fn turned_over(of: &Sensitivity, turns: &[(&Tip, Turn)]) -> Table {
    let row = |(tip, turn): &(&Tip, Turn)| {
        let factor = &of.factors[tip.factor];
        Row {
            label: label(factor),
            is_part: true,
            cells: vec![
                Cell::Words(factor.basis().to_owned()),
                Cell::Figure(default(factor)),
                Cell::Figure(at(factor, turn.value)),
                Cell::Figure(fixed(turn.half_ranges, 2)),
                Cell::Words(decision(turn.after).to_owned()),
            ],
        }
    };
    let more = turns.len().saturating_sub(MOST_TURNS);
    Table {
        title: String::new(),
        corner: String::new(),
        heads: ["basis", "now", "turns at", "half-ranges away", "becomes"].map(str::to_owned).to_vec(),
        rows: turns.iter().take(MOST_TURNS).map(row).collect(),
        below: (more > 0).then(|| format!("and {more} more, in tipping.csv")).into_iter().collect(),
        from: "/study/found/tips".to_owned(),
    }
}

fn turn_line(factor: &Factor, turn: Turn) -> String {
    format!(
        "nearest {} ({}) from {} to {}, {} half-ranges away: {}",
        factor.key,
        factor.basis(),
        default(factor),
        at(factor, turn.value),
        fixed(turn.half_ranges, 2),
        decision(turn.after)
    )
}

fn indices(of: &Sensitivity) -> Vec<Block> {
    let (Some(_), Some(effects)) = (&of.found.indices, &of.found.effects) else { return Vec::new() };
    let from = "/study/found/indices";
    let Some(inputs) = of.found.inputs() else {
        let nothing = "No indices: between rows there is no more variance than luck explains.";
        return vec![Block::Sentence(Said::of(nothing, from))];
    };
    let inputs: Vec<(usize, &sobol::Indices)> = inputs.collect();
    let row = |&(factor, input): &(usize, &sobol::Indices)| {
        let mu_star = short(scale(of.measure.metric.unit) * effects[factor].mu_star);
        let factor = &of.factors[factor];
        Row {
            label: label(factor),
            is_part: false,
            cells: vec![
                Cell::Words(factor.basis().to_owned()),
                Cell::Figure(format!("{} to {}", at(factor, factor.low), at(factor, factor.high))),
                Cell::Figure(mu_star),
                Cell::Figure(index(input.first)),
                Cell::Figure(index(input.total)),
            ],
        }
    };
    let mut blocks = vec![Block::Table(Table {
        title: format!("Shares of the variance: Sobol' indices of {}", counted(inputs.len() as u64, "factor")),
        corner: String::new(),
        heads: ["basis", "range", "mu*", "alone (first order)", "with others (total)"].map(str::to_owned).to_vec(),
        rows: inputs.iter().map(row).collect(),
        below: vec![format!(
            "{} base rows x {} streams of luck, the other factors as the scenario has them; 95 % bootstrap intervals over rows and \
             streams; factors uniform over their ranges and independent of each other",
            fixed(of.found.base_rows as f64, 0),
            of.asked.streams
        )],
        from: from.to_owned(),
    })];
    let percent = |share: f64| fixed(100.0 * share, 0);
    blocks.extend(of.explained.map(|alone| {
        let words = format!(
            "Each on its own they explain {} % of the variance; the other {} % is their interactions.",
            percent(alone),
            percent((1.0 - alone).max(0.0))
        );
        Block::Sentence(Said::of(words, "/study/explained"))
    }));
    blocks.extend(of.luck.map(|luck| {
        let words = format!(
            "Luck is {} % of the variance of a single campaign; the indices are of the mean over luck and corrected for it.",
            percent(luck)
        );
        Block::Sentence(Said::of(words, "/study/luck"))
    }));
    blocks.push(Block::Figure("indices"));
    blocks
}

/// `0.42 (0.38 to 0.46)`.
fn index(index: Index) -> String {
    let estimate = fixed(index.estimate, 2);
    match index.interval {
        Some(Interval { low, high }) => format!("{estimate} ({} to {})", fixed(low, 2), fixed(high, 2)),
        None => estimate,
    }
}

fn screening(of: &Sensitivity) -> Vec<Block> {
    let screened = format!(
        "Screening: {} on {} trajectories; {} with an effect.",
        counted(of.factors.len() as u64, "factor"),
        of.found.trajectories,
        of.found.ranking.len()
    );
    let mut blocks = vec![Block::Sentence(Said::of(screened, "/study/found/ranking"))];
    if !of.no_effect.is_empty() {
        let none = format!("No effect here ({}): {}", of.no_effect.len(), keys(of, &of.no_effect));
        blocks.push(Block::Sentence(Said::of(none, "/study/no_effect")));
    }
    blocks
}

fn note(of: &Sensitivity, note: &SensitivityNote) -> String {
    match note {
        SensitivityNote::LeftOut(blocks) => {
            format!("trajectories and base rows left out, because the metric has no base somewhere in them: {blocks}")
        }
        SensitivityNote::NotSearched(factors) => {
            format!("not searched, because the scenario has no number there to begin from: {}", keys(of, factors))
        }
    }
}

fn keys(of: &Sensitivity, factors: &[usize]) -> String {
    let keys: Vec<&str> = factors.iter().map(|&factor| of.factors[factor].key.as_str()).collect();
    keys.join(", ")
}

/// Parameters are explained; keys of a scenario are not.
fn label(factor: &Factor) -> Label {
    match factor.kind {
        Kind::Parameter(_) => Label::of(&factor.key, &factor.key),
        Kind::Lever(_) => Label::plain(&factor.key),
    }
}

fn default(factor: &Factor) -> String {
    factor.default.map_or_else(|| "-".to_owned(), |value| at(factor, value))
}
