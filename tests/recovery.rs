//! Recovery through the simulator in small: posteriors contract, and their errors are what they promise on average. Coverage is claimed
//! by the long run only (`cargo bench --bench recovery`, `docs/validation.md`).

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[allow(dead_code, reason = "shares the problem of the bench, not all of it")]
mod recovery_case;

use rayon::prelude::*;
use recovery_case::{Case, Sample, TUNED, effective, interval};
use wearout_core::engine::Engine;

const FITS: u32 = 20;
const PARTICLES: usize = 60;
const SIMULATIONS: u64 = 900;

#[test]
fn posteriors_contract_and_their_errors_are_what_they_promise() {
    let engine = Engine::default();
    let samples: Vec<(Case, Sample)> = (0..FITS)
        .into_par_iter()
        .map(|number| {
            let case = Case::new(number, &engine);
            let (sample, simulations) = case.posterior(PARTICLES, SIMULATIONS, &engine);
            assert!(simulations <= SIMULATIONS);
            (case, sample)
        })
        .collect();
    let mut squares = Vec::new();
    let mut shares = vec![0.0; TUNED.len()];
    for (case, sample) in &samples {
        assert!((sample.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-9);
        for (i, (_, low, high)) in TUNED.iter().enumerate() {
            let of = |f: &dyn Fn(f64) -> f64| sample.iter().map(|(point, weight)| weight * f(point[i])).sum::<f64>();
            let mean = of(&|x| x);
            let sd = of(&|x| (x - mean) * (x - mean)).sqrt();
            squares.push(((case.truth[i] - mean) / sd).powi(2));
            let (from, to) = interval(sample, i);
            shares[i] += (to - from) / (0.9 * (high - low)) / f64::from(FITS);
        }
    }
    let mean = samples.iter().map(|(_, sample)| effective(sample)).sum::<f64>() / f64::from(FITS);
    assert!(mean > 12.0, "{mean} effective points on average");
    // 80 squares of standard normal numbers have the mean 1 with standard error sqrt(2 / 80); four of them.
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    assert!(
        (mean - 1.0).abs() < 4.0 * (2.0 / squares.len() as f64).sqrt(),
        "mean squared error of {mean} posterior variances"
    );
    for ((key, ..), share) in TUNED.iter().zip(&shares) {
        assert!(*share < 0.6, "`{key}`: its 90 % intervals are {share} of the prior's on average");
    }
}
