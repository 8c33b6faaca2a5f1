//! One day in a member's life, for 128 members at a time. **The order of the steps is the model**; it is the body of [`live`]:
//!
//! 1. leak: a privacy incident of the night makes some leave (`leaking`)
//! 2. visit: who comes, and at what hour (`visiting`)
//! 3. an open question whose time has come takes effect (`asking`)
//! 4. fatigue and, where switched on, memory of repeats decay since the last visit (`fatigue`)
//! 5. every post in sight, oldest first: read, click, buy, interact, tire (`reading`, `buying`, `fatigue`)
//! 6. a question may be asked (`asking`)
//! 7. one decision to quit, mute, block, report (`quitting`)
//! 8. trust drifts towards what the sender's service is worth (`trust`)
//!
//! Comes in: a [`Block`], the day's constants ([`Today`]) and the [`Law`]. Goes out: the block a day older and what happened
//! ([`Notes`]). A step reads its own member's columns and nothing of another's, so blocks, lanes and threads commute.
//! Formulas: contract, sections 3 and 4. What the platform does is not here.

mod asking;
mod buying;
mod fatigue;
mod law;
mod leaking;
mod outcome;
mod quitting;
mod reading;
mod trust;
mod visiting;

pub use law::Law;
pub use outcome::close;
pub use reading::{MOST_OFFERED, Post};

use crate::population::{Block, LANES, Lane, Mask, Status, mask};
use crate::rng::{At, Key, Purpose};
use crate::tally::{Counts, Outcome, PostRecord, QuestionRecord, REPEATS, Repeat};

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
    /// Share of the audience each post reaches.
    pub reach: f32,
    /// How questions are answered.
    pub reply: Reply,
    /// Per group, the factor by which yesterday's exits raise hazards; empty when the mechanism is off.
    pub contagion: &'a [f32],
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

/// What one visit leaves for the decisions at its end.
pub(crate) struct Visit {
    /// Whether the member comes today.
    pub(crate) here: Mask,
    /// Hour of the visit.
    pub(crate) hour: Lane<f32>,
    /// Whether it read anything.
    pub(crate) read: Mask,
    /// Lowest value read.
    pub(crate) lowest_value: Lane<f32>,
    /// Whether a read went over its repeat patience.
    pub(crate) over_patience: Mask,
    /// Whether a post read had a broken link.
    pub(crate) broken_link: Mask,
    /// Index of the last post read.
    pub(crate) last_post: Lane<u32>,
    /// Earlier reads of that post's content.
    pub(crate) last_repeat: Lane<u32>,
}

/// Lives one day of a block.
pub fn live(block: &mut Block, law: &Law, today: &Today<'_>, notes: &mut Notes<'_>) {
    if block.alive == 0 {
        return;
    }
    notes.counts.add(Outcome::Activity, trust::activity(block, law));
    leaking::leak(block, today, notes);
    notes.counts.add(Outcome::MemberDays, u64::from(block.alive));

    let words = day_words(block.key, &block.id, today, 0);
    let mut visit = visiting::visit(block, law, &words[0]);
    let present = block.status.map(|status| mask(is_alive(status)));

    asking::resolve(block, law, today, &visit, notes);
    fatigue::decay(block, law, &visit);
    reading::read_posts(block, law, today, &mut visit, &words, notes);
    asking::ask(block, law, today, &visit, &words[1], notes);
    quitting::quit(block, law, today, &visit, &words[1], notes);
    trust::drift(block, law, today, &visit);
    reading::count_deliveries(block, today, &visit, &present, notes);
    visiting::turn_the_day(block, &visit);
}

/// Whether a status still lives its days.
#[inline(always)]
pub(crate) fn is_alive(status: u32) -> bool {
    status <= Status::Muted as u32
}

/// Lanes for which something is true, in order.
pub(crate) fn lanes(mask: &Mask) -> impl Iterator<Item = usize> + '_ {
    // Most lanes of most masks are empty: skip them eight at a time.
    let eights =
        mask.chunks_exact(8).enumerate().filter(|(_, eight)| eight.iter().fold(0, |any, lane| any | lane) != 0);
    eights.flat_map(|(i, eight)| eight.iter().enumerate().filter(|(_, lane)| **lane != 0).map(move |(j, _)| 8 * i + j))
}

/// How many lanes of a mask are set.
pub(crate) fn count(mask: &Mask) -> u32 {
    mask.iter().fold(0, |n, lane| n + (lane & 1))
}

/// A group of four of the day's words for every member.
pub(crate) fn day_words(key: Key, ids: &Lane<u32>, today: &Today<'_>, index: u32) -> [Lane<u32>; 4] {
    words_of(key, ids, At { replicate: today.replicate, member: 0, day: today.day, purpose: Purpose::Day, index })
}

/// Four words for every member at coordinates that differ in the member only.
pub(crate) fn words_of(key: Key, ids: &Lane<u32>, at: At) -> [Lane<u32>; 4] {
    let mut words = [[0; LANES]; 4];
    for lane in 0..LANES {
        let four = At { member: ids[lane], ..at }.words(key);
        for (column, word) in words.iter_mut().zip(four) {
            column[lane] = word;
        }
    }
    words
}

/// Four words of one member today.
pub(crate) fn member_words(block: &Block, lane: usize, today: &Today<'_>, purpose: Purpose) -> [u32; 4] {
    At { replicate: today.replicate, member: block.id[lane], day: today.day, purpose, index: 0 }.words(block.key)
}

/// A member leaves or blocks.
pub(crate) fn depart(block: &mut Block, lane: usize, to: Status, notes: &mut Notes<'_>) {
    block.status[lane] = to as u32;
    block.alive -= 1;
    notes.exits[block.group[lane] as usize] += 1;
}
