//! The page of a rotation: what is advised, what policies come to, what the planner believes. What it is worth is worded in `advice`.

use wearout_core::finding::{Provenance, Rotate, RotateNote};
use wearout_core::study::ab::rotate::{Belief, Level, MEASURES, Measure, Origin, Ran};
use wearout_core::tally::Unit;

use super::{advice, change, name, objective};
use crate::number::{decimals, fixed, plain_decimals, scale, short};
use crate::page::{Block, Cell, Label, Page, Row, Said, Table};
use crate::sentence::replicates;

/// The page of a rotation.
pub fn page(rotate: &Rotate, made: &Provenance) -> Page {
    let n_sets = made.parameters.as_ref().map_or(1, |sets| sets.sets);
    let mut blocks = vec![Block::Headline(Said::of(advice::headline(rotate), "/study/advice"))];
    blocks.extend(advice::worth(rotate));
    blocks.push(Block::Table(policies(rotate, n_sets)));
    blocks.push(Block::Figure("calendar"));
    blocks.push(Block::Figure("regret"));
    blocks.push(Block::Table(planner(rotate)));
    blocks.push(Block::Sentence(Said::of(calendar(rotate), "/study/found/planned/calendar")));
    blocks.push(Block::Small(Said::of(design(rotate, n_sets), "/study/found/surrogate")));
    let note = |(at, note)| Block::Note(Said::of(self::note(rotate, note), format!("/study/notes/{at}")));
    blocks.extend(rotate.notes.iter().enumerate().map(note));
    let title = format!(
        "{} contents over {} posts in {} days, for {}: {}",
        rotate.menu.len(),
        rotate.posts.len(),
        rotate.scenario.days,
        rotate.said().audience,
        objective(rotate),
    );
    Page { title, blocks }
}

/// A row a policy, the largest objective first.
fn policies(rotate: &Rotate, n_sets: usize) -> Table {
    let found = &rotate.found;
    let mut ran: Vec<&Ran> = found.policies.iter().collect();
    let mean = |ran: &Ran| ran.objective.map_or(f64::NEG_INFINITY, |level| level.mean);
    ran.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
    let share = |times: u32| format!("{} %", fixed(100.0 * f64::from(times) / f64::from(found.replicates), 0));
    let figure = |key: &str| MEASURES.iter().position(|figure| figure.key == key);
    let told: Vec<(usize, &Measure)> = ["loss", "kept", "clicks", "conversion", "open_rate"]
        .into_iter()
        .filter_map(|key| figure(key).map(|row| (row, &MEASURES[row])))
        .filter(|(_, figure)| figure.label != objective(rotate))
        .collect();
    let unit = rotate.unit();
    // What it does to members and to the account stands before the other figures.
    let (to_members, others) = told.split_at(2);
    let head = |(_, figure): &(usize, &Measure)| figure.label.split(" (").next().unwrap_or(figure.label).to_owned();
    let row = |ran: &&Ran| {
        let of = |(row, figure): &(usize, &Measure)| level(figure.unit, ran.figures[*row]);
        let cells = [level(unit, ran.objective), ran.gain.map(|gain| change(unit, gain))]
            .into_iter()
            .chain(to_members.iter().map(of))
            .chain([Some(share(ran.limited)), Some(share(ran.banned))])
            .chain(others.iter().map(of));
        Row {
            label: Label::plain(name(rotate, ran)),
            is_part: false,
            cells: cells.map(|cell| cell.map_or(Cell::Blank, Cell::Figure)).collect(),
        }
    };
    let uncertainty = if n_sets > 1 {
        "95 % intervals of means over the sets of parameters: what the sets differ by and Monte Carlo error, not of the model"
    } else {
        "95 % intervals: the error of a finite number of replicates, not of the parameters nor of the model"
    };
    Table {
        title: String::new(),
        corner: format!("mean of {}", replicates(u64::from(found.replicates))),
        heads: [objective(rotate).to_owned(), "against round-robin".to_owned()]
            .into_iter()
            .chain(to_members.iter().map(head))
            .chain(["limited".to_owned(), "banned".to_owned()])
            .chain(others.iter().map(head))
            .collect(),
        rows: ran.iter().map(row).collect(),
        below: vec![
            uncertainty.to_owned(),
            "churn: members who left, blocked or muted; limited, banned: share of campaigns".to_owned(),
        ],
        from: "/study/found/policies".to_owned(),
    }
}

/// `13.1 ±0.2 %`.
pub(crate) fn level(unit: Unit, level: Option<Level>) -> Option<String> {
    let Level { mean, interval } = level?;
    let factor = scale(unit);
    let percent = if factor > 1.0 { " %" } else { "" };
    Some(match interval.map(|interval| factor * (interval.high - interval.low) / 2.0) {
        Some(half_width) if half_width > 0.0 => {
            let decimals = decimals(half_width);
            format!("{} ±{}{percent}", fixed(factor * mean, decimals), fixed(half_width, decimals))
        }
        _ => format!("{}{percent}", fixed(factor * mean, plain_decimals(unit))),
    })
}

/// What the planner believes of each content, and how often it sends it.
fn planner(rotate: &Rotate) -> Table {
    let surrogate = &rotate.found.surrogate;
    let given = |is_given: bool| if is_given { " (file)" } else { "" };
    let sent = |index: usize| rotate.found.planned.calendar.iter().filter(|&&content| content == index).count();
    let row = |(index, (item, belief)): (usize, (&wearout_core::finding::Item, &Belief))| Row {
        label: Label::plain(&item.name),
        is_part: false,
        cells: vec![
            Cell::Words(item.kind.key().to_owned()),
            Cell::Figure(short(item.pull)),
            Cell::Figure(figure(rotate, belief.base)),
            Cell::Figure(figure(rotate, belief.cost) + given(belief.wear_is_given)),
            Cell::Figure(format!("{} %{}", short(100.0 * belief.retention), given(belief.recovery_is_given))),
            Cell::Figure(format!("{} x", sent(index))),
        ],
    };
    let units = match rotate.unit() {
        Unit::Share => "percentage points of conversion",
        _ => objective(rotate),
    };
    let foretold = surrogate.foretold.map_or_else(
        || "the calendars it was compared with do not differ".to_owned(),
        |share| {
            format!("it explains {} % of the differences between other calendars", fixed(100.0 * share.max(0.0), 0))
        },
    );
    Table {
        title: "What the planner believes".to_owned(),
        corner: "content".to_owned(),
        heads: ["kind", "pull", "brings when new", "a repeat costs", "rest leaves", "planned"]
            .map(str::to_owned)
            .to_vec(),
        rows: rotate.menu.iter().zip(&surrogate.beliefs).enumerate().map(row).collect(),
        below: vec![format!(
            "in {units}; pull: offer x appeal x relevance; fitted to {} simulated random calendars: {foretold}",
            fixed(surrogate.fitted as f64, 0)
        )],
        from: "/study/found/surrogate/beliefs".to_owned(),
    }
}

/// A number of the objective's unit, in points where that is a share.
fn figure(rotate: &Rotate, value: f64) -> String {
    short(scale(rotate.unit()) * value)
}

/// The planned calendar, one run of days a content.
fn calendar(rotate: &Rotate) -> String {
    let posts = rotate.posts.iter().zip(&rotate.found.planned.calendar);
    let days: Vec<String> = posts
        .map(|(when, &content)| format!("{} {}", when.day, rotate.menu[content].name.replace(' ', "\u{a0}")))
        .collect();
    format!("Planned calendar, by day: {}", days.join(", "))
}

fn design(rotate: &Rotate, n_sets: usize) -> String {
    let surrogate = &rotate.found.surrogate;
    let best = &surrogate.best;
    let short_of_best = || {
        let gap = best.bound - best.total;
        let share = gap / best.bound;
        if best.bound > 0.0 && share < 1.0 {
            format!("by at most {} %", short(100.0 * share))
        } else {
            format!("by at most {}", figure(rotate, gap))
        }
    };
    let found = match rotate.found.planned.origin {
        Origin::Believed if best.exact => "the best for these beliefs".to_owned(),
        Origin::Believed => format!("below the best for these beliefs {}", short_of_best()),
        Origin::Turns(n) => {
            let believed = if best.exact {
                "the calendar that is best for these beliefs".to_owned()
            } else {
                format!("the calendar found for these beliefs (below the best {})", short_of_best())
            };
            format!("{}, which came to more than {believed} when both were tried", in_turn(rotate, n))
        }
    };
    let sets = match n_sets {
        1 => String::new(),
        n => format!("; {n} sets of parameters in turn, of which the planner believes the first"),
    };
    format!(
        "Every policy on the same people, {}; the planned calendar is {found} (as believed {}; contents in turn {}, greedy {}){sets}",
        replicates(u64::from(rotate.found.replicates)),
        figure(rotate, best.total),
        figure(rotate, surrogate.in_turn),
        figure(rotate, surrogate.greedy),
    )
}

/// `the 2 strongest contents in turn (left out: a, b)`.
fn in_turn(rotate: &Rotate, n: usize) -> String {
    let calendar = &rotate.found.planned.calendar;
    let items = rotate.menu.iter().enumerate();
    let left_out: Vec<&str> =
        items.filter(|(content, _)| !calendar.contains(content)).map(|(_, item)| item.name.as_str()).collect();
    if left_out.is_empty() {
        return "all contents in turn, the strongest first".to_owned();
    }
    let which =
        if n == 1 { "the strongest content alone".to_owned() } else { format!("the {n} strongest contents in turn") };
    format!("{which} (left out: {})", left_out.join(", "))
}

fn note(rotate: &Rotate, note: &RotateNote) -> String {
    let name = |policy| name(rotate, rotate.found.of(policy));
    match *note {
        RotateNote::NothingRecovers { file_says_otherwise: true } => {
            "the file says that contents recover, and in the simulator nobody forgets a read (switch.repeat_memory is off)"
                .to_owned()
        }
        RotateNote::NothingRecovers { file_says_otherwise: false } => {
            "nobody forgets a read (switch.repeat_memory is off), so a content never recovers".to_owned()
        }
        RotateNote::RecoveryOfTheFile => {
            "recovery is the file's word for the planner; the simulator keeps to repeat_memory_days".to_owned()
        }
        RotateNote::WearOfTheFile => {
            "wear is the file's word for the planner; the simulator keeps to attention_wear".to_owned()
        }
        RotateNote::NoKindOfTheArticle => {
            "no content is of the kinds that the article takes in turn: its rule takes them all".to_owned()
        }
        RotateNote::PlannedIsBeaten { by } => format!(
            "in the simulator {} beats the planned calendar: the planner knows what repeats cost to second order only",
            name(by)
        ),
        RotateNote::BannedMore { policy, more } => format!(
            "{} is banned more often than round-robin: {}{}",
            name(policy),
            advice::bans(rotate, rotate.found.of(policy)),
            advice::points(more).map_or_else(String::new, |more| format!(", {more}"))
        ),
    }
}
