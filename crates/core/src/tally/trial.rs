//! A test counted unit by unit: each group of each arm, or, on a direct list, everyone in an arm together.

use serde::{Deserialize, Serialize};

use super::{Metric, Tally};

/// What was dealt to the arms, and so counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dealt {
    /// Whole groups: everybody in one gets the same.
    Groups,
    /// Members of a direct list, one by one.
    Members,
}

impl Dealt {
    /// What is counted, in words.
    pub fn noun(self) -> &'static str {
        match self {
            Dealt::Groups => "groups",
            Dealt::Members => "members",
        }
    }
}

/// A metric that an arm must not make worse by as much as a margin.
#[derive(Debug, Clone, Copy)]
pub struct Guardrail {
    /// The metric.
    pub metric: &'static Metric,
    /// How much worse is too much, in the metric's own unit (a share: 0.02 is two points); `None` for the zone of practical equality.
    pub margin: Option<f64>,
}

/// One test in one replicate, or one that a sender ran: arms beside each other on one account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrialTally {
    /// Which replicate this is.
    pub replicate: u32,
    /// Arm by arm, within an arm in the order of the groups.
    pub units: Vec<TrialUnit>,
}

/// What the members of one unit did. Limits and bans are the account's, the same in every unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialUnit {
    /// Index of its arm.
    pub arm: usize,
    /// Number of its group within the audience; 0 on a direct list.
    pub group: u32,
    /// Its counts, day by day and at the end.
    pub tally: Tally,
}

impl TrialTally {
    /// The units of one test, arm by arm.
    pub fn new(replicate: u32, units: Vec<TrialUnit>) -> TrialTally {
        TrialTally { replicate, units }
    }

    /// The tallies of an arm's units.
    pub fn arm(&self, arm: usize) -> impl Iterator<Item = &Tally> {
        self.units.iter().filter(move |unit| unit.arm == arm).map(|unit| &unit.tally)
    }
}
