//! Tests of tests: played on simulated people where nothing differs, p values must be uniform and intervals hold what they promise;
//! where something differs, power must be what the closed form says once nothing else acts.

use wearout_core::diagnostic::Source;
use wearout_core::engine::{Engine, simulate_trial};
use wearout_core::parameter::Parameters;
use wearout_core::scenario::parse;
use wearout_core::study::ab::power::{Power, Request, curves, with_appeal};
use wearout_core::study::ab::{Contest, Method, Seen, Which, play};
use wearout_stats::permutation::{self, Effort};
use wearout_stats::random::uniform;
use wearout_stats::{kolmogorov, looks};

/// Tests in a cell.
const TESTS: u32 = 2000;

/// A cell fails where its p values would be as far from uniform by chance less often than this.
const LEVEL: f64 = 1e-4;

fn contest(text: &str) -> Contest {
    let source = Source { name: "test.toml".into(), text: text.into() };
    let draft = parse("test", source, &[]);
    let which = Which { test: None, metric: None, arm: None, method: Method::Means };
    match Contest::read(&draft, 20_251_126, &Parameters::best(), &which) {
        Ok(contest) => contest,
        Err(faults) => panic!("{faults}\n{text}"),
    }
}

/// Two arms that do the same, without rules. Groups differ by `spread`, members of a group less the more `concentration` there is.
fn same(groups: u32, size: u32, (spread, concentration): (f64, f64)) -> Contest {
    contest(&format!(
        "days = 3\nplatform = \"none\"\n[audience.club]\ngroups = {}\nsize = {size}\nfit = 0.5\nrelation = 1.0\nfit_spread = {spread}\n\
         [behaviour]\nfit_concentration = {concentration}\nfrailty_variance = 0.01\n[plan.a]\n[plan.b]\nlike = \"a\"\n\
         [test.same]\narms = [\"a\", \"b\"]\nmetric = \"loss\"\nguardrails = {{}}\n",
        2 * groups
    ))
}

/// Spread and concentration, and the intra-group correlation they make.
const CELLS: [((f64, f64), f64); 4] = [((0.0, 6.0), 0.0), ((0.31, 6.0), 0.02), ((1.0, 6.0), 0.10), ((1.8, 60.0), 0.20)];

/// Groups an arm, and members of a group: so many that a difference of exactly 0 is rare.
const GROUPS: [(u32, u32); 5] = [(4, 250), (6, 150), (10, 100), (20, 60), (40, 40)];

fn seen(contest: &Contest) -> Vec<Seen> {
    let days = [contest.trial.days];
    let played = play((&contest.experiment, &contest.trial), &contest.judge, &days, 0..TESTS, &Engine::default());
    played.tests.into_iter().map(|looks| looks[0]).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn where_arms_are_the_same_p_values_are_uniform_and_intervals_hold_zero() {
    for (differences, correlation) in CELLS {
        for (groups, size) in GROUPS {
            let seen = seen(&same(groups, size, differences));
            let found = mean(seen.iter().filter_map(|seen| seen.correlation));
            assert!(
                (found - correlation).abs() < 0.004 + 0.1 * correlation,
                "a correlation of {found}, not {correlation}"
            );
            let p_values: Vec<f64> = seen.iter().map(|seen| seen.p_value.unwrap()).collect();
            let fit = kolmogorov::uniform(&p_values).unwrap();
            assert!(fit.p_value > LEVEL, "{groups} groups, {correlation}: {fit:?}");
            let covered = seen.iter().filter(|seen| seen.difference.unwrap().interval(0.95).contains(0.0)).count();
            let covered = covered as f64 / f64::from(TESTS);
            // At 4 and at 40 docs/testing.md reports it.
            if [6, 10, 20].contains(&groups) {
                assert!(covered >= 0.94, "{groups} groups, {correlation}: {covered}");
            }
            let naive: Vec<f64> = seen.iter().map(|seen| seen.naive_p_value.unwrap()).collect();
            let naive = kolmogorov::uniform(&naive).unwrap();
            if correlation >= 0.02 {
                assert!(naive.p_value < LEVEL, "counting members must show: {groups} groups, {correlation}: {naive:?}");
            }
        }
    }
}

#[test]
fn where_arms_are_the_same_permutation_p_values_randomised_at_ties_are_uniform() {
    for (differences, correlation) in CELLS {
        for (groups, size) in [GROUPS[0], GROUPS[2], GROUPS[4]] {
            let contest = same(groups, size, differences);
            let tests = simulate_trial(&contest.experiment, &contest.trial, 0..TESTS, &Engine::default());
            let p_value = |(number, test): (usize, &wearout_core::tally::TrialTally)| {
                let metric = contest.judge.metric;
                let of_arm = |arm| -> Vec<f64> {
                    test.arm(arm).map(|tally| metric.value(tally, &contest.judge.stakes[arm]).unwrap()).collect()
                };
                let mut rng = wearout_core::rng::method(1, number as u32, 0);
                let few = Effort { at_most: 1000, drawn: 499 };
                let found = permutation::difference(&of_arm(0), &of_arm(1), few, &mut rng).unwrap();
                found.randomised_p_value(uniform(&mut rng))
            };
            let p_values: Vec<f64> = tests.iter().enumerate().map(p_value).collect();
            let fit = kolmogorov::uniform(&p_values).unwrap();
            assert!(fit.p_value > LEVEL, "{groups} groups, {correlation}: {fit:?}");
        }
    }
}

#[test]
fn looking_five_times_keeps_alpha_where_it_is_spent_and_not_where_it_is_not() {
    let contest = contest(
        "days = 10\nplatform = \"none\"\n[audience.club]\ngroups = 20\nsize = 60\nfit = 0.5\n[plan.a]\n[plan.b]\nlike = \"a\"\n\
         [test.same]\narms = [\"a\", \"b\"]\nmetric = \"loss\"\n",
    );
    let days = [2, 4, 6, 8, 10];
    let played = play((&contest.experiment, &contest.trial), &contest.judge, &days, 0..TESTS, &Engine::default());
    let bounds = looks::late_spending_bounds(&days.map(|day| f64::from(day) / 10.0), 0.05);
    let alarm = |limits: &[f64]| {
        let crosses = |test: &&Vec<Seen>| test.iter().zip(limits).any(|(seen, limit)| seen.p_value.unwrap() < *limit);
        played.tests.iter().filter(crosses).count() as f64 / f64::from(TESTS)
    };
    let spent: Vec<f64> = bounds.iter().map(|bound| looks::nominal_level(*bound)).collect();
    let error = (0.05 * 0.95 / f64::from(TESTS)).sqrt();
    let (kept, peeked) = (alarm(&spent), alarm(&[0.05; 5]));
    assert!(kept < 0.05 + 3.5 * error, "{kept}");
    assert!(peeked > 0.09, "{peeked}: five looks at 0.05 each");
}

/// Only the appeal of contents acts: nobody tires, leaves or is limited, and buying is common enough for group means to be normal.
const STILL: &str = "days = 6\nplatform = \"none\"\n[audience.club]\ngroups = 24\nsize = 100\nfit = 0.6\nfit_spread = 0.6\n\
    [behaviour]\nread_per_fatigue = 0.0\nirritation_per_fatigue = 0.0\nirritation_base = -80.0\ndistrust_base = -80.0\nprivacy_hazard = 0.0\n\
    over_patience_hazard = 0.0\nleak_exit = 0.0\npurchase_given_click = 0.3\n\
    [plan.a]\n[plan.b]\n[test.launch]\narms = [\"a\", \"b\"]\nmetric = \"conversion\"\n";

#[test]
fn with_every_mechanism_off_simulated_power_is_the_closed_form() {
    let contest = contest(STILL);
    for effect in [0.0, 0.1, 0.2, 0.3, 0.5] {
        let (experiment, trial) = with_appeal(&contest, effect);
        let played = play((&experiment, &trial), &contest.judge, &[6], 0..TESTS, &Engine::default());
        let power = Power::of(&played, 0, trial.units_per_arm, 0.05).unwrap();
        let closed = power.closed_form.unwrap();
        let error = (closed * (1.0 - closed) / f64::from(TESTS)).sqrt();
        let found = power.found.estimate;
        assert!(
            (found - closed).abs() < 3.5 * error + 0.01,
            "{effect}: {found} simulated, {closed} by the closed form"
        );
        assert!(power.correlation.unwrap().estimate > 0.005);
    }
}

#[test]
fn the_correlation_of_the_people_does_not_depend_on_how_many_of_a_group_are_looked_at() {
    let found = [30, 120].map(|size| mean(seen(&same(6, size, (1.0, 6.0))).iter().filter_map(|seen| seen.correlation)));
    assert!((found[0] - found[1]).abs() < 0.004, "{found:?}");
    // Two members of a group correlate by the variance of what their groups come to: measured on groups of 2,000, where chance is small.
    let large = same(4, 2000, (1.0, 6.0));
    let days = [large.trial.days];
    let played = play((&large.experiment, &large.trial), &large.judge, &days, 0..300, &Engine::default());
    let variance = mean(played.tests.iter().flat_map(|looks| looks[0].variances).flatten());
    let share = mean(played.tests.iter().flat_map(|looks| looks[0].means).flatten());
    let within = share * (1.0 - share);
    let direct = (variance - within / 2000.0) / within;
    assert!((direct - found[1]).abs() < 0.006, "{direct} from large groups, {} by analysis of variance", found[1]);
}

#[test]
fn curves_are_the_same_on_one_thread_and_each_begins_where_the_plan_stands() {
    let contest = contest(STILL);
    let request = Request {
        tests: 60,
        alpha: 0.05,
        units: vec![6, 12],
        effects: vec![0.0, 0.4],
        sets: wearout_core::parameter::plausible().sets[..2].to_vec(),
    };
    let found = curves(&contest, &request, &Engine::default()).unwrap().unwrap();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let again = one.install(|| curves(&contest, &request, &Engine::default())).unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{again:?}"));
    let here = found.here;
    assert_eq!(found.by_units[1].power, here, "12 groups an arm are what the scenario says");
    assert_eq!(found.by_day.last().unwrap().power, here);
    assert_eq!(found.by_effect.len(), 2);
    let played: u64 = 60 * (2 + 2 + 1 + found.without.len() as u64) + 2 * 50;
    assert_eq!((found.tests, found.partial), (played, false));
}
