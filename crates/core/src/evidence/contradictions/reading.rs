//! Who reads, how long, how often they click: figures on different bases.

use super::{Check, Figures, Finding, WEEK_DAYS, Worked, clash_if, differ, num, pct, span};

/// Ad views and stays in a chat are different things when one is this many times the other. Assumption.
const ANOTHER_THING: f64 = 10.0;

/// Repeats between the first and the third exposure.
const REPEATS_TO_THIRD: f64 = 2.0;

/// Weeks between the first and the third week of a series.
const WEEKS_BETWEEN: f64 = 2.0;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "C7",
        statement: "Audiences of spray match at most 15 %, yet half of the 8,000 contacts were target customers",
        claims: &["match-spray", "case8000-nontarget"],
        also: &[],
        treatment: "each situation has its own match",
        work: matching,
    },
    Check {
        id: "C11",
        statement: "Stays of minutes in one test, looks of seconds in another",
        claims: &["gz-dwell-in", "gz-dwell-out", "dwell-targeted", "dwell-spray"],
        also: &[],
        treatment: "time in the chat against time on an ad: not compared, not fitted",
        work: stays,
    },
    Check {
        id: "C12",
        statement: "37 % clicked: of the members, or of those who read?",
        claims: &["gz-click-in", "open-targeted", "hangzhou-ctr1"],
        also: &[],
        treatment: "per read",
        work: clicks,
    },
    Check {
        id: "C14",
        statement: "Looks fall to a fifth in two repeats, clicks to a third only in two weeks of daily repeats",
        claims: &["dwell-first", "dwell-third", "hangzhou-ctr1", "hangzhou-ctr3", "gz-click-in"],
        also: &[],
        treatment: "clicks wear with a fitted elasticity to attention",
        work: wear,
    },
    Check {
        id: "C21",
        statement: "A group said not to interact still answers after 11.3 hours; silent accounts never answer",
        claims: &["reply-slow", "silent-share"],
        also: &["silent-loss30"],
        treatment: "two situations, slow and silent, each with its own design",
        work: silence,
    },
];

fn matching(of: &Figures) -> Worked {
    let (most, case) = (of.high("match-spray"), 1.0 - of.low("case8000-nontarget"));
    Worked {
        arithmetic: format!(
            "1 - {} = {} match among the contacts, at most {} in the table",
            pct(of.low("case8000-nontarget")),
            pct(case),
            pct(most)
        ),
        finding: clash_if(case > most),
    }
}

fn stays(of: &Figures) -> Worked {
    let (inside, outside) = (of.low("gz-dwell-in"), of.low("gz-dwell-out"));
    let (targeted, spray) = (of.low("dwell-targeted"), of.low("dwell-spray"));
    let another = inside / targeted > ANOTHER_THING && outside / spray > ANOTHER_THING;
    Worked {
        arithmetic: format!(
            "{} s and {} s in the groups, {} s and {} s on an ad: {} and {} times as long; ratios {} and {}",
            num(inside),
            num(outside),
            num(targeted),
            num(spray),
            num(inside / targeted),
            num(outside / spray),
            num(inside / outside),
            num(targeted / spray)
        ),
        finding: if another { Finding::NotComparable } else { Finding::Consistent },
    }
}

fn clicks(of: &Figures) -> Worked {
    let (click, open, delivered) = (of.low("gz-click-in"), of.range("open-targeted"), of.low("hangzhou-ctr1"));
    Worked {
        arithmetic: format!(
            "of the members: {} / {} opened = {} of those who open would click; of those who read: {} per delivered / {} = {} opened",
            pct(click),
            span((open.1, open.0), pct),
            span((click / open.1, click / open.0), pct),
            pct(delivered),
            pct(click),
            pct(delivered / click)
        ),
        finding: clash_if(click / open.0 > 1.0),
    }
}

fn wear(of: &Figures) -> Worked {
    let (look, click) =
        (of.low("dwell-third") / of.low("dwell-first"), of.low("hangzhou-ctr3") / of.low("hangzhou-ctr1"));
    let sends = WEEKS_BETWEEN * WEEK_DAYS;
    let open = of.low("hangzhou-ctr1") / of.low("gz-click-in");
    let attention = libm::pow(look, 1.0 / REPEATS_TO_THIRD);
    let per_read = libm::pow(click, 1.0 / (sends * open));
    Worked {
        arithmetic: format!(
            "looks x {} in two repeats, x {} each; clicks x {} in {} more sends, {} of them read, x {} each read: elasticity {}",
            num(look),
            num(attention),
            num(click),
            num(sends),
            pct(open),
            num(per_read),
            num(libm::log(per_read) / libm::log(attention))
        ),
        finding: clash_if(differ(per_read, attention)),
    }
}

fn silence(of: &Figures) -> Worked {
    Worked {
        arithmetic: format!(
            "group A answers after {} h on average; {} of heavy senders never do, which is no mean at all",
            num(of.low("reply-slow")),
            pct(of.low("silent-share"))
        ),
        finding: Finding::NotComparable,
    }
}
