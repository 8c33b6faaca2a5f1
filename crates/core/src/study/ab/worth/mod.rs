//! Whether a test pays: what choosing better is expected to gain, less what the test costs.
//!
//! Comes in: a [`Contest`], plausible sets of parameters and a [`Request`]. Goes out: a [`Worth`]. Which arm is better is not known: the sets
//! say so, each with luck of its own. Under each set every arm is sent to the whole audience (`course`: what it truly does), and
//! each test of a grid is played and decided by its estimate (`payoff`); what is not tested then gets what did better. The
//! best test of the grid is played once more on fresh luck, its own and that of the arms, before it is advised (`advice`). How it is
//! shown is not here.
//! Source: expected net benefit of sampling (Raiffa & Schlaifer 1961, Applied Statistical Decision Theory) of a test
//! that is followed by the better arm (Feit & Berman 2019, Marketing Science 38(6), 1038-1058), whose closed form is a check.

mod advice;
mod closed;
mod course;
mod payoff;
mod study;
mod switched;

pub use advice::Advice;
pub use closed::ClosedForm;
pub use payoff::{Payoff, Rule};

use serde::{Deserialize, Serialize};
use wearout_stats::Interval;
use wearout_stats::interval;
use wearout_stats::mean::Moments;

use crate::analysis::CONFIDENCE;
use crate::diagnostic::Faults;
use crate::engine::Engine;
use crate::parameter::Parameters;
use crate::study::ab::Contest;
use course::Courses;
use study::{Known, Luck, Study};

/// What becomes of those who are not tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// fewer, than the scenario has it, none at the fewest; normal. A draw for each arm goes round all arms over as many sets as there are
    /// arms, so that none is ahead by the draw, but for sets left over at the end.
    pub appeal: f64,
    /// What becomes of those who are not tested.
    pub rest: Rest,
}

/// A mean over sets of parameters and luck. Its interval is Monte Carlo error: the finite number of sets and replicates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// 95 %; `None` from one number alone.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// Of what is never below 0.
    fn cut_at_nothing(self) -> Estimate {
        let cut = |Interval { low, high }: Interval| Interval { low: low.max(0.0), high: high.max(0.0) };
        Estimate { mean: self.mean.max(0.0), interval: self.interval.map(cut) }
    }
}

/// A test of the grid, decided by one rule. All figures are over those of sending what is best beforehand to everyone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// Gains and costs, averaged.
    pub payoff: Payoff,
    /// What it comes to, in buyers.
    pub net: Estimate,
}

/// A test of the grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
pub struct Worth {
    /// Index of the arm that is best on average over the sets: what is sent if nothing is tested.
    pub best_before: usize,
    /// Arm by arm the number of sets under which it is better than every other; none where the best come to exactly the same.
    pub ahead: Vec<usize>,
    /// Number of sets under which the arms do not all come to the same.
    pub apart: usize,
    /// Buyers that a member lost costs.
    pub member_worth: f64,
    /// What comes if what is best beforehand goes to everyone.
    pub skipped: Skipped,
    /// What the best arm beforehand is ahead of the next, in buyers net of members lost.
    pub lead: Estimate,
    /// What knowing which arm is better would be worth, at least: replicates too few to tell make it less. Cut at 0, as is its interval:
    /// knowing never costs.
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

/// What an arm comes to when everyone gets it untested, in members of the whole audience and shares of campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Skipped {
    /// Members who buy.
    pub buyers: Estimate,
    /// Members who leave, block or mute.
    pub lost: Estimate,
    /// Members who are active and reachable at the end.
    pub kept: Estimate,
    /// Campaigns in which the account is limited.
    pub limited: Estimate,
    /// Campaigns in which it is banned.
    pub banned: Estimate,
}

/// Campaigns and tests that are simulated in all, but for what cannot be.
pub fn replicates_expected(contest: &Contest, request: &Request) -> u64 {
    let (arms, sizes) = (contest.trial.arms.len(), grid(&request.units, contest.trial.units_per_arm).len());
    let again = arms * arms + Luck::Fresh.parts().len();
    let kinds = arms + turns(contest, request).count() + sizes + again;
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
/// # Errors
/// Every fault that the scenario has under one of the sets: a set may contradict what the scenario says itself.
///
/// # Panics
/// With fewer than two sets of parameters, or than two replicates of each.
pub fn worth(contest: &Contest, request: &Request, engine: &Engine) -> Result<Option<Worth>, Faults> {
    assert!(request.sets.len() >= 2 && request.replicates >= 2, "two sets with two replicates each");
    let study = Study::new(contest, request, engine)?;
    let days = grid(&request.days, contest.trial.days);
    let Some(courses) = study.courses(&days, Luck::First) else { return Ok(None) };
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
    let shares = |of: &dyn Fn(&Courses) -> f64| estimate(courses.iter().map(of), study.together());
    let over_sets = |of: &dyn Fn(&Courses) -> f64| shares(&|courses| all * of(courses));
    let n_arms = contest.trial.arms.len();
    let (mut ahead, mut apart) = (vec![0; n_arms], 0);
    for courses in &courses {
        let values = courses.values(member_worth);
        let order = advice::ranked(values.iter().copied());
        if values[order[0]] > values[order[1]] {
            ahead[order[0]] += 1;
        }
        apart += usize::from(values[order[0]] > values[order[n_arms - 1]]);
    }
    let skipped = Skipped {
        buyers: over_sets(&|courses| courses.arm(best_before).buyers_at_the_end()),
        lost: over_sets(&|courses| courses.arm(best_before).lost_at_the_end()),
        kept: over_sets(&|courses| courses.arm(best_before).end().kept),
        limited: shares(&|courses| courses.arm(best_before).end().limited),
        banned: shares(&|courses| courses.arm(best_before).end().banned),
    };
    let lead = over_sets(&|courses| value(courses, best_before) - value(courses, next));
    let knowledge = over_sets(&|courses| course::knowledge(courses, best_before, member_worth)).cut_at_nothing();

    let known = Known { courses: &courses, best_before, member_worth };
    let mut tests = 0;
    let mut candidates = Vec::new();
    for units in grid(&request.units, contest.trial.units_per_arm) {
        let Some(played) = study.play(&known, (units, &days), Luck::First) else { break };
        tests += played.iter().map(|set| set.len() as u64).sum::<u64>();
        candidates.extend(days.iter().enumerate().map(|(look, &days)| study.candidate(&played, look, (units, days))));
    }
    let closed = closed::closed_form(&study, &known, &mut candidates);
    let best = most_promising(&candidates).and_then(|(index, rule)| {
        let Candidate { units, days, .. } = candidates[index];
        // Chosen among many by what the arms did on the first luck: they too must do it again.
        let courses = study.courses(&[days], Luck::Fresh)?;
        let played = study.play(&Known { courses: &courses, ..known }, (units, &[days]), Luck::Fresh)?;
        tests += played.iter().map(|set| set.len() as u64).sum::<u64>();
        Some((index, rule, study.judged(&played, 0, rule)))
    });
    let promising = best.as_ref().map(|(index, rule, judged)| (*index, *rule, &judged.net));
    // Where all arms come to the same, there is nothing to find out.
    let advice = match &best {
        None if engine.stopped() => Advice::Open,
        _ => advice::advice(promising.filter(|_| apart > 0), best_before, &lead),
    };
    Ok(Some(Worth {
        best_before,
        ahead,
        apart,
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
    }))
}

/// The numbers tried, in order, with the test's own.
fn grid(tried: &[u32], own: u32) -> Vec<u32> {
    let mut grid = tried.to_vec();
    grid.push(own);
    grid.sort_unstable();
    grid.dedup();
    grid
}

/// A mean over sets, each of them counted once. So many neighbours are taken together as one in its interval, the last ones by how many
/// they are.
fn estimate(values: impl Iterator<Item = f64>, together: usize) -> Estimate {
    let values: Vec<f64> = values.collect();
    let mean_of = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let (mean, n_parts) = (mean_of(&values), values.len().div_ceil(together) as f64);
    let mut moments = Moments::default();
    for neighbours in values.chunks(together) {
        let weight = neighbours.len() as f64 * n_parts / values.len() as f64;
        moments.push(mean + weight * (mean_of(neighbours) - mean));
    }
    Estimate { mean, interval: interval::of_mean(&moments, CONFIDENCE) }
}

/// The test and rule with the highest mean; of equals the first.
fn most_promising(candidates: &[Candidate]) -> Option<(usize, Rule)> {
    let every = candidates.iter().enumerate();
    let nets = every.flat_map(|(index, of)| Rule::ALL.map(|rule| (index, rule, of.judged(rule).net.mean)));
    let best = nets.reduce(|best, next| if next.2 > best.2 { next } else { best })?;
    Some((best.0, best.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_count_alike_however_they_are_taken_together() {
        let values = [1.0, 5.0, 2.0, 6.0, 9.0];
        let (alone, pairs) = (estimate(values.into_iter(), 1), estimate(values.into_iter(), 2));
        assert!((alone.mean - 4.6).abs() < 1e-12 && (pairs.mean - 4.6).abs() < 1e-12);
        // By hand: parts deviate by 6 - 9.2, 8 - 9.2 and 9 - 4.6 in sum; error^2 = 3 / 2 x sum of squares / 25.
        let error = (1.5 * (3.2_f64.powi(2) + 1.2_f64.powi(2) + 4.4_f64.powi(2)) / 25.0).sqrt();
        let interval = pairs.interval.unwrap();
        assert!(
            ((interval.high - interval.low) / 2.0 / error - 4.302_652_7).abs() < 1e-6,
            "t with 2 degrees: {pairs:?}"
        );
    }

    #[test]
    fn knowing_is_never_shown_to_cost() {
        let cut = |low: f64, high: f64| {
            let interval = Some(Interval { low, high });
            Estimate { mean: f64::midpoint(low, high), interval }.cut_at_nothing()
        };
        assert_eq!(cut(-3.0, -1.0), cut(0.0, 0.0));
        assert_eq!(cut(-1.0, 5.0), Estimate { mean: 2.0, interval: Some(Interval { low: 0.0, high: 5.0 }) });
    }
}
