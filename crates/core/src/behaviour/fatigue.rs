//! Ad fatigue: it grows with each read that is not useful in itself, halves over hours, and lowers reading.

use super::{Law, Visit};
use crate::math;
use crate::population::{Block, LANES, select};

/// Lets fatigue, and where switched on the memory of repeats, decay over the time since the last visit.
#[inline(always)]
pub(super) fn decay(block: &mut Block, law: &Law, visit: &Visit) {
    let (fatigue_decay, memory_decay) = (law.fatigue_decay, law.memory_decay);
    for lane in 0..LANES {
        let hours = visit.hour[lane] - block.last_visit[lane];
        let rested = block.fatigue[lane] * math::exp(fatigue_decay * hours);
        block.fatigue[lane] = select(visit.here[lane], rested, block.fatigue[lane]);
    }
    if memory_decay != 0.0 {
        let mut remembered = [1.0; LANES];
        for lane in 0..LANES {
            let hours = visit.hour[lane] - block.last_visit[lane];
            remembered[lane] = select(visit.here[lane], math::exp(memory_decay * hours), 1.0);
        }
        for reads in &mut block.reads {
            for lane in 0..LANES {
                reads[lane] *= remembered[lane];
            }
        }
    }
}

/// log(1 + F): what reading and quitting feel of fatigue.
#[inline(always)]
pub(super) fn felt(fatigue: f32) -> f32 {
    math::ln(1.0 + fatigue)
}

/// What a read adds: 1 for a hard ad, however relevant; less for what is worth reading in itself.
#[inline(always)]
pub(super) fn of_a_read(intrinsic_value: f32) -> f32 {
    1.0 - intrinsic_value
}
