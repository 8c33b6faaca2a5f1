//! Posts in sight and what a read does: attention, value, dwell, the way to clicking and buying, interaction, fatigue, repeats.

use super::{Law, Notes, Today, Visit, buying, fatigue, is_alive, words_of};
use crate::math;
use crate::population::{Block, LANES, Lane};
use crate::rng::{At, Purpose, uniform};
use crate::tally::{Outcome, REPEATS};
use crate::units::Flags;

/// Of more posts in sight than this, only the most recent are offered.
pub const MOST_OFFERED: u32 = 10;

/// Below this many lanes, words are drawn one by one.
const FEW: u32 = 12;

/// A post that can be seen today. Times are hours from today's 00:00.
#[derive(Debug, Clone, PartialEq)]
pub struct Post<'a> {
    /// Index among the plan's posts.
    pub index: usize,
    /// Day it was sent, from 0.
    pub day: u32,
    /// Position among that day's posts.
    pub slot: u32,
    /// Hour it was sent; negative: yesterday.
    pub sent: f32,
    /// Hour it arrived.
    pub delivered: f32,
    /// Delivery factor D in force on its day.
    pub delivery: f32,
    /// Relevance for each audience of the plan.
    pub relevance: &'a [f32],
    /// Intrinsic value of its kind.
    pub value: f32,
    /// Share that carries an offer link.
    pub offer: f32,
    /// Its marks.
    pub flags: Flags,
    /// Its content among those the plan repeats; `None`: sent only once.
    pub content: Option<usize>,
}

/// Offers every post in sight to those who come, oldest first.
pub(super) fn read_posts(
    block: &mut Block,
    law: &Law,
    today: &Today<'_>,
    visit: &mut Visit,
    day_words: &[Lane<u32>; 4],
    notes: &mut Notes<'_>,
) {
    let since = window(block, visit);
    let crowded = today.posts.len() > MOST_OFFERED as usize;
    let mut passed_over = [0_u32; LANES];
    if crowded {
        for post in today.posts {
            let seen = in_sight(block, today, visit, &since, post);
            for lane in 0..LANES {
                passed_over[lane] += u32::from(seen[lane]);
            }
        }
        passed_over = passed_over.map(|seen| seen.saturating_sub(MOST_OFFERED));
    }
    for post in today.posts {
        let mut offered = in_sight(block, today, visit, &since, post);
        if crowded {
            for lane in 0..LANES {
                let skipped = offered[lane] & (passed_over[lane] > 0);
                passed_over[lane] -= u32::from(skipped);
                offered[lane] &= !skipped;
            }
        }
        let n_offered = offered.iter().map(|&seen| u32::from(seen)).sum::<u32>();
        if n_offered == 0 {
            continue;
        }
        let (first, second) = post_words(block, today, post, day_words, (&offered, n_offered));
        match post.content {
            Some(content) => {
                let mut reads = block.reads[content];
                read::<true>(block, law, post, visit, (&offered, &first, &second), &mut reads, notes);
                block.reads[content] = reads;
            }
            None => read::<false>(block, law, post, visit, (&offered, &first, &second), &mut [0.0; LANES], notes),
        }
    }
}

/// The hour after which a post must have arrived to be in sight: the last visit if that was yesterday, else 24 hours ago.
fn window(block: &Block, visit: &Visit) -> Lane<f32> {
    let mut since = [0.0; LANES];
    for lane in 0..LANES {
        let last = block.last_visit[lane];
        let yesterday = last >= -24.0;
        since[lane] = if yesterday { last } else { last.max(visit.hour[lane] - 24.0) };
    }
    since
}

/// Who has this post in sight: came, was addressed, and it arrived since the window opened.
#[inline(always)]
fn in_sight(block: &Block, today: &Today<'_>, visit: &Visit, since: &Lane<f32>, post: &Post<'_>) -> Lane<bool> {
    let mut seen = [false; LANES];
    let mut any = false;
    for lane in 0..LANES {
        seen[lane] = visit.here[lane] & (post.delivered > since[lane]) & (post.delivered <= visit.hour[lane]);
        any |= seen[lane];
    }
    if any && today.reach < 1.0 {
        let addressed = addressed(block, today, post);
        for lane in 0..LANES {
            seen[lane] &= addressed[lane];
        }
    }
    seen
}

/// Which members a post is addressed to when it reaches only a share of them.
fn addressed(block: &Block, today: &Today<'_>, post: &Post<'_>) -> Lane<bool> {
    let at = At { replicate: today.replicate, member: 0, day: post.day, purpose: Purpose::Reach, index: post.slot / 4 };
    let words = words_of(block.key, &block.id, at);
    words[post.slot as usize % 4].map(|word| uniform(word) < today.reach)
}

/// The two words of a post for everyone it is offered to: those of the day it was sent.
fn post_words(
    block: &Block,
    today: &Today<'_>,
    post: &Post<'_>,
    day_words: &[Lane<u32>; 4],
    (offered, n_offered): (&Lane<bool>, u32),
) -> (Lane<u32>, Lane<u32>) {
    let word = 2 + 2 * post.slot;
    let (index, first) = (word / 4, word as usize % 4);
    if index == 0 && post.day == today.day {
        return (day_words[first], day_words[first + 1]);
    }
    let at = At { replicate: today.replicate, member: 0, day: post.day, purpose: Purpose::Day, index };
    if n_offered > FEW {
        let words = words_of(block.key, &block.id, at);
        return (words[first], words[first + 1]);
    }
    let mut words = ([0; LANES], [0; LANES]);
    for lane in super::lanes(offered) {
        let four = At { member: block.id[lane], ..at }.words(block.key);
        (words.0[lane], words.1[lane]) = (four[first], four[first + 1]);
    }
    words
}

/// Offers one post. `REPEATED`: its content goes out more than once, so `reads` counts; otherwise every read is the first.
fn read<const REPEATED: bool>(
    block: &mut Block,
    law: &Law,
    post: &Post<'_>,
    visit: &mut Visit,
    (offered, first, second): (&Lane<bool>, &Lane<u32>, &Lane<u32>),
    reads: &mut Lane<f32>,
    notes: &mut Notes<'_>,
) {
    let relevance = post.relevance[block.audience];
    let (mut n_reads, mut n_clicks, mut n_buys, mut n_interactions) = (0_u32, 0_u32, 0_u32, 0_u32);
    let (mut n_unwanted, mut dwell_ms) = (0_u32, 0_u32);
    let mut clicked = [false; LANES];
    let mut has_read = [false; LANES];
    for lane in 0..LANES {
        let earlier = if REPEATED { reads[lane] } else { 0.0 };
        let w = if REPEATED { math::exp(law.wear * earlier) } else { 1.0 };
        let x = relevance * block.fit[lane];
        let v = (x + (1.0 - x) * post.value) * w;

        // Read, click and purchase are nested in one word: each is a part of the one before.
        let tired = math::exp(law.read_per_fatigue * fatigue::felt(block.fatigue[lane]));
        let p_read = post.delivery / (1.0 + block.unread_odds[lane] * tired);
        let u = uniform(first[lane]);
        let read = offered[lane] & (u < p_read);
        let first_read = if earlier < 0.5 { law.first_read } else { 1.0 };
        let p_click = p_read * buying::click(law, post, x, w, first_read);
        let click = read & (u < p_click);
        let buy = click & (block.bought[lane] == 0) & (u < p_click * buying::purchase(law, post, w, first_read));
        let p_interaction = math::logistic(law.interaction_base + law.interaction_slope * v);
        let interaction = read & (uniform(second[lane]) < p_interaction);
        let dwell = (law.dwell_base + law.dwell_per_value * x) * math::exp(law.dwell_wear * earlier);

        has_read[lane] = read;
        clicked[lane] = click;
        n_reads += u32::from(read);
        n_clicks += u32::from(click);
        n_buys += u32::from(buy);
        n_interactions += u32::from(interaction);
        n_unwanted += u32::from(read & (v < law.unwanted_below));
        dwell_ms += if read { (dwell * 1000.0 + 0.5) as i32 as u32 } else { 0 };

        block.bought[lane] |= u32::from(buy);
        block.gift_read[lane] |= u32::from(read & post.flags.gift);
        block.fatigue[lane] += if read { fatigue::of_a_read(post.value) } else { 0.0 };
        visit.read[lane] |= read;
        visit.lowest_value[lane] = if read { visit.lowest_value[lane].min(v) } else { visit.lowest_value[lane] };
        visit.broken_link[lane] |= read & post.flags.broken_link;
        visit.last_post[lane] = if read { post.index as u32 } else { visit.last_post[lane] };
        visit.last_repeat[lane] = if read { (earlier + 0.5) as i32 as u32 } else { visit.last_repeat[lane] };
        if REPEATED {
            reads[lane] += if read { 1.0 } else { 0.0 };
            visit.over_patience[lane] |= read & (reads[lane] > block.patience[lane]);
        }
        if law.learning > 0.0 {
            let e = block.expectation[lane];
            let e = if read { e + law.learning * (v - e) } else { e };
            block.expectation[lane] = e;
            block.unread_odds[lane] = math::exp(-(law.read_base + law.read_per_expectation * e));
        }
    }
    notes.counts.add(Outcome::Reads, u64::from(n_reads));
    notes.counts.add(Outcome::Clicks, u64::from(n_clicks));
    notes.counts.add(Outcome::Purchases, u64::from(n_buys));
    notes.counts.add(Outcome::Interactions, u64::from(n_interactions));
    notes.counts.add(Outcome::UnwantedReads, u64::from(n_unwanted));
    notes.counts.add(Outcome::DwellMs, u64::from(dwell_ms));
    let record = &mut notes.posts[post.index];
    record.reads += n_reads;
    record.clicks += n_clicks;
    record.interactions += n_interactions;
    if REPEATED {
        for lane in super::lanes(&has_read) {
            let repeat = &mut notes.repeats[(visit.last_repeat[lane] as usize).min(REPEATS - 1)];
            repeat.reads += 1;
            repeat.clicks += u64::from(clicked[lane]);
        }
    } else {
        notes.repeats[0].reads += u64::from(n_reads);
        notes.repeats[0].clicks += u64::from(n_clicks);
    }
}

/// Counts today's posts as delivered to everyone addressed who was not gone when they went out.
/// `present`: alive at the day's start, after the night's leaks.
pub(super) fn count_deliveries(
    block: &Block,
    today: &Today<'_>,
    visit: &Visit,
    present: &Lane<bool>,
    notes: &mut Notes<'_>,
) {
    for post in today.posts.iter().filter(|post| post.day == today.day) {
        let mut delivered = [false; LANES];
        for lane in 0..LANES {
            let gone = !is_alive(block.status[lane]) & (visit.hour[lane] < post.sent);
            delivered[lane] = present[lane] & !gone;
        }
        if today.reach < 1.0 {
            let addressed = addressed(block, today, post);
            for lane in 0..LANES {
                delivered[lane] &= addressed[lane];
            }
        }
        let n_delivered = delivered.iter().map(|&seen| u32::from(seen)).sum::<u32>();
        notes.posts[post.index].delivered += n_delivered;
        notes.counts.add(Outcome::Delivered, u64::from(n_delivered));
    }
}
