//! Which metrics a table of results measures: those all of whose columns are there.
//!
//! Comes in: the columns. Goes out: metrics that can be computed, and what the others lack. Costs, chances of a ban and what follows
//! the test are in no such table.

use serde::Serialize;

use crate::tally::{METRICS, Metric};

use super::check::Unit;
use super::columns::{Columns, Role};

/// A metric that needs a column which is not there.
#[derive(Debug, Clone, Serialize)]
pub struct Missing {
    /// The metric.
    pub metric: &'static Metric,
    /// Names of the columns that it lacks.
    pub columns: Vec<&'static str>,
}

/// Metrics that tables of results can tell, with the columns that they need.
fn needs() -> impl Iterator<Item = (&'static Metric, Vec<Role>)> {
    let told = METRICS.iter().filter(|metric| !metric.columns.is_empty());
    told.map(|metric| (metric, metric.columns.iter().map(|outcome| Role::of(*outcome)).collect()))
}

/// Metrics that can be measured, and those that lack a column.
pub(super) fn measured(columns: &Columns) -> (Vec<&'static Metric>, Vec<Missing>) {
    let (mut measured, mut missing) = (Vec::new(), Vec::new());
    for (metric, roles) in needs() {
        let lacking: Vec<&str> =
            roles.iter().filter(|role| columns.get(**role).is_none()).map(|role| role.key()).collect();
        if lacking.is_empty() {
            measured.push(metric);
        } else {
            missing.push(Missing { metric, columns: lacking });
        }
    }
    (measured, missing)
}

/// Metrics that are known before the test, too, in every unit.
pub(super) fn known_before(units: &[Unit], measured: &[&'static Metric]) -> Vec<&'static Metric> {
    let is_known = |role: &Role| {
        units.iter().all(|unit| {
            let mut days = unit.days.range(..1).peekable();
            days.peek().is_some() && days.all(|(_, row)| row.count(*role).is_some())
        })
    };
    let known = needs().filter(|(metric, roles)| is_measured(measured, metric) && roles.iter().all(is_known));
    known.map(|(metric, _)| metric).collect()
}

fn is_measured(measured: &[&'static Metric], metric: &Metric) -> bool {
    measured.iter().any(|known| known.key == metric.key)
}
