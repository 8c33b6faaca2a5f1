//! The `wearout` program.
fn main() {}
