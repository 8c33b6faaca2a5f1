//! Whether a test pays, as text, CSV, JSON and what the manifest says of it.

use serde::Serialize;
use serde_json::{Value, json};

use super::units;
use crate::report::csv::{cell, write};
use crate::report::number::{decimals, fixed, plain_decimals, short, signed};
use crate::report::table::{grid, wrapped};
use crate::rng;
use crate::study::ab::Contest;
use crate::study::ab::worth::{Advice, Candidate, Estimate, Judged, Request, Rest, Rule, Worth};
use crate::tally::Unit;

/// A test, what was asked of it, and what was found.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The test.
    pub contest: &'a Contest,
    /// What was asked.
    pub request: &'a Request,
    /// What was found.
    pub found: &'a Worth,
}

/// Formulas and assumptions, for `--explain`.
pub const EXPLANATION: &str = "\
How it is worked out
  Beforehand nobody knows which arm is better: plausible sets of parameters say what could be true. Under each set every arm is sent to
  the whole audience (what it truly does), and every test of the table is played on other people of the same kind: groups dealt to
  arms that share one account, stopped after so many days, decided by the higher mean over groups, however sure.
  value = buyers - worth of a member x members lost (left, blocked or muted); summed over the whole audience and the horizon.
  skip = everyone gets the arm with the highest value on average over the sets.
  gain = value of what the test chose less value of that arm, in those not tested and, after the test, in the tested.
  test = value of that arm in the tested over the horizon, less what they bring when they get it only after the test.
  wait = what those not tested lose of the horizon while they wait, where it is a deadline; ban = what nobody gets after a ban.
  net = gain - test - wait - ban, over sending that arm to everyone untested. Its interval is Monte Carlo error over sets and luck.
  by value, by metric = net if the test is decided by the higher value, or the higher metric, instead of what the table is decided by.
  The most promising test is played again, twice as often, on luck it has not seen; only that figure is advised by.
  knowing = value of the better arm of each set less that of the arm sent untested: no test finds out more.
  closed form: test and roll (Feit & Berman 2019) for two arms, d ~ N(mean, sd) over the sets: (N - 2n) (E[d; d + error > 0] - max(E d, 0))
  - n |E d|, error^2 = 2 p (1 - p) DEFF / n, DEFF = 1 + (m - 1) ICC; the days seen are scaled to the campaign.
What it rests on
  The sets count alike. With --appeal each arm's contents draw (1 + N(0, sd)) times their clicks, at most one a read; under the next
  set the arms change draws. The tested get what was chosen as they are, tired or gone: every change of plan is simulated as a campaign
  of its own; where plans differ in more than their posts, the tested go on with their own arm. Who is not tested gets nothing before
  the test ends. A member lost is worth what a member addressed brings in one campaign unless --member-worth says otherwise
  (assumption). The closed form knows no fatigue, leaving, ban or tie, and leaves the tested with their arm.
";

impl Page<'_> {
    fn arm(&self, arm: usize) -> &str {
        &self.contest.said.arms[arm]
    }

    /// A test in words.
    fn test(&self, candidate: &Candidate) -> String {
        format!("{} {} an arm for {}", candidate.units, units(self.contest), days(candidate.days))
    }

    /// A rule in words.
    pub(in crate::report) fn rule(&self, rule: Rule) -> String {
        match rule {
            Rule::Metric => self.contest.judge.metric.label.to_owned(),
            Rule::NetOfLoss => "buyers net of members lost".to_owned(),
        }
    }

    /// The rule that is shown: that of the most promising test.
    pub(in crate::report) fn shown(&self) -> Rule {
        self.found.best.as_ref().map_or(Rule::Metric, |(_, rule, _)| *rule)
    }

    /// Margin of a purchase and its currency.
    fn margin(&self) -> Option<(f64, &str)> {
        let money = &self.contest.draft.scenario.money;
        Some((money.margin?, money.currency.as_str()))
    }

    /// The advice in one line.
    pub(in crate::report) fn advice(&self) -> String {
        match self.found.advice {
            Advice::Test { candidate, rule } => format!(
                "test {}, then send what did better in {}",
                self.test(&self.found.candidates[candidate]),
                self.rule(rule)
            ),
            Advice::Send { arm } => format!("skip the test, send {}", self.arm(arm)),
            Advice::Neither => "no test pays here".to_owned(),
        }
    }
}

fn days(n: u32) -> String {
    format!("{n} day{}", if n == 1 { "" } else { "s" })
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
    let [buyers, lost] = found.skipped;
    format!(
        "Untested: {} to everyone, best in {} of {}: {} buyers, {} members lost, ahead of the next by {}; knowing which is better: {}",
        page.arm(found.best_before),
        found.ahead[found.best_before],
        counted(request.sets.len(), "set"),
        fixed(buyers.mean, 0),
        fixed(lost.mean, 0),
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
        column("picks better", &|_, judged| format!("{} %", fixed(100.0 * judged.payoff.right, 0))),
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
            "in up to {} % of tests the account was banned, and with it all that would follow",
            fixed(100.0 * banned, 1)
        ));
    }
    if !found.gives_way {
        said.push(
            "arms differ in more than their posts: the tested of those go on with their own arm after the test"
                .to_owned(),
        );
    }
    if found.closed.is_none() {
        said.push(
            "no closed form beside it: that is for two arms compared by conversion that the sets disagree on"
                .to_owned(),
        );
    }
    if let (Some((_, _, judged)), Advice::Test { .. }) = (&found.best, found.advice)
        && judged.payoff.gain <= 0.0
    {
        said.push(
            "what the test finds gains nothing: it pays because changing the plan on the way does people good"
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
    let reason = match (&found.best, found.advice) {
        (Some((_, _, judged)), Advice::Test { .. }) => {
            let money = page.margin().map_or_else(String::new, |(margin, currency)| {
                format!(", {} {currency}", fixed(margin * judged.net.mean, 0))
            });
            format!("on fresh luck it comes to {} buyers{money}", with_interval(&judged.net))
        }
        (Some((candidate, rule, judged)), _) => format!(
            "the most promising test, {} by {}, comes to {} buyers on fresh luck",
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

/// `worth.csv`: a row per test and rule.
pub fn csv(page: &Page) -> Vec<u8> {
    let header = [
        "units_per_arm",
        "days",
        "decided_by",
        "right",
        "gain",
        "test_cost",
        "wait_cost",
        "ban_cost",
        "buyers",
        "members_lost",
        "banned",
        "net",
        "net_low",
        "net_high",
        "closed_form",
        "icc",
        "luck",
    ];
    let row = |candidate: &Candidate, rule: Rule, judged: &Judged, luck: &str| {
        let (payoff, net) = (&judged.payoff, &judged.net);
        let numbers = [
            payoff.right,
            payoff.gain,
            payoff.test_cost,
            payoff.wait_cost,
            payoff.ban_cost,
            payoff.buyers,
            payoff.lost,
            payoff.banned,
            net.mean,
        ];
        let mut row = vec![candidate.units.to_string(), candidate.days.to_string(), key(page, rule).to_owned()];
        row.extend(numbers.map(|number| cell(Some(number))));
        row.push(cell(net.interval.map(|interval| interval.low)));
        row.push(cell(net.interval.map(|interval| interval.high)));
        row.push(cell(candidate.closed_form.filter(|_| rule == Rule::Metric)));
        row.push(cell(candidate.correlation));
        row.push(luck.to_owned());
        row
    };
    let compared = page
        .found
        .candidates
        .iter()
        .flat_map(|candidate| Rule::ALL.map(|rule| row(candidate, rule, candidate.judged(rule), "compared")));
    let best = page.found.best.iter();
    let fresh = best.map(|(index, rule, judged)| row(&page.found.candidates[*index], *rule, judged, "fresh"));
    write(&header, compared.chain(fresh))
}

fn key<'a>(page: &Page<'a>, rule: Rule) -> &'a str {
    match rule {
        Rule::Metric => page.contest.judge.metric.key,
        Rule::NetOfLoss => "net_of_loss",
    }
}

/// What the manifest says, with the name of the ensemble and the overrides of the scenario.
pub fn study<'a>(page: &Page<'a>, ensemble: &'a str, set: &'a [String]) -> impl Serialize {
    #[derive(Serialize)]
    struct Study<'a> {
        command: &'static str,
        scenario: &'a str,
        version: &'static str,
        generator: &'static str,
        test: &'a str,
        metric: &'static str,
        arms: &'a [String],
        seed: u64,
        parameters: &'a str,
        sets: usize,
        replicates: u32,
        units: &'a [u32],
        days: &'a [u32],
        rest: &'static str,
        member_worth: f64,
        appeal: f64,
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        set: &'a [String],
        tests: u64,
        partial: bool,
    }
    let Page { contest, request, found } = *page;
    Study {
        command: "ab worth",
        scenario: &contest.draft.scenario.name,
        version: env!("CARGO_PKG_VERSION"),
        generator: rng::LAYOUT,
        test: &contest.said.name,
        metric: contest.judge.metric.key,
        arms: &contest.said.arms,
        seed: contest.judge.seed,
        parameters: ensemble,
        sets: request.sets.len(),
        replicates: request.replicates,
        units: &request.units,
        days: &request.days,
        rest: rest(request.rest),
        member_worth: found.member_worth,
        appeal: request.appeal,
        set,
        tests: found.tests,
        partial: found.partial,
    }
}

fn rest(rest: Rest) -> &'static str {
    match rest {
        Rest::Later => "later",
        Rest::Deadline => "deadline",
    }
}

/// The page as one JSON object: buyers and members of the whole audience.
pub fn value(page: &Page) -> Value {
    let Page { contest, request, found } = page;
    let test = |candidate: &Candidate, rule: Rule, judged: &Judged| {
        let payoff = &judged.payoff;
        json!({
            "units_per_arm": candidate.units,
            "days": candidate.days,
            "decided_by": key(page, rule),
            "right": payoff.right,
            "gain": payoff.gain,
            "test_cost": payoff.test_cost,
            "wait_cost": payoff.wait_cost,
            "ban_cost": payoff.ban_cost,
            "buyers": payoff.buyers,
            "members_lost": payoff.lost,
            "banned": payoff.banned,
            "net": estimate(&judged.net),
            "net_money": page.margin().map(|(margin, _)| margin * judged.net.mean),
            "closed_form": candidate.closed_form.filter(|_| rule == Rule::Metric),
            "icc": candidate.correlation,
        })
    };
    let compared = found.candidates.iter().flat_map(|of| Rule::ALL.map(|rule| test(of, rule, of.judged(rule))));
    json!({
        "test": contest.said.name,
        "arms": contest.said.arms,
        "metric": contest.judge.metric.key,
        "unit": units(contest),
        "rest": rest(request.rest),
        "sets": request.sets.len(),
        "replicates": request.replicates,
        "partial": found.partial,
        "best_before": page.arm(found.best_before),
        "best_in_sets": found.ahead,
        "member_worth": found.member_worth,
        "appeal": request.appeal,
        "untested": { "buyers": estimate(&found.skipped[0]), "members_lost": estimate(&found.skipped[1]) },
        "lead": estimate(&found.lead),
        "knowing": estimate(&found.knowledge),
        "tests": compared.collect::<Vec<_>>(),
        "best_on_fresh_luck": found.best.as_ref().map(|(index, rule, judged)| test(&found.candidates[*index], *rule, judged)),
        "closed_form": found.closed.map(|closed| json!({
            "expected": closed.expected,
            "deviation": closed.deviation,
            "units_per_arm": closed.units,
            "net": closed.net,
        })),
        "advice": page.advice(),
    })
}

fn estimate(of: &Estimate) -> Value {
    json!({ "mean": of.mean, "interval": of.interval.map(|interval| [interval.low, interval.high]) })
}
