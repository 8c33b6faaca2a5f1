//! Whether a test pays: which one, or what to send without it.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::provenance::{Provenance, Sets};
use super::sets::too_many_sets;
use super::{Finding, SCHEMA, Study, Unfinished, within};
use crate::diagnostic::Faults;
use crate::parameter::{self, Ensemble, Parameters};
use crate::scenario::{Input, Scenario};
use crate::study::ab::worth::{self as study, Advice, Request, Rest, Rule, replicates_expected};
use crate::study::ab::{Contest, Method, Which};
use crate::study::{Observer, Stage};
use crate::tally::Metric;
use crate::units::Channel;

/// Groups an arm that are tried unless told otherwise, as far as the audience has them; those of the test are added.
const USUAL_GROUPS: [u32; 7] = [2, 4, 8, 12, 20, 40, 80];

/// The same for members of a direct list.
const USUAL_MEMBERS: [u32; 7] = [50, 100, 250, 500, 1000, 2500, 10_000];

/// Days that are tried unless told otherwise, as far as the horizon goes; those of the test are added.
const USUAL_DAYS: [u32; 4] = [3, 7, 14, 28];

/// A test whose worth is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorthJob {
    /// The scenario.
    pub scenario: Input,
    /// Seed of all luck.
    pub seed: u64,
    /// Which test, and what is tried.
    pub options: WorthOptions,
}

/// Which test, and what is tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorthOptions {
    /// Name of the test; `None`: the scenario's first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// Key of the metric it is decided by; `None`: the test's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Groups an arm (members of a direct list) that are tried; none: as are usual.
    pub groups: Vec<u32>,
    /// Days that are tried; none: as are usual.
    pub days: Vec<u32>,
    /// What becomes of those who are not tested.
    pub rest: Rest,
    /// Buyers that a member lost costs; `None`: what a member addressed brings in one campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_worth: Option<f64>,
    /// Standard deviation of what nobody knows beforehand of the appeal of an arm's contents.
    pub appeal: f64,
    /// Sets of the shipped ensemble, its first ones.
    pub sets: u32,
    /// Under each set: campaigns of each arm, and tests of each kind.
    pub replicates: u32,
}

/// Whether a test pays. Figures are in buyers of the whole audience; intervals are Monte Carlo error over sets and luck.
#[derive(Debug, Clone, Serialize)]
pub struct Worth {
    /// What was asked for.
    pub asked: WorthOptions,
    /// The scenario with its defaults.
    pub scenario: Scenario,
    /// Name of the test.
    pub test: String,
    /// Names of its arms.
    pub arms: Vec<String>,
    /// What it is decided by.
    pub metric: &'static Metric,
    /// Whether members of a direct list are dealt one by one.
    pub deals_members: bool,
    /// Groups of the audience.
    pub groups: u32,
    /// Members of each, or of the direct list.
    pub size: u32,
    /// What was found.
    pub found: study::Worth,
    /// The rule of the most promising test, by which tests are told.
    pub rule: Rule,
    /// Whether the arms come to the same under every set.
    pub is_tied: bool,
    /// Whether the arm that is best beforehand is shown to be ahead of the next.
    pub is_ahead: bool,
    /// What must be known to read it.
    pub notes: Vec<WorthNote>,
}

/// What must be known to read the worth of a test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorthNote {
    /// In so large a share of the tests of a kind the account was banned.
    Banned(f64),
    /// The arms differ in more than their posts: those tested keep their own.
    TestedKeepTheirArm,
    /// There is no closed form for this test.
    NoClosedForm,
    /// The test that is advised pays, and not by choosing better.
    ChoosingGainsNothing,
}

impl WorthOptions {
    /// Sets that can be asked for.
    pub const SETS: RangeInclusive<u32> = 2..=100_000;

    /// Replicates under each set that can be asked for.
    pub const REPLICATES: RangeInclusive<u32> = 2..=10_000;
}

impl WorthJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        let WorthOptions { sets, replicates, .. } = self.options;
        within(&[("--sets", sets, WorthOptions::SETS), ("--replicates", replicates, WorthOptions::REPLICATES)])?;
        let WorthOptions { test, metric, .. } = &self.options;
        let which = Which { test: test.clone(), metric: metric.clone(), arm: None, method: Method::Means };
        observer.begins(Stage::Compiling { sets: 1 });
        let contest = Contest::read(&self.scenario.draft(), self.seed, &Parameters::best(), &which)?;
        let request = self.options.request(&contest)?;
        let expected = replicates_expected(&contest, &request);
        observer.begins(Stage::Simulating { replicates: Some(expected) });
        let found = study::worth(&contest, &request, observer.engine())?.ok_or(Unfinished::Stopped)?;

        let Ensemble { name, fit, .. } = parameter::plausible();
        let sets = Sets::of(name, fit, &request.sets, request.sets.len() as u64 * u64::from(request.replicates));
        // Who was stopped knows not how many each set had.
        let each = sets.replicates_per_set.filter(|_| !found.partial);
        let parameters = Some(Sets { replicates_per_set: each, ..sets });
        let made = Provenance::of("ab worth", &self.scenario.name, self.seed, &self.scenario.set);
        let provenance = Provenance { replicates: found.tests, partial: found.partial, parameters, ..made };
        Ok(Finding { schema: SCHEMA, provenance, study: Study::Worth(Box::new(self.decided(&contest, found))) })
    }

    fn decided(&self, contest: &Contest, found: study::Worth) -> Worth {
        let audience = &contest.experiment.audiences[contest.trial.audience];
        Worth {
            asked: self.options.clone(),
            scenario: contest.draft.scenario.clone(),
            test: contest.said.name.clone(),
            arms: contest.said.arms.clone(),
            metric: contest.judge.metric,
            deals_members: contest.deals_members(),
            groups: audience.groups,
            size: audience.size,
            rule: found.best.as_ref().map_or(Rule::Metric, |(_, rule, _)| *rule),
            is_tied: found.apart == 0,
            is_ahead: found.lead.interval.is_some_and(|interval| interval.low > 0.0),
            notes: notes(&found),
            found,
        }
    }
}

impl WorthOptions {
    /// What is tried.
    ///
    /// # Errors
    /// Everything that the audience or the horizon has no room for at once, or more sets than there are.
    fn request(&self, contest: &Contest) -> Result<Request, Faults> {
        let audience = &contest.experiment.audiences[contest.trial.audience];
        let (usual, there_are, unit) = match audience.channel {
            Channel::Group => (USUAL_GROUPS, audience.groups, "groups"),
            Channel::Direct => (USUAL_MEMBERS, audience.size, "members"),
        };
        let n_arms = contest.trial.arms.len();
        let (most, horizon) = (there_are / n_arms as u32, contest.experiment.days);
        let beyond = |asked: &[u32], most: u32| {
            let beyond: Vec<String> = asked.iter().filter(|&&n| n > most).map(u32::to_string).collect();
            (!beyond.is_empty()).then(|| beyond.join(","))
        };
        let too_many = beyond(&self.groups, most).map(|found| {
            let (audience, message) =
                (&contest.said.audience, format!("`--groups` must be at most {most} an arm, found {found}"));
            (message, format!("`audience.{audience}` has {there_are} {unit} for {n_arms} arms"))
        });
        let too_long = beyond(&self.days, horizon).map(|found| {
            let help = "or give the scenario a longer horizon: days = ...".to_owned();
            (format!("`--days` must be at most {horizon}, found {found}"), help)
        });
        if let Some(faults) = Faults::all_of_job([too_many, too_long, too_many_sets(self.sets)].into_iter().flatten()) {
            return Err(faults);
        }
        let or_usual = |asked: &[u32], usual: &[u32], most: u32| {
            if asked.is_empty() { usual.iter().copied().filter(|&n| n <= most).collect() } else { asked.to_vec() }
        };
        Ok(Request {
            sets: parameter::plausible().sets[..self.sets as usize].to_vec(),
            replicates: self.replicates,
            units: or_usual(&self.groups, &usual, most),
            days: or_usual(&self.days, &USUAL_DAYS, horizon),
            member_worth: self.member_worth,
            appeal: self.appeal,
            rest: self.rest,
        })
    }
}

fn notes(found: &study::Worth) -> Vec<WorthNote> {
    let banned = found.candidates.iter().map(|of| of.judged(Rule::Metric).payoff.banned).reduce(f64::max);
    let gains_nothing = matches!(found.advice, Advice::Test { .. })
        && found.best.as_ref().is_some_and(|(_, _, judged)| judged.payoff.gain <= 0.0);
    [
        banned.filter(|banned| *banned > 0.0).map(WorthNote::Banned),
        (!found.gives_way).then_some(WorthNote::TestedKeepTheirArm),
        found.closed.is_none().then_some(WorthNote::NoClosedForm),
        gains_nothing.then_some(WorthNote::ChoosingGainsNothing),
    ]
    .into_iter()
    .flatten()
    .collect()
}
