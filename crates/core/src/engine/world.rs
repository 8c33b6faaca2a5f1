//! The world in which one account sends: alone, one plan to everyone it addresses; in a test, several arms beside each other.
//!
//! Order of a day (docs/model.md, section 3): 00:00 the platform judges; the day's posts are fixed; members live their day, block by
//! block; 24:00 the series are recorded. One closing midnight follows the last day, then the horizon.
//!
//! Comes in: who is in which [`Unit`] of which [`Arm`]. Goes out: a tally a unit. Who these are is decided in `replicate`.

use std::borrow::Cow;
use std::ops::Range;

use super::{Engine, Instructions};
use crate::behaviour::{Delivered, Notes, Post, Room, Today};
use crate::plan::{self, Experiment, Plan};
use crate::platform::{Account, Group, TopicRelevance, Treatment};
use crate::population::{self, Block, LANES, Status};
use crate::tally::{Counts, Outcome, PostRecord, QuestionRecord, Tally};
use crate::units::{Privacy, Trigger};

/// A plan on the account, and those who get its posts.
pub(super) struct Arm<'a> {
    pub(super) plan: &'a Plan,
    /// The plan's posts; its own where they are chosen on the way.
    pub(super) schedule: Cow<'a, [plan::Post]>,
    pub(super) units: Vec<Unit>,
    /// Where each of the plan's posts stands among those of the account.
    pub(super) posts: Vec<usize>,
    /// Service reputation S: the same in every group of the arm, because it follows the arm's practice.
    pub(super) service: f64,
    /// Its posts delivered so far in order of delivery, kept where reports are carried.
    pub(super) delivered: Vec<Delivered>,
}

/// Members who are counted together.
pub(super) struct Unit {
    /// Everyone addressed, by audience.
    pub(super) blocks: Vec<Vec<Block>>,
    /// How many these are.
    pub(super) members: u64,
    /// Its groups among those of the account.
    pub(super) groups: Range<usize>,
    /// Members out of reach because of a ban or an expulsion.
    pub(super) unreachable: u64,
    pub(super) tally: Tally,
}

/// Says what a post is, given the posts before it and its place in the calendar.
pub(super) type Fill<'f> = dyn FnMut(&[PostRecord], &PostRecord) -> plan::Post + 'f;

/// One account and everyone it writes to.
pub(super) struct World<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) replicate: u32,
    pub(super) days: u32,
    pub(super) account: Account<'a>,
    pub(super) arms: Vec<Arm<'a>>,
    pub(super) groups: Vec<Group>,
    /// Members addressed in each group.
    pub(super) group_sizes: Vec<u32>,
    /// The posts of all arms in the order of their days.
    pub(super) posts: Vec<PostRecord>,
    /// What the posts are about, for each audience of the groups.
    pub(super) topics: Cow<'a, [TopicRelevance]>,
    questions: Vec<QuestionRecord>,
    /// How the platform treats the posts of each day so far.
    treatments: Vec<Treatment>,
    /// Per group, recent exits as a share of its size, decaying; empty when leaving is not contagious.
    exits_felt: Vec<f64>,
    exits: Vec<u32>,
    room: Box<Room>,
}

impl<'a> World<'a> {
    /// A world on its first morning: `groups` with their numbers of members, `posts` about `topics`.
    pub(super) fn new(
        (experiment, replicate, days): (&'a Experiment, u32, u32),
        account: Account<'a>,
        arms: Vec<Arm<'a>>,
        (groups, group_sizes): (Vec<Group>, Vec<u32>),
        (posts, topics): (Vec<PostRecord>, Cow<'a, [TopicRelevance]>),
    ) -> World<'a> {
        World {
            experiment,
            replicate,
            days,
            account,
            arms,
            exits: vec![0; groups.len()],
            exits_felt: if experiment.contagious { vec![0.0; groups.len()] } else { Vec::new() },
            groups,
            group_sizes,
            posts,
            topics,
            questions: Vec::new(),
            treatments: Vec::with_capacity(days as usize),
            room: Box::default(),
        }
    }

    /// Runs the campaign; gives back the arms with their units counted, or `None` when the engine is told to stop on the way.
    pub(super) fn run(self, engine: &Engine) -> Option<Vec<Arm<'a>>> {
        Some(self.run_filling(engine, None)?.arms)
    }

    /// Runs the campaign, in which the posts of a day may be filled on its morning, each knowing what became of those before it.
    pub(super) fn run_filling(mut self, engine: &Engine, mut fill: Option<&mut Fill<'_>>) -> Option<World<'a>> {
        let instructions = engine.instructions;
        for day in 0..self.days {
            if engine.stopped() {
                return None;
            }
            if day > 0 {
                self.midnight(day);
            } else {
                self.treatments.push(Treatment { delivery: 1.0, delay_hours: 0.0 });
            }
            if !self.account.banned() {
                if let Some(fill) = &mut fill {
                    self.fill(day, fill);
                }
                self.live(day, instructions);
            }
            for unit in self.arms.iter_mut().flat_map(|arm| &mut arm.units) {
                unit.record(day);
            }
        }
        self.midnight(self.days);
        self.close(instructions);
        Some(self)
    }

    /// Fills the day's posts, arm by arm.
    fn fill(&mut self, day: u32, fill: &mut Fill<'_>) {
        let posts = &mut self.posts;
        for arm in &mut self.arms {
            for (post, &index) in arm.posts.iter().enumerate() {
                if posts[index].day == day {
                    let chosen = fill(&posts[..index], &posts[index]);
                    posts[index] = chosen.record;
                    arm.schedule.to_mut()[post] = chosen;
                }
            }
        }
    }

    /// The night before `day`: the platform judges, reputation moves, leaving spreads.
    fn midnight(&mut self, day: u32) {
        let was_banned = self.account.banned();
        for arm in &mut self.arms {
            let practised = if was_banned { 0.0 } else { arm.plan.service };
            arm.service += self.experiment.parameters.service_step * (practised - arm.service);
        }
        if !was_banned {
            let expelled_before: Vec<bool> = self.groups.iter().map(|group| group.expelled).collect();
            let units = self.arms.iter().flat_map(|arm| &arm.units);
            let reports: u64 = units.map(|unit| unit.tally.days[day as usize - 1].get(Outcome::Reports)).sum();
            self.account.reported(reports as u32);
            let judged = self.account.midnight(day, &self.posts, &self.questions, &self.topics, &mut self.groups);
            self.treatments.push(judged.treatment);
            for post in judged.crossed {
                self.posts[post].crossed = true;
            }
            for unit in self.arms.iter_mut().flat_map(|arm| &mut arm.units) {
                unit.tally.days[day as usize - 1].set(Outcome::ReportCrossings, u64::from(judged.crossings));
            }
            if self.account.banned() {
                self.freeze(|_| true);
            } else if self.groups.iter().zip(&expelled_before).any(|(group, before)| group.expelled != *before) {
                let expelled: Vec<bool> = self.groups.iter().map(|group| group.expelled).collect();
                self.freeze(|group| expelled[group as usize]);
            }
        }
        let parameters = &self.experiment.parameters;
        for (felt, (&exits, &size)) in self.exits_felt.iter_mut().zip(self.exits.iter().zip(&self.group_sizes)) {
            *felt = *felt * libm::exp(-1.0 / parameters.contagion_days) + f64::from(exits) / f64::from(size.max(1));
        }
        self.exits.fill(0);
        for unit in self.arms.iter_mut().flat_map(|arm| &mut arm.units) {
            let yesterday = &mut unit.tally.days[day as usize - 1];
            yesterday.set(Outcome::Limited, u64::from(self.account.ever_limited()));
            yesterday.set(Outcome::Banned, u64::from(self.account.banned()));
        }
    }

    /// Puts the members of some groups out of reach.
    fn freeze(&mut self, frozen: impl Fn(u32) -> bool) {
        for unit in self.arms.iter_mut().flat_map(|arm| &mut arm.units) {
            for block in unit.blocks.iter_mut().flatten() {
                for lane in 0..LANES {
                    if block.is_alive(lane) && frozen(block.group[lane]) {
                        block.remove(lane, Status::Frozen);
                        unit.unreachable += 1;
                    }
                }
            }
        }
    }

    fn live(&mut self, day: u32, instructions: Instructions) {
        let events = self.account.events(day);
        let under_review = self.account.under_review(day);
        self.send(day);
        let World { experiment, arms, groups, posts, questions, treatments, exits_felt, exits, room, .. } = self;
        let parameters = &experiment.parameters;
        let contagion: Vec<f32> = exits_felt
            .iter()
            .zip(groups.iter())
            .map(|(felt, group)| if group.has_admin { (1.0 + parameters.contagion_factor * felt) as f32 } else { 1.0 })
            .collect();
        let carries = experiment.profile.rules.reports.as_ref().filter(|rule| rule.trigger == Trigger::Carried);
        for Arm { plan, schedule, units, posts: own, service, delivered } in arms {
            let in_sight = in_sight((plan, schedule), own, posts, treatments, day);
            if carries.is_some() {
                deliver(delivered, &in_sight, day);
            }
            let ignored = plan.privacy == Privacy::Ignored;
            let ceiling = if ignored { 1.0 - parameters.privacy_trust_cut } else { 1.0 };
            let today = Today {
                replicate: self.replicate,
                day,
                posts: &in_sight,
                leak_exit: if events.leaks == 0 {
                    0.0
                } else {
                    -libm::expm1(f64::from(events.leaks) * libm::log1p(-parameters.leak_exit))
                },
                trust_target: (*service * ceiling) as f32,
                privacy_hazard: if ignored { parameters.privacy_hazard as f32 } else { 0.0 },
                carried: carries.map(|rule| (rule.carries as usize, delivered.as_slice())),
                reach: plan.reach as f32,
                reply: plan.reply,
                contagion: &contagion,
            };
            let sent = own.iter().filter(|&&post| posts[post].day == day && posts[post].sent).count() as u64;
            for unit in units {
                let before: Vec<PostRecord> = in_sight.iter().map(|post| posts[post.index]).collect();
                let counts = &mut unit.tally.days[day as usize];
                counts.add(Outcome::Posts, sent);
                let open = groups[unit.groups.clone()].iter().filter(|group| !group.expelled).count() as u64;
                counts.add(Outcome::GroupPosts, sent * open);
                counts.add(Outcome::PrivacyComplaints, u64::from(events.complaints));
                counts.set(Outcome::UnderReview, u64::from(under_review));
                let mut notes = Notes { counts, repeats: &mut unit.tally.repeats, posts, questions, exits };
                for blocks in &mut unit.blocks {
                    instructions.live(blocks, &experiment.law, &today, room, &mut notes);
                    population::pack(blocks);
                }
                for (post, before) in in_sight.iter().zip(before) {
                    let counts = &mut unit.tally.days[before.day as usize];
                    counts.add(Outcome::ReadsOfPosts, u64::from(posts[post.index].reads - before.reads));
                    counts.add(Outcome::ClicksOnPosts, u64::from(posts[post.index].clicks - before.clicks));
                }
            }
        }
    }

    /// Sends the day's posts, as far as the platform lets them go.
    fn send(&mut self, day: u32) {
        let end = self.posts.partition_point(|post| post.day <= day);
        for post in self.posts[..end].iter_mut().rev().take_while(|post| post.day == day) {
            post.sent = self.account.sends(day, post.slot);
        }
    }

    /// The horizon.
    fn close(&mut self, instructions: Instructions) {
        let last = self.days as usize - 1;
        for arm in &mut self.arms {
            for unit in &mut arm.units {
                let (last_day, horizon) = (&mut unit.tally.days[last], &mut unit.tally.horizon);
                for blocks in &mut unit.blocks {
                    instructions.close(blocks, &self.experiment.law, self.replicate, last_day, horizon);
                    for block in blocks {
                        horizon.active += u64::from(block.alive - block.muted);
                        horizon.muted += u64::from(block.muted);
                    }
                }
                horizon.members = unit.members;
                horizon.left = last_day.get(Outcome::Left);
                horizon.blocked = last_day.get(Outcome::Blocked);
                horizon.unreachable = unit.unreachable;
                let with_admins = || self.groups[unit.groups.clone()].iter().filter(|group| group.has_admin);
                horizon.groups = with_admins().count() as u64;
                horizon.groups_lost = with_admins().filter(|group| group.expelled).count() as u64;
                unit.tally.close();
            }
        }
    }
}

/// Yesterday's and today's posts of an arm that went out, in order of delivery, with hours counted from today's 00:00.
fn in_sight<'a>(
    (plan, schedule): (&'a Plan, &[plan::Post]),
    own: &[usize],
    posts: &[PostRecord],
    treatments: &[Treatment],
    day: u32,
) -> Vec<Post<'a>> {
    let end = own.partition_point(|&post| posts[post].day <= day);
    let recent = (0..end).rev().take_while(|&index| posts[own[index]].day + 1 >= day);
    let mut in_sight: Vec<Post<'a>> = recent
        .filter(|&index| posts[own[index]].sent)
        .map(|index| {
            let (post, record) = (&schedule[index], &posts[own[index]]);
            let treatment = treatments[record.day as usize];
            let sent = record.hour - 24.0 * f64::from(day - record.day);
            Post {
                index: own[index],
                day: record.day,
                slot: post.record.slot,
                sent: sent as f32,
                delivered: (sent + treatment.delay_hours) as f32,
                delivery: treatment.delivery as f32,
                relevance: &plan.topics[post.record.topic].by_audience,
                value: post.value,
                offer: post.offer,
                flags: post.flags,
                content: post.repeated,
                debut: post.debut,
            }
        })
        .collect();
    in_sight.reverse();
    in_sight.sort_by(|a, b| a.delivered.total_cmp(&b.delivered));
    in_sight
}

/// Adds the day's posts to those delivered so far.
fn deliver(delivered: &mut Vec<Delivered>, in_sight: &[Post<'_>], day: u32) {
    let todays = in_sight.iter().filter(|post| post.day == day);
    delivered.extend(todays.map(|post| Delivered {
        index: post.index,
        day,
        slot: post.slot,
        hour: 24.0 * f64::from(day) + f64::from(post.delivered),
    }));
    delivered.sort_by(|a, b| a.hour.total_cmp(&b.hour).then((a.day, a.slot).cmp(&(b.day, b.slot))));
}

impl Unit {
    /// Nothing has happened to these members yet.
    pub(super) fn new(blocks: Vec<Vec<Block>>, members: u64, groups: Range<usize>, days: u32) -> Unit {
        Unit { blocks, members, groups, unreachable: 0, tally: Tally::new(days) }
    }

    /// 24:00: where everyone stands.
    fn record(&mut self, day: u32) {
        let before = day.checked_sub(1).map(|day| self.tally.days[day as usize].clone()).unwrap_or_default();
        let alive: u64 = self.blocks.iter().flatten().map(|block| u64::from(block.alive)).sum();
        let muted: u64 = self.blocks.iter().flatten().map(|block| u64::from(block.muted)).sum();
        let counts: &mut Counts = &mut self.tally.days[day as usize];
        let left = counts.get(Outcome::Leaves) + counts.get(Outcome::LeakExits);
        counts.set(Outcome::Left, before.get(Outcome::Left) + left);
        counts.set(Outcome::Blocked, before.get(Outcome::Blocked) + counts.get(Outcome::Blocks));
        counts.set(Outcome::Muted, muted);
        counts.set(Outcome::Active, alive - muted);
        counts.set(Outcome::Unreachable, self.unreachable);
    }
}
