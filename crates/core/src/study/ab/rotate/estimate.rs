//! What is kept of each policy's campaigns, and what it adds up to.
//!
//! Comes in: replayed campaigns, replicate by replicate. Goes out: means and intervals of each policy, of its difference from the first
//! on the same people, and of its regret: how much less it has of the objective by a day than the policy that has most at the end.
//! Under one set of parameters intervals are Student's, of a finite number of replicates; over several, of a sample of sets
//! (`stats::random_effects`), so that they hold what the sets differ by as well.

use std::sync::LazyLock;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use wearout_stats::interval::{self, Interval};
use wearout_stats::mean::Moments;
use wearout_stats::random_effects::RandomEffects;

use super::objective_after;
use super::policy::{POLICIES, Policy};
use crate::analysis::{CONFIDENCE, set_of};
use crate::engine::Replayed;
use crate::plan::Post;
use crate::scenario;
use crate::tally::{Metric, Outcome, Stakes, Tally, Unit, find};

/// What of each policy is shown beside the objective.
#[derive(Debug)]
pub struct Measure {
    /// Its name in files.
    pub key: &'static str,
    /// What it is called in tables.
    pub label: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// The metric that it is; `None` for clicks.
    metric: Option<&'static Metric>,
}

/// All of these, in order.
pub static MEASURES: LazyLock<[Measure; 5]> = LazyLock::new(|| {
    ["clicks", "conversion", "open_rate", "loss", "kept"].map(|key| match find(key) {
        Some(metric) => Measure { key, label: metric.label, unit: metric.unit, metric: Some(metric) },
        None => Measure { key, label: key, unit: Unit::Count, metric: None },
    })
});

impl Measure {
    fn value(&self, tally: &Tally, stakes: &Stakes) -> Option<f64> {
        self.metric.map_or_else(|| Some(tally.total(Outcome::Clicks) as f64), |metric| metric.value(tally, stakes))
    }
}

/// The end of the time that the posts of a day have before the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Posts scheduled by then.
    pub posts: usize,
    /// Days that have passed.
    pub days: usize,
}

/// Where curves are known: before each further day with posts, and at the horizon.
pub(super) fn steps(posts: &[Post], days: u32) -> Vec<Step> {
    let ends = posts.windows(2).enumerate().filter(|(_, pair)| pair[0].record.day < pair[1].record.day);
    let before = ends.map(|(post, pair)| Step { posts: post + 1, days: pair[1].record.day as usize });
    before.chain([Step { posts: posts.len(), days: days as usize }]).collect()
}

/// One policy's campaign in one replicate.
#[derive(Debug, Clone)]
pub(super) struct Played {
    objective: Option<f64>,
    figures: Vec<Option<f64>>,
    /// The objective at each step.
    curve: Vec<Option<f64>>,
    /// The content of each post; `None`: it did not go out.
    contents: Vec<Option<usize>>,
    limited: bool,
    banned: bool,
}

impl Played {
    pub(super) fn of(run: &Replayed, stakes: &Stakes, said: &scenario::Rotation, steps: &[Step]) -> Played {
        let at = |days: usize| objective_after(&run.tally, days, said);
        let last = run.tally.days.last();
        let is_set = |outcome| last.is_some_and(|day| day.get(outcome) > 0);
        Played {
            objective: at(run.tally.days.len()),
            figures: MEASURES.iter().map(|figure| figure.value(&run.tally, stakes)).collect(),
            curve: steps.iter().map(|step| at(step.days)).collect(),
            contents: run.posts.iter().map(|post| post.sent.then_some(post.content)).collect(),
            limited: is_set(Outcome::Limited),
            banned: is_set(Outcome::Banned),
        }
    }
}

/// A mean and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Level {
    /// Mean over the replicates that have the figure; over several sets of parameters each set counts once.
    pub mean: f64,
    /// 95 % interval of the mean; `None` below two.
    pub interval: Option<Interval>,
}

/// What a policy came to.
#[derive(Debug, Clone, Serialize)]
pub struct Ran {
    /// Which.
    pub policy: Policy,
    /// Its name.
    #[serde(skip)]
    pub name: &'static str,
    /// The objective; `None` where no replicate has it.
    pub objective: Option<Level>,
    /// The figures, in the order of [`MEASURES`].
    #[serde(serialize_with = "by_figure")]
    pub figures: Vec<Option<Level>>,
    /// The objective less that of the first policy, on the same people; of the first itself `None`.
    pub gain: Option<Level>,
    /// The same of the figures.
    #[serde(serialize_with = "by_figure")]
    pub changes: Vec<Option<Level>>,
    /// At each step the objective of the best policy less this one's.
    pub regret: Vec<Option<Level>>,
    /// Per post and content the number of replicates in which it went out. Written to a table, not to JSON.
    #[serde(skip)]
    pub sent: Vec<Vec<u32>>,
    /// The share of members kept less that under the policy with the largest objective.
    pub kept_more: Option<Level>,
    /// The share of replicates with a ban less that under the first policy; of the first itself `None`.
    pub banned_more: Option<Level>,
    /// Replicates in which the account was limited.
    pub limited: u32,
    /// Replicates in which it was banned.
    pub banned: u32,
}

/// Figures by their keys.
fn by_figure<S: Serializer>(levels: &[Option<Level>], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(levels.len()))?;
    for (figure, level) in MEASURES.iter().zip(levels) {
        map.serialize_entry(figure.key, level)?;
    }
    map.end()
}

impl Ran {
    /// The content that most replicates sent at a post, the first of equals, and how many; `None` where none went out.
    pub fn usual(&self, post: usize) -> Option<(usize, u32)> {
        let times = self.sent[post].iter().copied().enumerate();
        times.reduce(|best, other| if other.1 > best.1 { other } else { best }).filter(|(_, times)| *times > 0)
    }
}

/// Numbers of one figure, set by set.
#[derive(Debug, Clone)]
struct Sample(Vec<Moments>);

impl Sample {
    fn new(n_sets: usize) -> Sample {
        Sample(vec![Moments::default(); n_sets])
    }

    fn level(&self) -> Option<Level> {
        if let [one] = self.0.as_slice() {
            return Some(Level { mean: one.mean()?, interval: interval::of_mean(one, CONFIDENCE) });
        }
        if let Some(effects) = RandomEffects::of(&self.0) {
            return Some(Level { mean: effects.mean(), interval: Some(effects.mean_interval(CONFIDENCE)) });
        }
        // With one replicate a set, sets are a sample as replicates are.
        let mut means = Moments::default();
        self.0.iter().filter_map(Moments::mean).for_each(|mean| means.push(mean));
        Some(Level { mean: means.mean()?, interval: interval::of_mean(&means, CONFIDENCE) })
    }
}

/// All replicates of all policies so far.
#[derive(Debug, Clone)]
pub(super) struct Record {
    n_sets: usize,
    /// By policy, then replicate.
    played: Vec<Vec<Played>>,
}

impl Record {
    pub(super) fn new(n_policies: usize, n_sets: usize) -> Record {
        Record { n_sets, played: vec![Vec::new(); n_policies] }
    }

    pub(super) fn replicates(&self) -> u32 {
        self.played[0].len() as u32
    }

    /// Takes in the next replicate.
    pub(super) fn take(&mut self, played: Vec<Played>) {
        self.played.iter_mut().zip(played).for_each(|(all, one)| all.push(one));
    }

    /// The mean and interval of a number of each replicate.
    fn level(&self, number: impl Fn(usize) -> Option<f64>) -> Option<Level> {
        let mut sample = Sample::new(self.n_sets);
        for replicate in 0..self.played[0].len() {
            if let Some(number) = number(replicate) {
                sample.0[set_of(replicate as u32, self.n_sets)].push(number);
            }
        }
        sample.level()
    }

    fn objective(&self, policy: usize) -> Option<Level> {
        self.level(|replicate| self.played[policy][replicate].objective)
    }

    /// The policy with the largest objective, the first of equals.
    pub(super) fn best(&self) -> usize {
        let means = (0..self.played.len()).map(|policy| self.objective(policy).map_or(f64::NEG_INFINITY, |l| l.mean));
        means.enumerate().reduce(|best, other| if other.1 > best.1 { other } else { best }).map_or(0, |(best, _)| best)
    }

    /// What every policy came to, its regret counted from the best.
    pub(super) fn finish(&self, best: usize, n_contents: usize) -> Vec<Ran> {
        (0..self.played.len()).map(|policy| self.ran(policy, best, n_contents)).collect()
    }

    fn ran(&self, policy: usize, best: usize, n_contents: usize) -> Ran {
        let own = &self.played[policy];
        let first = &self.played[0];
        let n_steps = own.first().map_or(0, |played| played.curve.len());
        let n_posts = own.first().map_or(0, |played| played.contents.len());
        let difference = |a: Option<f64>, b: Option<f64>| Some(a? - b?);
        let figures = 0..MEASURES.len();
        let mut sent = vec![vec![0; n_contents]; n_posts];
        for (post, content) in own.iter().flat_map(|played| played.contents.iter().enumerate()) {
            if let Some(content) = content {
                sent[post][*content] += 1;
            }
        }
        Ran {
            policy: POLICIES[policy].0,
            name: POLICIES[policy].1,
            objective: self.objective(policy),
            figures: figures.clone().map(|row| self.level(|replicate| own[replicate].figures[row])).collect(),
            gain: self
                .level(|replicate| difference(own[replicate].objective, first[replicate].objective))
                .filter(|_| policy > 0),
            changes: figures
                .map(|row| {
                    self.level(|replicate| difference(own[replicate].figures[row], first[replicate].figures[row]))
                })
                .map(|level| level.filter(|_| policy > 0))
                .collect(),
            regret: (0..n_steps)
                .map(|step| {
                    let at = |played: &[Played], replicate: usize| played[replicate].curve[step];
                    self.level(|replicate| difference(at(&self.played[best], replicate), at(own, replicate)))
                })
                .collect(),
            kept_more: MEASURES.iter().position(|figure| figure.key == "kept").and_then(|row| {
                self.level(|replicate| {
                    difference(own[replicate].figures[row], self.played[best][replicate].figures[row])
                })
            }),
            banned_more: self
                .level(|replicate| {
                    Some(f64::from(u8::from(own[replicate].banned)) - f64::from(u8::from(first[replicate].banned)))
                })
                .filter(|_| policy > 0),
            sent,
            limited: own.iter().filter(|played| played.limited).count() as u32,
            banned: own.iter().filter(|played| played.banned).count() as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(objective: f64, contents: Vec<Option<usize>>) -> Played {
        Played {
            objective: Some(objective),
            figures: vec![Some(objective / 2.0), None, None, None, Some(objective / 16.0)],
            curve: vec![Some(objective / 4.0), Some(objective)],
            contents,
            limited: objective > 9.0,
            banned: objective > 11.0,
        }
    }

    #[test]
    fn gains_are_counted_from_the_first_and_regret_from_the_best() {
        let mut record = Record::new(2, 1);
        record.take(vec![played(8.0, vec![Some(0), Some(1)]), played(10.0, vec![Some(1), None])]);
        record.take(vec![played(6.0, vec![Some(0), Some(1)]), played(12.0, vec![Some(0), None])]);
        let best = record.best();
        let ran = record.finish(best, 2);
        let mean = |level: Option<Level>| level.map(|level| level.mean);
        assert_eq!(best, 1);
        assert_eq!((mean(ran[0].gain), mean(ran[1].gain), mean(ran[1].changes[0])), (None, Some(4.0), Some(2.0)));
        assert_eq!(ran[0].regret.iter().map(|level| mean(*level)).collect::<Vec<_>>(), [Some(1.0), Some(4.0)]);
        assert_eq!(ran[1].regret[1], Some(Level { mean: 0.0, interval: Some(Interval { low: 0.0, high: 0.0 }) }));
        assert_eq!(
            (mean(ran[0].kept_more), mean(ran[0].banned_more), mean(ran[1].banned_more)),
            (Some(-0.25), None, Some(0.5))
        );
        assert_eq!((ran[0].usual(1), ran[1].usual(0), ran[1].usual(1)), (Some((1, 2)), Some((0, 1)), None));
        assert_eq!((ran[0].limited, ran[1].limited, mean(ran[1].figures[2])), (0, 2, None));
    }

    #[test]
    fn over_several_sets_each_counts_once_and_their_difference_widens_the_interval() {
        let mut record = Record::new(1, 2);
        for objective in [1.0, 5.0, 1.2, 5.2, 0.8] {
            record.take(vec![played(objective, Vec::new())]);
        }
        let level = record.objective(0).unwrap();
        assert!((level.mean - 3.05).abs() < 1e-12, "{level:?}");
        assert!(level.interval.unwrap().high - level.interval.unwrap().low > 10.0, "two sets say little of others");
    }
}
