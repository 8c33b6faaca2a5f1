//! Where the article contradicts itself, and where it agrees: arithmetic on the figures of its claims.
//!
//! Comes in: figures, normally those of the ledger, looked up by the id of their claim. Goes out: for each check a line of arithmetic, what
//! it shows and how this program treats it. No figure of the article is typed here: change the ledger and the lines change. Numbers that the
//! article does not give stand as constants called assumptions. Nothing is simulated. See docs/model.md, section 11.

mod advice;
mod agreement;
mod leaving;
mod money;
mod platform;
mod reading;

use serde::Serialize;

use super::claim;

/// Length of a month where the article says "30 days" or leaves the time open, days; assumption where it is left open.
const MONTH_DAYS: f64 = 30.0;

/// Days of a week.
const WEEK_DAYS: f64 = 7.0;

/// Two figures that should be one number agree within this share of it: what rounding to two digits can do. Assumption.
const ROUNDING: f64 = 0.05;

/// What a check shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// The figures exclude each other, read as they are written.
    Inconsistent,
    /// The figures agree.
    Consistent,
    /// The figures measure different things, or lack what they would be compared with.
    NotComparable,
    /// Advice whose condition no account of the article meets.
    NeverFires,
    /// No figure excludes another, yet they give a reason for doubt.
    Doubtful,
}

impl Finding {
    /// In words, as tables and files say it.
    pub fn words(self) -> &'static str {
        match self {
            Finding::Inconsistent => "inconsistent",
            Finding::Consistent => "consistent",
            Finding::NotComparable => "not comparable",
            Finding::NeverFires => "never fires",
            Finding::Doubtful => "doubtful",
        }
    }
}

/// The arithmetic of a check and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    /// One line, every figure in it computed.
    pub arithmetic: String,
    /// Decided by that arithmetic where it can be.
    pub finding: Finding,
}

/// One check of the article against itself.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// `C1` and so on for what clashes, `K1` and so on for what was checked and holds.
    pub id: &'static str,
    /// What is set against what.
    pub statement: &'static str,
    /// Claims whose figures enter the arithmetic.
    pub claims: &'static [&'static str],
    /// Claims that belong to it without a figure that enters.
    pub also: &'static [&'static str],
    /// How this program treats it.
    pub treatment: &'static str,
    work: fn(&Figures) -> Worked,
}

impl Check {
    /// Works the check out on the figures of the ledger.
    pub fn worked(&self) -> Worked {
        self.worked_with(&ledger_figure)
    }

    /// Works the check out on other figures: `lookup` gives the lower and the upper end of a claim's figure.
    ///
    /// # Panics
    /// When `lookup` has no figure for a claim that the check names.
    pub fn worked_with(&self, lookup: &dyn Fn(&str) -> Option<(f64, f64)>) -> Worked {
        (self.work)(&Figures { lookup })
    }
}

/// Every check: contradictions in the order of their numbers, then agreements.
pub fn checks() -> Vec<&'static Check> {
    let clashes = [money::CHECKS, leaving::CHECKS, platform::CHECKS, reading::CHECKS, advice::CHECKS];
    let mut checks: Vec<&Check> = clashes.into_iter().flatten().collect();
    checks.sort_by_key(|check| number(check.id));
    checks.extend(agreement::CHECKS);
    checks
}

/// The number in an id and what follows it: `C2` before `C2b` before `C3`.
fn number(id: &str) -> (u32, &str) {
    let digits = id.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    (digits[..end].parse().unwrap_or(0), &digits[end..])
}

fn ledger_figure(id: &str) -> Option<(f64, f64)> {
    claim(id).and_then(|claim| claim.low.zip(claim.high))
}

/// Figures by the id of their claim.
struct Figures<'a> {
    lookup: &'a dyn Fn(&str) -> Option<(f64, f64)>,
}

impl Figures<'_> {
    /// Lower and upper end.
    fn range(&self, id: &str) -> (f64, f64) {
        (self.lookup)(id).unwrap_or_else(|| panic!("`{id}` gives no figure to compute with"))
    }

    /// Lower end, which is the figure itself for a single figure and for "more than".
    fn low(&self, id: &str) -> f64 {
        self.range(id).0
    }

    /// Upper end.
    fn high(&self, id: &str) -> f64 {
        self.range(id).1
    }
}

/// Inconsistent when the condition holds, consistent otherwise.
fn clash_if(clashes: bool) -> Finding {
    if clashes { Finding::Inconsistent } else { Finding::Consistent }
}

/// Whether two figures that should be one number are too far apart for rounding.
fn differ(found: f64, claimed: f64) -> bool {
    (found / claimed - 1.0).abs() > ROUNDING
}

/// What is left of 1 after so many periods, each of which takes that share.
fn left_after(share: f64, periods: f64) -> f64 {
    libm::pow(1.0 - share, periods)
}

/// A share in per cent, to three significant digits at the most; what is almost all does not become all.
fn pct(share: f64) -> String {
    if (0.9995..1.0).contains(&share) {
        return format!("{:.2} %", 100.0 * share);
    }
    format!("{} %", num(100.0 * share))
}

/// A change in per cent, with its sign.
fn change(share: f64) -> String {
    format!("{}{}", if share > 0.0 { "+" } else { "" }, pct(share))
}

/// A number to three significant digits, whole numbers whole.
fn num(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A range, or one number where both ends are the same.
fn span((low, high): (f64, f64), words: fn(f64) -> String) -> String {
    if low == high { words(low) } else { format!("{} to {}", words(low), words(high)) }
}

#[cfg(test)]
mod tests {
    use super::super::ledger;
    use super::*;

    #[test]
    fn every_contradiction_is_there_once_and_in_order() {
        let ids: Vec<&str> = checks().iter().map(|check| check.id).collect();
        let mut wanted: Vec<String> = (1..=32).map(|n| format!("C{n}")).collect();
        wanted.insert(2, "C2b".to_owned());
        assert_eq!(ids[..33], wanted);
        assert!(ids[33..].iter().enumerate().all(|(i, id)| *id == format!("K{}", i + 1)), "{ids:?}");
    }

    #[test]
    fn every_claim_a_check_cites_is_in_the_ledger() {
        for check in checks() {
            assert!(!check.claims.is_empty(), "{} rests on no figure", check.id);
            for id in check.claims.iter().chain(check.also) {
                assert!(claim(id).is_some(), "{} cites `{id}`", check.id);
            }
        }
    }

    #[test]
    fn a_claim_whose_note_names_a_contradiction_is_cited_by_it() {
        for claim in ledger() {
            let words = claim.note.split(|letter: char| !letter.is_ascii_alphanumeric());
            for word in words.filter(|word| number(word).0 > 0 && word.starts_with('C')) {
                let check = checks().into_iter().find(|check| check.id == word);
                let check = check.unwrap_or_else(|| panic!("{}: no check is called {word}", claim.id));
                let cited = check.claims.iter().chain(check.also).any(|id| *id == claim.id);
                assert!(cited, "{word} does not cite `{}`", claim.id);
            }
        }
    }

    /// Nothing is typed: move any figure that a check rests on and its line says something else.
    #[test]
    fn another_figure_gives_another_line() {
        for check in checks() {
            let was = check.worked().arithmetic;
            for moved in check.claims {
                let lookup = |id: &str| {
                    let (low, high) = ledger_figure(id)?;
                    let factor = if id == *moved { 1.3 } else { 1.0 };
                    Some((low * factor, high * factor))
                };
                assert_ne!(check.worked_with(&lookup).arithmetic, was, "{} does not use `{moved}`", check.id);
            }
        }
    }

    #[test]
    fn a_check_uses_no_figure_that_it_does_not_cite() {
        for check in checks() {
            check.worked_with(&|id| {
                assert!(check.claims.contains(&id), "{} uses `{id}` without citing it", check.id);
                ledger_figure(id)
            });
        }
    }

    #[test]
    fn the_article_as_it_stands_contradicts_itself_wherever_it_is_said_to() {
        for check in checks() {
            let Worked { arithmetic, finding } = check.worked();
            let agrees = finding == Finding::Consistent;
            assert_eq!(agrees, check.id.starts_with('K'), "{}: {} ({arithmetic})", check.id, finding.words());
        }
    }

    #[test]
    fn figures_that_agreed_would_be_called_consistent() {
        let one = |id: &str| checks().into_iter().find(|check| check.id == id).unwrap();
        let with = |check: &str, claim: &'static str, value: f64| {
            let lookup = move |id: &str| if id == claim { Some((value, value)) } else { ledger_figure(id) };
            one(check).worked_with(&lookup).finding
        };
        assert_eq!(with("C1", "roi-314", 1.76), Finding::Consistent);
        assert_eq!(with("C2", "priv-retention", 1.387), Finding::Consistent);
        assert_eq!(with("C18", "interaction-extend", 0.05), Finding::Consistent);
        assert_eq!(with("C6", "spray-limited", 0.5), Finding::Consistent);
        assert_eq!(with("K1", "repurchase-ratio", 5.0), Finding::Inconsistent);
    }

    #[test]
    fn the_first_contradiction_reads_as_it_should() {
        assert_eq!(
            checks()[0].worked().arithmetic,
            "2.9 % / 0.7 % = 4.14 conversions for one; per 100 yuan 9.67 / 3.5 buyers = 2.76 for one (+176 %); claimed +314 %"
        );
    }
}
