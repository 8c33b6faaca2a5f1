//! The rows of a design run: each a scenario of its own, all under the same luck.
//!
//! Comes in: points of the unit cube, a coordinate per factor. Goes out: per point, the measure in each stream (replicates 0 to L - 1 of the
//! seed). Rows are worked out on all threads and depend on nothing but themselves.

use rayon::prelude::*;

use super::asked::Question;
use super::factor::Factor;
use crate::diagnostic::Faults;
use crate::engine::{Engine, simulate};

/// Rows between two looks at whether to stop: bounds what a stop throws away, decides nothing.
const CHUNK: usize = 512;

/// What a row came to.
#[derive(Debug, Clone, PartialEq)]
enum Row {
    /// One value per stream.
    Values(Vec<f64>),
    /// In some stream the metric has no base.
    NoBase,
    /// The engine was told to stop.
    Stopped,
}

/// Whole blocks of rows, as far as they were run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Blocks {
    /// The rows of the blocks in which every row has a value in every stream, block after block.
    pub(super) values: Vec<Vec<f64>>,
    /// Which blocks those are.
    pub(super) kept: Vec<usize>,
    /// Blocks left out because the metric has no base somewhere in them.
    pub(super) left_out: u32,
    /// Whether there are fewer blocks than points because of a stop.
    pub(super) partial: bool,
}

/// Runs the points in blocks of `rows_per_block`: a trajectory, or a base row with all that belongs to it.
///
/// # Errors
/// What a combination of levers makes wrong.
pub(super) fn run(
    question: &Question,
    factors: &[&Factor],
    points: &[Vec<f64>],
    rows_per_block: usize,
    engine: &Engine,
) -> Result<Blocks, Faults> {
    let mut blocks = Blocks { values: Vec::with_capacity(points.len()), kept: Vec::new(), left_out: 0, partial: false };
    let rows_per_chunk = CHUNK.div_ceil(rows_per_block) * rows_per_block;
    for chunk in points.chunks(rows_per_chunk) {
        let rows: Vec<Result<Row, Faults>> =
            chunk.par_iter().map(|point| row(question, factors, point, engine)).collect();
        let rows: Vec<Row> = rows.into_iter().collect::<Result<_, _>>()?;
        for block in rows.chunks(rows_per_block) {
            if block.contains(&Row::Stopped) {
                blocks.partial = true;
                return Ok(blocks);
            }
            let values: Option<Vec<Vec<f64>>> = block.iter().map(Row::values).collect();
            match values {
                Some(values) => {
                    blocks.kept.push(blocks.kept.len() + blocks.left_out as usize);
                    blocks.values.extend(values);
                }
                None => blocks.left_out += 1,
            }
        }
    }
    Ok(blocks)
}

impl Row {
    fn values(&self) -> Option<Vec<f64>> {
        if let Row::Values(values) = self { Some(values.clone()) } else { None }
    }
}

fn row(question: &Question, factors: &[&Factor], point: &[f64], engine: &Engine) -> Result<Row, Faults> {
    if engine.stopped() {
        return Ok(Row::Stopped);
    }
    let values: Vec<(&Factor, f64)> =
        factors.iter().zip(point).map(|(factor, share)| (*factor, factor.at(*share))).collect();
    let experiment = question.variants.under(&values)?;
    let streams = simulate(&experiment, 0..question.streams, engine);
    if streams.len() < question.streams as usize {
        return Ok(Row::Stopped);
    }
    let values: Option<Vec<f64>> = streams.iter().map(|paired| question.measure.value(&experiment, paired)).collect();
    Ok(values.map_or(Row::NoBase, Row::Values))
}
