//! What one test came to: who was chosen, what that gains in the rest of the audience, and what the test cost.
//!
//! Comes in: a test that was played, and what every arm truly does under its set of parameters. Goes out: a [`Payoff`] by each rule of
//! deciding, over sending what is best beforehand to everyone. All figures are for the whole audience.

use serde::Serialize;
use wearout_stats::clustered::{self, Cluster};

use super::Rest;
use super::course::{Course, Courses, lost};
use crate::study::ab::Judge;
use crate::tally::{Better, Metric, Outcome, Tally, TrialTally};

/// What a test is decided by: always the higher estimate, however sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Payoff {
    /// What choosing gains over going on with what is best beforehand: in all who are not tested, and after the test in those who are.
    pub gain: f64,
    /// What the tested would have brought under what is best beforehand all along, less what they bring when they get it after the test.
    pub test_cost: f64,
    /// What those who wait lose of a horizon that is a deadline.
    pub wait_cost: f64,
    /// What nobody gets any more because the account was banned during the test.
    pub ban_cost: f64,
    /// Buyers more.
    pub buyers: f64,
    /// Members lost more.
    pub lost: f64,
    /// Share of tests that were played under sets whose arms do not all come to the same.
    pub(super) apart: f64,
    /// Share of tests after which the best arm of such a set is chosen.
    pub(super) right: f64,
    /// Share of tests in which the account was banned.
    pub banned: f64,
}

impl Payoff {
    /// What it comes to.
    pub fn net(&self) -> f64 {
        self.gain - self.test_cost - self.wait_cost - self.ban_cost
    }

    /// Share of tests after which the better arm is chosen; `None` where the arms come to exactly the same under every set.
    pub fn picks_better(&self) -> Option<f64> {
        (self.apart > 0.0).then(|| self.right / self.apart)
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

    fn figures(&mut self) -> [&mut f64; 9] {
        [
            &mut self.gain,
            &mut self.test_cost,
            &mut self.wait_cost,
            &mut self.ban_cost,
            &mut self.buyers,
            &mut self.lost,
            &mut self.apart,
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
        for arm in 0..self.courses.arms.len() {
            let seen: Vec<Tally> = test.arm(arm).map(|tally| tally.until(day as usize)).collect();
            let is_over = |tally: &Tally| day as usize == tally.days.len() && !judge.metric.is_known_early();
            let known = test.arm(arm).zip(&seen).map(|(tally, seen)| if is_over(tally) { tally } else { seen });
            let metric: Vec<f64> = known.filter_map(|tally| judge.metric.value(tally, &judge.stakes[arm])).collect();
            did.push(Did {
                metric: (!metric.is_empty()).then(|| metric.iter().sum::<f64>() / metric.len() as f64),
                buyers: seen.iter().map(|tally| tally.total(Outcome::Buyers)).sum::<u64>() as f64,
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
        let before = self.courses.arm(self.best_before);
        let horizon = before.days();
        // Those who are not tested begin when the test ends.
        let left = match self.rest {
            Rest::Later => horizon,
            Rest::Deadline => horizon - day,
        };
        let (of_arm, n_arms, everyone) = (f64::from(units), did.len(), f64::from(self.units));
        let (tested, rest) = (of_arm * n_arms as f64, everyone - of_arm * n_arms as f64);
        let value: &dyn Fn(&Course, usize) -> f64 = &|course, day| course.value(day, self.member_worth);
        // The tested of an arm from the test's end on, when another is sent to all.
        let onwards = |from: usize, to: usize, of: &dyn Fn(&Course, usize) -> f64| {
            let course = self.courses.onwards(from, to, day);
            of_arm * (of(course, horizon) - of(course, day))
        };
        let tested_onwards =
            |to: usize, of: &dyn Fn(&Course, usize) -> f64| (0..n_arms).map(|from| onwards(from, to, of)).sum::<f64>();
        let goes_on = if banned { 0.0 } else { 1.0 };
        let all = |of: fn(&Did) -> f64| did.iter().map(of).sum::<f64>();
        let (buyers, lost) = (all(|did| did.buyers), all(|did| did.lost));
        let follows = |arm: usize, of: &dyn Fn(&Course, usize) -> f64| {
            tested_onwards(arm, of) + rest * of(self.courses.arm(arm), left)
        };
        let truth = self.courses.values(self.member_worth);
        let is_apart = truth.iter().any(|&value| value != truth[0]);
        let is_right = is_apart && truth.iter().all(|&value| value <= truth[chosen]);
        Payoff {
            gain: goes_on * (follows(chosen, value) - follows(self.best_before, value)),
            test_cost: tested * value(before, horizon)
                - (buyers - self.member_worth * lost)
                - tested_onwards(self.best_before, value),
            wait_cost: rest * (value(before, horizon) - value(before, left)),
            ban_cost: (1.0 - goes_on) * follows(self.best_before, value),
            buyers: buyers + goes_on * follows(chosen, &Course::buyers) - everyone * before.buyers(horizon),
            lost: lost + goes_on * follows(chosen, &Course::lost) - everyone * before.lost(horizon),
            apart: f64::from(u8::from(is_apart)),
            right: f64::from(u8::from(is_right)),
            banned: f64::from(u8::from(banned)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::ab::worth::course::{Halves, Switch};

    /// Two arms over four days, per unit: the second sells twice as much and loses members.
    fn courses() -> Courses {
        let course = |buyers: [f64; 5], lost: [f64; 5]| Course::new(buyers.to_vec(), lost.to_vec());
        let first = course([0.0, 1.0, 2.0, 3.0, 4.0], [0.0; 5]);
        let second = course([0.0, 2.0, 4.0, 6.0, 8.0], [0.0, 1.0, 1.0, 2.0, 2.0]);
        let then_second = course([0.0, 1.0, 2.0, 3.5, 5.0], [0.0, 0.0, 0.0, 1.0, 1.0]);
        let then_first = course([0.0, 2.0, 4.0, 4.5, 5.0], [0.0, 1.0, 1.0, 1.0, 1.0]);
        let switch = |from, to, course| Switch { from, to, day: 2, course };
        Courses {
            arms: [first, second].map(Halves::of_one).to_vec(),
            switches: vec![switch(0, 1, then_second), switch(1, 0, then_first)],
        }
    }

    fn ground(courses: &Courses, rest: Rest) -> Ground<'_> {
        Ground { courses, best_before: 0, member_worth: 0.5, units: 10, rest }
    }

    fn did() -> [Did; 2] {
        let did = |metric, buyers, lost| Did { metric: Some(metric), buyers, lost };
        [did(0.2, 7.0, 0.0), did(0.4, 11.0, 2.0)]
    }

    #[test]
    fn choosing_the_better_arm_by_hand() {
        let courses = courses();
        // Three units an arm until the end of day 2; four wait. The first arm to everyone is worth 40.
        let payoff = ground(&courses, Rest::Later).payoff(&did(), (3, 2), 1, false);
        // After: the first arm's units go from 2 to 5 and lose 1, the second's from 4 to 8 and lose 1; the four waiting are worth 7 each.
        let (tested, first_goes, second_goes, waiting) = (18.0 - 0.5 * 2.0, 3.0 * 2.5, 3.0 * 3.5, 4.0 * 7.0);
        assert!((payoff.net() - (tested + first_goes + second_goes + waiting - 40.0)).abs() < 1e-12);
        // Going on with the first: 2 more each, 1 more in those who had the second, and 4 each of those waiting.
        assert!((payoff.gain - (first_goes + second_goes + waiting - 3.0 * 2.0 - 3.0 * 1.0 - 16.0)).abs() < 1e-12);
        assert_eq!((payoff.wait_cost, payoff.ban_cost, payoff.picks_better()), (0.0, 0.0, Some(1.0)));
    }

    #[test]
    fn there_is_no_better_arm_to_pick_where_they_come_to_the_same() {
        let apart = courses();
        let alike = Courses { arms: vec![apart.arms[0].clone(), apart.arms[0].clone()], switches: Vec::new() };
        let payoffs = |chosen: usize| {
            let of = |courses: &Courses| ground(courses, Rest::Later).payoff(&did(), (3, 2), chosen, false);
            (of(&alike), of(&apart))
        };
        assert_eq!(payoffs(0).0.picks_better(), None);
        // Tests under the other set alone are counted.
        for (chosen, picks) in [(0, 0.0), (1, 1.0)] {
            let (alike, apart) = payoffs(chosen);
            assert_eq!(Payoff::mean([alike, apart].into_iter()).picks_better(), Some(picks));
        }
    }

    #[test]
    fn buyers_and_members_lost_add_up_to_the_net_whatever_happens() {
        let courses = courses();
        for rest in [Rest::Later, Rest::Deadline] {
            for chosen in [0, 1] {
                for banned in [false, true] {
                    let payoff = ground(&courses, rest).payoff(&did(), (4, 2), chosen, banned);
                    assert!((payoff.net() - (payoff.buyers - 0.5 * payoff.lost)).abs() < 1e-12, "{payoff:?}");
                    assert_eq!(payoff.gain == 0.0, banned || chosen == 0);
                    assert_eq!(payoff.wait_cost > 0.0, rest == Rest::Deadline);
                    assert_eq!(payoff.ban_cost > 0.0, banned);
                }
            }
        }
    }

    #[test]
    fn the_higher_estimate_is_chosen_and_a_tie_stays_with_what_was_best() {
        let courses = courses();
        let ground = ground(&courses, Rest::Later);
        let (more, less) = (crate::tally::find("conversion").unwrap(), crate::tally::find("loss").unwrap());
        assert_eq!(ground.choose(&did(), Rule::Metric, more), 1);
        assert_eq!(ground.choose(&did(), Rule::Metric, less), 0);
        assert_eq!(ground.choose(&did(), Rule::NetOfLoss, less), 1, "11 - 1 is more than 7");
        assert_eq!(ground.choose(&[did()[1], did()[1]], Rule::Metric, more), 0);
        let blank = Did { metric: None, ..did()[1] };
        assert_eq!(ground.choose(&[did()[0], blank], Rule::Metric, more), 0);
    }
}
