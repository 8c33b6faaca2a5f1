//! wearout: what a sending plan does to the people who receive it.

pub mod analysis;
pub mod diagnostic;
mod math;
pub mod parameter;
pub mod population;
pub mod rng;
pub mod scenario;
pub mod tally;
pub mod units;
