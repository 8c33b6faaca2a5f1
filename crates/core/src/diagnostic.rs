//! Faults in what the user wrote: collected, never thrown one by one, and shown with file, line, column and a remedy.
//!
//! Comes in: spans of source texts. Goes out: a non-empty list that prints itself. No rule about scenarios lives here.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A text that can be at fault: a file, or one `--set` option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Path as the user gave it, or `--set`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// The same without a byte order mark: columns count what is seen.
    #[must_use]
    pub fn without_mark(mut self) -> Source {
        if self.text.starts_with('\u{feff}') {
            self.text.drain(..'\u{feff}'.len_utf8());
        }
        self
    }
}

/// A place in one of the sources: index of the source and byte range in its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct At {
    /// Index into the sources.
    pub source: usize,
    /// Bytes of that source's text.
    pub span: Range<usize>,
}

/// One fault: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Lower case, no full stop: names the key, shows the value, gives the allowed range.
    pub message: String,
    /// Where it stands; none when the fault is in no place (a missing file).
    pub at: Option<At>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Every fault of an input, at least one, with the texts they point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    sources: Vec<Source>,
    list: Vec<Diagnostic>,
}

impl Faults {
    /// The faults in the order of their places; `None` when there is none.
    pub fn new(sources: Vec<Source>, mut list: Vec<Diagnostic>) -> Option<Faults> {
        list.sort_by_key(|fault| fault.at.as_ref().map(|at| (at.source, at.span.start)));
        list.dedup();
        (!list.is_empty()).then_some(Faults { sources, list })
    }

    /// The fault of a job whose options do not go together, or name what there is not; it stands in no text. Options are named
    /// as on a command line.
    pub fn of_job(message: &str, help: &str) -> Faults {
        let fault = Diagnostic { message: message.to_owned(), at: None, help: Some(help.to_owned()) };
        Faults { sources: Vec::new(), list: vec![fault] }
    }

    /// The same of several, each a message and a remedy; `None` when there is none.
    pub fn all_of_job(faults: impl Iterator<Item = (String, String)>) -> Option<Faults> {
        let fault = |(message, help)| Diagnostic { message, at: None, help: Some(help) };
        Faults::new(Vec::new(), faults.map(fault).collect())
    }

    /// Whether they are of a job's options, and of no text.
    pub fn are_of_job(&self) -> bool {
        self.sources.is_empty()
    }

    /// The faults, in order of place.
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }
}

/// So many faults of a kind are told one by one; of more, the first, and where the others stand.
const FEW: usize = 3;

/// The most faults that are told of one text: who corrects these sees the next ones then.
const TOLD: usize = 20;

/// The most places that are named of faults of a kind.
const PLACES: usize = 8;

/// The most letters that are shown of a line.
const WIDE: usize = 160;

/// After so many faults a reader looks for no more: memory is bounded, and nobody corrects them one by one.
pub const MANY: usize = 10_000;

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<Lines<'_>> = self.sources.iter().map(Lines::of).collect();
        let mut told_of = vec![0; texts.len() + 1];
        let mut untold = 0;
        for Told { fault, alike } in self.told() {
            let text = fault.at.as_ref().map_or(texts.len(), |at| at.source.min(texts.len()));
            if told_of[text] == TOLD {
                untold += 1 + alike.len();
                continue;
            }
            told_of[text] += 1;
            writeln!(f, "error: {}", fault.message)?;
            if let (Some(lines), Some(at)) = (texts.get(text), &fault.at) {
                lines.show(f, &at.span)?;
            }
            if let Some(help) = &fault.help {
                writeln!(f, "  = help: {help}")?;
            }
            if let (Some(lines), false) = (texts.get(text), alike.is_empty()) {
                writeln!(f, "  = {} more of this kind: {}", alike.len(), lines.named(&alike))?;
            }
            writeln!(f)?;
        }
        if self.are_of_job() {
            return Ok(());
        }
        match self.list.len() {
            1 => write!(f, "1 fault")?,
            n if n < MANY => write!(f, "{n} faults")?,
            _ => write!(f, "{MANY} faults or more")?,
        }
        if untold > 0 {
            write!(f, ", {untold} of them not shown")?;
        }
        write!(f, "; nothing was simulated and nothing written")
    }
}

impl std::error::Error for Faults {}

/// A fault as it is told: for itself, or for others of its kind in the same text.
struct Told<'a> {
    fault: &'a Diagnostic,
    alike: Vec<&'a Diagnostic>,
}

impl Faults {
    /// What is told, in order of place.
    fn told(&self) -> Vec<Told<'_>> {
        let mut kinds: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (i, fault) in self.list.iter().enumerate() {
            kinds.entry((fault.at.as_ref().map(|at| at.source), kind(fault))).or_default().push(i);
        }
        let mut firsts: Vec<(usize, &[usize])> = Vec::new();
        for of_kind in kinds.values() {
            match of_kind.split_first() {
                Some((first, others)) if others.len() >= FEW => firsts.push((*first, others)),
                _ => firsts.extend(of_kind.iter().map(|i| (*i, &[][..]))),
            }
        }
        firsts.sort_unstable();
        let told = |(first, others): (usize, &[usize])| Told {
            fault: &self.list[first],
            alike: others.iter().map(|i| &self.list[*i]).collect(),
        };
        firsts.into_iter().map(told).collect()
    }
}

/// What a fault says, without the values that it shows and without numbers.
fn kind(fault: &Diagnostic) -> String {
    let said = [fault.message.as_str(), fault.help.as_deref().unwrap_or_default()].join("\n");
    let mut is_value = false;
    let of_kind = |letter: &char| {
        is_value ^= *letter == '"';
        !is_value && !letter.is_ascii_digit() && *letter != '.'
    };
    said.chars().filter(of_kind).collect()
}

/// A text and where its lines begin.
#[derive(Debug)]
pub struct Lines<'a> {
    source: &'a Source,
    starts: Vec<usize>,
}

impl Lines<'_> {
    /// Finds the lines of a text.
    pub fn of(source: &Source) -> Lines<'_> {
        let ends = source.text.match_indices('\n').map(|(end, _)| end + 1);
        Lines { source, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The number of the line in which a byte stands, from 1.
    pub fn number(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte)
    }

    /// The place, and the line around it as far as it is not too long.
    fn show(&self, f: &mut fmt::Formatter<'_>, span: &Range<usize>) -> fmt::Result {
        let text = &self.source.text;
        let start = span.start.min(text.len());
        let number = self.number(start);
        let line_start = self.starts[number - 1];
        let line = text[line_start..].lines().next().unwrap_or("");
        let before = text.get(line_start..start).map_or(0, |before| before.chars().count());
        let end = span.end.clamp(start, (line_start + line.len()).max(start));
        let marked = text.get(start..end).map_or(1, |marked| marked.chars().count()).max(1);

        let skipped = if line.chars().nth(WIDE).is_some() { before.saturating_sub(WIDE / 4) } else { 0 };
        // A tab would stand as wide as the terminal likes, and the mark below it somewhere else.
        let part = |from: usize, to: usize| -> String {
            let letters = line.chars().skip(skipped + from).take(to.saturating_sub(from));
            plain(&letters.map(|letter| if letter == '\t' { ' ' } else { letter }).collect::<String>())
        };
        let (mark, mark_end) = (before - skipped, (before - skipped + marked).min(WIDE));
        let (left, under, right) = (part(0, mark), part(mark, mark_end), part(mark_end, WIDE));
        let left = format!("{}{left}", if skipped > 0 { "..." } else { "" });
        let cut = if line.chars().nth(skipped + WIDE).is_some() { "..." } else { "" };

        let margin = " ".repeat(number.to_string().len());
        writeln!(f, "{margin}--> {}:{number}:{}", plain(&self.source.name), before + 1)?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {left}{under}{right}{cut}")?;
        writeln!(f, "{margin} | {}{}", " ".repeat(left.chars().count()), "^".repeat(under.chars().count().max(1)))
    }

    /// Where the first of these stand: "lines 4, 7, 9 and on".
    fn named(&self, faults: &[&Diagnostic]) -> String {
        let mut numbers: Vec<usize> =
            faults.iter().filter_map(|fault| fault.at.as_ref()).map(|at| self.number(at.span.start)).collect();
        numbers.dedup();
        let first: Vec<String> = numbers.iter().take(PLACES).map(usize::to_string).collect();
        let (noun, on) = (if numbers.len() == 1 { "line" } else { "lines" }, numbers.len() > PLACES);
        format!("{noun} {}{}", first.join(", "), if on { " and on" } else { "" })
    }
}

/// Text on one line that shows every letter: control characters, and what turns the direction of writing round, as they are escaped
/// in TOML and JSON.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => plain.push_str("\\n"),
            '\r' => plain.push_str("\\r"),
            '\t' => plain.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                let _ = write!(plain, "\\u{:04x}", u32::from(hidden));
            }
            shown => plain.push(shown),
        }
    }
    plain
}

/// Whether a letter is not seen and changes how others are: a control character, or one that turns the direction of writing round
/// (Boucher & Anderson 2023, "Trojan Source").
pub fn is_hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The candidate nearest to `word` by edit distance, if one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap of neighbours) between two words; optimal string alignment.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best.min(rows[i - 2][j - 2] + 1)
                } else {
                    best
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_pair_is_one_edit() {
        assert_eq!(edit_distance("reply", "rpely"), 1);
        assert_eq!(nearest("raech", ["reach", "reply"]), Some("reach"));
        assert_eq!(nearest("zzz", ["reach", "reply"]), None);
    }

    #[test]
    fn a_fault_shows_line_column_and_remedy() {
        let source = Source { name: "a.toml".into(), text: "days = 3\nreach = 25\n".into() };
        let fault = Diagnostic {
            message: "`reach` must be above 0 and at most 1, found 25".into(),
            at: Some(At { source: 0, span: 17..19 }),
            help: Some("a share, not a percentage: 0.25".into()),
        };
        let text = Faults::new(vec![source], vec![fault]).unwrap().to_string();
        assert_eq!(
            text,
            "error: `reach` must be above 0 and at most 1, found 25\n --> a.toml:2:9\n  |\n2 | reach = 25\n  |         ^^\n  \
             = help: a share, not a percentage: 0.25\n\n1 fault; nothing was simulated and nothing written"
        );
    }

    fn faults(text: &str, list: impl Iterator<Item = (Range<usize>, String)>) -> String {
        let source = Source { name: "a.csv".into(), text: text.to_owned() };
        let fault = |(span, message)| Diagnostic { message, at: Some(At { source: 0, span }), help: None };
        Faults::new(vec![source], list.map(fault).collect()).unwrap().to_string()
    }

    #[test]
    fn faults_of_a_kind_are_told_once_with_how_many_more_and_where() {
        let text = "x1\n".repeat(5000);
        let told = faults(&text, (0..5000).map(|i| (3 * i..3 * i + 2, format!("`read` is no number, found \"x{i}\""))));
        assert_eq!(
            told,
            "error: `read` is no number, found \"x0\"\n --> a.csv:1:1\n  |\n1 | x1\n  | ^^\n  = 4999 more of this kind: lines 2, \
             3, 4, 5, 6, 7, 8, 9 and on\n\n5000 faults; nothing was simulated and nothing written"
        );
    }

    #[test]
    fn a_text_has_twenty_faults_told_at_the_most() {
        let words: Vec<String> = (0..9000)
            .map(|mut n| {
                let mut word = String::new();
                for _ in 0..4 {
                    word.push(char::from(b'a' + (n % 26) as u8));
                    n /= 26;
                }
                word
            })
            .collect();
        let text = words.join("\n");
        let told =
            faults(&text, words.iter().enumerate().map(|(i, word)| (5 * i..5 * i + 4, format!("unknown `{word}`"))));
        assert_eq!(told.matches("error: ").count(), TOLD);
        assert!(
            told.ends_with("9000 faults, 8980 of them not shown; nothing was simulated and nothing written"),
            "{told}"
        );
    }

    #[test]
    fn of_a_long_line_the_part_around_the_fault_is_shown() {
        let text = format!("{}é\u{1b}[31m\u{202e}oops{}", "x".repeat(5000), "y".repeat(5000));
        let start = text.find("oops").unwrap();
        let told = faults(&text, std::iter::once((start..start + 4, "wrong".to_owned())));
        assert!(told.contains(" --> a.csv:1:5008\n"), "{told}");
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines[3].contains("é\\u001b[31m\\u202eoopsyyy"), "{told}");
        let mark = lines[4].find('^').unwrap();
        assert_eq!(lines[3].char_indices().nth(mark).map(|(at, _)| &lines[3][at..at + 4]), Some("oops"), "{told}");
        assert!(told.len() < 800, "{told}");
    }
}
