//! The simulated people: traits drawn once, and the columns in which a day is lived.
//!
//! Comes in: the laws of an audience, a key and a replicate. Goes out: [`People`], the traits of everyone an audience holds, and
//! [`Block`]s of 128 members that a plan addresses, ready to live. What members do is not here: see `behaviour`.

mod block;
mod draw;
mod lane;
mod quantile;
mod quantile_table;

pub use block::{Block, NO_NEED, Status, pack};
pub use draw::{Audience, Laws, People, PeopleLaw, choose};
pub use lane::{LANES, Lane, Mask, mask, select};
pub use quantile_table::{QuantileTable, TraitLaw};
