//! Loops that choose the next run: how many replicates, under which variation, until when.
//!
//! Comes in: an experiment and what is wanted of it. Goes out: estimates. The only caller of the engine; no file, no clock: two
//! calls with the same arguments give the same bytes.

mod compare;

pub use compare::{Compared, LARGEST_CHUNK, Target, compare};
