//! Power of a test whose arms are made of whole clusters of units: the cluster is what was dealt, so the cluster is what counts.
//!
//! Comes in: an effect in points, clusters per arm, the standard deviation of a cluster's mean, or what it follows from: the
//! variance of a unit, the units per cluster, their intra-cluster correlation. Goes out: power by a t test on cluster means, the
//! smallest effect found, clusters needed, and for contrast what counting units would promise. Sources: Kish 1965, Survey
//! Sampling (design effect); Eldridge, Ashby & Kerry 2006, International Journal of Epidemiology 35(5), 1292-1300
//! (unequal clusters); Hayes & Bennett 1999, International Journal of Epidemiology 28(2), 319-326 (rates); Teerenstra et al.
//! 2012, Statistics in Medicine 31(20), 2169-2178 (earlier behaviour of the same clusters).
//!
//! # Conventions
//! Two sides, rejections on both counted. The degrees of freedom are Satterthwaite's at the deviations given: `2 (k - 1)` where
//! both arms have k clusters of the same deviation. Clusters needed are at least two and not rounded, as all sizes of `power`,
//! whose further conventions hold.

use super::power::{Sides, Wanted, normal, student};
use super::random::normal_quantile;
use super::root::bisect;
use super::two_sample::satterthwaite;

/// Most clusters per arm that are sought.
pub const MOST_CLUSTERS: f64 = 1e6;

/// How many times the variance of a mean grows because units come in clusters of `size` on average with this intra-cluster
/// correlation. `size_variation` is the standard deviation of the sizes over their mean, 0 where all are equal.
pub fn design_effect(size: f64, correlation: f64, size_variation: f64) -> f64 {
    1.0 + ((size_variation * size_variation + 1.0) * size - 1.0) * correlation
}

/// Standard deviation of a cluster's mean over `size` units of this variance and intra-cluster correlation.
pub fn deviation_of_mean(unit_variance: f64, size: f64, correlation: f64) -> f64 {
    (unit_variance / size * design_effect(size, correlation, 0.0)).sqrt()
}

/// Power for an effect, given per arm the deviation of a cluster's mean and the number of clusters (two or more).
///
/// # Panics
/// With one cluster in an arm.
pub fn power_of_means(effect: f64, deviations: [f64; 2], clusters: [f64; 2], alpha: f64) -> f64 {
    let Estimate { error, degrees } = estimate(deviations, clusters);
    if error == 0.0 {
        return if effect == 0.0 { alpha } else { 1.0 };
    }
    student::power(effect / error, degrees, alpha, Sides::Two)
}

/// The smallest effect that is found with a probability of `power`.
///
/// # Panics
/// With one cluster in an arm.
pub fn detectable(deviations: [f64; 2], clusters: [f64; 2], alpha: f64, power: f64) -> f64 {
    let Estimate { error, degrees } = estimate(deviations, clusters);
    if error == 0.0 { 0.0 } else { error * student::shift_needed(degrees, &Wanted { alpha, sides: Sides::Two, power }) }
}

/// Clusters per arm with which an effect is found with a probability of `power`, two or more and to be rounded up; `None` above
/// [`MOST_CLUSTERS`].
pub fn clusters_needed(effect: f64, deviations: [f64; 2], alpha: f64, power: f64) -> Option<f64> {
    let are_too_few = |clusters: f64| power_of_means(effect, deviations, [clusters; 2], alpha) < power;
    if !are_too_few(2.0) {
        return Some(2.0);
    }
    (!are_too_few(MOST_CLUSTERS)).then(|| bisect(2.0, MOST_CLUSTERS, are_too_few))
}

/// What a test that takes units for independent promises: for contrast with [`power_of_means`], never for use. Per arm the variance
/// of a unit and the number of units.
pub fn power_as_if_independent(effect: f64, unit_variances: [f64; 2], units: [f64; 2], alpha: f64) -> f64 {
    let error = (unit_variances[0] / units[0] + unit_variances[1] / units[1]).sqrt();
    normal::power(effect / error, alpha, Sides::Two)
}

/// How strongly a cluster's mean over `size` units hangs together with its mean of an earlier time, given how strongly the
/// cluster's own level (`cluster`) and a unit's own deviation from it (`unit`) do: the correlation of both means. Differences
/// from the earlier mean have `2 (1 - r)` times the variance, adjustment by regression leaves `1 - r^2`.
pub fn correlation_with_earlier(size: f64, correlation: f64, cluster: f64, unit: f64) -> f64 {
    (size * correlation * cluster + (1.0 - correlation) * unit) / design_effect(size, correlation, 0.0)
}

/// Clusters per arm for two rates of events per unit of time, each cluster observed for `time`, whose own rates vary with
/// the coefficient of variation `variation` around their arm's; `None` where the rates are the same. Normal quantiles and one
/// cluster more, as in the source.
pub fn clusters_for_rates(rates: [f64; 2], time: f64, variation: f64, wanted: &Wanted) -> Option<f64> {
    let [a, b] = rates;
    let z = -normal_quantile(wanted.sides.tail(wanted.alpha)) + normal_quantile(wanted.power);
    let variance = (a + b) / time + variation * variation * (a * a + b * b);
    (a != b).then(|| 1.0 + z * z * variance / ((a - b) * (a - b)))
}

/// Standard error of the difference of means of cluster means, and its degrees of freedom.
struct Estimate {
    error: f64,
    degrees: f64,
}

fn estimate(deviations: [f64; 2], clusters: [f64; 2]) -> Estimate {
    assert!(clusters.iter().all(|&k| k >= 2.0), "two clusters per arm or more, found {clusters:?}");
    let variances = [0, 1].map(|arm| deviations[arm] * deviations[arm] / clusters[arm]);
    let error = (variances[0] + variances[1]).sqrt();
    Estimate { error, degrees: satterthwaite(variances, clusters.map(|k| k - 1.0)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn twenty_clusters_an_arm_find_what_5120_units_promise_less_than_half_as_often() {
        let variances = [0.12 * 0.88, 0.15 * 0.85];
        let promised = power_as_if_independent(0.03, variances, [20.0 * 256.0; 2], 0.05);
        let deviations = variances.map(|variance| deviation_of_mean(variance, 256.0, 0.02));
        let truth = power_of_means(0.03, deviations, [20.0; 2], 0.05);
        assert!((promised - 0.994).abs() < 0.0005, "{promised}");
        assert!((truth - 0.419).abs() < 0.0005, "{truth}");
    }

    #[test]
    fn without_correlation_or_with_one_unit_there_is_no_design_effect() {
        assert_eq!((design_effect(256.0, 0.0, 0.0), design_effect(1.0, 0.3, 0.0)), (1.0, 1.0));
        assert!(design_effect(256.0, 0.02, 0.5) > design_effect(256.0, 0.02, 0.0));
    }

    #[test]
    fn equal_arms_have_twice_k_minus_one_degrees_and_clusters_without_noise_find_everything() {
        assert!((estimate([0.3, 0.3], [7.0; 2]).degrees - 12.0).abs() < 1e-12);
        assert_eq!(
            (power_of_means(0.1, [0.0; 2], [2.0; 2], 0.05), power_of_means(0.0, [0.0; 2], [2.0; 2], 0.05)),
            (1.0, 0.05)
        );
        assert_eq!(
            (detectable([0.0; 2], [2.0; 2], 0.05, 0.8), clusters_needed(0.1, [0.0; 2], 0.05, 0.8)),
            (0.0, Some(2.0))
        );
        for tiny in [1e-10, 1e-100, 1e-200] {
            assert_eq!(
                power_of_means(0.1, [tiny; 2], [5.0, 7.0], 0.05),
                1.0,
                "a spread of rounding size hides nothing"
            );
        }
    }

    #[test]
    fn no_number_of_clusters_finds_no_effect() {
        assert_eq!(clusters_needed(0.0, [0.1, 0.1], 0.05, 0.8), None);
        let wanted = Wanted { alpha: 0.05, sides: Sides::Two, power: 0.8 };
        assert_eq!(clusters_for_rates([0.01, 0.01], 1000.0, 0.25, &wanted), None);
    }

    proptest! {
        #[test]
        fn clusters_needed_have_the_power_they_were_computed_for(
            effect in 0.01..0.2_f64, a in 0.02..0.1_f64, b in 0.02..0.1_f64,
        ) {
            let k = clusters_needed(effect, [a, b], 0.05, 0.8).unwrap();
            let found = power_of_means(effect, [a, b], [k; 2], 0.05);
            prop_assert!((found - 0.8).abs() < 1e-5 || (k == 2.0 && found > 0.8));
            let smallest = detectable([a, b], [k; 2], 0.05, 0.8);
            prop_assert!(smallest <= effect * (1.0 + 1e-5));
            prop_assert!((power_of_means(smallest, [a, b], [k; 2], 0.05) - 0.8).abs() < 1e-8);
        }

        #[test]
        fn power_grows_with_clusters_and_falls_with_correlation(k in 2.0..50.0_f64, correlation in 0.0..0.2_f64) {
            let at = |k: f64, correlation: f64| {
                power_of_means(0.03, [deviation_of_mean(0.1, 100.0, correlation); 2], [k; 2], 0.05)
            };
            prop_assert!(at(k, correlation) < at(k + 1.0, correlation));
            prop_assert!(at(k, correlation + 0.01) < at(k, correlation));
        }
    }
}
