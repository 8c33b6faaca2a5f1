//! What was checked and holds: figures of different places that agree.

use super::{Check, Figures, MONTH_DAYS, WEEK_DAYS, Worked, clash_if, differ, left_after, num, pct, span};

/// Minutes within which most questions are answered (claim `b-reply-share` says it in words).
const SOON_MIN: f64 = 15.0;

/// Shape of the Gamma law of repeat patience above one read. Assumption.
const PATIENCE_SHAPE: f64 = 3.0;

/// Contacts asked in the test of ten friends (its words).
const FRIENDS: f64 = 10.0;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "K1",
        statement: "Repurchase with fast answers is 3.7 times that with slow ones",
        claims: &["repurchase-fast", "repurchase-slow", "repurchase-ratio"],
        also: &[],
        treatment: "the two levels are fitted, the ratio follows",
        work: |of| quotient(of, "repurchase-fast", "repurchase-slow", "repurchase-ratio"),
    },
    Check {
        id: "K2",
        statement: "Complaints with fast answers are a quarter of those with slow ones",
        claims: &["complaint-fast", "complaint-slow", "complaint-ratio"],
        also: &[],
        treatment: "the two levels are fitted, the ratio follows",
        work: |of| quotient(of, "complaint-fast", "complaint-slow", "complaint-ratio"),
    },
    Check {
        id: "K3",
        statement: "The gap between the looks at targeted and at spray ads",
        claims: &["dwell-targeted", "dwell-spray", "dwell-gap"],
        also: &[],
        treatment: "the two looks are used",
        work: gap,
    },
    Check {
        id: "K4",
        statement: "A mean answer of 6.2 minutes and 90 % answered within 15",
        claims: &["reply-fast", "b-reply-share"],
        also: &[],
        treatment: "answers come after exponential times",
        work: answers,
    },
    Check {
        id: "K5",
        statement: "The open rates of the cases lie in the ranges of the table",
        claims: &["case8000-open3d", "open-spray", "sector-open-targeted", "open-targeted"],
        also: &[],
        treatment: "both are compared with",
        work: cases_in_table,
    },
    Check {
        id: "K6",
        statement: "With privacy kept, activity falls no faster than by members lost and a little silence",
        claims: &["priv-loss-b", "priv-activity-b"],
        also: &[],
        treatment: "both are fitted",
        work: privacy_kept,
    },
    Check {
        id: "K7",
        statement: "A mean patience of 2.8 exposures and more than 57 % who block by the third",
        claims: &["patience-2-8", "block-third"],
        also: &[],
        treatment: "patience is 1 + Gamma of shape 3",
        work: patience,
    },
    Check {
        id: "K8",
        statement: "More than 3 of 10 friends who say no need, and a match below 70 %",
        claims: &["ten-friends-test", "match-targeted"],
        also: &[],
        treatment: "the same threshold twice",
        work: friends,
    },
    Check {
        id: "K9",
        statement: "No open rate exceeds the share of people who look in on a day",
        claims: &["daily-presence", "open-targeted", "rule721-open"],
        also: &[],
        treatment: "presence caps what can be read",
        work: presence,
    },
    Check {
        id: "K10",
        statement: "Opened, left, blocked: the product of three claims is the fourth, the reports of spray",
        claims: &["open-spray", "spray-leave-after", "case8000-block-share", "reports-spray"],
        also: &[],
        treatment: "one chain from reading to reporting",
        work: chain,
    },
    Check {
        id: "K11",
        statement: "79 % swipe the third exposure away, which is the fall of the look",
        claims: &["dwell-first", "dwell-third", "swipe-third"],
        also: &[],
        treatment: "one fact, used once",
        work: swipe,
    },
];

fn quotient(of: &Figures, above: &str, below: &str, ratio: &str) -> Worked {
    let (above, below, claimed) = (of.low(above), of.low(below), of.low(ratio));
    Worked {
        arithmetic: format!("{} / {} = {}; claimed {}", pct(above), pct(below), num(above / below), num(claimed)),
        finding: clash_if(differ(above / below, claimed)),
    }
}

fn gap(of: &Figures) -> Worked {
    let (targeted, spray, claimed) = (of.low("dwell-targeted"), of.low("dwell-spray"), of.low("dwell-gap"));
    Worked {
        arithmetic: format!(
            "{} - {} = {} s; claimed {} s",
            num(targeted),
            num(spray),
            num(targeted - spray),
            num(claimed)
        ),
        finding: clash_if(differ(targeted - spray, claimed)),
    }
}

fn answers(of: &Figures) -> Worked {
    let (mean, claimed) = (of.low("reply-fast"), of.low("b-reply-share"));
    let within = 1.0 - libm::exp(-SOON_MIN / mean);
    Worked {
        arithmetic: format!("1 - exp(-{} / {}) = {}; claimed {}", num(SOON_MIN), num(mean), pct(within), pct(claimed)),
        finding: clash_if(differ(within, claimed)),
    }
}

fn cases_in_table(of: &Figures) -> Worked {
    let inside = |case: &str, table: &str| (of.low(table)..=of.high(table)).contains(&of.low(case));
    Worked {
        arithmetic: format!(
            "{} in {}; {} in {}",
            pct(of.low("case8000-open3d")),
            span(of.range("open-spray"), pct),
            pct(of.low("sector-open-targeted")),
            span(of.range("open-targeted"), pct)
        ),
        finding: clash_if(!inside("case8000-open3d", "open-spray") || !inside("sector-open-targeted", "open-targeted")),
    }
}

fn privacy_kept(of: &Figures) -> Worked {
    let (loss, activity) = (of.low("priv-loss-b"), of.low("priv-activity-b"));
    let week = 1.0 - left_after(loss, WEEK_DAYS / MONTH_DAYS);
    Worked {
        arithmetic: format!(
            "{} lost in 30 days are {} a week; activity falls by {} a week",
            pct(loss),
            pct(week),
            pct(activity)
        ),
        finding: clash_if(week > activity),
    }
}

/// P(1 + Gamma(3, mean m - 1) <= 3), by the closed form of a Gamma law of whole shape (Erlang).
fn patience(of: &Figures) -> Worked {
    let (mean, claimed) = (of.low("patience-2-8"), of.low("block-third"));
    let x = 2.0 * PATIENCE_SHAPE / (mean - 1.0);
    let by_third = 1.0 - libm::exp(-x) * (1.0 + x + x * x / 2.0);
    Worked {
        arithmetic: format!(
            "P(1 + Gamma({}, mean {}) <= 3) = {}; claimed more than {}",
            num(PATIENCE_SHAPE),
            num(mean - 1.0),
            pct(by_third),
            pct(claimed)
        ),
        finding: clash_if(by_third < claimed),
    }
}

fn friends(of: &Figures) -> Worked {
    let (refusals, matching) = (of.low("ten-friends-test"), of.low("match-targeted"));
    Worked {
        arithmetic: format!(
            "1 - {} / {} = {}; the table asks for {}",
            num(refusals),
            num(FRIENDS),
            pct(1.0 - refusals / FRIENDS),
            pct(matching)
        ),
        finding: clash_if(differ(1.0 - refusals / FRIENDS, matching)),
    }
}

fn presence(of: &Figures) -> Worked {
    let (cap, opens) = (of.low("daily-presence"), [of.high("open-targeted"), of.high("rule721-open")]);
    Worked {
        arithmetic: format!("opened at most {} and {}; {} look in on a day", pct(opens[0]), pct(opens[1]), pct(cap)),
        finding: clash_if(opens.iter().any(|open| *open > cap)),
    }
}

fn chain(of: &Figures) -> Worked {
    let (low, high) = of.range("open-spray");
    let open = f64::midpoint(low, high);
    let (leave, block) = (of.low("spray-leave-after"), of.low("case8000-block-share"));
    let (product, claimed) = (1000.0 * open * leave * block, of.low("reports-spray"));
    Worked {
        arithmetic: format!(
            "{} opened x {} leave x {} block = {} per 1,000; claimed {}",
            pct(open),
            pct(leave),
            pct(block),
            num(product),
            num(claimed)
        ),
        finding: clash_if(differ(product, claimed)),
    }
}

fn swipe(of: &Figures) -> Worked {
    let (first, third, claimed) = (of.low("dwell-first"), of.low("dwell-third"), of.low("swipe-third"));
    Worked {
        arithmetic: format!(
            "1 - {} / {} = {}; claimed {}",
            num(third),
            num(first),
            pct(1.0 - third / first),
            pct(claimed)
        ),
        finding: clash_if(differ(1.0 - third / first, claimed)),
    }
}
