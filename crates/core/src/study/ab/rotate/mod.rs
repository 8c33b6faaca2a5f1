//! Rotation: which content goes out when. Every policy is replayed on the same people, and what it costs them is counted with what it brings.
//!
//! Comes in: a [`Question`]. Goes out: a [`Rotated`]. A pilot of random calendars, on luck of its own, is what the planner's belief is
//! fitted to (`surrogate`); the calendar that is best for that belief, or what beats it on trial, and the rules of `policy` then run
//! their campaigns on the replicates asked for. Not here: the search for the best calendar and the bandits (`stats`), and how results are shown.

mod estimate;
mod policy;
mod surrogate;

use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

pub use estimate::{Level, MEASURES, Measure, Ran, Step};
pub use policy::{
    ALPHA, CYCLE, EPSILON, POLICIES, Policy, REPLACED_BELOW, TEMPERATURE_PER_PENALTY, USUAL_HALF_LIFE_DAYS,
};
pub use surrogate::{Belief, Surrogate};

use crate::analysis::set_of;
use crate::diagnostic::Faults;
use crate::engine::{Chooser, Engine, Replayed, replay};
use crate::parameter::Parameters;
use crate::plan::rotation::{self, Content, Rotation};
use crate::rng;
use crate::scenario::{self, Draft, Objective, Scenario};
use crate::study::LARGEST_CHUNK;
use crate::tally::{Outcome, Tally};
use estimate::{Played, Record};
use policy::{Board, chooser, keeping_to};
use surrogate::{calendars, surrogate, turns};

/// Replicates of each calendar of the pilot, which follow those of the policies.
pub const PILOT: u32 = 12;

/// Replicates on which candidates for the planned calendar are tried, which follow those of the pilot.
pub const TRIAL: u32 = 48;

/// Index of the stream that draws the calendars of the pilot.
const DRAWING: u32 = 300;

/// Contents, what is wanted of them, and on how much luck policies are compared.
#[derive(Debug, Clone)]
pub struct Question {
    /// The file.
    pub draft: Draft,
    /// Its contents compiled, under each set of parameters; replicates take turns with them.
    pub rotations: Vec<Rotation>,
    /// Replicates of every policy, those of all sets together.
    pub replicates: u32,
    /// Seed of all luck.
    pub seed: u64,
}

impl Question {
    /// Reads the contents of a draft under these sets of parameters, of which the planner believes the first.
    ///
    /// # Errors
    /// Every fault of the draft under the first set that has one.
    ///
    /// # Panics
    /// Without a set.
    pub fn read(draft: &Draft, seed: u64, sets: &[Parameters], replicates: u32) -> Result<Question, Faults> {
        let (first, others) = sets.split_first().expect("a set of parameters");
        let first = rotation::compile(draft, seed, first, &[])?;
        let known = [&first.experiment];
        let others: Vec<Result<Rotation, Faults>> =
            others.par_iter().map(|set| rotation::compile(draft, seed, set, &known)).collect();
        let others: Vec<Rotation> = others.into_iter().collect::<Result<_, _>>()?;
        let rotations = std::iter::once(first).chain(others).collect();
        Ok(Question { draft: draft.clone(), rotations, replicates, seed })
    }

    /// The scenario around the contents.
    pub fn scenario(&self) -> &Scenario {
        &self.draft.scenario
    }

    /// The rotation as the file says it.
    ///
    /// # Panics
    /// Never: without one there is no question.
    pub fn said(&self) -> &scenario::Rotation {
        self.draft.scenario.rotation.as_ref().expect("a rotation was compiled from it")
    }

    /// The contents.
    pub fn menu(&self) -> &[Content] {
        &self.rotations[0].menu
    }

    /// Posts of the calendar.
    pub fn posts(&self) -> &[crate::plan::Post] {
        &self.rotations[0].plan().posts
    }
}

/// The calendar that goes out as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// Content of each post.
    pub calendar: Vec<usize>,
    /// What it is: the best for the planner's beliefs, or so many of the strongest contents in turn, which came to more on trial.
    pub origin: Origin,
}

/// What a planned calendar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The best for the planner's beliefs.
    Believed,
    /// So many of the strongest contents in turn.
    Turns(usize),
}

/// What every policy came to.
#[derive(Debug, Clone, Serialize)]
pub struct Rotated {
    /// What the planner believes.
    pub surrogate: Surrogate,
    /// The calendar it sends.
    pub planned: Planned,
    /// The policies, in the order of [`POLICIES`]; the first is what the others are compared with.
    pub policies: Vec<Ran>,
    /// Index of the one with the largest objective.
    pub best: usize,
    /// Where the curves are known: the end of the time that each day's posts have.
    pub steps: Vec<Step>,
    /// Replicates that are complete.
    pub replicates: u32,
    /// Whether it was stopped before the last.
    pub partial: bool,
}

impl Rotated {
    /// Index of a policy.
    ///
    /// # Panics
    /// Never: every policy runs.
    pub fn index(&self, policy: Policy) -> usize {
        self.policies.iter().position(|ran| ran.policy == policy).expect("every policy runs")
    }

    /// What a policy came to.
    pub fn of(&self, policy: Policy) -> &Ran {
        &self.policies[self.index(policy)]
    }
}

/// Answers a question; `None` when the engine is told to stop before two replicates are complete.
pub fn rotate(question: &Question, engine: &Engine) -> Option<Rotated> {
    let surrogate = pilot(question, engine)?;
    let planned = planned(question, &surrogate, engine)?;
    let steps = estimate::steps(question.posts(), question.scenario().days);
    let mut record = Record::new(POLICIES.len(), question.rotations.len());
    while record.replicates() < question.replicates && !engine.stopped() {
        let from = record.replicates();
        let to = question.replicates.min(from + LARGEST_CHUNK);
        let chunk = play(question, (&surrogate, &planned), &steps, from..to, engine);
        let complete = chunk.len() as u32 == to - from;
        for played in chunk {
            record.take(played);
        }
        if !complete {
            break;
        }
    }
    let replicates = record.replicates();
    if replicates < 2 {
        return None;
    }
    let best = record.best();
    let policies = record.finish(best, question.menu().len());
    Some(Rotated { surrogate, planned, policies, best, steps, replicates, partial: replicates < question.replicates })
}

/// Replicates that an answer simulates, the pilot's and the trial's included.
pub fn replicates_expected(question: &Question) -> u64 {
    u64::from(question.replicates + PILOT + TRIAL)
}

/// What the planner believes after random calendars have been replayed under the first set of parameters, all on the same people.
fn pilot(question: &Question, engine: &Engine) -> Option<Surrogate> {
    let n_posts = question.posts().len();
    let calendars = calendars(question.menu().len(), n_posts, &mut rng::method(question.seed, 0, DRAWING));
    let from = question.replicates;
    let outcomes = outcomes(question, &calendars, from..from + PILOT, engine)?;
    Some(surrogate(question.said(), &question.rotations[0], &calendars, &outcomes))
}

/// Of the calendar that is best for the beliefs, and the strongest contents in turn, the one that comes to most on trial; the first
/// of equals. A belief of second order may be wrong, and then what it prefers is worse than taking turns.
fn planned(question: &Question, surrogate: &Surrogate, engine: &Engine) -> Option<Planned> {
    let n_contents = question.menu().len();
    let fewer = std::iter::successors(Some(1), |n| Some(n + (n / 4).max(1))).take_while(|n| *n < n_contents);
    let in_turn = std::iter::once(n_contents).chain(fewer).map(|n| (Origin::Turns(n), turns(surrogate, n)));
    let candidates: Vec<(Origin, Vec<usize>)> =
        std::iter::once((Origin::Believed, surrogate.best.sequence.clone())).chain(in_turn).collect();
    let calendars: Vec<Vec<usize>> = candidates.iter().map(|(_, calendar)| calendar.clone()).collect();
    let from = question.replicates + PILOT;
    let outcomes = outcomes(question, &calendars, from..from + TRIAL, engine)?;
    let best = (0..outcomes.len()).reduce(|best, other| if outcomes[other] > outcomes[best] { other } else { best })?;
    let (origin, calendar) = candidates.into_iter().nth(best)?;
    Some(Planned { calendar, origin })
}

/// What each calendar comes to on average under the first set of parameters, all on the same people; `None` when stopped.
fn outcomes(question: &Question, calendars: &[Vec<usize>], over: Range<u32>, engine: &Engine) -> Option<Vec<f64>> {
    let choosers = |_| -> Vec<Box<Chooser<'_>>> {
        calendars.iter().map(|calendar| -> Box<Chooser<'_>> { Box::new(keeping_to(calendar)) }).collect()
    };
    let n = over.len();
    let runs = replay(&question.rotations[0], choosers, over, engine);
    let outcome = |calendar: usize| -> f64 {
        let of = |run: &Vec<Replayed>| {
            let tally = &run[calendar].tally;
            objective_after(tally, tally.days.len(), question.said()).unwrap_or(0.0)
        };
        runs.iter().map(of).sum::<f64>() / n as f64
    };
    (runs.len() == n).then(|| (0..calendars.len()).map(outcome).collect())
}

/// What every policy came to in these replicates, in order; fewer when the engine is told to stop.
fn play(
    question: &Question,
    (surrogate, planned): (&Surrogate, &Planned),
    steps: &[Step],
    replicates: Range<u32>,
    engine: &Engine,
) -> Vec<Vec<Played>> {
    let one = |number: u32| -> Option<Vec<Played>> {
        let rotation = &question.rotations[set_of(number, question.rotations.len())];
        let board =
            Board { rotation, said: question.said(), surrogate, planned: &planned.calendar, seed: question.seed };
        let choosers = |replicate| (0..POLICIES.len()).map(|policy| chooser(board, policy, replicate)).collect();
        let runs = replay(rotation, choosers, number..number + 1, engine).pop()?;
        let stakes = rotation.plan().stakes;
        Some(runs.iter().map(|run| Played::of(run, &stakes, question.said(), steps)).collect())
    };
    let done: Vec<Option<Vec<Played>>> = replicates.into_par_iter().map(one).collect();
    done.into_iter().map_while(|played| played).collect()
}

/// The objective after so many days.
fn objective_after(tally: &Tally, days: usize, said: &scenario::Rotation) -> Option<f64> {
    let sum = |outcome| tally.over(outcome, 1, days) as f64;
    match said.objective {
        Objective::Clicks => Some(sum(Outcome::Clicks)),
        Objective::Conversion => {
            (tally.horizon.members > 0).then(|| sum(Outcome::Buyers) / tally.horizon.members as f64)
        }
        Objective::BuyersLessLosses => {
            // Whom a ban froze the sender has lost as well as who left.
            let lost = tally.horizon.members - tally.days[days - 1].get(Outcome::Active);
            Some(sum(Outcome::Buyers) - said.lost_member_costs * lost as f64)
        }
    }
}
