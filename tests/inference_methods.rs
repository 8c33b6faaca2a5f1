//! The inference methods find what exact theory says they must; the rows, with their sources, are in `tests/data/inference.csv`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use serde_json::Value;
use wearout_stats::abc_smc::{AbcSmc, Settings, Stop};
use wearout_stats::cma_es::CmaEs;
use wearout_stats::prior::{BoxPrior, Prior};
use wearout_stats::random::{normal, normal_quantile, uniform};

struct Case {
    inputs: Value,
    expected: Value,
}

fn case(name: &str) -> Case {
    let mut rows = csv::Reader::from_path("tests/data/inference.csv").unwrap();
    let row = rows.records().map(Result::unwrap).find(|row| &row[0] == name).unwrap();
    let read = |text: &str| serde_json::from_str(text).unwrap();
    Case { inputs: read(&row[2]), expected: read(&row[3]) }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[track_caller]
fn check(found: f64, expected: &Value, tolerance: f64) {
    assert!((found - number(expected)).abs() <= tolerance, "{found} is not {expected} within {tolerance}");
}

fn generator(seed: u64, generation: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed * 1_000_000 + generation)
}

/// On how many of ten seeds the case's target is reached within `most` evaluations, in ten coordinates.
fn n_seeds_reaching(name: &str, most: u64, f: impl Fn(&[f64]) -> f64) -> usize {
    let Case { inputs, expected } = case(name);
    let (start, sd) = (number(&inputs["x0"]), number(&inputs["sigma0"]));
    let reaches = |seed: &u64| {
        let mut search = CmaEs::new(&[start; 10], &[sd; 10], &[-10.0; 10], &[10.0; 10], None);
        while search.evaluations() + search.population() as u64 <= most {
            let mut rng = generator(*seed, search.generation());
            let values: Vec<f64> = search.ask(&mut rng).iter().map(|x| f(x)).collect();
            search.tell(&values);
        }
        search.best().unwrap().1 < number(&expected["f_best_lt"])
    };
    (1..=10).filter(reaches).count()
}

#[test]
fn cma_es_reaches_the_bottom_of_a_sphere() {
    let n_seeds = n_seeds_reaching("cmaes_sphere_10d", 3000, |x| x.iter().map(|x| x * x).sum());
    assert!(n_seeds >= 9, "{n_seeds} of 10");
}

#[test]
fn cma_es_reaches_the_bottom_of_an_ellipsoid_of_condition_a_million() {
    let n_seeds = n_seeds_reaching("cmaes_ellipsoid_cond1e6_10d", 7000, |x| {
        x.iter().enumerate().map(|(i, x)| libm::pow(10.0, 6.0 * i as f64 / 9.0) * x * x).sum()
    });
    assert!(n_seeds >= 9, "{n_seeds} of 10");
}

/// A run to its end, on fixed seeds.
fn run(
    settings: Settings,
    prior: &impl Prior,
    seed: u64,
    mut distance: impl FnMut(&[f64], &mut Xoshiro256PlusPlus) -> f64,
) -> AbcSmc {
    let mut abc = AbcSmc::new(settings);
    while abc.stop().is_none() {
        let points = abc.ask(prior, &mut generator(seed, abc.generation()));
        let mut luck = generator(seed + 1000, abc.generation());
        let distances: Vec<f64> = points.iter().map(|point| distance(point, &mut luck)).collect();
        abc.tell(&distances);
    }
    abc
}

fn mean_and_sd(abc: &AbcSmc, coordinate: usize) -> (f64, f64) {
    let mean = abc.expectation(|point| point[coordinate]).unwrap();
    (mean, abc.expectation(|point| (point[coordinate] - mean) * (point[coordinate] - mean)).unwrap().sqrt())
}

/// Independent normal coordinates, or lognormal ones: the density of the logarithm over the value.
struct Normal {
    mean: Vec<f64>,
    sd: Vec<f64>,
    is_log: bool,
}

impl Prior for Normal {
    fn dimension(&self) -> usize {
        self.mean.len()
    }

    fn point(&self, uniforms: &[f64]) -> Vec<f64> {
        let at = |i: usize| self.mean[i] + self.sd[i] * normal_quantile(uniforms[i]);
        (0..self.mean.len()).map(|i| if self.is_log { libm::exp(at(i)) } else { at(i) }).collect()
    }

    fn density(&self, point: &[f64]) -> f64 {
        if self.is_log && point.iter().any(|x| *x <= 0.0) {
            return 0.0;
        }
        let density = |(i, x): (usize, &f64)| {
            let z = (if self.is_log { libm::log(*x) } else { *x } - self.mean[i]) / self.sd[i];
            libm::exp(-0.5 * z * z) / (self.sd[i] * 2.506_628_274_631_000_7 * if self.is_log { *x } else { 1.0 })
        };
        point.iter().enumerate().map(density).product()
    }
}

/// A binomial number by the waiting times between successes (Devroye 1986, Non-Uniform Random Variate Generation, chapter X).
fn binomial(n: u32, p: f64, luck: &mut Xoshiro256PlusPlus) -> f64 {
    if p >= 1.0 {
        return f64::from(n);
    }
    let (mut at, mut n_successes) = (0.0, 0.0);
    loop {
        at += (libm::log(1.0 - uniform(luck)) / libm::log1p(-p)).floor() + 1.0;
        // Without any chance of success the wait is infinite, or NaN.
        if at.is_nan() || at > f64::from(n) {
            return n_successes;
        }
        n_successes += 1.0;
    }
}

/// Share infected at days 0, 17, ..., 153 of a susceptible-infected-recovered epidemic with one first case in a million;
/// Runge-Kutta of fourth order, half a day a step.
fn infected(contact: f64, recovery: f64) -> [f64; 10] {
    let slope = |[s, i]: [f64; 2]| [-contact * s * i, contact * s * i - recovery * i];
    let step = |[s, i]: [f64; 2], [ds, di]: [f64; 2], h: f64| [s + h * ds, i + h * di];
    let mut state = [1.0 - 1e-6, 1e-6];
    std::array::from_fn(|observation| {
        for _ in 0..if observation == 0 { 0 } else { 34 } {
            let first = slope(state);
            let second = slope(step(state, first, 0.25));
            let third = slope(step(state, second, 0.25));
            let fourth = slope(step(state, third, 0.5));
            let mean = [0, 1].map(|j| (first[j] + 2.0 * second[j] + 2.0 * third[j] + fourth[j]) / 6.0);
            state = step(state, mean, 0.5);
        }
        state[1].clamp(0.0, 1.0)
    })
}

#[test]
fn abc_is_exact_for_integer_distances_by_rejection_and_by_smc() {
    let Case { inputs, expected } = case("abc_beta_binomial_eps5");
    let (near_enough, observed) = (number(&inputs["eps"]), number(&inputs["k_obs"]));
    let smc = Settings {
        n_particles: 4000,
        kept: 0.5,
        least_acceptance: 0.02,
        most_simulations: 40_000,
        near_enough: Some(near_enough),
    };
    let prior = BoxPrior { low: vec![0.0], high: vec![1.0] };
    for settings in [Settings::rejection(100_000, near_enough), smc] {
        let n_draws = settings.n_particles as f64;
        let abc = run(settings, &prior, 1, |point, luck| (binomial(1000, point[0], luck) - observed).abs());
        assert_eq!((abc.stop(), abc.threshold()), (Some(Stop::NearEnough), Some(near_enough)));
        let (mean, sd) = mean_and_sd(&abc, 0);
        check(mean, &expected["mean"], 3.0 * sd / abc.effective().sqrt());
        check(sd, &expected["sd"], 0.05 * sd);
        if abc.generation() == 1 {
            let share = number(&expected["accept_prob_from_prior"]);
            check(
                abc.particles().len() as f64 / n_draws,
                &expected["accept_prob_from_prior"],
                4.0 * (share / n_draws).sqrt(),
            );
        }
    }
}

#[test]
fn abc_smc_finds_the_conjugate_normal_posterior() {
    let Case { inputs, expected } = case("gauss_conjugate_1d");
    let observed = number(&inputs["y_obs"]);
    let settings =
        Settings { n_particles: 8000, kept: 0.5, least_acceptance: 0.05, most_simulations: 100_000, near_enough: None };
    let prior = Normal { mean: vec![0.0], sd: vec![1.0], is_log: false };
    let abc = run(settings, &prior, 1, |point, luck| (point[0] + normal(luck) - observed).abs());
    let (mean, sd) = mean_and_sd(&abc, 0);
    assert!(abc.effective() > 1000.0 && abc.stop() == Some(Stop::Acceptance), "{} {:?}", abc.effective(), abc.stop());
    check(mean, &expected["post_mean"], 0.03);
    check(sd, &expected["post_sd"], 0.05 * sd);
}

/// A sampler with wrong weights loses the tails here (Sisson, Fan & Tanaka 2007 and their correction of 2009).
#[test]
fn abc_smc_keeps_the_tails_of_a_narrow_and_a_wide_component() {
    let Case { inputs, expected } = case("sisson_mixture");
    let observed = number(&inputs["y_obs"]);
    let settings = Settings {
        n_particles: 8000,
        kept: 0.25,
        least_acceptance: 0.0,
        most_simulations: 200_000,
        near_enough: Some(0.025),
    };
    let prior = BoxPrior { low: vec![-10.0], high: vec![10.0] };
    let abc = run(settings, &prior, 1, |point, luck| {
        let sd = if uniform(luck) < 0.5 { 1.0 } else { 0.1 };
        (point[0] + sd * normal(luck) - observed).abs()
    });
    assert!(abc.effective() > 1000.0 && abc.stop() == Some(Stop::NearEnough), "{} {:?}", abc.effective(), abc.stop());
    let share = |of: fn(f64) -> bool| abc.expectation(|point| f64::from(of(point[0].abs()))).unwrap();
    check(share(|size| size < 0.2), &expected["P(|theta|<0.2)"], 0.03);
    check(share(|size| size > 1.0), &expected["P(|theta|>1)"], 0.03);
    check(mean_and_sd(&abc, 0).0, &expected["post_mean"], 0.06);
}

/// The distance is between square roots of counts, whose noise is the same at every height.
#[test]
fn abc_smc_finds_contact_and_recovery_rates_of_an_epidemic() {
    let Case { inputs, expected } = case("sbibm_sir_obs1");
    let observed: Vec<f64> = inputs["obs"].as_array().unwrap().iter().map(number).collect();
    let prior = Normal { mean: vec![libm::log(0.4), libm::log(0.125)], sd: vec![0.5, 0.2], is_log: true };
    let settings =
        Settings { n_particles: 1500, kept: 0.5, least_acceptance: 0.06, most_simulations: 100_000, near_enough: None };
    let abc = run(settings, &prior, 1, |point, luck| {
        let pairs = infected(point[0], point[1]).into_iter().zip(&observed);
        let differences = pairs.map(|(share, observed)| binomial(1000, share, luck).sqrt() - observed.sqrt());
        differences.map(|difference| difference * difference).sum::<f64>().sqrt()
    });
    assert!(abc.effective() > 200.0, "{}", abc.effective());
    for i in 0..2 {
        let (mean, sd) = mean_and_sd(&abc, i);
        let exact_sd = number(&expected["post_sd"][i]);
        check(mean, &expected["post_mean"][i], 2.0 * exact_sd);
        assert!(exact_sd / 2.0 < sd && sd < 2.0 * exact_sd, "{sd} is not {exact_sd}");
    }
}
