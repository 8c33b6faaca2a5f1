//! Every random number by its coordinate: (seed and people, replicate, member, day or message slot, purpose).
//!
//! Never the plan, never a position in a sequence: two plans share every accident they can share, and no result depends on
//! threads, machines or the order of anything. The layout below is part of the results' contract; its version is
//! [`LAYOUT`] and stands in every manifest. Philox4x32-10 counter words:
//!
//! | word | holds |
//! |---|---|
//! | 0 | purpose in the high 8 bits, index (word group, slot, group) in the low 24 |
//! | 1 | member, counted within its people (0 for an account) |
//! | 2 | day, from 0 |
//! | 3 | replicate |
//!
//! key: the seed, its high half mixed with a hash of the people's name (an audience, or the audience it is a twin of).
//!
//! A member's day (purpose `Day`) is one run of words: 0 presence and, nested in it, the visit hour; 1 quit (high half) and
//! question (low half); then for the k-th post of that day 2+2k read > click > purchase, nested, and 3+2k interaction.
//! A post's words are those of the day it is sent on, whenever it is read. Halves of a word are refined by a word of
//! their own purpose, so every event has 32 exact bits.

mod philox;

use std::convert::Infallible;

use rand::rand_core::TryRng;

pub use philox::{Key, philox};

/// Name and version of the generator and its layout.
pub const LAYOUT: &str = "philox4x32-10/1";

/// What a draw is for. Never renumber, never reuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// A member's fit, frailty, patience and presence: one word each.
    Traits = 1,
    /// Noise of the signal by which a plan selects.
    Signal = 2,
    /// A group's own fit (index: group).
    GroupFit = 3,
    /// The account's own fit.
    AccountFit = 4,
    /// A member's day (index: group of four words).
    Day = 5,
    /// Whether a post is addressed to a member (index: four slots).
    Reach = 6,
    /// Whether a member leaves after a privacy incident.
    Leak = 7,
    /// Quitting: refinement, cause, mute, block and report.
    Quit = 8,
    /// A question: refinement, answered at all, reply delay, patience.
    Question = 9,
    /// Whether an answered question ends in a purchase (day: when it was asked).
    Inquiry = 10,
    /// The 30 days after the horizon: repurchase, complaint, recommendation.
    Horizon = 11,
    /// The order in which units are dealt to the arms of a test (member: the group, or the member of a direct list).
    Deal = 12,
    /// A need of a member: the wait for it, its length, and for the first whether it is open at the start (day: number of the need).
    Need = 13,
    /// Whether a content suits a need (day: that of the content's first slot; index: number of the need, 14 bits, and position among
    /// that day's posts, 10 bits).
    Suit = 14,
    /// Privacy incidents of a day (index: part of their mean, of 500 at the most).
    Leaks = 20,
    /// Privacy complaints of a day (index: as for incidents).
    Complaints = 21,
    /// Ban for too many posts.
    CapBan = 22,
    /// Limitation for reports (day and index: the slot of the post reported; where reports are pooled the day, index 0).
    Limit = 23,
    /// Whether a post goes out under a limitation (day and index: the post's slot).
    Kept = 24,
    /// Delay of an account of similar content.
    SimilarityDelay = 25,
    /// Delay of an account that does not reply.
    NoReplyDelay = 26,
    /// Length of a review.
    ReviewDays = 27,
    /// Expulsion from a group (index: group).
    Expulsion = 28,
    /// Proposals of a calibration, sensitivity analysis or bootstrap (replicate: its step; index: which of them).
    Method = 40,
}

/// The key of people under a seed: members of audiences with the same `people` share their luck.
pub fn key(seed: u64, people: &str) -> Key {
    // FNV-1a, 32 bits (Fowler, Noll & Vo): any fixed hash serves, this one is short.
    let hash = people.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    [seed as u32, (seed >> 32) as u32 ^ hash]
}

/// The key of accounts under a seed: one sender's luck, whomever it addresses.
pub fn account_key(seed: u64) -> Key {
    key(seed, "")
}

/// Coordinates of four words, but for the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Replicate.
    pub replicate: u32,
    /// Member within its people; 0 for an account.
    pub member: u32,
    /// Day from 0; 0 for what has no day.
    pub day: u32,
    /// What the words are for.
    pub purpose: Purpose,
    /// Word group, slot or group; below 2^24.
    pub index: u32,
}

impl At {
    /// The four words at these coordinates.
    #[inline(always)]
    pub fn words(self, key: Key) -> [u32; 4] {
        philox([(self.purpose as u32) << 24 | self.index, self.member, self.day, self.replicate], key)
    }

    /// Fills a column with each of the four words of many members, at coordinates that differ in the member only.
    #[inline(always)]
    pub fn fill<const N: usize>(self, key: Key, members: &[u32; N], columns: &mut [[u32; N]; 4]) {
        let [c0, c1, c2, c3] = columns;
        for i in 0..N {
            [c0[i], c1[i], c2[i], c3[i]] = At { member: members[i], ..self }.words(key);
        }
    }
}

/// A generator for step number `step` of a method that proposes, resamples or permutes; `index` tells its streams within a step
/// apart. Words are counted by the member's word of the counter: 2^34 of them.
///
/// Who uses which; two methods that may share a pair never run under one answer:
///
/// | module of `study`, or as named | step | index | for |
/// |---|---|---|---|
/// | `calibrate::best` | generation, from 0 | 0 | points proposed |
/// | `calibrate::posterior` | 0 | 0 | trajectories of the screening |
/// | `calibrate::posterior` | 0 | 1 | errors under which the sample is weighed |
/// | `calibrate::posterior` | 1 + generation | 0 | points proposed |
/// | `calibrate::posterior` | 1 + generation | 1 + number of the point | what is not freed, and the point's errors |
/// | `calibrate::plausible` | 0 | 0 | first points |
/// | `calibrate::plausible` | 0 | 1 | points at which targets are found to conflict |
/// | `calibrate::plausible` | 1 + waves so far | runs so far, low 24 bits | points proposed |
/// | `select` | number of the replicate | 301 | the set of parameters it runs under |
/// | `sensitivity` | 0 | 101 | trajectories of the screening |
/// | `sensitivity` | 0 | 102 | resamples of the effects |
/// | `sensitivity` | 0 | 103 | scrambling of the design |
/// | `sensitivity` | 0 | 104 | resamples of the indices |
/// | `ab::rotate` | 0 | 300 | calendars of the pilot |
/// | `ab::rotate` | replicate | 301 + number of the policy | its choices |
/// | `ab::worth` | number of the round of sets, as many as arms | 231 | how much each arm's contents appeal |
/// | `analysis::trial` | 0 | 20,000 + number of the metric x arms + arm | assignments of a permutation test that are drawn |
pub fn method(seed: u64, step: u32, index: u32) -> Stream {
    let at = At { replicate: step, member: 0, day: 0, purpose: Purpose::Method, index };
    Stream { at, key: key(seed, ""), drawn: 0, words: [0; 4] }
}

/// A uniform on [0, 1) with 24 bits, exact in `f32`.
#[inline(always)]
pub fn uniform(word: u32) -> f32 {
    (word >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// A uniform on (0, 1) with 32 bits.
#[inline(always)]
pub fn uniform_f64(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// The keyed generator as a sequence of words.
#[derive(Debug, Clone)]
pub struct Stream {
    at: At,
    key: Key,
    drawn: u64,
    words: [u32; 4],
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let word = (self.drawn % 4) as usize;
        if word == 0 {
            let block = (self.drawn / 4) as u32;
            self.words = At { member: block, ..self.at }.words(self.key);
        }
        self.drawn += 1;
        Ok(self.words[word])
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let (low, high) = (self.try_next_u32()?, self.try_next_u32()?);
        Ok(u64::from(high) << 32 | u64::from(low))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.try_next_u32()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOMEWHERE: At = At { replicate: 3, member: 7, day: 2, purpose: Purpose::Day, index: 1 };

    #[test]
    fn a_draw_depends_on_each_coordinate() {
        let base = SOMEWHERE.words([1, 2]);
        let others = [
            At { replicate: 4, ..SOMEWHERE }.words([1, 2]),
            At { member: 8, ..SOMEWHERE }.words([1, 2]),
            At { day: 3, ..SOMEWHERE }.words([1, 2]),
            At { purpose: Purpose::Reach, ..SOMEWHERE }.words([1, 2]),
            At { index: 2, ..SOMEWHERE }.words([1, 2]),
            SOMEWHERE.words([1, 3]),
        ];
        assert!(others.iter().all(|words| *words != base));
    }

    #[test]
    fn a_methods_stream_does_not_repeat_and_differs_by_step_and_index() {
        let draw = |seed, step, index, n| {
            let mut stream = method(seed, step, index);
            (0..n).map(|_| stream.try_next_u64().unwrap()).collect::<Vec<u64>>()
        };
        let mut long = draw(1, 0, 0, 5000);
        for other in [draw(2, 0, 0, 1), draw(1, 1, 0, 1), draw(1, 0, 1, 1)] {
            assert!(!long.contains(&other[0]));
        }
        long.sort_unstable();
        long.dedup();
        assert_eq!(long.len(), 5000);
    }
}
