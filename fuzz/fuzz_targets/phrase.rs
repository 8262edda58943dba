//! Any bytes as a title and description: read to the end without a panic, and what comes of it makes sense.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzz/readers.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod readers;

fuzz_target!(|bytes: &[u8]| readers::phrase(bytes));
