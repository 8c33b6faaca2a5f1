//! What the planner believes of the contents: a base each, what a sending takes off, what rest gives back.
//!
//! Comes in: a rotation, what its file says of wear and recovery, and a pilot in which the contents took turns. Goes out: options that
//! satiate, and the calendar that is best for them (`stats::rebounding`). Where the file says nothing, wear and recovery are the
//! simulator's own, to first order: a read multiplies the clicks of that member's next read of the same content by
//! exp(-`attention_wear` x `wear_elasticity`), purchases by the square of it, and of those to whom a post is delivered the share that
//! reads it is the pilot's open rate. Reads are forgotten with half-life `repeat_memory_days` where that is switched on, else never.
//! Not in it: what members lost, tired or distrustful do; the replay in the simulator shows that.

use crate::plan::rotation::Rotation;
use crate::scenario::{self, Objective, Recovery, Scenario};
use crate::stats::rebounding::{Best, Rebounding, best, greedy, total};

/// Steps of work that a search may take: the beam is as wide as they admit.
const WORK: usize = 4_000_000_000;

/// Most and fewest states kept after a post.
const WIDEST: usize = 20_000;
const NARROWEST: usize = 50;

/// What is believed of one content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Belief {
    /// What a post brings while the content is new, in units of the objective.
    pub base: f64,
    /// Share of it that a sending takes off.
    pub wear: f64,
    /// Whether the file says so; else it follows from the simulator's parameters.
    pub wear_is_given: bool,
    /// Share of what was taken off that is left a post later, 0..1; 1: it never recovers.
    pub retention: f64,
    /// Whether the file says so.
    pub recovery_is_given: bool,
}

/// What the planner believes, and the calendar that follows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Surrogate {
    /// What is believed of each content, in the order of the menu.
    pub beliefs: Vec<Belief>,
    /// Reads among deliveries in the pilot, contents in turn.
    pub open_rate: f64,
    /// Hours between posts, on average.
    pub gap_hours: f64,
    /// The best calendar found, and what none exceeds.
    pub best: Best,
    /// What the contents in turn would come to.
    pub in_turn: f64,
    /// What taking the best at each post would come to.
    pub greedy: f64,
}

impl Surrogate {
    /// The content that brings most while new, the first of equals.
    pub fn strongest(&self) -> usize {
        let base = |content: usize| self.beliefs[content].base;
        (1..self.beliefs.len()).fold(0, |best, other| if base(other) > base(best) { other } else { best })
    }

    /// Mean of what a sending takes off.
    pub(super) fn mean_wear(&self) -> f64 {
        self.beliefs.iter().map(|belief| belief.wear).sum::<f64>() / self.beliefs.len() as f64
    }

    /// Days in which half of what was taken off comes back, on average over contents; `None` where none recovers.
    pub(super) fn half_life_days(&self) -> Option<f64> {
        let posts = |belief: &Belief| -std::f64::consts::LN_2 / libm::log(belief.retention.max(f64::MIN_POSITIVE));
        let recovering: Vec<f64> = self.beliefs.iter().filter(|belief| belief.retention < 1.0).map(posts).collect();
        let mean = recovering.iter().sum::<f64>() / recovering.len() as f64;
        (!recovering.is_empty()).then_some(mean * self.gap_hours / 24.0)
    }
}

/// What a pilot in which the contents took turns came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pilot {
    /// Reads among deliveries.
    pub(super) open_rate: f64,
    /// Clicks, or buyers where the objective counts those.
    pub(super) gained: f64,
}

/// What the planner believes after a pilot.
pub(super) fn surrogate(scenario: &Scenario, rotation: &Rotation, pilot: Pilot) -> Surrogate {
    let said = scenario.rotation.as_ref().expect("a rotation was compiled from it");
    let n_posts = rotation.plan().posts.len();
    let gap_hours = 24.0 * f64::from(said.every) / said.at.len() as f64;
    let parameters = &rotation.experiment.parameters;
    let reads_count = match said.objective {
        Objective::Clicks => 1.0,
        Objective::Conversion | Objective::BuyersLessLosses => 2.0,
    };
    let worn = -libm::expm1(-reads_count * parameters.attention_wear * parameters.wear_elasticity);
    let retention = |half_life_hours: f64| libm::exp2(-gap_hours / half_life_hours);
    let forgotten = if scenario.switches.repeat_memory { retention(24.0 * parameters.repeat_memory_days) } else { 1.0 };
    let belief = |(content, said): (&crate::plan::rotation::Content, &scenario::Content)| Belief {
        base: content.pull * content.relevance,
        wear: said.wear.unwrap_or(worn * pilot.open_rate),
        wear_is_given: said.wear.is_some(),
        retention: match said.recovery {
            Some(Recovery::PerPost(share)) => 1.0 - share,
            Some(Recovery::HalfLife(hours)) => retention(hours.0),
            None => forgotten,
        },
        recovery_is_given: said.recovery.is_some(),
    };
    let mut beliefs: Vec<Belief> = rotation.menu.iter().zip(&said.contents).map(belief).collect();
    let in_turn: Vec<usize> = (0..n_posts).map(|post| post % beliefs.len()).collect();
    let unscaled = total(&options(&beliefs), &in_turn);
    if unscaled > 0.0 {
        beliefs.iter_mut().for_each(|belief| belief.base *= pilot.gained / unscaled);
    }
    let options = options(&beliefs);
    let per_state = options.len() * options.len() * n_posts * n_posts / 2;
    let width = (WORK / per_state.max(1)).clamp(NARROWEST, WIDEST);
    Surrogate {
        open_rate: pilot.open_rate,
        gap_hours,
        best: best(&options, n_posts, width),
        in_turn: total(&options, &in_turn),
        greedy: total(&options, &greedy(&options, n_posts)),
        beliefs,
    }
}

fn options(beliefs: &[Belief]) -> Vec<Rebounding> {
    let option = |belief: &Belief| Rebounding {
        base: belief.base,
        wear: belief.base * belief.wear,
        retention: belief.retention,
    };
    beliefs.iter().map(option).collect()
}
