//! The model in plain Rust, as a Rust programmer would write it who does not think of SIMD: a struct a member, `rand`, `f64`, the
//! platform's exp and ln, one thread.
//!
//! Comes in: the compiled plan of [`super::plan`]. Goes out: counts by day of one replicate. Written for speed: a member who does
//! not come costs one draw; what follows from a bound is not computed (`rested`: nobody reads more often than someone rested).
//! Not here: what no case has (marks, reach, selection, groups, switches).

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution, Exp, Exp1, Gamma, Poisson, Weibull};
use serde::Deserialize;

use super::plan::Case;

const DAY: f64 = 24.0;

/// The parameters this model knows, by the names of the file.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Parameters {
    presence_mean: f64,
    presence_concentration: f64,
    fit_concentration: f64,
    frailty_variance: f64,
    patience_mean: f64,
    patience_shape: f64,
    cold_expectation: f64,
    mute_visit: f64,
    visit_from_hour: f64,
    visit_to_hour: f64,
    read_base: f64,
    read_per_expectation: f64,
    read_per_fatigue: f64,
    fatigue_half_life: f64,
    attention_wear: f64,
    wear_elasticity: f64,
    dwell_base: f64,
    dwell_per_value: f64,
    dwell_wear: f64,
    unwanted_below: f64,
    click_given_read: f64,
    purchase_given_click: f64,
    interaction_base: f64,
    interaction_slope: f64,
    irritation_base: f64,
    irritation_slope: f64,
    irritation_per_fatigue: f64,
    distrust_base: f64,
    trust_protection: f64,
    over_patience_hazard: f64,
    mute_share: f64,
    block_share: f64,
    block_when_over_patience: f64,
    report_given_block: f64,
    question_rate: f64,
    question_fit_scale: f64,
    voice_per_trust: f64,
    reply_patience_shape: f64,
    reply_patience_scale: f64,
    own_reply_weight: f64,
    service_step: f64,
    purchase_given_answer: f64,
    trust_at_entry: f64,
    trust_drift: f64,
    leak_exit: f64,
    repurchase_base: f64,
    complaint_base: f64,
    recommend_base: f64,
    outcome_per_trust: f64,
    recommend_per_trust: f64,
    enforce_prob: f64,
}

/// What happened on one day.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) delivered: u64,
    pub(crate) reads: u64,
    pub(crate) clicks: u64,
    pub(crate) interactions: u64,
    pub(crate) purchases: u64,
    pub(crate) questions: u64,
    pub(crate) answers: u64,
    pub(crate) inquiry_purchases: u64,
    pub(crate) leaves: u64,
    pub(crate) blocks: u64,
    pub(crate) leak_exits: u64,
    pub(crate) mutes: u64,
    pub(crate) reports: u64,
    pub(crate) unwanted_reads: u64,
    pub(crate) dwell_seconds: f64,
    pub(crate) member_days: u64,
    pub(crate) privacy_complaints: u64,
    /// Expected messages of active members at 00:00.
    pub(crate) activity: f64,
}

/// One replicate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub(crate) days: Vec<Counts>,
    /// Posts whose reports earned a limit, which is counted and never applied.
    pub(crate) limits: u64,
    pub(crate) active: u64,
    pub(crate) muted: u64,
    pub(crate) repurchases: u64,
    pub(crate) repurchases_of_buyers: u64,
    pub(crate) complaints: u64,
    pub(crate) recommendations: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Active,
    Muted,
    Left,
    Blocked,
}

/// A member; times are hours from the campaign's first 00:00.
struct Member {
    fit: f64,
    frailty: f64,
    patience: f64,
    presence: f64,
    /// exp(-logit) of reading when rested.
    unread_odds: f64,
    status: Status,
    trust: f64,
    /// exp(`voice_per_trust` (trust - `trust_at_entry`)), kept because activity asks for it every day.
    voice: f64,
    fatigue: f64,
    /// When fatigue had that value; it is let down only when it matters.
    fatigue_at: f64,
    last_visit: f64,
    /// When the open question resolves; infinite without one.
    due: f64,
    answered: bool,
    bought: bool,
}

/// A post that goes out, with what does not depend on who reads it.
struct Post {
    index: usize,
    at: f64,
    delivery: f64,
    relevance: f64,
    value: f64,
    click: f64,
    content: Option<usize>,
}

/// A campaign with its constants, ready for any number of replicates.
pub(crate) struct Campaign {
    p: Parameters,
    days: u32,
    members: usize,
    service: f64,
    privacy_hazard: f64,
    trust_ceiling: f64,
    posts: Vec<Post>,
    /// For each day, the first post in sight (of the day before), the first of the day and the first after it.
    sights: Vec<(usize, usize, usize)>,
    contents: usize,
    reporters: u64,
    fit: Beta<f64>,
    frailty: Gamma<f64>,
    patience: Gamma<f64>,
    presence: Beta<f64>,
    expectation: (f64, f64),
    reply: Option<Exp<f64>>,
    answered: f64,
    reply_patience: Weibull<f64>,
    leaks: Poisson<f64>,
    complaints: Poisson<f64>,
    /// ln of the decay of fatigue per hour.
    decay: f64,
    /// Factor on value, clicks and purchases for each earlier read.
    wear: f64,
    /// Nobody interacts more often.
    most_interaction: f64,
    /// Hazard of distrust at zero trust: nobody of frailty 1 has more.
    most_distrust: f64,
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Campaign {
    pub(crate) fn new(case: &Case, p: &Parameters) -> Campaign {
        let p = *p;
        let beta = |mean: f64, concentration: f64| {
            Beta::new(mean * concentration, (1.0 - mean) * concentration).expect("shapes above 0")
        };
        let gamma = |shape: f64, mean: f64| Gamma::new(shape, mean / shape).expect("shapes above 0");
        let posts: Vec<Post> = case
            .posts
            .iter()
            .enumerate()
            .map(|(index, post)| Post {
                index,
                at: DAY * f64::from(post.day) + post.hour,
                delivery: delivery(case, post.day),
                relevance: post.relevance,
                value: post.value,
                click: p.click_given_read * post.offer,
                content: post.content,
            })
            .collect();
        let first_of = |day: u32| case.posts.partition_point(|post| post.day < day);
        let sights: Vec<_> =
            (0..case.days).map(|day| (first_of(day.saturating_sub(1)), first_of(day), first_of(day + 1))).collect();
        assert!(sights.iter().all(|(from, _, to)| to - from <= 10), "of more than ten posts only the last are offered");
        Campaign {
            p,
            days: case.days,
            members: case.members as usize,
            service: case.service,
            privacy_hazard: case.privacy_hazard,
            trust_ceiling: case.trust_ceiling,
            posts,
            sights,
            contents: case.repeated_contents,
            reporters: case.rules["reports"]["reporters"].as_u64().expect("the profile has this rule"),
            fit: beta(case.fit, p.fit_concentration),
            frailty: gamma(1.0 / p.frailty_variance, 1.0),
            patience: gamma(p.patience_shape, p.patience_mean - 1.0),
            presence: beta(p.presence_mean, p.presence_concentration),
            expectation: ((1.0 - case.relation) * p.cold_expectation, case.relation),
            reply: case.reply_hours.map(|hours| Exp::new(1.0 / hours).expect("a mean above 0")),
            answered: case.answered,
            reply_patience: Weibull::new(p.reply_patience_scale, p.reply_patience_shape).expect("both above 0"),
            leaks: Poisson::new(case.leaks_per_month / 30.0).expect("a mean above 0"),
            complaints: Poisson::new(case.complaints_per_month / 30.0).expect("a mean above 0"),
            decay: -std::f64::consts::LN_2 / p.fatigue_half_life,
            wear: (-p.wear_elasticity * p.attention_wear).exp(),
            most_interaction: logistic(p.interaction_base + p.interaction_slope.max(0.0)),
            most_distrust: p.distrust_base.exp(),
        }
    }

    pub(crate) fn replicate(&self, seed: u64) -> Record {
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut members: Vec<Member> = (0..self.members).map(|_| self.join(&mut rng)).collect();
        let mut reads = vec![0_u32; self.members * self.contents];
        let mut reports = vec![0_u64; self.posts.len()];
        let mut record = Record::default();
        let mut service = self.p.trust_at_entry;
        let mut days = Vec::with_capacity(self.days as usize);
        for (day, &(from, first, to)) in self.sights.iter().enumerate() {
            if day > 0 {
                service += self.p.service_step * (self.service - service);
            }
            days.push(Today {
                start: DAY * day as f64,
                leak_exit: 1.0 - (1.0 - self.p.leak_exit).powf(self.leaks.sample(&mut rng)),
                trust_target: service * self.trust_ceiling,
                in_sight: &self.posts[from..to],
                fresh: &self.posts[first..to],
            });
            let privacy_complaints = self.complaints.sample(&mut rng) as u64;
            record.days.push(Counts { privacy_complaints, ..Counts::default() });
        }
        // Nothing couples members under this profile, so each lives its whole campaign while it is in the cache.
        for (i, member) in members.iter_mut().enumerate() {
            let reads = &mut reads[i * self.contents..][..self.contents];
            for (today, counts) in days.iter().zip(&mut record.days) {
                self.live(member, reads, today, counts, &mut reports, &mut rng);
                if matches!(member.status, Status::Left | Status::Blocked) {
                    break;
                }
            }
        }
        for _ in reports.iter().filter(|reports| **reports > self.reporters) {
            record.limits += u64::from(rng.random_bool(self.p.enforce_prob));
        }
        let mut inquiry_purchases = 0;
        for member in &mut members {
            self.close(member, &mut inquiry_purchases, &mut record, &mut rng);
        }
        record.days.last_mut().expect("a campaign has a day").inquiry_purchases += inquiry_purchases;
        record
    }

    fn join(&self, rng: &mut SmallRng) -> Member {
        let fit = self.fit.sample(rng);
        let expectation = self.expectation.0 + self.expectation.1 * fit;
        Member {
            fit,
            frailty: self.frailty.sample(rng),
            patience: if self.contents > 0 { 1.0 + self.patience.sample(rng) } else { f64::INFINITY },
            presence: self.presence.sample(rng),
            unread_odds: (-self.p.read_base - self.p.read_per_expectation * expectation).exp(),
            status: Status::Active,
            trust: self.p.trust_at_entry,
            voice: 1.0,
            fatigue: 0.0,
            fatigue_at: 0.0,
            last_visit: f64::NEG_INFINITY,
            due: f64::INFINITY,
            answered: false,
            bought: false,
        }
    }

    #[inline]
    fn live(
        &self,
        member: &mut Member,
        reads: &mut [u32],
        today: &Today<'_>,
        counts: &mut Counts,
        reports: &mut [u64],
        rng: &mut SmallRng,
    ) {
        let p = &self.p;
        let mut presence = member.presence;
        if member.status == Status::Active {
            counts.activity += presence * member.voice;
        } else {
            presence *= p.mute_visit;
        }
        if today.leak_exit > 0.0 && rng.random::<f64>() < today.leak_exit {
            member.status = Status::Left;
            counts.leak_exits += 1;
            return;
        }
        counts.member_days += 1;
        counts.delivered += today.fresh.len() as u64;
        if rng.random::<f64>() >= presence {
            return;
        }

        // Beta(2, 2) is the law of the median of three uniforms.
        let (a, b, c) = (rng.random::<f64>(), rng.random::<f64>(), rng.random::<f64>());
        let median = a.min(b).max(a.max(b).min(c));
        let now = today.start + p.visit_from_hour + (p.visit_to_hour - p.visit_from_hour) * median;
        if member.due <= now {
            self.take_answer(member, &mut counts.inquiry_purchases, rng);
        }
        let visit = self.read(member, now, reads, today, counts, rng);
        member.last_visit = now;
        if member.status == Status::Active && member.due == f64::INFINITY {
            self.ask(member, now, counts, rng);
        }
        self.quit(member, &visit, today, counts, reports, rng);
        member.trust += p.trust_drift * (today.trust_target - member.trust);
        member.voice = self.voice(member.trust);
    }

    #[inline]
    fn read(
        &self,
        member: &mut Member,
        now: f64,
        reads: &mut [u32],
        today: &Today<'_>,
        counts: &mut Counts,
        rng: &mut SmallRng,
    ) -> Visit {
        let p = &self.p;
        let mut visit = Visit { lowest: f64::INFINITY, last: 0, over_patience: false };
        let came_yesterday = member.last_visit >= today.start - DAY;
        let since = if came_yesterday { member.last_visit } else { member.last_visit.max(now - DAY) };
        for post in today.in_sight {
            if post.at <= since {
                continue;
            }
            if post.at > now {
                break;
            }
            let u: f64 = rng.random();
            let rested = post.delivery / (1.0 + member.unread_odds);
            if u >= rested {
                continue;
            }
            if member.fatigue > 0.0 {
                member.fatigue *= (self.decay * (now - member.fatigue_at)).exp();
                let tired = (p.read_per_fatigue * member.fatigue.ln_1p()).exp();
                member.fatigue_at = now;
                if u * (1.0 + member.unread_odds * tired) >= post.delivery {
                    continue;
                }
            }
            member.fatigue_at = now;

            let x = post.relevance * member.fit;
            let (mut w, mut dwell) = (1.0, p.dwell_base + p.dwell_per_value * x);
            if let Some(content) = post.content {
                let earlier = reads[content] as i32;
                reads[content] += 1;
                w = self.wear.powi(earlier);
                dwell *= p.dwell_wear.powi(earlier);
                visit.over_patience |= f64::from(earlier + 1) > member.patience;
            }
            let v = (x + (1.0 - x) * post.value) * w;
            counts.reads += 1;
            counts.dwell_seconds += dwell;
            counts.unwanted_reads += u64::from(v < p.unwanted_below);
            if rng.random::<f64>() < post.click * x * w {
                counts.clicks += 1;
                if !member.bought && rng.random::<f64>() < p.purchase_given_click * w {
                    member.bought = true;
                    counts.purchases += 1;
                }
            }
            let u: f64 = rng.random();
            if u < self.most_interaction && u < logistic(p.interaction_base + p.interaction_slope * v) {
                counts.interactions += 1;
            }
            member.fatigue += 1.0 - post.value;
            visit.lowest = visit.lowest.min(v);
            visit.last = post.index;
        }
        visit
    }

    #[inline]
    fn ask(&self, member: &mut Member, now: f64, counts: &mut Counts, rng: &mut SmallRng) {
        let probability = self.p.question_rate / self.p.question_fit_scale * member.voice * member.fit;
        if rng.random::<f64>() >= probability {
            return;
        }
        let delay = match &self.reply {
            Some(reply) if rng.random::<f64>() < self.answered => reply.sample(rng),
            _ => f64::INFINITY,
        };
        let patience = self.reply_patience.sample(rng);
        member.due = now + delay.min(patience);
        member.answered = delay < patience;
        counts.questions += 1;
        counts.answers += u64::from(member.answered);
    }

    fn take_answer(&self, member: &mut Member, purchases: &mut u64, rng: &mut SmallRng) {
        let result = f64::from(u8::from(member.answered));
        member.trust += self.p.own_reply_weight * (result - member.trust);
        member.voice = self.voice(member.trust);
        member.due = f64::INFINITY;
        if member.answered && rng.random::<f64>() < self.p.purchase_given_answer {
            *purchases += 1;
        }
    }

    fn voice(&self, trust: f64) -> f64 {
        (self.p.voice_per_trust * (trust - self.p.trust_at_entry)).exp()
    }

    #[inline]
    fn quit(
        &self,
        member: &mut Member,
        visit: &Visit,
        today: &Today<'_>,
        counts: &mut Counts,
        reports: &mut [u64],
        rng: &mut SmallRng,
    ) {
        let p = &self.p;
        // Quits with probability 1 - exp(-h), which is the chance that an exponential variable is below h.
        let threshold: f64 = Exp1.sample(rng);
        let mut irritation = 0.0;
        if visit.lowest < f64::INFINITY {
            let log = p.irritation_base
                + p.irritation_slope * (1.0 - visit.lowest)
                + p.irritation_per_fatigue * member.fatigue.ln_1p();
            irritation = member.frailty * log.exp();
        }
        let repetition = if visit.over_patience { p.over_patience_hazard } else { 0.0 };
        let others = irritation + repetition + self.privacy_hazard;
        if threshold >= others + member.frailty * self.most_distrust {
            return;
        }
        let distrust =
            member.frailty * (p.distrust_base - p.trust_protection * member.trust).exp() + self.privacy_hazard;
        let total = irritation + distrust + repetition;
        if threshold >= total {
            return;
        }
        let cause = rng.random::<f64>() * total;
        let by_repetition = cause >= irritation + distrust;
        if !by_repetition && rng.random::<f64>() < p.mute_share {
            counts.mutes += u64::from(member.status == Status::Active);
            member.status = Status::Muted;
            return;
        }
        let block_share = if by_repetition {
            p.block_when_over_patience
        } else if cause < irritation {
            p.block_share
        } else {
            0.0
        };
        if rng.random::<f64>() < block_share {
            member.status = Status::Blocked;
            counts.blocks += 1;
            if rng.random::<f64>() < p.report_given_block {
                counts.reports += 1;
                reports[visit.last] += 1;
            }
        } else {
            member.status = Status::Left;
            counts.leaves += 1;
        }
        counts.delivered -= today.fresh.iter().filter(|post| post.at > member.last_visit).count() as u64;
    }

    fn close(&self, member: &mut Member, purchases: &mut u64, record: &mut Record, rng: &mut SmallRng) {
        let p = &self.p;
        match member.status {
            Status::Active => record.active += 1,
            Status::Muted => record.muted += 1,
            Status::Left | Status::Blocked => return,
        }
        if member.due <= DAY * f64::from(self.days) {
            self.take_answer(member, purchases, rng);
        }
        let buys_again = rng.random::<f64>() < logistic(p.repurchase_base + p.outcome_per_trust * member.trust);
        let complains = rng.random::<f64>() < logistic(p.complaint_base - p.outcome_per_trust * member.trust);
        let recommends = rng.random::<f64>() < logistic(p.recommend_base + p.recommend_per_trust * member.trust);
        record.repurchases += u64::from(buys_again);
        record.repurchases_of_buyers += u64::from(buys_again && member.bought);
        record.complaints += u64::from(complains);
        record.recommendations += u64::from(recommends);
    }
}

/// What holds for everyone for a day.
struct Today<'a> {
    start: f64,
    leak_exit: f64,
    trust_target: f64,
    /// Yesterday's and today's posts.
    in_sight: &'a [Post],
    /// Today's.
    fresh: &'a [Post],
}

/// What a visit leaves for the decision to quit.
struct Visit {
    /// Lowest value read; infinite if nothing was.
    lowest: f64,
    /// Index of the last post read.
    last: usize,
    over_patience: bool,
}

/// Delivery factor of posts sent on a day (from 0), under the two rules of the profile.
fn delivery(case: &Case, day: u32) -> f64 {
    let number = |rule: &str, key: &str| case.rules[rule][key].as_f64().expect("the profile has this rule");
    let window = day.saturating_sub(number("relevance", "window_days") as u32)..day;
    let recent: Vec<f64> =
        case.posts.iter().filter(|post| window.contains(&post.day)).map(|post| post.relevance).collect();
    let mut posting_days: Vec<u32> = case.posts.iter().map(|post| post.day).filter(|posted| *posted < day).collect();
    posting_days.dedup();
    let off_theme = !recent.is_empty()
        && recent.iter().sum::<f64>() / (recent.len() as f64) < number("relevance", "below")
        && posting_days.len() as f64 >= number("relevance", "post_days");
    let slow = f64::from(day + 1) >= number("slow", "from_day")
        && case.reply_hours.is_none_or(|hours| hours > number("slow", "above_hours"));
    let factor = |acts: bool, rule: &str| if acts { number(rule, "delivery") } else { 1.0 };
    factor(off_theme, "relevance") * factor(slow, "slow")
}

impl Record {
    /// Sums over the days, and the state at the end, by the names all sides share.
    pub(crate) fn totals(&self) -> [(&'static str, f64); 23] {
        let sum = |count: fn(&Counts) -> u64| self.days.iter().map(count).sum::<u64>() as f64;
        let sum_of = |quantity: fn(&Counts) -> f64| self.days.iter().map(quantity).sum::<f64>();
        [
            ("delivered", sum(|day| day.delivered)),
            ("reads", sum(|day| day.reads)),
            ("clicks", sum(|day| day.clicks)),
            ("interactions", sum(|day| day.interactions)),
            ("purchases", sum(|day| day.purchases)),
            ("questions", sum(|day| day.questions)),
            ("answers", sum(|day| day.answers)),
            ("inquiry_purchases", sum(|day| day.inquiry_purchases)),
            ("leaves", sum(|day| day.leaves)),
            ("blocks", sum(|day| day.blocks)),
            ("leak_exits", sum(|day| day.leak_exits)),
            ("mutes", sum(|day| day.mutes)),
            ("reports", sum(|day| day.reports)),
            ("unwanted_reads", sum(|day| day.unwanted_reads)),
            ("member_days", sum(|day| day.member_days)),
            ("privacy_complaints", sum(|day| day.privacy_complaints)),
            ("dwell_seconds", sum_of(|day| day.dwell_seconds)),
            ("activity", sum_of(|day| day.activity)),
            ("active", self.active as f64),
            ("muted", self.muted as f64),
            ("repurchases", self.repurchases as f64),
            ("complaints", self.complaints as f64),
            ("recommendations", self.recommendations as f64),
        ]
    }
}
