//! What a verdict speaks of.
//!
//! Comes in: the metrics that the scenario chose and its plans. Goes out: the metrics of the verdict. What they mean is not here: see
//! `verdict`.
//!
//! Each further post sells a little more, so that plans that differ in how often they send are never told apart by sales alone: what the
//! posts cost and whom they drive away stand beside.

use crate::plan::Experiment;
use crate::tally::{Metric, Subject, find};

/// The chosen metrics and, where they speak of sales and plans differ in posts a week, profit, if there is a margin, and members kept.
pub fn headline(experiment: &Experiment, chosen: &[&'static Metric]) -> Vec<&'static Metric> {
    let mut headline = chosen.to_vec();
    let received = |plan| experiment.posts_per_week(plan) * plan.reach;
    let differ = experiment.plans.windows(2).any(|two| received(&two[0]) != received(&two[1]));
    if differ && chosen.iter().any(|metric| metric.subject == Subject::Sales) {
        let is_priced = experiment.plans.iter().any(|plan| plan.stakes.margin.is_some());
        let beside = ["profit", "kept"].iter().filter(|key| is_priced || **key != "profit");
        for metric in beside.filter_map(|key| find(key)) {
            if headline.iter().all(|known| known.key != metric.key) {
                headline.push(metric);
            }
        }
    }
    headline
}
