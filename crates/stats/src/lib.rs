//! General statistics: numbers in, estimates out; nothing here knows what the numbers count.
//!
//! Every method is one file and names its source. Sums run in the order of the calls, so that equal calls give equal bits.
//! What is estimated, and from which replicates, is decided in `analysis`.

pub mod abc_likelihood;
pub mod abc_smc;
pub mod adjustment;
pub mod allocation;
pub mod as_numbers;
pub mod bandit;
pub mod best_of;
pub mod beta_arms;
pub mod beta_binomial;
mod bootstrap;
pub mod bounds;
pub mod chance_to_win;
pub mod cluster_robust;
pub mod clustered;
pub mod clustered_power;
pub mod cma_es;
pub mod decaying_effect;
pub mod dudewicz_dalal;
pub mod emulator;
pub mod history_matching;
pub mod interval;
pub mod kolmogorov;
pub mod least_squares;
pub mod looks;
pub mod mean;
pub mod mixture;
pub mod morris;
pub mod multiplicity;
pub mod noncentral_t;
pub mod paired;
pub mod permutation;
mod pivot;
pub mod power;
pub mod prior;
pub mod proposal;
pub mod quadrature;
pub mod quantile;
pub mod random;
pub mod random_effects;
pub mod ratio;
pub mod rebounding;
pub mod root;
pub mod sample_ratio;
pub mod sbc;
pub mod selection;
pub mod sequence;
pub mod sobol;
pub mod student;
pub mod test_and_roll;
pub mod two_proportions;
pub mod two_sample;
pub mod weighted;

pub use interval::Interval;
