//! Published and recomputed figures of planning a test and looking at it; the rows, with their sources, are in `tests/data/ab.csv`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use serde_json::Value;
use wearout_stats::clustered_power::{
    clusters_for_rates, clusters_needed, correlation_with_earlier, design_effect, detectable, deviation_of_mean,
};
use wearout_stats::power::lift::{self, Arm};
use wearout_stats::power::normal::{self, Spread};
use wearout_stats::power::{Sides, Wanted, student};
use wearout_stats::{allocation, decaying_effect, dudewicz_dalal, looks};

struct Case {
    inputs: Value,
    expected: Value,
    tolerance: f64,
}

impl Case {
    fn read(name: &str) -> Case {
        let mut rows = csv::Reader::from_path("tests/data/ab.csv").unwrap();
        let row = rows.records().map(Result::unwrap).find(|row| &row[0] == name).unwrap();
        let read = |text: &str| serde_json::from_str(text).unwrap();
        Case { inputs: read(&row[2]), expected: read(&row[3]), tolerance: row[4].parse().unwrap() }
    }

    fn input(&self, key: &str) -> f64 {
        self.inputs[key].as_f64().unwrap()
    }

    #[track_caller]
    fn check(&self, found: f64) {
        self.check_against(found, &self.expected);
    }

    #[track_caller]
    fn check_all(&self, found: &[f64]) {
        let expected = self.expected.as_array().unwrap();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            self.check_against(*found, expected);
        }
    }

    #[track_caller]
    fn check_against(&self, found: f64, expected: &Value) {
        assert!((found - expected.as_f64().unwrap()).abs() <= self.tolerance, "{found} is not {expected}");
    }

    /// Error rates as the row names them: 5 % on two sides and 80 % where it does not.
    fn wanted(&self) -> Wanted {
        let or = |key: &str, default: f64| self.inputs[key].as_f64().unwrap_or(default);
        Wanted { alpha: or("alpha", 0.05), sides: Sides::Two, power: or("power", 0.8) }
    }
}

#[test]
fn power_of_t_tests_is_that_of_r() {
    let case = Case::read("sm_power_ttest1_two");
    case.check(student::one_sample(case.input("effect_size"), case.input("nobs"), case.input("alpha"), Sides::Two));
    for (name, sides) in [("sm_power_ttest2_d1", Sides::Two), ("sm_power_ttest2_ratio_larger", Sides::Greater)] {
        let case = Case::read(name);
        let n = case.input("nobs1");
        let arms = [n, n * case.input("ratio")];
        case.check(student::two_samples(case.input("effect_size"), arms, case.input("alpha"), sides));
    }
}

#[test]
fn power_of_z_tests_is_that_of_r_and_of_the_calculators() {
    let case = Case::read("sm_power_z2_h001_smaller");
    let shift = case.input("effect_size") / (2.0 / case.input("nobs1")).sqrt();
    case.check(normal::power(shift, case.input("alpha"), Sides::Less));

    let case = Case::read("sp_power_equal");
    let spread = Spread::of_means(case.input("variance"));
    assert_eq!(case.input("n1"), case.input("n2"));
    case.check(spread.power(case.input("mde"), case.input("n1"), case.input("alpha"), Sides::Two));

    let case = Case::read("sm_2prop_power_half");
    let (b, effect) = (case.input("p2"), case.input("diff"));
    case.check(Spread::pooled(b + effect, b).power(effect, case.input("n1"), 0.05, Sides::Two));
}

#[test]
fn sizes_of_two_arms_are_those_of_r_and_of_the_calculators() {
    let case = Case::read("sm_2prop_n_r");
    let (b, effect) = (case.input("p2"), case.input("diff"));
    case.check(Spread::pooled(b + effect, b).size(effect, &case.wanted()).unwrap());

    let case = Case::read("miller_1030");
    let (p, delta) = (case.input("p"), case.input("delta"));
    case.check(Spread::as_in_control(p, p + delta).size(delta, &case.wanted()).unwrap());

    // In all, not per arm.
    let case = Case::read("sp_gpower_prop_a14");
    let (p, delta) = (case.input("p"), case.input("abs_mde"));
    case.check(2.0 * Spread::pooled(p, p + delta).size(delta, &case.wanted()).unwrap());

    let case = Case::read("chow_2means");
    let sigma = case.input("sigma");
    case.check(Spread::of_means(sigma * sigma).size(case.input("margin"), &case.wanted()).unwrap().ceil());
}

#[test]
fn power_and_detectable_lifts_by_week_are_those_of_growthbook() {
    let arm = |case: &Case, n: f64| Arm { mean: case.input("mean"), variance: case.input("variance"), n };
    let case = Case::read("gb_mde_mean");
    let n = case.input("n_total") / case.input("arms");
    case.check(lift::detectable(&arm(&case, n), n, &case.wanted()).unwrap());

    let case = Case::read("gb_mde_by_week_mean");
    let per_week = case.input("users_per_week") / case.input("arms");
    let by_week = (1..=9).map(|week| f64::from(week) * per_week);
    let found: Vec<f64> = by_week.map(|n| lift::detectable(&arm(&case, n), n, &case.wanted()).unwrap()).collect();
    case.check_all(&found);

    let case = Case::read("gb_power_by_week_binary");
    let per_week = case.input("users_per_week") / case.input("arms");
    let (p, effect) = (case.input("p"), case.input("lift"));
    let of_week = |week: u32| {
        // The source takes the control's variance for both arms.
        let control = Arm { mean: p, variance: p * (1.0 - p), n: f64::from(week) * per_week };
        let error = lift::standard_error(&control, &Arm { mean: p * (1.0 + effect), ..control });
        normal::power(effect / error, case.input("alpha"), Sides::Two)
    };
    case.check_all(&(1..=9).map(of_week).collect::<Vec<f64>>());
}

#[test]
fn the_sample_still_missing_is_that_of_growthbook() {
    let case = Case::read("gb_midexp_scale_freq");
    let arm = |key: &str| {
        let of = |what: &str| case.inputs[key][what].as_f64().unwrap();
        let n = of("n");
        Arm { mean: of("sum") / n, variance: (of("sum_squares") - of("sum") * of("sum") / n) / (n - 1.0), n }
    };
    let error = lift::standard_error(&arm("control"), &arm("treatment"));
    case.check(normal::times_the_sample(case.input("target_mde"), error, &case.wanted()).unwrap() - 1.0);
}

#[test]
fn clusters_and_what_they_can_show_are_as_published_and_recomputed() {
    let case = Case::read("deff_equal");
    case.check(design_effect(case.input("m"), case.input("icc"), 0.0));

    for name in ["crt_mde_k4", "crt_mde_k20"] {
        let case = Case::read(name);
        let p = case.input("p");
        let deviation = deviation_of_mean(p * (1.0 - p), case.input("m"), case.input("icc"));
        case.check(detectable([deviation; 2], [case.input("k_per_arm"); 2], 0.05, 0.8));
    }

    let case = Case::read("cp_binary_k_nih");
    let deviations = ["p1", "p2"].map(|key| {
        let p = case.input(key);
        deviation_of_mean(p * (1.0 - p), case.input("m"), case.input("icc"))
    });
    let effect = case.input("p2") - case.input("p1");
    // The row rounds to the nearest; a test would take one cluster more.
    case.check(clusters_needed(effect, deviations, case.input("alpha"), case.input("power")).unwrap());

    let case = Case::read("cp_did_normal_cohort");
    let (m, icc) = (case.input("m"), case.input("icc"));
    let r = correlation_with_earlier(m, icc, case.input("rho_c"), case.input("rho_s"));
    let deviation = deviation_of_mean(case.input("var"), m, icc) * (2.0 * (1.0 - r)).sqrt();
    case.check(clusters_needed(case.input("d"), [deviation; 2], 0.05, case.input("power")).unwrap().ceil());

    let case = Case::read("hayes_bennett_rates");
    let rates = [case.input("l0"), case.input("l1")];
    let time = case.input("person_years_per_cluster");
    case.check(clusters_for_rates(rates, time, case.input("k"), &case.wanted()).unwrap());
}

#[test]
fn looking_often_costs_what_armitage_and_others_found() {
    for name in ["peek_2", "peek_5"] {
        let case = Case::read(name);
        let looks = case.inputs["looks"].as_u64().unwrap();
        let information: Vec<f64> = (1..=looks).map(|look| look as f64).collect();
        case.check(looks::ever(&information, &vec![case.input("z"); information.len()], 0.0));
    }
}

#[test]
fn bounds_that_keep_the_rate_are_those_of_pocock_obrien_fleming_and_lan_demets() {
    let case = Case::read("pocock_3");
    case.check(looks::pocock(case.input("looks") as u32, 0.05));
    for name in ["obf_2", "obf_5"] {
        let case = Case::read(name);
        case.check(looks::obrien_fleming(case.input("looks") as u32, 0.05));
    }
    // The row gives the rate of one side.
    let case = Case::read("ldof_5");
    let fractions: Vec<f64> = (1..=5).map(|look| f64::from(look) / case.input("K")).collect();
    case.check_all(&looks::late_spending_bounds(&fractions, 2.0 * case.input("alpha")));
}

#[test]
fn a_test_of_an_effect_that_wears_off_has_the_average_and_the_best_length_of_calculus() {
    let case = Case::read("wearout_mean_effect");
    case.check(decaying_effect::mean_effect(case.input("d0"), case.input("tau"), case.input("T")));
    let case = Case::read("wearout_length_group_0.25");
    case.check(decaying_effect::best_length(case.input("r")));
}

#[test]
fn shares_of_simulations_and_the_constant_of_two_stages_are_as_published() {
    let case = Case::read("ocba_alloc");
    let numbers =
        |key: &str| case.inputs[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect::<Vec<f64>>();
    // The first has the smallest mean, which there is the best.
    case.check_all(&allocation::shares(&numbers("means"), &numbers("sds"), 0).unwrap());
    let case = Case::read("dudewicz_dalal_k5_n20_P90");
    case.check(dudewicz_dalal::h(case.input("k") as u32, case.input("n0") as u32, case.input("P")));
}
