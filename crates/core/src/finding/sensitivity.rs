//! What a figure depends on: which factors move it most, and which of them reverse the verdict.

use serde::{Deserialize, Serialize};
use wearout_stats::interval::Interval;

use super::provenance::{Provenance, Sets};
use super::{Finding, ParameterSource, SCHEMA, Study, Unfinished};
use crate::scenario::{Input, Scenario};
use crate::study::sensitivity::{
    self as study, Factor, Measure, Question, Request, experiments_expected, replicates_expected, sensitivity,
};
use crate::study::{Cost, Observer, Stage, Work};

/// A sensitivity analysis that is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SensitivityJob {
    /// The scenario.
    pub scenario: Input,
    /// Seed of all luck.
    pub seed: u64,
    /// What is looked at, what is varied, and how much is run.
    pub options: Request,
}

/// What a figure depends on, under the best fit and in the units of its metric. Intervals hold 95 %: those of effects and indices are
/// bootstrap intervals over trajectories, rows and streams of luck, those of levels and changes the error of a finite number of
/// replicates; none is of the model.
#[derive(Debug, Clone, Serialize)]
pub struct Sensitivity {
    /// What was asked for.
    pub asked: Request,
    /// The scenario with its defaults.
    pub scenario: Scenario,
    /// What is looked at; plans by their index in the scenario.
    pub measure: Measure,
    /// What was varied.
    pub factors: Vec<Factor>,
    /// Replicates behind each end of a range and each look at the verdict.
    pub replicates: u32,
    /// The factors that move the figure most, by their total index, or by their elementary effects where there are no indices: the
    /// first, and after it those that are not told apart from it. None: nothing moves it.
    pub leaders: Vec<usize>,
    /// Factors that move the figure on no trajectory: in this scenario, on this luck, they have no effect on it.
    pub no_effect: Vec<usize>,
    /// Sum of the first-order indices: what factors explain each on its own. The rest is interactions.
    pub explained: Option<f64>,
    /// The part of luck in the variance of a single campaign, 0 to 1.
    pub luck: Option<f64>,
    /// What was found; factors by their index.
    pub found: study::Sensitivity,
    /// What must be known to read it.
    pub notes: Vec<SensitivityNote>,
}

/// What must be known to read a sensitivity analysis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SensitivityNote {
    /// So many trajectories and base rows were left out because the metric has no base somewhere in them.
    LeftOut(u32),
    /// From the scenario's own value of these factors, which is no number, there is no distance: no turn was looked for.
    NotSearched(Vec<usize>),
}

impl SensitivityJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        observer.begins(Stage::Compiling { sets: 1 });
        let question = Question::read(&self.scenario.draft(), self.seed, &self.options)?;
        let replicates = replicates_expected(&question);
        let seconds = replicates as f64 * Cost::of(question.variants.base()).seconds;
        observer.expects(Work { replicates, seconds, experiments: experiments_expected(&question) });
        observer.begins(Stage::Simulating { replicates: Some(replicates) });
        let found = sensitivity(&question, observer.engine())?.ok_or(Unfinished::Stopped)?;

        let best = ParameterSource::Named("best".to_owned()).ensemble()?;
        let parameters = Some(Sets::of(&best.name, &best.fit, &best.sets, found.replicates));
        let made = Provenance::of("sensitivity", &self.scenario.name, self.seed, &self.scenario.set);
        let provenance = Provenance { replicates: found.replicates, partial: found.partial, parameters, ..made };
        let study = Study::Sensitivity(Box::new(Sensitivity {
            asked: self.options.clone(),
            scenario: question.variants.scenario().clone(),
            measure: question.measure,
            replicates: question.replicates,
            factors: question.factors,
            leaders: leaders(&found),
            no_effect: found.without_effect().collect(),
            explained: found.explained(),
            luck: found.luck(),
            notes: notes(&found),
            found,
        }));
        Ok(Finding { schema: SCHEMA, provenance, study })
    }
}

/// The factors of which none is told apart from the one that moves the figure most.
fn leaders(found: &study::Sensitivity) -> Vec<usize> {
    let mut sizes: Vec<(usize, f64, Option<Interval>)> = match (found.inputs(), &found.effects) {
        (Some(inputs), _) => inputs.map(|(factor, of)| (factor, of.total.estimate, of.total.interval)).collect(),
        (None, Some(effects)) => {
            let of = |&factor: &usize| (factor, effects[factor].mu_star, Some(effects[factor].mu_star_interval));
            found.ranking.iter().map(of).collect()
        }
        (None, None) => Vec::new(),
    };
    sizes.sort_by(|(_, a, _), (_, b, _)| b.total_cmp(a));
    let least = sizes.first().and_then(|(_, _, interval)| *interval).map_or(f64::NEG_INFINITY, |interval| interval.low);
    let reaches = |interval: Option<Interval>| interval.is_none_or(|interval| interval.high >= least);
    let leads = sizes.into_iter().enumerate().filter(|(rank, (_, _, interval))| *rank == 0 || reaches(*interval));
    leads.map(|(_, (factor, _, _))| factor).collect()
}

fn notes(found: &study::Sensitivity) -> Vec<SensitivityNote> {
    let mut unsearched: Vec<usize> = found.tips.iter().filter(|tip| !tip.searched).map(|tip| tip.factor).collect();
    unsearched.sort_unstable();
    unsearched.dedup();
    [
        (found.left_out > 0).then_some(SensitivityNote::LeftOut(found.left_out)),
        (!unsearched.is_empty()).then_some(SensitivityNote::NotSearched(unsearched)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
