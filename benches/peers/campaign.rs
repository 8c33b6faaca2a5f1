//! What the two plain Rust rows share: the plan read once, the people, what holds for a day, what is counted, and what happens too
//! seldom to matter for speed (an answer, an exit, the horizon).
//!
//! Comes in: a case of [`super::plan`]. Goes out: a [`Campaign`] with its constants. A member's day, which takes nearly all the time,
//! is not here: `straight` and `tuned` each have their own. Not here either: what no case has (marks, reach, selection, groups,
//! switches).

use rand::RngExt;
use rand::rngs::SmallRng;
use rand_distr::{Beta, Distribution, Exp, Gamma, Poisson, Weibull};
use serde::Deserialize;

use super::plan::Case;

pub(crate) const DAY: f64 = 24.0;

/// The parameters this model knows, by the names of the file.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Parameters {
    pub(crate) presence_mean: f64,
    pub(crate) presence_concentration: f64,
    pub(crate) fit_concentration: f64,
    pub(crate) frailty_variance: f64,
    pub(crate) patience_mean: f64,
    pub(crate) patience_shape: f64,
    pub(crate) cold_expectation: f64,
    pub(crate) mute_visit: f64,
    pub(crate) visit_from_hour: f64,
    pub(crate) visit_to_hour: f64,
    pub(crate) read_base: f64,
    pub(crate) read_per_expectation: f64,
    pub(crate) read_per_fatigue: f64,
    pub(crate) fatigue_half_life: f64,
    pub(crate) attention_wear: f64,
    pub(crate) wear_elasticity: f64,
    pub(crate) dwell_base: f64,
    pub(crate) dwell_per_value: f64,
    pub(crate) dwell_wear: f64,
    pub(crate) unwanted_below: f64,
    pub(crate) click_given_read: f64,
    pub(crate) purchase_given_click: f64,
    pub(crate) interaction_base: f64,
    pub(crate) interaction_slope: f64,
    pub(crate) irritation_base: f64,
    pub(crate) irritation_slope: f64,
    pub(crate) irritation_per_fatigue: f64,
    pub(crate) distrust_base: f64,
    pub(crate) trust_protection: f64,
    pub(crate) over_patience_hazard: f64,
    pub(crate) mute_share: f64,
    pub(crate) block_share: f64,
    pub(crate) block_when_over_patience: f64,
    pub(crate) report_given_block: f64,
    pub(crate) question_rate: f64,
    pub(crate) question_fit_scale: f64,
    pub(crate) voice_per_trust: f64,
    pub(crate) reply_patience_shape: f64,
    pub(crate) reply_patience_scale: f64,
    pub(crate) own_reply_weight: f64,
    pub(crate) service_step: f64,
    pub(crate) purchase_given_answer: f64,
    pub(crate) trust_at_entry: f64,
    pub(crate) trust_drift: f64,
    pub(crate) leak_exit: f64,
    pub(crate) repurchase_base: f64,
    pub(crate) complaint_base: f64,
    pub(crate) recommend_base: f64,
    pub(crate) outcome_per_trust: f64,
    pub(crate) recommend_per_trust: f64,
    pub(crate) enforce_prob: f64,
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
    /// Reporters of each post.
    pub(crate) reports: Vec<u64>,
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
pub(crate) enum Status {
    Active,
    Muted,
    Left,
    Blocked,
}

/// A member; times are hours from the campaign's first 00:00.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) fit: f64,
    pub(crate) frailty: f64,
    /// In reads of one content.
    pub(crate) patience: f64,
    pub(crate) presence: f64,
    pub(crate) expectation: f64,
    pub(crate) status: Status,
    pub(crate) trust: f64,
    pub(crate) fatigue: f64,
    pub(crate) last_visit: f64,
    pub(crate) question: Option<Question>,
    pub(crate) bought: bool,
    /// Of each repeated content.
    pub(crate) reads: Vec<u32>,
}

/// A question without a result yet.
#[derive(Debug)]
pub(crate) struct Question {
    resolves: f64,
    answered: bool,
}

/// A post that goes out, with what does not depend on who reads it.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) index: usize,
    pub(crate) at: f64,
    pub(crate) delivery: f64,
    pub(crate) relevance: f64,
    pub(crate) value: f64,
    pub(crate) offer: f64,
    pub(crate) content: Option<usize>,
}

/// What holds for everyone for a day.
pub(crate) struct Today<'a> {
    pub(crate) start: f64,
    pub(crate) leak_exit: f64,
    pub(crate) trust_target: f64,
    /// Yesterday's and today's posts.
    pub(crate) in_sight: &'a [Post],
    /// Today's.
    pub(crate) fresh: &'a [Post],
}

/// What the reads of a visit leave for the decision to quit.
#[derive(Debug)]
pub(crate) struct Visit {
    /// Lowest value read; infinite if nothing was.
    pub(crate) lowest: f64,
    /// Index of the last post read.
    pub(crate) last: usize,
    pub(crate) over_patience: bool,
}

/// Hazards of the three causes to quit at a visit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hazards {
    pub(crate) irritation: f64,
    pub(crate) distrust: f64,
    pub(crate) repetition: f64,
}

/// A campaign with its constants, ready for any number of replicates.
pub(crate) struct Campaign {
    pub(crate) p: Parameters,
    pub(crate) days: u32,
    pub(crate) members: usize,
    pub(crate) privacy_hazard: f64,
    posts: Vec<Post>,
    /// For each day, the first post in sight (of the day before), the first of the day and the first after it.
    sights: Vec<(usize, usize, usize)>,
    contents: usize,
    service: f64,
    trust_ceiling: f64,
    relation: f64,
    reporters: u64,
    fit: Beta<f64>,
    frailty: Gamma<f64>,
    patience: Gamma<f64>,
    presence: Beta<f64>,
    reply: Option<Exp<f64>>,
    answered: f64,
    reply_patience: Weibull<f64>,
    leaks: Poisson<f64>,
    complaints: Poisson<f64>,
}

pub(crate) fn logistic(x: f64) -> f64 {
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
                offer: post.offer,
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
            privacy_hazard: case.privacy_hazard,
            posts,
            sights,
            contents: case.repeated_contents,
            service: case.service,
            trust_ceiling: case.trust_ceiling,
            relation: case.relation,
            reporters: case.rules["reports"]["reporters"].as_u64().expect("the profile has this rule"),
            fit: beta(case.fit, p.fit_concentration),
            frailty: gamma(1.0 / p.frailty_variance, 1.0),
            patience: gamma(p.patience_shape, p.patience_mean - 1.0),
            presence: beta(p.presence_mean, p.presence_concentration),
            reply: case.reply_hours.map(|hours| Exp::new(1.0 / hours).expect("a mean above 0")),
            answered: case.answered,
            reply_patience: Weibull::new(p.reply_patience_scale, p.reply_patience_shape).expect("both above 0"),
            leaks: Poisson::new(case.leaks_per_month / 30.0).expect("a mean above 0"),
            complaints: Poisson::new(case.complaints_per_month / 30.0).expect("a mean above 0"),
        }
    }

    /// A record in which nothing has happened yet.
    pub(crate) fn record(&self) -> Record {
        Record { days: Vec::with_capacity(self.days as usize), reports: vec![0; self.posts.len()], ..Record::default() }
    }

    pub(crate) fn join(&self, rng: &mut SmallRng) -> Member {
        let fit = self.fit.sample(rng);
        Member {
            fit,
            frailty: self.frailty.sample(rng),
            patience: if self.contents > 0 { 1.0 + self.patience.sample(rng) } else { f64::INFINITY },
            presence: self.presence.sample(rng),
            expectation: (1.0 - self.relation) * self.p.cold_expectation + self.relation * fit,
            status: Status::Active,
            trust: self.p.trust_at_entry,
            fatigue: 0.0,
            last_visit: f64::NEG_INFINITY,
            question: None,
            bought: false,
            reads: vec![0; self.contents],
        }
    }

    /// 00:00 of a day: service reputation moves, incidents and complaints are drawn.
    pub(crate) fn midnight(&self, day: u32, service: &mut f64, rng: &mut SmallRng) -> (Today<'_>, Counts) {
        if day > 0 {
            *service += self.p.service_step * (self.service - *service);
        }
        let (from, first, to) = self.sights[day as usize];
        let today = Today {
            start: DAY * f64::from(day),
            leak_exit: 1.0 - (1.0 - self.p.leak_exit).powf(self.leaks.sample(rng)),
            trust_target: *service * self.trust_ceiling,
            in_sight: &self.posts[from..to],
            fresh: &self.posts[first..to],
        };
        let privacy_complaints = self.complaints.sample(rng) as u64;
        (today, Counts { privacy_complaints, ..Counts::default() })
    }

    /// A new question, with its result, which the asker learns later.
    pub(crate) fn question(&self, now: f64, rng: &mut SmallRng) -> Question {
        let delay = match &self.reply {
            Some(reply) if rng.random_bool(self.answered) => reply.sample(rng),
            _ => f64::INFINITY,
        };
        let patience = self.reply_patience.sample(rng);
        Question { resolves: now + delay.min(patience), answered: delay < patience }
    }

    /// A member quits: by which cause, and how.
    pub(crate) fn quit(
        &self,
        member: &mut Member,
        hazards: Hazards,
        last_read: usize,
        counts: &mut Counts,
        reports: &mut [u64],
        rng: &mut SmallRng,
    ) {
        let p = &self.p;
        let Hazards { irritation, distrust, repetition } = hazards;
        let cause = rng.random::<f64>() * (irritation + distrust + repetition);
        let by_repetition = cause >= irritation + distrust;
        if !by_repetition && rng.random_bool(p.mute_share) {
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
        if rng.random_bool(block_share) {
            member.status = Status::Blocked;
            counts.blocks += 1;
            if rng.random_bool(p.report_given_block) {
                counts.reports += 1;
                reports[last_read] += 1;
            }
        } else {
            member.status = Status::Left;
            counts.leaves += 1;
        }
    }

    /// The horizon: late answers, outcomes of those still in, and limits.
    pub(crate) fn close<'a>(
        &self,
        members: impl Iterator<Item = &'a mut Member>,
        record: &mut Record,
        rng: &mut SmallRng,
    ) {
        let p = &self.p;
        let last_day = record.days.last_mut().expect("a campaign has a day");
        for member in members {
            match member.status {
                Status::Active => record.active += 1,
                Status::Muted => record.muted += 1,
                Status::Left | Status::Blocked => continue,
            }
            member.take_answer(DAY * f64::from(self.days), p, last_day, rng);
            let buys_again = rng.random_bool(logistic(p.repurchase_base + p.outcome_per_trust * member.trust));
            let complains = rng.random_bool(logistic(p.complaint_base - p.outcome_per_trust * member.trust));
            let recommends = rng.random_bool(logistic(p.recommend_base + p.recommend_per_trust * member.trust));
            record.repurchases += u64::from(buys_again);
            record.repurchases_of_buyers += u64::from(buys_again && member.bought);
            record.complaints += u64::from(complains);
            record.recommendations += u64::from(recommends);
        }
        for _ in record.reports.iter().filter(|reports| **reports > self.reporters) {
            record.limits += u64::from(rng.random_bool(p.enforce_prob));
        }
    }
}

impl Member {
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.status, Status::Left | Status::Blocked)
    }

    /// Takes the result of a question that has one by now; says whether there was any.
    pub(crate) fn take_answer(&mut self, now: f64, p: &Parameters, counts: &mut Counts, rng: &mut SmallRng) -> bool {
        let Some(question) = self.question.take_if(|question| question.resolves <= now) else { return false };
        self.trust += p.own_reply_weight * (f64::from(u8::from(question.answered)) - self.trust);
        counts.inquiry_purchases += u64::from(question.answered && rng.random_bool(p.purchase_given_answer));
        true
    }
}

impl Question {
    /// Whether the reply will come in time.
    pub(crate) fn is_answered(&self) -> bool {
        self.answered
    }
}

impl Today<'_> {
    /// Posts that went out since a member's last visit, oldest first: of the last day, or of any age if it came yesterday.
    #[inline]
    pub(crate) fn unseen(&self, last_visit: f64, now: f64) -> impl Iterator<Item = &Post> {
        let came_yesterday = last_visit >= self.start - DAY;
        let since = if came_yesterday { last_visit } else { last_visit.max(now - DAY) };
        self.in_sight.iter().skip_while(move |post| post.at <= since).take_while(move |post| post.at <= now)
    }

    /// Today's posts up to this time.
    pub(crate) fn sent_until(&self, now: f64) -> u64 {
        self.fresh.iter().filter(|post| post.at <= now).count() as u64
    }
}

impl Visit {
    /// Before anything is read.
    pub(crate) fn new() -> Visit {
        Visit { lowest: f64::INFINITY, last: 0, over_patience: false }
    }
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
