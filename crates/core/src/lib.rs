//! The model: what a sending plan does to the people who receive it, from the text of a scenario to what was found.
//!
//! The data flows one way. A text becomes a [`scenario::Draft`], which [`plan::compile`] turns into an [`plan::Experiment`]
//! or every fault at once. For each replicate the [`engine`] draws a [`population`] and lets every plan live its days on it
//! ([`behaviour`] for members, [`platform`] for the sender's account), which gives a [`tally::Tally`] a plan. The
//! [`analysis`] makes estimates and paired differences of tallies, a [`study`] decides what to run, and `wearout-show` shows what came
//! out. Modules below stand in that order, from the ground up; `ARCHITECTURE.md` has the floors.
//!
//! ```
//! use wearout_core::diagnostic::Source;
//! use wearout_core::engine::Engine;
//! use wearout_core::study::{Target, compare};
//! use wearout_core::{plan, scenario, tally};
//!
//! let text = "[audience.club]\nsize = 100\n[plan.daily]\n[plan.spaced]\nevery = \"48h\"\n";
//! let draft = scenario::parse("club", Source { name: "club.toml".into(), text: text.into() }, &[]);
//! let experiment = plan::compile(&draft, 1)?;
//!
//! let headline = [tally::find("loss").expect("a metric")];
//! let compared = compare(&experiment, &headline, &Target::Replicates(50), false, &Engine::default());
//! let comparison = compared.expect("nobody stopped it").comparison;
//! let difference = comparison.difference(1, "loss").expect("plan 1 is not the baseline");
//! assert!(difference.difference < Some(0.0), "fewer posts lose fewer members");
//! # Ok::<(), wearout_core::diagnostic::Faults>(())
//! ```

pub mod diagnostic;
pub mod units;

mod document;
pub mod evidence;
pub mod math;
pub mod parameter;
pub mod rng;
pub mod tally;

pub mod population;

pub mod behaviour;
pub mod platform;

pub mod scenario;

pub mod plan;
pub mod results;
pub mod targets;

pub mod engine;

pub mod analysis;

pub mod study;

pub mod finding;

pub mod shard;

pub mod job;
