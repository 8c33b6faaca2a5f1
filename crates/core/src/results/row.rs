//! One row of a table of results: who, when, and what was counted.
//!
//! Comes in: cells and the columns they stand in. Goes out: [`Row`]s. What rows say together is not here: see `check`.

use crate::diagnostic::{At, Diagnostic, MANY, is_hidden};
use crate::document::reader::quoted;
use crate::document::rows::{Cell, Rows};

use super::columns::{Column, Columns, Role, fault};
use super::entry::{Entry, entry};

/// A row, as far as it could be read.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) arm: Option<Placed>,
    /// `None` on a direct list, too.
    pub(super) group: Option<Placed>,
    /// 1 is the first day of the test.
    pub(super) day: Option<i64>,
    pub(super) day_at: At,
    pub(super) members: Option<u64>,
    pub(super) counts: Vec<Counted>,
}

/// A name with its place.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) name: String,
    pub(super) at: At,
}

/// What one column says in one row.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) role: Role,
    /// `None` where it is not known.
    pub(super) count: Option<u64>,
    pub(super) at: At,
    /// Whether it was a percentage, so that the count is rounded.
    pub(super) is_rounded: bool,
}

impl Row {
    /// The count of a role; `None` where it is not known or has no column.
    pub(super) fn count(&self, role: Role) -> Option<u64> {
        self.counts.iter().find(|counted| counted.role == role)?.count
    }

    /// Where the count of a role stands.
    pub(super) fn place(&self, role: Role) -> &At {
        self.counts.iter().find(|counted| counted.role == role).map_or(&self.day_at, |counted| &counted.at)
    }
}

/// Every row, as long as there are few enough faults; `days` are those of the records, in their order.
pub(super) fn rows(table: &Rows, columns: &Columns, days: &[Option<i64>], faults: &mut Vec<Diagnostic>) -> Vec<Row> {
    let mut rows = Vec::with_capacity(table.records.len());
    for (cells, day) in table.records.iter().zip(days) {
        if faults.len() >= MANY {
            break;
        }
        rows.push(row(cells, columns, *day, faults));
    }
    rows
}

fn row(cells: &[Cell], columns: &Columns, day: Option<i64>, faults: &mut Vec<Diagnostic>) -> Row {
    let cell = |role: Role| columns.index(role).map(|index| &cells[index]);
    let mut name = |role: Role| {
        let cell = cell(role)?;
        if cell.text.contains(is_hidden) {
            let message = format!("`{}` holds a control character, found {}", role.key(), quoted(&cell.text));
            let help = "leave it out: it is not seen, and changes how the text around it is shown";
            faults.push(fault(&cell.at, message, help.to_owned()));
            return None;
        }
        (!cell.text.is_empty()).then(|| Placed { name: cell.text.clone(), at: cell.at.clone() })
    };
    let (arm, group) = (name(Role::Arm), name(Role::Group));
    if let Some(cell) = cell(Role::Arm).filter(|cell| cell.text.is_empty()) {
        let help = "the arm that the group was dealt to; leave out rows of groups outside the test";
        faults.push(fault(&cell.at, "`arm` is empty".to_owned(), help.to_owned()));
    }
    let members = cell(Role::Members).and_then(|cell| match entry(cell, Role::Members.key(), faults)? {
        Entry::Count(members) => Some(members),
        Entry::Share(_) => {
            let message = "`members` must be a whole number, found a percentage".to_owned();
            faults.push(fault(&cell.at, message, "how many people the group had when the test began".to_owned()));
            None
        }
    });
    let day_at = cell(Role::Day).map_or_else(|| cells[0].at.clone(), |cell| cell.at.clone());
    let mut row = Row { arm, group, day, day_at, members, counts: Vec::new() };
    for role in Role::COUNTED {
        let counted = match columns.get(role) {
            Some(Column::At(index)) => counted(role, &cells[index], &row, faults),
            Some(Column::Nobody) => Some(Counted { role, count: Some(0), at: row.day_at.clone(), is_rounded: false }),
            None => None,
        };
        row.counts.extend(counted);
    }
    row
}

fn counted(role: Role, cell: &Cell, row: &Row, faults: &mut Vec<Diagnostic>) -> Option<Counted> {
    let key = role.key();
    let found = |count: Option<u64>, is_rounded: bool| Some(Counted { role, count, at: cell.at.clone(), is_rounded });
    let is_in_test = row.day.is_none_or(|day| day >= 1);
    if cell.text.trim().is_empty() {
        if is_in_test {
            let help = format!("0 where nothing happened; without its column, `{key}` is not measured");
            faults.push(fault(&cell.at, format!("`{key}` is empty"), help));
        }
        return found(None, false);
    }
    match entry(cell, key, faults) {
        Some(Entry::Count(count)) => found(Some(count), false),
        Some(Entry::Share(share)) => {
            let delivered = row.count(Role::Delivered);
            if !role.is_of_delivered() {
                let help = "a count of people: so many of the group's members on that day";
                faults.push(fault(
                    &cell.at,
                    format!("`{key}` is a percentage, and of what is not said"),
                    help.to_owned(),
                ));
                return found(None, false);
            }
            if delivered.is_none() {
                let help = "a column `delivered` to count it from, or a count itself";
                faults.push(fault(
                    &cell.at,
                    format!("`{key}` is a percentage of those delivered, who are not counted"),
                    help.to_owned(),
                ));
            }
            found(delivered.map(|delivered| (share * delivered as f64).round() as u64), true)
        }
        None => found(None, false),
    }
}
