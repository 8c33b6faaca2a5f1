//! From a read to a purchase: a click on the offer, and the first purchase it may bring.

use super::{Law, reading::Post};

/// Probability that a read ends in a click, at full relevance and attention; it falls with both.
#[inline(always)]
pub(super) fn click(law: &Law, post: &Post<'_>) -> f32 {
    law.click_given_read * post.offer
}

/// Probability that a click ends in the member's first purchase, at full attention; 0 behind a broken link.
#[inline(always)]
pub(super) fn purchase(law: &Law, post: &Post<'_>) -> f32 {
    if post.flags.broken_link { 0.0 } else { law.purchase_given_click }
}
