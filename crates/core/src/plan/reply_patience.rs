//! The share of askers that a reply still meets.
//!
//! Comes in: a plan's mean reply and the parameters of Weibull patience. Goes out: P(R < W). Whether one asker is answered in
//! time is drawn in `behaviour`. Source: docs/model.md, section 7.7 (quadrature once per plan).

use wearout_stats::quadrature::exponential;

use crate::parameter::Parameters;

/// P(R < W) for an exponential reply R of that mean, hours: the share of askers answered in time.
///
/// Of two variables one is taken over the points of an exponential one and the other by its survival, so that the power between them is at
/// most 1 and the integrand smooth: R where patience has a shape below 1, else patience itself, W = scale Y^(1 / shape).
///
/// # Precision
/// Absolute error below 1e-8.
pub(super) fn answered_in_time(mean_hours: f64, parameters: &Parameters) -> f64 {
    if mean_hours.is_infinite() {
        return 0.0;
    }
    if mean_hours <= 0.0 {
        return 1.0;
    }
    let (shape, ratio) = (parameters.reply_patience_shape, mean_hours / parameters.reply_patience_scale);
    let mean = |factor: f64, power: f64| -> f64 {
        exponential().iter().map(|point| point.weight * libm::exp(-factor * libm::pow(point.x, power))).sum()
    };
    if shape < 1.0 { mean(libm::pow(ratio, shape), shape) } else { 1.0 - mean(1.0 / ratio, 1.0 / shape) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(mean_hours: f64, (shape, scale): (f64, f64)) -> f64 {
        let mut parameters = Parameters::best();
        (parameters.reply_patience_shape, parameters.reply_patience_scale) = (shape, scale);
        answered_in_time(mean_hours, &parameters)
    }

    #[test]
    fn replies_within_minutes_meet_nearly_everyone_in_time() {
        let share = |hours: f64| share(hours, (0.73, 4.05));
        // 41 % and 12 % of questions convert at 0.436 each (claims `inquiry-conv-fast`, `inquiry-conv-slow`).
        assert!((share(6.2 / 60.0) - 0.94).abs() < 0.01, "{}", share(6.2 / 60.0));
        assert!((share(11.3) - 0.28).abs() < 0.03, "{}", share(11.3));
        assert_eq!((share(0.0), share(f64::INFINITY)), (1.0, 0.0));
    }

    /// Shape 1 has a closed form, scale / (scale + mean), which both ways must give; any shape is held to many points of equal probability.
    #[test]
    fn the_share_answered_in_time_is_exact_to_eight_digits() {
        let closed = 4.0 / 7.0;
        assert!((share(3.0, (1.0, 4.0)) - closed).abs() < 1e-8);
        assert!((share(3.0, (1.0 - 1e-12, 4.0)) - closed).abs() < 1e-8);
        for (shape, scale) in [(0.05, 4.0), (0.73, 4.05), (2.0, 3.0), (100.0, 5.0)] {
            for mean in [0.1, 2.5, 24.0] {
                let n = 200_000;
                let in_time = |i: u32| {
                    let patience = scale * libm::pow(-libm::log1p(-(f64::from(i) + 0.5) / f64::from(n)), 1.0 / shape);
                    -libm::expm1(-patience / mean)
                };
                let slowly = (0..n).map(in_time).sum::<f64>() / f64::from(n);
                let error = (share(mean, (shape, scale)) - slowly).abs();
                // The midpoints are good to half a share at their ends.
                assert!(error < 5e-6, "shape {shape}, mean {mean}: {error:e}");
            }
        }
    }
}
