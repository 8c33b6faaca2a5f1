//! The horizon: questions that have resolved take effect, then the 30-day outcomes of everyone still in, one draw each.

use super::{Law, asking, lanes};
use crate::math;
use crate::population::{Block, LANES, Status, mask, select};
use crate::rng::{At, Purpose, uniform};
use crate::tally::{Counts, EXPECTED_UNITS, Horizon, Outcome};

/// Closes a block at the horizon: draws what follows for the members still in.
///
/// The block's clock has been turned, so hour 0 is the horizon. `last_day` receives purchases after questions.
#[inline(always)]
pub fn close(block: &mut Block, law: &Law, replicate: u32, last_day: &mut Counts, horizon: &mut Horizon) {
    let mut ripe = [0; LANES];
    for lane in 0..LANES {
        ripe[lane] = mask(block.status[lane] <= Status::Muted as u32) & mask(block.due[lane] <= 0.0);
    }
    for lane in lanes(&ripe) {
        last_day.add(Outcome::InquiryPurchases, u64::from(asking::take_effect(block, law, replicate, lane)));
    }
    let at = At { replicate, member: 0, day: 0, purpose: Purpose::Horizon, index: 0 };
    let mut words = [[0; LANES]; 4];
    at.fill(block.key, &block.id, &mut words);
    let [repurchase, complaint, recommend, _] = &words;
    let (law, gift_factor) = (*law, law.gift_factor as f32);
    let (mut repurchases, mut of_buyers, mut complaints, mut recommendations) = (0, 0, 0, 0);
    let (mut repurchases_expected, mut complaints_expected, mut recommendations_expected) = (0, 0, 0);
    let units = |probability: f32| math::rounded(probability.min(1.0) * EXPECTED_UNITS as f32);
    for lane in 0..LANES {
        let still_in = mask(block.status[lane] <= Status::Muted as u32);
        let trust = block.trust[lane];
        let p_repurchase = math::logistic(law.repurchase_base + law.outcome_per_trust * trust);
        let gift = select(mask(block.gift_read[lane] == 1), gift_factor, 1.0);
        let p_complaint = gift * math::logistic(law.complaint_base - law.outcome_per_trust * trust);
        let p_recommend = math::logistic(law.recommend_base + law.recommend_per_trust * trust);
        let again = still_in & mask(uniform(repurchase[lane]) < p_repurchase);
        repurchases += again & 1;
        of_buyers += again & block.bought[lane] & 1;
        complaints += still_in & mask(uniform(complaint[lane]) < p_complaint) & 1;
        recommendations += still_in & mask(uniform(recommend[lane]) < p_recommend) & 1;
        repurchases_expected += still_in & units(p_repurchase);
        complaints_expected += still_in & units(p_complaint);
        recommendations_expected += still_in & units(p_recommend);
    }
    horizon.repurchases += u64::from(repurchases);
    horizon.repurchases_of_buyers += u64::from(of_buyers);
    horizon.complaints += u64::from(complaints);
    horizon.recommendations += u64::from(recommendations);
    horizon.repurchases_expected += u64::from(repurchases_expected);
    horizon.complaints_expected += u64::from(complaints_expected);
    horizon.recommendations_expected += u64::from(recommendations_expected);
}
