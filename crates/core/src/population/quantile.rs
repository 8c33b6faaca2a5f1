//! Quantiles of a law at the knots of a table, along the differential equation of the quantile function (Steinbrecher & Shaw 2008,
//! European Journal of Applied Mathematics 19(2), 87-112).
//!
//! Comes in: one side of a law, from its end to its median. Goes out: its quantiles, u from 2^-25 to a half. The law is taken in a
//! coordinate z that runs over all numbers and in which its density f is log-concave: log x, logit x, or x itself. With s = ln u the
//! equation is dz/ds = u / f(z), nearly straight along the tail. Up to the median |d ln f/dz| u <= f, so the pace changes by no more
//! than itself along one unit of z times the pace: a step of a quarter octave is never stiff. What u is off by at the start it is off
//! by at the median, and no more. One density is all that is worked out on the way; no incomplete function is.
//!
//! # Precision
//! Of u, relatively: below 5e-5 where a density in z spans some units (concentrations and shapes of 0.1 and above); below 1e-3 for any.

use std::f64::consts::{LN_2, PI};

use wearout_stats::quadrature::{Point, exponential};

/// Knots an octave of u.
pub(super) const OF_OCTAVE: usize = 32;

/// Knots on one side: 24 octaves, and the median.
pub(super) const KNOTS: usize = 24 * OF_OCTAVE + 1;

/// Knots from one step to the next; those between are interpolated by cubics (Hermite).
const STRIDE: usize = 8;

/// What z moves by in one step at the most, if that takes no more than so many steps a stride: a density may bend within a unit of z.
const LONGEST: f64 = 0.5;
const MOST_STEPS: f64 = 64.0;

/// One side of a law: its coordinate z rises from the law's end.
pub(super) trait Side {
    /// Log of the density of z; concave.
    fn log_density(&self, z: f64) -> f64;
    /// Derivative of the log density.
    fn slope(&self, z: f64) -> f64;
    /// A place with less than u below it, and below the mode.
    fn outside(&self, log_u: f64) -> f64;
}

/// z at each knot.
pub(super) fn quantiles(side: &impl Side) -> [f64; KNOTS] {
    let of_octave: [f64; OF_OCTAVE] = std::array::from_fn(|i| libm::log1p(i as f64 / OF_OCTAVE as f64));
    let log_u = |knot: usize| ((knot / OF_OCTAVE) as f64 - 25.0) * LN_2 + of_octave[knot % OF_OCTAVE];
    let pace = |log_u: f64, z: f64| libm::exp(log_u - side.log_density(z));
    let mut z = [0.0; KNOTS];
    z[0] = outermost(side, log_u(0));
    let mut here = pace(log_u(0), z[0]);
    for knot in (0..KNOTS - 1).step_by(STRIDE) {
        let (from, to) = (log_u(knot), log_u(knot + STRIDE));
        let steps = (here * (to - from) / LONGEST).ceil().clamp(1.0, MOST_STEPS);
        let step = (to - from) / steps;
        let (mut at, mut there) = (z[knot], here);
        for i in 0..steps as u32 {
            // Runge and Kutta's method of order four.
            let start = from + f64::from(i) * step;
            let second = pace(start + step / 2.0, at + step / 2.0 * there);
            let third = pace(start + step / 2.0, at + step / 2.0 * second);
            let fourth = pace(start + step, at + step * third);
            at += step / 6.0 * (there + 2.0 * second + 2.0 * third + fourth);
            there = pace(start + step, at);
        }
        z[knot + STRIDE] = at;
        for between in 1..STRIDE {
            let way = (log_u(knot + between) - from) / (to - from);
            let rest = 1.0 - way;
            let ends = rest * rest * (1.0 + 2.0 * way) * z[knot] + way * way * (1.0 + 2.0 * rest) * at;
            z[knot + between] = ends + way * rest * (to - from) * (rest * here - way * there);
        }
        here = there;
    }
    z
}

/// z with u below it, by Newton's method on the log of that share. It is concave as the log density is (Bagnoli & Bergstrom 2005,
/// Economic Theory 26(2), 445-469): from outside no step goes too far, and none that follows loses ground.
fn outermost(side: &impl Side, log_u: f64) -> f64 {
    const MOST_STEPS: usize = 60;
    let points = exponential();
    let mut z = side.outside(log_u);
    for _ in 0..MOST_STEPS {
        let below = share_below(side, z, &points);
        let missing = log_u - side.log_density(z) - libm::log(below);
        z += missing * below;
        // The error is squared at each step.
        if missing.abs() < 1e-6 {
            break;
        }
    }
    z
}

/// The share below z over the density there. The tail falls at least as fast as an exponential of the slope at z, from which the
/// integrand strays slowly.
fn share_below(side: &impl Side, z: f64, points: &[Point]) -> f64 {
    let (here, slope) = (side.log_density(z), side.slope(z));
    let strays = |point: &Point| point.weight * libm::exp(side.log_density(z - point.x / slope) - here + point.x);
    points.iter().map(strays).sum::<f64>() / slope
}

/// The lower side of Gamma(shape), z = log x.
pub(super) struct LowerGamma {
    shape: f64,
    ln_gamma: f64,
}

/// Its upper side, z = -log x.
pub(super) struct UpperGamma(LowerGamma);

impl LowerGamma {
    pub(super) fn new(shape: f64) -> LowerGamma {
        LowerGamma { shape, ln_gamma: libm::lgamma(shape) }
    }
}

impl UpperGamma {
    pub(super) fn new(shape: f64) -> UpperGamma {
        UpperGamma(LowerGamma::new(shape))
    }
}

impl Side for LowerGamma {
    fn log_density(&self, z: f64) -> f64 {
        self.shape * z - libm::exp(z) - self.ln_gamma
    }

    fn slope(&self, z: f64) -> f64 {
        self.shape - libm::exp(z)
    }

    fn outside(&self, log_u: f64) -> f64 {
        // P(X < x) < x^shape / Gamma(shape + 1).
        (log_u + self.ln_gamma + libm::log(self.shape)) / self.shape
    }
}

impl Side for UpperGamma {
    fn log_density(&self, z: f64) -> f64 {
        self.0.log_density(-z)
    }

    fn slope(&self, z: f64) -> f64 {
        -self.0.slope(-z)
    }

    fn outside(&self, log_u: f64) -> f64 {
        // P(X > shape + sqrt(2 shape t) + t) <= e^-t (Boucheron, Lugosi & Massart 2013, Concentration Inequalities, chapter 2).
        -libm::log(self.0.shape + (-2.0 * self.0.shape * log_u).sqrt() - log_u)
    }
}

/// The lower side of Beta(a, b), z = logit x; its upper side is the lower one of Beta(b, a).
pub(super) struct LowerBeta {
    a: f64,
    b: f64,
    ln_beta: f64,
}

impl LowerBeta {
    pub(super) fn new(a: f64, b: f64) -> LowerBeta {
        LowerBeta { a, b, ln_beta: libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b) }
    }
}

impl Side for LowerBeta {
    fn log_density(&self, z: f64) -> f64 {
        let minus_log_x = (-z).max(0.0) + libm::log1p(libm::exp(-z.abs()));
        -(self.a + self.b) * minus_log_x - self.b * z - self.ln_beta
    }

    fn slope(&self, z: f64) -> f64 {
        self.a - (self.a + self.b) * logistic(z)
    }

    fn outside(&self, log_u: f64) -> f64 {
        // The share below lies under its limit at the end, (odds of x)^a / (a B).
        (log_u + libm::log(self.a) + self.ln_beta) / self.a
    }
}

/// The lower side of the standard normal law, z = x.
pub(super) struct LowerNormal;

impl Side for LowerNormal {
    fn log_density(&self, z: f64) -> f64 {
        -0.5 * z * z - 0.5 * libm::log(2.0 * PI)
    }

    fn slope(&self, z: f64) -> f64 {
        -z
    }

    fn outside(&self, log_u: f64) -> f64 {
        // P(X < -x) <= exp(-x^2 / 2).
        -(-2.0 * log_u).sqrt()
    }
}

/// 1 / (1 + e^-z).
pub(super) fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use statrs::function::beta::beta_reg;
    use statrs::function::gamma::{gamma_lr, gamma_ur};

    use super::*;

    /// Worst relative error of u over the knots, where `share` is the truth below z.
    fn worst(side: &impl Side, share: impl Fn(f64) -> f64) -> f64 {
        let u = |knot: usize| libm::exp2((knot / 32) as f64 - 25.0) * (1.0 + (knot % 32) as f64 / 32.0);
        let error = |(knot, &z): (usize, &f64)| (share(z) / u(knot) - 1.0).abs();
        quantiles(side).iter().enumerate().map(error).fold(0.0, f64::max)
    }

    #[test]
    fn knots_hold_the_share_they_stand_for() {
        for (a, b) in [(0.15, 0.85), (0.85, 0.15), (0.5, 0.5), (2.52, 1.48), (0.05, 0.95), (80.0, 20.0), (1.0, 1.0)] {
            let error = worst(&LowerBeta::new(a, b), |z| beta_reg(a, b, logistic(z)));
            assert!(error < 5e-5, "Beta({a}, {b}): {error:e}");
        }
        for shape in [0.1, 1.0 / 1.5, 1.0, 3.0, 60.0, 1e3] {
            let lower = worst(&LowerGamma::new(shape), |z| gamma_lr(shape, libm::exp(z)));
            let upper = worst(&UpperGamma::new(shape), |z| gamma_ur(shape, libm::exp(-z)));
            assert!(lower < 5e-5 && upper < 5e-5, "Gamma({shape}): {lower:e}, {upper:e}");
        }
        let normal = worst(&LowerNormal, |z| libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) / 2.0);
        assert!(normal < 5e-5, "{normal:e}");
    }

    /// A side that counts how often its density is worked out.
    struct Counted<S>(S, Cell<u32>);

    impl<S: Side> Side for Counted<S> {
        fn log_density(&self, z: f64) -> f64 {
            self.1.set(self.1.get() + 1);
            self.0.log_density(z)
        }

        fn slope(&self, z: f64) -> f64 {
            self.0.slope(z)
        }

        fn outside(&self, log_u: f64) -> f64 {
            self.0.outside(log_u)
        }
    }

    /// That many densities take some 30 microseconds; Newton's method at every knot took 3,000 incomplete functions.
    #[test]
    fn a_side_takes_little_more_than_a_thousand_densities() {
        fn taken(side: impl Side) -> u32 {
            let counted = Counted(side, Cell::new(0));
            quantiles(&counted);
            counted.1.get()
        }
        for shape in [1.0 / 1.5, 1.0, 3.0, 6.0] {
            let (lower, upper) = (taken(LowerGamma::new(shape)), taken(UpperGamma::new(shape)));
            assert!(lower < 1300 && upper < 1300, "Gamma({shape}): {lower} and {upper}");
        }
        for (a, b) in [(2.52, 1.48), (0.8, 1.2), (1.0, 1.0)] {
            let n = taken(LowerBeta::new(a, b));
            assert!(n < 1300, "Beta({a}, {b}): {n}");
        }
    }

    /// From both ends the same median is reached, whatever the law.
    #[test]
    fn both_sides_of_a_law_meet_at_its_median() {
        let median = |side: &dyn Fn() -> [f64; KNOTS]| side()[KNOTS - 1];
        for (a, b) in [(0.0015, 0.0085), (0.02, 0.08), (8000.0, 2000.0), (9999.0, 1.0), (99_990.0, 10.0), (0.25, 0.25)]
        {
            let (low, high) = (LowerBeta::new(a, b), LowerBeta::new(b, a));
            let (low, high) = (median(&|| quantiles(&low)), -median(&|| quantiles(&high)));
            let miss = (low - high).abs() * libm::exp(LowerBeta::new(a, b).log_density(low));
            assert!(miss < 1e-3, "Beta({a}, {b}): {low} and {high}, {miss:e}");
        }
        for shape in [0.01, 0.3, 60.0, 1e6] {
            let (low, high) = (LowerGamma::new(shape), UpperGamma::new(shape));
            let (low, high) = (median(&|| quantiles(&low)), -median(&|| quantiles(&high)));
            let miss = (low - high).abs() * libm::exp(LowerGamma::new(shape).log_density(low));
            assert!(miss < 5e-5, "Gamma({shape}): {low} and {high}, {miss:e}");
        }
    }
}
