//! stub
use crate::analysis::Comparison; use crate::tally::Metric;
/// x
pub struct Chart { /// x
 pub key: &'static str, /// x
 pub title: &'static str }
/// x
pub const CHARTS: &[Chart] = &[];
/// x
pub struct Caption<'a> { /// x
 pub scenario: &'a str, /// x
 pub question: &'a str, /// x
 pub seed: u64, /// x
 pub replicates: u64, /// x
 pub partial: bool }
/// x
pub struct Rendered { /// x
 pub svg: String, /// x
 pub png: Vec<u8> }
/// x
pub fn render(_: &Chart, _: &Comparison, _: &[&'static Metric], _: &Caption) -> Result<Option<Rendered>, std::io::Error> { Ok(None) }
