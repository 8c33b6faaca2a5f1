//! From one scenario text to both sides: the engine runs what it compiles to, the twin what it says.
//!
//! Comes in: a scenario's draft and its experiment. Goes out: a plan's [`Design`]s, one an audience, and what the twin makes of
//! them as the engine's own [`Tally`]. Parameters are the experiment's; posts, audiences and practice are read from the draft.

use wearout_core::plan::{Experiment, schedule};
use wearout_core::scenario::{self, Draft};
use wearout_core::tally::{EXPECTED_UNITS, Outcome, Tally};
use wearout_core::units::{Channel, Mechanisms, Trigger};

use super::{Counts, Design, KeyedLuck, Life, Post, Profile, Slot, live};

/// One plan on one of its audiences, and that audience's place in the experiment.
fn designs(draft: &Draft, plan: usize, (fitted, trigger): (Mechanisms, Trigger)) -> Vec<(usize, Design)> {
    let scenario = &draft.scenario;
    let plan = &scenario.plans[plan];
    let slots = schedule::schedule(plan, scenario.days, scenario.starts).expect("it compiled");
    let addressed = scenario.audiences.iter().enumerate().filter(|(_, audience)| plan.to.contains(&audience.name));
    let design = |(place, audience): (usize, &scenario::Audience)| {
        let mut last: Option<Slot> = None;
        let post = |slot: &schedule::Slot| {
            let day = slot.day + 1;
            let post = last.filter(|last| last.day == day).map_or(0, |last| last.post + 1);
            last = Some(Slot { day, post });
            Post {
                slot: Slot { day, post },
                hour: slot.hour,
                kind: slot.kind,
                content: Some(slot.content),
                offer: slot.offer,
                relevance: relevance(scenario, slot.topic.as_deref().or(plan.topic.as_deref()), audience),
                flags: slot.flags,
            }
        };
        let design = Design {
            days: scenario.days,
            posts: slots.iter().map(post).collect(),
            members: (audience.groups * audience.size) as usize,
            groups: audience.groups as usize,
            channel: audience.channel,
            select: (plan.select.keep, plan.select.signal),
            fit: audience.fit,
            relation: audience.relation,
            reply: plan.reply.map(|hours| hours.0),
            answered: plan.answered,
            privacy: plan.privacy,
            reach: plan.reach,
            switches: scenario.switches.under(fitted),
            trigger,
        };
        (place, design)
    };
    addressed.map(design).collect()
}

fn relevance(scenario: &scenario::Scenario, topic: Option<&str>, audience: &scenario::Audience) -> f64 {
    let (Some(topic), Some(theme)) = (topic, &audience.theme) else { return 1.0 };
    let topic = scenario.topics.iter().find(|known| known.name == topic).unwrap();
    topic.relevance.iter().find(|(known, _)| known == theme).unwrap().1
}

/// What the twin counts for a plan in one replicate with the engine's luck, and how many draws it asked for.
pub fn tally(draft: &Draft, experiment: &Experiment, plan: usize, replicate: u32) -> (Tally, u64) {
    let mut tally = Tally::new(experiment.days);
    let mut drawn = 0;
    let profile = profile(experiment);
    let trigger = experiment.profile.rules.reports.as_ref().map_or(Trigger::LastRead, |rule| rule.trigger);
    for (i, (audience, design)) in designs(draft, plan, (experiment.parameters.mechanisms, trigger)).iter().enumerate()
    {
        let luck = KeyedLuck::new(experiment, *audience, replicate);
        let life = live(design, &experiment.parameters, profile, &luck);
        add(&mut tally, design, &life, i == 0);
        if i == 0 && profile == Profile::Reference {
            for ((counts, limited), day) in tally.days.iter_mut().zip(life.limited).zip(&life.record.days) {
                counts.set(Outcome::Limited, u64::from(limited));
                counts.set(Outcome::ReportCrossings, day.crossings);
            }
        }
        drawn += luck.drawn();
    }
    tally.close();
    (tally, drawn)
}

/// What the twin knows of the experiment's platform.
fn profile(experiment: &Experiment) -> Profile {
    let rules = &experiment.profile.rules;
    match (experiment.profile.key.as_str(), &rules.similarity) {
        ("none", _) => Profile::None,
        ("reference", _) => Profile::Reference,
        ("late", Some(similarity)) => Profile::Late(similarity.delay_min.map(|minutes| minutes / 60.0)),
        (key, _) => panic!("the twin knows nothing of the platform `{key}`"),
    }
}

/// Adds an audience's life; what concerns the account is counted with the first of them.
fn add(tally: &mut Tally, design: &Design, life: &Life, is_first: bool) {
    for (number, (counts, day)) in (1..).zip(tally.days.iter_mut().zip(&life.record.days)) {
        for (outcome, count) in outcomes(day) {
            counts.add(outcome, count);
        }
        let posts = design.posts.iter().filter(|post| post.slot.day == number).count() as u64;
        counts.add(Outcome::GroupPosts, posts * design.groups as u64);
        if is_first {
            counts.add(Outcome::Posts, posts);
            counts.add(Outcome::PrivacyComplaints, day.privacy_complaints);
        }
    }
    for (mine, theirs) in tally.repeats.iter_mut().zip(life.repeats) {
        mine.reads += theirs.reads;
        mine.clicks += theirs.clicks;
        mine.left += theirs.left;
        mine.blocked += theirs.blocked;
        mine.muted += theirs.muted;
        mine.reports += theirs.reports;
    }
    let (end, last) = (&mut tally.horizon, life.record.days.last().unwrap());
    end.members += life.record.members;
    end.groups += if design.channel == Channel::Group { design.groups as u64 } else { 0 };
    end.active += last.active;
    end.muted += last.muted;
    end.left += last.left;
    end.blocked += last.blocked;
    let after = &life.record.horizon;
    end.repurchases += after.repurchases;
    end.repurchases_of_buyers += after.repurchases_of_buyers;
    end.complaints += after.complaints;
    end.recommendations += after.recommendations;
    let units = |expected: f64| (EXPECTED_UNITS as f64 * expected).round() as u64;
    end.repurchases_expected += units(after.repurchase_expected);
    end.complaints_expected += units(after.complaint_expected);
    end.recommendations_expected += units(after.recommend_expected);
}

/// A day of members in the engine's outcomes.
fn outcomes(day: &Counts) -> [(Outcome, u64); 25] {
    [
        (Outcome::Delivered, day.delivered),
        (Outcome::Reads, day.reads),
        (Outcome::Clicks, day.clicks),
        (Outcome::Interactions, day.interactions),
        (Outcome::Buyers, day.buyers),
        (Outcome::Purchases, day.purchases),
        (Outcome::Questions, day.questions),
        (Outcome::Answers, day.answers),
        (Outcome::InquiryPurchases, day.inquiry_purchases),
        (Outcome::Leaves, day.leaves),
        (Outcome::Blocks, day.blocks),
        (Outcome::LeakExits, day.leak_exits),
        (Outcome::Mutes, day.mutes),
        (Outcome::Reports, day.reports),
        (Outcome::UnwantedReads, day.unwanted_reads),
        (Outcome::DwellMs, (1000.0 * day.dwell).round() as u64),
        (Outcome::MemberDays, day.member_days),
        (Outcome::ReadsOfPosts, day.reads_of_posts),
        (Outcome::ClicksOnPosts, day.clicks_of_posts),
        (Outcome::Active, day.active),
        (Outcome::Muted, day.muted),
        (Outcome::Left, day.left),
        (Outcome::Blocked, day.blocked),
        (Outcome::Unreachable, 0),
        (Outcome::Activity, (1024.0 * day.activity).round() as u64),
    ]
}
