//! Keys and words of scenario files, as docs/scenarios.md explains them: the same rows, on a terminal.

/// The document that explains the format; every key and every word has a row there.
const DOCUMENT: &str = include_str!("../../../../docs/scenarios.md");

/// Cells of a row of keys: key, type, default, range, meaning.
const KEY_CELLS: usize = 5;

/// Cells of a row of words: words, keys that take them, meaning.
const WORD_CELLS: usize = 3;

/// A row of one of its tables, without marks of code.
struct Row {
    /// The heading above its table.
    heading: String,
    cells: Vec<String>,
}

impl Row {
    /// The keys or words that the row explains.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.cells[0].split(", ").map(|name| name.trim_matches('"'))
    }

    fn text(&self, name: &str) -> String {
        match &self.cells[..] {
            [_, kind, default, range, meaning] => format!(
                "{name} (key of scenarios, {})\n  {meaning}\n  type: {kind}; default: {default}; range: {range}\n",
                self.heading
            ),
            [_, keys, meaning] => format!("{name} (word of scenarios, for {keys})\n  {meaning}\n"),
            _ => String::new(),
        }
    }
}

/// The rows that explain keys and words.
fn rows() -> Vec<Row> {
    let (mut rows, mut heading) = (Vec::new(), "");
    for line in DOCUMENT.lines() {
        if line.starts_with('#') {
            heading = line.trim_start_matches(['#', ' ']);
        }
        let Some(inner) = line.strip_prefix("| `").and_then(|rest| rest.strip_suffix(" |")) else { continue };
        let cells: Vec<String> = inner.split(" | ").map(|cell| cell.replace('`', "")).collect();
        if [KEY_CELLS, WORD_CELLS].contains(&cells.len()) {
            rows.push(Row { heading: heading.replace('`', ""), cells });
        }
    }
    rows
}

/// What a key such as `reply` or `plan.reply`, or a word such as `hard`, means: a text for each place it may stand.
pub(super) fn explained(name: &str) -> Vec<String> {
    let (table, key) = name.rsplit_once('.').map_or((None, name), |(path, key)| (path.split('.').next(), key));
    let is_meant = |row: &Row| {
        let of_table = table.is_none_or(|table| row.heading.trim_start_matches('[').starts_with(table));
        of_table && row.names().any(|known| known.eq_ignore_ascii_case(key))
    };
    rows().iter().filter(|row| is_meant(row)).map(|row| row.text(key)).collect()
}

/// Every key and word.
pub(super) fn names() -> Vec<String> {
    rows().iter().flat_map(|row| row.names().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wearout_core::diagnostic::Source;
    use wearout_core::scenario;
    use wearout_core::units::{Kind, Weekday};

    /// Keys as faults list them where an unknown one stands.
    fn keys() -> Vec<String> {
        let text = "zzz = 1\n[equality]\nzzz = 1\n[audience.a]\nzzz = 1\n[topic.t]\nzzz = 1\n[money]\nzzz = 1\n[switch]\nzzz = 1\n\
                    [plan.p]\nzzz = 1\nselect = { zzz = 1 }\n[plan.q]\nposts = [{ day = 1, zzz = 1 }]\n[test.t]\nzzz = 1\n\
                    [rotation]\nzzz = 1\n[content.c]\nzzz = 1\n[content.d]\n";
        let source = Source { name: "keys.toml".into(), text: text.into() };
        let faults = scenario::parse("keys", source, &[]).faults;
        let listed = faults.iter().filter_map(|fault| fault.help.as_ref()?.strip_prefix("known here: "));
        let lists: Vec<&str> = listed.collect();
        assert_eq!(lists.len(), 12, "a list for each table: {faults:#?}");
        lists.iter().flat_map(|list| list.split(", ")).map(|key| key.trim_matches('`').to_owned()).collect()
    }

    /// Words in quotes in the column of ranges, and those that the program knows.
    fn words() -> Vec<String> {
        let rows = rows();
        let ranges = rows.iter().filter(|row| row.cells.len() == KEY_CELLS).map(|row| &row.cells[3]);
        let quoted = ranges.flat_map(|range| range.split('"').skip(1).step_by(2).map(str::to_owned));
        let is_word = |word: &String| !word.contains(':');
        let known = Kind::ALL.map(Kind::key).into_iter().chain(Weekday::ALL.map(Weekday::key)).chain(["never"]);
        quoted.filter(is_word).chain(known.map(str::to_owned)).collect()
    }

    #[test]
    fn every_key_and_word_of_a_scenario_is_explained() {
        for name in keys().iter().chain(&words()) {
            assert!(!explained(name).is_empty(), "docs/scenarios.md has no row for `{name}`");
        }
        assert!(words().contains(&"buyers-less-losses".to_owned()));
    }

    #[test]
    fn a_key_is_explained_where_it_stands() {
        let [reply] = &explained("plan.yours.reply")[..] else { panic!("one place") };
        assert!(reply.starts_with("reply (key of scenarios, [plan.NAME])\n  mean delay of an answer"), "{reply}");
        assert!(reply.contains("type: duration or \"never\"; default: \"2h30m\"; range: 0.001m to 3650d"), "{reply}");
        assert_eq!(explained("audience.size").len(), 1);
        assert!(explained("every").len() > 1, "of plans and of the rotation");
        assert!(explained("hard")[0].starts_with("hard (word of scenarios, for "), "{:?}", explained("hard"));
        assert!(explained("plan.hard").is_empty() && explained("zzz").is_empty());
    }
}
