//! Recovery through the simulator: a truth is drawn from the prior, figures are simulated at it and given the errors which the posterior
//! assumes, and the truth is looked for. Shared by `tests/recovery.rs` and `benches/recovery.rs`.
//!
//! One scenario with one plan, four parameters, eight targets read as intervals.

use nalgebra::{DMatrix, DVector};
use wearout_core::diagnostic::Source;
use wearout_core::engine::Engine;
use wearout_core::parameter::Parameters;
use wearout_core::rng::{self, Stream};
use wearout_core::scenario;
use wearout_core::study::calibrate::{Calibration, Method, Problem, Settings};
use wearout_core::tally::Observable;
use wearout_core::targets::{Lever, Quantity, Reading, Spot, Target, TargetScenario, Targets, Tuned};
use wearout_stats::random::{normal, normal_quantile, uniform};

/// What the model leaves out, and the error of what is known: standard deviations on the log scale.
pub(crate) const DISCREPANCY: f64 = 0.12;
pub(crate) const KNOWN_SD: f64 = 0.05;

/// What is tuned, and between which bounds.
pub(crate) const TUNED: [(&str, f64, f64); 4] = [
    ("read_base", -2.2, -0.2),
    ("click_given_read", 0.15, 0.85),
    ("interaction_base", -4.5, -1.5),
    ("irritation_base", -7.0, -5.0),
];

/// What is known: observable and plan.
pub(crate) const KNOWN: [(&str, usize); 8] = [
    ("open_rate@days1-3", 0),
    ("open_rate@days8-14", 0),
    ("click_per_read", 0),
    ("click_rate@days1-7", 0),
    ("interaction_rate", 0),
    ("unwanted_reads", 0),
    ("weekly_unsubscribe", 0),
    ("loss", 0),
];

const SCENARIO: &str = r#"
question = "Are the parameters found again?"
days     = 14
platform = "none"

[audience.club]
groups   = 1
size     = 500
fit      = 0.80
fit_spread = 0.0
relation = 1.0

[plan.mixed]
to    = ["club"]
every = "24h"
kinds = ["hard", "useful"]
"#;

/// Replicates of each point of a fit; and of the data and of each point of the linearisation, whose own luck is small beside the errors.
pub(crate) const REPLICATES: u32 = 4;
const MANY: u32 = 32;

/// Step of the central differences, as a share of the range.
const STEP: f64 = 0.02;

/// Sweeps of the Gibbs sampler before its first draw, and from draw to draw.
const BURN_IN: usize = 200;
const THINNING: usize = 5;

/// Seeds: of the data's luck, the fits' luck, the linearisation's luck, and of what is drawn once for each fit.
const DATA: u64 = 1_000_000;
const FIT: u64 = 2;
const LINEAR: u64 = 3;
const DRAWN: u64 = 4;

/// Targets whose known figures are these.
pub(crate) fn targets(known: &[f64]) -> Targets {
    let source = Source { name: "recovery".into(), text: SCENARIO.into() };
    let draft = scenario::parse("recovery", source, &[]);
    let target = |(&(key, plan), &known): (&(&str, usize), &f64)| Target {
        name: format!("{key} of plan {plan}"),
        quantity: Quantity::Simulated {
            observable: Observable::parse(key).unwrap(),
            at: Spot { scenario: 0, plan },
            over: None,
        },
        reading: Reading::Interval {
            low: known * (1.0 - 1.959_963_985 * KNOWN_SD),
            high: known * (1.0 + 1.959_963_985 * KNOWN_SD),
        },
        weight: 1.0,
        discrepancy: None,
        held_out: false,
        claim: None,
    };
    Targets {
        name: "recovery".into(),
        discrepancy: DISCREPANCY,
        begin: Parameters::best(),
        scenarios: vec![TargetScenario { name: "recovery".into(), draft, times: 1 }],
        targets: KNOWN.iter().zip(known).map(target).collect(),
        patterns: Vec::new(),
        tuned: TUNED.map(|(key, low, high)| tuned(key, low, high)).to_vec(),
    }
}

fn tuned(key: &str, low: f64, high: f64) -> Tuned {
    Tuned {
        name: key.into(),
        lever: Lever::Parameter(key.into()),
        low,
        high,
        start: f64::midpoint(low, high),
        plausible_only: false,
    }
}

/// Standard deviation of all errors together.
pub(crate) fn error_sd() -> f64 {
    libm::hypot(DISCREPANCY, KNOWN_SD)
}

/// Logarithms of the figures at a point.
pub(crate) fn logs(seed: u64, point: &[f64], replicates: u32, engine: &Engine) -> Vec<f64> {
    let targets = targets(&[1.0; KNOWN.len()]);
    let problem = Problem::new(&targets, &Parameters::best(), seed).unwrap();
    let figures = problem.figures(point, 0..replicates, engine);
    figures.into_iter().map(|figure| libm::log(figure.unwrap().mean.max(1e-4))).collect()
}

/// Points and their weights, which sum to 1.
pub(crate) type Sample = Vec<(Vec<f64>, f64)>;

/// One case: a truth, and what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) number: u32,
    pub(crate) truth: Vec<f64>,
    pub(crate) known: Vec<f64>,
}

impl Case {
    pub(crate) fn new(number: u32, engine: &Engine) -> Case {
        let mut rng = rng::method(DRAWN, number, 0);
        let truth: Vec<f64> = TUNED.iter().map(|(_, low, high)| low + uniform(&mut rng) * (high - low)).collect();
        let figures = logs(DATA + u64::from(number), &truth, MANY, engine);
        let known = figures.iter().map(|log| libm::exp(log + error_sd() * normal(&mut rng))).collect();
        Case { number, truth, known }
    }

    /// Random numbers for what is done with the case.
    pub(crate) fn rng(&self, purpose: u32) -> Stream {
        rng::method(DRAWN, self.number, purpose)
    }

    /// The posterior by the product's own calibration: points and weights, and how many points were simulated.
    pub(crate) fn posterior(&self, particles: usize, simulations: u64, engine: &Engine) -> (Sample, u64) {
        let targets = targets(&self.known);
        let problem = Problem::new(&targets, &Parameters::best(), FIT).unwrap();
        let settings = Settings {
            method: Method::Posterior,
            seed: u64::from(self.number),
            replicates: REPLICATES,
            simulations,
            points: Some(particles),
        };
        let mut calibration = Calibration::new(&problem, settings).unwrap();
        while calibration.finished().is_none() {
            assert!(calibration.step(&problem, engine));
        }
        let posterior = calibration.posterior().unwrap();
        (posterior.sample(&problem, calibration.settings()), calibration.simulations())
    }

    /// Draws of the posterior of a linear model with normal errors: logarithms of figures linear in the parameters about the truth (central
    /// differences on common luck), the same errors, the same box; so a normal law cut to the box, drawn by Gibbs sampling (Geweke 1991).
    pub(crate) fn linear(&self, n: usize, engine: &Engine) -> Vec<Vec<f64>> {
        let at = |point: &[f64]| logs(LINEAR, point, MANY, engine);
        let centre = at(&self.truth);
        let mut slopes = DMatrix::zeros(KNOWN.len(), TUNED.len());
        for (i, (_, low, high)) in TUNED.iter().enumerate() {
            let side = |sign: f64| {
                let mut point = self.truth.clone();
                point[i] += sign * STEP * (high - low);
                at(&point)
            };
            let (above, below) = (side(1.0), side(-1.0));
            for j in 0..KNOWN.len() {
                slopes[(j, i)] = (above[j] - below[j]) / (2.0 * STEP * (high - low));
            }
        }
        let misses =
            DVector::from_iterator(KNOWN.len(), self.known.iter().zip(&centre).map(|(k, c)| libm::log(*k) - c));
        let variance = error_sd() * error_sd();
        let precision = slopes.transpose() * &slopes / variance;
        let pull = slopes.transpose() * misses / variance;
        let mut rng = self.rng(1);
        let mut at = DVector::zeros(TUNED.len());
        let mut draws = Vec::with_capacity(n);
        for sweep in 0..BURN_IN + THINNING * n {
            for (i, (_, low, high)) in TUNED.iter().enumerate() {
                let others: f64 = (0..TUNED.len()).filter(|j| *j != i).map(|j| precision[(i, j)] * at[j]).sum();
                let mean = (pull[i] - others) / precision[(i, i)];
                let sd = 1.0 / f64::sqrt(precision[(i, i)]);
                at[i] = truncated(mean, sd, low - self.truth[i], high - self.truth[i], uniform(&mut rng));
            }
            if sweep >= BURN_IN && sweep % THINNING == 0 {
                draws.push(self.truth.iter().zip(at.iter()).map(|(truth, off)| truth + off).collect());
            }
        }
        draws
    }

    /// The log likelihood of what is known at a point, by figures simulated on a luck of their own.
    pub(crate) fn log_likelihood(&self, point: &[f64], engine: &Engine) -> f64 {
        let figures = logs(LINEAR, point, REPLICATES, engine);
        let square = |(log, known): (&f64, &f64)| ((libm::log(*known) - log) / error_sd()).powi(2);
        -0.5 * figures.iter().zip(&self.known).map(square).sum::<f64>()
    }
}

/// A normal number between two bounds, by inversion.
fn truncated(mean: f64, sd: f64, low: f64, high: f64, uniform: f64) -> f64 {
    let below = |x: f64| 0.5 * libm::erfc((mean - x) / sd * std::f64::consts::FRAC_1_SQRT_2);
    let (from, to) = (below(low), below(high));
    let x = mean + sd * normal_quantile(from + uniform * (to - from));
    // So far in a tail that floats see no more: the bound nearest to the mean.
    if x.is_finite() { x.clamp(low, high) } else { mean.clamp(low, high) }
}

/// The 90 % interval of one coordinate of a weighted sample: from its 5 % to its 95 % quantile.
pub(crate) fn interval(sample: &[(Vec<f64>, f64)], coordinate: usize) -> (f64, f64) {
    let mut sorted: Vec<(f64, f64)> = sample.iter().map(|(point, weight)| (point[coordinate], *weight)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let quantile = |probability: f64| {
        let mut sum = 0.0;
        let reached = sorted.iter().find(|(_, weight)| {
            sum += weight;
            sum >= probability
        });
        reached.or(sorted.last()).unwrap().0
    };
    (quantile(0.05), quantile(0.95))
}

/// Draws with replacement, by weight.
pub(crate) fn resample(sample: &[(Vec<f64>, f64)], n: usize, rng: &mut Stream) -> Vec<Vec<f64>> {
    let draw = |_| {
        let at = uniform(rng);
        let mut sum = 0.0;
        let reached = sample.iter().find(|(_, weight)| {
            sum += weight;
            sum > at
        });
        reached.or(sample.last()).unwrap().0.clone()
    };
    (0..n).map(draw).collect()
}

/// How many equally weighted points say as much (Kish).
pub(crate) fn effective(sample: &[(Vec<f64>, f64)]) -> f64 {
    1.0 / sample.iter().map(|(_, weight)| weight * weight).sum::<f64>()
}
