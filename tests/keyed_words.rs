//! The keyed generator under a short battery of tests: 8 million words in each of the orders in which a simulation meets them.
//! `cargo bench --bench words` reads 10^9.

mod words;

use words::{ORDERS, Order, examine, faults};

const WORDS: u64 = 1 << 23;

#[test]
fn words_are_even_and_neighbours_share_nothing() {
    let findings = examine(ORDERS, WORDS);
    assert!(faults(&findings).is_empty(), "{:#?}", faults(&findings));
}

/// What a test is there to see, it sees.
#[test]
fn flawed_words_are_found_out() {
    fn sound(chunk: u64, words: &mut [u32]) {
        (ORDERS[0].read)(chunk, words);
    }
    let caught = |name: &str, read: fn(u64, &mut [u32]), by: &str| {
        let findings = examine(&[Order { name: "flawed", read }], WORDS / 2);
        let found: Vec<&str> = faults(&findings).iter().map(|finding| finding.test).collect();
        assert!(found.contains(&by), "{name} is found by {found:?}, not by {by}");
    };
    caught(
        "one neighbour in a hundred copied",
        |chunk, words| {
            sound(chunk, words);
            (1..words.len()).step_by(100).for_each(|i| words[i] = words[i - 1]);
        },
        "serial correlation",
    );
    caught(
        "a bit that is set in 50.5 %",
        |chunk, words| {
            sound(chunk, words);
            words.iter_mut().step_by(100).for_each(|word| *word |= 1 << 31);
        },
        "top bits",
    );
    caught(
        "a lattice of days",
        |chunk, words| {
            sound(chunk, words);
            for word in words {
                *word &= !0x3ff;
            }
        },
        "birthday spacings",
    );
    caught(
        "halves that agree one time in fifty",
        |chunk, words| {
            sound(chunk, words);
            words.iter_mut().step_by(50).for_each(|word| *word = *word & 0xffff | *word << 16);
        },
        "halves of a word",
    );
    caught(
        "a counter times a constant",
        |chunk, words| {
            for (i, word) in (0_u32..).zip(words.iter_mut()) {
                *word = (chunk as u32) << 18 | i;
                *word = word.wrapping_mul(0x9e37_79b1);
            }
        },
        "shared bits, byte 0",
    );
    caught(
        "rare words that keep their distance",
        |chunk, words| {
            sound(chunk, words);
            (1..words.len()).filter(|i| i % 8 == 0).for_each(|i| {
                if words[i - 1] >> 29 == 0 {
                    words[i] |= 1 << 30;
                }
            });
        },
        "gaps",
    );
}
