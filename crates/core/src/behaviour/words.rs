//! A block's random words of one day. Layout: see `rng`.

use super::{Post, Today, count, lanes};
use crate::population::{Block, LANES, Lane, Mask};
use crate::rng::{At, Purpose};

/// Up to this many members' words are drawn for them alone: one vector of the widest instruction set.
const FEW: usize = 16;

/// The words in use, and room for them that blocks take over from each other.
pub(super) struct Words {
    /// The day's first four of everyone: presence and hour, quitting and asking, and the two of the day's first post.
    pub(super) day: [Lane<u32>; 4],
    other: [Lane<u32>; 4],
    /// Day and group of four of `other`, where it holds everyone's.
    held: Option<(u32, u32)>,
    reach: [Lane<u32>; 4],
    /// Day and group of four slots of `reach`.
    reach_held: Option<(u32, u32)>,
}

impl Words {
    /// Room for words; none is drawn yet.
    pub(super) fn new() -> Words {
        let four = [[0; LANES]; 4];
        Words { day: four, other: four, held: None, reach: four, reach_held: None }
    }

    /// Draws the day's first four for a block.
    #[inline(always)]
    pub(super) fn begin(&mut self, block: &Block, today: &Today<'_>) {
        today.at(Purpose::Day, 0).fill(block.key, &block.id, &mut self.day);
        (self.held, self.reach_held) = (None, None);
    }

    /// Everyone's word for whether a post is addressed to them: four posts of a day share four words, drawn once.
    #[inline(always)]
    pub(super) fn of_reach(&mut self, post: &Post<'_>, block: &Block, today: &Today<'_>) -> &Lane<u32> {
        let (day, index) = (post.day, post.slot / 4);
        if self.reach_held != Some((day, index)) {
            self.reach_held = Some((day, index));
            let at = At { replicate: today.replicate, member: 0, day, purpose: Purpose::Reach, index };
            at.fill(block.key, &block.id, &mut self.reach);
        }
        &self.reach[post.slot as usize % 4]
    }

    /// The two words of a post for those who have it in sight: those of the day it was sent. A day's first post shares the day's own
    /// four, later ones share words two by two, so those of the post before are kept.
    #[inline(always)]
    pub(super) fn of(&mut self, post: &Post<'_>, block: &Block, today: &Today<'_>, in_sight: &Mask) -> [&Lane<u32>; 2] {
        let (day, index, first) = (post.day, (2 + 2 * post.slot) / 4, (2 + 2 * post.slot as usize) % 4);
        if (day, index) == (today.day, 0) {
            return [&self.day[first], &self.day[first + 1]];
        }
        let at = At { replicate: today.replicate, member: 0, day, purpose: Purpose::Day, index };
        if self.held != Some((day, index)) {
            if count(in_sight) as usize <= FEW {
                self.held = None;
                self.fill_few(at, block, in_sight);
            } else {
                self.held = Some((day, index));
                at.fill(block.key, &block.id, &mut self.other);
            }
        }
        [&self.other[first], &self.other[first + 1]]
    }

    /// Draws four for a few, mostly those who missed one of yesterday's posts.
    #[inline(always)]
    fn fill_few(&mut self, at: At, block: &Block, members: &Mask) {
        let mut ids = [0; FEW];
        for (id, lane) in ids.iter_mut().zip(lanes(members)) {
            *id = block.id[lane];
        }
        let mut four = [[0; FEW]; 4];
        at.fill(block.key, &ids, &mut four);
        for (i, lane) in lanes(members).enumerate().take(FEW) {
            for (column, words) in self.other.iter_mut().zip(&four) {
                column[lane] = words[i];
            }
        }
    }
}
