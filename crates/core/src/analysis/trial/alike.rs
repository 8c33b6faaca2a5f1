//! How much alike the members of a group are, and so how many independent members all of them are worth.
//!
//! Comes in: groups with the members in whom a metric counts. Goes out: [`Alike`]: the intra-group correlation by analysis of variance
//! within arms, the design effect and the effective sample size.

use serde::Serialize;
use wearout_stats::clustered::{self, Cluster};

use crate::tally::{Dealt, Metric};

use super::Trial;

/// Likeness within groups.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Alike {
    /// Intra-group correlation; below 0 where groups differ less than chance would have it.
    pub correlation: f64,
    /// How many times the variance of an arm's mean grows because members come in groups; 1 where the correlation is below 0.
    pub design_effect: f64,
    /// Members of all arms.
    pub members: u64,
    /// Independent members that they are worth.
    pub effective: f64,
}

/// `None` on a direct list, for a metric that is no share of members, and where no member differs from another.
pub(super) fn alike(trial: &Trial<'_>, metric: &Metric) -> Option<Alike> {
    if trial.dealt == Dealt::Members || !metric.is_of_members() {
        return None;
    }
    let mut arms: Vec<Vec<Cluster>> = vec![Vec::new(); trial.arms.len()];
    for unit in trial.units {
        let (cases, members) = metric.trials(&unit.tally)?;
        arms[unit.arm].push(Cluster::of_trials(cases, members));
    }
    let correlation = clustered::correlation(&arms.iter().map(Vec::as_slice).collect::<Vec<_>>())?.estimate;
    let sizes: Vec<f64> = arms.iter().flatten().map(|cluster| cluster.size).collect();
    let design_effect = clustered::design_effect_of_sizes(&sizes, correlation.max(0.0))?;
    let members: u64 = trial.units.iter().map(|unit| unit.tally.horizon.members).sum();
    let effective = clustered::effective_size(members as f64, design_effect);
    Some(Alike { correlation, design_effect, members, effective })
}
