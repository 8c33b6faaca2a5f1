//! Loops that choose the next run: how many replicates, under which variation, until when.
//!
//! Comes in: an experiment and what is wanted of it. Goes out: estimates. The only caller of the engine; no file, no clock: two
//! calls with the same arguments give the same bytes.

mod compare;
mod designs;
mod figure;

pub use compare::{Compared, FEWEST_PER_SET, LARGEST_CHUNK, Target, compare, compare_over, under_each};
pub use designs::{DesignRun, designs};
pub use figure::Figure;
