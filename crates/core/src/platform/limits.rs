//! The account under a platform: at each 00:00 it is judged by the rules on what it did before; nothing changes during a day.
//!
//! Comes in: a profile's rules, the account's own records and its luck. Goes out: its status, and for the coming day the
//! delivery factor, the delay and the groups that expelled it. Order of the rules: docs/model.md, section 7.11.

use super::{Judged, Profile};
use crate::rng::{At, Key, Purpose, uniform_f64};
use crate::tally::{PostRecord, QuestionRecord};
use crate::units::Trigger;

/// Relevance of a topic for those a plan addresses.
#[derive(Debug, Clone, PartialEq)]
pub struct Relevance {
    /// Averaged over the members addressed.
    pub mean: f64,
    /// For each audience of the plan.
    pub by_audience: Vec<f32>,
}

/// A group as the platform sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Index among the plan's audiences.
    pub audience: usize,
    /// Whether it has an admin who can expel.
    pub has_admin: bool,
    /// Number within its audience.
    pub number: u32,
    /// Luck of its people.
    pub key: Key,
    /// Whether it has expelled the sender.
    pub expelled: bool,
}

/// What the sender does that the platform and its members can see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Practice {
    /// Mean reply, hours; infinite: never.
    pub mean_reply_hours: f64,
    /// Privacy complaints per 30 days.
    pub complaints_per_month: f64,
    /// Privacy incidents per 30 days.
    pub leaks_per_month: f64,
    /// Probability of a limit for a post reported too often.
    pub enforce_prob: f64,
}

/// What the platform does with the account's posts of one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Treatment {
    /// Factor on the probability of being read, 0..1.
    pub delivery: f64,
    /// Delay of every post, hours.
    pub delay_hours: f64,
}

/// What the platform finds at a midnight.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// How it treats the posts of the day that begins.
    pub treatment: Treatment,
    /// How often the threshold of reports was crossed, enforced or not.
    pub crossings: u32,
    /// Indices of the posts whose reports crossed it; none where reports are pooled.
    pub crossed: Vec<usize>,
}

/// Events of a day that concern the whole account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Events {
    /// Privacy incidents.
    pub leaks: u32,
    /// Privacy complaints.
    pub complaints: u32,
}

/// A sender's account in one replicate.
#[derive(Debug, Clone)]
pub struct Account<'a> {
    profile: &'a Profile,
    practice: Practice,
    key: Key,
    replicate: u32,
    banned: bool,
    ever_limited: bool,
    /// Days on which limits began.
    limits: Vec<u32>,
    /// First day on which no limit is in force.
    limited_until: u32,
    /// End of the last review, days.
    review_until: f64,
    low_value_midnights: u32,
    /// Privacy complaints by day.
    complaints: Vec<u32>,
    /// Members who reported it, by day, since the last crossing; kept where reports are pooled.
    reporters: Vec<u32>,
}

impl<'a> Account<'a> {
    /// A fresh account.
    pub fn new(profile: &'a Profile, practice: Practice, key: Key, replicate: u32) -> Account<'a> {
        Account {
            profile,
            practice,
            key,
            replicate,
            banned: false,
            ever_limited: false,
            limits: Vec::new(),
            limited_until: 0,
            review_until: 0.0,
            low_value_midnights: 0,
            complaints: Vec::new(),
            reporters: Vec::new(),
        }
    }

    /// Whether it is banned, for good.
    pub fn banned(&self) -> bool {
        self.banned
    }

    /// Whether it was limited at least once.
    pub fn ever_limited(&self) -> bool {
        self.ever_limited
    }

    /// Whether it is under review on that day.
    pub fn under_review(&self, day: u32) -> bool {
        f64::from(day) < self.review_until
    }

    /// Whether a post of that day goes out; under a limit, one keyed draw per slot.
    pub fn sends(&self, day: u32, slot: u32) -> bool {
        let limited = day < self.limited_until;
        let kept = || self.uniform(day, Purpose::Kept, slot) < self.profile.rules.limit.kept;
        !self.banned && !self.under_review(day) && (!limited || kept())
    }

    /// Notes how many members reported it on the day before the coming midnight.
    pub fn reported(&mut self, members: u32) {
        self.reporters.push(members);
    }

    /// Applies the rules at the 00:00 that begins `day` (from 1: the night after the first day) and says how that day's posts
    /// are treated. Groups that expel the sender are marked.
    pub fn midnight(
        &mut self,
        day: u32,
        posts: &[PostRecord],
        questions: &[QuestionRecord],
        topics: &[Relevance],
        groups: &mut [Group],
    ) -> Judgement {
        self.cap_ban(day, posts);
        let (crossings, crossed) = self.reports(day, posts);
        let low_value = self.similarity(day, posts);
        let limit = &self.profile.rules.limit;
        if self.limits.iter().filter(|&&start| day - start < limit.within_days).count() >= limit.to_ban as usize {
            self.banned = true;
        }
        self.review(day);
        let treatment = self.treatment(day, posts, questions, topics, low_value);
        self.expel(day, posts, topics, groups);
        Judgement { treatment, crossings, crossed }
    }

    /// Draws the day's account-level events.
    pub fn events(&mut self, day: u32) -> Events {
        let leaks = self.count(day, Purpose::Leaks, self.practice.leaks_per_month / 30.0);
        let complaints = self.count(day, Purpose::Complaints, self.practice.complaints_per_month / 30.0);
        self.complaints.push(complaints);
        Events { leaks, complaints }
    }

    fn cap_ban(&mut self, day: u32, posts: &[PostRecord]) {
        let Some(cap) = &self.profile.rules.cap else { return };
        let yesterday = posts.iter().filter(|post| post.sent && post.day + 1 == day).count();
        let hazard_of_a_ban = -libm::expm1(-cap.hazard);
        if yesterday > cap.posts as usize && self.uniform(day, Purpose::CapBan, 0) < hazard_of_a_ban {
            self.banned = true;
        }
    }

    /// How often the reports are seen to cross the threshold now, and indices of the posts that do.
    fn reports(&mut self, day: u32, posts: &[PostRecord]) -> (u32, Vec<usize>) {
        let Some(rule) = &self.profile.rules.reports else { return (0, Vec::new()) };
        if rule.trigger == Trigger::Pooled {
            let window = self.reporters.len().saturating_sub(rule.window_days as usize);
            let crosses = self.reporters[window..].iter().sum::<u32>() > rule.reporters;
            if crosses {
                self.reporters.clear();
                self.enforce(day, (day, 0), rule.applied);
            }
            return (u32::from(crosses), Vec::new());
        }
        let crossing = |post: &PostRecord| !post.crossed && post.reporters > rule.reporters;
        let crossed: Vec<usize> = (0..posts.len()).filter(|&i| crossing(&posts[i])).collect();
        for &i in &crossed {
            self.enforce(day, (posts[i].day, posts[i].slot), rule.applied);
        }
        (crossed.len() as u32, crossed)
    }

    /// Whether the platform acts on a crossing is one keyed draw, at the slot of the post or the day of the midnight.
    fn enforce(&mut self, day: u32, (on, slot): (u32, u32), is_applied: bool) {
        if self.uniform(on, Purpose::Limit, slot) < self.practice.enforce_prob {
            if is_applied {
                self.limit(day);
            } else {
                self.ever_limited = true;
            }
        }
    }

    /// A limit earned while limited neither extends it nor counts.
    fn limit(&mut self, day: u32) {
        if day >= self.limited_until {
            self.limits.push(day);
            self.limited_until = day + self.profile.rules.limit.days;
            self.ever_limited = true;
        }
    }

    /// Whether the account is of low value today; too many such midnights in a row end in a limit.
    fn similarity(&mut self, day: u32, posts: &[PostRecord]) -> bool {
        let Some(rule) = &self.profile.rules.similarity else { return false };
        let mut recent: Vec<usize> = sent_within(posts, day, rule.window_days).map(|post| post.content).collect();
        recent.sort_unstable();
        let most = recent.chunk_by(|a, b| a == b).map(<[usize]>::len).max().unwrap_or(0);
        let alike = most as f64 > rule.share * recent.len() as f64;
        self.low_value_midnights = if alike { self.low_value_midnights + 1 } else { 0 };
        let low_value = alike && recent.len() >= rule.at_least_posts as usize;
        if low_value && self.low_value_midnights >= rule.midnights {
            self.limit(day);
            self.low_value_midnights = 0;
        }
        low_value
    }

    fn review(&mut self, day: u32) {
        let Some(rule) = &self.profile.rules.review else { return };
        let counts = |e: &u32| day - e <= rule.window_days && f64::from(*e) >= self.review_until;
        let recent: u32 = (0..day).filter(counts).map(|e| self.complaints[e as usize]).sum();
        if !self.under_review(day) && recent > rule.complaints {
            self.review_until = f64::from(day) + self.between(day, Purpose::ReviewDays, rule.days);
        }
    }

    fn treatment(
        &self,
        day: u32,
        posts: &[PostRecord],
        questions: &[QuestionRecord],
        topics: &[Relevance],
        low_value: bool,
    ) -> Treatment {
        let rules = &self.profile.rules;
        let now = f64::from(day) * 24.0;
        let (mut delivery, mut delay_minutes) = (1.0, 0.0);
        if let Some(rule) = &rules.relevance {
            let recent = || sent_within(posts, day, rule.window_days).map(|post| topics[post.topic].mean);
            let mean = recent().sum::<f64>() / recent().count() as f64;
            if days_with(posts.iter().filter(|post| post.sent)) >= rule.post_days as usize && mean < rule.below {
                delivery *= rule.delivery;
            }
        }
        if let Some(rule) = &rules.read_no_reply {
            let old = sent_within(posts, day, rule.window_days).filter(|p| sent_at(p) <= now - rule.older_than_hours);
            let (mut silent, mut delivered) = (0, 0);
            for post in old {
                silent += post.reads - post.interactions;
                delivered += post.delivered;
            }
            if f64::from(silent) > rule.above * f64::from(delivered) {
                delivery *= rule.delivery;
            }
        }
        if let Some(rule) = &rules.slow {
            let mean = match rule.judged {
                Judged::Policy => Some(self.practice.mean_reply_hours),
                Judged::Measured => mean_response(asked_within(questions, now, rule.window_days), now),
            };
            if day + 1 >= rule.from_day && mean.is_some_and(|hours| hours > rule.above_hours) {
                delivery *= rule.delivery;
            }
        }
        if let Some(rule) = rules.similarity.as_ref().filter(|_| low_value) {
            delay_minutes += self.between(day, Purpose::SimilarityDelay, rule.delay_min);
        }
        if let Some(rule) = &rules.no_reply {
            let open = |question: &QuestionRecord| {
                let age = now - question.asked_at;
                question.reply_after > age && rule.after_hours <= age
            };
            if asked_within(questions, now, rule.until_days).any(open) {
                delay_minutes += self.between(day, Purpose::NoReplyDelay, rule.delay_min);
            }
        }
        Treatment { delivery, delay_hours: delay_minutes / 60.0 }
    }

    fn expel(&self, day: u32, posts: &[PostRecord], topics: &[Relevance], groups: &mut [Group]) {
        let Some(rule) = &self.profile.rules.admin else { return };
        let chance = -libm::expm1(-rule.hazard);
        for group in groups.iter_mut().filter(|group| group.has_admin && !group.expelled) {
            let off_theme = |post: &&PostRecord| f64::from(topics[post.topic].by_audience[group.audience]) < rule.below;
            let days = days_with(sent_within(posts, day, rule.window_days).filter(off_theme));
            let at = self.at(day, Purpose::Expulsion, group.number);
            group.expelled = days >= rule.post_days as usize && uniform_f64(at.words(group.key)[0]) < chance;
        }
    }

    /// A Poisson variable: a quantile for each part of its mean, so that the chance of none stays a number that can be added to.
    fn count(&self, day: u32, purpose: Purpose, mean: f64) -> u32 {
        const LARGEST_PART: f64 = 500.0;
        let parts = (mean / LARGEST_PART).ceil().max(1.0);
        (0..parts as u32).map(|part| poisson_quantile(mean / parts, self.uniform(day, purpose, part))).sum()
    }

    fn at(&self, day: u32, purpose: Purpose, index: u32) -> At {
        At { replicate: self.replicate, member: 0, day, purpose, index }
    }

    fn uniform(&self, day: u32, purpose: Purpose, index: u32) -> f64 {
        uniform_f64(self.at(day, purpose, index).words(self.key)[0])
    }

    fn between(&self, day: u32, purpose: Purpose, [low, high]: [f64; 2]) -> f64 {
        low + (high - low) * self.uniform(day, purpose, 0)
    }
}

/// The smallest k with P(N <= k) > u.
fn poisson_quantile(mean: f64, u: f64) -> u32 {
    let (mut k, mut chance) = (0, libm::exp(-mean));
    let mut at_most = chance;
    while u >= at_most && chance > 0.0 {
        k += 1;
        chance *= mean / f64::from(k);
        at_most += chance;
    }
    k
}

/// Hours from the campaign's first 00:00 at which a post is sent.
fn sent_at(post: &PostRecord) -> f64 {
    f64::from(post.day) * 24.0 + post.hour
}

/// Posts sent in the last so many days before the 00:00 of `day`. They lie in the order of their days.
fn sent_within(posts: &[PostRecord], day: u32, window_days: u32) -> impl Iterator<Item = &PostRecord> {
    let from = posts.partition_point(|post| post.day + window_days < day);
    posts[from..].iter().take_while(move |post| post.day < day).filter(|post| post.sent)
}

/// Number of distinct days of posts in order.
fn days_with<'a>(posts: impl Iterator<Item = &'a PostRecord>) -> usize {
    let mut last = None;
    posts.filter(|post| last.replace(post.day) != Some(post.day)).count()
}

/// Questions asked in the last so many days, latest day first. They lie in the order of their days, so older ones are not looked at.
fn asked_within(questions: &[QuestionRecord], now: f64, window_days: u32) -> impl Iterator<Item = &QuestionRecord> {
    let hours = f64::from(window_days) * 24.0;
    questions.iter().rev().take_while(move |question| now - question.asked_at <= hours)
}

/// Mean response to these questions: the reply's delay if it has come, else the question's age.
fn mean_response<'a>(questions: impl Iterator<Item = &'a QuestionRecord>, now: f64) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0_u32);
    for question in questions {
        sum += question.reply_after.min(now - question.asked_at);
        n += 1;
    }
    (n > 0).then(|| sum / f64::from(n))
}
