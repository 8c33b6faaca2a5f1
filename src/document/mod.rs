//! A TOML document as its author wrote it: keys and values that know their names and places, and what each may hold.
//!
//! Comes in: a text. Goes out: its tree, and typed values with every fault found on the way. Which keys there are and what they
//! mean is not here: see `scenario` and `targets`.

pub(crate) mod reader;
pub(crate) mod tree;
