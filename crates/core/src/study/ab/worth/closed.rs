//! Test and roll in closed form, beside what was simulated.
//!
//! Comes in: what the sets say of two arms, and the correlation within groups that the tests had. Goes out: what each test of the grid
//! would come to if people neither tired nor left nor were banned, and the size with the most. The method is in
//! `stats::test_and_roll`. Not here: several arms, and metrics that are not about buying.

use serde::Serialize;
use wearout_stats::clustered_power::design_effect;
use wearout_stats::mean::Moments;
use wearout_stats::test_and_roll::{Prior, Units, net_gain};

use super::Candidate;
use super::study::{Known, Study};

/// What the closed form says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClosedForm {
    /// Expected difference of the second arm from the first over a campaign, buyers per member, net of members lost.
    pub expected: f64,
    /// Its standard deviation over the sets, less what luck explains.
    pub deviation: f64,
    /// Groups (members of a direct list) an arm with the most, for as many days as the test's own.
    pub units: u32,
    /// What it comes to there, in buyers.
    pub net: f64,
}

/// Fills in what it says of every candidate; `None` where it says nothing.
pub(super) fn closed_form(study: &Study, known: &Known, candidates: &mut [Candidate]) -> Option<ClosedForm> {
    let contest = study.contest;
    if contest.trial.arms.len() != 2 || contest.judge.metric.key != "conversion" {
        return None;
    }
    let prior = prior(study, known)?;
    let own = contest.trial.days;
    let correlation_at =
        |candidate: &Candidate| if contest.deals_members() { Some(0.0) } else { candidate.correlation };
    let correlation = candidates.iter().find(|of| of.days == own).and_then(correlation_at)?;
    for candidate in &mut *candidates {
        let Some(correlation) = correlation_at(candidate) else { continue };
        let units = units(study, known, (candidate.days, correlation));
        candidate.closed_form = Some(net_gain(&prior, &units, members(study, candidate.units)));
    }
    let here = units(study, known, (own, correlation));
    let net = |units: u32| net_gain(&prior, &here, members(study, units));
    let best = (2..=study.units() / 2)
        .map(|units| (units, net(units)))
        .reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(units, net)| ClosedForm { expected: prior.mean, deviation: prior.deviation, units, net })
}

fn members(study: &Study, units: u32) -> f64 {
    f64::from(units) * study.members_per_unit()
}

/// The difference of the two arms over the sets. What both halves of the luck disagree on is luck.
fn prior(study: &Study, known: &Known) -> Option<Prior> {
    let (mut difference, mut luck) = (Moments::default(), Moments::default());
    for courses in known.courses {
        let halves = [0, 1].map(|half| {
            let value = |arm: usize| courses.arms[arm].half(half).value_at_the_end(known.member_worth);
            (value(1) - value(0)) / study.members_per_unit()
        });
        difference.push(f64::midpoint(halves[0], halves[1]));
        luck.push((halves[0] - halves[1]) * (halves[0] - halves[1]) / 4.0);
    }
    let variance = difference.variance()? - luck.mean()?;
    (variance > 0.0).then_some(Prior { mean: difference.mean()?, deviation: variance.sqrt() })
}

/// Members and the variance of one in a test of so many days, in the unit of a whole campaign: early days show only a part of it.
fn units(study: &Study, known: &Known, (days, correlation): (u32, f64)) -> Units {
    let mean = |day: usize| {
        let both = known.courses.iter().flat_map(|courses| [0, 1].map(|arm| courses.arm(arm).buyers(day)));
        both.sum::<f64>() / (2 * known.courses.len()) as f64 / study.members_per_unit()
    };
    let (seen, all) = (mean(days as usize), mean(study.contest.experiment.days as usize));
    let clustered = design_effect(study.members_per_unit(), correlation.max(0.0), 0.0);
    let scale = if seen > 0.0 { all / seen } else { 1.0 };
    Units { population: members(study, study.units()), variance: clustered * seen * (1.0 - seen) * scale * scale }
}
