//! Posts in sight and what a read does: attention, value, dwell, the way to clicking and buying, interaction, fatigue, repeats.

use super::{Law, Notes, Post, Room, Today, Visit, buying, fatigue, need};
use crate::math;
use crate::population::{Block, LANES, Lane, Mask, Status, mask, select};
use crate::rng::uniform;
use crate::tally::{Outcome, REPEATS};

/// Of more posts in sight than this, only the most recent are offered.
pub const MOST_OFFERED: u32 = 10;

/// Offers every post in sight to those who come, oldest first.
#[inline(always)]
pub(super) fn read_posts(block: &mut Block, law: &Law, today: &Today<'_>, room: &mut Room, notes: &mut Notes<'_>) {
    if today.posts.is_empty() {
        return;
    }
    open_window(block, &mut room.visit);
    let crowded = today.posts.len() > MOST_OFFERED as usize;
    let mut passed_over = if crowded { Some(too_many(block, today, room)) } else { None };
    for post in today.posts {
        look(block, today, room, post);
        let visit = &mut room.visit;
        if let Some(passed_over) = &mut passed_over {
            for lane in 0..LANES {
                let skipped = visit.in_sight[lane] & mask(passed_over[lane] > 0);
                passed_over[lane] -= skipped & 1;
                visit.in_sight[lane] &= !skipped;
            }
        }
        if post.content.is_some() {
            offer::<true>(block, law, today, (post, room), notes);
        } else {
            offer::<false>(block, law, today, (post, room), notes);
        }
    }
}

/// How many of the posts in sight are more than are offered.
#[inline(always)]
fn too_many(block: &Block, today: &Today<'_>, room: &mut Room) -> Lane<u32> {
    let mut in_sight = [0_u32; LANES];
    for post in today.posts {
        look(block, today, room, post);
        for lane in 0..LANES {
            in_sight[lane] += room.visit.in_sight[lane] & 1;
        }
    }
    for lane in 0..LANES {
        in_sight[lane] = in_sight[lane].saturating_sub(MOST_OFFERED);
    }
    in_sight
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
fn look(block: &Block, today: &Today<'_>, Room { words, visit, .. }: &mut Room, post: &Post<'_>) {
    let delivered = post.delivered;
    for lane in 0..LANES {
        let arrived = mask(delivered > visit.since[lane]) & mask(delivered <= visit.hour[lane]);
        visit.in_sight[lane] = visit.here[lane] & arrived;
    }
    if today.reach < 1.0 {
        let words = words.of_reach(post, block, today);
        for lane in 0..LANES {
            visit.in_sight[lane] &= mask(uniform(words[lane]) < today.reach);
        }
    }
}

/// Members packed at a time: one vector of the widest instruction set, four of the narrowest.
const PACK: usize = 16;

/// The members who may read a post, side by side. Of a block of 128 only a part has a post in sight, and of those only a part would
/// read it even if rested; the full arithmetic is done for these (1.6 times as many member-days a second at five posts a day as with
/// arithmetic for every lane).
pub(super) struct Readers {
    n: usize,
    lane: [usize; LANES],
    fit: Lane<f32>,
    unread_odds: Lane<f32>,
    fatigue: Lane<f32>,
    /// Reads of the post's content so far.
    earlier: Lane<f32>,
    /// Nested: read, click, purchase.
    word: Lane<u32>,
    interaction_word: Lane<u32>,
    read: Mask,
    /// Who clicks even without an open need.
    click: Mask,
    /// Who clicks if it has an open need; whether it has is looked up for these alone.
    tempted: Mask,
    /// Who buys on impulse, if it has no open need and has not bought before.
    purchase: Mask,
    /// Chance that the content suits an open need, at what attention is left.
    suits: Lane<f32>,
    /// What the read adds to the hazard of irritation, before frailty.
    irritation: Lane<f32>,
    /// What the post is worth to the member.
    value: Lane<f32>,
}

/// What came of offering a post, counted.
#[derive(Default)]
struct Sums {
    reads: u32,
    interactions: u32,
    unwanted: u32,
    dwell_ms: u32,
}

impl Readers {
    /// Room for readers; nobody is packed yet.
    pub(super) fn new() -> Readers {
        Readers {
            n: 0,
            lane: [0; LANES],
            fit: [0.0; LANES],
            unread_odds: [0.0; LANES],
            fatigue: [0.0; LANES],
            earlier: [0.0; LANES],
            word: [0; LANES],
            interaction_word: [0; LANES],
            read: [0; LANES],
            click: [0; LANES],
            tempted: [0; LANES],
            purchase: [0; LANES],
            suits: [0.0; LANES],
            irritation: [0.0; LANES],
            value: [0.0; LANES],
        }
    }

    /// Packs in use; never more than there are, which lets the compiler leave out bounds checks.
    #[inline(always)]
    fn packs(&self) -> usize {
        self.n.div_ceil(PACK).min(LANES / PACK)
    }

    /// Packs those who may read the post: it is in sight, and the word does not rule it out. Nobody reads more than when rested, so one
    /// division rules out two in three.
    #[inline(always)]
    fn pack(
        &mut self,
        block: &Block,
        law: &Law,
        post: &Post<'_>,
        [words, interaction_words]: [&Lane<u32>; 2],
        visit: &mut Visit,
    ) {
        let delivery = post.delivery;
        let rested = if law.read_per_fatigue < 0.0 { 0.0 } else { 1.0 };
        for lane in 0..LANES {
            let most = delivery / (1.0 + block.unread_odds[lane] * rested);
            visit.candidates[lane] = visit.in_sight[lane] & mask(uniform(words[lane]) < most);
        }
        self.n = 0;
        for lane in super::lanes(&visit.candidates) {
            let i = self.n % LANES;
            self.lane[i] = lane;
            self.fit[i] = block.fit[lane];
            self.unread_odds[i] = block.unread_odds[lane];
            self.fatigue[i] = block.fatigue[lane];
            self.word[i] = words[lane];
            self.interaction_word[i] = interaction_words[lane];
            self.n = i + 1;
        }
        if let Some(content) = post.content {
            let reads = &block.reads[content];
            for i in 0..self.n.min(LANES) {
                self.earlier[i] = reads[self.lane[i] % LANES];
            }
        }
    }

    /// Who reads, clicks and would buy. `REPEATED`: the post's content goes out more than once; otherwise each read is the first.
    #[inline(always)]
    fn read<const REPEATED: bool>(&mut self, law: &Law, post: &Post<'_>, relevance: f32) -> Sums {
        let mut sums = Sums::default();
        // Copies, not references: a loop that stores while it reads through references is not vectorised.
        let (law, kind_value, delivery) = (*law, post.value, post.delivery);
        let (click_chance, purchase_chance) = (buying::click(&law, post), buying::purchase(&law, post));
        let with_need = buying::click_with_need(&law, post) * relevance;
        let n = self.n as u32;
        self.read = [0; LANES];
        for pack in 0..self.packs() {
            for i in PACK * pack..PACK * (pack + 1) {
                let earlier = if REPEATED { self.earlier[i] } else { 0.0 };
                let w = if REPEATED { math::exp(law.wear * earlier) } else { 1.0 };
                let x = relevance * self.fit[i];
                let v = (x + (1.0 - x) * kind_value) * w;

                // Read, click and purchase are nested in one word: each is a part of the one before.
                let tired = math::exp(law.read_per_fatigue * fatigue::felt(self.fatigue[i]));
                let p_read = delivery / (1.0 + self.unread_odds[i] * tired);
                let u = uniform(self.word[i]);
                let read = mask((i as u32) < n) & mask(u < p_read);
                let first_read = select(mask(earlier < 0.5), law.first_read, 1.0);
                let curious = click_chance * x;
                let p_click = p_read * (curious * w * first_read);
                let p_with_need = p_read * (curious.max(with_need) * w * first_read);
                let click = read & mask(u < p_click);
                let p_purchase = p_click * (purchase_chance * w * first_read);
                let p_interaction = math::logistic(law.interaction_base + law.interaction_slope * v);
                let interaction = read & mask(uniform(self.interaction_word[i]) < p_interaction);
                let dwell = (law.dwell_base + law.dwell_per_value * x) * math::exp(law.dwell_wear * earlier);

                self.read[i] = read;
                self.click[i] = click;
                self.tempted[i] = read & mask(u < p_with_need);
                self.purchase[i] = click & mask(u < p_purchase);
                self.suits[i] = law.purchase_given_need * w * first_read;
                self.value[i] = v;
                sums.reads += read & 1;
                sums.interactions += interaction & 1;
                sums.unwanted += read & mask(v < law.unwanted_below) & 1;
                sums.dwell_ms += math::rounded(dwell * 1000.0) & read;
            }
        }
        sums
    }

    /// How much each read irritates, at the fatigue it leaves.
    #[inline(always)]
    fn irritate(&mut self, law: &Law, post: &Post<'_>) {
        let (law, tiring) = (*law, fatigue::of_a_read(post.value));
        for pack in 0..self.packs() {
            for i in PACK * pack..PACK * (pack + 1) {
                let fatigue = law.irritation_per_fatigue * fatigue::felt(self.fatigue[i] + tiring);
                let irritation = law.irritation_base + law.irritation_slope * (1.0 - self.value[i]) + fatigue;
                self.irritation[i] = math::exp(irritation);
            }
        }
    }

    /// What reading changes in those who read; returns how many clicked.
    #[inline(always)]
    fn leave_marks<const REPEATED: bool>(
        &self,
        block: &mut Block,
        (law, today): (&Law, &Today<'_>),
        post: &Post<'_>,
        visit: &mut Visit,
        notes: &mut Notes<'_>,
    ) -> u32 {
        let mut clicks = 0;
        let tiring = fatigue::of_a_read(post.value);
        for i in super::lanes(&self.read) {
            let (lane, value) = (self.lane[i], self.value[i]);
            let now = today.since_start(visit.hour[lane]);
            let has_need = law.needs && self.tempted[i] != 0 && need::is_open(block, law, today.replicate, lane, now);
            let click = u32::from(has_need) | self.click[i] & 1;
            clicks += click;
            let is_served = has_need
                && !post.flags.broken_link
                && need::suits(block, today.replicate, lane, post.debut) < f64::from(self.suits[i]);
            if is_served {
                need::serve(block, lane, now);
            }
            let is_first = block.bought[lane] == 0;
            if is_served || (!has_need && self.purchase[i] != 0 && is_first) {
                block.bought[lane] = 1;
                notes.counts.add(Outcome::Purchases, 1);
                notes.counts.add(Outcome::Buyers, u64::from(is_first));
            }
            block.gift_read[lane] |= u32::from(post.flags.gift);
            block.fatigue[lane] += tiring;
            visit.read[lane] = mask(true);
            visit.lowest_value[lane] = visit.lowest_value[lane].min(value);
            visit.irritation[lane] += self.irritation[i];
            visit.broken_link[lane] |= mask(post.flags.broken_link);
            visit.last_post[lane] = post.index as u32;
            if REPEATED {
                let reads = &mut block.reads[post.content.expect("the content is repeated")][lane];
                visit.last_repeat[lane] = math::rounded(*reads);
                *reads += 1.0;
                visit.over_patience[lane] |= mask(*reads > block.patience[lane]);
                let repeat = &mut notes.repeats[(visit.last_repeat[lane] as usize).min(REPEATS - 1)];
                repeat.reads += 1;
                repeat.clicks += u64::from(click);
            } else {
                visit.last_repeat[lane] = 0;
            }
            if law.learning > 0.0 {
                learn(block, law, lane, value);
            }
        }
        clicks
    }
}

/// Offers a post to those who have it in sight.
#[inline(always)]
fn offer<const REPEATED: bool>(
    block: &mut Block,
    law: &Law,
    today: &Today<'_>,
    (post, Room { words, visit, readers }): (&Post<'_>, &mut Room),
    notes: &mut Notes<'_>,
) {
    if super::count(&visit.in_sight) == 0 {
        return;
    }
    visit.begin();
    readers.pack(block, law, post, words.of(post, block, today, &visit.in_sight), visit);
    let sums = readers.read::<REPEATED>(law, post, post.relevance[block.audience]);
    if law.every_read {
        readers.irritate(law, post);
    }
    let clicks = readers.leave_marks::<REPEATED>(block, (law, today), post, visit, notes);
    notes.counts.add(Outcome::Reads, u64::from(sums.reads));
    notes.counts.add(Outcome::Clicks, u64::from(clicks));
    notes.counts.add(Outcome::Interactions, u64::from(sums.interactions));
    notes.counts.add(Outcome::UnwantedReads, u64::from(sums.unwanted));
    notes.counts.add(Outcome::DwellMs, u64::from(sums.dwell_ms));
    let record = &mut notes.posts[post.index];
    record.reads += sums.reads;
    record.clicks += clicks;
    record.interactions += sums.interactions;
    if !REPEATED {
        notes.repeats[0].reads += u64::from(sums.reads);
        notes.repeats[0].clicks += u64::from(clicks);
    }
}

/// Members learn what to expect from what they read.
fn learn(block: &mut Block, law: &Law, lane: usize, value: f32) {
    let e = block.expectation[lane];
    block.expectation[lane] = e + law.learning * (value - e);
    block.unread_odds[lane] = math::exp(-(law.read_base + law.read_per_expectation * block.expectation[lane]));
}

/// Counts today's posts as delivered to everyone addressed who was not gone when they went out. `alive`: how many the day began
/// with, after the night's leaks.
#[inline(always)]
pub(super) fn count_deliveries(block: &Block, today: &Today<'_>, room: &mut Room, alive: u32, notes: &mut Notes<'_>) {
    for post in today.posts.iter().filter(|post| post.day == today.day) {
        let n_delivered =
            if block.alive == alive && today.reach >= 1.0 { alive } else { delivered(block, today, room, post) };
        notes.posts[post.index].delivered += n_delivered;
        notes.counts.add(Outcome::Delivered, u64::from(n_delivered));
    }
}

/// To how many a post was delivered: whoever is still there, or came today (and left) at a later hour.
#[inline(always)]
fn delivered(block: &Block, today: &Today<'_>, Room { words, visit, .. }: &mut Room, post: &Post<'_>) -> u32 {
    let mut delivered = [0; LANES];
    for lane in 0..LANES {
        let left_later = visit.here[lane] & mask(visit.hour[lane] >= post.sent);
        delivered[lane] = mask(block.status[lane] <= Status::Muted as u32) | left_later;
    }
    if today.reach < 1.0 {
        let words = words.of_reach(post, block, today);
        for lane in 0..LANES {
            delivered[lane] &= mask(uniform(words[lane]) < today.reach);
        }
    }
    super::count(&delivered)
}
