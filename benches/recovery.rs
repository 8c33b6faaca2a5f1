//! Recovery through the simulator, and simulation-based calibration of it: the tables of `docs/validation.md`. Fixed seeds; minutes.
#![expect(clippy::print_stdout, reason = "the tables are what this is for")]
#![expect(clippy::unwrap_used, reason = "a bench may fail")]

#[path = "../tests/recovery_case/mod.rs"]
mod recovery_case;

use std::process::ExitCode;
use std::time::Instant;

use rayon::prelude::*;
use recovery_case::{Case, TUNED, effective, interval, resample};
use wearout_core::engine::Engine;
use wearout_stats::interval::exact_of_proportion;
use wearout_stats::random::uniform;
use wearout_stats::sbc::{rank, uniformity};

const FITS: u32 = 200;
const PARTICLES: usize = 400;
const SIMULATIONS: u64 = 4_000;

/// Draws of each posterior among which the truth is ranked, and bins of the ranks.
const DRAWS: usize = 99;
const BINS: usize = 20;

/// Draws of each linear posterior.
const LINEAR_DRAWS: usize = 2_000;

/// Coverage that is promised, and the largest width relative to the linear posterior's.
const COVERAGE: f64 = 0.90;
const MOST_WIDTH: f64 = 1.5;

/// What one fit gave.
struct Fit {
    /// For each parameter: whether the interval holds the truth, its width, and that of the linear posterior's.
    is_covered: Vec<bool>,
    width: Vec<f64>,
    linear_width: Vec<f64>,
    /// Ranks of the parameters, then that of the log likelihood.
    ranks: Vec<usize>,
    effective: f64,
    simulations: u64,
}

fn fit(number: u32, engine: &Engine) -> Fit {
    let case = Case::new(number, engine);
    let (sample, simulations) = case.posterior(PARTICLES, SIMULATIONS, engine);
    let equal = |point| (point, 1.0 / LINEAR_DRAWS as f64);
    let linear: Vec<(Vec<f64>, f64)> = case.linear(LINEAR_DRAWS, engine).into_iter().map(equal).collect();
    let intervals: Vec<(f64, f64)> = (0..TUNED.len()).map(|i| interval(&sample, i)).collect();
    let mut rng = case.rng(2);
    let draws = resample(&sample, DRAWS, &mut rng);
    let mut ranks: Vec<usize> = (0..TUNED.len())
        .map(|i| rank(case.truth[i], &draws.iter().map(|draw| draw[i]).collect::<Vec<f64>>(), uniform(&mut rng)))
        .collect();
    let likelihoods: Vec<f64> = draws.iter().map(|draw| case.log_likelihood(draw, engine)).collect();
    ranks.push(rank(case.log_likelihood(&case.truth, engine), &likelihoods, uniform(&mut rng)));
    Fit {
        is_covered: intervals.iter().zip(&case.truth).map(|((low, high), x)| low <= x && x <= high).collect(),
        width: intervals.iter().map(|(low, high)| high - low).collect(),
        linear_width: (0..TUNED.len()).map(|i| interval(&linear, i)).map(|(low, high)| high - low).collect(),
        ranks,
        effective: effective(&sample),
        simulations,
    }
}

fn main() -> ExitCode {
    let start = Instant::now();
    let engine = Engine::default();
    let fits: Vec<Fit> = (0..FITS).into_par_iter().map(|number| fit(number, &engine)).collect();
    let mean = |of: &dyn Fn(&Fit) -> f64| fits.iter().map(of).sum::<f64>() / f64::from(FITS);
    let mut misses = 0;

    println!(
        "| parameter | 90 % intervals that hold the truth | exact 99 % interval | mean width, share of the range | over the linear posterior's | |"
    );
    println!("|---|---|---|---|---|---|");
    for (i, (key, low, high)) in TUNED.iter().enumerate() {
        let held = fits.iter().filter(|fit| fit.is_covered[i]).count() as u64;
        let exact = exact_of_proportion(held, u64::from(FITS), 0.99).unwrap();
        let ratio = mean(&|fit| fit.width[i]) / mean(&|fit| fit.linear_width[i]);
        let verdict = match () {
            () if exact.high < COVERAGE => "under-covers",
            () if ratio > MOST_WIDTH => "too wide",
            () if exact.low > COVERAGE => "over-covers",
            () => "as promised",
        };
        misses += u32::from(exact.high < COVERAGE || ratio > MOST_WIDTH);
        println!(
            "| `{key}` | {held} of {FITS} | {:.3} to {:.3} | {:.3} | {ratio:.2} | {verdict} |",
            exact.low,
            exact.high,
            mean(&|fit| fit.width[i]) / (high - low),
        );
    }

    println!(
        "\n| ranks of | mean rank of {DRAWS} | chi-square, {} degrees of freedom | p |\n|---|---|---|---|",
        BINS - 1
    );
    for i in 0..=TUNED.len() {
        let ranks: Vec<usize> = fits.iter().map(|fit| fit.ranks[i]).collect();
        let found = uniformity(&ranks, DRAWS, BINS).unwrap();
        let name = TUNED.get(i).map_or("the log likelihood".to_owned(), |(key, ..)| format!("`{key}`"));
        println!("| {name} | {:.1} | {:.1} | {:.4} |", found.mean, found.chi_square, found.p_value);
    }
    println!(
        "\n{FITS} fits of {:.0} points on average, {:.0} effective particles, {:.0} s",
        mean(&|fit| fit.simulations as f64),
        mean(&|fit| fit.effective),
        start.elapsed().as_secs_f64(),
    );
    if misses == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
