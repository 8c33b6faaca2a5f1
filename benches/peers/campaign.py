"""What the Python sides share: the compiled plan, the platform's two rules, and answering the driver.

Comes in: the file that `peers plan` wrote. Goes out: a `Campaign` per case, and one line of JSON for each line of standard
input that names replicates, seed and case. No behaviour of members is here.
"""

import json
import sys
import time
from math import exp, log
from types import SimpleNamespace

FLOWS = [
    "delivered", "reads", "clicks", "interactions", "purchases", "questions", "answers", "inquiry_purchases",
    "leaves", "blocks", "leak_exits", "mutes", "reports", "unwanted_reads", "member_days", "privacy_complaints",
    "dwell_seconds", "activity",
]
STATES = ["active", "muted", "repurchases", "complaints", "recommendations", "repurchases_of_buyers", "limits"]


class Campaign:
    """One case with its constants."""

    def __init__(self, case, parameters):
        self.__dict__.update(case)
        self.p = p = SimpleNamespace(**parameters)
        self.posts = [SimpleNamespace(**post) for post in self.posts]
        for index, post in enumerate(self.posts):
            post.index = index
            post.at = 24.0 * post.day + post.hour
            post.delivery = self.delivery(post.day)
            post.click = p.click_given_read * post.offer
        self.of_day = [[post for post in self.posts if post.day == day] for day in range(self.days)]
        self.in_sight = [(self.of_day[day - 1] if day else []) + self.of_day[day] for day in range(self.days)]
        # Of more than ten posts in sight only the last would be offered.
        assert max(map(len, self.in_sight)) <= 10
        # Service reputation follows the sender's practice, night by night.
        service, self.trust_target = p.trust_at_entry, []
        for day in range(self.days):
            if day:
                service += p.service_step * (self.service - service)
            self.trust_target.append(service * self.trust_ceiling)
        self.decay = -log(2.0) / p.fatigue_half_life
        self.wear = exp(-p.wear_elasticity * p.attention_wear)
        self.reporters = self.rules["reports"]["reporters"]

    def delivery(self, day):
        """Factor on reading the posts sent on `day` (from 0): relevance and slow replies."""
        relevance, slow = self.rules["relevance"], self.rules["slow"]
        earlier = [post for post in self.posts if post.day < day]
        recent = [post.relevance for post in earlier if day - post.day <= relevance["window_days"]]
        factor = 1.0
        if len({post.day for post in earlier}) >= relevance["post_days"] and recent:
            if sum(recent) / len(recent) < relevance["below"]:
                factor *= relevance["delivery"]
        if day + 1 >= slow["from_day"] and (self.reply_hours is None or self.reply_hours > slow["above_hours"]):
            factor *= slow["delivery"]
        return factor


def serve(simulate):
    """Answers the driver: `simulate(campaign, replicates, seed)` gives the totals of each replicate by name."""
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    campaigns = {case["name"]: Campaign(case, plan["parameters"]) for case in plan["cases"]}
    for line in sys.stdin:
        replicates, seed, case = line.rstrip("\n").split(" ", 2)
        started = time.perf_counter()
        totals = simulate(campaigns[case], int(replicates), int(seed))
        seconds = time.perf_counter() - started
        totals = {name: [float(value) for value in values] for name, values in totals.items()}
        print(json.dumps({"seconds": seconds, "totals": totals}), flush=True)
