//! Who comes today, and when: presence, rarer for the muted, and an hour from the diurnal law (Beta(2, 2) over the waking day).

use super::{Law, Visit};
use crate::math;
use crate::population::{Block, LANES, Lane, Status, mask, select};
use crate::rng::uniform;

/// At most one visit a day. The hour is nested in the same word: given presence, what is left of the uniform is uniform again.
#[inline(always)]
pub(super) fn visit(block: &Block, law: &Law, words: &Lane<u32>, visit: &mut Visit) {
    let (mute_visit, from_hour, span) = (law.mute_visit, law.visit_from_hour, law.visit_span);
    for lane in 0..LANES {
        let status = block.status[lane];
        let muted = mask(status == Status::Muted as u32);
        let presence = select(muted, block.presence[lane] * mute_visit, block.presence[lane]);
        let presence = select(mask(status > Status::Muted as u32), 0.0, presence);
        let u = uniform(words[lane]);
        visit.here[lane] = mask(u < presence);
        let rest = (u / presence.max(1e-9)).min(1.0);
        visit.hour[lane] = from_hour + span * math::beta_2_2_quantile(rest);
    }
    visit.offered = false;
}

/// Remembers the visit and moves the clock to tomorrow's 00:00.
#[inline(always)]
pub(super) fn turn_the_day(block: &mut Block, visit: &Visit) {
    for lane in 0..LANES {
        let last = select(visit.here[lane], visit.hour[lane], block.last_visit[lane]);
        block.last_visit[lane] = last - 24.0;
        block.due[lane] -= 24.0;
    }
}
