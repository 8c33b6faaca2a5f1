//! What a plan means day by day.

pub mod schedule;
