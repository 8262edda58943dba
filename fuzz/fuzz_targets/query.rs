//! Any bytes as the query of an address: read without a panic, and its one spelling means the same when it is read again.
#![no_main]

use std::sync::LazyLock;

use chrono_tz::Europe::London;
use folkmoot::{member::Members, query::Known, vocabulary::Vocabulary};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzz/readers.rs"]
#[allow(dead_code, reason = "each target uses its part")]
mod readers;

#[allow(clippy::unwrap_used, reason = "the data is part of the program")]
static WORDS: LazyLock<(Vocabulary, Members)> =
    LazyLock::new(|| (Vocabulary::embedded().unwrap(), Members::embedded().unwrap()));

fuzz_target!(|bytes: &[u8]| {
    let (vocabulary, members) = &*WORDS;
    let (feeds, series) = (["west-berkshire".to_owned()], ["localgovcamp-2026".to_owned()]);
    let known = Known { vocabulary, members, feeds: &feeds, series: &series, time_zone: London };
    readers::query(bytes, &known);
});
