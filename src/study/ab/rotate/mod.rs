//! Rotation: which content goes out when. Every policy is replayed on the same people, and what it costs them is counted with what it brings.
//!
//! Comes in: a [`Question`]. Goes out: a [`Rotated`]. A pilot in which the contents take turns, on luck of its own, scales what the
//! planner believes (`surrogate`); the calendar that is best for that belief and the rules of `policy` then run their campaigns on the
//! replicates asked for. Not here: the search for the best calendar and the bandits (`stats`), and how results are shown.

mod estimate;
mod policy;
mod surrogate;

use std::ops::Range;

use rayon::prelude::*;

pub use estimate::{FIGURES, Figure, Level, Ran, Step};
pub use policy::{
    ALPHA, CYCLE, EPSILON, POLICIES, Policy, REPLACED_BELOW, TEMPERATURE_PER_PENALTY, USUAL_HALF_LIFE_DAYS,
};
pub use surrogate::{Belief, Surrogate};

use crate::analysis::set_of;
use crate::diagnostic::Faults;
use crate::engine::{Chooser, Engine, Replayed, replay};
use crate::parameter::Parameters;
use crate::plan::rotation::{self, Content, Rotation};
use crate::scenario::{self, Draft, Objective, Scenario};
use crate::study::LARGEST_CHUNK;
use crate::tally::{Outcome, PostRecord, Tally};
use estimate::{Played, Record};
use policy::{Board, chooser};
use surrogate::{Pilot, surrogate};

/// Replicates of the pilot, which follow those of the policies.
pub const PILOT: u32 = 16;

/// Contents, what is wanted of them, and on how much luck policies are compared.
#[derive(Debug, Clone)]
#[non_exhaustive]
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

/// What every policy came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rotated {
    /// What the planner believes.
    pub surrogate: Surrogate,
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
    let pilot = pilot(question, engine)?;
    let surrogate = surrogate(question.scenario(), &question.rotations[0], pilot);
    let steps = estimate::steps(question.posts(), question.scenario().days);
    let mut record = Record::new(POLICIES.len(), question.rotations.len());
    while record.replicates() < question.replicates && !engine.stopped() {
        let from = record.replicates();
        let to = question.replicates.min(from + LARGEST_CHUNK);
        let chunk = play(question, &surrogate, &steps, from..to, engine);
        let complete = chunk.len() as u32 == to - from;
        chunk.into_iter().for_each(|played| record.take(played));
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
    Some(Rotated { surrogate, policies, best, steps, replicates, partial: replicates < question.replicates })
}

/// Replicates that an answer simulates, the pilot's included.
pub fn replicates_expected(question: &Question) -> u64 {
    u64::from(question.replicates + PILOT)
}

/// The contents in turn under the first set of parameters.
fn pilot(question: &Question, engine: &Engine) -> Option<Pilot> {
    let n = question.menu().len();
    let in_turn =
        |_| -> Vec<Box<Chooser<'_>>> { vec![Box::new(move |before: &[PostRecord], _: &PostRecord| before.len() % n)] };
    let replicates = question.replicates..question.replicates + PILOT;
    let runs: Vec<Replayed> =
        replay(&question.rotations[0], in_turn, replicates, engine).into_iter().flatten().collect();
    if runs.len() < PILOT as usize {
        return None;
    }
    let sum = |outcome| runs.iter().map(|run| run.tally.total(outcome)).sum::<u64>() as f64;
    let gained = match question.said().objective {
        Objective::Clicks => Outcome::Clicks,
        Objective::Conversion | Objective::BuyersLessLosses => Outcome::Purchases,
    };
    let open_rate = sum(Outcome::Reads) / sum(Outcome::Delivered).max(1.0);
    Some(Pilot { open_rate, gained: sum(gained) / f64::from(PILOT) })
}

/// What every policy came to in these replicates, in order; fewer when the engine is told to stop.
fn play(
    question: &Question,
    surrogate: &Surrogate,
    steps: &[Step],
    replicates: Range<u32>,
    engine: &Engine,
) -> Vec<Vec<Played>> {
    let one = |number: u32| -> Option<Vec<Played>> {
        let rotation = &question.rotations[set_of(number, question.rotations.len())];
        let board = Board { rotation, said: question.said(), surrogate, seed: question.seed };
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
            (tally.horizon.members > 0).then(|| sum(Outcome::Purchases) / tally.horizon.members as f64)
        }
        Objective::BuyersLessLosses => {
            let last = &tally.days[days - 1];
            let lost =
                [Outcome::Left, Outcome::Blocked, Outcome::Muted].map(|stock| last.get(stock)).iter().sum::<u64>();
            Some(sum(Outcome::Purchases) - said.lost_member_costs * lost as f64)
        }
    }
}
