//! All integration tests in one binary, so that the crate is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "a test may fail where it likes"
)]

#[path = "../network/made_up.rs"]
mod made_up;
#[path = "../network/memory.rs"]
mod memory;

mod cases;
mod check_corpus;
mod check_feed;
mod config;
mod crash;
mod disk;
mod failures;
mod feed_corpus;
mod feed_hostile;
mod feed_network;
mod feed_server;
mod fetch;
mod guest;
mod hostile;
mod ical_corpus;
mod languages;
mod layers;
mod lens;
mod limits;
mod linked_pages;
mod merging;
mod month;
mod network;
mod normalise_corpus;
mod operate;
mod program;
mod prose;
mod published;
mod rules_of_the_standard;
mod server;
mod stores;
mod stray_bytes;
mod websub;
mod whole_network;
mod year;
