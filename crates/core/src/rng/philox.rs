//! Philox4x32-10, a counter-based generator: four words that are a pure function of a counter and a key.
//!
//! Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11; the test vectors are the
//! authors' known answers, the same that `NumPy`, JAX and cuRAND meet. Variables are `u64` so that compilers turn the loop over
//! lanes into 32 x 32 -> 64 bit vector multiplies.

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u64; 2] = [0x9E37_79B9, 0xBB67_AE85];
const LOW: u64 = 0xFFFF_FFFF;

/// Key of a stream of counters.
pub type Key = [u32; 2];

/// Ten rounds.
#[inline(always)]
pub fn philox(counter: [u32; 4], key: Key) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter.map(u64::from);
    let [mut k0, mut k1] = key.map(u64::from);
    for _ in 0..10 {
        let (p0, p1) = (MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2);
        (c0, c1, c2, c3) = ((p1 >> 32) ^ c1 ^ k0, p1 & LOW, (p0 >> 32) ^ c3 ^ k1, p0 & LOW);
        (k0, k1) = ((k0 + WEYL[0]) & LOW, (k1 + WEYL[1]) & LOW);
    }
    [c0 as u32, c1 as u32, c2 as u32, c3 as u32]
}

#[cfg(test)]
mod tests {
    use super::philox;

    #[test]
    fn the_published_vectors_come_out() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let (counter, key) = ([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]);
        assert_eq!(philox(counter, key), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }
}
