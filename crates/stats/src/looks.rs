//! Looking at a running test before its end, without raising its false alarm rate.
//!
//! Comes in: the information at each look (any unit, rising: the inverse variance of the estimate, or the share of it planned)
//! and bounds, or error rates. Goes out: the chance to cross the bounds first at each look, bounds that keep the rate, intervals
//! that hold at all looks. Not here: intervals for looks that nobody counted (`sequence`). Without an effect the statistics at
//! the looks are a Brownian motion read at the information; what has not crossed is a density carried from look to look. Sources:
//! Armitage, `McPherson` & Rowe 1969, JRSS A 132(2), 235-244 (recursion); Jennison & Turnbull 2000, Sequential Methods with
//! Applications to Clinical Trials, chapters 2, 9 (repeated intervals) and 19 (integration); Pocock 1977, Biometrika 64(2),
//! 191-199; O'Brien & Fleming 1979, Biometrics 35(3), 549-556; Lan & `DeMets` 1983, Biometrika 70(3), 659-663 (spending); 1989,
//! Biometrics 45(3), 1017-1020 (spending by the calendar, with the covariances that were seen).
//!
//! # Conventions
//! Bounds are z values, the same on both sides; crossing either counts. `alpha` is the rate of both sides together. What is spent
//! is spent per side, `alpha / 2` in all. For a t statistic a bound stands for its [`nominal_level`], against which its own p
//! value is held (Jennison & Turnbull 2000, chapter 3): with few degrees of freedom that is near, not exact.

use super::interval::Interval;
use super::pivot::normal_cdf;
use super::quadrature;
use super::random::normal_quantile;
use super::root::{bisect, bisect_from};
use super::student;

/// Chances at one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// Of crossing the upper bound here, and none before.
    pub above: f64,
    /// Of crossing the lower bound here, and none before.
    pub below: f64,
}

/// Chance to cross first at each look. `drift` is the expected z value when the information is 1; 0 without an effect.
///
/// # Precision
/// Absolute error below 1e-9, up to hundreds of looks.
///
/// # Panics
/// When information does not rise from above 0, or there are not as many bounds as looks.
pub fn first_crossings(information: &[f64], bounds: &[f64], drift: f64) -> Vec<Crossing> {
    assert_eq!(information.len(), bounds.len(), "as many bounds as looks");
    let mut walk = Walk::new(information, drift);
    bounds.iter().map(|&bound| walk.look(bound)).collect()
}

/// Chance to cross at any look.
///
/// # Panics
/// As [`first_crossings`].
pub fn ever(information: &[f64], bounds: &[f64], drift: f64) -> f64 {
    first_crossings(information, bounds, drift).iter().map(|crossing| crossing.above + crossing.below).sum()
}

/// Information at which a test that stops where it crosses ends on average.
///
/// # Panics
/// As [`first_crossings`]; without a look.
pub fn expected_information(information: &[f64], bounds: &[f64], drift: f64) -> f64 {
    let last = information.last().expect("at least one look");
    let crossings = first_crossings(information, bounds, drift);
    let saved = information.iter().zip(crossings).map(|(at, crossing)| (last - at) * (crossing.above + crossing.below));
    last - saved.sum::<f64>()
}

/// The drift that is found at some look with a probability of `power`.
///
/// # Panics
/// As [`first_crossings`]; when a power of 1 is wanted.
pub fn drift_needed(information: &[f64], bounds: &[f64], power: f64) -> f64 {
    bisect_from(3.0, |drift| ever(information, bounds, drift) < power).expect("a power below 1 is reached")
}

/// Pocock's constant: the bound of every one of `looks` equally spaced looks.
pub fn pocock(looks: u32, alpha: f64) -> f64 {
    constant(looks, alpha, |_| 1.0)
}

/// O'Brien and Fleming's constant C: look k of K equally spaced ones has the bound `C (K / k)^(1/2)`.
pub fn obrien_fleming(looks: u32, alpha: f64) -> f64 {
    constant(looks, alpha, |fraction| 1.0 / fraction.sqrt())
}

/// The constant that keeps `alpha` when look k of K has it times `shape(k / K)` for a bound.
fn constant(looks: u32, alpha: f64, shape: impl Fn(f64) -> f64) -> f64 {
    let fractions: Vec<f64> = (1..=looks).map(|look| f64::from(look) / f64::from(looks)).collect();
    let shapes: Vec<f64> = fractions.iter().map(|&fraction| shape(fraction)).collect();
    let rate = |constant: f64| {
        let bounds: Vec<f64> = shapes.iter().map(|shape| constant * shape).collect();
        ever(&fractions, &bounds, 0.0)
    };
    bisect(0.0, FAR, |constant| rate(constant) > alpha)
}

/// What the spending function of the O'Brien-Fleming type (Lan & `DeMets` 1983) has spent per side at a share of the information
/// planned (0 to 1; beyond, everything is spent): next to nothing early.
pub fn spent_late(fraction: f64, alpha: f64) -> f64 {
    let per_side = alpha / 2.0;
    if fraction >= 1.0 {
        return per_side;
    }
    2.0 * normal_cdf(normal_quantile(per_side / 2.0) / fraction.sqrt())
}

/// Bounds that spend as [`spent_late`] says, at these shares of the information planned.
///
/// # Panics
/// When the shares do not rise from above 0.
pub fn late_spending_bounds(fractions: &[f64], alpha: f64) -> Vec<f64> {
    let spent: Vec<f64> = fractions.iter().map(|&fraction| spent_late(fraction, alpha)).collect();
    bounds_that_spend(fractions, &spent)
}

/// Bounds at these looks by which, from look to look, `spent` is spent in all on each side. A test that ends early gives its last
/// look all that is left: what is spent need not follow from the information. A look that spends nothing has an infinite bound.
///
/// # Panics
/// When information does not rise from above 0, or there are not as many numbers spent as looks.
pub fn bounds_that_spend(information: &[f64], spent: &[f64]) -> Vec<f64> {
    assert_eq!(information.len(), spent.len(), "as much spent as looks");
    let mut walk = Walk::new(information, 0.0);
    let mut before = 0.0;
    let bound_of = |&in_all: &f64| {
        let here = in_all - before;
        before = in_all;
        let bound = if here > 0.0 { bisect(0.0, FAR, |bound| walk.above(bound) > here) } else { f64::INFINITY };
        walk.look(bound);
        bound
    };
    spent.iter().map(bound_of).collect()
}

/// Information at looks whose estimates hang together like this, one correlation for each look after the first: with independent
/// gains it grows by 1 over the correlation's square from look to look. Its unit is that of the first look.
///
/// A square above 0.99, where a look adds next to nothing, counts as 0.99, and one below 0.01, or a negative correlation, as 0.01: with
/// looks less alike than they are bounds are further out than they need be, and the walk from look to look is bounded.
pub fn information(correlations: &[f64]) -> Vec<f64> {
    // Of hundreds of looks the product must stay a number.
    let least = libm::exp(-600.0 / correlations.len().max(1) as f64).max(0.01);
    let gains = correlations.iter().map(|correlation| 1.0 / (correlation.max(0.0) * correlation).clamp(least, 0.99));
    std::iter::once(1.0)
        .chain(gains.scan(1.0, |so_far, gain| {
            *so_far *= gain;
            Some(*so_far)
        }))
        .collect()
}

/// The two-sided p value at a bound: what the p value of the look, by whatever test, is compared with.
pub fn nominal_level(bound: f64) -> f64 {
    2.0 * normal_cdf(-bound)
}

/// Interval of an effect at a look with this bound, which together with those of all other looks holds at the rate of the bounds:
/// the repeated confidence interval. With `degrees` of freedom the bound is that of the t value of the same nominal level;
/// `None` for a known standard error.
pub fn repeated_interval(estimate: f64, standard_error: f64, degrees: Option<f64>, bound: f64) -> Interval {
    let reach = degrees.map_or(bound, |degrees| -student::quantile(normal_cdf(-bound), degrees));
    Interval { low: estimate - reach * standard_error, high: estimate + reach * standard_error }
}

/// Deviations beyond which a density is nothing to the last bit, and a bound as good as infinite.
const FAR: f64 = 9.0;

/// The motion on its way through the looks: what has not crossed so far, as masses at points.
struct Walk<'a> {
    information: &'a [f64],
    drift: f64,
    /// Looks behind it.
    n: usize,
    masses: Vec<quadrature::Point>,
}

impl<'a> Walk<'a> {
    fn new(information: &'a [f64], drift: f64) -> Self {
        let rises = information.windows(2).all(|pair| pair[0] < pair[1]);
        assert!(rises && information.first().is_none_or(|&first| first > 0.0), "rising from above 0: {information:?}");
        Walk { information, drift, n: 0, masses: vec![quadrature::Point { x: 0.0, weight: 1.0 }] }
    }

    fn at(&self) -> f64 {
        self.information[self.n]
    }

    /// What the motion gains in information up to the coming look.
    fn gain(&self) -> f64 {
        self.at() - if self.n == 0 { 0.0 } else { self.information[self.n - 1] }
    }

    /// Chance that the coming look finds the z value above the bound, none crossed before.
    fn above(&self, bound: f64) -> f64 {
        self.beyond(bound, 1.0)
    }

    /// The same for the side of this sign.
    fn beyond(&self, bound: f64, side: f64) -> f64 {
        let (gain, line) = (self.gain(), bound * self.at().sqrt());
        let tail = |x: f64| normal_cdf((side * (x + self.drift * gain) - line) / gain.sqrt());
        self.masses.iter().map(|mass| mass.weight * tail(mass.x)).sum()
    }

    /// Takes the coming look with this bound.
    fn look(&mut self, bound: f64) -> Crossing {
        let crossing = Crossing { above: self.beyond(bound, 1.0), below: self.beyond(bound, -1.0) };
        self.masses = self.inside(bound);
        self.n += 1;
        crossing
    }

    /// The masses at the coming look that lie within the bound.
    fn inside(&self, bound: f64) -> Vec<quadrature::Point> {
        let (at, gain) = (self.at(), self.gain());
        let Some(&next) = self.information.get(self.n + 1) else { return Vec::new() };
        let (centre, reach, line) = (self.drift * at, FAR * at.sqrt(), bound * at.sqrt());
        let (low, high) = ((centre - reach).max(-line), (centre + reach).min(line));
        if low >= high {
            return Vec::new();
        }
        // The density and the next step's tail are smooth on the scale of the smaller of both steps.
        let scale = gain.min(next - at).sqrt();
        let panels = 1 + ((high - low) / (6.0 * scale)) as usize;
        let arriving = |to: f64| -> f64 {
            let (from, step) = (to - self.drift * gain, FAR * gain.sqrt());
            let density = |at: f64| {
                let z = (from - at) / gain.sqrt();
                libm::exp(-z * z / 2.0)
            };
            // Masses stand in order, and only those within reach of a step arrive.
            let near = self.masses.partition_point(|mass| mass.x < from - step)
                ..self.masses.partition_point(|mass| mass.x <= from + step);
            self.masses[near].iter().map(|mass| mass.weight * density(mass.x)).sum::<f64>()
                / (2.0 * std::f64::consts::PI * gain).sqrt()
        };
        let mut points = quadrature::panels(panels, low, high);
        for point in &mut points {
            point.weight *= arriving(point.x);
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    fn even(looks: u32) -> Vec<f64> {
        (1..=looks).map(|look| f64::from(look) / f64::from(looks)).collect()
    }

    /// Jennison & Turnbull 2000, tables 2.1 and 2.3 (constants); the information needed for a power of 0.8 over that of a single
    /// look by the multivariate normal integral of scipy.
    #[test]
    fn constants_and_inflation_are_those_of_the_tables() {
        for (looks, of_pocock, of_fleming) in
            [(1, 1.960, 1.960), (2, 2.178, 1.977), (5, 2.413, 2.040), (10, 2.555, 2.087)]
        {
            close(pocock(looks, 0.05), of_pocock, 0.0006);
            close(obrien_fleming(looks, 0.05), of_fleming, 0.0006);
        }
        let single = drift_needed(&[1.0], &[pocock(1, 0.05)], 0.8);
        let flat = drift_needed(&even(5), &[pocock(5, 0.05); 5], 0.8);
        let constant = obrien_fleming(5, 0.05);
        let falling: Vec<f64> = even(5).iter().map(|fraction| constant / fraction.sqrt()).collect();
        close((flat / single).powi(2), 1.2284, 0.0002);
        close((drift_needed(&even(5), &falling, 0.8) / single).powi(2), 1.0284, 0.0002);
    }

    #[test]
    fn the_chances_are_those_of_two_correlated_normal_numbers() {
        // P(|Z1| < c, |Z2| < c) with correlation (1/3)^(1/2), c = 1.5, by quadrature in another way: over the first of them.
        let (c, r) = (1.5, (1.0_f64 / 3.0).sqrt());
        let density = |z: f64| libm::exp(-z * z / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
        let rest = (1.0 - r * r).sqrt();
        let inside: f64 = quadrature::points(60, -c, c)
            .iter()
            .map(|p| p.weight * density(p.x) * (normal_cdf((c - r * p.x) / rest) - normal_cdf((-c - r * p.x) / rest)))
            .sum();
        close(ever(&[1.0, 3.0], &[c, c], 0.0), 1.0 - inside, 1e-12);
    }

    #[test]
    fn a_single_look_is_the_z_test_and_a_bound_never_reached_changes_nothing() {
        close(ever(&[1.0], &[1.959_964], 2.8), normal_cdf(2.8 - 1.959_964) + normal_cdf(-2.8 - 1.959_964), 1e-12);
        close(ever(&[0.3, 1.0], &[f64::INFINITY, 1.959_964], 2.8), ever(&[1.0], &[1.959_964], 2.8), 1e-11);
        // At a twentieth of the information nothing is spent to speak of.
        assert!(late_spending_bounds(&[0.05, 1.0], 0.05)[0] > 8.9);
    }

    #[test]
    fn what_a_look_has_left_over_can_be_given_to_the_last() {
        let bounds = bounds_that_spend(&[0.5, 0.8], &[spent_late(0.5, 0.05), 0.025]);
        close(ever(&[0.5, 0.8], &bounds, 0.0), 0.05, 1e-6);
        assert!(bounds[1] < late_spending_bounds(&[0.5, 0.8], 0.05)[1]);
        assert_eq!(late_spending_bounds(&[0.5, 1.0, 1.2], 0.05)[2], f64::INFINITY);
    }

    #[test]
    fn an_effect_ends_a_test_early_and_one_interval_of_all_looks_is_the_widest_first() {
        let (fractions, bounds) = (even(5), late_spending_bounds(&even(5), 0.05));
        assert!(expected_information(&fractions, &bounds, 3.0) < 0.8);
        close(expected_information(&fractions, &bounds, 0.0), 1.0, 0.02);
        let first = repeated_interval(0.1, 0.02, Some(10.0), bounds[0]);
        let last = repeated_interval(0.1, 0.02, Some(10.0), bounds[4]);
        assert!(first.low < last.low && last.high < first.high);
        let z = repeated_interval(0.1, 0.02, None, bounds[4]);
        assert!(last.low < z.low, "few degrees of freedom widen it");
        close(z.high, 0.1 + 0.02 * bounds[4], 1e-15);
    }

    #[test]
    fn correlations_of_neighbours_give_the_information_back_and_degenerate_ones_a_rising_one() {
        let even = even(7);
        let correlations: Vec<f64> = even.windows(2).map(|pair| (pair[0] / pair[1]).sqrt()).collect();
        for (found, expected) in information(&correlations).iter().zip(&even) {
            close(*found, 7.0 * expected, 1e-12);
        }
        assert!(information(&[0.0; 1000]).last().is_some_and(|last| last.is_finite()));
        for degenerate in [1.0, 0.0, -0.7] {
            let information = information(&[degenerate; 60]);
            assert!(information.windows(2).all(|pair| pair[0] * 1.01 < pair[1]));
            let spent: Vec<f64> = (1..=61).map(|look| spent_late(f64::from(look) / 61.0, 0.05)).collect();
            close(ever(&information, &bounds_that_spend(&information, &spent), 0.0), 0.05, 1e-6);
        }
        assert_eq!(information(&[]), [1.0]);
    }

    #[test]
    fn hundreds_of_looks_keep_their_precision() {
        // Twice the points move nothing: checked against the same chance with every second step of information left out.
        let many = even(300);
        let bounds: Vec<f64> = (0..300).map(|i| if i % 2 == 1 { 3.0 } else { f64::INFINITY }).collect();
        close(ever(&many, &bounds, 0.0), ever(&even(150), &[3.0; 150], 0.0), 1e-8);
    }

    proptest! {
        #[test]
        fn spending_bounds_keep_alpha_and_forget_the_unit_of_information(
            first in 0.1..0.5_f64, steps in prop::collection::vec(0.05..0.3_f64, 1..6), alpha in 0.01..0.2_f64,
        ) {
            let mut information = vec![first];
            for step in steps {
                information.push(information.last().unwrap() + step);
            }
            let all = *information.last().unwrap();
            let fractions: Vec<f64> = information.iter().map(|at| at / all).collect();
            let bounds = late_spending_bounds(&fractions, alpha);
            prop_assert!(bounds.last().unwrap() > &-normal_quantile(alpha / 2.0));
            // The corner where both bounds are crossed counts once.
            let rate = ever(&information, &bounds, 0.0);
            prop_assert!((rate - alpha).abs() < 1e-6, "{}", rate);
        }

        #[test]
        fn at_even_looks_spending_bounds_fall(looks in 2_u32..12, alpha in 0.01..0.2_f64) {
            let bounds = late_spending_bounds(&even(looks), alpha);
            prop_assert!(bounds.windows(2).all(|pair| pair[0] > pair[1]), "{:?}", bounds);
        }

        #[test]
        fn more_looks_more_false_alarms_and_more_drift_more_power(looks in 1_u32..8, drift in 0.0..4.0_f64) {
            let rate = |looks: u32, drift: f64| ever(&even(looks), &vec![1.96; looks as usize], drift);
            prop_assert!(rate(looks, 0.0) < rate(looks + 1, 0.0));
            prop_assert!(rate(looks, drift) < rate(looks, drift + 0.1));
        }
    }
}
