//! Whether a test pays: what choosing better is expected to gain, less what the test costs.
//!
//! Comes in: a [`Contest`], plausible sets of parameters and a [`Request`]. Goes out: a [`Worth`]. Which arm is better is not known: the sets
//! say so, each with luck of its own. Under each set every arm is sent to the whole audience (`course`: what it truly does), and
//! each test of a grid is played and decided by its estimate (`payoff`); what is not tested then gets what did better. The
//! best test of the grid is played once more on fresh luck before it is advised (`advice`). How it is shown is not here.
//! Source: expected net benefit of sampling (Raiffa & Schlaifer 1961, Applied Statistical Decision Theory, chapter 5) of a test
//! that is followed by the better arm (Feit & Berman 2019, Marketing Science 38(6), 1038-1058), whose closed form is a check.

mod advice;
mod closed;
mod course;
mod payoff;
mod switched;

use std::ops::Range;

use rayon::prelude::*;

pub use advice::Advice;
pub use closed::ClosedForm;
pub use payoff::{Payoff, Rule};

use super::Contest;
use crate::analysis::CONFIDENCE;
use crate::engine::{Engine, simulate_trial};
use crate::parameter::Parameters;
use crate::plan::{Experiment, Plan, Trial};
use crate::rng;
use crate::stats::Interval;
use crate::stats::interval;
use crate::stats::mean::Moments;
use crate::stats::random;
use crate::study::under_each;
use crate::tally::TrialTally;
use crate::units::Channel;
use course::{Course, Courses, Switch};
use payoff::{Ground, Shown};

/// Index of the streams that draw how much each arm's contents appeal.
const APPEALING: u32 = 231;

/// What becomes of those who are not tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// After the test they get the whole campaign of what did better.
    Later,
    /// The horizon is a deadline: they get what is left of it.
    Deadline,
}

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Request {
    /// Plausible sets of parameters, at least two; what they disagree on is not known beforehand.
    pub sets: Vec<Parameters>,
    /// Under each set: campaigns of each arm, and tests of each kind; at least 2.
    pub replicates: u32,
    /// Groups (members of a direct list) an arm that are tried; the test's own is added.
    pub units: Vec<u32>,
    /// Days that are tried; the test's own are added.
    pub days: Vec<u32>,
    /// Buyers that a member lost costs; `None`: what a member addressed brings in one campaign.
    pub member_worth: Option<f64>,
    /// Standard deviation (0 or more) of what nobody knows beforehand of an arm's contents: the share by which they draw more clicks, or
    /// fewer, than the scenario has it; normal, drawn for each arm under every other set and given to the arms in reverse order under the
    /// next, so that no arm is ahead by the draw.
    pub appeal: f64,
    /// What becomes of those who are not tested.
    pub rest: Rest,
}

/// A mean over sets of parameters and luck. Its interval is Monte Carlo error: the finite number of sets and replicates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// 95 %; `None` from one number alone.
    pub interval: Option<Interval>,
}

/// A test of the grid, decided by one rule. All figures are over those of sending what is best beforehand to everyone.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Gains and costs, averaged.
    pub payoff: Payoff,
    /// What it comes to, in buyers.
    pub net: Estimate,
}

/// A test of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Groups (members of a direct list) an arm.
    pub units: u32,
    /// Days.
    pub days: u32,
    /// Decided by the metric, and by buyers net of members lost.
    pub by: [Judged; 2],
    /// Intra-group correlation of the metric in the tests, where it counts one by one.
    pub correlation: Option<f64>,
    /// What the closed form says, in buyers.
    pub closed_form: Option<f64>,
}

impl Candidate {
    /// As judged by a rule.
    pub fn judged(&self, rule: Rule) -> &Judged {
        &self.by[rule as usize]
    }
}

/// What was found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Worth {
    /// Index of the arm that is best on average over the sets: what is sent if nothing is tested.
    pub best_before: usize,
    /// Arm by arm the number of sets under which it is the best.
    pub ahead: Vec<usize>,
    /// Buyers that a member lost costs.
    pub member_worth: f64,
    /// Buyers and members lost if what is best beforehand goes to everyone.
    pub skipped: [Estimate; 2],
    /// What the best arm beforehand is ahead of the next, in buyers net of members lost.
    pub lead: Estimate,
    /// What knowing which arm is better would be worth: more than any test is.
    pub knowledge: Estimate,
    /// The tests of the grid: by groups, and within by days.
    pub candidates: Vec<Candidate>,
    /// The most promising of them, its rule, and what it came to on fresh luck.
    pub best: Option<(usize, Rule, Judged)>,
    /// Test and roll, for two arms that are compared by what they sell.
    pub closed: Option<ClosedForm>,
    /// What to do.
    pub advice: Advice,
    /// Whether the tested can get whatever is chosen; otherwise some arms differ in more than their posts, and their tested go on with
    /// their own.
    pub gives_way: bool,
    /// Tests played.
    pub tests: u64,
    /// Whether it was stopped before the end.
    pub partial: bool,
}

/// Campaigns and tests that are simulated in all, but for what cannot be.
pub fn replicates_expected(contest: &Contest, request: &Request) -> u64 {
    let (arms, sizes) = (contest.trial.arms.len(), grid(&request.units, contest.trial.units_per_arm).len());
    let kinds = arms + turns(contest, request).count() + sizes + Luck::Fresh.parts().len();
    request.sets.len() as u64 * u64::from(request.replicates) * kinds as u64
}

/// Every arm that may give way to another, and the end of which day.
fn turns(contest: &Contest, request: &Request) -> impl Iterator<Item = (usize, usize, u32)> {
    let (arms, horizon) = (contest.trial.arms.len(), contest.experiment.days);
    let days = grid(&request.days, contest.trial.days).into_iter().filter(move |day| *day < horizon);
    days.flat_map(move |day| (0..arms).flat_map(move |from| (0..arms).map(move |to| (from, to, day))))
        .filter(|(from, to, _)| from != to)
}

/// Works it out; `None` when stopped before the arms are known under every set.
///
/// # Panics
/// With fewer than two sets of parameters, or than two replicates of each.
pub fn worth(contest: &Contest, request: &Request, engine: &Engine) -> Option<Worth> {
    assert!(request.sets.len() >= 2 && request.replicates >= 2, "two sets with two replicates each");
    let study = Study::new(contest, request, engine);
    let courses = study.courses()?;
    let of_a_campaign =
        |courses: &Courses| (0..courses.arms.len()).map(|arm| courses.arm(arm).buyers_at_the_end()).sum::<f64>();
    let n_courses = (courses.len() * contest.trial.arms.len()) as f64;
    let per_unit = courses.iter().map(of_a_campaign).sum::<f64>() / n_courses;
    let member_worth = request.member_worth.unwrap_or(per_unit / study.members_per_unit());
    let value = |courses: &Courses, arm: usize| courses.arm(arm).value_at_the_end(member_worth);
    let total = |arm: usize| courses.iter().map(|courses| value(courses, arm)).sum::<f64>();
    let order = advice::ranked((0..contest.trial.arms.len()).map(total));
    let (best_before, next) = (order[0], order[1]);

    let all = f64::from(study.units());
    let over_sets =
        |of: &dyn Fn(&Courses) -> f64| estimate(courses.iter().map(|courses| all * of(courses)), study.together());
    let n_arms = contest.trial.arms.len();
    let mut ahead = vec![0; n_arms];
    for courses in &courses {
        ahead[advice::ranked((0..n_arms).map(|arm| value(courses, arm)))[0]] += 1;
    }
    let skipped = [
        over_sets(&|courses| courses.arm(best_before).buyers_at_the_end()),
        over_sets(&|courses| courses.arm(best_before).lost_at_the_end()),
    ];
    let lead = over_sets(&|courses| value(courses, best_before) - value(courses, next));
    let knowledge = over_sets(&|courses| course::knowledge(courses, best_before, member_worth));

    let known = Known { courses: &courses, best_before, member_worth };
    let mut tests = 0;
    let mut candidates = Vec::new();
    let days = grid(&request.days, contest.trial.days);
    for units in grid(&request.units, contest.trial.units_per_arm) {
        let Some(played) = study.play(&known, (units, &days), Luck::First) else { break };
        tests += played.iter().map(|set| set.len() as u64).sum::<u64>();
        candidates.extend(days.iter().enumerate().map(|(look, &days)| study.candidate(&played, look, (units, days))));
    }
    let closed = closed::closed_form(&study, &known, &mut candidates);
    let best = most_promising(&candidates).and_then(|(index, rule)| {
        let Candidate { units, days, .. } = candidates[index];
        let played = study.play(&known, (units, &[days]), Luck::Fresh)?;
        tests += played.iter().map(|set| set.len() as u64).sum::<u64>();
        Some((index, rule, study.judged(&played, 0, rule)))
    });
    let advice =
        advice::advice(best.as_ref().map(|(index, rule, judged)| (*index, *rule, &judged.net)), best_before, &lead);
    Some(Worth {
        best_before,
        ahead,
        member_worth,
        skipped,
        lead,
        knowledge,
        candidates,
        best,
        closed,
        advice,
        gives_way: study.switches.len() == turns(contest, request).count(),
        tests,
        partial: engine.stopped(),
    })
}

/// The numbers tried, in order, with the test's own.
fn grid(tried: &[u32], own: u32) -> Vec<u32> {
    let mut grid = tried.to_vec();
    grid.push(own);
    grid.sort_unstable();
    grid.dedup();
    grid
}

/// A mean over sets, of which so many neighbours are taken together as one.
fn estimate(values: impl Iterator<Item = f64>, together: usize) -> Estimate {
    let mut moments = Moments::default();
    for neighbours in values.collect::<Vec<f64>>().chunks(together) {
        moments.push(neighbours.iter().sum::<f64>() / neighbours.len() as f64);
    }
    Estimate { mean: moments.mean().unwrap_or_default(), interval: interval::of_mean(&moments, CONFIDENCE) }
}

/// Which luck a test is played on: that on which tests are compared, or that which the best of them has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Luck {
    First,
    Fresh,
}

impl Luck {
    /// Parts of the study, whose first knows the arms. The best test is played twice as often as it was compared.
    fn parts(self) -> Range<u32> {
        match self {
            Luck::First => 1..2,
            Luck::Fresh => 2..4,
        }
    }
}

/// What is known when tests are played.
#[derive(Clone, Copy)]
struct Known<'a> {
    courses: &'a [Courses],
    best_before: usize,
    member_worth: f64,
}

/// Set by set, test by test, look by look.
type PlayedTests = Vec<Vec<Vec<Shown>>>;

struct Study<'a> {
    contest: &'a Contest,
    request: &'a Request,
    /// The scenario under each set, with a plan more for each switch.
    experiments: Vec<Experiment>,
    /// The arm until the end of a day, the arm from then on, the day, and the plan that does so.
    switches: Vec<(usize, usize, u32, usize)>,
    engine: &'a Engine,
}

impl<'a> Study<'a> {
    fn new(contest: &'a Contest, request: &'a Request, engine: &'a Engine) -> Study<'a> {
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
                switched::switched(&experiment.plans[trial.arms[from]], &experiment.plans[trial.arms[to]], day)
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
    fn units(&self) -> u32 {
        let audience = &self.contest.experiment.audiences[self.contest.trial.audience];
        match audience.channel {
            Channel::Group => audience.groups,
            Channel::Direct => audience.size,
        }
    }

    /// Sets that know of each other: two share the draw of what appeals.
    fn together(&self) -> usize {
        if self.request.appeal > 0.0 { 2 } else { 1 }
    }

    fn members_per_unit(&self) -> f64 {
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
    fn courses(&self) -> Option<Vec<Courses>> {
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
    fn play(&self, known: &Known, (units, days): (u32, &[u32]), luck: Luck) -> Option<PlayedTests> {
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

    fn candidate(&self, played: &PlayedTests, look: usize, (units, days): (u32, u32)) -> Candidate {
        let by = Rule::ALL.map(|rule| self.judged(played, look, rule));
        let mut correlation = Moments::default();
        for found in played.iter().flatten().filter_map(|test| test[look].correlation) {
            correlation.push(found);
        }
        Candidate { units, days, by, correlation: correlation.mean(), closed_form: None }
    }

    /// The mean over sets, each of them counted once.
    fn judged(&self, played: &PlayedTests, look: usize, rule: Rule) -> Judged {
        let of_test = |test: &Vec<Shown>| test[look].by[rule as usize];
        let of_sets: Vec<Payoff> = played.iter().map(|tests| Payoff::mean(tests.iter().map(of_test))).collect();
        Judged {
            net: estimate(of_sets.iter().map(Payoff::net), self.together()),
            payoff: Payoff::mean(of_sets.into_iter()),
        }
    }
}

/// The test and rule with the highest mean; of equals the first.
fn most_promising(candidates: &[Candidate]) -> Option<(usize, Rule)> {
    let every = candidates.iter().enumerate();
    let nets = every.flat_map(|(index, of)| Rule::ALL.map(|rule| (index, rule, of.judged(rule).net.mean)));
    let best = nets.reduce(|best, next| if next.2 > best.2 { next } else { best })?;
    Some((best.0, best.1))
}
