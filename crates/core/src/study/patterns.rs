//! Patterns of the field as filters: which of them a set of parameters shows.
//!
//! Comes in: parameters, and which patterns on how much luck. Goes out: for each pattern its figures, with the Monte Carlo interval of
//! each, and whether all of them lie in their bands. Plans of a scenario share people and luck, so ratios and steps are paired. Nothing
//! is fitted here; what is, has other seeds.

use serde::Serialize;
use wearout_stats::interval::{Interval, t_quantile};
use wearout_stats::mean::Moments;

use super::figure::Figure;
use crate::analysis::CONFIDENCE;
use crate::diagnostic::Source;
use crate::engine::{Engine, simulate};
use crate::evidence::{Check, Measure, Pattern};
use crate::parameter::Parameters;
use crate::plan::{Experiment, compile_under};
use crate::scenario::{self, Variation};
use crate::tally::{Observable, PairedTally, Unit};

/// Replicates for scenarios of thousands of members over many plans, where a calibration design gets `replicates`.
pub fn few(replicates: u32) -> u32 {
    (replicates / 25).max(2)
}

/// Which patterns are looked for, and how closely.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The patterns.
    pub patterns: &'a [&'static Pattern],
    /// Replicates of each scenario, 2 or more ([`few`] where a design gets so many); of a pattern with `times`, that many times as many.
    pub replicates: u32,
    /// Seed of all luck.
    pub seed: u64,
    /// Members of the contact list, in place of the scenario's; groups stay as they are.
    pub members: Option<u32>,
    /// What else differs from the scenarios, as for `--set`.
    pub set: &'a [String],
}

impl<'a> Search<'a> {
    /// Every scenario once, with the times of the pattern on it that needs most replicates.
    fn scenarios(&self) -> Vec<(&'a str, u32)> {
        let mut scenarios: Vec<(&str, u32)> = Vec::new();
        for pattern in self.patterns {
            match scenarios.iter_mut().find(|(name, _)| *name == pattern.scenario) {
                Some((_, times)) => *times = pattern.times.max(*times),
                None => scenarios.push((&pattern.scenario, pattern.times)),
            }
        }
        scenarios
    }

    /// Replicates of all scenarios together.
    pub fn total(&self) -> u64 {
        self.scenarios().into_iter().map(|(_, times)| u64::from(times * self.replicates)).sum()
    }
}

/// What is said of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Every figure lies in its band.
    Shown,
    /// One does not.
    NotShown,
    /// The model lacks what the pattern speaks of.
    CannotBeExpressed,
}

impl Shown {
    /// The words in tables and files.
    pub fn words(self) -> &'static str {
        match self {
            Shown::Shown => "shown",
            Shown::NotShown => "not shown",
            Shown::CannotBeExpressed => "cannot be expressed",
        }
    }
}

/// A figure of a pattern.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// What it is.
    pub check: &'static Check,
    /// Unit of a level; ratios, posts a week and steps have none.
    pub unit: Option<Unit>,
    /// Its value; `None` where a plan gives it no base.
    pub value: Option<f64>,
    /// 95 % interval: Monte Carlo error only. Of the best number of posts: those of all plans that are not surely worse.
    pub interval: Option<Interval>,
    /// Whether it lies in its band; `None` for what is only shown beside.
    pub is_inside: Option<bool>,
    /// Whether an end of the band lies within the interval, so that more replicates could say otherwise.
    pub is_uncertain: bool,
}

/// A pattern and its figures.
#[derive(Debug, Clone, Serialize)]
pub struct PatternScore {
    /// The pattern.
    pub pattern: &'static Pattern,
    /// What is said of it.
    pub shown: Shown,
    /// One for each of its checks.
    pub checks: Vec<Checked>,
    /// Replicates simulated.
    pub replicates: u32,
}

/// Patterns, and how many of them are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ShownCounts {
    /// Every figure lies in its band.
    pub shown: usize,
    /// One does not.
    pub not_shown: usize,
    /// The model lacks what they speak of.
    pub cannot_be_expressed: usize,
}

/// Counts how many of these are shown.
pub fn count_shown<'a>(scores: impl IntoIterator<Item = &'a PatternScore>) -> ShownCounts {
    let shown: Vec<Shown> = scores.into_iter().map(|score| score.shown).collect();
    let count = |wanted: Shown| shown.iter().filter(|shown| **shown == wanted).count();
    ShownCounts {
        shown: count(Shown::Shown),
        not_shown: count(Shown::NotShown),
        cannot_be_expressed: count(Shown::CannotBeExpressed),
    }
}

fn shown(pattern: &Pattern, checks: &[Checked]) -> Shown {
    if !pattern.lacking.is_empty() {
        Shown::CannotBeExpressed
    } else if checks.iter().all(|checked| checked.is_inside != Some(false)) {
        Shown::Shown
    } else {
        Shown::NotShown
    }
}

/// Looks for patterns under these parameters; `None` when the engine was told to stop.
///
/// # Panics
/// When fewer than two replicates are asked for, or an override has a fault.
pub fn shows(parameters: &Parameters, search: &Search<'_>, engine: &Engine) -> Option<Vec<PatternScore>> {
    assert!(search.replicates >= 2, "one replicate has no Monte Carlo error");
    let mut known: Vec<Experiment> = Vec::new();
    let mut scores: Vec<Option<PatternScore>> = vec![None; search.patterns.len()];
    for (scenario, times) in search.scenarios() {
        let lent: Vec<&Experiment> = known.iter().collect();
        let experiment = compile(parameters, scenario, search, &lent);
        let replicates = search.replicates * times;
        let run = Run { tallies: &simulate(&experiment, 0..replicates, engine), experiment: &experiment };
        if engine.stopped() {
            return None;
        }
        for (pattern, score) in search.patterns.iter().zip(&mut scores).filter(|(it, _)| it.scenario == scenario) {
            let checks: Vec<Checked> = pattern.checks.iter().map(|check| run.checked(check)).collect();
            *score = Some(PatternScore { pattern, shown: shown(pattern, &checks), checks, replicates });
        }
        known.push(experiment);
    }
    scores.into_iter().collect()
}

fn compile(parameters: &Parameters, name: &str, search: &Search<'_>, lent: &[&Experiment]) -> Experiment {
    let text = scenario::shipped(name).expect("a test finds the scenario of every pattern");
    let source = Source { name: format!("{name}.toml"), text: text.to_owned() };
    let mut draft = scenario::parse(name, source, search.set);
    let has_list = draft.scenario.audiences.iter().any(|audience| audience.name == "list");
    if let Some(members) = search.members.filter(|_| has_list) {
        draft = Variation::new().set("audience.list.size", members).draft(&draft);
    }
    compile_under(&draft, search.seed, parameters, lent).unwrap_or_else(|faults| panic!("{faults}"))
}

/// A pattern's scenario, simulated.
struct Run<'a> {
    experiment: &'a Experiment,
    tallies: &'a [PairedTally],
}

impl Run<'_> {
    fn checked(&self, check: &'static Check) -> Checked {
        let observable = parsed(&check.observable);
        let plan = || self.plan(&check.plan);
        let base = check.base.as_deref().map_or(observable, parsed);
        let above = |observable: &Observable, plan: usize| match &check.less {
            Some(less) => differences(&self.values(observable, plan), &self.values(observable, self.plan(less))),
            None => self.values(observable, plan),
        };
        let known = match check.measure {
            Measure::Level => Some(figure(&self.values(&observable, plan()))),
            Measure::Ratio => Some(ratio(&above(&observable, plan()), &above(&base, self.plan(&check.over)))),
            Measure::OverBest => self
                .best(&self.among(&check.among), &observable)
                .map(|best| ratio(&above(&observable, plan()), &above(&base, best))),
            Measure::Best if check.against.is_empty() => self.posts_of_best(&self.among(&check.among), &observable),
            Measure::Best => {
                let best = |plans: &[String]| self.posts_of_best(&self.among(plans), &observable)?.0;
                best(&check.among).zip(best(&check.against)).map(|(best, other)| (Some(best / other), None))
            }
            Measure::LeastStep => Some((self.least_step(&self.among(&check.among), &observable), None)),
        };
        let (value, interval) = known.unwrap_or_default();
        let (low, high) = check.band();
        let is_inside = check.is_banded().then(|| value.is_some_and(|value| low <= value && value <= high));
        let unit = (check.measure == Measure::Level).then(|| observable.unit());
        let reaches = |end: f64| interval.is_some_and(|interval| interval.low < end && end < interval.high);
        Checked { check, unit, value, interval, is_inside, is_uncertain: reaches(low) || reaches(high) }
    }

    fn plan(&self, name: &str) -> usize {
        let plans = &self.experiment.plans;
        plans.iter().position(|plan| plan.name == name).expect("a test finds every plan of the patterns")
    }

    /// The plans of these names; without names, all of them.
    fn among(&self, names: &[String]) -> Vec<usize> {
        if names.is_empty() {
            return (0..self.experiment.plans.len()).collect();
        }
        names.iter().map(|name| self.plan(name)).collect()
    }

    /// An observable in each replicate of a plan.
    fn values(&self, observable: &Observable, plan: usize) -> Vec<Option<f64>> {
        let given = self.experiment.given(plan);
        self.tallies.iter().map(|paired| observable.value(&paired.plans[plan], &given)).collect()
    }

    /// The plan with the largest mean.
    fn best(&self, plans: &[usize], observable: &Observable) -> Option<usize> {
        let mean = |&plan: &usize| figure(&self.values(observable, plan)).0.map(|mean| (plan, mean));
        let best = plans.iter().filter_map(mean).max_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map(|(plan, _)| plan)
    }

    /// Posts a week of the best plan, and of those that are not surely worse.
    fn posts_of_best(&self, plans: &[usize], observable: &Observable) -> Option<Known> {
        let best = self.best(plans, observable)?;
        let posts = |plan: usize| self.experiment.posts_per_week(&self.experiment.plans[plan]);
        let values = self.values(observable, best);
        let is_surely_worse = |plan: &usize| {
            let behind = differences(&self.values(observable, *plan), &values);
            figure(&behind).1.is_some_and(|interval| interval.high < 0.0)
        };
        let as_good = plans.iter().filter(|plan| **plan == best || !is_surely_worse(plan)).map(|plan| posts(*plan));
        let (low, high) = as_good.fold((f64::INFINITY, 0.0_f64), |(low, high), n| (low.min(n), high.max(n)));
        Some((Some(posts(best)), Some(Interval { low, high })))
    }

    /// The smallest step from a plan to the next, in its paired standard errors; 0 where two are equal in every replicate.
    fn least_step(&self, plans: &[usize], observable: &Observable) -> Option<f64> {
        let steps = plans.windows(2).map(|pair| {
            let step = moments(&differences(&self.values(observable, pair[1]), &self.values(observable, pair[0])));
            let (mean, error) = (step.mean()?, step.standard_error()?);
            Some(if mean == 0.0 { 0.0 } else { mean / error })
        });
        steps.collect::<Option<Vec<f64>>>()?.into_iter().min_by(f64::total_cmp)
    }
}

fn parsed(observable: &str) -> Observable {
    Observable::parse(observable).expect("a test reads every observable of the patterns")
}

/// A figure and its interval, as far as they are known.
type Known = (Option<f64>, Option<Interval>);

fn moments(values: &[Option<f64>]) -> Moments {
    let mut moments = Moments::default();
    values.iter().flatten().for_each(|value| moments.push(*value));
    moments
}

fn figure(values: &[Option<f64>]) -> Known {
    let moments = moments(values);
    let figure =
        moments.mean().map(|mean| Figure { mean, standard_error: moments.standard_error(), replicates: moments.n() });
    (moments.mean(), figure.and_then(|figure| figure.interval(CONFIDENCE)))
}

fn differences(values: &[Option<f64>], others: &[Option<f64>]) -> Vec<Option<f64>> {
    values.iter().zip(others).map(|(value, other)| Some((*value)? - (*other)?)).collect()
}

/// Ratio of two means on the same luck, its error to first order (delta method); blank over 0.
fn ratio(above: &[Option<f64>], below: &[Option<f64>]) -> Known {
    let pairs: Vec<(f64, f64)> = above.iter().zip(below).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
    let (over, under) = (mean(|pair| pair.0), mean(|pair| pair.1));
    if pairs.is_empty() || under == 0.0 {
        return (None, None);
    }
    let ratio = over / under;
    let residuals: Vec<Option<f64>> = pairs.iter().map(|(a, b)| Some((a - ratio * b) / under)).collect();
    let half_width =
        moments(&residuals).standard_error().map(|error| t_quantile(CONFIDENCE, pairs.len() as u64 - 1) * error);
    let interval = half_width.map(|half| Interval { low: ratio - half, high: ratio + half });
    (Some(ratio), interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{further, pattern, patterns};

    fn search<'a>(patterns: &'a [&'static Pattern], set: &'a [String]) -> Search<'a> {
        Search { patterns, replicates: 2, seed: 3, members: Some(1500), set }
    }

    fn score(key: &str, set: &[String]) -> PatternScore {
        let found = [pattern(key).unwrap()];
        shows(&Parameters::best(), &search(&found, set), &Engine::default()).unwrap().remove(0)
    }

    #[test]
    fn every_check_of_every_pattern_names_what_there_is() {
        for pattern in patterns().iter().chain(further()) {
            let experiment = compile(&Parameters::best(), &pattern.scenario, &search(&[], &[]), &[]);
            let is_plan = |name: &String| name.is_empty() || experiment.plans.iter().any(|plan| plan.name == *name);
            for check in &pattern.checks {
                for observable in [Some(&check.observable), check.base.as_ref()].into_iter().flatten() {
                    let read = Observable::parse(observable).unwrap_or_else(|wrong| panic!("{}: {wrong}", check.name));
                    assert!(read.last_day().is_none_or(|day| day <= experiment.days), "{}", check.name);
                }
                let lists = check.less.iter().chain(&check.among).chain(&check.against);
                let named = [&check.plan, &check.over].into_iter().chain(lists);
                assert!(named.into_iter().all(is_plan), "{} {}", pattern.key, check.name);
                let (plan, over) = match check.measure {
                    Measure::Level | Measure::OverBest => (true, false),
                    Measure::Ratio => (true, true),
                    Measure::Best | Measure::LeastStep => (false, false),
                };
                assert_eq!((plan, over), (!check.plan.is_empty(), !check.over.is_empty()), "{}", check.name);
            }
        }
    }

    /// Wrong on purpose: sales without a ceiling; nobody who leaves; nobody who buys; ads that never wear.
    #[test]
    fn every_pattern_can_be_missed() {
        let cases: [(&[&str], &[&str]); 4] = [
            (
                &["P1", "P2", "P3"],
                &["switch.needs=false", "switch.every_read=false", "behaviour.purchase_given_click=0.01"],
            ),
            (
                &["P4", "P6", "P7", "P8"],
                &["behaviour.irritation_base=-60", "behaviour.distrust_base=-60", "behaviour.over_patience_hazard=0"],
            ),
            (&["P5"], &["behaviour.click_given_read=0", "behaviour.click_given_need=0"]),
            (&["P9"], &["behaviour.attention_wear=0"]),
        ];
        let mut tried = 0;
        for (keys, set) in cases {
            let set: Vec<String> = set.iter().map(|&text| text.to_owned()).collect();
            for key in keys {
                let score = score(key, &set);
                assert_eq!(score.shown, Shown::NotShown, "{key}: {:?}", score.checks);
                tried += 1;
            }
        }
        let expressible = patterns().iter().filter(|pattern| pattern.lacking.is_empty()).count();
        assert_eq!(tried, expressible);
    }

    #[test]
    fn a_ratio_is_paired_and_blank_over_nothing() {
        let values = |of: &[f64]| of.iter().copied().map(Some).collect::<Vec<_>>();
        let (value, interval) = ratio(&values(&[2.0, 4.0, 6.0]), &values(&[1.0, 2.0, 3.0]));
        assert_eq!((value, interval), (Some(2.0), Some(Interval { low: 2.0, high: 2.0 })), "in step, without error");
        assert_eq!(ratio(&values(&[1.0]), &values(&[0.0])), (None, None));
        assert_eq!(ratio(&[], &[]), (None, None));
    }

    #[test]
    fn a_stopped_engine_finds_no_pattern() {
        let engine = Engine::default();
        engine.stop();
        let found = [pattern("P5").unwrap()];
        assert!(shows(&Parameters::best(), &search(&found, &[]), &engine).is_none());
    }
}
