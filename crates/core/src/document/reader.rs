//! Typed reading of single values: what a key may hold, and how it is said when it holds something else.
//!
//! Comes in: nodes of the tree. Goes out: the value, or `None` where it is absent or at fault; the [`Reader`] collects the
//! faults. Which keys there are is not here: see `scenario` and `targets`.

use std::borrow::Cow;

use crate::diagnostic::{At, Diagnostic, MANY, Source, is_hidden, nearest, plain};
use crate::units::Hours;

use super::tree::{Node, Table, Value};

/// Collects every fault of a document while it is read.
pub(crate) struct Reader<'a> {
    pub(crate) sources: &'a [Source],
    pub(crate) faults: Vec<Diagnostic>,
    /// Syntax errors may have swallowed keys and tables: nothing is said about what is absent.
    pub(crate) lossy: bool,
    /// Keys of the top of the file, for those who write one below a [table].
    pub(crate) top_keys: &'a [&'a str],
    /// Numbers of the sources whose typed value was taken as text, although it is TOML for something else.
    pub(crate) worded: Vec<usize>,
}

/// What a key may name.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    /// The noun.
    pub(crate) what: &'a str,
    /// All there are.
    pub(crate) known: &'a [&'a str],
    /// The one that goes by another word, too.
    pub(crate) also: fn(&str) -> Option<&'static str>,
}

impl<'a> Names<'a> {
    /// Names without other words.
    pub(crate) fn new(what: &'a str, known: &'a [&'a str]) -> Names<'a> {
        Names { what, known, also: |_| None }
    }
}

/// Largest amount: no sum over members, days and replicates of amounts like this comes near the largest number, nor does its square.
const MOST: f64 = 1e9;

/// The numbers a key admits. Every one is bounded, so that no figure can come out that is no number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Range {
    /// 0 to 1.
    Share,
    /// Above 0, at most 1.
    SomeShare,
    /// Above 0, below 1.
    InnerShare,
    /// -1 to 1.
    Correlation,
    /// 0 to [`MOST`]: of money, and of differences in any unit.
    Amount,
    /// From one number to another.
    Between(f64, f64),
    /// Any finite number, where another key bounds it.
    Any,
}

impl Range {
    fn admits(self, number: f64) -> bool {
        number.is_finite()
            && match self {
                Range::Share => (0.0..=1.0).contains(&number),
                Range::SomeShare => 0.0 < number && number <= 1.0,
                Range::InnerShare => 0.0 < number && number < 1.0,
                Range::Correlation => (-1.0..=1.0).contains(&number),
                Range::Amount => (0.0..=MOST).contains(&number),
                Range::Between(low, high) => low <= number && number <= high,
                Range::Any => true,
            }
    }

    fn words(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Range::Between(low, high) => return Cow::Owned(format!("from {low} to {high}")),
            Range::Share => "from 0 to 1",
            Range::SomeShare => "above 0 and at most 1",
            Range::InnerShare => "above 0 and below 1",
            Range::Correlation => "from -1 to 1",
            Range::Amount => return Cow::Owned(format!("from 0 to {MOST}")),
            Range::Any => "a finite number",
        })
    }

    fn help(self, found: f64) -> String {
        let is_share = matches!(self, Range::Share | Range::SomeShare | Range::InnerShare);
        if is_share && (2.0..=100.0).contains(&found) && self.admits(found / 100.0) {
            return format!("a share, not a percentage: {}", found / 100.0);
        }
        match self {
            Range::Share => "a share: 0 for none, 1 for all",
            Range::SomeShare => "a share: 0.25 for a quarter, 1 for all",
            Range::InnerShare => "a mean over people who differ: 0.5 is the middle, 0.99 nearly everybody",
            Range::Correlation => "a correlation: 0 knows nothing, 1 everything",
            Range::Amount | Range::Between(..) | Range::Any => "leave it out for the default",
        }
        .to_owned()
    }
}

impl<'a> Reader<'a> {
    /// Beside these faults of the document.
    pub(crate) fn new(
        sources: &'a [Source],
        faults: Vec<Diagnostic>,
        lossy: bool,
        top_keys: &'a [&'a str],
    ) -> Reader<'a> {
        Reader { sources, faults, lossy, top_keys, worded: Vec::new() }
    }

    /// What stands there where text is wanted: a text, or a value after `--set` as it was typed.
    pub(crate) fn wording<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        match (&node.value, &node.typed) {
            (Value::Text(text), _) => Some(text),
            (_, Some(text)) => {
                self.worded.push(node.at.source);
                Some(text)
            }
            _ => None,
        }
    }

    /// Adds a fault, unless a plan that copies another has brought it already.
    pub(crate) fn fault(&mut self, at: &At, message: String, help: impl Into<String>) {
        let fault = Diagnostic { message, at: Some(at.clone()), help: Some(help.into()) };
        if self.faults.len() < MANY && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// "`key` must be ..., found ...".
    pub(crate) fn must_be(&mut self, node: &Node, rule: &str, help: impl Into<String>) {
        let message = format!("`{}` must be {rule}, found {}", node.path, self.found(node));
        self.fault(&node.at, message, help);
    }

    pub(crate) fn number(&mut self, node: Option<&Node>, range: Range) -> Option<f64> {
        let node = node?;
        let number = match &node.value {
            Value::Number(number) => *number,
            Value::Whole(whole) => *whole as f64,
            Value::Broken => return None,
            other => {
                let help = match (other, range) {
                    (Value::Text(text), _) if text.trim().parse::<f64>().is_ok() => {
                        format!("without quotes: {}", text.trim())
                    }
                    (_, Range::Any) => "a number without quotes".to_owned(),
                    _ => format!("a number {}, without quotes", range.words()),
                };
                self.must_be(node, "a number", help);
                return None;
            }
        };
        if !range.admits(number) {
            let rule = if number.is_finite() { range.words() } else { Range::Any.words() };
            self.must_be(node, &rule, range.help(number));
            return None;
        }
        Some(number)
    }

    pub(crate) fn whole(&mut self, node: Option<&Node>, low: u32, high: u32) -> Option<u32> {
        let node = node?;
        match &node.value {
            Value::Whole(whole) if i128::from(low) <= *whole && *whole <= i128::from(high) => Some(*whole as u32),
            Value::Broken => None,
            other => {
                let help = match other {
                    Value::Text(text) if text.trim().parse::<u32>().is_ok() => {
                        format!("without quotes: {}", text.trim())
                    }
                    Value::Number(number) if number.is_finite() => "no decimal point".to_owned(),
                    Value::Whole(whole) if *whole < i128::from(low) => format!("at least {low}"),
                    Value::Whole(_) => format!("at most {high}"),
                    _ => format!("a number such as {low}"),
                };
                self.must_be(node, &format!("a whole number from {low} to {high}"), help);
                None
            }
        }
    }

    pub(crate) fn switch(&mut self, node: Option<&Node>) -> Option<bool> {
        let node = node?;
        match node.value {
            Value::Switch(switch) => Some(switch),
            Value::Broken => None,
            _ => {
                self.must_be(node, "true or false", "without quotes: true");
                None
            }
        }
    }

    pub(crate) fn text(&mut self, node: Option<&Node>) -> Option<String> {
        let node = node?;
        if let Some(text) = self.wording(node) {
            return self.seen(node, text);
        }
        let help = match &node.value {
            Value::Broken => return None,
            Value::List(_) => "one value in quotes, without brackets".to_owned(),
            Value::Table(_) => "one value in quotes".to_owned(),
            _ => format!("in quotes: \"{}\"", self.found(node)),
        };
        self.must_be(node, "text", help);
        None
    }

    /// Text of which every letter is seen; line breaks and tabs count as spaces.
    fn seen(&mut self, node: &Node, text: &str) -> Option<String> {
        let text = text.replace(['\n', '\r', '\t'], " ");
        if text.contains(is_hidden) {
            let message = format!("`{}` holds a control character, found {}", plain(&node.path), quoted(&text));
            self.fault(&node.at, message, "leave it out: it is not seen, and changes how the text around it is shown");
            return None;
        }
        Some(text)
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(&mut self, node: Option<&Node>, words: &[(&str, T)]) -> Option<T> {
        let node = node?;
        let text = match (self.wording(node), &node.value) {
            (Some(text), _) => text,
            (None, Value::Broken) => return None,
            _ => "",
        };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let keys: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let spelled_out = keys.iter().find(|key| text.to_lowercase().starts_with(**key));
            let help = spelled_out.map(|key| format!("say `{key}`")).or_else(|| suggestion(text, &keys));
            self.must_be(node, &one_of(&keys), help.unwrap_or_else(|| "one of these words, in quotes".to_owned()));
        }
        found
    }

    /// The name of something there is.
    pub(crate) fn name(&mut self, node: Option<&Node>, names: Names<'_>) -> Option<String> {
        let text = self.text(node)?;
        let Names { what, known, also } = names;
        if known.contains(&text.as_str()) {
            return Some(text);
        }
        if let Some(node) = node {
            let message = format!("`{}` names an unknown {what}, found {}", node.path, quoted(&text));
            let key = also(&text).map(|key| format!("its key is `{key}`"));
            let help = key.or_else(|| suggestion(&text, known)).unwrap_or_else(|| match known.len() {
                0 => format!("there is no {what} yet"),
                1..=12 => format!("one of {}", listed(known)),
                n => format!("there are {n}; look it up with `wearout list` or `wearout explain`"),
            });
            self.fault(&node.at, message, help);
        }
        None
    }

    /// The name of a table of this file; any name where tables may have been lost.
    pub(crate) fn table_name(&mut self, node: Option<&Node>, what: &str, known: &[&str]) -> Option<String> {
        if self.lossy { self.text(node) } else { self.name(node, Names::new(what, known)) }
    }

    /// A list of different names, at least `least`.
    pub(crate) fn names(&mut self, node: Option<&Node>, names: Names<'_>, least: usize) -> Option<Vec<String>> {
        let list = self.list(node, "text", least)?;
        let mut found: Vec<String> = Vec::new();
        for element in list {
            let Some(name) = self.name(Some(element), names) else { continue };
            if found.contains(&name) {
                let message = format!("`{}` names {} twice", element.path, quoted(&name));
                self.fault(&element.at, message, "leave one of them out");
            } else {
                found.push(name);
            }
        }
        Some(found)
    }

    /// A duration as written: from next to nothing to ten years, the longest horizon.
    pub(crate) fn duration(&mut self, node: Option<&Node>) -> Option<Hours> {
        let node = node?;
        if let (Value::Whole(_) | Value::Number(_), None) = (&node.value, &node.typed) {
            let help = format!("with its unit, in quotes: \"{}h\"", self.found(node));
            self.must_be(node, "a duration", help);
            return None;
        }
        let text = self.text(Some(node))?;
        let hours = Hours::parse(&text).filter(|hours| (0.001 / 60.0..=87_600.0).contains(&hours.0));
        if hours.is_none() {
            self.must_be(node, "a duration from 0.001m to 3650d", "numbers with d, h or m: \"15m\", \"2h30m\", \"2d\"");
        }
        hours
    }

    /// The elements of a list; `of` says what they are, for the help.
    pub(crate) fn list<'n>(&mut self, node: Option<&'n Node>, of: &str, least: usize) -> Option<&'n [Node]> {
        let node = node?;
        match &node.value {
            Value::List(list) if list.len() >= least => Some(list),
            Value::List(_) => {
                self.fault(&node.at, format!("`{}` is empty", node.path), "name at least one, or leave the key out");
                None
            }
            Value::Broken => None,
            Value::Table(_) => {
                self.must_be(node, &format!("a list of {of}"), "in brackets: [ ]");
                None
            }
            _ => {
                let help = format!("in brackets: [{}]", self.found(node));
                self.must_be(node, &format!("a list of {of}"), help);
                None
            }
        }
    }

    pub(crate) fn table<'n>(&mut self, node: Option<&'n Node>, example: &str) -> Option<&'n Table> {
        let node = node?;
        match &node.value {
            Value::Table(table) => Some(table),
            Value::Broken => None,
            _ => {
                self.must_be(node, "a table", format!("such as {example}"));
                None
            }
        }
    }

    /// Faults the keys of a table that mean nothing there.
    pub(crate) fn only_keys(&mut self, table: &Table, allowed: &[&str]) {
        // Of more faults none is told, and looking for what was meant takes time.
        let room = MANY.saturating_sub(self.faults.len());
        let unknown = table.entries.iter().filter(|entry| !allowed.contains(&entry.key.as_str()));
        for entry in unknown.take(room) {
            let help = if entry.node.path.contains('.') && self.top_keys.contains(&entry.key.as_str()) {
                format!("`{}` stands at the top of the file, before the first [table]", entry.key)
            } else {
                suggestion(&entry.key, allowed).unwrap_or_else(|| match allowed.len() {
                    0..=24 => format!("known here: {}", listed(allowed)),
                    n => format!("{n} keys are known here: see `wearout list parameters`"),
                })
            };
            self.fault(&entry.at, format!("unknown key `{}`", plain(&entry.node.path)), help);
        }
    }

    /// A value as shown in a fault: as the user wrote it, cut where it is long.
    pub(crate) fn found(&self, node: &Node) -> String {
        match &node.value {
            Value::Text(text) => quoted(text),
            Value::Whole(_) | Value::Number(_) | Value::Switch(_) | Value::Time => {
                let written = self.sources.get(node.at.source).and_then(|source| source.text.get(node.at.span.clone()));
                cut(written.unwrap_or("a value"))
            }
            Value::List(list) if list.is_empty() => "an empty list".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
            Value::Broken => "nothing".to_owned(),
        }
    }
}

/// "`a`, `b` or `c`" as the rule of a fault.
fn one_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => format!("\"{only}\""),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|word| format!("\"{word}\"")).collect();
            format!("{} or \"{last}\"", most.join(", "))
        }
    }
}

/// "`a`, `b`, `c`", and of very many how many others.
pub(crate) fn listed(names: &[&str]) -> String {
    const LISTED: usize = 40;
    let mut listed: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{}`", plain(name))).collect();
    if names.len() > LISTED {
        listed.push(format!("and {} others", names.len() - LISTED));
    }
    listed.join(", ")
}

/// "did you mean `...`?", if something near is known.
pub(crate) fn suggestion(word: &str, known: &[&str]) -> Option<String> {
    // Longer words than this are no slip of a known one, and comparing them takes time.
    if word.len() > 80 {
        return None;
    }
    nearest(word, known.iter().copied()).map(|near| format!("did you mean `{near}`?"))
}

/// Text in quotes, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(text))
}

fn cut(text: &str) -> String {
    const SHOWN: usize = 60;
    let start = plain(&text.chars().take(SHOWN).collect::<String>());
    if text.chars().count() > SHOWN { format!("{start}...") } else { start }
}
