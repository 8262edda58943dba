//! Any bytes as a page: read to the end without a panic, and what comes of it makes sense.
#![no_main]

use std::sync::LazyLock;

use folkmoot::member::Members;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzz/readers.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod readers;

#[allow(clippy::unwrap_used, reason = "the data is part of the program")]
static MEMBERS: LazyLock<Members> = LazyLock::new(|| Members::embedded().unwrap());

fuzz_target!(|bytes: &[u8]| readers::page(bytes, &MEMBERS));
