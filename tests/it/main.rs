//! The integration tests, in one binary.

mod lens;
mod merging;
