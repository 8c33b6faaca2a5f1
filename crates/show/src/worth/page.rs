//! The page of a test's worth: what is advised and why, then the tests that were tried.

use wearout_core::finding::{Provenance, Worth, WorthNote};
use wearout_core::study::ab::worth::{Advice, Candidate, Estimate, Judged, Rest, Rule, Skipped};
use wearout_core::tally::Unit;

use super::{advice, rule, test, units};
use crate::number::{decimals, fixed, plain_decimals, short, signed};
use crate::page::{Block, Cell, Label, Page, Row, Said, Table};
use crate::sentence::{capitalised, counted, days};

/// The page of a test's worth.
pub fn page(worth: &Worth, made: &Provenance) -> Page {
    let mut blocks = vec![Block::Headline(Said::of(headline(worth), "/study/found/advice"))];
    if let Some(reason) = reason(worth) {
        blocks.push(Block::Sentence(reason));
    }
    blocks.push(Block::Sentence(Said::of(beforehand(worth), "/study/found/skipped")));
    blocks.push(Block::Figure("worth"));
    blocks.push(Block::Table(table(worth)));
    blocks.push(Block::Small(Said::of(design(worth), "/study/asked")));
    let note = |(at, note): (usize, &WorthNote)| Block::Note(Said::of(self::note(*note), format!("/study/notes/{at}")));
    blocks.extend(worth.notes.iter().enumerate().map(note));
    let sets = made.parameters.as_ref().map_or(0, |sets| sets.sets);
    let title = format!(
        "Is test {} worth it? {}; decided by {}; value in buyers, over {} of parameters",
        worth.test,
        worth.arms.join(" or "),
        rule(worth, worth.rule),
        counted(sets as u64, "set")
    );
    Page { title, blocks }
}

fn headline(worth: &Worth) -> String {
    let why = match worth.found.advice {
        Advice::Neither if worth.is_tied => ": the arms do not differ under any set, send either".to_owned(),
        Advice::Neither => format!("; nor is {} shown to be ahead: send either", worth.arms[worth.found.best_before]),
        Advice::Test { .. } | Advice::Send { .. } | Advice::Open => String::new(),
    };
    capitalised(&format!("{}{why}.", advice(worth)))
}

/// What the most promising test came to; `None` where that is no reason for anything.
fn reason(worth: &Worth) -> Option<Said> {
    if worth.is_tied && worth.found.advice == Advice::Neither {
        return None;
    }
    let Some((candidate, by, judged)) = &worth.found.best else {
        let words = match worth.found.advice {
            Advice::Open => "No test was played on luck that it was not chosen by.",
            _ => "No test was played to the end.",
        };
        return Some(Said::of(words, "/study/found/candidates"));
    };
    let net = with_interval(&judged.net);
    let words = match worth.found.advice {
        Advice::Test { .. } => {
            let money = margin(worth).map_or_else(String::new, |(margin, currency)| {
                format!(", {} {currency}", fixed(margin * judged.net.mean, 0))
            });
            format!("On fresh luck it nets {net} buyers{money}.")
        }
        Advice::Send { .. } | Advice::Neither | Advice::Open => format!(
            "The most promising test, {} decided by {}, nets {net} buyers on fresh luck.",
            test(worth, &worth.found.candidates[*candidate]),
            rule(worth, *by)
        ),
    };
    Some(Said::of(words, "/study/found/best"))
}

/// Margin of a purchase and its currency.
fn margin(worth: &Worth) -> Option<(f64, &str)> {
    let money = &worth.scenario.money;
    Some((money.margin?, money.currency.as_str()))
}

fn beforehand(worth: &Worth) -> String {
    let found = &worth.found;
    let Skipped { buyers, lost, kept, limited, banned } = found.skipped;
    let percent = |share: Estimate| fixed(100.0 * share.mean, 0);
    let arm = &worth.arms[found.best_before];
    let comes_to = format!(
        "{} buyers, {} members kept (limited in {} %, banned in {} % of campaigns), {} members lost",
        fixed(buyers.mean, 0),
        fixed(kept.mean, 0),
        percent(limited),
        percent(banned),
        fixed(lost.mean, 0)
    );
    if worth.is_tied {
        return format!("Untested, {arm} to everyone: {comes_to}; the arms do not differ under any set.");
    }
    let sets = worth.asked.sets as usize;
    let ties = sets - found.ahead.iter().sum::<usize>();
    let tied = if ties > 0 { format!(" (none in {ties})") } else { String::new() };
    let lead = if worth.is_ahead { "ahead of the next arm by" } else { "not shown to be ahead of the next arm:" };
    format!(
        "Untested, {arm} to everyone, best in {} of {}{tied}: {comes_to}, {lead} {}; knowing the better arm is worth at least {}.",
        found.ahead[found.best_before],
        counted(sets as u64, "set"),
        with_interval(&found.lead),
        with_interval(&found.knowledge)
    )
}

/// A column of the table: its head, and its cell for a test as judged by the rule that is told.
type Column<'a> = (String, Box<dyn Fn(&Candidate, &Judged) -> Option<String> + 'a>);

fn table(worth: &Worth) -> Table {
    let candidates = &worth.found.candidates;
    let judged = |of: &Candidate| of.judged(worth.rule).payoff;
    let plain = |value: f64| Some(signed(value, 1));
    let mut columns: Vec<Column> = vec![
        (
            "picks better".to_owned(),
            Box::new(|_, judged| judged.payoff.picks_better().map(|share| format!("{} %", fixed(100.0 * share, 0)))),
        ),
        ("gain".to_owned(), Box::new(move |_, judged| plain(judged.payoff.gain))),
        ("test".to_owned(), Box::new(move |_, judged| plain(-judged.payoff.test_cost))),
    ];
    if worth.asked.rest == Rest::Deadline {
        columns.push(("wait".to_owned(), Box::new(move |_, judged| plain(-judged.payoff.wait_cost))));
    }
    if candidates.iter().any(|of| judged(of).banned > 0.0) {
        columns.push(("ban".to_owned(), Box::new(move |_, judged| plain(-judged.payoff.ban_cost))));
    }
    columns.push(("lost".to_owned(), Box::new(move |_, judged| plain(judged.payoff.lost))));
    columns.push(("net (95 % MC)".to_owned(), Box::new(|_, judged| Some(with_interval(&judged.net)))));
    if let Some((margin, currency)) = margin(worth) {
        let money = move |_: &Candidate, judged: &Judged| Some(signed(margin * judged.net.mean, 0));
        columns.push((format!("net, {currency}"), Box::new(money)));
    }
    let (head, other) = match worth.rule {
        Rule::Metric => ("by value", Rule::NetOfLoss),
        Rule::NetOfLoss => ("by metric", Rule::Metric),
    };
    columns.push((head.to_owned(), Box::new(move |of, _| plain(of.judged(other).net.mean))));
    if candidates.iter().any(|of| of.closed_form.is_some()) {
        columns.push(("closed form".to_owned(), Box::new(move |of, _| of.closed_form.and_then(plain))));
    }
    let row = |of: &Candidate| Row {
        label: Label::plain(format!("{} {} an arm, {}", of.units, units(worth), days(of.days))),
        is_part: false,
        cells: columns
            .iter()
            .map(|(_, cell)| cell(of, of.judged(worth.rule)).map_or(Cell::Blank, Cell::Figure))
            .collect(),
    };
    Table {
        title: "Tests that were tried, in buyers over the untested".to_owned(),
        corner: String::new(),
        rows: candidates.iter().map(row).collect(),
        heads: columns.iter().map(|(head, _)| head.clone()).collect(),
        below: Vec::new(),
        from: "/study/found/candidates".to_owned(),
    }
}

fn design(worth: &Worth) -> String {
    let who = if worth.deals_members {
        format!("{} members", fixed(f64::from(worth.size), 0))
    } else {
        format!("{} groups of {}", worth.groups, worth.size)
    };
    let rest = match worth.asked.rest {
        Rest::Later => "who is not tested gets the whole campaign after it",
        Rest::Deadline => "who is not tested gets what is left of the horizon",
    };
    let closed = worth.found.closed.map_or_else(String::new, |closed| {
        format!("; test and roll in closed form: {} {} an arm, {}", closed.units, units(worth), signed(closed.net, 1))
    });
    let appeal = if worth.asked.appeal > 0.0 {
        format!("; contents appeal {} % more or less than expected", short(100.0 * worth.asked.appeal))
    } else {
        String::new()
    };
    format!(
        "{who}, {} of campaign; {rest}; a member lost counts as {} buyers{appeal}{closed}",
        days(worth.scenario.days),
        short(worth.found.member_worth)
    )
}

fn note(note: WorthNote) -> String {
    match note {
        WorthNote::Banned(share) => {
            format!("in up to {} % of tests the account was banned, which ends the campaign", fixed(100.0 * share, 1))
        }
        WorthNote::TestedKeepTheirArm => {
            "the arms differ in more than their posts, so those tested keep their own arm after the test".to_owned()
        }
        WorthNote::NoClosedForm => {
            "no closed form: it needs two arms compared by conversion, and sets that disagree on which is better"
                .to_owned()
        }
        WorthNote::ChoosingGainsNothing => {
            "choosing by this test shows no gain: what it nets comes of changing the plan on the way".to_owned()
        }
    }
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
