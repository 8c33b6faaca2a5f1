//! Which values of the tuned quantities meet the targets: what was found, what it may be called, and what the targets taught.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use wearout_stats::history_matching::Conflicts;
use wearout_stats::weighted;

use super::provenance::{Provenance, hash};
use super::{Finding, SCHEMA, Study, Unfinished};
use crate::analysis::{self, Learned};
use crate::diagnostic::{Diagnostic, Faults, Source};
use crate::parameter::Parameters;
use crate::study::calibrate::{Calibration, Method, Outcome, Problem, Reason, Settings};
use crate::study::{Flow, Nearness, Observer, Stage};
use crate::targets::{self, Find, Lever, Missing, OwnFigures, Target, Targets, Tuned};

/// Effective sample size below which a weighted sample is not called a posterior.
pub const LEAST_EFFECTIVE: f64 = 200.0;

/// Replicates of the best point on fresh luck, for each one of the search, and at least.
const FRESH_TIMES: u32 = 10;
const FRESH_LEAST: u32 = 200;

/// Sets of an ensemble that stand for a weighted sample.
const SETS: usize = 300;

/// Share of its range by which a value lies at its end.
const AT_END: f64 = 0.01;

/// A calibration that is wanted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrateJob {
    /// Name of the targets.
    pub name: String,
    /// The list of targets, or a sender's own figures.
    pub list: Source,
    /// Every file that the list names, and how it names it.
    pub files: Vec<(String, Source)>,
    /// Seed of all luck and of the method's proposals.
    pub seed: u64,
    /// What is looked for, and how.
    pub options: CalibrateOptions,
    /// Where the same calibration was when it was last seen, to go on from there; no part of what is asked for.
    #[serde(skip)]
    pub from: Option<Calibration>,
}

/// What is looked for, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrateOptions {
    /// What is looked for.
    pub method: Method,
    /// Replicates of every plan at each point.
    pub replicates: u32,
    /// Points measured at the most; `None`: as many as are usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simulations: Option<u64>,
    /// Points of a generation (best), of the sample (posterior), or plausible sets wanted; `None`: the method's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<usize>,
    /// Parameters that move, instead of those that the list names.
    pub tuned: Vec<String>,
    /// Whether targets that are held out are fitted too.
    pub fits_held_out: bool,
    /// How the list is to be read where it holds a sender's own figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnFigures>,
}

/// What meets the targets. Figures of targets are of luck that no search has seen; their intervals hold 95 %, the error of a finite
/// number of replicates alone.
#[derive(Debug, Clone, Serialize)]
pub struct Calibrate {
    /// What was asked for.
    pub asked: CalibrateOptions,
    /// How it went.
    pub went: Went,
    /// What was known.
    pub targets: Vec<Target>,
    /// Keys of the patterns of the field that a plausible set shows too.
    pub patterns: Vec<&'static str>,
    /// What moved.
    pub tuned: Vec<Tuned>,
    /// What was found may be called so.
    pub called: Called,
    /// What the method says besides.
    pub search: Search,
    /// What was found; scores by target, the best point by tuned quantity.
    pub outcome: Outcome,
    /// What that teaches.
    pub learned: Learned,
    /// How many of the fitted targets are met.
    pub fitted: Counted,
    /// The same of those held out.
    pub held_out: Counted,
    /// Replicates of the best point on fresh luck.
    pub fresh_replicates: u32,
    /// The same points as sets of parameters that all count the same; `None` where no parameter moved or nothing was found.
    #[serde(skip)]
    pub ensemble: Option<Sample>,
    /// What must be known to read it.
    pub notes: Vec<CalibrateNote>,
}

/// How a calibration went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Went {
    /// Points that were allowed.
    pub allowed: u64,
    /// Points measured.
    pub measured: u64,
    /// Generations of them.
    pub generations: u64,
    /// Why it ended.
    pub ended: Ended,
    /// What was read: the list, then what it names.
    pub inputs: Vec<Read>,
}

/// A text that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Read {
    /// Its name.
    pub name: String,
    /// SHA-256 of it.
    pub sha256: String,
}

/// Why a calibration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// There was nothing more to do.
    Finished(Reason),
    /// Who watched it stopped it after a generation.
    Early,
}

/// What was found may be called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Called {
    /// The point that misses the targets least.
    BestFit,
    /// A weighted sample of what the targets leave of the prior.
    Posterior,
    /// The same, of an effective size below [`LEAST_EFFECTIVE`].
    SmallSample,
    /// Every point that does not contradict the targets.
    PlausibleSet,
}

/// What a method says besides what it found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Search {
    /// The search for the best point: nothing.
    Best,
    /// The sampling of a posterior.
    Posterior {
        /// Share of the last generation's proposals that were accepted.
        acceptance: Option<f64>,
        /// Distance from the targets up to which points are accepted.
        threshold: Option<f64>,
        /// Indices of the quantities that moved; the others keep their prior.
        freed: Vec<usize>,
    },
    /// The search of a plausible set.
    Plausible {
        /// Whether it looked everywhere; otherwise where the best was expected, since few points were plausible.
        is_exhaustive: bool,
        /// What stands in the way, among the fitted targets, where nothing is plausible.
        conflicts: Option<Conflicts>,
    },
}

/// Targets, and how many of them are met how nearly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// All of them.
    pub all: usize,
    /// Met within what is known.
    pub inside: usize,
    /// Within 12 % of it.
    pub within_12_percent: usize,
    /// Within 25 % of it.
    pub within_25_percent: usize,
}

/// Sets of parameters and what they differ in.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Keys of the parameters that moved, or are not the default.
    pub keys: Vec<&'static str>,
    /// The sets.
    pub sets: Vec<Parameters>,
}

/// What must be known to read a calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalibrateNote {
    /// The best value of a quantity lies at the lower end of its range, and may lie beyond.
    AtLow(usize),
    /// The same at the upper end.
    AtHigh(usize),
    /// Sets elsewhere may be missing: it was focused where the best was expected, since few points were plausible.
    Focused,
    /// It was stopped, and can go on; with no more points allowed than these it ends here by itself.
    Early {
        /// Points measured.
        measured: u64,
    },
}

impl CalibrateJob {
    /// With every file that the list names, found so, and the name that it gives itself.
    ///
    /// # Errors
    /// Every fault of the list and of what it names.
    pub fn with_files(mut self, find: &Find<'_>) -> Result<CalibrateJob, Faults> {
        let found = RefCell::new(Vec::new());
        let targets = self.read(&|named| {
            let source = find(named)?;
            found.borrow_mut().push((named.to_owned(), source.clone()));
            Ok(source)
        })?;
        self.name = targets.name;
        self.files = found.into_inner();
        Ok(self)
    }

    fn read(&self, find: &Find<'_>) -> Result<Targets, Faults> {
        let CalibrateOptions { tuned, own, method, fits_held_out, .. } = &self.options;
        let list = self.list.clone();
        let mut targets = match own {
            Some(own) => targets::parse_figures(&self.name, list, own, tuned, find),
            None => targets::parse(&self.name, list, tuned, find),
        }?;
        if *fits_held_out {
            targets.targets.iter_mut().for_each(|target| target.held_out = false);
        }
        if targets.targets.iter().all(|target| target.held_out) {
            let message = format!("every target of `{}` is held out", self.list.name);
            return Err(self.fault(message, "held_out = false for what is to be fitted, or --fit-held-out"));
        }
        if *method != Method::Plausible {
            targets.without_plausible_only();
        }
        Ok(targets)
    }

    /// A fault of the targets as a whole.
    fn fault(&self, message: String, help: &str) -> Faults {
        let fault = Diagnostic { message, at: None, help: Some(help.to_owned()) };
        Faults::new(vec![self.list.clone()], vec![fault]).expect("one is given")
    }

    fn settings(&self) -> Settings {
        let CalibrateOptions { method, replicates, simulations, points, .. } = self.options;
        // As many as a few minutes on two cores allow for the shipped targets.
        let usual = match method {
            Method::Best => 4_000,
            Method::Posterior => 40_000,
            Method::Plausible => 8_000,
        };
        Settings { method, seed: self.seed, replicates, simulations: simulations.unwrap_or(usual), points }
    }

    pub(crate) fn find(&self, observer: &dyn Observer) -> Result<Finding, Unfinished> {
        let targets = self.read(&|named| {
            let found = self.files.iter().find(|(name, _)| name == named).map(|(_, source)| source.clone());
            let help = || "hand over every file that the list names".to_owned();
            found.ok_or_else(|| Missing { why: "it was not handed over".to_owned(), help: help() })
        })?;
        observer.begins(Stage::Compiling { sets: 1 });
        let compile = |seed| Problem::new(&targets, &targets.begin, seed);
        // The complement of the seed: luck that no search from a small seed has seen.
        let (problem, fresh) = (compile(self.seed)?, compile(!self.seed)?);
        let settings = self.settings();
        let begun = Calibration::new(&problem, settings)
            .map_err(|cause| self.fault(format!("cannot search here: {cause}"), "see docs/calibration.md"))?;
        let mut calibration = self.from.clone().unwrap_or(begun);
        observer.begins(Stage::Searching { measured: calibration.simulations(), allowed: settings.simulations });
        let ended = search(&mut calibration, &problem, observer)?;
        observer.begins(Stage::Measuring);
        let outcome = calibration.outcome(&fresh, self.fresh_replicates(), observer.engine());
        if observer.engine().stopped() {
            return Err(Unfinished::Stopped);
        }
        // Figures rest on the replicates of fresh luck, however many the search took.
        let made = Provenance::of("calibrate", &targets.name, self.seed, &[]);
        let provenance = Provenance { replicates: u64::from(self.fresh_replicates()), ..made };
        let decided = self.decided(&problem, &calibration, outcome, ended);
        Ok(Finding { schema: SCHEMA, provenance, study: Study::Calibrate(Box::new(decided)) })
    }

    /// Replicates of the best point on luck that no search has seen.
    fn fresh_replicates(&self) -> u32 {
        (FRESH_TIMES * self.options.replicates).max(FRESH_LEAST)
    }

    fn decided(&self, problem: &Problem, calibration: &Calibration, outcome: Outcome, ended: Ended) -> Calibrate {
        let targets = problem.targets;
        let learned = analysis::learned(&outcome.points, &targets.tuned);
        let method = self.options.method;
        let search = said(calibration, &outcome);
        let inputs = std::iter::once(&self.list).chain(self.files.iter().map(|(_, source)| source));
        let read = |source: &Source| Read { name: source.name.clone(), sha256: hash(source.text.bytes()) };
        let counted = |held_out| counted(&targets.targets, &outcome, held_out);
        let mut of = Calibrate {
            asked: self.options.clone(),
            went: Went {
                allowed: calibration.settings().simulations,
                measured: calibration.simulations(),
                generations: calibration.generations(),
                ended,
                inputs: inputs.map(read).collect(),
            },
            targets: targets.targets.clone(),
            patterns: targets.patterns.iter().map(|pattern| pattern.key.as_str()).collect(),
            tuned: targets.tuned.clone(),
            called: match method {
                Method::Best => Called::BestFit,
                Method::Plausible => Called::PlausibleSet,
                Method::Posterior if outcome.effective >= LEAST_EFFECTIVE => Called::Posterior,
                Method::Posterior => Called::SmallSample,
            },
            fitted: counted(false),
            held_out: counted(true),
            fresh_replicates: self.fresh_replicates(),
            ensemble: sample(problem, &outcome, method),
            notes: Vec::new(),
            search,
            outcome,
            learned,
        };
        of.notes = notes(&of);
        of
    }
}

/// Goes on generation by generation until there is nothing more to do, or whoever watches stops it.
fn search(calibration: &mut Calibration, problem: &Problem, observer: &dyn Observer) -> Result<Ended, Unfinished> {
    loop {
        if let Some(reason) = calibration.finished() {
            return Ok(Ended::Finished(reason));
        }
        if !calibration.step(problem, observer.engine()) {
            return Err(Unfinished::Stopped);
        }
        if observer.generation(calibration) == Flow::Stop && calibration.finished().is_none() {
            return Ok(Ended::Early);
        }
    }
}

fn said(calibration: &Calibration, outcome: &Outcome) -> Search {
    if let Some(posterior) = calibration.posterior() {
        let sampling = posterior.sampling();
        return Search::Posterior {
            acceptance: sampling.history().last().map(|last| last.acceptance),
            threshold: sampling.threshold(),
            freed: posterior.freed().to_vec(),
        };
    }
    let Some(plausible) = calibration.plausible() else { return Search::Best };
    Search::Plausible {
        is_exhaustive: plausible.search().is_exhaustive(),
        conflicts: (outcome.found == 0).then(|| plausible.conflicts(calibration.settings())),
    }
}

fn counted(targets: &[Target], outcome: &Outcome, held_out: bool) -> Counted {
    let mut counted = Counted::default();
    for (_, score) in targets.iter().zip(&outcome.scores).filter(|(target, _)| target.held_out == held_out) {
        counted.all += 1;
        let Some(nearness) = score.nearness else { continue };
        counted.inside += usize::from(nearness == Nearness::Inside);
        counted.within_12_percent += usize::from(nearness <= Nearness::Within12);
        counted.within_25_percent += usize::from(nearness <= Nearness::Within25);
    }
    counted
}

fn sample(problem: &Problem, outcome: &Outcome, method: Method) -> Option<Sample> {
    let points = &outcome.points;
    let chosen: Vec<usize> = if method == Method::Posterior {
        let weights: Vec<f64> = points.iter().map(|(_, weight)| *weight).collect();
        weighted::systematic(&weights, SETS.min(points.len()))
    } else {
        (0..points.len()).collect()
    };
    let sets: Vec<Parameters> = chosen.iter().map(|&point| problem.parameters(&points[point].0)).collect();
    // What a file of sets leaves out has the default when it is read.
    let base = Parameters::best();
    let is_tuned =
        |key: &str| problem.targets.tuned.iter().any(|tuned| tuned.lever == Lever::Parameter(key.to_owned()));
    let differs = |key: &str| sets.iter().any(|set| set.get(key) != base.get(key));
    let keys: Vec<&str> = Parameters::KEYS.iter().copied().filter(|key| is_tuned(key) || differs(key)).collect();
    (!sets.is_empty() && !keys.is_empty()).then_some(Sample { keys, sets })
}

fn notes(of: &Calibrate) -> Vec<CalibrateNote> {
    let Calibrate { tuned, learned, outcome, search, went, .. } = of;
    let mut notes = Vec::new();
    // Of a sample, its contraction says how near the ends it comes.
    let best = outcome.best.iter().filter(|_| learned.quantities.iter().all(|learned| learned.contraction.is_none()));
    for (quantity, (tuned, best)) in best.flat_map(|best| tuned.iter().zip(best).enumerate()) {
        let along = (best - tuned.low) / (tuned.high - tuned.low);
        if along < AT_END {
            notes.push(CalibrateNote::AtLow(quantity));
        } else if along > 1.0 - AT_END {
            notes.push(CalibrateNote::AtHigh(quantity));
        }
    }
    if matches!(search, Search::Plausible { is_exhaustive: false, .. }) {
        notes.push(CalibrateNote::Focused);
    }
    if went.ended == Ended::Early {
        notes.push(CalibrateNote::Early { measured: went.measured });
    }
    notes
}
