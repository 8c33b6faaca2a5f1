//! One replicate of a rotation: each chooser runs a campaign of its own on the same people, and decides post by post what goes out.
//!
//! Comes in: a rotation, choosers, a replicate's number. Goes out: tallies, and the posts as they were sent. How a chooser decides is
//! not here: see `study`.

use super::Engine;
use super::replicate::{draw, world};
use crate::plan::rotation::Rotation;
use crate::tally::{PostRecord, Tally};

/// Decides what a post is: given the posts before it with what became of them by the last midnight, and its place in the calendar,
/// the index of a content of the menu.
pub type Chooser<'c> = dyn FnMut(&[PostRecord], &PostRecord) -> usize + 'c;

/// What a chooser's campaign came to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Replayed {
    /// What happened, counted.
    pub tally: Tally,
    /// The posts and what became of them.
    pub posts: Vec<PostRecord>,
}

/// Replays one replicate; `None` when the engine is told to stop on the way.
pub(super) fn replay(
    rotation: &Rotation,
    choosers: Vec<Box<Chooser<'_>>>,
    number: u32,
    engine: &Engine,
) -> Option<Vec<Replayed>> {
    let (experiment, plan) = (&rotation.experiment, rotation.plan());
    let people = draw(experiment, |audience| plan.audiences.contains(&audience), number, engine);
    let one = |mut chooser: Box<Chooser<'_>>| {
        let mut fill = |before: &[PostRecord], post: &PostRecord| rotation.menu[chooser(before, post)].post(post);
        let mut world = world(experiment, plan, &people, number).run_filling(engine, Some(&mut fill))?;
        let unit = world.arms.pop().and_then(|mut arm| arm.units.pop()).expect("a world of one arm and one unit");
        Some(Replayed { tally: unit.tally, posts: world.posts })
    };
    choosers.into_iter().map(one).collect()
}
