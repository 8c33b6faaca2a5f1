//! Comparisons nested in sets of parameters: what is drawn anew, what is shared, and which uncertainty comes out where.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod campaign;
#[allow(dead_code, reason = "each test file uses a part")]
mod experiment;

use campaign::{Campaign, plans, replicates};
use experiment::{SEED, experiment};
use wearout_core::analysis::{Accumulator, Between, Call, Comparison, Deviation, Doubt, Zone, set_of, verdict};
use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::parameter::{Parameters, plausible};
use wearout_core::plan::Experiment;
use wearout_core::scenario::{Draft, parse};
use wearout_core::study::{Compared, Target, compare, compare_over, under_each};
use wearout_core::tally::{METRICS, Metric, find};

/// Two plans that are the same and one that is not.
const CLUB: &str = "days = 10\n[audience.club]\nsize = 120\n[money]\nmargin = 60\n\
                    [plan.daily]\n[plan.again]\nlike = \"daily\"\n[plan.spaced]\nevery = \"48h\"\n";

fn draft(text: &str) -> Draft {
    parse("test", Source { name: "test.toml".into(), text: text.into() }, &[])
}

fn under(text: &str, sets: &[Parameters]) -> Vec<Experiment> {
    under_each(&draft(text), SEED, sets, &experiment(text)).unwrap()
}

fn headline() -> Vec<&'static Metric> {
    ["conversion", "loss"].iter().map(|key| find(key).unwrap()).collect()
}

fn run(experiments: &[Experiment], target: &Target) -> Compared {
    compare_over(experiments, &headline(), target, false, &Engine::default()).unwrap()
}

fn parameters(comparison: &Comparison, plan: usize, key: &str) -> Between {
    comparison.estimate(plan, key).unwrap().decomposition.unwrap().parameters.unwrap()
}

#[test]
fn equal_plans_differ_by_exactly_zero_in_every_set() {
    let comparison = run(&under(CLUB, &plausible().sets[..12]), &Target::Replicates(24)).comparison;
    assert_eq!(comparison.plans[0].values, comparison.plans[1].values);
    for difference in comparison.differences.iter().filter(|difference| difference.plan == 1) {
        if difference.replicates > 0 {
            assert_eq!((difference.difference, difference.mcse), (Some(0.0), Some(0.0)), "{}", difference.metric.key);
        }
    }
    assert_ne!(comparison.plans[0].values, comparison.plans[2].values);
}

#[test]
fn one_two_and_seven_threads_give_the_same_bytes() {
    let experiments = under(CLUB, &plausible().sets[..5]);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        format!("{:?}", pool.install(|| run(&experiments, &Target::Replicates(33))))
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(7));
}

#[test]
fn a_replicate_is_that_of_its_number_under_its_set() {
    let experiments = under(CLUB, &plausible().sets[..3]);
    let nested = run(&experiments, &Target::Replicates(8)).comparison;
    for (set, experiment) in experiments.iter().enumerate() {
        let alone = compare(experiment, &headline(), &Target::Replicates(8), false, &Engine::default()).unwrap();
        for (plan, summary) in nested.plans.iter().enumerate() {
            for (row, values) in summary.values.iter().enumerate() {
                for number in (0..8).filter(|&number| set_of(number, 3) == set) {
                    let of_set = alone.comparison.plans[plan].values[row][number as usize];
                    assert_eq!(values[number as usize], of_set, "{} of replicate {number}", METRICS[row].key);
                }
            }
        }
    }
}

#[test]
fn what_a_scenario_says_of_behaviour_holds_under_every_set() {
    let text = format!("{CLUB}[behaviour]\nread_base = -1.5\n");
    for experiment in under(&text, &plausible().sets[..4]) {
        assert_eq!(experiment.parameters.read_base, -1.5);
    }
    assert_ne!(under(CLUB, &plausible().sets[..2])[1].parameters.read_base, -1.5);
}

/// Half of the sets have one value and half another; what that does to the mean is known from many replicates under each.
#[test]
fn sets_that_differ_in_one_parameter_lie_as_far_apart_as_it_moves_the_mean() {
    let best = Parameters::best();
    let two = [0.5, 0.9].map(|presence_mean| Parameters { presence_mean, ..best });
    let text = "days = 4\nplatform = \"none\"\n[audience.club]\nsize = 150\n[plan.daily]\n";
    let mean = |set: &Parameters| {
        let experiments = under(text, &[*set]);
        let many = compare(&experiments[0], &[], &Target::Replicates(600), false, &Engine::default()).unwrap();
        many.comparison.estimate(0, "open_rate").unwrap().mean.unwrap()
    };
    let n_sets = 40;
    let sets: Vec<Parameters> = (0..n_sets).map(|i| two[i % 2]).collect();
    let nested = run(&under(text, &sets), &Target::Replicates(3 * n_sets as u32)).comparison;
    let expected = (mean(&two[0]) - mean(&two[1])).abs() / 2.0 * (n_sets as f64 / (n_sets - 1) as f64).sqrt();
    let Between::Seen(Deviation { estimate, low, high }) = parameters(&nested, 0, "open_rate") else {
        panic!("presence moves the open rate")
    };
    assert!((estimate / expected - 1.0).abs() < 0.1, "{estimate} is not {expected}");
    assert!(0.0 < low && low < expected && expected < high, "{expected} is not in {low} to {high}");
}

#[test]
fn sets_that_are_all_alike_are_not_seen_to_differ_and_have_the_mean_of_one() {
    let best = Parameters::best();
    let alike = run(&under(CLUB, &vec![best; 60]), &Target::Replicates(120)).comparison;
    let one = compare(&experiment(CLUB), &headline(), &Target::Replicates(120), false, &Engine::default()).unwrap();
    for key in ["open_rate", "loss", "conversion", "reports_per_1000"] {
        match parameters(&alike, 0, key) {
            Between::Seen(Deviation { low, .. }) => assert_eq!(low, 0.0, "{key}"),
            Between::TooSmall { most } => assert!(most > 0.0, "{key}"),
        }
        let (nested, one) = (alike.estimate(0, key).unwrap(), one.comparison.estimate(0, key).unwrap());
        assert!((nested.mean.unwrap() - one.mean.unwrap()).abs() < 1e-12, "the same replicates, in the same order");
        let ratio = nested.mcse.unwrap() / one.mcse.unwrap();
        assert!((0.7..1.4).contains(&ratio), "{key}: the error of 60 sets of 2 is {ratio} times that of 120");
    }
}

#[test]
fn a_precision_adds_rounds_and_ends_where_so_many_replicates_would() {
    let experiments = under(CLUB, &plausible().sets[..7]);
    let towards = run(&experiments, &Target::Precision { half_width: 0.012, most: 4000 });
    let n = towards.comparison.replicates as u32;
    assert!(n > 105 && n.is_multiple_of(7), "{n} replicates: the first round is 15 of each set");
    assert!(towards.look.unwrap().reached && !towards.partial);
    let straight = run(&experiments, &Target::Replicates(n));
    assert_eq!(format!("{:?}", towards.comparison), format!("{:?}", straight.comparison));
}

#[test]
fn the_most_of_a_precision_is_whole_rounds() {
    let look = run(&under(CLUB, &plausible().sets[..7]), &Target::Precision { half_width: 1e-6, most: 200 });
    assert_eq!((look.comparison.replicates, look.partial), (196, false));
}

/// Normal numbers that are the same every time (inverse of the logistic that is nearest to the normal distribution).
fn noise(i: u64) -> f64 {
    let x = (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let uniform = ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
    libm::log(uniform / (1.0 - uniform)) / 1.702
}

/// Two plans over sets; `effect` is how many more leave under the second, by set, apart from chance of 20 in each campaign.
fn over_sets(n_sets: u64, per_set: u64, effect: impl Fn(u64) -> f64) -> Comparison {
    let second = |i: u64| (50.0 + effect(i % n_sets) + 20.0 * noise(1_000_000 + i)).round().clamp(0.0, 100.0) as u64;
    let pair = |i: u64| {
        vec![Campaign { left: 50, ..Campaign::default() }, Campaign { left: second(i), ..Campaign::default() }]
    };
    let campaigns: Vec<Vec<Campaign>> = (0..n_sets * per_set).map(pair).collect();
    let plans = plans(&["house", "yours"]);
    let stakes = vec![plans.iter().map(|plan| plan.stakes).collect(); n_sets as usize];
    let mut accumulator = Accumulator::new(&plans, 0, 2).over_sets(&stakes);
    accumulator.accumulate(&replicates(0, &campaigns));
    accumulator.finish()
}

/// Sets whose differences are normal with mean 0.43 deviations: above zero in two thirds of them. Chance within a set is twice as
/// large, so that only 58 of 100 single replicates have that sign.
#[test]
fn a_sign_that_flips_in_a_third_of_the_sets_holds_in_two_thirds_and_is_not_counted_in_replicates() {
    let comparison = over_sets(600, 2, |set| 4.3 + 10.0 * noise(set));
    let sign = comparison.difference(1, "loss").unwrap().decomposition.unwrap().sign.unwrap();
    assert!(sign.interval.contains(2.0 / 3.0), "{sign:?}");
    assert!((sign.estimate - 2.0 / 3.0).abs() < 0.06, "{sign:?}");
    let row = METRICS.iter().position(|metric| metric.key == "loss").unwrap();
    let values = comparison.plans[1].values[row].iter().flatten();
    let counted = values.filter(|value| **value > 0.5).count() as f64 / 1200.0;
    assert!(counted < 0.6, "{counted} of the replicates");
}

#[test]
fn a_call_stands_for_the_sets_and_says_when_they_disagree() {
    let zone = Zone { points: 0.01, relative: 0.10, below: 0.05 };
    let loss = [find("loss").unwrap()];
    let call = |comparison: &Comparison| {
        let finding = verdict(comparison, &loss, zone).plans[0].metrics[0];
        (finding.call, finding.doubt)
    };
    let agreed = over_sets(200, 2, |set| -20.0 + noise(set));
    assert_eq!(call(&agreed), (Call::Better, None));
    let torn = over_sets(200, 8, |set| -8.0 + 15.0 * noise(set));
    let mean = torn.difference(1, "loss").unwrap();
    assert!(mean.high.unwrap() < -0.01, "the mean over the sets is known: {mean:?}");
    // Phi((-8 - 1) / 15) = 0.27 above the zone, Phi((8 - 1) / 15) = 0.68 below it.
    let (Call::Unknown, Some(Doubt::Disagreement { higher, lower })) = call(&torn) else { panic!("{:?}", call(&torn)) };
    assert!((higher.estimate - 0.27).abs() < 0.07 && (lower.estimate - 0.68).abs() < 0.07, "{higher:?} {lower:?}");
    let few = over_sets(10, 2, |_| -8.0);
    assert_eq!(call(&few), (Call::Unknown, Some(Doubt::Difference)));
}

#[test]
fn a_difference_over_sets_knows_no_more_than_so_many_sets_tell() {
    let comparison = over_sets(20, 50, |set| 10.0 * noise(set));
    let difference = comparison.difference(1, "loss").unwrap();
    // A thousand replicates with deviation 0.22 would give 0.007; twenty sets with 0.1 between them give 0.023.
    assert!(difference.mcse.unwrap() > 0.015, "{difference:?}");
    assert!(difference.over_sets(0.95).unwrap().high > difference.interval(0.95).unwrap().high + 0.1);
}

#[test]
fn one_replicate_of_each_set_gives_a_mean_and_leaves_the_parts_open() {
    let comparison = over_sets(30, 1, |set| 10.0 * noise(set));
    let (level, difference) = (comparison.estimate(1, "loss").unwrap(), comparison.difference(1, "loss").unwrap());
    assert!(level.mcse.is_some() && level.decomposition.is_none());
    assert!(difference.low.is_some() && difference.decomposition.is_none());
}
