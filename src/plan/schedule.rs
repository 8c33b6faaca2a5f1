//! placeholder
use crate::units::{Flags, Kind};
/// x
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "x")]
pub struct Slot { pub day: u32, pub hour: f64, pub kind: Kind, pub content: usize, pub topic: Option<String>, pub offer: f64, pub flags: Flags }
/// x
pub fn schedule(_: &crate::scenario::Plan, _: u32, _: crate::units::Weekday) -> Result<Vec<Slot>, Vec<crate::diagnostic::Diagnostic>> { Ok(vec![]) }
