//! One replicate: the people are drawn once, then every plan runs its campaign on them, day after day.
//!
//! Order of a day (contract, section 3): 00:00 the platform judges; the day's posts are fixed; members live their day, block by
//! block; 24:00 the series are recorded. One closing midnight follows the last day, then the horizon.

use super::{Engine, Instructions, Part};
use crate::behaviour::{Notes, Post, Room, Today};
use crate::plan::{Experiment, Plan};
use crate::platform::{Account, Group, Treatment};
use crate::population::{self, Block, LANES, People, Status, choose};
use crate::rng;
use crate::tally::{Counts, Outcome, PairedTally, PostRecord, QuestionRecord, Tally};
use crate::units::{Channel, Privacy};

/// Simulates one replicate of every plan.
pub(super) fn replicate(experiment: &Experiment, number: u32, engine: &Engine) -> PairedTally {
    let people = engine.part(Part::Draw, || draw(experiment, number, engine.instructions));
    let campaigns = experiment.plans.iter().map(|plan| Campaign::new(experiment, plan, &people, number));
    PairedTally::new(number, campaigns.map(|campaign| campaign.run(engine.instructions)).collect())
}

/// Everyone whom any plan addresses.
fn draw(experiment: &Experiment, number: u32, instructions: Instructions) -> Vec<Option<People>> {
    let addressed = |audience: usize| experiment.plans.iter().any(|plan| plan.audiences.contains(&audience));
    let audiences = experiment.audiences.iter().enumerate();
    audiences.map(|(i, audience)| addressed(i).then(|| instructions.draw(audience, &experiment.laws, number))).collect()
}

/// The parallel world in which one plan runs.
struct Campaign<'a> {
    experiment: &'a Experiment,
    plan: &'a Plan,
    replicate: u32,
    account: Account<'a>,
    groups: Vec<Group>,
    group_sizes: Vec<u32>,
    /// Everyone addressed, by audience.
    blocks: Vec<Vec<Block>>,
    posts: Vec<PostRecord>,
    questions: Vec<QuestionRecord>,
    /// How the platform treats the posts of each day so far.
    treatments: Vec<Treatment>,
    /// Service reputation S: the same in every group, because it follows the account's practice.
    service: f64,
    /// Per group, recent exits as a share of its size, decaying; empty when leaving is not contagious.
    exits_felt: Vec<f64>,
    exits: Vec<u32>,
    room: Box<Room>,
    /// Members out of reach because of a ban or an expulsion.
    unreachable: u64,
    tally: Tally,
}

impl<'a> Campaign<'a> {
    fn new(experiment: &'a Experiment, plan: &'a Plan, people: &[Option<People>], replicate: u32) -> Campaign<'a> {
        let (mut groups, mut group_sizes, mut blocks) = (Vec::new(), Vec::new(), Vec::new());
        for (place, &index) in plan.audiences.iter().enumerate() {
            let audience = &experiment.audiences[index];
            let people = people[index].as_ref().expect("everyone a plan addresses is drawn");
            let chosen = choose(audience, &experiment.laws, replicate, plan.select);
            let first_group = groups.len() as u32;
            let gather = |members: &[u32]| {
                let trust = experiment.law.trust_at_entry;
                Block::gather((audience, people), members, (place, first_group), trust, plan.repeated_contents)
            };
            blocks.push(chosen.chunks(LANES).map(gather).collect());
            group_sizes.resize(groups.len() + audience.groups as usize, 0);
            for member in &chosen {
                group_sizes[(first_group + member / audience.size) as usize] += 1;
            }
            for number in 0..audience.groups {
                let has_admin = audience.channel == Channel::Group;
                groups.push(Group { audience: place, has_admin, number, key: audience.key, expelled: false });
            }
        }
        let key = rng::account_key(experiment.seed);
        Campaign {
            experiment,
            plan,
            replicate,
            account: Account::new(&experiment.profile, plan.practice, key, replicate),
            exits: vec![0; groups.len()],
            exits_felt: if experiment.contagious { vec![0.0; groups.len()] } else { Vec::new() },
            groups,
            group_sizes,
            blocks,
            posts: plan.posts.iter().map(|post| post.record).collect(),
            questions: Vec::new(),
            treatments: Vec::with_capacity(experiment.days as usize),
            service: experiment.parameters.trust_at_entry,
            room: Box::default(),
            unreachable: 0,
            tally: Tally::new(experiment.days),
        }
    }

    fn run(mut self, instructions: Instructions) -> Tally {
        for day in 0..self.experiment.days {
            if day > 0 {
                self.midnight(day);
            } else {
                self.treatments.push(Treatment { delivery: 1.0, delay_hours: 0.0 });
            }
            if !self.account.banned() {
                self.live(day, instructions);
            }
            self.record(day);
        }
        self.midnight(self.experiment.days);
        self.close(instructions)
    }

    /// The night before `day`: the platform judges, reputation moves, leaving spreads.
    fn midnight(&mut self, day: u32) {
        let was_banned = self.account.banned();
        let practised = if was_banned { 0.0 } else { self.plan.service };
        self.service += self.experiment.parameters.service_step * (practised - self.service);
        if !was_banned {
            let expelled_before: Vec<bool> = self.groups.iter().map(|group| group.expelled).collect();
            let (treatment, crossings) =
                self.account.midnight(day, &self.posts, &self.questions, &self.plan.topics, &mut self.groups);
            self.treatments.push(treatment);
            for post in crossings {
                self.posts[post].crossed = true;
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
        let yesterday = &mut self.tally.days[day as usize - 1];
        yesterday.set(Outcome::Limited, u64::from(self.account.ever_limited()));
        yesterday.set(Outcome::Banned, u64::from(self.account.banned()));
    }

    /// Puts the members of some groups out of reach.
    fn freeze(&mut self, frozen: impl Fn(u32) -> bool) {
        for block in self.blocks.iter_mut().flatten() {
            for lane in 0..LANES {
                if block.is_alive(lane) && frozen(block.group[lane]) {
                    block.remove(lane, Status::Frozen);
                    self.unreachable += 1;
                }
            }
        }
    }

    fn live(&mut self, day: u32, instructions: Instructions) {
        let events = self.account.events(day);
        let of_today = self.send(day);
        let posts = self.in_sight(day, of_today);
        let parameters = &self.experiment.parameters;
        let ignored = self.plan.privacy == Privacy::Ignored;
        let ceiling = if ignored { 1.0 - parameters.privacy_trust_cut } else { 1.0 };
        let contagion: Vec<f32> = self
            .exits_felt
            .iter()
            .zip(&self.groups)
            .map(|(felt, group)| if group.has_admin { (1.0 + parameters.contagion_factor * felt) as f32 } else { 1.0 })
            .collect();
        let today = Today {
            replicate: self.replicate,
            day,
            posts: &posts,
            leak_exit: if events.leaks == 0 {
                0.0
            } else {
                -libm::expm1(f64::from(events.leaks) * libm::log1p(-parameters.leak_exit))
            },
            trust_target: (self.service * ceiling) as f32,
            privacy_hazard: if ignored { parameters.privacy_hazard as f32 } else { 0.0 },
            reach: self.plan.reach as f32,
            reply: self.plan.reply,
            contagion: &contagion,
        };
        let counts = &mut self.tally.days[day as usize];
        counts.add(Outcome::PrivacyComplaints, u64::from(events.complaints));
        counts.set(Outcome::UnderReview, u64::from(self.account.under_review(day)));
        let mut notes = Notes {
            counts,
            repeats: &mut self.tally.repeats,
            posts: &mut self.posts,
            questions: &mut self.questions,
            exits: &mut self.exits,
        };
        for blocks in &mut self.blocks {
            instructions.live(blocks, &self.experiment.law, &today, &mut self.room, &mut notes);
            population::pack(blocks);
        }
    }

    /// Sends the day's posts, as far as the platform lets them go; returns the index after the last of them.
    fn send(&mut self, day: u32) -> usize {
        let end = self.posts.partition_point(|post| post.day <= day);
        for post in self.posts[..end].iter_mut().rev().take_while(|post| post.day == day) {
            post.sent = self.account.sends(day, post.slot);
            self.tally.days[day as usize].add(Outcome::Posts, u64::from(post.sent));
        }
        end
    }

    /// Yesterday's and today's posts that went out, in order of delivery, with hours counted from today's 00:00.
    fn in_sight(&self, day: u32, end: usize) -> Vec<Post<'a>> {
        let plan = self.plan;
        let recent = (0..end).rev().take_while(|&index| self.posts[index].day + 1 >= day);
        let mut posts: Vec<Post<'a>> = recent
            .filter(|&index| self.posts[index].sent)
            .map(|index| {
                let (post, record) = (&plan.posts[index], &self.posts[index]);
                let treatment = self.treatments[record.day as usize];
                let sent = record.hour - 24.0 * f64::from(day - record.day);
                Post {
                    index,
                    day: record.day,
                    slot: record.slot,
                    sent: sent as f32,
                    delivered: (sent + treatment.delay_hours) as f32,
                    delivery: treatment.delivery as f32,
                    relevance: &plan.topics[record.topic].by_audience,
                    value: post.value,
                    offer: post.offer,
                    flags: post.flags,
                    content: post.repeated,
                }
            })
            .collect();
        posts.reverse();
        posts.sort_by(|a, b| a.delivered.total_cmp(&b.delivered));
        posts
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

    /// The horizon.
    fn close(mut self, instructions: Instructions) -> Tally {
        let last = self.experiment.days as usize - 1;
        let (last_day, horizon) = (&mut self.tally.days[last], &mut self.tally.horizon);
        for blocks in &mut self.blocks {
            instructions.close(blocks, &self.experiment.law, self.replicate, last_day, horizon);
            for block in blocks {
                horizon.active += u64::from(block.alive - block.muted);
                horizon.muted += u64::from(block.muted);
            }
        }
        horizon.members = self.plan.members;
        horizon.left = last_day.get(Outcome::Left);
        horizon.blocked = last_day.get(Outcome::Blocked);
        horizon.unreachable = self.unreachable;
        for post in &self.posts {
            let counts = &mut self.tally.days[post.day as usize];
            counts.add(Outcome::ReadsOfPosts, u64::from(post.reads));
            counts.add(Outcome::ClicksOnPosts, u64::from(post.clicks));
        }
        let with_admins = || self.groups.iter().filter(|group| group.has_admin);
        self.tally.horizon.groups = with_admins().count() as u64;
        self.tally.horizon.groups_lost = with_admins().filter(|group| group.expelled).count() as u64;
        self.tally.close();
        self.tally
    }
}
