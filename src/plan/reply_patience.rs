//! How long askers wait for an answer, and the share of them that a reply still meets.
//!
//! Comes in: the parameters of Weibull patience and the plans' mean replies. Goes out: P(R < W) for each. Whether one asker is
//! answered in time is drawn in `behaviour`. Source: contract, section 3 (quadrature once per plan).

use std::sync::Arc;

use rayon::prelude::*;

use crate::parameter::Parameters;

/// Weibull patience of askers as points of equal probability, and what follows from it for each plan.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReplyPatience {
    shape: f64,
    scale: f64,
    hours: Arc<[f64]>,
    /// Each mean reply among the plans, with the share of askers it answers in time.
    in_time: Vec<(f64, f64)>,
}

impl ReplyPatience {
    /// What these mean replies, in hours, come to; what is `known` already is taken over.
    pub(super) fn new<'a>(
        means: impl Iterator<Item = f64>,
        parameters: &Parameters,
        known: impl Iterator<Item = &'a ReplyPatience>,
    ) -> ReplyPatience {
        let (shape, scale) = (parameters.reply_patience_shape, parameters.reply_patience_scale);
        let alike: Vec<&ReplyPatience> = known.filter(|known| (known.shape, known.scale) == (shape, scale)).collect();
        let hours = alike.first().map_or_else(|| patience_hours(shape, scale), |known| Arc::clone(&known.hours));
        let mut means: Vec<f64> = means.collect();
        means.sort_by(f64::total_cmp);
        means.dedup();
        let in_time = |&mean: &f64| {
            let worked_out = alike.iter().flat_map(|known| &known.in_time).find(|(known, _)| *known == mean);
            (mean, worked_out.map_or_else(|| answered_in_time(mean, &hours), |(_, share)| *share))
        };
        let in_time = means.iter().map(in_time).collect();
        ReplyPatience { shape, scale, hours, in_time }
    }

    /// Share of askers that a reply of this mean answers in time.
    ///
    /// # Panics
    /// When it is none of the plans' mean replies.
    pub(super) fn in_time(&self, mean_hours: f64) -> f64 {
        self.in_time.iter().find(|(mean, _)| *mean == mean_hours).expect("every plan's reply was looked at").1
    }
}

/// Points at which patience is taken.
const PATIENCE_POINTS: u32 = 100_000;

/// Hours that askers wait, one for each share u = (i + 1/2) / points of them, rising.
fn patience_hours(shape: f64, scale: f64) -> Arc<[f64]> {
    let hours = |i: u32| {
        let u = (f64::from(i) + 0.5) / f64::from(PATIENCE_POINTS);
        scale * libm::pow(-libm::log1p(-u), 1.0 / shape)
    };
    (0..PATIENCE_POINTS).into_par_iter().map(hours).collect()
}

/// P(R < W) for an exponential reply R of that mean, hours: the share of askers answered in time.
///
/// With y = (w / scale)^shape, W's survival is exp(-y) and P = integral of (1 - exp(-w(y) / mean)) exp(-y) dy, taken by
/// the midpoint rule over the probability u = 1 - exp(-y). Points are worked out on all threads and added up in order, so the sum is
/// always the same.
///
/// # Precision
/// Absolute error below 1e-5.
fn answered_in_time(mean_hours: f64, patience: &[f64]) -> f64 {
    if mean_hours.is_infinite() {
        return 0.0;
    }
    if mean_hours <= 0.0 {
        return 1.0;
    }
    let answered: Vec<f64> = patience.par_iter().map(|patience| -libm::expm1(-patience / mean_hours)).collect();
    answered.iter().sum::<f64>() / patience.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_within_minutes_meet_nearly_everyone_in_time() {
        let patience = patience_hours(0.73, 4.05);
        let share = |hours: f64| answered_in_time(hours, &patience);
        // 41 % and 12 % of questions convert at 0.436 each (claims `inquiry-conv-fast`, `inquiry-conv-slow`).
        assert!((share(6.2 / 60.0) - 0.94).abs() < 0.01, "{}", share(6.2 / 60.0));
        assert!((share(11.3) - 0.28).abs() < 0.03, "{}", share(11.3));
        // Shape 1 has a closed form: scale / (scale + mean).
        assert!((answered_in_time(3.0, &patience_hours(1.0, 4.0)) - 4.0 / 7.0).abs() < 1e-5);
        assert_eq!((share(0.0), share(f64::INFINITY)), (1.0, 0.0));
    }

    #[test]
    fn what_is_known_is_taken_over_and_the_rest_is_worked_out() {
        let best = Parameters::best();
        let first = ReplyPatience::new([0.5, 2.0].into_iter(), &best, [].into_iter());
        let second = ReplyPatience::new([2.0, 3.0].into_iter(), &best, [&first].into_iter());
        assert!(Arc::ptr_eq(&first.hours, &second.hours));
        assert_eq!(second, ReplyPatience::new([3.0, 2.0].into_iter(), &best, [].into_iter()));
    }
}
