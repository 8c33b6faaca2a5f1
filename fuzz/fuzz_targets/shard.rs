//! A part of a run: no bytes bring its reading down, and what is read as a part is written to the same bytes again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wearout_core::shard::{read, tallies};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(shards) = read(&[("fuzzed".to_owned(), bytes.to_vec())]) {
        let written = shards[0].bytes();
        assert!(read(&[("again".to_owned(), written.clone())]).is_ok_and(|again| again[0].bytes() == written));
    }
    let n_read = tallies(bytes).filter(Result::is_ok).count();
    assert!(n_read <= bytes.len());
});
