//! Runs the calibration designs under any parameters: what the article's figures are compared with.
//!
//! Comes in: parameters and a range of replicates. Goes out: every design's tallies. Which claim each measures is in `evidence`.

use std::ops::Range;

use super::Figure;
use crate::diagnostic::Source;
use crate::engine::{Engine, simulate};
use crate::parameter::Parameters;
use crate::plan::{Experiment, compile_under};
use crate::scenario::{self, DESIGNS};
use crate::tally::{Given, Observable, Tally};

/// The replicates of one design.
#[derive(Debug, Clone)]
pub struct DesignRun {
    /// Its name, without the folder.
    pub name: &'static str,
    /// What observables take from its plan.
    pub given: Given,
    /// One tally a replicate.
    pub tallies: Vec<Tally>,
}

impl DesignRun {
    /// The mean of an observable over its replicates.
    pub fn figure(&self, observable: &Observable) -> Option<Figure> {
        Figure::of(&self.tallies, &self.given, observable)
    }
}

/// Simulates every design under these parameters; fewer where the engine is told to stop.
///
/// # Panics
/// When a shipped design has a fault, which a test excludes.
pub fn designs(parameters: &Parameters, replicates: Range<u32>, seed: u64, engine: &Engine) -> Vec<DesignRun> {
    let mut known: Vec<Experiment> = Vec::with_capacity(DESIGNS.len());
    for (name, text) in DESIGNS {
        let source = Source { name: format!("{name}.toml"), text: (*text).to_owned() };
        let draft = scenario::parse(name, source, &[]);
        let lent: Vec<&Experiment> = known.iter().collect();
        known.push(compile_under(&draft, seed, parameters, &lent).expect("a shipped design has no fault"));
    }
    let run = |(experiment, (name, _)): (&Experiment, &(&'static str, &str))| DesignRun {
        name: name.strip_prefix("designs/").unwrap_or(name),
        given: experiment.given(0),
        tallies: simulate(experiment, replicates.clone(), engine).into_iter().flat_map(|paired| paired.plans).collect(),
    };
    known.iter().zip(DESIGNS).map(run).collect()
}
