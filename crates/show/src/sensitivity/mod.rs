//! A sensitivity analysis shown: text, CSV, JSON, a manifest. Its charts are in `chart`.
//!
//! Comes in: a [`Page`]. Goes out: text and files. Computes no statistic.

mod files;
mod json;
mod manifest;
mod text;

use wearout_core::study::sensitivity::{Decision, Factor, Question, Sensitivity};

pub use files::{morris, sobol, tipping, tornado};
pub use json::value;
pub use manifest::{Asked, Timing, manifest};
pub use text::text;
pub(crate) use text::{at, significant};

use super::number::{difference_unit, level_unit, scale};
use super::sentence;

/// A question and its answer.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// What was found.
    pub found: &'a Sensitivity,
}

impl Page<'_> {
    /// A factor by its index.
    pub(crate) fn factor(&self, index: usize) -> &Factor {
        &self.question.factors[index]
    }

    fn plan(&self, index: usize) -> &str {
        &self.question.variants.base().plans[index].name
    }

    /// What its figure is multiplied by to be read.
    pub(crate) fn scale(&self) -> f64 {
        scale(self.question.measure.metric.unit)
    }

    /// The figure in words: `churn, targeted minus spray`.
    pub(crate) fn measure(&self) -> String {
        let measure = self.question.measure;
        let plan = self.plan(measure.plan);
        match measure.minus {
            Some(minus) => format!("{}, {plan} minus {}", measure.metric.label, self.plan(minus)),
            None => format!("{} under {plan}", measure.metric.label),
        }
    }

    /// The unit of the figure as it is read.
    pub(crate) fn unit(&self) -> &'static str {
        let measure = self.question.measure;
        let unit = if measure.minus.is_some() { difference_unit } else { level_unit };
        unit(measure.metric.unit)
    }
}

fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Overall(overall) => sentence::overall(overall),
        Decision::Call(call) => sentence::call(call),
    }
}
