//! A block's random words of one day, drawn for everyone at once. Layout: see `rng`.

use super::{Post, Today};
use crate::population::{Block, LANES, Lane};
use crate::rng::{At, Purpose};

/// Four words for every member.
pub(super) type Four = [Lane<u32>; 4];

/// The words in use, and room for them that blocks take over from each other.
pub(super) struct Words {
    /// The day's first four: presence and hour, quitting and asking, and those of the day's first post.
    pub(super) day: Four,
    other: Four,
    /// Day and group of four of `other`.
    held: Option<(u32, u32)>,
}

impl Words {
    /// Room for words; none is drawn yet.
    pub(super) fn new() -> Words {
        Words { day: [[0; LANES]; 4], other: [[0; LANES]; 4], held: None }
    }

    /// Draws the day's first four for a block.
    #[inline(always)]
    pub(super) fn begin(&mut self, block: &Block, today: &Today<'_>) {
        today.at(Purpose::Day, 0).fill(block.key, &block.id, &mut self.day);
        self.held = None;
    }

    /// The two words of a post: those of the day it was sent. A day's first post shares the day's own four, later ones share words
    /// two by two, so those of the post before are kept.
    #[inline(always)]
    pub(super) fn of(&mut self, post: &Post<'_>, block: &Block, today: &Today<'_>) -> [&Lane<u32>; 2] {
        let at = at(post, today);
        let four = if (at.day, at.index) == (today.day, 0) {
            &self.day
        } else {
            if self.held != Some((at.day, at.index)) {
                self.held = Some((at.day, at.index));
                at.fill(block.key, &block.id, &mut self.other);
            }
            &self.other
        };
        let first = first(post);
        [&four[first], &four[first + 1]]
    }

    /// The two words of a post for a few members.
    #[inline(always)]
    pub(super) fn of_few<const N: usize>(
        post: &Post<'_>,
        block: &Block,
        today: &Today<'_>,
        members: &[u32; N],
    ) -> [[u32; N]; 2] {
        let mut four = [[0; N]; 4];
        at(post, today).fill(block.key, members, &mut four);
        let first = first(post);
        [four[first], four[first + 1]]
    }
}

fn at(post: &Post<'_>, today: &Today<'_>) -> At {
    let index = (2 + 2 * post.slot) / 4;
    At { replicate: today.replicate, member: 0, day: post.day, purpose: Purpose::Day, index }
}

/// The first of a post's words among four.
fn first(post: &Post<'_>) -> usize {
    (2 + 2 * post.slot as usize) % 4
}
