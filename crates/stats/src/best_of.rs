//! Which of several independent uncertain quantities is the largest, and what choosing another one costs.
//!
//! Comes in: the distribution of each, by its density and distribution function at the points of one grid. Goes out: the probability
//! that each is the largest and the expected shortfall of each behind the largest of the others. Which distributions, and where the
//! points lie, is in `chance_to_win` and `beta_arms`.
//! Source: Gauss-Legendre quadrature over panels that grow with the distance (Davis & Rabinowitz 1984, Methods of Numerical
//! Integration, chapter 2).

use serde::Serialize;

/// What is known of one of several choices.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Chance {
    /// Probability that it is the best of all, 0 to 1.
    pub is_best: f64,
    /// Expected amount by which the best of the others beats it, counted as 0 where none does. Choosing it loses as much on average. `None`
    /// where the distributions have no mean.
    pub expected_loss: Option<f64>,
}

/// A distribution at a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtPoint {
    pub(super) density: f64,
    pub(super) below: f64,
    pub(super) above: f64,
}

/// Weight and abscissa of the points between neighbouring `breaks`, which rise: 16 per panel.
pub(super) fn points(breaks: &[f64]) -> Vec<(f64, f64)> {
    let mut points = Vec::with_capacity(16 * breaks.len());
    for ends in breaks.windows(2) {
        let (middle, half) = (f64::midpoint(ends[0], ends[1]), (ends[1] - ends[0]) / 2.0);
        for (node, weight) in LEGENDRE {
            points.push((half * weight, middle - half * node));
            points.push((half * weight, middle + half * node));
        }
    }
    points
}

/// Sums over points: `rows` gives for each the weight and, arm by arm, the distributions there.
pub(super) fn chances(n_arms: usize, rows: impl Iterator<Item = (f64, Vec<AtPoint>)>) -> Vec<Chance> {
    let (mut best, mut losses) = (vec![0.0; n_arms], vec![0.0; n_arms]);
    for (weight, arms) in rows {
        for i in 0..n_arms {
            // All others below here; and its complement, kept where it is tiny.
            let (mut all_below, mut one_above) = (1.0, 0.0);
            for (_, other) in arms.iter().enumerate().filter(|(j, _)| *j != i) {
                one_above += all_below * other.above;
                all_below *= other.below;
            }
            best[i] += weight * arms[i].density * all_below;
            // E max(M - X, 0) is the integral over x of P(X < x) P(M > x), M the best of the others.
            losses[i] += weight * arms[i].below * one_above;
        }
    }
    // What the quadrature misses, shared out.
    let total: f64 = best.iter().sum();
    let chance = |(is_best, loss)| Chance { is_best: is_best / total, expected_loss: Some(loss) };
    best.into_iter().zip(losses).map(chance).collect()
}

/// Positive nodes of the 16-point rule on -1 to 1 and their weights (Abramowitz & Stegun 1964, table 25.4).
const LEGENDRE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_exact_for_polynomials_up_to_degree_31() {
        let integral =
            |power: i32| -> f64 { points(&[0.0, 0.5, 2.0]).iter().map(|(weight, x)| weight * x.powi(power)).sum() };
        for power in [0, 1, 5, 31] {
            let exact = 2.0_f64.powi(power + 1) / f64::from(power + 1);
            assert!((integral(power) / exact - 1.0).abs() < 1e-13, "{power}");
        }
    }
}
