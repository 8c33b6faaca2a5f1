//! The difference of two arms of clusters with an error that knows that units of a cluster are alike.
//!
//! Comes in: per cluster the number of its units, their sum and, if wanted, a covariate known before. Goes out: the least-squares
//! difference of the arms' pooled means (adjusted for the covariate) with a cluster-robust standard error and degrees of freedom.
//! All regressors are constant within a cluster, so that sizes and sums are all that is needed. With size 1 and the cluster's mean as
//! its sum, every cluster counts once. How alike the units are is in `clustered`.
//! Sources: Liang & Zeger 1986, Biometrika 73(1), 13-22 (CR0); Bell & `McCaffrey` 2002, Survey Methodology 28(2), 169-181
//! (CR2 and its Satterthwaite degrees of freedom); Pustejovsky & Tipton 2018, Journal of Business & Economic Statistics 36(4),
//! 672-683.
//!
//! Our convention: treated minus control; CR1 has Stata's factor G/(G-1) (N-1)/(N-K) and G - 1 degrees of freedom, as has CR0;
//! the working model of CR2 is independent units of one variance. Clusters of one size then give Welch's error on their means.

use nalgebra::{Matrix3, Vector3};

use super::two_sample::{Difference, ROUNDING};

/// One cluster of an arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// Its units, above 0.
    pub size: f64,
    /// Sum of its units' values.
    pub sum: f64,
    /// What was known of it before; used by [`adjusted_difference`] only.
    pub covariate: f64,
}

/// How the error is kept from being too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Not at all: the plain sandwich.
    Cr0,
    /// One factor for all clusters.
    Cr1,
    /// Each cluster's residuals by its leverage.
    Cr2,
}

/// Difference of the pooled means. `None` below two clusters in an arm and where all units of an arm's clusters agree.
pub fn difference(control: &[Cluster], treated: &[Cluster], correction: Correction) -> Option<Difference> {
    estimate(control, treated, correction, None)
}

/// Difference of the pooled means at equal covariates, by least squares on arm and covariate. `None` below two clusters in an arm, where
/// all clusters of each arm have one covariate, and where no degree of freedom is left.
pub fn adjusted_difference(control: &[Cluster], treated: &[Cluster], correction: Correction) -> Option<Difference> {
    let units: f64 = control.iter().chain(treated).map(|cluster| cluster.size).sum();
    let middle = control.iter().chain(treated).map(|cluster| cluster.size * cluster.covariate).sum::<f64>() / units;
    estimate(control, treated, correction, Some(middle))
}

/// A cluster's row of the regression and what follows from it.
struct Row {
    x: Vector3<f64>,
    size: f64,
    sum: f64,
    /// Factor of its residuals' sum in the estimate's error.
    weight: f64,
}

/// By least squares on a constant, the arm and, if there is a `middle`, the covariate less it: about its middle the covariate is of
/// little correlation with the constant, which spares digits.
fn estimate(
    control: &[Cluster],
    treated: &[Cluster],
    correction: Correction,
    middle: Option<f64>,
) -> Option<Difference> {
    let filled = |arm: &[Cluster]| arm.iter().filter(|cluster| cluster.size > 0.0).count();
    if filled(control) < 2 || filled(treated) < 2 {
        return None;
    }
    let row = |arm: f64, cluster: &Cluster| Row {
        x: Vector3::new(1.0, arm, middle.map_or(0.0, |middle| cluster.covariate - middle)),
        size: cluster.size,
        sum: cluster.sum,
        weight: 0.0,
    };
    let arms = control.iter().map(|cluster| row(0.0, cluster)).chain(treated.iter().map(|cluster| row(1.0, cluster)));
    let mut rows: Vec<Row> = arms.filter(|row| row.size > 0.0).collect();
    let (mut cross, mut moments) = (Matrix3::zeros(), Vector3::zeros());
    for row in &rows {
        cross += row.size * row.x * row.x.transpose();
        moments += row.sum * row.x;
    }
    let n_regressors = if middle.is_some() { 3 } else { 2 };
    let bread = inverse(cross, n_regressors)?;
    let coefficients = bread * moments;
    let mut variance = 0.0;
    for row in &mut rows {
        let leverage = row.size * row.x.dot(&(bread * row.x));
        let correction = match correction {
            Correction::Cr0 | Correction::Cr1 => 1.0,
            // A cluster that alone decides a coefficient leaves no residual, and no error either.
            Correction::Cr2 if leverage < 1.0 - 1e-9 => 1.0 / (1.0 - leverage).sqrt(),
            Correction::Cr2 => return None,
        };
        row.weight = correction * (bread.row(1) * row.x)[0];
        let residuals = row.sum - row.size * row.x.dot(&coefficients);
        variance += (row.weight * residuals) * (row.weight * residuals);
    }
    let n_clusters = rows.len() as f64;
    let n_units: f64 = rows.iter().map(|row| row.size).sum();
    let (factor, degrees) = match correction {
        Correction::Cr0 => (1.0, n_clusters - 1.0),
        Correction::Cr1 => {
            let factor = n_clusters / (n_clusters - 1.0) * (n_units - 1.0) / (n_units - f64::from(n_regressors));
            (factor, n_clusters - 1.0)
        }
        Correction::Cr2 => (1.0, satterthwaite(&rows, &bread)),
    };
    // What rounding leaves of clusters that all agree is no error.
    let scale = rows.iter().map(|row| row.sum.abs()).sum::<f64>() / n_units;
    let error = (factor * variance).sqrt();
    (error > ROUNDING * scale).then(|| Difference::new(coefficients[1], error, degrees)).flatten()
}

/// Inverse of the leading block of `n` rows, the rest 0; `None` where regressors repeat each other.
fn inverse(mut cross: Matrix3<f64>, n: i32) -> Option<Matrix3<f64>> {
    if n == 2 {
        cross[(2, 2)] = 1.0;
    }
    // The determinant of the correlations: 0 where a regressor is made of the others.
    let scale = cross[(0, 0)] * cross[(1, 1)] * cross[(2, 2)];
    let is_sound = cross.determinant() > 1e-10 * scale;
    let mut bread = is_sound.then(|| cross.try_inverse()).flatten()?;
    if n == 2 {
        bread[(2, 2)] = 0.0;
    }
    Some(bread)
}

/// Degrees of freedom of the variance estimate under independent units: squared expectation over half the variance. With
/// `p_g = (I - H)_g A_g X_g M c`, the products `p_g' p_h` are sums over sizes, since all rows of a cluster are equal.
fn satterthwaite(rows: &[Row], bread: &Matrix3<f64>) -> f64 {
    let (mut trace, mut squares) = (0.0, 0.0);
    for (g, a) in rows.iter().enumerate() {
        let reach = bread * a.x;
        for (h, b) in rows.iter().enumerate() {
            let own = if g == h { a.size } else { 0.0 };
            let product = a.weight * b.weight * (own - a.size * b.size * b.x.dot(&reach));
            if g == h {
                trace += product;
            }
            squares += product * product;
        }
    }
    trace * trace / squares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::two_sample::welch;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    fn cluster(size: f64, sum: f64, covariate: f64) -> Cluster {
        Cluster { size, sum, covariate }
    }

    fn unequal() -> (Vec<Cluster>, Vec<Cluster>) {
        let rows =
            |rows: &[(f64, f64, f64)]| rows.iter().map(|&(size, sum, before)| cluster(size, sum, before)).collect();
        (
            rows(&[(20.0, 3.0, 0.10), (35.0, 4.0, 0.12), (50.0, 9.0, 0.21), (12.0, 1.0, 0.05)]),
            rows(&[(25.0, 6.0, 0.13), (40.0, 9.0, 0.18), (15.0, 2.0, 0.08), (60.0, 16.0, 0.22), (30.0, 5.0, 0.11)]),
        )
    }

    /// The expected figures are those of the matrices over all 287 units, computed with numpy.
    #[test]
    fn errors_and_degrees_are_those_of_a_regression_on_all_units() {
        let (control, treated) = unequal();
        for (correction, error, degrees) in [
            (Correction::Cr0, 0.027_364_887_460_612_886, 8.0),
            (Correction::Cr1, 0.029_075_722_428_416_006, 8.0),
            (Correction::Cr2, 0.033_311_081_380_138_42, 4.892_069_117_886_698),
        ] {
            let found = difference(&control, &treated, correction).unwrap();
            close(found.estimate, 38.0 / 170.0 - 17.0 / 117.0, 1e-14);
            close(found.standard_error, error, 1e-12);
            close(found.degrees, degrees, 1e-9);
        }
        for (correction, error, degrees) in [
            (Correction::Cr0, 0.011_799_357_528_974_572, 8.0),
            (Correction::Cr1, 0.012_559_098_556_056_608, 8.0),
            (Correction::Cr2, 0.014_441_150_160_604_169, 3.739_058_919_488_088),
        ] {
            let found = adjusted_difference(&control, &treated, correction).unwrap();
            close(found.estimate, 0.066_195_304_208_264_8, 1e-12);
            close(found.standard_error, error, 1e-12);
            close(found.degrees, degrees, 1e-9);
        }
    }

    #[test]
    fn what_cannot_be_judged_has_no_difference() {
        let (control, treated) = unequal();
        for correction in [Correction::Cr0, Correction::Cr1, Correction::Cr2] {
            assert_eq!(difference(&control[..1], &treated, correction), None);
            let empty = [control[0], cluster(0.0, 0.0, 0.0)];
            assert_eq!(difference(&empty, &treated, correction), None, "an empty cluster is none");
            let alike = |sum| vec![cluster(10.0, sum, 0.1); 3];
            assert_eq!(difference(&alike(1.0), &alike(3.0), correction), None);
            assert_eq!(adjusted_difference(&alike(1.0), &treated[..1], correction), None);
            let same_before: Vec<_> = control.iter().map(|c| cluster(c.size, c.sum, 0.3)).collect();
            let too: Vec<_> = treated.iter().map(|c| cluster(c.size, c.sum, 0.3)).collect();
            assert_eq!(adjusted_difference(&same_before, &too, correction), None, "nothing to adjust by");
        }
    }

    proptest! {
        #[test]
        fn equal_sizes_give_welchs_difference_of_the_clusters_means(
            a in prop::collection::vec(0.0..1.0_f64, 2..12), b in prop::collection::vec(0.0..1.0_f64, 2..12), size in 1.0..300.0_f64,
        ) {
            let arm = |means: &[f64]| means.iter().map(|mean| cluster(size, size * mean, 0.0)).collect::<Vec<_>>();
            let (found, expected) = (difference(&arm(&a), &arm(&b), Correction::Cr2).unwrap(), welch(&a, &b).unwrap());
            prop_assert!((found.estimate - expected.estimate).abs() < 1e-12);
            prop_assert!((found.standard_error / expected.standard_error - 1.0).abs() < 1e-9);
            // The degrees do not look at the data: where arms are of one length they are all but two.
            if a.len() == b.len() {
                prop_assert!((found.degrees - (2 * a.len() - 2) as f64).abs() < 1e-6);
            }
        }
    }
}
