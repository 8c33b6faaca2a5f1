//! Analysis of a finished test: published figures that the statistics must return. The rows of `tests/data/ab.csv` name their sources.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use serde_json::Value;
use wearout_stats::adjustment::{self, Arm};
use wearout_stats::beta_arms::{self, Share};
use wearout_stats::beta_binomial::Trials;
use wearout_stats::chance_to_win;
use wearout_stats::cluster_robust::{self, Cluster, Correction};
use wearout_stats::clustered_power;
use wearout_stats::interval;
use wearout_stats::mixture;
use wearout_stats::multiplicity;
use wearout_stats::paired::Pairs;
use wearout_stats::permutation::{self, Effort};
use wearout_stats::ratio::{Covariances, Ratio};
use wearout_stats::sequence::{self, Look};
use wearout_stats::test_and_roll::{self, Prior, Units};
use wearout_stats::two_proportions::TwoArms;
use wearout_stats::two_sample::{self, Difference, Summary};

struct Case {
    inputs: Value,
    expected: Value,
    tolerance: f64,
}

impl Case {
    #[track_caller]
    fn check(&self, found: f64, expected: &Value) {
        let expected = number(expected);
        assert!((found - expected).abs() <= self.tolerance, "{found} is not {expected}");
    }
}

fn case(name: &str) -> Case {
    let mut rows = csv::Reader::from_path("tests/data/ab.csv").unwrap();
    let row = rows.records().map(Result::unwrap).find(|row| &row[0] == name).unwrap();
    let read = |text: &str| serde_json::from_str(text).unwrap();
    Case { inputs: read(&row[2]), expected: read(&row[3]), tolerance: row[4].parse().unwrap() }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// An arm given by its number and sums.
fn from_sums(arm: &Value) -> Summary {
    Summary::of_sums(count(&arm["n"]), number(&arm["sum"]), number(&arm["sum_squares"])).unwrap()
}

/// An arm of yes and no, whose variance its source takes with divisor n.
fn from_successes(arm: &Value) -> Summary {
    let (x, n) = (number(&arm["x"]), number(&arm["n"]));
    Summary { n: count(&arm["n"]), mean: x / n, variance: x / n * (1.0 - x / n) }
}

#[test]
fn welch_difference_is_that_of_growthbook() {
    let case = case("gb_welch_abs");
    let (control, treated) = (from_sums(&case.inputs["control"]), from_sums(&case.inputs["treatment"]));
    let difference = two_sample::difference(&control, &treated).unwrap();
    let interval = difference.interval(1.0 - number(&case.inputs["alpha"]));
    case.check(difference.estimate, &case.expected["diff"]);
    case.check(difference.standard_error, &case.expected["se"]);
    case.check(difference.p_value(), &case.expected["p"]);
    case.check(interval.low, &case.expected["ci"][0]);
    case.check(interval.high, &case.expected["ci"][1]);
}

#[test]
fn one_sided_relative_difference_is_that_of_growthbook() {
    let case = case("gb_onesided_rel");
    let (control, treated) = (from_sums(&case.inputs["control"]), from_sums(&case.inputs["treatment"]));
    let difference = two_sample::relative_difference(&control, &treated).unwrap();
    case.check(difference.estimate, &case.expected["diff"]);
    case.check(difference.standard_error, &case.expected["se"]);
    case.check(difference.p_above(0.0), &case.expected["p"]);
    case.check(difference.interval(1.0 - 2.0 * number(&case.inputs["alpha"])).low, &case.expected["lower"]);
}

#[test]
fn variance_of_a_difference_is_that_of_growthbook() {
    let case = case("gb_deltavar_abs");
    let arm = |arm: &str| Summary {
        n: count(&case.inputs[format!("n{arm}")]),
        mean: number(&case.inputs[format!("mean{arm}")]),
        variance: number(&case.inputs[format!("var{arm}")]),
    };
    let difference = two_sample::difference(&arm("A"), &arm("B")).unwrap();
    case.check(difference.standard_error.powi(2), &case.expected);
}

/// Clusters of yes and no, each a list of its units.
fn clusters(value: &Value) -> Vec<Cluster> {
    let cluster = |units: &Value| {
        let units = numbers(units);
        Cluster { size: units.len() as f64, sum: units.iter().sum(), covariate: 0.0 }
    };
    value.as_array().unwrap().iter().map(cluster).collect()
}

#[test]
fn cluster_robust_error_is_that_of_statsmodels() {
    let case = case("crt_se_cr1");
    let (control, treated) = (clusters(&case.inputs["control_groups"]), clusters(&case.inputs["treatment_groups"]));
    let difference = cluster_robust::difference(&control, &treated, Correction::Cr1).unwrap();
    case.check(difference.standard_error, &case.expected);
}

#[test]
fn permutation_of_clusters_goes_through_all_seventy_assignments() {
    let case = case("crt_perm_exact");
    let means = |key: &str| clusters(&case.inputs[key]).iter().map(|c| c.sum / c.size).collect::<Vec<f64>>();
    let (control, treated) = (means("control_groups"), means("treatment_groups"));
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let found = permutation::difference(&control, &treated, Effort::USUAL, &mut rng).unwrap();
    assert_eq!((found.larger + found.equal, found.n), (6, 70));
    // The row has ten decimals of 6/70 and a tolerance below its own rounding.
    case.check((found.p_value() * 1e10).round() / 1e10, &case.expected);
}

/// Both arms' units are one sequence.
fn look(difference: &Difference, arms: [u64; 2]) -> Look {
    Look { estimate: difference.estimate, standard_error: difference.standard_error, n: arms[0] + arms[1] }
}

#[test]
fn asymptotic_sequence_of_two_shares_is_that_of_growthbook() {
    let case = case("gb_asympcs_prop");
    let (control, treated) = (from_successes(&case.inputs["control"]), from_successes(&case.inputs["treatment"]));
    let difference = two_sample::relative_difference(&control, &treated).unwrap();
    let (look, alpha) = (look(&difference, [control.n, treated.n]), number(&case.inputs["alpha"]));
    let rho = sequence::tuned_for(count(&case.inputs["tuning"]), alpha);
    let interval = look.interval(alpha, rho);
    case.check(look.estimate, &case.expected["diff"]);
    case.check(look.standard_error, &case.expected["se"]);
    case.check(interval.low, &case.expected["ci"][0]);
    case.check(interval.high, &case.expected["ci"][1]);
    case.check(look.p_value(rho), &case.expected["p"]);
}

#[test]
fn adjusted_asymptotic_sequence_is_that_of_growthbook() {
    let case = case("gb_asympcs_cuped");
    let arm = |key: &str| {
        let arm = &case.inputs[key];
        let n = count(&arm["n"]);
        let summary = |sums: &Value| Summary::of_sums(n, number(&sums[0]), number(&sums[1])).unwrap();
        let products = number(&arm["sxy"]) - number(&arm["pre"][0]) * number(&arm["post"][0]) / n as f64;
        Arm { before: summary(&arm["pre"]), after: summary(&arm["post"]), covariance: products / (n - 1) as f64 }
    };
    let adjusted = adjustment::adjust(&arm("control"), &arm("treatment")).unwrap();
    let difference = adjusted.relative_difference().unwrap();
    let plain = look(&difference, [adjusted.control.n, adjusted.treated.n]);
    // The source takes no degree of freedom for theta, and no error of it.
    let degrees = (plain.n - 2) as f64;
    let base = adjusted.plain[0].after.mean;
    let variance = plain.standard_error * plain.standard_error - adjusted.of_theta / (base * base);
    let look = Look { standard_error: (variance * (degrees - 1.0) / degrees).sqrt(), ..plain };
    let rho = sequence::tuned_for(count(&case.inputs["tuning"]), 0.05);
    let interval = look.interval(0.05, rho);
    case.check(look.estimate, &case.expected["diff"]);
    case.check(look.standard_error, &case.expected["se"]);
    case.check(interval.low, &case.expected["ci"][0]);
    case.check(interval.high, &case.expected["ci"][1]);
    case.check(look.p_value(rho), &case.expected["p"]);
}

#[test]
fn always_valid_interval_of_a_share_is_that_of_confseq() {
    for name in ["cs_bernoulli_ci_5_50", "cs_bernoulli_ci_0_1"] {
        let case = case(name);
        let inputs = |key: &str| count(&case.inputs[key]);
        let alpha = number(&case.inputs["alpha"]);
        let interval = mixture::of_proportion(inputs("x"), inputs("n"), alpha, inputs("t_opt")).unwrap();
        case.check(interval.low, &case.expected[0]);
        case.check(interval.high, &case.expected[1]);
    }
}

#[test]
fn chance_to_win_and_expected_loss_are_those_of_growthbook() {
    let case = case("gb_bayes_prop");
    let (control, treated) = (from_successes(&case.inputs["control"]), from_successes(&case.inputs["treatment"]));
    let relative = two_sample::relative_difference(&control, &treated).unwrap();
    let posterior = Difference { degrees: f64::INFINITY, ..relative };
    let interval = posterior.interval(0.95);
    case.check(posterior.estimate, &case.expected["mean"]);
    case.check(posterior.standard_error, &case.expected["sd"]);
    case.check(interval.low, &case.expected["ci"][0]);
    case.check(interval.high, &case.expected["ci"][1]);
    case.check(chance_to_win::of_treated(&posterior), &case.expected["p_best"]);
    let losses = chance_to_win::expected_losses(&posterior).unwrap();
    case.check(losses[0], &case.expected["risk_control_treatment"][0]);
    case.check(losses[1], &case.expected["risk_control_treatment"][1]);
}

#[test]
fn expected_loss_of_a_normal_posterior_is_that_of_growthbook() {
    let case = case("gb_expected_loss");
    let posterior = Difference::new(number(&case.inputs["mu"]), number(&case.inputs["sigma"]), f64::INFINITY).unwrap();
    let losses = chance_to_win::expected_losses(&posterior).unwrap();
    case.check(losses[0], &case.expected[0]);
    case.check(losses[1], &case.expected[1]);
}

#[test]
fn chances_of_beta_shares_are_those_of_their_sources() {
    for (name, shape) in [("br_two", 1.0), ("bt_pbb", 0.5)] {
        let case = case(name);
        let prior = Share { alpha: shape, beta: shape };
        let (x, n) = (numbers(&case.inputs["x"]), numbers(&case.inputs["n"]));
        let shares: Vec<_> = x.iter().zip(&n).map(|(x, n)| prior.after(*x as u64, *n as u64)).collect();
        for (found, expected) in beta_arms::best_of(&shares).iter().zip(case.expected.as_array().unwrap()) {
            case.check(found.is_best, expected);
        }
    }
    let case = case("br_pbb_1_2_3_4");
    let share = |arm: &str| Share {
        alpha: number(&case.inputs[format!("a{arm}")]),
        beta: number(&case.inputs[format!("b{arm}")]),
    };
    case.check(beta_arms::best_of(&[share("A"), share("B")])[1].is_best, &case.expected);
}

#[test]
fn ratio_covariance_and_step_up_levels_are_those_of_tea_tasting() {
    let case_ = case("tt_ratio_cov");
    let mean = |key: &str| number(&case_.inputs["mean"][key]);
    let covariance = |key: &str| number(&case_.inputs["cov"][key]);
    let (first, second) = (Ratio { above: mean("a"), below: mean("b") }, Ratio { above: mean("c"), below: mean("d") });
    let covariances = Covariances {
        above_above: covariance("ac"),
        above_below: covariance("ad"),
        below_above: covariance("bc"),
        below_below: covariance("bd"),
    };
    case_.check(first.covariance(&second, &covariances), &case_.expected);

    let case_ = case("tt_hochberg_sidak");
    let adjusted = multiplicity::hochberg_sidak(&numbers(&case_.inputs["p"]));
    for (found, expected) in adjusted.into_iter().zip(case_.expected.as_array().unwrap()) {
        case_.check(found, expected);
    }
}

#[test]
fn likelihood_ratio_of_two_proportions_is_that_of_tea_tasting() {
    let case = case("tt_prop_g");
    let arm = |i: usize| Trials { successes: count(&case.inputs["x"][i]), n: count(&case.inputs["n"][i]) };
    case.check(TwoArms::new(arm(0), arm(1)).unwrap().g_p_value(), &case.expected);
}

/// The row's first arm is the one from which the second is taken.
#[test]
fn intervals_of_two_proportions_are_those_of_statsmodels() {
    for name in ["sm_2prop_ci_wald", "sm_2prop_ci_score"] {
        let case = case(name);
        let arm = |i: i32| Trials {
            successes: count(&case.inputs[format!("x{i}")]),
            n: count(&case.inputs[format!("n{i}")]),
        };
        let arms = TwoArms::new(arm(2), arm(1)).unwrap();
        let interval =
            if name.ends_with("wald") { arms.wald().unwrap().interval(0.95) } else { arms.score_interval(0.95) };
        case.check(interval.low, &case.expected[0]);
        case.check(interval.high, &case.expected[1]);
    }
}

#[test]
fn intervals_of_one_proportion_are_those_of_statsmodels() {
    let case_ = case("sm_propci_normal");
    let interval = interval::normal_of_proportion(count(&case_.inputs["x"]), count(&case_.inputs["n"]), 0.95).unwrap();
    case_.check(interval.low, &case_.expected[0]);
    case_.check(interval.high, &case_.expected[1]);
    let case_ = case("sm_propci_wilson");
    let interval = interval::of_proportion(count(&case_.inputs["x"]), count(&case_.inputs["n"]), 0.95).unwrap();
    case_.check(interval.low, &case_.expected[0]);
    case_.check(interval.high, &case_.expected[1]);
}

#[test]
fn paired_t_test_is_that_of_scipy() {
    let case = case("crn_paired_t");
    let mut pairs = Pairs::default();
    for (b, a) in numbers(&case.inputs["plan_B"]).into_iter().zip(numbers(&case.inputs["plan_A"])) {
        pairs.push(b, a);
    }
    let moments = pairs.difference();
    let degrees = (moments.n() - 1) as f64;
    let difference = Difference::new(moments.mean().unwrap(), moments.standard_error().unwrap(), degrees).unwrap();
    let interval = difference.interval(0.95);
    case.check(difference.estimate, &case.expected["mean"]);
    case.check(difference.p_value(), &case.expected["p"]);
    case.check(interval.low, &case.expected["ci"][0]);
    case.check(interval.high, &case.expected["ci"][1]);
    case.check(pairs.variance_ratio().unwrap(), &case.expected["vr_factor"]);
}

#[test]
fn tuning_of_the_sequence_is_that_of_confseq() {
    let case = case("cs_best_rho");
    let rho = sequence::tuned_for(count(&case.inputs["v_opt"]), number(&case.inputs["alpha_opt"]));
    case.check(1.0 / (rho * rho), &case.expected);
}

#[test]
fn test_and_roll_is_largest_where_its_closed_form_says() {
    let case = case("testroll_argmax");
    let input = |key: &str| number(&case.inputs[key]);
    let units = Units { population: input("N"), variance: input("p") * (1.0 - input("p")) };
    case.check(test_and_roll::best_size(input("sigma"), &units), &case.expected);
}

#[test]
fn units_in_clusters_are_worth_less_to_a_test_and_cost_the_same() {
    let case = case("enbs_group");
    let input = |key: &str| number(&case.inputs[key]);
    let effect = clustered_power::design_effect(input("m"), input("icc"), 0.0);
    let units = Units { population: input("N"), variance: effect * input("p") * (1.0 - input("p")) };
    let gain = |n: f64| test_and_roll::net_gain(&Prior::of_arms(input("sigma")), &units, n);
    // Clusters are tested whole: twenty an arm here.
    let clusters = (1..=190).map(|clusters| gain(f64::from(clusters) * input("m")));
    case.check(clusters.fold(f64::NEG_INFINITY, f64::max), &case.expected);
}
