//! wearout: what a sending plan does to the people who receive it.

pub mod analysis;
pub mod behaviour;
pub mod cli;
pub mod diagnostic;
pub mod engine;
pub mod evidence;
pub mod math;
pub mod parameter;
pub mod plan;
pub mod platform;
pub mod population;
pub mod report;
pub mod rng;
pub mod scenario;
pub mod stats;
pub mod study;
pub mod tally;
pub mod units;
