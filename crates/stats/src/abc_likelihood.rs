//! From a sample that came near the data to the posterior: weights for an ABC sample whose errors have a known law.
//!
//! Comes in: the weights of an ABC sample whose simulations got errors of a known law before their distance was taken; for each point the
//! log likelihood of the data under these errors, and how often fresh errors would have brought it within the threshold. Goes out:
//! weights under which the sample is the posterior itself, whatever the threshold was; a lower threshold only makes more of the sample
//! count. Deliberately not here: the law of the errors.
//!
//! Source: Wilkinson 2013, Statistical Applications in Genetics and Molecular Biology 12(2), 129-141: with the density of the
//! errors as the acceptance probability, ABC is exact for the model with these errors. A threshold on a distance that contains an error
//! accepts a point with another probability: that with which errors bring it near enough. So the density over that probability is the
//! importance weight (own derivation). With many data the threshold never falls far enough to do without.
//!
//! **Unbiased.** A point's probability `a` of being accepted is estimated by (1 + h) / (1 + m): `h` of `m` fresh errors accept it, and so did
//! its own. As `a` E[(1 + m) / (1 + h)] = 1 - (1 - a)^(1 + m) for a binomial `h`, a point counts on average as it should, unless it could
//! hardly have been accepted at all.

/// Fresh errors for each point, and how many of them would have been accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trials {
    /// Errors that bring the point within the threshold.
    pub accepted: usize,
    /// All errors tried.
    pub tried: usize,
}

/// Weights with sum 1, in the order of the points. `None` when no point has a likelihood above 0.
///
/// # Panics
/// When there are not as many log likelihoods and trials as weights.
pub fn weights(weights: &[f64], log_likelihoods: &[f64], trials: &[Trials]) -> Option<Vec<f64>> {
    assert_eq!([log_likelihoods.len(), trials.len()], [weights.len(); 2], "a likelihood and trials for each point");
    let largest = log_likelihoods.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weight = |((weight, log), trials): ((&f64, &f64), &Trials)| {
        weight * libm::exp(log - largest) * (1 + trials.tried) as f64 / (1 + trials.accepted) as f64
    };
    let raw: Vec<f64> = weights.iter().zip(log_likelihoods).zip(trials).map(weight).collect();
    let sum: f64 = raw.iter().sum();
    (sum > 0.0 && sum.is_finite()).then(|| raw.iter().map(|weight| weight / sum).collect())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random::{normal, uniform};

    #[test]
    fn a_sample_as_wide_as_its_threshold_becomes_the_posterior() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let (n_summaries, threshold) = (6, 3.0);
        let errors: Vec<Vec<f64>> = (0..400).map(|_| (0..n_summaries).map(|_| normal(&mut rng)).collect()).collect();
        let mut points = Vec::new();
        // Six measurements of one unknown with errors of standard deviation 1, all found to be 0: the posterior is N(0, 1/6).
        while points.len() < 4000 {
            let point = 6.0 * uniform(&mut rng) - 3.0;
            let square: f64 = (0..n_summaries).map(|_| point + normal(&mut rng)).map(|miss| miss * miss).sum();
            if square.sqrt() <= threshold {
                points.push(point);
            }
        }
        let within = |errors: &Vec<f64>, point: f64| {
            errors.iter().map(|e| (point + e) * (point + e)).sum::<f64>().sqrt() <= threshold
        };
        let trials: Vec<Trials> = points
            .iter()
            .map(|&point| Trials { accepted: errors.iter().filter(|e| within(e, point)).count(), tried: errors.len() })
            .collect();
        let logs: Vec<f64> = points.iter().map(|point| -0.5 * f64::from(n_summaries) * point * point).collect();
        let before = points.iter().map(|point| point * point).sum::<f64>() / 4000.0;
        let exact = weights(&vec![1.0; 4000], &logs, &trials).unwrap();
        let after: f64 = points.iter().zip(&exact).map(|(point, weight)| weight * point * point).sum();
        let effective = 1.0 / exact.iter().map(|weight| weight * weight).sum::<f64>();
        // A variance from n draws has the relative error sqrt(2 / n); four of them.
        assert!(effective > 2000.0, "{effective}");
        assert!(before > 1.3 / 6.0, "{before}");
        assert!((after * 6.0 - 1.0).abs() < 4.0 * (2.0 / effective).sqrt(), "{after}");
    }

    #[test]
    fn a_likelihood_below_all_floats_is_compared_all_the_same() {
        let trials =
            [Trials { accepted: 0, tried: 9 }, Trials { accepted: 1, tried: 9 }, Trials { accepted: 1, tried: 9 }];
        let found = weights(&[0.5, 0.25, 0.25], &[-1e5, -1e5, f64::NEG_INFINITY], &trials).unwrap();
        assert_eq!(found, [0.8, 0.2, 0.0]);
        assert_eq!(weights(&[1.0], &[f64::NEG_INFINITY], &trials[..1]), None);
        assert_eq!(weights(&[], &[], &[]), None);
    }
}
