//! From a read to a purchase: a click on the offer, and the first purchase it may bring.

use super::{Law, reading::Post};

/// Probability that a read ends in a click; `x` is relevance times fit, `w` attention.
#[inline(always)]
pub(super) fn click(law: &Law, post: &Post<'_>, x: f32, w: f32, first_read: f32) -> f32 {
    law.click_given_read * post.offer * x * w * first_read
}

/// Probability that a click ends in the member's first purchase; 0 behind a broken link.
#[inline(always)]
pub(super) fn purchase(law: &Law, post: &Post<'_>, w: f32, first_read: f32) -> f32 {
    if post.flags.broken_link { 0.0 } else { law.purchase_given_click * w * first_read }
}
