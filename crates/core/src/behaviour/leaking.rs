//! Privacy incidents of the night: each member not gone leaves with the probability of that many incidents.

use super::{Notes, Today, depart};
use crate::population::{Block, LANES, Status};
use crate::rng::{Purpose, uniform_f64};
use crate::tally::Outcome;

/// Lets members leave because of the night's incidents; most nights have none.
#[inline(always)]
pub(super) fn leak(block: &mut Block, today: &Today<'_>, notes: &mut Notes<'_>) {
    if today.leak_exit == 0.0 {
        return;
    }
    for lane in 0..LANES {
        if block.is_alive(lane) && uniform_f64(today.words(Purpose::Leak, block, lane)[0]) < today.leak_exit {
            depart(block, lane, Status::Left, notes);
            notes.counts.add(Outcome::LeakExits, 1);
        }
    }
}
