//! Who comes today, and when: presence, rarer for the muted, and an hour from the diurnal law (Beta(2, 2) over the waking day).

use super::{Law, Room};
use crate::math;
use crate::population::{Block, LANES, Lane, Mask, Status, mask, select};
use crate::rng::uniform;

/// A block's visits of one day: what a step leaves for the steps after it.
pub(super) struct Visit {
    /// Whether the member comes today.
    pub(super) here: Mask,
    /// Hour of the visit.
    pub(super) hour: Lane<f32>,
    /// Hour after which a post must have arrived to be in sight.
    pub(super) since: Lane<f32>,
    /// Who has the post at hand in sight.
    pub(super) in_sight: Mask,
    /// Whether anybody was offered a post; if not, nothing below means anything.
    pub(super) offered: bool,
    /// Whether the member read anything.
    pub(super) read: Mask,
    /// Lowest value read.
    pub(super) lowest_value: Lane<f32>,
    /// Hazards of irritation of all reads together, before frailty.
    pub(super) irritation: Lane<f32>,
    /// Whether a read went over its repeat patience.
    pub(super) over_patience: Mask,
    /// Whether a post read had a broken link.
    pub(super) broken_link: Mask,
    /// Index of the last post read.
    pub(super) last_post: Lane<u32>,
    /// Earlier reads of that post's content.
    pub(super) last_repeat: Lane<u32>,
    /// Who may do something rare: those for whom it is worked out exactly.
    pub(super) candidates: Mask,
}

impl Visit {
    /// Room for visits; nobody has come yet.
    pub(super) fn new() -> Visit {
        Visit {
            here: [0; LANES],
            hour: [0.0; LANES],
            since: [0.0; LANES],
            in_sight: [0; LANES],
            offered: false,
            read: [0; LANES],
            lowest_value: [0.0; LANES],
            irritation: [0.0; LANES],
            over_patience: [0; LANES],
            broken_link: [0; LANES],
            last_post: [0; LANES],
            last_repeat: [0; LANES],
            candidates: [0; LANES],
        }
    }

    /// The first offer to anybody today: nothing read so far.
    #[inline(always)]
    pub(super) fn begin(&mut self) {
        if self.offered {
            return;
        }
        self.offered = true;
        for lane in 0..LANES {
            self.read[lane] = 0;
            self.lowest_value[lane] = 1.0;
            self.irritation[lane] = 0.0;
            self.over_patience[lane] = 0;
            self.broken_link[lane] = 0;
            self.last_post[lane] = 0;
            self.last_repeat[lane] = 0;
        }
    }

    /// Whether the member of a lane read anything.
    pub(super) fn has_read(&self, lane: usize) -> bool {
        self.offered && self.read[lane] != 0
    }
}

/// At most one visit a day. The hour is nested in the same word: given presence, what is left of the uniform is uniform again.
#[inline(always)]
pub(super) fn visit(block: &Block, law: &Law, Room { words, visit, .. }: &mut Room) {
    let (mute_visit, from_hour, span) = (law.mute_visit, law.visit_from_hour, law.visit_span);
    for lane in 0..LANES {
        let status = block.status[lane];
        let muted = mask(status == Status::Muted as u32);
        let presence = select(muted, block.presence[lane] * mute_visit, block.presence[lane]);
        let presence = select(mask(status > Status::Muted as u32), 0.0, presence);
        let u = uniform(words.day[0][lane]);
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
