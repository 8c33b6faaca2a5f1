//! Returns, ratios and counts that do not follow from the figures beside them; digits that recur.

use super::{Check, Figures, Finding, MONTH_DAYS, Worked, change, clash_if, differ, num, pct};

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "C1",
        statement: "The return of rotated contents is said to be 314 % higher, which is the ratio of conversions without its cost",
        claims: &["conv-same", "conv-rotated", "cost-same", "cost-rotated", "roi-314"],
        also: &[],
        treatment: "buyers per yuan are compared, never the return, which depends on a margin nobody states",
        work: return_on_cost,
    },
    Check {
        id: "C2",
        statement: "Retention with privacy is said to be 63 % higher; it is churn that is 63 % lower",
        claims: &["priv-loss-a", "priv-loss-b", "priv-retention"],
        also: &[],
        treatment: "the two levels of churn are used",
        work: retention,
    },
    Check {
        id: "C2b",
        statement: "Privacy complaints are said to fall to a sixth, beside two levels that say otherwise",
        claims: &["priv-complaints-a", "priv-complaints-b", "priv-complaint-ratio"],
        also: &[],
        treatment: "the two levels are used",
        work: complaints,
    },
    Check {
        id: "C20",
        statement: "Eight prospects lost for each silence and twelve joiners for each leaver soon exceed any group",
        claims: &["questions-slow", "silence-loss", "shenzhen-groups", "shenzhen-left", "joiners-lost"],
        also: &[],
        treatment: "an index of missed joiners, fed back into nothing",
        work: prospects,
    },
    Check {
        id: "C23",
        statement: "A personal answer is said to convert 270 % more; that is the ratio of repurchases, not of conversions",
        claims: &["taiwan-human", "inquiry-conv-slow", "inquiry-conv-fast", "repurchase-slow", "repurchase-fast"],
        also: &[],
        treatment: "a case, compared with and never fitted",
        work: personal_answer,
    },
    Check {
        id: "C27",
        statement: "Customer value is said to rise by 34 % where the churn beside it implies a lifetime several times as long",
        claims: &["e2e-ltv", "priv-loss-a", "priv-loss-b"],
        also: &[],
        treatment: "not used",
        work: lifetime,
    },
    Check {
        id: "C28",
        statement: "320 of 1,000 customers lost to careless privacy is neither the level nor the difference of the table",
        claims: &["priv-lost-320", "priv-loss-a", "priv-loss-b"],
        also: &[],
        treatment: "the table is used",
        work: lost_customers,
    },
    Check {
        id: "C29",
        statement: "What a dollar of compliance is said to save exceeds by far what the table leaves to be saved",
        claims: &["priv-dollar-fines", "priv-dollar-recovery", "priv-cost-a", "priv-cost-b"],
        also: &[],
        treatment: "the costs are read as remediation and compliance, the savings are not used",
        work: dollars,
    },
    Check {
        id: "C32",
        statement: "The same digits return for quantities that have nothing to do with each other",
        claims: &[
            "spray-loss30",
            "offtopic-reported",
            "same5-loss",
            "inquiry-conv-fast",
            "priv-recommend-b",
            "daily-presence",
            "silent-share",
            "priv-retention",
            "stated-leave-offtopic",
            "check-policy",
            "swipe-third",
            "check-rules-first",
            "repurchase-ratio",
            "taiwan-human",
        ],
        also: &[],
        treatment: "every figure is given a tolerance of 12 % at least",
        work: recurring_digits,
    },
];

fn return_on_cost(of: &Figures) -> Worked {
    let (same, rotated) = (of.low("conv-same"), of.low("conv-rotated"));
    let (per_same, per_rotated) = (100.0 * same / of.low("cost-same"), 100.0 * rotated / of.low("cost-rotated"));
    let (gain, claimed) = (per_rotated / per_same - 1.0, of.low("roi-314"));
    Worked {
        arithmetic: format!(
            "{} / {} = {} conversions for one; per 100 yuan {} / {} buyers = {} for one ({}); claimed {}",
            pct(rotated),
            pct(same),
            num(rotated / same),
            num(per_rotated),
            num(per_same),
            num(per_rotated / per_same),
            change(gain),
            change(claimed)
        ),
        finding: clash_if(differ(gain, claimed)),
    }
}

fn retention(of: &Figures) -> Worked {
    let (a, b) = (of.low("priv-loss-a"), of.low("priv-loss-b"));
    let (gain, claimed) = ((1.0 - b) / (1.0 - a) - 1.0, of.low("priv-retention") - 1.0);
    Worked {
        arithmetic: format!(
            "retention {} / {} = {}, churn {} / {} = {}; claimed {}",
            pct(1.0 - b),
            pct(1.0 - a),
            change(gain),
            pct(b),
            pct(a),
            change(b / a - 1.0),
            change(claimed)
        ),
        finding: clash_if(differ(gain, claimed)),
    }
}

fn complaints(of: &Figures) -> Worked {
    let (a, b) = (of.low("priv-complaints-a"), of.low("priv-complaints-b"));
    let claimed = of.low("priv-complaint-ratio");
    Worked {
        arithmetic: format!("{} / {} = 1/{}; claimed 1/{}", num(b), num(a), num(a / b), num(1.0 / claimed)),
        finding: clash_if(differ(b / a, claimed)),
    }
}

fn prospects(of: &Figures) -> Worked {
    let (questions, each, members) = (of.low("questions-slow"), of.low("silence-loss"), of.low("shenzhen-groups"));
    let (left, joiners) = (of.low("shenzhen-left"), of.low("joiners-lost"));
    let lost = questions * MONTH_DAYS * each;
    let missed = left * members * joiners;
    Worked {
        arithmetic: format!(
            "{} questions a day x {} days x {} = {} prospects, {} of {} members left x {} = {} joiners; the groups hold {}",
            num(questions),
            num(MONTH_DAYS),
            num(each),
            num(lost),
            pct(left),
            num(members),
            num(joiners),
            num(missed),
            num(members)
        ),
        finding: clash_if(lost > members || missed > members),
    }
}

fn personal_answer(of: &Figures) -> Worked {
    let claimed = of.low("taiwan-human");
    let conversion = of.low("inquiry-conv-fast") / of.low("inquiry-conv-slow");
    let repurchase = of.low("repurchase-fast") / of.low("repurchase-slow");
    Worked {
        arithmetic: format!(
            "conversions of questions {} / {} = {}, repurchases {} / {} = {}; claimed {} ({})",
            pct(of.low("inquiry-conv-fast")),
            pct(of.low("inquiry-conv-slow")),
            num(conversion),
            pct(of.low("repurchase-fast")),
            pct(of.low("repurchase-slow")),
            num(repurchase),
            num(claimed),
            change(claimed - 1.0)
        ),
        finding: clash_if(differ(conversion, claimed)),
    }
}

fn lifetime(of: &Figures) -> Worked {
    let (a, b) = (of.low("priv-loss-a"), of.low("priv-loss-b"));
    let (ratio, claimed) = (libm::log1p(-a) / libm::log1p(-b), of.low("e2e-ltv"));
    Worked {
        arithmetic: format!(
            "ln(1 - {}) / ln(1 - {}) = a lifetime {} times as long; claimed {} times the value",
            pct(a),
            pct(b),
            num(ratio),
            num(claimed)
        ),
        finding: clash_if(differ(ratio, claimed)),
    }
}

fn lost_customers(of: &Figures) -> Worked {
    let (a, b) = (of.low("priv-loss-a"), of.low("priv-loss-b"));
    let claimed = of.low("priv-lost-320");
    let of_thousand = |share: f64| num(1000.0 * share);
    Worked {
        arithmetic: format!(
            "of 1,000: {} at {} loss, {} more than at {}; claimed {}",
            of_thousand(a),
            pct(a),
            of_thousand(a - b),
            pct(b),
            of_thousand(claimed)
        ),
        finding: clash_if(differ(a, claimed) && differ(a - b, claimed)),
    }
}

fn dollars(of: &Figures) -> Worked {
    let saved = of.low("priv-dollar-fines") + of.low("priv-dollar-recovery");
    let (a, b) = (of.low("priv-cost-a"), of.low("priv-cost-b"));
    Worked {
        arithmetic: format!(
            "({} + {}) x {} of turnover = {} of turnover saved; the table leaves {} - {} = {}",
            num(of.low("priv-dollar-fines")),
            num(of.low("priv-dollar-recovery")),
            pct(b),
            pct(saved * b),
            pct(a),
            pct(b),
            pct(a - b)
        ),
        finding: clash_if(saved * b > a),
    }
}

/// Digits of a figure as the article prints them: a share in per cent, and the excess of a ratio just above one.
fn digits(figure: f64) -> String {
    match figure {
        share if share < 1.0 => pct(share),
        ratio if ratio < 2.0 => pct(ratio - 1.0),
        ratio => format!("x {}", num(ratio)),
    }
}

fn recurring_digits(of: &Figures) -> Worked {
    let mut counts: Vec<(String, usize)> = Vec::new();
    let cited = CHECKS.iter().find(|check| check.id == "C32").map_or(&[][..], |check| check.claims);
    for figure in cited.iter().map(|id| digits(of.low(id))) {
        match counts.iter_mut().find(|(known, _)| *known == figure) {
            Some((_, count)) => *count += 1,
            None => counts.push((figure, 1)),
        }
    }
    let recurring: Vec<String> =
        counts.iter().filter(|(_, n)| *n > 1).map(|(figure, n)| format!("{figure} in {n} claims")).collect();
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0);
    Worked { arithmetic: recurring.join(", "), finding: if most > 2 { Finding::Doubtful } else { Finding::Consistent } }
}
