//! A member: traits, state, and one day of it, mechanism by mechanism in the order of docs/model.md.

use statrs::distribution::{self, ContinuousCDF};
use wearout_core::parameter::Parameters;
use wearout_core::tally::{REPEATS, Repeat};
use wearout_core::units::{Kind, Privacy, Trigger};

use super::luck::{Luck, Slot};
use super::{Counts, DAY, Design, Horizon, Post, PostCounts};

/// What a member is, once and for all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traits {
    pub fit: f64,
    pub expectation: f64,
    pub frailty: f64,
    /// Reads of one content that it bears.
    pub patience: f64,
    /// Chance of a visit on a day, while not muted.
    pub presence: f64,
}

/// The laws traits are drawn from: Beta shapes, Gamma shape and rate.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// Beta.
    pub fit: (f64, f64),
    /// Gamma, mean 1.
    pub frailty: (f64, f64),
    /// Gamma, of what is above 1.
    pub patience: (f64, f64),
    /// Beta.
    pub presence: (f64, f64),
    relation: f64,
    cold_expectation: f64,
}

impl Law {
    /// The laws in a group of mean fit phi and relation omega.
    pub fn new(p: &Parameters, fit: f64, relation: f64) -> Law {
        let beta = |mean: f64, concentration: f64| (concentration * mean, concentration * (1.0 - mean));
        Law {
            fit: beta(fit, p.fit_concentration),
            frailty: (1.0 / p.frailty_variance, 1.0 / p.frailty_variance),
            patience: (p.patience_shape, p.patience_shape / (p.patience_mean - 1.0)),
            presence: beta(p.presence_mean, p.presence_concentration),
            relation,
            cold_expectation: p.cold_expectation,
        }
    }

    /// Traits at one uniform each, by inverse CDF.
    pub fn traits(&self, fit: f64, frailty: f64, patience: f64, presence: f64) -> Traits {
        let beta = |(a, b), u| distribution::Beta::new(a, b).expect("shapes above 0").inverse_cdf(u);
        let gamma = |(shape, rate), u| distribution::Gamma::new(shape, rate).expect("shapes above 0").inverse_cdf(u);
        self.assemble(
            beta(self.fit, fit),
            gamma(self.frailty, frailty),
            gamma(self.patience, patience),
            beta(self.presence, presence),
        )
    }

    /// Traits from values drawn from the four laws.
    pub fn assemble(&self, fit: f64, frailty: f64, patience_above_one: f64, presence: f64) -> Traits {
        let expectation = (1.0 - self.relation) * self.cold_expectation + self.relation * fit;
        Traits { fit, expectation, frailty, patience: 1.0 + patience_above_one, presence }
    }
}

/// Where a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Active,
    Muted,
    Left,
    Blocked,
}

/// A question that waits for its answer or for the asker's patience to end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// Day on which it was asked.
    pub asked: u32,
    /// Hour at which it resolves.
    pub resolves_at: f64,
    /// Whether the reply comes first.
    pub success: bool,
}

/// A spell in which a member would buy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Need {
    /// Its number, k.
    pub number: u32,
    /// Hour at which it starts, a.
    pub start: f64,
    /// Hour at which it ends, b.
    pub end: f64,
}

impl Need {
    /// The first, stationary at 00:00 of day 1.
    pub fn first<L: Luck>(member: usize, traits: &Traits, p: &Parameters, luck: &L) -> Need {
        let rate = p.need_rate * traits.fit;
        let open = rate * p.need_days;
        let start = if luck.need_open(member) < open / (1.0 + open) { 0.0 } else { Need::wait(member, 0, rate, luck) };
        Need { number: 0, start, end: start + Need::length(member, 0, p, luck) }
    }

    fn wait<L: Luck>(member: usize, number: u32, rate: f64, luck: &L) -> f64 {
        -DAY * (-luck.need_wait(member, number)).ln_1p() / rate
    }

    fn length<L: Luck>(member: usize, number: u32, p: &Parameters, luck: &L) -> f64 {
        -DAY * p.need_days * (-luck.need_length(member, number)).ln_1p()
    }
}

/// One member.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub id: usize,
    pub traits: Traits,
    pub status: Status,
    pub fatigue: f64,
    pub trust: f64,
    /// Hour of the last visit; minus infinity before the first.
    pub last_visit: f64,
    /// Reads of each content that can come again.
    pub reads: Vec<f64>,
    pub bought: bool,
    /// The need at hand; `None` with the switch off.
    pub need: Option<Need>,
    pub question: Option<Question>,
    /// Has read a post with a gift in it.
    pub saw_gift: bool,
}

impl Member {
    /// A member on the eve of day 1.
    pub fn new(id: usize, traits: Traits, need: Option<Need>, trust: f64, contents: usize) -> Member {
        Member {
            id,
            traits,
            status: Status::Active,
            fatigue: 0.0,
            trust,
            last_visit: f64::NEG_INFINITY,
            reads: vec![0.0; contents],
            bought: false,
            need,
            question: None,
            saw_gift: false,
        }
    }

    /// Left or blocked.
    pub fn gone(&self) -> bool {
        matches!(self.status, Status::Left | Status::Blocked)
    }
}

/// A post that went out.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Its place among the plan's posts.
    pub index: usize,
    /// Its calendar slot.
    pub slot: Slot,
    /// Hour at which it was sent.
    pub goes_out: f64,
    /// Hour of its arrival.
    pub at: f64,
    /// Delivery factor, D.
    pub factor: f64,
    /// What it is.
    pub post: &'a Post,
}

/// What was fixed at 00:00 and holds all day.
#[derive(Debug, Clone, Copy)]
pub struct Today<'a> {
    /// Day, from 1.
    pub day: u32,
    /// Posts that may be in sight, in order of arrival.
    pub sent: &'a [Sent<'a>],
    /// Every post sent so far.
    pub history: &'a [Sent<'a>],
    /// Service reputation of the group, S.
    pub service: f64,
    /// Privacy incidents of the day.
    pub incidents: u32,
    /// What the exits of others do to irritation and distrust (1: nothing).
    pub hazard_factor: f64,
    /// Reply policy, privacy, reach and switches.
    pub design: &'a Design,
}

impl Today<'_> {
    fn start(&self) -> f64 {
        DAY * f64::from(self.day - 1)
    }
}

/// Where a day's events are written down.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Of today.
    pub counts: Counts,
    /// Of each post so far.
    pub posts: Vec<PostCounts>,
    /// Of reads, by earlier reads of the same content.
    pub repeats: [Repeat; REPEATS],
}

impl Ledger {
    /// An empty ledger for that many posts.
    pub fn new(posts: usize) -> Ledger {
        Ledger {
            counts: Counts::default(),
            posts: vec![PostCounts::default(); posts],
            repeats: [Repeat::default(); REPEATS],
        }
    }
}

/// What a visit leaves behind for the decision to quit.
#[derive(Default)]
struct Impression<'a> {
    /// Lowest value read, V-.
    lowest_value: Option<f64>,
    /// Hazards of all reads together, H.
    irritation: f64,
    last_read: Option<&'a Sent<'a>>,
    /// Row of the ledger's repeats to which that read belongs.
    last_row: usize,
    over_patience: bool,
    broken_link: bool,
}

/// One member's day: the incident, then at most one visit.
pub fn day<L: Luck>(member: &mut Member, today: &Today, p: &Parameters, luck: &L, ledger: &mut Ledger) {
    if member.gone() {
        return;
    }
    if leaves_after_incident(member, today, p, luck) {
        member.status = Status::Left;
        ledger.counts.leak_exits += 1;
        return;
    }
    ledger.counts.member_days += 1;
    let mut gone_at = f64::INFINITY;
    let presence = presence(member, p);
    if luck.presence(member.id, today.day) < presence {
        let now = today.start() + visit_hour(p, luck.visit_time(member.id, today.day, presence));
        visit(member, now, today, p, luck, ledger);
        if member.gone() {
            gone_at = now;
        }
    }
    let addressed = |post: &&Sent| {
        post.slot.day == today.day && post.goes_out <= gone_at && is_addressed(member.id, post, today, luck)
    };
    ledger.counts.delivered += today.sent.iter().filter(addressed).count() as u64;
}

/// Several incidents are one draw.
fn leaves_after_incident<L: Luck>(member: &Member, today: &Today, p: &Parameters, luck: &L) -> bool {
    today.incidents > 0 && luck.leak(member.id, today.day) < 1.0 - (1.0 - p.leak_exit).powi(today.incidents as i32)
}

/// Chance of a visit today: muted members look now and then.
fn presence(member: &Member, p: &Parameters) -> f64 {
    member.traits.presence * if member.status == Status::Muted { p.mute_visit } else { 1.0 }
}

/// Hour of the day: quantile of Beta(2, 2), whose CDF is 3 x^2 - 2 x^3, over the waking hours.
fn visit_hour(p: &Parameters, u: f64) -> f64 {
    let x = 0.5 - ((1.0 - 2.0 * u).asin() / 3.0).sin();
    p.visit_from_hour + (p.visit_to_hour - p.visit_from_hour) * x
}

fn is_addressed<L: Luck>(member: usize, post: &Sent, today: &Today, luck: &L) -> bool {
    today.design.reach >= 1.0 || luck.reach(member, post.slot) < today.design.reach
}

fn visit<L: Luck>(member: &mut Member, now: f64, today: &Today, p: &Parameters, luck: &L, ledger: &mut Ledger) {
    let has_bought = take_answer(member, now, p, luck, &mut ledger.counts);
    if has_bought && has_need(member, now, p, luck) {
        serve(member, now);
    }
    let since = oldest_visible(member, now, today);
    forget(member, now, today, p);
    member.last_visit = now;

    let id = member.id;
    let visible = |post: &&Sent| post.at > since && post.at <= now && is_addressed(id, post, today, luck);
    let passed_over = today.sent.iter().filter(visible).count().saturating_sub(MOST_OFFERED);
    let mut impression = Impression::default();
    for post in today.sent.iter().filter(visible).skip(passed_over) {
        let probability = read_probability(member, post, p);
        if luck.read(id, post.slot) < probability {
            read(member, post, today, p, (luck, probability), ledger, &mut impression);
        }
    }

    ask(member, now, today, p, luck, &mut ledger.counts);
    quit(member, &impression, today, p, luck, ledger);
    drift(member, today, p);
}

/// Posts offered at one visit; the older ones are passed over for good.
const MOST_OFFERED: usize = 10;

/// Posts delivered after this hour can be seen: since the last visit, and for 24 h unless that visit was yesterday.
fn oldest_visible(member: &Member, now: f64, today: &Today) -> f64 {
    let visited_yesterday = member.last_visit >= today.start() - DAY;
    if visited_yesterday { member.last_visit } else { member.last_visit.max(now - DAY) }
}

/// Fatigue decays since the last visit; with the switch on, so do earlier reads.
fn forget(member: &mut Member, now: f64, today: &Today, p: &Parameters) {
    if member.last_visit == f64::NEG_INFINITY {
        return;
    }
    let gap = now - member.last_visit;
    member.fatigue *= (-gap / p.fatigue_half_life).exp2();
    if today.design.switches.repeat_memory {
        let kept = (-gap / (DAY * p.repeat_memory_days)).exp2();
        member.reads.iter_mut().for_each(|n| *n *= kept);
    }
}

fn read_probability(member: &Member, post: &Sent, p: &Parameters) -> f64 {
    let wish = p.read_base + p.read_per_expectation * member.traits.expectation;
    post.factor * logistic(wish - p.read_per_fatigue * member.fatigue.ln_1p())
}

/// What a post of that kind is worth to someone it does not fit, `u_k`.
fn own_value(kind: Kind, p: &Parameters) -> f64 {
    match kind {
        Kind::Hard => 0.0,
        Kind::Reminder => p.value_reminder,
        Kind::Preview => p.value_preview,
        Kind::Testimonial => p.value_testimonial,
        Kind::Useful => p.useful_value,
    }
}

/// After a read, which had probability `given`: count, click, purchase, interaction, fatigue; v and w are those from before it.
fn read<'a, L: Luck>(
    member: &mut Member,
    sent: &'a Sent<'a>,
    today: &Today,
    p: &Parameters,
    (luck, given): (&L, f64),
    ledger: &mut Ledger,
    impression: &mut Impression<'a>,
) {
    let (post, counts, of_post) = (sent.post, &mut ledger.counts, &mut ledger.posts[sent.index]);
    let earlier_reads = post.content.map_or(0.0, |content| member.reads[content]);
    let x = post.relevance * member.traits.fit;
    let u = own_value(post.kind, p);
    let w = (-p.wear_elasticity * p.attention_wear * earlier_reads).exp();
    let v = (x + (1.0 - x) * u) * w;
    // The model has n = 0 and says nothing of a read more than half forgotten; the engine rounds it away, as its repeats do.
    let wear_in = if today.design.switches.wear_in && earlier_reads < 0.5 { 1.0 - p.wear_in } else { 1.0 };
    let row = (earlier_reads.round() as usize).min(REPEATS - 1);

    counts.reads += 1;
    of_post.reads += 1;
    ledger.repeats[row].reads += 1;
    counts.unwanted_reads += u64::from(v < p.unwanted_below);
    counts.dwell += (p.dwell_base + p.dwell_per_value * x) * p.dwell_wear.powf(earlier_reads);
    if let Some(content) = post.content {
        member.reads[content] += 1.0;
    }
    let now = member.last_visit;
    let needy = has_need(member, now, p, luck);
    let curious = p.click_given_read * x;
    let drawn = if needy { curious.max(p.click_given_need * post.relevance) } else { curious };
    let click = drawn * post.offer * w * wear_in;
    if luck.click(member.id, sent.slot, given) < click {
        counts.clicks += 1;
        of_post.clicks += 1;
        ledger.repeats[row].clicks += 1;
        let buys = if post.flags.broken_link {
            false
        } else if let Some(need) = member.need.filter(|_| needy) {
            let suited = luck.suits(member.id, need.number, debut(sent, today)) < p.purchase_given_need * w * wear_in;
            if suited {
                serve(member, now);
            }
            suited
        } else {
            !member.bought && luck.purchase(member.id, sent.slot, given * click) < p.purchase_given_click * w * wear_in
        };
        counts.purchases += u64::from(buys);
        counts.buyers += u64::from(buys && !member.bought);
        member.bought |= buys;
    }
    if luck.interaction(member.id, sent.slot) < logistic(p.interaction_base + p.interaction_slope * v) {
        counts.interactions += 1;
    }
    member.fatigue += 1.0 - u;
    if today.design.switches.expectation_learning {
        member.traits.expectation += p.expectation_learning * (v - member.traits.expectation);
    }

    member.saw_gift |= post.flags.gift;
    impression.irritation += irritation(v, member.fatigue, p);
    impression.lowest_value = Some(impression.lowest_value.map_or(v, |lowest| lowest.min(v)));
    impression.last_read = Some(sent);
    impression.last_row = row;
    impression.over_patience |= earlier_reads + 1.0 > member.traits.patience;
    impression.broken_link |= post.flags.broken_link;
}

/// Advances the member's need to an hour; whether it is open then.
fn has_need<L: Luck>(member: &mut Member, now: f64, p: &Parameters, luck: &L) -> bool {
    let (id, rate) = (member.id, p.need_rate * member.traits.fit);
    let Some(need) = &mut member.need else { return false };
    while now >= need.end {
        need.number += 1;
        need.start = need.end + Need::wait(id, need.number, rate, luck);
        need.end = need.start + Need::length(id, need.number, p, luck);
    }
    need.start <= now
}

/// A purchase ends the need.
fn serve(member: &mut Member, now: f64) {
    member.need.as_mut().expect("an open need is served").end = now;
}

/// First slot of a post's content; its own where the content never comes again.
fn debut(sent: &Sent, today: &Today) -> Slot {
    let same = |post: &&Post| post.content.is_some() && post.content == sent.post.content;
    today.design.posts.iter().find(same).map_or(sent.slot, |first| first.slot)
}

/// Log of a read's hazard, as a hazard before frailty.
fn irritation(value: f64, fatigue: f64, p: &Parameters) -> f64 {
    (p.irritation_base + p.irritation_slope * (1.0 - value) + p.irritation_per_fatigue * fatigue.ln_1p()).exp()
}

/// An active member without an open question may ask one.
fn ask<L: Luck>(member: &mut Member, now: f64, today: &Today, p: &Parameters, luck: &L, counts: &mut Counts) {
    if member.status != Status::Active || member.question.is_some() {
        return;
    }
    let voice = (p.voice_per_trust * (member.trust - p.trust_at_entry)).exp();
    let probability = (p.question_rate * voice * member.traits.fit / p.question_fit_scale).min(1.0);
    if luck.question(member.id, today.day) >= probability {
        return;
    }
    counts.questions += 1;
    let patience = reply_patience(p, luck.reply_patience(member.id, today.day));
    let delay = match today.design.reply {
        Some(mean) if luck.answered(member.id, today.day) < today.design.answered => {
            reply_delay(mean, luck.reply_delay(member.id, today.day))
        }
        _ => f64::INFINITY,
    };
    let success = delay < patience;
    counts.answers += u64::from(success);
    member.question = Some(Question { asked: today.day, resolves_at: now + delay.min(patience), success });
}

/// Quantile of the exponential law of reply delays, R.
pub fn reply_delay(mean: f64, u: f64) -> f64 {
    -mean * (-u).ln_1p()
}

/// Quantile of the Weibull law of askers' patience, W.
pub fn reply_patience(p: &Parameters, u: f64) -> f64 {
    p.reply_patience_scale * (-(-u).ln_1p()).powf(1.0 / p.reply_patience_shape)
}

/// A question that has resolved by now moves its asker's trust and may sell; whether it did.
fn take_answer<L: Luck>(member: &mut Member, now: f64, p: &Parameters, luck: &L, counts: &mut Counts) -> bool {
    let Some(question) = member.question.filter(|question| question.resolves_at <= now) else { return false };
    member.question = None;
    member.trust += p.own_reply_weight * (f64::from(u8::from(question.success)) - member.trust);
    let buys = question.success && luck.inquiry_purchase(member.id, question.asked) < p.purchase_given_answer;
    counts.inquiry_purchases += u64::from(buys);
    buys
}

/// One decision a visit: irritation, distrust and repetition compete.
fn quit<L: Luck>(
    member: &mut Member,
    impression: &Impression,
    today: &Today,
    p: &Parameters,
    luck: &L,
    ledger: &mut Ledger,
) {
    let irritation = today.hazard_factor * irritation_hazard(member, impression, today, p);
    let distrust = today.hazard_factor * distrust_hazard(member, today.design.privacy, p);
    let repetition = if impression.over_patience { p.over_patience_hazard } else { 0.0 };
    let total = irritation + distrust + repetition;
    if luck.quit(member.id, today.day) >= 1.0 - (-total).exp() {
        return;
    }
    let cause = luck.cause(member.id, today.day) * total;
    let by_repetition = cause >= irritation + distrust;
    let block_share = if by_repetition {
        p.block_when_over_patience
    } else if cause < irritation {
        irritated_block_share(impression, p)
    } else {
        0.0
    };
    let becomes = if !by_repetition && luck.mute(member.id, today.day) < p.mute_share {
        Status::Muted
    } else if luck.block(member.id, today.day) < block_share {
        Status::Blocked
    } else {
        Status::Left
    };
    let mut repeat = Repeat::default();
    match becomes {
        Status::Active => unreachable!("nobody quits into activity"),
        Status::Muted => repeat.muted = u64::from(member.status != Status::Muted),
        Status::Left => repeat.left = 1,
        Status::Blocked => {
            repeat.blocked = 1;
            if luck.report(member.id, today.day, block_share) < p.report_given_block {
                repeat.reports = 1;
                for post in reported(member, impression, today, luck) {
                    ledger.posts[post].reports += 1;
                }
            }
        }
    }
    member.status = becomes;
    ledger.counts.mutes += repeat.muted;
    ledger.counts.leaves += repeat.left;
    ledger.counts.blocks += repeat.blocked;
    ledger.counts.reports += repeat.reports;
    if impression.last_read.is_some() {
        let row = &mut ledger.repeats[impression.last_row];
        row.muted += repeat.muted;
        row.left += repeat.left;
        row.blocked += repeat.blocked;
        row.reports += repeat.reports;
    }
}

/// The posts that a report counts against.
fn reported<L: Luck>(member: &Member, impression: &Impression, today: &Today, luck: &L) -> Vec<usize> {
    if today.design.trigger != Trigger::Carried {
        return vec![impression.last_read.expect("only a reader blocks").index];
    }
    let now = member.last_visit;
    let mut delivered: Vec<&Sent> =
        today.history.iter().filter(|post| post.at <= now && is_addressed(member.id, post, today, luck)).collect();
    delivered.sort_by(|a, b| b.at.total_cmp(&a.at).then((b.slot.day, b.slot.post).cmp(&(a.slot.day, a.slot.post))));
    delivered.iter().take(POSTS_CARRIED).map(|post| post.index).collect()
}

/// Posts that a report hands over.
const POSTS_CARRIED: usize = 5;

/// h1: nothing was read, nothing irritates. Every read counts, or with that switch off the worst, at the visit's end.
fn irritation_hazard(member: &Member, impression: &Impression, today: &Today, p: &Parameters) -> f64 {
    let Some(lowest) = impression.lowest_value else { return 0.0 };
    let every_read = today.design.switches.every_read == Some(true);
    let hazard = if every_read { impression.irritation } else { irritation(lowest, member.fatigue, p) };
    let flags = if impression.broken_link { p.broken_link_factor } else { 1.0 };
    member.traits.frailty * hazard * flags
}

/// h2: at every visit.
fn distrust_hazard(member: &Member, privacy: Privacy, p: &Parameters) -> f64 {
    let ignored = if privacy == Privacy::Ignored { p.privacy_hazard } else { 0.0 };
    member.traits.frailty * (p.distrust_base - p.trust_protection * member.trust).exp() + ignored
}

/// Share of irritated leavers who block, by the marks of the last post read.
fn irritated_block_share(impression: &Impression, p: &Parameters) -> f64 {
    let Some(last) = impression.last_read else { return 0.0 };
    let unlabelled = if last.post.flags.unlabelled { p.unlabelled_factor } else { 1.0 };
    let everyone = if last.post.flags.everyone { p.everyone_factor } else { 1.0 };
    (p.block_share * unlabelled * everyone).min(1.0)
}

/// Trust drifts to what the group says of the sender, cut where privacy is ignored.
fn drift(member: &mut Member, today: &Today, p: &Parameters) {
    let privacy = if today.design.privacy == Privacy::Ignored { 1.0 - p.privacy_trust_cut } else { 1.0 };
    member.trust += p.trust_drift * (today.service * privacy - member.trust);
}

/// The horizon: a question that resolved takes effect, then the outcomes of the next 30 days are drawn once.
pub fn horizon<L: Luck>(
    member: &mut Member,
    design: &Design,
    p: &Parameters,
    luck: &L,
    last_day: &mut Counts,
    after: &mut Horizon,
) {
    if member.gone() {
        return;
    }
    take_answer(member, DAY * f64::from(design.days), p, luck, last_day);
    let repurchase = logistic(p.repurchase_base + p.outcome_per_trust * member.trust);
    let gift = if member.saw_gift { p.gift_factor } else { 1.0 };
    let complaint = (gift * logistic(p.complaint_base - p.outcome_per_trust * member.trust)).min(1.0);
    let recommend = logistic(p.recommend_base + p.recommend_per_trust * member.trust);

    after.members += 1;
    after.repurchase_expected += repurchase;
    after.complaint_expected += complaint;
    after.recommend_expected += recommend;
    let buys_again = luck.repurchase(member.id) < repurchase;
    after.repurchases += u64::from(buys_again);
    after.repurchases_of_buyers += u64::from(buys_again && member.bought);
    after.complaints += u64::from(luck.complaint(member.id) < complaint);
    after.recommendations += u64::from(luck.recommend(member.id) < recommend);
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
