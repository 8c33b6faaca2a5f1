//! The regression of one output: constant, linear terms, and those products of inputs that the runs ask for.
//!
//! Comes in: a design and the output of each run. Goes out: the polynomial, the leave-one-out errors. Selection is forward, by the
//! t-value of a candidate given the terms already chosen (Miller 2002, Subset Selection in Regression, chapter 3), against
//! the size that the largest of as many pure-noise candidates reaches, sqrt(2 ln m) (Donoho & Johnstone 1994, Biometrika
//! 81(3), 425-455). Leave-one-out errors: Allen 1974, Technometrics 16(1), 125-127.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::design::{Design, Term};
use super::linear::Factor;

/// Most candidates added between two looks at what is left.
const BATCH: usize = 6;
/// Fewest runs per selected term.
const RUNS_PER_TERM: usize = 10;
/// Most selected terms.
const MOST_TERMS: usize = 80;
/// Fewest standard errors by which a selected term differs from 0.
const LEAST_T: f64 = 3.0;

/// A polynomial of degree two in inputs from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Polynomial {
    constant: f64,
    linear: Vec<f64>,
    products: Vec<Product>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Product {
    first: u32,
    second: u32,
    coefficient: f64,
}

impl Polynomial {
    /// Its value.
    pub(super) fn at(&self, z: &[f64]) -> f64 {
        // Four sums side by side: one alone would wait for each addition.
        let mut sums = [0.0; 4];
        let (fours, rest) = z.as_chunks::<4>();
        let (coefficients, last) = self.linear.as_chunks::<4>();
        for (x, c) in fours.iter().zip(coefficients) {
            (0..4).for_each(|k| sums[k] += x[k] * c[k]);
        }
        let rest: f64 = rest.iter().zip(last).map(|(x, c)| x * c).sum();
        let products: f64 =
            self.products.iter().map(|p| p.coefficient * (z[p.first as usize] * z[p.second as usize])).sum();
        self.constant + ((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest + products
    }
}

/// A fitted regression.
pub(super) struct Regression {
    /// Selected terms; the forced ones are the design's.
    pub(super) terms: Vec<Term>,
    /// The fitted mean.
    pub(super) polynomial: Polynomial,
    /// Error of each run when the fit does without it.
    pub(super) left_out: Vec<f64>,
    /// Coefficients in all.
    pub(super) n_coefficients: usize,
}

/// Fits one output. `most_terms` bounds the selected terms.
pub(super) fn fit(design: &Design, outputs: &[f64], most_terms: usize) -> Regression {
    let n = design.n();
    let y = DVector::from_column_slice(outputs);
    let base = &y - &design.forced * design.project(&y);
    let most = most_terms.min(MOST_TERMS).min(n.saturating_sub(design.forced.ncols()) / RUNS_PER_TERM);
    let chosen = select(design, &base, most);
    let columns = DMatrix::from_fn(n, chosen.len(), |i, k| design.columns[(i, chosen[k])]);
    let factor = Factor::new(&columns.tr_mul(&columns));
    let weights = factor.solve(&columns.tr_mul(&DMatrix::from_column_slice(n, 1, base.as_slice())));
    let residual = &base - &columns * weights.column(0);
    let left_out = (0..n)
        .map(|i| {
            let leverage = design.leverage[i] + factor.quadratic_form(&columns.row(i).transpose());
            residual[i] / (1.0 - leverage).max(1.0 / n as f64)
        })
        .collect();
    // Back from unit columns to the terms themselves, and from the candidates to what was taken from them.
    let coefficients: Vec<f64> = chosen.iter().enumerate().map(|(k, c)| weights[(k, 0)] / design.lengths[*c]).collect();
    let mut forced = design.project(&y);
    for (c, coefficient) in chosen.iter().zip(&coefficients) {
        forced -= design.taken.column(*c) * *coefficient;
    }
    let terms: Vec<Term> = chosen.iter().map(|c| design.candidates[*c]).collect();
    let polynomial = unstandardised(design, &forced, &terms, &coefficients);
    Regression { n_coefficients: forced.len() + terms.len(), terms, polynomial, left_out }
}

/// Indices of the candidates worth their place.
fn select(design: &Design, base: &DVector<f64>, most: usize) -> Vec<usize> {
    let n_candidates = design.candidates.len().max(2);
    let least_t = (2.0 * libm::log(n_candidates as f64)).sqrt().max(LEAST_T);
    let mut chosen: Vec<usize> = Vec::new();
    let mut residual = base.clone();
    // What rounding leaves of an output that is exactly a polynomial is no reason for more terms.
    let rounding = 1e-20 * base.norm_squared();
    while chosen.len() < most {
        let freedom = design.n() as f64 - (design.forced.ncols() + chosen.len()) as f64;
        let deviation = (residual.norm_squared() / freedom).sqrt();
        if freedom < 1.0 || residual.norm_squared() <= rounding {
            break;
        }
        let scores = design.columns.tr_mul(&residual);
        let mut order: Vec<usize> =
            (0..scores.len()).filter(|k| !chosen.contains(k) && scores[*k].abs() > least_t * deviation).collect();
        order.sort_by(|a, b| scores[*b].abs().total_cmp(&scores[*a].abs()).then(a.cmp(b)));
        order.truncate(BATCH.min(most - chosen.len()));
        let Some(best) = order.first().map(|k| scores[*k].abs()) else { break };
        // A far weaker candidate of the same batch may only be the shadow of the best.
        chosen.extend(order.into_iter().filter(|k| scores[*k].abs() >= 0.5 * best));
        let columns = DMatrix::from_fn(design.n(), chosen.len(), |i, k| design.columns[(i, chosen[k])]);
        let factor = Factor::new(&columns.tr_mul(&columns));
        let weights = factor.solve(&columns.tr_mul(&DMatrix::from_column_slice(base.len(), 1, base.as_slice())));
        residual = base - &columns * weights.column(0);
    }
    chosen
}

/// The polynomial in the inputs themselves rather than in standardised ones.
fn unstandardised(design: &Design, forced: &DVector<f64>, terms: &[Term], coefficients: &[f64]) -> Polynomial {
    let (centre, inverse) = (&design.centre, &design.inverse_scale);
    let mut polynomial = Polynomial {
        constant: forced[0],
        linear: vec![0.0; design.n_inputs()],
        products: Vec::with_capacity(terms.len()),
    };
    let add_linear = |polynomial: &mut Polynomial, j: usize, coefficient: f64| {
        polynomial.linear[j] += coefficient * inverse[j];
        polynomial.constant -= coefficient * inverse[j] * centre[j];
    };
    if design.has_linear {
        (0..design.n_inputs()).for_each(|j| add_linear(&mut polynomial, j, forced[j + 1]));
    }
    for (term, coefficient) in terms.iter().zip(coefficients) {
        match *term {
            Term::Linear(j) => add_linear(&mut polynomial, j, *coefficient),
            Term::Product(a, b) => {
                let scaled = coefficient * inverse[a] * inverse[b];
                polynomial.products.push(Product { first: a as u32, second: b as u32, coefficient: scaled });
                polynomial.linear[a] -= scaled * centre[b];
                polynomial.linear[b] -= scaled * centre[a];
                polynomial.constant += scaled * centre[a] * centre[b];
            }
        }
    }
    polynomial
}
