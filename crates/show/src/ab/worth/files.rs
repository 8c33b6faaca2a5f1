//! Whether a test pays for programs: CSV, JSON, and what the manifest says.

use serde::Serialize;
use serde_json::{Value, json};
use wearout_core::rng;
use wearout_core::study::ab::worth::{Candidate, Estimate, Judged, Rest, Rule};

use super::Page;
use crate::ab::units;
use crate::csv::{cell, write};

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
        row.push(cell(payoff.picks_better()));
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
            "right": payoff.picks_better(),
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
        "untested": {
            "buyers": estimate(&found.skipped.buyers),
            "members_lost": estimate(&found.skipped.lost),
            "members_kept": estimate(&found.skipped.kept),
            "limited": estimate(&found.skipped.limited),
            "banned": estimate(&found.skipped.banned),
        },
        "lead": estimate(&found.lead),
        "knowing_at_least": estimate(&found.knowledge),
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
