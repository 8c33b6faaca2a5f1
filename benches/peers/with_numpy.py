"""The model in NumPy: members of several replicates at once in flat columns, one day after the other.

What made it fast, measured on one core: 64 replicates a batch, so that columns stay near and calls are few; single precision, which NumPy
computes with vector instructions; all probabilities compared with 16 raw bits (0.5 ns a draw, `random(dtype=float32)` takes 1.9);
where the event is rare, 16 bits only choose candidates and more digits decide; hours and traits by table of 65536 quantiles, not
by sampler (a fifth of the time of a quiet campaign); `take` and `out` but never `where=`, which is ten times slower; counts by
replicate from the order of indices.
"""

from functools import cache
from math import exp

import numpy as np
from scipy import stats

from campaign import FLOWS, STATES, serve

BATCH = 64
F = np.float32
NEVER = F(1e30)
ACTIVE, MUTED, LEFT, BLOCKED = range(4)


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


@cache
def laws(campaign):
    """What 16 bits of luck mean: the quantiles of each law."""
    c, p = campaign, campaign.p
    u = (np.arange(65536) + 0.5) / 65536
    beta = lambda mean, k: stats.beta.ppf(u, mean * k, (1.0 - mean) * k)
    gamma = lambda shape, mean: stats.gamma.ppf(u, shape, scale=mean / shape)
    fit, presence = beta(c.fit, p.fit_concentration), beta(p.presence_mean, p.presence_concentration)
    expectation = (1.0 - c.relation) * p.cold_expectation + c.relation * fit
    law = {
        "fit": fit,
        "unread_odds": np.exp(-p.read_base - p.read_per_expectation * expectation),
        "frailty": gamma(1.0 / p.frailty_variance, 1.0),
        "patience": 1.0 + gamma(p.patience_shape, p.patience_mean - 1.0),
        "presence": presence,
        "hours": p.visit_from_hour + (p.visit_to_hour - p.visit_from_hour) * stats.beta.ppf(u, 2, 2),
    }
    law = {name: quantiles.astype(F) for name, quantiles in law.items()}
    return law | {"comes": np.minimum(np.rint(65536 * presence), 65535).astype(np.uint16)}


class Batch:
    """Some replicates of a campaign."""

    def __init__(self, campaign, replicates, rng):
        self.c, self.p, self.rng = campaign, campaign.p, rng
        self.replicates = replicates
        self.raw = rng.bit_generator.random_raw
        self.counts = {name: np.zeros((campaign.days, replicates)) for name in FLOWS}
        self.states = {name: np.zeros(replicates) for name in STATES}
        self.reports = np.zeros((len(campaign.posts), replicates), int)
        self.alive = np.full(replicates, campaign.members)
        self.bounds = np.arange(replicates + 1) * campaign.members
        self.draw_people(replicates * campaign.members)

    def draw_people(self, n):
        c, p, law = self.c, self.p, laws(self.c)
        self.hours = law["hours"]
        fit, presence = self.draws(n), self.draws(n)
        self.m = {
            "fit": law["fit"].take(fit),
            "frailty": law["frailty"].take(self.draws(n)),
            "unread_odds": law["unread_odds"].take(fit),
            # Chance of a visit in 65536ths, 0 for who is gone.
            "comes": law["comes"].take(presence),
            # Presence of the active, which activity weighs with.
            "speaks": law["presence"].take(presence),
            "presence": law["presence"].take(presence),
            "status": np.zeros(n, np.uint8),
            "trust": np.full(n, p.trust_at_entry, F),
            "fatigue": np.zeros(n, F),
            "last_visit": np.full(n, -NEVER, F),
            "bought": np.zeros(n, bool),
            "waits": np.zeros(n, bool),
        }
        if c.repeated_contents:
            self.m["patience"] = law["patience"].take(self.draws(n))
            self.m["reads"] = np.zeros((n, c.repeated_contents), np.uint8)
        # Open questions: whose, when they resolve, and how.
        self.asker, self.due, self.answered = np.zeros(0, np.intp), np.zeros(0, F), np.zeros(0, bool)

    def draws(self, n):
        """16 bits of luck for each."""
        return self.raw((n + 3) // 4).view(np.uint16)[:n]

    @staticmethod
    def sums(values, edges):
        """Sums of the values between edges; 0 where there are none."""
        return np.add.reduceat(np.append(values, F(0.0)), edges[:-1]) * (edges[1:] > edges[:-1])

    def add(self, name, day, members):
        """Counts members, whose indices are in order."""
        edges = np.searchsorted(members, self.bounds)
        self.counts[name][day] += edges[1:] - edges[:-1]

    def add_few(self, name, day, members, sign=1):
        """Counts a few members in any order, each as often as it stands there."""
        where = np.searchsorted(self.bounds, members, side="right") - 1
        np.add.at(self.counts[name][day], where, sign)
        return where

    def add_sums(self, name, day, members, values):
        """Adds the values of members in order."""
        self.counts[name][day] += self.sums(values, np.searchsorted(members, self.bounds))

    def run(self):
        for day in range(self.c.days):
            self.live(day)
            if self.alive.sum() < 0.9 * self.bounds[-1]:
                self.close_ranks()
        self.horizon()
        totals = {name: days.sum(axis=0) for name, days in self.counts.items()}
        return totals | self.states

    def live(self, day):
        c, p, m = self.c, self.p, self.m
        voice = np.multiply(m["trust"], F(p.voice_per_trust))
        voice -= F(p.voice_per_trust * p.trust_at_entry)
        np.exp(voice, out=voice)
        voice *= m["speaks"]
        self.counts["activity"][day] = self.sums(voice, self.bounds)
        self.counts["privacy_complaints"][day] = self.rng.poisson(c.complaints_per_month / 30.0, self.replicates)
        self.leak(day)
        self.counts["member_days"][day] = self.alive
        self.counts["delivered"][day] = self.alive * len(c.of_day[day])

        here = np.flatnonzero(self.draws(len(m["comes"])) < m["comes"])
        k = len(here)
        now = self.hours.take(self.draws(k))
        now += F(24.0 * day)
        posts = c.in_sight[day]
        before = m["last_visit"].take(here) if posts else None
        m["last_visit"][here] = now
        self.take_answers(day, 24.0 * day)
        readers = self.read(day, here, now, before, posts) if posts else None
        trust = m["trust"].take(here)
        self.ask(day, here, now, trust)
        self.quit(day, here, now, trust, readers)
        trust *= F(1.0 - p.trust_drift)
        trust += F(p.trust_drift * c.trust_target[day])
        m["trust"][here] = trust

    def leak(self, day):
        incidents = self.rng.poisson(self.c.leaks_per_month / 30.0, self.replicates)
        for r in np.flatnonzero(incidents):
            members = np.arange(self.bounds[r], self.bounds[r + 1])
            leaves = self.rng.random(len(members)) < 1.0 - (1.0 - self.p.leak_exit) ** incidents[r]
            leaves &= self.m["status"][members] <= MUTED
            self.counts["leak_exits"][day, r] += leaves.sum()
            self.depart(members[leaves], LEFT)

    def depart(self, members, status):
        m = self.m
        m["status"][members] = status
        m["comes"][members] = 0
        m["speaks"][members] = 0.0
        np.subtract.at(self.alive, np.searchsorted(self.bounds, members, side="right") - 1, 1)

    def take_answers(self, day, start):
        """Questions take effect whose askers have come, today, after they resolved."""
        visited = self.m["last_visit"].take(self.asker)
        ripe = (visited >= start) & (self.due <= visited)
        if ripe.any():
            self.settle(ripe, day)

    def settle(self, ripe, day):
        p, m = self.p, self.m
        asker, answered = self.asker[ripe], self.answered[ripe]
        m["trust"][asker] += F(p.own_reply_weight) * (answered - m["trust"][asker])
        m["waits"][asker] = False
        buyers = asker[answered & (self.rng.random(len(asker)) < p.purchase_given_answer)]
        self.add_few("inquiry_purchases", day, buyers)
        self.asker, self.due, self.answered = self.asker[~ripe], self.due[~ripe], self.answered[~ripe]

    def read(self, day, here, now, before, posts):
        """Offers the posts in sight to those here; gives what the decision to quit needs."""
        c, p, m = self.c, self.p, self.m
        start = F(24.0 * day)
        k = len(here)
        fatigue = m["fatigue"].take(here)
        pause = np.subtract(now, before)
        pause *= F(c.decay)
        fatigue *= np.exp(pause, out=pause)
        unread_odds = m["unread_odds"].take(here)
        # Chance of reading an undelayed post, in 65536ths.
        chance = fatigue + F(1.0)
        np.log(chance, out=chance)
        chance *= F(p.read_per_fatigue)
        np.exp(chance, out=chance)
        chance *= unread_odds
        chance += F(1.0)
        np.divide(F(65536.0), chance, out=chance)
        if posts[0].at < start:
            since = np.where(before >= start - F(24.0), before, now - F(24.0))
        lowest = np.full(k, NEVER, F)
        last = np.zeros(k, np.int16)
        over_patience = np.zeros(k, bool) if c.repeated_contents else None

        for post in posts:
            at = F(post.at)
            reads = self.draws(k).astype(F) < (chance if post.delivery == 1.0 else chance * F(post.delivery))
            reads &= (since < at) if at < start else (now >= at)
            local = np.flatnonzero(reads)
            members = here.take(local)
            n = len(members)
            x = m["fit"].take(members)
            x *= F(post.relevance)
            value = x * F(1.0 - post.value)
            value += F(post.value)
            dwell = x * F(p.dwell_per_value)
            dwell += F(p.dwell_base)
            click = x * F(65536.0 * post.click)
            wear = None
            if post.content is not None:
                earlier = m["reads"][members, post.content]
                m["reads"][members, post.content] = earlier + 1
                over_patience[local] |= earlier + 1 > m["patience"].take(members)
                wear = F(c.wear) ** earlier.astype(F)
                value *= wear
                click *= wear
                dwell *= F(p.dwell_wear) ** earlier.astype(F)
            self.add("reads", day, members)
            self.add_sums("dwell_seconds", day, members, dwell)
            self.add("unwanted_reads", day, members[value < F(p.unwanted_below)])
            if post.click > 0.0:
                clicked = np.flatnonzero(self.draws(n) < click)
                self.add("clicks", day, members.take(clicked))
                luck = self.rng.random(len(clicked))
                if wear is not None:
                    luck /= wear.take(clicked)
                buyers = members.take(clicked[luck < p.purchase_given_click])
                buyers = buyers[~m["bought"][buyers]]
                m["bought"][buyers] = True
                self.add("purchases", day, buyers)
            interaction = value * F(-p.interaction_slope)
            interaction -= F(p.interaction_base)
            np.exp(interaction, out=interaction)
            interaction += F(1.0)
            np.divide(F(65536.0), interaction, out=interaction)
            self.add("interactions", day, members[self.draws(n) < interaction])

            tired = fatigue.take(local)
            tired += F(1.0 - post.value)
            fatigue[local] = tired
            lowest[local] = np.minimum(lowest.take(local), value)
            last[local] = post.index
            if post is not posts[-1]:
                tired += F(1.0)
                np.log(tired, out=tired)
                tired *= F(p.read_per_fatigue)
                np.exp(tired, out=tired)
                tired *= unread_odds.take(local)
                tired += F(1.0)
                chance[local] = np.divide(F(65536.0), tired, out=tired)
        m["fatigue"][here] = fatigue
        return lowest, fatigue, last, over_patience

    def ask(self, day, here, now, trust):
        c, p, m = self.c, self.p, self.m
        scale = p.question_rate / p.question_fit_scale
        most = int(65536.0 * scale * max(1.0, exp(p.voice_per_trust * (1.0 - p.trust_at_entry)))) + 1
        luck = self.draws(len(here))
        local = np.flatnonzero(luck < min(most, 65535))
        members = here.take(local)
        chance = scale * np.exp(p.voice_per_trust * (trust.take(local) - p.trust_at_entry)) * m["fit"].take(members)
        asks = (luck.take(local) + self.rng.random(len(local))) / 65536.0 < chance
        asks &= (m["status"].take(members) == ACTIVE) & ~m["waits"].take(members)
        members, hour = members[asks], now.take(local[asks])
        n = len(members)
        delay = np.full(n, np.inf)
        if c.reply_hours is not None:
            replied = self.rng.random(n) < c.answered
            delay[replied] = self.rng.exponential(c.reply_hours, replied.sum())
        patience = p.reply_patience_scale * self.rng.weibull(p.reply_patience_shape, n)
        self.asker = np.concatenate([self.asker, members])
        self.due = np.concatenate([self.due, hour + np.minimum(delay, patience).astype(F)])
        self.answered = np.concatenate([self.answered, delay < patience])
        m["waits"][members] = True
        self.add("questions", day, members)
        self.add("answers", day, members[delay < patience])

    def quit(self, day, here, now, trust, readers):
        p, m, rng = self.p, self.m, self.rng
        frailty = m["frailty"].take(here)
        distrust = trust * F(-p.trust_protection)
        distrust += F(p.distrust_base)
        np.exp(distrust, out=distrust)
        distrust *= frailty
        distrust += F(self.c.privacy_hazard)
        hazard, irritation, repetition = distrust, None, None
        if readers is not None:
            lowest, fatigue, last, over_patience = readers
            read = np.flatnonzero(lowest < NEVER)
            annoyed = fatigue.take(read)
            annoyed += F(1.0)
            np.log(annoyed, out=annoyed)
            annoyed *= F(p.irritation_per_fatigue)
            annoyed += F(p.irritation_base + p.irritation_slope)
            annoyed -= F(p.irritation_slope) * lowest.take(read)
            np.exp(annoyed, out=annoyed)
            annoyed *= frailty.take(read)
            irritation = np.zeros(len(here), F)
            irritation[read] = annoyed
            hazard = distrust + irritation
            if over_patience is not None:
                repetition = over_patience * F(p.over_patience_hazard)
                hazard += repetition
        # 1 - exp(-h) <= h: sixteen bits choose candidates, more digits decide.
        luck = self.draws(len(here)).astype(F)
        local = np.flatnonzero(luck <= hazard * F(65536.0))
        total = hazard.take(local).astype(float)
        u = (luck.take(local) + rng.random(len(local))) / 65536.0
        decided = u < -np.expm1(-total)
        local, total = local[decided], total[decided]
        members = here.take(local)
        n = len(members)
        cause = rng.random(n) * total
        by_irritation = irritation.take(local) if irritation is not None else np.zeros(n)
        by_distrust = by_irritation + distrust.take(local)
        repeated = cause >= by_distrust if repetition is not None else np.zeros(n, bool)
        mutes = ~repeated & (rng.random(n) < p.mute_share)
        block_share = np.where(
            repeated, p.block_when_over_patience, np.where(cause < by_irritation, p.block_share, 0.0))
        blocks = ~mutes & (rng.random(n) < block_share)
        leaves = ~mutes & ~blocks

        muted = members[mutes]
        muted = muted[m["status"][muted] == ACTIVE]
        m["status"][muted] = MUTED
        m["speaks"][muted] = 0.0
        m["comes"][muted] = np.rint(65536.0 * p.mute_visit * m["presence"][muted])
        self.add("mutes", day, muted)
        self.add("leaves", day, members[leaves])
        self.add("blocks", day, members[blocks])
        reported = blocks & (rng.random(n) < p.report_given_block)
        if reported.any():
            where = self.add_few("reports", day, members[reported])
            np.add.at(self.reports, (last.take(local[reported]), where), 1)
        hour = now.take(local)
        for post in self.c.of_day[day]:
            self.add_few("delivered", day, members[~mutes & (hour < post.at)], -1)
        self.depart(members[leaves], LEFT)
        self.depart(members[blocks], BLOCKED)

    def close_ranks(self):
        """Forgets who is gone."""
        stays = self.m["status"] <= MUTED
        kept = np.flatnonzero(stays)
        self.m = {name: column.take(kept, axis=0) for name, column in self.m.items()}
        self.bounds = np.searchsorted(kept, self.bounds)
        still = stays.take(self.asker)
        self.asker = np.searchsorted(kept, self.asker[still])
        self.due, self.answered = self.due[still], self.answered[still]

    def horizon(self):
        p, rng = self.p, self.rng
        self.close_ranks()
        self.settle(self.due <= 24.0 * self.c.days, self.c.days - 1)
        m, n = self.m, len(self.m["trust"])
        trust = m["trust"]
        count = lambda true: np.diff(np.searchsorted(np.flatnonzero(true), self.bounds))
        buys_again = rng.random(n, F) < logistic(p.repurchase_base + p.outcome_per_trust * trust)
        self.states["active"] += count(m["status"] == ACTIVE)
        self.states["muted"] += count(m["status"] == MUTED)
        self.states["repurchases"] += count(buys_again)
        self.states["repurchases_of_buyers"] += count(buys_again & m["bought"])
        complains = rng.random(n, F) < logistic(p.complaint_base - p.outcome_per_trust * trust)
        recommends = rng.random(n, F) < logistic(p.recommend_base + p.recommend_per_trust * trust)
        self.states["complaints"] += count(complains)
        self.states["recommendations"] += count(recommends)
        limits = (self.reports > self.c.reporters) & (rng.random(self.reports.shape) < p.enforce_prob)
        self.states["limits"] += limits.sum(axis=0)


def simulate(campaign, replicates, seed):
    rng = np.random.Generator(np.random.SFC64(seed))
    sizes = [min(BATCH, replicates - first) for first in range(0, replicates, BATCH)]
    batches = [Batch(campaign, size, rng).run() for size in sizes]
    return {name: np.concatenate([batch[name] for batch in batches]) for name in FLOWS + STATES}


if __name__ == "__main__":
    serve(simulate)
