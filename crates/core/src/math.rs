//! exp, ln, logistic and powers of two for the kernel: plain `f32` arithmetic, so that every machine gives the same bits.
//!
//! No fused multiply-add, no platform library, no branches. Polynomials: Moshier, Cephes mathematical library (1989),
//! `expf` and `logf`. The stated errors are the measured ones rounded up, over every `f32` of the stated domain against `libm`
//! in `f64`; tests measure them again.

/// ln 2.
const LN_2: f32 = std::f32::consts::LN_2;

/// Adding and subtracting this rounds a small float to the nearest whole number.
const ROUND: f32 = 12_582_912.0;

/// e^x. Arguments are clamped to -87..88, so the result is never 0, subnormal or infinite.
///
/// # Precision
/// Relative error below 8.2e-8 between the clamps; never falls as x grows.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    // The rounded exponent stands in the low bits of the sum: no conversion to an integer, which would have to saturate.
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = (x - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_6e-1;
    p = p * r + 0.5;
    let fraction = p * (r * r) + r + 1.0;
    fraction * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// ln x for normal positive x.
///
/// # Precision
/// Absolute error below 1.1e-7 (1 + |ln x|); from 1 to 8192, more than fatigue reaches, it never falls as x grows.
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    // The mantissa is brought to sqrt(1/2)..sqrt(2) by moving the exponent boundary there.
    let bits = x.to_bits().wrapping_sub(0x3f35_04f3);
    let exponent = (bits as i32 >> 23) as f32;
    let r = f32::from_bits((bits & 0x007f_ffff).wrapping_add(0x3f35_04f3)) - 1.0;
    let mut p = 7.037_683_6e-2;
    p = p * r - 1.151_461e-1;
    p = p * r + 1.167_699_9e-1;
    p = p * r - 1.242_014_1e-1;
    p = p * r + 1.424_932_3e-1;
    p = p * r - 1.666_805_8e-1;
    p = p * r + 2.000_071_5e-1;
    p = p * r - 2.499_999_4e-1;
    p = p * r + 3.333_333e-1;
    let square = r * r;
    (p * r * square - 0.5 * square + r) + exponent * LN_2
}

/// The nearest whole number, halves upwards, of x in 0..=4,000,000; x is clamped to that range.
#[inline(always)]
pub fn rounded(x: f32) -> u32 {
    // `as u32` saturates, which compilers do lane by lane: half the time of the reading loop went there.
    let x = x.clamp(0.0, 4.0e6) + 0.5;
    let shifted = x + ROUND;
    let nearest = shifted.to_bits().wrapping_sub(ROUND.to_bits());
    nearest.wrapping_sub(u32::from(shifted - ROUND > x))
}

/// An upper bound of e^x, at most 8 % above it, for a third of the price: 2^(n + f) <= 2^n (1 + f), and float bits are linear in n + f.
/// Arguments are clamped to -87..88.
#[inline(always)]
pub fn exp_above(x: f32) -> f32 {
    // n + f in fixed point with 8 bits after the point, which the shift turns into exponent and mantissa. Rounding there loses up
    // to 0.2 %; the bias adds 0.7 %.
    let shifted = x.clamp(-87.0, 88.0) * std::f32::consts::LOG2_E + (127.01 + 49_152.0);
    f32::from_bits(shifted.to_bits() << 15)
}

/// An upper bound of ln x for normal positive x, at most 0.061 above it: float bits are linear in n + f, log2 is concave.
#[inline(always)]
pub fn ln_above(x: f32) -> f32 {
    (x.to_bits() as i32 as f32 * (1.0 / 8_388_608.0) - (127.0 - 0.0865)) * LN_2
}

/// 1 / (1 + e^-x).
///
/// # Precision
/// Relative error below 1.5e-7 from -88 on, below which it stays; never falls as x grows.
#[inline(always)]
pub fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Quantile of Beta(2, 2) for u in 0..1, from a polynomial in the root of the smaller tail.
///
/// # Precision
/// Absolute error below 5e-6; never falls as u grows.
#[inline(always)]
pub fn beta_2_2_quantile(u: f32) -> f32 {
    let tail = u.min(1.0 - u);
    let s = tail.sqrt();
    let mut p = 0.176_470_82;
    p = p * s - 0.172_435_52;
    p = p * s + 0.092_329_01;
    p = p * s + 0.032_762_826;
    p = p * s + 0.048_907_265;
    p = p * s + 0.111_834_5;
    p = p * s + 0.577_325_4;
    let x = p * s;
    if u < 0.5 { x } else { 1.0 - x }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    /// This many neighbouring floats, and the first after them.
    const RUN: usize = 256;

    /// The worst of what `judge` finds in runs of neighbours, over every float from `from` up to `to`. Both are positive, and
    /// whole numbers of runs from 0.
    fn worst(from: f32, to: f32, judge: impl Fn(&[f32; RUN + 1]) -> f64 + Sync) -> f64 {
        let runs = from.to_bits() / RUN as u32..to.to_bits() / RUN as u32;
        let of_run = |run: u32| {
            let first = run * RUN as u32;
            judge(&std::array::from_fn(|i| f32::from_bits(first.wrapping_add(i as u32))))
        };
        runs.into_par_iter().with_min_len(1 << 10).map(of_run).reduce(|| 0.0, larger)
    }

    fn larger(a: f64, b: f64) -> f64 {
        if a > b { a } else { b }
    }

    /// The largest of a run's errors, eight side by side: a single maximum would have to be taken one by one.
    fn largest(error: impl Fn(usize) -> f64) -> f64 {
        let mut largest = [0.0; 8];
        for eight in 0..RUN / 8 {
            for (j, so_far) in largest.iter_mut().enumerate() {
                *so_far = larger(*so_far, error(8 * eight + j).abs());
            }
        }
        largest.into_iter().fold(0.0, larger)
    }

    /// Infinite where a value is above its right neighbour.
    fn falls(values: &[f32; RUN + 1]) -> f64 {
        let falls = (0..RUN).fold(false, |falls, i| falls | (values[i] > values[i + 1]));
        if falls { f64::INFINITY } else { 0.0 }
    }

    /// The measured error is below the stated one, and by less than a tenth of it.
    fn is_stated(stated: f64, measured: f64) {
        assert!(0.9 * stated < measured && measured < stated, "{measured:e} was measured, {stated:e} is stated");
    }

    /// e^-x of a run: libm at its first, from there three terms of the series, right to 1e-12. A product with it is a relative
    /// error without a division.
    fn inverse_exp(xs: &[f32; RUN + 1]) -> [f64; RUN] {
        let first = f64::from(xs[0]);
        let anchor = libm::exp(-first);
        std::array::from_fn(|i| {
            let d = first - f64::from(xs[i]);
            anchor * (1.0 + d * (1.0 + d * (0.5 + d * (1.0 / 6.0))))
        })
    }

    /// Worst relative error of a run: what was found times the inverse of the truth.
    fn relative(found: &[f32; RUN + 1], inverse: &[f64; RUN]) -> f64 {
        largest(|i| f64::from(found[i]) * inverse[i] - 1.0)
    }

    /// Below this, e^x is 1 to half a unit of the last place.
    const TINY: f32 = 1.0 / 67_108_864.0;

    #[test]
    fn exp_is_right_and_rising_on_every_float() {
        let positive = worst(TINY, 88.0, |xs| {
            let found = xs.map(exp);
            larger(relative(&found, &inverse_exp(xs)), falls(&found))
        });
        let negative = worst(TINY, 87.0, |xs| {
            let xs = xs.map(|x| -x);
            let found = xs.map(exp);
            larger(relative(&found, &inverse_exp(&xs)), falls(&found.map(|y| -y)))
        });
        is_stated(8.2e-8, positive.max(negative));
        for x in (0..TINY.to_bits()).step_by(4093).map(f32::from_bits) {
            assert!(exp(x) == 1.0 && exp(-x) == 1.0, "{x}");
        }
        assert_eq!([exp(88.1), exp(f32::INFINITY)], [exp(88.0); 2]);
        assert_eq!([exp(-87.1), exp(f32::NEG_INFINITY)], [exp(-87.0); 2]);
        assert!(exp(88.0).is_finite() && exp(-87.0).is_normal());
    }

    #[test]
    fn logistic_is_right_and_rising_on_every_float() {
        let inverse = |xs: &[f32; RUN + 1]| inverse_exp(xs).map(|e| 1.0 + e);
        let positive = worst(TINY, 88.0, |xs| {
            let found = xs.map(logistic);
            larger(relative(&found, &inverse(xs)), falls(&found))
        });
        let negative = worst(TINY, 88.0, |xs| {
            let xs = xs.map(|x| -x);
            let found = xs.map(logistic);
            larger(relative(&found, &inverse(&xs)), falls(&found.map(|y| -y)))
        });
        is_stated(1.5e-7, positive.max(negative));
        for x in (0..TINY.to_bits()).step_by(4093).map(f32::from_bits) {
            assert!(logistic(x) == 0.5 && logistic(-x) == 0.5, "{x}");
        }
        assert_eq!([logistic(-88.1), logistic(f32::NEG_INFINITY)], [logistic(-88.0); 2]);
        assert_eq!([logistic(88.0), logistic(f32::INFINITY)], [1.0; 2]);
    }

    #[test]
    fn ln_is_right_on_every_normal_float_and_rising_where_it_must() {
        let error = |xs: &[f32; RUN + 1]| {
            // libm at the first of the run, from there three terms of the series, right to 1e-18.
            let first = f64::from(xs[0]);
            let (anchor, inverse) = (libm::log(first), 1.0 / first);
            let found = xs.map(ln);
            let absolute = largest(|i| {
                let r = (f64::from(xs[i]) - first) * inverse;
                f64::from(found[i]) - (anchor + r * (1.0 - r * (0.5 - r * (1.0 / 3.0))))
            });
            let must_rise = (1.0..8192.0).contains(&first);
            larger(absolute / (1.0 + anchor.abs()), if must_rise { falls(&found) } else { 0.0 })
        };
        is_stated(1.1e-7, worst(f32::MIN_POSITIVE, f32::INFINITY, error));
        assert_eq!(ln(1.0), 0.0);
    }

    #[test]
    fn rounding_goes_to_the_nearest_with_halves_upwards() {
        for i in 0..=16_000_000_u32 {
            let x = i as f32 / 4.0;
            assert_eq!(rounded(x), (x + 0.5) as u32, "{x}");
        }
        assert_eq!((rounded(-1.0), rounded(0.49), rounded(1e9)), (0, 0, 4_000_000));
    }

    #[test]
    fn bounds_are_above_and_near() {
        for i in -870_000..=880_000 {
            let x = i as f32 / 10_000.0;
            let ratio = f64::from(exp_above(x)) / libm::exp(f64::from(x));
            assert!(1.0 < ratio && ratio < 1.08, "exp_above({x}): {ratio}");
        }
        for i in 1..200_000 {
            for x in [i as f32 * 1e-3, 1.0 + i as f32 * 1e-7, i as f32 * 1e3, i as f32 * 1e-20] {
                let excess = f64::from(ln_above(x)) - libm::log(f64::from(x));
                assert!(0.0 < excess && excess < 0.061, "ln_above({x}): {excess}");
            }
        }
    }

    /// Uniforms are 0 or at least 2^-24.
    #[test]
    fn visit_hours_follow_beta_2_2_and_rise_on_every_uniform() {
        let error = |us: &[f32; RUN + 1]| {
            let found = us.map(beta_2_2_quantile);
            let error = largest(|i| {
                // u = x^2 (3 - 2 x) and its slope: a step of Newton's method from what was found is right to 1e-9.
                let (u, x) = (f64::from(us[i]), f64::from(found[i]));
                (x * x * (3.0 - 2.0 * x) - u) / (6.0 * x * (1.0 - x))
            });
            larger(error, falls(&found))
        };
        is_stated(5e-6, worst(1.0 / 16_777_216.0, 1.0, error));
        assert_eq!([beta_2_2_quantile(0.0), beta_2_2_quantile(1.0)], [0.0, 1.0]);
    }
}
