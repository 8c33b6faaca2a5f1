//! Which metrics are looked at: the one that decides, the secondary ones and the guardrails, as asked for or by default.
//!
//! Comes in: what was said on the command line, and what is measured. Goes out: [`Wanted`]. What they come to is in `analysis`.

use crate::diagnostic::{At, Diagnostic, plain};
use crate::document::reader::{listed, suggestion};
use crate::tally::{self, Better, Dealt, Guardrail, InTests, Metric, Subject, Unit};

use super::columns::fault;
use super::measured::Missing;

/// The metrics of an analysis.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The one that decides.
    pub metric: &'static Metric,
    /// Those that are looked at beside it.
    pub secondary: Vec<&'static Metric>,
    /// Those that must not get worse.
    pub guardrails: Vec<Guardrail>,
}

/// Largest margin of what is no share: more than any figure of a table comes to.
const MOST: f64 = 1e9;

/// Word that asks for no secondary metric or no guardrail.
const NONE: &str = "none";

/// A text of the command line with its place.
pub(super) type Said = (String, At);

/// What there is to choose from.
pub(super) struct Choice<'a> {
    pub(super) measured: &'a [&'static Metric],
    pub(super) missing: &'a [Missing],
    pub(super) dealt: Dealt,
}

impl Choice<'_> {
    fn known(&self, key: &str) -> Option<&'static Metric> {
        self.measured.iter().find(|metric| metric.key == key).copied()
    }

    /// Secondary metrics where none is asked for: what is sold, then the others.
    fn secondary(&self) -> Vec<&'static Metric> {
        let is_one = |metric: &&Metric| metric.in_tests == InTests::Secondary;
        let mut found: Vec<&'static Metric> = self.measured.iter().copied().filter(is_one).collect();
        found.sort_by_key(|metric| metric.subject != Subject::Sales);
        found
    }

    /// Guardrails where none is asked for: of those of one subject the one that needs most columns.
    fn guardrails(&self) -> Vec<&'static Metric> {
        let mut found: Vec<&'static Metric> = Vec::new();
        for &metric in self.measured.iter().filter(|metric| metric.in_tests == InTests::Guardrail) {
            match found.iter_mut().find(|known| known.subject == metric.subject) {
                Some(known) if known.columns.len() < metric.columns.len() => *known = metric,
                Some(_) => {}
                None => found.push(metric),
            }
        }
        found
    }

    /// The metric of that name, if it is measured.
    fn named(&self, word: &str, at: &At, faults: &mut Vec<Diagnostic>) -> Option<&'static Metric> {
        let Some(metric) = tally::find(tally::key_of(word).unwrap_or(word)) else {
            let keys: Vec<&str> = self.measured.iter().map(|metric| metric.key).collect();
            let help = suggestion(word, &keys).unwrap_or_else(|| format!("this file measures {}", listed(&keys)));
            faults.push(fault(at, format!("`{}` is not a metric", plain(word)), help));
            return None;
        };
        let known = self.known(metric.key);
        if known.is_none() {
            let lacking = self.missing.iter().find(|missing| missing.metric.key == metric.key);
            let help = if let Some(missing) = lacking {
                let column = missing.columns[0];
                format!(
                    "it needs {}: --columns {column}=HEADING, or {column}=none where nobody could",
                    listed(&missing.columns)
                )
            } else {
                let keys: Vec<&str> = self.measured.iter().map(|metric| metric.key).collect();
                format!("a table of results cannot measure it; this file measures {}", listed(&keys))
            };
            faults.push(fault(at, format!("`{}` is not measured in this file", metric.key), help));
        }
        known
    }

    /// Whether a test of this kind can be sure of the metric; a fault where it cannot.
    fn is_told(&self, metric: &Metric, at: &At, faults: &mut Vec<Diagnostic>) -> bool {
        let is_told = self.dealt == Dealt::Groups || metric.is_of_members();
        if !is_told {
            let message = format!("`{}` counts a member more than once, so its error is not estimable", metric.key);
            let of_members = self.measured.iter().filter(|metric| metric.is_of_members());
            let keys: Vec<&str> = of_members.map(|metric| metric.key).collect();
            let measured = if keys.is_empty() { "none".to_owned() } else { listed(&keys) };
            let help = format!("a metric that counts each member once; this file measures {measured}");
            faults.push(fault(at, message, help));
        }
        is_told
    }
}

/// What is wanted, by what was said: `--metric`, `--secondary` and `--guardrail`.
pub(super) fn wanted(
    choice: &Choice<'_>,
    metric: &Said,
    secondary: &[Said],
    guardrails: &[Said],
    faults: &mut Vec<Diagnostic>,
) -> Option<Wanted> {
    let deciding = choice.named(&metric.0, &metric.1, faults);
    if let Some(found) = deciding {
        choice.is_told(found, &metric.1, faults);
    }
    if let Some(found) = deciding.filter(|found| found.better == Better::Neither) {
        let help = "a metric with a better direction".to_owned();
        faults.push(fault(&metric.1, format!("`{}` has no better direction", found.key), help));
    }
    let is_deciding = |other: &Metric| deciding.is_some_and(|metric| metric.key == other.key);
    let guardrails: Vec<Guardrail> = if guardrails.is_empty() {
        let is_told = |metric: &Metric| choice.dealt == Dealt::Groups || metric.is_of_members();
        let found = choice.guardrails().into_iter().filter(|metric| !is_deciding(metric) && is_told(metric));
        found.map(|metric| Guardrail { metric, margin: None }).collect()
    } else {
        let said = guardrails.iter().filter(|(text, _)| text != NONE);
        said.filter_map(|(text, at)| guardrail(choice, text, at, faults)).collect()
    };
    let is_guarded = |other: &Metric| guardrails.iter().any(|guardrail| guardrail.metric.key == other.key);
    let secondary: Vec<&'static Metric> = if secondary.is_empty() {
        let found = choice.secondary().into_iter();
        found.filter(|metric| !is_deciding(metric) && !is_guarded(metric)).collect()
    } else {
        let said = secondary.iter().filter(|(text, _)| text != NONE);
        said.filter_map(|(text, at)| choice.named(text, at, faults)).filter(|metric| !is_deciding(metric)).collect()
    };
    Some(Wanted { metric: deciding?, secondary, guardrails })
}

/// `METRIC` or `METRIC=MARGIN`.
fn guardrail(choice: &Choice<'_>, text: &str, at: &At, faults: &mut Vec<Diagnostic>) -> Option<Guardrail> {
    let (word, margin) = match text.split_once('=') {
        Some((word, margin)) => (word, Some(margin)),
        None => (text, None),
    };
    let metric = choice.named(word.trim(), at, faults)?;
    if metric.better == Better::Neither {
        let help = "a guardrail needs a worse direction".to_owned();
        faults.push(fault(at, format!("`{}` has no better direction", metric.key), help));
        return None;
    }
    if !choice.is_told(metric, at, faults) {
        return None;
    }
    let Some(margin) = margin else { return Some(Guardrail { metric, margin: None }) };
    let most = if is_share(metric) { 1.0 } else { MOST };
    match margin.trim().parse::<f64>() {
        Ok(margin) if 0.0 < margin && margin < most => Some(Guardrail { metric, margin: Some(margin) }),
        _ => {
            let message =
                format!("the margin of `{}` must be above 0 and below {most}, found {}", metric.key, plain(margin));
            let help = "how much worse is too much, in the metric's unit: 0.02 is two points of a share";
            faults.push(fault(at, message, help.to_owned()));
            None
        }
    }
}

fn is_share(metric: &Metric) -> bool {
    metric.unit == Unit::Share
}
