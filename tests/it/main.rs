//! The integration tests, in one binary.

#[path = "../network/made_up.rs"]
mod made_up;
#[path = "../network/memory.rs"]
mod memory;

mod lens;
mod merging;
