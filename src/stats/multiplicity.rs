//! p values of several questions asked of one experiment.
//!
//! Comes in: p values. Goes out: adjusted p values in the same order, to be held against the level itself. Not here: several looks at
//! one question (`sequence`). Sources: Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57(1), 289-300
//! (false discovery rate); Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70; Hochberg 1988, Biometrika 75(4), 800-802,
//! with the levels of Šidák 1967, JASA 62(318), 626-633.

/// Benjamini and Hochberg: of the questions kept below a level, the expected share that are false is at most that level, for independent or
/// positively dependent p values.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let n = p_values.len() as f64;
    step_up(p_values, |p, rank| p * n / rank as f64)
}

/// Holm: the chance of even one false rejection is at most the level, whatever the dependence.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let n = p_values.len();
    let mut largest = 0.0_f64;
    let mut adjusted = vec![0.0; n];
    for (rank, at) in rising(p_values).into_iter().enumerate() {
        largest = largest.max(p_values[at] * (n - rank) as f64).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

/// Hochberg with the levels of Šidák: the chance of even one false rejection is at most the level for independent p values.
pub fn hochberg_sidak(p_values: &[f64]) -> Vec<f64> {
    let n = p_values.len();
    step_up(p_values, |p, rank| -libm::expm1((n + 1 - rank) as f64 * libm::log1p(-p)))
}

/// From the largest p value (rank n) down: each takes the smallest adjusted so far, at most 1.
fn step_up(p_values: &[f64], adjust: impl Fn(f64, usize) -> f64) -> Vec<f64> {
    let mut smallest = 1.0_f64;
    let mut adjusted = vec![0.0; p_values.len()];
    for (rank, at) in rising(p_values).into_iter().enumerate().rev() {
        smallest = smallest.min(adjust(p_values[at], rank + 1));
        adjusted[at] = smallest;
    }
    adjusted
}

/// Indices in the order of rising p values.
fn rising(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: &[f64], expected: &[f64]) {
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?} is not {expected:?}");
    }

    #[test]
    fn four_p_values_by_hand() {
        let p_values = [0.04, 0.01, 0.03, 0.9];
        close(&benjamini_hochberg(&p_values), &[0.16 / 3.0, 0.04, 0.16 / 3.0, 0.9]);
        close(&holm(&p_values), &[0.09, 0.04, 0.09, 0.9]);
        close(&hochberg_sidak(&p_values), &[1.0 - 0.96 * 0.96, 1.0 - 0.99_f64.powi(4), 1.0 - 0.96 * 0.96, 0.9]);
    }

    proptest! {
        #[test]
        fn one_question_costs_nothing_and_more_never_help(p_values in prop::collection::vec(0.0..=1.0_f64, 1..20)) {
            for adjust in [benjamini_hochberg, holm, hochberg_sidak] {
                let adjusted = adjust(&p_values);
                prop_assert!((adjust(&p_values[..1])[0] - p_values[0]).abs() < 1e-12);
                for (before, after) in p_values.iter().zip(&adjusted) {
                    prop_assert!(before - 1e-12 <= *after && *after <= 1.0);
                }
                let order = rising(&p_values);
                prop_assert!(order.windows(2).all(|pair| adjusted[pair[0]] <= adjusted[pair[1]]));
            }
        }
    }
}
