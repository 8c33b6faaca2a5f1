//! A scenario from its text to its tables: whatever the reader accepts is simulated, and no figure of it is no number.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use wearout_core::analysis::verdict;
use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::parameter::Parameters;
use wearout_core::plan::{check_under, compile_under};
use wearout_core::scenario::{Scenario, parse};
use wearout_core::study::{Target, compare};
use wearout_core::tally::find;
use wearout_show::csv;
use wearout_show::table::{Page, text};

/// Small enough to be simulated thousands of times a minute.
fn is_small(scenario: &Scenario) -> bool {
    let people: u32 = scenario.audiences.iter().map(|audience| audience.groups * audience.size).sum();
    let spread = scenario.audiences.iter().all(|audience| audience.fit_spread + audience.account_spread <= 1.0);
    scenario.days <= 10 && people <= 500 && spread && scenario.plans.len() <= 3
}

fuzz_target!(|scenario: &str| -> Corpus {
    let draft = parse("fuzzed", Source { name: "fuzzed.toml".to_owned(), text: scenario.to_owned() }, &[]);
    if !is_small(&draft.scenario) || check_under(&draft, &Parameters::best()).is_err() {
        return Corpus::Reject;
    }
    let experiment = compile_under(&draft, 1, &Parameters::best(), &[]).expect("it was checked");
    if experiment.plans.iter().map(|plan| plan.posts.len()).sum::<usize>() > 100 {
        return Corpus::Reject;
    }
    let headline: Vec<_> = draft.scenario.headline.iter().filter_map(|key| find(key)).collect();
    let compared = compare(&experiment, &headline, &Target::Replicates(2), false, &Engine::default());
    let comparison = compared.expect("nobody stops it").comparison;
    for plan in &comparison.plans {
        for (metric, estimate) in wearout_core::tally::METRICS.iter().zip(&plan.estimates) {
            let ends = [estimate.mean, estimate.low, estimate.high].into_iter().flatten();
            let mut ends = ends.chain(estimate.quantiles.into_iter().flatten());
            assert!(!metric.unit.is_within_one() || ends.all(|end| (0.0..=1.0).contains(&end)), "{}", metric.key);
        }
    }
    for table in [csv::summary, csv::differences, csv::uncertainty, csv::daily, csv::replicates, csv::reads_by_repeat] {
        table(&comparison);
    }
    let verdict = verdict(&comparison, &headline, draft.scenario.equality.into());
    let page = Page {
        comparison: &comparison,
        verdict: &verdict,
        enforcement: None,
        different_people: &[],
        currency: "CNY",
        notes: &[],
    };
    text(&page);
    Corpus::Keep
});
