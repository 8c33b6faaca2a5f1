//! What makes a figure of a comparison read better or worse than it is: said below the verdict.
//!
//! Comes in: a comparison, its experiment and the headline metrics. Goes out: [`Caution`]s, in the order in which they are said. Sentences are
//! not here: see `report`.

use serde::Serialize;

use super::{Comparison, Difference, Zone};
use crate::plan::{Experiment, Plan, Post};
use crate::tally::{Metric, Outcome, Subject};
use crate::units::Trigger;

/// Something to know before a figure is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caution {
    /// A ban or expulsion spares members the rest, so that churn stands still under these plans: they differ from the baseline in who is
    /// out of reach.
    SparedByABan {
        /// Indices of the plans.
        plans: Vec<usize>,
    },
    /// Nothing can be bought through some posts of a plan: they carry no offer, or its link is broken.
    NothingToBuy {
        /// Index of the plan.
        plan: usize,
        /// Posts through which nothing can be bought.
        without: usize,
        /// All posts.
        posts: usize,
    },
    /// A limit is likely only because the list is long: in a thousand deliveries a post is reported no more often than the platform puts up
    /// with.
    LimitedByLength {
        /// Index of the plan.
        plan: usize,
        /// Reports per 1000 delivered.
        reports: f64,
        /// People who may report a post before the platform may act, however long the list.
        reporters: u32,
    },
    /// No plan's posts bring in what they cost, on average over replicates and sets of parameters.
    NothingPays {
        /// Index of the plan whose posts lose least, and what they lose, in the scenario's currency.
        least: (usize, f64),
        /// The same of the plan whose posts lose most.
        most: (usize, f64),
        /// Least and most that a delivered send costs under a plan that sends.
        per_send: [f64; 2],
        /// What a post costs in one group, whatever its size.
        per_post: f64,
    },
    /// Reports per delivered post fall because more is delivered: members report no less.
    FewerReportsAPost {
        /// Index of the plan.
        plan: usize,
        /// Reports per 1000 members under the plan.
        reports: f64,
        /// Under the baseline.
        baseline: f64,
    },
}

/// Chance of being limited from which a limit is called likely.
const LIKELY: f64 = 0.5;

/// What must be known to read this comparison.
pub fn cautions(
    comparison: &Comparison,
    experiment: &Experiment,
    headline: &[&'static Metric],
    zone: Zone,
) -> Vec<Caution> {
    let plans = 0..comparison.plans.len();
    let spared: Vec<usize> = plans.clone().filter(|&plan| is_apart_in_reach(comparison, plan, zone)).collect();
    let speaks_of_loss = headline.iter().any(|metric| metric.subject == Subject::Exits);
    let spared = (speaks_of_loss && !spared.is_empty()).then_some(Caution::SparedByABan { plans: spared });
    let of_offers = nothing_to_buy(experiment);
    let of_length = plans.clone().filter_map(|plan| limited_by_length(comparison, experiment, plan));
    let speaks_of_rates = headline.iter().any(|metric| metric.key == "reports_per_1000");
    let of_rates = plans.filter(|_| speaks_of_rates).filter_map(|plan| fewer_reports_a_post(comparison, plan));
    let of_cost = nothing_pays(comparison, experiment);
    spared.into_iter().chain(of_offers).chain(of_length).chain(of_rates).chain(of_cost).collect()
}

fn mean(comparison: &Comparison, plan: usize, key: &str) -> Option<f64> {
    comparison.estimate(plan, key)?.mean
}

/// Whether a plan differs from the baseline in who is out of reach.
fn is_apart_in_reach(comparison: &Comparison, plan: usize, zone: Zone) -> bool {
    let unreachable = |plan: usize| mean(comparison, plan, "unreachable").unwrap_or(0.0);
    (unreachable(plan) - unreachable(comparison.baseline)).abs() > zone.points
}

/// Plans with posts through which nothing can be bought, unless all plans have as large a share of them, and some others.
fn nothing_to_buy(experiment: &Experiment) -> Vec<Caution> {
    let sells_nothing = |post: &&Post| post.offer <= 0.0 || post.flags.broken_link;
    let count = |(index, plan): (usize, &Plan)| {
        let without = plan.posts.iter().filter(sells_nothing).count();
        (!plan.posts.is_empty()).then_some((index, without, plan.posts.len()))
    };
    let counts: Vec<(usize, usize, usize)> = experiment.plans.iter().enumerate().filter_map(count).collect();
    let is_same_share = |of: &[(usize, usize, usize)]| of[0].1 * of[1].2 == of[1].1 * of[0].2;
    if counts.windows(2).all(is_same_share) && counts.iter().all(|(_, without, posts)| without < posts) {
        return Vec::new();
    }
    let some = counts.into_iter().filter(|(_, without, _)| *without > 0);
    some.map(|(plan, without, posts)| Caution::NothingToBuy { plan, without, posts }).collect()
}

/// Whether the posts of every plan that sends lose money.
fn nothing_pays(comparison: &Comparison, experiment: &Experiment) -> Option<Caution> {
    let sending = || experiment.plans.iter().enumerate().filter(|(_, plan)| !plan.posts.is_empty());
    let lost = |(plan, _): (usize, &Plan)| {
        let earned = comparison.estimate(plan, "profit_posts")?;
        (earned.high? < 0.0).then_some((plan, -earned.mean?))
    };
    let lost: Vec<(usize, f64)> = sending().map(lost).collect::<Option<_>>()?;
    let by_loss = |a: &&(usize, f64), b: &&(usize, f64)| a.1.total_cmp(&b.1);
    let per_send = sending().map(|(_, plan)| plan.stakes.cost_per_send);
    Some(Caution::NothingPays {
        least: *lost.iter().min_by(by_loss)?,
        most: *lost.iter().max_by(by_loss)?,
        per_send: [per_send.clone().fold(f64::INFINITY, f64::min), per_send.fold(0.0, f64::max)],
        per_post: experiment.plans[experiment.baseline].stakes.cost_per_post,
    })
}

fn limited_by_length(comparison: &Comparison, experiment: &Experiment, plan: usize) -> Option<Caution> {
    // Only what is counted against one post is of a kind with reports per delivered post.
    let rule = experiment.profile.rules.reports.as_ref().filter(|rule| rule.trigger == Trigger::LastRead)?;
    let reporters = rule.reporters;
    let reports = mean(comparison, plan, "reports_per_1000")?;
    let is_likely = mean(comparison, plan, "p_limited")? >= LIKELY;
    (is_likely && reports <= f64::from(reporters)).then_some(Caution::LimitedByLength { plan, reports, reporters })
}

/// Reports of a plan per 1000 members.
fn reports_of_members(comparison: &Comparison, plan: usize) -> Option<f64> {
    let summary = &comparison.plans[plan];
    let reports: Option<f64> = summary.days.iter().map(|day| day[Outcome::Reports as usize].mean).sum();
    (summary.members > 0).then(|| reports.map(|reports| 1000.0 * reports / summary.members as f64))?
}

fn fewer_reports_a_post(comparison: &Comparison, plan: usize) -> Option<Caution> {
    let is_less = |of: &Difference| of.high.is_some_and(|high| high < 0.0);
    if !comparison.difference(plan, "reports_per_1000").is_some_and(is_less) {
        return None;
    }
    let [reports, baseline] = [plan, comparison.baseline].map(|plan| reports_of_members(comparison, plan));
    let (reports, baseline) = (reports?, baseline?);
    (reports >= baseline).then_some(Caution::FewerReportsAPost { plan, reports, baseline })
}
