//! Campaigns and tests simulated under every set of parameters.
//!
//! Comes in: a contest and a request. Goes out: what every arm does when everyone gets it, and what each test showed. What it adds up
//! to is in the module above.

use std::ops::Range;

use rayon::prelude::*;
use wearout_stats::mean::Moments;
use wearout_stats::random;

use super::course::{Course, Courses, Switch};
use super::payoff::{Ground, Payoff, Rule, Shown};
use super::switched::switched;
use super::{Candidate, Judged, Request, estimate, turns};
use crate::diagnostic::Faults;
use crate::engine::{Engine, simulate_trial};
use crate::plan::{Experiment, Plan, Trial};
use crate::rng;
use crate::study::ab::Contest;
use crate::study::under_each;
use crate::tally::TrialTally;
use crate::units::Channel;

/// Index of the streams that draw how much each arm's contents appeal.
const APPEALING: u32 = 231;

/// Which luck arms and tests are played on: that on which tests are compared, or that which the best of them has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Luck {
    First,
    Fresh,
}

impl Luck {
    /// Parts of the study in which a test is played: the best one twice as often as it was compared.
    pub(super) fn parts(self) -> Range<u32> {
        match self {
            Luck::First => 1..2,
            Luck::Fresh => 2..4,
        }
    }

    /// The part that says what the arms do.
    fn part_of_arms(self) -> Range<u32> {
        match self {
            Luck::First => 0..1,
            Luck::Fresh => 4..5,
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
    pub(super) fn new(contest: &'a Contest, request: &'a Request, engine: &'a Engine) -> Result<Study<'a>, Faults> {
        let Contest { draft, judge, experiment, trial, .. } = contest;
        let mut experiments = under_each(draft, judge.seed, &request.sets, experiment)?;
        for (set, experiment) in experiments.iter_mut().enumerate() {
            let n_arms = trial.arms.len();
            let mut rng = rng::method(judge.seed, (set / n_arms) as u32, APPEALING);
            let mut times: Vec<f64> =
                trial.arms.iter().map(|_| 1.0 + request.appeal * random::normal(&mut rng)).collect();
            times.rotate_left(set % n_arms);
            // No variation of the scenario: its plans have no key for appeal.
            for (&arm, times) in trial.arms.iter().zip(times) {
                for post in &mut experiment.plans[arm].posts {
                    post.offer = (f64::from(post.offer) * times).max(0.0) as f32;
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
        Ok(Study { contest, request, experiments, switches, engine })
    }

    /// Groups, or members of a direct list, of the audience.
    pub(super) fn units(&self) -> u32 {
        let audience = &self.contest.experiment.audiences[self.contest.trial.audience];
        match audience.channel {
            Channel::Group => audience.groups,
            Channel::Direct => audience.size,
        }
    }

    /// Sets that know of each other: a draw of what appeals goes round all arms.
    pub(super) fn together(&self) -> usize {
        if self.request.appeal > 0.0 { self.contest.trial.arms.len() } else { 1 }
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

    /// What every arm does under every set when everyone gets it, and what follows when it gives way to another at the end of these days.
    pub(super) fn courses(&self, days: &[u32], luck: Luck) -> Option<Vec<Courses>> {
        let units = f64::from(self.units());
        let of_plan = |set: usize, plan: usize| -> Option<Vec<TrialTally>> {
            let days = self.contest.experiment.days;
            let everyone = Trial { arms: vec![plan], units_per_arm: self.units(), days, ..self.contest.trial.clone() };
            let one = |number: u32| self.simulated(set, &everyone, number);
            self.replicates(luck.part_of_arms(), set).into_iter().map(one).collect()
        };
        let of_set = |set: usize| -> Option<Courses> {
            let of_arm = |&plan: &usize| Some(Course::halves(&of_plan(set, plan)?, units));
            let of_switch = |&(from, to, day, plan): &(usize, usize, u32, usize)| {
                let course = Course::of(of_plan(set, plan)?.iter(), units);
                Some(Switch { from, to, day: day as usize, course })
            };
            Some(Courses {
                arms: self.contest.trial.arms.iter().map(of_arm).collect::<Option<_>>()?,
                switches: self
                    .switches
                    .iter()
                    .filter(|switch| days.contains(&switch.2))
                    .map(of_switch)
                    .collect::<Option<_>>()?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::parameter::Parameters;
    use crate::scenario::parse;
    use crate::study::ab::worth::Rest;
    use crate::study::ab::{Method, Which};

    /// What the posts of three arms offer, set by set, over what they do in the scenario.
    fn times(seed: u64, sets: usize) -> Vec<[f64; 3]> {
        let text = "days = 3\n[audience.club]\ngroups = 6\nsize = 20\n[plan.a]\n[plan.b]\nlike = \"a\"\n[plan.c]\nlike = \"a\"\n\
            [test.texts]\narms = [\"a\", \"b\", \"c\"]\ngroups_per_arm = 2\n";
        let draft = parse("texts", Source { name: "texts.toml".into(), text: text.into() }, &[]);
        let asked = Which { test: None, metric: None, arm: None, method: Method::Means };
        let contest = Contest::read(&draft, seed, &Parameters::best(), &asked).unwrap();
        let request = Request {
            sets: vec![Parameters::best(); sets],
            replicates: 2,
            units: Vec::new(),
            days: Vec::new(),
            member_worth: None,
            appeal: 0.8,
            rest: Rest::Later,
        };
        let engine = Engine::default();
        let study = Study::new(&contest, &request, &engine).unwrap();
        let of_arm = |experiment: &Experiment, arm: usize| {
            let offers = |experiment: &Experiment| {
                let posts = &experiment.plans[contest.trial.arms[arm]].posts;
                posts.iter().map(|post| f64::from(post.offer)).sum::<f64>()
            };
            offers(experiment) / offers(&contest.experiment)
        };
        study.experiments.iter().map(|experiment| [0, 1, 2].map(|arm| of_arm(experiment, arm))).collect()
    }

    #[test]
    fn a_draw_of_what_appeals_goes_round_all_arms() {
        let times = times(1, 12);
        for round in times.chunks(3) {
            for arm in [1, 2] {
                let [first, other] = [0, arm].map(|arm| round.iter().map(|set| set[arm]).sum::<f64>());
                assert!((first - other).abs() < 1e-5, "{round:?}");
            }
            assert!((0..3).all(|set| round[set][1] == round[(set + 1) % 3][0]), "{round:?}");
        }
        assert_ne!(times[0], times[3]);
    }

    #[test]
    fn contents_appeal_more_as_well_as_less_but_never_less_than_not_at_all() {
        let times: Vec<f64> = (0..40).flat_map(|seed| times(seed, 3)).flatten().collect();
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        // E max(0, 1 + 0.8 Z) = 1.0405; its error with 120 draws is 0.068.
        assert!((mean - 1.04).abs() < 0.2, "{mean}");
        assert!(times.contains(&0.0) && times.iter().any(|&times| times > 2.0));
    }
}
