//! Whether a test pays, shown: its page, its table, its words. Its chart is in `chart`.
//!
//! Comes in: a [`Worth`]. Goes out: a page and a table. Decides nothing.

mod page;
mod table;

use wearout_core::finding::Worth;
use wearout_core::study::ab::worth::{Advice, Candidate, Rule};

pub use page::page;
pub use table::tables;

use crate::sentence::days;

/// What the units of the test are called.
pub(crate) fn units(worth: &Worth) -> &'static str {
    if worth.deals_members { "members" } else { "groups" }
}

/// A test in words.
fn test(worth: &Worth, candidate: &Candidate) -> String {
    format!("{} {} an arm for {}", candidate.units, units(worth), days(candidate.days))
}

/// A rule in words.
pub(crate) fn rule(worth: &Worth, rule: Rule) -> &'static str {
    match rule {
        Rule::Metric => worth.metric.label,
        Rule::NetOfLoss => "buyers net of members lost",
    }
}

/// The advice in one line.
pub(crate) fn advice(worth: &Worth) -> String {
    match worth.found.advice {
        Advice::Test { candidate, rule } => format!(
            "test {}, then send the arm that did better in {}",
            test(worth, &worth.found.candidates[candidate]),
            self::rule(worth, rule)
        ),
        Advice::Send { arm } => format!("skip the test, send {}", worth.arms[arm]),
        Advice::Neither => "no test is shown to pay".to_owned(),
        Advice::Open => "whether a test pays is not known yet: it was stopped too early".to_owned(),
    }
}

/// Formulas and assumptions, for `--explain`.
pub const EXPLANATION: &str = "\
How it is worked out
  Beforehand nobody knows which arm is better: plausible sets of parameters say what could be true. Under each set every arm is sent to
  the whole audience (what it truly does), and every test of the table is played on other people of the same kind: groups dealt to
  arms that share one account, stopped after so many days, decided by the higher mean over groups, however sure.
  value = buyers - worth of a member x members lost (left, blocked or muted); summed over the whole audience and the horizon.
  skip = everyone gets the arm with the highest value on average over the sets.
  gain = value of what the test chose less value of that arm, in those not tested and, after the test, in the tested.
  test = value of that arm in the tested over the horizon, less what they bring when they get it only after the test.
  wait = what those not tested lose of the horizon while they wait, where it is a deadline; ban = what nobody gets after a ban.
  net = gain - test - wait - ban, over sending that arm to everyone untested. Its interval is Monte Carlo error over sets and luck.
  by value, by metric = net if the test is decided by the higher value, or the higher metric, instead of what the table is decided by.
  The most promising test is played again, twice as often, and every arm sent again, on luck it was not chosen by, under the same sets;
  only that figure is advised by. picks better = share of tests that choose the best arm, under sets whose arms do not come to the same.
  knowing, at least = value of the better arm of each set less that of the arm sent untested; the better arm by one half of its campaigns
  is judged by the other half, and a half is often mistaken: the fewer the replicates, the more it falls short. Cut at 0.
  closed form: test and roll (Feit & Berman 2019) for two arms, d ~ N(mean, sd) over the sets: (N - 2n) (E[d; d + error > 0] - max(E d, 0))
  - n |E d|, error^2 = 2 p (1 - p) DEFF / n, DEFF = 1 + (m - 1) ICC; the days seen are scaled to the campaign.
What it rests on
  The sets count alike. With --appeal each arm's contents draw (1 + N(0, sd)) times their clicks, none at the fewest; a draw goes round
  all arms, set by set. The tested get what was chosen as they are, tired or gone: every change of plan is simulated as a campaign
  of its own; where plans differ in more than their posts, the tested go on with their own arm. Who is not tested gets nothing before
  the test ends. A member lost is worth what a member addressed brings in one campaign unless --member-worth says otherwise
  (assumption). The closed form knows no fatigue, leaving, ban or tie, and leaves the tested with their arm.
";
