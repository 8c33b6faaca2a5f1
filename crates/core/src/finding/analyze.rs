//! What a sender's own test says: which arm is better, how sure that is, and what must be known to believe it.

use serde::{Deserialize, Serialize};
use wearout_stats::multiplicity;
use wearout_stats::permutation::smallest_p_value;

use super::provenance::{Provenance, hash};
use super::{Finding, SCHEMA, Study, Unfinished};
use crate::analysis::Zone;
use crate::analysis::trial::{ALPHA, Effect, Guarding, Method, Question, Trial, TrialAnalysis, analyse};
use crate::diagnostic::{Faults, Source};
use crate::results::{self, Missing, Results};
use crate::scenario::Equality;
use crate::study::Observer;
use crate::tally::{Dealt, Metric, Unit};

/// Groups of an arm below which a t value leans on normality.
const FEW_FOR_NORMALITY: u64 = 10;

/// Sample ratios are doubted below this p value (after Fabijan et al. 2019, KDD).
const DOUBTED: f64 = 0.001;

/// A test that is to be analysed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalyzeJob {
    /// Name of the test.
    pub name: String,
    /// The table: a row for each group and day, of a direct list for each arm and day. Faults point into it.
    pub table: Source,
    /// Seed of assignments that are drawn where there are too many to go through.
    pub seed: u64,
    /// What is asked of it.
    pub options: AnalyzeOptions,
}

/// What is asked of a test; by default what is usual.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AnalyzeOptions {
    /// How the table is read, and which metrics are looked at.
    pub read: results::TableOptions,
    /// Half-width of the zone of practical equality, of a share; `None`: as usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<f64>,
    /// Planned length of the test in days, fixed before anyone looked; `None` where nobody says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_days: Option<u32>,
}

/// What a test says. Intervals are those of a sender's own data, 95 %; each says when it holds.
#[derive(Debug, Clone, Serialize)]
pub struct Analyze {
    /// What was asked for.
    pub asked: AnalyzeOptions,
    /// What was looked at.
    pub looked: Looked,
    /// What was found.
    pub found: TrialAnalysis,
    /// What must be known to read it.
    pub notes: Vec<AnalyzeNote>,
}

/// What was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Looked {
    /// The table.
    pub results: String,
    /// SHA-256 of it.
    pub results_sha256: String,
    /// The arm that the others were compared with.
    pub control: String,
    /// Days of the test.
    pub days: u32,
    /// Days before it.
    pub days_before: u32,
    /// Metrics beside the one that decides.
    pub secondary: Vec<&'static Metric>,
    /// Metrics that must not get worse.
    pub guardrails: Vec<&'static Metric>,
    /// Metrics that were adjusted by their own earlier values.
    pub adjusted: Vec<&'static Metric>,
    /// What counts as practically equal.
    pub zone: Zone,
}

/// What must be known to read an analysis. Arms and guardrails by their index.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnalyzeNote {
    /// The verdict holds only if this day was the planned end, which nobody said.
    EndNotSaid {
        /// The last day of the test.
        day: u32,
    },
    /// The arms have units of numbers that no even deal gives.
    UnevenDeal {
        /// p value of an even deal.
        p_value: f64,
    },
    /// Groups are few enough for their means to matter being normal.
    TakenForNormal {
        /// Groups of the smallest arm.
        groups: u64,
    },
    /// Groups are so few that permuting them decides.
    PermutationDecides {
        /// The arm.
        arm: usize,
        /// Groups of the control and of the arm.
        groups: [u64; 2],
        /// The smallest p value that so few can have.
        smallest_p: f64,
        /// Whether a difference can be shown at all.
        can_show: bool,
    },
    /// The permutation of groups does not say what the interval says, which decides.
    PermutationDisagrees {
        /// The arm.
        arm: usize,
        /// Its p value.
        p_value: f64,
        /// The level that the p value is held against, which several arms share.
        level: f64,
        /// Whether the interval leaves 0 out, and the p value does not lie below the level; else it is the other way round.
        leaves_zero_out: bool,
        /// Whether the interval rests on earlier values too.
        is_adjusted: bool,
    },
    /// The test is still running.
    Running,
    /// An arm is worse in a guardrail by more than its margin.
    GuardrailBroken {
        /// Which.
        guardrail: usize,
        /// Its margin, in the metric's own unit.
        margin: f64,
    },
    /// An arm is not shown to hold a guardrail.
    GuardrailOpen {
        /// Which.
        guardrail: usize,
        /// Its margin, in the metric's own unit.
        margin: f64,
        /// The most by which the arm may be worse.
        at_worst: f64,
    },
    /// Metrics that lack a column.
    NotMeasured(Vec<Missing>),
    /// Something about the table.
    Table(results::Note),
}

impl AnalyzeJob {
    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        let results = results::read(self.table.clone(), &self.options.read)?;
        let question = self.question(&results)?;
        let trial = Trial {
            arms: &results.arms,
            control: results.control,
            dealt: results.dealt,
            units: &results.units,
            before: &results.before,
        };
        let found = analyse(&trial, &question);
        if observer.engine().stopped() {
            return Err(Unfinished::Stopped);
        }
        let analyze = Analyze {
            asked: self.options.clone(),
            looked: self.looked(&results, &question),
            notes: notes(&found, &results),
            found,
        };
        let provenance = Provenance::of("ab analyze", &self.name, self.seed, &[]);
        Ok(Finding { schema: SCHEMA, provenance, study: Study::Analyze(Box::new(analyze)) })
    }

    fn question(&self, results: &Results) -> Result<Question, Faults> {
        let AnalyzeOptions { zone, planned_days, .. } = self.options;
        if let Some(planned) = planned_days.filter(|planned| *planned < results.days) {
            return Err(Faults::of_job(
                &format!("`--planned-days` is {planned}, and the file has {} days of the test", results.days),
                "leave out the days after the planned end: what was looked at since then was not planned for",
            ));
        }
        let usual = Zone::from(Equality::USUAL);
        let wanted = &results.wanted;
        Ok(Question {
            metric: wanted.metric,
            secondary: wanted.secondary.clone(),
            guardrails: wanted.guardrails.clone(),
            adjusted: results.adjusted.clone(),
            zone: zone.map_or(usual, |points| Zone { points, below: 0.0, ..usual }),
            planned_days,
            seed: self.seed,
        })
    }

    fn looked(&self, results: &Results, question: &Question) -> Looked {
        Looked {
            results: self.table.name.clone(),
            results_sha256: hash(self.table.text.bytes()),
            control: results.arms[results.control].clone(),
            days: results.days,
            days_before: results.days_before,
            secondary: question.secondary.clone(),
            guardrails: question.guardrails.iter().map(|guardrail| guardrail.metric).collect(),
            adjusted: question.adjusted.clone(),
            zone: question.zone,
        }
    }
}

fn notes(found: &TrialAnalysis, results: &Results) -> Vec<AnalyzeNote> {
    let mut notes = Vec::new();
    if !found.is_end_said {
        notes.push(AnalyzeNote::EndNotSaid { day: found.days });
    }
    if let Some(p_value) = found.sample_ratio.filter(|p_value| *p_value < DOUBTED) {
        notes.push(AnalyzeNote::UnevenDeal { p_value });
    }
    if found.dealt == Dealt::Groups {
        let permuted = found.effects.iter().filter(|effect| effect.method == Method::Permutation);
        let permuted: Vec<AnalyzeNote> = permuted.map(|effect| permutation(found, effect)).collect();
        let groups = found.arms.iter().map(|arm| arm.groups).min().unwrap_or(0);
        if permuted.is_empty() && groups < FEW_FOR_NORMALITY {
            notes.push(AnalyzeNote::TakenForNormal { groups });
        }
        notes.extend(permuted);
    }
    notes.extend(found.effects.iter().filter_map(|effect| disagreement(found, effect)));
    if found.is_running() {
        notes.push(AnalyzeNote::Running);
    }
    for (guardrail, guarded) in found.guardrails.iter().enumerate() {
        let Some((at_worst, margin)) = guarded.at_worst.zip(guarded.margin) else { continue };
        match guarded.guarding {
            Guarding::Broken => notes.push(AnalyzeNote::GuardrailBroken { guardrail, margin }),
            Guarding::Open => {
                notes.push(AnalyzeNote::GuardrailOpen { guardrail, margin, at_worst: at_worst.max(0.0) });
            }
            Guarding::Held | Guarding::Unseen => {}
        }
    }
    // A count that is missing is missed by the shares made of it.
    let missing = results.missing.iter().filter(|missing| missing.metric.unit != Unit::Count);
    let missing: Vec<Missing> = missing.cloned().collect();
    if !missing.is_empty() {
        notes.push(AnalyzeNote::NotMeasured(missing));
    }
    notes.extend(results.notes.iter().cloned().map(AnalyzeNote::Table));
    notes
}

/// What so few groups can show at most: the level is shared by all arms.
fn permutation(found: &TrialAnalysis, effect: &Effect) -> AnalyzeNote {
    let [control, treated] = effect.n;
    let smallest_p = smallest_p_value(control as usize, treated as usize);
    let can_show = multiplicity::bonferroni(smallest_p, found.effects.len()) <= ALPHA;
    AnalyzeNote::PermutationDecides { arm: effect.arm, groups: effect.n, smallest_p, can_show }
}

/// That the permutation of groups does not say what the interval says, of a finished test.
fn disagreement(found: &TrialAnalysis, effect: &Effect) -> Option<AnalyzeNote> {
    let p_value = effect.permutation?.p_value();
    effect.interval.filter(|_| effect.method == Method::Means && !found.is_running())?;
    // Several arms share the error, as their intervals do.
    let level = ALPHA / found.effects.len() as f64;
    let leaves_zero_out = effect.leaves_zero_out();
    (leaves_zero_out != (p_value <= level)).then_some(AnalyzeNote::PermutationDisagrees {
        arm: effect.arm,
        p_value,
        level,
        leaves_zero_out,
        is_adjusted: effect.adjustment.is_some(),
    })
}
