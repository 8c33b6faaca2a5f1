//! Thresholds of the platform, reach, reports and incidents, set against what the article says they do.

use statrs::distribution::{DiscreteCDF, Poisson};

use super::{
    Check, Figures, Finding, MONTH_DAYS, WEEK_DAYS, Worked, change, clash_if, differ, left_after, num, pct, span,
};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "C6",
        statement: "23 reports per 1,000, a limit above 5 reports, and 18 % of accounts limited",
        claims: &["reports-spray", "report-limit-rule", "reach-spray", "spray-limited", "case8000-size"],
        also: &[],
        treatment: "the rule is enforced with a probability that is fitted, and shown over all it may be",
        work: enforcement,
    },
    Check {
        id: "C8",
        statement: "Spray reaches 80 to 120 people a day and 8,000 at once; targeted sending reaches more people than spray",
        claims: &["reach-spray", "reach-targeted", "case8000-size"],
        also: &[],
        treatment: "reach is the size of a batch that is effectively reached",
        work: reach,
    },
    Check {
        id: "C9",
        statement: "23 reports per 1,000 messages, if a member gets one a day, exceed those who leave",
        claims: &["reports-spray", "unsub-week-spray", "case8000-block-share"],
        also: &[],
        treatment: "1.4 messages a week to each member in both columns of the table",
        work: frequency,
    },
    Check {
        id: "C10",
        statement: "The rule against contents read without an answer punishes the good sender",
        claims: &["open-targeted", "interaction-targeted", "open-spray", "interaction-spray", "read-noreply-rule"],
        also: &[],
        treatment: "a mild factor of 0.95 on delivery",
        work: read_without_reply,
    },
    Check {
        id: "C22",
        statement: "The five taboos of the introduction: only the cap meets a section of the body, the multipliers have no base",
        claims: &["ads-per-day-cap", "gift-complaints", "unlabelled-violations", "broken-link-unsub"],
        also: &["everyone-harassment"],
        treatment: "multipliers are inputs; the one for mentions of everyone is ours",
        work: taboos,
    },
    Check {
        id: "C24",
        statement: "A cap of 50 ads a day beside 200 to 350 people reached a day",
        claims: &["ads-per-day-cap", "reach-targeted"],
        also: &[],
        treatment: "distinct posts count, not recipients",
        work: cap,
    },
    Check {
        id: "C26",
        statement: "2.3 leaks a month beside a leak risk of 42 %, and a cut of 89 % beside 42 % falling to 3.5 %",
        claims: &["leaks-month", "leak-risk-a", "leak-risk-b", "e2e-leak-cut"],
        also: &[],
        treatment: "2.3 leaks a month where privacy is ignored, 0.25 where it is kept",
        work: leaks,
    },
];

fn enforcement(of: &Figures) -> Worked {
    let (reports, threshold) = (of.low("reports-spray") / 1000.0, of.low("report-limit-rule"));
    let reach = of.range("reach-spray");
    let limited = |people: f64| {
        let day = Poisson::new(people * reports).map_or(0.0, |law| law.sf(threshold as u64));
        1.0 - left_after(day, MONTH_DAYS)
    };
    let middle = f64::midpoint(reach.0, reach.1);
    let claimed = of.low("spray-limited");
    Worked {
        arithmetic: format!(
            "{} reports per 1,000, limit above {}: at {} / {} / {} people a day {} / {} / {} limited in 30 days, claimed {}; \
             {} contacts make {} reports on the first day",
            num(1000.0 * reports),
            num(threshold),
            num(reach.0),
            num(middle),
            num(reach.1),
            pct(limited(reach.0)),
            pct(limited(middle)),
            pct(limited(reach.1)),
            pct(claimed),
            num(of.low("case8000-size")),
            num(of.low("case8000-size") * reports)
        ),
        finding: clash_if(claimed < limited(reach.0) || claimed > limited(reach.1)),
    }
}

fn reach(of: &Figures) -> Worked {
    let (spray, targeted, contacts) = (of.range("reach-spray"), of.range("reach-targeted"), of.low("case8000-size"));
    Worked {
        arithmetic: format!(
            "spray {} people a day, targeted {}; {} contacts at {} a day take {} days",
            span(spray, num),
            span(targeted, num),
            num(contacts),
            num(f64::midpoint(spray.0, spray.1)),
            num(contacts / f64::midpoint(spray.0, spray.1))
        ),
        finding: clash_if(targeted.0 > spray.1 || contacts > spray.1),
    }
}

fn frequency(of: &Figures) -> Worked {
    let (reports, exits) = (of.low("reports-spray") / 1000.0, of.range("unsub-week-spray"));
    let block = of.low("case8000-block-share");
    let daily = WEEK_DAYS * reports;
    let posts = |rate: f64| rate * block / reports;
    Worked {
        arithmetic: format!(
            "at one message a day {} reports per 100 members a week, where only {} leave; \
             with {} of them reporting, {} messages a week fit",
            num(100.0 * daily),
            span((100.0 * exits.0, 100.0 * exits.1), num),
            pct(block),
            span((posts(exits.0), posts(exits.1)), num)
        ),
        finding: clash_if(daily > exits.1),
    }
}

fn read_without_reply(of: &Figures) -> Worked {
    let silent =
        |open: &str, interaction: &str| (of.low(open) - of.high(interaction), of.high(open) - of.low(interaction));
    let (targeted, spray) =
        (silent("open-targeted", "interaction-targeted"), silent("open-spray", "interaction-spray"));
    let threshold = of.low("read-noreply-rule");
    Worked {
        arithmetic: format!(
            "read without an answer: targeted {}, spray {}; the penalty begins above {}",
            span(targeted, pct),
            span(spray, pct),
            pct(threshold)
        ),
        finding: clash_if(targeted.0 > threshold && targeted.0 > spray.1),
    }
}

fn taboos(of: &Figures) -> Worked {
    Worked {
        arithmetic: format!(
            "x {} complaints, x {} violations, x {} unsubscriptions, each of a rate that is not given; mentions of everyone \
             without a figure; cap {} a day",
            num(of.low("gift-complaints")),
            num(of.low("unlabelled-violations")),
            num(of.low("broken-link-unsub")),
            num(of.low("ads-per-day-cap"))
        ),
        finding: Finding::NotComparable,
    }
}

fn cap(of: &Figures) -> Worked {
    let (cap, reach) = (of.low("ads-per-day-cap"), of.range("reach-targeted"));
    Worked {
        arithmetic: format!(
            "counted per recipient, {} people a day are {} times the cap of {}",
            span(reach, num),
            span((reach.0 / cap, reach.1 / cap), num),
            num(cap)
        ),
        finding: clash_if(reach.0 > cap),
    }
}

fn leaks(of: &Figures) -> Worked {
    let (rate, risk, risk_kept) = (of.low("leaks-month"), of.low("leak-risk-a"), of.low("leak-risk-b"));
    let at_least_one = 1.0 - libm::exp(-rate);
    let (cut, claimed) = (risk_kept / risk, of.low("e2e-leak-cut"));
    Worked {
        arithmetic: format!(
            "1 - exp(-{}) = {} with a leak in a month, against a risk of {}; {} / {} = {}, claimed {}",
            num(rate),
            pct(at_least_one),
            pct(risk),
            pct(risk_kept),
            pct(risk),
            change(cut - 1.0),
            change(claimed - 1.0)
        ),
        finding: clash_if(differ(at_least_one, risk)),
    }
}
