//! Posts in sight and what a read does: attention, value, dwell, the way to clicking and buying, interaction, fatigue, repeats.

use super::{Law, Notes, Today, Visit, buying, fatigue, is_alive, words_of};
use crate::math;
use crate::population::{Block, LANES, Lane, Mask, mask, select};
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
                passed_over[lane] += seen[lane] & 1;
            }
        }
        passed_over = passed_over.map(|seen| seen.saturating_sub(MOST_OFFERED));
    }
    for post in today.posts {
        let mut offered = in_sight(block, today, visit, &since, post);
        if crowded {
            for lane in 0..LANES {
                let skipped = offered[lane] & mask(passed_over[lane] > 0);
                passed_over[lane] -= skipped & 1;
                offered[lane] &= !skipped;
            }
        }
        let n_offered = super::count(&offered);
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
        let a_day_ago = last.max(visit.hour[lane] - 24.0);
        since[lane] = select(mask(last >= -24.0), last, a_day_ago);
    }
    since
}

/// Who has this post in sight: came, was addressed, and it arrived since the window opened.
#[inline(always)]
fn in_sight(block: &Block, today: &Today<'_>, visit: &Visit, since: &Lane<f32>, post: &Post<'_>) -> Mask {
    let mut seen = [0; LANES];
    let mut any = 0;
    let delivered = post.delivered;
    for lane in 0..LANES {
        seen[lane] = visit.here[lane] & mask(delivered > since[lane]) & mask(delivered <= visit.hour[lane]);
        any |= seen[lane];
    }
    if any != 0 && today.reach < 1.0 {
        let addressed = addressed(block, today, post);
        for lane in 0..LANES {
            seen[lane] &= addressed[lane];
        }
    }
    seen
}

/// Which members a post is addressed to when it reaches only a share of them.
fn addressed(block: &Block, today: &Today<'_>, post: &Post<'_>) -> Mask {
    let at = At { replicate: today.replicate, member: 0, day: post.day, purpose: Purpose::Reach, index: post.slot / 4 };
    let words = words_of(block.key, &block.id, at);
    words[post.slot as usize % 4].map(|word| mask(uniform(word) < today.reach))
}

/// The two words of a post for everyone it is offered to: those of the day it was sent.
fn post_words(
    block: &Block,
    today: &Today<'_>,
    post: &Post<'_>,
    day_words: &[Lane<u32>; 4],
    (offered, n_offered): (&Mask, u32),
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
    (offered, first, second): (&Mask, &Lane<u32>, &Lane<u32>),
    reads: &mut Lane<f32>,
    notes: &mut Notes<'_>,
) {
    let relevance = post.relevance[block.audience];
    let (index, gift, broken_link) = (post.index as u32, mask(post.flags.gift), mask(post.flags.broken_link));
    let (mut n_reads, mut n_clicks, mut n_buys, mut n_interactions) = (0_u32, 0_u32, 0_u32, 0_u32);
    let (mut n_unwanted, mut dwell_ms) = (0_u32, 0_u32);
    let mut clicked = [0; LANES];
    let mut has_read = [0; LANES];
    let mut value = [0.0; LANES];
    // Copies, not references: a loop that stores into the block while it reads through references is not vectorised.
    let law = law.clone();
    let (kind_value, delivery) = (post.value, post.delivery);
    let tiring = fatigue::of_a_read(post.value);
    let (click_chance, purchase_chance) = (buying::click(&law, post), buying::purchase(&law, post));
    for lane in 0..LANES {
        let earlier = if REPEATED { reads[lane] } else { 0.0 };
        let w = if REPEATED { math::exp(law.wear * earlier) } else { 1.0 };
        let x = relevance * block.fit[lane];
        let v = (x + (1.0 - x) * kind_value) * w;

        // Read, click and purchase are nested in one word: each is a part of the one before.
        let tired = math::exp(law.read_per_fatigue * fatigue::felt(block.fatigue[lane]));
        let p_read = delivery / (1.0 + block.unread_odds[lane] * tired);
        let u = uniform(first[lane]);
        let read = offered[lane] & mask(u < p_read);
        let first_read = select(mask(earlier < 0.5), law.first_read, 1.0);
        let p_click = p_read * (click_chance * x * w * first_read);
        let click = read & mask(u < p_click);
        let p_buy = p_click * (purchase_chance * w * first_read);
        let buy = click & mask(block.bought[lane] == 0) & mask(u < p_buy);
        let p_interaction = math::logistic(law.interaction_base + law.interaction_slope * v);
        let interaction = read & mask(uniform(second[lane]) < p_interaction);
        let dwell = (law.dwell_base + law.dwell_per_value * x) * math::exp(law.dwell_wear * earlier);

        has_read[lane] = read;
        clicked[lane] = click;
        n_reads += read & 1;
        n_clicks += click & 1;
        n_buys += buy & 1;
        n_interactions += interaction & 1;
        n_unwanted += read & mask(v < law.unwanted_below) & 1;
        dwell_ms += (dwell * 1000.0 + 0.5) as i32 as u32 & read;

        block.bought[lane] |= buy & 1;
        block.gift_read[lane] |= read & gift & 1;
        block.fatigue[lane] += select(read, tiring, 0.0);
        visit.read[lane] |= read;
        visit.lowest_value[lane] = select(read, visit.lowest_value[lane].min(v), visit.lowest_value[lane]);
        visit.broken_link[lane] |= read & broken_link;
        visit.last_post[lane] = index & read | visit.last_post[lane] & !read;
        visit.last_repeat[lane] = (earlier + 0.5) as i32 as u32 & read | visit.last_repeat[lane] & !read;
        if REPEATED {
            reads[lane] += select(read, 1.0, 0.0);
            visit.over_patience[lane] |= read & mask(reads[lane] > block.patience[lane]);
        }
        value[lane] = v;
    }
    if law.learning > 0.0 {
        learn(block, &law, &has_read, &value);
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
            repeat.clicks += u64::from(clicked[lane] & 1);
        }
    } else {
        notes.repeats[0].reads += u64::from(n_reads);
        notes.repeats[0].clicks += u64::from(n_clicks);
    }
}

/// Members learn what to expect from what they read.
fn learn(block: &mut Block, law: &Law, has_read: &Mask, value: &Lane<f32>) {
    for lane in 0..LANES {
        let e = block.expectation[lane];
        let e = select(has_read[lane], e + law.learning * (value[lane] - e), e);
        block.expectation[lane] = e;
        block.unread_odds[lane] = math::exp(-(law.read_base + law.read_per_expectation * e));
    }
}

/// Counts today's posts as delivered to everyone addressed who was not gone when they went out.
/// `present`: alive at the day's start, after the night's leaks.
pub(super) fn count_deliveries(block: &Block, today: &Today<'_>, visit: &Visit, present: &Mask, notes: &mut Notes<'_>) {
    for post in today.posts.iter().filter(|post| post.day == today.day) {
        let mut delivered = [0; LANES];
        for lane in 0..LANES {
            let gone = mask(!is_alive(block.status[lane])) & mask(visit.hour[lane] < post.sent);
            delivered[lane] = present[lane] & !gone;
        }
        if today.reach < 1.0 {
            let addressed = addressed(block, today, post);
            for lane in 0..LANES {
                delivered[lane] &= addressed[lane];
            }
        }
        let n_delivered = super::count(&delivered);
        notes.posts[post.index].delivered += n_delivered;
        notes.counts.add(Outcome::Delivered, u64::from(n_delivered));
    }
}
