//! What one test came to: who was chosen, what that gains in the rest of the audience, and what the test cost.
//!
//! Comes in: a test that was played, and what every arm truly does under its set of parameters. Goes out: a [`Payoff`] by each rule of
//! deciding, over sending what is best beforehand to everyone. All figures are for the whole audience.

use super::Rest;
use super::course::{Course, Courses, lost};
use crate::stats::clustered::{self, Cluster};
use crate::study::ab::Judge;
use crate::tally::{Better, Metric, Outcome, Tally, TrialTally};

/// What a test is decided by: always the higher estimate, however sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The mean over groups of the metric.
    Metric = 0,
    /// The mean over groups of buyers net of members lost.
    NetOfLoss = 1,
}

impl Rule {
    /// Both.
    pub const ALL: [Rule; 2] = [Rule::Metric, Rule::NetOfLoss];
}

/// Gains and costs in buyers, where a member lost counts as some; over sending what is best beforehand to everyone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Payoff {
    /// What choosing gains: in all who are not tested, and after the test in those who are.
    pub gain: f64,
    /// What the tested would have brought under what is best beforehand, less what they brought.
    pub test_cost: f64,
    /// What those who wait lose of a horizon that is a deadline.
    pub wait_cost: f64,
    /// What nobody gets any more because the account was banned during the test.
    pub ban_cost: f64,
    /// Buyers more.
    pub buyers: f64,
    /// Members lost more.
    pub lost: f64,
    /// Share of tests after which the arm is chosen that is the better one under its set.
    pub right: f64,
    /// Share of tests in which the account was banned.
    pub banned: f64,
}

impl Payoff {
    /// What it comes to.
    pub fn net(&self) -> f64 {
        self.gain - self.test_cost - self.wait_cost - self.ban_cost
    }

    /// The mean of several; nothing of none.
    pub(super) fn mean(payoffs: impl Iterator<Item = Payoff>) -> Payoff {
        let (mut sum, mut n) = (Payoff::default(), 0.0_f64);
        for payoff in payoffs {
            n += 1.0;
            for (total, part) in sum.figures().into_iter().zip(payoff.clone().figures()) {
                *total += *part;
            }
        }
        for total in sum.figures() {
            *total /= n.max(1.0);
        }
        sum
    }

    fn figures(&mut self) -> [&mut f64; 8] {
        [
            &mut self.gain,
            &mut self.test_cost,
            &mut self.wait_cost,
            &mut self.ban_cost,
            &mut self.buyers,
            &mut self.lost,
            &mut self.right,
            &mut self.banned,
        ]
    }
}

/// What one test showed at one look, and what follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    pub(super) by: [Payoff; 2],
    /// Intra-group correlation of the metric, where it counts one by one.
    pub(super) correlation: Option<f64>,
}

/// What a test under one set of parameters is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) courses: &'a Courses,
    pub(super) best_before: usize,
    pub(super) member_worth: f64,
    /// Groups, or members of a direct list, of the whole audience.
    pub(super) units: u32,
    pub(super) rest: Rest,
}

/// What an arm did in a test.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Did {
    metric: Option<f64>,
    buyers: f64,
    lost: f64,
}

impl Ground<'_> {
    /// A test of `units` an arm as it stood at the end of a day.
    pub(super) fn shown(&self, test: &TrialTally, (judge, units): (&Judge, u32), day: u32) -> Shown {
        let (mut did, mut clusters) = (Vec::new(), Vec::new());
        for arm in 0..self.courses.len() {
            let seen: Vec<Tally> = test.arm(arm).map(|tally| tally.until(day as usize)).collect();
            let metric = seen.iter().filter_map(|tally| (judge.metric.value)(tally, &judge.stakes[arm]));
            let metric: Vec<f64> = metric.collect();
            did.push(Did {
                metric: (!metric.is_empty()).then(|| metric.iter().sum::<f64>() / metric.len() as f64),
                buyers: seen.iter().map(|tally| tally.total(Outcome::Purchases)).sum::<u64>() as f64,
                lost: seen.iter().map(|tally| lost(tally, day as usize)).sum::<u64>() as f64,
            });
            let trials = seen.iter().filter_map(|tally| judge.metric.trials(tally));
            clusters.push(trials.map(|(successes, n)| Cluster::of_trials(successes, n)).collect::<Vec<Cluster>>());
        }
        let banned = test.units[0].tally.days[day as usize - 1].get(Outcome::Banned) > 0;
        let arms: Vec<&[Cluster]> = clusters.iter().map(Vec::as_slice).collect();
        let by = Rule::ALL.map(|rule| {
            let chosen = self.choose(&did, rule, judge.metric);
            self.payoff(&did, (units, day as usize), chosen, banned)
        });
        Shown { by, correlation: clustered::correlation(&arms).map(|found| found.estimate) }
    }

    /// The arm with the better estimate; what is best beforehand where estimates are equal, or none.
    fn choose(&self, did: &[Did], rule: Rule, metric: &Metric) -> usize {
        let goodness = |did: &Did| match (rule, metric.better) {
            (Rule::NetOfLoss, _) => Some(did.buyers - self.member_worth * did.lost),
            (Rule::Metric, Better::Lower) => did.metric.map(|value| -value),
            (Rule::Metric, _) => did.metric,
        };
        let mut chosen = self.best_before;
        for (arm, one) in did.iter().enumerate() {
            if goodness(one).is_some_and(|value| goodness(&did[chosen]).is_none_or(|best| value > best)) {
                chosen = arm;
            }
        }
        chosen
    }

    fn payoff(&self, did: &[Did], (units, day): (u32, usize), chosen: usize, banned: bool) -> Payoff {
        let course = |arm: usize| self.courses[arm].mean();
        let (before, after) = (course(self.best_before), course(chosen));
        let horizon = before.days();
        // Those who are not tested begin when the test ends.
        let left = match self.rest {
            Rest::Later => horizon,
            Rest::Deadline => horizon - day,
        };
        let tested = f64::from(units) * did.len() as f64;
        let rest = f64::from(self.units) - tested;
        let worth = self.member_worth;
        let value = |course: &Course, day: usize| course.value(day, worth);
        // The tested go on with what was chosen as those do who had it all along.
        let onwards =
            |course: &Course| rest * value(course, left) + tested * (value(course, horizon) - value(course, day));
        let all = |of: fn(&Did) -> f64| did.iter().map(of).sum::<f64>();
        let (buyers, lost) = (all(|did| did.buyers), all(|did| did.lost));
        let follows = |of: &dyn Fn(&Course, usize) -> f64| {
            if banned { 0.0 } else { rest * of(after, left) + tested * (of(after, horizon) - of(after, day)) }
        };
        let everyone = f64::from(self.units);
        let truth = (0..self.courses.len()).map(|arm| value(course(arm), horizon));
        Payoff {
            gain: if banned { 0.0 } else { onwards(after) - onwards(before) },
            test_cost: tested * value(before, day) - (buyers - worth * lost),
            wait_cost: rest * (value(before, horizon) - value(before, left)),
            ban_cost: if banned { onwards(before) } else { 0.0 },
            buyers: buyers + follows(&Course::buyers) - everyone * before.buyers(horizon),
            lost: lost + follows(&Course::lost) - everyone * before.lost(horizon),
            right: f64::from(u8::from(super::advice::ranked(truth)[0] == chosen)),
            banned: f64::from(u8::from(banned)),
        }
    }
}
