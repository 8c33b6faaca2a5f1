//! What a test can find, how long it should run, and what it can say of guardrails and bans.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::provenance::{Provenance, Sets};
use super::{Finding, ParameterSource, SCHEMA, Study, Unfinished, within};
use crate::scenario::{Input, Scenario};
use crate::study::ab::design::{self as study, smallest_p_value, tests_expected};
use crate::study::ab::power::Reach;
use crate::study::ab::{Contest, Method, Tested, Which};
use crate::study::{Observer, Stage};

/// A test that is to be designed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignJob {
    /// The scenario.
    pub scenario: Input,
    /// Parameters: a fit; of several sets, the first.
    pub parameters: ParameterSource,
    /// Seed of all luck.
    pub seed: u64,
    /// Which test, and how often it is played.
    pub options: DesignOptions,
}

/// Which test, and how often it is played.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DesignOptions {
    /// Which test, and how it is judged.
    pub which: Which,
    /// Level of the test, two-sided.
    pub alpha: f64,
    /// Tests played for each look.
    pub tests: u32,
}

/// What a test can do. Intervals are Monte Carlo error over the tests played, under one set of parameters.
#[derive(Debug, Clone, Serialize)]
pub struct Design {
    /// What was asked for.
    pub asked: DesignOptions,
    /// The scenario with its defaults.
    pub scenario: Scenario,
    /// The test.
    pub test: Tested,
    /// What was found.
    pub found: study::Design,
    /// Whether it is large enough for what its arms differ by.
    pub reach: Reach,
    /// The day after which no further day adds power; `None` where every day does, or where that is not known.
    pub idle_after: Option<u32>,
    /// What must be known to read it.
    pub notes: Vec<DesignNote>,
}

/// What must be known to read the design of a test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DesignNote {
    /// There are so few groups that a permutation never goes below this p value, and no analysis uses anything else.
    NeverBelow(f64),
    /// How large a chance of a ban remains possible when so many accounts were not banned.
    Unbanned {
        /// After one account.
        one: f64,
        /// Several accounts.
        accounts: u32,
        /// After those.
        several: f64,
    },
    /// Power if members were independent.
    IfIndependent(f64),
}

impl DesignOptions {
    /// Tests that can be asked for.
    pub const TESTS: RangeInclusive<u32> = 20..=1_000_000;
}

impl DesignJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        within(&[("--tests", self.options.tests, DesignOptions::TESTS)])?;
        let DesignOptions { which, alpha, tests } = &self.options;
        let ensemble = self.parameters.ensemble()?;
        observer.begins(Stage::Compiling { sets: 1 });
        let contest = Contest::read(&self.scenario.draft(), self.seed, &ensemble.sets[0], which)?;
        if let Some(floor) = smallest_p_value(&contest)
            && contest.judge.method == Method::Permutation
            && floor >= *alpha
        {
            let units = contest.trial.units_per_arm;
            let never = format!("{units} groups an arm can never go below p = {floor:.3} by permutation");
            return Err(contest.fault(format!("{never}, and alpha is {alpha}"), "deal more groups to each arm").into());
        }
        observer.begins(Stage::Simulating { replicates: Some(tests_expected(&contest, *tests)) });
        let found = study::design(&contest, *tests, *alpha, observer.engine())
            .ok_or_else(|| Unfinished::without(contest.no_figure(), observer))?;

        let parameters = Some(Sets::of(&ensemble.name, &ensemble.fit, &ensemble.sets[..1], found.tests));
        let made = Provenance::of("ab design", &self.scenario.name, self.seed, &self.scenario.set);
        let provenance = Provenance { replicates: found.tests, partial: found.partial, parameters, ..made };
        Ok(Finding { schema: SCHEMA, provenance, study: Study::Design(Box::new(self.decided(&contest, found))) })
    }

    fn decided(&self, contest: &Contest, found: study::Design) -> Design {
        let test = contest.tested();
        Design {
            asked: self.options.clone(),
            scenario: contest.draft.scenario.clone(),
            reach: found.power.reach(),
            idle_after: found.enough_days.filter(|&days| days < test.days),
            notes: notes(&test, &found, self.options.alpha),
            test,
            found,
        }
    }
}

fn notes(test: &Tested, found: &study::Design, alpha: f64) -> Vec<DesignNote> {
    let unbanned = found.unbanned.first().zip(found.unbanned.last());
    [
        found.smallest_p_value.filter(|floor| *floor >= alpha).map(DesignNote::NeverBelow),
        unbanned.map(|(&(_, one), &(accounts, several))| DesignNote::Unbanned { one, accounts, several }),
        found.power.if_independent.filter(|_| !test.deals_members).map(DesignNote::IfIndependent),
    ]
    .into_iter()
    .flatten()
    .collect()
}
