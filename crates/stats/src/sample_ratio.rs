//! Whether the arms of an experiment have as many units as the assignment would give them.
//!
//! Comes in: units per arm and the shares they were to get. Goes out: a p value. A small one says that units were lost or
//! misplaced, and that nothing else about the experiment should be believed before that is explained.
//! Sources: Fabijan et al. 2019, KDD, 2156-2164 (the check); exact multinomial test, tables ordered by probability: Read & Cressie
//! 1988, Goodness-of-Fit Statistics for Discrete Multivariate Data.
//!
//! Our convention: exact with two arms, chi-square with k - 1 degrees of freedom above; two-sided.

use statrs::distribution::{Binomial, ContinuousCDF, Discrete};

use super::pivot::chi_square;

/// p value of the counts under the intended shares (above 0, of any sum). `None` below two arms, without a unit, or where an arm has no
/// share.
///
/// # Panics
/// When counts and shares are not as many.
pub fn p_value(counts: &[u64], shares: &[f64]) -> Option<f64> {
    assert_eq!(counts.len(), shares.len(), "one share per arm");
    let (n, total) = (counts.iter().sum::<u64>(), shares.iter().sum::<f64>());
    if counts.len() < 2 || n == 0 || shares.iter().any(|share| *share <= 0.0) {
        return None;
    }
    if let [first, _] = *counts {
        return Some(two_arms(first, n, shares[0] / total));
    }
    let squares = |(count, share): (&u64, &f64)| {
        let expected = n as f64 * share / total;
        (*count as f64 - expected) * (*count as f64 - expected) / expected
    };
    Some(chi_square(counts.len() as u64 - 1).sf(counts.iter().zip(shares).map(squares).sum()))
}

/// Probability of the splits that are no likelier than the seen one.
fn two_arms(first: u64, n: u64, share: f64) -> f64 {
    let law = Binomial::new(share, n).expect("a share between 0 and 1");
    // Equal but for rounding counts as equal.
    let seen = law.pmf(first) * (1.0 + 1e-7);
    (0..=n).map(|k| law.pmf(k)).filter(|p| *p <= seen).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_arms_by_hand() {
        // Of 4: 1 + 4 of 16 splits to one side or further, and as many to the other.
        assert!((p_value(&[1, 3], &[1.0, 1.0]).unwrap() - 10.0 / 16.0).abs() < 1e-12);
        assert!((p_value(&[2, 2], &[0.5, 0.5]).unwrap() - 1.0).abs() < 1e-12);
        // Twice as many wanted: 6 of 6 has 64/729, 0 of 6 has 1/729, 1 of 6 has 12/729, 2 of 6 has 60/729.
        assert!((p_value(&[6, 0], &[2.0, 1.0]).unwrap() - 137.0 / 729.0).abs() < 1e-12);
    }

    #[test]
    fn three_arms_are_chi_square_with_two_degrees() {
        // Expected 20 each: (25 + 0 + 25) / 20 = 2.5, and the upper tail of two degrees is exp(-x/2).
        assert!((p_value(&[15, 20, 25], &[1.0, 1.0, 1.0]).unwrap() - libm::exp(-1.25)).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_checked_is_blank() {
        assert_eq!(p_value(&[5], &[1.0]), None);
        assert_eq!(p_value(&[0, 0], &[1.0, 1.0]), None);
        assert_eq!(p_value(&[5, 3], &[1.0, 0.0]), None);
    }
}
