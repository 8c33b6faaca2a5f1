//! What rows must say together: groups in one arm, days complete, cases no more than those they are among.
//!
//! Comes in: rows. Goes out: the arms with their groups and their rows by day, and every fault. What is made of them is not here: see
//! `build`.

use std::collections::BTreeMap;

use crate::diagnostic::{At, Diagnostic, Lines, MANY, Source, plain};
use crate::document::reader::listed;
use crate::tally::Dealt;

use super::columns::{Role, fault};
use super::day::Days;
use super::row::{Placed, Row};

/// The rows of one group, or of an arm of a direct list, by day.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) arm: String,
    /// Empty on a direct list.
    pub(super) group: String,
    pub(super) at: At,
    pub(super) days: BTreeMap<i64, &'a Row>,
}

impl Unit<'_> {
    /// How faults call it.
    fn name(&self) -> String {
        if self.group.is_empty() {
            format!("arm `{}`", plain(&self.arm))
        } else {
            format!("group `{}`", plain(&self.group))
        }
    }

    /// Its members when the test began: the earliest count that is known.
    pub(super) fn members(&self) -> Option<u64> {
        let known = |from: i64| self.days.range(from..).find_map(|(_, row)| row.members);
        known(1).or_else(|| known(i64::MIN))
    }
}

/// Units by arm and group, in the order of their names.
pub(super) fn units<'a>(source: &Source, rows: &'a [Row], dealt: Dealt, faults: &mut Vec<Diagnostic>) -> Vec<Unit<'a>> {
    let mut arms: BTreeMap<&str, &At> = BTreeMap::new();
    let mut home: BTreeMap<&str, &Placed> = BTreeMap::new();
    let mut found: BTreeMap<(&str, &str), Unit> = BTreeMap::new();
    let lines = Lines::of(source);
    for row in rows {
        if faults.len() >= MANY {
            break;
        }
        let Some(arm) = &row.arm else { continue };
        arms.entry(&arm.name).or_insert(&arm.at);
        let group = match (&row.group, dealt) {
            (Some(group), Dealt::Groups) => {
                let first = home.entry(&group.name).or_insert(arm);
                if first.name != arm.name {
                    let (earlier, line) = (plain(&first.name), lines.number(first.at.span.start));
                    let message = format!(
                        "group `{}` is in arm `{}` here and in arm `{earlier}` on line {line}",
                        plain(&group.name),
                        plain(&arm.name)
                    );
                    let help = "a group has one arm for the whole test; two groups of one name need two names";
                    faults.push(fault(&group.at, message, help.to_owned()));
                    continue;
                }
                group.name.as_str()
            }
            (None, Dealt::Groups) => continue,
            (_, Dealt::Members) => "",
        };
        let unit = found.entry((&arm.name, group)).or_insert_with(|| Unit {
            arm: arm.name.clone(),
            group: group.to_owned(),
            at: row.group.as_ref().map_or_else(|| arm.at.clone(), |group| group.at.clone()),
            days: BTreeMap::new(),
        });
        let Some(day) = row.day else { continue };
        if let Some(earlier) = unit.days.get(&day) {
            let line = lines.number(earlier.day_at.span.start);
            let message = format!("{} has this day twice, first on line {line}", unit.name());
            faults.push(fault(&row.day_at, message, "one row for each day: add the two up, or keep one".to_owned()));
        } else {
            unit.days.insert(day, row);
        }
    }
    enough(&arms, &found, dealt, faults);
    found.into_values().collect()
}

/// Arms have groups to tell them apart by.
fn enough(
    arms: &BTreeMap<&str, &At>,
    units: &BTreeMap<(&str, &str), Unit>,
    dealt: Dealt,
    faults: &mut Vec<Diagnostic>,
) {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for (arm, at) in arms {
        if let Some(other) = names.insert(arm.to_lowercase(), arm) {
            let (arm, other) = (plain(arm), plain(other));
            let help = "one spelling for the whole table; two arms need names that differ by more than that".to_owned();
            faults.push(fault(at, format!("arms `{other}` and `{arm}` differ by capital letters only"), help));
        }
    }
    if let ([(arm, at)], true) = (&arms.iter().collect::<Vec<_>>()[..], faults.is_empty()) {
        let help = "an arm is compared with another one that ran beside it: rows of two arms at least";
        faults.push(fault(at, format!("there is one arm, `{}`", plain(arm)), help.to_owned()));
    }
    if dealt == Dealt::Members {
        return;
    }
    for (arm, at) in arms {
        match units.keys().filter(|(of, _)| of == arm).count() {
            0 => {
                let help = "the column `group` says which; leave the arm out if it was never run";
                faults.push(fault(at, format!("arm `{}` has no group", plain(arm)), help.to_owned()));
            }
            1 => {
                let message = format!(
                    "arm `{}` has one group: the effect of the arm cannot be separated from the group",
                    plain(arm)
                );
                let help = "two groups an arm at the very least, ten for an answer; a direct list dealt member by member: --unit members";
                faults.push(fault(at, message, help.to_owned()));
            }
            _ => {}
        }
    }
}

/// Every unit has a row for each day, and the same days before.
pub(super) fn complete(units: &[Unit], calendar: &Days, faults: &mut Vec<Diagnostic>) {
    let mut all: BTreeMap<i64, &At> = BTreeMap::new();
    for (day, row) in units.iter().flat_map(|unit| &unit.days) {
        all.entry(*day).or_insert(&row.day_at);
    }
    let Some((&last, at)) = all.range(1..).next_back() else {
        if let Some(unit) = units.first() {
            let help = "days of the test are 1, 2, ...; those before it 0, -1, ...";
            faults.push(fault(&unit.at, "there is no day of the test".to_owned(), help.to_owned()));
        }
        return;
    };
    let absent: Vec<i64> = (1..=last).filter(|day| !all.contains_key(day)).collect();
    if !absent.is_empty() {
        let message = format!("the test has {last} days, and no row has {}", spelt(&absent, calendar));
        let help = "a row for each day, with 0 where nothing happened; --starts DATE if the test began later";
        faults.push(fault(at, message, help.to_owned()));
    }
    for unit in units {
        if faults.len() >= MANY {
            break;
        }
        let lacking: Vec<i64> = all.keys().copied().filter(|day| !unit.days.contains_key(day)).collect();
        if !lacking.is_empty() {
            let help = "a row for each day, with 0 where nothing happened; or leave the group out, days before the test included";
            faults.push(fault(
                &unit.at,
                format!("{} has no row for {}", unit.name(), spelt(&lacking, calendar)),
                help.to_owned(),
            ));
        }
        if unit.members().is_none_or(|members| members == 0) {
            let message = format!("{} has no members", unit.name());
            faults.push(fault(
                &unit.at,
                message,
                "the column `members` says how many it had when the test began".to_owned(),
            ));
        }
    }
}

/// The most runs of days that are named.
const SPELT: usize = 12;

/// `day 3`, `days 3, 5 to 7 and 9`; dates where the table has dates.
fn spelt(days: &[i64], calendar: &Days) -> String {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for &day in days {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == day => *last = day,
            _ => runs.push((day, day)),
        }
    }
    let name = |day: i64| calendar.name(day);
    let word =
        |(from, to): &(i64, i64)| if from == to { name(*from) } else { format!("{} to {}", name(*from), name(*to)) };
    let mut words: Vec<String> = runs.iter().take(SPELT).map(word).collect();
    if runs.len() > SPELT {
        words.push("others".to_owned());
    }
    let noun = match days.len() {
        _ if calendar.are_dates() => "",
        1 => "day ",
        _ => "days ",
    };
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{noun}{} and {last}", rest.join(", ")),
        _ => format!("{noun}{}", words.join("")),
    }
}

/// What is counted among what, with the words of its fault.
struct Among {
    cases: &'static [Role],
    of: Of,
    help: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
enum Of {
    Delivered,
    Members,
}

const AMONG: &[Among] = &[
    Among { cases: &[Role::Read], of: Of::Delivered, help: "a read is counted once for each delivery" },
    Among { cases: &[Role::Clicked], of: Of::Delivered, help: "a click is counted once for each delivery" },
    Among { cases: &[Role::Interacted], of: Of::Delivered, help: "a reaction is counted once for each delivery" },
    Among { cases: &[Role::Reported], of: Of::Delivered, help: "a report is counted once for each delivery" },
    Among {
        cases: &[Role::Bought],
        of: Of::Delivered,
        help: "first purchases that came through what was delivered; others belong to no arm",
    },
    Among {
        cases: &[Role::Bought],
        of: Of::Members,
        help: "first purchases only: a member who buys again is not counted again",
    },
    Among {
        cases: &[Role::Left, Role::Blocked, Role::Muted],
        of: Of::Members,
        help: "a member is lost once: who muted and then left counts as left",
    },
];

/// Cases never exceed those they are among, day by day from the first one.
pub(super) fn bounded(units: &[Unit], faults: &mut Vec<Diagnostic>) {
    for unit in units {
        for among in AMONG {
            if faults.len() < MANY {
                exceeded(unit, among, faults);
            }
        }
    }
}

fn exceeded(unit: &Unit, among: &Among, faults: &mut Vec<Diagnostic>) {
    let (mut cases, mut delivered) = (0, 0);
    for (day, row) in unit.days.range(1..) {
        cases += among.cases.iter().filter_map(|role| row.count(*role)).sum::<u64>();
        let (whole, word) = match among.of {
            Of::Delivered => {
                let Some(today) = row.count(Role::Delivered) else { return };
                delivered += today;
                (delivered, "delivered")
            }
            Of::Members => {
                let Some(members) = unit.members() else { return };
                (members, "members")
            }
        };
        if cases > whole {
            let names: Vec<&str> =
                among.cases.iter().filter(|role| row.count(**role).is_some()).map(|role| role.key()).collect();
            let up_to = if *day == 1 { String::new() } else { " up to this day".to_owned() };
            let verb = if names.len() == 1 { "is" } else { "are" };
            let message = format!("{} {verb} {cases}{up_to}, of only {whole} {word}", listed(&names));
            let at = among.cases.iter().find(|role| row.count(**role).is_some_and(|count| count > 0));
            faults.push(fault(row.place(*at.unwrap_or(&among.cases[0])), message, among.help.to_owned()));
            return;
        }
    }
}
