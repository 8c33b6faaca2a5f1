//! A rotation shown: its page, its tables, its words. Its charts are in `chart`.
//!
//! Comes in: a [`Rotate`]. Goes out: a page and tables. Decides nothing.

mod advice;
mod page;
mod tables;

use wearout_core::finding::Rotate;
use wearout_core::scenario::Objective;
use wearout_core::study::ab::rotate::{Level, Origin, Policy, Ran};
use wearout_core::tally::Unit;

use crate::number::{decimals, plain_decimals, scale, signed};

pub(crate) use page::level;
pub use page::page;
pub use tables::tables;

/// The objective in words.
pub(crate) fn objective(rotate: &Rotate) -> &'static str {
    match rotate.said().objective {
        Objective::Clicks => "clicks",
        Objective::Conversion => "conversion",
        Objective::BuyersLessLosses => "buyers less losses",
    }
}

/// The name of a policy; of the planned one with what it is where it is no calendar of the planner's.
pub(crate) fn name(rotate: &Rotate, ran: &Ran) -> String {
    match rotate.found.planned.origin {
        Origin::Turns(n) if ran.policy == Policy::Planned => {
            let n = if n == rotate.menu.len() { "all".to_owned() } else { n.to_string() };
            format!("{} ({n} in turn)", ran.name)
        }
        _ => ran.name.to_owned(),
    }
}

/// `+24 [+20, +28]`.
fn change(unit: Unit, level: Level) -> String {
    let Level { mean, interval } = level;
    let factor = scale(unit);
    let Some(interval) = interval else { return signed(factor * mean, plain_decimals(unit)) };
    let half_width = factor * (interval.high - interval.low) / 2.0;
    let decimals = if half_width > 0.0 { decimals(half_width) } else { plain_decimals(unit) };
    let [mean, low, high] = [mean, interval.low, interval.high].map(|value| signed(factor * value, decimals));
    format!("{mean} [{low}, {high}]")
}

/// Formulas and assumptions, for `--explain`.
pub const EXPLANATION: &str = "\
How calendars are compared
  Every policy runs its own campaign on the same people, replicate by replicate, in a world of its own; gains are paired differences
  from the contents in turn (round-robin). Regret at a day: the objective so far of the policy that has most at the end, less one's own.
  objective: clicks; conversion = members whose first purchase came through a post / members addressed; buyers-less-losses = those
  members - lost_member_costs x (members addressed - members kept); kept: active and reachable, so who left, blocked, muted or was cut
  off by a ban or an expulsion costs the same. Clicks at a read: click_given_read x offer x appeal x relevance x fit
  x exp(-wear x earlier reads of that content by that member), at most 1; purchases follow clicks.
What is advised
  The policy with most of the objective; of those not told apart from it (the interval of the paired difference holds 0) the one that
  keeps most members, where that difference is told from 0. Where every mean is below 0: none of them.
How the calendar is planned
  Each content has a satiation s, 0 at first: a sending brings base - cost x s, then s <- retention x (s + 1); of the others
  s <- retention x s (Leqi et al. 2021). Bases and costs are fitted to simulated campaigns of random calendars (the pilot) by least
  squares: a calendar's total is linear in them. Costs are one figure for all contents plus one in proportion to offer x appeal x
  relevance, neither below 0; of some retentions the one that leaves least is taken. So the belief holds all that repeating does in the
  simulator to second order: clicks that wear off, members lost, bans. What the file says of wear (cost = wear x base) and of recovery
  (retention = 1 - recovery, or 2^(-hours between posts / half_life)) stands in place of the fit. The best sequence is found by dynamic
  programming over satiations with bounds and dominance; where that takes too many states, the most promising are kept after each post,
  and the gap is what the best state dropped could have come to at most. That calendar, all contents in turn and the 1, 2, ... strongest
  in turn are tried on luck of their own, and the one that comes to most is the planned one.
Who learns
  From clicks per delivery of the posts so far, whatever the objective; a content never sent comes first. epsilon-greedy: any content
  with chance 0.1, else the best mean. ucb1: mean + sqrt(2 ln N / n). thompson: Beta(1 + clicks, 1 + other deliveries), one draw each.
  recovering (Yancey & Settles 2020): softmax of (mean when sent - mean of others) / mean of others
  - penalty x 0.5^(days since / half-life); penalty = the planner's mean cost / base, half-life = its recovery (15 days where nothing
  recovers), temperature = penalty x 0.0025 / 0.017.
  article: useful, reminder, testimonial and preview in turn (all contents where there is none of them), the one that has rested
  longest, text and image by turns; a content opened by fewer than 15 % of those who got it is replaced by the others of its kind.
What it rests on
  The planner knows totals to second order only; the replay shows what its calendar comes to. The simulator rests on fits to one
  article's unsourced claims and to field studies of other channels; appeals are the file's word.
";
