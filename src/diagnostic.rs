//! Faults in what the user wrote: collected, never thrown one by one, and shown with file, line, column and a remedy.
//!
//! Comes in: spans of source texts. Goes out: a non-empty list that prints itself. No rule about scenarios lives here.

use std::fmt;
use std::ops::Range;

/// A text that can be at fault: a file, or one `--set` option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path as the user gave it, or `--set`.
    pub name: String,
    /// The whole text.
    pub text: String,
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

    /// The faults, in order of place.
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.list {
            writeln!(f, "error: {}", fault.message)?;
            let place = fault.at.as_ref().and_then(|at| Some((self.sources.get(at.source)?, at)));
            if let Some((source, at)) = place {
                show_place(f, source, &at.span)?;
            }
            if let Some(help) = &fault.help {
                writeln!(f, "  = help: {help}")?;
            }
            writeln!(f)?;
        }
        match self.list.len() {
            1 => write!(f, "1 fault; nothing was simulated and nothing written"),
            n => write!(f, "{n} faults; nothing was simulated and nothing written"),
        }
    }
}

impl std::error::Error for Faults {}

fn show_place(f: &mut fmt::Formatter<'_>, source: &Source, span: &Range<usize>) -> fmt::Result {
    let start = span.start.min(source.text.len());
    let before = &source.text[..start];
    let line_number = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let column = source.text[line_start..start].chars().count() + 1;
    let line = source.text[line_start..].lines().next().unwrap_or("");
    let margin = " ".repeat(line_number.to_string().len());
    let in_line = span.end.saturating_sub(start).min(line.len().saturating_sub(start - line_start)).max(1);
    let marked = line.get(start - line_start..start - line_start + in_line).map_or(1, |text| text.chars().count());
    writeln!(f, "{margin}--> {}:{line_number}:{column}", source.name)?;
    writeln!(f, "{margin} |")?;
    writeln!(f, "{line_number} | {line}")?;
    writeln!(f, "{margin} | {}{}", " ".repeat(column - 1), "^".repeat(marked))
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
}
