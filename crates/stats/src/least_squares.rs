//! Ordinary least squares: the coefficients by which rows of numbers give outputs best.
//!
//! Comes in: rows and an output each. Goes out: coefficients, and what they leave. Not here: which columns there are. Source: Golub & Van
//! Loan 2013, Matrix Computations, 4th edition, chapter 5 (by the singular value decomposition, so that of equally good
//! coefficients the smallest are returned). OUR CONVENTION: columns are scaled to length 1 before; singular values below 10^-10 of
//! the largest count as 0; no constant is added.

use nalgebra::{DMatrix, DVector};

/// Singular values below this share of the largest are rounding.
const LEAST_SINGULAR: f64 = 1e-10;

/// The coefficients, one a column; `None` without rows or columns.
///
/// # Panics
/// When rows differ in length, or outputs are not one a row.
pub fn fit(rows: &[Vec<f64>], outputs: &[f64]) -> Option<Vec<f64>> {
    assert_eq!(rows.len(), outputs.len(), "rows and outputs");
    let n_columns = rows.first().map(Vec::len).filter(|&n| n > 0)?;
    assert!(rows.iter().all(|row| row.len() == n_columns), "rows of one length");
    let length = |column: usize| rows.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt();
    let lengths: Vec<f64> = (0..n_columns).map(length).map(|length| if length > 0.0 { length } else { 1.0 }).collect();
    let matrix = DMatrix::from_fn(rows.len(), n_columns, |row, column| rows[row][column] / lengths[column]);
    let decomposed = matrix.svd(true, true);
    let largest = decomposed.singular_values.max();
    let scaled = decomposed.solve(&DVector::from_column_slice(outputs), LEAST_SINGULAR * largest).ok()?;
    Some(scaled.iter().zip(&lengths).map(|(coefficient, length)| coefficient / length).collect())
}

/// What a row gives.
pub fn at(coefficients: &[f64], row: &[f64]) -> f64 {
    coefficients.iter().zip(row).map(|(coefficient, x)| coefficient * x).sum()
}

/// Sum of squared errors of the coefficients on some rows.
pub fn squares_left(coefficients: &[f64], rows: &[Vec<f64>], outputs: &[f64]) -> f64 {
    let error = |(row, output): (&Vec<f64>, &f64)| output - at(coefficients, row);
    rows.iter().zip(outputs).map(error).map(|error| error * error).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_through_points_is_found() {
        // Least squares through (0, 1), (1, 2), (2, 4): constant 5/6, slope 3/2, squares left 1/6.
        let rows = [0.0, 1.0, 2.0].map(|x| vec![1.0, x]);
        let outputs = [1.0, 2.0, 4.0];
        let found = fit(&rows, &outputs).unwrap();
        assert!((found[0] - 5.0 / 6.0).abs() < 1e-12 && (found[1] - 1.5).abs() < 1e-12, "{found:?}");
        assert!((squares_left(&found, &rows, &outputs) - 1.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn equal_columns_share_and_an_empty_one_gets_nothing() {
        let rows = [1.0, 2.0, 3.0].map(|x| vec![x, x, 0.0]);
        let found = fit(&rows, &[2.0, 4.0, 6.0]).unwrap();
        assert!(
            (found[0] - 1.0).abs() < 1e-12 && (found[1] - 1.0).abs() < 1e-12 && found[2].abs() < 1e-12,
            "{found:?}"
        );
    }

    #[test]
    fn units_do_not_matter() {
        let rows: Vec<Vec<f64>> = (0..9).map(f64::from).map(|i| vec![1e9 + i, 1e-9 * i * i]).collect();
        let outputs: Vec<f64> = rows.iter().map(|row| 3e-9 * row[0] + 2e9 * row[1]).collect();
        let found = fit(&rows, &outputs).unwrap();
        assert!((found[0] / 3e-9 - 1.0).abs() < 1e-9 && (found[1] / 2e9 - 1.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(fit(&[], &[]), None);
        assert_eq!(fit(&[Vec::new()], &[1.0]), None);
    }
}
