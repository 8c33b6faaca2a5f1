//! Edits of a TOML text after which every byte that was not meant stands as it stood: comments, order, white space, line ends.
//!
//! Comes in: a text without fault, the path of a key and what is to stand there, as TOML. Goes out: the text. It is cut where
//! `toml_parser` finds keys and values and never written anew, so that nothing else can change. What keys mean is not here: see `scenario`.

use std::ops::Range;

use toml::Value;
use toml_parser::Source;
use toml_parser::parser::{EventKind, parse_document};

/// The text with a value under that path: in the place of the one that stands there, or as the last key of its table, which is added
/// where it is absent. Inside the elements of a list nothing has a path.
pub(crate) fn put(text: &str, path: &[String], value: &str) -> String {
    let standing = parts(text).into_iter().find(|part| part.path == path).and_then(|part| part.value);
    match standing {
        Some(standing) => spliced(text, standing, value),
        None => insert(&remove(text, path), path, value),
    }
}

/// The text without that key and what is below it; a line that holds it goes with its comment.
pub(crate) fn remove(text: &str, path: &[String]) -> String {
    let parts = parts(text);
    let is_meant = |part: &Part| part.path.starts_with(path);
    // From the last to the first, so that no key is left to the table of another header.
    let Some(index) =
        parts.iter().rposition(|part| is_meant(part) && !part.within.is_some_and(|t| is_meant(&parts[t])))
    else {
        return text.to_owned();
    };
    let Part { at, within, .. } = &parts[index];
    let gone = match within {
        None => line_start(text, at.start)..line_end(text, at.end),
        Some(table) => {
            let beside = |part: &&Part| part.within == Some(*table);
            let next = parts[index + 1..].iter().find(beside);
            let before = parts[..index].iter().rfind(beside);
            match (next, before, &parts[*table].value) {
                (Some(next), ..) => at.start..next.at.start,
                (None, Some(before), _) => before.at.end..at.end,
                (None, None, value) => at.start..value.as_ref().map_or(at.end, |braces| braces.end - 1),
            }
        }
    };
    remove(&spliced(text, gone, ""), path)
}

/// Text in quotes, as a TOML value or key.
pub(crate) fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// A header, or a key with its value.
struct Part {
    /// Its keys from the root.
    path: Vec<String>,
    /// How many of them it does not write itself: its header or the table in braces around it does.
    above: usize,
    /// From its first letter to the last of its value.
    at: Range<usize>,
    /// Where its value stands; `None` of a header.
    value: Option<Range<usize>>,
    /// Whether the value is a table in braces.
    is_braced: bool,
    /// Index of the table in braces around it.
    within: Option<usize>,
}

/// The headers, keys and values of a text, in its order, without those inside lists.
fn parts(text: &str) -> Vec<Part> {
    let source = Source::new(text);
    let mut events = Vec::new();
    parse_document(&source.lex().into_vec(), &mut events, &mut ());
    let mut parts: Vec<Part> = Vec::new();
    // The header, the keys read since and where they begin; the parts whose value is not closed, and how many lists are.
    let (mut header, mut keys, mut start): (Vec<String>, Vec<String>, Option<usize>) = Default::default();
    let (mut open, mut lists): (Vec<usize>, u32) = Default::default();
    for event in &events {
        let (from, to) = (event.span().start(), event.span().end());
        match event.kind() {
            EventKind::ArrayOpen => {
                if lists == 0 {
                    begin(&mut parts, &open, from);
                }
                lists += 1;
            }
            EventKind::ArrayClose => {
                lists -= 1;
                if lists == 0 {
                    end(&mut parts, &mut open, to);
                }
            }
            _ if lists > 0 => {}
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                start = Some(from);
                header.clear();
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose => {
                header.append(&mut keys);
                let at = start.take().unwrap_or(from)..to;
                let path = header.clone();
                parts.push(Part { path, above: 0, at, value: None, is_braced: false, within: None });
            }
            EventKind::SimpleKey => {
                start.get_or_insert(from);
                let mut key = String::new();
                if let Some(raw) = source.get(event) {
                    raw.decode_key(&mut key, &mut ());
                }
                keys.push(key);
            }
            EventKind::KeyValSep => {
                let within = open.last().copied();
                let above = within.map_or(&header, |table| &parts[table].path).clone();
                let path = above.iter().cloned().chain(keys.drain(..)).collect();
                open.push(parts.len());
                let at = start.take().unwrap_or(from)..to;
                parts.push(Part { path, above: above.len(), at, value: None, is_braced: false, within });
            }
            EventKind::InlineTableOpen => {
                begin(&mut parts, &open, from);
                if let Some(&table) = open.last() {
                    parts[table].is_braced = true;
                }
            }
            EventKind::Scalar => {
                begin(&mut parts, &open, from);
                end(&mut parts, &mut open, to);
            }
            EventKind::InlineTableClose => end(&mut parts, &mut open, to),
            _ => {}
        }
    }
    parts
}

/// The value that is open begins.
fn begin(parts: &mut [Part], open: &[usize], from: usize) {
    if let Some(&part) = open.last() {
        parts[part].value = Some(from..from);
    }
}

/// The value that was opened last ends.
fn end(parts: &mut [Part], open: &mut Vec<usize>, to: usize) {
    if let Some(part) = open.pop().map(|part| &mut parts[part]) {
        part.at.end = to;
        if let Some(value) = &mut part.value {
            value.end = to;
        }
    }
}

/// The text with a key that does not stand in it yet.
fn insert(text: &str, path: &[String], value: &str) -> String {
    let parts = parts(text);
    let written = |above: usize| format!("{} = {value}", dotted(&path[above..]));
    let braced = parts.iter().enumerate().filter(|(_, part)| part.is_braced && path.starts_with(&part.path));
    if let Some((table, part)) = braced.max_by_key(|(_, part)| part.path.len()) {
        let (last, written) = (parts.iter().rfind(|part| part.within == Some(table)), written(part.path.len()));
        let open = part.value.as_ref().map_or(part.at.end, |braces| braces.start + 1);
        return match last {
            Some(last) => spliced(text, last.at.end..last.at.end, &format!(", {written}")),
            None if text[open..].starts_with('}') => spliced(text, open..open, &format!(" {written} ")),
            None => spliced(text, open..open, &format!(" {written}")),
        };
    }
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let table = &path[..path.len() - 1];
    // The nearest table that is written: after its last key, else below its header.
    for depth in (usize::from(!table.is_empty())..=table.len()).rev() {
        let is_of = |part: &&Part| part.within.is_none() && part.path.starts_with(&table[..depth]);
        let key = |part: &&Part| part.value.is_some() && part.above <= depth && is_of(part);
        let header = |part: &&Part| part.value.is_none() && part.path == table[..depth];
        let found = parts.iter().rfind(key).map(|part| (part, part.above));
        let Some((after, above)) = found.or(parts.iter().rfind(header).map(|part| (part, depth))) else { continue };
        let indent = &text[line_start(text, after.at.start)..after.at.start];
        let (line, end) = (format!("{indent}{}", written(above)), line_end(text, after.at.end));
        let line = if text[..end].ends_with('\n') { format!("{line}{eol}") } else { format!("{eol}{line}") };
        return spliced(text, end..end, &line);
    }
    match parts.first() {
        Some(header) if table.is_empty() => {
            // Above what is said of the first table, below what is said of the file.
            let top = &text[..line_start(text, header.at.start)];
            let blank = top.rfind(&format!("{eol}{eol}")).map_or(top.len(), |blank| blank + 2 * eol.len());
            spliced(text, blank..blank, &format!("{}{eol}{eol}", written(0)))
        }
        _ => {
            let gap = match text {
                "" => "",
                _ if text.ends_with('\n') => eol,
                _ => &format!("{eol}{eol}"),
            };
            let header = if table.is_empty() { String::new() } else { format!("[{}]{eol}", dotted(table)) };
            format!("{text}{gap}{header}{}{eol}", written(table.len()))
        }
    }
}

fn spliced(text: &str, at: Range<usize>, new: &str) -> String {
    [&text[..at.start], new, &text[at.end..]].concat()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// After the end of the line.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Keys joined by dots, those in quotes that need them.
fn dotted(keys: &[String]) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let key = |key: &String| {
        if !key.is_empty() && key.chars().all(is_bare) { key.clone() } else { quoted(key) }
    };
    keys.iter().map(key).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(dotted: &str) -> Vec<String> {
        dotted.split('.').map(str::to_owned).collect()
    }

    #[track_caller]
    fn check(text: &str, key: &str, value: Option<&str>, expected: &str) {
        let found = match value {
            Some(value) => put(text, &path(key), value),
            None => remove(text, &path(key)),
        };
        assert_eq!(found, expected);
        assert_eq!(found.parse::<toml::Table>().map(|_| ()), Ok(()), "{found}");
    }

    #[test]
    fn a_value_changes_in_its_place() {
        let text = "# why\nb  =  1 # one\r\n[p.x]\n\tselect = { keep = 0.5 , }   # half\n";
        check(text, "b", Some("2"), &text.replace("=  1", "=  2"));
        check(text, "p.x.select.keep", Some("1"), &text.replace("0.5", "1"));
        check(text, "p.x.select", Some("3"), &text.replace("{ keep = 0.5 , }", "3"));
        check("a.b.c = [1, { d = 2 }]", "a.b.c", Some("[]"), "a.b.c = []");
        check("\"a b\" = 'x'", "a b", Some("1"), "\"a b\" = 1");
    }

    #[test]
    fn a_new_key_is_the_last_of_its_table() {
        check("a = 1\n\n# of x\n[x]\n", "b", Some("2"), "a = 1\nb = 2\n\n# of x\n[x]\n");
        check("# file\n\n# of x\n[x]\n", "b", Some("2"), "# file\n\nb = 2\n\n# of x\n[x]\n");
        check("[x]\n  a = 1 # one\n\n# of y\n[y]\n", "x.b", Some("2"), "[x]\n  a = 1 # one\n  b = 2\n\n# of y\n[y]\n");
        check("[x] # empty\r\n[y]\r\n", "x.b", Some("2"), "[x] # empty\r\nb = 2\r\n[y]\r\n");
        check("[x]\ns.a = 1\nb = 2\n", "x.s.c", Some("3"), "[x]\ns.a = 1\ns.c = 3\nb = 2\n");
        check("[x]\ns = { a = 1, }\n", "x.s.c", Some("3"), "[x]\ns = { a = 1, c = 3, }\n");
        check("[x]\ns = {}\n", "x.s.c.d", Some("3"), "[x]\ns = { c.d = 3 }\n");
        check("x.a = 1\n[y]\n", "x.b", Some("2"), "x.a = 1\nx.b = 2\n[y]\n");
        check("[x.s]\na = 1", "x.s.b", Some("2"), "[x.s]\na = 1\nb = 2");
    }

    #[test]
    fn a_table_that_is_absent_is_added_below() {
        check("[x]\na = 1\n# end\n", "y.b", Some("2"), "[x]\na = 1\n# end\n\n[y]\nb = 2\n");
        check("[x.s]\na = 1\n", "x.b", Some("2"), "[x.s]\na = 1\n\n[x]\nb = 2\n");
        check("[x]\na = 1\n", "x.s.b", Some("2"), "[x]\na = 1\ns.b = 2\n");
        check("", "y.a b.c", Some("2"), "[y.\"a b\"]\nc = 2\n");
        check("a = 1", "y.b", Some("2"), "a = 1\n\n[y]\nb = 2\n");
    }

    #[test]
    fn a_key_goes_with_all_that_is_below_it_and_nothing_else() {
        check("a = [ # list\n 1,\n] # one\nb = 2\n", "a", None, "b = 2\n");
        check("x = { a = 1, b = 2, c = 3 }\n", "x.a", None, "x = { b = 2, c = 3 }\n");
        check("x = { a = 1, b = 2, }\n", "x.b", None, "x = { a = 1, }\n");
        check("x = { a = 1, }\n", "x.a", None, "x = { }\n");
        check("[x]\ns.a = 1\nb = 2\ns.c = 3\n", "x.s", None, "[x]\nb = 2\n");
        check("[x]\n[[x.p]]\nd = 1\n# kept\n[[x.p]]\nd = 2\n[y]\nd = 3\n", "x.p", None, "[x]\n# kept\n[y]\nd = 3\n");
        check("[x]\nb = 1\n[[x.p]]\nd = 1\n", "x.p", Some("[]"), "[x]\nb = 1\np = []\n");
        check("a = 1\n", "b", None, "a = 1\n");
    }
}
