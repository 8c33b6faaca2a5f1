"""The model in Mesa 3: an agent a member, a step a day, as Mesa's documentation writes models.

Members are activated with `do`, not `shuffle_do`, because they commute; who leaves is removed; Python's own `random` of the model,
which is the faster one for single numbers.
"""

from math import asin, exp, inf, log1p, sin

import mesa
import numpy as np

from campaign import FLOWS, STATES, serve


def logistic(x):
    return 1.0 / (1.0 + exp(-x))


class Member(mesa.Agent):
    """A member of the list."""

    def __init__(self, model):
        super().__init__(model)
        c, p, random = model.campaign, model.p, model.random
        self.fit = random.betavariate(c.fit * p.fit_concentration, (1.0 - c.fit) * p.fit_concentration)
        self.frailty = random.gammavariate(1.0 / p.frailty_variance, p.frailty_variance)
        self.patience = 1.0 + random.gammavariate(p.patience_shape, (p.patience_mean - 1.0) / p.patience_shape)
        k = p.presence_concentration
        self.presence = random.betavariate(p.presence_mean * k, (1.0 - p.presence_mean) * k)
        expectation = (1.0 - c.relation) * p.cold_expectation + c.relation * self.fit
        self.unread_odds = exp(-p.read_base - p.read_per_expectation * expectation)
        self.muted = False
        self.trust = p.trust_at_entry
        self.voice = 1.0
        self.fatigue = 0.0
        self.last_visit = -inf
        self.reads = [0] * c.repeated_contents
        self.due = inf
        self.answered = False
        self.bought = False

    def step(self):
        model, p, counts, uniform = self.model, self.model.p, self.model.counts, self.model.random.random
        comes = self.presence
        if self.muted:
            comes *= p.mute_visit
        else:
            counts["activity"] += comes * self.voice
        if model.leak_exit and uniform() < model.leak_exit:
            counts["leak_exits"] += 1
            self.remove()
            return
        counts["member_days"] += 1
        counts["delivered"] += len(model.of_today)
        if uniform() < comes:
            beta = 0.5 - sin(asin(1.0 - 2.0 * uniform()) / 3.0)
            self.visit(model.start + p.visit_from_hour + (p.visit_to_hour - p.visit_from_hour) * beta)

    def visit(self, now):
        model, p = self.model, self.model.p
        if self.due <= now:
            self.take_answer()
        lowest, last, over_patience = self.read_posts(now) if model.in_sight else (None, None, False)
        self.last_visit = now
        if self.due == inf and not self.muted:
            self.ask(now)
        self.decide(now, lowest, last, over_patience)
        self.trust += p.trust_drift * (model.trust_target - self.trust)
        self.voice = exp(p.voice_per_trust * (self.trust - p.trust_at_entry))

    def take_answer(self):
        p = self.model.p
        self.trust += p.own_reply_weight * (self.answered - self.trust)
        self.voice = exp(p.voice_per_trust * (self.trust - p.trust_at_entry))
        self.due = inf
        if self.answered and self.model.random.random() < p.purchase_given_answer:
            self.model.counts["inquiry_purchases"] += 1

    def read_posts(self, now):
        """Reads the posts in sight; gives the lowest value read, the last post read and whether one was too many."""
        model, p, counts, uniform = self.model, self.model.p, self.model.counts, self.model.random.random
        since = self.last_visit if self.last_visit >= model.start - 24.0 else max(self.last_visit, now - 24.0)
        if self.fatigue:
            self.fatigue *= exp(model.campaign.decay * (now - self.last_visit))
        lowest, last, over_patience = None, None, False
        for post in model.in_sight:
            if not since < post.at <= now:
                continue
            if uniform() * (1.0 + self.unread_odds * (1.0 + self.fatigue) ** p.read_per_fatigue) >= post.delivery:
                continue
            x, wear = post.relevance * self.fit, 1.0
            dwell = p.dwell_base + p.dwell_per_value * x
            if post.content is not None:
                earlier = self.reads[post.content]
                self.reads[post.content] = earlier + 1
                wear = model.campaign.wear**earlier
                dwell *= p.dwell_wear**earlier
                over_patience |= earlier + 1 > self.patience
            value = (x + (1.0 - x) * post.value) * wear
            counts["reads"] += 1
            counts["dwell_seconds"] += dwell
            if value < p.unwanted_below:
                counts["unwanted_reads"] += 1
            if uniform() < post.click * x * wear:
                counts["clicks"] += 1
                if not self.bought and uniform() < p.purchase_given_click * wear:
                    self.bought = True
                    counts["purchases"] += 1
            if uniform() < logistic(p.interaction_base + p.interaction_slope * value):
                counts["interactions"] += 1
            self.fatigue += 1.0 - post.value
            lowest, last = value if lowest is None else min(lowest, value), post
        return lowest, last, over_patience

    def ask(self, now):
        model, p, random = self.model, self.model.p, self.model.random
        if random.random() >= p.question_rate * self.voice * self.fit / p.question_fit_scale:
            return
        delay, hours = inf, model.campaign.reply_hours
        if hours is not None and random.random() < model.campaign.answered:
            delay = random.expovariate(1.0 / hours)
        patience = random.weibullvariate(p.reply_patience_scale, p.reply_patience_shape)
        self.due, self.answered = now + min(delay, patience), delay < patience
        model.counts["questions"] += 1
        model.counts["answers"] += self.answered

    def decide(self, now, lowest, last, over_patience):
        """Mutes, leaves or blocks, for one of three causes."""
        model, p, counts, uniform = self.model, self.model.p, self.model.counts, self.model.random.random
        irritation = 0.0
        if lowest is not None:
            irritation = self.frailty * exp(
                p.irritation_base
                + p.irritation_slope * (1.0 - lowest)
                + p.irritation_per_fatigue * log1p(self.fatigue)
            )
        distrust = self.frailty * exp(p.distrust_base - p.trust_protection * self.trust)
        distrust += model.campaign.privacy_hazard
        total = irritation + distrust + (p.over_patience_hazard if over_patience else 0.0)
        if uniform() >= 1.0 - exp(-total):
            return
        cause = uniform() * total
        repeated = cause >= irritation + distrust
        if not repeated and uniform() < p.mute_share:
            counts["mutes"] += not self.muted
            self.muted = True
            return
        block_share = p.block_when_over_patience if repeated else p.block_share if cause < irritation else 0.0
        if uniform() < block_share:
            counts["blocks"] += 1
            if uniform() < p.report_given_block:
                counts["reports"] += 1
                model.reports[last.index] += 1
        else:
            counts["leaves"] += 1
        counts["delivered"] -= sum(post.at > now for post in model.of_today)
        self.remove()

    def close(self):
        """What it does in the 30 days after the horizon."""
        model, p, uniform = self.model, self.model.p, self.model.random.random
        if self.due <= 24.0 * model.campaign.days:
            self.take_answer()
        model.states["muted" if self.muted else "active"] += 1
        if uniform() < logistic(p.repurchase_base + p.outcome_per_trust * self.trust):
            model.states["repurchases"] += 1
            model.states["repurchases_of_buyers"] += self.bought
        model.states["complaints"] += uniform() < logistic(p.complaint_base - p.outcome_per_trust * self.trust)
        model.states["recommendations"] += uniform() < logistic(p.recommend_base + p.recommend_per_trust * self.trust)


class List(mesa.Model):
    """One sender's list for one campaign."""

    def __init__(self, campaign, seed):
        super().__init__(seed=seed)
        self.campaign, self.p, self.day = campaign, campaign.p, 0
        self.reports = [0] * len(campaign.posts)
        self.states = dict.fromkeys(STATES, 0)
        self.datacollector = mesa.DataCollector(model_reporters={"counts": "counts"})
        Member.create_agents(self, campaign.members)

    def step(self):
        c, p = self.campaign, self.p
        self.start = 24.0 * self.day
        self.in_sight, self.of_today = c.in_sight[self.day], c.of_day[self.day]
        self.trust_target = c.trust_target[self.day]
        self.counts = dict.fromkeys(FLOWS, 0)
        self.counts["privacy_complaints"] = int(self.rng.poisson(c.complaints_per_month / 30.0))
        self.leak_exit = 1.0 - (1.0 - p.leak_exit) ** int(self.rng.poisson(c.leaks_per_month / 30.0))
        self.agents.do("step")
        self.datacollector.collect(self)
        self.day += 1

    def run(self):
        for _ in range(self.campaign.days):
            self.step()
        self.agents.do("close")
        beyond = [n for n in self.reports if n > self.campaign.reporters]
        self.states["limits"] = sum(self.random.random() < self.p.enforce_prob for _ in beyond)
        days = self.datacollector.model_vars["counts"]
        return {name: sum(day[name] for day in days) for name in FLOWS} | self.states


def simulate(campaign, replicates, seed):
    seeds = np.random.SeedSequence(seed).generate_state(replicates)
    runs = [List(campaign, int(own)).run() for own in seeds]
    return {name: [run[name] for run in runs] for name in FLOWS + STATES}


if __name__ == "__main__":
    serve(simulate)
