//! Days of a test as they are written: whole numbers, or dates in one order.
//!
//! Comes in: the cells of the column of days. Goes out: the day of each, 1 the first of the test, 0 and below before it. Which days a
//! group lacks is not here: see `check`.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{At, Diagnostic, MANY};
use crate::document::reader::quoted;
use crate::document::rows::Cell;

use super::columns::fault;

/// What stands first in dates such as 03/04/2025.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// The day: 3 April.
    DayFirst,
    /// The month: 4 March.
    MonthFirst,
}

/// A day as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Written {
    /// Counted from the first day of the test.
    Number(i64),
    /// Year, month and day.
    Date(Date),
    /// Two numbers of which one is the month, and the year.
    Parts { first: u32, second: u32, year: i64, mark: char },
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Date {
    year: i64,
    month: u32,
    day: u32,
}

impl Date {
    /// Days since 1 March of the year 0; `None` where the calendar has no such day. Hinnant 2021, `days_from_civil`.
    fn number(self) -> Option<i64> {
        let Date { year, month, day } = self;
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + u32::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=length).contains(&day) {
            return None;
        }
        let (year, month) = if month > 2 { (year, i64::from(month) - 3) } else { (year - 1, i64::from(month) + 9) };
        let of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
        Some(365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year)
    }

    /// The date of that number. Hinnant 2021, `civil_from_days`.
    fn of_number(number: i64) -> Date {
        const ERA: i64 = 146_097;
        let (era, of_era) = (number.div_euclid(ERA), number.rem_euclid(ERA));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Date { year: 400 * era + year + later, month: month as u32, day: day as u32 }
    }
}

/// The days of a table.
#[derive(Debug, Default)]
pub(super) struct Days {
    /// The day of each row, `None` where it is at fault.
    pub(super) of_rows: Vec<Option<i64>>,
    /// Date of day 1, in days since 1 March of the year 0; `None` where days are numbers.
    begins: Option<i64>,
}

impl Days {
    /// Days that are all at fault.
    fn broken(n: usize) -> Days {
        Days { of_rows: vec![None; n], begins: None }
    }

    /// A day as the table writes it: a number, or a date.
    pub(super) fn name(&self, day: i64) -> String {
        let Some(begins) = self.begins else { return day.to_string() };
        let Date { year, month, day } = Date::of_number(begins + day - 1);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Whether days are dates.
    pub(super) fn are_dates(&self) -> bool {
        self.begins.is_some()
    }
}

/// Most days between the first and the last of a table: beyond it, a year is misspelt.
const MOST: i64 = 3660;

/// The day of each cell. `starts` is the first day of the test, with its place.
pub(super) fn days(
    cells: &[&Cell],
    starts: Option<(&str, At)>,
    order: Option<DateOrder>,
    faults: &mut Vec<Diagnostic>,
) -> Days {
    let read: Vec<Option<Written>> = cells.iter().map(|cell| written(cell, faults)).collect();
    let first = read.iter().flatten().next();
    let are_dates = first.is_some_and(|first| !matches!(first, Written::Number(_)));
    for (cell, found) in cells.iter().zip(&read) {
        if found.is_some_and(|found| matches!(found, Written::Number(_)) == are_dates) {
            let (this, others) = if are_dates { ("a number", "dates") } else { ("a date", "numbers") };
            let message = format!("`day` is {this} here and the days above are {others}, found {}", quoted(&cell.text));
            faults.push(fault(&cell.at, message, "one or the other in the whole column".to_owned()));
            return Days::broken(cells.len());
        }
    }
    if !are_dates {
        if let Some((_, at)) = starts {
            let message = "`--starts` is a date and the days of the file are numbers".to_owned();
            faults.push(fault(
                &at,
                message,
                "leave it out: day 1 is the first of the test, 0 and below come before".to_owned(),
            ));
        }
        let of_rows = read.into_iter().map(|found| found.and_then(as_number)).collect();
        return Days { of_rows, begins: None };
    }
    let Some(order) = order_of(cells, &read, order, faults) else { return Days::broken(cells.len()) };
    let numbers: Vec<Option<i64>> = cells
        .iter()
        .zip(&read)
        .map(|(cell, found)| {
            let number = found.and_then(|found| dated(found, order)).and_then(Date::number);
            if found.is_some() && number.is_none() && faults.len() < MANY {
                let message = format!("`day` is not a day of the calendar, found {}", quoted(&cell.text));
                faults.push(fault(&cell.at, message, "year, month, day: 2025-03-31".to_owned()));
            }
            number
        })
        .collect();
    let begins = starts.map(|(text, at)| {
        let found = parsed(text.trim()).and_then(|found| dated(found, order)).and_then(Date::number);
        if found.is_none() {
            let message = format!("`--starts` must be a date, found {}", quoted(text));
            faults.push(fault(&at, message, "year, month, day: 2025-03-31".to_owned()));
        }
        found
    });
    let begins = match begins {
        Some(found) => found,
        None => numbers.iter().flatten().min().copied(),
    };
    let of_rows = numbers.into_iter().map(|number| Some(number? - begins? + 1)).collect();
    Days { of_rows, begins }
}

fn as_number(found: Written) -> Option<i64> {
    if let Written::Number(number) = found { Some(number) } else { None }
}

fn dated(found: Written, order: DateOrder) -> Option<Date> {
    match (found, order) {
        (Written::Date(date), _) => Some(date),
        (Written::Parts { first, second, year, .. }, DateOrder::DayFirst) => {
            Some(Date { year, month: second, day: first })
        }
        (Written::Parts { first, second, year, .. }, DateOrder::MonthFirst) => {
            Some(Date { year, month: first, day: second })
        }
        (Written::Number(_), _) => None,
    }
}

fn written(cell: &Cell, faults: &mut Vec<Diagnostic>) -> Option<Written> {
    let found = parsed(&cell.text).filter(|found| !matches!(found, Written::Number(day) if day.abs() > MOST));
    if found.is_none() && faults.len() < MANY {
        let message = format!("`day` must be a whole number or a date, found {}", quoted(&cell.text));
        faults.push(fault(
            &cell.at,
            message,
            "counted from the first day of the test: 1; or a date: 2025-03-31".to_owned(),
        ));
    }
    found
}

fn parsed(text: &str) -> Option<Written> {
    if let Ok(number) = text.parse() {
        return Some(Written::Number(number));
    }
    // The time of day says nothing here.
    let date = text.split(['T', ' ']).next()?;
    let mark = date.chars().find(|letter| matches!(letter, '-' | '/' | '.'))?;
    let parts: Vec<&str> = date.split(mark).collect();
    let [a, b, c] = parts[..] else { return None };
    let is_year = |part: &str| part.len() == 4;
    let small = |part: &str| part.parse::<u32>().ok().filter(|_| part.len() <= 2);
    if is_year(a) {
        return Some(Written::Date(Date { year: a.parse().ok()?, month: small(b)?, day: small(c)? }));
    }
    let year = c.parse().ok().filter(|_| is_year(c))?;
    Some(Written::Parts { first: small(a)?, second: small(b)?, year, mark })
}

/// The order of all dates: as asked for, or the only one that fits them all. Dates with points are day first in every country that
/// writes them so.
fn order_of(
    cells: &[&Cell],
    read: &[Option<Written>],
    asked: Option<DateOrder>,
    faults: &mut Vec<Diagnostic>,
) -> Option<DateOrder> {
    let parts = || {
        cells.iter().zip(read).filter_map(|(cell, found)| match found {
            Some(Written::Parts { first, second, mark, .. }) => Some((*cell, *first, *second, *mark)),
            _ => None,
        })
    };
    if let Some(order) = asked {
        return Some(order);
    }
    let (day_first, month_first) = (parts().find(|part| part.1 > 12), parts().find(|part| part.2 > 12));
    match (day_first, month_first) {
        (Some((one, ..)), Some((other, ..))) => {
            let (earlier, later) = if one.at.span.start < other.at.span.start { (one, other) } else { (other, one) };
            let (this, that) = if later.at == one.at { ("day", "month") } else { ("month", "day") };
            let message = format!(
                "dates are in two orders: the {this} first in {}, the {that} first in {}",
                quoted(&later.text),
                quoted(&earlier.text)
            );
            faults.push(fault(&later.at, message, "the year first in all of them: 2025-03-31".to_owned()));
            None
        }
        (Some(_), None) => Some(DateOrder::DayFirst),
        (None, Some(_)) => Some(DateOrder::MonthFirst),
        (None, None) => {
            let Some((cell, ..)) = parts().find(|part| part.3 != '.') else { return Some(DateOrder::DayFirst) };
            let message = format!("dates can be read in two orders: day or month first, found {}", quoted(&cell.text));
            let help = "the year first in all of them: 2025-03-31; or --dates day-first, --dates month-first";
            faults.push(fault(&cell.at, message, help.to_owned()));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str], starts: Option<&str>) -> (Vec<Option<i64>>, Vec<String>) {
        let mut at = 0;
        let cells: Vec<Cell> = texts
            .iter()
            .map(|text| {
                at += 20;
                Cell { text: (*text).to_owned(), at: At { source: 0, span: at..at + text.len() } }
            })
            .collect();
        let mut faults = Vec::new();
        let starts = starts.map(|starts| (starts, At::default()));
        let found = days(&cells.iter().collect::<Vec<_>>(), starts, None, &mut faults);
        (found.of_rows, faults.into_iter().map(|fault| fault.message).collect())
    }

    #[test]
    fn dates_count_from_the_first_or_from_the_start() {
        let (found, faults) = read(&["2024-02-28", "2024-03-01T08:00", "2023-12-31"], None);
        assert_eq!((found, faults.len()), (vec![Some(60), Some(62), Some(1)], 0));
        assert_eq!(read(&["2025-03-01", "2025-02-27"], Some("2025-03-01")).0, [Some(1), Some(-1)]);
        assert_eq!(read(&["27/02/2025", "01/03/2025"], None).0, [Some(1), Some(3)]);
        assert_eq!(read(&["02/27/2025", "03/01/2025"], None).0, [Some(1), Some(3)]);
        assert_eq!(read(&["1.3.2025", "2.3.2025"], None).0, [Some(1), Some(2)]);
    }

    #[test]
    fn a_number_is_its_date_again() {
        for (year, month, day) in [(2000, 2, 29), (2024, 12, 31), (2025, 1, 1), (1999, 3, 1), (2100, 2, 28)] {
            let date = Date { year, month, day };
            assert_eq!(Date::of_number(date.number().unwrap()), date);
        }
    }

    #[test]
    fn orders_that_clash_or_do_not_show_are_faults() {
        let (_, faults) = read(&["27/02/2025", "03/28/2025"], None);
        assert_eq!(
            faults,
            ["dates are in two orders: the month first in \"03/28/2025\", the day first in \"27/02/2025\""]
        );
        let (_, faults) = read(&["01/02/2025", "02/02/2025"], None);
        assert_eq!(faults, ["dates can be read in two orders: day or month first, found \"01/02/2025\""]);
        let (_, faults) = read(&["2025-02-29"], None);
        assert_eq!(faults, ["`day` is not a day of the calendar, found \"2025-02-29\""]);
        let (_, faults) = read(&["1", "2025-02-28"], None);
        assert_eq!(faults.len(), 1);
    }
}
