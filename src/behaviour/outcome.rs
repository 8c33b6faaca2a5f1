//! The horizon: questions that have resolved take effect, then the 30-day outcomes of everyone still in, one draw each.

use super::{Law, asking, is_alive};
use crate::math;
use crate::population::{Block, LANES, Status};
use crate::rng::{At, Purpose, uniform};
use crate::tally::{Counts, Horizon, Outcome};

/// Closes a block at the horizon: counts where its members stand and draws what follows.
///
/// The block's clock has been turned, so hour 0 is the horizon. `last_day` receives purchases after questions.
pub fn close(block: &mut Block, law: &Law, replicate: u32, last_day: &mut Counts, horizon: &mut Horizon) {
    let count = |status: Status| block.status.iter().filter(|&&here| here == status as u32).count() as u64;
    horizon.members += LANES as u64 - count(Status::Vacant);
    horizon.active += count(Status::Active);
    horizon.muted += count(Status::Muted);
    horizon.left += count(Status::Left);
    horizon.blocked += count(Status::Blocked);
    horizon.unreachable += count(Status::Frozen);
    for lane in 0..LANES {
        if !is_alive(block.status[lane]) {
            continue;
        }
        if block.due[lane] <= 0.0 && asking::take_effect(block, law, replicate, lane) {
            last_day.add(Outcome::InquiryPurchases, 1);
        }
        let trust = block.trust[lane];
        let at = At { replicate, member: block.id[lane], day: 0, purpose: Purpose::Horizon, index: 0 };
        let [repurchase, complaint, recommend, _] = at.words(block.key).map(uniform);
        let repurchases = repurchase < math::logistic(law.repurchase_base + law.outcome_per_trust * trust);
        let gift = if block.gift_read[lane] == 1 { law.gift_factor as f32 } else { 1.0 };
        let complains = complaint < gift * math::logistic(law.complaint_base - law.outcome_per_trust * trust);
        let recommends = recommend < math::logistic(law.recommend_base + law.recommend_per_trust * trust);
        horizon.repurchases += u64::from(repurchases);
        horizon.repurchases_of_buyers += u64::from(repurchases && block.bought[lane] == 1);
        horizon.complaints += u64::from(complains);
        horizon.recommendations += u64::from(recommends);
    }
}
