//! `--set KEY=VALUE`: edits the tree before it is read, so that a value given there is checked like one in the file.
//!
//! Comes in: the tree and one option. Goes out: the tree with that value, placed in the option's own text. What keys mean is not
//! here: an unknown one is found when the tree is read.

use crate::diagnostic::{At, plain};
use crate::document::reader::{Reader, listed, suggestion};
use crate::document::tree::{Entry, Node, Table, Value, join, typed_value};

use super::calendar::{FAMILIES, SAID_BY_POSTS};

/// Tables whose entries must exist before a key of theirs is set.
const NAMED: [&str; 4] = ["plan", "audience", "topic", "content"];

/// Applies the option that is source number `source`.
pub(super) fn apply(reader: &mut Reader<'_>, root: &mut Table, source: usize, text: &str) {
    let whole = At { source, span: 0..text.len() };
    let Some((typed_path, typed)) = text.split_once('=') else {
        let message = format!("`{}` is not KEY=VALUE", plain(text));
        reader.fault(&whole, message, "such as plan.filtered.reply=15m");
        return;
    };
    let keys: Vec<&str> = typed_path.split('.').map(str::trim).collect();
    let key_at = At { source, span: 0..typed_path.len() };
    if keys.iter().any(|key| key.is_empty()) {
        let message = format!("`{}` is not a key", plain(typed_path));
        reader.fault(&key_at, message, "names joined by dots, such as plan.filtered.reply");
        return;
    }
    let path = keys.join(".");
    let value = typed.trim();
    let offset = text.len() - typed.trim_start().len();
    let node = typed_value(value, source, offset, &path);
    let (table_keys, key) = match keys.split_last() {
        Some((key, table_keys)) => (table_keys, *key),
        None => return,
    };
    if !names_exist(reader, root, &keys, &key_at) {
        return;
    }
    let Some(table) = descend(reader, root, table_keys, &key_at) else { return };
    if let ["plan" | "content", _] | ["rotation"] = table_keys {
        make_room(table, key);
    }
    table.put(Entry { key: key.to_owned(), at: key_at, node });
}

/// Whether the plan, audience, topic or content of the path is one of the file.
fn names_exist(reader: &mut Reader<'_>, root: &Table, keys: &[&str], at: &At) -> bool {
    let [kind, name, _, ..] = keys else { return true };
    if !NAMED.contains(kind) {
        return true;
    }
    let known: Vec<&str> = match root.get(kind).map(|node| &node.value) {
        Some(Value::Table(table)) => table.keys().collect(),
        _ => Vec::new(),
    };
    if known.contains(name) {
        return true;
    }
    if !reader.lossy {
        let help = suggestion(name, &known).unwrap_or_else(|| match known.len() {
            0 => format!("there is no {kind} in the file"),
            _ => format!("one of {}", listed(&known)),
        });
        reader.fault(at, format!("`{}` names no {kind} there is", plain(&join(kind, name))), help);
    }
    false
}

/// The table of those keys, created where it is absent.
fn descend<'t>(reader: &mut Reader<'_>, root: &'t mut Table, keys: &[&str], at: &At) -> Option<&'t mut Table> {
    let mut table = root;
    let mut path = String::new();
    for key in keys {
        path = join(&path, key);
        if table.get(key).is_none() {
            let value = Value::Table(Table::default());
            let node = Node { path: path.clone(), at: at.clone(), value, typed: None };
            table.put(Entry { key: (*key).to_owned(), at: at.clone(), node });
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

/// Takes out what the new key of a plan, a content or the rotation replaces.
fn make_room(table: &mut Table, key: &str) {
    if let Some(family) = FAMILIES.iter().find(|family| family.contains(&key)) {
        let others: Vec<&str> = family.iter().copied().filter(|other| *other != key).collect();
        table.remove(&others);
    }
    if key == "posts" {
        table.remove(SAID_BY_POSTS);
    }
}
