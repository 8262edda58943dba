//! All integration tests in one binary, so that the crate is linked once.

mod config;
mod feed_server;
mod fetch;
mod layers;
