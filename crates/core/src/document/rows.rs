//! A table of comma-separated values as rows of cells, each of which knows its column and its place.
//!
//! Comes in: the text of a CSV file. Goes out: [`Rows`], and every fault of its form: other separators, rows of another length. Lines
//! that begin with `#` and empty lines say nothing. What columns mean is not here: see `targets` and `results`.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::{At, Diagnostic, MANY, plain};

use super::reader::quoted;
use super::tree::{Node, Value};

/// The cells of a table.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Headings.
    pub(crate) header: Vec<Cell>,
    /// As many cells a row as there are headings.
    pub(crate) records: Vec<Vec<Cell>>,
    /// What is wrong with its form.
    pub(crate) faults: Vec<Diagnostic>,
}

/// What stands between two separators, without the spaces and quotes around it.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) at: At,
}

impl Cell {
    /// The cell as text; `None` where it is empty.
    pub(crate) fn text(&self, path: &str) -> Option<Node> {
        let (text, at) = (self.text.clone(), self.at.clone());
        (!text.is_empty()).then(|| Node { path: path.to_owned(), at, value: Value::Text(text), typed: None })
    }

    /// The cell as a number, a whole one where it has no decimal point; `None` where it is empty. What is no number is a fault.
    pub(crate) fn number(&self, path: &str, faults: &mut Vec<Diagnostic>) -> Option<Node> {
        let node = |value| Node { path: path.to_owned(), at: self.at.clone(), value, typed: None };
        if self.text.is_empty() {
            return None;
        }
        if let Ok(whole) = self.text.parse() {
            return Some(node(Value::Whole(whole)));
        }
        if let Ok(number) = self.text.parse() {
            return Some(node(Value::Number(number)));
        }
        if faults.len() >= MANY {
            return Some(node(Value::Broken));
        }
        let help =
            match (self.text.replace(',', ".").parse::<f64>(), self.text.trim_end_matches('%').trim().parse::<f64>()) {
                (Ok(_), _) => format!("with a decimal point: {}", self.text.replace(',', ".")),
                (_, Ok(percent)) => format!("a share, not a percentage: {}", percent / 100.0),
                _ => "such as 0.25; the cell stays empty where nothing is known".to_owned(),
            };
        let message = format!("`{path}` must be a number, found {}", quoted(&self.text));
        faults.push(Diagnostic { message, at: Some(self.at.clone()), help: Some(help) });
        Some(node(Value::Broken))
    }
}

/// Reads the text that is source number `source`, whose columns stand between commas.
pub(crate) fn rows(source: usize, text: &str) -> Rows {
    let headings = lines(text).next();
    if let Some((span, line)) = headings
        && let Some(separator) = other_separator(line)
    {
        let mut found = Rows::default();
        found.fault(
            source,
            span,
            format!("the columns stand between {separator}"),
            "separate them by commas, with points in numbers: a,b,0.25",
        );
        return found;
    }
    rows_between(source, text, ',')
}

/// Reads the text that is source number `source`, whose columns stand between such separators.
pub(crate) fn rows_between(source: usize, text: &str, separator: char) -> Rows {
    let mut found = Rows::default();
    for (span, line) in lines(text) {
        let cells = cells(source, line, span.start, separator);
        if found.header.is_empty() {
            found.header = cells;
        } else if cells.len() == found.header.len() {
            found.records.push(cells);
        } else if found.faults.len() < MANY {
            let message = format!("{} values under {} columns", cells.len(), found.header.len());
            let help = match (cells.len() > found.header.len(), separator) {
                (true, ',') => "numbers have a decimal point: 0.25, not 0,25",
                (true, _) => "one value under each heading",
                (false, _) => "a cell stays empty where nothing is known, with its comma",
            };
            found.fault(source, span, message, help);
        }
    }
    if found.header.is_empty() {
        found.fault(
            source,
            0..0,
            "the file holds no table".to_owned(),
            "a line of headings and a row for each case, between commas",
        );
    }
    found
}

/// The lines that say something, each with its place.
fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = 0;
    let placed = text.split_inclusive('\n').map(move |line| {
        let shown = line.trim_end_matches(['\r', '\n', ' ']);
        let place = start..start + shown.len();
        start += line.len();
        (place, shown)
    });
    placed.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

/// What stands most often between the headings, outside quotes: a comma, a semicolon or a tab.
pub(crate) fn separator(text: &str) -> char {
    let Some((_, headings)) = lines(text).next() else { return ',' };
    let mut is_quoted = false;
    let outside: String = headings
        .chars()
        .filter(|&letter| {
            is_quoted ^= letter == '"';
            !is_quoted
        })
        .collect();
    // Of equals the last one is taken: the comma.
    [';', '\t', ','].into_iter().max_by_key(|mark| outside.matches(*mark).count()).unwrap_or(',')
}

/// What a line without commas is separated by.
fn other_separator(line: &str) -> Option<&'static str> {
    match (line.contains(','), line.contains(';'), line.contains('\t')) {
        (false, true, _) => Some("semicolons"),
        (false, _, true) => Some("tabs"),
        _ => None,
    }
}

impl Rows {
    fn fault(&mut self, source: usize, span: Range<usize>, message: String, help: &str) {
        self.faults.push(Diagnostic { message, at: Some(At { source, span }), help: Some(help.to_owned()) });
    }

    /// The column of that heading; the second of the same name is a fault told by [`Rows::check_headings`].
    pub(crate) fn column(&self, heading: &str) -> Option<usize> {
        self.header.iter().position(|cell| cell.text == heading)
    }

    /// Faults headings that stand twice.
    pub(crate) fn check_headings(&mut self) {
        let mut seen = BTreeSet::new();
        for cell in self.header.iter().filter(|cell| !cell.text.is_empty()) {
            if !seen.insert(&cell.text) && self.faults.len() < MANY {
                let message = format!("the column `{}` stands twice", plain(&cell.text));
                let help = Some("keep one of the two".to_owned());
                self.faults.push(Diagnostic { message, at: Some(cell.at.clone()), help });
            }
        }
    }
}

/// The cells of a line that begins at `offset`; a separator between double quotes separates nothing.
fn cells(source: usize, line: &str, offset: usize, separator: char) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut is_quoted = false;
    let mut start = 0;
    for (i, letter) in line.char_indices().chain([(line.len(), separator)]) {
        if letter == '"' {
            is_quoted = !is_quoted;
        }
        if (letter == separator && !is_quoted) || i == line.len() {
            let written = &line[start..i];
            let inner = written.trim();
            let first = start + (written.len() - written.trim_start().len());
            let text = match inner.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(text) => text.replace("\"\"", "\""),
                None => inner.to_owned(),
            };
            cells.push(Cell { text, at: At { source, span: offset + first..offset + first + inner.len() } });
            start = i + separator.len_utf8();
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_know_their_places_and_lose_their_quotes() {
        let found = rows(0, "a, b,c\n# said\n\n1,\"x, \"\"y\"\"\", \n");
        assert_eq!(found.records.len(), 1);
        let texts: Vec<&str> = found.records[0].iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["1", "x, \"y\"", ""]);
        assert_eq!(found.header[1].at.span, 3..4);
        assert_eq!(found.records[0][1].at.span, 17..27);
        assert!(found.faults.is_empty());
    }

    #[test]
    fn what_stands_between_headings_is_seen() {
        for (text, expected) in
            [("a;b,c;d\n", ';'), ("# x;y;z\na\tb\n", '\t'), ("a,b\n1;2\n", ','), ("a\n", ','), ("\"a;b;c\",d\n", ',')]
        {
            assert_eq!(separator(text), expected, "{text}");
        }
        let found = rows_between(0, "a\tb\n1\t\n", '\t');
        assert_eq!(found.records[0].len(), 2, "an empty last cell stays");
    }

    #[test]
    fn semicolons_and_decimal_commas_are_faults_with_a_remedy() {
        let help = |text: &str| rows(0, text).faults[0].help.clone().unwrap();
        assert!(help("a;b\n1;2\n").contains("separate them by commas"));
        assert_eq!(help("a,b\n1,2,5\n"), "numbers have a decimal point: 0.25, not 0,25");
        let mut faults = Vec::new();
        let found = rows(0, "a\n\"0,25\"\n12%\n1.5\n");
        let values: Vec<Value> =
            found.records.iter().map(|row| row[0].number("a", &mut faults).unwrap().value).collect();
        assert!(matches!(values[..], [Value::Broken, Value::Broken, Value::Number(1.5)]));
        assert_eq!(faults[0].help.as_deref(), Some("with a decimal point: 0.25"));
        assert_eq!(faults[1].help.as_deref(), Some("a share, not a percentage: 0.12"));
    }
}
