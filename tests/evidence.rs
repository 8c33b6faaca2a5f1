//! Whatever cites a claim cites one that exists: parameters, platform rules, shipped scenarios.

use wearout::{evidence, parameter, platform, scenario};

fn check(who: &str, ids: &[String]) {
    for id in ids {
        assert!(evidence::find(id).is_some(), "{who} cites `{id}`, which is not in the ledger");
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
    for (name, text) in scenario::SHIPPED {
        let document: toml::Table = text.parse().unwrap();
        let ids: Vec<String> = document["evidence"].clone().try_into().unwrap();
        assert!(!ids.is_empty(), "{name} replays nothing");
        check(name, &ids);
    }
}
