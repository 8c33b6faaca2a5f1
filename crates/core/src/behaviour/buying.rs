//! From a read to a purchase: a click on the offer, likelier with a need, and the purchase that the click may bring: one that serves
//! the need where the content suits it, or an impulse, one a member.

use super::{Law, Post};

/// Probability that a read ends in a click, at full relevance and attention; it falls with both.
#[inline(always)]
pub(super) fn click(law: &Law, post: &Post<'_>) -> f32 {
    law.click_given_read * post.offer
}

/// Probability that a read with an open need ends in a click, before attention and relevance, which do not raise it above this.
#[inline(always)]
pub(super) fn click_with_need(law: &Law, post: &Post<'_>) -> f32 {
    law.click_given_need * post.offer
}

/// Probability that a click without a need ends in the member's first purchase, at full attention; 0 behind a broken link.
#[inline(always)]
pub(super) fn purchase(law: &Law, post: &Post<'_>) -> f32 {
    if post.flags.broken_link { 0.0 } else { law.purchase_given_click }
}
