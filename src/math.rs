//! exp, ln, logistic and powers of two for the kernel: plain `f32` arithmetic, so that every machine gives the same bits.
//!
//! No fused multiply-add, no platform library, no branches. Polynomials: Moshier, Cephes mathematical library (1989),
//! `expf` and `logf`. The stated errors are checked against `libm` in `f64` over the whole domain used.

/// ln 2.
const LN_2: f32 = std::f32::consts::LN_2;

/// Adding and subtracting this rounds a small float to the nearest whole number.
const ROUND: f32 = 12_582_912.0;

/// e^x. Arguments are clamped to -87..88, so the result is never 0, subnormal or infinite.
///
/// # Precision
/// Relative error below 2e-7.
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
/// Absolute error below 1.2e-7 + 1.5e-7 |ln x|.
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
/// Relative error below 4e-7.
#[inline(always)]
pub fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// Quantile of Beta(2, 2) for u in 0..1, from a polynomial in the root of the smaller tail.
///
/// # Precision
/// Absolute error below 6e-6.
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
    use statrs::distribution::{Beta, ContinuousCDF};

    use super::*;

    #[test]
    fn exp_is_right_to_two_ten_millionths() {
        for i in -870_000..=880_000 {
            let x = i as f32 / 10_000.0;
            let truth = libm::exp(f64::from(x));
            assert!((f64::from(exp(x)) / truth - 1.0).abs() < 2e-7, "exp({x})");
        }
        assert!(exp(1000.0).is_finite() && exp(-1000.0) > 0.0);
    }

    #[test]
    fn ln_is_right_over_all_magnitudes() {
        for i in 1..200_000 {
            for x in [i as f32 * 1e-3, 1.0 + i as f32 * 1e-7, i as f32 * 1e3, i as f32 * 1e-20] {
                let truth = libm::log(f64::from(x));
                let bound = 1.2e-7 + 1.5e-7 * truth.abs();
                assert!((f64::from(ln(x)) - truth).abs() < bound, "ln({x}) = {} not {truth}", ln(x));
            }
        }
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

    #[test]
    fn logistic_is_right_and_stays_between_0_and_1() {
        for i in -60_000..60_000 {
            let x = i as f32 / 1000.0;
            let truth = 1.0 / (1.0 + libm::exp(-f64::from(x)));
            assert!((f64::from(logistic(x)) / truth - 1.0).abs() < 4e-7, "logistic({x})");
        }
    }

    #[test]
    fn visit_hours_follow_beta_2_2() {
        let beta = Beta::new(2.0, 2.0).unwrap();
        for i in 0..=4096 {
            let u = i as f32 / 4096.0;
            let error = f64::from(beta_2_2_quantile(u)) - beta.inverse_cdf(f64::from(u));
            assert!(error.abs() < 6e-6, "{u}: {error}");
        }
    }
}
