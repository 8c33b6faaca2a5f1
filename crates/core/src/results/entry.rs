//! A count, or a percentage, in one cell.
//!
//! Comes in: a cell. Goes out: what it says, decimal commas and per cent signs understood. What a percentage is of is decided in `row`.

use crate::diagnostic::Diagnostic;
use crate::document::reader::quoted;
use crate::document::rows::Cell;

use super::columns::fault;

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Entry {
    /// So many.
    Count(u64),
    /// A share, 0 to 1, written as a percentage.
    Share(f64),
}

/// Largest count: more people or deliveries than there are, and sums of a million rows of it, times a thousand, can still be counted.
const MOST: u64 = 1_000_000_000;

/// The entry of a cell of `key`; `None` where it is empty or at fault.
pub(super) fn entry(cell: &Cell, key: &str, faults: &mut Vec<Diagnostic>) -> Option<Entry> {
    let text = cell.text.trim();
    if text.is_empty() {
        return None;
    }
    let found = quoted(text);
    let mut wrong = |rule: &str, help: String| {
        faults.push(fault(&cell.at, format!("`{key}` must be {rule}, found {found}"), help));
        None
    };
    if let Some(number) = text.strip_suffix('%') {
        return match number.trim().replace(',', ".").parse::<f64>() {
            Ok(percent) if (0.0..=100.0).contains(&percent) => Some(Entry::Share(percent / 100.0)),
            Ok(_) => wrong("from 0 % to 100 %", "a percentage of those delivered, or their count".to_owned()),
            Err(_) => wrong("a whole number or a percentage", "such as 31 or 12.5%".to_owned()),
        };
    }
    if let Ok(count) = text.parse::<u64>() {
        return if count <= MOST {
            Some(Entry::Count(count))
        } else {
            wrong(&format!("at most {MOST}"), "a count of people or of deliveries".to_owned())
        };
    }
    match text.replace(',', ".").parse::<f64>() {
        Ok(number) if number < 0.0 => {
            wrong("0 or more", "a count of what happened on the day; 0 where nothing did".to_owned())
        }
        // Spreadsheets write whole numbers as 12.0.
        Ok(number) if number.fract() == 0.0 && number <= MOST as f64 && !has_thousands(text) => {
            Some(Entry::Count(number as u64))
        }
        Ok(number) if has_thousands(text) => {
            let plain: String = text.chars().filter(char::is_ascii_digit).collect();
            wrong(
                "a whole number",
                format!("{plain} without a mark at thousands, if that is meant; {number} is no count"),
            )
        }
        Ok(number) if number < 1.0 => {
            wrong("a whole number", format!("a count; or a percentage with its sign: {}%", 100.0 * number))
        }
        Ok(_) => wrong("a whole number", "a count; or a percentage with its sign: 12.5%".to_owned()),
        Err(_) => wrong("a whole number", "such as 31; 0 where nothing happened".to_owned()),
    }
}

/// Whether a point or comma stands where one would part thousands.
fn has_thousands(text: &str) -> bool {
    let mut parts = text.split(['.', ',']);
    let head = parts.next().is_some_and(|part| (1..=3).contains(&part.len()) && part != "0");
    let mut rest = 0;
    let thousands = parts.all(|part| {
        rest += 1;
        part.len() == 3
    });
    head && thousands && rest > 0
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::At;

    use super::*;

    #[test]
    fn counts_and_percentages_are_told_apart() {
        let mut faults = Vec::new();
        let mut read = |text: &str| entry(&Cell { text: text.to_owned(), at: At::default() }, "read", &mut faults);
        let found = ["31", "12.0", "12,5 %", "0%", "", "-3", "1.234", "0.25", "many", "120%"].map(&mut read);
        let expected =
            [Some(Entry::Count(31)), Some(Entry::Count(12)), Some(Entry::Share(0.125)), Some(Entry::Share(0.0))];
        assert_eq!(found[..4], expected);
        assert_eq!(found[4..], [None; 6]);
        let helps: Vec<&str> = faults.iter().filter_map(|fault| fault.help.as_deref()).collect();
        assert_eq!(helps.len(), 5);
        assert_eq!(helps[1], "1234 without a mark at thousands, if that is meant; 1.234 is no count");
        assert_eq!(helps[2], "a count; or a percentage with its sign: 25%");
    }
}
