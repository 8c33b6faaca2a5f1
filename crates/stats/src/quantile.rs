//! Sample quantiles by linear interpolation between order statistics.
//!
//! Comes in: numbers in any order. Goes out: one quantile per probability. Source: Hyndman & Fan 1996, The American
//! Statistician 50(4), 361-365, definition 7 (the default of R and of spreadsheets).

/// The quantiles of `numbers` at these probabilities; `None` without numbers. Sorts `numbers`.
///
/// # Panics
/// When a probability lies outside 0 to 1.
pub fn quantiles<const N: usize>(numbers: &mut [f64], probabilities: [f64; N]) -> Option<[f64; N]> {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().checked_sub(1)?;
    Some(probabilities.map(|probability| {
        assert!((0.0..=1.0).contains(&probability), "probability {probability} outside 0 to 1");
        let position = probability * last as f64;
        let below = position.floor() as usize;
        let above = (below + 1).min(last);
        numbers[below] + (position - below as f64) * (numbers[above] - numbers[below])
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quartiles_of_one_to_ten_are_those_of_r() {
        let mut numbers = [10.0, 3.0, 7.0, 1.0, 9.0, 5.0, 2.0, 8.0, 6.0, 4.0];
        assert_eq!(quantiles(&mut numbers, [0.0, 0.25, 0.5, 0.75, 1.0]), Some([1.0, 3.25, 5.5, 7.75, 10.0]));
    }

    #[test]
    fn one_number_is_every_quantile_and_none_has_none() {
        assert_eq!(quantiles(&mut [4.0], [0.05, 0.5, 0.95]), Some([4.0; 3]));
        assert_eq!(quantiles(&mut [], [0.5]), None);
    }

    proptest! {
        #[test]
        fn quantiles_rise_and_stay_within_the_sample(mut numbers in prop::collection::vec(-1e3..1e3_f64, 1..50)) {
            let [low, q05, q50, q95, high] = quantiles(&mut numbers, [0.0, 0.05, 0.5, 0.95, 1.0]).unwrap();
            prop_assert!(low <= q05 && q05 <= q50 && q50 <= q95 && q95 <= high);
            prop_assert_eq!((low, high), (numbers[0], numbers[numbers.len() - 1]));
        }
    }
}
