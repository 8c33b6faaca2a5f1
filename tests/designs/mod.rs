//! The calibration designs run by the engine, and its tallies in the words of the twin.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wearout_core::diagnostic::Source;
use wearout_core::engine::{Engine, simulate};
use wearout_core::platform::Profile;
use wearout_core::tally::{EXPECTED_UNITS, Outcome, Tally};
use wearout_core::units::{Hours, Privacy};
use wearout_core::{plan, scenario};

use super::twin::reference::Contract;
use super::twin::{self, Counts, Design, Horizon, Record};

/// A design as a scenario file.
fn scenario_of(design: &Design, contract: &Contract) -> String {
    let post = |post: &twin::Post| {
        let minutes = (post.hour * 60.0).round() as u32;
        let content = post.content.map_or(String::new(), |content| format!(", content = \"c{content}\""));
        format!(
            "  {{ day = {}, at = \"{:02}:{:02}\", kind = \"{}\", offer = {:?}{content} }},\n",
            post.slot.day,
            minutes / 60,
            minutes % 60,
            post.kind.key(),
            post.offer,
        )
    };
    let posts: String = design.posts.iter().map(post).collect();
    let relevance = design.posts[0].relevance;
    let reply = design.reply.map_or("never".to_owned(), |hours| Hours(hours).to_string());
    let privacy = if design.privacy == Privacy::Ignored { "ignored" } else { "kept" };
    format!(
        "days = {}\nplatform = \"none\"\n{}[audience.people]\nchannel = \"direct\"\nsize = {}\nfit = {}\nrelation = {:?}\n\
         theme = \"theirs\"\n[topic.ours]\nrelevance = {{ theirs = {relevance:?} }}\n[plan.design]\n\
         topic = \"ours\"\nreach = {:?}\nreply = \"{reply}\"\nprivacy = \"{privacy}\"\nposts = [\n{posts}]\n",
        design.days,
        circumstances(contract),
        design.members,
        design.fit,
        design.relation,
        design.reach,
    )
}

/// Parameters and mechanisms of a contract, as a scenario says them.
pub(crate) fn circumstances(contract: &Contract) -> String {
    let values = contract.values();
    let parameters: Vec<String> = values.iter().map(|(key, value)| format!("{key} = {value:?}")).collect();
    let [needs, every_read] = [contract.switches.needs, contract.switches.every_read].map(|on| on == Some(true));
    format!("[switch]\nneeds = {needs}\nevery_read = {every_read}\n[behaviour]\n{}\n", parameters.join("\n"))
}

/// Our tally in the words of the twin.
fn record(tally: &Tally) -> Record {
    let day = |counts: &wearout_core::tally::Counts| Counts {
        delivered: counts.get(Outcome::Delivered),
        reads: counts.get(Outcome::Reads),
        clicks: counts.get(Outcome::Clicks),
        reads_of_posts: counts.get(Outcome::ReadsOfPosts),
        clicks_of_posts: counts.get(Outcome::ClicksOnPosts),
        interactions: counts.get(Outcome::Interactions),
        purchases: counts.get(Outcome::Purchases),
        buyers: counts.get(Outcome::Buyers),
        crossings: counts.get(Outcome::ReportCrossings),
        questions: counts.get(Outcome::Questions),
        answers: counts.get(Outcome::Answers),
        inquiry_purchases: counts.get(Outcome::InquiryPurchases),
        leaves: counts.get(Outcome::Leaves),
        blocks: counts.get(Outcome::Blocks),
        leak_exits: counts.get(Outcome::LeakExits),
        mutes: counts.get(Outcome::Mutes),
        reports: counts.get(Outcome::Reports),
        unwanted_reads: counts.get(Outcome::UnwantedReads),
        dwell: counts.get(Outcome::DwellMs) as f64 / 1000.0,
        member_days: counts.get(Outcome::MemberDays),
        privacy_complaints: counts.get(Outcome::PrivacyComplaints),
        activity: counts.get(Outcome::Activity) as f64 / 1024.0,
        active: counts.get(Outcome::Active),
        muted: counts.get(Outcome::Muted),
        left: counts.get(Outcome::Left),
        blocked: counts.get(Outcome::Blocked),
    };
    let end = tally.horizon;
    let members = |units: u64| units as f64 / EXPECTED_UNITS as f64;
    Record {
        members: end.members,
        days: tally.days.iter().map(day).collect(),
        posts: Vec::new(),
        limits: 0,
        horizon: Horizon {
            members: end.still_in(),
            repurchases: end.repurchases,
            repurchases_of_buyers: end.repurchases_of_buyers,
            complaints: end.complaints,
            recommendations: end.recommendations,
            repurchase_expected: members(end.repurchases_expected),
            complaint_expected: members(end.complaints_expected),
            recommend_expected: members(end.recommendations_expected),
        },
    }
}

/// Every design under a contract and a platform profile, with the contract's trigger: its replicates by name.
pub(crate) fn simulated(contract: &Contract, profile: &Profile, replicates: u32) -> BTreeMap<String, Vec<Record>> {
    let mut profile = profile.clone();
    if let Some(rule) = &mut profile.rules.reports {
        rule.trigger = contract.trigger;
    }
    let run = |(name, design): (&String, &Design)| {
        let source = Source { name: name.clone(), text: scenario_of(design, contract) };
        let draft = scenario::parse(name, source, &[]);
        let mut experiment = plan::compile(&draft, 1).unwrap_or_else(|faults| panic!("{faults}"));
        experiment.profile = Cow::Owned(profile.clone());
        let tallies = simulate(&experiment, 0..replicates, &Engine::default());
        (name.clone(), tallies.iter().map(|paired| record(&paired.plans[0])).collect())
    };
    contract.designs().iter().map(run).collect()
}
