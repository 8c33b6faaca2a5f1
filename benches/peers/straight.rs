//! The model in plain Rust, written straight from docs/model.md: a struct a member, day after day over all of them, `rand`,
//! `rand_distr`, `f64` and the standard library's mathematics, each formula where the text states it, one thread.
//!
//! Comes in: a [`Campaign`]. Goes out: the counts of one replicate. Nothing is wasted (no allocation in the loop, no work for who
//! does not come) and nothing is rearranged: `tuned` shows what that gains. A third of the time goes into exponentials, a quarter
//! into drawing the hour of a visit from `rand_distr`'s Beta (one post a day).

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rand_distr::{Beta, Distribution};

use super::campaign::{Campaign, Counts, Hazards, Member, Record, Status, Today, Visit, logistic};

pub(crate) fn replicate(campaign: &Campaign, seed: u64) -> Record {
    let mut rng = SmallRng::seed_from_u64(seed);
    let hour = Beta::new(2.0, 2.0).expect("shapes above 0");
    let mut members: Vec<Member> = (0..campaign.members).map(|_| campaign.join(&mut rng)).collect();
    let mut record = campaign.record();
    let mut service = campaign.p.trust_at_entry;
    for day in 0..campaign.days {
        let (today, counts) = campaign.midnight(day, &mut service, &mut rng);
        let mut day = Day { campaign, hour, today, counts, reports: &mut record.reports, rng: &mut rng };
        for member in members.iter_mut().filter(|member| !member.is_gone()) {
            day.live(member);
        }
        let counts = day.counts;
        record.days.push(counts);
    }
    campaign.close(members.iter_mut(), &mut record, &mut rng);
    record
}

/// A day, for one member after the other.
struct Day<'a> {
    campaign: &'a Campaign,
    /// Law of the hour of a visit, before it is stretched.
    hour: Beta<f64>,
    today: Today<'a>,
    counts: Counts,
    reports: &'a mut [u64],
    rng: &'a mut SmallRng,
}

impl Day<'_> {
    fn live(&mut self, member: &mut Member) {
        let p = &self.campaign.p;
        let mut presence = member.presence;
        if member.status == Status::Active {
            self.counts.activity += presence * self.voice(member);
        } else {
            presence *= p.mute_visit;
        }
        if self.today.leak_exit > 0.0 && self.rng.random::<f64>() < self.today.leak_exit {
            member.status = Status::Left;
            self.counts.leak_exits += 1;
            return;
        }
        self.counts.member_days += 1;
        if self.rng.random::<f64>() >= presence {
            self.counts.delivered += self.today.fresh.len() as u64;
            return;
        }

        let hour = p.visit_from_hour + (p.visit_to_hour - p.visit_from_hour) * self.hour.sample(self.rng);
        let now = self.today.start + hour;
        member.take_answer(now, p, &mut self.counts, self.rng);
        let visit = self.read(member, now);
        if member.status == Status::Active && member.question.is_none() {
            self.ask(member, now);
        }
        self.decide(member, &visit);
        member.trust += p.trust_drift * (self.today.trust_target - member.trust);
        member.last_visit = now;
        let gone = member.is_gone();
        self.counts.delivered += if gone { self.today.sent_until(now) } else { self.today.fresh.len() as u64 };
    }

    fn read(&mut self, member: &mut Member, now: f64) -> Visit {
        let p = &self.campaign.p;
        let mut visit = Visit::new();
        if member.fatigue > 0.0 {
            member.fatigue *= ((member.last_visit - now) / p.fatigue_half_life).exp2();
        }
        for post in self.today.unseen(member.last_visit, now) {
            let logit =
                p.read_base + p.read_per_expectation * member.expectation - p.read_per_fatigue * member.fatigue.ln_1p();
            if self.rng.random::<f64>() >= post.delivery * logistic(logit) {
                continue;
            }
            // What reading the same content before leaves of value and of dwelling.
            let (mut w, mut dwelling) = (1.0, 1.0);
            if let Some(content) = post.content {
                let earlier = f64::from(member.reads[content]);
                w = (-p.wear_elasticity * p.attention_wear * earlier).exp();
                dwelling = p.dwell_wear.powf(earlier);
                member.reads[content] += 1;
                visit.over_patience |= earlier + 1.0 > member.patience;
            }
            let x = post.relevance * member.fit;
            let v = (x + (1.0 - x) * post.value) * w;
            self.counts.reads += 1;
            self.counts.dwell_seconds += (p.dwell_base + p.dwell_per_value * x) * dwelling;
            self.counts.unwanted_reads += u64::from(v < p.unwanted_below);
            if self.rng.random::<f64>() < p.click_given_read * post.offer * x * w {
                self.counts.clicks += 1;
                if !member.bought && self.rng.random::<f64>() < p.purchase_given_click * w {
                    member.bought = true;
                    self.counts.purchases += 1;
                }
            }
            if self.rng.random::<f64>() < logistic(p.interaction_base + p.interaction_slope * v) {
                self.counts.interactions += 1;
            }
            member.fatigue += 1.0 - post.value;
            visit.lowest = visit.lowest.min(v);
            visit.last = post.index;
        }
        visit
    }

    fn ask(&mut self, member: &mut Member, now: f64) {
        let p = &self.campaign.p;
        let probability = p.question_rate * self.voice(member) * member.fit / p.question_fit_scale;
        if self.rng.random::<f64>() < probability.min(1.0) {
            let question = self.campaign.question(now, self.rng);
            self.counts.questions += 1;
            self.counts.answers += u64::from(question.is_answered());
            member.question = Some(question);
        }
    }

    fn decide(&mut self, member: &mut Member, visit: &Visit) {
        let p = &self.campaign.p;
        let irritation = if visit.lowest < f64::INFINITY {
            let log = p.irritation_base
                + p.irritation_slope * (1.0 - visit.lowest)
                + p.irritation_per_fatigue * member.fatigue.ln_1p();
            member.frailty * log.exp()
        } else {
            0.0
        };
        let distrust =
            member.frailty * (p.distrust_base - p.trust_protection * member.trust).exp() + self.campaign.privacy_hazard;
        let repetition = if visit.over_patience { p.over_patience_hazard } else { 0.0 };
        let quits = 1.0 - (-(irritation + distrust + repetition)).exp();
        if self.rng.random::<f64>() < quits {
            let hazards = Hazards { irritation, distrust, repetition };
            self.campaign.quit(member, hazards, visit.last, &mut self.counts, self.reports, self.rng);
        }
    }

    /// How much a member writes at its trust, 1 at entry.
    fn voice(&self, member: &Member) -> f64 {
        let p = &self.campaign.p;
        (p.voice_per_trust * (member.trust - p.trust_at_entry)).exp()
    }
}
