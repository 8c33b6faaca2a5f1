//! What stands above and below a chart: the question it answers, and how its figures were made.

use std::borrow::Cow;

use wearout_core::finding::{Evidence, Finding, Provenance, Study};
use wearout_core::scenario::Scenario;

/// What a caption says of a finding.
#[derive(Debug, Clone)]
pub struct Caption<'a> {
    /// Name of the scenario, or of what else was given.
    pub scenario: &'a str,
    /// The question it answers; stands above the title.
    pub question: Cow<'a, str>,
    /// Currency of amounts of money; empty where there are none.
    pub currency: &'a str,
    /// Seed of the run.
    pub seed: u64,
    /// Replicates done; 0 where nothing was simulated.
    pub replicates: u64,
    /// Whether the run was interrupted.
    pub partial: bool,
}

impl<'a> Caption<'a> {
    /// What a caption says of this finding.
    pub fn of(finding: &'a Finding) -> Caption<'a> {
        let asks = |question: &'static str| (Cow::Borrowed(question), "");
        let of_scenario =
            |scenario: &'a Scenario| (Cow::Borrowed(scenario.question.as_str()), scenario.money.currency.as_str());
        let Provenance { name, seed, replicates, partial, .. } = &finding.provenance;
        let (question, currency) = match &finding.study {
            Study::Run(of) => of_scenario(&of.scenario),
            Study::Select(of) => of_scenario(&of.scenario),
            Study::Rotate(of) => of_scenario(&of.scenario),
            Study::Design(of) => of_scenario(&of.scenario),
            Study::Power(of) => of_scenario(&of.scenario),
            Study::Worth(of) => of_scenario(&of.scenario),
            Study::Sensitivity(of) => of_scenario(&of.scenario),
            Study::Analyze(of) => {
                let label = of.found.metric.label;
                (format!("Which arm has better {label}, and how sure is that?").into(), "")
            }
            Study::Calibrate(_) => asks("Which values of the tuned quantities meet the targets?"),
            Study::Evidence(_) => asks("Which of the article's claims does the model reproduce?"),
        };
        Caption { scenario: name, question, currency, seed: *seed, replicates: *replicates, partial: *partial }
    }

    /// What the caption of the chart of patterns says beside that of claims.
    pub(super) fn of_patterns(&self, evidence: &Evidence) -> Caption<'a> {
        let replicates = evidence.patterns.iter().map(|score| u64::from(score.replicates)).min().unwrap_or(0);
        let question = Cow::Borrowed("Which patterns of field studies does the model show?");
        Caption { question, seed: evidence.patterns_seed, replicates, ..self.clone() }
    }
}
