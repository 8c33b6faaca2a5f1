//! The bits as a browser counts them, for `run.mjs`: see `bits`.

mod bits;

use std::sync::LazyLock;

static BITS: LazyLock<String> = LazyLock::new(bits::bits);

/// Where the text begins.
#[unsafe(no_mangle)]
pub extern "C" fn address() -> *const u8 {
    BITS.as_ptr()
}

/// Bytes of the text.
#[unsafe(no_mangle)]
pub extern "C" fn length() -> usize {
    BITS.len()
}
