//! Who comes today, and when: presence, rarer for the muted, and an hour from the diurnal law (Beta(2, 2) over the waking day).

use super::{Law, Visit};
use crate::math;
use crate::population::{Block, LANES, Status};
use crate::rng::uniform;

/// At most one visit a day. The hour is nested in the same word: given presence, what is left of the uniform is uniform again.
pub(super) fn visit(block: &Block, law: &Law, words: &[u32; LANES]) -> Visit {
    let mut here = [false; LANES];
    let mut hour = [0.0; LANES];
    for lane in 0..LANES {
        let status = block.status[lane];
        let mut presence = block.presence[lane];
        presence = if status == Status::Muted as u32 { presence * law.mute_visit } else { presence };
        presence = if status > Status::Muted as u32 { 0.0 } else { presence };
        let u = uniform(words[lane]);
        here[lane] = u < presence;
        let rest = (u / presence.max(1e-9)).min(1.0);
        hour[lane] = law.visit_from_hour + law.visit_span * math::beta_2_2_quantile(rest);
    }
    Visit {
        here,
        hour,
        read: [false; LANES],
        lowest_value: [1.0; LANES],
        over_patience: [false; LANES],
        broken_link: [false; LANES],
        last_post: [0; LANES],
        last_repeat: [0; LANES],
    }
}

/// Remembers the visit and moves the clock to tomorrow's 00:00.
pub(super) fn turn_the_day(block: &mut Block, visit: &Visit) {
    for lane in 0..LANES {
        let last = if visit.here[lane] { visit.hour[lane] } else { block.last_visit[lane] };
        block.last_visit[lane] = last - 24.0;
        block.due[lane] -= 24.0;
    }
}
