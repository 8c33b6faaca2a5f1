//! Sobol' indices: which share of a function's variance each of its inputs explains, alone and with all others.
//!
//! Comes in: the values of the function at the rows of [`design`], each row under the same L streams of luck. Goes out: first-order
//! and total indices of the function's mean over luck, with intervals. Not here: the ranges of the inputs, and running the
//! function. Sources: Sobol' 2001, Mathematics and Computers in Simulation 55, 271-280; first order: Saltelli et al. 2010, Computer
//! Physics Communications 181, 259-270, table 2 (b); total: Jansen 1999, Computer Physics Communications 117, 35-43.
//!
//! # Luck
//! Stream l gives the row x the value `y_l(x) = f(x) + g_l + h_l(x)`: the function asked for, luck that all rows share, and luck
//! that differs from row to row; g and h have mean zero. All estimators are means of products of two values. Within a stream
//! such a product holds the variance of luck as well. Between two different streams it does not, since their luck is independent:
//! `E[y_l(x) y_m(z)] = f(x) f(z)`. So every product here is the mean over the pairs of different streams,
//! `(sum y_l sum z_l - sum y_l z_l) / (L (L - 1))`, which is the product of the row means less the covariance within rows over L: the
//! correction for the noise of a row mean. It is unbiased for variance and numerators whatever h looks like: fresh for every
//! row, or so smooth in x that luck itself has Sobol' indices. What rows share, g, adds nothing to the variance over rows and
//! would be subtracted wrongly with the whole variance within rows; it is removed first, by centring every stream on its mean.
//! With a single stream nothing can be corrected: the indices are those of the function under that luck.

use rand::Rng;
use serde::Serialize;

use super::bootstrap;
use super::interval::Interval;
use super::mean::Moments;

/// Most base rows of a design: the length of the sequence.
pub const MOST_BASE_ROWS: u32 = 1 << 16;

/// Most inputs of a design: half the dimensions of the sequence.
pub const MOST_INPUTS: usize = 128;

/// The rows to evaluate, each with `n_inputs` coordinates from 0 (included) to 1 (excluded).
///
/// Base row after base row, each as `n_inputs + 2` rows: A, B, and for each input A with that input taken from B. So a longer design
/// begins with a shorter one. A and B together are one Owen-scrambled Sobol' sequence; the estimates are best when `n_base` is
/// a power of two.
///
/// # Panics
/// Above [`MOST_BASE_ROWS`] or [`MOST_INPUTS`].
pub fn design(n_base: u32, n_inputs: usize, seed: u32) -> Vec<Vec<f64>> {
    assert!(n_base <= MOST_BASE_ROWS, "{n_base} base rows, at most {MOST_BASE_ROWS}");
    assert!(n_inputs <= MOST_INPUTS, "{n_inputs} inputs, at most {MOST_INPUTS}");
    let mut rows = Vec::with_capacity(n_base as usize * (n_inputs + 2));
    for base_row in 0..n_base {
        let point = |dimension: usize| f64::from(sobol_burley::sample(base_row, dimension as u32, seed));
        let a: Vec<f64> = (0..n_inputs).map(point).collect();
        let b: Vec<f64> = (n_inputs..2 * n_inputs).map(point).collect();
        rows.push(a.clone());
        rows.push(b.clone());
        for input in 0..n_inputs {
            let mut row = a.clone();
            row[input] = b[input];
            rows.push(row);
        }
    }
    rows
}

/// How the variance of a function splits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    /// Mean over rows and luck.
    pub mean: f64,
    /// Variance over rows of the mean over luck; the estimate may be below 0 when luck is all there is.
    pub variance: f64,
    /// Variance of a single value between streams, within a row; `None` with one stream.
    pub noise_variance: Option<f64>,
    /// The indices, per input; `None` when `variance` is not above 0, so that there is nothing to share out.
    pub inputs: Option<Vec<Indices>>,
}

impl Sensitivity {
    /// The part of luck in the variance of a single value, 0 to 1; `None` with one stream, and when nothing varies.
    pub fn noise_share(&self) -> Option<f64> {
        let noise = self.noise_variance?;
        let total = noise + self.variance.max(0.0);
        (total > 0.0).then(|| noise / total)
    }
}

/// The indices of one input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Indices {
    /// Share of the variance that this input explains alone.
    pub first: Index,
    /// Share of the variance that would be left if all other inputs were known.
    pub total: Index,
}

/// One index. The estimate, being unbiased before the division, may fall a little below 0 or above 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Index {
    /// Share of the variance.
    pub estimate: f64,
    /// Percentile bootstrap over base rows and streams; `None` when the variance vanishes in too many of the resamples. The rows
    /// are better spread than random ones, which the bootstrap does not know: with luck that is fresh in every row or shared by
    /// all, nominal 95 % cover nearly always. Few streams say little of luck that works through an input: where such luck is as
    /// strong as the input itself, four or eight streams cover in 82 to 93 % only. One or two streams are not resampled.
    pub interval: Option<Interval>,
}

/// How intervals are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampling {
    /// Resamples; a thousand for intervals that are shown.
    pub n_resamples: u32,
    /// Confidence, between 0 and 1.
    pub confidence: f64,
}

/// The indices from the values of a design with `n_inputs` inputs: per row, one value per stream, the same streams in every row.
///
/// # Panics
/// When the rows are not those of a design with two base rows or more, when they differ in their number of streams, or when a
/// value is not finite.
pub fn indices(values: &[Vec<f64>], n_inputs: usize, resampling: Resampling, rng: &mut impl Rng) -> Sensitivity {
    let evaluated = Evaluated::new(values, n_inputs);
    let (n_base, n_streams) = (evaluated.n_base(), evaluated.n_streams);
    let plain = evaluated.split(&vec![1; n_base], &vec![1; n_streams]);
    let estimate = plain.shares();
    let inputs = estimate.map(|estimate| {
        let mut resamples = vec![Vec::new(); 2 * n_inputs];
        for _ in 0..resampling.n_resamples {
            let streams = streams_again(n_streams, rng);
            let again = evaluated.split(&bootstrap::resample(n_base, n_base, rng), &streams);
            if let Some(shares) = again.shares() {
                resamples.iter_mut().zip(shares).for_each(|(all, share)| all.push(share));
            }
        }
        let index = |which: usize| {
            let least = f64::from(resampling.n_resamples) * f64::midpoint(1.0, resampling.confidence);
            let enough = resamples[which].len() as f64 >= least;
            let interval =
                enough.then(|| bootstrap::percentile(resamples[which].clone(), resampling.confidence)).flatten();
            Index { estimate: estimate[which], interval }
        };
        (0..n_inputs).map(|input| Indices { first: index(input), total: index(n_inputs + input) }).collect()
    });
    let mean = mean_of(evaluated.within_rows().map(|row| row.mean())).expect("two base rows or more");
    let noise_variance = mean_of(evaluated.within_rows().map(|row| row.variance()));
    Sensitivity { mean, variance: plain.variance, noise_variance, inputs }
}

/// One stream less than there are, drawn with replacement; drawn again while all are the same one, which has no pair of different
/// streams. One or two streams are taken as they are.
fn streams_again(n_streams: usize, rng: &mut impl Rng) -> Vec<u32> {
    if n_streams < 3 {
        return vec![1; n_streams];
    }
    loop {
        let times = bootstrap::resample(n_streams, n_streams - 1, rng);
        if times.iter().filter(|&&times| times > 0).count() > 1 {
            return times;
        }
    }
}

/// The values of a design, row after row, stream after stream.
struct Evaluated {
    /// Less the first row's value under the same stream, so that what does not vary is exactly zero.
    values: Vec<f64>,
    first_row: Vec<f64>,
    n_inputs: usize,
    n_streams: usize,
}

/// Variance and the numerators of the indices: first order of every input, then total of every input.
struct Split {
    variance: f64,
    numerators: Vec<f64>,
}

impl Split {
    fn shares(&self) -> Option<Vec<f64>> {
        (self.variance > 0.0).then(|| self.numerators.iter().map(|numerator| numerator / self.variance).collect())
    }
}

impl Evaluated {
    fn new(rows: &[Vec<f64>], n_inputs: usize) -> Self {
        let n_streams = rows.first().map_or(0, Vec::len);
        assert!(n_streams > 0 && rows.iter().all(|row| row.len() == n_streams), "every row holds one value per stream");
        let per_base = n_inputs + 2;
        assert!(
            rows.len().is_multiple_of(per_base) && rows.len() > per_base,
            "{} rows, not a design of {n_inputs} inputs",
            rows.len()
        );
        let first_row = rows[0].clone();
        let values: Vec<f64> =
            rows.iter().flat_map(|row| row.iter().zip(&first_row).map(|(value, first)| value - first)).collect();
        assert!(values.iter().all(|value| value.is_finite()), "values are finite");
        Self { values, first_row, n_inputs, n_streams }
    }

    fn n_base(&self) -> usize {
        self.values.len() / (self.n_streams * (self.n_inputs + 2))
    }

    /// The values of one row of a base row: 0 is A, 1 is B, 2 onwards A with one input from B.
    fn row(&self, base_row: usize, which: usize) -> &[f64] {
        let start = (base_row * (self.n_inputs + 2) + which) * self.n_streams;
        &self.values[start..start + self.n_streams]
    }

    /// The estimates when every base row and every stream counts as often as it was drawn.
    fn split(&self, row_times: &[u32], stream_times: &[u32]) -> Split {
        let drawn: Vec<(usize, f64)> = row_times
            .iter()
            .enumerate()
            .filter(|(_, times)| **times > 0)
            .map(|(row, &times)| (row, f64::from(times)))
            .collect();
        let n: f64 = drawn.iter().map(|(_, times)| times).sum();
        let times: Vec<f64> = stream_times.iter().map(|&times| f64::from(times)).collect();
        let mut centres = vec![0.0; self.n_streams];
        for &(row, weight) in &drawn {
            for (stream, centre) in centres.iter_mut().enumerate() {
                *centre += weight * (self.row(row, 0)[stream] + self.row(row, 1)[stream]);
            }
        }
        for centre in &mut centres {
            *centre /= 2.0 * n;
        }
        let mut squares = 0.0;
        let mut numerators = vec![0.0; 2 * self.n_inputs];
        let mut a_centred = vec![0.0; self.n_streams];
        let mut b_centred = vec![0.0; self.n_streams];
        let mut step = vec![0.0; self.n_streams];
        for &(row, weight) in &drawn {
            let a = self.row(row, 0);
            subtract(a, &centres, &mut a_centred);
            subtract(self.row(row, 1), &centres, &mut b_centred);
            squares += weight * (product(&a_centred, &a_centred, &times) + product(&b_centred, &b_centred, &times));
            for input in 0..self.n_inputs {
                subtract(self.row(row, 2 + input), a, &mut step);
                numerators[input] += weight * product(&b_centred, &step, &times) / n;
                numerators[self.n_inputs + input] += weight * product(&step, &step, &times) / (2.0 * n);
            }
        }
        Split { variance: squares / (2.0 * n - 1.0), numerators }
    }

    /// The moments of the streams within each row of A and B.
    fn within_rows(&self) -> impl Iterator<Item = Moments> {
        (0..2 * self.n_base()).map(|row| {
            let mut streams = Moments::default();
            for (value, first) in self.row(row / 2, row % 2).iter().zip(&self.first_row) {
                streams.push(value + first);
            }
            streams
        })
    }
}

/// The mean of the numbers; `None` when one is missing, or without any.
fn mean_of(numbers: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let mut moments = Moments::default();
    for number in numbers {
        moments.push(number?);
    }
    moments.mean()
}

fn subtract(from: &[f64], what: &[f64], difference: &mut [f64]) {
    for (difference, (from, what)) in difference.iter_mut().zip(from.iter().zip(what)) {
        *difference = from - what;
    }
}

/// Mean product of two rows over the pairs of different streams, each stream counted as often as it was drawn; the plain product
/// with one stream.
fn product(y: &[f64], z: &[f64], times: &[f64]) -> f64 {
    if let ([y], [z]) = (y, z) {
        return y * z;
    }
    let (mut y_sum, mut z_sum, mut alike, mut n, mut n_alike) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((y, z), times) in y.iter().zip(z).zip(times) {
        y_sum += times * y;
        z_sum += times * z;
        alike += times * times * y * z;
        n += times;
        n_alike += times * times;
    }
    (y_sum * z_sum - alike) / (n * n - n_alike)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::random::normal;

    const QUICK: Resampling = Resampling { n_resamples: 100, confidence: 0.95 };
    const NONE: Resampling = Resampling { n_resamples: 0, confidence: 0.95 };

    /// `x1 + 2 x2` on the unit square, variance 5/12, first-order and total indices 0.2 and 0.8.
    fn linear(x: &[f64]) -> f64 {
        x[0] + 2.0 * x[1]
    }

    /// The mean of variance, first and total index of the first input, over many designs, under luck that `luck` adds.
    fn mean_of_many(
        n_streams: usize,
        mut luck: impl FnMut(&[f64], &[f64], &mut Xoshiro256PlusPlus) -> Vec<f64>,
    ) -> [Moments; 3] {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(17);
        let mut means = [Moments::default(); 3];
        for seed in 0..60 {
            let streams: Vec<f64> = (0..n_streams).map(|_| normal(&mut rng)).collect();
            let values: Vec<Vec<f64>> = design(256, 2, seed)
                .iter()
                .map(|x| luck(x, &streams, &mut rng).iter().map(|luck| linear(x) + luck).collect())
                .collect();
            let found = indices(&values, 2, NONE, &mut rng);
            let first_input = found.inputs.as_ref().unwrap()[0];
            // The numerators, which are what is unbiased: a share would be divided by a variance known less well.
            means[0].push(found.variance);
            means[1].push(first_input.first.estimate * found.variance);
            means[2].push(first_input.total.estimate * found.variance);
        }
        means
    }

    #[track_caller]
    fn check(means: [Moments; 3]) {
        for (found, expected) in means.iter().zip([5.0 / 12.0, 1.0 / 12.0, 1.0 / 12.0]) {
            let (mean, error) = (found.mean().unwrap(), found.standard_error().unwrap());
            assert!((mean - expected).abs() < 3.5 * error + 1e-3, "{mean} +- {error}, expected {expected}");
            assert!(error < 0.03, "{error}: so noisy that it says nothing");
        }
    }

    #[test]
    fn luck_fresh_in_every_row_does_not_bias() {
        check(mean_of_many(4, |_, streams, rng| streams.iter().map(|_| normal(rng)).collect()));
    }

    #[test]
    fn luck_shared_by_all_rows_does_not_bias() {
        check(mean_of_many(4, |_, streams, _| streams.iter().map(|luck| 10.0 * luck).collect()));
    }

    #[test]
    fn luck_that_works_through_an_input_does_not_bias() {
        check(mean_of_many(4, |x, streams, _| streams.iter().map(|luck| luck * x[0]).collect()));
    }

    #[test]
    fn shared_and_fresh_luck_together_do_not_bias() {
        check(mean_of_many(2, |x, streams, rng| {
            streams.iter().map(|luck| luck * (2.0 - x[0]) + 0.5 * normal(rng)).collect()
        }));
    }

    #[test]
    fn noise_share_is_the_part_of_luck_in_a_single_value() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let values: Vec<Vec<f64>> =
            design(1024, 2, 0).iter().map(|x| (0..4).map(|_| linear(x) + 0.5 * normal(&mut rng)).collect()).collect();
        let found = indices(&values, 2, NONE, &mut rng);
        let expected = 0.25 / (0.25 + 5.0 / 12.0);
        assert!((found.noise_share().unwrap() - expected).abs() < 0.02, "{found:?}");
    }

    #[test]
    fn one_stream_or_equal_streams_give_the_same_indices() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let values = |n_streams| design(64, 2, 5).iter().map(|x| vec![linear(x); n_streams]).collect::<Vec<_>>();
        let (one, four) = (indices(&values(1), 2, NONE, &mut rng), indices(&values(4), 2, NONE, &mut rng));
        assert!((one.variance - four.variance).abs() < 1e-12);
        assert_eq!((one.noise_share(), four.noise_share()), (None, Some(0.0)));
        for (one, four) in one.inputs.unwrap().iter().zip(four.inputs.unwrap()) {
            assert!((one.first.estimate - four.first.estimate).abs() < 1e-12);
            assert!((one.total.estimate - four.total.estimate).abs() < 1e-12);
        }
    }

    #[test]
    fn a_constant_has_nothing_to_share_out() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let found = indices(&vec![vec![0.3; 4]; 32 * 4], 2, QUICK, &mut rng);
        assert_eq!((found.mean, found.variance, found.inputs, found.noise_variance), (0.3, 0.0, None, Some(0.0)));
    }

    #[test]
    fn an_input_without_effect_has_exactly_no_index_and_an_interval_of_zero() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let values: Vec<Vec<f64>> = design(64, 2, 0).iter().map(|x| vec![x[0]; 2]).collect();
        let input = indices(&values, 2, QUICK, &mut rng).inputs.unwrap()[1];
        let nothing = Index { estimate: 0.0, interval: Some(Interval { low: 0.0, high: 0.0 }) };
        assert_eq!(input, Indices { first: nothing, total: nothing });
    }

    #[test]
    fn same_generator_same_bits_and_a_longer_design_begins_with_the_shorter() {
        let values: Vec<Vec<f64>> = design(64, 2, 0).iter().map(|x| vec![linear(x), x[0] * x[1]]).collect();
        let found = || indices(&values, 2, QUICK, &mut Xoshiro256PlusPlus::seed_from_u64(8));
        assert_eq!(found(), found());
        assert_eq!(design(128, 3, 7)[..64 * 5], design(64, 3, 7));
    }

    #[test]
    fn bootstrap_intervals_under_luck_hold_the_true_index() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(23);
        let (mut held, n_runs) = ([0; 2], 60);
        for seed in 0..n_runs {
            let streams: Vec<f64> = (0..4).map(|_| normal(&mut rng)).collect();
            let values: Vec<Vec<f64>> = design(128, 2, seed)
                .iter()
                .map(|x| streams.iter().map(|luck| linear(x) + luck + 0.5 * normal(&mut rng)).collect())
                .collect();
            let input = indices(&values, 2, QUICK, &mut rng).inputs.unwrap()[0];
            held[0] += u32::from(input.first.interval.unwrap().contains(0.2));
            held[1] += u32::from(input.total.interval.unwrap().contains(0.2));
        }
        // Nominal 95 %; a hundred resamples and four streams take some of it.
        assert!(held.iter().all(|&held| held >= n_runs * 85 / 100), "{held:?} of {n_runs}");
    }
}
