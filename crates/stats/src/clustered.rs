//! How much alike the units of a cluster are, and what that costs: intracluster correlation, design effect, effective sample size.
//!
//! Comes in: per cluster the number of its units, their sum and the sum of their squares. Goes out: the correlation between two units
//! of a cluster, and how many independent units all are worth. Differences of two arms of clusters are in `cluster_robust`, what
//! a correlation costs a test that is planned in `clustered_power`.
//! Sources: Donner 1986, International Statistical Review 54(1), 67-82 (analysis of variance, unequal sizes); Ridout, Demétrio
//! & Firth 1999, Biometrics 55(1), 137-148 (for yes and no); Kish 1965, Survey Sampling (design effect);
//! Eldridge, Ashby & Kerry 2006, International Journal of Epidemiology 35(5), 1292-1300 (unequal sizes).
//!
//! Our convention: arms may differ, so clusters are compared within their arm and the degrees between are clusters less arms; the
//! estimate is not cut at 0, so that it is unbiased; a spread of sizes has the divisor n (clusters, not clusters less one).

use super::clustered_power::design_effect;

/// What is known of a cluster of units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// Its units.
    pub size: f64,
    /// Sum of its units' values.
    pub sum: f64,
    /// Sum of their squares; equal to `sum` where units are yes (1) and no (0).
    pub sum_squares: f64,
}

impl Cluster {
    /// Of units that are yes or no.
    pub fn of_trials(successes: u64, n: u64) -> Cluster {
        Cluster { size: n as f64, sum: successes as f64, sum_squares: successes as f64 }
    }

    /// Mean of its units; `None` for an empty one.
    pub fn mean(&self) -> Option<f64> {
        (self.size > 0.0).then(|| self.sum / self.size)
    }
}

/// The analysis of variance of units in clusters in arms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correlation {
    /// Estimated correlation between two units of a cluster; below 0 where clusters differ less than chance would have it.
    pub estimate: f64,
    /// Variance between clusters, estimated without bias; may be below 0.
    pub between: f64,
    /// Variance within clusters.
    pub within: f64,
    /// The size that clusters of one size would have for the same mean square.
    pub typical_size: f64,
}

/// Correlation of the units of a cluster. Empty clusters are left out. `None` without two clusters in some arm or two units in some
/// cluster, and where no unit differs from another.
pub fn correlation(arms: &[&[Cluster]]) -> Option<Correlation> {
    let (mut n_clusters, mut n_units, mut degrees_between) = (0.0, 0.0, 0.0);
    let (mut squares_between, mut squares_within, mut sizes) = (0.0, 0.0, 0.0);
    for arm in arms {
        let filled = || arm.iter().filter(|cluster| cluster.size > 0.0);
        let (k, n) = (filled().count() as f64, filled().map(|cluster| cluster.size).sum::<f64>());
        if k == 0.0 {
            continue;
        }
        let mean = filled().map(|cluster| cluster.sum).sum::<f64>() / n;
        for cluster in filled() {
            let own = cluster.sum / cluster.size;
            squares_between += cluster.size * (own - mean) * (own - mean);
            squares_within += (cluster.sum_squares - cluster.sum * own).max(0.0);
        }
        sizes += n - filled().map(|cluster| cluster.size * cluster.size).sum::<f64>() / n;
        n_clusters += k;
        n_units += n;
        degrees_between += k - 1.0;
    }
    let degrees_within = n_units - n_clusters;
    if degrees_between < 1.0 || degrees_within < 1.0 {
        return None;
    }
    let typical_size = sizes / degrees_between;
    let within = squares_within / degrees_within;
    let between = (squares_between / degrees_between - within) / typical_size;
    let total = between + within;
    (total > 0.0).then(|| Correlation { estimate: between / total, between, within, typical_size })
}

/// The design effect of the mean of all units in clusters of unequal sizes: that of clusters of the size `mean (1 + cv^2)`, `cv` the
/// sizes' coefficient of variation. `None` without a unit.
pub fn design_effect_of_sizes(sizes: &[f64], correlation: f64) -> Option<f64> {
    let (units, squares) = (sizes.iter().sum::<f64>(), sizes.iter().map(|size| size * size).sum::<f64>());
    (units > 0.0).then(|| design_effect(squares / units, correlation, 0.0))
}

/// Independent units that `n` units with this design effect (above 0) are worth.
pub fn effective_size(n: f64, design_effect: f64) -> f64 {
    n / design_effect
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    #[test]
    fn two_clusters_of_two_by_hand() {
        // Means 1/2 and 1 about 3/4: mean square between 1/4, within 1/4; so nothing between.
        let nothing = correlation(&[&[Cluster::of_trials(1, 2), Cluster::of_trials(2, 2)]]).unwrap();
        assert_eq!((nothing.estimate, nothing.within, nothing.typical_size), (0.0, 0.25, 2.0));
        // All or none: between 1 over typical size 2, nothing within.
        let all = correlation(&[&[Cluster::of_trials(0, 2), Cluster::of_trials(2, 2)]]).unwrap();
        assert_eq!((all.estimate, all.within), (1.0, 0.0));
    }

    #[test]
    fn arms_that_differ_do_not_look_like_clusters_that_do() {
        let low = [Cluster::of_trials(2, 10), Cluster::of_trials(3, 10)];
        let high = [Cluster::of_trials(7, 10), Cluster::of_trials(8, 10)];
        let apart = correlation(&[&low, &high]).unwrap();
        let together = correlation(&[&[low, high].concat()]).unwrap();
        assert!(apart.estimate < 0.0 && together.estimate > 0.2, "{apart:?} {together:?}");
    }

    #[test]
    fn what_cannot_be_told_is_blank() {
        let (one, other) = (Cluster::of_trials(1, 2), Cluster::of_trials(0, 0));
        assert_eq!(correlation(&[&[one], &[one]]), None, "one cluster an arm");
        assert_eq!(correlation(&[&[one, other]]), None, "and an empty one");
        assert_eq!(correlation(&[&[Cluster::of_trials(0, 1), Cluster::of_trials(1, 1)]]), None, "one unit each");
        assert_eq!(correlation(&[&[Cluster::of_trials(0, 5), Cluster::of_trials(0, 5)]]), None, "all alike");
        assert_eq!(design_effect_of_sizes(&[], 0.1), None);
    }

    #[test]
    fn a_known_correlation_is_recovered_with_unequal_sizes() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(4);
        let (between, within) = (0.05_f64, 0.95_f64);
        let mut estimates = crate::mean::Moments::default();
        for _ in 0..400 {
            let mut arm = || -> Vec<Cluster> {
                (0..12)
                    .map(|i| {
                        let (shift, mut cluster) =
                            (between.sqrt() * random::normal(&mut rng), Cluster::of_trials(0, 0));
                        for _ in 0..10 + 4 * i {
                            let x = shift + within.sqrt() * random::normal(&mut rng);
                            cluster.size += 1.0;
                            cluster.sum += x;
                            cluster.sum_squares += x * x;
                        }
                        cluster
                    })
                    .collect()
            };
            let (control, treated) = (arm(), arm());
            estimates.push(correlation(&[&control, &treated]).unwrap().estimate);
        }
        let (mean, error) = (estimates.mean().unwrap(), estimates.standard_error().unwrap());
        close(mean, 0.05, 4.0 * error + 0.001);
    }

    #[test]
    fn unequal_sizes_cost_more_and_equal_ones_what_they_cost() {
        close(design_effect_of_sizes(&[150.0; 7], 0.05).unwrap(), design_effect(150.0, 0.05, 0.0), 1e-12);
        // Sizes 50 and 150: mean 100, cv 1/2.
        close(design_effect_of_sizes(&[50.0, 150.0], 0.05).unwrap(), design_effect(100.0, 0.05, 0.5), 1e-12);
        close(effective_size(1000.0, 8.0), 125.0, 0.0);
    }
}
