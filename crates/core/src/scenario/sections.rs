//! What every part of a scenario's reader needs: its tables by name, its longest horizon, whose people an audience is, and whether a
//! topic suits an audience.

use crate::diagnostic::{At, plain};
use crate::document::reader::{Reader, listed, suggestion};
use crate::document::tree::{Entry, Table, join};

use super::{Audience, Topic};

/// Longest horizon, days: ten years (assumption: nothing in the source lasts longer than a few months).
pub(super) const MAX_DAYS: u32 = 3650;

/// An unnamed table of the file; empty where it is absent.
pub(super) fn section(reader: &mut Reader<'_>, root: &Table, key: &str, allowed: &[&str], example: &str) -> Table {
    let table = reader.table(root.get(key), example).cloned().unwrap_or_default();
    reader.only_keys(&table, allowed);
    table
}

/// The tables `[key.NAME]` with names that are fit to be typed, in columns and after `--set`.
pub(super) fn named_tables(reader: &mut Reader<'_>, root: &Table, key: &str, example: &str) -> Vec<(Entry, Table)> {
    let Some(tables) = reader.table(root.get(key), example) else { return Vec::new() };
    let mut named = Vec::new();
    for entry in &tables.entries {
        let is_plain = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
        if entry.key.is_empty() || !entry.key.chars().all(is_plain) {
            let message = format!("`{}` must have a name of letters, digits, - and _", plain(&join(key, &entry.key)));
            reader.fault(&entry.at, message, format!("such as {example}"));
        }
        if let Some(table) = reader.table(Some(&entry.node), example) {
            named.push((entry.clone(), table.clone()));
        }
    }
    named
}

/// Faults a topic that says nothing of the theme of an audience it is sent to.
pub(super) fn check_theme(reader: &mut Reader<'_>, at: &At, topic: &Topic, audience: &Audience) {
    let Some(theme) = &audience.theme else { return };
    let themes: Vec<&str> = topic.relevance.iter().map(|(theme, _)| theme.as_str()).collect();
    if themes.contains(&theme.as_str()) || reader.lossy {
        return;
    }
    let message = format!(
        "`topic.{}.relevance` says nothing of the theme \"{}\" of `audience.{}`, to which it is sent",
        topic.name,
        plain(theme),
        audience.name
    );
    let help = suggestion(theme, &themes).unwrap_or_else(|| {
        let known = if themes.is_empty() { String::new() } else { format!("; it knows {}", listed(&themes)) };
        format!("add {} = a share from 0 to 1{known}", plain(theme))
    });
    reader.fault(at, message, help);
}

/// The audience at the end of the twins of `name`: two audiences with the same end are the same people.
pub(super) fn people<'a>(audiences: &'a [Audience], name: &'a str) -> &'a str {
    let mut name = name;
    for _ in 0..audiences.len() {
        match audiences.iter().find(|audience| audience.name == name).and_then(|audience| audience.twin.as_deref()) {
            Some(twin) => name = twin,
            None => break,
        }
    }
    name
}
