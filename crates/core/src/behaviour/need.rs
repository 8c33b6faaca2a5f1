//! Needs: spells during which a member would buy what the plan sells. A need begins by itself, and ends by itself (met elsewhere, given
//! up) or when a purchase serves it. Here: the timeline of each member's needs, and whether a content suits one.
//!
//! An alternating renewal process, exponential both ways (Cox 1962, Renewal Theory, chapter 7), stationary at the start. Its draws are
//! keyed by the number of the need, so that the needs of a member who buys nothing are the same under every plan, and serving a need
//! moves nobody else's. It is advanced only when somebody reads: quiet days draw nothing. Formulas: docs/model.md, section 7.14.

use super::Law;
use crate::population::{Block, NO_NEED};
use crate::rng::{At, Purpose, uniform_f64};

/// Hours in a day.
const DAY: f64 = 24.0;

/// The last need of a member that has draws of its own; nobody comes near it in ten years.
const LAST: u32 = (1 << 14) - 1;

/// Calendar slot at which a content first goes out: with the need, the coordinate of whether it suits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debut {
    /// Day, from 0; [`Debut::CHOSEN`] where contents are chosen on the way.
    pub day: u32,
    /// Position among that day's posts; of a content chosen on the way its number.
    pub slot: u32,
}

impl Debut {
    /// The day of contents that are chosen on the way: they have no first slot.
    pub const CHOSEN: u32 = u32::MAX;
}

/// Whether a need of the member is open at an hour, counted from the campaign's first 00:00; hours never fall from call to call.
#[inline(always)]
pub(super) fn is_open(block: &mut Block, law: &Law, replicate: u32, lane: usize, now: f64) -> bool {
    if now >= block.need_ends[lane] {
        advance(block, law, replicate, lane, now);
    }
    block.need_opens[lane] <= now
}

/// A purchase serves the open need: the wait for the next begins now.
pub(super) fn serve(block: &mut Block, lane: usize, now: f64) {
    block.need_ends[lane] = now;
}

/// A number in (0, 1) that says whether a content suits the need at hand, the same however often it is asked.
pub(super) fn suits(block: &Block, replicate: u32, lane: usize, content: Debut) -> f64 {
    let index = block.need[lane] << 10 | content.slot;
    let at = At { replicate, member: block.id[lane], day: content.day, purpose: Purpose::Suit, index };
    uniform_f64(at.words(block.key)[0])
}

#[inline(never)]
fn advance(block: &mut Block, law: &Law, replicate: u32, lane: usize, now: f64) {
    let a_day = law.need_rate * f64::from(block.fit[lane]);
    let draws = |number: u32| -> [f64; 3] {
        let at = At { replicate, member: block.id[lane], day: number, purpose: Purpose::Need, index: 0 };
        let [wait, length, open, _] = at.words(block.key);
        [
            -DAY * libm::log1p(-uniform_f64(wait)) / a_day,
            -law.need_hours * libm::log1p(-uniform_f64(length)),
            uniform_f64(open),
        ]
    };
    let (mut number, mut opens, mut ends) = (block.need[lane], block.need_opens[lane], block.need_ends[lane]);
    if number == NO_NEED {
        let [wait, length, open] = draws(0);
        // What is left of a need that is open already is exponential too.
        let odds = a_day * law.need_hours / DAY;
        number = 0;
        opens = if open < odds / (1.0 + odds) { 0.0 } else { wait };
        ends = opens + length;
    }
    while now >= ends && number < LAST {
        number += 1;
        let [wait, length, _] = draws(number);
        opens = ends + wait;
        ends = opens + length;
    }
    if now >= ends {
        (opens, ends) = (f64::INFINITY, f64::INFINITY);
    }
    (block.need[lane], block.need_opens[lane], block.need_ends[lane]) = (number, opens, ends);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::Parameters;
    use crate::population::{Audience, LANES, Laws, PeopleLaw};
    use crate::units::{Channel, Switches};

    fn full_block() -> Block {
        let laws = Laws::new(&Parameters::best(), &[]);
        let people = PeopleLaw { fit: 0.5, fit_spread: 0.0, account_spread: 0.0, relation: 1.0 };
        let audience = Audience::new((&laws, &[]), ([1, 2], [3, 4]), Channel::Direct, (1, LANES as u32), people);
        let people = audience.draw(&laws, 0);
        let everyone: Vec<u32> = (0..LANES as u32).collect();
        Block::gather((&audience, &people), &everyone, (0, 0), 0.5, 0)
    }

    #[test]
    fn a_need_never_ends_before_it_begins_and_the_next_begins_after_it_ended() {
        for (rate, days) in [(1.0, 0.05), (0.2, 3.0), (0.001, 60.0)] {
            let law =
                Law { need_rate: rate, need_hours: DAY * days, ..Law::new(&Parameters::best(), Switches::default()) };
            let (mut block, mut served) = (full_block(), 0);
            for lane in 0..LANES {
                let (mut number, mut ended) = (0, 0.0);
                for hour in (0..DAY as u32 * 60).step_by(7) {
                    let now = f64::from(hour);
                    let is_open = is_open(&mut block, &law, 0, lane, now);
                    let (begins, ends) = (block.need_opens[lane], block.need_ends[lane]);
                    assert!(begins <= ends && now < ends, "at {now}: {begins} to {ends}");
                    assert_eq!(is_open, begins <= now);
                    assert!(block.need[lane] >= number, "needs are numbered in turn");
                    assert!(
                        block.need[lane] == number || begins >= ended,
                        "at {now}: begins at {begins}, the last ended at {ended}"
                    );
                    (number, ended) = (block.need[lane], ends);
                    if is_open && hour % 3 == 0 {
                        serve(&mut block, lane, now);
                        ended = now;
                        served += 1;
                        assert!(
                            block.need_opens[lane] <= block.need_ends[lane],
                            "served at {now}, which is not before it opened"
                        );
                    }
                }
            }
            assert!(served > 0, "nobody was ever in need");
        }
    }
}
