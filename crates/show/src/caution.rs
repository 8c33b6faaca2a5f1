//! What must be known to read a comparison, in sentences.
//!
//! Comes in: cautions and the comparison they are about. Goes out: a sentence each. When something must be said is decided in `analysis`.

use wearout_core::analysis::{Caution, Comparison};

use super::number::{fixed, two_digits};
use super::sentence::list;

/// What to do before anyone believes that silence earns most.
const SAY_WHAT_YOU_PAY: &str = "Before you send nothing, say what you pay: `cost` of a plan is what a delivered message costs (left out: the \
    article's claim), `cost_per_post` under [money] what a post costs whatever the size of the group";

/// What is said where a plan that sends nothing earns most.
pub fn silence_earns_most(plan: &str) -> String {
    format!("{plan} sends nothing and earns most at these costs. {SAY_WHAT_YOU_PAY}")
}

/// The sentences, in the same order; amounts of money are in `currency`.
pub fn sentences(cautions: &[Caution], comparison: &Comparison, currency: &str) -> Vec<String> {
    cautions.iter().map(|caution| sentence(caution, comparison, currency)).collect()
}

fn sentence(caution: &Caution, comparison: &Comparison, currency: &str) -> String {
    let name = |plan: usize| comparison.plans[plan].name.as_str();
    let baseline = name(comparison.baseline);
    match caution {
        Caution::SparedByABan { plans } => {
            let verb = if plans.len() == 1 { "differs" } else { "differ" };
            let plans: Vec<&str> = plans.iter().map(|&plan| name(plan)).collect();
            format!(
                "a ban or expulsion spares members the rest, and {} {verb} in it from {baseline}: read churn with kept and unreachable",
                list(&plans)
            )
        }
        Caution::NothingToBuy { plan, without, posts } if without == posts => {
            format!("no post of {} carries an offer that works: nothing can be bought through it", name(*plan))
        }
        Caution::NothingToBuy { plan, without, posts } => format!(
            "{without} of the {posts} posts of {} carry no offer that works (useful posts have none unless `offer` says so): they can win \
             readers and sell nothing",
            name(*plan)
        ),
        Caution::LimitedByLength { plan, reports, reporters } => format!(
            "{} is limited because its list is long: of 1,000 deliveries {} are reported, and the platform may act as soon as more than \
             {reporters} people report a post, however many receive it",
            name(*plan),
            fixed(*reports, 1)
        ),
        Caution::NothingPays { least, most, per_send: [low, high], per_post } => {
            let sends =
                if low == high { fixed(*high, 2) } else { format!("{} to {}", fixed(*low, 2), fixed(*high, 2)) };
            let posts = if *per_post > 0.0 { format!(" and {} a post", fixed(*per_post, 2)) } else { String::new() };
            let lost =
                |(plan, loss): (usize, f64)| format!("{} {currency} ({})", fixed(loss, two_digits(loss)), name(plan));
            let lost = if least.0 == most.0 { lost(*least) } else { format!("{} to {}", lost(*least), lost(*most)) };
            format!(
                "at {sends} {currency} a delivered message{posts} no plan's posts pay for themselves: on average they lose {lost}. {SAY_WHAT_YOU_PAY}"
            )
        }
        Caution::FewerReportsAPost { plan, reports, baseline: others } => format!(
            "{} has fewer reports per 1,000 delivered than {baseline} because it delivers more to each member: of 1,000 members it is reported {} times, \
             {baseline} {} times",
            name(*plan),
            fixed(*reports, 1),
            fixed(*others, 1)
        ),
    }
}
