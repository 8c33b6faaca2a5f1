//! One factor at a time, the others as the scenario has them: what its ends do to the measure (tornado), and the smallest change of it
//! that reverses the verdict (tipping).
//!
//! Comes in: a question. Goes out: a [`Swing`] and the [`Tip`]s of each factor. All looks meet the same replicates, so that what differs
//! between them is the factor.
//!
//! # Search
//! A call of the verdict may change and change back within a factor's range. So each side of the scenario's own value is looked at in
//! [`STEPS`] equal steps, nearest first, and the first step at whose end the call differs is halved [`HALVINGS`] times. What is found
//! is the smallest change up to 1 / (STEPS 2^HALVINGS) of the side, as long as no call reverses and returns within one step. A factor
//! whose two ends change nothing at all is not searched further. Where the scenario's own value lies outside the range, the search begins
//! at the end next to it; where it is no number (a reply that never comes), there is no distance and nothing is searched.

use rayon::prelude::*;
use serde::Serialize;
use wearout_stats::interval::{self, Interval};
use wearout_stats::mean::Moments;

use super::asked::Question;
use super::factor::Factor;
use crate::analysis::{self, CONFIDENCE, Call, Overall};
use crate::diagnostic::Faults;
use crate::engine::{Engine, simulate};
use crate::study::compare;
use crate::tally::{Metric, Unit};

/// Steps on each side of the scenario's own value.
pub const STEPS: u32 = 4;

/// Halvings of the first step in which a call reverses.
pub const HALVINGS: u32 = 5;

/// The mean over replicates, with its Monte Carlo interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Level {
    /// Mean over the replicates in which there is a base.
    pub mean: f64,
    /// Its 95 % interval; `None` below two replicates.
    pub interval: Option<Interval>,
}

/// One end of a factor's range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct End {
    /// The measure there.
    pub level: Level,
    /// How far that is from the measure as the scenario stands, replicate by replicate.
    pub change: Level,
}

/// The measure at both ends of a factor's range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Swing {
    /// Index of the factor.
    pub factor: usize,
    /// At its low end; `None` where no replicate has a base.
    pub low: Option<End>,
    /// At its high end.
    pub high: Option<End>,
}

impl Swing {
    /// How far the two ends are apart, or the one that is known from the scenario as it stands.
    pub fn width(&self) -> f64 {
        let [low, high] = [self.low, self.high].map(|end| end.map_or(0.0, |end| end.change.mean));
        (high - low).abs().max(low.abs()).max(high.abs())
    }
}

/// What is decided: the verdict on a plan as a whole, or the call in one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Decision {
    Overall(Overall),
    Call(Call),
}

/// The smallest change of one factor that turns a decision over.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Tip {
    /// Index of the factor.
    pub factor: usize,
    /// Index of the plan the verdict speaks of.
    pub plan: usize,
    /// The metric of the call; `None`: the verdict as a whole.
    pub metric: Option<&'static Metric>,
    /// What is decided as the scenario stands.
    pub before: Decision,
    /// Whether a turn was looked for; not where the scenario's own value is no number, from which there is no distance.
    pub searched: bool,
    /// Where that changes; `None`: nowhere in the factor's range, where it was searched.
    pub turn: Option<Turn>,
}

/// Where a decision reverses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Turn {
    /// Value of the factor.
    pub value: f64,
    /// Distance from the scenario's own value, in half-widths of the factor's range.
    pub half_ranges: f64,
    /// What is decided there.
    pub after: Decision,
}

/// What all factors do one at a time.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    pub(super) looked: bool,
    pub(super) level: Option<Level>,
    pub(super) swings: Vec<Swing>,
    pub(super) tips: Vec<Tip>,
    pub(super) partial: bool,
}

/// A decision's plan and metric.
type Subject = (usize, Option<&'static Metric>);

/// The scenario under one value of one factor.
#[derive(Debug, Clone, PartialEq)]
struct Look {
    /// The measure, replicate by replicate.
    values: Vec<Option<f64>>,
    /// Mean difference in each headline metric of each plan.
    differences: Vec<Option<f64>>,
    /// In the order of the subjects.
    decisions: Vec<Decision>,
}

/// Looks at every factor.
///
/// # Errors
/// What a value of a lever makes wrong.
pub(super) fn run(question: &Question, engine: &Engine) -> Result<Ends, Faults> {
    let nothing = Ends { looked: false, level: None, swings: Vec::new(), tips: Vec::new(), partial: true };
    let Some(base) = look(question, &[], engine)? else { return Ok(nothing) };
    let searches: Vec<Result<Option<_>, Faults>> =
        (0..question.factors.len()).into_par_iter().map(|factor| search(question, factor, &base, engine)).collect();
    let mut ends = Ends { looked: true, level: level(question, &base.values), partial: false, ..nothing };
    let mut tips = Vec::new();
    for found in searches {
        match found? {
            Some((swing, found)) => {
                ends.swings.push(swing);
                tips.push(found);
            }
            None => ends.partial = true,
        }
    }
    for subject in 0..subjects(question).len() {
        let mut of: Vec<Tip> = tips.iter().map(|of| of[subject]).collect();
        let distance = |tip: &Tip| tip.turn.map_or(f64::INFINITY, |turn| turn.half_ranges);
        of.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        ends.tips.extend(of);
    }
    Ok(ends)
}

/// Looks at the ends of one factor's range and for the nearest turns; `None` when stopped.
fn search(question: &Question, idx: usize, base: &Look, engine: &Engine) -> Result<Option<(Swing, Vec<Tip>)>, Faults> {
    let factor = &question.factors[idx];
    let mut seen = Seen { question, factor, engine, looks: Vec::new() };
    let [Some(low), Some(high)] = [seen.at(factor.low)?, seen.at(factor.high)?] else { return Ok(None) };
    let [low_end, high_end] = [&low, &high].map(|look| end(question, look, base));
    let swing = Swing { factor: idx, low: low_end, high: high_end };
    let is_searched = factor.default.is_some() && (low != *base || high != *base);
    let mut tips = Vec::new();
    for (subject, (plan, metric)) in subjects(question).into_iter().enumerate() {
        let mut nearest: Option<Turn> = None;
        let default = factor.default.filter(|_| is_searched);
        for (default, end) in default.into_iter().flat_map(|default| [(default, factor.low), (default, factor.high)]) {
            let towards = if end == factor.low { end < default } else { end > default };
            let turn = if towards { seen.first_turn(base, subject, default, end)? } else { Found::Nothing };
            match turn {
                Found::Stopped => return Ok(None),
                Found::Turn(turn) if nearest.is_none_or(|known| turn.half_ranges < known.half_ranges) => {
                    nearest = Some(turn);
                }
                Found::Turn(_) | Found::Nothing => {}
            }
        }
        let (before, searched) = (base.decisions[subject], factor.default.is_some());
        tips.push(Tip { factor: idx, plan, metric, before, searched, turn: nearest });
    }
    Ok(Some((swing, tips)))
}

enum Found {
    Turn(Turn),
    Nothing,
    Stopped,
}

/// The looks at one factor so far: no value is simulated twice.
struct Seen<'a> {
    question: &'a Question,
    factor: &'a Factor,
    engine: &'a Engine,
    looks: Vec<(f64, Look)>,
}

impl Seen<'_> {
    fn at(&mut self, value: f64) -> Result<Option<Look>, Faults> {
        if let Some((_, look)) = self.looks.iter().find(|(seen, _)| seen.to_bits() == value.to_bits()) {
            return Ok(Some(look.clone()));
        }
        let found = look(self.question, &[(self.factor, value)], self.engine)?;
        self.looks.extend(found.iter().map(|look| (value, look.clone())));
        Ok(found)
    }

    fn first_turn(&mut self, base: &Look, subject: usize, default: f64, end: f64) -> Result<Found, Faults> {
        let before = base.decisions[subject];
        let start = default.clamp(self.factor.low, self.factor.high);
        let mut same = start;
        // From outside the range the nearest value in it is looked at first; the default itself is the base.
        let first = u32::from(start == default);
        for step in first..=STEPS {
            let there = match step {
                0 => start,
                STEPS => end,
                _ => self.on_the_way(start, end, f64::from(step) / f64::from(STEPS)),
            };
            let Some(look) = self.at(there)? else { return Ok(Found::Stopped) };
            if look.decisions[subject] == before {
                same = there;
                continue;
            }
            let mut turned = (there, look.decisions[subject]);
            for _ in 0..HALVINGS {
                let middle = self.on_the_way(same, turned.0, 0.5);
                if middle == same || middle == turned.0 {
                    break;
                }
                let Some(look) = self.at(middle)? else { return Ok(Found::Stopped) };
                if look.decisions[subject] == before {
                    same = middle;
                } else {
                    turned = (middle, look.decisions[subject]);
                }
            }
            let half_ranges = (turned.0 - default).abs() / self.factor.half_range();
            return Ok(Found::Turn(Turn { value: turned.0, half_ranges, after: turned.1 }));
        }
        Ok(Found::Nothing)
    }

    fn on_the_way(&self, from: f64, to: f64, share: f64) -> f64 {
        self.factor.rounded(from + share * (to - from))
    }
}

/// The subjects of the verdict: each plan as a whole, then in each headline metric.
fn subjects(question: &Question) -> Vec<Subject> {
    let base = question.variants.base();
    let others = (0..base.plans.len()).filter(|&plan| plan != base.baseline);
    let of_plan = |plan| {
        let metrics = question.headline.iter().map(move |metric| (plan, Some(*metric)));
        std::iter::once((plan, None)).chain(metrics)
    };
    others.flat_map(of_plan).collect()
}

/// The scenario under these values; `None` when stopped.
fn look(question: &Question, values: &[(&Factor, f64)], engine: &Engine) -> Result<Option<Look>, Faults> {
    if engine.stopped() {
        return Ok(None);
    }
    let experiment = question.variants.under(values)?;
    let replicates = simulate(&experiment, 0..question.replicates, engine);
    if replicates.len() < question.replicates as usize {
        return Ok(None);
    }
    let mut accumulator = compare::accumulator(std::slice::from_ref(&experiment));
    accumulator.accumulate(&replicates);
    let zone = question.variants.scenario().equality.into();
    let verdict = analysis::verdict(&accumulator.finish(), &question.headline, zone);
    let mut decisions = Vec::new();
    for plan in &verdict.plans {
        decisions.push(Decision::Overall(plan.overall));
        decisions.extend(plan.metrics.iter().map(|finding| Decision::Call(finding.call)));
    }
    let findings = verdict.plans.iter().flat_map(|plan| &plan.metrics);
    Ok(Some(Look {
        values: replicates.iter().map(|paired| question.measure.value(&experiment, paired)).collect(),
        differences: findings.map(|finding| finding.difference).collect(),
        decisions,
    }))
}

fn end(question: &Question, look: &Look, base: &Look) -> Option<End> {
    let changes = look.values.iter().zip(&base.values).filter_map(|(there, here)| Some((*there)? - (*here)?));
    Some(End { level: level(question, &look.values)?, change: mean_of(changes)? })
}

/// The measure over replicates: yes and no are counted where it is the chance of a plan.
fn level(question: &Question, values: &[Option<f64>]) -> Option<Level> {
    let mean = mean_of(values.iter().copied().flatten())?;
    if question.measure.metric.unit != Unit::Chance || question.measure.minus.is_some() {
        return Some(mean);
    }
    let n = values.iter().flatten().count() as u64;
    let yes = values.iter().flatten().filter(|&&value| value > 0.5).count() as u64;
    Some(Level { interval: interval::of_proportion(yes, n, CONFIDENCE), ..mean })
}

fn mean_of(values: impl Iterator<Item = f64>) -> Option<Level> {
    let mut moments = Moments::default();
    values.for_each(|value| moments.push(value));
    Some(Level { mean: moments.mean()?, interval: interval::of_mean(&moments, CONFIDENCE) })
}
