//! Trust in the sender: it drifts with the service the account gives, jumps with one's own question, and lets people speak.

use super::{Law, Today, Visit};
use crate::math;
use crate::population::{Block, LANES, Status, mask, select};

/// Trust drifts towards the service reputation at each visit.
#[inline(always)]
pub(super) fn drift(block: &mut Block, law: &Law, today: &Today<'_>, visit: &Visit) {
    let (step, target) = (law.trust_drift, today.trust_target);
    for lane in 0..LANES {
        let trust = block.trust[lane];
        block.trust[lane] = select(visit.here[lane], trust + step * (target - trust), trust);
    }
}

/// The asker's own experience of an answer, or of none.
#[inline(always)]
pub(super) fn after_own_question(law: &Law, trust: f32, answered: bool) -> f32 {
    trust + law.own_reply_weight * (f32::from(u8::from(answered)) - trust)
}

/// How much more a member speaks than at entry.
#[inline(always)]
pub(super) fn voice(law: &Law, trust: f32) -> f32 {
    math::exp(law.voice_per_trust * (trust - law.trust_at_entry))
}

/// Expected messages of the active members, in 1/1024 of an index unit, rounded a member and at most 3,906 units each.
#[inline(always)]
pub(super) fn activity(block: &Block, law: &Law) -> u64 {
    let mut total = 0_u32;
    for lane in 0..LANES {
        let spoken = block.presence[lane] * voice(law, block.trust[lane]) * 1024.0;
        total += math::rounded(spoken) & mask(block.status[lane] == Status::Active as u32);
    }
    u64::from(total)
}
