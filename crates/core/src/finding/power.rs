//! How often a test detects what its arms differ by: against groups, effect and duration, and what each mechanism costs.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::provenance::{Provenance, Sets};
use super::sets::too_many_sets;
use super::{Finding, ParameterSource, SCHEMA, Study, Unfinished, within};
use crate::diagnostic::Faults;
use crate::parameter;
use crate::scenario::{Input, Scenario};
use crate::study::ab::power::{CONFIDENCE, Curves, Point, Reach, Request, Share, WANTED_POWER, curves, tests_expected};
use crate::study::ab::{Contest, Tested, Which};
use crate::study::{Observer, Stage};

/// Groups an arm that are looked at unless told otherwise; those of the test are added.
const USUAL_GROUPS: [u32; 7] = [4, 6, 10, 16, 24, 40, 60];

/// The same for members of a direct list.
const USUAL_MEMBERS: [u32; 6] = [100, 250, 500, 1000, 2000, 4000];

/// Effects that are looked at unless told otherwise.
const USUAL_EFFECTS: [f64; 8] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0];

/// A test whose power is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PowerJob {
    /// The scenario.
    pub scenario: Input,
    /// Parameters: a fit; of several sets, the first.
    pub parameters: ParameterSource,
    /// Seed of all luck.
    pub seed: u64,
    /// Which test, and what is looked at.
    pub options: PowerOptions,
}

/// Which test, and what is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PowerOptions {
    /// Which test, and how it is judged.
    pub which: Which,
    /// Level of the test, two-sided.
    pub alpha: f64,
    /// Tests played at each point.
    pub tests: u32,
    /// Groups an arm (members of a direct list); none: as are usual.
    pub groups: Vec<u32>,
    /// Effects: the share by which the arm's contents draw more clicks; none: as are usual.
    pub effects: Vec<f64>,
    /// Sets of the shipped ensemble, its first ones, over which the test is played as it stands.
    pub sets: u32,
}

/// Power curves of a test. Intervals are Monte Carlo error over the tests played, under one set of parameters but for the figures over
/// sets.
#[derive(Debug, Clone, Serialize)]
pub struct Power {
    /// What was asked for.
    pub asked: PowerOptions,
    /// The scenario with its defaults.
    pub scenario: Scenario,
    /// The test.
    pub test: Tested,
    /// What was found.
    pub found: Curves,
    /// Whether the test as planned is large enough for what its arms differ by.
    pub reach: Reach,
    /// What the power that is usually wanted takes; `None` where no number of groups was looked at.
    pub takes: Option<Takes>,
    /// What must be known to read it.
    pub notes: Vec<PowerNote>,
}

/// Groups (members of a direct list) an arm, of those looked at, that have the power that is usually wanted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    /// The first one is not shown to, the next one is.
    Between(f64, f64),
    /// The fewest are.
    AtMost(f64),
    /// None is.
    More,
}

/// What must be known to read the power of a test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerNote {
    /// What tests that detect a difference are mistaken by.
    Mistaken {
        /// Share of them with the wrong sign.
        sign: Share,
        /// How many times too large they show it on average.
        times: f64,
    },
    /// With the same plan in every arm more tests detect a difference than the level says.
    FalseAlarms(Share),
    /// What an analysis that takes members for independent would have.
    IfIndependent {
        /// Power, as calculators have it.
        power: f64,
        /// False alarms.
        false_alarms: Share,
    },
    /// Fewer 95 % intervals hold the average difference: it is not the same in every test.
    Covered(Share),
    /// What the platform did to the account that all arms share.
    Account {
        /// Tests in which it was limited.
        limited: Share,
        /// Tests in which it was banned.
        banned: Share,
    },
    /// The metric does not follow clicks, so there is no curve against the appeal of contents.
    NoCurveByAppeal,
}

impl PowerOptions {
    /// Tests that can be asked for.
    pub const TESTS: RangeInclusive<u32> = 20..=1_000_000;

    /// Groups an arm that can be asked for.
    pub const UNITS: RangeInclusive<u32> = 2..=100_000;
}

impl PowerJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        let tests = ("--tests", self.options.tests, PowerOptions::TESTS);
        let groups = self.options.groups.iter().map(|&groups| ("--groups", groups, PowerOptions::UNITS));
        within(&groups.chain([tests]).collect::<Vec<_>>())?;
        let ensemble = self.parameters.ensemble()?;
        observer.begins(Stage::Compiling { sets: 1 });
        let contest = Contest::read(&self.scenario.draft(), self.seed, &ensemble.sets[0], &self.options.which)?;
        let request = self.options.request(&contest)?;
        observer.begins(Stage::Simulating { replicates: Some(tests_expected(&contest, &request)) });
        let found = curves(&contest, &request, observer.engine())?
            .ok_or_else(|| Unfinished::without(contest.no_figure(), observer))?;

        let best = Sets::of(&ensemble.name, &ensemble.fit, &ensemble.sets[..1], found.tests);
        // Some of the tests were played under other sets.
        let replicates_per_set = best.replicates_per_set.filter(|_| request.sets.is_empty());
        let parameters = Some(Sets { replicates_per_set, ..best });
        let made = Provenance::of("ab power", &self.scenario.name, self.seed, &self.scenario.set);
        let provenance = Provenance { replicates: found.tests, partial: found.partial, parameters, ..made };
        Ok(Finding { schema: SCHEMA, provenance, study: Study::Power(Box::new(self.decided(&contest, found))) })
    }

    fn decided(&self, contest: &Contest, found: Curves) -> Power {
        let test = contest.tested();
        Power {
            asked: self.options.clone(),
            scenario: contest.draft.scenario.clone(),
            reach: found.here.reach(),
            takes: takes(&found.by_units),
            notes: notes(&test, &found, self.options.alpha),
            test,
            found,
        }
    }
}

impl PowerOptions {
    /// What is looked at.
    ///
    /// # Errors
    /// When more sets are asked for than there are.
    fn request(&self, contest: &Contest) -> Result<Request, Faults> {
        if let Some(faults) = Faults::all_of_job(too_many_sets(self.sets).into_iter()) {
            return Err(faults);
        }
        let usual: &[u32] = if contest.deals_members() { &USUAL_MEMBERS } else { &USUAL_GROUPS };
        let mut units =
            if self.groups.is_empty() { [usual, &[contest.trial.units_per_arm]].concat() } else { self.groups.clone() };
        units.sort_unstable();
        units.dedup();
        let effects = if self.effects.is_empty() { USUAL_EFFECTS.to_vec() } else { self.effects.clone() };
        let sets = parameter::plausible().sets[..self.sets as usize].to_vec();
        Ok(Request { tests: self.tests, alpha: self.alpha, units, effects, sets })
    }
}

fn takes(by_units: &[Point]) -> Option<Takes> {
    // Surely: more tests could not take it back.
    let reaches = |point: &Point| point.power.found.interval.low >= WANTED_POWER;
    let first = by_units.iter().position(reaches);
    Some(match (by_units, first) {
        ([], _) => return None,
        (_, None) => Takes::More,
        (_, Some(0)) => Takes::AtMost(by_units[0].at),
        (_, Some(first)) => Takes::Between(by_units[first - 1].at, by_units[first].at),
    })
}

fn notes(test: &Tested, found: &Curves, alpha: f64) -> Vec<PowerNote> {
    let Curves { here, same, limited, banned, .. } = *found;
    let mistaken = here.wrong_sign.zip(here.exaggeration);
    let alarms = same.map(|same| same.found).filter(|alarms| alarms.interval.low > alpha);
    let independent = here.if_independent.zip(same.and_then(|same| same.naive)).filter(|_| !test.deals_members);
    [
        mistaken.map(|(sign, times)| PowerNote::Mistaken { sign, times }),
        alarms.map(PowerNote::FalseAlarms),
        independent.map(|(power, false_alarms)| PowerNote::IfIndependent { power, false_alarms }),
        here.covered.filter(|covered| covered.interval.high < CONFIDENCE).map(PowerNote::Covered),
        (limited.n + banned.n > 0).then_some(PowerNote::Account { limited, banned }),
        (!test.metric.follows_clicks()).then_some(PowerNote::NoCurveByAppeal),
    ]
    .into_iter()
    .flatten()
    .collect()
}
