//! Optimal computing budget allocation: how to share simulations among options so that the best is told from the rest most surely.
//!
//! Comes in: how far each option lies behind the best, and the standard deviation of one simulation of each. Goes out: shares.
//! Not here: when to stop (`selection`). Source: Chen, Lin, Yücesan & Chick 2000, Discrete Event Dynamic Systems 10, 251-270, for
//! independent normal simulations, asymptotically.

/// The share of each option, 1 together. `gaps` is how far each lies behind the option `best`, whose own is not read, in the
/// units of `deviations` (> 0). `None` where another option is not behind at all: then no allocation tells them apart.
///
/// # Panics
/// Without as many deviations as gaps, or without the option `best`.
pub fn shares(gaps: &[f64], deviations: &[f64], best: usize) -> Option<Vec<f64>> {
    assert!(gaps.len() == deviations.len() && best < gaps.len(), "a gap and a deviation for each, the best among them");
    let mut shares: Vec<f64> = gaps.iter().zip(deviations).map(|(gap, sd)| (sd / gap) * (sd / gap)).collect();
    let others = || (0..gaps.len()).filter(|&i| i != best);
    if others().any(|i| gaps[i] <= 0.0) {
        return None;
    }
    let of_best: f64 = others().map(|i| (shares[i] / deviations[i]) * (shares[i] / deviations[i])).sum();
    shares[best] = if gaps.len() == 1 { 1.0 } else { deviations[best] * of_best.sqrt() };
    let total: f64 = shares.iter().sum();
    Some(shares.into_iter().map(|share| share / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_options_each_gets_its_deviation_s_share_and_one_gets_all() {
        let found = shares(&[0.0, 0.7], &[1.0, 3.0], 0).unwrap();
        assert!((found[0] - 0.25).abs() < 1e-12 && (found[1] - 0.75).abs() < 1e-12, "{found:?}");
        assert_eq!(shares(&[0.0], &[1.0], 0), Some(vec![1.0]));
    }

    #[test]
    fn options_that_are_near_get_more_and_ties_are_left_open() {
        let found = shares(&[0.5, 0.0, 2.0], &[1.0; 3], 1).unwrap();
        assert!(found[0] > found[2]);
        assert_eq!(shares(&[0.0, 0.0], &[1.0; 2], 0), None);
    }
}
