//! p values of several questions asked of one experiment.
//!
//! Comes in: p values. Goes out: adjusted p values in the same order, to be held against the level itself. Not here: several looks at
//! one question (`sequence`). Sources: Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57(1), 289-300
//! (false discovery rate); Benjamini & Yekutieli 2005, JASA 100(469), 71-81 (intervals beside it); Hochberg 1988, Biometrika 75(4),
//! 800-802, with the levels of Šidák 1967, JASA 62(318), 626-633.

/// Benjamini and Hochberg: of the questions kept below a level, the expected share that are false is at most that level, for independent or
/// positively dependent p values.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let n = p_values.len() as f64;
    step_up(p_values, |p, rank| p * n / rank as f64)
}

/// Bonferroni: the p value of one of `n` questions, so that the chance of even one false rejection is at most the level, whatever the
/// dependence. It is at most `alpha` where the interval with a confidence of `1 - alpha / n` leaves the value in question out.
pub fn bonferroni(p_value: f64, n: usize) -> f64 {
    (p_value * n as f64).min(1.0)
}

/// Confidence of intervals that say what Benjamini and Hochberg's p values say at the level `alpha`: of those of the questions kept the
/// expected share that miss is at most `alpha` (Benjamini & Yekutieli 2005). Where none is kept, as if one were.
pub fn confidence_beside(adjusted: &[f64], alpha: f64) -> f64 {
    let kept = adjusted.iter().filter(|p| **p <= alpha).count();
    1.0 - alpha * kept.max(1) as f64 / adjusted.len().max(1) as f64
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
        assert_eq!((bonferroni(0.01, 4), bonferroni(0.4, 4)), (0.04, 1.0));
        close(&hochberg_sidak(&p_values), &[1.0 - 0.96 * 0.96, 1.0 - 0.99_f64.powi(4), 1.0 - 0.96 * 0.96, 0.9]);
    }

    proptest! {
        #[test]
        fn an_interval_leaves_out_what_its_adjusted_p_value_rejects(p_values in prop::collection::vec(0.0..=0.2_f64, 1..20)) {
            let adjusted = benjamini_hochberg(&p_values);
            let confidence = confidence_beside(&adjusted, 0.05);
            for (p, adjusted) in p_values.iter().zip(adjusted) {
                prop_assert_eq!(*p <= 1.0 - confidence + 1e-12, adjusted <= 0.05 + 1e-12);
            }
        }

        #[test]
        fn one_question_costs_nothing_and_more_never_help(p_values in prop::collection::vec(0.0..=1.0_f64, 1..20)) {
            for adjust in [benjamini_hochberg, hochberg_sidak] {
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
