//! One day in a member's life, for 128 members at a time. **The order of the steps is the model**; it is the body of `live_block`:
//!
//! 1. leak: a privacy incident of the night makes some leave (`leaking`)
//! 2. visit: who comes, and at what hour (`visiting`)
//! 3. an open question whose time has come takes effect, and may serve a need (`asking`, `need`)
//! 4. fatigue and, where switched on, memory of repeats decay since the last visit (`fatigue`)
//! 5. every post in sight, oldest first: read, click, buy, interact, tire (`reading`, `buying`, `need`, `fatigue`)
//! 6. a question may be asked (`asking`)
//! 7. one decision to quit, mute, block, report (`quitting`)
//! 8. trust drifts towards what the sender's service is worth (`trust`)
//!
//! Comes in: a [`Block`], the day's constants ([`Today`]) and the [`Law`]. Goes out: the block a day older and what happened
//! ([`Notes`]). A step reads its own member's columns and nothing of another's, so blocks, lanes and threads commute.
//! Formulas: docs/model.md, sections 3 and 7. What the platform does is not here.

mod asking;
mod buying;
mod closed_form;
mod fatigue;
mod law;
mod leaking;
mod need;
mod outcome;
mod quitting;
mod reading;
mod trust;
mod visiting;
mod words;

pub use closed_form::{CLOSED_FORMS, ClosedForm, closed_form};
pub use law::Law;
pub use need::Debut;
pub use outcome::close;
pub use reading::MOST_OFFERED;
use reading::Readers;
use visiting::Visit;
use words::Words;

use crate::population::{Block, LANES, Mask, Status};
use crate::rng::{At, Purpose};
use crate::tally::{Counts, Outcome, PostRecord, QuestionRecord, REPEATS, Repeat};
use crate::units::Flags;

/// A post that can be seen today. Times are hours from today's 00:00.
#[derive(Debug, Clone, PartialEq)]
pub struct Post<'a> {
    /// Index among the plan's posts.
    pub index: usize,
    /// Day it was sent, from 0.
    pub day: u32,
    /// Position among that day's posts.
    pub slot: u32,
    /// Hour it was sent; negative: yesterday.
    pub sent: f32,
    /// Hour it arrived.
    pub delivered: f32,
    /// Delivery factor D in force on its day.
    pub delivery: f32,
    /// Relevance for each audience of the plan.
    pub relevance: &'a [f32],
    /// Intrinsic value of its kind.
    pub value: f32,
    /// Share that carries an offer link.
    pub offer: f32,
    /// Its marks.
    pub flags: Flags,
    /// Its content among those the plan repeats; `None`: sent only once.
    pub content: Option<usize>,
    /// When its content first goes out.
    pub debut: Debut,
}

/// What holds for everyone in a plan for the whole of a day.
#[derive(Debug, Clone)]
pub struct Today<'a> {
    /// Replicate.
    pub replicate: u32,
    /// Day, from 0.
    pub day: u32,
    /// Yesterday's and today's posts in order of delivery.
    pub posts: &'a [Post<'a>],
    /// Probability that a member leaves because of the night's privacy incidents.
    pub leak_exit: f64,
    /// Service reputation S times the ceiling that privacy allows: what trust drifts to.
    pub trust_target: f32,
    /// Extra hazard where privacy is ignored, per visit.
    pub privacy_hazard: f32,
    /// Where a report counts against the last posts delivered to the reporter, how many, and the posts delivered so far in order of
    /// delivery; else it counts against the last post read.
    pub carried: Option<(usize, &'a [Delivered])>,
    /// Share of the audience each post reaches.
    pub reach: f32,
    /// How questions are answered.
    pub reply: Reply,
    /// Per group, the factor by which yesterday's exits raise hazards; empty when the mechanism is off.
    pub contagion: &'a [f32],
}

/// A post that has gone out, for reports that are carried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delivered {
    /// Index among the account's posts.
    pub index: usize,
    /// Day it was sent, from 0.
    pub day: u32,
    /// Position among that day's posts.
    pub slot: u32,
    /// Hour it arrived, from the campaign's first 00:00.
    pub hour: f64,
}

/// How a plan answers questions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reply {
    /// Share of questions answered at all, 0..1.
    pub answered: f64,
    /// Mean delay of an answer, hours; infinite: never.
    pub mean_hours: f64,
}

/// What happened, written down as it happens.
#[derive(Debug)]
pub struct Notes<'a> {
    /// The day's counts.
    pub counts: &'a mut Counts,
    /// What followed reads of contents read before.
    pub repeats: &'a mut [Repeat; REPEATS],
    /// The account's posts, by index.
    pub posts: &'a mut [PostRecord],
    /// The questions it was asked.
    pub questions: &'a mut Vec<QuestionRecord>,
    /// Exits of the day by group.
    pub exits: &'a mut [u32],
}

/// What a block's day is worked out in. Blocks take it over from each other, each writing what it reads, and days too: clearing it
/// would cost 2 % of a quiet day.
pub struct Room {
    words: Words,
    visit: Visit,
    readers: Readers,
}

impl Default for Room {
    fn default() -> Room {
        Room { words: Words::new(), visit: Visit::new(), readers: Readers::new() }
    }
}

/// Lives one day of some blocks, a whole day of one before the next: it stays in the innermost cache.
#[inline(always)]
pub fn live(blocks: &mut [Block], law: &Law, today: &Today<'_>, room: &mut Room, notes: &mut Notes<'_>) {
    for block in blocks.iter_mut().filter(|block| block.alive > 0) {
        live_block(block, law, today, room, notes);
    }
}

#[inline(always)]
fn live_block(block: &mut Block, law: &Law, today: &Today<'_>, room: &mut Room, notes: &mut Notes<'_>) {
    notes.counts.add(Outcome::Activity, trust::activity(block, law));
    leaking::leak(block, today, notes);
    let alive = block.alive;
    notes.counts.add(Outcome::MemberDays, u64::from(alive));

    room.words.begin(block, today);
    visiting::visit(block, law, room);
    asking::resolve(block, law, today, &mut room.visit, notes);
    fatigue::decay(block, law, &room.visit);
    reading::read_posts(block, law, today, room, notes);
    asking::ask(block, law, today, room, notes);
    quitting::quit(block, law, today, room, notes);
    trust::drift(block, law, today, &room.visit);
    reading::count_deliveries(block, today, room, alive, notes);
    visiting::turn_the_day(block, &room.visit);
}

impl Today<'_> {
    /// Coordinates of today's words for some purpose; the member is still to be named.
    #[inline(always)]
    fn at(&self, purpose: Purpose, index: u32) -> At {
        At { replicate: self.replicate, member: 0, day: self.day, purpose, index }
    }

    /// Hours from the campaign's first 00:00 to an hour of today.
    #[inline(always)]
    fn since_start(&self, hour: f32) -> f64 {
        24.0 * f64::from(self.day) + f64::from(hour)
    }

    /// Four words of one member today.
    fn words(&self, purpose: Purpose, block: &Block, lane: usize) -> [u32; 4] {
        At { member: block.id[lane], ..self.at(purpose, 0) }.words(block.key)
    }
}

/// Lanes for which something is true, in order.
#[inline(always)]
pub(crate) fn lanes(mask: &Mask) -> Lanes {
    // To bytes, and eight bytes of 0 or 1 to eight bits by one multiplication: compilers have no better way to a bit a lane (bits
    // gathered by shifting take 15 % of a day with one post).
    let mut bytes = [0_u8; LANES];
    for lane in 0..LANES {
        bytes[lane] = mask[lane] as u8 & 1;
    }
    let mut bits = [0_u8; LANES / 8];
    for (bits, eight) in bits.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *bits = (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
    }
    Lanes(u128::from_le_bytes(bits))
}

/// See [`lanes`].
pub(crate) struct Lanes(u128);

impl Iterator for Lanes {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let lane = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(lane % LANES)
    }
}

/// How many lanes of a mask are set.
#[inline(always)]
pub(crate) fn count(mask: &Mask) -> u32 {
    mask.iter().fold(0, |n, lane| n + (lane & 1))
}

/// A member leaves or blocks.
pub(crate) fn depart(block: &mut Block, lane: usize, to: Status, notes: &mut Notes<'_>) {
    block.remove(lane, to);
    notes.exits[block.group[lane] as usize] += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_those_of_the_mask() {
        for step in 1..LANES {
            let mask = std::array::from_fn(|lane| if lane % step == step / 3 { u32::MAX } else { 0 });
            let expected: Vec<usize> = (0..LANES).filter(|lane| lane % step == step / 3).collect();
            assert_eq!(lanes(&mask).collect::<Vec<_>>(), expected);
            assert_eq!(count(&mask) as usize, expected.len());
        }
    }
}
