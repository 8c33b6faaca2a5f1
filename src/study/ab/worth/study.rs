//! Campaigns and tests simulated under every set of parameters.
//!
//! Comes in: a contest and a request. Goes out: what every arm does when everyone gets it, and what each test showed. What it adds up
//! to is in the module above.

use std::ops::Range;

use rayon::prelude::*;

use super::course::{Course, Courses, Switch};
use super::payoff::{Ground, Payoff, Rule, Shown};
use super::switched::switched;
use super::{Candidate, Judged, Request, estimate, turns};
use crate::engine::{Engine, simulate_trial};
use crate::plan::{Experiment, Plan, Trial};
use crate::rng;
use crate::stats::mean::Moments;
use crate::stats::random;
use crate::study::ab::Contest;
use crate::study::under_each;
use crate::tally::TrialTally;
use crate::units::Channel;

/// Index of the streams that draw how much each arm's contents appeal.
const APPEALING: u32 = 231;

/// Which luck a test is played on: that on which tests are compared, or that which the best of them has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Luck {
    First,
    Fresh,
}

impl Luck {
    /// Parts of the study, whose first knows the arms. The best test is played twice as often as it was compared.
    pub(super) fn parts(self) -> Range<u32> {
        match self {
            Luck::First => 1..2,
            Luck::Fresh => 2..4,
        }
    }
}

/// What is known when tests are played.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) courses: &'a [Courses],
    pub(super) best_before: usize,
    pub(super) member_worth: f64,
}

/// Set by set, test by test, look by look.
pub(super) type PlayedTests = Vec<Vec<Vec<Shown>>>;

pub(super) struct Study<'a> {
    pub(super) contest: &'a Contest,
    request: &'a Request,
    /// The scenario under each set, with a plan more for each switch.
    experiments: Vec<Experiment>,
    /// The arm until the end of a day, the arm from then on, the day, and the plan that does so.
    pub(super) switches: Vec<(usize, usize, u32, usize)>,
    engine: &'a Engine,
}

impl<'a> Study<'a> {
    pub(super) fn new(contest: &'a Contest, request: &'a Request, engine: &'a Engine) -> Study<'a> {
        let Contest { draft, judge, experiment, trial, .. } = contest;
        let mut experiments = under_each(draft, judge.seed, &request.sets, experiment)
            .expect("a scenario without faults has none under another set");
        for (set, experiment) in experiments.iter_mut().enumerate() {
            let mut rng = rng::method(judge.seed, set as u32 / 2, APPEALING);
            let mut times: Vec<f64> =
                trial.arms.iter().map(|_| 1.0 + request.appeal * random::normal(&mut rng)).collect();
            if set % 2 == 1 {
                times.reverse();
            }
            for (&arm, times) in trial.arms.iter().zip(times) {
                for post in &mut experiment.plans[arm].posts {
                    post.offer = (f64::from(post.offer) * times).clamp(0.0, 1.0) as f32;
                }
            }
        }
        let mut switches = Vec::new();
        for (from, to, day) in turns(contest, request) {
            let plans = |experiment: &Experiment| {
                switched(&experiment.plans[trial.arms[from]], &experiment.plans[trial.arms[to]], day)
            };
            let under_each: Option<Vec<Plan>> = experiments.iter().map(plans).collect();
            let Some(under_each) = under_each else { continue };
            switches.push((from, to, day, experiments[0].plans.len()));
            for (experiment, plan) in experiments.iter_mut().zip(under_each) {
                experiment.plans.push(plan);
            }
        }
        Study { contest, request, experiments, switches, engine }
    }

    /// Groups, or members of a direct list, of the audience.
    pub(super) fn units(&self) -> u32 {
        let audience = &self.contest.experiment.audiences[self.contest.trial.audience];
        match audience.channel {
            Channel::Group => audience.groups,
            Channel::Direct => audience.size,
        }
    }

    /// Sets that know of each other: two share the draw of what appeals.
    pub(super) fn together(&self) -> usize {
        if self.request.appeal > 0.0 { 2 } else { 1 }
    }

    pub(super) fn members_per_unit(&self) -> f64 {
        let audience = &self.contest.experiment.audiences[self.contest.trial.audience];
        if self.contest.deals_members() { 1.0 } else { f64::from(audience.size) }
    }

    /// The replicates of a set in some parts of the study: no two sets, and no two parts, share luck.
    fn replicates(&self, parts: Range<u32>, set: usize) -> Vec<u32> {
        let (sets, n) = (self.request.sets.len() as u32, self.request.replicates);
        let first = |part: u32| (part * sets + set as u32) * n;
        parts.flat_map(|part| first(part)..first(part) + n).collect()
    }

    /// One replicate under a set; `None` when stopped.
    fn simulated(&self, set: usize, trial: &Trial, number: u32) -> Option<TrialTally> {
        simulate_trial(&self.experiments[set], trial, number..number + 1, self.engine).pop()
    }

    /// What every arm does under every set when everyone gets it, and what follows when it gives way to another.
    pub(super) fn courses(&self) -> Option<Vec<Courses>> {
        let units = f64::from(self.units());
        let of_plan = |set: usize, plan: usize| -> Option<Vec<TrialTally>> {
            let days = self.contest.experiment.days;
            let everyone = Trial { arms: vec![plan], units_per_arm: self.units(), days, ..self.contest.trial.clone() };
            let one = |number: u32| self.simulated(set, &everyone, number);
            self.replicates(0..1, set).into_iter().map(one).collect()
        };
        let of_set = |set: usize| -> Option<Courses> {
            let of_arm = |&plan: &usize| Some(Course::halves(&of_plan(set, plan)?, units));
            let of_switch = |&(from, to, day, plan): &(usize, usize, u32, usize)| {
                let course = Course::of(of_plan(set, plan)?.iter(), units);
                Some(Switch { from, to, day: day as usize, course })
            };
            Some(Courses {
                arms: self.contest.trial.arms.iter().map(of_arm).collect::<Option<_>>()?,
                switches: self.switches.iter().map(of_switch).collect::<Option<_>>()?,
            })
        };
        (0..self.request.sets.len()).into_par_iter().map(of_set).collect()
    }

    /// Plays a test under every set, seen at the end of each of these days; `None` when stopped.
    pub(super) fn play(&self, known: &Known, (units, days): (u32, &[u32]), luck: Luck) -> Option<PlayedTests> {
        let contest = self.contest;
        let longest = *days.last().expect("a grid has the test's own days");
        let trial = Trial { units_per_arm: units, days: longest, ..contest.trial.clone() };
        let of_set = |set: usize| -> Option<Vec<Vec<Shown>>> {
            let ground = Ground {
                courses: &known.courses[set],
                best_before: known.best_before,
                member_worth: known.member_worth,
                units: self.units(),
                rest: self.request.rest,
            };
            let one = |number: u32| {
                let tally = self.simulated(set, &trial, number)?;
                Some(days.iter().map(|&day| ground.shown(&tally, (&contest.judge, units), day)).collect())
            };
            self.replicates(luck.parts(), set).into_iter().map(one).collect()
        };
        (0..self.request.sets.len()).into_par_iter().map(of_set).collect()
    }

    pub(super) fn candidate(&self, played: &PlayedTests, look: usize, (units, days): (u32, u32)) -> Candidate {
        let by = Rule::ALL.map(|rule| self.judged(played, look, rule));
        let mut correlation = Moments::default();
        for found in played.iter().flatten().filter_map(|test| test[look].correlation) {
            correlation.push(found);
        }
        Candidate { units, days, by, correlation: correlation.mean(), closed_form: None }
    }

    /// The mean over sets, each of them counted once.
    pub(super) fn judged(&self, played: &PlayedTests, look: usize, rule: Rule) -> Judged {
        let of_test = |test: &Vec<Shown>| test[look].by[rule as usize];
        let of_sets: Vec<Payoff> = played.iter().map(|tests| Payoff::mean(tests.iter().map(of_test))).collect();
        Judged {
            net: estimate(of_sets.iter().map(Payoff::net), self.together()),
            payoff: Payoff::mean(of_sets.into_iter()),
        }
    }
}
