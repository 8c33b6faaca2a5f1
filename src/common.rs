//! What every study takes from the command line, and the values that several take. Defaults of a scenario live in the scenario's
//! reader, never here.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use wearout_core::engine::Instructions;
use wearout_core::parameter::{Fit, find_fit, fits};

/// What every study takes.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Seed of all luck: the same seed gives the same bytes
    #[arg(long, default_value_t = 1, value_parser = whole::<u64>(0..=u64::MAX))]
    pub(super) seed: u64,
    /// Threads; the result does not depend on them [default: all]
    #[arg(long, value_parser = whole::<u32>(1..=1024))]
    pub(super) threads: Option<u32>,
    /// Instruction set; the result does not depend on it [default: the fastest of this machine]
    #[arg(long, value_parser = instructions)]
    pub(super) instructions: Option<Instructions>,
    /// Folder for results
    #[arg(long, default_value = "output")]
    pub(super) out: PathBuf,
    /// Print JSON instead of the table
    #[arg(long)]
    pub(super) json: bool,
    /// No progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// A whole number of a range.
pub(super) fn whole<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: FromStr + PartialOrd + Display + Copy + Send + Sync + 'static,
{
    move |text| match text.parse::<T>() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!("must be a whole number from {} to {}", range.start(), range.end())),
    }
}

fn instructions(name: &str) -> Result<Instructions, String> {
    Instructions::find(name).ok_or_else(|| {
        let names: Vec<&str> = Instructions::available().into_iter().map(Instructions::name).collect();
        format!("this machine has {}", names.join(", "))
    })
}

pub(super) fn fit(name: &str) -> Result<&'static Fit, String> {
    find_fit(name).ok_or_else(|| {
        let names: Vec<&str> = fits().iter().map(|fit| fit.name.as_str()).collect();
        format!("the fits are {}", names.join(", "))
    })
}

/// A number above 0.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (1e-9..=1e9).contains(&number) => Ok(number),
        _ => Err("must be a number above 0 and at most 1000000000, such as 0.005".into()),
    }
}
