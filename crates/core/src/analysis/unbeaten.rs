//! Which plans no other plan is known to beat: the best ones, as far as replicates and plausible sets tell.
//!
//! Comes in: a comparison with the values of its replicates. Goes out: indices of plans. All pairs are held against each other on the
//! same people, at a confidence at which they hold together (Bonferroni), which is what a comparison with the best asks for (Hsu
//! 1984, Annals of Statistics 12(3), 1136-1144).

use wearout_stats::mean::Moments;

use super::sample::PairedSample;
use super::{CONFIDENCE, Comparison, Difference, set_of};
use crate::tally::{Better, METRICS, Metric};

/// Plans with an estimate of the metric that no other plan beats: none is better both on average and in 95 % of the plausible sets.
/// One plan alone is the best; all of them, where nothing is known. Uses the replicates whose values were kept.
///
/// # Panics
/// When the metric is not one of [`METRICS`].
pub fn unbeaten(comparison: &Comparison, metric: &'static Metric) -> Vec<usize> {
    let row = METRICS.iter().position(|known| known.key == metric.key).expect("a metric of the table");
    let mean = |plan: usize| comparison.plans[plan].estimates[row].mean;
    let known: Vec<usize> = (0..comparison.plans.len()).filter(|&plan| mean(plan).is_some()).collect();
    let pairs = known.len() * known.len().saturating_sub(1) / 2;
    let confidence = 1.0 - (1.0 - CONFIDENCE) / pairs.max(1) as f64;
    let is_wished_for = |difference: f64| match metric.better {
        Better::Higher => difference > 0.0,
        Better::Lower => difference < 0.0,
        Better::Neither => false,
    };
    let beats = |winner: usize, loser: usize| {
        let ahead = mean(winner).zip(mean(loser)).map(|(winner, loser)| winner - loser);
        ahead.is_some_and(is_wished_for) && {
            let difference = difference(comparison, (winner, loser), (row, metric));
            let intervals = [difference.interval(confidence), difference.over_sets(CONFIDENCE)];
            intervals.iter().all(|interval| interval.is_some_and(|i| is_wished_for(i.low) && is_wished_for(i.high)))
        }
    };
    known.iter().copied().filter(|&plan| !known.iter().any(|&other| beats(other, plan))).collect()
}

/// One plan minus another, over the replicates whose values were kept.
fn difference(
    comparison: &Comparison,
    (plan, other): (usize, usize),
    (row, metric): (usize, &'static Metric),
) -> Difference {
    let values = |plan: usize| comparison.plans[plan].values[row].iter();
    let mut sample = PairedSample::new(metric.unit);
    let mut sets = vec![Moments::default(); comparison.n_sets];
    for (replicate, (own, others)) in (comparison.first_replicate..).zip(values(plan).zip(values(other))) {
        if let (Some(own), Some(others)) = (*own, *others) {
            sample.push(own, others);
            sets[set_of(replicate, comparison.n_sets)].push(own - others);
        }
    }
    Difference::of(plan, metric, (sample, &sets), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Accumulator, PlanInfo};
    use crate::tally::{Outcome, PairedTally, Stakes, Tally, find};

    /// Plans that deliver 100 posts each and have so many of them read, replicate by replicate.
    fn of_reads(replicates: u32, reads: &[fn(u32) -> u64]) -> Comparison {
        let stakes = Stakes {
            cost_per_send: 0.0,
            cost_per_post: 0.0,
            compliance_share: 0.0,
            margin: None,
            joiners_per_exit: 0.0,
        };
        let info = |plan| PlanInfo { name: format!("plan {plan}"), members: 100, posts_per_week: 7.0, stakes };
        let plans: Vec<PlanInfo> = (0..reads.len()).map(info).collect();
        let mut accumulator = Accumulator::new(&plans, 0, 1).over_sets(&vec![vec![stakes; reads.len()]; 4]);
        for replicate in 0..replicates {
            let tally = |reads: &fn(u32) -> u64| {
                let mut tally = Tally::new(1);
                tally.days[0].set(Outcome::Delivered, 100);
                tally.days[0].set(Outcome::Reads, reads(replicate));
                tally.close();
                tally
            };
            accumulator.accumulate(&[PairedTally::new(replicate, reads.iter().map(tally).collect())]);
        }
        accumulator.finish()
    }

    #[test]
    fn only_a_plan_that_is_surely_better_beats_another() {
        let open_rate = find("open_rate").unwrap();
        let by_much = of_reads(40, &[|r| 40 + u64::from(r % 3), |r| 60 + u64::from(r % 3), |r| 50 + u64::from(r % 2)]);
        assert_eq!(unbeaten(&by_much, open_rate), [1]);
        let by_luck = of_reads(40, &[|r| 40 + u64::from(r * 7 % 5), |r| 40 + u64::from(r * 3 % 5), |_| 20]);
        assert_eq!(unbeaten(&by_luck, open_rate), [0, 1]);
        let unlike_sets = of_reads(40, &[|r| 40 + 30 * u64::from(r % 4 == 0), |_| 45, |_| 20]);
        assert_eq!(unbeaten(&unlike_sets, open_rate), [0, 1], "better on average is not better in nearly every set");
    }

    #[test]
    fn nothing_beats_where_less_is_neither_better_nor_worse_and_nothing_where_nothing_is_known() {
        let plans = of_reads(40, &[|r| 40 + u64::from(r % 3), |r| 60 + u64::from(r % 3)]);
        assert_eq!(unbeaten(&plans, find("delivered").unwrap()), [0, 1]);
        assert_eq!(unbeaten(&plans, find("revenue").unwrap()), Vec::<usize>::new(), "without a margin");
        assert_eq!(unbeaten(&of_reads(1, &[|_| 40, |_| 60]), find("open_rate").unwrap()), [0, 1], "one replicate");
    }
}
