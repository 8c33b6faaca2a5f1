//! One decision at the end of a visit: irritation, distrust or repetition may make a member mute, leave or block, and report.
//!
//! Complementary log-log hazard with competing causes (Prentice & Gloeckler 1978; frailty: Vaupel, Manton & Stallard 1979).

use super::{Delivered, Law, Notes, Room, Today, Visit, depart, fatigue, lanes};
use crate::math;
use crate::population::{Block, LANES, Status, mask, select};
use crate::rng::{At, Purpose, uniform, uniform_f64};
use crate::tally::{Outcome, REPEATS};

/// A hazard that nobody survives. None is larger, so that they add up and a cause can be told from their sum.
const CERTAIN: f32 = 1e30;

/// Hazards of the three causes at one visit.
#[derive(Debug, Clone, Copy)]
struct Hazards {
    irritation: f32,
    distrust: f32,
    repetition: f32,
}

impl Hazards {
    fn of(block: &Block, law: &Law, today: &Today<'_>, visit: &Visit, lane: usize) -> Hazards {
        let contagion = today.contagion.get(block.group[lane] as usize).copied().unwrap_or(1.0);
        let distrust = math::exp(law.distrust_base - law.trust_protection * block.trust[lane]);
        let distrust = ((block.frailty[lane] * distrust + today.privacy_hazard) * contagion).min(CERTAIN);
        if !visit.has_read(lane) {
            return Hazards { irritation: 0.0, distrust, repetition: 0.0 };
        }
        let irritation =
            if law.every_read { visit.irritation[lane] } else { of_the_worst_read(block, law, visit, lane) };
        let broken = select(visit.broken_link[lane], law.broken_link_factor, 1.0);
        Hazards {
            irritation: (block.frailty[lane] * irritation * broken * contagion).min(CERTAIN),
            distrust,
            repetition: select(visit.over_patience[lane], law.over_patience_hazard, 0.0).min(CERTAIN),
        }
    }

    fn sum(self) -> f32 {
        self.irritation + self.distrust + self.repetition
    }
}

/// Irritation by the least valuable read of a visit, at the fatigue of its end.
fn of_the_worst_read(block: &Block, law: &Law, visit: &Visit, lane: usize) -> f32 {
    let fatigue = law.irritation_per_fatigue * fatigue::felt(block.fatigue[lane]);
    math::exp(law.irritation_base + law.irritation_slope * (1.0 - visit.lowest_value[lane]) + fatigue)
}

/// Marks who may quit: 1 - exp(-h) never exceeds h, nor h a cheap bound, so the high half of the word rules out all but one or two
/// of a block (2.1 ns a member-day saved against the exact hazards for everyone).
#[inline(always)]
fn suspect(block: &Block, law: Law, today: &Today<'_>, Room { words, visit, .. }: &mut Room) {
    let mut contagion = [1.0; LANES];
    if !today.contagion.is_empty() {
        for lane in 0..LANES {
            contagion[lane] = today.contagion.get(block.group[lane] as usize).copied().unwrap_or(1.0);
        }
    }
    let privacy_hazard = today.privacy_hazard;
    let unread = |lane: usize| {
        let distrust = math::exp_above(law.distrust_base - law.trust_protection * block.trust[lane]);
        (block.frailty[lane] * distrust + privacy_hazard) * contagion[lane]
    };
    let high = |word: u32| (word >> 16) as i32 as f32 * (1.0 / 65_536.0);
    if !visit.offered {
        for lane in 0..LANES {
            visit.candidates[lane] = visit.here[lane] & mask(high(words.day[1][lane]) <= unread(lane));
        }
        return;
    }
    let per_fatigue = law.irritation_per_fatigue.max(0.0);
    for lane in 0..LANES {
        let fatigue = per_fatigue * math::ln_above(1.0 + block.fatigue[lane]);
        let irritation = law.irritation_base + law.irritation_slope * (1.0 - visit.lowest_value[lane]) + fatigue;
        let worst = math::exp_above(irritation);
        let irritation = if law.every_read { visit.irritation[lane] } else { worst };
        let broken = select(visit.broken_link[lane], law.broken_link_factor, 1.0);
        let irritated = block.frailty[lane] * irritation * broken * contagion[lane];
        let repetition = select(visit.over_patience[lane], law.over_patience_hazard, 0.0);
        let hazard = unread(lane) + select(visit.read[lane], irritated, 0.0) + repetition;
        visit.candidates[lane] = visit.here[lane] & mask(high(words.day[1][lane]) <= hazard);
    }
}

/// What a quitting member does.
enum Exit {
    Mute,
    Leave,
    Block,
}

/// Decides for everyone who came.
#[inline(always)]
pub(super) fn quit(block: &mut Block, law: &Law, today: &Today<'_>, room: &mut Room, notes: &mut Notes<'_>) {
    suspect(block, *law, today, room);
    for lane in lanes(&room.visit.candidates) {
        decide(block, law, today, (room, lane), notes);
    }
}

/// Decides for one member, exactly.
#[inline(never)]
fn decide(block: &mut Block, law: &Law, today: &Today<'_>, (room, lane): (&Room, usize), notes: &mut Notes<'_>) {
    let (visit, word) = (&room.visit, room.words.day[1][lane]);
    let hazards = Hazards::of(block, law, today, visit, lane);
    let draws = today.words(Purpose::Quit, block, lane);
    let exact = uniform_f64(word & 0xffff_0000 | draws[0] >> 16);
    if exact < -libm::expm1(-f64::from(hazards.sum())) {
        carry_out(block, law, today, (visit, lane), (hazards, draws), notes);
    }
}

fn carry_out(
    block: &mut Block,
    law: &Law,
    today: &Today<'_>,
    (visit, lane): (&Visit, usize),
    (hazards, [_, cause, mute, harsh]): (Hazards, [u32; 4]),
    notes: &mut Notes<'_>,
) {
    let (has_read, last) = (visit.has_read(lane), visit.last_post[lane] as usize);
    let cause = uniform_f64(cause) * f64::from(hazards.sum());
    let by_irritation = cause < f64::from(hazards.irritation);
    let by_repetition = cause >= f64::from(hazards.irritation + hazards.distrust);
    let block_share = if by_repetition {
        law.block_when_over_patience
    } else if by_irritation {
        (law.block_share * marks(law, today, last)).min(1.0)
    } else {
        0.0
    };
    // Blocking and reporting are nested in one word.
    let harsh = uniform_f64(harsh);
    let exit = if !by_repetition && uniform_f64(mute) < law.mute_share {
        Exit::Mute
    } else if harsh < block_share {
        Exit::Block
    } else {
        Exit::Leave
    };
    let mut repeat = has_read.then(|| &mut notes.repeats[(visit.last_repeat[lane] as usize).min(REPEATS - 1)]);
    match exit {
        Exit::Mute if block.status[lane] == Status::Muted as u32 => {}
        Exit::Mute => {
            block.status[lane] = Status::Muted as u32;
            block.muted += 1;
            notes.counts.add(Outcome::Mutes, 1);
            if let Some(repeat) = &mut repeat {
                repeat.muted += 1;
            }
        }
        Exit::Leave => {
            if let Some(repeat) = &mut repeat {
                repeat.left += 1;
            }
            notes.counts.add(Outcome::Leaves, 1);
            depart(block, lane, Status::Left, notes);
        }
        Exit::Block => {
            let reports = harsh < block_share * law.report_given_block;
            if let Some(repeat) = &mut repeat {
                repeat.blocked += 1;
                repeat.reports += u64::from(reports);
            }
            notes.counts.add(Outcome::Blocks, 1);
            if reports {
                notes.counts.add(Outcome::Reports, 1);
                report(block, today, (visit.hour[lane], lane), last, notes);
            }
            depart(block, lane, Status::Blocked, notes);
        }
    }
}

/// Counts a report against the last post read, or against the last posts delivered to the reporter, latest first.
fn report(block: &Block, today: &Today<'_>, (hour, lane): (f32, usize), last_read: usize, notes: &mut Notes<'_>) {
    let Some((most, delivered)) = today.carried else {
        notes.posts[last_read].reporters += 1;
        return;
    };
    let now = today.since_start(hour);
    let is_addressed = |post: &&Delivered| {
        let (day, index) = (post.day, post.slot / 4);
        let at = At { replicate: today.replicate, member: block.id[lane], day, purpose: Purpose::Reach, index };
        today.reach >= 1.0 || uniform(at.words(block.key)[post.slot as usize % 4]) < today.reach
    };
    let arrived = delivered.iter().rev().filter(|post| post.hour <= now);
    for post in arrived.filter(is_addressed).take(most) {
        notes.posts[post.index].reporters += 1;
    }
}

/// How much the marks of the last post read raise the share of leavers who block.
fn marks(law: &Law, today: &Today<'_>, post: usize) -> f64 {
    let flags = today.posts.iter().find(|seen| seen.index == post).map(|post| post.flags).unwrap_or_default();
    let unlabelled = if flags.unlabelled { law.unlabelled_factor } else { 1.0 };
    let everyone = if flags.everyone { law.everyone_factor } else { 1.0 };
    unlabelled * everyone
}
