//! What the manifest says of an analysis: enough to repeat it to the bit.

use serde::Serialize;

/// What was asked for, as typed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked<'a> {
    /// The command.
    pub command: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Version of the generator and its layout.
    pub generator: &'static str,
    /// The table.
    pub results: String,
    /// SHA-256 of its bytes.
    pub results_sha256: String,
    /// What was dealt.
    pub unit: &'static str,
    /// Metric that decided.
    pub metric: &'static str,
    /// The arm that the others were compared with.
    pub control: &'a str,
    /// Which column held what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<&'a str>,
    /// First day of the test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<&'a str>,
    /// Metrics beside it.
    pub secondary: Vec<&'static str>,
    /// Metrics that must not get worse.
    pub guardrails: Vec<&'static str>,
    /// Metrics that were adjusted by their own earlier values.
    pub adjusted: Vec<&'static str>,
    /// Half-width of the zone of practical equality, of shares.
    pub zone_points: f64,
    /// The same relative to the control's level.
    pub zone_relative: f64,
    /// Shares below this use the relative one.
    pub zone_below: f64,
    /// Days of the test.
    pub days: u32,
    /// Days it was planned for, where that was said; else the days of the test are taken for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned_days: Option<u32>,
    /// Seed of permutations that were drawn.
    pub seed: u64,
}
