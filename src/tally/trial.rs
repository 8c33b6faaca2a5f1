//! A test counted unit by unit: each group of each arm, or, on a direct list, everyone in an arm together.

use super::Tally;

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
