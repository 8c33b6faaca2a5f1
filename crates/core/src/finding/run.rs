//! Plans of a scenario compared: what each does, what they differ by, what that means.

use serde::{Deserialize, Serialize};

use super::notes::{self, Note};
use super::provenance::{Provenance, hash, sets_hash};
use super::sets::{self, Chosen};
use super::{Finding, ParameterSource, SCHEMA, Study, Unfinished};
use crate::analysis::{self, Comparison, Look, Verdict};
use crate::diagnostic::Faults;
use crate::parameter;
use crate::plan::Experiment;
use crate::scenario::{Input, Scenario};
use crate::study::{self, Compared, Observer, Stage, Target};
use crate::tally::{self, Metric};

/// A comparison of plans that is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunJob {
    /// The scenario.
    pub scenario: Input,
    /// Sets of parameters.
    pub parameters: ParameterSource,
    /// Seed of all luck.
    pub seed: u64,
    /// How much is run.
    pub options: RunOptions,
}

/// How much is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunOptions {
    /// Sets of the ensemble, its first ones; `None`: as many as are usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sets: Option<u32>,
    /// Replicates of each plan under each set; `None`: as many as are usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicates: Option<u32>,
    /// Half-width that every headline difference should have instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
    /// Replicates of all sets together at the most, towards a precision.
    pub max_replicates: u32,
    /// Whether the values of every replicate are kept instead of the first 10,000.
    pub all_replicates: bool,
}

/// Plans of a scenario compared.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// How much was asked for.
    pub asked: RunOptions,
    /// The scenario with its defaults.
    pub scenario: Scenario,
    /// SHA-256 of the trait tables of all sets.
    pub tables: String,
    /// Members not gone at the start of a day, over all plans, replicates and days.
    pub member_days: u64,
    /// What the plans came to and what they differ by. Intervals hold Monte Carlo error only; what remains uncertain stands
    /// beside them.
    pub comparison: Comparison,
    /// What the differences mean. Its intervals hold together, parameters and Monte Carlo error included.
    pub verdict: Verdict,
    /// What chances under one set of parameters rest on; `None` over several sets, or where no rule acts on reports.
    pub enforcement: Option<Enforcement>,
    /// What must be known to read them.
    pub notes: Vec<Note>,
}

/// How often the platform acts on reports, which nobody outside it knows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Enforcement {
    /// Probability in this run.
    pub here: f64,
    /// Least that is plausible.
    pub low: f64,
    /// Most that is plausible.
    pub high: f64,
}

/// A run that only needs to be simulated.
pub(crate) struct Ready {
    chosen: Chosen,
    scenario: Scenario,
    /// Until when.
    pub(crate) target: Target,
    /// The scenario under each set of parameters.
    pub(crate) experiments: Vec<Experiment>,
}

impl Ready {
    /// Hash of its sets of parameters: see [`sets_hash`].
    pub(crate) fn sets_hash(&self) -> String {
        sets_hash(&self.chosen.sets)
    }

    /// Metrics of which the scenario wants a verdict.
    fn wanted(&self) -> Vec<&'static Metric> {
        self.scenario.headline.iter().filter_map(|key| tally::find(key)).collect()
    }
}

impl RunJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        let ready = self.ready(observer)?;
        let replicates = match ready.target {
            Target::Replicates(replicates) => Some(u64::from(replicates)),
            Target::Precision { .. } => None,
        };
        observer.begins(Stage::Simulating { replicates });
        let (all, engine) = (self.options.all_replicates, observer.engine());
        let compared = study::compare_over(&ready.experiments, &ready.wanted(), &ready.target, all, engine);
        Ok(self.found(ready, compared.ok_or(Unfinished::Stopped)?))
    }

    /// What is to be simulated, and how much of it.
    ///
    /// # Errors
    /// Every fault of what the job is given.
    pub(crate) fn ready(&self, observer: &dyn Observer) -> Result<Ready, Faults> {
        let RunOptions { sets, replicates, precision, max_replicates, .. } = self.options;
        let chosen = Chosen::of(&self.parameters, sets)?;
        let target = sets::target(chosen.sets.len() as u32, replicates, (precision, max_replicates))?;
        let draft = self.scenario.draft();
        let experiments = chosen.compiled(&draft, self.seed, observer)?;
        Ok(Ready { chosen, scenario: draft.scenario, target, experiments })
    }

    /// What it found, by what its replicates came to.
    pub(crate) fn found(&self, ready: Ready, compared: Compared) -> Finding {
        let headline = analysis::headline(&ready.experiments[0], &ready.wanted());
        let Ready { chosen, scenario, experiments, .. } = ready;
        let verdict = analysis::verdict(&compared.comparison, &headline, scenario.equality.into());
        let notes = notes(&scenario, &experiments[0], &verdict, &compared, self.options.precision);
        let Compared { comparison, member_days, partial, .. } = compared;
        let replicates = comparison.replicates;
        let parameters = Some(chosen.recorded(replicates));
        let made = Provenance::of("run", &self.scenario.name, self.seed, &self.scenario.set);
        let given = self.scenario.source.name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        Finding {
            schema: SCHEMA,
            provenance: Provenance { given, replicates, partial, parameters, ..made },
            study: Study::Run(Box::new(Run {
                asked: self.options.clone(),
                tables: hash(experiments.iter().flat_map(Experiment::table_bytes)),
                member_days,
                enforcement: enforcement(&experiments),
                scenario,
                comparison,
                verdict,
                notes,
            })),
        }
    }
}

/// What chances rest on under one set of parameters, where the platform acts on reports.
fn enforcement(experiments: &[Experiment]) -> Option<Enforcement> {
    let [experiment] = experiments else { return None };
    experiment.profile.rules.reports.as_ref()?;
    let plausible = parameter::find("enforce_prob").expect("the catalogue holds every parameter");
    Some(Enforcement { here: experiment.parameters.enforce_prob, low: plausible.low, high: plausible.high })
}

fn notes(
    scenario: &Scenario,
    experiment: &Experiment,
    verdict: &Verdict,
    compared: &Compared,
    precision: Option<f64>,
) -> Vec<Note> {
    let copies = scenario.plans.iter().filter_map(|plan| notes::differs(scenario, &plan.name));
    let cautions = analysis::cautions(&compared.comparison, experiment, &verdict.headline, verdict.zone);
    let mut notes: Vec<Note> = copies.chain(notes::notes(scenario, experiment)).collect();
    notes.extend(cautions.into_iter().map(Note::Caution));
    if let Some((Look { replicates, widest, last, reached }, wanted)) = compared.look.zip(precision) {
        notes.push(Note::Precision { wanted, reached, of: last.or(widest), replicates });
    }
    notes
}
