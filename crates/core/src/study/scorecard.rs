//! The scorecard: which of the article's claims a set of parameters reproduces.
//!
//! Comes in: parameters and the calibration designs run under them. Goes out: for every replay of a claim the simulated figure, the Monte
//! Carlo interval of its mean, and how far the mean lies from the article's range. The interval is the error of a finite number of
//! replicates only: neither the luck of one campaign nor what is not known about the parameters. The distance is relative, the mean over the
//! nearest end of the range less 1. Nothing is fitted here.

use serde::Serialize;
use wearout_stats::interval::{Interval, of_proportion};

use super::{DesignRun, Figure, designs};
use crate::analysis::CONFIDENCE;
use crate::behaviour;
use crate::engine::Engine;
use crate::evidence::{Replay, replays};
use crate::parameter::Parameters;
use crate::platform;
use crate::tally::{Observable, Unit};

/// Distance from the range up to which a figure is close: the model discrepancy every number is given (docs/calibration.md).
pub const CLOSE: f64 = 0.12;

/// Distance from the range beyond which a figure is off.
pub const FAR: f64 = 0.25;

/// A figure without Monte Carlo error is inside when rounding to three digits can explain the distance.
const ROUNDED: f64 = 0.005;

/// Profile whose rules the claims about the platform are compared with.
const PROFILE: &str = "article-2025";

/// How near a simulated figure is to what the article says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nearness {
    /// In the article's range.
    Inside,
    /// Within 12 % of its nearest end.
    Within12,
    /// Within 25 %.
    Within25,
    /// Farther.
    Off,
}

impl Nearness {
    /// The words in tables and files.
    pub fn words(self) -> &'static str {
        match self {
            Nearness::Inside => "inside",
            Nearness::Within12 => "within 12 %",
            Nearness::Within25 => "within 25 %",
            Nearness::Off => "off",
        }
    }
}

/// What became of one replay.
#[derive(Debug, Clone, Serialize)]
pub struct Scored {
    /// The claim, and what it is compared with.
    pub replay: &'static Replay,
    /// Article's range in the unit of the observable; `None` where the claim has no figure.
    pub range: Option<(f64, f64)>,
    /// Unit of the figure; `None` for what is read off parameters and rules.
    pub unit: Option<Unit>,
    /// Simulated or computed; `None` where nothing is measured.
    pub figure: Option<Figure>,
    /// 95 % interval of the mean: Monte Carlo error only.
    pub interval: Option<Interval>,
    /// Mean over the nearest end of the range, less 1; 0 inside.
    pub off_by: Option<f64>,
    /// Blank where nothing is measured.
    pub nearness: Option<Nearness>,
}

impl Scored {
    /// Whether the figure is the article's own, so that its nearness proves nothing.
    pub fn is_taken_over(&self) -> bool {
        self.figure.is_some() && self.replay.design.is_none() && !self.replay.is_fact()
    }
}

/// Facts, and how many of them come how near.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// In the article's range.
    pub inside: usize,
    /// Inside, or within 12 % of it.
    pub close: usize,
    /// Inside, or within 25 % of it.
    pub near: usize,
    /// All that were measured.
    pub all: usize,
}

/// Every replay under one set of parameters.
#[derive(Debug, Clone, Serialize)]
pub struct Scorecard {
    /// In the order of the ledger; the principal row of a claim comes first.
    pub rows: Vec<Scored>,
    /// Replicates of each design.
    pub replicates: u32,
}

impl Scorecard {
    /// One row a claim: its principal one.
    pub fn claims(&self) -> impl Iterator<Item = &Scored> {
        let is_first = |at: usize| at == 0 || self.rows[at - 1].replay.claim != self.rows[at].replay.claim;
        (0..self.rows.len()).filter(move |at| is_first(*at)).map(|at| &self.rows[at])
    }

    /// The 46 facts the fits are judged by.
    pub fn facts(&self) -> impl Iterator<Item = &Scored> {
        self.rows.iter().filter(|row| row.replay.is_fact())
    }
}

/// Counts how near these come.
pub fn count<'a>(rows: impl Iterator<Item = &'a Scored>) -> Counts {
    let nearness: Vec<Nearness> = rows.filter_map(|row| row.nearness).collect();
    let up_to = |most: Nearness| nearness.iter().filter(|nearness| **nearness <= most).count();
    Counts {
        inside: up_to(Nearness::Inside),
        close: up_to(Nearness::Within12),
        near: up_to(Nearness::Within25),
        all: nearness.len(),
    }
}

/// Runs the designs under these parameters and scores every claim; `None` when the engine was told to stop.
pub fn scorecard(parameters: &Parameters, replicates: u32, seed: u64, engine: &Engine) -> Option<Scorecard> {
    let runs = designs(parameters, 0..replicates, seed, engine);
    (!engine.stopped()).then(|| Scorecard { rows: score(parameters, &runs), replicates })
}

/// Scores every claim on designs that were run under these parameters.
///
/// # Panics
/// When a replay names what does not exist, which a test excludes.
pub fn score(parameters: &Parameters, runs: &[DesignRun]) -> Vec<Scored> {
    replays().iter().map(|replay| scored(replay, parameters, runs)).collect()
}

fn scored(replay: &'static Replay, parameters: &Parameters, runs: &[DesignRun]) -> Scored {
    let range = replay.range();
    let blank = Scored { replay, range, unit: None, figure: None, interval: None, off_by: None, nearness: None };
    let Some(text) = &replay.observable else { return blank };
    let Some(design) = &replay.design else {
        let figure = Figure::exact(computed(text, parameters));
        return judged(Scored { figure: Some(figure), ..blank }, ROUNDED);
    };
    let observable = Observable::parse(text).expect("a test reads every observable of the replays");
    let run = |name: &str| runs.iter().find(|run| run.name == name).expect("a test finds every design of the replays");
    let figure = match &replay.over {
        Some(over) => run(design).figure(&observable).zip(run(over).figure(&observable)).and_then(|(a, b)| a.over(b)),
        None => run(design).figure(&observable),
    };
    let unit = if replay.over.is_some() { Unit::Ratio } else { observable.unit() };
    let chance = (unit == Unit::Chance).then(|| proportion(run(design), &observable)).flatten();
    let interval = chance.or_else(|| figure.and_then(|figure| figure.interval(CONFIDENCE)));
    judged(Scored { unit: Some(unit), figure, interval, ..blank }, 0.0)
}

/// Wilson's interval where every replicate says yes or no: a chance of 1 in all replicates is not certain.
fn proportion(run: &DesignRun, observable: &Observable) -> Option<Interval> {
    let values: Vec<f64> = run.tallies.iter().filter_map(|tally| observable.value(tally, &run.given)).collect();
    let yes = values.iter().filter(|value| **value == 1.0).count();
    let no = values.iter().filter(|value| **value == 0.0).count();
    (yes + no == values.len()).then(|| of_proportion(yes as u64, values.len() as u64, CONFIDENCE)).flatten()
}

/// A figure of the parameters or of the rules alone.
fn computed(text: &str, parameters: &Parameters) -> f64 {
    let figure = if let Some(key) = text.strip_prefix("parameter:") {
        parameters.get(key)
    } else if let Some(key) = text.strip_prefix("rule:") {
        platform::find(PROFILE).and_then(|profile| profile.rules.figure(key))
    } else {
        behaviour::closed_form(text).map(|form| (form.value)(parameters))
    };
    figure.expect("a test looks every figure of the replays up")
}

fn judged(mut scored: Scored, tolerance: f64) -> Scored {
    scored.off_by = scored.figure.zip(scored.range).map(|(figure, range)| off_by(figure.mean, range));
    scored.nearness = scored.off_by.map(|off_by| nearness(off_by, tolerance));
    scored
}

/// How far a figure lies from a range, relative to the range's nearest end; 0 inside, infinite above a range that ends at 0.
fn off_by(mean: f64, (low, high): (f64, f64)) -> f64 {
    if mean < low {
        mean / low - 1.0
    } else if mean > high {
        mean / high - 1.0
    } else {
        0.0
    }
}

/// How near a figure is that lies so far, relatively, from the nearest end of what is known; `tolerance` still counts as inside.
pub(super) fn nearness(off_by: f64, tolerance: f64) -> Nearness {
    match off_by.abs() {
        distance if distance <= tolerance => Nearness::Inside,
        distance if distance <= CLOSE => Nearness::Within12,
        distance if distance <= FAR => Nearness::Within25,
        _ => Nearness::Off,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_taken_from_the_nearest_end_of_the_range() {
        let range = (0.12, 0.18);
        for (mean, wanted) in [(0.12, 0.0), (0.18, 0.0), (0.09, -0.25), (0.198, 0.1)] {
            assert!((off_by(mean, range) - wanted).abs() < 1e-12, "{mean}");
        }
        let words = |off_by: f64| nearness(off_by, 0.0).words();
        assert_eq!(
            [0.0, 0.12, -0.12, 0.2, -0.26].map(words),
            ["inside", "within 12 %", "within 12 %", "within 25 %", "off"]
        );
    }

    #[test]
    fn rounding_is_forgiven_to_what_is_computed_and_not_to_what_is_simulated() {
        assert_eq!(nearness(0.004, ROUNDED), Nearness::Inside);
        assert_eq!(nearness(0.004, 0.0), Nearness::Within12);
    }

    #[test]
    fn a_scorecard_has_a_row_for_every_claim_and_every_fact() {
        let card = scorecard(&Parameters::best(), 3, 1, &Engine::default()).unwrap();
        assert_eq!((card.claims().count(), card.facts().count()), (179, 46));
        let facts = count(card.facts());
        assert_eq!(facts.all, 46, "every fact is measured");
        assert!(facts.inside <= facts.close && facts.close <= facts.near && facts.near <= facts.all);
        for row in &card.rows {
            assert_eq!(row.replay.observable.is_some(), row.figure.is_some(), "{}", row.replay.claim);
            assert_eq!(row.figure.is_some(), row.nearness.is_some(), "{}", row.replay.claim);
            let inside = row.figure.zip(row.interval).is_none_or(|(figure, interval)| interval.contains(figure.mean));
            assert!(inside, "{}: the interval holds the mean", row.replay.claim);
        }
    }

    /// A model in which nobody ever quits must fail on the facts about leaving: the scorecard can say no.
    #[test]
    fn a_model_in_which_nobody_leaves_is_off_on_every_loss() {
        let mut parameters = Parameters::best();
        for key in ["irritation_base", "distrust_base"] {
            assert!(parameters.set(key, -60.0));
        }
        for key in ["over_patience_hazard", "privacy_hazard", "leak_exit"] {
            assert!(parameters.set(key, 0.0));
        }
        let card = scorecard(&parameters, 2, 1, &Engine::default()).unwrap();
        for id in ["spray-loss30", "silent-loss30", "priv-loss-a", "rule721-unsub", "gz-unsub-next", "reports-spray"] {
            let row = card.claims().find(|row| row.replay.claim == id).unwrap();
            assert_eq!(row.nearness, Some(Nearness::Off), "{id}");
        }
    }

    #[test]
    fn a_stopped_engine_gives_no_scorecard() {
        let engine = Engine::default();
        engine.stop();
        assert!(scorecard(&Parameters::best(), 3, 1, &engine).is_none());
    }
}
