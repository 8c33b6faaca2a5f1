//! One replicate: the people are drawn once, then every plan runs its campaign on them, or the arms of a test share them.
//!
//! Comes in: an experiment and a replicate's number. Goes out: its tallies. What happens day by day is in `world`.

use std::borrow::Cow;

use super::world::{Arm, Unit, World};
use super::{Engine, Part};
use crate::plan::{self, Experiment, Plan, Trial};
use crate::platform::{Account, Group, Practice, TopicRelevance};
use crate::population::{Audience, Block, LANES, People, choose};
use crate::rng::{self, At, Purpose};
use crate::tally::{PairedTally, PostRecord, Tally, TrialTally, TrialUnit};
use crate::units::Channel;

/// Simulates one replicate of every plan; `None` when the engine is told to stop on the way.
pub(super) fn replicate(experiment: &Experiment, number: u32, engine: &Engine) -> Option<PairedTally> {
    let people = draw(experiment, |audience| experiment.addresses(audience), number, engine);
    let tallies: Option<Vec<Tally>> =
        experiment.plans.iter().map(|plan| alone(experiment, plan, &people, number, engine)).collect();
    Some(PairedTally::new(number, tallies?))
}

/// Simulates one replicate of a test; `None` when the engine is told to stop on the way.
pub(super) fn trial(experiment: &Experiment, trial: &Trial, number: u32, engine: &Engine) -> Option<TrialTally> {
    let mut people = draw(experiment, |audience| audience == trial.audience, number, engine);
    let people = people[trial.audience].take().expect("the audience of the test is drawn");
    let arms = together(experiment, trial, &people, number).run(engine)?;
    let counted = |(arm, run): (usize, Arm<'_>)| {
        run.units.into_iter().map(move |unit| TrialUnit { arm, group: unit.groups.start as u32, tally: unit.tally })
    };
    Some(TrialTally::new(number, arms.into_iter().enumerate().flat_map(counted).collect()))
}

/// Everyone of these audiences.
pub(super) fn draw(
    experiment: &Experiment,
    addressed: impl Fn(usize) -> bool,
    number: u32,
    engine: &Engine,
) -> Vec<Option<People>> {
    let audiences = experiment.audiences.iter().enumerate();
    let draw = |audience| engine.instructions.draw(audience, &experiment.laws, number);
    engine.part(Part::Draw, || audiences.map(|(i, audience)| addressed(i).then(|| draw(audience))).collect())
}

/// One plan in a world of its own.
fn alone(
    experiment: &Experiment,
    plan: &Plan,
    people: &[Option<People>],
    replicate: u32,
    engine: &Engine,
) -> Option<Tally> {
    let mut arms = world(experiment, plan, people, replicate).run(engine)?;
    Some(arms.pop().and_then(|mut arm| arm.units.pop()).expect("a world of one arm and one unit").tally)
}

/// The world of one plan, of one arm and one unit.
pub(super) fn world<'a>(
    experiment: &'a Experiment,
    plan: &'a Plan,
    people: &[Option<People>],
    replicate: u32,
) -> World<'a> {
    let (mut groups, mut group_sizes, mut blocks) = (Vec::new(), Vec::new(), Vec::new());
    for (place, &index) in plan.audiences.iter().enumerate() {
        let audience = &experiment.audiences[index];
        let people = people[index].as_ref().expect("everyone a plan addresses is drawn");
        let chosen = choose(audience, &experiment.laws, replicate, plan.select);
        let first_group = groups.len() as u32;
        blocks.push(gather((experiment, plan), (audience, people), &chosen, (place, first_group)));
        group_sizes.resize(groups.len() + audience.groups as usize, 0);
        for member in &chosen {
            group_sizes[(first_group + member / audience.size) as usize] += 1;
        }
        groups.extend((0..audience.groups).map(|number| group(audience, number, place)));
    }
    let arm = Arm {
        plan,
        schedule: Cow::Borrowed(&plan.posts),
        units: vec![Unit::new(blocks, plan.members, 0..groups.len(), experiment.days)],
        posts: (0..plan.posts.len()).collect(),
        service: experiment.parameters.trust_at_entry,
        delivered: Vec::new(),
    };
    let account = Account::new(&experiment.profile, plan.practice, rng::account_key(experiment.seed), replicate);
    let posts = plan.posts.iter().map(|post| post.record).collect();
    let (when, said) = ((experiment, replicate, experiment.days), (posts, Cow::Borrowed(plan.topics.as_slice())));
    World::new(when, account, vec![arm], (groups, group_sizes), said)
}

/// The arms of a test on one account.
fn together<'a>(experiment: &'a Experiment, trial: &Trial, people: &People, replicate: u32) -> World<'a> {
    let audience = &experiment.audiences[trial.audience];
    let plans: Vec<&Plan> = trial.arms.iter().map(|&arm| &experiment.plans[arm]).collect();
    let (posts, arm_of_post, topics) = said(trial, &plans);
    let arm_of = deal(audience, trial, replicate);
    // Groups that no arm was dealt are nobody's: they look at a place where every topic has relevance 1.
    let place_of = |number| if let Some(arm) = arm_of.group(number) { arm } else { plans.len() };
    let groups: Vec<Group> = (0..audience.groups).map(|number| group(audience, number, place_of(number))).collect();
    let mut group_sizes = vec![0; groups.len()];
    let mut arms = Vec::with_capacity(plans.len());
    for (index, &plan) in plans.iter().enumerate() {
        let place = place_in(plan, trial.audience);
        let chosen = choose(audience, &experiment.laws, replicate, plan.select);
        let own: Vec<u32> =
            chosen.into_iter().filter(|&member| arm_of.member(audience, member) == Some(index)).collect();
        for member in &own {
            group_sizes[(member / audience.size) as usize] += 1;
        }
        let unit = |members: &[u32], number: usize| {
            let blocks = gather((experiment, plan), (audience, people), members, (place, 0));
            Unit::new(vec![blocks], members.len() as u64, number..number + 1, trial.days)
        };
        let units = match audience.channel {
            Channel::Direct => vec![unit(&own, 0)],
            Channel::Group => {
                let of_group = |number: u32| {
                    let from = own.partition_point(|member| member / audience.size < number);
                    let to = own.partition_point(|member| member / audience.size <= number);
                    unit(&own[from..to], number as usize)
                };
                (0..audience.groups).filter(|&number| arm_of.group(number) == Some(index)).map(of_group).collect()
            }
        };
        let posts = (0..posts.len()).filter(|&post| arm_of_post[post] == index).collect();
        let schedule = Cow::Borrowed(plan.posts.as_slice());
        let service = experiment.parameters.trust_at_entry;
        arms.push(Arm { plan, schedule, units, posts, service, delivered: Vec::new() });
    }
    let key = rng::account_key(experiment.seed);
    let account = Account::new(&experiment.profile, practice(&arms), key, replicate);
    World::new((experiment, replicate, trial.days), account, arms, (groups, group_sizes), (posts, topics))
}

/// Everything the arms of a test post, in order of time, with the arm of each, and what it is about, for each arm's groups. The posts
/// of one plan are of the same contents in every arm. Posts keep the slots of their plans: what a limit lets through of a slot it
/// lets through in every arm, so that arms alike are treated alike.
fn said<'a>(trial: &Trial, plans: &[&Plan]) -> (Vec<PostRecord>, Vec<usize>, Cow<'a, [TopicRelevance]>) {
    let (mut posts, mut topics, mut contents) = (Vec::new(), Vec::new(), 0);
    let mut first_content: Vec<usize> = Vec::new();
    for (arm, plan) in plans.iter().enumerate() {
        let (first_topic, place) = (topics.len(), place_in(plan, trial.audience));
        topics.extend(plan.topics.iter().map(|topic| {
            let mut by_audience = vec![1.0; plans.len() + 1];
            by_audience[arm] = topic.by_audience[place];
            TopicRelevance { mean: f64::from(topic.by_audience[place]), by_audience }
        }));
        let twin = trial.arms[..arm].iter().position(|&other| other == trial.arms[arm]);
        first_content.push(twin.map_or(contents, |twin| first_content[twin]));
        contents += plan.posts.iter().map(|post| post.record.content + 1).max().unwrap_or(0);
        let record = |post: &plan::Post| PostRecord {
            content: first_content[arm] + post.record.content,
            topic: first_topic + post.record.topic,
            ..post.record
        };
        let during = plan.posts.iter().filter(|post| post.record.day < trial.days);
        posts.extend(during.map(|post| (record(post), arm)));
    }
    // Within an arm posts lie in the order of time already, and a stable sort keeps it.
    posts.sort_by(|(a, _), (b, _)| a.day.cmp(&b.day).then(a.hour.total_cmp(&b.hour)));
    let (posts, arm_of_post) = posts.into_iter().unzip();
    (posts, arm_of_post, Cow::Owned(topics))
}

/// How an account behaves that does several things at once: the mean of its arms, by members.
fn practice(arms: &[Arm<'_>]) -> Practice {
    let members = |arm: &Arm<'_>| arm.units.iter().map(|unit| unit.members).sum::<u64>() as f64;
    let all: f64 = arms.iter().map(members).sum();
    let mean = |of: fn(&Practice) -> f64| {
        // Arms alike have exactly the mean of each.
        let first = of(&arms[0].plan.practice);
        let alike = arms.iter().all(|arm| of(&arm.plan.practice) == first);
        if alike { first } else { arms.iter().map(|arm| of(&arm.plan.practice) * members(arm) / all).sum() }
    };
    Practice {
        mean_reply_hours: mean(|practice| practice.mean_reply_hours),
        complaints_per_month: mean(|practice| practice.complaints_per_month),
        leaks_per_month: mean(|practice| practice.leaks_per_month),
        enforce_prob: mean(|practice| practice.enforce_prob),
    }
}

/// Which arm each group, or each member of a direct list, was dealt.
struct Dealt(Vec<Option<usize>>);

impl Dealt {
    fn group(&self, number: u32) -> Option<usize> {
        self.0[number as usize]
    }

    fn member(&self, audience: &Audience, member: u32) -> Option<usize> {
        match audience.channel {
            Channel::Group => self.group(member / audience.size),
            Channel::Direct => self.0[member as usize],
        }
    }
}

/// Deals units to arms by a keyed permutation: each unit draws a word, and in the order of the words the first are the first arm's.
fn deal(audience: &Audience, trial: &Trial, replicate: u32) -> Dealt {
    let units = match audience.channel {
        Channel::Group => audience.groups,
        Channel::Direct => audience.size,
    };
    let word =
        |unit: u32| At { replicate, member: unit, day: 0, purpose: Purpose::Deal, index: 0 }.words(audience.key)[0];
    let mut order: Vec<(u32, u32)> = (0..units).map(|unit| (word(unit), unit)).collect();
    order.sort_unstable();
    let mut arms = vec![None; units as usize];
    for (arm, chunk) in order.chunks(trial.units_per_arm as usize).take(trial.arms.len()).enumerate() {
        for &(_, unit) in chunk {
            arms[unit as usize] = Some(arm);
        }
    }
    Dealt(arms)
}

/// The place of an audience among those that a plan addresses.
fn place_in(plan: &Plan, audience: usize) -> usize {
    plan.audiences.iter().position(|&other| other == audience).expect("an arm addresses the audience of its test")
}

fn group(audience: &Audience, number: u32, place: usize) -> Group {
    Group { audience: place, has_admin: audience.channel == Channel::Group, number, key: audience.key, expelled: false }
}

fn gather(
    (experiment, plan): (&Experiment, &Plan),
    (audience, people): (&Audience, &People),
    members: &[u32],
    place: (usize, u32),
) -> Vec<Block> {
    let trust = experiment.law.trust_at_entry;
    let gather = |members| Block::gather((audience, people), members, place, trust, plan.repeated_contents);
    members.chunks(LANES).map(gather).collect()
}
