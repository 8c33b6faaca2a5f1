//! From what a scenario says to what the engine runs: calendars become posts, names become indices, laws become tables.
//!
//! Comes in: a scenario's draft. Goes out: an [`Experiment`], or every fault at once. Nothing is simulated here.

pub mod schedule;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::behaviour::{Law, Reply};
use crate::diagnostic::{Diagnostic, Faults};
use crate::parameter::Parameters;
use crate::platform::{self, Practice, Profile, TopicRelevance};
use crate::population::{Audience, Laws, PeopleLaw};
use crate::rng;
use crate::scenario::{self, Draft, Scenario};
use crate::tally::{PostRecord, Stakes};
use crate::units::{Flags, Privacy};
use schedule::Slot;

/// Everything the engine needs to simulate any replicate of every plan; nothing in it changes during a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Experiment {
    /// Seed of all luck.
    pub seed: u64,
    /// Horizon, days.
    pub days: u32,
    /// Laws of members' traits.
    pub laws: Laws,
    /// Laws of members' days.
    pub law: Law,
    /// Parameters that act on the whole account.
    pub parameters: Parameters,
    /// Whether leaving is contagious.
    pub contagious: bool,
    /// The platform.
    pub profile: &'static Profile,
    /// Everyone who is addressed by any plan, in the order of the scenario.
    pub audiences: Vec<Audience>,
    /// The plans, in the order of the scenario.
    pub plans: Vec<Plan>,
    /// Index of the plan the others are compared with.
    pub baseline: usize,
}

impl Experiment {
    /// Bytes of every table that members are drawn from, in a fixed order, for hashing.
    pub fn table_bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.laws.bytes().chain(self.audiences.iter().flat_map(Audience::bytes))
    }
}

/// A plan ready to run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Indices of the audiences it addresses.
    pub audiences: Vec<usize>,
    /// Share of each audience kept, and the correlation of the signal that chooses them.
    pub select: (f64, f64),
    /// Members addressed, the same in every replicate.
    pub members: u64,
    /// Its posts in order of sending.
    pub posts: Vec<Post>,
    /// Its topics.
    pub topics: Vec<TopicRelevance>,
    /// Number of contents that go out more than once.
    pub repeated_contents: usize,
    /// Share of the audience each post reaches.
    pub reach: f64,
    /// How questions are answered.
    pub reply: Reply,
    /// Share of askers whom the sender's practice satisfies: share answered x P(reply < patience).
    pub service: f64,
    /// What happens to members' data.
    pub privacy: Privacy,
    /// How the account behaves towards the platform.
    pub practice: Practice,
    /// What money is at stake.
    pub stakes: Stakes,
}

/// A post of a plan.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Post {
    /// Where and when, with nothing that has happened yet.
    pub record: PostRecord,
    /// Intrinsic value of its kind.
    pub value: f32,
    /// Share that carries an offer link.
    pub offer: f32,
    /// Its marks.
    pub flags: Flags,
    /// Its content among those that go out more than once; `None`: sent only once.
    pub repeated: Option<usize>,
}

/// Compiles a scenario under a seed.
///
/// # Errors
/// Every fault of the draft and of its calendars at once.
pub fn compile(draft: &Draft, seed: u64) -> Result<Experiment, Faults> {
    let scenario = &draft.scenario;
    let mut faults = draft.faults.clone();
    let mut calendars = Vec::new();
    // Where a fault stood the default stands, and a calendar under a wrong horizon would be a fault of its own.
    let readable = if faults.is_empty() { scenario.plans.as_slice() } else { &[] };
    for plan in readable {
        let addressed = scenario.audiences.iter().filter(|audience| plan.to.contains(&audience.name));
        if addressed.map(|audience| members_kept(plan, audience)).sum::<f64>() == 0.0 {
            faults.push(Diagnostic {
                message: format!(
                    "`plan.{}.select.keep` = {} keeps nobody of those addressed",
                    plan.name, plan.select.keep
                ),
                at: Some(plan.at.clone()),
                help: Some("keep a larger share, or address more people".to_owned()),
            });
        }
        match schedule::schedule(plan, scenario.days, scenario.starts) {
            Ok(slots) => calendars.push(slots),
            Err(more) => faults.extend(more),
        }
    }
    let parameters = parameters(scenario);
    if parameters.visit_from_hour >= parameters.visit_to_hour {
        faults.push(Diagnostic {
            message: format!(
                "`behaviour.visit_from_hour` must be before `visit_to_hour`, found {} and {}",
                parameters.visit_from_hour, parameters.visit_to_hour
            ),
            at: None,
            help: Some("members visit between the two hours of a day".to_owned()),
        });
    }
    match Faults::new(draft.sources.clone(), faults) {
        Some(faults) => Err(faults),
        None => Ok(experiment(scenario, &calendars, seed)),
    }
}

/// The experiment of a scenario without faults.
fn experiment(scenario: &Scenario, calendars: &[Vec<Slot>], seed: u64) -> Experiment {
    let parameters = parameters(scenario);
    let laws = Laws::new(&parameters);
    let law = Law::new(&parameters, scenario.switches);
    let in_time = in_time(scenario, &parameters);
    let plans = scenario
        .plans
        .iter()
        .zip(calendars)
        .map(|(plan, slots)| compile_plan(scenario, plan, slots, (&parameters, &law), &in_time));
    Experiment {
        seed,
        days: scenario.days,
        contagious: scenario.switches.contagion,
        profile: platform::find(&scenario.platform).expect("the reader knows the platforms"),
        audiences: scenario
            .audiences
            .iter()
            .map(|audience| compile_audience(scenario, audience, &laws, seed))
            .collect(),
        plans: plans.collect(),
        baseline: index_of(scenario.plans.iter().map(|plan| &plan.name), &scenario.baseline),
        laws,
        law,
        parameters,
    }
}

/// The catalogue's parameters with the scenario's own. One that changes the shape of reply patience but not its scale keeps the
/// claim `giveup-2h`: P(W <= 2 h) stays.
fn parameters(scenario: &Scenario) -> Parameters {
    let best = Parameters::best();
    let mut parameters = best;
    for (key, value) in &scenario.behaviour {
        assert!(parameters.set(key, *value), "`{key}` passed the reader but is no parameter");
    }
    let changes = |key: &str| scenario.behaviour.iter().any(|(changed, _)| changed == key);
    if changes("reply_patience_shape") && !changes("reply_patience_scale") {
        // -ln P(W > 2 h) at the defaults.
        let hazard = libm::pow(2.0 / best.reply_patience_scale, best.reply_patience_shape);
        parameters.reply_patience_scale = 2.0 / libm::pow(hazard, 1.0 / parameters.reply_patience_shape);
    }
    parameters
}

fn index_of<'a>(names: impl IntoIterator<Item = &'a String>, name: &str) -> usize {
    names.into_iter().position(|other| other == name).expect("the reader has checked every name")
}

/// Twins share the luck of the audience at the end of their chain.
fn people_of<'a>(scenario: &'a Scenario, audience: &'a scenario::Audience) -> &'a str {
    match &audience.twin {
        Some(twin) => {
            people_of(scenario, &scenario.audiences[index_of(scenario.audiences.iter().map(|a| &a.name), twin)])
        }
        None => &audience.name,
    }
}

fn compile_audience(scenario: &Scenario, audience: &scenario::Audience, laws: &Laws, seed: u64) -> Audience {
    let people = PeopleLaw {
        fit: audience.fit,
        fit_spread: audience.fit_spread,
        account_spread: audience.account_spread,
        relation: audience.relation,
    };
    let keys = (rng::key(seed, people_of(scenario, audience)), rng::account_key(seed));
    Audience::new(laws, keys, audience.channel, (audience.groups, audience.size), people)
}

/// How many of an audience a plan addresses, the same in every replicate.
fn members_kept(plan: &scenario::Plan, audience: &scenario::Audience) -> f64 {
    (plan.select.keep * f64::from(audience.groups * audience.size)).round()
}

fn compile_plan(
    scenario: &Scenario,
    plan: &scenario::Plan,
    slots: &[Slot],
    (parameters, law): (&Parameters, &Law),
    in_time: &[(f64, f64)],
) -> Plan {
    let audiences: Vec<usize> =
        plan.to.iter().map(|name| index_of(scenario.audiences.iter().map(|audience| &audience.name), name)).collect();
    let kept = |&audience: &usize| members_kept(plan, &scenario.audiences[audience]);
    let members: f64 = audiences.iter().map(kept).sum();
    let topic_of = |slot: &Slot| slot.topic.clone().or_else(|| plan.topic.clone());
    let mut topics: Vec<Option<String>> = Vec::new();
    let mut relevance = Vec::new();
    let sends = slots.iter().fold(BTreeMap::new(), |mut sends, slot| {
        *sends.entry(slot.content).or_insert(0) += 1;
        sends
    });
    let repeated: Vec<usize> = sends.iter().filter(|(_, n)| **n > 1).map(|(content, _)| *content).collect();
    let mut posts: Vec<Post> = Vec::with_capacity(slots.len());
    for slot in slots {
        let name = topic_of(slot);
        let topic = topics.iter().position(|known| *known == name).unwrap_or_else(|| {
            let by_audience: Vec<f64> =
                audiences.iter().map(|&a| relevance_for(scenario, name.as_deref(), &scenario.audiences[a])).collect();
            let weighed: f64 = by_audience.iter().zip(&audiences).map(|(relevance, a)| relevance * kept(a)).sum();
            let by_audience = by_audience.into_iter().map(|relevance| relevance as f32).collect();
            relevance.push(TopicRelevance { mean: weighed / members.max(1.0), by_audience });
            topics.push(name);
            topics.len() - 1
        });
        let slot_of_day = posts.iter().rev().take_while(|post| post.record.day == slot.day).count() as u32;
        posts.push(Post {
            record: PostRecord {
                day: slot.day,
                hour: slot.hour,
                slot: slot_of_day,
                content: slot.content,
                topic,
                sent: false,
                delivered: 0,
                reads: 0,
                clicks: 0,
                interactions: 0,
                reporters: 0,
                crossed: false,
            },
            value: law.value[slot.kind as usize],
            offer: slot.offer as f32,
            flags: slot.flags,
            repeated: repeated.binary_search(&slot.content).ok(),
        });
    }
    let mean_hours = mean_reply(plan);
    let in_time = in_time.iter().find(|(mean, _)| *mean == mean_hours).expect("every plan's reply was looked at").1;
    let ignored = plan.privacy == Privacy::Ignored;
    let pick = |when_ignored: f64, when_kept: f64| if ignored { when_ignored } else { when_kept };
    let p = parameters;
    let rotated = sends.len() > 1;
    Plan {
        name: plan.name.clone(),
        select: (plan.select.keep, plan.select.signal),
        members: members as u64,
        posts,
        topics: relevance,
        repeated_contents: repeated.len(),
        reach: plan.reach,
        reply: Reply { answered: plan.answered, mean_hours },
        service: plan.answered * in_time,
        privacy: plan.privacy,
        practice: Practice {
            mean_reply_hours: mean_hours,
            complaints_per_month: pick(p.privacy_complaints_ignored, p.privacy_complaints_kept),
            leaks_per_month: pick(p.leaks_ignored, p.leaks_kept),
            enforce_prob: p.enforce_prob,
        },
        stakes: Stakes {
            cost_per_send: plan.cost.unwrap_or(if rotated { p.cost_rotated } else { p.cost_same }),
            compliance_share: pick(p.compliance_ignored, p.compliance_kept),
            margin: scenario.money.margin,
            joiners_per_exit: p.joiners_per_exit,
        },
        audiences,
    }
}

/// Mean reply of a plan, hours; infinite: never.
fn mean_reply(plan: &scenario::Plan) -> f64 {
    plan.reply.map_or(f64::INFINITY, |hours| hours.0)
}

/// Each mean reply among the plans, with the share of askers it answers in time.
fn in_time(scenario: &Scenario, parameters: &Parameters) -> Vec<(f64, f64)> {
    let mut means: Vec<f64> = scenario.plans.iter().map(mean_reply).collect();
    means.sort_by(f64::total_cmp);
    means.dedup();
    let shares = answered_in_time(&means, parameters.reply_patience_shape, parameters.reply_patience_scale);
    means.into_iter().zip(shares).collect()
}

/// Relevance of a topic for an audience; 1 where there is no topic or no theme.
fn relevance_for(scenario: &Scenario, topic: Option<&str>, audience: &scenario::Audience) -> f64 {
    let (Some(topic), Some(theme)) = (topic, &audience.theme) else { return 1.0 };
    let topic = scenario.topics.iter().find(|known| known.name == topic).expect("the reader has checked every topic");
    topic.relevance.iter().find(|(known, _)| known == theme).map(|(_, relevance)| *relevance).expect("and every theme")
}

/// For each mean of an exponential reply, in hours, P(R < W) under Weibull patience: the share of askers answered in time.
///
/// With y = (w / scale)^shape, W's survival is exp(-y) and P = integral of (1 - exp(-w(y) / mean)) exp(-y) dy, taken by
/// the midpoint rule over the probability u = 1 - exp(-y). The points are shared by all means and found on all threads; they are added
/// up in order, so the sum is always the same.
///
/// # Precision
/// Absolute error below 1e-5.
fn answered_in_time(means_hours: &[f64], shape: f64, scale: f64) -> Vec<f64> {
    const POINTS: u32 = 100_000;
    let patience = |i: u32| {
        let u = (f64::from(i) + 0.5) / f64::from(POINTS);
        scale * libm::pow(-libm::log1p(-u), 1.0 / shape)
    };
    let patience: Vec<f64> = (0..POINTS).into_par_iter().map(patience).collect();
    let share = |mean: f64| {
        let answered: Vec<f64> = patience.par_iter().map(|patience| -libm::expm1(-patience / mean)).collect();
        answered.iter().sum::<f64>() / f64::from(POINTS)
    };
    let known = |mean: f64| if mean.is_infinite() { 0.0 } else { 1.0 };
    means_hours.iter().map(|&mean| if mean > 0.0 && mean.is_finite() { share(mean) } else { known(mean) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_within_minutes_meet_nearly_everyone_in_time() {
        let share = |hours: f64| answered_in_time(&[hours], 0.73, 4.05)[0];
        // 41 % and 12 % of questions convert at 0.436 each (claims `inquiry-conv-fast`, `inquiry-conv-slow`).
        assert!((share(6.2 / 60.0) - 0.94).abs() < 0.01, "{}", share(6.2 / 60.0));
        assert!((share(11.3) - 0.28).abs() < 0.03, "{}", share(11.3));
        // Shape 1 has a closed form: scale / (scale + mean).
        assert!((answered_in_time(&[3.0], 1.0, 4.0)[0] - 4.0 / 7.0).abs() < 1e-5);
        assert_eq!((share(0.0), share(f64::INFINITY)), (1.0, 0.0));
    }
}
