//! Tests of arms beside each other: who is dealt to whom, what arms share, and that a member lives as it would alone.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;

use std::collections::BTreeSet;

use experiment::experiment;
use wearout_core::engine::{Engine, simulate, simulate_trial};
use wearout_core::plan::Experiment;
use wearout_core::tally::{Outcome, PairedTally, Tally, TrialTally};

const REPLICATES: u32 = 20;

fn trial(experiment: &Experiment, replicates: u32) -> Vec<TrialTally> {
    simulate_trial(experiment, &experiment.trials[0], 0..replicates, &Engine::default())
}

fn merged<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Tally {
    tallies
        .into_iter()
        .cloned()
        .reduce(|mut sum, tally| {
            sum.merge(&tally);
            sum
        })
        .unwrap()
}

/// What the account does is counted in every unit; here not at all.
fn of_members(mut tally: Tally) -> Tally {
    for day in &mut tally.days {
        for of_account in [
            Outcome::Posts,
            Outcome::GroupPosts,
            Outcome::PrivacyComplaints,
            Outcome::UnderReview,
            Outcome::Limited,
            Outcome::Banned,
        ] {
            day.set(of_account, 0);
        }
    }
    tally.close();
    tally
}

#[test]
fn without_rules_members_live_in_a_test_as_they_do_alone() {
    for (audience, dealt) in [
        ("groups = 6\nsize = 150", "groups_per_arm = 3"),
        ("groups = 9\nsize = 40\nfit_spread = 0.8", "groups_per_arm = 3"),
        ("channel = \"direct\"\nsize = 900", "members_per_arm = 300"),
    ] {
        let arms = if dealt.ends_with("_arm = 3") && audience.starts_with("groups = 6") { 2 } else { 3 };
        let names = ["one", "two", "three"];
        let list: Vec<String> = names[..arms].iter().map(|name| format!("\"{name}\"")).collect();
        let text = format!(
            "days = 12\nplatform = \"none\"\n[switch]\ncontagion = true\nrepeat_memory = true\n[audience.club]\n{audience}\n\
             [plan.one]\ncontents = 3\nper_day = 2\nselect = {{ keep = 0.7, signal = 0.5 }}\n[plan.two]\nlike = \"one\"\n[plan.three]\nlike = \"one\"\n\
             [test.alike]\narms = [{}]\n{dealt}\n",
            list.join(", ")
        );
        let experiment = experiment(&text);
        let alone = simulate(&experiment, 0..REPLICATES, &Engine::default());
        for (PairedTally { plans, .. }, TrialTally { units, .. }) in alone.iter().zip(trial(&experiment, REPLICATES)) {
            let together = merged(units.iter().map(|unit| &unit.tally));
            assert_eq!(of_members(together), of_members(plans[0].clone()), "{text}");
        }
    }
}

const THREE_ARMS: &str = "days = 3\n[audience.club]\ngroups = 20\nsize = 30\n[plan.a]\n[plan.b]\nreply = \"1h\"\n[plan.c]\nreply = \"never\"\n";

#[test]
fn units_are_dealt_evenly_to_one_arm_each_and_anew_in_every_replicate() {
    let two = experiment(&format!("{THREE_ARMS}[test.launch]\narms = [\"a\", \"b\"]\ngroups_per_arm = 5\n"));
    let three = experiment(&format!("{THREE_ARMS}[test.launch]\narms = [\"a\", \"b\", \"c\"]\ngroups_per_arm = 5\n"));
    let (two, three) = (trial(&two, 200), trial(&three, 200));
    let groups = |tally: &TrialTally, arm| -> Vec<u32> {
        tally.units.iter().filter(|unit| unit.arm == arm).map(|unit| unit.group).collect()
    };
    let mut in_first_arm = [0_u32; 20];
    for (two, three) in two.iter().zip(&three) {
        let all: BTreeSet<u32> = three.units.iter().map(|unit| unit.group).collect();
        assert_eq!((all.len(), three.units.len()), (15, 15));
        assert!(three.units.iter().all(|unit| unit.tally.horizon.members == 30));
        for arm in 0..2 {
            assert_eq!(groups(two, arm), groups(three, arm), "a further arm moves nobody");
        }
        for group in groups(two, 0) {
            in_first_arm[group as usize] += 1;
        }
    }
    // 200 deals of 5 out of 20: 50 each, with a standard deviation of 6.1.
    assert!(in_first_arm.iter().all(|&n| (22..=78).contains(&n)), "{in_first_arm:?}");
    let deals: BTreeSet<Vec<u32>> = two.iter().map(|tally| groups(tally, 0)).collect();
    assert!(deals.len() > 190);
}

#[test]
fn arms_share_the_account_and_its_ban() {
    let text = "days = 20\n[audience.club]\ngroups = 4\nsize = 20\n[plan.calm]\n[plan.flood]\nper_day = 60\n\
                [test.ban]\narms = [\"calm\", \"flood\"]\n";
    let experiment = experiment(text);
    let banned = |tally: &&TrialTally| tally.units[0].tally.days[19].get(Outcome::Banned) == 1;
    let tallies = trial(&experiment, 100);
    let n_banned = tallies.iter().filter(banned).count();
    // A hazard of 0.0401 at 20 midnights: 0.55.
    assert!((35..=75).contains(&n_banned), "{n_banned} of 100");
    for tally in tallies.iter().filter(banned) {
        for unit in &tally.units {
            assert_eq!(unit.tally.days[19].get(Outcome::Banned), 1, "one account, one ban");
            assert_eq!(unit.tally.horizon.active + unit.tally.horizon.muted, 0);
            assert!(unit.tally.horizon.unreachable > 0);
        }
    }
    let alone = simulate(&experiment, 0..100, &Engine::default());
    assert!(
        alone.iter().all(|paired| paired.plans[0].days[19].get(Outcome::Banned) == 0),
        "alone the calm plan is safe"
    );
}

#[test]
fn a_group_expels_for_its_own_arm_only() {
    let text = "days = 30\nrules_off = [\"relevance\"]\n[behaviour]\nirritation_base = -80.0\n[audience.club]\ngroups = 40\nsize = 5\ntheme = \"pets\"\n\
                [topic.off]\nrelevance = { pets = 0.1 }\n[plan.fit]\n[plan.off]\ntopic = \"off\"\n[test.admins]\narms = [\"fit\", \"off\"]\n";
    let lost = |arm| -> u64 {
        let tallies = trial(&experiment(text), 40);
        tallies.iter().flat_map(|tally| tally.arm(arm)).map(|tally| tally.horizon.groups_lost).sum()
    };
    assert_eq!(lost(0), 0);
    // A hazard of 0.0061 from the fourth midnight on: 0.15 of 800 groups.
    assert!((80..=170).contains(&lost(1)), "{}", lost(1));
}

#[test]
fn a_shorter_test_begins_like_a_longer_one_and_threads_do_not_matter() {
    let text = |days: u32| {
        format!(
            "days = 10\n[audience.club]\ngroups = 6\nsize = 50\n[plan.a]\n[plan.b]\nevery = \"48h\"\n[test.t]\narms = [\"a\", \"b\"]\ndays = {days}\n"
        )
    };
    let (short, long) = (trial(&experiment(&text(4)), 10), trial(&experiment(&text(10)), 10));
    for (short, long) in short.iter().zip(&long) {
        for (short, long) in short.units.iter().zip(&long.units) {
            assert_eq!(short.tally.days.len(), 4);
            // Reads of a post go on after the last day, and purchases after questions are closed there.
            for outcome in [Outcome::Delivered, Outcome::Reads, Outcome::Blocks, Outcome::Muted] {
                let of = |tally: &Tally| tally.days[..4].iter().map(|day| day.get(outcome)).collect::<Vec<u64>>();
                assert_eq!(of(&short.tally), of(&long.tally));
            }
        }
    }
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| trial(&experiment(&text(4)), 10)), short);
}
