//! One wave: the emulators fitted to the runs at hand, and which points they rule out.
//!
//! Comes in: runs, the setup, the waves before. Goes out: emulators, and the implausibility of a point that was not run.

use serde::{Deserialize, Serialize};

use super::region::Criterion;
use super::setup::Setup;
use super::{Run, Told};
use crate::emulator::{Design, Emulator, Noise};

/// Most runs an emulator learns from: the newest of those in the region.
const MOST_RUNS_OF_PROCESS: usize = 300;
const MOST_RUNS: usize = 1500;
/// Fewest runs per input an emulator learns from; runs outside the region fill up, newest first.
const FEWEST_PER_INPUT: usize = 4;
/// Share of the plausible runs known that a wave must not rule out: its cut rises until it keeps them.
const KEPT_OF_PLAUSIBLE: f64 = 0.95;
/// Fewest plausible runs known that hold up the cut of a focused wave.
const FEWEST_FOR_FLOOR: usize = 10;

/// The emulators of one wave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wave {
    /// One for each target; `None` where too few runs had the output or the diagnostics forbid to trust it. Such a target rules
    /// nothing out.
    pub emulators: Vec<Option<Emulator>>,
    /// Mean variance of a single run's output, for each target.
    noise: Vec<f64>,
    /// Implausibility (that of the most missed target which the rule does not forgive) from which a point is ruled out: the
    /// setup's cutoff, or more where no point falls below it or plausible runs are known above it.
    pub cut: f64,
    /// Runs made before this wave's emulators were fitted.
    pub n_runs: usize,
    /// Plausible ones among them.
    pub n_plausible: usize,
    /// Share of the box that this wave and those before leave.
    pub share: f64,
    /// Relative standard error of that share from its finite sample. What the walk's finite length adds is not in it.
    pub share_error: f64,
    /// Whether points below the setup's cutoff (or the raised cut) were found.
    pub is_reached: bool,
    /// Whether the cut was lowered, because the emulators ruled too little out and hardly a run was plausible: the region is then
    /// where they expect the best runs, and plausible points outside it may have been left.
    pub is_focused: bool,
    /// Implausibility that the plausible runs known reach here; no cut goes below it. 0 while they are too few to say where the
    /// others lie.
    pub(super) floor: f64,
}

impl Wave {
    /// Fits the emulators to runs in the region that `before` leaves.
    pub(super) fn fit(setup: &Setup, runs: &[Told], before: &[Wave]) -> Self {
        let n_inputs = setup.inputs.len();
        let most = if setup.residual.is_process(n_inputs, 0) { MOST_RUNS_OF_PROCESS } else { MOST_RUNS };
        // A process learns from far runs too, and rules out nothing wrongly for knowing them; a polynomial does not bend so far.
        let fill = if setup.residual.is_process(n_inputs, 0) { most } else { FEWEST_PER_INPUT * n_inputs };
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            (0..runs.len()).rev().partition(|i| before.iter().rev().all(|wave| wave.keeps(setup, &runs[*i].unit)));
        let mut rows: Vec<usize> = inside.into_iter().take(most).collect();
        rows.extend(outside.into_iter().take(fill.saturating_sub(rows.len())));
        rows.sort_unstable();
        let mut designed: Option<(Vec<usize>, Option<Design>)> = None;
        let (mut emulators, mut noise) = (Vec::new(), Vec::new());
        for target in 0..setup.targets.len() {
            let with: Vec<usize> = rows.iter().copied().filter(|i| runs[*i].run.outputs[target].is_some()).collect();
            if designed.as_ref().is_none_or(|(rows, _)| *rows != with) {
                let points: Vec<Vec<f64>> = with.iter().map(|i| runs[*i].unit.clone()).collect();
                let design = Design::new(&points);
                designed = Some((with.clone(), design));
            }
            let design = designed.as_ref().and_then(|(_, design)| design.as_ref());
            let outputs: Vec<f64> = with.iter().filter_map(|i| runs[*i].run.outputs[target]).collect();
            let variance = with.iter().map(|i| runs[*i].run.variances[target]).sum::<f64>() / with.len().max(1) as f64;
            let fitted = design.map(|design| Emulator::fit(design, &outputs, Noise::Known(variance), setup.residual));
            emulators.push(fitted.filter(|emulator| emulator.diagnostics().is_trustworthy()));
            noise.push(variance);
        }
        let n_plausible = runs.iter().filter(|told| told.is_plausible).count();
        let mut wave = Self {
            emulators,
            noise,
            cut: setup.cutoff,
            n_runs: runs.len(),
            n_plausible,
            share: 1.0,
            share_error: 0.0,
            is_reached: false,
            is_focused: false,
            floor: 0.0,
        };
        let plausible = runs.iter().filter(|told| told.is_plausible);
        let mut known: Vec<f64> = plausible.map(|told| wave.implausibility(setup, &told.unit)).collect();
        known.sort_by(f64::total_cmp);
        if let Some(last) = known.get(((KEPT_OF_PLAUSIBLE * known.len() as f64).ceil() as usize).saturating_sub(1)) {
            // The next float above it, since what equals the cut is ruled out.
            wave.cut = wave.cut.max(last.next_up());
            wave.floor = if known.len() >= FEWEST_FOR_FLOOR { last.next_up() } else { 0.0 };
        }
        wave
    }

    fn of_target(&self, setup: &Setup, target: usize, z: &[f64]) -> f64 {
        self.emulators[target].as_ref().map_or(0.0, |emulator| {
            let prediction = emulator.predict(z);
            setup.targets[target].implausibility(prediction.mean, prediction.variance + self.noise[target])
        })
    }

    /// Implausibility of a point in units of the box: the largest over the targets but for those that the rule forgives.
    pub(super) fn implausibility(&self, setup: &Setup, z: &[f64]) -> f64 {
        let n = setup.targets.len();
        let mut all: Vec<f64> = (0..n).map(|target| self.of_target(setup, target, z)).collect();
        let forgiven = setup.rule.most_missed(n).min(n - 1);
        let (_, value, _) = all.select_nth_unstable_by(forgiven, |a, b| b.total_cmp(a));
        *value
    }

    /// Whether that implausibility is below `level`, found without computing all of it.
    fn is_below(&self, setup: &Setup, z: &[f64], level: f64) -> bool {
        let n = setup.targets.len();
        let forgiven = setup.rule.most_missed(n).min(n - 1);
        let mut n_missed = 0;
        (0..n).all(|target| {
            n_missed += usize::from(self.of_target(setup, target, z) >= level);
            n_missed <= forgiven
        })
    }

    /// Whether this wave does not rule the point out.
    pub(super) fn keeps(&self, setup: &Setup, z: &[f64]) -> bool {
        self.is_below(setup, z, self.cut)
    }
}

/// The newest wave as what must fall, the earlier ones as the region.
pub(super) struct Falling<'a> {
    pub(super) setup: &'a Setup,
    pub(super) newest: &'a Wave,
    pub(super) before: &'a [Wave],
}

impl Criterion for Falling<'_> {
    fn value(&self, z: &[f64]) -> f64 {
        self.newest.implausibility(self.setup, z)
    }

    fn is_below(&self, z: &[f64], level: f64) -> bool {
        self.newest.is_below(self.setup, z, level)
    }

    fn is_inside(&self, z: &[f64]) -> bool {
        self.before.iter().rev().all(|wave| wave.keeps(self.setup, z))
    }
}

/// Some targets alone, under the emulators of one wave.
pub(super) struct Joint<'a> {
    pub(super) setup: &'a Setup,
    pub(super) wave: &'a Wave,
    pub(super) targets: &'a [usize],
}

impl Criterion for Joint<'_> {
    fn value(&self, z: &[f64]) -> f64 {
        self.targets.iter().map(|target| self.wave.of_target(self.setup, *target, z)).fold(0.0, f64::max)
    }

    fn is_below(&self, z: &[f64], level: f64) -> bool {
        self.value(z) < level
    }

    fn is_inside(&self, _: &[f64]) -> bool {
        true
    }
}

impl Run {
    /// Implausibility of each target; `None` without an output.
    pub(super) fn implausibility(&self, setup: &Setup) -> Vec<Option<f64>> {
        let each = setup.targets.iter().zip(&self.outputs).zip(&self.variances);
        each.map(|((target, output), variance)| output.map(|output| target.implausibility(output, *variance))).collect()
    }
}
