//! All integration tests in one binary, so that the crate is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail where it likes"
)]

mod config;
mod feed_cases;
mod feed_corpus;
mod feed_hostile;
mod feed_network;
mod feed_server;
mod fetch;
mod ical_corpus;
mod layers;
mod lens;
mod made_up;
mod memory;
mod merging;
mod network;
mod normalise_corpus;
mod prose;
mod published;
mod server;
