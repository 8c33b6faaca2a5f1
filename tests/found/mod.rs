//! Findings made of comparisons, as a run would make them.

use wearout_core::analysis::{Comparison, Verdict};
use wearout_core::diagnostic::Source;
use wearout_core::finding::{Enforcement, Finding, Note, Provenance, Run, RunOptions, SCHEMA, Study};
use wearout_core::parameter::MODEL;
use wearout_core::rng;
use wearout_core::scenario::parse;
use wearout_show::text::text;
use wearout_show::{json, page};

/// The finding of a run that came to this.
pub(crate) fn found(
    comparison: Comparison,
    verdict: Verdict,
    enforcement: Option<Enforcement>,
    notes: Vec<Note>,
) -> Finding {
    let source = Source { name: "test.toml".into(), text: "[audience.club]\n[plan.a]\n".into() };
    let options =
        RunOptions { sets: None, replicates: None, precision: None, max_replicates: 100_000, all_replicates: false };
    Finding {
        schema: SCHEMA,
        provenance: Provenance {
            command: "run",
            name: "test".into(),
            given: "test".into(),
            version: env!("CARGO_PKG_VERSION"),
            model: MODEL,
            generator: rng::LAYOUT,
            seed: 1,
            set: Vec::new(),
            replicates: comparison.replicates,
            partial: false,
            parameters: None,
        },
        study: Study::Run(Box::new(Run {
            asked: options,
            scenario: parse("test", source, &[]).scenario,
            tables: String::new(),
            member_days: 0,
            comparison,
            verdict,
            enforcement,
            notes,
        })),
    }
}

/// Every block of the page names a place in the finding where something stands.
#[track_caller]
pub(crate) fn is_in_the_finding(finding: &Finding) {
    let (page, value) = (page(finding), json(finding));
    assert!(page.sources().count() > 0);
    for from in page.sources() {
        assert!(value.pointer(from).is_some_and(|value| !value.is_null()), "{from} is not in the finding");
    }
}

/// What a terminal and a program are told of it.
pub(crate) fn shown(finding: &Finding) -> String {
    text(&page(finding), 120) + &json(finding).to_string()
}
