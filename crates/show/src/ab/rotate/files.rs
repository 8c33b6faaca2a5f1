//! A rotation as CSV, one function a file, and as JSON: full precision, shares from 0 to 1, what is not known blank or `null`.

use serde_json::{Map, Value, json};
use wearout_core::study::ab::rotate::{FIGURES, Level, Origin, Ran};

use super::Page;
use crate::csv::{cell, write};

fn cells(level: Option<Level>) -> [String; 3] {
    let interval = level.and_then(|level| level.interval);
    [
        cell(level.map(|level| level.mean)),
        cell(interval.map(|interval| interval.low)),
        cell(interval.map(|interval| interval.high)),
    ]
}

/// `policies.csv`: a row per policy and figure, the objective first.
pub fn policies(page: &Page) -> Vec<u8> {
    let header =
        ["policy", "figure", "unit", "mean", "low", "high", "change", "change_low", "change_high", "replicates"];
    let rows = page.found.policies.iter().flat_map(|ran| {
        let objective = ("objective", page.unit(), ran.objective, ran.gain);
        let figures = FIGURES.iter().zip(ran.figures.iter().zip(&ran.changes));
        let figures = figures.map(|(figure, (level, change))| (figure.key, figure.unit, *level, *change));
        std::iter::once(objective).chain(figures).map(move |(key, unit, level, change)| {
            let row = [ran.name, key, unit.key()].map(str::to_owned).into_iter();
            row.chain(cells(level)).chain(cells(change)).chain([page.found.replicates.to_string()]).collect()
        })
    });
    write(&header, rows)
}

/// `regret.csv`: a row per policy and step.
pub fn regret(page: &Page) -> Vec<u8> {
    let header = ["policy", "posts", "days", "regret", "low", "high"];
    let rows = page.found.policies.iter().flat_map(|ran| {
        page.found.steps.iter().zip(&ran.regret).map(|(step, regret)| {
            let row = [ran.name.to_owned(), step.posts.to_string(), step.days.to_string()];
            row.into_iter().chain(cells(*regret)).collect()
        })
    });
    write(&header, rows)
}

/// `calendar.csv`: a row per policy, post and content that went out.
pub fn calendar(page: &Page) -> Vec<u8> {
    let header = ["policy", "post", "day", "hour", "content", "kind", "share_of_replicates"];
    let posts = page.question.posts();
    let rows = page.found.policies.iter().flat_map(|ran| {
        ran.sent.iter().enumerate().flat_map(move |(post, times)| {
            let sent = times.iter().enumerate().filter(|(_, times)| **times > 0);
            sent.map(move |(content, times)| {
                let record = &posts[post].record;
                vec![
                    ran.name.to_owned(),
                    (post + 1).to_string(),
                    (record.day + 1).to_string(),
                    cell(Some(record.hour)),
                    page.content(content).to_owned(),
                    page.question.menu()[content].kind.key().to_owned(),
                    cell(Some(f64::from(*times) / f64::from(page.found.replicates))),
                ]
            })
        })
    });
    write(&header, rows)
}

/// `planner.csv`: a row per content.
pub fn planner(page: &Page) -> Vec<u8> {
    let header = ["content", "base", "cost", "cost_from", "retention", "recovery_from", "planned_posts"];
    let surrogate = &page.found.surrogate;
    let rows = surrogate.beliefs.iter().enumerate().map(|(content, belief)| {
        let from = |is_given: bool| if is_given { "file" } else { "fit" }.to_owned();
        let planned = page.found.planned.calendar.iter().filter(|&&other| other == content).count();
        vec![
            page.content(content).to_owned(),
            cell(Some(belief.base)),
            cell(Some(belief.cost)),
            from(belief.wear_is_given),
            cell(Some(belief.retention)),
            from(belief.recovery_is_given),
            planned.to_string(),
        ]
    });
    write(&header, rows)
}

fn level(level: Option<Level>) -> Value {
    level.map_or(
        Value::Null,
        |level| json!({ "mean": level.mean, "interval": level.interval.map(|interval| [interval.low, interval.high]) }),
    )
}

/// The page as one JSON object.
pub fn value(page: &Page) -> Value {
    let (question, found) = (page.question, page.found);
    let surrogate = &found.surrogate;
    let names = |sequence: &[usize]| sequence.iter().map(|&content| page.content(content)).collect::<Vec<_>>();
    let of = |ran: &Ran| {
        let figures: Map<String, Value> = FIGURES
            .iter()
            .zip(ran.figures.iter().zip(&ran.changes))
            .map(|(figure, (own, change))| {
                let value = json!({ "unit": figure.unit.key(), "level": level(*own), "change": level(*change) });
                (figure.key.to_owned(), value)
            })
            .collect();
        let usual: Vec<Option<&str>> =
            (0..ran.sent.len()).map(|post| ran.usual(post).map(|(content, _)| page.content(content))).collect();
        json!({
            "policy": ran.name,
            "objective": level(ran.objective),
            "gain": level(ran.gain),
            "figures": figures,
            "regret": ran.regret.iter().map(|regret| level(*regret)).collect::<Vec<_>>(),
            "usual_contents": usual,
            "limited": f64::from(ran.limited) / f64::from(found.replicates),
            "banned": f64::from(ran.banned) / f64::from(found.replicates),
        })
    };
    json!({
        "objective": question.said().objective.key(),
        "unit": page.unit().key(),
        "intervals": page.uncertainty(),
        "replicates": found.replicates,
        "sets": question.rotations.len(),
        "partial": found.partial,
        "best": page.best().name,
        "compared_with": found.policies[0].name,
        "steps": found.steps.iter().map(|step| json!({ "posts": step.posts, "days": step.days })).collect::<Vec<_>>(),
        "planner": {
            "calendar": names(&found.planned.calendar),
            "contents_in_turn": match found.planned.origin {
                Origin::Believed => None,
                Origin::Turns(n) => Some(n),
            },
            "believed_best": names(&surrogate.best.sequence),
            "total": surrogate.best.total,
            "bound": surrogate.best.bound,
            "exact": surrogate.best.exact,
            "in_turn": surrogate.in_turn,
            "greedy": surrogate.greedy,
            "fitted_calendars": surrogate.fitted,
            "foretold": surrogate.foretold,
            "contents": surrogate.beliefs.iter().enumerate().map(|(content, belief)| json!({
                "content": page.content(content),
                "base": belief.base,
                "cost": belief.cost,
                "retention": belief.retention,
            })).collect::<Vec<_>>(),
        },
        "policies": found.policies.iter().map(of).collect::<Vec<_>>(),
    })
}
