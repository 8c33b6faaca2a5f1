//! Privacy incidents of the night: each member not gone leaves with the probability of that many incidents.

use super::{Notes, Today, depart, is_alive, member_words};
use crate::population::{Block, LANES, Status};
use crate::rng::{Purpose, uniform_f64};
use crate::tally::Outcome;

/// Lets members leave because of the night's incidents; most nights have none.
pub(super) fn leak(block: &mut Block, today: &Today<'_>, notes: &mut Notes<'_>) {
    if today.leak_exit == 0.0 {
        return;
    }
    for lane in 0..LANES {
        if is_alive(block.status[lane])
            && uniform_f64(member_words(block, lane, today, Purpose::Leak)[0]) < today.leak_exit
        {
            depart(block, lane, Status::Left, notes);
            notes.counts.add(Outcome::LeakExits, 1);
        }
    }
}
