//! CMA-ES within bounds: the minimum of a function that is rugged, noisy or ill-conditioned, without its derivatives.
//!
//! Comes in: a start, standard deviations and bounds per coordinate; then, each generation, the values of its candidates. Goes
//! out: candidates, the best one seen, the centre of the distribution, and when to stop. Deliberately not here: evaluation,
//! restarts, budgets, and where the random numbers come from.
//!
//! Sources: Hansen & Ostermeier 2001, Evolutionary Computation 9(2), 159-195; formulas of Hansen 2016, The CMA Evolution
//! Strategy: A Tutorial, arXiv:1604.00772, with its numbers: section 1 (sampling), 2 (selection), 3 (covariance; negative
//! weights, after Jastrebski & Arnold 2006), 4 (step size), appendix A (all together, default parameters of table 1), appendix
//! B.3 (when to stop).
//!
//! Bounds are met by a change of coordinates (`bounds`), not by a penalty: a penalty needs a weight, which would have to be
//! learnt from values that are noisy here.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::as_numbers;
use crate::bounds::Axis;
use crate::random::normal;

/// Largest condition number of the covariance matrix that floats can carry (appendix B.3, `ConditionCov`).
const MOST_CONDITION: f64 = 1e14;

/// The state between two generations. It is all there is: written as JSON and read again (floats exact), it goes on to the same
/// bits, if the caller gives each [`generation`](Self::generation) the same random numbers: a fresh generator keyed by its
/// number. Candidates that were asked and not yet told are not kept: ask again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CmaEs {
    axes: Vec<Axis>,
    population: usize,
    generation: u64,
    evaluations: u64,
    /// Centre and step size sigma, in coordinates that are unbounded and have the starting deviations as units.
    #[serde(with = "as_numbers::column")]
    mean: DVector<f64>,
    sigma: f64,
    #[serde(with = "as_numbers::square")]
    covariance: DMatrix<f64>,
    /// Symmetric root of the covariance matrix, and the ratio of its largest to its smallest eigenvalue.
    #[serde(with = "as_numbers::square")]
    root: DMatrix<f64>,
    condition: f64,
    /// The evolution paths `p_c` and `p_sigma`.
    #[serde(with = "as_numbers::column")]
    path: DVector<f64>,
    #[serde(with = "as_numbers::column")]
    path_sigma: DVector<f64>,
    /// The standard normal vectors behind the candidates that wait for their values; whoever resumes asks again.
    #[serde(skip)]
    asked: Vec<DVector<f64>>,
    best: Option<Best>,
    history: Vec<Generation>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Best {
    point: Vec<f64>,
    value: f64,
}

/// Best and median finite value of one generation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Generation {
    best: f64,
    median: f64,
}

/// Why to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    /// The distribution is as narrow as was asked for.
    Narrow,
    /// The covariance matrix has become too ill-conditioned for floats.
    IllConditioned,
    /// The best values of the last generations are all the same.
    Flat,
    /// Neither best nor median value of the latest generations is lower than earlier ones'.
    NoImprovement,
}

impl CmaEs {
    /// A search from `start` with standard deviation `sd` per coordinate (about a third of the distance within which the minimum
    /// is expected). `population` is the number of candidates in a generation; `None` takes 4 + 3 ln n of table 1, more suits
    /// noise.
    ///
    /// # Panics
    /// When the slices differ in length or are empty, `start` lies outside the bounds, a bound is not finite, a lower bound is
    /// not below its upper one, an `sd` is not positive, or the population is below 4.
    pub fn new(start: &[f64], sd: &[f64], low: &[f64], high: &[f64], population: Option<usize>) -> Self {
        let n = start.len();
        assert!(
            n > 0 && [sd.len(), low.len(), high.len()] == [n; 3],
            "as many deviations and bounds as coordinates, at least 1"
        );
        let axes: Vec<Axis> = (0..n).map(|i| Axis::new(sd[i], low[i], high[i])).collect();
        let population = population.unwrap_or(4 + (3.0 * libm::log(n as f64)) as usize);
        assert!(population >= 4, "a population of at least 4, found {population}");
        Self {
            mean: DVector::from_fn(n, |i, _| axes[i].unbend(start[i])),
            axes,
            population,
            generation: 0,
            evaluations: 0,
            sigma: 1.0,
            covariance: DMatrix::identity(n, n),
            root: DMatrix::identity(n, n),
            condition: 1.0,
            path: DVector::zeros(n),
            path_sigma: DVector::zeros(n),
            asked: Vec::new(),
            best: None,
            history: Vec::new(),
        }
    }

    /// The candidates of this generation, each within bounds (section 1). Asking again draws them anew.
    pub fn ask(&mut self, rng: &mut impl Rng) -> Vec<Vec<f64>> {
        let n = self.axes.len();
        self.asked = (0..self.population).map(|_| DVector::from_fn(n, |_, _| normal(rng))).collect();
        self.asked.iter().map(|z| self.point(&(&self.mean + self.sigma * (&self.root * z)))).collect()
    }

    /// Takes in the value of each candidate, in the order in which they were asked. Lower is better; values that are not finite
    /// rank behind all others, and a generation without any finite one moves nothing. Equal values rank in the order of the
    /// candidates.
    ///
    /// # Panics
    /// When the number of values is not that of the candidates.
    pub fn tell(&mut self, values: &[f64]) {
        assert_eq!(values.len(), self.asked.len(), "a value for each candidate");
        let asked = std::mem::take(&mut self.asked);
        self.generation += 1;
        self.evaluations += values.len() as u64;
        let mut order: Vec<usize> = (0..values.len()).collect();
        let rank = |i: usize| if values[i].is_finite() { values[i] } else { f64::INFINITY };
        order.sort_by(|&i, &j| rank(i).total_cmp(&rank(j)));
        let n_finite = values.iter().filter(|value| value.is_finite()).count();
        let Some(last) = n_finite.checked_sub(1) else { return };
        let (first, median) = (order[0], values[order[last / 2]]);
        if self.best.as_ref().is_none_or(|best| values[first] < best.value) {
            let point = self.point(&(&self.mean + self.sigma * (&self.root * &asked[first])));
            self.best = Some(Best { point, value: values[first] });
        }
        self.history.push(Generation { best: values[first], median });
        self.learn(&order.iter().map(|&i| &asked[i]).collect::<Vec<_>>());
    }

    /// Sections 2 to 4 as in appendix A: `ranked` holds the standard normal vectors, best first.
    fn learn(&mut self, ranked: &[&DVector<f64>]) {
        let n = self.axes.len() as f64;
        let Defaults { weights, n_eff, c_c, c_sigma, c_1, c_mu, d_sigma } = &Defaults::new(n, ranked.len());
        // `root` is the symmetric root of C: y = root z, and C^(-1/2) y is z again.
        let steps: Vec<DVector<f64>> = ranked.iter().map(|z| &self.root * *z).collect();
        let selected = |vectors: &mut dyn Iterator<Item = &DVector<f64>>| {
            let sum = DVector::zeros(self.axes.len());
            vectors
                .zip(weights)
                .filter(|(_, weight)| **weight > 0.0)
                .fold(sum, |sum, (vector, weight)| sum + *weight * vector)
        };
        let (step, white_step) = (selected(&mut steps.iter()), selected(&mut ranked.iter().copied()));
        self.mean += self.sigma * &step;

        self.path_sigma = (1.0 - c_sigma) * &self.path_sigma + (c_sigma * (2.0 - c_sigma) * n_eff).sqrt() * white_step;
        let expected = n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
        let length = self.path_sigma.norm();
        // The path of C stalls while the step size still has far to grow (h_sigma).
        let settled = (1.0 - libm::pow(1.0 - c_sigma, 2.0 * self.generation as f64)).sqrt();
        let is_steady = length / settled < (1.4 + 2.0 / (n + 1.0)) * expected;
        self.path = (1.0 - c_c) * &self.path;
        if is_steady {
            self.path += (c_c * (2.0 - c_c) * n_eff).sqrt() * step;
        }

        let lost = if is_steady { 0.0 } else { c_1 * c_c * (2.0 - c_c) };
        self.covariance *= 1.0 + lost - c_1 - c_mu * weights.iter().sum::<f64>();
        self.covariance.ger(*c_1, &self.path, &self.path, 1.0);
        for ((step, z), weight) in steps.iter().zip(ranked).zip(weights) {
            let bounded = if *weight < 0.0 { weight * n / z.norm_squared() } else { *weight };
            self.covariance.ger(c_mu * bounded, step, step, 1.0);
        }
        self.sigma *= libm::exp((c_sigma / d_sigma * (length / expected - 1.0)).min(1.0));
        // Wider than the range says no more than as wide as it.
        self.sigma = self.axes.iter().enumerate().fold(self.sigma, |sigma, (i, axis)| {
            sigma.min((axis.high - axis.low) / axis.sd / self.covariance[(i, i)].max(f64::MIN_POSITIVE).sqrt())
        });
        self.take_root();
    }

    fn take_root(&mut self) {
        // Rounding makes the two triangles differ in the last bits.
        self.covariance = 0.5 * (&self.covariance + self.covariance.transpose());
        let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(self.covariance.clone());
        let largest = eigenvalues.max();
        let kept = eigenvalues.map(|value| value.max(largest / MOST_CONDITION));
        self.condition = largest / kept.min();
        self.root = &eigenvectors * DMatrix::from_diagonal(&kept.map(f64::sqrt)) * eigenvectors.transpose();
    }

    fn point(&self, unbounded: &DVector<f64>) -> Vec<f64> {
        self.axes.iter().zip(unbounded.iter()).map(|(axis, y)| axis.bend(*y)).collect()
    }

    /// Generations told so far: the key of the next one's random numbers.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Values told so far.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Candidates in a generation.
    pub fn population(&self) -> usize {
        self.population
    }

    /// The candidate with the lowest value so far, and that value; `None` before a finite one. When values are noisy the
    /// value is too low (the luckiest of many): evaluate anew, or take the [`mean`](Self::mean).
    pub fn best(&self) -> Option<(&[f64], f64)> {
        self.best.as_ref().map(|best| (best.point.as_slice(), best.value))
    }

    /// The centre of the distribution, within bounds: an average of many candidates, which chases noise less than the best.
    pub fn mean(&self) -> Vec<f64> {
        self.point(&self.mean)
    }

    /// Step size: 1 at the start, where it stands for the `sd` of each coordinate.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// Standard deviation of the candidates in each coordinate (where its bounds do not bend it), in the caller's units.
    pub fn spread(&self) -> Vec<f64> {
        let deviation = |(i, axis): (usize, &Axis)| axis.sd * self.sigma * self.covariance[(i, i)].max(0.0).sqrt();
        self.axes.iter().enumerate().map(deviation).collect()
    }

    /// Why to stop, if there is a reason (appendix B.3). `narrow` is the spread, as a share of the starting `sd` in every
    /// coordinate, at which the search has found its place: 1e-12 for an exact function, 0.01 to 0.1 for a noisy one.
    pub fn stop(&self, narrow: f64) -> Option<Stop> {
        if self.spread().iter().zip(&self.axes).all(|(spread, axis)| *spread <= narrow * axis.sd) {
            return Some(Stop::Narrow);
        }
        if self.condition >= MOST_CONDITION {
            return Some(Stop::IllConditioned);
        }
        let generations = 30.0 * self.axes.len() as f64 / self.population as f64;
        let n_flat = 10 + generations.ceil() as usize;
        let latest = &self.history[self.history.len().saturating_sub(n_flat)..];
        if latest.len() == n_flat && latest.iter().all(|generation| generation.best == latest[0].best) {
            return Some(Stop::Flat);
        }
        let window = (120 + generations.ceil() as usize).max(self.history.len() / 5).min(20_000);
        let recent = &self.history[self.history.len().checked_sub(window)?..];
        let part = (window * 3).div_ceil(10);
        let (early, late) = (&recent[..part], &recent[window - part..]);
        let stalls = |of: fn(&Generation) -> f64| median(late, of) >= median(early, of);
        (stalls(|generation| generation.best) && stalls(|generation| generation.median)).then_some(Stop::NoImprovement)
    }
}

fn median(generations: &[Generation], of: fn(&Generation) -> f64) -> f64 {
    let mut values: Vec<f64> = generations.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The default parameters of table 1, for `n` coordinates.
struct Defaults {
    /// Recombination weights by rank: positive ones add to 1, the worse half's are negative.
    weights: Vec<f64>,
    /// Variance-effective number of the selected (`mu_eff`).
    n_eff: f64,
    c_c: f64,
    c_sigma: f64,
    c_1: f64,
    c_mu: f64,
    d_sigma: f64,
}

impl Defaults {
    fn new(n: f64, population: usize) -> Self {
        let raw: Vec<f64> =
            (1..=population).map(|i| libm::log(f64::midpoint(population as f64, 1.0)) - libm::log(i as f64)).collect();
        let (selected, others) = raw.split_at(population / 2);
        let sum = |weights: &[f64]| weights.iter().sum::<f64>();
        let effective =
            |weights: &[f64]| sum(weights) * sum(weights) / weights.iter().map(|weight| weight * weight).sum::<f64>();
        let n_eff = effective(selected);
        let c_sigma = (n_eff + 2.0) / (n + n_eff + 5.0);
        let c_1 = 2.0 / ((n + 1.3) * (n + 1.3) + n_eff);
        let c_mu = (2.0 * (0.25 + n_eff + 1.0 / n_eff - 2.0) / ((n + 2.0) * (n + 2.0) + n_eff)).min(1.0 - c_1);
        let negative =
            (1.0 + c_1 / c_mu).min(1.0 + 2.0 * effective(others) / (n_eff + 2.0)).min((1.0 - c_1 - c_mu) / (n * c_mu));
        let positive_sum = sum(selected);
        let negative_sum = -others.iter().filter(|weight| **weight < 0.0).sum::<f64>();
        let scale = |weight: &f64| weight * if *weight < 0.0 { negative / negative_sum } else { 1.0 / positive_sum };
        Self {
            weights: raw.iter().map(scale).collect(),
            n_eff,
            c_c: (4.0 + n_eff / n) / (n + 4.0 + 2.0 * n_eff / n),
            c_sigma,
            c_1,
            c_mu,
            d_sigma: 1.0 + 2.0 * (((n_eff - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + c_sigma,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;

    fn rng(seed: u64, search: &CmaEs) -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(seed * 1_000_000 + search.generation())
    }

    /// Runs until there is a reason to stop, at most 2000 generations.
    fn minimise(mut search: CmaEs, narrow: f64, mut f: impl FnMut(&[f64]) -> f64) -> (CmaEs, Option<Stop>) {
        while search.stop(narrow).is_none() && search.generation() < 2000 {
            let mut rng = rng(1, &search);
            let values: Vec<f64> = search.ask(&mut rng).iter().map(|x| f(x)).collect();
            search.tell(&values);
        }
        let stop = search.stop(narrow);
        (search, stop)
    }

    fn in_unit_cube(n: usize) -> CmaEs {
        CmaEs::new(&vec![0.4; n], &vec![0.2; n], &vec![0.0; n], &vec![1.0; n], None)
    }

    #[test]
    fn minimum_on_a_bound_is_found() {
        // Beyond the bounds of the first two coordinates the function would still fall.
        let (search, stop) = minimise(in_unit_cube(4), 1e-6, |x| {
            x[0] - 2.0 * x[1] + (x[2] - 0.3) * (x[2] - 0.3) + (x[3] - 0.99) * (x[3] - 0.99) * 10.0
        });
        assert_eq!(stop, Some(Stop::Narrow));
        for (found, expected) in search.mean().iter().zip([0.0, 1.0, 0.3, 0.99]) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }

    #[test]
    fn coordinates_may_differ_in_scale_by_orders_of_magnitude() {
        let search = CmaEs::new(&[5e5, 2e-5], &[2e5, 2e-5], &[0.0, 0.0], &[1e6, 1e-4], Some(12));
        let (search, _) = minimise(search, 1e-8, |x| {
            (x[0] / 1e6 - 0.7) * (x[0] / 1e6 - 0.7) + (x[1] / 1e-4 - 0.4) * (x[1] / 1e-4 - 0.4)
        });
        assert!((search.mean()[0] - 7e5).abs() < 1.0 && (search.mean()[1] - 4e-5).abs() < 1e-10);
    }

    #[test]
    fn curved_valley_is_followed_to_its_end() {
        let rosenbrock = |x: &[f64]| {
            x.windows(2)
                .map(|x| 100.0 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]) + (1.0 - x[0]) * (1.0 - x[0]))
                .sum::<f64>()
        };
        let (search, _) = minimise(CmaEs::new(&[-0.5; 5], &[0.5; 5], &[-3.0; 5], &[3.0; 5], None), 1e-10, rosenbrock);
        assert!(search.best().unwrap().1 < 1e-12, "{:?}", search.best());
    }

    #[test]
    fn state_written_midway_goes_on_to_the_same_bits() {
        let f = |x: &[f64]| x.iter().enumerate().map(|(i, x)| (i + 1) as f64 * (x - 0.1) * (x - 0.1)).sum::<f64>();
        let advance = |mut search: CmaEs, generations: u64| {
            for _ in 0..generations {
                let mut rng = rng(3, &search);
                let values: Vec<f64> = search.ask(&mut rng).iter().map(|x| f(x)).collect();
                search.tell(&values);
            }
            search
        };
        let halfway = advance(in_unit_cube(6), 17);
        let mut resumed: CmaEs = serde_json::from_str(&serde_json::to_string(&halfway).unwrap()).unwrap();
        // Interrupted while candidates were out: they are asked again.
        resumed.ask(&mut rng(99, &halfway));
        let text = serde_json::to_string(&resumed).unwrap();
        assert_eq!(advance(serde_json::from_str(&text).unwrap(), 23), advance(halfway, 23));
    }

    #[test]
    fn values_that_are_not_finite_rank_last_and_leave_the_rest_sound() {
        let mut n_calls = 0;
        let (search, stop) = minimise(in_unit_cube(5), 1e-6, |x| {
            n_calls += 1;
            match n_calls % 7 {
                0 => f64::NAN,
                3 => f64::NEG_INFINITY,
                5 => f64::INFINITY,
                _ => x.iter().map(|x| (x - 0.6) * (x - 0.6)).sum(),
            }
        });
        assert_eq!(stop, Some(Stop::Narrow));
        assert!(search.mean().iter().all(|x| (x - 0.6).abs() < 1e-5), "{:?}", search.mean());
        assert!(serde_json::from_str::<CmaEs>(&serde_json::to_string(&search).unwrap()).is_ok());
    }

    #[test]
    fn generation_without_a_finite_value_counts_and_moves_nothing() {
        let mut search = in_unit_cube(3);
        let before = search.clone();
        search.ask(&mut rng(1, &before));
        search.tell(&[f64::NAN; 7]);
        assert_eq!((search.mean(), search.sigma(), search.best()), (before.mean(), before.sigma(), None));
        assert_eq!((search.generation(), search.evaluations()), (1, 7));
    }

    #[test]
    fn centre_settles_near_the_minimum_of_a_noisy_sphere() {
        let mut noise = Xoshiro256PlusPlus::seed_from_u64(8);
        let search = CmaEs::new(&[0.2; 5], &[0.2; 5], &[0.0; 5], &[1.0; 5], Some(40));
        let (search, _) = minimise(search, 0.02, |x| {
            x.iter().map(|x| (x - 0.6) * (x - 0.6)).sum::<f64>() + 0.05 * normal(&mut noise)
        });
        let distance = search.mean().iter().map(|x| (x - 0.6) * (x - 0.6)).sum::<f64>().sqrt();
        assert!(distance < 0.1, "{distance}");
    }

    #[test]
    fn flat_function_and_hopeless_search_are_told_apart() {
        assert_eq!(minimise(in_unit_cube(3), 1e-12, |_| 1.0).1, Some(Stop::Flat));
        let mut noise = Xoshiro256PlusPlus::seed_from_u64(4);
        assert_eq!(minimise(in_unit_cube(3), 1e-12, |_| normal(&mut noise)).1, Some(Stop::NoImprovement));
    }

    #[test]
    fn weights_are_those_of_table_1() {
        for (n, population) in [(2.0, 6), (10.0, 10), (29.0, 40), (3.0, 200)] {
            let defaults = Defaults::new(n, population);
            let positive: f64 = defaults.weights.iter().filter(|weight| **weight > 0.0).sum();
            let negative: f64 = defaults.weights.iter().filter(|weight| **weight < 0.0).sum();
            assert!((positive - 1.0).abs() < 1e-12);
            // The matrix stays positive definite: what negative weights take is less than what decay leaves.
            assert!(defaults.c_1 + defaults.c_mu <= 1.0);
            assert!(-negative * n * defaults.c_mu <= 1.0 - defaults.c_1 - defaults.c_mu + 1e-12);
        }
    }
}
