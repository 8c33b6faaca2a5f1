//! The model in plain Rust, tuned by someone who knows how to save exponentials, and does not think of SIMD.
//!
//! Comes in: a [`Campaign`]. Goes out: the counts of one replicate. What differs from `straight`: each member lives its whole
//! campaign at once, while it is in the cache; a bound is tried before the exponential it bounds; voice is kept; fatigue is let
//! down only when it matters; an hour is the median of three uniforms; a quit is an exponential variable below the hazard.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Exp1};

use super::campaign::{Campaign, Counts, Hazards, Member, Record, Status, Today, Visit, logistic};

/// A campaign with what can be computed before any replicate.
pub(crate) struct Tuned<'a> {
    campaign: &'a Campaign,
    /// ln of the decay of fatigue per hour.
    decay: f64,
    /// Factor on value, clicks and purchases for each earlier read.
    wear: f64,
    /// Nobody interacts more often.
    most_interaction: f64,
    /// Hazard of distrust at zero trust: nobody of frailty 1 has more.
    most_distrust: f64,
}

/// A member and what is kept about it.
struct Known {
    member: Member,
    /// exp(-logit) of reading when rested.
    unread_odds: f64,
    /// exp(`voice_per_trust` (trust - `trust_at_entry`)), kept because activity asks for it every day.
    voice: f64,
    /// When fatigue had its value.
    fatigue_at: f64,
}

impl Tuned<'_> {
    pub(crate) fn new(campaign: &Campaign) -> Tuned<'_> {
        let p = &campaign.p;
        Tuned {
            campaign,
            decay: -std::f64::consts::LN_2 / p.fatigue_half_life,
            wear: (-p.wear_elasticity * p.attention_wear).exp(),
            most_interaction: logistic(p.interaction_base + p.interaction_slope.max(0.0)),
            most_distrust: p.distrust_base.exp(),
        }
    }

    pub(crate) fn replicate(&self, seed: u64) -> Record {
        let campaign = self.campaign;
        let mut rng = SmallRng::seed_from_u64(seed);
        let mut members: Vec<Known> = (0..campaign.members).map(|_| self.join(&mut rng)).collect();
        let mut record = campaign.record();
        let mut service = campaign.p.trust_at_entry;
        let mut days = Vec::with_capacity(campaign.days as usize);
        for day in 0..campaign.days {
            let (today, counts) = campaign.midnight(day, &mut service, &mut rng);
            days.push(today);
            record.days.push(counts);
        }
        // Nothing couples members under this profile.
        for known in &mut members {
            for (today, counts) in days.iter().zip(&mut record.days) {
                self.live(known, today, counts, &mut record.reports, &mut rng);
                if known.member.is_gone() {
                    break;
                }
            }
        }
        campaign.close(members.iter_mut().map(|known| &mut known.member), &mut record, &mut rng);
        record
    }

    fn join(&self, rng: &mut SmallRng) -> Known {
        let (p, member) = (&self.campaign.p, self.campaign.join(rng));
        let unread_odds = (-p.read_base - p.read_per_expectation * member.expectation).exp();
        Known { member, unread_odds, voice: 1.0, fatigue_at: 0.0 }
    }

    #[inline]
    fn live(&self, known: &mut Known, today: &Today<'_>, counts: &mut Counts, reports: &mut [u64], rng: &mut SmallRng) {
        let p = &self.campaign.p;
        let member = &mut known.member;
        let mut presence = member.presence;
        if member.status == Status::Active {
            counts.activity += presence * known.voice;
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
        if member.take_answer(now, p, counts, rng) {
            known.voice = self.voice(member.trust);
        }
        let visit = self.read(known, now, today, counts, rng);
        let member = &mut known.member;
        member.last_visit = now;
        if member.status == Status::Active && member.question.is_none() {
            let probability = p.question_rate / p.question_fit_scale * known.voice * member.fit;
            if rng.random::<f64>() < probability {
                let question = self.campaign.question(now, rng);
                counts.questions += 1;
                counts.answers += u64::from(question.is_answered());
                member.question = Some(question);
            }
        }
        if let Some(hazards) = self.quits(member, &visit, rng) {
            self.campaign.quit(member, hazards, visit.last, counts, reports, rng);
            if member.is_gone() {
                counts.delivered -= today.fresh.len() as u64 - today.sent_until(now);
            }
        }
        member.trust += p.trust_drift * (today.trust_target - member.trust);
        known.voice = self.voice(member.trust);
    }

    #[inline]
    fn read(&self, known: &mut Known, now: f64, today: &Today<'_>, counts: &mut Counts, rng: &mut SmallRng) -> Visit {
        let p = &self.campaign.p;
        let member = &mut known.member;
        let mut visit = Visit::new();
        for post in today.unseen(member.last_visit, now) {
            let u: f64 = rng.random();
            let rested = post.delivery / (1.0 + known.unread_odds);
            if u >= rested {
                continue;
            }
            if member.fatigue > 0.0 {
                member.fatigue *= (self.decay * (now - known.fatigue_at)).exp();
                let tired = (p.read_per_fatigue * member.fatigue.ln_1p()).exp();
                known.fatigue_at = now;
                if u * (1.0 + known.unread_odds * tired) >= post.delivery {
                    continue;
                }
            }
            known.fatigue_at = now;

            let x = post.relevance * member.fit;
            let (mut w, mut dwell) = (1.0, p.dwell_base + p.dwell_per_value * x);
            if let Some(content) = post.content {
                let earlier = member.reads[content] as i32;
                member.reads[content] += 1;
                w = self.wear.powi(earlier);
                dwell *= p.dwell_wear.powi(earlier);
                visit.over_patience |= f64::from(earlier + 1) > member.patience;
            }
            let v = (x + (1.0 - x) * post.value) * w;
            counts.reads += 1;
            counts.dwell_seconds += dwell;
            counts.unwanted_reads += u64::from(v < p.unwanted_below);
            if rng.random::<f64>() < p.click_given_read * post.offer * x * w {
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

    fn voice(&self, trust: f64) -> f64 {
        let p = &self.campaign.p;
        (p.voice_per_trust * (trust - p.trust_at_entry)).exp()
    }

    /// The hazards of a member that quits.
    #[inline]
    fn quits(&self, member: &Member, visit: &Visit, rng: &mut SmallRng) -> Option<Hazards> {
        let p = &self.campaign.p;
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
        let privacy = self.campaign.privacy_hazard;
        if threshold >= irritation + repetition + privacy + member.frailty * self.most_distrust {
            return None;
        }
        let distrust = member.frailty * (p.distrust_base - p.trust_protection * member.trust).exp() + privacy;
        let quits = threshold < irritation + distrust + repetition;
        quits.then_some(Hazards { irritation, distrust, repetition })
    }
}
