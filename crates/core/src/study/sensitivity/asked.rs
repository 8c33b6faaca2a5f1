//! What a sensitivity analysis is asked for, read from words and checked against the scenario: every fault at once.
//!
//! Comes in: a draft, a seed and a [`Request`] as typed. Goes out: a [`Question`], or all faults of both. Running it is in `mod`.

use serde::{Deserialize, Serialize};
use wearout_stats::sobol;

use super::factor::{Factor, candidates};
use super::faulty::Faulty;
use super::over;
use super::variants::Variants;
use crate::analysis;
use crate::diagnostic::{Faults, nearest};
use crate::plan::Experiment;
use crate::scenario::{Draft, Scenario};
use crate::study::corners::{self, Corner};
use crate::tally::{Metric, PairedTally, find, keys};

/// Fewest base rows of a design from which indices are worth printing.
const FEWEST_ROWS: u32 = 8;

/// Fewest streams of luck per row: from one or two no interval of an index holds luck (see `stats::sobol`), and three are too few to
/// draw from.
const FEWEST_STREAMS: u32 = 4;

/// Most streams of luck per row.
const MOST_STREAMS: u32 = 1024;

/// Most replicates behind a verdict.
const MOST_REPLICATES: u32 = 100_000;

/// What is asked for, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Key of the metric; `None`: the first of the scenario's headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Name of the plan; `None`: the first that is not the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The plan's own figure, or its difference from the baseline.
    pub figure: Measured,
    /// Factors, `KEY` or `KEY=LOW..HIGH`, several joined by commas; none: every free parameter.
    pub over: Vec<String>,
    /// How much is run where nothing else is said.
    pub size: Size,
    /// Factors whose Sobol' indices are wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factors: Option<u32>,
    /// Base rows of the Sobol' design.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
    /// Streams of luck each row meets.
    pub streams: u32,
    /// Replicates behind each end of the tornado and each verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicates: Option<u32>,
}

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Size {
    /// Enough for intervals that tell factors apart.
    Usual,
    /// A first look in a tenth of the time.
    Quick,
}

impl Request {
    /// Factors with Sobol' indices, base rows, and replicates of a look.
    fn sizes(&self) -> (u32, u32, u32) {
        let (factors, rows, replicates) = match self.size {
            Size::Usual => (12, 1024, 200),
            Size::Quick => (6, 128, 50),
        };
        (self.factors.unwrap_or(factors), self.rows.unwrap_or(rows), self.replicates.unwrap_or(replicates))
    }
}

/// Which figure of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    /// The difference from the baseline where there is more than one plan.
    Difference,
    /// The plan's own figure.
    Level,
}

/// The figure that is looked at: a metric of a plan, or its difference from the baseline.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Measure {
    /// The metric.
    pub metric: &'static Metric,
    /// Index of the plan.
    pub plan: usize,
    /// Index of the plan that is subtracted.
    pub minus: Option<usize>,
}

impl Measure {
    /// Its value in one replicate; `None` where the metric has no base.
    pub(super) fn value(&self, experiment: &Experiment, paired: &PairedTally) -> Option<f64> {
        let of = |plan: usize| self.metric.value(&paired.plans[plan], &experiment.plans[plan].stakes);
        let minus = self.minus.map_or(Some(0.0), of);
        Some(of(self.plan)? - minus?)
    }
}

/// A sensitivity analysis that can be run.
#[derive(Debug)]
pub struct Question {
    /// The scenario under any factors.
    pub variants: Variants,
    /// What is looked at.
    pub measure: Measure,
    /// What the verdict speaks of.
    pub headline: Vec<&'static Metric>,
    /// What is varied.
    pub factors: Vec<Factor>,
    /// Factors at the most whose Sobol' indices are worked out.
    pub n_indexed: usize,
    /// Base rows of the Sobol' design, a power of two.
    pub rows: u32,
    /// Streams of luck each row meets.
    pub streams: u32,
    /// Replicates behind each end of the tornado and each verdict.
    pub replicates: u32,
}

impl Question {
    /// Reads a request.
    ///
    /// # Errors
    /// Every fault of the draft and of the request.
    ///
    /// # Panics
    /// Never: without a fault there is a scenario.
    pub fn read(draft: &Draft, seed: u64, request: &Request) -> Result<Question, Faults> {
        let mut faulty = Faulty { sources: draft.sources.clone(), list: Vec::new() };
        let variants = Variants::new(draft, seed);
        if let Err(faults) = &variants {
            faulty.list.extend(faults.list().iter().cloned());
        }
        let scenario = &draft.scenario;
        let chosen: Vec<&'static Metric> = scenario.headline.iter().filter_map(|key| find(key)).collect();
        let metric = metric(&mut faulty, request, &chosen);
        let plan = plan(&mut faulty, request, scenario);
        sizes(&mut faulty, request);
        let factors = match &variants {
            Ok(variants) if request.over.is_empty() => {
                let parameters = &variants.base().parameters;
                candidates(parameters, variants.scenario().switches.under(parameters.mechanisms))
            }
            variants => over::read(&mut faulty, &request.over, variants.as_ref().ok()),
        };
        if let (Ok(variants), true) = (&variants, faulty.list.is_empty()) {
            check_corners(&mut faulty, variants, &factors);
        }
        if let Some(faults) = Faults::new(faulty.sources, faulty.list) {
            return Err(faults);
        }
        let variants = variants.expect("its faults are among those returned");
        let (metric, plan) = (metric.expect("as above"), plan.expect("as above"));
        let baseline = variants.base().baseline;
        let minus = (request.figure == Measured::Difference && plan != baseline).then_some(baseline);
        let headline = analysis::headline(variants.base(), &chosen);
        let (n_indexed, rows, replicates) = request.sizes();
        Ok(Question {
            variants,
            measure: Measure { metric, plan, minus },
            headline,
            factors,
            n_indexed: n_indexed as usize,
            rows,
            streams: request.streams,
            replicates,
        })
    }
}

/// Ranges that the scenario admits one by one may not go together.
fn check_corners(faulty: &mut Faulty, variants: &Variants, factors: &[Factor]) {
    let ranges: Vec<(f64, f64)> = factors.iter().map(|factor| (factor.low, factor.high)).collect();
    let start: Vec<f64> = factors.iter().map(|factor| factor.default.unwrap_or(factor.low)).collect();
    let check = |point: &[f64]| {
        let values: Vec<(&Factor, f64)> = factors.iter().zip(point.iter().copied()).collect();
        Some(variants.check(&values).err()?.list()[0].message.clone())
    };
    let Some(Corner { moved, point, fault }) = corners::faulty(&ranges, &start, check) else { return };
    let at = |&index: &usize| format!("`{}` = {}", factors[index].key, factors[index].written(point[index]));
    let at: Vec<String> = moved.iter().map(at).collect();
    let message = format!("the scenario cannot be simulated with {}: {fault}", at.join(" and "));
    faulty.fault(None, message, "--over KEY=LOW..HIGH with ranges that leave this point out".to_owned());
}

fn metric(faulty: &mut Faulty, request: &Request, headline: &[&'static Metric]) -> Option<&'static Metric> {
    let Some(key) = &request.metric else { return headline.first().copied() };
    let found = find(key);
    if found.is_none() {
        let help = match nearest(key, keys()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "see `wearout list metrics`".to_owned(),
        };
        faulty.in_option("--metric", key, format!("`{key}` is not a metric"), help);
    }
    found
}

fn plan(faulty: &mut Faulty, request: &Request, scenario: &Scenario) -> Option<usize> {
    let names = || scenario.plans.iter().map(|plan| plan.name.as_str());
    let Some(name) = &request.plan else {
        return names().position(|name| name != scenario.baseline).or(Some(0)).filter(|_| !scenario.plans.is_empty());
    };
    let found = names().position(|known| known == name);
    if found.is_none() {
        let help = match nearest(name, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("one of {}", names().collect::<Vec<_>>().join(", ")),
        };
        faulty.in_option("--plan", name, format!("`{name}` is not a plan of the scenario"), help);
    } else if request.figure == Measured::Difference && *name == scenario.baseline && scenario.plans.len() > 1 {
        let message = format!("`{name}` is the baseline: its difference from itself is 0");
        faulty.in_option("--plan", name, message, "name another plan, or add --level".to_owned());
    }
    found
}

fn sizes(faulty: &mut Faulty, request: &Request) {
    let mut check = |option: &str, value: u32, is_good: bool, must: String, help: &str| {
        if !is_good {
            let text = value.to_string();
            faulty.in_option(option, &text, format!("`{option}` must be {must}, found {text}"), help.to_owned());
        }
    };
    let (factors, rows, replicates) = request.sizes();
    let streams = request.streams;
    let most_rows = sobol::MOST_BASE_ROWS;
    check(
        "--rows",
        rows,
        rows.is_power_of_two() && (FEWEST_ROWS..=most_rows).contains(&rows),
        format!("a power of two from {FEWEST_ROWS} to {most_rows}"),
        "the points of Sobol's sequence are evenly spread only then: 1024",
    );
    check(
        "--streams",
        streams,
        (FEWEST_STREAMS..=MOST_STREAMS).contains(&streams),
        format!("from {FEWEST_STREAMS} to {MOST_STREAMS}"),
        "with fewer streams the intervals of the indices do not hold luck: 4",
    );
    let most = sobol::MOST_INPUTS as u32;
    check("--factors", factors, (1..=most).contains(&factors), format!("from 1 to {most}"), "12 is a page");
    check(
        "--replicates",
        replicates,
        (2..=MOST_REPLICATES).contains(&replicates),
        format!("from 2 to {MOST_REPLICATES}"),
        "an interval needs two campaigns at least: 200",
    );
}
