//! From what a scenario says to what the engine runs: calendars become posts, names become indices, laws become tables.
//!
//! Comes in: a scenario's draft. Goes out: an [`Experiment`], or every fault at once. Nothing is simulated here.

mod reply_patience;
pub mod rotation;
pub mod schedule;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::behaviour::{Debut, Law, Reply};
use crate::diagnostic::{Diagnostic, Faults};
use crate::parameter::Parameters;
use crate::platform::{self, Practice, Profile, TopicRelevance};
use crate::population::{Audience, Laws, PeopleLaw, QuantileTable};
use crate::rng;
use crate::scenario::{self, Draft, Scenario};
use crate::tally::{Given, PostRecord, Stakes};
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
    pub profile: Cow<'static, Profile>,
    /// Everyone who is addressed by any plan, in the order of the scenario.
    pub audiences: Vec<Audience>,
    /// The plans, in the order of the scenario.
    pub plans: Vec<Plan>,
    /// The tests, in the order of the scenario.
    pub trials: Vec<Trial>,
    /// Index of the plan the others are compared with.
    pub baseline: usize,
}

impl Experiment {
    /// Bytes of every table that members were drawn from so far, in a fixed order, for hashing: the same after the same replicates.
    pub fn table_bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.tables().flat_map(QuantileTable::bytes)
    }

    /// Makes the tables that a replicate's people are drawn from, as simulating it does.
    pub fn tabulate(&self, replicate: u32) {
        for (_, audience) in self.audiences.iter().enumerate().filter(|(index, _)| self.addresses(*index)) {
            audience.tabulate(&self.laws, replicate);
        }
    }

    /// Whether any plan writes to the audience of that index.
    pub fn addresses(&self, audience: usize) -> bool {
        self.plans.iter().any(|plan| plan.audiences.contains(&audience))
    }

    /// What an observable of a plan takes from the plan and its parameters.
    pub fn given(&self, plan: usize) -> Given {
        let Plan { stakes, practice, .. } = &self.plans[plan];
        let purchase_given_answer = self.parameters.purchase_given_answer;
        let trigger = self.profile.rules.reports.as_ref().map(|rule| rule.trigger);
        Given { stakes: *stakes, trigger, enforce_prob: practice.enforce_prob, purchase_given_answer }
    }

    /// Posts a week of a plan, whomever they reach.
    pub fn posts_per_week(&self, plan: &Plan) -> f64 {
        7.0 * plan.posts.len() as f64 / f64::from(self.days)
    }

    /// Leaves only the plans whose index `keep` approves. They come to the same as before: no luck hangs on who else runs. Tests, whose
    /// arms may be gone, are left out, and a baseline that is gone is followed by the first plan left.
    pub fn keep_plans(&mut self, keep: impl Fn(usize) -> bool) {
        let kept = |index: &usize| keep(*index);
        let before = (0..self.baseline).filter(kept).count();
        self.baseline = if keep(self.baseline) { before } else { 0 };
        let mut index = 0..;
        self.plans.retain(|_| index.next().is_some_and(&keep));
        self.trials.clear();
    }

    fn tables(&self) -> impl Iterator<Item = &QuantileTable> {
        self.laws.tables().chain(self.audiences.iter().flat_map(Audience::tables))
    }
}

/// A test ready to run: plans as arms on one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Indices of the arms' plans, the control first; each addresses the audience.
    pub arms: Vec<usize>,
    /// Index of the audience that is dealt to the arms.
    pub audience: usize,
    /// Groups, or members of a direct list, that each arm gets; the audience has as many for every arm.
    pub units_per_arm: u32,
    /// How long it runs, days; at most the horizon.
    pub days: u32,
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
    /// When its content first goes out.
    pub debut: Debut,
}

/// Compiles a scenario under a seed and the default parameters.
///
/// # Errors
/// Every fault of the draft and of its calendars at once.
pub fn compile(draft: &Draft, seed: u64) -> Result<Experiment, Faults> {
    compile_under(draft, seed, &Parameters::best(), &[])
}

/// Compiles a scenario under a seed and these parameters, beside which the scenario's own `[behaviour]` stands. Tables that
/// `known` experiments hold already are taken over: the result is the same, sooner.
///
/// # Errors
/// Every fault of the draft and of its calendars at once.
pub fn compile_under(draft: &Draft, seed: u64, base: &Parameters, known: &[&Experiment]) -> Result<Experiment, Faults> {
    let (calendars, parameters) = checked(draft, base)?;
    Ok(experiment(&draft.scenario, &calendars, (seed, &parameters), known))
}

/// Whether a scenario can be compiled under these parameters, which takes a thousandth of the time of compiling it.
///
/// # Errors
/// Every fault that [`compile_under`] would find.
pub fn check_under(draft: &Draft, base: &Parameters) -> Result<(), Faults> {
    checked(draft, base).map(|_| ())
}

/// The calendars of the plans and the parameters, or every fault.
fn checked(draft: &Draft, base: &Parameters) -> Result<(Vec<Vec<Slot>>, Parameters), Faults> {
    let scenario = &draft.scenario;
    let mut faults = draft.faults.clone();
    let mut calendars = Vec::new();
    if faults.is_empty() && scenario.plans.is_empty() {
        faults.push(Diagnostic {
            message: "there is no plan".to_owned(),
            at: scenario.rotation.as_ref().map(|rotation| rotation.place.clone()),
            help: Some("contents alone are compared by `wearout ab rotate`; or add one: [plan.daily]".to_owned()),
        });
    }
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
    let parameters = parameters(scenario, base);
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
        None => Ok((calendars, parameters)),
    }
}

/// The experiment of a scenario without faults.
fn experiment(
    scenario: &Scenario,
    calendars: &[Vec<Slot>],
    (seed, parameters): (u64, &Parameters),
    known: &[&Experiment],
) -> Experiment {
    let tables: Vec<&QuantileTable> = known.iter().flat_map(|experiment| experiment.tables()).collect();
    let laws = Laws::new(parameters, &tables);
    let law = Law::new(parameters, scenario.switches);
    let plans = scenario
        .plans
        .iter()
        .zip(calendars)
        .map(|(plan, slots)| compile_plan(scenario, plan, slots, (parameters, &law)))
        .collect();
    Experiment {
        seed,
        days: scenario.days,
        contagious: scenario.switches.contagion,
        profile: profile(scenario, parameters),
        audiences: scenario
            .audiences
            .iter()
            .map(|audience| compile_audience(scenario, audience, (&laws, &tables), seed))
            .collect(),
        plans,
        trials: scenario.trials.iter().map(|trial| compile_trial(scenario, trial)).collect(),
        baseline: index_of(scenario.plans.iter().map(|plan| &plan.name), &scenario.baseline),
        laws,
        law,
        parameters: *parameters,
    }
}

/// The platform without the rules that the scenario switches off; reports are counted as it says, or as the parameters were fitted.
fn profile(scenario: &Scenario, parameters: &Parameters) -> Cow<'static, Profile> {
    let profile = platform::find(&scenario.platform).expect("the reader knows the platforms");
    let trigger = scenario.report_trigger.unwrap_or(parameters.mechanisms.trigger);
    if scenario.rules_off.is_empty() && profile.rules.reports.as_ref().is_none_or(|rule| rule.trigger == trigger) {
        return Cow::Borrowed(profile);
    }
    let mut profile = profile.clone();
    if let Some(rule) = &mut profile.rules.reports {
        rule.trigger = trigger;
    }
    for rule in &scenario.rules_off {
        assert!(profile.rules.switch_off(rule), "`{rule}` passed the reader but is no rule");
    }
    Cow::Owned(profile)
}

/// Parameters with the scenario's own.
fn parameters(scenario: &Scenario, base: &Parameters) -> Parameters {
    base.with(scenario.behaviour.iter().map(|(key, value)| (key.as_str(), *value)))
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

fn compile_audience(
    scenario: &Scenario,
    audience: &scenario::Audience,
    (laws, known): (&Laws, &[&QuantileTable]),
    seed: u64,
) -> Audience {
    let people = PeopleLaw {
        fit: audience.fit,
        fit_spread: audience.fit_spread,
        account_spread: audience.account_spread,
        relation: audience.relation,
    };
    let keys = (rng::key(seed, people_of(scenario, audience)), rng::account_key(seed));
    Audience::new((laws, known), keys, audience.channel, (audience.groups, audience.size), people)
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
    let mut debuts: BTreeMap<usize, Debut> = BTreeMap::new();
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
            debut: *debuts.entry(slot.content).or_insert(Debut { day: slot.day, slot: slot_of_day }),
        });
    }
    let mean_hours = mean_reply(plan);
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
        service: plan.answered * reply_patience::answered_in_time(mean_hours, parameters),
        privacy: plan.privacy,
        practice: Practice {
            mean_reply_hours: mean_hours,
            complaints_per_month: pick(p.privacy_complaints_ignored, p.privacy_complaints_kept),
            leaks_per_month: pick(p.leaks_ignored, p.leaks_kept),
            enforce_prob: p.enforce_prob,
        },
        stakes: Stakes {
            cost_per_send: plan.cost.unwrap_or(if rotated { p.cost_rotated } else { p.cost_same }),
            cost_per_post: scenario.money.cost_per_post,
            compliance_share: pick(p.compliance_ignored, p.compliance_kept),
            margin: scenario.money.margin,
            joiners_per_exit: p.joiners_per_exit,
        },
        audiences,
    }
}

fn compile_trial(scenario: &Scenario, trial: &scenario::Trial) -> Trial {
    let plan = |name: &String| index_of(scenario.plans.iter().map(|plan| &plan.name), name);
    Trial {
        arms: trial.arms.iter().map(plan).collect(),
        audience: index_of(scenario.audiences.iter().map(|audience| &audience.name), &trial.audience),
        units_per_arm: trial.units_per_arm,
        days: trial.days,
    }
}

/// Mean reply of a plan, hours; infinite: never.
fn mean_reply(plan: &scenario::Plan) -> f64 {
    plan.reply.map_or(f64::INFINITY, |hours| hours.0)
}

/// Relevance of a topic for an audience; 1 where there is no topic or no theme.
fn relevance_for(scenario: &Scenario, topic: Option<&str>, audience: &scenario::Audience) -> f64 {
    let (Some(topic), Some(theme)) = (topic, &audience.theme) else { return 1.0 };
    let topic = scenario.topics.iter().find(|known| known.name == topic).expect("the reader has checked every topic");
    topic.relevance.iter().find(|(known, _)| known == theme).map(|(_, relevance)| *relevance).expect("and every theme")
}
