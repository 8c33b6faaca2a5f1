//! Questions: who asks, how long the answer takes, how long the asker waits, and what either does to trust and buying.

use super::{Law, Notes, Room, Today, Visit, lanes, need, trust};
use crate::population::{Block, LANES, Status, mask};
use crate::rng::{At, Purpose, uniform_f64};
use crate::tally::{Outcome, QuestionRecord};

/// Lets an open question whose time has come take effect at this visit.
#[inline(always)]
pub(super) fn resolve(block: &mut Block, law: &Law, today: &Today<'_>, visit: &mut Visit, notes: &mut Notes<'_>) {
    for lane in 0..LANES {
        visit.candidates[lane] = visit.here[lane] & mask(block.due[lane] <= visit.hour[lane]);
    }
    for lane in lanes(&visit.candidates) {
        if take_effect(block, law, today.replicate, lane) {
            notes.counts.add(Outcome::InquiryPurchases, 1);
            let now = today.since_start(visit.hour[lane]);
            if law.needs && need::is_open(block, law, today.replicate, lane, now) {
                need::serve(block, lane, now);
            }
        }
    }
}

/// The asker's trust takes the result and the question closes; true if the answer ends in a purchase.
pub(super) fn take_effect(block: &mut Block, law: &Law, replicate: u32, lane: usize) -> bool {
    let answered = block.answered[lane] == 1;
    block.trust[lane] = trust::after_own_question(law, block.trust[lane], answered);
    block.due[lane] = f32::INFINITY;
    let (member, day) = (block.id[lane], block.asked_on[lane]);
    let words = At { replicate, member, day, purpose: Purpose::Inquiry, index: 0 }.words(block.key);
    answered && uniform_f64(words[0]) < law.purchase_given_answer
}

/// Active members without an open question may ask one.
#[inline(always)]
pub(super) fn ask(block: &mut Block, law: &Law, today: &Today<'_>, room: &mut Room, notes: &mut Notes<'_>) {
    let Room { words, visit, .. } = room;
    // For everyone the largest probability that any trust gives, against the low half of the word; exact for the few that pass. The
    // thousandth covers what rounding in another order may add.
    let most = law.question_rate * law.loudest / law.question_fit_scale * 1.001;
    for lane in 0..LANES {
        let low = (words.day[1][lane] & 0xffff) as i32 as f32 * (1.0 / 65_536.0);
        visit.candidates[lane] = visit.here[lane]
            & mask(low <= most * block.fit[lane])
            & mask(block.status[lane] == Status::Active as u32)
            & mask(block.due[lane] == f32::INFINITY);
    }
    for lane in lanes(&visit.candidates) {
        decide(block, law, today, (room, lane), notes);
    }
}

/// Decides for one member, exactly.
#[inline(never)]
fn decide(block: &mut Block, law: &Law, today: &Today<'_>, (room, lane): (&Room, usize), notes: &mut Notes<'_>) {
    let (word, hour) = (room.words.day[1][lane], room.visit.hour[lane]);
    let probability =
        law.question_rate * trust::voice(law, block.trust[lane]) * block.fit[lane] / law.question_fit_scale;
    let [refine, answered, delay, patience] = today.words(Purpose::Question, block, lane);
    if uniform_f64(word << 16 | refine >> 16) >= f64::from(probability.min(1.0)) {
        return;
    }
    let replied = uniform_f64(answered) < today.reply.answered && today.reply.mean_hours.is_finite();
    let reply_after =
        if replied { -today.reply.mean_hours * libm::log(1.0 - uniform_f64(delay)) } else { f64::INFINITY };
    let gives_up_after =
        law.reply_patience_scale * libm::pow(-libm::log(1.0 - uniform_f64(patience)), 1.0 / law.reply_patience_shape);
    let success = reply_after < gives_up_after;
    block.due[lane] = hour + reply_after.min(gives_up_after) as f32;
    block.answered[lane] = u32::from(success);
    block.asked_on[lane] = today.day;
    let asked_at = f64::from(today.day) * 24.0 + f64::from(hour);
    notes.questions.push(QuestionRecord { asked_at, reply_after });
    notes.counts.add(Outcome::Questions, 1);
    notes.counts.add(Outcome::Answers, u64::from(success));
}
