//! Loops that choose the next run: how many replicates, under which variation, until when.
//!
//! Comes in: an experiment and what is wanted of it. Goes out: estimates. The only caller of the engine; no file, no clock: two
//! calls with the same arguments give the same bytes.

pub mod ab;
pub mod calibrate;
mod compare;
mod corners;
mod cost;
mod designs;
mod figure;
mod observer;
mod patterns;
mod scorecard;
pub mod select;
pub mod sensitivity;

pub use compare::{
    Compared, FEWEST_PER_SET, LARGEST_CHUNK, Taken, Target, compare, compare_over, in_chunks, under_each,
};
pub use cost::Cost;
pub use designs::{DesignRun, designs};
pub use figure::Figure;
pub use observer::{Flow, Observer, Stage, Work};
pub use patterns::{Checked, PatternScore, Search, Shown, ShownCounts, count_shown, few, shows};
pub use scorecard::{CLOSE, Counts, FAR, Nearness, Scorecard, Scored, count, score, scorecard};
