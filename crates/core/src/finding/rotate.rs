//! Which content goes out when: what planning and learning bring against taking turns, at whose cost, and what is advised.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use wearout_stats::interval::Interval;

use super::provenance::{Provenance, Sets};
use super::{Finding, ParameterSource, SCHEMA, Study, Unfinished, within};
use crate::scenario::{Input, Objective, Rotation, Scenario};
use crate::study::ab::rotate::{CYCLE, Level, Policy, Question, Ran, Rotated, replicates_expected, rotate};
use crate::study::{Observer, Stage};
use crate::tally::Unit;
use crate::units::Kind;

/// A rotation that is to be planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RotateJob {
    /// The contents.
    pub contents: Input,
    /// Sets of parameters; the planner believes the first.
    pub parameters: ParameterSource,
    /// Seed of all luck.
    pub seed: u64,
    /// How much is run.
    pub options: RotateOptions,
}

/// How much is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RotateOptions {
    /// Replicates of every policy, those of all sets together; two at least.
    pub replicates: u32,
    /// Sets of an ensemble at the most, its first ones.
    pub sets: u32,
}

/// What every policy comes to, and what is advised.
#[derive(Debug, Clone, Serialize)]
pub struct Rotate {
    /// How much was asked for.
    pub asked: RotateOptions,
    /// The file with its defaults.
    pub scenario: Scenario,
    /// The contents, in the order of the file.
    pub menu: Vec<Item>,
    /// When posts go out.
    pub posts: Vec<When>,
    /// What the planner believes and what the policies came to. Intervals of means hold 95 %: over several sets of parameters with
    /// what the sets differ by, under one of a finite number of replicates alone.
    pub found: Rotated,
    /// What planning is worth against taking turns.
    pub planned: Gain,
    /// The same of the policy that learns and came to most.
    pub learner: Gain,
    /// What is advised.
    pub advice: Advice,
    /// What must be known to read it.
    pub notes: Vec<RotateNote>,
}

/// What a post can be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Offer x appeal x relevance: the factor on clicks.
    pub pull: f64,
}

/// When a post goes out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct When {
    /// Day, from 1.
    pub day: u32,
    /// Hour of the day.
    pub hour: f64,
}

/// What a policy brings against taking turns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gain {
    /// Which.
    pub policy: Policy,
    /// Its difference; `None` where there is no figure.
    pub difference: Option<Level>,
    /// What the difference says.
    pub call: GainCall,
}

/// What a difference from taking turns says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GainCall {
    /// There is no figure.
    None,
    /// Its interval holds 0.
    NotApart,
    /// It is told from 0, and taking turns brings nothing of which it could be a share.
    Apart,
    /// It is told from 0, and is this share of what taking turns bring.
    Share(f64),
}

/// What is advised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Advice {
    /// What the objective alone says.
    pub of_objective: Advised,
    /// Of the policies not told apart from the best, the one that keeps most members where it clearly keeps more.
    pub gentler: Option<Gentler>,
    /// The policy to follow; `None` where none is advised.
    pub follow: Option<Policy>,
}

/// What an objective alone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advised {
    /// Every policy loses more than it wins: fewer posts.
    SendFewer,
    /// No policy brings clearly more than taking turns.
    Open,
    /// The policy with the largest objective.
    Best(Policy),
}

/// A policy that keeps more members than the best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gentler {
    /// Which.
    pub policy: Policy,
    /// The share of members kept less that under the best.
    pub kept_more: Level,
}

/// What must be known to read a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RotateNote {
    /// Nobody forgets a read, so that a content never recovers; perhaps though the file says that contents do.
    NothingRecovers {
        /// Whether the file says so.
        file_says_otherwise: bool,
    },
    /// Recovery is the file's word for the planner; the simulator keeps to its own.
    RecoveryOfTheFile,
    /// Wear is the file's word for the planner; the simulator keeps to its own.
    WearOfTheFile,
    /// No content is of the kinds that the article takes in turn.
    NoKindOfTheArticle,
    /// Another policy clearly beats the planned calendar.
    PlannedIsBeaten {
        /// Which.
        by: Policy,
    },
    /// The policy advised is banned more often than taking turns.
    BannedMore {
        /// Which.
        policy: Policy,
        /// By which share of campaigns.
        more: Level,
    },
}

impl RotateOptions {
    /// Replicates that can be asked for.
    pub const REPLICATES: RangeInclusive<u32> = 2..=20_000;

    /// Sets that can be asked for.
    pub const SETS: RangeInclusive<u32> = 1..=10_000;
}

impl RotateJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        let RotateOptions { replicates, sets } = self.options;
        within(&[("--replicates", replicates, RotateOptions::REPLICATES), ("--sets", sets, RotateOptions::SETS)])?;
        let mut ensemble = self.parameters.ensemble()?;
        ensemble.sets.truncate(self.options.sets as usize);
        observer.begins(Stage::Compiling { sets: ensemble.sets.len() });
        let question = Question::read(&self.contents.draft(), self.seed, &ensemble.sets, self.options.replicates)?;
        observer.begins(Stage::Simulating { replicates: Some(replicates_expected(&question)) });
        let found = rotate(&question, observer.engine()).ok_or(Unfinished::Stopped)?;

        let replicates = u64::from(found.replicates);
        let made = Provenance::of("ab rotate", &self.contents.name, self.seed, &self.contents.set);
        let parameters = Some(Sets::of(&ensemble.name, &ensemble.fit, &ensemble.sets, replicates));
        let provenance = Provenance { replicates, partial: found.partial, parameters, ..made };
        Ok(Finding { schema: SCHEMA, provenance, study: Study::Rotate(Box::new(self.decided(&question, found))) })
    }

    fn decided(&self, question: &Question, found: Rotated) -> Rotate {
        let items = question.menu().iter();
        let advice = advice(&found);
        Rotate {
            asked: self.options.clone(),
            scenario: question.scenario().clone(),
            menu: items
                .map(|item| Item { name: item.name.clone(), kind: item.kind, pull: item.pull * item.relevance })
                .collect(),
            posts: question
                .posts()
                .iter()
                .map(|post| When { day: post.record.day + 1, hour: post.record.hour })
                .collect(),
            planned: gain(&found, found.of(Policy::Planned)),
            learner: gain(&found, learner(&found)),
            notes: notes(question, &found, &advice),
            advice,
            found,
        }
    }
}

impl Rotate {
    /// The rotation as the file says it.
    ///
    /// # Panics
    /// Never: without one nothing is found.
    pub fn said(&self) -> &Rotation {
        self.scenario.rotation.as_ref().expect("a rotation was run")
    }

    /// What the objective counts.
    pub fn unit(&self) -> Unit {
        match self.said().objective {
            Objective::Clicks | Objective::BuyersLessLosses => Unit::Count,
            Objective::Conversion => Unit::Share,
        }
    }

    /// The policy with the largest objective.
    pub fn best(&self) -> &Ran {
        &self.found.policies[self.found.best]
    }
}

fn is_above_0(of: Option<Level>) -> bool {
    of.and_then(|level| level.interval).is_some_and(|interval| interval.low > 0.0)
}

fn holds_0(interval: Interval) -> bool {
    interval.contains(0.0)
}

/// The policy that learns and has most of the objective.
fn learner(found: &Rotated) -> &Ran {
    let mean = |ran: &Ran| ran.objective.map_or(f64::NEG_INFINITY, |level| level.mean);
    let learners = [Policy::EpsilonGreedy, Policy::Ucb1, Policy::Thompson, Policy::Recovering].map(|of| found.of(of));
    let [first, others @ ..] = learners;
    others.into_iter().fold(first, |best, other| if mean(other) >= mean(best) { other } else { best })
}

fn gain(found: &Rotated, ran: &Ran) -> Gain {
    let turns = found.of(Policy::RoundRobin).objective.map(|level| level.mean);
    let call = match (ran.gain, turns) {
        (Some(gain), Some(_)) if gain.interval.is_none_or(holds_0) => GainCall::NotApart,
        (Some(gain), Some(turns)) if turns > 0.0 => GainCall::Share(gain.mean / turns),
        (Some(_), Some(_)) => GainCall::Apart,
        _ => GainCall::None,
    };
    Gain { policy: ran.policy, difference: ran.gain, call }
}

fn advice(found: &Rotated) -> Advice {
    let best = &found.policies[found.best];
    let loses = |level: Level| level.interval.is_some_and(|interval| interval.high < 0.0);
    let of_objective = match is_above_0(best.gain) {
        _ if found.policies.iter().all(|ran| ran.objective.is_some_and(loses)) => Advised::SendFewer,
        false => Advised::Open,
        true => Advised::Best(best.policy),
    };
    let gentler = gentler(found);
    let follow = match of_objective {
        Advised::Best(best) => Some(gentler.map_or(best, |gentler| gentler.policy)),
        Advised::SendFewer | Advised::Open => None,
    };
    Advice { of_objective, gentler, follow }
}

fn gentler(found: &Rotated) -> Option<Gentler> {
    let is_tied =
        |ran: &&Ran| ran.regret.last().copied().flatten().and_then(|regret| regret.interval).is_some_and(holds_0);
    let keeps = |ran: &Ran| {
        let kept_more = ran.kept_more.filter(|more| is_above_0(Some(*more)))?;
        Some(Gentler { policy: ran.policy, kept_more })
    };
    let tied = found.policies.iter().filter(is_tied);
    tied.filter_map(keeps).max_by(|a, b| a.kept_more.mean.total_cmp(&b.kept_more.mean))
}

fn notes(question: &Question, found: &Rotated, advice: &Advice) -> Vec<RotateNote> {
    let (scenario, said) = (question.scenario(), question.said());
    let recovers = said.contents.iter().any(|content| content.recovery.is_some());
    let mut notes = Vec::new();
    match (scenario.switches.repeat_memory, recovers) {
        (false, file_says_otherwise) => notes.push(RotateNote::NothingRecovers { file_says_otherwise }),
        (true, true) => notes.push(RotateNote::RecoveryOfTheFile),
        (true, false) => {}
    }
    if said.contents.iter().any(|content| content.wear.is_some()) {
        notes.push(RotateNote::WearOfTheFile);
    }
    if !question.menu().iter().any(|content| CYCLE.contains(&content.kind)) {
        notes.push(RotateNote::NoKindOfTheArticle);
    }
    let best = &found.policies[found.best];
    if best.policy != Policy::Planned && is_above_0(found.of(Policy::Planned).regret.last().copied().flatten()) {
        notes.push(RotateNote::PlannedIsBeaten { by: best.policy });
    }
    if let Some(policy) = advice.follow
        && let Some(more) = found.of(policy).banned_more.filter(|more| is_above_0(Some(*more)))
    {
        notes.push(RotateNote::BannedMore { policy, more });
    }
    notes
}
