//! Pairing pays: plans that meet the same luck differ far less by chance than plans that do not.
//!
//! The variance ratio is that of the difference of loss between two plans, unpaired over paired: 9 means that an unpaired
//! comparison would need nine times the replicates.

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;

use experiment::{Run, experiment};
use wearout::analysis::{Accumulator, PlanInfo};

const REPLICATES: u32 = 200;

/// Variance ratio of the difference of loss between two plans on a thousand members without rules.
fn variance_ratio(days: u32, plans: [&str; 2]) -> f64 {
    let [one, other] = plans;
    let text = format!(
        "days = {days}\nplatform = \"none\"\n[audience.club]\nsize = 1000\n[plan.one]\n{one}\n[plan.other]\n{other}\n"
    );
    let experiment = experiment(&text);
    let info =
        |plan: &wearout::plan::Plan| PlanInfo { name: plan.name.clone(), members: plan.members, stakes: plan.stakes };
    let plans: Vec<PlanInfo> = experiment.plans.iter().map(info).collect();
    let mut accumulator = Accumulator::new(&plans, 0, days);
    accumulator.accumulate(&Run::of(&text, REPLICATES).replicates);
    let comparison = accumulator.finish();
    let difference = comparison.difference(1, "loss").unwrap();
    println!("loss {:?}, variance ratio {:?}", difference.difference, difference.variance_ratio);
    difference.variance_ratio.unwrap()
}

#[test]
fn same_against_rotation_over_five_days() {
    let ratio = variance_ratio(5, ["contents = 1", "contents = 5"]);
    assert!(ratio >= 4.0, "{ratio}");
}

#[test]
fn daily_against_every_other_day() {
    let ratio = variance_ratio(30, ["every = \"24h\"", "every = \"48h\""]);
    assert!(ratio >= 9.0, "{ratio}");
}

#[test]
fn a_reply_in_two_hours_against_two_and_a_half() {
    let ratio = variance_ratio(30, ["reply = \"2h\"", "reply = \"2h30m\""]);
    assert!(ratio >= 60.0, "{ratio}");
}
