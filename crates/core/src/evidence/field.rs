//! The second ledger: what field studies of repeated commercial messages found, study by study, as data.
//!
//! Comes in: the embedded `field.csv`. Goes out: [`Finding`]s to look up and to cite. None of them is about marketing groups: nearest are
//! chat accounts, text messages, push notices and email, so signs and shapes carry over, levels do not. Nothing is scored here.

use std::sync::LazyLock;

use serde::Deserialize;

/// What one study found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Name by which parameters, patterns and scenarios cite it.
    pub id: String,
    /// Who, when and where.
    pub citation: String,
    /// Kind of study.
    pub kind: String,
    /// Channel of the messages.
    pub channel: String,
    /// Who was studied, and how many.
    pub n: String,
    /// What was varied; `-` for nothing.
    pub varied: String,
    /// What was measured.
    pub measured: String,
    /// The figures.
    pub numbers: String,
    /// How sure the figures are: `V` read in an abstract, page or excerpt, `W` a weak or second-hand source; then where.
    sure: String,
    /// What it says in general.
    pub pattern: String,
    /// What a model must show to agree.
    pub check: String,
    /// How that could be simulated, or what is lacking for it.
    pub replay: String,
}

/// How a finding was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// In an abstract, a page or an excerpt of the study.
    Read,
    /// In a weak or second-hand source.
    Weak,
}

impl Finding {
    /// What it says in general, without the word that marks it as one that pulls the other way ([`against`] lists those).
    pub fn says(&self) -> &str {
        self.pattern.trim_start_matches("COUNTER-PATTERN: ")
    }

    /// How it was read.
    pub fn reading(&self) -> Reading {
        if self.sure.starts_with('V') { Reading::Read } else { Reading::Weak }
    }

    /// Whether something in it was not verified, such as a figure from the body of a study that nobody here has read: an M that ends a
    /// bracket, a phrase or a column marks it.
    pub fn is_unverified(&self) -> bool {
        [&self.citation, &self.n, &self.varied, &self.measured, &self.numbers, &self.sure].into_iter().any(|text| {
            text.match_indices('M').any(|(at, _)| {
                let begins = text[..at].ends_with([' ', '(']);
                let rest = &text[at + 1..];
                begins && (rest.is_empty() || rest.starts_with([')', ';', ',']))
            })
        })
    }

    /// How sure it is, in words; where it was read stands in brackets.
    pub fn sureness(&self) -> String {
        let read = match self.reading() {
            Reading::Read => "read",
            Reading::Weak => "weak source",
        };
        let (place, rest) = self.sure.split_once('(').and_then(|(_, text)| text.split_once(')')).unwrap_or_default();
        let mut parts = vec![if place.is_empty() { read.to_owned() } else { format!("{read} ({place})") }];
        let rest = rest.trim_start_matches([';', ',', ' ']);
        if !rest.is_empty() && !rest.ends_with(" M") {
            parts.push(rest.replace(" W", " from a weak source").replace(" V", " read"));
        }
        if self.is_unverified() {
            parts.push("what is marked M is not verified".to_owned());
        }
        parts.join("; ")
    }
}

/// A finding that pulls the other way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// Id of the finding.
    pub finding: String,
    /// What it speaks against, and why it may.
    pub against: String,
}

static AGAINST: LazyLock<Vec<Against>> = LazyLock::new(|| {
    csv::Reader::from_reader(include_str!("against.csv").as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("a test reads the embedded list")
});

/// The findings that pull against the patterns or against each other: kept in sight.
pub fn against() -> &'static [Against] {
    &AGAINST
}

static FIELD: LazyLock<Vec<Finding>> = LazyLock::new(|| {
    csv::Reader::from_reader(include_str!("field.csv").as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("a test reads the embedded findings")
});

/// Every finding, grouped by what it is about.
pub fn findings() -> &'static [Finding] {
    &FIELD
}

/// The finding of that id.
pub fn finding(id: &str) -> Option<&'static Finding> {
    findings().iter().find(|finding| finding.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::claim;
    use super::*;

    #[test]
    fn the_field_holds_86_findings_under_86_names_that_no_claim_has() {
        let ids: BTreeSet<&str> = findings().iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!((findings().len(), ids.len()), (86, 86));
        assert!(ids.iter().all(|id| claim(id).is_none()));
    }

    #[test]
    fn every_finding_says_who_found_what_and_how_sure_it_is() {
        for finding in findings() {
            for text in [&finding.citation, &finding.kind, &finding.channel, &finding.numbers, &finding.pattern] {
                assert!(!text.is_empty(), "{}", finding.id);
            }
            assert!(finding.sure.starts_with(['V', 'W']), "{}: {}", finding.id, finding.sure);
        }
    }

    #[test]
    fn what_pulls_the_other_way_is_a_finding() {
        for row in against() {
            assert!(finding(&row.finding).is_some() && !row.against.is_empty(), "{}", row.finding);
        }
        assert_eq!(against().len(), 12);
    }

    #[test]
    fn a_figure_that_nobody_has_verified_is_known_by_its_mark() {
        let unverified: Vec<&str> =
            findings().iter().filter(|finding| finding.is_unverified()).map(|finding| finding.id.as_str()).collect();
        for id in ["data-breach", "best-customers-substitute", "warnings-habituate-and-recover", "cost-of-annoying-ads"]
        {
            assert!(unverified.contains(&id), "{id}");
        }
        for id in ["duolingo-fresh-templates", "email-revenue-saturates", "reminders-recurrent"] {
            assert!(!unverified.contains(&id), "{id}: a million, a name and an initial are no mark");
        }
    }

    #[test]
    fn sureness_says_how_and_where_a_finding_was_read() {
        let says = |id: &str| finding(id).map(Finding::sureness).unwrap_or_default();
        assert_eq!(says("alert-response-declines"), "read (PMC)");
        assert_eq!(says("telegram-churn"), "weak source");
        assert_eq!(says("linkedin-less-mail"), "read (quotation); paper abstract read, figures not seen");
        assert_eq!(says("data-breach"), "read (abstract); what is marked M is not verified");
    }
}
