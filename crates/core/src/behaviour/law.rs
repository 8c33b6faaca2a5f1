//! The parameters as the kernel wants them: single precision, exponents and ratios taken once.

use super::trust;
use crate::parameter::Parameters;
use crate::units::{Kind, Switches};

/// Constants of a member's day. Names and meanings are those of the parameter catalogue unless a comment says otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "documented in parameters.toml under the same names")]
pub struct Law {
    pub mute_visit: f32,
    pub visit_from_hour: f32,
    /// Hours between the first and the last possible visit.
    pub visit_span: f32,
    /// Exponent of fatigue per hour (negative).
    pub fatigue_decay: f32,
    /// Exponent of remembered reads per hour (0: nothing is forgotten).
    pub memory_decay: f32,
    /// Whether purchases serve needs.
    pub needs: bool,
    /// Whether every read of a visit irritates.
    pub every_read: bool,
    pub need_rate: f64,
    /// Mean length of a need that nobody serves, hours.
    pub need_hours: f64,
    pub click_given_need: f32,
    pub purchase_given_need: f32,
    pub read_base: f32,
    pub read_per_expectation: f32,
    pub read_per_fatigue: f32,
    /// Step of expectation per read (0: members do not learn).
    pub learning: f32,
    /// Intrinsic value by kind.
    pub value: [f32; 5],
    /// Exponent of value per earlier read (negative).
    pub wear: f32,
    pub dwell_base: f32,
    pub dwell_per_value: f32,
    /// Exponent of dwell per earlier read (negative).
    pub dwell_wear: f32,
    pub unwanted_below: f32,
    pub click_given_read: f32,
    pub purchase_given_click: f32,
    /// Share by which a first read counts for clicks and purchases (1: fully).
    pub first_read: f32,
    pub interaction_base: f32,
    pub interaction_slope: f32,
    pub irritation_base: f32,
    pub irritation_slope: f32,
    pub irritation_per_fatigue: f32,
    pub distrust_base: f32,
    pub trust_protection: f32,
    pub over_patience_hazard: f32,
    pub broken_link_factor: f32,
    pub mute_share: f64,
    pub block_share: f64,
    pub block_when_over_patience: f64,
    pub report_given_block: f64,
    pub unlabelled_factor: f64,
    pub everyone_factor: f64,
    pub gift_factor: f64,
    pub trust_at_entry: f32,
    pub trust_drift: f32,
    pub own_reply_weight: f32,
    pub voice_per_trust: f32,
    /// The most a member of any trust speaks, as a multiple of one at entry.
    pub loudest: f32,
    pub question_rate: f32,
    pub question_fit_scale: f32,
    pub reply_patience_shape: f64,
    pub reply_patience_scale: f64,
    pub purchase_given_answer: f64,
    pub repurchase_base: f32,
    pub complaint_base: f32,
    pub recommend_base: f32,
    pub outcome_per_trust: f32,
    pub recommend_per_trust: f32,
}

impl Law {
    /// The law of these parameters with these optional mechanisms.
    pub fn new(p: &Parameters, on: Switches) -> Law {
        let on = on.under(p.mechanisms);
        let half_life = |hours: f64| (-std::f64::consts::LN_2 / hours) as f32;
        let value = |kind| {
            (match kind {
                Kind::Hard => 0.0,
                Kind::Reminder => p.value_reminder,
                Kind::Preview => p.value_preview,
                Kind::Testimonial => p.value_testimonial,
                Kind::Useful => p.useful_value,
            }) as f32
        };
        let mut law = Law {
            mute_visit: p.mute_visit as f32,
            visit_from_hour: p.visit_from_hour as f32,
            visit_span: (p.visit_to_hour - p.visit_from_hour) as f32,
            fatigue_decay: half_life(p.fatigue_half_life),
            memory_decay: if on.repeat_memory { half_life(24.0 * p.repeat_memory_days) } else { 0.0 },
            needs: on.needs == Some(true),
            every_read: on.every_read == Some(true),
            need_rate: p.need_rate,
            need_hours: 24.0 * p.need_days,
            click_given_need: p.click_given_need as f32,
            purchase_given_need: p.purchase_given_need as f32,
            read_base: p.read_base as f32,
            read_per_expectation: p.read_per_expectation as f32,
            read_per_fatigue: p.read_per_fatigue as f32,
            learning: if on.expectation_learning { p.expectation_learning as f32 } else { 0.0 },
            value: Kind::ALL.map(value),
            wear: -(p.wear_elasticity * p.attention_wear) as f32,
            dwell_base: p.dwell_base as f32,
            dwell_per_value: p.dwell_per_value as f32,
            // Of a factor 0 the logarithm is infinite, and no earlier read times infinity is no number.
            dwell_wear: libm::log(p.dwell_wear).max(-1e3) as f32,
            unwanted_below: p.unwanted_below as f32,
            click_given_read: p.click_given_read as f32,
            purchase_given_click: p.purchase_given_click as f32,
            first_read: if on.wear_in { (1.0 - p.wear_in) as f32 } else { 1.0 },
            interaction_base: p.interaction_base as f32,
            interaction_slope: p.interaction_slope as f32,
            irritation_base: p.irritation_base as f32,
            irritation_slope: p.irritation_slope as f32,
            irritation_per_fatigue: p.irritation_per_fatigue as f32,
            distrust_base: p.distrust_base as f32,
            trust_protection: p.trust_protection as f32,
            over_patience_hazard: p.over_patience_hazard as f32,
            broken_link_factor: p.broken_link_factor as f32,
            mute_share: p.mute_share,
            block_share: p.block_share,
            block_when_over_patience: p.block_when_over_patience,
            report_given_block: p.report_given_block,
            unlabelled_factor: p.unlabelled_factor,
            everyone_factor: p.everyone_factor,
            gift_factor: p.gift_factor,
            trust_at_entry: p.trust_at_entry as f32,
            trust_drift: p.trust_drift as f32,
            own_reply_weight: p.own_reply_weight as f32,
            voice_per_trust: p.voice_per_trust as f32,
            loudest: 0.0,
            question_rate: p.question_rate as f32,
            question_fit_scale: p.question_fit_scale as f32,
            reply_patience_shape: p.reply_patience_shape,
            reply_patience_scale: p.reply_patience_scale,
            purchase_given_answer: p.purchase_given_answer,
            repurchase_base: p.repurchase_base as f32,
            complaint_base: p.complaint_base as f32,
            recommend_base: p.recommend_base as f32,
            outcome_per_trust: p.outcome_per_trust as f32,
            recommend_per_trust: p.recommend_per_trust as f32,
        };
        law.loudest = trust::voice(&law, 0.0).max(trust::voice(&law, 1.0));
        law
    }
}
