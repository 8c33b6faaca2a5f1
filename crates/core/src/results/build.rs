//! Rows of a group become its tally, so that every metric is that of a simulated one.
//!
//! Comes in: the rows of a unit by day. Goes out: a [`Tally`] of some of its days. Mutes, leaves and blocks add up to the stocks at a
//! day's end; nobody is taken to come back or to be frozen.

use std::ops::RangeInclusive;

use crate::tally::{Counts, Horizon, Outcome, Tally};

use super::check::Unit;
use super::columns::Role;

/// What the unit's members did on these days, of which each has a row.
pub(super) fn tally(unit: &Unit, days: RangeInclusive<i64>, members: u64) -> Tally {
    let n_days = u32::try_from(days.end() - days.start() + 1).unwrap_or(0);
    let mut tally = Tally::new(n_days);
    let (mut left, mut blocked, mut muted) = (0, 0, 0);
    for ((_, row), counts) in unit.days.range(days).zip(&mut tally.days) {
        counts.add(Outcome::MemberDays, members.saturating_sub(left + blocked));
        for role in Role::COUNTED {
            if let (Some(outcome), Some(count)) = (role.outcome(), row.count(role)) {
                counts.add(outcome, count);
            }
        }
        left += counts.get(Outcome::Leaves);
        blocked += counts.get(Outcome::Blocks);
        muted += counts.get(Outcome::Mutes);
        stocks(counts, members, [left, blocked, muted]);
    }
    tally.close();
    let active = members.saturating_sub(left + blocked + muted);
    tally.horizon = Horizon { members, active, muted, left, blocked, ..Horizon::default() };
    tally
}

fn stocks(counts: &mut Counts, members: u64, [left, blocked, muted]: [u64; 3]) {
    counts.set(Outcome::Left, left);
    counts.set(Outcome::Blocked, blocked);
    counts.set(Outcome::Muted, muted);
    counts.set(Outcome::Active, members.saturating_sub(left + blocked + muted));
}
