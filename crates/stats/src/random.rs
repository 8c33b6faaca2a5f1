//! Uniform and normal random numbers whose values never change with a library's version or a CPU.
//!
//! Comes in: a generator of random words. Goes out: one number per call, for one word. The words are the caller's choice. Source
//! of the normal quantile: Wichura 1988, Algorithm AS 241 (routine PPND16), Applied Statistics 37(3), 477-484; own code because
//! the libraries at hand take the system's logarithm, whose last bit differs between systems.

#![expect(clippy::excessive_precision, reason = "the coefficients stand as published")]

use rand::Rng;

/// Spacing of the uniform numbers: 2^-53, so that each is an exact float.
const SPACING: f64 = 1.0 / (1_u64 << 53) as f64;

/// A uniform number from 0 (included) to 1 (excluded), a multiple of 2^-53.
pub fn uniform(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * SPACING
}

/// A standard normal number, by inversion of one uniform. It lies within 8.3 standard deviations.
pub fn normal(rng: &mut impl Rng) -> f64 {
    // The middle of the uniform's cell: never 0 nor 1, whose quantiles are infinite.
    let cell = (rng.next_u64() >> 11) as f64;
    // The upper half is the mirror of the lower one: close to 1 a float has not the digits to say how close.
    if cell < 0.5 / SPACING {
        normal_quantile((cell + 0.5) * SPACING)
    } else {
        -normal_quantile((1.0 / SPACING - 1.0 - cell + 0.5) * SPACING)
    }
}

/// The standard normal quantile of `probability`; minus or plus infinity at 0 and 1, NaN outside.
///
/// # Precision
/// About 1 part in 10^16 (Wichura 1988).
pub fn normal_quantile(probability: f64) -> f64 {
    let from_half = probability - 0.5;
    if from_half.abs() <= 0.425 {
        let r = 0.180_625 - from_half * from_half;
        return from_half * polynomial(&CENTRE_ABOVE, r) / polynomial(&CENTRE_BELOW, r);
    }
    let tail = if from_half < 0.0 { probability } else { 1.0 - probability };
    if tail == 0.0 {
        return f64::INFINITY.copysign(from_half);
    }
    let r = (-libm::log(tail)).sqrt();
    let size = if r <= 5.0 {
        polynomial(&TAIL_ABOVE, r - 1.6) / polynomial(&TAIL_BELOW, r - 1.6)
    } else {
        polynomial(&FAR_ABOVE, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    size.copysign(from_half)
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// Numerator and denominator within 0.425 of one half (the paper's a and b), lowest power first.
const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_608,
    133.141_667_891_784_377_45,
    1_971.590_950_306_551_442_7,
    13_731.693_765_509_461_125,
    45_921.953_931_549_871_457,
    67_265.770_927_008_700_853,
    33_430.575_583_588_128_105,
    2_509.080_928_730_122_672_7,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    42.313_330_701_600_911_252,
    687.187_007_492_057_908_3,
    5_394.196_021_424_751_107_7,
    21_213.794_301_586_595_867,
    39_307.895_800_092_710_610,
    28_729.085_735_721_942_674,
    5_226.495_278_852_854_561,
];
/// The tails down to exp(-25) (c and d).
const TAIL_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_577_34,
    4.630_337_846_156_545_295_9,
    5.769_497_221_460_691_405_5,
    3.647_848_324_763_204_605_04,
    1.270_458_252_452_368_382_58,
    0.241_780_725_177_450_611_77,
    0.022_723_844_989_269_184_583_3,
    7.745_450_142_783_414_076_4e-4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_758_821_87,
    1.676_384_830_183_803_849_4,
    0.689_767_334_985_100_004_55,
    0.148_103_976_427_480_074_59,
    0.015_198_666_563_616_457_196_6,
    5.475_938_084_995_344_946e-4,
    1.050_750_071_644_416_843_24e-9,
];
/// Beyond them (e and f).
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103_777_2,
    5.463_784_911_164_114_369_9,
    1.784_826_539_917_291_335_8,
    0.296_560_571_828_504_891_23,
    0.026_532_189_526_576_123_093,
    1.242_660_947_388_078_438_6e-3,
    2.711_555_568_743_487_578_15e-5,
    2.010_334_399_292_288_132_65e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    0.599_832_206_555_887_937_69,
    0.136_929_880_922_735_805_31,
    0.014_875_361_290_850_614_852_5,
    7.868_691_311_456_132_591e-4,
    1.846_318_317_510_054_681_8e-5,
    1.421_511_758_316_445_888_7e-7,
    2.044_263_103_389_939_785_64e-15,
];

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::*;
    use crate::mean::Moments;

    #[test]
    fn the_quantile_undoes_the_distribution_in_every_branch() {
        for x in [-37.0, -12.0, -8.3, -6.9, -5.0, -3.0, -1.5, -1.43, -0.7, -1e-3, 0.0, 0.2, 1.0, 1.6] {
            let probability = 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
            let found = normal_quantile(probability);
            assert!((found - x).abs() <= 2e-15 * f64::max(1.0, x.abs()), "{found} is not {x}");
        }
    }

    #[test]
    fn certainty_is_infinitely_far_and_nonsense_is_nan() {
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(normal_quantile(-0.1).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn the_first_four_moments_are_those_of_the_law() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut powers = [Moments::default(); 4];
        for _ in 0..200_000 {
            let x = normal(&mut rng);
            powers
                .iter_mut()
                .zip([x, x * x, x * x * x, x * x * x * x])
                .for_each(|(moments, power)| moments.push(power));
        }
        for (moments, expected) in powers.iter().zip([0.0, 1.0, 0.0, 3.0]) {
            let error = (moments.mean().unwrap() - expected) / moments.standard_error().unwrap();
            assert!(error.abs() < 4.0, "{error} standard errors from {expected}");
        }
    }

    #[test]
    fn a_uniform_number_lies_from_zero_to_below_one() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let mut moments = Moments::default();
        for _ in 0..100_000 {
            let x = uniform(&mut rng);
            assert!((0.0..1.0).contains(&x));
            moments.push(x);
        }
        assert!((moments.mean().unwrap() - 0.5).abs() < 4.0 * moments.standard_error().unwrap());
        assert!((moments.variance().unwrap() - 1.0 / 12.0).abs() < 1e-3);
    }
}
