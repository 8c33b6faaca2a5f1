//! What is known, shown: files as bytes and tables as text. Nothing here computes a figure or opens a file.

pub mod csv;
pub mod json;
mod number;
mod sentence;
pub mod table;
