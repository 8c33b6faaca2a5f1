//! A test designed: what it can find, how long it should run, what it can say of guardrails and bans, before anything is sent.
//!
//! Comes in: a [`Contest`] and how many tests to play. Goes out: a [`Design`]. Curves over groups and effects are in `power`. Sources: the
//! methods of `stats`; a ban risk is bounded from so many accounts without a ban by Clopper & Pearson (the rule of three).

use serde::Serialize;
use wearout_stats::decaying_effect::{self, Decay};
use wearout_stats::{clustered_power, permutation};

use super::power::{CONFIDENCE, Mean, Point, Power, Share, WANTED_POWER};
use super::{Contest, Judge, Played, Seen, play};
use crate::analysis::trial::guardrail;
use crate::engine::Engine;
use crate::parameter;
use crate::scenario::Variation;
use crate::tally::{Metric, Repeat, find};

/// A day is long enough where no other has more power by this share.
const AS_GOOD: f64 = 0.01;

/// Accounts without a ban for which a bound is worked out.
const ACCOUNTS: [u32; 4] = [1, 10, 30, 100];

/// What a test can do.
#[derive(Debug, Clone, Serialize)]
pub struct Design {
    /// Power and what goes with it at the end of the test.
    pub power: Power,
    /// The same at the end of every day.
    pub by_day: Vec<Point>,
    /// What the arms differ by on each day alone; empty where the metric does not count one by one.
    pub daily: Vec<Daily>,
    /// How that wears off; `None` where the days cannot tell.
    pub decay: Option<Decay>,
    /// First day on which the closed form's power is as good as on any; `None` where no post goes out after it, for days without posts
    /// say nothing of those to come.
    pub enough_days: Option<u32>,
    /// Best length from the fitted lifetime by the closed form, days: when daily errors are independent, and with what groups differ
    /// by for good.
    pub best_length: Option<[f64; 2]>,
    /// What the smallest difference worth detecting takes; `None` where the test names none.
    pub detect: Option<Detect>,
    /// Guardrails.
    pub guardrails: Vec<Guardrail>,
    /// What the platform does to the account.
    pub account: Vec<Account>,
    /// For so many accounts without a ban, the chance of a ban that stays possible (95 %).
    pub unbanned: Vec<(u32, f64)>,
    /// Smallest p value that a permutation of the groups can give; `None` on a direct list.
    pub smallest_p_value: Option<f64>,
    /// Conversion against churn at the end; `None` where no test has both.
    pub trade: Option<Trade>,
    /// What followed reads of contents read before, in each of the two arms.
    pub by_read: [Vec<Repeat>; 2],
    /// Tests played.
    pub tests: u64,
    /// Whether it was stopped before the end.
    pub partial: bool,
}

/// What the arms differ by on one day alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Daily {
    /// The day, from 1.
    pub day: u32,
    /// The difference, in the metric's unit a day.
    pub effect: Mean,
}

/// What the smallest difference worth detecting takes, by the closed form.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Detect {
    /// The difference, in the metric's unit.
    pub difference: f64,
    /// Power for it with the groups there are; `None` where groups do not differ.
    pub power: Option<f64>,
    /// Groups (members of a direct list) an arm that detect it with a power of 80 %; `None` where no number within reach does.
    pub needed: Option<f64>,
    /// Whether there are as many.
    pub is_enough: bool,
}

/// Whether a test can show that a metric is not much worse.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Guardrail {
    /// Which.
    pub metric: &'static Metric,
    /// By how much it may be worse.
    pub margin: f64,
    /// What the arms differ by on average.
    pub effect: Mean,
    /// Share of tests that hold it as `ab analyze` would.
    pub shown: Share,
}

/// What is bought and who is lost in each of the two arms.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trade {
    /// Test by test and arm by arm: conversion, and churn.
    #[serde(skip)]
    pub tests: [Vec<(f64, f64)>; 2],
    /// Mean of each arm: conversion, and churn.
    pub means: [(Mean, Mean); 2],
    /// The arm less the control, test by test.
    pub differences: (Mean, Mean),
}

/// What the platform does to an account under test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Account {
    /// Probability of a limit for a post that is reported too often.
    pub enforce_prob: f64,
    /// Tests in which it is limited.
    pub limited: Share,
    /// Tests in which it is banned.
    pub banned: Share,
}

/// Replicates that a design simulates.
pub fn tests_expected(contest: &Contest, tests: u32) -> u64 {
    u64::from(tests) * (5 + contest.said.guardrails.len() as u64)
}

/// Designs a test from so many plays of it; `None` where no test has a figure.
///
/// # Panics
/// Never: the metrics it asks for are rows of `METRICS`.
pub fn design(contest: &Contest, tests: u32, alpha: f64, engine: &Engine) -> Option<Design> {
    let trial = &contest.trial;
    let days: Vec<u32> = (1..=trial.days).collect();
    let units = trial.units_per_arm;
    let played = play((&contest.experiment, trial), &contest.judge, &days, 0..tests, engine);
    let mut n_played = played.tests.len() as u64;
    let point = |look: usize| Some(Point { at: f64::from(days[look]), power: Power::of(&played, look, units, alpha)? });
    let seen_at = |look: &usize| contest.judge.sees(days[*look], trial.days);
    let by_day: Vec<Point> = (0..days.len()).filter(seen_at).filter_map(point).collect();
    let power = Power::of(&played, days.len() - 1, units, alpha)?;
    let daily = daily(&played, contest.judge.metric.is_of_members());
    let decay = decay(&daily);
    let mut at_the_end = |metric: &'static Metric| {
        let judge = Judge { metric, ..contest.judge.clone() };
        let played = play((&contest.experiment, trial), &judge, &[trial.days], 0..tests, engine);
        n_played += played.tests.len() as u64;
        played
    };
    // Members of a direct list have an error in what counts each of them once.
    let has_error = |metric: &&'static Metric| !contest.deals_members() || metric.is_of_members();
    let guarded =
        contest.said.guardrails.iter().filter_map(|(key, margin)| Some((find(key).filter(has_error)?, *margin)));
    let guardrails = guarded.filter_map(|(metric, margin)| guardrail(metric, margin, &at_the_end(metric))).collect();
    let [bought, lost] = ["conversion", "loss"].map(|key| at_the_end(find(key).expect("both are rows of METRICS")));
    let trade = trade(&bought, &lost);
    let (account, more) = accounts(contest, &played, tests, engine);
    let detect = contest.said.detect.map(|difference| detect(difference, &power, alpha));
    Some(Design {
        enough_days: enough_days(&by_day).filter(|&days| days == trial.days || posts_after(contest, days)),
        best_length: decay.and_then(|decay| best_length(&power, decay, trial.days)),
        detect,
        power,
        by_day,
        daily,
        decay,
        guardrails,
        account,
        unbanned: ACCOUNTS.map(|n| (n, 1.0 - libm::pow(1.0 - CONFIDENCE, 1.0 / f64::from(n)))).to_vec(),
        smallest_p_value: smallest_p_value(contest),
        trade,
        by_read: played.repeats,
        tests: n_played + more,
        partial: engine.stopped(),
    })
}

/// Smallest p value that a permutation of the groups can give; `None` on a direct list.
pub fn smallest_p_value(contest: &Contest) -> Option<f64> {
    let units = contest.trial.units_per_arm as usize;
    (!contest.deals_members()).then(|| permutation::smallest_p_value(units, units))
}

fn detect(difference: f64, power: &Power, alpha: f64) -> Detect {
    let (units, deviations) = (power.units, power.deviations);
    let needed = deviations.and_then(|d| clustered_power::clusters_needed(difference, d, alpha, WANTED_POWER));
    Detect {
        difference,
        power: deviations.map(|d| clustered_power::power_of_means(difference, d, [units; 2], alpha)),
        needed,
        is_enough: needed.is_some_and(|needed| needed <= units),
    }
}

/// Day by day what the arms differ by on that day alone: a day's successes over the day's trials, or over all members where these are
/// the metric's base.
fn daily(played: &Played, is_of_members: bool) -> Vec<Daily> {
    let looks = played.tests.first().map_or(0, Vec::len);
    let of_day = |look: usize| {
        let difference = |test: &Vec<Seen>| {
            let [control, treated] = [0, 1].map(|arm| {
                let (successes, trials) = test[look].trials?[arm];
                let before = look.checked_sub(1).map_or(Some((0, 0)), |look| Some(test[look].trials?[arm]))?;
                // Without a trial on that day there is no figure of it, but for members, who are the base of every day.
                let base = if is_of_members { trials } else { trials - before.1 };
                // A stock such as members lost falls where a muted member comes back, so the difference may be below 0.
                (base > 0).then(|| (successes as f64 - before.0 as f64) / base as f64)
            });
            Some(treated? - control?)
        };
        let effect = Mean::of(played.tests.iter().filter_map(difference))?;
        Some(Daily { day: look as u32 + 1, effect })
    };
    (0..looks).filter_map(of_day).collect()
}

/// Every day counts alike: a day without a post differs by nothing and is sure of it, and would else outweigh all others.
fn decay(daily: &[Daily]) -> Option<Decay> {
    let seen = daily.iter().map(|day| decaying_effect::Seen {
        time: f64::from(day.day) - 0.5,
        effect: day.effect.estimate,
        weight: 1.0,
    });
    decaying_effect::fit(&seen.collect::<Vec<_>>(), CONFIDENCE)
}

fn enough_days(by_day: &[Point]) -> Option<u32> {
    let power = |point: &Point| point.power.closed_form;
    let most = by_day.iter().filter_map(power).max_by(f64::total_cmp)?;
    let first = by_day.iter().find(|point| power(point).is_some_and(|power| power >= most - AS_GOOD))?;
    Some(first.at as u32)
}

/// Whether an arm posts after that day, counted from 1, and before the test ends.
fn posts_after(contest: &Contest, day: u32) -> bool {
    let during = day..contest.trial.days;
    let plans = contest.trial.arms.iter().map(|&arm| &contest.experiment.plans[arm]);
    plans.flat_map(|plan| &plan.posts).any(|post| during.contains(&post.record.day))
}

/// The two closed forms for the fitted lifetime. What groups differ by for good is the variance that the intra-group correlation
/// implies; what waiting removes, the rest.
fn best_length(power: &Power, decay: Decay, days: u32) -> Option<[f64; 2]> {
    let lifetime = decay.lifetime?;
    let alone = lifetime * decaying_effect::best_length(0.0);
    let deviations = power.deviations?;
    let total = (deviations[0] * deviations[0] + deviations[1] * deviations[1]) / power.units;
    let lasting = power.design_effect.map_or(0.0, |effect| 1.0 - 1.0 / effect) * total;
    let of_one_day = (total - lasting) * f64::from(days);
    let ratio = if of_one_day > 0.0 { lasting * lifetime / of_one_day } else { return None };
    Some([alone, lifetime * decaying_effect::best_length(ratio)])
}

fn guardrail(metric: &'static Metric, margin: f64, played: &Played) -> Option<Guardrail> {
    let is_shown = |test: &&Vec<Seen>| {
        let Seen { difference, means, .. } = test[0];
        guardrail::is_held(metric, margin, difference.as_ref(), means[0] == means[1])
    };
    let effect = Mean::of(played.tests.iter().filter_map(|test| Some(test[0].means[1]? - test[0].means[0]?)))?;
    let shown = Share::new(played.tests.iter().filter(is_shown).count() as u64, played.tests.len() as u64)?;
    Some(Guardrail { metric, margin, effect, shown })
}

fn trade(bought: &Played, lost: &Played) -> Option<Trade> {
    let both = || bought.tests.iter().zip(&lost.tests);
    let tests = [0, 1].map(|arm| {
        both().filter_map(|(bought, lost)| Some((bought[0].means[arm]?, lost[0].means[arm]?))).collect::<Vec<_>>()
    });
    let of = |arm: usize| {
        let cloud = &tests[arm];
        Some((Mean::of(cloud.iter().map(|dot| dot.0))?, Mean::of(cloud.iter().map(|dot| dot.1))?))
    };
    let difference =
        |played: &Played| Mean::of(played.tests.iter().filter_map(|test| Some(test[0].means[1]? - test[0].means[0]?)));
    Some(Trade { means: [of(0)?, of(1)?], differences: (difference(bought)?, difference(lost)?), tests })
}

/// The account as the scenario has it, and at both ends of how often the platform may act on reports; where it never does, once.
fn accounts(contest: &Contest, here: &Played, tests: u32, engine: &Engine) -> (Vec<Account>, u64) {
    let share = |n: u64, played: &Played| Share::new(n, played.tests.len() as u64);
    let account = |enforce_prob: f64, played: &Played| {
        Some(Account { enforce_prob, limited: share(played.limited, played)?, banned: share(played.banned, played)? })
    };
    let as_it_is = contest.experiment.parameters.enforce_prob;
    let mut found = vec![account(as_it_is, here)];
    let mut n_played = 0;
    if contest.experiment.profile.rules.reports.is_some() {
        let plausible = parameter::find("enforce_prob").expect("the catalogue holds every parameter");
        for end in [plausible.low, plausible.high] {
            let experiment = contest.varied(&Variation::new().set("behaviour.enforce_prob", end));
            let played = play((&experiment, &contest.trial), &contest.judge, &[contest.trial.days], 0..tests, engine);
            n_played += played.tests.len() as u64;
            found.push(account(end, &played));
        }
    }
    let mut found: Vec<Account> = found.into_iter().flatten().collect();
    found.sort_by(|a, b| a.enforce_prob.total_cmp(&b.enforce_prob));
    (found, n_played)
}
