//! Generalised pivots of two mean squares, summed on a fixed grid: quantiles without a single random number.
//!
//! Comes in: the mean squares between and within classes with their degrees of freedom. Goes out: quantiles of the pivots of the
//! component between, of the share of classes above a threshold and of the mean of one more class. What they mean is in `random_effects`. Source: Weerahandi
//! 1993, JASA 88(423), 899-905; Hamada & Weerahandi 2000, Journal of Quality Technology 32(3), 241-253.

use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, Normal};

use super::root::reached;

/// A mean square and its degrees of freedom. Its expectation has the pivot `degrees value / X`, X a chi-square.
#[derive(Debug, Clone, Copy)]
pub(super) struct MeanSquare {
    pub(super) value: f64,
    pub(super) degrees: u64,
}

/// Quantile of the generalised pivot `(A / X - B / Y) / size` of the component between, where A and B are the sums of squares and X
/// and Y chi-squares of their degrees; values below 0 count as 0.
pub(super) fn component_quantile(between: MeanSquare, within: MeanSquare, size: f64, p: f64) -> f64 {
    let chi_square = chi_square(between.degrees);
    let squares = between.value * between.degrees as f64;
    let nodes = pivots_of_expectation(within);
    let below = |component: f64| -> f64 {
        nodes.iter().map(|node| node.weight * chi_square.sf(squares / (size * component + node.value))).sum()
    };
    if squares == 0.0 {
        return 0.0;
    }
    let at_zero = if within.value > 0.0 { below(0.0) } else { 0.0 };
    if at_zero >= p { 0.0 } else { reached((0.0, at_zero), beyond(between.value / size, p, below), p, below) }
}

/// A point where a distribution has come to `p` (below 1), with its value: `start` (> 0) or the first of its doublings that has.
fn beyond(start: f64, p: f64, below: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut point, mut value) = (start, below(start));
    while value < p && point < f64::MAX / 2.0 {
        point *= 2.0;
        value = below(point);
    }
    (point, value)
}

/// How far on either side of the mean one more class lies with this probability. Given the pivots of both mean squares its distance from
/// the mean over classes is normal, with the variance of the component between, at least 0, and of the error of the mean.
pub(super) fn prediction_half_width(between: MeanSquare, within: MeanSquare, size: f64, confidence: f64) -> f64 {
    if between.value == 0.0 {
        return 0.0;
    }
    let n_classes = (between.degrees + 1) as f64;
    let within = pivots_of_expectation(within);
    let mut terms = Vec::with_capacity(within.len() * within.len());
    for expected in pivots_of_expectation(between) {
        let error = expected.value / (size * n_classes);
        // Whatever leaves no component has one deviation: that of the error.
        let mut without_component = 0.0;
        for node in &within {
            let component = (expected.value - node.value) / size;
            if component > 0.0 {
                terms.push((expected.weight * node.weight, (component + error).sqrt()));
            } else {
                without_component += expected.weight * node.weight;
            }
        }
        terms.push((without_component, error.sqrt()));
    }
    let inside = |reach: f64| -> f64 {
        terms.iter().map(|(weight, deviation)| weight * (1.0 - 2.0 * normal_cdf(-reach / deviation))).sum()
    };
    let high = beyond((between.value / (size * n_classes)).sqrt(), confidence, inside);
    reached((0.0, 0.0), high, confidence, inside)
}

/// The generalised pivot of `Phi(mean / deviation between)`.
#[derive(Debug, Clone)]
pub(super) struct SharePivot {
    terms: Vec<ShareTerm>,
    /// Probability that there is no component and the mean is at most 0: then the share is 0 whatever its law.
    nowhere: f64,
}

/// Given the pivots of both mean squares that of the mean is normal, so that the share's is at most `Phi(z)` with the probability
/// `Phi(slope z - offset)`.
#[derive(Debug, Clone)]
struct ShareTerm {
    weight: f64,
    slope: f64,
    offset: f64,
}

impl SharePivot {
    /// From the mean over classes less the threshold and both mean squares, that between above 0; `size` is the numbers per class.
    pub(super) fn new(mean: f64, between: MeanSquare, within: MeanSquare, size: f64) -> Self {
        let n_classes = (between.degrees + 1) as f64;
        let within = pivots_of_expectation(within);
        let (mut terms, mut nowhere) = (Vec::with_capacity(within.len() * within.len()), 0.0);
        for expected in pivots_of_expectation(between) {
            let error = (expected.value / (size * n_classes)).sqrt();
            let offset = mean / error;
            let mut without_component = 0.0;
            for node in &within {
                let component = (expected.value - node.value) / size;
                let weight = expected.weight * node.weight;
                if component > 0.0 {
                    terms.push(ShareTerm { weight, slope: component.sqrt() / error, offset });
                } else {
                    without_component += weight;
                }
            }
            nowhere += without_component * normal_cdf(-offset);
        }
        Self { terms, nowhere }
    }

    /// The share below which the pivot lies with probability `p`.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        let below = |z: f64| -> f64 {
            let at = |term: &ShareTerm| term.weight * normal_cdf(term.slope * z - term.offset);
            self.nowhere + self.terms.iter().map(at).sum::<f64>()
        };
        // Beyond nine deviations the share is 0 or 1 to the last bit that matters.
        let (low, high) = ((-9.0, below(-9.0)), (9.0, below(9.0)));
        if low.1 >= p {
            0.0
        } else if high.1 < p {
            1.0
        } else {
            normal_cdf(reached(low, high, p, below))
        }
    }
}

/// One point of a distribution and its probability.
struct Node {
    weight: f64,
    value: f64,
}

/// The pivot of an expected mean square as a discrete distribution: X at
/// the normal probabilities of an even grid. The trapezoid rule under a normal weight converges faster than any power of the
/// step (Trefethen & Weideman 2014, SIAM Review 56(3), 385-458) until the cut of a negative variance at 0 puts a kink in the way.
///
/// # Precision
/// Halving the step moves the ends of the component between by less than 1e-6 of themselves; those of the share by less than
/// 0.001 where the component is plain and by at most 0.01 where it is barely seen and the interval is wide.
fn pivots_of_expectation(square: MeanSquare) -> Vec<Node> {
    const STEP: f64 = 0.25;
    let squares = square.value * square.degrees as f64;
    let mut nodes: Vec<Node> = (-20..=20)
        .map(|step| {
            let z = f64::from(step) * STEP;
            Node {
                weight: libm::exp(-z * z / 2.0),
                value: squares / chi_square_quantile(square.degrees, normal_cdf(z)),
            }
        })
        .collect();
    let total: f64 = nodes.iter().map(|node| node.weight).sum();
    for node in &mut nodes {
        node.weight /= total;
    }
    nodes
}

/// The standard normal distribution function.
pub(super) fn normal_cdf(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// Quantile of the chi-square distribution.
///
/// The cube root of a chi-square is nearly normal (Wilson & Hilferty 1931, PNAS 17(12), 684-688). With many degrees of freedom that is
/// the answer; else Newton's steps lead on from there, and where they do not settle the library's bracket decides.
///
/// # Precision
/// Relative error below 1e-7, and below 1e-9 up to 100,000 degrees of freedom.
///
/// # Panics
/// Without a degree of freedom.
pub(super) fn chi_square_quantile(degrees: u64, p: f64) -> f64 {
    const MANY: u64 = 100_000;
    let law = chi_square(degrees);
    let spread = 2.0 / (9.0 * degrees as f64);
    let root = 1.0 - spread + Normal::standard().inverse_cdf(p) * spread.sqrt();
    let mut x = degrees as f64 * root * root * root;
    if degrees > MANY {
        return x;
    }
    for _ in 0..8 {
        let step = (law.cdf(x) - p) / law.pdf(x);
        x -= step;
        if !(x > 0.0 && x.is_finite()) {
            break;
        }
        if step.abs() <= 1e-9 * x {
            return x;
        }
    }
    law.inverse_cdf(p)
}

/// The chi-square distribution.
///
/// # Panics
/// Without a degree of freedom.
pub(super) fn chi_square(degrees: u64) -> ChiSquared {
    ChiSquared::new(degrees as f64).expect("at least one degree of freedom")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chi_square_quantiles_agree_on_both_sides_of_the_cube_root() {
        for p in [0.001, 0.025, 0.5, 0.975, 0.999] {
            // A quantile grows with the degrees by nearly one for one.
            let (below, above) = (chi_square_quantile(100_000, p), chi_square_quantile(100_001, p));
            let step = above - below;
            assert!((step - 1.0).abs() < 0.02, "{p}: {step}");
        }
    }

    #[test]
    fn chi_square_quantiles_are_the_librarys() {
        for degrees in [1, 2, 3, 4, 19, 199, 7800, 100_000] {
            for p in [0.0, 3e-7, 0.001, 0.025, 0.5, 0.975, 0.999, 1.0 - 3e-7, 1.0] {
                let (found, expected) = (chi_square_quantile(degrees, p), chi_square(degrees).inverse_cdf(p));
                assert!(
                    found == expected || (found / expected - 1.0).abs() < 1e-9,
                    "{degrees}, {p}: {found}, {expected}"
                );
            }
        }
    }
}
