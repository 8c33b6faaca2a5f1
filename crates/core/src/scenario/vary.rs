//! The one way to vary a scenario: keys and values, applied to what its author wrote.
//!
//! Comes in: keys with values, as typed after `--set` or from a study, and a scenario. Goes out: the [`Draft`] of the scenario varied,
//! whose text is not parsed again and whose values are checked like those of a file, each in the text of its own variation; or the text
//! itself, in which every other byte stands as it stood. What keys mean is not here: an unknown one is found when the tree is read. That is
//! read whole, because plans, twins and tests refer to each other: 15 to 45 microseconds, less than compiling what did change.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{At, Faults, Source, plain};
use crate::document::edit;
use crate::document::reader::{Reader, listed, suggestion};
use crate::document::tree::{Document, Entry, Node, Table, Value, document, join, typed_value};

use super::calendar::{FAMILIES, SAID_BY_POSTS};
use super::{Draft, read};

/// Tables whose entries must exist before a key of theirs is set.
const NAMED: [&str; 4] = ["plan", "audience", "topic", "content"];

/// Keys and values by which a scenario differs from its text; of two for one key the last counts.
///
/// ```
/// use wearout_core::diagnostic::Source;
/// use wearout_core::scenario::{Variation, parse};
///
/// let text = "[audience.club]\n[plan.daily]\nreply = \"1h\"   # as ever\n";
/// let source = Source { name: "club.toml".into(), text: text.into() };
/// let faster = Variation::new().set("plan.daily.reply", "15m");
/// assert_eq!(faster.text(&source)?, text.replace("1h", "15m"));
/// let draft = faster.draft(&parse("club", source, &[]));
/// assert_eq!(draft.scenario.plans[0].reply.map(|reply| reply.0), Some(0.25));
/// # Ok::<(), wearout_core::diagnostic::Faults>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variation {
    changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Change {
    /// `KEY=VALUE`.
    Set(String),
    /// A key.
    Unset(String),
}

/// A change that can be made.
pub(super) struct Edit {
    keys: Vec<String>,
    /// Where the key stands.
    at: At,
    /// `None`: the key goes.
    value: Option<Node>,
}

impl Variation {
    /// Nothing changes.
    pub fn new() -> Variation {
        Variation::default()
    }

    /// What options `KEY=VALUE` say.
    pub fn typed(options: &[String]) -> Variation {
        Variation { changes: options.iter().cloned().map(Change::Set).collect() }
    }

    /// Sets a key, a dotted path whose names may stand in quotes, to a value as after `--set`: TOML, or text without quotes.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl Display) -> Variation {
        self.changes.push(Change::Set(format!("{key}={value}")));
        self
    }

    /// Takes a key out, so that its default holds, or what `like` copies.
    #[must_use]
    pub fn unset(mut self, key: &str) -> Variation {
        self.changes.push(Change::Unset(key.to_owned()));
        self
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The scenario with these changes beside those it has already, and every fault in either.
    pub fn draft(&self, of: &Draft) -> Draft {
        read(&of.scenario.name, of.sources.clone(), Document::clone(&of.document), self).draft
    }

    /// The text with these changes, each in the place of the value it replaces or last in its table; all else stands to the byte.
    ///
    /// # Errors
    /// Where the text is not TOML, and where a change has no place in it. A value that its key does not admit is no fault here: it is
    /// one of the text that comes out.
    pub fn text(&self, source: &Source) -> Result<String, Faults> {
        let unmarked = source.clone().without_mark();
        let mut text = unmarked.text.clone();
        let mark = &source.text[..source.text.len() - text.len()];
        let varied = read("", vec![unmarked], document(&text), self);
        let Draft { sources, document, .. } = varied.draft;
        if let Some(faults) = Faults::new(sources, document.faults.clone()) {
            return Err(faults);
        }
        for Edit { keys, value, .. } in varied.edits {
            let Some(node) = value else {
                text = edit::remove(&text, &keys);
                continue;
            };
            for replaced in replaced(&keys) {
                text = edit::remove(&text, &replaced);
            }
            let typed = node.typed.unwrap_or_default();
            let is_bare_word = matches!(&node.value, Value::Text(text) if *text == typed);
            let is_text = is_bare_word || varied.worded.contains(&node.at.source);
            text = edit::put(&text, &keys, &if is_text { edit::quoted(&typed) } else { typed });
        }
        Ok(format!("{mark}{text}"))
    }

    /// The changes as texts that can be at fault.
    pub(super) fn sources(&self) -> impl Iterator<Item = Source> {
        let text = |change: &Change| match change {
            Change::Set(text) | Change::Unset(text) => text.clone(),
        };
        self.changes.iter().map(move |change| Source { name: "--set".to_owned(), text: text(change) })
    }

    /// Makes the changes, of which the first is source number `first`; those that could be made.
    pub(super) fn apply(&self, reader: &mut Reader<'_>, root: &mut Table, first: usize) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (source, change) in (first..).zip(&self.changes) {
            let Some(edit) = change.edit(reader, root, source) else { continue };
            if make(&edit, reader, root).is_some() {
                edits.push(edit);
            }
        }
        edits
    }
}

impl Change {
    /// What is meant, where the plan, audience, topic or content that it speaks of is one of the file.
    fn edit(&self, reader: &mut Reader<'_>, root: &Table, source: usize) -> Option<Edit> {
        let (typed_path, text, value) = match self {
            Change::Unset(path) => (path.as_str(), path, None),
            Change::Set(text) => {
                let Some(equals) = equals(text) else {
                    let message = format!("`{}` is not KEY=VALUE", plain(text));
                    reader.fault(&At { source, span: 0..text.len() }, message, "such as plan.filtered.reply=15m");
                    return None;
                };
                (&text[..equals], text, Some(&text[equals + 1..]))
            }
        };
        let keys = keys(typed_path);
        let at = At { source, span: 0..typed_path.len() };
        if keys.iter().any(String::is_empty) {
            let message = format!("`{}` is not a key", plain(typed_path));
            reader.fault(&at, message, "names joined by dots, such as plan.filtered.reply");
            return None;
        }
        let value = value.map(|typed| {
            let offset = text.len() - typed.trim_start().len();
            typed_value(typed.trim(), source, offset, &keys.join("."))
        });
        names_exist(reader, root, &keys, &at).then_some(Edit { keys, at, value })
    }
}

/// Where the first `=` outside quotes stands; of a quote that stays open nothing is meant.
fn equals(text: &str) -> Option<usize> {
    let mut quote = None;
    let is_meant = |(_, letter): &(usize, char)| {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(*letter),
            (Some(open), _) if open == *letter => quote = None,
            _ => {}
        }
        quote.is_none() && *letter == '='
    };
    text.char_indices().find(is_meant).map(|(at, _)| at).or_else(|| text.find('='))
}

/// The names of a dotted path: as TOML where some stand in quotes, else between dots, whatever their letters.
fn keys(typed: &str) -> Vec<String> {
    let in_toml = document(&format!("{typed} = 0"));
    if !typed.contains(['"', '\'']) || !in_toml.faults.is_empty() {
        return typed.split('.').map(|key| key.trim().to_owned()).collect();
    }
    let (mut keys, mut table) = (Vec::new(), &in_toml.root);
    while let [entry] = table.entries.as_slice() {
        keys.push(entry.key.clone());
        let Value::Table(below) = &entry.node.value else { break };
        table = below;
    }
    keys
}

/// Whether the plan, audience, topic or content of the path is one of the file.
fn names_exist(reader: &mut Reader<'_>, root: &Table, keys: &[String], at: &At) -> bool {
    let [kind, name, _, ..] = keys else { return true };
    if !NAMED.contains(&kind.as_str()) {
        return true;
    }
    let known: Vec<&str> = match root.get(kind).map(|node| &node.value) {
        Some(Value::Table(table)) => table.keys().collect(),
        _ => Vec::new(),
    };
    if known.contains(&name.as_str()) {
        return true;
    }
    if !reader.lossy {
        let help = suggestion(name, &known).unwrap_or_else(|| match known.len() {
            0 => format!("there is no {kind} in the file"),
            _ => format!("one of {}", listed(&known)),
        });
        reader.fault(at, format!("`{}` names an unknown {kind}", plain(&join(kind, name))), help);
    }
    false
}

/// Changes the tree; `None` where the key has no place in it.
fn make(edit: &Edit, reader: &mut Reader<'_>, root: &mut Table) -> Option<()> {
    let (key, tables) = edit.keys.split_last()?;
    let Some(node) = &edit.value else {
        if let Some(table) = tables.iter().try_fold(root, |table, key| table.table_mut(key)) {
            table.remove(&[key.as_str()]);
        }
        return Some(());
    };
    let table = descend(reader, root, tables, &edit.at)?;
    for replaced in replaced(&edit.keys) {
        table.remove(&[replaced.last()?.as_str()]);
    }
    table.put(Entry { key: key.clone(), at: edit.at.clone(), node: node.clone() });
    Some(())
}

/// The table of those keys, created where it is absent.
fn descend<'t>(reader: &mut Reader<'_>, root: &'t mut Table, keys: &[String], at: &At) -> Option<&'t mut Table> {
    let mut table = root;
    let mut path = String::new();
    for key in keys {
        path = join(&path, key);
        if table.get(key).is_none() {
            let value = Value::Table(Table::default());
            let node = Node { path: path.clone(), at: at.clone(), value, typed: None };
            table.put(Entry { key: key.clone(), at: at.clone(), node });
        }
        match table.get_mut(key).map(|node| &mut node.value) {
            Some(Value::Table(inner)) => table = inner,
            Some(Value::Broken) | None => return None,
            Some(_) => {
                reader.fault(at, format!("`{}` holds no keys", plain(&path)), "set the whole value instead");
                return None;
            }
        }
    }
    Some(table)
}

/// What the new key of a plan, a content or the rotation takes the place of.
fn replaced(keys: &[String]) -> Vec<Vec<String>> {
    let Some((key, tables)) = keys.split_last() else { return Vec::new() };
    let names: Vec<&str> = tables.iter().map(String::as_str).collect();
    if !matches!(names[..], ["plan" | "content", _] | ["rotation"]) {
        return Vec::new();
    }
    let family = FAMILIES.iter().find(|family| family.contains(&key.as_str())).copied().unwrap_or_default();
    let said = if key == "posts" { SAID_BY_POSTS } else { &[] };
    let others = family.iter().chain(said).filter(|other| *other != key);
    others.map(|other| [tables, &[(*other).to_owned()]].concat()).collect()
}
