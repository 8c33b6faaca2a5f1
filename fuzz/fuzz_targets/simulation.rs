//! A scenario from its text to its tables: whatever the reader accepts is simulated, and no figure of it is no number.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::finding::{ParameterSource, RunJob, RunOptions, Study};
use wearout_core::job::{Job, run};
use wearout_core::parameter::Parameters;
use wearout_core::plan::{check_under, compile_under};
use wearout_core::scenario::{Input, Scenario, parse};
use wearout_show::run::tables;
use wearout_show::text::text;
use wearout_show::{json, page};

/// Small enough to be simulated thousands of times a minute.
fn is_small(scenario: &Scenario) -> bool {
    let people: u32 = scenario.audiences.iter().map(|audience| audience.groups * audience.size).sum();
    let spread = scenario.audiences.iter().all(|audience| audience.fit_spread + audience.account_spread <= 1.0);
    scenario.days <= 10 && people <= 500 && spread && scenario.plans.len() <= 3
}

fuzz_target!(|scenario: &str| -> Corpus {
    let source = Source { name: "fuzzed.toml".to_owned(), text: scenario.to_owned() };
    let draft = parse("fuzzed", source.clone(), &[]);
    if !is_small(&draft.scenario) || check_under(&draft, &Parameters::best()).is_err() {
        return Corpus::Reject;
    }
    let experiment = compile_under(&draft, 1, &Parameters::best(), &[]).expect("it was checked");
    if experiment.plans.iter().map(|plan| plan.posts.len()).sum::<usize>() > 100 {
        return Corpus::Reject;
    }
    let job = Job::Run(RunJob {
        scenario: Input { name: "fuzzed".to_owned(), source, set: Vec::new() },
        parameters: ParameterSource::Named("best".to_owned()),
        seed: 1,
        options: RunOptions {
            sets: None,
            replicates: Some(2),
            precision: None,
            max_replicates: 2,
            all_replicates: false,
        },
    });
    let finding = run(&job, &Engine::default()).expect("it was checked, and nobody stops it");
    let Study::Run(found) = &finding.study else { unreachable!("a run was asked for") };
    let comparison = &found.comparison;
    for plan in &comparison.plans {
        for (metric, estimate) in wearout_core::tally::METRICS.iter().zip(&plan.estimates) {
            let ends = [estimate.mean, estimate.low, estimate.high].into_iter().flatten();
            let mut ends = ends.chain(estimate.quantiles.into_iter().flatten());
            assert!(!metric.unit.is_within_one() || ends.all(|end| (0.0..=1.0).contains(&end)), "{}", metric.key);
        }
    }
    tables(found);
    text(&page(&finding), 100);
    json(&finding);
    Corpus::Keep
});
