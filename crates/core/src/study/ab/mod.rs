//! Tests modelled through the people: planned, powered, judged by whether they pay.
//!
//! Comes in: a scenario with a test and what is wanted of it. Goes out: plain results. A post reaches a whole group, so the group is
//! the unit; on a direct list, whose members are dealt one by one, the member is.

mod contest;
pub mod design;
mod played;
pub mod power;
pub mod rotate;
pub mod worth;

pub use contest::{Contest, Tested, Which};
pub use played::{Judge, Method, Played, Seen, play};
