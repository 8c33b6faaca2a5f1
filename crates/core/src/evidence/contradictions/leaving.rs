//! Rates of leaving, muting and blocking that exclude each other on one reading and fit on another.

use super::{Check, Figures, MONTH_DAYS, WEEK_DAYS, Worked, change, clash_if, differ, left_after, num, pct, span};

/// Posts a day to a member where the article does not say how often a spraying account writes. Assumption, for the literal reading.
const POSTS_A_DAY: f64 = 1.0;

/// Length of the trials in which the same content went out daily, days (claim `same5-loss` says it in words).
const SAME_CONTENT_DAYS: f64 = 5.0;

/// Weeks over which the fall of activity in the 17 h case was seen (claim `shenzhen-activity` says it in words).
const SILENCE_WEEKS: f64 = 2.0;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "C3",
        statement: "43 % leave after a spray ad, 18 % after one off-theme ad, 7 to 9 % a week: as rates per delivery they exclude each other",
        claims: &["spray-leave-after", "gz-unsub-next", "unsub-week-spray", "open-targeted"],
        also: &[],
        treatment: "leaving follows a read, not a receipt: that fits all three",
        work: per_delivery,
    },
    Check {
        id: "C4",
        statement: "Spray loses 7 to 9 % a week by unsubscription and 41 % in 30 days",
        claims: &["unsub-week-spray", "spray-loss30", "spray-leave-after", "spray-mute-after"],
        also: &[],
        treatment: "loss includes members who mute: reproduced",
        work: month_of_weeks,
    },
    Check {
        id: "C5",
        statement: "More than 200 of 8,000 leave every day from the fifth on, against 7 to 9 % a week and 41 % in 30 days",
        claims: &["case8000-unsub-day", "case8000-size", "case8000-unsub-onset", "unsub-week-spray", "spray-loss30"],
        also: &[],
        treatment: "another frequency, the same ad every day: reproduced with repeats",
        work: eight_thousand,
    },
    Check {
        id: "C13",
        statement: "57 % block after receiving the same ad for the third time, against a loss 41 % higher over five days of it",
        claims: &["block-third", "same5-loss", "unsub-week-spray"],
        also: &["hangzhou-ctr3"],
        treatment: "counted per read, not per receipt",
        work: third_receipt,
    },
    Check {
        id: "C15",
        statement: "Losses under good practice lie factors apart: 7-2-1, targeted sending, the mean of the industry",
        claims: &["rule721-unsub", "unsub-week-targeted", "industry-loss30"],
        also: &[],
        treatment: "members who fit better and useful contents: still short of 2.1 %",
        work: good_practice,
    },
    Check {
        id: "C19",
        statement: "63 % of heavy senders lose 48 %, which is more than the whole industry is said to lose",
        claims: &["silent-share", "silent-loss30", "industry-loss30"],
        also: &[],
        treatment: "heavy senders are a minority of the industry",
        work: heavy_senders,
    },
    Check {
        id: "C30",
        statement: "Answering after 17 hours empties a group faster than never answering, and faster than careless privacy",
        claims: &[
            "shenzhen-left",
            "silent-loss30",
            "spray-leave-after",
            "spray-mute-after",
            "shenzhen-activity",
            "priv-activity-a",
        ],
        also: &["priv-loss-a"],
        treatment: "the model compromises; the 17 h case is held out",
        work: mildest_offence,
    },
    Check {
        id: "C31",
        statement: "35 % of those who left the 8,000 contacts blocked, where 57 % block at the third repeat of the same daily ad",
        claims: &["case8000-block-share", "block-third"],
        also: &[],
        treatment: "one share cannot meet both: the fit settles between them",
        work: block_share,
    },
];

fn per_delivery(of: &Figures) -> Worked {
    let (leave, week) = (of.low("spray-leave-after"), of.range("unsub-week-spray"));
    let two_weeks = 1.0 - left_after(leave, 2.0 * WEEK_DAYS * POSTS_A_DAY);
    let claimed = 1.0 - left_after(week.1, 2.0);
    let open = of.high("open-targeted");
    Worked {
        arithmetic: format!(
            "per delivery, one a day (assumption): 1 - (1 - {})^14 = {} gone in two weeks, against {} from {} a week; \
             per read: {} x {} opened = {}, claimed {}",
            pct(leave),
            pct(two_weeks),
            pct(claimed),
            span(week, pct),
            pct(leave),
            pct(open),
            pct(leave * open),
            pct(of.low("gz-unsub-next"))
        ),
        finding: clash_if(two_weeks > claimed),
    }
}

fn month_of_weeks(of: &Figures) -> Worked {
    let (week, claimed) = (of.range("unsub-week-spray"), of.low("spray-loss30"));
    let (leave, mute) = (of.low("spray-leave-after"), of.low("spray-mute-after"));
    let month = |rate: f64| 1.0 - left_after(rate, MONTH_DAYS / WEEK_DAYS);
    let both = |rate: f64| rate * (leave + mute) / leave;
    Worked {
        arithmetic: format!(
            "{} a week compounds to {} in 30 days, claimed {}; with {} muting for {} leaving: {}",
            span(week, pct),
            span((month(week.0), month(week.1)), pct),
            pct(claimed),
            pct(mute),
            pct(leave),
            span((month(both(week.0)), month(both(week.1))), pct)
        ),
        finding: clash_if(month(week.1) < claimed),
    }
}

fn eight_thousand(of: &Figures) -> Worked {
    let daily = of.low("case8000-unsub-day") / of.low("case8000-size");
    let week = 1.0 - left_after(daily, WEEK_DAYS);
    let days = MONTH_DAYS - of.low("case8000-unsub-onset") + 1.0;
    Worked {
        arithmetic: format!(
            "{} of {} = {} a day = {} a week, against {}; from day {} to day 30 it makes {} to {}, against {}",
            num(of.low("case8000-unsub-day")),
            num(of.low("case8000-size")),
            pct(daily),
            pct(week),
            span(of.range("unsub-week-spray"), pct),
            num(of.low("case8000-unsub-onset")),
            pct(1.0 - left_after(daily, days)),
            pct((daily * days).min(1.0)),
            pct(of.low("spray-loss30"))
        ),
        finding: clash_if(week > of.high("unsub-week-spray")),
    }
}

fn third_receipt(of: &Figures) -> Worked {
    let (block, ratio) = (of.low("block-third"), of.low("same5-loss"));
    let rotated = block / ratio;
    let spray = 1.0 - left_after(of.high("unsub-week-spray"), SAME_CONTENT_DAYS / WEEK_DAYS);
    Worked {
        arithmetic: format!(
            "per receipt, one a day: {} gone by day 3; {} / {} = {} lost in five days even with rotation, \
             where spray loses at most {}",
            pct(block),
            pct(block),
            num(ratio),
            pct(rotated),
            pct(spray)
        ),
        finding: clash_if(rotated > spray),
    }
}

fn good_practice(of: &Figures) -> Worked {
    let (mix, week, industry) = (of.low("rule721-unsub"), of.range("unsub-week-targeted"), of.low("industry-loss30"));
    let month = |rate: f64| 1.0 - left_after(rate, MONTH_DAYS / WEEK_DAYS);
    Worked {
        arithmetic: format!(
            "in 30 days: {} ({} a week) with 7-2-1, {} targeted ({} a week), {} in the industry: factors {} and {}",
            pct(mix),
            pct(1.0 - left_after(mix, WEEK_DAYS / MONTH_DAYS)),
            span((month(week.0), month(week.1)), pct),
            span(week, pct),
            pct(industry),
            num(month(week.0) / mix),
            num(industry / mix)
        ),
        finding: clash_if(mix < month(week.0) || mix > month(week.1)),
    }
}

fn heavy_senders(of: &Figures) -> Worked {
    let (share, loss, industry) = (of.low("silent-share"), of.low("silent-loss30"), of.low("industry-loss30"));
    Worked {
        arithmetic: format!(
            "{} x {} = {} lost through them alone, against {} in the whole industry",
            pct(share),
            pct(loss),
            pct(share * loss),
            pct(industry)
        ),
        finding: clash_if(share * loss > industry),
    }
}

fn mildest_offence(of: &Figures) -> Worked {
    let left = of.low("shenzhen-left");
    let (leave, mute) = (of.low("spray-leave-after"), of.low("spray-mute-after"));
    let silent_left = of.low("silent-loss30") * leave / (leave + mute);
    let kept_slow = left_after(of.low("shenzhen-activity"), SILENCE_WEEKS);
    let kept_privacy = left_after(of.low("priv-activity-a"), MONTH_DAYS / WEEK_DAYS);
    Worked {
        arithmetic: format!(
            "17 h: {} left, activity x {} in 14 days; never: {} lost x {} / {} = {} left; careless privacy: activity x {} in 30 days",
            pct(left),
            num(kept_slow),
            pct(of.low("silent-loss30")),
            pct(leave),
            pct(leave + mute),
            pct(silent_left),
            num(kept_privacy)
        ),
        finding: clash_if(left > silent_left && kept_slow < kept_privacy),
    }
}

fn block_share(of: &Figures) -> Worked {
    let (case, third) = (of.low("case8000-block-share"), of.low("block-third"));
    Worked {
        arithmetic: format!(
            "{} of those who left blocked, {} block at the third repeat: {}",
            pct(case),
            pct(third),
            change(case / third - 1.0)
        ),
        finding: clash_if(case < third && differ(case, third)),
    }
}
