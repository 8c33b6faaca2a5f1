//! What the analysis makes of replicates whose figures can be worked out by hand.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod campaign;

use campaign::{Campaign, MEMBERS, plans, replicates};
use proptest::prelude::*;
use wearout_core::analysis::{
    Accumulator, Call, Comparison, Doubt, KEPT_REPLICATES, MetricVerdict, Overall, Precision, Verdict, Zone, verdict,
};
use wearout_core::tally::{METRICS, Metric, Outcome, PairedTally, Unit, find};

const ZONE: Zone = Zone { points: 0.01, relative: 0.10, below: 0.05 };

fn headline() -> Vec<&'static Metric> {
    ["conversion", "loss", "p_limited"].iter().map(|key| find(key).unwrap()).collect()
}

fn accumulate(names: &[&str], replicates: &[PairedTally]) -> Accumulator {
    let mut accumulator = Accumulator::new(&plans(names), 0, 2);
    accumulator.accumulate(replicates);
    accumulator
}

fn compare(campaigns: &[Vec<Campaign>]) -> Comparison {
    let names = &["house", "yours", "third"][..campaigns[0].len()];
    accumulate(names, &replicates(0, campaigns)).finish()
}

/// `n` replicates in which `plan(i)` meets `baseline(i)`.
fn pairs(n: u64, baseline: impl Fn(u64) -> Campaign, plan: impl Fn(u64) -> Campaign) -> Vec<Vec<Campaign>> {
    (0..n).map(|i| vec![baseline(i), plan(i)]).collect()
}

fn decide(campaigns: &[Vec<Campaign>]) -> Verdict {
    verdict(&compare(campaigns), &headline(), ZONE)
}

fn calls(verdict: &Verdict) -> Vec<Call> {
    verdict.plans[0].metrics.iter().map(|finding| finding.call).collect()
}

#[track_caller]
fn close(found: Option<f64>, expected: f64) {
    assert!((found.unwrap() - expected).abs() < 1e-9, "{found:?} is not {expected}");
}

#[test]
fn plans_are_compared_with_the_baseline_and_not_with_each_other() {
    for n in [2, 50] {
        let replicates = replicates(0, &[vec![Campaign::default(); n]]);
        let comparison = accumulate(&vec!["plan"; n], &replicates).finish();
        assert_eq!(comparison.differences.len(), (n - 1) * METRICS.len());
    }
}

/// Three replicates of two plans; every figure below is worked out from these.
fn by_hand() -> Vec<Vec<Campaign>> {
    vec![
        vec![
            Campaign { delivered: 100, reads: 20, buyers: 2, left: 10, limited: 1 },
            Campaign { delivered: 50, reads: 20, buyers: 4, left: 5, limited: 0 },
        ],
        vec![
            Campaign { delivered: 200, reads: 60, buyers: 4, left: 20, limited: 1 },
            Campaign { delivered: 0, reads: 0, buyers: 5, left: 14, limited: 0 },
        ],
        vec![
            Campaign { delivered: 100, reads: 40, buyers: 9, left: 30, limited: 0 },
            Campaign { delivered: 50, reads: 15, buyers: 12, left: 26, limited: 0 },
        ],
    ]
}

#[test]
fn a_mean_is_that_of_the_replicates_own_ratios_with_a_t_interval() {
    let comparison = compare(&by_hand());
    // Opened 0.2, 0.3, 0.4: mean 0.3, standard deviation 0.1.
    let open = comparison.estimate(0, "open_rate").unwrap();
    let error = 0.1 / 3.0_f64.sqrt();
    close(open.mean, 0.3);
    close(open.mcse, error);
    close(open.low, 0.3 - 4.302_652_729_911_275 * error);
    close(open.high, 0.3 + 4.302_652_729_911_275 * error);
    let [q05, q50, q95] = open.quantiles.unwrap();
    close(Some(q05), 0.21);
    close(Some(q50), 0.3);
    close(Some(q95), 0.39);
    // Buyers 2, 4, 9 of 100 members.
    close(comparison.estimate(0, "conversion").unwrap().mean, 0.05);
    close(comparison.estimate(0, "conversion").unwrap().mcse, (13.0_f64 / 3.0).sqrt() / 100.0);
}

#[test]
fn a_replicate_without_a_base_is_left_out_and_the_count_says_so() {
    let comparison = compare(&by_hand());
    let open = comparison.estimate(1, "open_rate").unwrap();
    assert_eq!(open.replicates, 2);
    close(open.mean, f64::midpoint(0.4, 0.3));
    let difference = comparison.difference(1, "open_rate").unwrap();
    assert_eq!(difference.replicates, 2);
    close(difference.difference, f64::midpoint(0.4 - 0.2, 0.3 - 0.4));
    let roi = comparison.estimate(0, "roi").unwrap();
    assert_eq!((roi.mean, roi.low, roi.mcse, roi.quantiles, roi.replicates), (None, None, None, None, 0));
    assert_eq!(comparison.plans[1].values[METRICS.iter().position(|m| m.key == "open_rate").unwrap()][1], None);
}

#[test]
fn a_chance_has_a_wilson_interval_and_a_newcombe_difference() {
    let comparison = compare(&by_hand());
    let limited = comparison.estimate(0, "p_limited").unwrap();
    close(limited.mean, 2.0 / 3.0);
    close(limited.mcse, (2.0 / 27.0_f64).sqrt());
    close(limited.low, 0.207_659_600_802);
    close(limited.high, 0.938_508_055_28);
    assert_eq!(limited.quantiles, None);
    let never = comparison.estimate(1, "p_limited").unwrap();
    assert_eq!((never.mean, never.low, never.mcse), (Some(0.0), Some(0.0), Some(0.0)));
    let difference = comparison.difference(1, "p_limited").unwrap();
    close(difference.difference, -2.0 / 3.0);
    assert!(difference.low.unwrap() > -1.0 && difference.high.unwrap() < 0.1, "{difference:?}");
}

#[test]
fn a_paired_difference_uses_the_differences_of_each_replicate() {
    let comparison = compare(&by_hand());
    let loss = comparison.difference(1, "loss").unwrap();
    // 5, 6 and 4 points fewer: mean -5, standard deviation 1; unpaired variances are 100 and 111.
    close(loss.difference, -0.05);
    close(loss.low, -0.05 - 4.302_652_729_911_275 * 0.01 / 3.0_f64.sqrt());
    close(loss.high, -0.05 + 4.302_652_729_911_275 * 0.01 / 3.0_f64.sqrt());
    close(loss.variance_ratio, 211.0);
}

#[test]
fn days_are_pooled_over_all_replicates_and_blank_without_posts() {
    let comparison = compare(&by_hand());
    let plan = &comparison.plans[0];
    let delivered = plan.days[0][Outcome::Delivered as usize];
    close(delivered.mean, 400.0 / 3.0);
    close(delivered.q95, 190.0);
    close(plan.open_by_day[0].mean, 0.3);
    assert_eq!((plan.open_by_day[1].mean, plan.open_by_day[1].q05), (None, None));
    let limited = plan.days[1][Outcome::Limited as usize];
    close(limited.mean, 2.0 / 3.0);
    assert_eq!((limited.q05, limited.q95), (None, None));
    assert_eq!(plan.repeats[0].reads, 120);
}

#[test]
fn a_chance_by_day_has_the_range_over_sets_that_the_table_has() {
    let limited = |i: u64| Campaign { limited: u64::from(i % 5 < 2), ..Campaign::default() };
    let info = plans(&["house"]);
    let stakes = vec![info.iter().map(|plan| plan.stakes).collect(); 5];
    let campaigns: Vec<Vec<Campaign>> = (0..40).map(|i| vec![limited(i + u64::from(i > 30))]).collect();
    let mut accumulator = Accumulator::new(&info, 0, 2).over_sets(&stakes);
    accumulator.accumulate(&replicates(0, &campaigns));
    let comparison = accumulator.finish();
    let table = comparison.estimate(0, "p_limited").unwrap().decomposition.unwrap().over_sets;
    let by_day = |day: usize| comparison.plans[0].days[day][Outcome::Limited as usize].over_sets;
    assert!(table.is_some_and(|over| over.low < 0.1 && over.high > 0.9), "{table:?}");
    assert_eq!((by_day(0), by_day(1)), (None, table));
    assert_eq!(comparison.plans[0].days[1][Outcome::Reads as usize].over_sets, None);
}

#[test]
fn identical_plans_differ_by_exactly_zero() {
    let campaign =
        |i: u64| Campaign { delivered: 90 + i, reads: 7 * i % 41, buyers: i % 3, left: i % 7, limited: i % 2 };
    let comparison = compare(&pairs(50, campaign, campaign));
    for difference in &comparison.differences {
        if difference.replicates == 0 {
            assert_eq!(difference.difference, None, "{}", difference.metric.key);
            continue;
        }
        assert_eq!(difference.difference, Some(0.0), "{}", difference.metric.key);
        assert_eq!(difference.variance_ratio, None);
        assert_eq!((difference.low, difference.high), (Some(0.0), Some(0.0)), "{}", difference.metric.key);
    }
}

#[test]
fn a_chance_that_came_out_alike_under_different_plans_may_still_differ() {
    let campaign = |i: u64| Campaign { delivered: 90, left: i % 7, limited: i % 2, ..Campaign::default() };
    let other = |i: u64| Campaign { delivered: if i == 31 { 91 } else { 90 }, ..campaign(i) };
    let comparison = compare(&pairs(50, campaign, other));
    let limited = comparison.difference(1, "p_limited").unwrap();
    assert_eq!(limited.difference, Some(0.0));
    assert!(limited.low.unwrap() < 0.0 && 0.0 < limited.high.unwrap() && limited.high.unwrap() < 0.1, "{limited:?}");
    assert_eq!(comparison.difference(1, "loss").unwrap().high, Some(0.0));
}

#[test]
fn one_replicate_has_a_mean_and_no_interval() {
    let comparison = compare(&by_hand()[..1]);
    for key in ["conversion", "loss", "p_limited"] {
        let estimate = comparison.estimate(0, key).unwrap();
        assert!(estimate.mean.is_some());
        assert_eq!((estimate.low, estimate.high, estimate.mcse), (None, None, None), "{key}");
        let difference = comparison.difference(1, key).unwrap();
        assert!(difference.difference.is_some());
        assert_eq!((difference.low, difference.high, difference.variance_ratio), (None, None, None), "{key}");
    }
    assert_eq!(calls(&verdict(&comparison, &headline(), ZONE)), [Call::Unknown; 3]);
}

#[test]
fn no_replicate_has_no_mean() {
    let comparison = Accumulator::new(&plans(&["house", "yours"]), 0, 2).finish();
    assert!(comparison.plans.iter().flat_map(|plan| &plan.estimates).all(|estimate| estimate.mean.is_none()));
    assert!(comparison.plans[0].days.iter().flatten().all(|band| band.mean.is_none()));
    assert!(comparison.differences.iter().all(|difference| difference.difference.is_none()));
}

#[test]
fn the_baseline_may_stand_anywhere_and_has_no_difference_from_itself() {
    let mut accumulator = Accumulator::new(&plans(&["yours", "house"]), 1, 2);
    let swapped: Vec<Vec<Campaign>> = by_hand().iter().map(|plans| vec![plans[1], plans[0]]).collect();
    accumulator.accumulate(&replicates(0, &swapped));
    let comparison = accumulator.finish();
    close(comparison.difference(0, "loss").unwrap().difference, -0.05);
    assert!(comparison.difference(1, "loss").is_none());
}

#[test]
#[should_panic(expected = "replicates out of order")]
fn a_gap_between_replicates_is_refused() {
    let mut accumulator = accumulate(&["house", "yours"], &replicates(0, &by_hand()));
    accumulator.accumulate(&replicates(4, &by_hand()));
}

#[test]
fn values_beyond_the_limit_are_kept_only_on_request() {
    let n = KEPT_REPLICATES as u64 + 5;
    let campaigns: Vec<Vec<Campaign>> = (0..n).map(|i| vec![Campaign { left: i % 9, ..Campaign::default() }]).collect();
    let replicates = replicates(0, &campaigns);
    let mut keeping = Accumulator::new(&plans(&["house"]), 0, 2).keeping_all_replicates();
    keeping.accumulate(&replicates);
    let comparison = accumulate(&["house"], &replicates).finish();
    assert_eq!(comparison.plans[0].values[0].len(), KEPT_REPLICATES);
    assert_eq!(keeping.finish().plans[0].values[0].len(), n as usize);
    assert_eq!(comparison.estimate(0, "loss").unwrap().replicates, n);
}

proptest! {
    #[test]
    fn chunks_do_not_change_a_bit(cuts in prop::collection::vec(0_usize..40, 0..5), first in 0_u32..1000) {
        let baseline = |i: u64| Campaign { delivered: 80 + i * i % 37, reads: i * 11 % 60, buyers: i % 5, left: i * 3 % 17, limited: i % 2 };
        let plan = |i: u64| Campaign { delivered: i % 3 * 40, reads: i % 3 * 13, buyers: i % 4, left: i * 5 % 13, limited: u64::from(i.is_multiple_of(3)) };
        let replicates = replicates(first, &pairs(40, baseline, plan));
        let whole = accumulate(&["house", "yours"], &replicates).finish();
        let mut cuts = cuts;
        cuts.extend([0, 40]);
        cuts.sort_unstable();
        let mut parts = Accumulator::new(&plans(&["house", "yours"]), 0, 2);
        for cut in cuts.windows(2) {
            parts.accumulate(&replicates[cut[0]..cut[1]]);
        }
        prop_assert_eq!(format!("{:?}", parts.finish()), format!("{whole:?}"));
    }
}

#[test]
fn better_in_one_and_equal_in_the_rest_dominates() {
    let house = |i: u64| Campaign { buyers: 10 + i % 3, left: 30 + i % 5, ..Campaign::default() };
    let yours = |i: u64| Campaign { left: 20 + i % 5, ..house(i) };
    let decided = decide(&pairs(400, house, yours));
    assert_eq!(calls(&decided), [Call::PracticallyEqual, Call::Better, Call::PracticallyEqual]);
    assert_eq!(decided.plans[0].overall, Overall::Dominates);
    let reversed = decide(&pairs(400, yours, house));
    assert_eq!(calls(&reversed), [Call::PracticallyEqual, Call::Worse, Call::PracticallyEqual]);
    assert_eq!(reversed.plans[0].overall, Overall::Dominated);
}

#[test]
fn fewer_lost_and_fewer_sold_is_a_price() {
    let house = |i: u64| Campaign { buyers: 10 + i % 3, left: 30 + i % 5, ..Campaign::default() };
    let yours = |i: u64| Campaign { buyers: 5 + i % 3, left: 20 + i % 5, ..Campaign::default() };
    let decided = decide(&pairs(400, house, yours));
    assert_eq!(calls(&decided), [Call::Worse, Call::Better, Call::PracticallyEqual]);
    assert_eq!(decided.plans[0].overall, Overall::Price);
}

#[test]
fn identical_plans_are_practically_equal_in_everything() {
    let same = |i: u64| Campaign { buyers: i % 3, left: 30 + i % 5, limited: i % 2, ..Campaign::default() };
    let decided = decide(&pairs(400, same, same));
    assert_eq!(calls(&decided), [Call::PracticallyEqual; 3]);
    assert_eq!(decided.plans[0].overall, Overall::Equal);
}

#[test]
fn a_chance_alike_in_few_replicates_is_not_known_to_be_equal() {
    let house = |i: u64| Campaign { buyers: 10 + i % 3, left: 30, ..Campaign::default() };
    let yours = |i: u64| Campaign { left: 31, ..house(i) };
    assert_eq!(calls(&decide(&pairs(299, house, yours)))[2], Call::Unknown);
    assert_eq!(calls(&decide(&pairs(300, house, yours)))[2], Call::PracticallyEqual);
    // Nothing at all was different.
    assert_eq!(calls(&decide(&pairs(30, house, house)))[2], Call::PracticallyEqual);
}

/// The finding on churn over 50 sets of two replicates, the plan losing `more(set, replicate)` members more.
fn churn_over_sets(more: impl Fn(u64, u64) -> i64) -> MetricVerdict {
    let house = Campaign { left: 40, ..Campaign::default() };
    let yours = |i: u64| Campaign { left: (40 + more(i % 50, i / 50)) as u64, ..Campaign::default() };
    let info = plans(&["house", "yours"]);
    let stakes = vec![info.iter().map(|plan| plan.stakes).collect(); 50];
    let mut accumulator = Accumulator::new(&info, 0, 2).over_sets(&stakes);
    accumulator.accumulate(&replicates(0, &pairs(100, |_| house, yours)));
    verdict(&accumulator.finish(), &headline()[1..2], ZONE).plans[0].metrics[0]
}

#[test]
fn sets_disagree_only_where_they_lie_beyond_the_zone_on_both_sides() {
    let both = churn_over_sets(|set, _| set as i64 % 13 - 6);
    let Some(Doubt::Disagreement { higher, lower }) = both.doubt else { panic!("{both:?}") };
    assert!(higher.estimate > 0.3 && lower.estimate > 0.3 && higher.estimate + lower.estimate < 1.0, "{both:?}");
    assert_eq!((both.call, both.sign), (Call::Unknown, None));
    // Lower in nearly all sets: known on average, and no disagreement.
    let one = churn_over_sets(|set, _| set as i64 % 13 - 11);
    assert_eq!((one.call, one.doubt), (Call::Unknown, Some(Doubt::ApartOnAverage)), "{one:?}");
    assert!(one.sign.is_some_and(|sign| sign.interval.low > 0.8), "{one:?}");
    // Within the zone on average, beyond it in some sets, but not in one of twenty on either side.
    let zone = churn_over_sets(|set, _| [1, 0, 0, -1][set as usize % 4]);
    assert_eq!((zone.call, zone.doubt), (Call::Unknown, Some(Doubt::EqualOnAverage)), "{zone:?}");
}

#[test]
fn a_share_of_sets_is_told_only_where_it_says_something() {
    // Chance alone: the share of sets is anything from none to all.
    let chance = churn_over_sets(|set, replicate| (((7 * set + 13 * replicate) * 2_654_435_761) >> 9) as i64 % 29 - 14);
    assert_eq!((chance.call, chance.doubt, chance.sign), (Call::Unknown, Some(Doubt::Difference), None), "{chance:?}");
    let sure = churn_over_sets(|set, _| -8 - set as i64 % 3);
    assert_eq!((sure.call, sure.doubt), (Call::Better, None));
    assert!(sure.sign.is_some_and(|sign| sign.interval.low > 0.99), "{sure:?}");
    // On one side in all of them, beyond the zone or not.
    let size = churn_over_sets(|set, _| -1 - [0, 1, 2][set as usize % 3]);
    assert!(matches!(size.doubt, Some(Doubt::SizeBySet | Doubt::ApartOnAverage)) && size.sign.is_some(), "{size:?}");
    let equal = churn_over_sets(|_, _| 0);
    assert_eq!((equal.call, equal.sign), (Call::PracticallyEqual, None));
}

#[test]
fn two_replicates_that_agree_decide_nothing() {
    let same = |_| Campaign { buyers: 10, left: 30, ..Campaign::default() };
    assert_eq!(calls(&decide(&pairs(2, same, same))), [Call::Unknown; 3]);
}

#[test]
fn a_difference_that_straddles_the_edge_of_the_zone_is_not_known() {
    let house = |_| Campaign { left: 30, ..Campaign::default() };
    // One point fewer on average: the interval excludes 0 and holds the edge of the zone.
    let yours = |i: u64| Campaign { left: 28 + i % 3, ..Campaign::default() };
    let decided = decide(&pairs(399, house, yours));
    let finding = decided.plans[0].metrics[1];
    assert_eq!(finding.call, Call::Unknown);
    assert!(finding.interval.unwrap().high < 0.0);
    assert_eq!(decided.plans[0].overall, Overall::Open);
}

#[test]
fn the_zone_is_relative_where_the_baseline_is_small_and_where_nothing_is_a_share() {
    close(Some(ZONE.half_width(Unit::Share, 0.40)), 0.01);
    close(Some(ZONE.half_width(Unit::Share, 0.05)), 0.01);
    close(Some(ZONE.half_width(Unit::Share, 0.02)), 0.002);
    close(Some(ZONE.half_width(Unit::Count, 300.0)), 30.0);
    close(Some(ZONE.half_width(Unit::Ratio, -3.0)), 0.3);
}

#[test]
fn intervals_of_a_verdict_widen_with_the_number_of_plans() {
    let house = |i: u64| Campaign { left: 30 + i % 5, ..Campaign::default() };
    let yours = |i: u64| Campaign { left: 20 + i % 7, ..Campaign::default() };
    let two = pairs(100, house, yours);
    let three: Vec<Vec<Campaign>> = two.iter().map(|plans| vec![plans[0], plans[1], plans[1]]).collect();
    let loss =
        |verdict: &Verdict| *verdict.plans[0].metrics.iter().find(|finding| finding.metric.key == "loss").unwrap();
    let width = |verdict: &Verdict| loss(verdict).interval.map(|interval| interval.high - interval.low);
    assert!(width(&decide(&three)) > width(&decide(&two)));
    let single = verdict(&compare(&two), &headline()[1..2], ZONE);
    let shown =
        compare(&two).difference(1, "loss").map(|difference| difference.high.unwrap() - difference.low.unwrap());
    close(width(&single), shown.unwrap());
}

#[test]
fn precision_is_reached_and_names_the_metric_that_was_last() {
    let house = |i: u64| Campaign { buyers: 10 + i % 3, left: 30 + i * 7 % 11, ..Campaign::default() };
    let yours = |i: u64| Campaign { buyers: 10 + i % 2, left: 20 + i * 5 % 13, ..Campaign::default() };
    let replicates = replicates(0, &pairs(6400, house, yours));
    let mut accumulator = Accumulator::new(&plans(&["house", "yours"]), 0, 2);
    let mut precision = Precision::new(0.005, &headline());
    let mut before = f64::INFINITY;
    let (mut from, mut size) = (0, 100);
    let reached = loop {
        accumulator.accumulate(&replicates[from..from + size]);
        (from, size) = (from + size, (from + size) * 2 - from);
        let look = precision.look(&accumulator);
        let widest = look.widest.unwrap();
        assert!(widest.half_width.unwrap() < before);
        before = widest.half_width.unwrap();
        if look.reached {
            break look;
        }
        assert!(look.last.is_none());
    };
    assert_eq!(reached.last.unwrap().metric.key, "loss");
    assert!(reached.replicates > 100 && reached.widest.unwrap().half_width.unwrap() < 0.005);
}

#[test]
fn the_last_is_the_one_that_was_still_wide_before_even_if_another_is_wider_now() {
    let house = |_| Campaign { buyers: 10, left: 30, ..Campaign::default() };
    let yours = |i: u64| Campaign {
        buyers: 9 + i % 2 * 2,
        left: if i >= 100 || !i.is_multiple_of(3) { 30 } else { 27 },
        ..Campaign::default()
    };
    let replicates = replicates(0, &pairs(400, house, yours));
    let mut accumulator = accumulate(&["house", "yours"], &replicates[..100]);
    let mut precision = Precision::new(0.005, &headline()[..2]);
    let first = precision.look(&accumulator);
    assert_eq!((first.reached, first.widest.unwrap().metric.key), (false, "loss"));
    accumulator.accumulate(&replicates[100..]);
    let second = precision.look(&accumulator);
    assert!(second.reached);
    assert_eq!((second.last.unwrap().metric.key, second.widest.unwrap().metric.key), ("loss", "conversion"));
}

#[test]
fn a_rare_chance_never_seen_does_not_stop_at_the_first_look() {
    let house = |_| Campaign { buyers: 10, left: 30, ..Campaign::default() };
    let yours = |_| Campaign { delivered: 1, ..house(0) };
    let after_100 = |plan: &dyn Fn(u64) -> Campaign| {
        let replicates = replicates(0, &pairs(100, house, plan));
        Precision::new(0.005, &headline()).look(&accumulate(&["house", "yours"], &replicates))
    };
    let look = after_100(&yours);
    assert!(!look.reached);
    assert_eq!(look.widest.unwrap().metric.key, "p_limited");
    assert!(after_100(&house).reached, "nothing at all was different");
}

#[test]
fn one_plan_alone_has_nothing_to_compare() {
    let campaigns: Vec<Vec<Campaign>> = (0..10).map(|i| vec![Campaign { left: i, ..Campaign::default() }]).collect();
    let accumulator = accumulate(&["house"], &replicates(0, &campaigns));
    let look = Precision::new(0.005, &headline()).look(&accumulator);
    assert!(look.reached && look.widest.is_none() && look.last.is_none());
    assert!(verdict(&accumulator.finish(), &headline(), ZONE).plans.is_empty());
    assert_eq!(accumulator.finish().plans[0].members, MEMBERS);
}
