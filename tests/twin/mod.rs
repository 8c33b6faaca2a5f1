//! A second implementation of the model, to hold the first one to: one struct per member, one function per mechanism, f64 and
//! std's exp and ln, a loop over days and members. Written from the model's description and from nothing else.
//!
//! Comes in: a [`Design`] (one plan on one audience), [`Parameters`], a [`Profile`] and some [`Luck`]. Goes out: a [`Record`] of
//! one replicate. With luck of its own ([`OwnLuck`]) it is a second simulator; with the engine's ([`KeyedLuck`]) it must do what
//! the engine does, draw by draw. Not here: platform rules beyond those of profile `reference`.

#![allow(dead_code, unused_imports, reason = "each test that includes the twin uses its own part of it")]
#![allow(clippy::disallowed_methods, reason = "the system's exp and ln, to be independent of those it checks")]
#![allow(missing_docs, reason = "fields that carry a word of docs/model.md mean what it says there")]
#![allow(clippy::unwrap_used, reason = "test code, of files that the repository ships")]
#![allow(unreachable_pub, reason = "a module of a test crate has no outside")]

pub mod compiled;
mod keyed;
mod luck;
mod member;
pub mod reference;

pub use keyed::KeyedLuck;
pub use luck::{Luck, OwnLuck, Slot};
pub use member::{Law, Ledger, Member, Need, Sent, Status, Today, Traits, day, horizon};

use std::collections::BTreeSet;

use statrs::distribution::{ContinuousCDF, Normal};
use wearout_core::parameter::Parameters;
use wearout_core::tally::{REPEATS, Repeat};
use wearout_core::units::{Channel, Flags, Kind, Privacy, Switches, Trigger};

/// Hours in a day; day d (from 1) covers the hours 24 (d - 1) up to 24 d.
pub const DAY: f64 = 24.0;

/// One plan on one audience: groups of the same size, or a contact list.
#[derive(Debug, Clone)]
pub struct Design {
    /// Horizon in days.
    pub days: u32,
    /// Posts in order of time.
    pub posts: Vec<Post>,
    /// Members of all groups, one group after the other.
    pub members: usize,
    /// Number of groups.
    pub groups: usize,
    /// Whether they see each other's absence.
    pub channel: Channel,
    /// Share of the members that the plan addresses, and how well its signal knows their fit.
    pub select: (f64, f64),
    /// Mean fit, phi.
    pub fit: f64,
    /// 0 cold, 1 opted in, omega.
    pub relation: f64,
    /// Mean reply delay in hours; `None`: never.
    pub reply: Option<f64>,
    /// Share of questions answered at all.
    pub answered: f64,
    /// What happens to members' data.
    pub privacy: Privacy,
    /// Share of members each post is addressed to, drawn for each member and post.
    pub reach: f64,
    /// Optional mechanisms.
    pub switches: Switches,
    /// What reporters are counted for.
    pub trigger: Trigger,
}

/// One post of the plan.
#[derive(Debug, Clone)]
pub struct Post {
    /// Day, from 1, and which post of that day it is, from 0.
    pub slot: Slot,
    /// Hour of the day.
    pub hour: f64,
    /// What it is.
    pub kind: Kind,
    /// Posts with the same number share a content; `None`: never sent before nor again.
    pub content: Option<usize>,
    /// Share that carries an offer link.
    pub offer: f64,
    /// Relevance of its topic for the group's theme, rho.
    pub relevance: f64,
    /// Its marks.
    pub flags: Flags,
}

/// Platform profiles the twin knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Profile {
    /// No rules.
    None,
    /// Section 7b: two delivery rules; limits are counted and never applied.
    Reference,
    /// Every day after the first post, posts arrive late by so many hours: shortest and longest delay.
    Late([f64; 2]),
}

/// What happened on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    pub delivered: u64,
    pub reads: u64,
    pub clicks: u64,
    /// Reads and clicks of the posts delivered today, on whichever day they happened: what section 7b counts by days.
    pub reads_of_posts: u64,
    pub clicks_of_posts: u64,
    pub interactions: u64,
    /// Through posts.
    pub purchases: u64,
    /// Members whose first purchase through a post this was.
    pub buyers: u64,
    /// Asked today.
    pub questions: u64,
    /// Asked today and answered (now or later) before the asker gave up.
    pub answers: u64,
    pub inquiry_purchases: u64,
    /// Left during a visit.
    pub leaves: u64,
    /// Blocked during a visit.
    pub blocks: u64,
    /// Left after a privacy incident.
    pub leak_exits: u64,
    pub mutes: u64,
    pub reports: u64,
    pub unwanted_reads: u64,
    /// Seconds spent reading.
    pub dwell: f64,
    /// Members not gone after the day's incident.
    pub member_days: u64,
    pub privacy_complaints: u64,
    /// Crossings of the threshold of reports at the day's end.
    pub crossings: u64,
    /// Expected messages of active members at 00:00.
    pub activity: f64,
    /// Stocks at 24:00.
    pub active: u64,
    pub muted: u64,
    pub left: u64,
    pub blocked: u64,
}

/// What happened to one post.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PostCounts {
    pub reads: u64,
    pub clicks: u64,
    pub reports: u64,
}

/// What members would do in the 30 days after the horizon.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Horizon {
    /// Members still in, active or muted.
    pub members: u64,
    /// How many of them buy again, complain, recommend: one draw each.
    pub repurchases: u64,
    /// Those of `repurchases` who had bought.
    pub repurchases_of_buyers: u64,
    /// Complaints of buyers.
    pub complaints: u64,
    /// Recommendations.
    pub recommendations: u64,
    /// Sums of the probabilities behind the draws.
    pub repurchase_expected: f64,
    /// Likewise for complaints.
    pub complaint_expected: f64,
    /// Likewise for recommendations.
    pub recommend_expected: f64,
}

/// One replicate of one plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Members at the start, N.
    pub members: u64,
    /// One row a day.
    pub days: Vec<Counts>,
    /// One row a post of the plan.
    pub posts: Vec<PostCounts>,
    /// Posts that earned the account a limit (counted, never applied).
    pub limits: u64,
    /// After the last day.
    pub horizon: Horizon,
}

/// Reports of one post above which the account may be limited.
const REPORTS_THRESHOLD: u64 = 5;

/// One replicate in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// What happened.
    pub record: Record,
    /// What followed reads, by how often their reader had read the content before.
    pub repeats: [Repeat; REPEATS],
    /// By day: whether the account had earned a limit by its closing midnight.
    pub limited: Vec<bool>,
}

/// One replicate of one plan; which replicate it is, the luck knows.
pub fn simulate<L: Luck>(design: &Design, parameters: &Parameters, profile: Profile, luck: &L) -> Record {
    live(design, parameters, profile, luck).record
}

/// The same, with all that was written down.
pub fn live<L: Luck>(design: &Design, parameters: &Parameters, profile: Profile, luck: &L) -> Life {
    let law = Law::new(parameters, design.fit, design.relation);
    let contents = design.posts.iter().filter_map(|post| post.content).max().map_or(0, |content| content + 1);
    let mut members: Vec<Member> = chosen(design, luck)
        .into_iter()
        .map(|id| {
            let traits = luck.traits(id, &law);
            let need = (design.switches.needs == Some(true)).then(|| Need::first(id, &traits, parameters, luck));
            Member::new(id, traits, need, parameters.trust_at_entry, contents)
        })
        .collect();
    let group_of = |member: &Member| member.id / (design.members / design.groups);
    let mut sizes = vec![0_u64; design.groups];
    for member in &members {
        sizes[group_of(member)] += 1;
    }
    let answered_in_time = design.answered * reply_race(design.reply, parameters);

    let mut ledger = Ledger::new(design.posts.len());
    let mut days = Vec::with_capacity(design.days as usize);
    let (mut sent, mut history): (Vec<Sent>, Vec<Sent>) = (Vec::new(), Vec::new());
    let mut reports = Reports::default();
    let mut service = parameters.trust_at_entry;
    let (mut contagion, mut exits) = (vec![0.0; design.groups], vec![0; design.groups]);
    let (mut limits, mut limited) = (0, Vec::new());

    for day in 1..=design.days {
        if day > 1 {
            service = midnight_service(service, answered_in_time, parameters);
            for (felt, (exits, size)) in contagion.iter_mut().zip(exits.iter_mut().zip(&sizes)) {
                *felt = midnight_contagion(*felt, std::mem::take(exits), *size, parameters);
            }
            limits += reports.midnight(day, &ledger.posts, &mut days, (design, parameters, luck));
            limited.push(limits > 0);
        }
        ledger.counts = Counts { activity: activity(&members, parameters), ..Counts::default() };
        ledger.counts.privacy_complaints =
            u64::from(luck.privacy_complaints(day, complaints_a_day(design.privacy, parameters)));

        let start = DAY * f64::from(day - 1);
        sent.retain(|post| post.at >= start - DAY);
        let factor = delivery_factor(profile, design, day);
        let delay = delay(profile, design, day, luck);
        let new = design.posts.iter().enumerate().filter(|(_, post)| post.slot.day == day).map(|(index, post)| Sent {
            index,
            slot: post.slot,
            goes_out: start + post.hour,
            at: start + post.hour + delay,
            factor,
            post,
        });
        history.extend(new.clone());
        sent.extend(new);
        sent.sort_by(|a, b| a.at.total_cmp(&b.at));
        let incidents = luck.leaks(day, incidents_a_day(design.privacy, parameters));
        let contagious = design.switches.contagion && design.channel == Channel::Group;
        for member in &mut members {
            let group = group_of(member);
            let felt = if contagious { parameters.contagion_factor * contagion[group] } else { 0.0 };
            let today =
                Today { day, sent: &sent, history: &history, service, incidents, hazard_factor: 1.0 + felt, design };
            let was_gone = member.gone();
            member::day(member, &today, parameters, luck, &mut ledger);
            exits[group] += u64::from(member.gone() && !was_gone);
        }
        ledger.counts.stock(&members);
        days.push(ledger.counts);
    }
    limits += reports.midnight(design.days + 1, &ledger.posts, &mut days, (design, parameters, luck));
    limited.push(limits > 0);
    for (post, counts) in design.posts.iter().zip(&ledger.posts) {
        let delivered_on = &mut days[post.slot.day as usize - 1];
        delivered_on.reads_of_posts += counts.reads;
        delivered_on.clicks_of_posts += counts.clicks;
    }

    let mut after = Horizon::default();
    let last = days.last_mut().expect("a design has at least one day");
    for member in &mut members {
        horizon(member, design, parameters, luck, last, &mut after);
    }
    let record = Record { members: members.len() as u64, days, posts: ledger.posts, limits, horizon: after };
    Life { record, repeats: ledger.repeats, limited }
}

/// Section 2, selection: the share of the members with the highest signals; ties by number.
fn chosen<L: Luck>(design: &Design, luck: &L) -> Vec<usize> {
    let (keep, knowledge) = design.select;
    let everyone = 0..design.members;
    let kept = (keep * design.members as f64).round() as usize;
    if kept >= design.members {
        return everyone.collect();
    }
    let score = |u| Normal::standard().inverse_cdf(u);
    let signal = |member| {
        knowledge * score(luck.fit(member)) + (1.0 - knowledge * knowledge).sqrt() * score(luck.signal_noise(member))
    };
    let mut signals: Vec<(f64, usize)> = everyone.map(|member| (signal(member), member)).collect();
    signals.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<usize> = signals[..kept].iter().map(|(_, member)| *member).collect();
    chosen.sort_unstable();
    chosen
}

/// Section 3.2: how late the posts of `day` arrive, in hours.
fn delay<L: Luck>(profile: Profile, design: &Design, day: u32, luck: &L) -> f64 {
    match profile {
        Profile::Late([shortest, longest]) if design.posts.iter().any(|post| post.slot.day < day) => {
            shortest + (longest - shortest) * luck.delay(day)
        }
        _ => 0.0,
    }
}

/// Section 3.5: each group's service reputation S moves to what the sender's practice yields.
fn midnight_service(service: f64, answered_in_time: f64, parameters: &Parameters) -> f64 {
    service + parameters.service_step * (answered_in_time - service)
}

/// Section 5, edges: yesterday's exits join what is left of the older ones.
fn midnight_contagion(contagion: f64, exits: u64, members: u64, parameters: &Parameters) -> f64 {
    contagion * (-1.0 / parameters.contagion_days).exp() + exits as f64 / members.max(1) as f64
}

/// `P(R < W)`: the chance that an exponential reply is there before a Weibull patience ends (midpoint rule
/// over W's quantiles, right to 1e-5).
pub fn reply_race(reply: Option<f64>, parameters: &Parameters) -> f64 {
    const POINTS: u32 = 2_000;
    let Some(mean) = reply else { return 0.0 };
    let won = |i| {
        let patience = member::reply_patience(parameters, (f64::from(i) + 0.5) / f64::from(POINTS));
        1.0 - (-patience / mean).exp()
    };
    (0..POINTS).map(won).sum::<f64>() / f64::from(POINTS)
}

/// Section 4, group activity: what active members would write.
fn activity(members: &[Member], parameters: &Parameters) -> f64 {
    let voice = |member: &Member| {
        member.traits.presence * (parameters.voice_per_trust * (member.trust - parameters.trust_at_entry)).exp()
    };
    members.iter().filter(|member| member.status == Status::Active).map(voice).sum()
}

/// Section 7b: the delivery factor of posts that go out on `day`.
fn delivery_factor(profile: Profile, design: &Design, day: u32) -> f64 {
    if profile != Profile::Reference || design.posts.is_empty() {
        return 1.0;
    }
    let relevance = design.posts.iter().map(|post| post.relevance).sum::<f64>() / design.posts.len() as f64;
    let off_theme = if day >= 4 && relevance < 0.30 { 0.58 } else { 1.0 };
    let slow = if day >= 3 && design.reply.is_none_or(|mean| mean > 6.0) { 0.70 } else { 1.0 };
    off_theme * slow
}

/// Section 3.1: mean of the privacy incidents of one day.
fn incidents_a_day(privacy: Privacy, p: &Parameters) -> f64 {
    (if privacy == Privacy::Ignored { p.leaks_ignored } else { p.leaks_kept }) / 30.0
}

/// Section 5: mean of the privacy complaints about the account on one day.
fn complaints_a_day(privacy: Privacy, p: &Parameters) -> f64 {
    (if privacy == Privacy::Ignored { p.privacy_complaints_ignored } else { p.privacy_complaints_kept }) / 30.0
}

/// Section 5, the rule on reports: what has crossed so far.
#[derive(Default)]
struct Reports {
    /// Posts that have crossed.
    posts: BTreeSet<usize>,
    /// First day whose reports count in a pool.
    from_day: u32,
}

impl Reports {
    /// The 00:00 that begins `day`: crossings are counted with the day before; limits earned are returned.
    fn midnight<L: Luck>(
        &mut self,
        day: u32,
        posts: &[PostCounts],
        days: &mut [Counts],
        (design, p, luck): (&Design, &Parameters, &L),
    ) -> u64 {
        let slots: Vec<Slot> = if design.trigger == Trigger::Pooled {
            let week = self.from_day.max(day.saturating_sub(7)).max(1)..day;
            let reporters: u64 = week.map(|past| days[past as usize - 1].reports).sum();
            let crosses = reporters > REPORTS_THRESHOLD;
            if crosses {
                self.from_day = day;
            }
            crosses.then_some(Slot { day, post: 0 }).into_iter().collect()
        } else {
            let crossing = |post: &usize| posts[*post].reports > REPORTS_THRESHOLD && !self.posts.contains(post);
            let new: Vec<usize> = (0..posts.len()).filter(crossing).collect();
            self.posts.extend(&new);
            new.into_iter().map(|post| design.posts[post].slot).collect()
        };
        days.last_mut().expect("a day is over").crossings = slots.len() as u64;
        slots.into_iter().filter(|&slot| luck.limit(slot) < p.enforce_prob).count() as u64
    }
}

impl Counts {
    /// Members who went today, for whatever reason.
    pub fn exits(&self) -> u64 {
        self.leaves + self.blocks + self.leak_exits
    }

    fn stock(&mut self, members: &[Member]) {
        for member in members {
            *match member.status {
                Status::Active => &mut self.active,
                Status::Muted => &mut self.muted,
                Status::Left => &mut self.left,
                Status::Blocked => &mut self.blocked,
            } += 1;
        }
    }
}
