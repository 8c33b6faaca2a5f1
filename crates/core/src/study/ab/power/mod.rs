//! Power of a test through the people: how often it would tell its arms apart, against groups, effect and duration, and what each
//! mechanism of the model costs.
//!
//! Comes in: a [`Contest`] and a [`Request`]. Goes out: [`Curves`]. Every point is played on the same luck. Not here: what a test is worth,
//! and how curves are shown. An effect is an appeal: the arm's posts draw so many times the clicks of the control's, and
//! purchases follow clicks; all else is the control's plan. At no effect the curve is the false alarm.

mod estimate;
mod mechanism;

use serde::Serialize;
use wearout_stats::interval::Interval;
use wearout_stats::paired::PairedTable;
use wearout_stats::quantile::quantiles;

pub use estimate::{CONFIDENCE, Mean, Power, Reach, Share, WANTED_POWER};
pub use mechanism::Mechanism;

use super::{Contest, Played, play};
use crate::diagnostic::Faults;
use crate::engine::Engine;
use crate::parameter::Parameters;
use crate::plan::{Experiment, Trial};
use crate::study::under_each;
use crate::units::Channel;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Tests played at each point.
    pub tests: u32,
    /// Level of the tests, two-sided.
    pub alpha: f64,
    /// Groups (members of a direct list) an arm.
    pub units: Vec<u32>,
    /// Effects: the share by which the arm's contents draw more clicks (or fewer).
    pub effects: Vec<f64>,
    /// Sets of parameters over which the test as it stands is played, for the range that not knowing them leaves.
    pub sets: Vec<Parameters>,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Curves {
    /// The test as the scenario says it.
    pub here: Power,
    /// Tests in which the account was limited.
    pub limited: Share,
    /// Tests in which it was banned.
    pub banned: Share,
    /// The same with the control's plan in every arm: what is found there is a false alarm.
    pub same: Option<Power>,
    /// Against groups (members of a direct list) an arm.
    pub by_units: Vec<Point>,
    /// Against the appeal of the arm's contents; empty where the metric does not follow clicks.
    pub by_effect: Vec<Point>,
    /// Against the day of the look.
    pub by_day: Vec<Point>,
    /// With one mechanism off.
    pub without: Vec<Without>,
    /// Over sets of parameters.
    pub over_sets: Option<OverSets>,
    /// Tests played, all points together.
    pub tests: u64,
    /// Whether it was stopped before the end.
    pub partial: bool,
}

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Where: groups, effect or day.
    pub at: f64,
    /// What is found there.
    pub power: Power,
}

/// The test with a mechanism off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Without {
    /// Which.
    pub mechanism: Mechanism,
    /// Power without it.
    pub power: Power,
    /// How much more power there is without it, on the same luck; its interval is Monte Carlo error.
    pub gain: f64,
    /// 95 %.
    pub interval: Option<Interval>,
}

/// The test under several sets of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OverSets {
    /// Sets in which the arms have a figure.
    pub sets: u64,
    /// Tests played under each.
    pub tests: u32,
    /// Power averaged over the sets.
    pub assurance: f64,
    /// Power in the set a tenth of the way up, in the middle one, nine tenths of the way up.
    pub power: [f64; 3],
    /// The same of the effect.
    pub effect: [f64; 3],
}

/// Tests that are played in all, but for what cannot be.
pub fn tests_expected(contest: &Contest, request: &Request) -> u64 {
    let effects =
        request.effects.iter().filter(|effect| **effect != 0.0 && contest.judge.metric.follows_clicks()).count();
    u64::from(request.tests) * (2 + request.units.len() + effects + acting(contest).count()) as u64
        + u64::from(tests_per_set(request)) * request.sets.len() as u64
}

/// Works the curves out; what is there when the engine is told to stop. `None` where no test has a figure as the scenario says it.
///
/// # Errors
/// Every fault that the scenario has under one of the sets: a set may contradict what the scenario says itself.
pub fn curves(contest: &Contest, request: &Request, engine: &Engine) -> Result<Option<Curves>, Faults> {
    let under_sets = under_each(&contest.draft, contest.judge.seed, &request.sets, &contest.experiment)?;
    Ok(over(contest, request, &under_sets, engine))
}

fn over(contest: &Contest, request: &Request, under_sets: &[Experiment], engine: &Engine) -> Option<Curves> {
    let trial = &contest.trial;
    let days: Vec<u32> = (1..=trial.days).collect();
    let alpha = request.alpha;
    let mut tests = 0;
    let mut run = |experiment: &Experiment, trial: &Trial, looks: &[u32]| {
        let played = play((experiment, trial), &contest.judge, looks, 0..request.tests, engine);
        tests += played.tests.len() as u64;
        played
    };
    let here = run(&contest.experiment, trial, &days);
    let last = days.len() - 1;
    let as_planned = Power::of(&here, last, trial.units_per_arm, alpha)?;
    let share = |n: u64| Share::new(n, here.tests.len() as u64);
    let at_the_end = |played: &Played, units: u32| Power::of(played, 0, units, alpha);
    let (experiment, alike) = with_appeal(contest, 0.0);
    let same = at_the_end(&run(&experiment, &alike, &[trial.days]), trial.units_per_arm);
    let by_units = request.units.iter().filter_map(|&units| {
        let (experiment, trial) = resized(contest, &contest.experiment, units);
        let power = at_the_end(&run(&experiment, &trial, &[trial.days]), units)?;
        Some(Point { at: f64::from(units), power })
    });
    let by_units = by_units.collect();
    let effects = if contest.judge.metric.follows_clicks() { request.effects.as_slice() } else { &[] };
    let by_effect = effects.iter().filter_map(|&effect| {
        if effect == 0.0 {
            return same.map(|power| Point { at: effect, power });
        }
        let (experiment, trial) = with_appeal(contest, effect);
        let power = at_the_end(&run(&experiment, &trial, &[trial.days]), trial.units_per_arm)?;
        Some(Point { at: effect, power })
    });
    let by_effect = by_effect.collect();
    let without = acting(contest).filter_map(|mechanism| {
        let experiment = contest.varied(&mechanism.off(&contest.said));
        let played = run(&experiment, trial, &[trial.days]);
        without(mechanism, (&here, last), &played, (trial.units_per_arm, alpha))
    });
    let without = without.collect();
    let over_sets = over_sets(contest, request, under_sets, engine, &mut tests);
    let seen_at = |look: &usize| contest.judge.sees(days[*look], trial.days);
    let by_day = |look: usize| {
        let power = Power::of(&here, look, trial.units_per_arm, alpha)?;
        Some(Point { at: f64::from(days[look]), power })
    };
    Some(Curves {
        here: as_planned,
        limited: share(here.limited)?,
        banned: share(here.banned)?,
        same,
        by_units,
        by_effect,
        by_day: (0..days.len()).filter(seen_at).filter_map(by_day).collect(),
        without,
        over_sets,
        tests,
        partial: engine.stopped(),
    })
}

/// The mechanisms that act in the test.
fn acting(contest: &Contest) -> impl Iterator<Item = Mechanism> {
    Mechanism::ALL.into_iter().filter(|mechanism| mechanism.acts(&contest.draft.scenario, &contest.said))
}

/// The test with so many groups (members of a direct list) an arm, and an audience that has just those. No variation of the scenario:
/// other tests of it may need more of that audience, and would be at fault.
fn resized(contest: &Contest, experiment: &Experiment, units: u32) -> (Experiment, Trial) {
    let mut experiment = experiment.clone();
    let trial = Trial { units_per_arm: units, ..contest.trial.clone() };
    let audience = &mut experiment.audiences[trial.audience];
    let all = units * trial.arms.len() as u32;
    match audience.channel {
        Channel::Group => audience.groups = all,
        Channel::Direct => audience.size = all,
    }
    (experiment, trial)
}

/// A test of contents: both arms follow the control's plan, and the second one's posts draw `1 + effect` times the clicks. No
/// variation of the scenario: its plans have no key for appeal, and `offer`, a share, ends at 1.
pub fn with_appeal(contest: &Contest, effect: f64) -> (Experiment, Trial) {
    let control = contest.trial.arms[0];
    let mut arms = contest.trial.arms.clone();
    arms.fill(control);
    let mut experiment = contest.experiment.clone();
    if effect == 0.0 {
        return (experiment, Trial { arms, ..contest.trial.clone() });
    }
    let mut treated = experiment.plans[control].clone();
    for post in &mut treated.posts {
        post.offer *= (1.0 + effect) as f32;
    }
    experiment.plans.push(treated);
    arms[contest.judge.arm] = experiment.plans.len() - 1;
    (experiment, Trial { arms, ..contest.trial.clone() })
}

fn without(
    mechanism: Mechanism,
    (here, last): (&Played, usize),
    played: &Played,
    (units, alpha): (u32, f64),
) -> Option<Without> {
    let mut pairs = PairedTable::default();
    for (with, without) in here.tests.iter().zip(&played.tests) {
        let is_found = |p_value: Option<f64>| p_value.is_some_and(|p| p < alpha);
        pairs.push(is_found(without[0].p_value), is_found(with[last].p_value));
    }
    let power = Power::of(played, 0, units, alpha)?;
    Some(Without { mechanism, power, gain: pairs.difference()?, interval: pairs.interval(CONFIDENCE) })
}

/// Tests under each set: as many in all as at any other point, but enough to tell a power.
fn tests_per_set(request: &Request) -> u32 {
    const FEWEST: u32 = 50;
    (request.tests / (request.sets.len() as u32).max(1)).max(FEWEST)
}

fn over_sets(
    contest: &Contest,
    request: &Request,
    under_sets: &[Experiment],
    engine: &Engine,
    played: &mut u64,
) -> Option<OverSets> {
    let tests = tests_per_set(request);
    let (mut powers, mut effects) = (Vec::new(), Vec::new());
    for experiment in under_sets {
        let found = play((experiment, &contest.trial), &contest.judge, &[contest.trial.days], 0..tests, engine);
        *played += found.tests.len() as u64;
        if let Some(power) = Power::of(&found, 0, contest.trial.units_per_arm, request.alpha) {
            powers.push(power.found.estimate);
            effects.push(power.effect.estimate);
        }
    }
    let assurance = powers.iter().sum::<f64>() / powers.len() as f64;
    let spread = |values: &mut [f64]| quantiles(values, [0.1, 0.5, 0.9]);
    let sets = powers.len() as u64;
    Some(OverSets { sets, tests, assurance, power: spread(&mut powers)?, effect: spread(&mut effects)? })
}
