//! Columns of 128 members, and truth values of them that select without branches.

/// Members in a block.
pub const LANES: usize = 128;

/// One column of a block.
pub type Lane<T> = [T; LANES];

/// One truth value per member: all bits set, or none. Masks select without branches, which is what lets compilers turn a loop over
/// lanes into vector instructions; `bool` lanes are four times as narrow as floats and stay scalar.
pub type Mask = Lane<u32>;

/// A truth value as a mask.
#[inline(always)]
pub fn mask(condition: bool) -> u32 {
    u32::from(condition).wrapping_neg()
}

/// One of two numbers by a mask.
#[inline(always)]
pub fn select(mask: u32, then: f32, otherwise: f32) -> f32 {
    f32::from_bits(then.to_bits() & mask | otherwise.to_bits() & !mask)
}
