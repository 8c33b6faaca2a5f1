//! wearout: what a sending plan does to the people who receive it.

pub mod analysis;
pub mod diagnostic;
pub mod parameter;
pub mod report;
pub mod scenario;
pub mod tally;
pub mod units;
