//! Posts in sight and what a read does: attention, value, dwell, the way to clicking and buying, interaction, fatigue, repeats.

use super::{Law, Notes, Today, Visit, Words, buying, fatigue};
use crate::math;
use crate::population::{Block, LANES, Lane, Mask, Status, mask, select};
use crate::rng::{At, Purpose, uniform};
use crate::tally::{Outcome, REPEATS};
use crate::units::Flags;

/// Of more posts in sight than this, only the most recent are offered.
pub const MOST_OFFERED: u32 = 10;

/// Up to this many members are offered a post one by one: mostly the few who missed yesterday's.
const FEW: usize = 16;

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

/// Offers every post in sight to those who come, oldest first. `words`: the day's first four of everyone.
#[inline(always)]
pub(super) fn read_posts(
    block: &mut Block,
    law: &Law,
    today: &Today<'_>,
    (words, visit): (&mut Words, &mut Visit),
    notes: &mut Notes<'_>,
) {
    if today.posts.is_empty() {
        return;
    }
    open_window(block, visit);
    let mut passed_over = (today.posts.len() > MOST_OFFERED as usize).then(|| {
        let mut passed_over = [0_u32; LANES];
        for post in today.posts {
            look(block, today, visit, post);
            for lane in 0..LANES {
                passed_over[lane] += visit.in_sight[lane] & 1;
            }
        }
        passed_over.map(|in_sight| in_sight.saturating_sub(MOST_OFFERED))
    });
    for post in today.posts {
        look(block, today, visit, post);
        if let Some(passed_over) = &mut passed_over {
            for lane in 0..LANES {
                let skipped = visit.in_sight[lane] & mask(passed_over[lane] > 0);
                passed_over[lane] -= skipped & 1;
                visit.in_sight[lane] &= !skipped;
            }
        }
        if post.content.is_some() {
            read::<true>(block, law, today, post, (words, visit), notes);
        } else {
            read::<false>(block, law, today, post, (words, visit), notes);
        }
    }
}

/// Sets the hour after which a post must have arrived to be in sight: the last visit if that was yesterday, else 24 hours ago.
#[inline(always)]
fn open_window(block: &Block, visit: &mut Visit) {
    for lane in 0..LANES {
        let last = block.last_visit[lane];
        let a_day_ago = last.max(visit.hour[lane] - 24.0);
        visit.since[lane] = select(mask(last >= -24.0), last, a_day_ago);
    }
}

/// Marks who has this post in sight: came, was addressed, and it arrived since the window opened.
#[inline(always)]
fn look(block: &Block, today: &Today<'_>, visit: &mut Visit, post: &Post<'_>) {
    let delivered = post.delivered;
    for lane in 0..LANES {
        let arrived = mask(delivered > visit.since[lane]) & mask(delivered <= visit.hour[lane]);
        visit.in_sight[lane] = visit.here[lane] & arrived;
    }
    if today.reach < 1.0 {
        let addressed = addressed(block, today, post);
        for lane in 0..LANES {
            visit.in_sight[lane] &= addressed[lane];
        }
    }
}

/// Which members a post is addressed to when it reaches only a share of them.
#[inline(always)]
fn addressed(block: &Block, today: &Today<'_>, post: &Post<'_>) -> Mask {
    let at = At { replicate: today.replicate, member: 0, day: post.day, purpose: Purpose::Reach, index: post.slot / 4 };
    let mut words = [[0; LANES]; 4];
    at.fill(block.key, &block.id, &mut words);
    let mut addressed = [0; LANES];
    for lane in 0..LANES {
        addressed[lane] = mask(uniform(words[post.slot as usize % 4][lane]) < today.reach);
    }
    addressed
}

/// What the loop over members needs of a post and of the law: values, not references, because a loop that stores into the block
/// while it reads through references is not vectorised.
#[derive(Clone, Copy)]
struct Terms {
    law: Law,
    relevance: f32,
    value: f32,
    delivery: f32,
    click: f32,
    purchase: f32,
    tiring: f32,
    index: u32,
    gift: u32,
    broken_link: u32,
}

impl Terms {
    #[inline(always)]
    fn new(law: &Law, post: &Post<'_>, audience: usize) -> Terms {
        Terms {
            law: *law,
            relevance: post.relevance[audience],
            value: post.value,
            delivery: post.delivery,
            click: buying::click(law, post),
            purchase: buying::purchase(law, post),
            tiring: fatigue::of_a_read(post.value),
            index: post.index as u32,
            gift: mask(post.flags.gift),
            broken_link: mask(post.flags.broken_link),
        }
    }
}

/// What came of offering a post, counted.
#[derive(Default)]
struct Sums {
    reads: u32,
    clicks: u32,
    purchases: u32,
    interactions: u32,
    unwanted: u32,
    dwell_ms: u32,
}

/// Offers one post. `REPEATED`: its content goes out more than once, so reads of it are counted; otherwise each is the first.
#[inline(always)]
fn read<const REPEATED: bool>(
    block: &mut Block,
    law: &Law,
    today: &Today<'_>,
    post: &Post<'_>,
    (words, visit): (&mut Words, &mut Visit),
    notes: &mut Notes<'_>,
) {
    let n_offered = super::count(&visit.in_sight) as usize;
    if n_offered == 0 {
        return;
    }
    visit.begin();
    let terms = Terms::new(law, post, block.audience);
    // A copy: the loop must see that these are not columns of the block.
    let mut reads = post.content.map_or([0.0; LANES], |content| block.reads[content]);
    let mut sums = Sums::default();
    if n_offered > FEW {
        let [first, second] = words.of(post, block, today);
        for lane in 0..LANES {
            let words = [first[lane], second[lane]];
            offer::<REPEATED>(terms, (lane, words), block, visit, (&mut reads, &mut sums));
        }
    } else {
        let (mut few, mut ids) = ([0; FEW], [0; FEW]);
        for (i, lane) in super::lanes(&visit.in_sight).enumerate() {
            (few[i], ids[i]) = (lane, block.id[lane]);
        }
        let [first, second] = Words::of_few(post, block, today, &ids);
        visit.just_read = [0; LANES];
        for (i, &lane) in few[..n_offered].iter().enumerate() {
            let words = [first[i], second[i]];
            offer::<REPEATED>(terms, (lane, words), block, visit, (&mut reads, &mut sums));
        }
    }
    if law.learning > 0.0 {
        learn(block, law, visit);
    }
    if let Some(content) = post.content {
        block.reads[content] = reads;
    }
    write_down::<REPEATED>(post, visit, &sums, notes);
}

/// Offers the post to the member of one lane, if it is in that member's sight.
#[inline(always)]
fn offer<const REPEATED: bool>(
    terms: Terms,
    (lane, [first, second]): (usize, [u32; 2]),
    block: &mut Block,
    visit: &mut Visit,
    (reads, sums): (&mut Lane<f32>, &mut Sums),
) {
    let law = terms.law;
    let earlier = if REPEATED { reads[lane] } else { 0.0 };
    let w = if REPEATED { math::exp(law.wear * earlier) } else { 1.0 };
    let x = terms.relevance * block.fit[lane];
    let v = (x + (1.0 - x) * terms.value) * w;

    // Read, click and purchase are nested in one word: each is a part of the one before.
    let tired = math::exp(law.read_per_fatigue * fatigue::felt(block.fatigue[lane]));
    let p_read = terms.delivery / (1.0 + block.unread_odds[lane] * tired);
    let u = uniform(first);
    let read = visit.in_sight[lane] & mask(u < p_read);
    let first_read = select(mask(earlier < 0.5), law.first_read, 1.0);
    let p_click = p_read * (terms.click * x * w * first_read);
    let click = read & mask(u < p_click);
    let p_purchase = p_click * (terms.purchase * w * first_read);
    let purchase = click & mask(block.bought[lane] == 0) & mask(u < p_purchase);
    let p_interaction = math::logistic(law.interaction_base + law.interaction_slope * v);
    let interaction = read & mask(uniform(second) < p_interaction);
    let dwell = (law.dwell_base + law.dwell_per_value * x) * math::exp(law.dwell_wear * earlier);

    sums.reads += read & 1;
    sums.clicks += click & 1;
    sums.purchases += purchase & 1;
    sums.interactions += interaction & 1;
    sums.unwanted += read & mask(v < law.unwanted_below) & 1;
    sums.dwell_ms += math::rounded(dwell * 1000.0) & read;

    block.bought[lane] |= purchase & 1;
    block.gift_read[lane] |= read & terms.gift & 1;
    block.fatigue[lane] += select(read, terms.tiring, 0.0);
    visit.read[lane] |= read;
    visit.lowest_value[lane] = select(read, visit.lowest_value[lane].min(v), visit.lowest_value[lane]);
    visit.broken_link[lane] |= read & terms.broken_link;
    visit.last_post[lane] = terms.index & read | visit.last_post[lane] & !read;
    visit.last_repeat[lane] = math::rounded(earlier) & read | visit.last_repeat[lane] & !read;
    if REPEATED {
        reads[lane] += select(read, 1.0, 0.0);
        visit.over_patience[lane] |= read & mask(reads[lane] > block.patience[lane]);
    }
    visit.just_read[lane] = read;
    visit.just_clicked[lane] = click;
    visit.just_valued[lane] = v;
}

#[inline(always)]
fn write_down<const REPEATED: bool>(post: &Post<'_>, visit: &Visit, sums: &Sums, notes: &mut Notes<'_>) {
    notes.counts.add(Outcome::Reads, u64::from(sums.reads));
    notes.counts.add(Outcome::Clicks, u64::from(sums.clicks));
    notes.counts.add(Outcome::Purchases, u64::from(sums.purchases));
    notes.counts.add(Outcome::Interactions, u64::from(sums.interactions));
    notes.counts.add(Outcome::UnwantedReads, u64::from(sums.unwanted));
    notes.counts.add(Outcome::DwellMs, u64::from(sums.dwell_ms));
    let record = &mut notes.posts[post.index];
    record.reads += sums.reads;
    record.clicks += sums.clicks;
    record.interactions += sums.interactions;
    if REPEATED {
        for lane in super::lanes(&visit.just_read) {
            let repeat = &mut notes.repeats[(visit.last_repeat[lane] as usize).min(REPEATS - 1)];
            repeat.reads += 1;
            repeat.clicks += u64::from(visit.just_clicked[lane] & 1);
        }
    } else {
        notes.repeats[0].reads += u64::from(sums.reads);
        notes.repeats[0].clicks += u64::from(sums.clicks);
    }
}

/// Members learn what to expect from what they read.
#[inline(always)]
fn learn(block: &mut Block, law: &Law, visit: &Visit) {
    let law = *law;
    for lane in 0..LANES {
        let e = block.expectation[lane];
        let e = select(visit.just_read[lane], e + law.learning * (visit.just_valued[lane] - e), e);
        block.expectation[lane] = e;
        block.unread_odds[lane] = math::exp(-(law.read_base + law.read_per_expectation * e));
    }
}

/// Counts today's posts as delivered to everyone addressed who was not gone when they went out. `alive`: how many the day began
/// with, after the night's leaks.
#[inline(always)]
pub(super) fn count_deliveries(block: &Block, today: &Today<'_>, visit: &Visit, alive: u32, notes: &mut Notes<'_>) {
    for post in today.posts.iter().filter(|post| post.day == today.day) {
        let n_delivered =
            if block.alive == alive && today.reach >= 1.0 { alive } else { delivered(block, today, visit, post) };
        notes.posts[post.index].delivered += n_delivered;
        notes.counts.add(Outcome::Delivered, u64::from(n_delivered));
    }
}

/// To how many a post was delivered: whoever is still there, or came today (and left) at a later hour.
#[inline(always)]
fn delivered(block: &Block, today: &Today<'_>, visit: &Visit, post: &Post<'_>) -> u32 {
    let mut delivered = [0; LANES];
    for lane in 0..LANES {
        let left_later = visit.here[lane] & mask(visit.hour[lane] >= post.sent);
        delivered[lane] = mask(block.status[lane] <= Status::Muted as u32) | left_later;
    }
    if today.reach < 1.0 {
        let addressed = addressed(block, today, post);
        for lane in 0..LANES {
            delivered[lane] &= addressed[lane];
        }
    }
    super::count(&delivered)
}
