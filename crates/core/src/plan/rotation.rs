//! Contents made ready: a calendar whose posts are still open, and the menu they choose from.
//!
//! Comes in: a scenario's draft with contents. Goes out: a [`Rotation`], or every fault at once. Who chooses is not here: see
//! `study`.

use crate::behaviour::Debut;
use crate::diagnostic::{Diagnostic, Faults};
use crate::parameter::Parameters;
use crate::platform::TopicRelevance;
use crate::scenario::{self, Calendar, Days, Draft, Kinds, Select};
use crate::tally::PostRecord;
use crate::units::{Flags, Kind, Privacy};

use super::{Experiment, Plan, Post, compile_under, relevance_for};

/// Name of the one plan of a rotation.
pub const NAME: &str = "rotation";

/// Fewest posts among which contents can take turns.
const FEWEST_POSTS: usize = 2;

/// A calendar and what its posts choose from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rotation {
    /// One plan, whose posts take the contents in turn.
    pub experiment: Experiment,
    /// What each post can be, in the order of the file.
    pub menu: Vec<Content>,
}

impl Rotation {
    /// The plan, as it is with the contents in turn.
    pub fn plan(&self) -> &Plan {
        &self.experiment.plans[0]
    }
}

/// What a post can be.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Content {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Relevance of its topic for the audience, 0..1.
    pub relevance: f64,
    /// Share that carries an offer link times appeal: the factor on clicks, >= 0.
    pub pull: f64,
    index: usize,
    value: f32,
}

impl Content {
    /// This content as the post of that place in the calendar.
    pub fn post(&self, at: &PostRecord) -> Post {
        Post {
            record: PostRecord { content: self.index, topic: self.index, ..*at },
            value: self.value,
            offer: self.pull as f32,
            flags: Flags::default(),
            repeated: Some(self.index),
            debut: Debut { day: Debut::CHOSEN, slot: self.index as u32 },
        }
    }
}

/// Compiles the contents of a draft under a seed and these parameters; tables that `known` experiments hold are taken over.
///
/// # Errors
/// Every fault of the draft; that it has no contents; that its calendar leaves nothing to choose.
///
/// # Panics
/// Never: a file without fault has an audience.
pub fn compile(draft: &Draft, seed: u64, base: &Parameters, known: &[&Experiment]) -> Result<Rotation, Faults> {
    let Some(rotation) = &draft.scenario.rotation else {
        let fault = Diagnostic {
            message: "there is no content to choose from".to_owned(),
            at: None,
            help: Some("add two or more, each [content.NAME], with or without a key below it".to_owned()),
        };
        let faults = draft.faults.iter().cloned().chain([fault]).collect();
        return Err(Faults::new(draft.sources.clone(), faults).expect("there is one"));
    };
    // No variation of the scenario: no key says that posts take contents in turn.
    let mut alone = draft.clone();
    alone.scenario.plans = vec![in_turn(rotation)];
    alone.scenario.trials.clear();
    NAME.clone_into(&mut alone.scenario.baseline);
    let mut experiment = compile_under(&alone, seed, base, known)?;
    let n_posts = experiment.plans[0].posts.len();
    if n_posts < FEWEST_POSTS {
        let fault = Diagnostic {
            message: format!("the rotation has {n_posts} post in {} days", draft.scenario.days),
            at: Some(rotation.place.clone()),
            help: Some("post more often with `every` or `per_day`, or raise `days` at the top of the file".to_owned()),
        };
        return Err(Faults::new(draft.sources.clone(), vec![fault]).expect("there is one"));
    }
    let audience = draft.scenario.audiences.iter().find(|audience| audience.name == rotation.audience);
    let audience = audience.expect("the reader has checked the audience");
    let menu: Vec<Content> = rotation
        .contents
        .iter()
        .enumerate()
        .map(|(index, content)| {
            let relevance = relevance_for(&draft.scenario, content.topic.as_deref(), audience);
            let offer = content.offer.unwrap_or(content.kind.default_offer());
            Content {
                name: content.name.clone(),
                kind: content.kind,
                relevance,
                pull: offer * content.appeal,
                index,
                value: experiment.law.value[content.kind as usize],
            }
        })
        .collect();
    let plan = &mut experiment.plans[0];
    // A topic of its own for each content, repeated or not: what goes out when is not known yet.
    let topic =
        |content: &Content| TopicRelevance { mean: content.relevance, by_audience: vec![content.relevance as f32] };
    plan.topics = menu.iter().map(topic).collect();
    plan.repeated_contents = menu.len();
    for post in &mut plan.posts {
        *post = menu[post.record.content].post(&post.record);
    }
    Ok(Rotation { experiment, menu })
}

/// The plan that takes the contents in turn; kinds, topics and offers follow from the menu.
fn in_turn(rotation: &scenario::Rotation) -> scenario::Plan {
    scenario::Plan {
        name: NAME.to_owned(),
        at: rotation.place.clone(),
        like: None,
        to: vec![rotation.audience.clone()],
        select: Select { keep: 1.0, signal: 0.0 },
        calendar: Calendar::Rule {
            days: Days::Every(rotation.every),
            at: rotation.at.clone(),
            kinds: Kinds::Turn(vec![Kind::Hard]),
            contents: Some(rotation.contents.len() as u32),
            offer: None,
            flags: Flags::default(),
        },
        topic: None,
        reply: rotation.reply,
        answered: 1.0,
        privacy: Privacy::Kept,
        reach: 1.0,
        cost: None,
    }
}
