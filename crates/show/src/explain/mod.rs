//! What a name means: of a metric, parameter, rule, platform, claim, finding, pattern, topic, or key or word of scenarios.
//!
//! Comes in: a name. Goes out: everything known under it, or its definition in a sentence, as pages show beside a word.

mod format;
mod topics;

use std::fmt::Write;

use wearout_core::diagnostic::nearest;
use wearout_core::evidence::contradictions::{Check, checks};
use wearout_core::evidence::{self, Claim, Entry, Finding, Pattern, ledger, patterns};
use wearout_core::parameter::{self, Basis, Parameter};
use wearout_core::platform;
use wearout_core::tally::{self, METRICS, Metric};

use super::evidence::band;
use topics::{TOPICS, Topic};

/// What a metric or a parameter means, in a sentence; `None` where nothing of the kind has that name.
pub fn definition(name: &str) -> Option<String> {
    let meaning = tally::find(name).map(|metric| metric.meaning);
    meaning.or_else(|| Some(parameter::find(name)?.meaning.as_str())).map(str::to_owned)
}

/// A parameter's value, range and meaning.
pub fn about(p: &Parameter) -> String {
    format!("{} {} ({} to {}): {}", number(p.value), p.unit, number(p.low), number(p.high), p.meaning)
}

/// Everything known under a name, or what was perhaps meant.
///
/// # Errors
/// When nothing has that name.
pub fn explain(name: &str) -> Result<String, String> {
    let word = name.trim().to_lowercase();
    let mut found: Vec<String> = topics::find(&word).map(topic_text).into_iter().collect();
    let is_called = |m: &&Metric| m.key == word || m.label.to_lowercase() == word || m.also.contains(&word.as_str());
    found.extend(METRICS.iter().filter(is_called).map(metric_text));
    found.extend(parameter::find(&word).map(parameter_text));
    for profile in platform::catalog() {
        for rule in profile.rules.describe().iter().filter(|rule| rule.key == word) {
            let mut text = format!("{} (rule of platform {})\n  {}\n", rule.key, profile.key, rule.text);
            let _ = writeln!(text, "  confidence: {}\n  note: {}", rule.confidence, rule.note);
            found.push(text + &cited(&rule.evidence));
        }
    }
    found.extend(platform::find(&word).map(profile_text));
    found.extend(evidence::find(&word).map(|entry| match entry {
        Entry::Claim(claim) => format!("{}\n{}", claim.id, claim_text(claim)),
        Entry::Finding(finding) => finding_text(finding),
    }));
    found.extend(evidence::pattern(&word).map(pattern_text));
    found.extend(checks().into_iter().filter(|check| check.id.eq_ignore_ascii_case(&word)).map(check_text));
    found.extend(format::explained(&word));
    if let Some(key) = word.strip_prefix("behaviour.") {
        found.extend(parameter::find(key).map(parameter_text));
    }
    if !found.is_empty() {
        return Ok(found.join("\n"));
    }
    let metrics = METRICS.iter().flat_map(|m| std::iter::once(m.key).chain(m.also.iter().copied()));
    let parameters = parameter::catalogue().iter().map(|p| p.key.as_str());
    let platforms = platform::catalog().iter().map(|p| p.key.as_str());
    let topics = TOPICS.iter().flat_map(|topic| topic.names.iter().copied());
    let keys = format::names();
    let ids: Vec<&str> = evidence::ids().collect();
    let keys = keys.iter().map(String::as_str).chain(ids);
    let meant = nearest(&word, metrics.chain(parameters).chain(platforms).chain(topics).chain(keys));
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "see `wearout list metrics`, `list parameters`, `list platforms`, `list claims`, `list findings` or docs/scenarios.md".to_owned(),
    };
    Err(format!("error: nothing is called `{name}`\n  = help: {help}"))
}

fn topic_text(topic: &Topic) -> String {
    let mut text = topic.says.to_owned();
    for parameter in topic.parameters.iter().filter_map(|key| parameter::find(key)) {
        let _ = writeln!(text, "  {}: {} [{}]", parameter.key, about(parameter), basis(parameter));
    }
    for (says, ids) in topic.findings {
        let _ = writeln!(text, "  {says}:");
        for finding in ids.iter().filter_map(|id| evidence::finding(id)) {
            let Finding { id, channel, .. } = finding;
            let _ = writeln!(text, "    {id} ({channel}; {}): {}", finding.sureness(), finding.says());
        }
    }
    let _ = writeln!(text, "  {}", topic.next);
    text
}

fn check_text(check: &Check) -> String {
    let worked = check.worked();
    let noun = if check.id.starts_with('C') { "contradiction in the article" } else { "checked in the article" };
    format!(
        "{} ({noun}: {})\n  {}\n  {}\n  here: {}\n",
        check.id,
        worked.finding.words(),
        check.statement,
        worked.arithmetic,
        check.treatment
    )
}

fn metric_text(metric: &Metric) -> String {
    let mut text =
        format!("{} (metric): {}\n  {}\n  unit: {}\n", metric.key, metric.label, metric.meaning, metric.unit.key());
    let is_measured = |observable: &str| {
        let horizon = observable.strip_prefix(metric.key);
        horizon.is_some_and(|rest| rest.is_empty() || rest.starts_with(['@', '_']) && tally::find(observable).is_none())
    };
    let measured = ledger().iter().filter(|claim| is_measured(&claim.observable));
    let ids: Vec<String> = measured.map(|claim| claim.id.clone()).collect();
    if ids.is_empty() {
        text.push_str("  the article claims no figure for it\n");
    }
    text + &cited(&ids)
}

fn parameter_text(parameter: &Parameter) -> String {
    let basis = basis(parameter);
    let mut text = format!("{} (parameter)\n  {}\n", parameter.key, parameter.meaning);
    let (value, low, high) = (number(parameter.value), number(parameter.low), number(parameter.high));
    let _ = writeln!(text, "  default: {value} {} (plausible {low} to {high})\n  basis: {basis}", parameter.unit);
    text + &cited(&parameter.evidence)
}

/// What a default rests on.
fn basis(parameter: &Parameter) -> &'static str {
    match parameter.basis {
        Basis::Fitted => "fitted to figures of the article and of field studies",
        Basis::Claim => "a figure of the article",
        Basis::Literature => "published by others",
        Basis::Assumption => "assumption",
    }
}

fn profile_text(profile: &platform::Profile) -> String {
    let mut text = format!(
        "{} (platform): {}\n  source: {}, checked {}\n",
        profile.key, profile.title, profile.source, profile.checked
    );
    for rule in profile.rules.describe() {
        let _ = writeln!(text, "  {}: {}", rule.key, rule.text);
    }
    text
}

/// What the article claims and what field studies found under these ids.
fn cited(ids: &[String]) -> String {
    let text = |entry| match entry {
        Entry::Claim(claim) => claim_text(claim),
        Entry::Finding(finding) => {
            let Finding { id, numbers, .. } = finding;
            format!("  a field study found [{id}]: {}\n    {numbers} ({})\n", finding.says(), finding.sureness())
        }
    };
    ids.iter().filter_map(|id| evidence::find(id)).map(text).collect()
}

fn claim_text(claim: &Claim) -> String {
    let mut text = format!("  the article claims [{}]: {}", claim.id, claim.statement);
    match (claim.low, claim.high) {
        (Some(low), Some(high)) if low == high => drop(write!(text, " ({low} {})", claim.unit)),
        (Some(low), Some(high)) => drop(write!(text, " ({low} to {high} {})", claim.unit)),
        _ => {}
    }
    text.push('\n');
    if !claim.note.is_empty() {
        let _ = writeln!(text, "    our reading: {}", claim.note);
        let words = || claim.note.split(|letter: char| !letter.is_alphanumeric());
        for check in checks().into_iter().filter(|check| words().any(|word| word == check.id)) {
            let _ = writeln!(text, "    {} is a contradiction: {}", check.id, check.statement);
        }
    }
    text
}

fn finding_text(finding: &Finding) -> String {
    let Finding { id, citation, kind, channel, n, varied, measured, numbers, check, replay, .. } = finding;
    let rests = |evidence: &[String]| evidence.contains(id);
    let parameters = parameter::catalogue().iter().filter(|p| rests(&p.evidence)).map(|p| p.key.as_str());
    let shown_by = patterns().iter().filter(|p| rests(&p.findings)).map(|p| p.key.as_str());
    let cited_by: Vec<&str> = shown_by.chain(parameters).collect();
    let mut text = format!(
        "{id} (finding of a field study)\n  {}\n  varied: {varied}; measured: {measured}\n  found: {numbers}\n  \
         how sure: {}\n  study: {kind}; {channel}; {n}\n  source: {citation}\n  a model must show: {check}\n  replay: {replay}\n",
        finding.says(),
        finding.sureness()
    );
    if !cited_by.is_empty() {
        let _ = writeln!(text, "  cited by: {}", cited_by.join(", "));
    }
    for row in evidence::against().iter().filter(|row| row.finding == *id) {
        let _ = writeln!(text, "  pulls against {}", row.against);
    }
    text
}

fn pattern_text(pattern: &Pattern) -> String {
    let mut text =
        format!("{} (pattern of the field): {}\n  scenario: {}\n", pattern.key, pattern.title, pattern.scenario);
    for check in pattern.checks.iter().filter(|check| check.is_banded()) {
        let _ = writeln!(text, "  {}: {}", check.name, band(check));
    }
    if !pattern.lacking.is_empty() {
        let _ = writeln!(text, "  cannot be expressed: {}", pattern.lacking);
    }
    text + &cited(&pattern.findings)
}

/// A parameter to four significant digits at the most: what a reader can use.
fn number(value: f64) -> String {
    let digits = if value == 0.0 { 0 } else { (3 - libm::log10(value.abs()).floor() as i32).max(0) as usize };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
