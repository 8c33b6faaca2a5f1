//! How often an analysis of groups errs where nothing differs: the figures of docs/testing.md, with fewer tests.
//!
//! `WEAROUT_TESTS=20000 cargo test --release --test ab_errors -- --nocapture` plays as many tests a cell and prints what it finds.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may fail, and says what it measured")]

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use wearout_core::analysis::Zone;
use wearout_core::analysis::trial::{Guarding, Question, Trial, TrialAnalysis, analyse};
use wearout_core::tally::{Dealt, Guardrail, Outcome, Tally, TrialUnit, find};
use wearout_stats::random::{normal, uniform};

/// Tests played of a cell.
fn n_tests(usual: u32) -> u32 {
    std::env::var("WEAROUT_TESTS").ok().map_or(usual, |n| n.parse().unwrap())
}

/// The share of tests that err, and what it may be at most: 5 % and 3.5 errors of so many tests.
fn at_most_five_in_a_hundred(what: &str, n: u32, errs: impl FnMut(u32) -> bool) {
    let wrong = (0..n).map(errs).filter(|errs| *errs).count();
    let share = wrong as f64 / f64::from(n);
    eprintln!("{what}: {:.1} % of {n}", 100.0 * share);
    assert!(share < 0.05 + 3.5 * (0.05 * 0.95 / f64::from(n)).sqrt(), "{what}: {share}");
}

const ZONE: Zone = Zone { points: 0.01, relative: 0.10, below: 0.05 };

fn analysed(units: &[TrialUnit], before: &[Tally], n_arms: usize, question: &Question) -> TrialAnalysis {
    let arms: Vec<String> = (0..n_arms).map(|arm| format!("arm {arm}")).collect();
    analyse(&Trial { arms: &arms, control: 0, dealt: Dealt::Groups, units, before }, question)
}

fn question(planned_days: u32) -> Question {
    Question {
        metric: find("conversion").unwrap(),
        secondary: Vec::new(),
        guardrails: Vec::new(),
        adjusted: Vec::new(),
        zone: ZONE,
        planned_days: Some(planned_days),
        seed: 1,
    }
}

/// Groups of a million members by arm, of whom on each day `bought(group, day)` buy, about a mean of 2,000.
fn units(groups: &[usize], days: usize, mut bought: impl FnMut(usize, usize) -> f64) -> Vec<TrialUnit> {
    let mut units = Vec::new();
    for (arm, &n) in groups.iter().enumerate() {
        for _ in 0..n {
            let mut tally = Tally::new(u32::try_from(days).unwrap());
            tally.horizon.members = 1_000_000;
            let group = units.len();
            for (day, counts) in tally.days.iter_mut().enumerate() {
                counts.add(Outcome::Buyers, (2000.0 + bought(group, day)).round() as u64);
            }
            tally.close();
            units.push(TrialUnit { arm, group: u32::try_from(group).unwrap(), tally });
        }
    }
    units
}

/// What varies, tests that are usual, how far groups differ lastingly, and how far each day.
type Course = (&'static str, u32, f64, fn(usize) -> f64);

#[test]
fn looks_keep_their_level_whatever_days_and_groups_vary_by() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(21);
    // Where every look was taken to add as much as every other, the third erred in 8 % of tests.
    let courses: [Course; 4] = [
        ("days alike", 150, 0.0, |_| 50.0),
        ("the last day varies five times as much", 150, 0.0, |day| if day == 9 { 250.0 } else { 50.0 }),
        ("each day varies 1.5 times as much as the one before", 1200, 0.0, |day| 10.0 * 1.5_f64.powi(day as i32)),
        ("groups differ lastingly", 150, 50.0, |_| 50.0),
    ];
    for groups in [8, 20] {
        for (what, usual, lasting, spread) in courses {
            let usual = if groups == 20 { 50 } else { usual };
            at_most_five_in_a_hundred(&format!("ten looks, {groups} groups an arm, {what}"), n_tests(usual), |_| {
                let own: Vec<f64> = (0..2 * groups).map(|_| lasting * normal(&mut rng)).collect();
                let units = units(&[groups; 2], 10, |group, day| own[group] + spread(day) * normal(&mut rng));
                analysed(&units, &[], 2, &question(10)).leaves_zero_out(1).is_some()
            });
        }
    }
}

#[test]
fn few_groups_and_unequal_arms_keep_their_level() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(22);
    for groups in [[2, 6], [2, 10], [3, 10], [3, 20], [4, 4], [4, 12], [5, 5], [5, 10], [5, 20], [6, 6], [6, 20]] {
        at_most_five_in_a_hundred(&format!("{} against {} groups", groups[1], groups[0]), n_tests(1000), |_| {
            let units = units(&groups, 1, |_, _| 300.0 * normal(&mut rng));
            analysed(&units, &[], 2, &question(1)).effects[0].p_value.unwrap() <= 0.05
        });
        let adjusted = Question { adjusted: vec![find("conversion").unwrap()], ..question(1) };
        at_most_five_in_a_hundred(
            &format!("{} against {} groups, adjusted", groups[1], groups[0]),
            n_tests(1000),
            |_| {
                let levels: Vec<f64> = (0..groups[0] + groups[1]).map(|_| 300.0 * normal(&mut rng)).collect();
                let before: Vec<Tally> =
                    units(&groups, 1, |group, _| levels[group]).into_iter().map(|unit| unit.tally).collect();
                let units = units(&groups, 1, |group, _| 0.6 * levels[group] + 240.0 * normal(&mut rng));
                analysed(&units, &before, 2, &adjusted).effects[0].p_value.unwrap() <= 0.05
            },
        );
    }
}

/// Groups of 200 members, each of whom gets a message a day, with rare reports and losses that depend on the group.
fn rare(groups: &[usize], days: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<TrialUnit> {
    let mut units = units(groups, days, |_, _| 0.0);
    for unit in &mut units {
        unit.tally.horizon.members = 200;
        let chance = 0.001 + 0.004 * uniform(rng);
        let mut left = 0;
        for counts in &mut unit.tally.days {
            let mut happens = || (0..200).filter(|_| uniform(rng) < chance).count() as u64;
            counts.set(Outcome::Buyers, happens());
            counts.add(Outcome::Reports, happens());
            counts.add(Outcome::Delivered, 200);
            left += happens();
            counts.set(Outcome::Left, left);
        }
        unit.tally.horizon.left = left;
        unit.tally.close();
    }
    units
}

fn guarded(planned_days: u32) -> Question {
    let guardrails = ["loss", "reports_per_1000"].map(|key| Guardrail { metric: find(key).unwrap(), margin: None });
    Question { guardrails: guardrails.to_vec(), ..question(planned_days) }
}

fn is_rejected(found: &TrialAnalysis) -> bool {
    found.guardrails.iter().any(|guarded| guarded.guarding == Guarding::Broken)
}

#[test]
fn guardrails_that_nothing_breaks_reject_an_arm_in_few_tests_at_any_look_and_of_any_number() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(23);
    for groups in [6, 12] {
        at_most_five_in_a_hundred(&format!("guardrails, 14 looks, {groups} groups an arm"), n_tests(150), |_| {
            let whole = rare(&[groups; 2], 14, &mut rng);
            (1..=14).any(|day| {
                let until =
                    |unit: &TrialUnit| TrialUnit { arm: unit.arm, group: unit.group, tally: unit.tally.until(day) };
                let so_far = whole.iter().map(until);
                is_rejected(&analysed(&so_far.collect::<Vec<_>>(), &[], 2, &guarded(14)))
            })
        });
        at_most_five_in_a_hundred(
            &format!("guardrails, four arms of {groups} groups at the end"),
            n_tests(1000),
            |_| is_rejected(&analysed(&rare(&[groups; 4], 7, &mut rng), &[], 4, &guarded(7))),
        );
    }
}
