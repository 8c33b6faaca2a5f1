//! Samples whose points do not all count the same: moments, quantiles, correlation, effective size, and as many equal points instead.
//!
//! Comes in: values with weights (0 or more, any sum above 0). Goes out: estimates of the distribution they stand for. Where the weights
//! come from is not here. Sources: effective size after Kish 1965, Survey Sampling (also Kong, Liu & Wong 1994); variance with
//! the correction for reliability weights, Gough 2009, GNU Scientific Library Reference Manual, 3rd edition; equal points by systematic
//! resampling, Kitagawa 1996, JCGS 5(1), 1-25.

/// How many equally weighted points say as much: (sum of weights)^2 / sum of their squares; 0 without weight.
pub fn effective(weights: &[f64]) -> f64 {
    let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// Weighted mean; `None` without weight.
pub fn mean(sample: &[(f64, f64)]) -> Option<f64> {
    let weight: f64 = sample.iter().map(|(_, w)| w).sum();
    (weight > 0.0).then(|| sample.iter().map(|(x, w)| x * w).sum::<f64>() / weight)
}

/// Unbiased weighted variance; `None` below two points that count.
pub fn variance(sample: &[(f64, f64)]) -> Option<f64> {
    let centre = mean(sample)?;
    let (weight, squares) = sample.iter().fold((0.0, 0.0), |(sum, squares), (_, w)| (sum + w, squares + w * w));
    let free = weight - squares / weight;
    let about = sample.iter().map(|(x, w)| w * (x - centre) * (x - centre)).sum::<f64>();
    (free > 1e-12 * weight).then(|| about / free)
}

/// Weighted correlation of two coordinates (Pearson); `None` where either does not vary.
///
/// # Panics
/// When the slices differ in length.
pub fn correlation(x: &[f64], y: &[f64], weights: &[f64]) -> Option<f64> {
    assert!(x.len() == y.len() && x.len() == weights.len(), "a weight and two coordinates for each point");
    let weight: f64 = weights.iter().sum();
    let centre = |v: &[f64]| v.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() / weight;
    let (cx, cy) = (centre(x), centre(y));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for ((x, y), w) in x.iter().zip(y).zip(weights) {
        let (dx, dy) = (x - cx, y - cy);
        xx += w * dx * dx;
        yy += w * dy * dy;
        xy += w * dx * dy;
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// The weighted quantiles at these probabilities: the least value below or at which that share of the weight lies. `None` without
/// weight. Sorts the sample.
///
/// # Panics
/// When a probability lies outside 0 to 1.
pub fn quantiles<const N: usize>(sample: &mut [(f64, f64)], probabilities: [f64; N]) -> Option<[f64; N]> {
    sample.sort_by(|a, b| a.0.total_cmp(&b.0));
    let weight: f64 = sample.iter().map(|(_, w)| w).sum();
    let last = sample.iter().rposition(|(_, w)| *w > 0.0)?;
    Some(probabilities.map(|probability| {
        assert!((0.0..=1.0).contains(&probability), "probability {probability} outside 0 to 1");
        let mut below = 0.0;
        let reached = |(_, w): &(f64, f64)| {
            below += w;
            // A sum of weights misses its share by rounding only.
            below >= probability * weight * (1.0 - 1e-12) && *w > 0.0
        };
        sample[sample.iter().position(reached).unwrap_or(last)].0
    }))
}

/// Which points stand for the sample if `n` of them count the same: a point of weight w comes n w times, rounded up or down. None
/// without weight.
pub fn systematic(weights: &[f64], n: usize) -> Vec<usize> {
    let weight: f64 = weights.iter().sum();
    let Some(last) = weights.iter().rposition(|w| *w > 0.0) else { return Vec::new() };
    let mut chosen = Vec::with_capacity(n);
    let (mut i, mut below) = (0, weights[0]);
    for k in 0..n {
        let at = (k as f64 + 0.5) / n as f64 * weight;
        while below < at && i < last {
            i += 1;
            below += weights[i];
        }
        chosen.push(i);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_weights_give_the_plain_estimates() {
        let sample: Vec<(f64, f64)> = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].map(|x| (x, 0.3)).to_vec();
        assert!((mean(&sample).unwrap() - 5.0).abs() < 1e-12);
        assert!((variance(&sample).unwrap() - 32.0 / 7.0).abs() < 1e-12);
        assert!((effective(&[0.3; 8]) - 8.0).abs() < 1e-12);
    }

    /// numpy 2: `cov(x, aweights=w)`.
    #[test]
    fn unequal_weights_agree_with_numpy() {
        let sample = [(1.0, 0.1), (2.0, 0.2), (4.0, 0.3), (8.0, 0.4)];
        assert!((mean(&sample).unwrap() - 4.9).abs() < 1e-12);
        assert!((variance(&sample).unwrap() - 7.29 / 0.7).abs() < 1e-12);
        assert!((effective(&[0.1, 0.2, 0.3, 0.4]) - 1.0 / 0.3).abs() < 1e-12);
    }

    #[test]
    fn a_point_with_all_the_weight_is_the_whole_sample() {
        let mut sample = [(1.0, 0.0), (7.0, 2.0), (9.0, 0.0)];
        assert_eq!(quantiles(&mut sample, [0.0, 0.5, 1.0]), Some([7.0; 3]));
        assert_eq!((mean(&sample), variance(&sample)), (Some(7.0), None));
        assert_eq!(systematic(&[0.0, 2.0, 0.0], 3), [1, 1, 1]);
    }

    #[test]
    fn without_weight_nothing_is_known() {
        assert_eq!((mean(&[]), variance(&[(1.0, 0.0)]), quantiles(&mut [(1.0, 0.0)], [0.5])), (None, None, None));
        assert_eq!((effective(&[]), systematic(&[0.0], 2)), (0.0, vec![]));
    }

    #[test]
    fn a_line_is_fully_correlated_and_a_constant_not_at_all() {
        let x = [1.0, 2.0, 4.0];
        let down = correlation(&x, &x.map(|x| -3.0 * x), &[1.0, 5.0, 2.0]).unwrap();
        assert!((down + 1.0).abs() < 1e-12);
        assert_eq!(correlation(&x, &[2.0; 3], &[1.0; 3]), None);
    }

    proptest! {
        #[test]
        fn equal_points_come_as_often_as_their_weight_says(weights in prop::collection::vec(0.01..1.0_f64, 1..20), n in 1usize..200) {
            let chosen = systematic(&weights, n);
            let weight: f64 = weights.iter().sum();
            prop_assert_eq!(chosen.len(), n);
            for (i, w) in weights.iter().enumerate() {
                let times = chosen.iter().filter(|&&c| c == i).count() as f64;
                prop_assert!((times - n as f64 * w / weight).abs() < 1.0 + 1e-9);
            }
        }
    }
}
