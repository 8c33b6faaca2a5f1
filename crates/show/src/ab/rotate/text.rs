//! A rotation as plain text for a terminal: policies, what the planner believes, how that was found. What it is worth is in `advice`.

use wearout_core::study::ab::rotate::{Belief, CYCLE, FIGURES, Figure, Level, Origin, Policy, Ran};
use wearout_core::tally::Unit;

use super::{Page, advice};
use crate::number::{decimals, fixed, plain_decimals, scale, short, signed};
use crate::sentence::replicates;
use crate::table::{grid, wrapped};

/// The page as text, ending in a line break.
pub fn text(page: &Page) -> String {
    let parts = [head(page), policies(page), planner(page), calendar(page), lines(page)];
    parts.join("\n")
}

fn head(page: &Page) -> String {
    let (question, said) = (page.question, page.question.said());
    wrapped(&format!(
        "Rotation of {} contents over {} posts in {} days, for {}: {}",
        question.menu().len(),
        question.posts().len(),
        question.scenario().days,
        said.audience,
        page.objective(),
    ))
}

/// A row a policy, the largest objective first.
fn policies(page: &Page) -> String {
    let found = page.found;
    let mut ran: Vec<&Ran> = found.policies.iter().collect();
    let mean = |ran: &Ran| ran.objective.map_or(f64::NEG_INFINITY, |level| level.mean);
    ran.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
    let labels: Vec<String> = std::iter::once(format!("mean of {}", replicates(u64::from(found.replicates))))
        .chain(ran.iter().map(|ran| page.name(ran)))
        .collect();
    let column = |heading: String, cell: &dyn Fn(&Ran) -> String| -> Vec<String> {
        std::iter::once(heading).chain(ran.iter().map(|ran| cell(ran))).collect()
    };
    let unit = page.unit();
    let mut columns = vec![
        column(page.objective().to_owned(), &|ran| level(unit, ran.objective)),
        column("against round-robin".to_owned(), &|ran| change(unit, ran.gain)),
    ];
    let share = |times: u32| format!("{} %", fixed(100.0 * f64::from(times) / f64::from(found.replicates), 0));
    // What it does to members and to the account first.
    for key in ["loss", "kept", "limited", "banned", "clicks", "conversion", "open_rate"] {
        match FIGURES.iter().position(|figure| figure.key == key) {
            Some(row) if FIGURES[row].label != page.objective() => {
                let Figure { label, unit, .. } = &FIGURES[row];
                let heading = label.split(" (").next().unwrap_or(label).to_owned();
                columns.push(column(heading, &|ran| level(*unit, ran.figures[row])));
            }
            Some(_) => {}
            None => columns
                .push(column(key.to_owned(), &|ran| share(if key == "limited" { ran.limited } else { ran.banned }))),
        }
    }
    grid(&labels, &columns)
        + &wrapped(&format!(
            "{}; churn is who left, blocked or muted; limited, banned: in so many campaigns",
            page.uncertainty()
        ))
}

/// `13.1 ±0.2 %`.
pub(crate) fn level(unit: Unit, level: Option<Level>) -> String {
    let Some(Level { mean, interval }) = level else { return "-".into() };
    let factor = scale(unit);
    let percent = if factor > 1.0 { " %" } else { "" };
    match interval.map(|interval| factor * (interval.high - interval.low) / 2.0) {
        Some(half_width) if half_width > 0.0 => {
            let decimals = decimals(half_width);
            format!("{} ±{}{percent}", fixed(factor * mean, decimals), fixed(half_width, decimals))
        }
        _ => format!("{}{percent}", fixed(factor * mean, plain_decimals(unit))),
    }
}

/// `+24 [+20, +28]`.
pub(super) fn change(unit: Unit, level: Option<Level>) -> String {
    let Some(Level { mean, interval }) = level else { return String::new() };
    let factor = scale(unit);
    let Some(interval) = interval else { return signed(factor * mean, plain_decimals(unit)) };
    let half_width = factor * (interval.high - interval.low) / 2.0;
    let decimals = if half_width > 0.0 { decimals(half_width) } else { plain_decimals(unit) };
    let [mean, low, high] = [mean, interval.low, interval.high].map(|value| signed(factor * value, decimals));
    format!("{mean} [{low}, {high}]")
}

/// What the planner believes of each content, and how often it sends it.
fn planner(page: &Page) -> String {
    let surrogate = &page.found.surrogate;
    let menu = page.question.menu();
    let labels: Vec<String> = std::iter::once("What the planner believes".to_owned())
        .chain(menu.iter().map(|content| content.name.clone()))
        .collect();
    let column = |heading: &str, cell: &dyn Fn(usize, &Belief) -> String| -> Vec<String> {
        let cells = surrogate.beliefs.iter().enumerate().map(|(index, belief)| cell(index, belief));
        std::iter::once(heading.to_owned()).chain(cells).collect()
    };
    let given = |is_given: bool| if is_given { " (file)" } else { "" };
    let sent = |index: usize| page.found.planned.calendar.iter().filter(|&&content| content == index).count();
    let columns = [
        column("kind", &|index, _| menu[index].kind.key().to_owned()),
        column("pull", &|index, _| short(menu[index].pull * menu[index].relevance)),
        column("brings when new", &|_, belief| figure(page, belief.base)),
        column("a repeat costs", &|_, belief| figure(page, belief.cost) + given(belief.wear_is_given)),
        column("rest leaves", &|_, belief| {
            format!("{} %{}", short(100.0 * belief.retention), given(belief.recovery_is_given))
        }),
        column("planned", &|index, _| format!("{} x", sent(index))),
    ];
    let units = match page.unit() {
        Unit::Share => "percentage points of conversion",
        _ => page.objective(),
    };
    let foretold = surrogate.foretold.map_or_else(
        || "the calendars it was compared with do not differ".to_owned(),
        |share| {
            format!("it explains {} % of the differences between other calendars", fixed(100.0 * share.max(0.0), 0))
        },
    );
    grid(&labels, &columns)
        + &wrapped(&format!(
            "in {units}; pull: offer x appeal x relevance; fitted to {} simulated random calendars: {foretold}",
            fixed(surrogate.fitted as f64, 0)
        ))
}

/// A number of the objective's unit, in points where that is a share.
fn figure(page: &Page, value: f64) -> String {
    short(scale(page.unit()) * value)
}

/// The planned calendar, one run of days a content.
fn calendar(page: &Page) -> String {
    let posts = page.question.posts();
    let day = |(post, &content): (usize, &usize)| {
        format!("{} {}", posts[post].record.day + 1, page.content(content).replace(' ', "\u{a0}"))
    };
    let days: Vec<String> = page.found.planned.calendar.iter().enumerate().map(day).collect();
    wrapped(&format!("Planned calendar, by day: {}", days.join(", ")))
}

fn lines(page: &Page) -> String {
    [Some(design(page)), warnings(page), Some(advice::worth(page))]
        .into_iter()
        .flatten()
        .map(|line| wrapped(&line))
        .collect()
}

fn design(page: &Page) -> String {
    let surrogate = &page.found.surrogate;
    let best = &surrogate.best;
    let short_of_best = || {
        let gap = best.bound - best.total;
        let share = gap / best.bound;
        if best.bound > 0.0 && share < 1.0 {
            format!("by at most {} %", short(100.0 * share))
        } else {
            format!("by at most {}", figure(page, gap))
        }
    };
    let found = match page.found.planned.origin {
        Origin::Believed if best.exact => "the best for these beliefs".to_owned(),
        Origin::Believed => format!("below the best for these beliefs {}", short_of_best()),
        Origin::Turns(n) => {
            let believed = if best.exact {
                "the calendar that is best for these beliefs".to_owned()
            } else {
                format!("the calendar found for these beliefs (below the best {})", short_of_best())
            };
            format!("{}, which came to more than {believed} when both were tried", in_turn(page, n))
        }
    };
    let sets = match page.question.rotations.len() {
        1 => String::new(),
        n => format!("; {n} sets of parameters in turn, of which the planner believes the first"),
    };
    format!(
        "Design: every policy on the same people, {}; the planned calendar is {found} (as believed {}; contents in turn {}, greedy {}){sets}",
        replicates(u64::from(page.found.replicates)),
        figure(page, best.total),
        figure(page, surrogate.in_turn),
        figure(page, surrogate.greedy),
    )
}

/// `the 2 strongest contents in turn (left out: a, b)`.
fn in_turn(page: &Page, n: usize) -> String {
    let calendar = &page.found.planned.calendar;
    let left_out: Vec<&str> = (0..page.question.menu().len())
        .filter(|content| !calendar.contains(content))
        .map(|i| page.content(i))
        .collect();
    if left_out.is_empty() {
        return "all contents in turn, the strongest first".to_owned();
    }
    let which =
        if n == 1 { "the strongest content alone".to_owned() } else { format!("the {n} strongest contents in turn") };
    format!("{which} (left out: {})", left_out.join(", "))
}

fn warnings(page: &Page) -> Option<String> {
    let (found, scenario, said) = (page.found, page.question.scenario(), page.question.said());
    let mut warnings = Vec::new();
    let recovers = said.contents.iter().any(|content| content.recovery.is_some());
    match (scenario.switches.repeat_memory, recovers) {
        (false, true) => warnings.push(
            "the file says that contents recover, and in the simulator nobody forgets a read (switch.repeat_memory is off)".to_owned(),
        ),
        (false, false) => warnings
            .push("nobody forgets a read (switch.repeat_memory is off), so a content never recovers".to_owned()),
        (true, true) => warnings
            .push("recovery is the file's word for the planner; the simulator keeps to repeat_memory_days".to_owned()),
        (true, false) => {}
    }
    if said.contents.iter().any(|content| content.wear.is_some()) {
        warnings.push("wear is the file's word for the planner; the simulator keeps to attention_wear".to_owned());
    }
    if !page.question.menu().iter().any(|content| CYCLE.contains(&content.kind)) {
        warnings.push("no content is of the kinds that the article takes in turn: its rule takes them all".to_owned());
    }
    let (planned, best) = (found.of(Policy::Planned), page.best());
    if best.policy != Policy::Planned
        && let Some(Level { interval: Some(regret), .. }) = planned.regret.last().copied().flatten()
        && regret.low > 0.0
    {
        warnings.push(format!(
            "in the simulator {} beats the planned calendar: the planner knows what repeats cost to second order only",
            page.name(best)
        ));
    }
    warnings.extend(advice::banned_more(page));
    if found.partial {
        warnings.push(format!("partial: stopped after {}", replicates(u64::from(found.replicates))));
    }
    (!warnings.is_empty()).then(|| format!("Warnings: {}", warnings.join("; ")))
}
