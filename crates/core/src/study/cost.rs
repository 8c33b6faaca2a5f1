//! What a simulation takes before it is run, roughly: machines differ, and a factor of two is no surprise.
//!
//! Comes in: an experiment. Goes out: seconds of one thread and bytes. The figures are those of docs/performance.md, for baseline
//! instructions; faster ones halve them.

use super::compare::{chunk, tally_bytes};
use crate::analysis::kept_series;
use crate::plan::{Experiment, Plan};
use crate::population::{Block, LANES};
use crate::tally::METRICS;

/// A member's day without a post in sight, seconds.
const QUIET_DAY: f64 = 13.4e-9;

/// What a post adds to a member's day, seconds.
const POST: f64 = 10.0e-9;

/// Drawing a member or laying it out, once a replicate, seconds.
const MEMBER: f64 = 15.0e-9;

/// Traits of a member as they are drawn: six numbers.
const TRAITS: u64 = 6 * size_of::<f32>() as u64;

/// Replicates whose values are kept.
const KEPT: u64 = 10_000;

/// What one replicate of every plan takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Seconds of one thread.
    pub seconds: f64,
    /// Bytes while it runs; each thread has a replicate of its own.
    pub bytes: u64,
    /// Bytes that stay of it, for one of the first replicates.
    bytes_kept: u64,
    /// Bytes of its tallies.
    bytes_tallied: u64,
    /// Replicates whose tallies are held at a time: not yet merged, or kept for the bands of days.
    tallied: u64,
}

impl Cost {
    /// What one replicate of an experiment takes.
    pub fn of(experiment: &Experiment) -> Cost {
        let addressed = |audience: &usize| experiment.plans.iter().any(|plan| plan.audiences.contains(audience));
        let people = (0..experiment.audiences.len()).filter(addressed).map(|audience| {
            let audience = &experiment.audiences[audience];
            u64::from(audience.groups) * u64::from(audience.size)
        });
        let people: u64 = people.sum();
        let days = f64::from(experiment.days);
        let lived = |plan: &Plan| plan.members as f64 * (days * QUIET_DAY + plan.posts.len() as f64 * POST + MEMBER);
        let laid_out = |plan: &Plan| {
            let reads = plan.repeated_contents * size_of::<f32>();
            plan.members * (size_of::<Block>() / LANES + reads + size_of::<u32>()) as u64
        };
        Cost {
            seconds: people as f64 * MEMBER + experiment.plans.iter().map(lived).sum::<f64>(),
            bytes: people * TRAITS + experiment.plans.iter().map(laid_out).max().unwrap_or(0),
            bytes_tallied: tally_bytes(experiment),
            tallied: u64::from(chunk(experiment)) + kept_series(experiment.plans.len(), experiment.days) as u64,
            bytes_kept: (experiment.plans.len() * METRICS.len() * size_of::<f64>()) as u64,
        }
    }

    /// Bytes of so many replicates on so many threads.
    pub fn bytes_of(&self, replicates: u64, threads: u64) -> u64 {
        let tallied = self.bytes_tallied * self.tallied.min(2 * replicates);
        self.bytes * threads.min(replicates) + self.bytes_kept * replicates.min(KEPT) + tallied
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::{plan, scenario};

    fn cost(text: &str) -> Cost {
        let draft = scenario::parse("a", Source { name: "a.toml".into(), text: text.into() }, &[]);
        Cost::of(&plan::compile(&draft, 1).unwrap())
    }

    #[test]
    fn cost_is_proportional_to_members_days_and_plans() {
        let of = |size: u32, plans: &str| cost(&format!("[audience.a]\nchannel = \"direct\"\nsize = {size}\n{plans}"));
        let (one, two) = ("[plan.a]\n", "[plan.a]\n[plan.b]\nlike = \"a\"\n");
        let base = of(1000, one);
        assert!((of(10_000, one).seconds / base.seconds - 10.0).abs() < 1e-9);
        assert!((of(1000, two).seconds / base.seconds - 2.0).abs() < 0.05);
        assert_eq!(of(10_000, one).bytes, 10 * base.bytes);
        assert_eq!(of(1000, two).bytes, base.bytes, "plans run one after the other");
        // 23 ns a member's day with a post, as docs/performance.md has it.
        assert!((base.seconds / 30_000.0 - 24.4e-9).abs() < 1e-9, "{}", base.seconds);
    }
}
