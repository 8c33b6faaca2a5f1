//! Advice against the article's own figures: what its winners do otherwise, and what would never fire.

use super::{Check, Figures, Finding, WEEK_DAYS, Worked, clash_if, differ, num, pct, span};

/// Useful posts in the week of the worked example (claim `rule721-example` says it in words: Monday and Wednesday).
const USEFUL_IN_EXAMPLE: f64 = 2.0;

/// Useful kinds in the rotation (claim `rotation-cycle` names them: one of four, two with testimonials).
const USEFUL_IN_CYCLE: f64 = 1.0;

/// Hours between two texts of a group that adjusts them daily (claim `cost-rotated` says it in words).
const DAILY_HOURS: f64 = 24.0;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "C16",
        statement: "70-20-10, its own worked example and the rotation of kinds are three different mixes",
        claims: &["rule721-useful", "rule721-reminder", "rule721-hard", "rule721-example", "rotation-cycle"],
        also: &[],
        treatment: "three policies, each simulated as it stands",
        work: mixes,
    },
    Check {
        id: "C17",
        statement: "At least 48 hours between contents, yet the group that wins changes its text every day",
        claims: &["interval-48h"],
        also: &["cost-rotated"],
        treatment: "both are simulated",
        work: interval,
    },
    Check {
        id: "C18",
        statement: "Contents with an interaction above 25 % are to be extended",
        claims: &["interaction-extend", "interaction-targeted"],
        also: &[],
        treatment: "not used",
        work: extension,
    },
    Check {
        id: "C25",
        statement: "Negative comments are to be answered within a minute, which the model account does not manage",
        claims: &["rule1551-negative", "reply-fast", "b-reply-share"],
        also: &[],
        treatment: "advice, not simulated",
        work: minute,
    },
];

fn mixes(of: &Figures) -> Worked {
    let advised = (of.low("rule721-useful"), of.low("rule721-reminder"), of.low("rule721-hard"));
    let (posts, kinds) = (of.low("rule721-example"), of.low("rotation-cycle"));
    let (example, cycle) = (USEFUL_IN_EXAMPLE / posts, USEFUL_IN_CYCLE / kinds);
    Worked {
        arithmetic: format!(
            "useful / reminder / hard: {} / {} / {} advised, {} / {} / 0 % in the example, {} useful and no hard ad in the rotation",
            pct(advised.0),
            pct(advised.1),
            pct(advised.2),
            pct(example),
            pct(1.0 - example),
            pct(cycle)
        ),
        finding: clash_if(differ(cycle, advised.0) || advised.2 > 0.0),
    }
}

fn interval(of: &Figures) -> Worked {
    let hours = of.low("interval-48h");
    Worked {
        arithmetic: format!(
            "{} h between contents are {} posts a week; the winning group changes its text {} times a week",
            num(hours),
            num(WEEK_DAYS * 24.0 / hours),
            num(WEEK_DAYS * 24.0 / DAILY_HOURS)
        ),
        finding: clash_if(hours > DAILY_HOURS),
    }
}

fn extension(of: &Figures) -> Worked {
    let (threshold, found) = (of.low("interaction-extend"), of.range("interaction-targeted"));
    Worked {
        arithmetic: format!(
            "targeted contents reach {}: {} of the threshold of {}",
            span(found, pct),
            span((found.0 / threshold, found.1 / threshold), pct),
            pct(threshold)
        ),
        finding: if found.1 < threshold { Finding::NeverFires } else { Finding::Consistent },
    }
}

fn minute(of: &Figures) -> Worked {
    let (limit, mean, share) = (of.low("rule1551-negative"), of.low("reply-fast"), of.low("b-reply-share"));
    let within = 1.0 - libm::exp(-limit / mean);
    // The mean has a meaning only for a share below 1.
    let needed = limit / -libm::log((1.0 - share).max(f64::MIN_POSITIVE));
    Worked {
        arithmetic: format!(
            "with a mean of {} min {} are answered within {} min; {} would need a mean of {} min",
            num(mean),
            pct(within),
            num(limit),
            pct(share),
            num(needed)
        ),
        finding: clash_if(within < share),
    }
}
