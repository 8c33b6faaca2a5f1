//! Running mean and variance of a stream, one pass, without the cancellation of sums of squares.
//!
//! Comes in: numbers, one by one. Goes out: mean, variance, standard error. Which interval follows is in `interval`.
//! Source: Welford 1962, Technometrics 4(3), 419-420; Knuth, The Art of Computer Programming 2, section 4.2.2.

/// Count, mean and sum of squared deviations of the numbers pushed so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes in one number. The result depends on the order of the calls in its last bits only, but it does.
    pub fn push(&mut self, x: f64) {
        self.n += 1;
        let from_old_mean = x - self.mean;
        self.mean += from_old_mean / self.n as f64;
        self.squares += from_old_mean * (x - self.mean);
    }

    /// Numbers taken in.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their mean; `None` without any.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// Their variance with divisor n - 1; `None` below two.
    pub fn variance(&self) -> Option<f64> {
        (self.n > 1).then(|| self.squares / (self.n - 1) as f64)
    }

    /// Standard deviation; `None` below two numbers.
    pub fn deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// Standard error of the mean; `None` below two numbers.
    pub fn standard_error(&self) -> Option<f64> {
        self.variance().map(|variance| (variance / self.n as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[f64]) -> Moments {
        let mut moments = Moments::default();
        for &x in numbers {
            moments.push(x);
        }
        moments
    }

    #[test]
    fn two_four_and_nine_have_mean_five_and_variance_thirteen() {
        let moments = of(&[2.0, 4.0, 9.0]);
        assert_eq!((moments.n(), moments.mean(), moments.variance()), (3, Some(5.0), Some(13.0)));
        assert_eq!(moments.standard_error(), Some((13.0_f64 / 3.0).sqrt()));
    }

    #[test]
    fn what_too_few_numbers_cannot_tell_is_blank() {
        assert_eq!((of(&[]).mean(), of(&[]).variance()), (None, None));
        assert_eq!((of(&[7.0]).mean(), of(&[7.0]).variance()), (Some(7.0), None));
    }

    #[test]
    fn a_large_offset_does_not_eat_the_variance() {
        assert_eq!(of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]).variance(), Some(30.0));
    }

    proptest! {
        #[test]
        fn equal_numbers_have_exactly_their_value_and_no_variance(x in -1e6..1e6_f64, n in 2_usize..200) {
            let moments = of(&vec![x; n]);
            prop_assert_eq!((moments.mean(), moments.variance()), (Some(x), Some(0.0)));
        }

        #[test]
        fn one_pass_agrees_with_two(numbers in prop::collection::vec(-1e3..1e3_f64, 2..100)) {
            let n = numbers.len() as f64;
            let mean = numbers.iter().sum::<f64>() / n;
            let variance = numbers.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
            let moments = of(&numbers);
            prop_assert!((moments.mean().unwrap() - mean).abs() < 1e-9);
            prop_assert!((moments.variance().unwrap() - variance).abs() < 1e-6);
        }
    }
}
