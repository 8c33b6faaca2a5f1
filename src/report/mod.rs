//! Estimates in, files' contents out: tables, CSV and charts. Computes no estimate and knows no engine.

pub mod chart;
