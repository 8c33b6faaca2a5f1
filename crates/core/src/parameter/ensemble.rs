//! Ensembles: many sets of parameter values that are all plausible, and count alike. What the sets disagree on is not known.
//!
//! Comes in: a CSV text whose opening comments say what it is. Goes out: an [`Ensemble`], or every fault with its place. How
//! plausible sets are found is not here: see `study`.

use std::sync::LazyLock;

use super::{MODEL, Parameters, find};
use crate::diagnostic::{At, Diagnostic, Faults, MANY, Source, nearest};
use crate::units::Trigger;

/// Sets of parameter values, in the order of their file.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    /// What it is called.
    pub name: String,
    /// The fit it stands round: which claims were used and which held out.
    pub fit: String,
    /// The parameters that differ between sets.
    pub keys: Vec<String>,
    /// Every parameter of each set.
    pub sets: Vec<Parameters>,
}

static SHIPPED: LazyLock<Ensemble> = LazyLock::new(|| {
    let source = Source { name: "joint.csv".into(), text: include_str!("ensembles/joint.csv").into() };
    parse(source, &Parameters::best()).expect("a test reads the embedded ensemble")
});

/// The sets under which the article's claims and what field studies found are plausible.
pub fn plausible() -> &'static Ensemble {
    &SHIPPED
}

/// The most sets of an ensemble, which are held in memory.
const MOST_SETS: usize = 100_000;

/// Reads an ensemble; parameters and mechanisms that it does not name are those of `base`.
///
/// The text opens with comments `# name = ...`, `# fit = ...`, `# model = ...`, and the mechanisms its sets were fitted with,
/// `# needs = ...`, `# every_read = ...` and `# trigger = ...`; a header of parameter keys and one row a set follow.
///
/// # Errors
/// Every fault: another model version, unknown or repeated parameters, cells that are no number or lie outside what can be
/// computed with, rows of another length, no set at all.
pub fn parse(source: Source, base: &Parameters) -> Result<Ensemble, Faults> {
    let mut reading = Reading { faults: Vec::new() };
    let mut base = *base;
    let text = source.text.trim_start_matches('\u{feff}');
    let start = source.text.len() - text.len();
    let mut ensemble = Ensemble { name: String::new(), fit: String::new(), keys: Vec::new(), sets: Vec::new() };
    let mut model = None;
    let mut columns: Option<Vec<Option<String>>> = None;
    let mut at = start;
    for line in text.split_inclusive('\n') {
        let span = at..at + line.trim_end().len();
        at += line.len();
        let line = line.trim_end();
        if let Some(comment) = line.strip_prefix('#') {
            match comment.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("name", name)) => name.clone_into(&mut ensemble.name),
                Some(("fit", fit)) => fit.clone_into(&mut ensemble.fit),
                Some(("model", version)) => model = Some((version.to_owned(), span)),
                Some((key @ "needs", value)) => {
                    reading.word(&mut base.mechanisms.needs, (key, value), &ON_OR_OFF, span);
                }
                Some((key @ "every_read", value)) => {
                    reading.word(&mut base.mechanisms.every_read, (key, value), &ON_OR_OFF, span);
                }
                Some((key @ "trigger", value)) => {
                    reading.word(&mut base.mechanisms.trigger, (key, value), &Trigger::ALL, span);
                }
                _ => {}
            }
        } else if line.is_empty() {
        } else if let Some(columns) = &columns {
            if ensemble.sets.len() == MOST_SETS {
                let message = format!("an ensemble has at most {MOST_SETS} sets");
                reading.fault(span, message, "leave out the others, or thin them");
                break;
            }
            if let Some(set) = reading.set(line, &span, columns, &base) {
                ensemble.sets.push(set);
            }
        } else {
            columns = Some(reading.header(line, &span));
        }
    }
    match model {
        Some((version, _)) if version == MODEL => {}
        Some((version, span)) => reading.fault(
            span,
            format!("this ensemble is of model `{version}`, the program's is `{MODEL}`"),
            "calibrate again with this version, or run it with the version that made it",
        ),
        None => reading.fault(
            start..start,
            "this is not an ensemble of wearout: it names no model".to_owned(),
            "an ensemble opens with a line `# model = ...`; `wearout calibrate` writes one",
        ),
    }
    if ensemble.sets.is_empty() && reading.faults.is_empty() {
        let end = source.text.len();
        reading.fault(
            end..end,
            "the ensemble holds no set".to_owned(),
            "a header of parameters and a row for each set",
        );
    }
    ensemble.keys = columns.into_iter().flatten().flatten().collect();
    match Faults::new(vec![source], reading.faults) {
        Some(faults) => Err(faults),
        None => Ok(ensemble),
    }
}

const ON_OR_OFF: [(&str, bool); 2] = [("true", true), ("false", false)];

struct Reading {
    faults: Vec<Diagnostic>,
}

impl Reading {
    fn fault(&mut self, span: std::ops::Range<usize>, message: String, help: impl Into<String>) {
        if self.faults.len() < MANY {
            self.faults.push(Diagnostic { message, at: Some(At { source: 0, span }), help: Some(help.into()) });
        }
    }

    /// Sets what a comment says in one of a few words.
    fn word<T: Copy>(
        &mut self,
        set: &mut T,
        (key, value): (&str, &str),
        words: &[(&str, T)],
        span: std::ops::Range<usize>,
    ) {
        if let Some((_, meant)) = words.iter().find(|(word, _)| *word == value) {
            *set = *meant;
        } else {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.fault(
                span,
                format!("`{key}` must be {}, found `{value}`", known.join(" or ")),
                "as `wearout calibrate` writes it",
            );
        }
    }

    /// The parameter of each column; `None` for one that is at fault.
    fn header(&mut self, line: &str, span: &std::ops::Range<usize>) -> Vec<Option<String>> {
        let mut known: Vec<Option<String>> = Vec::new();
        for (cell, place) in cells(line, span) {
            let key = if find(cell).is_none() {
                let help = match nearest(cell, Parameters::KEYS.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "`wearout list parameters` shows all".to_owned(),
                };
                self.fault(place, format!("`{cell}` is not a parameter"), help);
                None
            } else if known.iter().flatten().any(|earlier| earlier == cell) {
                self.fault(place, format!("`{cell}` stands twice"), "keep one of the columns");
                None
            } else {
                Some(cell.to_owned())
            };
            known.push(key);
        }
        known
    }

    fn set(
        &mut self,
        line: &str,
        span: &std::ops::Range<usize>,
        columns: &[Option<String>],
        base: &Parameters,
    ) -> Option<Parameters> {
        let found = cells(line, span).count();
        if found != columns.len() {
            let message = format!("{found} values under {} parameters", columns.len());
            self.fault(span.clone(), message, "values stand between commas, with a decimal point");
            return None;
        }
        let mut values = Vec::with_capacity(columns.len());
        for ((cell, place), key) in cells(line, span).zip(columns) {
            let Some(key) = key else { continue };
            let (low, high) = find(key).expect("a column of the header").domain();
            match cell.parse::<f64>() {
                Ok(value) if value.is_finite() && low <= value && value <= high => {
                    values.push((key.as_str(), value));
                }
                Ok(_) => self.fault(
                    place,
                    format!("`{key}` must be from {low} to {high}, found {cell}"),
                    "see `wearout explain`",
                ),
                Err(_) => self.fault(place, format!("`{key}` must be a number, found `{cell}`"), "such as 0.25"),
            }
        }
        Some(base.with(values))
    }
}

/// The cells of a line and their places.
fn cells<'a>(line: &'a str, span: &std::ops::Range<usize>) -> impl Iterator<Item = (&'a str, std::ops::Range<usize>)> {
    let mut at = span.start;
    line.split(',').map(move |cell| {
        let start = at + (cell.len() - cell.trim_start().len());
        at += cell.len() + 1;
        (cell.trim(), start..start + cell.trim().len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Ensemble, String> {
        let source = Source { name: "sets.csv".into(), text: text.into() };
        parse(source, &Parameters::best()).map_err(|faults| faults.to_string())
    }

    #[test]
    fn the_shipped_ensemble_holds_284_different_sets_in_what_can_be_computed() {
        let ensemble = plausible();
        assert_eq!((ensemble.name.as_str(), ensemble.sets.len()), ("joint", 284));
        for (i, set) in ensemble.sets.iter().enumerate() {
            assert!(ensemble.sets[..i].iter().all(|other| other != set), "set {i} stands twice");
        }
    }

    #[test]
    fn sets_take_what_they_do_not_name_from_the_base() {
        let ensemble =
            read("# model = wearout-model/2\n# name = mine\nread_base,block_share\n-1.5,0.4\n-1.25,0.5\n").unwrap();
        assert_eq!(ensemble.name, "mine");
        assert_eq!(ensemble.sets[1], Parameters { read_base: -1.25, block_share: 0.5, ..Parameters::best() });
    }

    #[test]
    fn every_fault_of_an_ensemble_is_said_with_its_place() {
        let faults = read("# model = wearout-model/0\nread_bas,block_share\n-1.5,1.4\n-1,5,0.4\nx,0.4\n").unwrap_err();
        for part in [
            "this ensemble is of model `wearout-model/0`, the program's is `wearout-model/2`",
            "sets.csv:2:1",
            "`read_bas` is not a parameter",
            "did you mean `read_base`?",
            "`block_share` must be from 0 to 1, found 1.4",
            "sets.csv:4:1",
            "3 values under 2 parameters",
        ] {
            assert!(faults.contains(part), "{part}\n{faults}");
        }
        assert!(read("read_base\n1\n").unwrap_err().contains("it names no model"));
        assert!(read("# model = wearout-model/2\nread_base\n").unwrap_err().contains("holds no set"));
    }
}
