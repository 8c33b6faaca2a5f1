//! Targets: what is known of the world, in which reading, and which parameters may move to meet it.
//!
//! Comes in: a file that names scenarios, observables and figures. Goes out: [`Targets`]. Whether they can be met is not here: see
//! `study`.

mod figures;
mod parse;
mod read;
mod shipped;
mod table;
mod tune;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use wearout_stats::interval;

use crate::behaviour::ClosedForm;
use crate::diagnostic::At;
use crate::evidence::Pattern;
use crate::parameter::Parameters;
use crate::scenario::Draft;
use crate::tally::Observable;

pub use figures::OwnFigures;
pub use parse::{Find, Missing, parse, parse_figures};
pub use shipped::{SHIPPED, shipped};

/// What a calibration is asked to meet, and with what.
#[derive(Debug, Clone)]
pub struct Targets {
    /// Name of the list; with `-calibration`, that of the output folder.
    pub name: String,
    /// Standard deviation of what the model leaves out, on the log scale: 0.12 is about 12 %.
    pub discrepancy: f64,
    /// Parameters that do not move, and those that do where they begin unless more is said.
    pub begin: Parameters,
    /// The scenarios that targets are measured on.
    pub scenarios: Vec<TargetScenario>,
    /// What is known.
    pub targets: Vec<Target>,
    /// Patterns of the field that a plausible set shows too.
    pub patterns: Vec<&'static Pattern>,
    /// What may move.
    pub tuned: Vec<Tuned>,
}

impl Targets {
    /// Standard deviation of what the model leaves out of a target, on the log scale.
    pub fn discrepancy_of(&self, target: &Target) -> f64 {
        target.discrepancy.unwrap_or(self.discrepancy)
    }

    /// Lets go of what moves only where every plausible set is looked for: a parameter stays at its start, a key as its scenarios have
    /// it.
    pub fn without_plausible_only(&mut self) {
        let starts = self.tuned.iter().filter(|tuned| tuned.plausible_only).filter_map(|tuned| match &tuned.lever {
            Lever::Parameter(key) => Some((key.as_str(), tuned.start)),
            Lever::Key { .. } => None,
        });
        self.begin = self.begin.with(starts);
        self.tuned.retain(|tuned| !tuned.plausible_only);
    }
}

/// A scenario that targets are measured on.
#[derive(Debug, Clone)]
pub struct TargetScenario {
    /// How targets call it.
    pub name: String,
    /// What it says.
    pub draft: Draft,
    /// Replicates of it for each replicate of the others (1 or more): rare events need more to be seen.
    pub times: u32,
}

/// One thing that is known.
#[derive(Debug, Clone, Serialize)]
pub struct Target {
    /// What it is called.
    pub name: String,
    /// What measures it.
    pub quantity: Quantity,
    /// What is known of it.
    pub reading: Reading,
    /// How much it counts; 1 unless something is said.
    pub weight: f64,
    /// In place of [`Targets::discrepancy`].
    pub discrepancy: Option<f64>,
    /// Not fitted, only scored.
    pub held_out: bool,
    /// Id of the claim or finding that gives it.
    pub claim: Option<String>,
}

/// What measures a target.
#[derive(Debug, Clone, Copy)]
pub enum Quantity {
    /// The mean of an observable over replicates of a plan, perhaps over that of another plan.
    Simulated {
        /// What is measured.
        observable: Observable,
        /// On which plan.
        at: Spot,
        /// The plan whose mean it is divided by.
        over: Option<Spot>,
    },
    /// A figure that follows from the parameters alone.
    Closed(&'static ClosedForm),
}

impl Quantity {
    /// Its name in files: the observable's, or the closed form's.
    pub fn name(&self) -> String {
        match self {
            Quantity::Simulated { observable, .. } => observable.to_string(),
            Quantity::Closed(form) => form.key.to_owned(),
        }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

/// A plan of one of the scenarios, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Index among the scenarios.
    pub scenario: usize,
    /// Index among its plans.
    pub plan: usize,
}

/// How a known figure is meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// A range is a range: anywhere inside is as good.
    Band {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A range is the 95 % interval of a mean.
    Interval {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// So many of so many.
    Count {
        /// Those that did.
        k: u64,
        /// All of them.
        n: u64,
    },
}

impl Reading {
    /// The word in files.
    pub fn word(&self) -> &'static str {
        match self {
            Reading::Band { .. } => "band",
            Reading::Interval { .. } => "interval",
            Reading::Count { .. } => "count",
        }
    }

    /// Between which figures it lies: the range itself; of a count, the 95 % interval of its share (Wilson).
    ///
    /// # Panics
    /// When it counts more than all, which the reader excludes.
    pub fn range(&self) -> (f64, f64) {
        match *self {
            Reading::Band { low, high } | Reading::Interval { low, high } => (low, high),
            Reading::Count { k, n } => {
                let share = interval::of_proportion(k, n, 0.95).expect("a count is of at least one");
                (share.low, share.high)
            }
        }
    }
}

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (low, high) = self.range();
        let mut fields = serializer.serialize_struct("Reading", 3)?;
        fields.serialize_field("kind", self.word())?;
        fields.serialize_field("low", &low)?;
        fields.serialize_field("high", &high)?;
        fields.end()
    }
}

/// Something that may move, and how far.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tuned {
    /// What it is called in files: a parameter's key, or scenario and key.
    pub name: String,
    /// What it moves.
    pub lever: Lever,
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Value to begin with.
    pub start: f64,
    /// Moves only where every plausible set is looked for: see
    /// [`Targets::without_plausible_only`].
    pub plausible_only: bool,
}

/// What a tuned quantity moves.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lever {
    /// A parameter, everywhere.
    Parameter(String),
    /// A key of some scenarios, set as by `--set`.
    Key {
        /// Indices of the scenarios.
        scenarios: Vec<usize>,
        /// The key, such as `audience.people.fit`.
        key: String,
    },
}

/// A scenario and the place where it is named first.
struct Known {
    scenario: TargetScenario,
    at: At,
}
