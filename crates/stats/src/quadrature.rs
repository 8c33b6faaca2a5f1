//! Quadrature: points and weights with which the integral of a smooth function is a short sum.
//!
//! Comes in: the number of points and a range, or nothing where the range is that of an exponential variable. Goes out: the points. Not
//! here: other ranges without an end, which the trapezoid rule under a falling weight does better (`noncentral_t`). Sources:
//! Gauss-Legendre, Abramowitz & Stegun 1964, 25.4.29; roots by Newton's method from 22.16.6. Exponential: Takahasi & Mori 1974,
//! Publications of the Research Institute for Mathematical Sciences 9(3), 721-741.

/// A place and its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Point {
    pub x: f64,
    pub weight: f64,
}

/// `n` points from `low` to `high`: exact for polynomials up to degree 2 n - 1.
pub fn points(n: usize, low: f64, high: f64) -> Vec<Point> {
    let (middle, half) = (f64::midpoint(low, high), (high - low) / 2.0);
    let point = |i: usize| {
        let mut x = -libm::cos(std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5));
        let mut slope = 0.0;
        // From there the error is squared at every step: three are enough, the rest is for the last bit.
        for _ in 0..6 {
            let polynomial = legendre(n, x);
            slope = polynomial.slope;
            x -= polynomial.value / slope;
        }
        Point { x: middle + half * x, weight: half * 2.0 / ((1.0 - x * x) * slope * slope) }
    };
    (0..n).map(point).collect()
}

/// Points of a panel.
const OF_PANEL: usize = 24;

/// So many panels of equal width side by side, 24 points each: where a function is smooth on the scale of a panel only, the sum is as
/// good as one over as many points and costs their number instead of its square.
pub fn panels(n: usize, low: f64, high: f64) -> Vec<Point> {
    let (of_one, width) = (points(OF_PANEL, 0.0, 1.0), (high - low) / n as f64);
    let panel = |i: usize| {
        let start = low + i as f64 * width;
        of_one.iter().map(move |point| Point { x: start + width * point.x, weight: width * point.weight })
    };
    (0..n).flat_map(panel).collect()
}

/// Points for the mean of a function of an exponential variable of mean 1: the trapezoid rule after y = exp(x - exp(-x)). Near 0 the
/// function may be a power.
///
/// # Precision
/// Of exp(-c y^k), k 0.05 to 1: absolute error below 1e-9.
pub fn exponential() -> Vec<Point> {
    const STEP: f64 = 0.1;
    let point = |i: i32| {
        let x = f64::from(i) * STEP;
        let falling = libm::exp(-x);
        let y = libm::exp(x - falling);
        Point { x: y, weight: STEP * y * (1.0 + falling) * libm::exp(-y) }
    };
    (-37..=40).map(point).collect()
}

struct Legendre {
    value: f64,
    slope: f64,
}

/// The n-th Legendre polynomial, by its recurrence.
fn legendre(n: usize, x: f64) -> Legendre {
    let (mut before, mut value) = (0.0, 1.0);
    for degree in 1..=n {
        let degree = degree as f64;
        (before, value) = (value, ((2.0 * degree - 1.0) * x * value - (degree - 1.0) * before) / degree);
    }
    Legendre { value, slope: n as f64 * (before - x * value) / (1.0 - x * x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_exactly() {
        for n in [1, 2, 5, 64, 301] {
            let weights: f64 = points(n, -1.0, 3.0).iter().map(|point| point.weight).sum();
            assert!((weights - 4.0).abs() < 1e-11, "{n}: {weights}");
        }
        let cubed: f64 = points(2, 0.0, 2.0).iter().map(|point| point.weight * point.x.powi(3)).sum();
        assert!((cubed - 4.0).abs() < 1e-14, "{cubed}");
    }

    #[test]
    fn a_smooth_function_needs_few_points() {
        let sine: f64 = panels(5, 0.0, 3.0).iter().map(|point| point.weight * libm::sin(10.0 * point.x)).sum();
        assert!((sine - (1.0 - libm::cos(30.0)) / 10.0).abs() < 1e-14, "{sine}");
        let sum: f64 = points(12, 0.0, 1.0).iter().map(|point| point.weight * libm::exp(point.x)).sum();
        assert!((sum - (std::f64::consts::E - 1.0)).abs() < 1e-14, "{sum}");
    }

    #[test]
    fn means_over_an_exponential_variable_are_those_of_its_closed_forms() {
        let mean = |of: &dyn Fn(f64) -> f64| exponential().iter().map(|point| point.weight * of(point.x)).sum::<f64>();
        for c in [0.0, 1e-6, 1e-3, 0.1, 1.0, 10.0, 1e3, 1e5] {
            let error = (mean(&|y| libm::exp(-c * y)) - 1.0 / (1.0 + c)).abs();
            assert!(error < 1e-9, "{c}: {error:e}");
        }
        // E exp(-c sqrt y) = 1 - c sqrt(pi) / 2 exp(c^2 / 4) erfc(c / 2).
        for c in [0.1, 1.0, 5.0] {
            let exact = 1.0 - c * std::f64::consts::PI.sqrt() / 2.0 * libm::exp(c * c / 4.0) * libm::erfc(c / 2.0);
            assert!((mean(&|y| libm::exp(-c * y.sqrt())) - exact).abs() < 1e-9, "{c}");
        }
    }
}
