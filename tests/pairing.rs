//! Pairing pays: plans that meet the same luck differ far less by chance than plans that do not.
//!
//! The variance ratio is that of the difference of loss between two plans, unpaired over paired: 9 means that an unpaired
//! comparison would need nine times the replicates. No coupling can do better than one in which everybody lost under the
//! milder plan is lost under the harsher one too; with loss p and q that makes p(1-p) + q(1-q) over (p-q)(1-p+q) where members
//! are alike, so a ratio well below it means that some draw is not shared.

#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;

use experiment::{Run, experiment};
use wearout_core::analysis::{Accumulator, Comparison, PlanInfo};

const REPLICATES: u32 = 200;

/// The harsher plan and the milder one on a thousand members without rules.
fn compare(days: u32, club: &str, [harsher, milder]: [&str; 2]) -> Comparison {
    let text = format!(
        "days = {days}\nplatform = \"none\"\n[audience.club]\nsize = 1000\n{club}\n[plan.harsher]\n{harsher}\n[plan.milder]\n{milder}\n"
    );
    let experiment = experiment(&text);
    let info = |plan: &wearout_core::plan::Plan| PlanInfo {
        name: plan.name.clone(),
        members: plan.members,
        posts_per_week: experiment.posts_per_week(plan),
        stakes: plan.stakes,
    };
    let plans: Vec<PlanInfo> = experiment.plans.iter().map(info).collect();
    let mut accumulator = Accumulator::new(&plans, 0, days);
    accumulator.accumulate(&Run::of(&text, REPLICATES).replicates);
    accumulator.finish()
}

fn check(days: u32, club: &str, plans: [&str; 2], at_least: f64) {
    let comparison = compare(days, club, plans);
    let ratio = comparison.difference(1, "loss").expect("a row").variance_ratio.expect("both vary");
    assert!(ratio >= at_least, "the variance ratio is {ratio}, at least {at_least} is due");
}

/// The audience of the article's comparison of the same ad with rotation, as the model was calibrated on it.
const CALIBRATED: &str = "fit = 0.45\nrelation = 0.5\nfit_spread = 0.0";

const SAME_OR_ROTATED: [&str; 2] = ["contents = 1", "contents = 5"];
const DAILY_OR_SPACED: [&str; 2] = ["every = \"24h\"", "every = \"48h\""];
const SLOWER_OR_FASTER: [&str; 2] = ["reply = \"2h30m\"", "reply = \"2h\""];

#[test]
fn same_against_rotation_over_five_days() {
    check(5, CALIBRATED, SAME_OR_ROTATED, 4.0);
}

#[test]
fn daily_against_every_other_day() {
    check(30, "", DAILY_OR_SPACED, 9.0);
}

#[test]
fn a_reply_in_two_hours_against_two_and_a_half() {
    check(30, "", SLOWER_OR_FASTER, 60.0);
}

/// Twelve pairs of plans, each within a fifth of the best that a coupling of like members can do (200 replicates know a
/// variance ratio to about a seventh).
#[test]
fn coupling_is_as_tight_as_can_be() {
    for (days, plans) in [(5, SAME_OR_ROTATED), (30, DAILY_OR_SPACED), (30, SLOWER_OR_FASTER)] {
        for (fit, relation) in [(0.15, 0.0), (0.5, 0.5), (0.8, 1.0), (0.3, 1.0)] {
            let club = format!("fit = {fit}\nrelation = {relation:.1}\nfit_spread = 0.0");
            let comparison = compare(days, &club, plans);
            let [p, q] = [0, 1].map(|plan| comparison.estimate(plan, "loss").unwrap().mean.unwrap());
            let d = (p - q).abs();
            let bound = (p * (1.0 - p) + q * (1.0 - q)) / (d * (1.0 - d));
            let ratio = comparison.difference(1, "loss").unwrap().variance_ratio.unwrap();
            assert!(ratio >= 0.8 * bound, "{plans:?}, fit {fit}: the variance ratio is {ratio}, {bound} can be had");
        }
    }
}
