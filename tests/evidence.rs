//! Whatever cites a claim cites one that exists: parameters, platform rules, shipped scenarios.

#[allow(dead_code, reason = "each test file uses a part")]
mod found;

use wearout_core::engine::Engine;
use wearout_core::evidence::Used;
use wearout_core::finding::{EvidenceJob, EvidenceOptions};
use wearout_core::job::{Job, run};
use wearout_core::scenario::{DESIGNS, FINDINGS, PATTERNS};
use wearout_core::tally::Observable;
use wearout_core::{behaviour, evidence, parameter, platform, scenario, targets};

fn check(who: &str, ids: &[String]) {
    for id in ids {
        assert!(evidence::find(id).is_some(), "{who} cites `{id}`, which is in neither ledger");
    }
}

#[test]
fn every_claim_a_parameter_cites_exists() {
    for row in parameter::catalogue() {
        check(&row.key, &row.evidence);
    }
}

#[test]
fn every_claim_a_platform_rule_cites_exists() {
    for profile in platform::catalog() {
        check(&profile.key, &profile.rules.limit.evidence);
        for rule in profile.rules.describe() {
            check(&format!("{} {}", profile.key, rule.key), &rule.evidence);
        }
    }
}

#[test]
fn every_claim_a_shipped_scenario_cites_exists_and_there_is_one() {
    for (name, text) in scenario::SHIPPED.iter().chain(PATTERNS).chain(FINDINGS) {
        let document: toml::Table = text.parse().unwrap();
        let ids: Vec<String> = document["evidence"].clone().try_into().unwrap();
        assert!(!ids.is_empty(), "{name} replays nothing");
        check(name, &ids);
    }
}

/// The parts of the model that an observable of a replay can be looked up in.
fn is_known(observable: &str) -> bool {
    if let Some(key) = observable.strip_prefix("parameter:") {
        return parameter::find(key).is_some();
    }
    if let Some(key) = observable.strip_prefix("rule:") {
        return platform::find("article-2025").is_some_and(|profile| profile.rules.figure(key).is_some());
    }
    behaviour::closed_form(observable).is_some()
}

#[test]
fn every_design_and_observable_of_a_replay_exists() {
    for replay in evidence::replays() {
        for design in replay.design.iter().chain(&replay.over) {
            let name = format!("designs/{design}");
            assert!(DESIGNS.iter().any(|(known, _)| *known == name), "{} replays `{design}`", replay.claim);
        }
        let Some(observable) = &replay.observable else { continue };
        if replay.design.is_some() {
            let read = Observable::parse(observable);
            assert!(read.is_ok(), "{}: {}", replay.claim, read.unwrap_err());
        } else {
            assert!(is_known(observable), "{} measures `{observable}`", replay.claim);
        }
    }
}

#[test]
fn every_design_is_replayed_by_a_claim_that_it_cites() {
    for (name, text) in DESIGNS {
        let document: toml::Table = text.parse().unwrap();
        let ids: Vec<String> = document["evidence"].clone().try_into().unwrap();
        check(name, &ids);
        let name = name.strip_prefix("designs/").unwrap();
        let replays =
            |replay: &&evidence::Replay| [&replay.design, &replay.over].into_iter().flatten().any(|d| d == name);
        let claims: Vec<&str> =
            evidence::replays().iter().filter(replays).map(|replay| replay.claim.as_str()).collect();
        assert!(ids.iter().any(|id| claims.contains(&id.as_str())), "{name} cites {ids:?}, replayed by {claims:?}");
    }
}

#[test]
fn only_what_no_fit_has_seen_is_called_out_of_sample() {
    let list: toml::Table = targets::shipped("joint").unwrap().parse().unwrap();
    let cited: Vec<&str> =
        list["target"].as_array().unwrap().iter().filter_map(|target| target.get("claim")?.as_str()).collect();
    let selecting: Vec<String> = list["patterns"].clone().try_into().unwrap();
    for pattern in evidence::patterns().iter().chain(evidence::further()) {
        let used = if pattern.findings.iter().any(|id| cited.contains(&id.as_str())) {
            Used::Fitted
        } else if selecting.contains(&pattern.key) {
            Used::Selects
        } else {
            Used::Unused
        };
        assert_eq!(pattern.used, used, "{}", pattern.key);
    }
}

/// The 46 facts are the targets of the calibration, to the digit.
#[test]
fn the_facts_are_the_targets_of_the_calibration() {
    let file: serde_json::Value = serde_json::from_str(include_str!("data/calibration_designs.json")).unwrap();
    let mut targets: Vec<(Option<&str>, [Option<f64>; 3])> =
        file["targets"].as_array().unwrap().iter().map(target).collect();
    let mut facts: Vec<(Option<&str>, [Option<f64>; 3])> = evidence::facts().map(fact).collect();
    targets.sort_by_key(|(name, _)| *name);
    facts.sort_by_key(|(name, _)| *name);
    assert_eq!(facts, targets);
}

fn target(value: &serde_json::Value) -> (Option<&str>, [Option<f64>; 3]) {
    (value["name"].as_str(), ["low", "high", "weight"].map(|key| value[key].as_f64()))
}

fn fact(replay: &evidence::Replay) -> (Option<&str>, [Option<f64>; 3]) {
    (replay.fact.as_deref(), [replay.low, replay.high, replay.weight])
}

#[test]
fn what_the_page_says_stands_in_the_finding() {
    let job =
        Job::Evidence(EvidenceJob { fit: "prediction".into(), seed: 1, options: EvidenceOptions { replicates: 2 } });
    found::is_in_the_finding(&run(&job, &Engine::default()).unwrap_or_else(|unfinished| panic!("{unfinished}")));
}
