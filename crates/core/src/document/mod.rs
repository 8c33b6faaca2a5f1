//! A document as its author wrote it, TOML or CSV: values that know their names and places, and what each may hold.
//!
//! Comes in: a text. Goes out: its tree, and typed values with every fault found on the way. Which keys there are and what they
//! mean is not here: see `scenario` and `targets`.

pub(crate) mod edit;
pub(crate) mod reader;
pub(crate) mod rows;
pub(crate) mod tree;
