//! Figures that follow from the parameters alone, without simulating anybody.
//!
//! Comes in: the parameters. Goes out: one number by name. Definitions: docs/model.md, section 7.

use statrs::function::gamma::gamma_lr;

use crate::parameter::Parameters;

/// A figure of the parameters alone.
#[derive(Debug)]
pub struct ClosedForm {
    /// What it is called, as an observable.
    pub key: &'static str,
    /// Definition in a sentence.
    pub meaning: &'static str,
    /// Its value.
    pub value: fn(&Parameters) -> f64,
}

/// Every such figure.
pub const CLOSED_FORMS: &[ClosedForm] = &[
    ClosedForm {
        key: "block_by_third_read",
        meaning: "chance to block over repetition by the third read of one content",
        value: block_by_third_read,
    },
    ClosedForm {
        key: "dwell_first_s",
        meaning: "seconds on a first read at a relevance of 0.83",
        value: |p| dwell(p, FIRST_LOOK_RELEVANCE, 0),
    },
    ClosedForm {
        key: "dwell_third_s",
        meaning: "seconds on a third read at the same relevance",
        value: |p| dwell(p, FIRST_LOOK_RELEVANCE, 2),
    },
    ClosedForm {
        key: "dwell_spray_s",
        meaning: "seconds on a first read at a relevance of 0.2",
        value: |p| dwell(p, 0.2, 0),
    },
    ClosedForm {
        key: "dwell_targeted_s",
        meaning: "seconds on a first read at a relevance of 0.85",
        value: |p| dwell(p, 0.85, 0),
    },
    ClosedForm { key: "giveup_2h", meaning: "chance that an asker has given up after 2 hours", value: giveup_2h },
    ClosedForm {
        key: "leak_exits_month",
        meaning: "chance to leave over a leak within 30 days where privacy is ignored",
        value: |p| -libm::expm1(-p.leaks_ignored * p.leak_exit),
    },
    ClosedForm {
        key: "leak_cut",
        meaning: "leaks where privacy is kept / leaks where it is ignored",
        value: |p| p.leaks_kept / p.leaks_ignored,
    },
];

/// The figure of that name.
pub fn closed_form(key: &str) -> Option<&'static ClosedForm> {
    CLOSED_FORMS.iter().find(|form| form.key == key)
}

/// `bx E[1 - exp(-hx k)]`, k = how many of the first three reads exceed patience; the first read never does.
fn block_by_third_read(p: &Parameters) -> f64 {
    let scale = (p.patience_mean - 1.0) / p.patience_shape;
    let below = |reads: f64| if scale > 0.0 { gamma_lr(p.patience_shape, (reads - 1.0) / scale) } else { 1.0 };
    let quits = |k: f64| -libm::expm1(-p.over_patience_hazard * k);
    p.block_when_over_patience * (below(2.0) * quits(2.0) + (below(3.0) - below(2.0)) * quits(1.0))
}

/// Relevance at which a first read takes the 6.2 s of claim `dwell-first`.
const FIRST_LOOK_RELEVANCE: f64 = 0.83;

fn dwell(p: &Parameters, relevance: f64, earlier_reads: i32) -> f64 {
    (p.dwell_base + p.dwell_per_value * relevance) * libm::pow(p.dwell_wear, f64::from(earlier_reads))
}

fn giveup_2h(p: &Parameters) -> f64 {
    -libm::expm1(-libm::pow(2.0 / p.reply_patience_scale, p.reply_patience_shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_forms_give_the_figures_they_rest_on() {
        let mut p = Parameters::best();
        (p.over_patience_hazard, p.block_when_over_patience) = (2.830_283_962_046_596, 0.750_585_718_756_221_5);
        let value = |key: &str| (closed_form(key).unwrap().value)(&p);
        assert!((value("block_by_third_read") - 0.4669).abs() < 1e-4, "{}", value("block_by_third_read"));
        assert!((value("giveup_2h") - 0.45).abs() < 0.01, "{}", value("giveup_2h"));
        assert!((value("dwell_first_s") - 6.2).abs() < 0.02, "{}", value("dwell_first_s"));
        assert!((value("dwell_third_s") - 1.3).abs() < 0.02, "{}", value("dwell_third_s"));
    }
}
