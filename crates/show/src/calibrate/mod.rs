//! A calibration shown: its page, its tables, its words. Its charts are in `chart`.
//!
//! Comes in: a [`Calibrate`]. Goes out: a page and tables. Decides nothing.

mod page;
mod tables;

use wearout_core::finding::{Calibrate, Called, Ended};
use wearout_core::study::calibrate::{Method, Reason};
use wearout_stats::{abc_smc, cma_es, history_matching};

pub use page::page;
pub use tables::tables;

/// Why it ended, in words.
fn ended(ended: Ended) -> &'static str {
    use abc_smc::Stop as Posterior;
    use cma_es::Stop as Best;
    use history_matching::Stop as Plausible;
    let reason = match ended {
        Ended::Early => return "it was stopped early",
        Ended::Finished(reason) => reason,
    };
    match reason {
        Reason::Simulations | Reason::Posterior(Posterior::Simulations) | Reason::Plausible(Plausible::Budget) => {
            "the simulations allowed are spent"
        }
        Reason::Best(Best::Narrow) => "the search has converged",
        Reason::Best(Best::IllConditioned) => "the search is too ill-conditioned to continue",
        Reason::Best(Best::Flat) => "the latest generations do not differ in loss",
        Reason::Best(Best::NoImprovement) => "the latest generations brought no improvement",
        Reason::Posterior(Posterior::NearEnough) => "the threshold asked for is reached",
        Reason::Posterior(Posterior::Acceptance) => "too few of the last generation were accepted",
        Reason::Posterior(Posterior::Degenerate) => "the sample has collapsed, nothing new can be proposed",
        Reason::Plausible(Plausible::Enough) => "the number of plausible sets wanted was found",
        Reason::Plausible(Plausible::Empty) => "two waves found nothing plausible",
    }
}

/// The word of the method on the command line and in files.
fn method(of: &Calibrate) -> &'static str {
    match of.asked.method {
        Method::Best => "best",
        Method::Posterior => "posterior",
        Method::Plausible => "plausible",
    }
}

/// What was found is called so.
pub(crate) fn called(of: &Calibrate) -> &'static str {
    match of.called {
        Called::BestFit => "best fit",
        Called::PlausibleSet => "plausible set",
        Called::Posterior => "posterior",
        Called::SmallSample => "weighted sample, too few to be called a posterior",
    }
}
