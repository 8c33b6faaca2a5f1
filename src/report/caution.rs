//! What must be known to read a comparison, in sentences.
//!
//! Comes in: cautions and the comparison they are about. Goes out: a sentence each. When something must be said is decided in `analysis`.

use super::number::fixed;
use super::sentence::list;
use crate::analysis::{Caution, Comparison};

/// The sentences, in the same order.
pub fn sentences(cautions: &[Caution], comparison: &Comparison) -> Vec<String> {
    cautions.iter().map(|caution| sentence(caution, comparison)).collect()
}

fn sentence(caution: &Caution, comparison: &Comparison) -> String {
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
        Caution::FewerReportsAPost { plan, reports, baseline: others } => format!(
            "{} has fewer reports per 1,000 delivered than {baseline} because it delivers more to each member: of 1,000 members it is reported {} times, \
             {baseline} {} times",
            name(*plan),
            fixed(*reports, 1),
            fixed(*others, 1)
        ),
    }
}
