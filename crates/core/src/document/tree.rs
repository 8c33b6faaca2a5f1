//! A TOML file as a tree of keys and values, each of which knows its name and its place.
//!
//! Comes in: a TOML text. Goes out: a [`Table`] in the order of the file, with everything that is not TOML as faults; what could
//! be recovered beside them is in the tree, and a value that could not is [`Value::Broken`]. What keys mean is not here: see
//! `scenario` and `targets`.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{At, Diagnostic, MANY, plain};

/// A table in the order of the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) at: At,
    pub(crate) node: Node,
}

/// A value with its full dotted name and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) path: String,
    pub(crate) at: At,
    pub(crate) value: Value,
    /// The value as typed after `--set KEY=`: what is meant where text is wanted.
    pub(crate) typed: Option<String>,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Whole(i128),
    Number(f64),
    Switch(bool),
    /// A date or a time without quotes; no key wants one.
    Time,
    List(Vec<Node>),
    Table(Table),
    /// Not TOML; its fault is already known.
    Broken,
}

/// A document as far as it is TOML.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) root: Table,
    pub(crate) faults: Vec<Diagnostic>,
    /// Keys or tables may have been lost, so that their absence means nothing.
    pub(crate) lossy: bool,
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// The table below that key.
    pub(crate) fn table_mut(&mut self, key: &str) -> Option<&mut Table> {
        if let Value::Table(table) = &mut self.get_mut(key)?.value { Some(table) } else { None }
    }

    pub(crate) fn remove(&mut self, keys: &[&str]) {
        self.entries.retain(|entry| !keys.contains(&entry.key.as_str()));
    }

    /// Puts an entry in the place of the one of its key, or last.
    pub(crate) fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }
}

/// Name of `key` in the table of name `path`.
pub(crate) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Reads the first source.
pub(crate) fn document(text: &str) -> Document {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<Error> = errors.iter().map(|error| Error::new(error, text)).collect();
    errors.sort_by_key(|error| error.span.start);
    errors.truncate(MANY);
    let mut reading = Reading { text, source: 0, offset: 0, errors };
    let root = reading.table(table.into_inner(), "");
    let lossy = reading.errors.iter().any(|error| error.message != DUPLICATE);
    let faults = reading.errors.iter().map(|error| error.diagnostic(text)).collect();
    Document { root, faults, lossy }
}

/// Reads a value typed at `offset` of another source; text that is not TOML is taken as it stands.
pub(crate) fn typed_value(text: &str, source: usize, offset: usize, path: &str) -> Node {
    let mut node = match DeValue::parse(text) {
        Ok(value) => Reading { text, source, offset, errors: Vec::new() }.node(value, path.to_owned()),
        Err(_) => Node {
            path: path.to_owned(),
            at: At { source, span: offset..offset + text.len() },
            value: Value::Text(text.to_owned()),
            typed: None,
        },
    };
    node.typed = Some(text.to_owned());
    node
}

const DUPLICATE: &str = "duplicate key";
const UNQUOTED: &str = "string values must be quoted";
const UNCLOSED: &str = "unclosed ";

struct Error {
    span: Range<usize>,
    message: String,
    /// Name of the value it stands in.
    path: Option<String>,
}

impl Error {
    fn new(error: &toml::de::Error, text: &str) -> Error {
        let span = error.span().unwrap_or(text.len()..text.len());
        let start = floor_boundary(text, span.start);
        Error {
            span: start..floor_boundary(text, span.end).max(start),
            message: error.message().to_owned(),
            path: None,
        }
    }

    fn diagnostic(&self, text: &str) -> Diagnostic {
        let written = &text[self.span.clone()];
        let key = self.path.as_ref().map_or_else(|| "a key".to_owned(), |path| format!("`{}`", plain(path)));
        let (message, help) = if self.message == DUPLICATE {
            (format!("`{}` stands twice in its table", plain(written)), "keep one of the two".to_owned())
        } else if self.message == UNCLOSED {
            (
                format!("{key} opens with `{written}` and is never closed"),
                "close it; what follows was not read".to_owned(),
            )
        } else if self.message.starts_with(UNQUOTED) && written.is_empty() {
            (format!("{key} has no value"), "write one after `=`, or leave the key out for its default".to_owned())
        } else if self.message.starts_with(UNQUOTED) {
            (
                format!("{key} must be a TOML value, found {}", plain(written)),
                format!("text stands in quotes: {written:?}"),
            )
        } else {
            let help = "one key = value to a line, text in quotes, lists in [ ], tables in { }".to_owned();
            match self.path {
                Some(_) => (format!("{key} is not TOML: {}", self.message), help),
                None => (format!("not TOML: {}", self.message), help),
            }
        };
        Diagnostic { message, at: Some(At { source: 0, span: self.span.clone() }), help: Some(help) }
    }
}

/// Largest boundary between characters that is not after `index`.
fn floor_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0)
}

struct Reading<'a> {
    text: &'a str,
    source: usize,
    offset: usize,
    /// In order of place.
    errors: Vec<Error>,
}

impl Reading<'_> {
    fn table(&mut self, table: DeTable<'_>, path: &str) -> Table {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let at = self.at(key.span());
            let key = key.into_inner().into_owned();
            let node = self.node(value, join(path, &key));
            entries.push(Entry { key, at, node });
        }
        Table { entries }
    }

    fn node(&mut self, value: Spanned<DeValue<'_>>, path: String) -> Node {
        let span = value.span();
        let value = value.into_inner();
        let has_header =
            matches!(value, DeValue::Table(_)) && !self.text[floor_boundary(self.text, span.start)..].starts_with('{');
        let value = if !has_header && self.is_broken(&span, &path) { Value::Broken } else { self.value(value, &path) };
        Node { path, at: self.at(span), value, typed: None }
    }

    fn value(&mut self, value: DeValue<'_>, path: &str) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Integer(digits) => {
                Value::Whole(i128::from_str_radix(digits.as_str(), digits.radix()).unwrap_or(i128::MAX))
            }
            DeValue::Float(digits) => Value::Number(digits.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(switch) => Value::Switch(switch),
            DeValue::Datetime(_) => Value::Time,
            DeValue::Array(list) => Value::List(
                (1..)
                    .zip(list)
                    .map(|(number, element)| {
                        let is_table = matches!(element.get_ref(), DeValue::Table(_));
                        self.node(element, if is_table { format!("{path}[{number}]") } else { path.to_owned() })
                    })
                    .collect(),
            ),
            DeValue::Table(table) => Value::Table(self.table(table, path)),
        }
    }

    /// Whether an error stands in that value. Of several the first remains, since the others follow from it; an open bracket
    /// swallows what comes after it and is named instead.
    fn is_broken(&mut self, span: &Range<usize>, path: &str) -> bool {
        let first = self.errors.partition_point(|error| error.span.start < span.start);
        let end = self.errors.partition_point(|error| error.span.start <= span.end);
        if first == end {
            return false;
        }
        let is_bracket = self.text[floor_boundary(self.text, span.start)..].starts_with(['[', '{']);
        let is_open = is_bracket && self.errors[first..end].iter().any(|error| error.message.starts_with(UNCLOSED));
        self.errors.drain(first + 1..end);
        let error = &mut self.errors[first];
        error.path = Some(path.to_owned());
        if is_open {
            error.span = span.start..span.start + 1;
            UNCLOSED.clone_into(&mut error.message);
        }
        true
    }

    fn at(&self, span: Range<usize>) -> At {
        let start = floor_boundary(self.text, span.start);
        let end = floor_boundary(self.text, span.end).max(start);
        At { source: self.source, span: self.offset + start..self.offset + end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_the_order_of_the_file_and_know_their_names() {
        let tree = document("b = 1\na = 2\n[plan.x]\nselect.keep = 0.5\n");
        assert_eq!(tree.root.keys().collect::<Vec<_>>(), ["b", "a", "plan"]);
        let Some(Value::Table(plan)) = tree.root.get("plan").map(|node| &node.value) else { panic!("a table") };
        let Some(Value::Table(x)) = plan.get("x").map(|node| &node.value) else { panic!("a table") };
        let Some(Value::Table(select)) = x.get("select").map(|node| &node.value) else { panic!("a table") };
        assert_eq!(select.get("keep").map(|node| node.path.as_str()), Some("plan.x.select.keep"));
    }

    #[test]
    fn what_stands_beside_a_syntax_error_is_read() {
        let tree = document("a = \"open\nb = 3\n[x]\nc = 24h\nd = \n");
        assert!(tree.lossy);
        assert!(matches!(tree.root.get("a").map(|node| &node.value), Some(Value::Broken)));
        assert!(matches!(tree.root.get("b").map(|node| &node.value), Some(Value::Whole(3))));
        assert_eq!(tree.faults.len(), 3, "{:?}", tree.faults);
    }

    #[test]
    fn an_open_bracket_is_one_fault() {
        for (text, bracket) in [("a = [1, 2\nb = 3\n[x]\n", "["), ("a = { b = 1\nc = 3\n[x]\n", "{")] {
            let tree = document(text);
            let messages: Vec<&str> = tree.faults.iter().map(|fault| fault.message.as_str()).collect();
            assert_eq!(messages, [format!("`a` opens with `{bracket}` and is never closed")]);
        }
    }

    #[test]
    fn a_duplicate_loses_nothing() {
        let tree = document("a = 1\na = 2\n");
        assert!(!tree.lossy);
        assert_eq!(tree.faults[0].message, "`a` stands twice in its table");
    }
}
