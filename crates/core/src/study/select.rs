//! Selects the best of many plans in one metric by racing: all run on the same luck, and those that fall clearly behind run no
//! more.
//!
//! Comes in: one scenario, compiled under one or many sets of parameters, and a [`Question`]. Goes out: a [`Selection`]. The
//! method is `stats::selection` (Kim & Nelson 2001).
//!
//! # What an observation is
//! One replicate: a campaign of every plan still in the race, on the same luck and under the same set of parameters (common
//! random numbers). Elsewhere the sets take turns, which would make replicates neither independent nor alike; here each replicate
//! draws its set at random, keyed by its number. So observations are independent and identically distributed, with chance and
//! parameters together as their variance, and what is compared is the mean over the sets. A replicate's figure adds over
//! thousands of members and is nearly normal. A chance is 0 or 1 in a replicate: there a difference has at least the variance
//! that one replicate in the first stage would have brought, had it differed. What rarely happens and then moves everything, such as
//! a ban to the members kept, can be missed by a first stage as well: where that matters, race by the chance of it too. What a plan does to
//! [`beside`] is counted on the same campaigns and told beside, since one metric alone says nothing of its price.

use std::ops::Range;

use rand::Rng;
use serde::Serialize;
use wearout_stats::interval::{self, Interval};
use wearout_stats::mean::Moments;
use wearout_stats::selection::{Aim, Race};

use super::compare::simulate_over;
use crate::analysis::{CONFIDENCE, Zone};
use crate::engine::Engine;
use crate::plan::Experiment;
use crate::rng;
use crate::tally::{Better, METRICS, Metric, PairedTally, Subject, Unit};

/// Most plans that are raced.
pub const MOST_PLANS: usize = 50;

/// Replicates of every plan before one can be dropped.
pub const FIRST_STAGE: u32 = 20;

/// Replicates simulated between two looks at the race: so many, or an eighth of those done where that is more. A plan dropped in
/// between has run up to the end of them for nothing; counted they are.
const CHUNK: u32 = 8;

/// Metrics that are counted beside the one that decides: the members kept and the chances of the account.
pub fn beside() -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().filter(|metric| metric.subject == Subject::Kept || metric.unit == Unit::Chance)
}

/// Index of the streams that draw sets.
const DRAWING: u32 = 301;

/// What plans are selected by.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// By what; one direction of it is better.
    pub metric: &'static Metric,
    /// How far below the best a plan may be and still be as good, in the metric's own unit; `None`: what the scenario calls
    /// practically equal at the baseline's mean over the first stage.
    pub zone: Option<f64>,
    /// What the scenario calls practically equal.
    pub equality: Zone,
    /// Replicates at the most.
    pub most: u32,
}

/// Why a race cannot be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unfit {
    /// There are no two plans.
    #[error("the scenario has one plan, and there is nothing to select from")]
    OnePlan,
    /// There are too many.
    #[error("the scenario has {0} plans, and at most {MOST_PLANS} are raced")]
    TooManyPlans(usize),
    /// Neither direction is better.
    #[error("`{0}` only describes: neither more nor less of it is better")]
    NoDirection(&'static str),
    /// The zone would be 0.
    #[error("no zone follows from the scenario: `{0}` is 0 under the baseline")]
    NoZone(&'static str),
    /// A replicate in which the metric has no base.
    #[error("`{metric}` has no value for {plan} in replicate {replicate}")]
    Blank {
        /// The metric.
        metric: &'static str,
        /// The plan.
        plan: String,
        /// The replicate's number.
        replicate: u32,
    },
}

/// Where the zone comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneFrom {
    /// It was asked for.
    Asked,
    /// It is the points that the scenario calls practically equal.
    Points,
    /// It is this share of the baseline's mean over the first stage.
    Baseline(f64),
}

/// How a race went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Selection {
    /// By what plans are selected.
    pub metric: &'static Metric,
    /// How far below the best a plan may be and still be as good, in the metric's own unit.
    pub zone: f64,
    /// Where that comes from.
    pub zone_from: ZoneFrom,
    /// The plans, in the order of the scenario.
    pub plans: Vec<Raced>,
    /// Their indices from the one ahead to the first dropped; of those dropped together the nearer first.
    pub ranked: Vec<usize>,
    /// Index of the baseline.
    pub baseline: usize,
    /// Index of the plan selected; `None` where the race was stopped before.
    pub selected: Option<usize>,
    /// Index of the plan ahead at the end: the one selected, where there is one.
    pub leader: usize,
    /// Of the plans that clearly keep more members than the leader, the one that keeps most.
    pub keeps_more: Option<KeepsMore>,
    /// Replicates of the plans that were still racing at the end.
    pub replicates: u64,
    /// Campaigns simulated, over all plans.
    pub campaigns: u64,
    /// Campaigns with which the same would be promised if every plan got as many (Clark & Yang 1986), from the same first stage.
    pub campaigns_if_equal: u64,
    /// The race from the first stage on, wherever a plan was dropped and at every look.
    #[serde(skip)]
    pub standings: Vec<Standing>,
    /// Whether it was interrupted.
    pub partial: bool,
}

/// A plan in the race.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Raced {
    /// Its name.
    pub name: String,
    /// Its replicates up to where it was dropped.
    pub replicates: u64,
    /// Its mean over them, in the metric's own unit.
    pub mean: f64,
    /// Its means of [`beside`] over them.
    pub beside: Vec<Beside>,
    /// How its race ended.
    pub end: End,
    /// How it was dropped; `None` for one that was not.
    pub dropped: Option<Dropped>,
}

/// How the race of a plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It was selected.
    Selected,
    /// Its mean is that of the one selected to the last digit, with no room for doubt left.
    Equal,
    /// It was dropped.
    Dropped,
    /// It did not end.
    Racing,
}

/// A mean of a metric that does not decide.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Beside {
    /// The metric.
    pub metric: &'static Metric,
    /// The mean.
    pub mean: f64,
    /// Its 95 % interval: the error of a finite number of replicates, each under a set of its own.
    pub interval: Interval,
}

/// A plan that keeps clearly more members than the leader.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KeepsMore {
    /// Its index.
    pub plan: usize,
    /// By how much, over the campaigns that both ran.
    pub difference: f64,
    /// Its interval; those of all plans together hold with 95 %.
    pub interval: Interval,
}

/// How a plan was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Dropped {
    /// After so many replicates.
    pub at: u64,
    /// Index of the plan furthest ahead of it then.
    pub by: usize,
    /// Its mean less that plan's, in the metric's own unit and direction.
    pub difference: f64,
}

/// The race after so many replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// So many.
    pub replicates: u64,
    /// Mean of each plan in the metric's own unit; `None` for one dropped before.
    pub means: Vec<Option<f64>>,
}

impl Selection {
    /// The plan's mean less that of the leader over the same replicates, at the end of its race, in the metric's own unit; `None` where
    /// it was dropped between two standings.
    pub fn behind_leader(&self, plan: usize) -> Option<f64> {
        let at = self.plans[plan].replicates;
        let standing = self.standings.iter().find(|standing| standing.replicates == at)?;
        Some(standing.means[plan]? - standing.means[self.leader]?)
    }
}

/// Races the plans of a scenario under these sets of parameters; `None` when it was stopped within the first stage.
///
/// # Errors
/// When there are no two plans or too many, no direction is better, there is no zone, or a replicate has no value.
///
/// # Panics
/// Without a set, or when the sets are not of one scenario.
pub fn select(sets: Vec<Experiment>, question: &Question, engine: &Engine) -> Result<Option<Selection>, Unfit> {
    let metric = question.metric;
    let sign = match metric.better {
        Better::Higher => 1.0,
        Better::Lower => -1.0,
        Better::Neither => return Err(Unfit::NoDirection(metric.key)),
    };
    let names: Vec<String> = sets[0].plans.iter().map(|plan| plan.name.clone()).collect();
    match names.len() {
        0 | 1 => return Err(Unfit::OnePlan),
        2..=MOST_PLANS => {}
        n => return Err(Unfit::TooManyPlans(n)),
    }
    let baseline = sets[0].baseline;
    let beside = vec![vec![Vec::new(); beside().count()]; names.len()];
    let mut field = Field { sets, racing: (0..names.len()).collect(), metric, sign, beside, campaigns: 0 };
    let first_stage = field.run(0..FIRST_STAGE, engine)?;
    if first_stage.len() < FIRST_STAGE as usize {
        return Ok(None);
    }
    let (zone, zone_from) = question.zone.map_or_else(
        || {
            let mean = first_stage.iter().map(|row| sign * row[baseline]).sum::<f64>() / f64::from(FIRST_STAGE);
            let is_relative = question.equality.is_relative(metric.unit, mean);
            let from = if is_relative { ZoneFrom::Baseline(question.equality.relative) } else { ZoneFrom::Points };
            (question.equality.half_width(metric.unit, mean), from)
        },
        |asked| (asked, ZoneFrom::Asked),
    );
    if zone <= 0.0 {
        return Err(Unfit::NoZone(metric.key));
    }
    let least_variance = if metric.unit == Unit::Chance { 1.0 / f64::from(FIRST_STAGE) } else { 0.0 };
    let mut race = Race::new(&first_stage, &Aim { zone, probability: CONFIDENCE, least_variance });
    let mut standings = vec![standing(&race, &names, sign)];

    let mut done = FIRST_STAGE;
    while race.selected().is_none() && done < question.most && !engine.stopped() {
        field.leave(race.racing());
        let to = (done + CHUNK.max(done / 8)).min(question.most);
        for row in field.run(done..to, engine)? {
            let racing = race.racing().to_vec();
            let told: Vec<f64> =
                field.racing.iter().zip(row).filter(|(plan, _)| racing.contains(plan)).map(|(_, x)| x).collect();
            race.tell(&told);
            if race.racing().len() < racing.len() {
                standings.push(standing(&race, &names, sign));
            }
            if race.selected().is_some() {
                break;
            }
        }
        done = to;
        if standings.last().is_none_or(|last| last.replicates < race.observations()) {
            standings.push(standing(&race, &names, sign));
        }
    }
    let raced = |plan: usize| {
        let dropped = race.drop_of(plan);
        Raced {
            name: names[plan].clone(),
            replicates: dropped.map_or(race.observations(), |drop| drop.at),
            mean: sign * race.mean(plan),
            end: match (race.selected(), dropped) {
                (Some(selected), _) if selected == plan => End::Selected,
                (_, Some(_)) => End::Dropped,
                (Some(_), None) => End::Equal,
                (None, None) => End::Racing,
            },
            beside: field.beside(plan, dropped.map_or(race.observations(), |drop| drop.at)),
            dropped: dropped.map(|drop| Dropped { at: drop.at, by: drop.by, difference: -sign * drop.behind }),
        }
    };
    let ahead = |best: usize, plan: usize| if race.mean(plan) > race.mean(best) { plan } else { best };
    let leader = race.selected().or_else(|| race.racing().iter().copied().reduce(ahead));
    let leader = leader.expect("a race never drops its leader");
    let plans: Vec<Raced> = (0..names.len()).map(raced).collect();
    Ok(Some(Selection {
        metric,
        zone,
        zone_from,
        ranked: ranked(&plans, leader, sign),
        plans,
        baseline,
        selected: race.selected(),
        leader,
        keeps_more: field.keeps_more(leader),
        replicates: race.observations(),
        campaigns: field.campaigns,
        campaigns_if_equal: race.equal_allocation() * names.len() as u64,
        standings,
        partial: race.selected().is_none() && engine.stopped(),
    }))
}

fn ranked(plans: &[Raced], leader: usize, sign: f64) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..plans.len()).collect();
    ranked.sort_by(|&a, &b| {
        let by_mean = || (-sign * plans[a].mean).total_cmp(&(-sign * plans[b].mean));
        (b == leader).cmp(&(a == leader)).then(plans[b].replicates.cmp(&plans[a].replicates)).then_with(by_mean)
    });
    ranked
}

fn standing(race: &Race, names: &[String], sign: f64) -> Standing {
    let now = race.observations();
    let here = |plan: usize| race.drop_of(plan).is_none_or(|drop| drop.at == now);
    let means = (0..names.len()).map(|plan| here(plan).then(|| sign * race.mean(plan))).collect();
    Standing { replicates: now, means }
}

/// The plans still simulated.
struct Field {
    sets: Vec<Experiment>,
    /// Their indices in the scenario.
    racing: Vec<usize>,
    metric: &'static Metric,
    /// 1 where more is better, -1 where less is.
    sign: f64,
    /// Of each plan and metric of [`beside`], the figure of each of its campaigns.
    beside: Vec<Vec<Vec<f64>>>,
    campaigns: u64,
}

impl Field {
    /// Of these replicates the figure of each plan, larger being better; when stopped, those complete.
    fn run(&mut self, replicates: Range<u32>, engine: &Engine) -> Result<Vec<Vec<f64>>, Unfit> {
        let set_of = |number: u32| drawn(self.sets[0].seed, number, self.sets.len());
        let tallies = simulate_over(&self.sets, set_of, replicates, engine);
        self.campaigns += (tallies.len() * self.racing.len()) as u64;
        for paired in &tallies {
            for ((&plan, tally), set) in self.racing.iter().zip(&paired.plans).zip(&self.sets[0].plans) {
                for (figures, metric) in self.beside[plan].iter_mut().zip(beside()) {
                    figures.extend(metric.value(tally, &set.stakes));
                }
            }
        }
        let row = |paired: &PairedTally| self.figures(paired, &self.sets[set_of(paired.replicate)]);
        tallies.iter().map(row).collect()
    }

    /// What a plan came to in [`beside`] over its first campaigns, so many.
    fn beside(&self, plan: usize, campaigns: u64) -> Vec<Beside> {
        let mean_of = |(metric, figures): (&'static Metric, &Vec<f64>)| {
            let figures = &figures[..campaigns as usize];
            let mut moments = Moments::default();
            for &x in figures {
                moments.push(x);
            }
            let interval = if metric.unit == Unit::Chance {
                interval::of_proportion(figures.iter().filter(|x| **x > 0.0).count() as u64, campaigns, CONFIDENCE)
            } else {
                interval::of_mean(&moments, CONFIDENCE)
            };
            let mean = moments.mean().expect("a plan has run the first stage");
            Beside { metric, mean, interval: interval.expect("a plan has run the first stage") }
        };
        beside().zip(&self.beside[plan]).map(mean_of).collect()
    }

    /// The plan that keeps most members of those that clearly keep more than the leader.
    fn keeps_more(&self, leader: usize) -> Option<KeepsMore> {
        let kept = |plan: usize| &self.beside[plan][0];
        let others = (0..self.beside.len()).filter(|&plan| plan != leader);
        let confidence = 1.0 - (1.0 - CONFIDENCE) / (self.beside.len() - 1) as f64;
        let more = others.filter_map(|plan| {
            let mut differences = Moments::default();
            kept(plan).iter().zip(kept(leader)).for_each(|(other, leader)| differences.push(other - leader));
            let interval = interval::of_mean(&differences, confidence)?;
            (interval.low > 0.0).then_some(KeepsMore { plan, difference: differences.mean()?, interval })
        });
        more.max_by(|a, b| a.difference.total_cmp(&b.difference))
    }

    fn figures(&self, paired: &PairedTally, set: &Experiment) -> Result<Vec<f64>, Unfit> {
        let figures = paired.plans.iter().zip(&set.plans).map(|(tally, plan)| {
            let blank =
                || Unfit::Blank { metric: self.metric.key, plan: plan.name.clone(), replicate: paired.replicate };
            self.metric.value(tally, &plan.stakes).map(|value| self.sign * value).ok_or_else(blank)
        });
        figures.collect()
    }

    /// Simulates only these plans from now on.
    fn leave(&mut self, racing: &[usize]) {
        if racing.len() < self.racing.len() {
            for set in &mut self.sets {
                set.keep_plans(|place| racing.contains(&self.racing[place]));
            }
            self.racing.retain(|plan| racing.contains(plan));
        }
    }
}

/// The set of parameters of a replicate, each as likely as any other.
fn drawn(seed: u64, replicate: u32, n_sets: usize) -> usize {
    let word = rng::method(seed, replicate, DRAWING).next_u32();
    ((u64::from(word) * n_sets as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_drawn_evenly_and_by_the_replicate_s_number() {
        let mut counts = [0_u32; 7];
        for replicate in 0..70_000 {
            counts[drawn(1, replicate, 7)] += 1;
        }
        // 10,000 of each, with a standard deviation of 93.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 4 * 93), "{counts:?}");
        assert_eq!(drawn(1, 3, 7), drawn(1, 3, 7));
        assert_eq!(drawn(1, 3, 1), 0);
    }
}
