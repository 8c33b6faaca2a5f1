//! What is advised, and what planning and learning are worth against taking turns, at whose cost: in sentences.

use wearout_core::finding::{Advice, Advised, Gain, GainCall, Gentler, Rotate};
use wearout_core::study::ab::rotate::{Level, MEASURES, Policy, Ran};

use super::{change, name, objective};
use crate::number::{decimals, fixed, short, signed};
use crate::page::{Block, Said};

/// The advice in one sentence.
pub(super) fn headline(rotate: &Rotate) -> String {
    let Advice { of_objective, gentler, follow } = rotate.advice;
    let best = name(rotate, rotate.best());
    let of_members = gentler.and_then(|Gentler { policy, kept_more }| {
        let policy = name(rotate, rotate.found.of(policy));
        Some(format!("{policy} is not told apart from {best} and keeps more members, {}", points(kept_more)?))
    });
    let of_objective = match of_objective {
        Advised::SendFewer => "every policy loses more than it wins: send fewer posts".to_owned(),
        Advised::Open => "no policy brings clearly more than taking turns".to_owned(),
        Advised::Best(best) => self::follow(rotate, follow.unwrap_or(best)),
    };
    let advice = match (of_members, follow) {
        (Some(why), Some(_)) => format!("{why}: {of_objective}"),
        (Some(why), None) => format!("{of_objective}; {why}"),
        (None, _) => of_objective,
    };
    format!("For {} alone, {advice}.", objective(rotate))
}

fn follow(rotate: &Rotate, policy: Policy) -> String {
    match policy {
        Policy::BestSingle => format!("send {} alone", rotate.menu[rotate.found.surrogate.strongest()].name),
        policy => format!("follow {}", name(rotate, rotate.found.of(policy))),
    }
}

/// What planning and learning bring, and what they do to members.
pub(super) fn worth(rotate: &Rotate) -> Vec<Block> {
    let found = &rotate.found;
    let mut said = vec![
        Said::of(gain(rotate, rotate.planned), "/study/planned"),
        Said::of(format!("of the policies that learn, {}", gain(rotate, rotate.learner)), "/study/learner"),
    ];
    let others = rotate.advice.follow.filter(|policy| *policy != Policy::Planned);
    for policy in [Policy::Planned].into_iter().chain(others) {
        let from = format!("/study/found/policies/{}/changes", found.index(policy));
        said.extend(to_members(rotate, found.of(policy)).map(|words| Said::of(words, from)));
    }
    said.into_iter().map(Block::Sentence).collect()
}

/// `in 34 % of the campaigns, round-robin in 10 %`.
pub(super) fn bans(rotate: &Rotate, ran: &Ran) -> String {
    let share = |ran: &Ran| fixed(100.0 * f64::from(ran.banned) / f64::from(rotate.found.replicates), 0);
    format!("in {} % of the campaigns, round-robin in {} %", share(ran), share(rotate.found.of(Policy::RoundRobin)))
}

/// `+2.0 points (+1.0 to +3.0)`.
pub(super) fn points(level: Level) -> Option<String> {
    let Level { mean, interval } = level;
    let interval = interval?;
    let half_width = 100.0 * (interval.high - interval.low) / 2.0;
    let digits = if half_width > 0.0 { decimals(half_width) } else { 1 };
    let [mean, low, high] = [mean, interval.low, interval.high].map(|value| signed(100.0 * value, digits));
    Some(format!("{mean} points ({low} to {high})"))
}

/// What a policy does to members, against taking turns.
fn to_members(rotate: &Rotate, ran: &Ran) -> Option<String> {
    let figure = |key: &str| points(ran.changes[MEASURES.iter().position(|figure| figure.key == key)?]?);
    let (churn, kept) = (figure("loss")?, figure("kept")?);
    let is_banned = rotate.found.policies.iter().any(|ran| ran.banned > 0);
    let more = || ran.banned_more.and_then(points).map_or_else(String::new, |more| format!(", {more}"));
    let banned = if is_banned { format!(", banned {}{}", bans(rotate, ran), more()) } else { String::new() };
    Some(format!("for members {} instead of round-robin means churn {churn}, kept {kept}{banned}", name(rotate, ran)))
}

/// `planned brings 4.1 % more than round-robin (+120 [+110, +130])`.
fn gain(rotate: &Rotate, Gain { policy, difference, call }: Gain) -> String {
    let name = name(rotate, rotate.found.of(policy));
    let Some(level) = difference else { return format!("{name} has no figure") };
    let difference = change(rotate.unit(), level);
    let is_more = level.mean > 0.0;
    match call {
        GainCall::None => format!("{name} has no figure"),
        GainCall::NotApart => format!("{name} and round-robin are not told apart ({difference})"),
        GainCall::Apart => {
            let side = if is_more { "higher" } else { "lower" };
            format!("{name} ends {side} than round-robin ({difference})")
        }
        GainCall::Share(share) => {
            let more = if is_more { "more" } else { "less" };
            format!("{name} brings {} % {more} than round-robin ({difference})", short(100.0 * share.abs()))
        }
    }
}
