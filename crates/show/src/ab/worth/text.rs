//! Whether a test pays as plain text: a table of tests and three lines.

use wearout_core::study::ab::worth::{Advice, Candidate, Estimate, Judged, Rest, Rule, Skipped};
use wearout_core::tally::Unit;

use super::{Page, days};
use crate::ab::units;
use crate::number::{decimals, fixed, plain_decimals, short, signed};
use crate::table::{grid, wrapped};

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let Page { contest, request, .. } = page;
    let mut text = wrapped(&format!(
        "Is test {} worth it? {}; decided by {}; value in buyers, over {} of parameters",
        contest.said.name,
        contest.said.arms.join(" or "),
        page.rule(page.shown()),
        counted(request.sets.len(), "set")
    ));
    text += &wrapped(&beforehand(page));
    text.push('\n');
    text += &table(page);
    text.push('\n');
    for line in [Some(design(page)), warnings(page), Some(worth(page))].into_iter().flatten() {
        text += &wrapped(&line);
    }
    text
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn beforehand(page: &Page) -> String {
    let (request, found) = (page.request, page.found);
    let Skipped { buyers, lost, kept, limited, banned } = found.skipped;
    let percent = |share: Estimate| fixed(100.0 * share.mean, 0);
    let arm = page.arm(found.best_before);
    let comes_to = format!(
        "{} buyers, {} members kept (limited in {} %, banned in {} % of campaigns), {} members lost",
        fixed(buyers.mean, 0),
        fixed(kept.mean, 0),
        percent(limited),
        percent(banned),
        fixed(lost.mean, 0)
    );
    let sets = request.sets.len();
    let ties = sets - found.ahead.iter().sum::<usize>();
    if page.is_tied() {
        return format!("Untested: {arm} to everyone: {comes_to}; the arms do not differ under any set");
    }
    let tied = if ties > 0 { format!(" (none in {ties})") } else { String::new() };
    // The next arm is ahead as well as not, unless the interval says so.
    let is_ahead = found.lead.interval.is_some_and(|interval| interval.low > 0.0);
    let lead = if is_ahead { "ahead of the next arm by" } else { "not shown to be ahead of the next arm:" };
    format!(
        "Untested: {arm} to everyone, best in {} of {}{tied}: {comes_to}, {lead} {}; knowing the better arm is worth at least {}",
        found.ahead[found.best_before],
        counted(sets, "set"),
        with_interval(&found.lead),
        with_interval(&found.knowledge)
    )
}

fn table(page: &Page) -> String {
    let found = page.found;
    let rows: Vec<(&Candidate, &Judged)> =
        found.candidates.iter().map(|candidate| (candidate, candidate.judged(page.shown()))).collect();
    let label = |of: &Candidate| format!("{} {} an arm, {}", of.units, units(page.contest), days(of.days));
    let labels = rows.iter().map(|(candidate, _)| label(candidate));
    let labels: Vec<String> = std::iter::once(String::new()).chain(labels).collect();
    let column = |heading: &str, cell: &dyn Fn(&Candidate, &Judged) -> String| -> Vec<String> {
        let cells = rows.iter().map(|(candidate, judged)| cell(candidate, judged));
        std::iter::once(heading.to_owned()).chain(cells).collect()
    };
    let plain = |value: f64| signed(value, 1);
    let mut columns = vec![
        column("picks better", &|_, judged| {
            judged.payoff.picks_better().map_or_else(String::new, |share| format!("{} %", fixed(100.0 * share, 0)))
        }),
        column("gain", &|_, judged| plain(judged.payoff.gain)),
        column("test", &|_, judged| plain(-judged.payoff.test_cost)),
    ];
    if page.request.rest == Rest::Deadline {
        columns.push(column("wait", &|_, judged| plain(-judged.payoff.wait_cost)));
    }
    if rows.iter().any(|(_, judged)| judged.payoff.banned > 0.0) {
        columns.push(column("ban", &|_, judged| plain(-judged.payoff.ban_cost)));
    }
    columns.push(column("lost", &|_, judged| plain(judged.payoff.lost)));
    columns.push(column("net (95 % MC)", &|_, judged| with_interval(&judged.net)));
    if let Some((margin, currency)) = page.margin() {
        columns.push(column(&format!("net, {currency}"), &|_, judged| signed(margin * judged.net.mean, 0)));
    }
    let (heading, other) = match page.shown() {
        Rule::Metric => ("by value", Rule::NetOfLoss),
        Rule::NetOfLoss => ("by metric", Rule::Metric),
    };
    columns.push(column(heading, &|candidate, _| plain(candidate.judged(other).net.mean)));
    if rows.iter().any(|(candidate, _)| candidate.closed_form.is_some()) {
        columns.push(column("closed form", &|candidate, _| candidate.closed_form.map_or_else(String::new, plain)));
    }
    grid(&labels, &columns)
}

fn design(page: &Page) -> String {
    let (contest, found) = (page.contest, page.found);
    let audience = &contest.experiment.audiences[contest.trial.audience];
    let who = if contest.deals_members() {
        format!("{} members", fixed(f64::from(audience.size), 0))
    } else {
        format!("{} groups of {}", audience.groups, audience.size)
    };
    let rest = match page.request.rest {
        Rest::Later => "who is not tested gets the whole campaign after it",
        Rest::Deadline => "who is not tested gets what is left of the horizon",
    };
    let closed = found.closed.map_or_else(String::new, |closed| {
        format!("; test and roll in closed form: {} {} an arm, {}", closed.units, units(contest), signed(closed.net, 1))
    });
    let appeal = if page.request.appeal > 0.0 {
        format!("; contents appeal {} % more or less than expected", short(100.0 * page.request.appeal))
    } else {
        String::new()
    };
    format!(
        "Design: {who}, {} of campaign; {rest}; a member lost counts as {} buyers{appeal}{closed}",
        days(contest.experiment.days),
        short(found.member_worth)
    )
}

fn warnings(page: &Page) -> Option<String> {
    let found = page.found;
    let mut said = Vec::new();
    if let Some(banned) = found.candidates.iter().map(|of| of.judged(Rule::Metric).payoff.banned).reduce(f64::max)
        && banned > 0.0
    {
        said.push(format!(
            "in up to {} % of tests the account was banned, which ends the campaign",
            fixed(100.0 * banned, 1)
        ));
    }
    if !found.gives_way {
        said.push(
            "the arms differ in more than their posts, so those tested keep their own arm after the test".to_owned(),
        );
    }
    if found.closed.is_none() {
        said.push(
            "no closed form: it needs two arms compared by conversion, and sets that disagree on which is better"
                .to_owned(),
        );
    }
    if let (Some((_, _, judged)), Advice::Test { .. }) = (&found.best, found.advice)
        && judged.payoff.gain <= 0.0
    {
        said.push(
            "choosing by this test gains nothing: it pays because changing the plan on the way is good for members"
                .to_owned(),
        );
    }
    if found.partial {
        said.push("partial: stopped before the end".to_owned());
    }
    (!said.is_empty()).then(|| format!("Warnings: {}", said.join("; ")))
}

fn worth(page: &Page) -> String {
    let found = page.found;
    if page.is_tied() && found.advice == Advice::Neither {
        return format!("Worth: {}: the arms do not differ under any set, send either", page.advice());
    }
    let reason = match (&found.best, found.advice) {
        (Some((_, _, judged)), Advice::Test { .. }) => {
            let money = page.margin().map_or_else(String::new, |(margin, currency)| {
                format!(", {} {currency}", fixed(margin * judged.net.mean, 0))
            });
            format!("on fresh luck it nets {} buyers{money}", with_interval(&judged.net))
        }
        (Some((candidate, rule, judged)), _) => format!(
            "the most promising test, {} decided by {}, nets {} buyers on fresh luck",
            page.test(&found.candidates[*candidate]),
            page.rule(*rule),
            with_interval(&judged.net)
        ),
        (None, _) => "no test was played to the end".to_owned(),
    };
    let either = match found.advice {
        Advice::Neither => format!("; nor is {} shown to be ahead: send either", page.arm(found.best_before)),
        _ => String::new(),
    };
    format!("Worth: {}: {reason}{either}", page.advice())
}

/// A figure as `+12.3 (+4.1 to +20.5)`.
fn with_interval(estimate: &Estimate) -> String {
    match estimate.interval {
        Some(interval) => {
            let digits = decimals((interval.high - interval.low) / 2.0).min(2);
            let [at, low, high] = [estimate.mean, interval.low, interval.high].map(|value| signed(value, digits));
            format!("{at} ({low} to {high})")
        }
        None => signed(estimate.mean, plain_decimals(Unit::Count)),
    }
}
