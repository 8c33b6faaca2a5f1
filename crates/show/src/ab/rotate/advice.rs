//! What planning and learning are worth against taking turns, at whose cost, and which policy is advised.
//!
//! Comes in: a [`Page`]. Goes out: the last line of the text and a warning.

use wearout_core::study::ab::rotate::{FIGURES, Level, Policy, Ran};
use wearout_stats::interval::Interval;

use super::Page;
use super::text::change;
use crate::number::{decimals, fixed, short, signed};

/// What is advised.
#[derive(Debug, Clone, Copy)]
enum Advice<'a> {
    /// None of the policies: all lose more than they win.
    SendFewer,
    /// No policy is clearly better than taking turns.
    Open,
    /// The policy with the largest objective.
    Best(&'a Ran),
}

fn advice<'a>(page: &Page<'a>) -> Advice<'a> {
    let best = &page.found.policies[page.found.best];
    let is_clear = best.gain.and_then(|gain| gain.interval).is_some_and(|interval| interval.low > 0.0);
    match is_clear {
        _ if page.all_lose() => Advice::SendFewer,
        false => Advice::Open,
        true => Advice::Best(best),
    }
}

/// Of the policies not told apart from the best in the objective the one that keeps most members, where it clearly keeps more.
fn gentler<'a>(page: &Page<'a>) -> Option<(&'a Ran, Level)> {
    let holds_0 = |interval: Interval| interval.low <= 0.0 && 0.0 <= interval.high;
    let tied = page.found.policies.iter().filter(|ran| {
        let last = ran.regret.last().copied().flatten();
        last.and_then(|regret| regret.interval).is_some_and(holds_0)
    });
    let keeps = |ran: &'a Ran| {
        let more = ran.kept_more.filter(|more| more.interval.is_some_and(|interval| interval.low > 0.0))?;
        Some((ran, more))
    };
    tied.filter_map(keeps).max_by(|a, b| a.1.mean.total_cmp(&b.1.mean))
}

/// The policy that is advised.
fn advised<'a>(page: &Page<'a>) -> Option<&'a Ran> {
    match advice(page) {
        Advice::Best(best) => Some(gentler(page).map_or(best, |(ran, _)| ran)),
        Advice::SendFewer | Advice::Open => None,
    }
}

/// That the policy advised is banned more often than taking turns, where that is told from chance.
pub(super) fn banned_more(page: &Page) -> Option<String> {
    let ran = advised(page)?;
    let more = ran.banned_more.filter(|more| more.interval.is_some_and(|interval| interval.low > 0.0))?;
    Some(format!("{} is banned more often than round-robin: {}, {}", page.name(ran), bans(page, ran), points(more)?))
}

/// `in 34 % of the campaigns, round-robin in 10 %`.
fn bans(page: &Page, ran: &Ran) -> String {
    let share = |ran: &Ran| fixed(100.0 * f64::from(ran.banned) / f64::from(page.found.replicates), 0);
    format!("in {} % of the campaigns, round-robin in {} %", share(ran), share(page.found.of(Policy::RoundRobin)))
}

/// `+2.0 points (+1.0 to +3.0)`.
fn points(level: Level) -> Option<String> {
    let Level { mean, interval } = level;
    let interval = interval?;
    let half_width = 100.0 * (interval.high - interval.low) / 2.0;
    let digits = if half_width > 0.0 { decimals(half_width) } else { 1 };
    let [mean, low, high] = [mean, interval.low, interval.high].map(|value| signed(100.0 * value, digits));
    Some(format!("{mean} points ({low} to {high})"))
}

/// What planning and learning are worth against taking turns, and at whose cost.
pub(super) fn worth(page: &Page) -> String {
    let found = page.found;
    let learners = [Policy::EpsilonGreedy, Policy::Ucb1, Policy::Thompson, Policy::Recovering];
    let mean = |ran: &&Ran| ran.objective.map_or(f64::NEG_INFINITY, |level| level.mean);
    let learner = learners.map(|policy| found.of(policy)).into_iter().max_by(|a, b| mean(a).total_cmp(&mean(b)));
    let planned = found.of(Policy::Planned);
    let mut said = vec![gain(page, planned)];
    said.extend(learner.map(|learner| format!("of the policies that learn, {}", gain(page, learner))));
    said.extend(to_members(page, planned));
    said.extend(advised(page).filter(|ran| ran.policy != Policy::Planned).and_then(|ran| to_members(page, ran)));
    format!("Worth: {}; for {} alone, {}", said.join("; "), page.objective(), send(page))
}

/// What a policy does to members, against taking turns.
fn to_members(page: &Page, ran: &Ran) -> Option<String> {
    let figure = |key: &str| {
        let row = FIGURES.iter().position(|figure| figure.key == key)?;
        points(ran.changes[row]?)
    };
    let (churn, kept) = (figure("loss")?, figure("kept")?);
    let is_banned = page.found.policies.iter().any(|ran| ran.banned > 0);
    let more = || ran.banned_more.and_then(points).map_or_else(String::new, |more| format!(", {more}"));
    let banned = if is_banned { format!(", banned {}{}", bans(page, ran), more()) } else { String::new() };
    Some(format!("for members {} instead of round-robin means churn {churn}, kept {kept}{banned}", page.name(ran)))
}

fn send(page: &Page) -> String {
    let best = page.best();
    let gentler = gentler(page).and_then(|(ran, more)| {
        let kept = points(more)?;
        Some((
            ran,
            format!("{} is not told apart from {} and keeps more members, {kept}", page.name(ran), page.name(best)),
        ))
    });
    let first = match advice(page) {
        Advice::SendFewer => "every policy loses more than it wins: send fewer posts".to_owned(),
        Advice::Open => "no policy brings clearly more than taking turns".to_owned(),
        Advice::Best(best) => match gentler {
            Some((ran, why)) => return format!("{why}: {}", follow(page, ran)),
            None => follow(page, best),
        },
    };
    gentler.map_or(first.clone(), |(_, why)| format!("{first}; {why}"))
}

fn follow(page: &Page, ran: &Ran) -> String {
    match ran.policy {
        Policy::BestSingle => format!("send {} alone", page.content(page.found.surrogate.strongest())),
        _ => format!("follow {}", page.name(ran)),
    }
}

/// `planned brings 4.1 % more than round-robin (+120 [+110, +130])`.
fn gain(page: &Page, ran: &Ran) -> String {
    let first = page.found.of(Policy::RoundRobin).objective.map(|level| level.mean);
    let (Some(gain), Some(first)) = (ran.gain, first) else { return format!("{} has no figure", page.name(ran)) };
    let difference = change(page.unit(), Some(gain));
    let is_open = gain.interval.is_none_or(|interval| interval.low <= 0.0 && 0.0 <= interval.high);
    if is_open {
        return format!("{} and round-robin are not told apart ({difference})", page.name(ran));
    }
    // Of two losses neither brings anything.
    if first <= 0.0 {
        let side = if gain.mean > 0.0 { "higher" } else { "lower" };
        return format!("{} ends {side} than round-robin ({difference})", page.name(ran));
    }
    let more = if gain.mean > 0.0 { "more" } else { "less" };
    let relative = short(100.0 * (gain.mean / first).abs());
    format!("{} brings {relative} % {more} than round-robin ({difference})", page.name(ran))
}
